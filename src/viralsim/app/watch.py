"""A time limit on work in a worker process, the compiling of kernels left out.

What counts is the time of the processor: on a busy machine an answer is late, and it is not the question's fault.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from numba.core import event

LOOK_EVERY_S = 0.05
PATIENCE = 6.0  # by the clock on the wall work may take so many times its limit


class Compiling(event.Listener):  # type: ignore[misc]
    """Adds up the time in which kernels are compiled, as they are the first time only."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._depth, self._began, self._before = 0, 0.0, 0.0

    def on_start(self, _event: event.Event) -> None:
        """A function is about to be compiled, perhaps for another one."""
        if self._depth == 0:
            self._began = self._clock()
        self._depth += 1

    def on_end(self, _event: event.Event) -> None:
        """It was."""
        self._depth -= 1
        if self._depth == 0:
            self._before += self._clock() - self._began

    def seconds(self) -> float:
        """So far, the function that is being compiled included."""
        return self._before + (self._clock() - self._began if self._depth else 0.0)


@contextmanager
def ending_after(limit_s: float, status: int) -> Iterator[None]:
    """End the process with an exit status where what is within takes longer."""
    finished, guard = threading.Event(), threading.Lock()
    clocks = [(time.process_time, limit_s), (time.monotonic, PATIENCE * limit_s)]
    watched = [(clock, clock(), most, Compiling(clock)) for clock, most in clocks]

    def watch() -> None:
        while not finished.wait(LOOK_EVERY_S):
            if any(clock() - began - compiling.seconds() > most for clock, began, most, compiling in watched):
                with guard:  # never while the answer is on its way
                    if not finished.is_set():
                        os._exit(status)

    for *_, compiling in watched:
        event.register("numba:compile", compiling)
    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        with guard:
            finished.set()
        for *_, compiling in watched:
            event.unregister("numba:compile", compiling)
