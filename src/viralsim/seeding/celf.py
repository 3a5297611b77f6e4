"""``celf``: greedy by simulation, lazily (Leskovec et al., KDD 2007), on worlds with the same luck for all sets."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import integer_at_least
from viralsim.seeding.live_edge import LiveWorlds, outgoing_rows
from viralsim.seeding.objective import OPTIONS, Objective
from viralsim.seeding.rr_sets import incoming_rows
from viralsim.seeding.strategy import Candidates, Chosen
from viralsim.seeding.surrogate import in_launch


def celf(candidates: Candidates, count: int, seed: int, options: Mapping[str, Any]) -> Chosen:
    """``count`` eligible members, best first: each adds most to those before, in ``worlds`` (1000) simulated worlds.

    Options: worlds, and probability, model, value, taken, costs, budget, memory_gib, threads of ``Objective``. The expected
    reach is of other worlds than those in which was chosen, so that luck is not taken for merit. No certificate. Every eligible
    member is weighed alone once: O(worlds x eligible x what one reaches), for small cascades or small networks; ``opim``
    is for the others. Raises InputError for an unknown option or one that is out of range, CapacityError beyond memory_gib.
    """
    candidates, options = in_launch(candidates, options, "celf")
    rest = dict(options)
    worlds = integer_at_least(rest.pop("worlds", 1000), "worlds", 1)
    goal = Objective.of(candidates, count, rest, "celf", ("worlds", *OPTIONS))
    if goal.count == 0:
        return Chosen(np.empty(0, np.int64), "celf", 0.0, cost=goal.cost_of([]))
    outgoing = outgoing_rows(candidates, incoming_rows(candidates, goal.probability, goal.model), goal.model)
    live = LiveWorlds(goal, outgoing, worlds, seed, "celf")
    chosen = best_of(live, np.flatnonzero(goal.eligible))
    fresh = LiveWorlds(goal, outgoing, worlds, seed, "celf judge")
    return Chosen(chosen, "celf", float(fresh.add(chosen).mean()), sets=worlds, cost=goal.cost_of(chosen))


def best_of(live: LiveWorlds, pool: NDArray[np.int64]) -> NDArray[np.int64]:
    """Members of ``pool`` chosen greedily; with costs the better of that and the same after the best single member."""
    alone = live.gains(pool)
    chosen, gain = lazy_greedy(live, pool, alone)
    if live.goal.costs is None or not len(chosen):
        return chosen
    live.restart()
    others, more = lazy_greedy(live, pool, alone, start=int(pool[alone.argmax()]))
    return others if more > gain else chosen


def lazy_greedy(
    live: LiveWorlds, pool: NDArray[np.int64], alone: NDArray[np.float64], start: int | None = None
) -> tuple[NDArray[np.int64], float]:
    """(members, what they add): the largest gain for its cost first; a gain is weighed again only when it may be largest.

    Exact, since gains only fall from one choice to the next in every world. alone: the gains of ``pool`` before any
    choice. start: who is chosen first. Ties go to the lower number.
    """
    goal = live.goal
    price = np.ones(len(pool)) if goal.costs is None else goal.costs[pool]
    left = np.inf if goal.budget is None else goal.budget
    score = np.where(pool == (-1 if start is None else start), -np.inf, -alone / price)
    heap = [(float(s), int(v), 0, float(c)) for s, v, c in zip(score, pool, price, strict=True)]
    heapify(heap)
    chosen: list[int] = []
    total = 0.0
    while heap and len(chosen) < goal.count:
        first, v, weighed, cost = heappop(heap)
        if cost > left:
            continue
        if weighed == len(chosen):
            chosen.append(v)
            left -= cost
            total += float(live.add(np.array([v])).mean())
        else:
            gain = float(live.gains(np.array([v]), -first * cost)[0])
            heappush(heap, (-gain / cost, v, len(chosen), cost))
    return np.array(chosen, dtype=np.int64), total
