"""Worlds over threads: blocks of worlds from one counter, scratch memory once a thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from viralsim.kernels.blocks import Blocks

Scratch = TypeVar("Scratch")


def run_blocks(
    work: Callable[[int, int, Scratch], None], allocate: Callable[[], Scratch], worlds: int, threads: int
) -> None:
    """Call ``work(first, last, scratch)`` until all ``worlds`` are covered.

    ``work`` is compiled code that releases the interpreter lock and writes row i of its output for the i-th world
    only, so neither the number of threads nor the order of blocks can change a result.
    """
    from concurrent.futures import ThreadPoolExecutor

    threads = max(1, min(threads, worlds))
    blocks = Blocks(worlds, threads)

    def drain() -> None:
        scratch = allocate()
        for first, last in blocks.of_one_thread():
            work(first, last, scratch)

    if threads == 1:
        drain()
        return
    with ThreadPoolExecutor(threads) as pool:
        workers = [pool.submit(drain) for _ in range(threads)]
        try:
            for member in workers:
                member.result()
        finally:  # after an interrupt or an error the others find nothing left to take
            blocks.stop()
