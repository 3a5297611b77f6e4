"""What a terminal is given: no control character that came with a name, and no letter that it cannot hold."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TextIO

from viralsim.errors import ViralsimWarning

# C0, DEL and C1, by which a text moves the cursor, hides lines or names the window; and what turns the direction of writing.
_CONTROLS = (
    *range(0x20),
    *range(0x7F, 0xA0),
    0x61C,
    *range(0x200E, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2066, 0x206A),
)
_SHOWN = {code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" for code in _CONTROLS if chr(code) not in "\n\t"}


def printable(text: str) -> str:
    """The text with control characters as they are written in Python, such as ``\\x1b``; ends of line and tabs stay."""
    return text.replace("\r\n", "\n").translate(_SHOWN)


@contextmanager
def output_may_be_lost() -> Iterator[None]:
    """OutputError for an OSError within."""
    try:
        yield
    except OSError as error:
        raise OutputError(str(error)) from error


class OutputError(Exception):
    """Nobody takes what is printed: a pipe is closed, or a disk is full. The cause is the system's error.

    It is no OSError, which click and rich would answer in their own ways.
    """


class PrintableStream:
    """A text stream that is given printable text only. raw: the stream below, for who styles what is printable already.

    Raises OutputError where the system does not take it.
    """

    def __init__(self, raw: TextIO) -> None:
        self.raw = raw

    def write(self, text: str) -> int:
        """Write the text as it may be printed."""
        with output_may_be_lost():
            self.raw.write(printable(text))
        return len(text)

    def flush(self) -> None:
        """Let what was written out."""
        with output_may_be_lost():
            self.raw.flush()

    def writelines(self, lines: Iterable[str]) -> None:
        """Write the lines, one after another."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":  # bytes would go past it; click takes a stream without one as it is
            raise AttributeError(name)
        return getattr(self.raw, name)


@contextmanager
def terminal_is_safe() -> Iterator[None]:
    """All that is printed within goes through ``printable``, and a letter that the encoding lacks is replaced, not an error.

    A stream that was closed before the program began (``2>&-``, or no console at all) takes everything and keeps nothing.
    """
    kept, show = (sys.stdout, sys.stderr), warnings.showwarning

    def note(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        if issubclass(category, ViralsimWarning):
            print(f"note: {message}", file=sys.stderr)
        else:
            show(message, category, *place, **more)

    with ExitStack() as opened:
        for name, stream in zip(("stdout", "stderr"), kept, strict=True):
            if isinstance(stream, PrintableStream):
                continue
            if stream is None:
                stream = opened.enter_context(Path(os.devnull).open("w", encoding="utf-8"))
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
            setattr(sys, name, PrintableStream(stream))
        warnings.showwarning = note
        try:
            yield
        finally:
            sys.stdout, sys.stderr = kept
            warnings.showwarning = show
