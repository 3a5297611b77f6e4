"""The small pictures beside a slider: shares over time, and how the worlds are spread, as inline SVG."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from viralsim.lessons.texts import marked, noted, spoken

if TYPE_CHECKING:
    from viralsim.results import Result

COLOURS = tuple(f"var(--vs-{i})" for i in range(4))  # said in look.STYLE, for light and for dark
WIDTH, HEIGHT, LEFT, BOTTOM = 460, 230, 54, 34


def pictures(result: Result, measure: str = "shares") -> str:
    """Both pictures of a result, an arm a colour."""
    return over_time(result, measure) + spread(result, measure)


def over_time(result: Result, measure: str = "shares") -> str:
    """Median and 5 to 95 % band of the cumulative series of each arm."""
    table = result.series(measure, quantiles=(0.05, 0.5, 0.95), cumulative=True)
    most = max(1.0, float(table["q95"].max()))
    parts, hours = [], float(table["hours"].max())
    for i, arm in enumerate(result.arms):
        rows = table[table["arm"] == arm]
        x = LEFT + rows["hours"].to_numpy() / hours * (WIDTH - LEFT - 10)
        low, mid, high = (_y(rows[q].to_numpy() / most) for q in ("q05", "q50", "q95"))
        colour = COLOURS[i % len(COLOURS)]
        band = _path(np.concatenate([x, x[::-1]]), np.concatenate([high, low[::-1]]))
        parts.append(f'<path d="{band}Z" fill="{colour}" opacity=".18"/>')
        parts.append(f'<path d="{_path(x, mid)}" fill="none" stroke="{colour}" stroke-width="2"/>')
    title = noted("{measure} over time: line, the typical try; band, the range of 90 in 100 tries")
    return framed(
        title,
        {"measure": spoken(measure)},
        parts,
        [("0", 0.0), (f"{most:,.0f}", 1.0)],
        [("0 h", 0.0), (f"{hours:,.0f} h", 1.0)],
        list(result.arms),
    )


def spread(result: Result, measure: str = "shares") -> str:
    """How many tries ended with how much, on a log axis from 1."""
    values = {arm: np.asarray(result.arm(arm).measures[measure]) for arm in result.arms}
    most = max(2.0, max(float(v.max()) for v in values.values()))
    edges = np.concatenate([[0.0], np.geomspace(1, most + 1, 13)])
    counts = {arm: np.histogram(v, edges)[0] for arm, v in values.items()}
    tallest = max(1, max(int(c.max()) for c in counts.values()))
    step = (WIDTH - LEFT - 10) / 13
    parts = []
    for i, c in enumerate(counts.values()):
        wide = step * 0.85 / len(counts)
        for b, n in enumerate(c):
            top = float(_y(np.array([n / tallest]))[0])
            x = LEFT + b * step + i * wide
            parts.append(
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{HEIGHT - BOTTOM - top:.1f}" '
                f'fill="{COLOURS[i % len(COLOURS)]}"/>'
            )
    title = noted("where {tries} tries ended: {measure} (from 1 to 10 is as far as from 10 to 100)")
    told: dict[str, str | int] = {"tries": result.world_count, "measure": spoken(measure)}
    return framed(title, told, parts, [("0", 0.0), (f"{tallest:,}", 1.0)], _decades(most), list(result.arms))


def _decades(most: float) -> list[tuple[str, float]]:
    """0 in the middle of the first of 13 bins, the powers of ten at their places, and the largest."""
    marks = [("0", 0.5 / 13)]
    for power in range(int(np.log10(most)) + 1):
        place = (1 + 12 * power * np.log(10) / np.log(most + 1)) / 13
        if place < 0.85:
            marks.append((f"{10**power:,}", float(place)))
    return [*marks, (f"{most:,.0f}", 1.0)]


def _y(share: NDArray[np.float64]) -> NDArray[np.float64]:
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - 24)


def line_path(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    """The path of a line; x, y in [0, 1] of the axes."""
    return _path(LEFT + x * (WIDTH - LEFT - 10), _y(y))


def _path(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    return "M" + "L".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))


def framed(
    title: str,
    values: dict[str, str | int],
    parts: list[str],
    y: Sequence[tuple[str, float]],
    x: Sequence[tuple[str, float]],
    arms: list[str],
) -> str:
    """A picture with its axes: marks are (text, place in [0, 1]); title and its values are put into the page's language."""
    base = HEIGHT - BOTTOM
    marks = [f'<path d="M{LEFT},20V{base}H{WIDTH - 8}" fill="none" stroke="#6b7280"/>']
    for text, at in y:
        marks.append(
            f'<text x="{LEFT - 6}" y="{float(_y(np.array([at]))[0]) + 4:.0f}" text-anchor="end">{escape(text)}</text>'
        )
    for text, at in x:
        anchor = "end" if at > 0.9 else "start"
        marks.append(
            f'<text x="{LEFT + at * (WIDTH - LEFT - 10):.0f}" y="{base + 16}" text-anchor="{anchor}">{escape(text)}</text>'
        )
    key = "".join(
        f'<span style="color:{COLOURS[i % len(COLOURS)]}">&#9632;</span> {marked(spoken(arm))} '
        for i, arm in enumerate(arms if len(arms) > 1 else [])
    )
    body, said = "".join([*parts, *marks]), title.format(**values)
    told = f'data-text="{escape(title)}" data-values="{escape(json.dumps(values))}"'
    return (
        f'<figure class="vs-curve"><figcaption {told}>{escape(said)}</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'{told} aria-label="{escape(said)}" font-size="12" fill="#374151">{body}</svg><p>{key}</p></figure>'
    )
