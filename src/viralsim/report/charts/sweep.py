"""How the arms change along one swept parameter, and which arm is best where points lie scattered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viralsim.measurement.number_format import number
from viralsim.report.charts.chart import (
    SHAPES,
    Axis,
    Band,
    Chart,
    Key,
    Line,
    Mark,
    Panel,
    Points,
    Rule,
    Shape,
    categories,
    linear,
)
from viralsim.report.charts.chart import logarithmic as log_axis
from viralsim.report.charts.pictures import Picture
from viralsim.report.selectors import Float64, short, with_interval
from viralsim.report.sweep_facts import Facet, SweepFacts, facets, is_grid, path_label, value_text

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 400  # of a table behind a picture
WIDE_RANGE = 50.0  # largest over smallest value from which an axis is logarithmic


def along(facts: SweepFacts) -> Picture | None:
    """The mean of each arm along the first swept parameter, with 95 % intervals, a panel a combination of the others.

    Words for values are below each other. None where nothing was swept, or where there are too many combinations.
    """
    if not facts.axes:
        return None
    path, parts = facts.axes[0], facets(facts, facts.axes[:1])
    if len(facts.axes) > 1 and (not parts[0].fixed or not is_grid(facts, facts.axes[:2])):
        return None
    numeric, label = path in facts.numeric, facts.measure.label
    reach = np.concatenate([_column(facts, facts.table, end) for end in ("", "_low", "_high")])
    draw = _lines if numeric else _rows
    keys = [
        Key(short(arm), facts.role(arm), facts.dash(arm) if numeric else None, None if numeric else _shape(facts, arm))
        for arm in facts.arms
    ]
    return Picture(
        "along",
        f"{label.capitalize()} along {path}",
        f"Mean {label} of a launch with its 95 % interval, an arm a {'line' if numeric else 'shape'}. "
        + ("Between the points that were run the line is straight." if numeric else "")
        + (" The dashed upright is where two arms are level." if numeric and _rules(facts, parts[0]) else ""),
        f"Mean {label} of each arm along {path}. " + _ends(facts, parts[0]),
        Chart(
            [draw(facts, part, linear(reach, f"{label} of a launch")) for part in parts],
            height=220.0 if numeric else 24.0 * len(facts.values(path)) * len(facts.arms),
            columns=min(2, len(parts)),
            legend=keys,
        ),
        [path, *facts.arms],
        [row for part in parts for row in _numbers(facts, part)],
        "Along a parameter",
    )


def scattered(facts: SweepFacts) -> Picture | None:
    """The best arm at points that make no grid, over the first two numbers; None where they do, or with fewer."""
    paths = [path for path in facts.axes if path in facts.numeric][:2]
    if facts.found is None or len(paths) < 2 or is_grid(facts, facts.axes[:2]):
        return None
    points, marks = facts.found.points, list[Mark]()
    x, y = (np.array([float(point.values[path]) for point in points]) for path in paths)
    size = 5.0 if len(points) <= 300 else 3.0
    for arm in facts.arms:
        for sure in (False, True):
            chosen = np.array([(point.arm, point.sure) == (arm, sure) for point in points])
            if chosen.any():
                marks.append(
                    Points(x[chosen], y[chosen], facts.role(arm), size, _shape(facts, arm), 1.0 if sure else 0.35)
                )
    label = facts.measure.label
    best = {point.arm for point in points}
    rows = [
        [*(value_text(point.values[path]) for path in facts.axes), point.arm, point.second,
         with_interval(point.lead, point.low, point.high), "yes" if point.sure else "no"]
        for point in points[:MOST_ROWS]
    ]  # fmt: skip
    return Picture(
        "map",
        f"Where which arm is best in {label}",
        f"A mark a point of the sweep: the arm with the best mean {label}. Pale: the worlds run cannot tell it from the "
        "second, the 95 % interval of its lead holds 0. What else was swept differs between the points too."
        + (f" The table has the first {MOST_ROWS} points, points.parquet all." if len(points) > MOST_ROWS else ""),
        f"Points by {paths[0]} and {paths[1]}, marked by the arm with the best mean {label}; "
        f"{sum(point.sure for point in points)} of {len(points)} can be told.",
        Chart(
            [Panel(_axis(x, paths[0]), _axis(y, paths[1]), marks)],
            height=320.0,
            legend=[Key(short(arm), facts.role(arm), shape=_shape(facts, arm)) for arm in facts.arms if arm in best],
        ),
        [*facts.axes, "best arm", "second", "lead (95 % interval)", "can be told"],
        rows,
        "Best arm",
    )


def _shape(facts: SweepFacts, arm: str) -> Shape:
    return SHAPES[facts.arms.index(arm) % len(SHAPES)]


def _axis(values: Float64, path: str) -> Axis:
    """Logarithmic where the values span more than a decade and a half and none is 0 or less."""
    if values.min() > 0.0 and values.max() >= WIDE_RANGE * values.min():
        return log_axis(values, path_label(path))
    return linear(values, path_label(path), zero=False)


def _column(facts: SweepFacts, rows: pd.DataFrame, end: str) -> Float64:
    return rows[facts.measure.name + end].to_numpy(float)


def _lines(facts: SweepFacts, part: Facet, up: Axis) -> Panel:
    path = facts.axes[0]
    marks: list[Mark] = []
    for arm in facts.arms:
        rows = part.rows[part.rows["arm"] == arm].sort_values(path)
        x, mean = rows[path].to_numpy(float), _column(facts, rows, "")
        low, high = _column(facts, rows, "_low"), _column(facts, rows, "_high")
        if np.isfinite(low).all() and np.isfinite(high).all():
            marks.append(Band(x, low, high, facts.role(arm), 0.18))
        marks.append(Line(x, mean, facts.role(arm), 2.0, facts.dash(arm)))
        known = np.isfinite(mean)
        marks.append(Points(x[known], mean[known], facts.role(arm), 3.0))
    marks += _rules(facts, part)
    return Panel(_axis(facts.table[path].to_numpy(float), path), up, marks, part.title)


def _rules(facts: SweepFacts, part: Facet) -> list[Mark]:
    flips = facts.found.flips if facts.found else ()
    return [
        Rule("ink", x=flip.value, dash=(4.0, 2.0))
        for flip in flips
        if flip.path == facts.axes[0] and all(flip.others.get(path) == value for path, value in part.fixed.items())
    ]


def _rows(facts: SweepFacts, part: Facet, across: Axis) -> Panel:
    """Words for values: a row each, the arms below each other in it."""
    path = facts.axes[0]
    names = facts.values(path)
    marks: list[Mark] = []
    for i, arm in enumerate(facts.arms):
        rows = part.rows[part.rows["arm"] == arm]
        y = np.array([names.index(value) for value in rows[path]]) + (i + 1) / (len(facts.arms) + 1) - 0.5
        mean, low, high = (_column(facts, rows, end) for end in ("", "_low", "_high"))
        marks += [
            Line([a, b], [place, place], facts.role(arm), 2.0)
            for a, b, place in zip(low, high, y, strict=True)
            if np.isfinite(a)
        ]
        known = np.isfinite(mean)
        marks.append(Points(mean[known], y[known], facts.role(arm), 4.5, _shape(facts, arm)))
    return Panel(across, categories([value_text(name) for name in names]), marks, part.title)


def _numbers(facts: SweepFacts, part: Facet) -> list[list[str]]:
    before = f"{part.title}: " if part.title else ""
    found = []
    for value, rows in part.rows.groupby(facts.axes[0], sort=True):
        cells = {str(row["arm"]): _cell(facts, row) for _, row in rows.iterrows()}
        found.append([before + value_text(value), *(cells.get(arm, "–") for arm in facts.arms)])
    return found[:MOST_ROWS]


def _cell(facts: SweepFacts, row: pd.Series) -> str:
    name = facts.measure.name
    return with_interval(float(row[name]), float(row[f"{name}_low"]), float(row[f"{name}_high"]))


def _ends(facts: SweepFacts, part: Facet) -> str:
    """Each arm at the first and the last value, in words."""
    path, said = facts.axes[0], []
    for arm in facts.arms:
        rows = part.rows[part.rows["arm"] == arm].sort_values(path)
        first, last = rows.iloc[0], rows.iloc[-1]
        ends = [f"{number(float(row[facts.measure.name]))} at {value_text(row[path])}" for row in (first, last)]
        said.append(f"{arm} {' and '.join(ends)}")
    before = f"With {part.title}: " if part.title else ""
    return f"{before}{'; '.join(said)}."
