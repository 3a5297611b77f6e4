"""How large and how deep cascades were, over all worlds of each arm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viralsim.measurement.number_format import number, percent
from viralsim.report.charts.chart import SHAPES, Chart, Key, Line, Mark, Panel, Points, linear, logarithmic
from viralsim.report.charts.pictures import Picture
from viralsim.report.selectors import dash, role, short
from viralsim.results import Result

Counts = NDArray[np.int64]


def sizes(result: Result) -> Picture | None:
    """Cascades of a campaign by their size, and posts by generation; None where no cascade was counted."""
    found = {arm: _trimmed(worlds.cascade_sizes) for arm, worlds in result.arms.items()}
    depths = {arm: _trimmed(worlds.generations) for arm, worlds in result.arms.items()}
    if not any(len(counts) for counts in found.values()):
        return None
    worlds = result.world_count
    panels = [_sizes_panel(result, found, worlds)]
    if any(len(counts) > 1 for counts in depths.values()):
        panels.append(_depths_panel(result, depths, worlds))
    return Picture(
        "cascades",
        "How large cascades were",
        "Left: cascades of a campaign by size, in bins that double (1, 2 to 3, 4 to 7, ...), both axes logarithmic. "
        "Right: posts by generation, 0 for the post that began a cascade.",
        " ".join(_in_words(arm, counts, worlds) for arm, counts in found.items()),
        Chart(panels, height=220.0, columns=2, legend=_legend(result)),
        ["posts in a cascade", *(f"{arm}, cascades of a campaign" for arm in found)],
        [[_bin(b), *(_per_launch(counts, b, worlds) for counts in found.values())] for b in range(_longest(found))],
        "Cascade sizes",
    )


def _sizes_panel(result: Result, found: dict[str, Counts], worlds: int) -> Panel:
    marks: list[Mark] = []
    for i, (arm, counts) in enumerate(found.items()):
        bins = np.flatnonzero(counts)
        size = 2.0**bins
        marks.append(Line(size, counts[bins] / worlds, role(result, arm), dash=dash(result, arm)))
        marks.append(Points(size, counts[bins] / worlds, role(result, arm), 3.5, SHAPES[i % len(SHAPES)]))
    each = np.concatenate([counts[counts > 0] / worlds for counts in found.values()])
    widest = 2.0 ** (_longest(found) - 1)
    return Panel(
        logarithmic([1.0, widest], "posts in a cascade, from"), logarithmic(each, "cascades of a campaign", 0.08), marks
    )


def _depths_panel(result: Result, depths: dict[str, Counts], worlds: int) -> Panel:
    marks: list[Mark] = []
    for i, (arm, counts) in enumerate(depths.items()):
        deep = np.flatnonzero(counts)
        marks.append(Line(deep, counts[deep] / worlds, role(result, arm), dash=dash(result, arm)))
        marks.append(Points(deep, counts[deep] / worlds, role(result, arm), 3.5, SHAPES[i % len(SHAPES)]))
    each = np.concatenate([counts[counts > 0] / worlds for counts in depths.values()])
    across = linear([0.0, _longest(depths) - 1.0], "generation")
    named = [(value, text) for value, text in across.ticks(10) if value == int(value)]
    return Panel(
        type(across)(-0.3, across.high, "generation", named=named),
        logarithmic(each, "posts of a campaign", 0.08),
        marks,
    )


def _legend(result: Result) -> list[Key]:
    return [Key(short(arm), role(result, arm), shape=SHAPES[i % len(SHAPES)]) for i, arm in enumerate(result.arms)]


def _trimmed(counts: Counts) -> Counts:
    """Without the empty bins at the end."""
    filled = np.flatnonzero(counts)
    return counts[: filled[-1] + 1] if len(filled) else counts[:0]


def _longest(found: dict[str, Counts]) -> int:
    return max((len(counts) for counts in found.values()), default=0)


def _bin(b: int) -> str:
    return "1" if b == 0 else f"{2**b:,} to {2 ** (b + 1) - 1:,}"


def _per_launch(counts: Counts, b: int, worlds: int) -> str:
    return number(float(counts[b]) / worlds) if b < len(counts) and counts[b] else "–"


def _in_words(arm: str, counts: Counts, worlds: int) -> str:
    total = int(counts.sum())
    if total == 0:
        return f"{arm}: no cascade."
    alone = percent(float(counts[0]) / total)
    return (
        f"{arm}: {number(total / worlds)} cascades of a campaign, {alone} of them a single post; "
        f"the largest of all simulations has {_bin(len(counts) - 1)} posts."
    )
