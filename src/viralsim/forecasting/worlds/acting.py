"""What to do now: what each arm that is still open would change, in worlds that met the curve so far."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from viralsim.arguments import names_of, refuse
from viralsim.errors import InputError
from viralsim.forecasting.curve import Curve
from viralsim.forecasting.events import observed_curve
from viralsim.forecasting.forecast import quantiles_of
from viralsim.forecasting.hawkes import Floats
from viralsim.forecasting.past import population_of
from viralsim.forecasting.population import Population
from viralsim.forecasting.worlds.open_arms import first_free_tick, refuse_differences_before, refuse_other_pasts
from viralsim.forecasting.worlds.weighting import (
    FEWEST,
    WIDE,
    Weights,
    adjusted,
    points_of,
    shares_at,
    weigh,
    weighted_quantiles,
)
from viralsim.measurement.number_format import number
from viralsim.records.record import ArmOutcomes
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.amounts import DEFAULT_CURRENCY
from viralsim.scenario.costs import advocates_count
from viralsim.scenario.programme_checks import refuse_programme
from viralsim.scenario.spec import Spec
from viralsim.simulation import simulate
from viralsim.simulation.run import Progress
from viralsim.units import shown

TIE = 0.5  # shares that make no difference
LIMITS = np.array([0.025, 0.05, 0.5, 0.95, 0.975])


@dataclass(frozen=True)
class OpenArm:
    """What one arm would change against ``baseline`` from now on; None where there is no answer, with the ``reason``.

    uplift: mean difference of the shares at the horizon, mean_low and mean_high its 95 % limits. ci_low, ci_high: between these
    are 95 % of the differences, luck included; range_low, range_high: 90 %. probability_better: chance of more shares, ties by
    half. cost_difference: mean. cost_per_share: for one share more, None where none is gained. break_even_price: what
    acting may cost before it loses: the mean value of what it adds; net_gain: that less the cost; both None where the content
    has no value. final: quantiles of the shares at the horizon, on the level of the forecast. affordable: whether its cost
    and its advocates are within what is left, None where nobody said what is.
    """

    arm: str
    baseline: str
    measure: str = "shares"
    uplift: float | None = None
    mean_low: float | None = None
    mean_high: float | None = None
    median: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    range_low: float | None = None
    range_high: float | None = None
    probability_better: float | None = None
    cost_difference: float | None = None
    cost_per_share: float | None = None
    break_even_price: float | None = None
    net_gain: float | None = None
    final: dict[str, float] | None = None
    affordable: bool | None = None
    reason: str | None = None


@dataclass(frozen=True)
class OpenArms:
    """The arms still open at ``at_hours``, and the worlds that the answer rests on.

    effective_worlds: how many equally weighted worlds these are worth. size: of the noise about a world's counts at which it
    still counts; the larger, the nearer to the curve. warnings: what to know before one acts.
    """

    at_hours: float
    baseline: str
    worlds: int
    effective_worlds: float
    size: float
    arms: tuple[OpenArm, ...]
    warnings: tuple[str, ...] = field(default=())
    currency: str = DEFAULT_CURRENCY

    @property
    def answered(self) -> bool:
        """Whether enough worlds meet the curve."""
        return self.effective_worlds >= FEWEST

    @property
    def recommended(self) -> str | None:
        """The arm with the largest mean gain in money among those affordable, the baseline among them; None where none is known."""
        gains = {arm.arm: arm.net_gain for arm in self.arms if arm.affordable is not False}
        known = {arm: gain for arm, gain in gains.items() if gain is not None}
        if len(known) < len(gains) or not self.answered:
            return None
        return max({self.baseline: 0.0, **known}.items(), key=lambda one: one[1])[0]

    def to_json(self) -> list[dict[str, Any]]:
        """One object for each arm but the baseline."""
        about = {"at_hours": self.at_hours, "worlds": self.worlds, "effective_worlds": self.effective_worlds}
        return [{**asdict(arm), **about} for arm in self.arms]


def arms(
    scenario: Scenario | str | os.PathLike[str],
    hours: ArrayLike,
    at_hours: float = 1.0,
    *,
    shares: ArrayLike | None = None,
    population: Population | None = None,
    arms: Sequence[str] | None = None,
    worlds: int | None = None,
    seed: int | None = None,
    budget_left: float | None = None,
    advocates_left: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> OpenArms:
    """What each arm would change from ``at_hours`` on, against the baseline, in worlds weighted by how they meet the curve.

    Arms may differ from the baseline only after ``at_hours``: under common luck they are the same worlds until then, so that one
    weight for each world serves all of them. What is not known belongs into ``uncertain``: its draws are what the curve weighs.

    Args:
        scenario: what ``viralsim.load`` returned, or the path of a scenario file; its hours are those of the post.
        hours: times of the post itself (0, the first) and of its shares, none after ``at_hours``; with ``shares``, of readings.
        at_hours: now.
        shares: readings of the counter at ``hours``, where single shares are not known.
        population: past posts (``fit``), for the level; the shipped prior by default.
        arms: names of the arms; all by default. The baseline is always among them.
        worlds: how many worlds of each arm; the scenario's own by default.
        seed: seed of the luck; the scenario's by default.
        budget_left: money that may still be spent. advocates_left: how many have not been asked yet.
        threads: threads; all cores by default. progress: called with (launches done, launches in all).

    Raises: InputError for wrong arguments, a curve that cannot be one, or an arm that differs before now; ScenarioError where the
    scenario cannot be built.
    """
    scenario = scenario_of(scenario)
    curve = observed_curve(hours, shares, at_hours)
    horizon = float(scenario.spec.horizon)
    if population is None:
        population = population_of([], horizon)[0]
    if not isinstance(population, Population):
        raise refuse("population", "what viralsim.forecasting.fit returned, or None", population)
    luck = scenario.seed if seed is None else seed
    level = None
    if curve.observed_until < min(horizon, population.horizon_hours):
        level = population.paths(curve, seed=1).final
    left = Left(budget_left, advocates_left)
    return open_arms(scenario, curve, level, arms, worlds, luck, left, threads, progress)


@dataclass(frozen=True)
class Left:
    """What is left to act with: money, and advocates who have not been asked; None where nobody said."""

    budget: float | None = None
    advocates: int | None = None

    def __post_init__(self) -> None:
        """Check both."""
        for name, value in (("budget_left", self.budget), ("advocates_left", self.advocates)):
            plain = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
            if value is not None and not (plain and 0 <= value < np.inf):
                raise InputError(f"{name}: must be a number of 0 or more, or None, got {shown(value)}")
        if self.advocates is not None and self.advocates != round(self.advocates):
            raise InputError(f"advocates_left: must be a whole number, got {shown(self.advocates)}")

    def affords(self, cost: float, advocates: int | None) -> bool | None:
        """Whether an arm is within what is left."""
        if self.budget is None and self.advocates is None:
            return None
        enough = self.budget is None or cost <= self.budget
        return enough and (self.advocates is None or advocates is None or advocates <= self.advocates)


def open_arms(
    scenario: Scenario,
    curve: Curve,
    level: Floats | None,
    names: Sequence[str] | None,
    worlds: int | None,
    seed: int,
    left: Left,
    threads: int | None = None,
    progress: Progress | None = None,
) -> OpenArms:
    """As ``arms``, of a curve that is read; ``level``: draws of the final count by the forecast, None where there are none."""
    refuse_programme(scenario.spec, "a forecast is of")
    baseline, specs = _chosen(scenario, names)
    at = curve.observed_until
    free = first_free_tick(scenario.spec, at)
    if free >= scenario.spec.ticks:
        raise InputError(
            f"the curve is known until {at:g} h, the scenario ends at {scenario.spec.horizon:g} h: nothing is left to do"
        )
    refuse_differences_before(specs, baseline, at)
    result = simulate(
        scenario, worlds, seed, arms=list(specs), threads=threads, progress=progress, repeat_trust=False
    )  # fmt: skip
    own = result.arms[baseline]
    if len(own.series["shares"]) < result.world_count:
        raise InputError(
            f"worlds: the curves of {result.world_count:,} worlds do not fit into memory, those of {len(own.series['shares']):,} "
            "do: ask for fewer (--worlds), or lengthen the tick"
        )
    refuse_other_pasts(result.arms, baseline, free, scenario.spec.tick)
    points = points_of(curve, scenario.spec.tick)
    so_far, seen = shares_at(own.series["shares"], scenario.spec.tick, points), curve.at(points)
    found = weigh(so_far, seen)

    def moved(values: Floats) -> Floats:
        return adjusted(values, so_far, seen, found.weights)

    names = [name for name in specs if name != baseline]
    answers = tuple(_answer(_Pair(result.arms[name], own, found, moved), level, left, specs) for name in names)
    without = np.maximum(moved(own.measures["shares"]), seen[-1])  # a line may lead below what has come
    warnings = _warnings(scenario, found, without, level, result.world_count)
    return OpenArms(
        at, baseline, result.world_count, found.effective, found.size, answers, warnings, scenario.spec.currency
    )


def _chosen(scenario: Scenario, names: Sequence[str] | None) -> tuple[str, dict[str, Spec]]:
    """(the baseline, the specs of the arms asked for with the baseline first)."""
    specs = scenario.arm_specs()
    baseline = scenario.spec.baseline or next(iter(specs))
    chosen = names_of(names, "arms", tuple(specs))
    if set(chosen) <= {baseline}:
        raise InputError(
            f"arms: only {baseline} is there, and nothing to compare it with: write the actions that are open as arms"
        )
    return baseline, {name: specs[name] for name in (baseline, *chosen)}


@dataclass(frozen=True)
class _Pair:
    """An arm and the baseline in the same worlds, their weights, and how a value of worlds is moved onto the curve."""

    arm: ArmOutcomes
    own: ArmOutcomes
    found: Weights
    moved: Callable[[Floats], Floats]

    def gained(self, measure: str) -> Floats:
        """float64[W]: what the arm adds."""
        return self.moved(self.arm.measures[measure] - self.own.measures[measure])


def _answer(pair: _Pair, level: Floats | None, left: Left, specs: Mapping[str, Spec]) -> OpenArm:
    """What one arm changes."""
    arm, own, found = pair.arm, pair.own, pair.found
    if found.effective < FEWEST:
        reason = f"the worlds that meet the curve count as only {number(found.effective)}, and {FEWEST} are needed"
        return OpenArm(arm.name, own.name, reason=reason)
    weights = found.weights
    gained = pair.gained("shares")
    uplift = float(weights @ gained)
    error = 1.96 * float(np.sqrt(np.square(weights) @ np.square(gained - uplift)))
    outwards = LIMITS + np.sign(LIMITS - 0.5) / (
        2 * found.effective
    )  # what so few worlds' quantiles hold on average is LIMITS
    limits = dict(zip(LIMITS, weighted_quantiles(gained, weights, np.clip(outwards, 0, 1)).tolist(), strict=True))
    cost = float(weights @ pair.moved(arm.cost_usd() - own.cost_usd()))
    priced = bool(np.any(arm.measures["value_usd"]) or np.any(own.measures["value_usd"]))
    worth = float(weights @ pair.gained("value_usd")) if priced else None
    return OpenArm(
        arm.name,
        own.name,
        uplift=uplift,
        mean_low=uplift - error,
        mean_high=uplift + error,
        median=limits[0.5],
        ci_low=limits[0.025],
        ci_high=limits[0.975],
        range_low=limits[0.05],
        range_high=limits[0.95],
        probability_better=float(np.clip(weights @ ((gained > TIE) + (np.abs(gained) <= TIE) / 2), 0, 1)),
        cost_difference=cost,
        cost_per_share=cost / uplift if uplift > error else None,
        break_even_price=worth,
        net_gain=None if worth is None else worth - cost,
        final=quantiles_of(_pinned(pair.moved(own.measures["shares"]), gained, weights, level)),
        affordable=left.affords(cost, _asked_now(specs[arm.name], specs[own.name])),
    )


def _pinned(own: Floats, gained: Floats, weights: Floats, level: Floats | None) -> Floats:
    """Draws of an arm's final count: at each rank of the worlds the baseline's by the forecast, and what the arm adds there."""
    ranks = (np.arange(len(own)) + 0.5) / len(own)
    order = np.argsort(own, kind="stable")
    reached = np.cumsum(weights[order])
    rows = order[np.minimum(np.searchsorted(reached, ranks * reached[-1]), len(own) - 1)]
    base = own[rows] if level is None else np.quantile(level, ranks, method="inverted_cdf")
    return np.asarray(np.maximum(base + gained[rows], 0.0))


def _asked_now(spec: Spec, own: Spec) -> int | None:
    """How many advocates an arm asks who were not asked in the baseline; None where only their file says it."""
    now, before = advocates_count(spec), advocates_count(own)
    return None if now is None or before is None else max(0, now - before)


def _warnings(scenario: Scenario, found: Weights, own: Floats, level: Floats | None, worlds: int) -> tuple[str, ...]:
    said = []
    if not scenario.spec.uncertain:
        said.append(
            "no input is uncertain: worlds differ by luck alone; say under uncertain what is not known, such as the appeal"
        )
    if found.effective < FEWEST:
        said.append(
            f"no answer: of {worlds:,} worlds those that meet the curve count as only {number(found.effective)}; ask for more "
            "worlds, or widen what is uncertain"
        )
        return tuple(said)
    if found.size < WIDE:
        said.append(
            f"few worlds meet the curve closely: those within a factor of {number(1 + found.size**-0.5)} at a point count too"
        )
    if level is not None:
        middle = float(weighted_quantiles(own, found.weights, np.array([0.5]))[0])
        low, high = np.quantile(level, [0.1, 0.9])
        if not low <= middle <= high:
            said.append(
                f"without acting the worlds end at {number(middle)} shares, the forecast at {number(float(low))} to "
                f"{number(float(high))}: the difference is the worlds', the level the forecast's"
            )
    return tuple(said)
