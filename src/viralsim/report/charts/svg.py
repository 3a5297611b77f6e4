"""Pictures as SVG inside a page: named for who cannot see them, in the page's colours, always the same bytes.

Colours are classes (``s-`` strokes, ``f-`` fills) that the style sheet maps to variables, so that one drawing is right
in light, in dark and on paper. Lengths are CSS pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from viralsim.report.charts.chart import (
    Axis,
    Band,
    Boxes,
    Chart,
    Float64,
    Key,
    Line,
    Mark,
    Note,
    Panel,
    Points,
    Rule,
    Segments,
)
from viralsim.report.markup import Markup, element, joined
from viralsim.report.selectors import short

WIDE, NARROW = 920.0, 380.0
LETTER = 7.4  # mean width of a letter of 12 pixels; labels are given this much room
LINE, TITLE, GAP, EDGE = 15.0, 20.0, 14.0, 8.0


@dataclass(frozen=True)
class Frame:
    """Where the drawing of one panel lies."""

    left: float
    top: float
    width: float
    height: float

    def x(self, axis: Axis, values: object) -> Float64:
        """Pixels from the left of values on the x axis."""
        return self.left + self.width * axis.place(np.asarray(values, dtype=np.float64))

    def y(self, axis: Axis, values: object) -> Float64:
        """Pixels from the top of values on the y axis."""
        return self.top + self.height * (1.0 - axis.place(np.asarray(values, dtype=np.float64)))


def inline(chart: Chart, key: str, title: str, description: str) -> Markup:
    """The drawing as two ``svg`` elements, one for a wide and one for a narrow page, of which the style shows one."""
    return joined(
        _drawing(chart, width, columns, f"{key}-{name}", name, title, description)
        for name, width, columns in (("wide", WIDE, chart.columns), ("narrow", NARROW, chart.narrow_columns))
    )


def _drawing(chart: Chart, width: float, columns: int, key: str, name: str, title: str, description: str) -> Markup:
    columns = max(1, min(columns, len(chart.panels)))
    legend, top = _legend(chart.legend, width)
    parts, bottom = [*legend], top
    margin = max((_left_margin(panel, chart.height, width) for panel in chart.panels), default=0.0)
    inner = margin if not chart.shared_y else GAP
    cell = (width - margin - inner * (columns - 1) - (columns - 1) * GAP - EDGE) / columns
    for i, panel in enumerate(chart.panels):
        row, column = divmod(i, columns)
        head = TITLE if any(p.title for p in chart.panels) else 6.0
        foot = _foot(chart.panels)
        left = margin + column * (cell + inner + GAP)
        frame = Frame(left, top + head + row * (head + chart.height + foot), cell, chart.height)
        parts += _panel(panel, frame, margin, column == 0 or not chart.shared_y)
        bottom = frame.top + frame.height + foot
    return element(
        "svg",
        element("title", title, id=f"{key}-title"),
        element("desc", description, id=f"{key}-text"),
        *parts,
        class_=f"picture {name}",
        role="img",
        aria_labelledby=f"{key}-title {key}-text",
        viewBox=f"0 0 {width:g} {bottom:g}",
    )


def _left_margin(panel: Panel, height: float, width: float) -> float:
    """Room for the texts left of a panel; names of a narrow page are given less than half of it."""
    if panel.y.hidden:
        return 4.0
    texts = [text for _, text in panel.y.ticks(_most(height, 34.0))]
    widest = max((max(len(line) for line in text.split("\n")) for text in texts), default=0)
    return min(LETTER * widest, 0.45 * width) + 10.0 + (LINE if panel.y.label else 0.0)


def _foot(panels: Sequence[Panel]) -> float:
    ticks = any(not panel.x.hidden for panel in panels)
    label = any(panel.x.label for panel in panels)
    return (18.0 if ticks else 4.0) + (LINE + 2.0 if label else 0.0) + 8.0


def _most(length: float, each: float) -> int:
    return max(2, int(length / each))


def _ticks_that_fit(axis: Axis, width: float) -> list[tuple[float, str]]:
    """As many ticks as leave room between their texts, ten at most."""
    found = axis.ticks(2)
    for most in range(10, 2, -1):
        found = axis.ticks(most)
        if sum(LETTER * len(text) + 16.0 for _, text in found) <= width + 24.0:
            break
    if axis.named is not None and found:  # names that do not fit: every second, third, ... of them
        widest = max(LETTER * len(text) + 10.0 for _, text in found)
        found = found[:: max(1, ceil(widest * len(found) / (width + 24.0)))]
    return found


def _panel(panel: Panel, frame: Frame, margin: float, names_y: bool) -> list[Markup]:
    parts: list[Markup] = []
    if panel.title:
        title = short(panel.title, max(8, int(frame.width / LETTER)))
        parts.append(_text(frame.left, frame.top - 7.0, title, "start", "f-ink t"))
    parts += _grid(panel, frame, names_y)
    for mark in panel.marks:
        parts += _DRAW[type(mark)](mark, panel, frame)
    if panel.x.label:
        below = frame.top + frame.height + (18.0 if not panel.x.hidden else 4.0) + 13.0
        # a label longer than the axis ends with it, so that it grows into the margin
        fits = LETTER * len(panel.x.label) <= frame.width
        x = frame.left + frame.width * (0.5 if fits else 1.0)
        parts.append(_text(x, below, panel.x.label, "middle" if fits else "end", "f-quiet"))
    if panel.y.label and names_y:
        x, y = frame.left - margin + 11.0, frame.top + frame.height / 2.0
        turned = {"transform": f"rotate(-90 {_n(x)} {_n(y)})"}
        parts.append(_text(x, y, panel.y.label, "middle", "f-quiet", **turned))
    return parts


def _grid(panel: Panel, frame: Frame, names_y: bool) -> list[Markup]:
    """Ticks with their lines and texts."""
    lines, texts = [], []
    right, bottom = frame.left + frame.width, frame.top + frame.height
    if not panel.x.hidden:
        for value, text in _ticks_that_fit(panel.x, frame.width):
            x = float(frame.x(panel.x, value))
            if panel.x.named is None:
                lines.append(f"M{_n(x)} {_n(frame.top)}V{_n(bottom)}")
            inside = right + EDGE - 0.5 * LETTER * len(text)  # the last one does not leave the picture
            texts.append(_text(min(x, inside), bottom + 14.0, text, "middle", "f-quiet"))
    if not panel.y.hidden:
        for value, text in panel.y.ticks(_most(frame.height, 34.0)):
            y = float(frame.y(panel.y, value))
            if panel.y.named is None:
                lines.append(f"M{_n(frame.left)} {_n(y)}H{_n(right)}")
            if names_y:
                texts += _lines_at(frame.left - 6.0, y, text, "f-ink" if panel.y.named else "f-quiet")
    if not panel.x.hidden and panel.x.named is None:
        texts.append(element("path", d=f"M{_n(frame.left)} {_n(bottom)}H{_n(right)}", class_="s-quiet"))
    return [element("path", d="".join(lines), class_="s-line"), *texts] if lines else texts


def _lines_at(x: float, y: float, text: str, kind: str) -> list[Markup]:
    """A text of one or two lines, centred upright on y; the second line is quiet."""
    lines = text.split("\n")
    first = y + 4.0 - 7.0 * (len(lines) - 1)
    return [_text(x, first + 14.0 * i, line, "end", kind if i == 0 else "f-quiet") for i, line in enumerate(lines)]


def _text(x: float, y: float, text: str, anchor: str, kind: str, **more: str) -> Markup:
    side = {} if anchor == "start" else {"text_anchor": anchor}
    return element("text", text, x=_n(x), y=_n(y), class_=kind, **side, **more)


def _n(value: float) -> str:
    """A length with one decimal at most."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def _path(x: Iterable[float], y: Iterable[float]) -> str:
    return "M" + "L".join(f"{_n(a)} {_n(b)}" for a, b in zip(x, y, strict=True))


