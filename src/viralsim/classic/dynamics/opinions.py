"""Opinions that are taken over from those one follows: two textbook forms."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import integer_at_least, member_numbers, number, numbers, thread_count
from viralsim.classic.arguments import Worlds, check_network, luck_of
from viralsim.classic.dynamics.followed import followed_rows
from viralsim.errors import CapacityError
from viralsim.parallel import run_blocks
from viralsim.population.network.network import Network

MOST_STEPS = 10**15


class Consensus(NamedTuple):
    """How voters ended. steps: int64[worlds], until all agreed, or -1 if they never did. holders: int64[worlds], of opinion 1."""

    steps: NDArray[np.int64]
    holders: NDArray[np.int64]


def voter(
    network: Network,
    holders: ArrayLike,
    steps: int,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
) -> Consensus:
    """Run the voter model (Clifford, Sudbury 1973; Holley, Liggett 1975) until all agree, for at most ``steps`` steps.

    In a step, a member chosen at random takes over the opinion of one whom they follow, chosen at random; N steps are one unit
    of time. A member who follows nobody keeps their opinion. holders: members who hold opinion 1 at first; the others hold 0.
    On the complete graph opinion 1 wins with probability k / N from k holders.
    network, worlds, seed, threads: as in ``independent_cascade``.

    Raises InputError for arguments out of range.
    """
    network = check_network(network)
    luck, workers = luck_of(seed, worlds), thread_count(threads)
    first_holders = member_numbers(holders, "holders", network.members)
    most = integer_at_least(steps, "steps", 0, MOST_STEPS)
    from viralsim.classic.dynamics.kernels import voter_worlds
    from viralsim.kernels.rng import name_key

    rows, name = followed_rows(network), name_key("voter")
    took, count = np.zeros(len(luck[1]), np.int64), np.zeros(len(luck[1]), np.int64)

    def work(first: int, last: int, opinion: NDArray[np.int8]) -> None:
        voter_worlds(*rows, first_holders, most, name, luck, first, last, opinion, took, count)

    run_blocks(work, lambda: np.empty(network.members, np.int8), len(took), workers)
    return Consensus(took, count)


def bounded_confidence(
    network: Network,
    confidence: float,
    steps: int,
    convergence: float = 0.5,
    opinions: ArrayLike | None = None,
    worlds: Worlds = 100,
    seed: int = 1,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Opinions after ``steps`` encounters of bounded confidence (Deffuant, Neau, Amblard, Weisbuch 2000): float64[worlds, N].

    In an encounter, the two ends of a random follow compare opinions. If these differ by less than ``confidence``, each moves
    towards the other by ``convergence`` of the difference (at most 1/2, where they meet). The mean never changes. opinions:
    one per member at the start, each >= 0; if left out, uniform on [0, 1] and drawn for each world.
    network, worlds, seed, threads: as in ``independent_cascade``.

    Raises InputError for arguments out of range, CapacityError if the opinions do not fit into memory.
    """
    network = check_network(network)
    luck, workers = luck_of(seed, worlds), thread_count(threads)
    width = number(confidence, "confidence", 0)
    rate = number(convergence, "convergence", 0, 0.5)
    many = integer_at_least(steps, "steps", 0, MOST_STEPS)
    given = np.empty(0) if opinions is None else numbers(opinions, "opinions", network.members, "member")
    try:
        found = np.empty((len(luck[1]), network.members))
    except (MemoryError, ValueError):
        raise CapacityError("worlds: the opinions of all do not fit into memory: run fewer worlds at a time") from None
    from viralsim.classic.dynamics.kernels import confidence_worlds
    from viralsim.kernels.rng import name_key

    name, source = name_key("bounded_confidence"), network.sources()

    def work(first: int, last: int, nothing: None) -> None:
        confidence_worlds(source, network.followers, given, width, rate, many, name, luck, first, last, found)

    run_blocks(work, lambda: None, len(found), workers)
    return found
