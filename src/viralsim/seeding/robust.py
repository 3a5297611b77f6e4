"""Seeds that have to do well under several readings of the same network: on average over them, or in the worst of them.

Over the mean, a reverse-reachable set is drawn under each reading in turn, so that everything that holds of ``opim`` holds of
the mean. The mean of the worst tenth is not submodular, and no greedy choice has a share of the best that is known ahead; but
under every weighting of the readings that gives none of them more than it can have within a tenth, the best weighted mean is no
less than the best of the worst tenth (Rockafellar, Uryasev 2000), so that a certificate is found afterwards. Sets are proposed
by weightings that answer the last choice (Chen, Lucier, Singer, Syrgkanis, NIPS 2017) and by ceilings on what a reading can
count (Krause, McMahan, Guestrin, Gupta, JMLR 2008); the best of them is kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import check_options, one_of, refuse
from viralsim.errors import InputError
from viralsim.seeding.objective import Objective
from viralsim.seeding.rr_sets import MemoryBudget, ReachSets, Source, incoming_rows
from viralsim.seeding.second_wave import after_first_wave
from viralsim.seeding.strategy import Candidates, Chosen
from viralsim.seeding.surrogate import LaunchModel

MOST_ROWS = 64
OVER = ("mean", "worst_decile")
OF_A_ROW = ("probability", "model")  # options in which rows may differ
WORST = 0.1
ROUNDS, CEILINGS = 12, 6  # ways to choose for the worst tenth


@dataclass
class MixedSets:
    """Sets of several readings as one collection, in which each set says as much of the mean of their spreads.

    share: so many times as many are drawn at a time. worth: float64[K], what each reading has in all, over the mean of them:
    of a reading that has twice as much, twice as many sets are drawn.
    """

    parts: list[ReachSets]
    share: int
    worth: NDArray[np.float64]
    ends: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    entries: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))

    def grow(self, sets: int) -> None:
        """Draw on until there are at least ``sets``."""
        self._have(np.ceil(self._each(sets) * self.worth).astype(np.int64).tolist())

    def grow_evenly(self, sets: int) -> None:
        """Draw on until there are at least ``sets``, as many of each reading."""
        self._have([max(self._each(sets), *(len(part.ends) for part in self.parts))] * len(self.parts))

    def _each(self, sets: int) -> int:
        return self.share * -(-sets // (self.share * len(self.parts)))

    def _have(self, counts: Sequence[int]) -> None:
        for part, count in zip(self.parts, counts, strict=True):
            part.grow(count)
        self.ends, self.entries = joined(self.parts, counts)

    def hits(self, members: NDArray[np.int64]) -> int:
        """How many sets hold at least one of ``members``."""
        return sum(part.hits(members) for part in self.parts)


def joined(parts: Sequence[ReachSets], counts: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The first ``counts`` sets of each collection behind each other: ends int64[S], members int32[]."""
    ends, entries, at = [], [], 0
    for part, count in zip(parts, counts, strict=True):
        size = int(part.ends[count - 1]) if count else 0
        ends.append(part.ends[:count] + at)
        entries.append(part.entries[:size])
        at += size
    return np.concatenate(ends), np.concatenate(entries)


@dataclass
class Readings:
    """The sources of all rows, and what they share.

    goal: in which a member's activation is worth the mean over the rows. goals: of each row.
    """

    goal: Objective
    goals: list[Objective]
    sources: list[Source]
    candidates: Candidates
    seed: int
    memory: MemoryBudget

    def sets(self, name: str, share: int) -> MixedSets:
        """A collection that is still empty; ``name`` keys its luck."""
        luck = [f"{name} {row}" for row in range(len(self.sources))]
        pairs = zip(self.sources, luck, strict=True)
        parts = [ReachSets(s, self.seed, one, self.goal.threads, self.memory) for s, one in pairs]
        return MixedSets(parts, share, self.totals / self.totals.mean())

    @property
    def totals(self) -> NDArray[np.float64]:
        """What there is in each reading if everybody is active, float64[K]."""
        return np.array([goal.total for goal in self.goals])


