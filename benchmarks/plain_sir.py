"""SIR as a plain numba loop: every tick one coin for each follow of the infectious. What a good afternoon gives.

The coin comes before the look at the follower: it falls in an instant and mostly says no, while whether they are susceptible must
be fetched and cannot be guessed. The other way round takes 1.3 to 3 times as long (NOTES.md).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit

from viralsim.population.network.network import Network

SUSCEPTIBLE, INFECTIOUS, RECOVERED = 0, 1, 2
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@njit(inline="always")
def coin(state):  # type: ignore[no-untyped-def]
    """(next state, 64 random bits): SplitMix64, Steele, Lea and Flood 2014."""
    state += GOLDEN
    z = state
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state, z ^ (z >> np.uint64(31))


@njit(cache=True, nogil=True)
def plain_worlds(indptr, followers, seeds, beta, gamma, seed, counts):  # type: ignore[no-untyped-def]
    """Worlds of the law of ``viralsim.classic.sir``: all infectious transmit, then each recovers; writes counts[W, T + 1, 3].

    Of the bits of a coin the upper 53 count, compared with the chance as a whole number.
    """
    members = len(indptr) - 1
    infects, recovers = np.uint64(beta * 2.0**53), np.uint64(gamma * 2.0**53)
    state = np.empty(members, dtype=np.uint8)
    infectious = np.empty(members, dtype=np.int32)
    newly = np.empty(members, dtype=np.int32)
    luck = np.uint64(seed)
    for w in range(len(counts)):
        state[:] = SUSCEPTIBLE
        for k in range(len(seeds)):
            state[seeds[k]] = INFECTIOUS
            infectious[k] = seeds[k]
        active, ever = len(seeds), len(seeds)
        for t in range(counts.shape[1]):
            counts[w, t, 0] = members - ever
            counts[w, t, 1] = active
            counts[w, t, 2] = ever - active
            if t == counts.shape[1] - 1:
                break
            new, kept = 0, 0
            for k in range(active):
                u = infectious[k]
                for position in range(indptr[u], indptr[u + 1]):
                    luck, bits = coin(luck)
                    if bits >> np.uint64(11) < infects:
                        v = followers[position]
                        if state[v] == SUSCEPTIBLE:
                            state[v] = INFECTIOUS
                            newly[new] = v
                            new += 1
                luck, bits = coin(luck)
                if bits >> np.uint64(11) < recovers:
                    state[u] = RECOVERED
                else:
                    infectious[kept] = u
                    kept += 1
            infectious[kept : kept + new] = newly[:new]
            active, ever = kept + new, ever + new


def plain_sir(
    network: Network, seeds: list[int], beta: float, gamma: float, ticks: int
) -> Callable[[int, int], np.ndarray]:
    """(worlds, seed) -> susceptible, infectious and recovered by tick, int64[worlds, ticks + 1, 3]."""
    members = np.array(seeds, dtype=np.int64)

    def run(worlds: int, seed: int = 1) -> np.ndarray:
        counts = np.zeros((worlds, ticks + 1, 3), dtype=np.int64)
        plain_worlds(network.indptr, network.followers, members, beta, gamma, seed, counts)
        return counts

    return run
