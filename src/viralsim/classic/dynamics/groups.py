"""Contagion through pairs and larger groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import integer_at_least, member_numbers, number, refuse, thread_count
from viralsim.classic.arguments import Worlds, empty_counts, luck_of, tick_count
from viralsim.errors import InputError
from viralsim.parallel import run_blocks

MOST_MEMBERS = 2**31 - 1
Scratch = tuple[NDArray[np.int8], NDArray[np.int8]]


def group_contagion(
    groups: Sequence[ArrayLike],
    seeds: ArrayLike,
    infection: Mapping[int, float],
    recovery: float,
    ticks: int,
    members: int,
    worlds: Worlds = 100,
    seed: int = 1,
    threads: int | None = None,
) -> NDArray[np.int64]:
    """Susceptible and infected members by tick: int64[worlds, ticks + 1, 2] (Iacopini et al., Nat. Commun. 10:2485, 2019).

    In a tick, a group in which all but one are infected infects that one, with the probability of its size. Pairs are the
    edges of a graph, groups of three its triangles, and so on. A triangle includes its edges only if they are named as pairs
    too, as in a simplicial complex. Infected members recover with ``recovery`` and can be infected again from the next tick
    on. Everybody acts on the state before the tick.

    Args:
        groups: lists of two or more different members each, or arrays int64[G, k] of groups of one size.
        seeds: members infected at first, int64[k].
        infection: size of a group -> probability per tick; sizes that are not named infect nobody.
        recovery: probability per tick.
        ticks: how many.
        members: how many there are.
        worlds, seed, threads: as in ``independent_cascade``.

    Raises InputError for arguments out of range.
    """
    n = integer_at_least(members, "members", 1, MOST_MEMBERS)
    luck, workers = luck_of(seed, worlds), thread_count(threads)
    first_infected = member_numbers(seeds, "seeds", n)
    heals, many = number(recovery, "recovery", 0, 1), tick_count(ticks)
    if not isinstance(infection, Mapping) or not infection:
        raise refuse("infection", "a mapping of group sizes to probabilities such as {2: 0.1, 3: 0.5}", infection)
    chances = {
        integer_at_least(size, "infection", 2): number(chance, f"infection[{size}]", 0, 1)
        for size, chance in infection.items()
    }
    rows = _rows(groups, n)
    start = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    flat = np.concatenate([np.zeros(0, np.int64), *rows]).astype(np.int64)
    chance = np.array([chances.get(len(row), 0.0) for row in rows])
    counts = empty_counts(len(luck[1]), many, 2)
    from viralsim.classic.dynamics.rivals_kernels import group_worlds
    from viralsim.kernels.rng import name_key

    name = name_key("group_contagion")

    def work(first: int, last: int, memory: Scratch) -> None:
        group_worlds(start, flat, chance, heals, first_infected, name, luck, first, last, memory, counts)

    run_blocks(work, lambda: (np.empty(n, np.int8), np.empty(n, np.int8)), len(counts), workers)
    return counts


def _rows(groups: Sequence[ArrayLike], members: int) -> list[NDArray[np.int64]]:
    """The groups as arrays of different members."""
    if isinstance(groups, str | bytes) or not isinstance(groups, Iterable):
        raise refuse("groups", "a list of lists of members", groups)
    rows = []
    for i, group in enumerate(groups):
        row = member_numbers(group, f"groups[{i}]", members)
        if len(row) < 2 or len(np.unique(row)) < len(row):
            raise InputError(f"groups[{i}] must name two or more different members, got {row.tolist()[:5]}")
        rows.append(row)
    return rows
