"""A programme over its launches: who is enrolled, tired, gone, made again, and what all of it brings for its money."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.advocates.ranking import Gain
from viralsim.advocates.tier import Tier
from viralsim.arguments import integer_at_least
from viralsim.campaign.accounting import arm_outcomes
from viralsim.campaign.enrolment import Enrolment
from viralsim.campaign.plan import compile_plan
from viralsim.errors import InputError
from viralsim.kernels.batch import run_worlds
from viralsim.measurement.intervals import mean_interval
from viralsim.measurement.measures import measure as measure_of
from viralsim.records.record import ArmOutcomes
from viralsim.scenario import Scenario
from viralsim.scenario.amounts import DEFAULT_CURRENCY
from viralsim.scenario.programme import HOURS_PER_WEEK, Programme
from viralsim.scenario.programme_checks import refuse_programme

MOST_LAUNCHES = 100
HISTORIES = 10  # histories of drop-out over which the worlds are spread, where anybody can leave


@dataclass(frozen=True)
class Roster:
    """The tier at one launch. member: int64[A]. launches: int64[A], launches that each has taken part in before.

    freshness: float64[A] in [0, 1], what fatigue has left of each one's willingness.
    """

    member: NDArray[np.int64]
    launches: NDArray[np.int64]
    freshness: NDArray[np.float64]


@dataclass(frozen=True)
class LaunchResult:
    """One launch of a programme, means over the histories of drop-out.

    willingness: mean chance that an asked person posts, first ask. gain: in the programme's measure, over the same worlds
    without a tier. cost_usd: what the tier costs this launch, its share of the set-up included.
    """

    number: int
    people: float
    ambassadors: float
    left: float
    joined: float
    willingness: float
    gain: Gain
    cost_usd: float


@dataclass(frozen=True)
class ProgrammeResult:
    """A programme, launch by launch and as a whole. fans: members who could be enrolled. net_usd: None without a value."""

    arm: str
    measure: str
    members: int
    fans: int
    launches: tuple[LaunchResult, ...]
    gain: Gain
    cost_usd: float
    net_usd: Gain | None
    currency: str = DEFAULT_CURRENCY

    @property
    def cost_per_unit_usd(self) -> Gain | None:
        """Cost of one unit of gain over the programme; None where the gain cannot be distinguished from 0."""
        if not self.gain.above_zero:
            return None
        return Gain(self.cost_usd / self.gain.mean, self.cost_usd / self.gain.high, self.cost_usd / self.gain.low)

    @property
    def sentences(self) -> list[str]:
        """What the programme is worth, with its interval."""
        first, last, count = self.launches[0], self.launches[-1], len(self.launches)
        label, g, price = measure_of(self.measure).label, self.gain, self.cost_per_unit_usd
        said = [
            f"Over {count} {'campaign' if count == 1 else 'campaigns'} the programme brings "
            f"{g.mean:,.2f} ({g.low:,.2f} to {g.high:,.2f}) {label} "
            f"for {self.cost_usd:,.2f} {self.currency}, over the same campaigns without a tier."
        ]
        if price is None:
            said.append("That gain cannot be distinguished from 0, so it has no price.")
        else:
            said.append(
                f"One costs {price.mean:,.2f} {self.currency} ({price.low:,.2f} to {price.high:,.2f}), set-up shared."
            )
        said.append(
            f"Of {self.members:,} members {self.fans:,} can be enrolled; the tier has {first.people:,.1f} "
            f"people at the first campaign and {last.people:,.1f} at the last, and one of them who is asked posts with chance "
            f"{first.willingness:.0%} at first and {last.willingness:.0%} at last."
        )
        said.append("What members remember of earlier campaigns is not modelled: only the tier is carried over.")
        return said


def programme_launches(
    scenario: Scenario | str | os.PathLike[str],
    *,
    arm: str | None = None,
    launches: int | None = None,
    worlds: int = 200,
    seed: int | None = None,
    threads: int | None = 1,
) -> ProgrammeResult:
    """Play the programme of ``scenario`` (of ``arm``) launch by launch; launch l has the luck of ``seed`` + l.

    Between launches fatigue is carried over and recovers, people leave, and nurturing makes new advocates of fans.
    ``worlds`` worlds of every launch are spread over ten histories of drop-out, where anybody can leave.

    launches: how many; the programme's own by default. threads: results do not depend on it.

    Raises InputError without advocates, for advocates from a file, for uncertain inputs or more than 100 launches.
    """
    tier = Tier(scenario, arm=arm, worlds=worlds, seed=seed, threads=threads)
    refuse_programme(tier.spec, "a tier's own programme is played beside")
    programme, count = tier.words.programme, _playable(tier, launches)
    histories = min(HISTORIES, worlds) if programme.dropout > 0 and count > 1 else 1
    rosters = [list(rosters_of(tier, count, history)) for history in range(histories)]
    parts = [np.arange(worlds)[h::histories] for h in range(histories)]
    played = [_launch(tier, n, rosters, parts) for n in range(count)]
    gains = np.sum([difference[tier.measure] for _, difference, _ in played], axis=0)
    cost = sum(one.cost_usd for one, _, _ in played)
    clusters = _clusters(parts, worlds)
    value = float(tier.spec.content[tier.spec.campaign.content].sale_value_usd)
    sold = np.sum([difference["conversions"] for _, difference, _ in played], axis=0)
    spent = np.sum([paid for _, _, paid in played], axis=0)
    net = Gain(*mean_interval(sold * value - spent, clusters)) if value > 0 else None
    return ProgrammeResult(
        tier.arm, tier.measure, tier.compiled.members, int(tier.eligible.sum()), tuple(one for one, _, _ in played),
        Gain(*mean_interval(gains, clusters)), float(cost), net, tier.spec.currency,
    )  # fmt: skip


def _playable(tier: Tier, launches: int | None) -> int:
    """How many launches; raises InputError where the programme cannot be played."""
    asked = tier.words.programme.launches if launches is None else launches
    count = integer_at_least(asked, "launches", 1, MOST_LAUNCHES)
    if tier.words.listed is not None:
        raise InputError("the programme of advocates from a file cannot be played: give count and choose")
    if tier.scenario.spec.uncertain:
        raise InputError("a programme is played with certain inputs: take out uncertain")
    return count


def rosters_of(tier: Tier, launches: int, history: int) -> Iterator[Roster]:
    """The tier launch by launch in one history of drop-out; the lots are a function of the seed and the history."""
    words, programme = tier.words, tier.words.programme
    rng = np.random.default_rng([tier.seed, history])
    places = words.count or len(tier.enrolled)
    first = tier.enrolled
    queue = _queue(tier, places, first)
    roster = Roster(first, np.zeros(len(first), np.int64), np.ones(len(first)))
    for number in range(launches):
        if number:
            stays = rng.random(len(roster.member)) >= programme.dropout
            freshness = recovered(tired(roster.freshness, programme, len(words.posts_at)), programme)
            roster = Roster(roster.member[stays], roster.launches[stays] + 1, freshness[stays])
            if programme.nurture is not None:
                empty = max(0, places - len(roster.member))
                joined = list(islice(queue, min(programme.nurture.made_in(programme.every), empty)))
                roster = Roster(
                    np.append(roster.member, np.array(joined, dtype=np.int64)),
                    np.append(roster.launches, np.zeros(len(joined), np.int64)),
                    np.append(roster.freshness, np.ones(len(joined))),
                )
        yield roster


def tired(freshness: NDArray[np.float64], programme: Programme, asks: int) -> NDArray[np.float64]:
    """What ``asks`` further asks leave of the willingness: each takes the part ``ask_fatigue`` of what is there."""
    return np.asarray(freshness * (1.0 - programme.ask_fatigue) ** asks, dtype=np.float64)


def recovered(freshness: NDArray[np.float64], programme: Programme) -> NDArray[np.float64]:
    """Willingness after the time between two launches: half of what is lost returns in each ``recovery``; all without one."""
    if programme.recovery is None:
        return np.ones(len(freshness))
    return np.asarray(1.0 - (1.0 - freshness) * 2.0 ** (-programme.every / programme.recovery), dtype=np.float64)


def _queue(tier: Tier, places: int, first: NDArray[np.int64]) -> Iterator[int]:
    """Fans in the order in which the strategy would take them, those of the first launch left out; asked for in growing numbers."""
    eligible = int(tier.eligible.sum())
    given = isinstance(tier.words.choose, dict) and "members" in tier.words.choose
    taken = set(first.tolist())
    size = len(first)
    while not given and size < eligible:
        size = min(eligible, size + max(places, 1))
        for member in tier.choose(tier.words.choose, size).members.tolist():
            if member not in taken:
                taken.add(member)
                yield member


def _clusters(parts: list[NDArray[np.int64]], worlds: int) -> NDArray[np.int32] | None:
    if len(parts) == 1:
        return None
    clusters = np.zeros(worlds, dtype=np.int32)
    for history, part in enumerate(parts):
        clusters[part] = history
    return clusters


def enrolment_of(tier: Tier, roster: Roster) -> tuple[Enrolment, NDArray[np.bool_]]:
    """The roster as an enrolment of the arm, and who of it is an ambassador, bool[A]."""
    words, compiled = tier.words, tier.compiled
    names = words.channels or compiled.channels
    channels = np.stack(
        [compiled.present_on(c)[roster.member] & (name in names) for c, name in enumerate(compiled.channels)], axis=1
    )
    top = words.programme.ambassadors
    raised = np.zeros(len(roster.member), bool) if top is None else roster.launches >= top.after
    base = np.where(raised, words.willingness if top is None else top.willingness, words.willingness)
    cost = np.full(len(roster.member), float(words.cost_usd))
    return Enrolment(roster.member, tier.labels(roster.member), channels, base * roster.freshness, cost), raised


def _launch(
    tier: Tier, number: int, rosters: list[list[Roster]], parts: list[NDArray[np.int64]]
) -> tuple[LaunchResult, dict[str, Any], NDArray[np.float64]]:
    """One launch in all histories: what it was, differences to no tier by measure, and extra cost, float64[worlds]."""
    from viralsim.simulation.run import compile_arms

    plain = tier.arm_with([])
    arm = compile_arms(tier.scenario, tier.compiled, [tier.arm])[tier.arm]
    names = list(dict.fromkeys([tier.measure, "conversions"]))
    worlds = sum(len(part) for part in parts)
    difference = {name: np.zeros(worlds) for name in names}
    paid, people = np.zeros(worlds), []
    for history, part in zip(rosters, parts, strict=True):
        roster, before = history[number], history[max(number - 1, 0)]
        enrolment, raised = enrolment_of(tier, roster)
        plan = compile_plan(tier.compiled, arm.spec, list(arm.contents), enrolment)
        here = replace(arm, enrolment=enrolment, world=arm.world._replace(plan=plan))
        having, without = (_played(tier, one, number, part) for one in (here, plain))
        for name in names:
            difference[name][part] = having.measures[name] - without.measures[name]
        gone = np.isin(before.member, roster.member, invert=True).sum()
        joined = np.isin(roster.member, before.member, invert=True).sum()
        extra = _work_usd(tier, int(joined), len(enrolment))
        paid[part] = having.cost_usd() - without.cost_usd() + extra
        willingness = float(enrolment.willingness.mean()) if len(enrolment) else np.nan
        people.append((len(enrolment), raised.sum(), gone, joined, willingness))
    mean = np.array(people, dtype=np.float64)
    size, top, left, new = mean[:, :4].mean(axis=0).tolist()
    known = mean[:, 4][np.isfinite(mean[:, 4])]
    gain = Gain(*mean_interval(difference[tier.measure], _clusters(parts, worlds)))
    willing = float(known.mean()) if len(known) else 0.0
    return LaunchResult(number + 1, size, top, left, new, willing, gain, float(paid.mean())), difference, paid


def _work_usd(tier: Tier, joined: int, people: int) -> float:
    """Work that the run of a launch does not count, in money: making those who joined, and all fixed costs of an empty tier."""
    programme = tier.words.programme
    nurture, fixed = programme.nurture, 0.0
    making = 0.0 if nurture is None else joined * nurture.hours_per_advocate * programme.usd_per_hour
    if people == 0 and tier.words.count:
        hours = programme.hours_per_week * tier.spec.horizon / HOURS_PER_WEEK
        fixed = programme.setup_usd / programme.launches + programme.nurture_usd + hours * programme.usd_per_hour
    return making + fixed


def _played(tier: Tier, arm: Any, number: int, worlds: NDArray[np.int64]) -> ArmOutcomes:
    raw = run_worlds(arm.world, tier.seed + number, worlds, threads=tier.threads, series_worlds=0, in_all=len(worlds))
    if raw.interrupted:
        raise KeyboardInterrupt
    return arm_outcomes(arm, raw)
