"""Equal money: what an advocate may cost, so that a dollar spent on the tier brings as much as a dollar of another arm."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viralsim.advocates.ranking import Gain
from viralsim.advocates.tier import Tier
from viralsim.advocates.value import CurvePoint
from viralsim.arguments import instance, number, one_of, refuse
from viralsim.errors import InputError
from viralsim.measurement.intervals import fieller, mean_interval, mean_intervals
from viralsim.measurement.measures import measure as measure_of
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.amounts import DEFAULT_CURRENCY
from viralsim.scenario.programme_checks import refuse_programme

SATURATED = 0.9  # of the largest gain


@dataclass(frozen=True)
class EqualMoney:
    """A tier against an arm that spends on something else, in the same worlds, both over no spending.

    gain, other_gain: over the baseline, in ``measure`` per launch. cost_usd, other_cost_usd: what each costs beyond the
    baseline. break_even_usd: what an advocate may cost so that both bring the same per dollar, with Fieller's limits; None
    where the other arm's gain cannot be distinguished from 0.
    """

    arm: str
    against: str
    baseline: str
    measure: str
    people: int
    gain: Gain
    other_gain: Gain
    cost_usd: float
    other_cost_usd: float
    break_even_usd: Gain | None
    currency: str = DEFAULT_CURRENCY

    @property
    def sentence(self) -> str:
        """What an advocate may cost, in words."""
        label = measure_of(self.measure).label
        if self.break_even_usd is None:
            return (
                f"The gain of {self.against} over {self.baseline} cannot be distinguished from 0 here, so no price of an advocate "
                "makes the two equal."
            )
        b = self.break_even_usd
        if b.mean <= 0:
            return (
                f"Even unpaid advocates bring fewer {label} for the same money than {self.against}: the tier's fixed costs are "
                "above it."
            )
        return (
            f"Each of the plan's {self.people:,} advocates may cost up to {b.mean:,.2f} {self.currency} "
            f"(95 % interval {b.low:,.2f} to {b.high:,.2f}). Above that, {self.against} brings more {label} for the same money."
        )


def equal_money(
    scenario: Scenario | str | os.PathLike[str],
    *,
    arm: str | None = None,
    against: str | None = None,
    worlds: int = 400,
    seed: int | None = None,
    threads: int | None = 1,
) -> EqualMoney:
    """The break-even cost of an advocate of ``arm`` against the arm ``against``, both over the scenario's baseline.

    worlds: of each of the three arms. seed: of the luck; the scenario's by default. threads: results do not depend on it.
    ``against``: by default the first arm with a paid budget and no advocates. Costs and gains are those of the run, so
    that money a frequency cap leaves unspent does not count. Raises InputError where there is no such arm, no baseline,
    or advocates are paid by the ask or the post.
    """
    from viralsim.simulation.front import launch

    scenario = scenario_of(scenario)
    if against is not None:
        one_of(against, "against", scenario.arm_names)
    refuse_programme(scenario.spec, "the break-even cost is of")
    tier = Tier(scenario, arm=arm, worlds=worlds, seed=seed, threads=threads)
    baseline, other = _comparable(tier, against)
    people = len(tier.enrolled)
    if people == 0:
        raise InputError("nobody is enrolled: a break-even cost needs one advocate or more")
    names = [tier.arm, other, baseline]
    ran = launch(scenario, [tier.compiled], list(dict.fromkeys(names)), tier.worlds, tier.seed, tier.threads)
    gain, other_gain = (ran[name].measures[tier.measure] - ran[baseline].measures[tier.measure] for name in names[:2])
    cost, other_cost = (float((ran[name].cost_usd() - ran[baseline].cost_usd()).mean()) for name in names[:2])
    fixed = cost - people * tier.cost_usd  # of a file: the sum of its prices
    found = mean_intervals(other_gain[:, None])
    ratio = fieller(gain, other_gain, float(found.pivot_low[0]), float(found.pivot_high[0]))
    even = None if ratio is None else Gain(*((r * other_cost - fixed) / people for r in ratio))
    return EqualMoney(
        tier.arm, other, baseline, tier.measure, people, Gain(*mean_interval(gain)), Gain(*mean_interval(other_gain)),
        cost, other_cost, even, tier.spec.currency,
    )  # fmt: skip


def _comparable(tier: Tier, against: str | None) -> tuple[str, str]:
    """(baseline, arm to compare with); raises InputError where there is none."""
    scenario = tier.scenario
    if scenario.spec.baseline is None:
        raise InputError("a break-even cost needs a baseline: name the arm that spends least with baseline")
    if tier.words.cost_per != "enrolled":
        raise InputError(f"cost_per is {tier.words.cost_per}: the break-even cost is of a person enrolled")
    other = against if against is not None else paid_arm(scenario)
    if other is None or other not in scenario.arm_names:
        raise InputError(f"there is no arm {other!r} to compare with: give an arm with a paid budget and no advocates")
    if other == scenario.spec.baseline:
        raise InputError(
            f"against: {other} is the baseline, over which gains are counted: name another arm, or another baseline"
        )
    return scenario.spec.baseline, other


def paid_arm(scenario: Scenario) -> str | None:
    """The first arm with a paid budget and no advocates, the baseline aside; None where there is none."""
    for name in scenario.arm_names:
        if name == scenario.spec.baseline:
            continue
        campaign = scenario.for_arm(name).campaign
        if campaign.advocates is None and sum(line.budget_usd for line in campaign.paid) > 0:
            return name
    return None


def saturation(points: Sequence[CurvePoint], part: float = SATURATED) -> int:
    """The smallest number of advocates on the curve that brings ``part`` (above 0, at most 1) of the largest gain on it.

    points: what ``curve`` returned. Raises InputError for anything else.
    """
    if not isinstance(points, Sequence) or not points:
        raise refuse("points", "what advocates.curve returned", points)
    for i, point in enumerate(points):
        instance(point, f"points[{i}]", CurvePoint)
    number(part, "part", 0, 1, open_low=True)
    most = float(np.max([point.gain.mean for point in points]))
    return next(point.count for point in points if point.gain.mean >= part * most)
