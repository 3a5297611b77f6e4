"""Maki-Thompson's rumour: spreaders stop when they meet someone who knows already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import flag, integer_at_least, number, thread_count
from viralsim.classic.arguments import MOST_MEMBERS, Luck, Worlds, luck_of, seed_members, start_of
from viralsim.classic.cascade import visit_scratch
from viralsim.classic.process import Process
from viralsim.errors import InputError
from viralsim.parallel import run_blocks
from viralsim.population.network.network import Network

if TYPE_CHECKING:
    from viralsim.classic.trace_kernels import Trace

NAME = "maki_thompson"  # of its draws
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
    adoption_tick: bool = False,
) -> NDArray[np.int64] | NDArray[np.int32]:
    """How many have heard the rumour when nobody spreads it any more, seeds included: int64[worlds].

    A spreader chosen at random contacts one other member. If that member does not know the rumour, they start to spread it
    with probability ``spread``. If they know it already, the caller stops with probability ``stifle`` (Maki, Thompson 1973).
    Give either a ``network`` or ``members``. On a network the contact is a random follower, and a spreader without
    followers stops. ``members``, a whole number, means complete mixing: the contact is any of the others. seeds, worlds, seed,
    threads: as in ``independent_cascade``.

    With ``adoption_tick`` (on a network) returns when each member heard the rumour, counted in contacts: int32[worlds, N].
    Seeds have 0, a member who heard it at the j-th contact of the world has j, others -1.

    Raises InputError for arguments out of range. Both probabilities must be above 0, otherwise a rumour may never end.
    """
    if (network is None) == (members is None):
        raise InputError("give either a network or members=, the size of a population with complete mixing")
    flag(adoption_tick, "adoption_tick")
    if network is not None:
        return rumour_process(network, seeds, spread, stifle, worlds, seed, threads).answer(adoption_tick)
    if adoption_tick:
        raise InputError("adoption_tick: with complete mixing all members are alike; give a network")
    luck = luck_of(seed, worlds)
    workers = thread_count(threads)
    convince, stop = _chances(spread, stifle)
    from viralsim.classic.rumour_kernels import mixing_worlds
    from viralsim.kernels.rng import name_key

    name, sizes = name_key(NAME), np.zeros(len(luck[1]), dtype=np.int64)
    size = integer_at_least(members, "members", 1, MOST_MEMBERS)
    rows = seed_members(seeds, size, len(sizes))
    if len(rows) > 1:
        raise InputError("with complete mixing all members are alike; give the same seeds for all worlds")
    spreaders = len(np.unique(rows))

    def mix(first: int, last: int, scratch: None) -> None:
        mixing_worlds(size, spreaders, convince, stop, name, luck, first, last, sizes)

    run_blocks(mix, lambda: None, len(sizes), workers)
    return sizes


def rumour_process(
    network: Network,
    seeds: ArrayLike = 0,
    spread: float = 1.0,
    stifle: float = 1.0,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
) -> Process:
    """``maki_thompson`` on a network with its arguments checked."""
    graph, luck, rows, workers = start_of(network, seeds, worlds, seed, threads)
    convince, stop = _chances(spread, stifle)
    from viralsim.classic.rumour_kernels import network_worlds
    from viralsim.kernels.rng import name_key

    name = name_key(NAME)

    def scratch() -> Scratch:
        return *visit_scratch(graph.members), np.empty(graph.members, dtype=np.int32)

    def run(luck: Luck, rows: NDArray[np.int64], trace: Trace | None) -> NDArray[np.int64]:
        sizes = np.zeros(len(luck[1]), dtype=np.int64)

        def work(first: int, last: int, scratch: Scratch) -> None:
            network_worlds(
                graph.indptr, graph.followers, rows, convince, stop, name, luck, first, last, scratch, sizes, trace
            )

        run_blocks(work, scratch, len(sizes), workers)
        return sizes

    return Process(graph.members, rows, luck, run)


def _chances(spread: float, stifle: float) -> tuple[float, float]:
    """Both probabilities, above 0."""
    return number(spread, "spread", 0, 1, open_low=True), number(stifle, "stifle", 0, 1, open_low=True)
