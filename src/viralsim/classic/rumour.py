"""Maki-Thompson's rumour: spreaders stop when they meet someone who knows already."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import integer_at_least, number, thread_count
from viralsim.classic.arguments import MOST_MEMBERS, Worlds, check_network, luck_of, seed_members
from viralsim.classic.cascade import visit_scratch
from viralsim.errors import InputError
from viralsim.parallel import run_blocks
from viralsim.population.network.network import Network

Scratch = tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int32]]


def maki_thompson(
    network: Network | None = None,
    seeds: ArrayLike = 0,
    spread: float = 1.0,
    stifle: float = 1.0,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
    *,
    members: int | None = None,
) -> NDArray[np.int64]:
    """How many have heard the rumour when nobody spreads it any more, seeds included: int64[worlds].

    A spreader chosen at random contacts one other member. Who is ignorant starts to spread with probability
    ``spread``; if they know already, the caller stops with probability ``stifle`` (Maki, Thompson 1973). Give either a
    ``network`` (the contact is a random follower; a spreader without followers stops) or ``members``, a whole number,
    for complete mixing (the contact is any of the others). seeds, worlds, seed, threads: as in ``independent_cascade``.

    Raises InputError for what is out of range; both probabilities must be above 0, else a rumour may never end.
    """
    if (network is None) == (members is None):
        raise InputError("give either a network or members=, the size of a population with complete mixing")
    luck = luck_of(seed, worlds)
    workers = thread_count(threads)
    convince = number(spread, "spread", 0, 1, open_low=True)
    stop = number(stifle, "stifle", 0, 1, open_low=True)
    from viralsim.classic import rumour_kernels as kernels
    from viralsim.kernels.rng import name_key

    name, sizes = name_key("maki_thompson"), np.zeros(len(luck[1]), dtype=np.int64)
    if network is None:
        size = integer_at_least(members, "members", 1, MOST_MEMBERS)
        rows = seed_members(seeds, size, len(sizes))
        if len(rows) > 1:
            raise InputError("with complete mixing all members are alike; give the same seeds for all worlds")
        spreaders = len(np.unique(rows))

        def mix(first: int, last: int, scratch: None) -> None:
            kernels.mixing_worlds(size, spreaders, convince, stop, name, luck, first, last, sizes)

        run_blocks(mix, lambda: None, len(sizes), workers)
        return sizes
    graph = check_network(network)
    rows = seed_members(seeds, graph.members, len(sizes))

    def work(first: int, last: int, scratch: Scratch) -> None:
        kernels.network_worlds(
            graph.indptr, graph.followers, rows, convince, stop, name, luck, first, last, scratch, sizes
        )

    def scratch() -> Scratch:
        return *visit_scratch(graph.members), np.empty(graph.members, dtype=np.int32)

    run_blocks(work, scratch, len(sizes), workers)
    return sizes
