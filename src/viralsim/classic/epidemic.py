"""SIR and SI: epidemics in discrete time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import flag, number
from viralsim.classic.arguments import Luck, Worlds, empty_counts, start_of, tick_count
from viralsim.classic.cascade import visit_scratch
from viralsim.classic.process import Process
from viralsim.parallel import run_blocks
from viralsim.population.network.network import Network

if TYPE_CHECKING:
    from viralsim.classic.epidemic_kernels import Batch
    from viralsim.classic.trace_kernels import Trace

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
    *,
    adoption_tick: bool = False,
) -> NDArray[np.int64] | NDArray[np.int32]:
    """Susceptible, infectious and recovered members by tick: int64[worlds, ticks + 1, 3]; gamma 1: Reed-Frost.

    Kermack and McKendrick 1927 in discrete time; with gamma 1 the chain of Reed and Frost (Abbey 1952).
    In a tick every infectious member infects each susceptible follower with probability ``beta``; then each infectious
    member recovers with probability ``gamma``. Members infected in a tick transmit from the next one on. Row 0 is the state
    before the first tick: the seeds are infectious. network, seeds, worlds, seed, threads: as in ``independent_cascade``.
    With ``adoption_tick`` returns the first row in which each member is infectious, int32[worlds, N]: 0 for seeds, -1 never.

    The worlds are those of the full model with visibility beta and persistence 1 - gamma (same draws).
    Raises InputError for arguments out of range.
    """
    flag(adoption_tick, "adoption_tick")
    return sir_process(network, seeds, beta, gamma, ticks, worlds, seed, threads).answer(adoption_tick)


def sir_process(
    network: Network,
    seeds: ArrayLike,
    beta: float,
    gamma: float,
    ticks: int,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
) -> Process:
    """``sir`` with its arguments checked."""
    network, luck, rows, workers = start_of(network, seeds, worlds, seed, threads)
    transmit, recover = number(beta, "beta", 0, 1), number(gamma, "gamma", 0, 1)
    last_tick = tick_count(ticks)
    from viralsim.classic.epidemic_kernels import batch, epidemic_worlds
    from viralsim.kernels.alias import gap_table

    table = gap_table(transmit)
    gaps = (table.threshold, table.alias)

    def run(luck: Luck, rows: NDArray[np.int64], trace: Trace | None) -> NDArray[np.int64]:
        def scratch() -> Scratch:
            n, traced = network.members, trace is not None
            return *visit_scratch(n), np.empty(n, dtype=np.int32), np.empty(n, dtype=np.uint64), batch(traced)

        counts = empty_counts(len(luck[1]), last_tick, 3)

        def work(first: int, last: int, scratch: Scratch) -> None:
            epidemic_worlds(
                network.indptr, network.followers, rows, gaps, recover, luck, first, last, scratch, counts, trace
            )

        run_blocks(work, scratch, len(counts), workers)
        return counts

    return Process(network.members, rows, luck, run)


def si(
    network: Network,
    seeds: ArrayLike,
    beta: float,
    ticks: int,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
    *,
    adoption_tick: bool = False,
) -> NDArray[np.int64] | NDArray[np.int32]:
    """Susceptible and infectious members by tick, without recovery (logistic growth, Verhulst 1838): int64[worlds, ticks + 1, 2].

    network, all arguments and errors (InputError): as in ``sir``.
    """
    found = sir(network, seeds, beta, 0.0, ticks, worlds, seed, threads, adoption_tick=adoption_tick)
    return found if adoption_tick else found[:, :, :2].copy()


def si_process(
    network: Network,
    seeds: ArrayLike,
    beta: float,
    ticks: int,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
) -> Process:
    """``si`` with its arguments checked."""
    return sir_process(network, seeds, beta, 0.0, ticks, worlds, seed, threads)
