"""Generalised contagion: doses are remembered for a while, and enough of them infect."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import (
    array_of,
    integer_at_least,
    is_single,
    member_numbers,
    number,
    numbers,
    refuse,
    thread_count,
)
from viralsim.classic.arguments import Worlds, check_network, empty_counts, luck_of, tick_count
from viralsim.classic.dynamics.followed import followed_rows
from viralsim.errors import InputError
from viralsim.parallel import run_blocks
from viralsim.population.network.network import Network

Scratch = tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.int32]]
MOST_MEMORY, MOST_MEMBERS = 10_000, 2**31 - 1


def generalised_contagion(
    network: Network | None,
    seeds: ArrayLike,
    exposure: float,
    threshold: float | ArrayLike,
    memory: int,
    ticks: int,
    dose: float | ArrayLike = 1.0,
    recovery: float = 1.0,
    reinfection: float = 1.0,
    worlds: Worlds = 100,
    seed: int = 1,
    threads: int | None = None,
    *,
    members: int | None = None,
) -> NDArray[np.int64]:
    """Susceptible, infected and recovered members by tick: int64[worlds, ticks + 1, 3] (Dodds, Watts, PRL 92:218701, 2004).

    In a tick everybody meets one of those whom they follow (with ``members`` in place of a network: anybody else), chosen at
    random. If that one is infected, they receive a dose with probability ``exposure``. dose: its size, or several values
    that are equally likely. A member is infected who has received ``threshold`` (one value, or one per member) or more in the
    last ``memory`` ticks. Below that, the infected recover with probability ``recovery``, and the recovered become
    susceptible again with ``reinfection``, from the same tick on. Seeds begin infected, with a memory full of mean doses.
    With memory 1 and a dose as large as the threshold this is simple contagion; with smaller doses it is a threshold model.
    worlds, seed, threads: as in ``independent_cascade``.

    Raises InputError for arguments out of range.
    """
    if (network is None) == (members is None):
        raise InputError("give either a network or members=, the size of a population with complete mixing")
    graph = None if network is None else check_network(network)
    n = integer_at_least(members, "members", 1, MOST_MEMBERS) if graph is None else graph.members
    luck, workers = luck_of(seed, worlds), thread_count(threads)
    first_infected = member_numbers(seeds, "seeds", n)
    length = integer_at_least(memory, "memory", 1, MOST_MEMORY)
    values = _several(dose, "dose")
    if is_single(threshold):
        enough = np.array([number(threshold, "threshold", 0, open_low=True, open_high=True)])
    else:
        enough = numbers(threshold, "threshold", n, "member")
        if not enough.all():
            raise refuse(f"threshold[{int(np.argmin(enough))}]", "a number above 0", 0.0)
    rule = (
        number(exposure, "exposure", 0, 1), values, enough, number(recovery, "recovery", 0, 1),
        number(reinfection, "reinfection", 0, 1),
    )  # fmt: skip
    counts = empty_counts(len(luck[1]), tick_count(ticks), 3)
    from viralsim.classic.dynamics.kernels import dose_worlds
    from viralsim.kernels.rng import name_key

    rows = (np.empty(0, np.int64), np.empty(0, np.int32)) if graph is None else followed_rows(graph)
    name, usual = name_key("generalised_contagion"), float(values.mean())

    def scratch() -> Scratch:
        return np.empty(n, np.int8), np.empty((n, length)), np.empty(n, np.int32)

    def work(first: int, last: int, memory: Scratch) -> None:
        dose_worlds(rows, rule, first_infected, usual, name, luck, first, last, memory, counts)

    run_blocks(work, scratch, len(counts), workers)
    return counts


def _several(dose: float | ArrayLike, name: str) -> NDArray[np.float64]:
    """The doses that may be received, each above 0."""
    if is_single(dose):
        return np.array([number(dose, name, 0, open_low=True, open_high=True)])
    given = array_of(dose, name, "a number above 0, or a list of them")
    found = numbers(given, name, max(1, given.size), "dose")
    if not found.all():
        raise refuse(name, "a number above 0, or a list of them", dose)
    return found