def _stroke(width: float, dash: Sequence[float], opacity: float) -> dict[str, str]:
    found = {} if width == 1.0 else {"stroke_width": _n(width)}
    if dash:
        found["stroke_dasharray"] = " ".join(_n(d * max(width, 1.0)) for d in dash)
    if opacity != 1.0:
        found["opacity"] = f"{opacity:.2g}"
    return found


def _line(mark: Line, panel: Panel, frame: Frame) -> list[Markup]:
    x, y = frame.x(panel.x, mark.x), frame.y(panel.y, mark.y)
    defined = np.isfinite(x) & np.isfinite(y)  # one world has no interval, so no line for it
    x, y = x[defined], y[defined]
    if not len(x):
        return []
    if mark.steps:
        x, y = np.repeat(x, 2)[:-1], np.repeat(y, 2)[1:]
    return [element("path", d=_path(x, y), class_=f"s-{mark.role}", **_stroke(mark.width, mark.dash, mark.opacity))]


def _band(mark: Band, panel: Panel, frame: Frame) -> list[Markup]:
    x = frame.x(panel.x, mark.x)
    low, high = frame.y(panel.y, mark.low), frame.y(panel.y, mark.high)
    around = _path([*x, *x[::-1]], [*high, *low[::-1]]) + "Z"
    return [element("path", d=around, class_=f"f-{mark.role}", opacity=f"{mark.opacity:.2g}")]


def _boxes(mark: Boxes, panel: Panel, frame: Frame) -> list[Markup]:
    x0, x1 = frame.x(panel.x, mark.left), frame.x(panel.x, mark.right)
    y0, y1 = frame.y(panel.y, mark.bottom), frame.y(panel.y, mark.top)
    x0, x1, y0, y1 = (np.atleast_1d(a) for a in (x0, x1, y0, y1))
    opacity = np.broadcast_to(np.asarray(mark.opacity, dtype=np.float64), x0.shape)
    parts = []
    for each in np.unique(opacity):
        chosen = opacity == each
        boxes = zip(x0[chosen], x1[chosen], y0[chosen], y1[chosen], strict=True)
        around = "".join(f"M{_n(a)} {_n(c)}H{_n(b)}V{_n(d)}H{_n(a)}Z" for a, b, c, d in boxes)
        faint = {} if each == 1.0 else {"opacity": f"{each:.2g}"}
        parts.append(element("path", d=around, class_=f"f-{mark.role}", **faint))
    return parts


