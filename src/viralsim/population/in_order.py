"""Work on several threads whose results come in the order of its pieces."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

MOST_THREADS = 4  # reading the file then keeps up no longer, and each holds a block


def in_order(work: Callable[[A], B], pieces: Iterable[A]) -> Iterator[B]:
    """``work(piece)`` of each piece, in their order; one more piece than there are threads is held at any time."""
    threads = min(
        MOST_THREADS, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
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
