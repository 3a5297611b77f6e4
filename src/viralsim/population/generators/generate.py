"""Generated networks: communities, heavy-tailed following, reciprocity, clustering, all at the values asked for.

Follows are drawn in three layers. *Circles* of friends inside a community, nearly complete, carry the clustering.
*Mutual* follows and *one-way* follows go to members by popularity, inside the community or, for the share ``mixing``
of all follows, outside (a degree-corrected block model; Karrer and Newman, Phys. Rev. E 83, 2011). What the layers do
to each other (repeats, follows returned by accident, triangles at hubs) is measured and corrected in a few rounds, on
a part of the communities where the audience is large. Everything is a pure function of the arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.errors import NetworkError
from viralsim.population.generators.degrees import Budgets, degree_budgets
from viralsim.population.network.edges import Edges, build_rows
from viralsim.population.network.huge_pages import copy_of
from viralsim.population.network.network import Network

F8 = NDArray[np.float64]

PILOT_MEMBERS = 15_000  # corrections of larger audiences are found on whole communities of at most twice as many
ROUNDS = 6
CIRCLE_DENSITY = 0.7  # of a circle, as long as the asked clustering can be reached with it
SINGLE_COMMUNITY_CIRCLES = 0.95  # largest share of follows inside circles where no follow leaves the community
CLUSTERING_SAMPLE = 2000


@dataclass(frozen=True)
class Traits:
    """What a generated network is asked for, or what it has.

    mean_following: accounts that a member follows. reciprocity: share of follows that are returned. clustering: mean
    local clustering coefficient of the undirected graph (Watts and Strogatz 1998), not the transitivity: in a network
    with heavy-tailed followers almost all pairs of neighbours are pairs of a hub's followers, so that transitivity
    describes hubs only and falls with size. mixing: share of follows that leave the community.
    """

    mean_following: float
    reciprocity: float
    clustering: float
    mixing: float


class _Luck(NamedTuple):
    """Keys of the layers."""

    popularity: np.uint64
    following: np.uint64
    circles: np.uint64
    pairs: np.uint64
    rounding: np.uint64
    mutual: np.uint64
    one_way: np.uint64


def generate_network(
    community: ArrayLike,
    mean_following: float,
    degree_exponent: float,
    reciprocity: float,
    clustering: float,
    mixing: float,
    seed: int,
    present: ArrayLike | None = None,
    similarity: ArrayLike | None = None,
) -> Network:
    """Generate a directed network on members with communities; information flows from the followed to the follower.

    community: int[N] from 0. mean_following: mean over present members. degree_exponent: of the density of the number
    of followers, above 1. reciprocity, clustering, mixing: in [0, 1], see ``Traits``. seed: any integer.
    present: bool[N], members without an account have no follows. similarity: float[N]; members of a community whose
    values are close are more often in one circle.

    Reached, where a network of this size can have it: mean following within 3 %, reciprocity within 0.03, clustering
    within 25 % of the asked value; ``describe_network`` reports. 1,000,000 members with 20,000,000 follows take well
    under a minute. Raises ``NetworkError`` for values that no network can have.
    """
    shape = (mean_following, degree_exponent, reciprocity, clustering, mixing)
    return generate_and_measure(community, *shape, seed, present, similarity)[0]


def generate_and_measure(
    community: ArrayLike,
    mean_following: float,
    degree_exponent: float,
    reciprocity: float,
    clustering: float,
    mixing: float,
    seed: int,
    present: ArrayLike | None = None,
    similarity: ArrayLike | None = None,
) -> tuple[Network, Traits]:
    """As ``generate_network``, and the traits reached (of the part on which corrections were found)."""
    groups = np.asarray(community)
    if groups.ndim != 1 or (len(groups) and (groups.dtype.kind not in "iu" or groups.min() < 0)):
        raise NetworkError("community must hold one whole number >= 0 per member")
    _check(mean_following, degree_exponent, {"reciprocity": reciprocity, "clustering": clustering, "mixing": mixing})
    near = None if similarity is None else np.asarray(similarity, dtype=np.float64)
    if present is None:
        who = np.arange(len(groups))
    else:
        there = np.asarray(present, dtype=bool)
        if there.shape != groups.shape:
            raise NetworkError(f"present must have one entry per member: {len(groups)}, got shape {there.shape}")
        who = np.flatnonzero(there)
    asked = Traits(mean_following, reciprocity, clustering, mixing)
    near = None if near is None else near[who]
    local, reached = _generate(_without_gaps(groups[who]), asked, degree_exponent, _luck(seed), near)
    if len(who) == len(groups):
        return local, reached
    return local.placed(who, len(groups)), reached


def _check(mean_following: float, degree_exponent: float, shares: dict[str, float]) -> None:
    if not (np.isfinite(mean_following) and mean_following >= 0):
        raise NetworkError(f"mean_following must be >= 0, got {mean_following}")
    if not degree_exponent > 1:
        raise NetworkError(f"degree_exponent must be above 1, got {degree_exponent}; observed networks have 2 to 3")
    for name, value in shares.items():
        if not 0 <= value <= 1:
            raise NetworkError(f"{name} must be in [0, 1], got {value}")


def _luck(seed: int) -> _Luck:
    from viralsim.kernels.rng import Stream, seed_key, stream_key, world_key

    base = np.uint64(world_key(seed_key(seed), 0))
    keys = [np.uint64(stream_key(base, int(Stream.POPULATION), np.uint64(1), np.uint64(i))) for i in range(7)]
    return _Luck(*keys)


def _generate(
    community: NDArray[np.int32], asked: Traits, degree_exponent: float, luck: _Luck, similarity: F8 | None
) -> tuple[Network, Traits]:
    """The network of members ``0..N-1`` who are all present, communities numbered without gaps; traits reached."""
    n = len(community)
    if n < 2 or asked.mean_following == 0:
        return Network(np.zeros(n + 1, np.int64), np.zeros(0, np.int32)), asked
    if community.max() == 0:
        asked = replace(asked, mixing=0.0)  # there is nowhere else to go
    pilot = _pilot_members(community)
    pilot_community = _without_gaps(community[pilot])
    near = None if similarity is None else similarity[pilot]
    whole = len(pilot) == n
    knobs, best, best_miss, best_reached = asked, asked, np.inf, asked
    network: Network | None = None
    for _ in range(ROUNDS):
        trial = _draw(pilot_community, knobs, degree_exponent, luck, near)
        reached = traits_of(trial, pilot_community)
        miss = _miss(asked, reached)
        stuck = miss > 0.9 * best_miss
        if miss < best_miss:
            best, best_miss, best_reached, network = knobs, miss, reached, trial
        if miss < 0.5 or stuck:
            break
        knobs = _corrected(knobs, asked, reached)
    if whole and network is not None:
        return network, best_reached
    return _draw(community, best, degree_exponent, luck, similarity), best_reached


def _without_gaps(community: NDArray[np.signedinteger[Any]]) -> NDArray[np.int32]:
    """Communities renumbered from 0 without gaps."""
    numbers: NDArray[np.int32] = np.unique(community, return_inverse=True)[1].astype(np.int32)
    return numbers


def _pilot_members(community: NDArray[np.int32]) -> NDArray[np.int64]:
    """Members of whole communities (the largest cut) on which corrections are found: all, if they are not many."""
    n = len(community)
    if n <= 2 * PILOT_MEMBERS:
        return np.arange(n)
    grouped = np.argsort(community, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(community))])
    chosen: list[NDArray[np.int64]] = []
    total = 0
    for c in np.argsort(np.diff(start), kind="stable")[::-1][::3]:  # every third by size: large and small ones
        part = grouped[start[c] : start[c + 1]][:PILOT_MEMBERS]
        chosen.append(part)
        total += len(part)
        if total >= 2 * PILOT_MEMBERS:
            break
    return np.sort(np.concatenate(chosen))


def _miss(asked: Traits, reached: Traits) -> float:
    """How far a network is from what was asked, in units of the promised tolerance."""
    return max(
        abs(reached.mean_following / asked.mean_following - 1.0) / 0.03,
        abs(reached.reciprocity - asked.reciprocity) / 0.03,
        abs(reached.clustering - asked.clustering) / max(0.15 * asked.clustering, 0.02),
        abs(reached.mixing - asked.mixing) / 0.03,
    )


def _corrected(knobs: Traits, asked: Traits, reached: Traits) -> Traits:
    """The values to draw with next, from what the last gave."""

    def scaled(knob: float, wanted: float, got: float) -> float:
        return knob * min(3.0, max(1 / 3, wanted / got)) if got > 0 else knob

    return Traits(
        scaled(knobs.mean_following, asked.mean_following, reached.mean_following),
        min(1.0, max(0.0, knobs.reciprocity + asked.reciprocity - reached.reciprocity)),
        min(1.0, scaled(knobs.clustering, asked.clustering, reached.clustering)),
        min(1.0, scaled(knobs.mixing, asked.mixing, reached.mixing)),
    )


def traits_of(network: Network, community: NDArray[np.int32]) -> Traits:
    """What a network has of what a generated one is asked for; clustering of about 2000 members, evenly taken."""
    from viralsim.population.network.graph_stats import local_clustering, neighbour_rows

    rows, neighbours = neighbour_rows(network.indptr, network.followers)
    chosen = np.arange(0, network.members, max(1, network.members // CLUSTERING_SAMPLE))
    follows = max(1, network.follows)
    leaving = np.repeat(community, np.diff(network.indptr)) != community[network.followers]
    return Traits(
        network.follows / max(1, network.members),
        (2 * network.follows - len(neighbours)) / follows,
        float(local_clustering(rows, neighbours, chosen).mean()) if len(chosen) else 0.0,
        np.count_nonzero(leaving) / follows,
    )


def _draw(
    community: NDArray[np.int32], knobs: Traits, degree_exponent: float, luck: _Luck, similarity: F8 | None
) -> Network:
    """One network with the given knobs."""
    from viralsim.population.generators.sample_follows import circle_arcs, drop_returned, fill_units

    n = len(community)
    mean = min(knobs.mean_following, n - 1.0)
    budgets = degree_budgets(
        mean, degree_exponent, knobs.reciprocity, fill_units(luck.popularity, n), fill_units(luck.following, n)
    )
    wanted, density, inside = _circle_plan(budgets, community, knobs)
    order, bounds = _circles(wanted, density, community, luck, similarity)
    left = np.ascontiguousarray(np.stack(budgets))
    mutual_share = knobs.reciprocity / (2.0 - knobs.reciprocity)
    nothing = np.empty(0, np.int32)
    in_circles = circle_arcs(luck.pairs, order, bounds, wanted, mutual_share, left, nothing, nothing)
    source, target = np.empty(in_circles, np.int32), np.empty(in_circles, np.int32)
    circle_arcs(luck.pairs, order, bounds, wanted, mutual_share, left, source, target)
    leaving = min(1.0, knobs.mixing / max(1e-9, 1.0 - inside)) if community.max(initial=0) > 0 else 0.0
    rounding = fill_units(luck.rounding, 2 * n)
    mutual = np.maximum(left[2], 0.0)
    one_way = np.maximum(left[:2] - mutual, 0.0)
    parts = [(source, target)]
    slots = np.floor(0.5 * mutual + rounding[:n]).astype(np.int32)
    parts.append(_popular(luck.mutual, slots, mutual, leaving, True, community))
    slots = np.floor(one_way[1] + rounding[n:]).astype(np.int32)
    parts.append(_popular(luck.one_way, slots, one_way[0], leaving, False, community))
    source, target = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    del parts
    rows = build_rows(Edges(source, target, n), keep_edge_order=False)
    if knobs.reciprocity == 0:  # popular members also find each other by accident
        kept = drop_returned(luck.pairs, rows.indptr, rows.followers)
        return Network(rows.indptr, copy_of(rows.followers[:kept]))
    return Network(rows.indptr, rows.followers)


def _circle_plan(budgets: Budgets, community: NDArray[np.int32], knobs: Traits) -> tuple[F8, float, float]:
    """Friends that each member is to have in their circle, the density of circles, the share of follows inside them.

    If a share ``x`` of what a member can link to is in a circle of density ``p``, about ``x ** 2 p`` of the pairs of
    their neighbours are linked, less for hubs.
    """
    both = np.minimum(budgets.followers, budgets.following)
    linked = 2.0 * both - budgets.mutual
    degree = np.maximum(budgets.followers + budgets.following - budgets.mutual, 1e-9)
    reach = float(np.mean((linked / degree) ** 2))
    needed = knobs.clustering / max(reach, 1e-9)
    most = (1.0 - knobs.mixing) if community.max(initial=0) > 0 else SINGLE_COMMUNITY_CIRCLES
    density = CIRCLE_DENSITY
    share = np.sqrt(needed / density)
    if share > most:
        share = most
        density = min(1.0, max(CIRCLE_DENSITY, needed / max(most, 1e-9) ** 2))
    room = np.bincount(community)[community] - 1.0
    wanted = np.minimum(share * linked, room * density)
    inside = float(share * both.mean() / budgets.following.mean())
    return wanted, density, min(inside, 1.0)


def _circles(
    wanted: F8, density: float, community: NDArray[np.int32], luck: _Luck, similarity: F8 | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Members in order of circle, and where each circle starts: alike in number of friends, and in similarity."""
    from viralsim.population.generators.sample_follows import cut_circles, fill_units

    near = fill_units(luck.circles, len(wanted)) if similarity is None else similarity
    number_class = np.floor(4.0 * np.log2(np.maximum(wanted, 0.05))).astype(np.int32)
    order = np.lexsort((near, number_class, community))
    return order, cut_circles(order, community, wanted, density)


def _popular(
    key: np.uint64, slots: NDArray[np.int32], weight: F8, leaving: float, both: bool, community: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Arcs by popularity. Nobody can have more followers at home than their community holds: the rest are outside."""
    from viralsim.population.generators.sample_follows import parts_of, popular_arcs

    size = np.bincount(community)
    grouped = np.argsort(community, kind="stable")
    start = np.concatenate([[0], np.cumsum(size)])
    at_home = np.minimum((1.0 - leaving) * weight, 0.9 * size[community])
    parts = parts_of(at_home[grouped], (weight - at_home)[grouped], start)
    room = int(slots.sum()) * (2 if both else 1)
    source, target = np.empty(room, np.int32), np.empty(room, np.int32)
    n = popular_arcs(key, slots, leaving, both, grouped, parts, community, source, target)
    return source[:n], target[:n]