def readings_of(
    candidates: Candidates, count: int, seed: int, options: Mapping[str, Any], known: Sequence[str]
) -> Readings:
    """The rows of ``options["rows"]``, mappings or launches, checked; InputError for what is wrong with one of them."""
    rest = {word: value for word, value in options.items() if word not in ("rows", "over")}
    rows = options["rows"]
    if isinstance(rows, str | Mapping) or not isinstance(rows, Sequence) or not 1 <= len(rows) <= MOST_ROWS:
        raise refuse("rows", f'a list of 1 to {MOST_ROWS} mappings such as {{"probability": 0.01}}', rows)
    for name in (*OF_A_ROW, "improve"):
        if rest.get(name):
            raise InputError(f"{name}: belongs into each of the rows, or is none of theirs: leave it out beside rows")
    goals, sources = [], []
    for i, row in enumerate(rows):
        if isinstance(row, LaunchModel):
            read, terms = row.terms(candidates, rest, "opim")
        elif isinstance(row, Mapping):
            check_options(row, f"rows[{i}]", OF_A_ROW)
            read, terms = after_first_wave(candidates, {**rest, **row})
        else:
            raise refuse(f"rows[{i}]", 'a mapping such as {"probability": 0.01}', row)
        goal = Objective.of(read, count, terms, "opim", known)
        incoming = incoming_rows(read, goal.probability, goal.model)
        goals.append(goal)
        sources.append(Source(goal.model, incoming, goal.roots(), goal.marks(), goal.deadline_ticks))
    values = [goal.value for goal in goals if goal.value is not None]
    goal = replace(goals[0], value=np.mean(values, axis=0)) if values else goals[0]
    lifted = read if isinstance(rows[0], LaunchModel) else candidates  # a launch has its members several times
    return Readings(goal, goals, sources, lifted, seed, MemoryBudget(int(goal.memory_gib * 2**30)))


def robust(candidates: Candidates, count: int, seed: int, options: Mapping[str, Any], known: Sequence[str]) -> Chosen:
    """``opim`` over ``options["rows"]``: the mean of the spreads, or the mean of the worst tenth of them (at least one)."""
    from viralsim.seeding.opim import no_worse_than_degree, search

    over = one_of(options.get("over", OVER[0]), "over", OVER)
    readings = readings_of(candidates, count, seed, options, known)
    goal = readings.goal
    candidates = readings.candidates
    if goal.count == 0 or candidates.members == 0 or goal.total == 0.0:
        return Chosen(goal.filled(np.empty(0, np.int64)), "opim", 0.0, 0.0, 0.0, 1.0, 0, goal.cost_of([]))
    judge, choose = readings.sets("judge", 1), readings.sets("choose", 2)
    found, a = search(goal, judge, choose)
    found = no_worse_than_degree(candidates, goal, judge, found, a)
    if over == OVER[0]:
        return replace(found, of_rows=spreads(readings.totals, judge.parts, found.members))
    return _worst_tenth(candidates, readings, choose, found)


def spreads(totals: NDArray[np.float64], parts: Sequence[ReachSets], members: NDArray[np.int64]) -> NDArray[np.float64]:
    """The estimated spread of ``members`` under each reading, float64[K]."""
    return np.array(
        [part.hits(members) * total / len(part.ends) for total, part in zip(totals.tolist(), parts, strict=True)]
    )


