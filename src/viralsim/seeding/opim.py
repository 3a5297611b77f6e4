"""``opim``: members of greatest expected reach, with a certificate of how close to the best they are.

OPIM-C (Tang, Tang, Xiao, Yuan, SIGMOD 2018): two collections of reverse-reachable sets are doubled until the lower bound
of the chosen set's spread, from the second, is near enough to the upper bound of the best set's, from the first. With
costs a member, greedy by gain a cost, or that after the best single member (Khuller, Moss, Naor, IPL 1999; Tang et al.,
POMACS 2021).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.seeding.contract import Candidates, Chosen
from viralsim.seeding.launch_model import in_launch
from viralsim.seeding.objective import OPTIONS, Objective
from viralsim.seeding.reach_sets import Purse, ReachSets, Source, incoming_rows

KNOWN = (*OPTIONS, "epsilon", "delta", "tight", "improve")
FIRST_SETS = 1_000
MOST_ROUNDS = 24


def opim(candidates: Candidates, count: int, seed: int, options: Mapping[str, Any]) -> Chosen:
    """``count`` eligible members, best first, with bounds that hold together with probability at least 1 - delta.

    Options, all of ``Objective``: probability, model, value, taken, costs, budget; epsilon (0.1): the guarantee aimed
    at is 1 - 1/e - epsilon, with costs 1 - 1/sqrt(e) - epsilon; delta (1 / members) in (0, 1); memory_gib (4): what the
    sets may take; threads: None for all cores, the choice is the same for any number. With several channels every
    follow counts. Without costs exactly ``count`` members are chosen, with costs at most as many. Where those taken reach
    nearly all who could be reached, the answer is an upper bound that is small, with a poor guarantee.

    tight (None, or in (0, 1)): draw on, beyond epsilon, until chance takes no more than this share off the certificate;
    0.05 is a good choice for a final answer. improve (0): choose once more in so many simulated worlds with the same
    luck among the chosen and those next to them, and keep what is better in as many other worlds; 300 is much where
    cascades are small, and slow where they reach a large part of the network.

    Raises InputError for an unknown option or one that is out of range, CapacityError where the sets outgrow memory_gib.
    """
    candidates, options = in_launch(candidates, options, "opim")
    goal = Objective.of(candidates, count, options, "opim", KNOWN)
    if goal.count == 0 or candidates.members == 0 or goal.total == 0.0:
        return Chosen(goal.filled(np.empty(0, np.int64)), "opim", 0.0, 0.0, 0.0, 1.0, 0, goal.cost_of([]))
    source = Source(goal.model, incoming_rows(candidates, goal.probability, goal.model), goal.roots(), goal.marks())
    purse = Purse(int(goal.memory_gib * 2**30))
    judge, choose = (ReachSets(source, seed, name, goal.threads, purse) for name in ("judge", "choose"))
    found, a = _search(goal, judge, choose)
    if not goal.improve:
        return found
    from viralsim.seeding.improve import improved

    better = improved(candidates, goal, found.members, choose)
    if better is None or found.upper_bound is None:
        return found
    sets = len(judge.ends)
    judge.release()
    fresh = ReachSets(source, seed, "judge of the improved", goal.threads, purse)
    fresh.grow(sets)
    return certified(goal, better, fresh, found.upper_bound, a)


def _search(goal: Objective, judge: ReachSets, choose: ReachSets) -> tuple[Chosen, float]:
    """Double both collections until the guarantee is reached, at most until greedy has it without a certificate.

    Returns the chosen, and -log of the probability that is left for each bound.
    """
    rounds = min(MOST_ROUNDS, max(1, math.ceil(math.log2(max(2.0, goal.sets_at_most() / FIRST_SETS))) + 1))
    a = math.log(3.0 * rounds / goal.delta)  # two bounds a round and one more for the improved: 2 r + 1 <= 3 r
    sets = FIRST_SETS
    for turn in range(rounds):
        choose.grow(sets)
        judge.grow(sets)
        members, bound = greedy(goal, choose)
        members = goal.filled(members)
        found = certified(goal, members, judge, upper_bound(bound, a) * goal.total / sets, a)
        certain = judge.hits(members) / bound if bound > 0.0 else 1.0  # the certificate if chance took nothing off
        reached = found.guarantee or 0.0
        if goal.negligible(found.upper_bound or 0.0):
            break
        if reached >= goal.guarantee and (goal.tight is None or reached >= (1.0 - goal.tight) * certain):
            break
        if turn < rounds - 1:
            sets *= 2
    return found, a


def certified(goal: Objective, members: NDArray[np.int64], judge: ReachSets, upper: float, a: float) -> Chosen:
    """The chosen with their bounds; ``judge`` must know nothing of how they were chosen. upper: of the best's value."""
    sets = len(judge.ends)
    scale = goal.total / sets
    seen = judge.hits(members)
    lower = max(goal.own_value(members), lower_bound(seen, a) * scale)
    upper = max(lower, min(goal.total, upper))
    reach = min(max(seen * scale, lower), upper)
    return Chosen(
        members, "opim", reach, lower, upper, lower / upper if upper > 0.0 else 1.0, sets, goal.cost_of(members)
    )


def lower_bound(seen: float, a: float) -> float:
    """Expected hits are no fewer but with probability exp(-a), when ``seen`` are seen (Tang et al. 2018, lemma 4.2)."""
    if seen <= 0:
        return 0.0
    return (math.sqrt(seen + 2.0 * a / 9.0) - math.sqrt(a / 2.0)) ** 2 - a / 18.0


def upper_bound(seen: float, a: float) -> float:
    """Expected hits are no more but with probability exp(-a), when at most ``seen`` are seen (lemma 4.3)."""
    return (math.sqrt(seen + a / 2.0) + math.sqrt(a / 2.0)) ** 2


def greedy(goal: Objective, sets: ReachSets) -> tuple[NDArray[np.int64], float]:
    """Members that cover many sets, and a bound on how many any allowed members cover."""
    from viralsim.seeding.cover_kernels import cover, index_sets

    index = index_sets(sets.ends, sets.entries, goal.members)
    costs = np.empty(0) if goal.costs is None else goal.costs
    budget = 0.0 if goal.budget is None else goal.budget
    members, covered, bound = cover(sets.ends, sets.entries, index, costs, budget, goal.count, -1)
    if goal.costs is not None and len(members):
        single = int(np.argmax(np.diff(index[0])))
        others, more, bound_too = cover(sets.ends, sets.entries, index, costs, budget, goal.count, single)
        bound = min(bound, bound_too)
        if more > covered:
            members = others
    return members, float(bound)
