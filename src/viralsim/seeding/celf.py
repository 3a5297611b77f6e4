"""``celf``: greedy by simulation, lazily (Leskovec et al., KDD 2007), on worlds with the same luck for all sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import integer_at_least
from viralsim.errors import CapacityError
from viralsim.seeding.live_edge import LiveWorlds, outgoing_rows
from viralsim.seeding.objective import OPTIONS, TIGHT, Objective
from viralsim.seeding.opim import search, upper_bounds
from viralsim.seeding.rr_sets import Incoming, MemoryBudget, ReachSets, Source, incoming_rows
from viralsim.seeding.strategy import Candidates, Chosen
from viralsim.seeding.surrogate import in_launch

UNSURE = 4.6  # -log of the chance that a member adds more alone than ``most_added`` says
Bounds: TypeAlias = Callable[[NDArray[np.int64]], NDArray[np.float64]]  # chosen -> of each member, float64[N]


def celf(candidates: Candidates, count: int, seed: int, options: Mapping[str, Any]) -> Chosen:
    """``count`` eligible members, best first: each adds most to those before, in ``worlds`` (1000) simulated worlds.

    Options: worlds, and probability, model, value, taken, seen, costs, budget, memory_gib, threads as of ``opim``. The expected
    reach is measured in other worlds than those used to choose, so that luck is not mistaken for merit. There is no certificate.
    Reverse-reachable sets like those of ``opim`` bound what each member adds to those chosen (``most_added``). Members are
    evaluated in the order of these bounds, and most are never evaluated. If the sets outgrow memory_gib, every eligible member
    is evaluated alone once, which takes O(worlds x eligible x members reached from one). Raises InputError for an unknown option
    or one that is out of range, CapacityError beyond memory_gib.
    """
    candidates, options = in_launch(candidates, options, "celf")
    rest = dict(options)
    worlds = integer_at_least(rest.pop("worlds", 1000), "worlds", 1)
    goal = Objective.of(candidates, count, rest, "celf", ("worlds", *OPTIONS))
    if goal.count == 0:
        return Chosen(np.empty(0, np.int64), "celf", 0.0, cost=goal.cost_of([]))
    incoming = incoming_rows(candidates, goal.probability, goal.model)
    outgoing = outgoing_rows(candidates, incoming, goal.model)
    live = LiveWorlds(goal, outgoing, worlds, seed, "celf")
    chosen = best_of(live, np.flatnonzero(goal.eligible), most_added(goal, incoming, seed))
    fresh = LiveWorlds(goal, outgoing, worlds, seed, "celf judge")
    return Chosen(chosen, "celf", float(fresh.add(chosen).mean()), sets=worlds, cost=goal.cost_of(chosen))


def most_added(goal: Objective, incoming: Incoming, seed: int) -> Bounds | None:
    """Upper bounds on what each member adds to some others; each is exceeded with a chance of one in a hundred.

    None if the sets do not fit into memory, or nobody counts.
    """
    if goal.total == 0.0:
        return None
    source = Source(goal.model, incoming, goal.roots(), goal.marks())
    memory = MemoryBudget(int(goal.memory_gib * 2**30))
    judge, choose = (ReachSets(source, seed, name, goal.threads, memory) for name in ("judge", "choose"))
    try:
        search(replace(goal, tight=TIGHT), judge, choose)
    except CapacityError:
        return None
    worth = goal.total / len(choose.ends)
    return lambda chosen: upper_bounds(choose.further(chosen), UNSURE) * worth


def best_of(live: LiveWorlds, pool: NDArray[np.int64], most: Bounds | None = None) -> NDArray[np.int64]:
    """Members of ``pool`` chosen greedily; with costs, the better of that and the same after the best single member.

    most: bounds on what members add; without it every member of ``pool`` is evaluated alone.
    """
    alone = live.gains(pool) if most is None else most(np.empty(0, np.int64))[pool]
    chosen, gain = lazy_greedy(live, pool, alone, most=most)
    if live.goal.costs is None or not len(chosen):
        return chosen
    live.restart()
    others, more = lazy_greedy(live, pool, alone, int(alone.argmax()), most)
    return others if more > gain else chosen


def lazy_greedy(
    live: LiveWorlds,
    pool: NDArray[np.int64],
    alone: NDArray[np.float64],
    start: int | None = None,
    most: Bounds | None = None,
) -> tuple[NDArray[np.int64], float]:
    """(members, what they add): the largest gain for its cost first; a gain is evaluated again only when it may be the largest.

    Exact, since gains only fall from one choice to the next in every world; with ``most``, exact as far as its bounds hold.
    alone: the gains of ``pool`` before any choice, or bounds on them. start: the place in ``pool`` of the member chosen first.
    Ties go to the lower number.
    """
    goal = live.goal
    price = np.ones(len(pool)) if goal.costs is None else goal.costs[pool]
    left = np.inf if goal.budget is None else goal.budget
    score = alone / price
    weighed = np.full(len(pool), 0 if most is None else -1)  # after how many choices, last
    if start is not None:
        score[start], weighed[start] = np.inf, 0
    chosen: list[int] = []
    total = 0.0
    while len(chosen) < goal.count:
        i = int(score.argmax())
        if score[i] == -np.inf:
            break
        member = pool[i : i + 1]
        if price[i] > left:
            score[i] = -np.inf
        elif weighed[i] < len(chosen):
            score[i] = float(live.gains(member, score[i] * price[i])[0]) / price[i]
            weighed[i] = len(chosen)
        else:
            chosen.append(int(pool[i]))
            score[i] = -np.inf
            left -= price[i]
            total += float(live.add(member).mean())
            if most is not None:
                score = np.minimum(score, most(np.array(chosen))[pool] / price)
    return np.array(chosen, dtype=np.int64), total
