"""SIR and SI: epidemics in discrete time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import number, thread_count
from viralsim.classic.arguments import Worlds, check_network, empty_counts, luck_of, seed_members, tick_count
from viralsim.classic.cascade import visit_scratch
from viralsim.parallel import run_blocks
from viralsim.population.network.network import Network

if TYPE_CHECKING:
    from viralsim.classic.epidemic_kernels import Batch

    Scratch = tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int32], NDArray[np.uint64], Batch]


def sir(
    network: Network,
    seeds: ArrayLike,
    beta: float,
    gamma: float,
    ticks: int,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
) -> NDArray[np.int64]:
    """Susceptible, infectious and recovered members by tick: int64[worlds, ticks + 1, 3]; gamma 1: Reed-Frost.

    In a tick every infectious member infects each susceptible follower with probability ``beta``; then each of them
    recovers with probability ``gamma``. Who is infected in a tick transmits from the next one on. Row 0 is the state
    before the first tick: the seeds are infectious. seeds, worlds, seed, threads: as in ``independent_cascade``.

    The worlds are those of the full model with visibility beta and persistence 1 - gamma (same draws).
    Raises InputError for what is out of range.
    """
    network = check_network(network)
    luck = luck_of(seed, worlds)
    rows = seed_members(seeds, network.members, len(luck[1]))
    workers = thread_count(threads)
    transmit, recover = number(beta, "beta", 0, 1), number(gamma, "gamma", 0, 1)
    counts = empty_counts(len(luck[1]), tick_count(ticks), 3)
    from viralsim.classic.epidemic_kernels import batch, epidemic_worlds
    from viralsim.kernels.alias import gap_table

    table = gap_table(transmit)
    gaps = (table.threshold, table.alias)

    def work(first: int, last: int, scratch: Scratch) -> None:
        epidemic_worlds(network.indptr, network.followers, rows, gaps, recover, luck, first, last, scratch, counts)

    def scratch() -> Scratch:
        n = network.members
        return *visit_scratch(n), np.empty(n, dtype=np.int32), np.empty(n, dtype=np.uint64), batch()

    run_blocks(work, scratch, len(counts), workers)
    return counts


def si(
    network: Network,
    seeds: ArrayLike,
    beta: float,
    ticks: int,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
) -> NDArray[np.int64]:
    """Susceptible and infectious members by tick, without recovery: int64[worlds, ticks + 1, 2]; see ``sir``."""
    return sir(network, seeds, beta, 0.0, ticks, worlds, seed, threads)[:, :, :2].copy()
