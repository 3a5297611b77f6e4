"""The pictures as matplotlib figures, with the look of the page. Imported when a figure is asked for, and only then."""

from __future__ import annotations

import io
from collections.abc import Callable
from math import ceil
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from viralsim.report.charts.chart import Axis, Band, Boxes, Chart, Line, Note, Panel, Points, Rule, Segments
from viralsim.report.charts.pictures import Picture
from viralsim.report.theme import ROLES

WIDTH_INCHES, DOTS_PER_INCH = 9.2, 100.0
POINTS_A_PIXEL = 0.72
MARKERS = {"circle": "o", "square": "s", "diamond": "D", "triangle": "^"}
Colour = Callable[[str], str]


class Plot(Figure):
    """A matplotlib figure that shows itself in a notebook and says in ``description`` what is seen."""

    description: str = ""

    def _repr_png_(self) -> bytes:
        """The figure as a notebook shows it."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=DOTS_PER_INCH)
        return buffer.getvalue()


def draw(picture: Picture, dark: bool = False) -> Plot:
    """A figure of its own, outside pyplot, so that none is kept open; ``savefig`` writes PNG, SVG or PDF."""

    def colour(role: str) -> str:
        return ROLES[role][1 if dark else 0]

    chart = picture.chart
    columns = max(1, min(chart.columns, len(chart.panels)))
    rows = max(1, ceil(len(chart.panels) / columns))
    tall = (rows * (chart.height + 62.0) + (26.0 if chart.legend else 0.0) + 34.0) / DOTS_PER_INCH
    figure = Plot(figsize=(WIDTH_INCHES, tall), dpi=DOTS_PER_INCH, layout="constrained", facecolor=colour("ground"))
    figure.description = picture.description
    figure.suptitle(
        picture.title, x=0.01, ha="left", fontsize=11, fontweight="bold", color=colour("ink"), parse_math=False
    )
    grid = list(figure.subplots(rows, columns, squeeze=False).flat)
    for i, ax in enumerate(grid):
        if i < len(chart.panels):
            _panel(ax, chart.panels[i], colour, names_y=i % columns == 0 or not chart.shared_y)
        else:
            ax.remove()
    if chart.legend:
        _legend(figure, chart, colour)
    return figure


def _panel(ax: Axes, panel: Panel, colour: Colour, names_y: bool) -> None:
    ax.set_facecolor("none")
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_visible(not panel.x.hidden)
    ax.spines["bottom"].set_color(colour("quiet"))
    _axis(ax, "x", panel.x, colour, True)
    _axis(ax, "y", panel.y, colour, names_y)
    if panel.title:
        ax.set_title(panel.title, loc="left", fontsize=9, fontweight="bold", color=colour("ink"), parse_math=False)
    for mark in panel.marks:
        _DRAW[type(mark)](ax, mark, colour)


def _axis(ax: Axes, which: str, axis: Axis, colour: Colour, named: bool) -> None:
    scale: Any = getattr(ax, f"set_{which}scale")
    if axis.log:
        scale("log")
    getattr(ax, f"set_{which}lim")(axis.low, axis.high)
    ticks = [] if axis.hidden else axis.ticks(6)
    getattr(ax, f"set_{which}ticks")([value for value, _ in ticks])
    texts = [text if named else "" for _, text in ticks]
    getattr(ax, f"set_{which}ticklabels")(texts, fontsize=8.5, parse_math=False)
    getattr(ax, f"set_{which}ticks")([], minor=True)
    names = axis.named is not None
    ax.tick_params(axis=which, length=0, labelcolor=colour("ink" if names and which == "y" else "quiet"))  # type: ignore[arg-type]
    if not names and not axis.hidden:
        ax.grid(axis=which, color=colour("line"), linewidth=0.7)  # type: ignore[arg-type]
        ax.set_axisbelow(True)
    if axis.label and named:
        label: Any = getattr(ax, f"set_{which}label")
        label(axis.label, fontsize=8.5, color=colour("quiet"), parse_math=False)


def _line(ax: Axes, mark: Line, colour: Colour) -> None:
    style: Any = (0, mark.dash) if mark.dash else "-"
    drawn = "steps-pre" if mark.steps else "default"
    ax.plot(
        mark.x, mark.y, color=colour(mark.role), linewidth=mark.width * POINTS_A_PIXEL, linestyle=style,
        drawstyle=drawn, alpha=mark.opacity,
    )  # fmt: skip


def _band(ax: Axes, mark: Band, colour: Colour) -> None:
    ax.fill_between(mark.x, mark.low, mark.high, color=colour(mark.role), alpha=mark.opacity, linewidth=0.0)


def _boxes(ax: Axes, mark: Boxes, colour: Colour) -> None:
    left, right, bottom, top = (
        np.atleast_1d(np.asarray(a, float)) for a in (mark.left, mark.right, mark.bottom, mark.top)
    )
    opacity = np.broadcast_to(np.asarray(mark.opacity, float), left.shape)
    for each in np.unique(opacity):
        o = opacity == each
        ax.bar(
            left[o], (top - bottom)[o], (right - left)[o], bottom[o], align="edge", color=colour(mark.role),
            alpha=float(each), linewidth=0.0,
        )  # fmt: skip


def _points(ax: Axes, mark: Points, colour: Colour) -> None:
    area = np.square(2.0 * POINTS_A_PIXEL * np.asarray(mark.size, float))
    ax.scatter(
        mark.x, mark.y, s=area, marker=MARKERS[mark.shape], color=colour(mark.role), alpha=mark.opacity, linewidths=0.0,
        zorder=3.0, clip_on=False,
    )  # fmt: skip


def _segments(ax: Axes, mark: Segments, colour: Colour) -> None:
    from matplotlib.collections import LineCollection

    ends = [np.atleast_1d(np.asarray(a, float)) for a in (mark.x0, mark.y0, mark.x1, mark.y1)]
    lines = np.stack(ends, axis=1).reshape(-1, 2, 2)
    width = mark.width * POINTS_A_PIXEL
    ax.add_collection(LineCollection(list(lines), colors=colour(mark.role), linewidths=width, alpha=mark.opacity))


def _rule(ax: Axes, mark: Rule, colour: Colour) -> None:
    style: Any = (0, mark.dash) if mark.dash else "-"
    if mark.x is not None:
        ax.axvline(mark.x, color=colour(mark.role), linewidth=0.8, linestyle=style)
    elif mark.y is not None:
        ax.axhline(mark.y, color=colour(mark.role), linewidth=0.8, linestyle=style)


def _note(ax: Axes, mark: Note, colour: Colour) -> None:
    side = {"start": "left", "middle": "center", "end": "right"}[mark.anchor]
    ax.annotate(
        mark.text, (mark.x, mark.y), (mark.dx * POINTS_A_PIXEL, -mark.dy * POINTS_A_PIXEL), textcoords="offset points",
        ha=side, va="center", fontsize=8.5, color=colour(mark.role), parse_math=False,
    )  # fmt: skip


_DRAW: dict[type, Callable[..., None]] = {
    Line: _line,
    Band: _band,
    Boxes: _boxes,
    Points: _points,
    Segments: _segments,
    Rule: _rule,
    Note: _note,
}


def _legend(figure: Figure, chart: Chart, colour: Colour) -> None:
    handles: list[Any] = []
    for key in chart.legend:
        tone = colour(key.role)
        if key.shape is not None:
            handles.append(Line2D([], [], color=tone, marker=MARKERS[key.shape], linestyle="none", markersize=6))
        elif key.dash is not None:
            handles.append(Line2D([], [], color=tone, linestyle=(0, key.dash) if key.dash else "-"))
        else:
            handles.append(Patch(facecolor=tone))
    texts = figure.legend(
        handles, [key.label for key in chart.legend], loc="outside lower left", ncols=len(handles), frameon=False,
        fontsize=8.5, labelcolor=colour("ink"),
    ).get_texts()  # fmt: skip
    for text in texts:
        text.set_parse_math(False)
