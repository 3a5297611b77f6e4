"""Work on several threads: how many cores there are, blocks of worlds from one counter, results in order."""

from __future__ import annotations

import math
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Protocol, TypeVar

from viralsim.cpu_quota import quota_cores

A = TypeVar("A")
B = TypeVar("B")
Scratch = TypeVar("Scratch")

FIRST_BLOCK = 4  # worlds, before it is known how long they take
# A block takes about as long: soon interrupted, and a call from Python (5 microseconds) is nothing beside it.
BLOCK_S = 0.02
MOST_THREADS_IN_ORDER = 4  # beyond that reading a file no longer keeps up, and each thread holds a block


def available_cores() -> int:
    """The cores that this process may run on, a container's CPU quota included (rounded up)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = quota_cores()
    return cores if quota is None else max(1, min(cores, math.ceil(quota)))


class Claims(Protocol):
    """Ranges of work, handed out to threads until none is left or ``stop`` is called."""

    def of_one_thread(self) -> Iterator[tuple[int, int]]:
        """(first, last) of the blocks of one thread, ``last`` excluded."""

    def stop(self) -> None:
        """Hand out no more."""


class Blocks:
    """Worlds ``0..worlds-1`` as ``Claims``, in blocks sized by the time that the last one took.

    world_s: seconds that a world took before these, where that is known.
    """

    def __init__(self, worlds: int, threads: int, world_s: float | None = None) -> None:
        self.worlds, self.threads = worlds, threads
        self.first = FIRST_BLOCK if not world_s else max(1, round(BLOCK_S / world_s))
        self.begun = 0
        self.lock = Lock()

    def stop(self) -> None:
        """Hand out no more."""
        self.begun = self.worlds

    def _claim(self, block: int) -> tuple[int, int]:
        with self.lock:
            left = self.worlds - self.begun
            first = self.begun
            self.begun += min(left, block if self.threads == 1 else max(1, min(block, left // (2 * self.threads))))
            return first, self.begun

    def of_one_thread(self) -> Iterator[tuple[int, int]]:
        """(first, last) of the blocks of one thread, ``last`` excluded; they get smaller towards the end, so that all stay busy."""
        block = self.first
        while True:
            first, last = self._claim(block)
            if first == last:
                return
            start = time.perf_counter()
            yield first, last
            took_s = (time.perf_counter() - start) / (last - first) * block
            block = 2 * block if took_s < BLOCK_S / 2 else max(1, block // 2) if took_s > 2 * BLOCK_S else block


def in_parts(blocks: Iterable[tuple[int, int]], most: int) -> Iterator[tuple[int, int]]:
    """The same numbers in blocks of at most ``most``."""
    for first, last in blocks:
        for start in range(first, last, most):
            yield start, min(start + most, last)


def drain_blocks(
    work: Callable[[int, int, Scratch], object], allocate: Callable[[], Scratch], blocks: Claims, threads: int
) -> None:
    """Call ``work(first, last, scratch)`` for all ``blocks`` on ``threads`` threads, each with scratch of its own.

    What is made of an item must not depend on the block that it is in, so that neither the number of threads nor the order of
    blocks can change a result.
    """

    def drain() -> None:
        scratch = allocate()
        for first, last in blocks.of_one_thread():
            work(first, last, scratch)

    if threads == 1:
        drain()
        return
    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(drain) for _ in range(threads)]
        try:
            for one in running:
                one.result()
        finally:  # after an interrupt or an error the others find nothing left to take
            blocks.stop()


def run_blocks(
    work: Callable[[int, int, Scratch], None], allocate: Callable[[], Scratch], worlds: int, threads: int
) -> None:
    """``drain_blocks`` over the worlds ``0..worlds-1``: ``work`` is compiled code that releases the interpreter lock and
    writes row i of its output for the i-th world only."""
    threads = max(1, min(threads, worlds))
    drain_blocks(work, allocate, Blocks(worlds, threads), threads)


def in_order(work: Callable[[A], B], pieces: Iterable[A]) -> Iterator[B]:
    """``work(piece)`` of each piece, in their order; one more piece than there are threads is held at any time."""
    threads = min(MOST_THREADS_IN_ORDER, available_cores())
    waiting: deque[Future[B]] = deque()
    pool = ThreadPoolExecutor(threads)
    try:
        for piece in pieces:
            waiting.append(pool.submit(work, piece))
            del piece
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