def _worst_tenth(candidates: Candidates, readings: Readings, choose: MixedSets, first: Chosen) -> Chosen:
    """Choose from what weightings and ceilings propose; certify with sets that nothing was chosen by."""
    from viralsim.seeding.opim import greedy, lower_bound, upper_bound

    goal, rows, totals = readings.goal, len(readings.sources), readings.totals
    tenth = max(1, math.ceil(WORST * rows))
    choose.grow_evenly(len(choose.ends) * rows // tenth)  # a tenth of the rows then has what all had
    best, weight = _best_of_worst(candidates, readings, choose, first, tenth)
    a = math.log((rows + 2) / goal.delta)
    fresh = readings.sets("judge of the worst", 1)
    fresh.grow_evenly(len(choose.ends) // 2)
    heavy = weight * totals
    each = heavy.max() / len(fresh.parts[0].ends)  # what a set says of the weighted mean
    upper = min(float(heavy.sum()), upper_bound(greedy(goal, _weighted(fresh, heavy))[2], a) * each)
    found = spreads(totals, fresh.parts, best)
    lows = [lower_bound(part.hits(best), a) * t / len(part.ends) for t, part in zip(totals, fresh.parts, strict=True)]
    own = np.sort([one.own_value(best) for one in readings.goals])[:tenth].mean()
    low = max(float(own), float(np.sort(lows)[:tenth].mean()))
    upper = max(low, upper)
    reach = min(max(float(np.sort(found)[:tenth].mean()), low), upper)
    return Chosen(
        best, "opim", reach, low, upper, low / upper if upper > 0.0 else 1.0, len(fresh.ends), goal.cost_of(best), found
    )


def _best_of_worst(
    candidates: Candidates, readings: Readings, choose: MixedSets, first: Chosen, tenth: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(members whose worst tenth is best, weights of the rows that bound what the worst tenth can be: float64[K], sum 1)."""
    from viralsim.seeding.opim import by_degree, greedy

    goal, totals = readings.goal, readings.totals
    best, best_value = first.members, -1.0

    def worst(members: NDArray[np.int64]) -> NDArray[np.int64]:
        nonlocal best, best_value
        found = spreads(totals, choose.parts, members)
        rows = np.argsort(found, kind="stable")[:tenth]
        if found[rows].mean() > best_value:
            best, best_value = members, float(found[rows].mean())
        return rows

    if goal.costs is None:
        worst(by_degree(candidates, goal, first.members))
    weight, members = np.zeros(len(choose.parts)), first.members
    for _ in range(ROUNDS):
        weight[worst(members)] += 1.0 / (tenth * ROUNDS)
        members = goal.filled(greedy(goal, _weighted(choose, weight * totals))[0])
    worst(members)
    for ceiling in np.linspace(best_value, max(first.expected_reach or 0.0, best_value), CEILINGS + 1)[:-1]:
        worst(goal.filled(_below(goal, totals, choose, float(ceiling))))
    return best, weight


def _below(goal: Objective, totals: NDArray[np.float64], sets: MixedSets, ceiling: float) -> NDArray[np.int64]:
    """Greedy by the sum over the rows of the spread as far as ``ceiling``: only rows that are behind count."""
    scale = totals / np.array([len(part.ends) for part in sets.parts])
    chosen = np.empty(0, np.int64)
    price = np.ones(goal.members) if goal.costs is None else goal.costs
    left = np.inf if goal.budget is None else goal.budget
    free = goal.eligible.copy()
    while len(chosen) < goal.count and (free & (price <= left)).any():
        now = spreads(totals, sets.parts, chosen)
        gain = np.zeros(goal.members)
        for row, part in enumerate(sets.parts):
            gain += np.minimum(part.further(chosen) * scale[row], max(ceiling - now[row], 0.0))
        if not gain.max() > 0.0:
            break
        member = int(np.where(free & (price <= left), gain / price, -1.0).argmax())
        chosen = np.append(chosen, member)
        free[member] = False
        left -= price[member]
    return chosen


def _weighted(sets: MixedSets, weight: NDArray[np.float64]) -> MixedSets:
    """As many sets of each reading as its weight, times what it has in all, says: the heaviest give all they have."""
    share = weight / weight.max()  # exactly 1 for the heaviest: divided last, a count could round up past what there is
    counts = [math.ceil(len(part.ends) * one) for part, one in zip(sets.parts, share.tolist(), strict=True)]
    return MixedSets(sets.parts, sets.share, sets.worth, *joined(sets.parts, counts))
