"""One progress bar for all long work: rate and time left, on standard error, where it is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(waiting: str, describe: Callable[..., str]) -> Iterator[Callable[..., None] | None]:
    """A function ``report(done, total, *more)`` that moves the bar, or None where nobody looks on.

    Args:
        waiting: what the bar says before the first report.
        describe: what it says of ``*more``, such as the number of failed points.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from viralsim.cli.console import standard_console

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(), console=standard_console(stderr=True), transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task(waiting, total=None, rate="")

        def report(done: int, total: int, *more: object) -> None:
            speed = bar.tasks[0].speed
            rate = f"{speed:,.0f}/s" if speed and speed >= 10 else f"{speed:.1f}/s" if speed else ""
            bar.update(task, description=describe(*more), completed=done, total=total, rate=rate)

        yield report
