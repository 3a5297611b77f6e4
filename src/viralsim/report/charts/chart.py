"""A picture as plain data: panels, axes and marks. ``svg`` and ``matplotlib_figure`` draw the same picture from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, floor, inf, log10
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.measurement.number_format import number

Float64 = NDArray[np.float64]
Shape = Literal["circle", "square", "triangle", "diamond"]
SHAPES: tuple[Shape, ...] = ("circle", "square", "diamond", "triangle")


@dataclass(frozen=True)
class Line:
    """A line through (x, y); ``steps``: each value holds from its x back to the one before."""

    x: ArrayLike
    y: ArrayLike
    role: str
    width: float = 1.8
    dash: tuple[float, ...] = ()
    steps: bool = False
    opacity: float = 1.0


@dataclass(frozen=True)
class Band:
    """The room between ``low`` and ``high`` over x."""

    x: ArrayLike
    low: ArrayLike
    high: ArrayLike
    role: str
    opacity: float = 0.25


@dataclass(frozen=True)
class Boxes:
    """Filled boxes, one an element; ``opacity`` may be one value a box."""

    left: ArrayLike
    right: ArrayLike
    bottom: ArrayLike
    top: ArrayLike
    role: str
    opacity: ArrayLike = 1.0


@dataclass(frozen=True)
class Points:
    """Points; ``size`` is the radius in pixels, one value or one per point."""

    x: ArrayLike
    y: ArrayLike
    role: str
    size: ArrayLike = 4.0
    shape: Shape = "circle"
    opacity: float = 1.0


@dataclass(frozen=True)
class Segments:
    """Straight links from (x0, y0) to (x1, y1), one an element."""

    x0: ArrayLike
    y0: ArrayLike
    x1: ArrayLike
    y1: ArrayLike
    role: str
    width: float = 1.0
    opacity: float = 1.0


@dataclass(frozen=True)
class Rule:
    """A line across the whole panel at an x or a y."""

    role: str = "ink"
    x: float | None = None
    y: float | None = None
    dash: tuple[float, ...] = ()


@dataclass(frozen=True)
class Note:
    """A text at (x, y), moved by ``dx`` and ``dy`` pixels (down is positive)."""

    x: float
    y: float
    text: str
    dx: float = 0.0
    dy: float = 0.0
    anchor: Literal["start", "middle", "end"] = "start"
    role: str = "ink"


Mark = Line | Band | Boxes | Points | Segments | Rule | Note


@dataclass(frozen=True)
class Axis:
    """One axis: from ``low`` to ``high`` (which may be the smaller), its label, and ticks by name where given."""

    low: float
    high: float
    label: str = ""
    log: bool = False
    named: Sequence[tuple[float, str]] | None = None
    hidden: bool = False

    def place(self, values: ArrayLike) -> Float64:
        """Where values lie between the ends, 0 to 1; values not on a logarithmic axis lie at its low end."""
        found = np.asarray(values, dtype=np.float64)
        if self.log:
            low, high = log10(self.low), log10(self.high)
            found = np.log10(np.maximum(found, self.low))
        else:
            low, high = self.low, self.high
        return (found - low) / ((high - low) or 1.0)

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Ticks as (value, text): those with names, else round numbers, at most about ``most``."""
        if self.named is not None:
            return list(self.named)
        return _decades(self.low, self.high, most) if self.log else _round_numbers(self.low, self.high, most)


@dataclass(frozen=True)
class Panel:
    """One pair of axes with its marks, drawn in their order."""

    x: Axis
    y: Axis
    marks: Sequence[Mark]
    title: str = ""


@dataclass(frozen=True)
class Key:
    """An entry of the legend: a line, or a point where ``shape`` is given, or a box."""

    label: str
    role: str
    dash: tuple[float, ...] | None = None
    shape: Shape | None = None


@dataclass(frozen=True)
class Chart:
    """Panels side by side, ``columns`` in a row on a wide page, ``narrow_columns`` on a phone.

    height: of a panel's drawing, in pixels. shared_y: the y axis is named in the first column only.
    """

    panels: Sequence[Panel]
    height: float = 190.0
    columns: int = 4
    narrow_columns: int = 1
    shared_y: bool = False
    legend: Sequence[Key] = field(default_factory=tuple)


def linear(values: ArrayLike, label: str = "", zero: bool = True, room: float = 0.06) -> Axis:
    """A linear axis that holds the values, from zero where ``zero``, with a little room."""
    found = np.asarray(values, dtype=np.float64).ravel()
    found = found[np.isfinite(found)]
    low, high = (float(found.min()), float(found.max())) if len(found) else (0.0, 1.0)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    span = (high - low) or max(abs(high), 1.0)
    above, below = high + room * span, low - room * span
    return Axis(
        low if zero and low == 0.0 else below, high if zero and high == 0.0 < span and low < 0.0 else above, label
    )


def logarithmic(values: ArrayLike, label: str = "", room: float = 0.04) -> Axis:
    """A logarithmic axis that holds the positive values and a whole decade at least."""
    found = np.asarray(values, dtype=np.float64).ravel()
    found = found[np.isfinite(found) & (found > 0.0)]
    low, high = (float(found.min()), float(found.max())) if len(found) else (1.0, 10.0)
    if high < 10.0 * low:
        low, high = 10.0 ** floor(log10(low)), 10.0 ** ceil(log10(high) + 1e-9)
    more = (high / low) ** room
    return Axis(low / more, high * more, label, log=True)


def categories(names: Sequence[str], label: str = "") -> Axis:
    """An axis of names from the top down, the first at 0."""
    return Axis(len(names) - 0.5, -0.5, label, named=[(float(i), name) for i, name in enumerate(names)])


def tick_text(value: float) -> str:
    """A number at an axis: 2,500; 25k; 3M."""
    for size, letter, unit in ((1e9, "G", 1e9), (1e6, "M", 1e6), (1e4, "k", 1e3)):
        if abs(value) >= size:
            return f"{number(value / unit)}{letter}"
    return number(value)


def _round_numbers(low: float, high: float, most: int) -> list[tuple[float, str]]:
    low, high = min(low, high), max(low, high)
    span = high - low
    if not 0.0 < span < inf:
        return [(low, tick_text(low))]
    rough = span / max(most, 1)
    size = 10.0 ** floor(log10(rough))
    step = next((size * factor for factor in (1.0, 2.0, 5.0) if size * factor >= rough * 0.999), size * 10.0)
    first = ceil(low / step - 1e-9)
    last = floor(high / step + 1e-9)
    values = [round(i * step, 12) for i in range(first, last + 1)]
    return [(value, tick_text(value)) for value in values]


def _decades(low: float, high: float, most: int) -> list[tuple[float, str]]:
    first, last = ceil(log10(low) - 1e-9), floor(log10(high) + 1e-9)
    every = max(1, ceil((last - first + 1) / max(most, 1)))
    values = [10.0**power for power in range(first, last + 1, every)]
    return [(value, tick_text(value)) for value in values]
