"""Which worlds a thread takes next: blocks from one counter, sized by the time that the last one took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Lock

FIRST_BLOCK = 4  # worlds, before it is known how long they take
BLOCK_S = (
    0.02  # a block takes about as long: soon interrupted, and a call from Python (5 microseconds) is nothing beside it
)


class Blocks:
    """Worlds ``0..worlds-1``, handed out to ``threads`` threads until none is left or ``stop`` is called."""

    def __init__(self, worlds: int, threads: int) -> None:
        self.worlds, self.threads = worlds, threads
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
        block = FIRST_BLOCK
        while True:
            first, last = self._claim(block)
            if first == last:
                return
            start = time.perf_counter()
            yield first, last
            took_s = (time.perf_counter() - start) / (last - first) * block
            block = 2 * block if took_s < BLOCK_S / 2 else max(1, block // 2) if took_s > 2 * BLOCK_S else block
