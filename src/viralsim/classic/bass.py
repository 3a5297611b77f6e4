"""Bass' adoption of a new product: innovators and imitators, no network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import integer_at_least, number, thread_count
from viralsim.classic.arguments import MOST_MEMBERS, Worlds, empty_counts, luck_of, tick_count
from viralsim.parallel import run_blocks

LARGEST_RATE = 1e6


def bass(
    members: int,
    p: float,
    q: float,
    ticks: int,
    worlds: Worlds = 1000,
    seed: int = 1,
    threads: int | None = None,
    *,
    dt: float = 1.0,
) -> NDArray[np.int64]:
    """Cumulative adopters by tick, starting from none: int64[worlds, ticks + 1] (Bass, Management Science 1969).

    In a tick each member who has not adopted does so with probability 1 - exp(-(p + q A / N) dt), where A of the N
    ``members`` have adopted so far. p: innovation, q: imitation; both are rates >= 0, in the unit of time of ``dt``. dt: the
    length of a tick. worlds, seed, threads: as in ``independent_cascade``. Raises InputError for arguments out of range.
    """
    size = integer_at_least(members, "members", 1, MOST_MEMBERS)
    innovation, imitation = number(p, "p", 0, LARGEST_RATE), number(q, "q", 0, LARGEST_RATE)
    step = number(dt, "dt", 0, LARGEST_RATE, open_low=True)
    luck = luck_of(seed, worlds)
    workers = thread_count(threads)
    adopters = empty_counts(len(luck[1]), tick_count(ticks))
    from viralsim.classic.bass_kernels import bass_worlds
    from viralsim.kernels.rng import name_key

    name = name_key("bass")

    def work(first: int, last: int, scratch: None) -> None:
        bass_worlds(size, innovation, imitation, step, name, luck, first, last, adopters)

    run_blocks(work, lambda: None, len(adopters), workers)
    return adopters
