"""The first use says that it compiles: who waits a minute for nothing visible stops the program."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

WAIT_S = 1.0  # less is not worth a word
MESSAGE = "compiling, the first time only: about a minute (viralsim warm does it beforehand)"


def say_when_compiling(tell: Callable[[str], None]) -> Any:
    """``tell`` once that kernels are being compiled, as soon as that has taken a second; only where someone looks on.

    Returns who listens to numba's event "numba:compile", which is not sent where code comes from the cache; else None.
    """
    if not sys.stderr.isatty():
        return None
    from numba.core import event

    class FirstWait(event.Listener):  # type: ignore[misc]
        """Adds up the time from the first function compiled on."""

        began: float | None = None
        told = False

        def on_start(self, _event: event.Event) -> None:
            """A function is about to be compiled."""
            self.began = self.began or time.monotonic()
            if not self.told and time.monotonic() - self.began > WAIT_S:
                self.told = True
                tell(MESSAGE)

        def on_end(self, _event: event.Event) -> None:
            """It was; the next one will say so."""

    listener = FirstWait()
    event.register("numba:compile", listener)
    return listener
