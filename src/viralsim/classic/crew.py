"""Worlds over threads: blocks of worlds from one queue, scratch memory once a thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Scratch = TypeVar("Scratch")
LARGEST_BLOCK = 512  # worlds between two looks at a keyboard interrupt


def over_worlds(
    work: Callable[[int, int, Scratch], None], allocate: Callable[[], Scratch], worlds: int, threads: int
) -> None:
    """Call ``work(first, last, scratch)`` until all ``worlds`` are covered.

    ``work`` is compiled code that releases the interpreter lock and writes row i of its output for the i-th world
    only, so neither the number of threads nor the order of blocks can change a result.
    """
    from concurrent.futures import ThreadPoolExecutor
    from threading import Lock

    threads = max(1, min(threads, worlds))
    block = LARGEST_BLOCK if threads == 1 else max(1, min(LARGEST_BLOCK, worlds // (threads * 8)))
    starts = list(range(0, worlds, block))[::-1]
    lock = Lock()

    def drain() -> None:
        scratch = allocate()
        while True:
            with lock:
                if not starts:
                    return
                first = starts.pop()
            work(first, min(first + block, worlds), scratch)

    if threads == 1:
        drain()
        return
    with ThreadPoolExecutor(threads) as pool:
        crew = [pool.submit(drain) for _ in range(threads)]
        try:
            for member in crew:
                member.result()
        finally:  # after an interrupt or an error the others find nothing left to take
            with lock:
                starts.clear()
