"""Limited attention: memes without any quality of their own compete for screens, and a few become popular."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viralsim.classic.crew import over_worlds
from viralsim.classic.inputs import Worlds, check_network, number, thread_count, whole, world_numbers
from viralsim.errors import CapacityError, InputError
from viralsim.population.network import Network


@dataclass(frozen=True, eq=False)
class Memes:
    """The memes of all worlds, world after world, in the order of their invention; every array is int64[memes].

    world: the number of its world. popularity: how often it was broadcast. born: the action that invented it, from 0; -1
    for the memes that stood on the screens at first, one a member. last: the action that broadcast it last; -1: never.
    """

    world: NDArray[np.int64]
    popularity: NDArray[np.int64]
    born: NDArray[np.int64]
    last: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.popularity)


def limited_attention(
    network: Network,
    mu: float,
    actions: int,
    worlds: Worlds = 1,
    seed: int = 1,
    threads: int | None = None,
) -> Memes:
    """Run the one-screen model of Gleeson, Ward, O'Sullivan, Lee (2014), PRL 112:048701.

    Each screen holds one meme. In each of the ``actions`` of a world a member chosen at random invents a meme with
    probability ``mu`` in (0, 1], or else broadcasts the one on his screen; it takes his own screen and all his
    followers'. Where all have equally many followers and followings the mean popularity of memes that were left time is
    exactly 1 / mu, and for small mu popularity n has probability ~ n^-3/2: competition alone makes heavy tails.
    worlds, seed, threads: as in ``independent_cascade``. Cost: O(actions x mean following), 36 bytes a meme.

    Raises InputError for what is out of range, CapacityError where the memes of a world do not fit 32 bits.
    """
    graph = check_network(network)
    if graph.members < 1:
        raise InputError("the network has no members: give one that has")
    mu = number(mu, "mu", 0, 1, open_low=True)
    actions = whole(actions, "actions", 1)
    if graph.members + actions >= 2**31:
        raise CapacityError("members and actions together must stay below 2**31: run fewer actions in more worlds")
    numbers, crew = world_numbers(worlds), thread_count(threads)
    from viralsim.classic import attention_kernels as kernels
    from viralsim.kernels.draws import name_key, seed_key

    name, luck, n = name_key("limited_attention"), (seed_key(seed), numbers), graph.members
    counts = np.empty(len(numbers), dtype=np.int64)

    def count(first: int, last: int, scratch: None) -> None:
        for i in range(first, last):
            counts[i] = n + kernels.invented(n, mu, actions, name, luck, i)

    over_worlds(count, lambda: None, len(numbers), crew)
    ends = np.concatenate([[0], np.cumsum(counts)])
    popularity, born, latest = (np.empty(ends[-1], dtype=np.int64) for _ in range(3))

    def run(first: int, last: int, screen: NDArray[np.int32]) -> None:
        for i in range(first, last):
            mine = slice(ends[i], ends[i + 1])
            out = popularity[mine], born[mine], latest[mine]
            kernels.one_screen(graph.indptr, graph.followers, mu, actions, name, luck, i, screen, *out)

    over_worlds(run, lambda: np.empty(n, dtype=np.int32), len(numbers), crew)
    return Memes(np.repeat(numbers, counts), popularity, born, latest)
