"""``opim``: members of greatest expected reach, with a certificate of how close to the best they are.

OPIM-C (Tang, Tang, Xiao, Yuan, SIGMOD 2018): two collections of reverse-reachable sets grow until the lower bound of the
chosen set's spread, from the second, is near enough to the upper bound of the best set's, from the first. With costs a
member, greedy by gain a cost, or that after the best single member (Khuller, Moss, Naor, IPL 1999; Tang et al., POMACS
2021).

Three things differ from the paper. The sets of one growth share all members out as roots (``draw_sets``); they are
independent, their chances of being hit add up to what they did, and such a sum of coins of different chances has no larger
exponential moments than that of coins of their mean (Hoeffding, Ann. Math. Stat. 1956), on which both bounds rest. The second
collection is half of the first: it only judges. With ``tight``, sizes are on a ladder of four steps a doubling, and the first
collection alone says which is next, so that the chosen never depend on the second: the upper bound then has to hold on
every step of the ladder, the lower one in every round.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import check_options
from viralsim.errors import CapacityError, InputError
from viralsim.seeding.objective import OPTIONS, Objective
from viralsim.seeding.robust import MixedSets, robust
from viralsim.seeding.rr_sets import MemoryBudget, ReachSets, Source, incoming_rows
from viralsim.seeding.strategy import Candidates, Chosen
from viralsim.seeding.surrogate import in_launch

KNOWN = (*OPTIONS, "epsilon", "delta", "tight", "improve", "deadline_ticks")
KNOWN_WITH_ROWS = (*KNOWN, "rows", "over")
FIRST_SETS = 1_000
MOST_ROUNDS = 24
JUDGED = 2  # so many sets to choose by for one that judges: 9 % more for the same bounds, but the choice has 1.45 times as many
LADDER = (1.0, 1.1892, 1.4142, 1.6818)  # sizes within a doubling
SHORT_STEPS = 4  # of less than a doubling, in one search
OPTIMISM = 0.005  # of the sets covered, at most, beyond what those that judge confirm: seeds lose about half of it


def opim(candidates: Candidates, count: int, seed: int, options: Mapping[str, Any]) -> Chosen:
    """``count`` eligible members, best first, with bounds that hold together with probability at least 1 - delta.

    Options, all of ``Objective``: probability, model, value, taken, costs, budget. epsilon (0.1): the guarantee to reach is
    1 - 1/e - epsilon, with costs 1 - 1/sqrt(e) - epsilon. delta (1 / members): in (0, 1). memory_gib (4): what the sets may
    take, beside at most 68 bytes per member and thread while they are drawn. threads: None for all cores; the choice is the
    same for any number. With several channels every follow counts. Without costs exactly ``count`` members are chosen,
    with costs at most as many. If the taken members reach nearly all who could be reached, or nobody who can be chosen reaches
    anybody who counts, the answer is a small upper bound with a poor guarantee.

    tight (0.07; None: off): continue beyond epsilon until chance reduces the certificate by no more than this share and the
    judging sets confirm, to 0.5 %, how many sets are covered, or until memory_gib is full. If tight is not given, an epsilon
    above 0.1 switches it off. Without it the certificate alone ends the search, and seeds can be worse than the most followed
    members (soc-Epinions1, 50 seeds, weighted cascade: 2 % less spread). 0.07 came within 0.3 % of ``celf`` with 1,000 worlds
    for each of twelve seeds (benchmarks/SEEDS.md). The most followed members are chosen if the sets say that they spread
    further. improve (0): choose once more, in so many simulated worlds with the same luck, among the chosen members and those
    next to them, and keep what is better in as many other worlds. 300 is plenty for small cascades, and slow if they reach a
    large part of the network.

    deadline_ticks (None): count only members who are reached within so many ticks; each step from member to follower takes one
    tick. The bounds hold for that. seen (None): members whom a first wave reached and who are seen to be active. The choice is
    then the second wave, and the bounds are for what it adds given what was seen (``second_wave``). Both are for textbook
    cascades.

    rows (None): readings of the network, a list of mappings of probability and model, such as {"probability": 0.01}. over
    ("mean"): what is maximised, the mean of the spreads over the rows, or the mean of the worst tenth of them, "worst_decile".
    All bounds are for that. For the worst tenth no guarantee is known in advance; the one found is returned (``robust``).

    Raises InputError for an unknown option or one that is out of range, CapacityError if the sets outgrow memory_gib.
    """
    if options.get("rows") is not None:
        check_options(options, "opim", KNOWN_WITH_ROWS)
        return robust(candidates, count, seed, options, KNOWN)
    if "over" in options:
        raise InputError(
            "over: is for several readings: give rows, or leave it out; where inputs of a scenario are uncertain, viralsim "
            "advocates FILE --over chooses for all of them, and the scenario can name the members"
        )
    candidates, options = in_launch(candidates, options, "opim")
    goal = Objective.of(candidates, count, options, "opim", KNOWN)
    if goal.count == 0 or candidates.members == 0 or goal.total == 0.0:
        return Chosen(goal.filled(np.empty(0, np.int64)), "opim", 0.0, 0.0, 0.0, 1.0, 0, goal.cost_of([]))
    incoming = incoming_rows(candidates, goal.probability, goal.model)
    source = Source(goal.model, incoming, goal.roots(), goal.marks(), goal.deadline_ticks)
    memory = MemoryBudget(int(goal.memory_gib * 2**30))
    judge, choose = (ReachSets(source, seed, name, goal.threads, memory) for name in ("judge", "choose"))
    found, a = search(goal, judge, choose)
    found = no_worse_than_degree(candidates, goal, judge, found, a)
    if not goal.improve:
        return found
    from viralsim.seeding.local_search import improved

    better = improved(candidates, goal, found.members, choose)
    if better is None or found.upper_bound is None:
        return found
    sets = len(judge.ends)
    judge.release()
    fresh = ReachSets(source, seed, "judge of the improved", goal.threads, memory)
    fresh.grow(sets)
    return certified(goal, better, fresh, found.upper_bound, a)


def search(goal: Objective, judge: ReachSets | MixedSets, choose: ReachSets | MixedSets) -> tuple[Chosen, float]:
    """Let both collections grow until the guarantee is reached, at most until greedy has it without a certificate.

    Returns the chosen, and -log of the probability that is left for each bound.
    """
    doublings = min(MOST_ROUNDS, max(1, math.ceil(math.log2(max(2.0, goal.sets_at_most() / FIRST_SETS))) + 1)) - 1
    last = len(LADDER) * doublings
    rounds = doublings + 1 + (SHORT_STEPS if goal.tight else 0)
    sizes = last + 1 if goal.tight else rounds
    a = math.log(
        (sizes + rounds + 2) / goal.delta
    )  # upper and lower bounds, and two: for the best followed and the improved
    place = short = 0
    found: Chosen | None = None
    while True:
        try:
            choose.grow(ladder(place))
            judge.grow(ladder(place) // JUDGED)
        except CapacityError:
            if found is not None and (found.guarantee or 0.0) >= goal.guarantee:
                return found, a  # certified already: only the last digits of the choice are missing
            raise
        members, covered, bound = greedy(goal, choose)
        members = goal.filled(members)
        found = certified(goal, members, judge, upper_bound(bound, a) * goal.total / len(choose.ends), a)
        if (
            place >= last
            or goal.negligible(found.upper_bound or 0.0, covered)
            or _enough(goal, found, judge, (covered, bound))
        ):
            return found, a
        ahead = len(LADDER)
        if goal.tight and short < SHORT_STEPS:
            near = _tight_at(goal.tight, covered, bound, a, place, last) - place
            ahead = near or ahead  # 0: what the other collection says is missing, and nothing here says how much
            short += ahead < len(LADDER)
        place = min(last, place + ahead)


def no_worse_than_degree(
    candidates: Candidates, goal: Objective, judge: ReachSets | MixedSets, found: Chosen, a: float
) -> Chosen:
    """The best followed in place of the chosen where the sets that judge say that they spread further."""
    if goal.costs is not None or found.upper_bound is None:
        return found
    degree = by_degree(candidates, goal, found.members)
    if judge.hits(degree) <= judge.hits(found.members):
        return found
    return certified(goal, degree, judge, found.upper_bound, a)


def by_degree(candidates: Candidates, goal: Objective, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """The best followed, as many as are ``chosen``."""
    members = np.flatnonzero(goal.eligible)
    return members[np.argsort(-candidates.followers()[members], kind="stable")][: len(chosen)]


def ladder(place: int) -> int:
    """The size at a place of the ladder."""
    doublings, step = divmod(place, len(LADDER))
    return int(FIRST_SETS * 2**doublings * LADDER[step])


def _enough(goal: Objective, found: Chosen, judge: ReachSets | MixedSets, cover: tuple[float, float]) -> bool:
    """Whether the guarantee is reached, and, with ``tight``, chance takes no more than that off the certificate.

    cover: how many sets the chosen cover, and the bound on how many anybody does. With many seeds the certificate is tight
    before the seeds are good, as they fit the sets that they were chosen by: those that judge have to confirm what they cover.
    """
    reached = found.guarantee or 0.0
    if reached < goal.guarantee or goal.tight is None:
        return reached >= goal.guarantee
    covered, bound = cover
    confirmed = JUDGED * judge.hits(found.members)
    certain = confirmed / bound if bound > 0.0 else 1.0  # the certificate if chance took nothing off
    return reached >= (1.0 - goal.tight) * certain and confirmed >= (1.0 - OPTIMISM) * covered


def _tight_at(tight: float, covered: float, bound: float, a: float, place: int, last: int) -> int:
    """The first place after ``place`` where chance takes no more than ``tight``, if sets go on to be covered as they are."""
    for later in range(place, last):
        times = ladder(later) / ladder(place)
        low = lower_bound(covered * times / JUDGED, a) * JUDGED
        if low >= (1.0 - tight) * upper_bound(bound * times, a) * covered / max(bound, 1.0):
            return later
    return last


def certified(
    goal: Objective, members: NDArray[np.int64], judge: ReachSets | MixedSets, upper: float, a: float
) -> Chosen:
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


def upper_bounds(seen: NDArray[np.int64], a: float) -> NDArray[np.float64]:
    """``upper_bound`` of each of ``seen``, float64[n]."""
    return np.asarray((np.sqrt(seen + a / 2.0) + math.sqrt(a / 2.0)) ** 2, np.float64)


def greedy(goal: Objective, sets: ReachSets | MixedSets) -> tuple[NDArray[np.int64], float, float]:
    """Members that cover many sets, how many, and a bound on how many any allowed members cover."""
    from viralsim.seeding.max_cover import cover, index_sets

    index = index_sets(sets.ends, sets.entries, goal.members)
    costs = np.empty(0) if goal.costs is None else goal.costs
    budget = 0.0 if goal.budget is None else goal.budget
    members, covered, bound = cover(sets.ends, sets.entries, index, costs, budget, goal.count, -1)
    if goal.costs is not None and len(members):
        single = int(np.argmax(np.diff(index[0])))
        others, more, bound_too = cover(sets.ends, sets.entries, index, costs, budget, goal.count, single)
        bound = min(bound, bound_too)
        if more > covered:
            members, covered = others, more
    return members, float(covered), float(bound)
