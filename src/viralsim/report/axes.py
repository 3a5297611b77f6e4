"""Axes as every picture of the page has them."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from viralsim.measurement.wording import number
from viralsim.report.svg import WIDTH_INCHES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_COLUMNS = 4


def single(height_inches: float, columns: int = 1, **more: Any) -> tuple[Figure, list[Axes]]:
    """A drawing of one row of ``columns`` axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_INCHES, height_inches), layout="constrained")
    grid = figure.subplots(1, columns, squeeze=False, **more)
    return figure, list(grid.flat)


def panels(
    count: int, share_y: bool = False, share_x: bool = False, row_inches: float = 2.1
) -> tuple[Figure, list[Axes]]:
    """A drawing with ``count`` axes side by side, in rows of four at most; what is left of the last row stays empty."""
    from matplotlib.figure import Figure

    columns = max(1, min(count, MOST_COLUMNS))
    rows = max(1, ceil(count / columns))
    figure = Figure(figsize=(WIDTH_INCHES, row_inches * rows), layout="constrained")
    grid = list(figure.subplots(rows, columns, squeeze=False, sharex=share_x, sharey=share_y).flat)
    for ax in grid[count:]:
        ax.remove()
    return figure, grid[:count]


def plain_numbers(axis: Any) -> None:
    """Ticks as the page writes numbers: 12,000, never 1.2e4."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: tick_text(float(value))))


def tick_text(value: float) -> str:
    """A number at an axis: 2,500; 25k; 3M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{number(value / (1e3 if letter == 'k' else size))}{letter}"
    return number(value)


def decades(axis: Any) -> None:
    """A logarithmic axis that names its decades and draws no small ticks."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(base=10.0, numticks=8))
    axis.set_minor_formatter(NullFormatter())
    plain_numbers(axis)
