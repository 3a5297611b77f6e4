"""The console of tables and styles: what it prints carries no control characters but those of the styles."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from viralsim.cli.output import OutputError, PrintableStream, printable


class PrintableConsole(Console):
    """rich's console for tables and styles, whose texts carry no control characters."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of a renderable; those that rich itself moves the cursor with stay."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=printable(segment.text))

    def render_str(self, text: str, **options: Any) -> Text:
        """A text of a plain string, printable, so that it is given the room that it takes."""
        return super().render_str(printable(text), **options)

    def on_broken_pipe(self) -> None:
        """Let the command line say how it ends, as with everything else that is printed."""
        raise OutputError from BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def standard_console(*, stderr: bool = False) -> Console:
    """The console on standard output, or on standard error: text as it is, no markup."""
    stream = sys.stderr if stderr else sys.stdout
    raw = stream.raw if isinstance(stream, PrintableStream) else stream
    return PrintableConsole(file=raw, highlight=False, markup=False, emoji=False)
