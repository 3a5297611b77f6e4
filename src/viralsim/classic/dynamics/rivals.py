"""Cascades that exclude each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import member_numbers, refuse, thread_count
from viralsim.classic.arguments import Worlds, check_network, luck_of
from viralsim.errors import InputError
from viralsim.parallel import run_blocks
from viralsim.population.network.edge_values import edge_chances
from viralsim.population.network.network import Network

MOST_CASCADES = 100
Scratch = tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.int32]]


def competing_cascades(
    network: Network,
    seeds: Sequence[ArrayLike],
    probability: float | ArrayLike | str | Sequence[Any] = "weighted_cascade",
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
) -> NDArray[np.int64]:
    """Sizes of independent cascades that exclude each other, seeds included: int64[worlds, cascades].

    Each member joins at most one cascade and stays in it (competitive independent cascade: Bharathi, Kempe, Salek, WINE 2007;
    Carnes et al., ICEC 2007). Members who joined in the last tick try once to win each follower, with the probability of their
    cascade and the follow. If several win the same member in a tick, each is taken with the same probability.

    Args:
        network: who is shown whose posts.
        seeds: for each cascade its members, int64[k]; nobody may be named twice.
        probability: of all cascades (a number, one per edge, ``"weighted_cascade"``, ``"tie_strength"``, ``"influence_weight"``),
            or a tuple of one for each cascade.
        worlds, seed, threads: as in ``independent_cascade``. A cascade alone has the law of ``independent_cascade``.

    Raises InputError for arguments out of range.
    """
    graph = check_network(network)
    luck, workers = luck_of(seed, worlds), thread_count(threads)
    if (
        isinstance(seeds, str | bytes | np.ndarray)
        or not isinstance(seeds, Sequence)
        or not 0 < len(seeds) <= MOST_CASCADES
    ):
        raise refuse("seeds", f"a list of 1 to {MOST_CASCADES} lists of members, one for each cascade", seeds)
    rows = [member_numbers(members, f"seeds[{c}]", graph.members) for c, members in enumerate(seeds)]
    member = np.concatenate([np.zeros(0, np.int64), *map(np.unique, rows)]).astype(np.int64)
    cascade = np.repeat(np.arange(len(rows)), [len(np.unique(row)) for row in rows]).astype(np.int64)
    if len(np.unique(member)) < len(member):
        twice = int(np.flatnonzero(np.bincount(member) > 1)[0])
        raise InputError(f"seeds: member {twice} begins in two cascades: name each member once")
    given = probability if isinstance(probability, tuple) else (probability,) * len(rows)
    if len(given) != len(rows):
        raise InputError(
            f"probability: {len(given)} are given for {len(rows)} cascades: give one for all, or a tuple of one for each"
        )
    chance = np.stack([edge_chances(graph, one) for one in given])
    from viralsim.classic.dynamics.rivals_kernels import rival_worlds
    from viralsim.kernels.rng import name_key

    sizes, name = np.zeros((len(luck[1]), len(rows)), np.int64), name_key("competing_cascades")

    def scratch() -> Scratch:
        n = graph.members
        return np.empty(n, np.int8), np.empty(n, np.int32), np.empty(n, np.int32)

    def work(first: int, last: int, memory: Scratch) -> None:
        rival_worlds(graph.indptr, graph.followers, chance, member, cascade, name, luck, first, last, memory, sizes)

    run_blocks(work, scratch, len(sizes), workers)
    return sizes