def _points(mark: Points, panel: Panel, frame: Frame) -> list[Markup]:
    x, y = np.atleast_1d(frame.x(panel.x, mark.x)), np.atleast_1d(frame.y(panel.y, mark.y))
    size = np.broadcast_to(np.asarray(mark.size, dtype=np.float64), x.shape)
    d = "".join(_shape(mark.shape, float(a), float(b), float(r)) for a, b, r in zip(x, y, size, strict=True))
    faint = {} if mark.opacity == 1.0 else {"opacity": f"{mark.opacity:.2g}"}
    return [element("path", d=d, class_=f"f-{mark.role}", **faint)]


def _shape(shape: str, x: float, y: float, r: float) -> str:
    if shape == "square":
        return f"M{_n(x - r)} {_n(y - r)}h{_n(2 * r)}v{_n(2 * r)}h{_n(-2 * r)}z"
    if shape == "diamond":
        r *= 1.25
        return f"M{_n(x)} {_n(y - r)}l{_n(r)} {_n(r)}l{_n(-r)} {_n(r)}l{_n(-r)} {_n(-r)}z"
    if shape == "triangle":
        r *= 1.15
        return f"M{_n(x)} {_n(y - r)}l{_n(r)} {_n(1.8 * r)}h{_n(-2 * r)}z"
    return f"M{_n(x - r)} {_n(y)}a{_n(r)} {_n(r)} 0 1 0 {_n(2 * r)} 0a{_n(r)} {_n(r)} 0 1 0 {_n(-2 * r)} 0"


def _segments(mark: Segments, panel: Panel, frame: Frame) -> list[Markup]:
    ends = [frame.x(panel.x, mark.x0), frame.y(panel.y, mark.y0), frame.x(panel.x, mark.x1), frame.y(panel.y, mark.y1)]
    rows = zip(*(np.atleast_1d(values) for values in ends), strict=True)
    d = "".join(f"M{_n(a)} {_n(b)}L{_n(c)} {_n(e)}" for a, b, c, e in rows)
    return [element("path", d=d, class_=f"s-{mark.role}", **_stroke(mark.width, (), mark.opacity))] if d else []


def _rule(mark: Rule, panel: Panel, frame: Frame) -> list[Markup]:
    if mark.x is not None:
        d = f"M{_n(float(frame.x(panel.x, mark.x)))} {_n(frame.top)}v{_n(frame.height)}"
    else:
        d = f"M{_n(frame.left)} {_n(float(frame.y(panel.y, mark.y)))}h{_n(frame.width)}"
    return [element("path", d=d, class_=f"s-{mark.role}", **_stroke(1.0, mark.dash, 1.0))]


def _note(mark: Note, panel: Panel, frame: Frame) -> list[Markup]:
    x, y = float(frame.x(panel.x, mark.x)) + mark.dx, float(frame.y(panel.y, mark.y)) + mark.dy
    if mark.anchor == "middle":  # pushed inwards where it would be cut
        half = LETTER * len(mark.text) / 2.0
        x = max(min(x, frame.left + frame.width - half), frame.left + half)
    return [_text(x, y + 4.0, mark.text, mark.anchor, f"f-{mark.role} n")]


_DRAW: dict[type, Callable[..., list[Markup]]] = {
    Line: _line,
    Band: _band,
    Boxes: _boxes,
    Points: _points,
    Segments: _segments,
    Rule: _rule,
    Note: _note,
}


def _legend(keys: Sequence[Key], width: float) -> tuple[list[Markup], float]:
    """The legend above the panels, broken into lines, and its height."""
    parts: list[Markup] = []
    x, y = 2.0, 12.0
    for key in keys:
        needs = 30.0 + LETTER * len(key.label) + 16.0
        if x + needs > width and x > 2.0:
            x, y = 2.0, y + 18.0
        if key.shape is not None:
            parts.append(element("path", d=_shape(key.shape, x + 12.0, y - 4.0, 4.5), class_=f"f-{key.role}"))
        elif key.dash is not None:
            line = _stroke(2.2, key.dash, 1.0)
            parts.append(element("path", d=f"M{_n(x)} {_n(y - 4.0)}h24", class_=f"s-{key.role}", **line))
        else:
            parts.append(element("path", d=f"M{_n(x + 6)} {_n(y - 10)}h12v12h-12z", class_=f"f-{key.role}"))
        parts.append(_text(x + 30.0, y, key.label, "start", "f-ink"))
        x += needs
    return parts, (y + 8.0 if keys else 0.0)


__all__ = ["Mark", "inline"]
