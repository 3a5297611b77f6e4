"""A budget split over the parts of a campaign, as an arm beside the one that spends nothing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.accounting import BY_THE_PERSON, expected_cost_lines
from viralsim.errors import InputError
from viralsim.experiments.point_runner import Runner
from viralsim.measurement.measures import measure as declared
from viralsim.member_names import handle_key
from viralsim.scenario import Scenario
from viralsim.scenario.amounts import sign
from viralsim.scenario.constraints import holds
from viralsim.scenario.costs import planned_costs, programme_costs
from viralsim.simulation.run import compile_arms, compile_audience

Float64 = NDArray[np.float64]
NOTHING, SPLIT = "nothing", "split"
FIRST_LOOK, FEWEST_SCREENED = 12, 25  # worlds
CENTS = 100


@dataclass(frozen=True)
class Line:
    """One part of a campaign that takes money.

    kind: ``paid`` (any amount), ``advocates`` (``fixed_usd`` once and ``unit_usd`` a person, at most ``most`` people),
    ``people`` (those of an advocates' file, in this order, ``fixed_usd`` once and to each their price in ``prices``) or
    ``management`` (``fixed_usd`` or nothing). path: the key of the scenario that is set. channel: where it acts. creator: whose
    post a paid line boosts. launches: how many times a programme spends it; prices are those of one launch.
    """

    name: str
    kind: str
    path: str
    channel: str = ""
    fixed_usd: float = 0.0
    unit_usd: float = 0.0
    most: int = 0
    people: tuple[str, ...] = ()
    prices: tuple[float, ...] = ()
    launches: int = 1
    creator: str = ""

    def value(self, usd: float) -> float:
        """What the key becomes with so much money: money, people, or 1 and 0."""
        if self.launches > 1:
            usd = usd / self.launches
        if self.kind == "paid":
            return round(float(usd), 2) if self.launches == 1 else math.floor(usd * CENTS + 1e-6) / CENTS
        if self.kind == "management":
            return float(usd >= self.fixed_usd - 1e-9)
        if self.kind == "people":
            afforded = np.cumsum(self.prices) + self.fixed_usd <= usd + 1e-9
            return float(np.count_nonzero(afforded))
        return float(max(0, min(self.most, math.floor((usd - self.fixed_usd) / self.unit_usd + 1e-9))))

    def cost(self, value: float) -> float:
        """What a value costs over all launches."""
        return self._cost_of_launch(value) * self.launches

    def _cost_of_launch(self, value: float) -> float:
        if self.kind == "paid":
            return value
        if self.kind == "people":
            return sum(self.prices[: int(value)]) + (self.fixed_usd if value > 0 else 0.0)
        return value * self.unit_usd + (self.fixed_usd if value > 0 else 0.0)


Values = tuple[float, ...]  # one value per line, in the order of the lines
Caps = tuple[tuple[int, int | None], ...]  # (number of a paid line, impressions per member or no cap)


def direction_of(measure: str) -> int:
    """1 if more of a measure is better, -1 if less is; InputError if neither is, or if it is not always defined."""
    direction = declared(measure).direction
    if direction == 0 or declared(measure).only_with_cascade:
        raise InputError(f"measure {measure}: more of it is neither better nor worse, or it is not always defined")
    return direction


def lines_of(scenario: Scenario) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """The lines of the campaign that money can be moved between, and sentences on those that stay as they are.

    InputError if there is none.
    """
    spec, notes = scenario.spec, []
    lines = [
        Line(
            f"paid[{i}] on {paid.channel}",
            "paid",
            f"campaign.paid[{i}].budget_usd",
            str(paid.channel),
            creator=handle_key(paid.boost or ""),
        )
        for i, paid in enumerate(spec.campaign.paid)
    ]
    tier = spec.campaign.advocates
    if tier is not None:
        if tier.listed is not None:
            listed = _people(scenario)
            lines += [listed] if any(listed.prices) else []
            notes += [] if any(listed.prices) else ["the advocates stay as they are: their file gives nobody a price"]
        elif tier.count is None or tier.cost_usd <= 0:
            notes.append("the advocates stay as they are: a count and a cost_usd above 0 would let money decide")
        elif tier.programme.places(2) < 2:
            notes.append("the advocates stay as they are: nurturing makes fewer than two of them before the launch")
        else:
            one, two = (_tier_usd(scenario, count) for count in (1, 2))
            most = tier.programme.places(int(tier.programme.fans * (spec.audience.members or 10_000_000)))
            where = " and ".join(tier.channels or spec.channels)
            lines.append(
                Line(
                    "advocates",
                    "advocates",
                    "campaign.advocates.count",
                    where,
                    max(0.0, 2 * one - two),
                    two - one,
                    most,
                )
            )
    manager = spec.campaign.community_management
    if manager is not None:
        planned = planned_costs(spec)
        names = [name for name in planned if name.startswith("community management")]
        cost = sum(programme_costs(spec, planned)[name] for name in names) / spec.launches
        lines.append(Line("management", "management", "campaign.community_management", "", cost))
    if not lines:
        raise InputError(
            "the campaign has nothing to split money over: add paid lines, advocates or community_management"
        )
    launches = spec.launches
    if launches > 1:
        notes.append(f"the budget is that of all {launches} launches, the same in each")
    return tuple(replace(line, launches=launches) for line in lines), tuple(notes)


def _people(scenario: Scenario) -> Line:
    """The people of the advocates' file with their prices: whose posts are boosted, then the most followers per dollar."""
    alone = scenario.override(
        {
            "arms": {SPLIT: {}, NOTHING: {"campaign.advocates": None}},
            "baseline": NOTHING,
            "question": None,
            "equal_money": False,
        }
    )
    compiled = compile_audience(alone)
    arms = compile_arms(alone, compiled, [SPLIT, NOTHING])
    enrolled, tier = arms[SPLIT].enrolment, scenario.spec.campaign.advocates
    costs = {name: expected_cost_lines(arm) for name, arm in arms.items()}
    prices = enrolled.cost_usd if tier is None else enrolled.prices(tier)
    followers = sum(
        enrolled.channels[:, c] * network.follower_count()[enrolled.members]
        for c, network in enumerate(compiled.networks)
    )
    with np.errstate(divide="ignore"):
        worth = np.asarray(followers * enrolled.willingness) / prices
    creators = {handle_key(paid.boost) for paid in scenario.spec.campaign.paid if paid.boost}
    others = np.array([handle_key(str(handle)) not in creators for handle in enrolled.handles])
    order = np.lexsort((-worth, others))
    rest = sum(usd for name, usd in costs[SPLIT].items() if name not in BY_THE_PERSON)
    fixed = max(0.0, rest - sum(usd for name, usd in costs[NOTHING].items() if name not in BY_THE_PERSON))
    fixed /= scenario.spec.launches
    return Line(
        "advocates", "people", "campaign.advocates.count", " and ".join(scenario.spec.channels), fixed_usd=fixed,
        unit_usd=float(prices.min()), people=tuple(str(enrolled.handles[i]) for i in order),
        prices=tuple(float(prices[i]) for i in order),
    )  # fmt: skip


def _tier_usd(scenario: Scenario, count: int) -> float:
    """What the advocate tier costs with ``count`` people beside none, as it is planned."""
    tier = scenario.override({"campaign.advocates.count": count}).spec
    without = scenario.override({"campaign.advocates": None}).spec
    return sum(planned_costs(tier).values()) - sum(planned_costs(without).values())


class SplitModel:
    """Outcomes of splits: every split and the arm that spends nothing live in the same worlds.

    screened: the first of these worlds, in which splits are tried to see whether running all worlds is worth it; looks: the
    numbers of worlds after which a split may be dropped. redrawn: the worlds in which curves and frequency caps are measured,
    many arms each.
    """

    def __init__(
        self,
        scenario: Scenario,
        budget_usd: float,
        measure: str,
        worlds: int,
        threads: int,
        constraints: Sequence[str] = (),
    ) -> None:
        self.lines, self.notes = lines_of(scenario)
        self.budget, self.measure, self.worlds, self.threads = budget_usd, measure, worlds, threads
        self.constraints = tuple(constraints)
        direction_of(measure)
        for block in ("sweep", "question", "field_test"):  # they name arms, and a split has arms of its own
            scenario = scenario.without(block)
        self.scenario = scenario.override({"equal_money": False})
        self.screened = min(worlds, max(FEWEST_SCREENED, worlds // 4))
        self.redrawn = self.screened
        self.looks = tuple(sorted({min(FIRST_LOOK, worlds), self.screened}))
        self._runner = Runner(self.scenario, worlds, 0, threads=threads)
        self._found: dict[tuple[range, int, Values, Caps], Mapping[str, Float64]] = {}
        self.ran: Callable[[], None] = lambda: None  # called after worlds were run
        kept = self._kept_usd()
        if kept > 0:
            self.notes = (
                *self.notes,
                f"what stays as it is costs {kept:,.2f} {sign(scenario.spec.currency)} beside the budget",
            )

    def _kept_usd(self) -> float:
        """What the lines cost that no split touches: an advocates' file is paid for by its own prices."""
        scenario = self._scenario_of(self.nothing)
        arm = compile_arms(scenario, compile_audience(scenario), [NOTHING])[NOTHING]
        return sum(expected_cost_lines(arm).values())

    @property
    def nothing(self) -> Values:
        """The split that spends nothing."""
        return (0.0,) * len(self.lines)

    def values(self, money: Sequence[float]) -> Values:
        """What the lines become with so much money each, US$: whole cents, whole people."""
        return tuple(line.value(min(self.budget, usd)) for line, usd in zip(self.lines, money, strict=True))

    def cost(self, values: Values) -> float:
        """What a split costs."""
        return sum(line.cost(value) for line, value in zip(self.lines, values, strict=True))

    def allowed(self, values: Values) -> bool:
        """Whether a split keeps to the budget and to every constraint; the keys of lines stand for their values."""
        known = {line.path: value for line, value in zip(self.lines, values, strict=True)}

        def value(path: str) -> float:
            if path not in known:
                raise InputError(f"constraint: {path} is no part of the split: choose from {', '.join(known)}")
            return known[path]

        if not self._boosts_the_enrolled(values):
            return False
        return self.cost(values) <= self.budget * (1 + 1e-9) and all(holds(text, value) for text in self.constraints)

    def _boosts_the_enrolled(self, values: Values) -> bool:
        """Whether money goes into the posts of those alone who are enrolled."""
        return self.without_orphans(values) == values

    def pays(self, creator: str, values: Values) -> bool:
        """Whether a split pays a creator; where no money goes to people of a file, all of them post."""
        named = any(line.kind == "people" for line in self.lines)
        return not named or creator in {handle_key(one) for one in self.people(values)}

    def without_orphans(self, values: Values) -> Values:
        """The split without the money that boosts posts of creators whom it does not pay."""
        return tuple(
            value if not line.creator or self.pays(line.creator, values) else 0.0
            for line, value in zip(self.lines, values, strict=True)
        )

    def overlay(self, values: Values) -> dict[str, Any]:
        """The arm of a split."""
        changed: dict[str, Any] = {}
        for line, value in zip(self.lines, values, strict=True):
            if line.kind in ("advocates", "people") and value <= 0:
                changed["campaign.advocates"] = None
            elif line.kind == "people":
                changed["campaign.advocates.choose"] = {"members": list(line.people[: int(value)])}
            elif line.kind == "advocates":
                changed[line.path] = int(value)
            elif line.kind == "paid":
                changed[line.path] = float(value)
            elif value <= 0:
                changed[line.path] = None
        return changed

    def _scenario_of(self, values: Values) -> Scenario:
        return self.scenario.override(self._overrides(values, ()))

    def _overrides(self, values: Values, caps: Caps) -> dict[str, Any]:
        changed = {self.lines[i].path.replace(".budget_usd", ".frequency_cap"): cap for i, cap in caps}
        arms = {NOTHING: self.overlay(self.nothing), SPLIT: {**self.overlay(values), **changed}}
        return {"arms": arms, "baseline": NOTHING}

    def outcome(
        self, values: Values, seed: int, measure: str | None = None, caps: Caps = (), worlds: int | None = None
    ) -> Float64:
        """A measure of a split in each world, times its direction: more is better; float64[worlds].

        measure: the model's by default. caps: frequency caps that paid lines have in place of their own. worlds: the first so many;
        all by default.
        """
        count = self.worlds if worlds is None else worlds
        caps = tuple((i, cap) for i, cap in caps if cap != self._cap(i))
        name = self.measure if measure is None else measure
        edges = sorted({0, *self.looks, count, self.worlds})
        blocks = [range(a, b) for a, b in itertools.pairwise(edges) if a < count]
        before = len(self._found)
        found = [self._block(block, values, seed, caps)[name] for block in blocks]
        if len(self._found) > before:
            self.ran()
        return np.asarray(direction_of(name) * np.concatenate(found)[:count], dtype=np.float64)

    def _block(self, block: range, values: Values, seed: int, caps: Caps) -> Mapping[str, Float64]:
        """The measures of a split in some worlds, which are run once."""
        key = (block, seed, values, caps)
        if key not in self._found:
            runner = self._runner.like(len(block), seed, block.start)
            arms, _ = runner.worlds_of(self._overrides(values, caps))
            self._found[key] = arms[SPLIT].measures
            self._found[block, seed, self.nothing, ()] = arms[NOTHING].measures
        return self._found[key]

    def _cap(self, line: int) -> int | None:
        """The frequency cap that a paid line has of its own."""
        return self.scenario.spec.campaign.paid[line].frequency_cap

    def people(self, values: Values) -> tuple[str, ...]:
        """Whom of an advocates' file a split pays."""
        found = [
            line.people[: int(value)] for line, value in zip(self.lines, values, strict=True) if line.kind == "people"
        ]
        return found[0] if found else ()

    def said(self, values: Values) -> Mapping[str, float]:
        """Line -> money."""
        return {line.name: line.cost(value) for line, value in zip(self.lines, values, strict=True)}
