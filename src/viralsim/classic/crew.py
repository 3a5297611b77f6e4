"""Worlds over threads: blocks of worlds from one counter, scratch memory once a thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Scratch = TypeVar("Scratch")
FIRST_BLOCK = 32  # worlds, before it is known how long they take
BLOCK_S = (
    0.02  # a block takes about as long: soon interrupted, and a call from Python (5 microseconds) is nothing beside it
)


def over_worlds(
    work: Callable[[int, int, Scratch], None], allocate: Callable[[], Scratch], worlds: int, threads: int
) -> None:
    """Call ``work(first, last, scratch)`` until all ``worlds`` are covered.

    ``work`` is compiled code that releases the interpreter lock and writes row i of its output for the i-th world
    only, so neither the number of threads nor the order of blocks can change a result. Blocks are sized by the time
    that the last one took, and get smaller towards the end, so that all threads are busy until then.
    """
    from concurrent.futures import ThreadPoolExecutor
    from threading import Lock

    threads = max(1, min(threads, worlds))
    begun = 0
    lock = Lock()

    def claim(block: int) -> tuple[int, int]:
        nonlocal begun
        with lock:
            left = worlds - begun
            first = begun
            begun += min(left, block if threads == 1 else max(1, min(block, left // (2 * threads))))
            return first, begun

    def drain() -> None:
        scratch, block = allocate(), FIRST_BLOCK
        while True:
            first, last = claim(block)
            if first == last:
                return
            start = time.perf_counter()
            work(first, last, scratch)
            took_s = (time.perf_counter() - start) / (last - first) * block
            block = 2 * block if took_s < BLOCK_S / 2 else max(1, block // 2) if took_s > 2 * BLOCK_S else block

    if threads == 1:
        drain()
        return
    with ThreadPoolExecutor(threads) as pool:
        crew = [pool.submit(drain) for _ in range(threads)]
        try:
            for member in crew:
                member.result()
        finally:  # after an interrupt or an error the others find nothing left to take
            begun = worlds
