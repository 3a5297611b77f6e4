"""A time limit on work in a worker process, the compiling of kernels left out."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from numba.core import event

LOOK_EVERY_S = 0.05


class Compiling(event.Listener):  # type: ignore[misc]
    """Adds up the time in which kernels are compiled, as they are the first time only."""

    def __init__(self) -> None:
        self._depth, self._began, self._before = 0, 0.0, 0.0

    def on_start(self, _event: event.Event) -> None:
        """A function is about to be compiled, perhaps for another one."""
        if self._depth == 0:
            self._began = time.monotonic()
        self._depth += 1

    def on_end(self, _event: event.Event) -> None:
        """It was."""
        self._depth -= 1
        if self._depth == 0:
            self._before += time.monotonic() - self._began

    def seconds(self) -> float:
        """So far, the function that is being compiled included."""
        return self._before + (time.monotonic() - self._began if self._depth else 0.0)


@contextmanager
def ending_after(limit_s: float, status: int) -> Iterator[None]:
    """End the process with an exit status where what is within takes longer."""
    compiling, finished, guard = Compiling(), threading.Event(), threading.Lock()
    began = time.monotonic()

    def watch() -> None:
        while not finished.wait(LOOK_EVERY_S):
            if time.monotonic() - began - compiling.seconds() > limit_s:
                with guard:  # never while the answer is on its way
                    if not finished.is_set():
                        os._exit(status)

    event.register("numba:compile", compiling)
    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        with guard:
            finished.set()
        event.unregister("numba:compile", compiling)
