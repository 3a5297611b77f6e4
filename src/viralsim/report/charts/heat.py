"""The best arm over two swept parameters: a map of cells, or of points where they make no grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

import numpy as np

from viralsim.experiments.decision_map import BestArm
from viralsim.measurement.number_format import number
from viralsim.report.charts.chart import SHAPES, Axis, Boxes, Chart, Key, Mark, Panel, Points, Segments, categories
from viralsim.report.charts.pictures import Picture
from viralsim.report.selectors import Float64, short
from viralsim.report.sweep_facts import Facet, SweepFacts, at, facets, is_grid, path_label, value_text

CELL = 0.47  # half the width of a cell, whose place is 1 wide
MOST_SHAPES = 900
MOST_HATCHES = 24  # lines over the width of a panel
FAINT = 0.22
LEAST_HEIGHT = 190.0  # pixels of a panel, so that the path beside it can be read
UP_LETTERS = 25
MOST_HEIGHT, LEAST_ROW = 380.0, 15.0


@dataclass(frozen=True)
class Cell:
    """A place of the map: the arm that is best there, and whether that can be told."""

    column: int
    row: int
    arm: str
    sure: bool
    text: str


@dataclass(frozen=True)
class Grid:
    """One panel: columns from left to right, rows from the top down, cells, and where the best arm changes."""

    across: str
    up: str
    columns: list[Any]
    rows: list[Any]
    cells: list[Cell] = field(default_factory=list)

    def place(self, path: str, value: float) -> float:
        """Where a value lies between the columns or rows, by linear interpolation."""
        if path == self.across:
            return float(np.interp(value, self.columns, np.arange(len(self.columns))))
        return float(np.interp(value, self.rows[::-1], np.arange(len(self.rows))[::-1]))


def best_arm_map(facts: SweepFacts) -> Picture | None:
    """The map of the best arm over the first two swept parameters; None with fewer, one arm, or scattered points."""
    if facts.found is None or len(facts.axes) < 2 or not is_grid(facts, facts.axes[:2]):
        return None
    across, up = facts.axes[:2]
    parts = facets(facts, (across, up))
    grids = [(part, grid_of(facts, part)) for part in parts]
    merged = len(facts.axes) > 2 and not parts[0].fixed
    label = facts.measure.label
    head = [f"{up} \\ {across}", *map(value_text, facts.values(across))]
    return Picture(
        "map",
        f"Where which arm is best in {label}",
        _caption(facts, merged),
        f"Map of the arm with the best mean {label}, {across} across and {up} upwards. {_counted(facts)}",
        Chart(
            [panel(facts, part, grid) for part, grid in grids],
            height=float(np.clip(34 * len(grids[0][1].rows), LEAST_HEIGHT, MOST_HEIGHT)),
            columns=min(2, len(grids)),
            legend=_legend(facts),
        ),
        head,
        [row for part, grid in grids for row in _table_rows(part, grid)],
        "Best arm",
    )


def grid_of(facts: SweepFacts, part: Facet) -> Grid:
    """The cells of one panel. Where several points lie in a cell the arm that is best most often stands for it, and it
    can be told only where it is surely best in all of them."""
    across, up = facts.axes[:2]
    grid = Grid(across, up, facts.values(across), facts.values(up)[::-1])
    held: dict[tuple[int, int], list[BestArm]] = {}
    for point in at(facts.found.points if facts.found else (), part.fixed):
        place = grid.columns.index(point.values[across]), grid.rows.index(point.values[up])
        held.setdefault(place, []).append(point)
    for (column, row), points in held.items():
        arms = Counter(point.arm for point in points)
        arm = arms.most_common(1)[0][0]
        sure = len(arms) == 1 and all(point.sure for point in points)
        text = " / ".join(arms) + ("" if sure else "?")
        if len(points) == 1:
            text += f", ahead by {number(points[0].lead)}"
        grid.cells.append(Cell(column, row, arm, sure, text))
    return grid


def panel(facts: SweepFacts, part: Facet, grid: Grid) -> Panel:
    """The panel of a grid: coloured cells, hatched where it cannot be told, and the lines at which the best arm changes."""
    marks: list[Mark] = []
    small = len(grid.cells) > MOST_SHAPES
    for i, arm in enumerate(facts.arms):
        for sure in (True, False):
            cells = [cell for cell in grid.cells if (cell.arm, cell.sure) == (arm, sure)]
            if not cells:
                continue
            x, y = np.array([c.column for c in cells], float), np.array([c.row for c in cells], float)
            faint = 0.85 if sure else FAINT
            marks.append(Boxes(x - CELL, x + CELL, y + CELL, y - CELL, facts.role(arm), faint))
            if not sure:
                marks.append(_hatch(x, y, len(grid.columns), facts.role(arm)))
            if not small:
                size = 5.0 if max(len(grid.columns), len(grid.rows)) <= 12 else 2.5
                shape = SHAPES[i % len(SHAPES)]
                marks.append(Points(x, y, "ground" if sure else "ink", size, shape))
    marks += _flip_lines(facts, part, grid)
    named = [(float(i), value_text(value)) for i, value in enumerate(grid.columns)]
    along = Axis(-0.5, len(grid.columns) - 0.5, path_label(grid.across), named=named)
    names = categories([value_text(value) for value in grid.rows], path_label(grid.up, UP_LETTERS))
    every = ceil(len(grid.rows) * LEAST_ROW / MOST_HEIGHT)  # of many rows some are named
    return Panel(along, replace(names, named=(names.named or ())[::every]), marks, part.title)


def _hatch(x: Float64, y: Float64, columns: int, role: str) -> Segments:
    """Slanted lines over the cells at x and y."""
    offset = np.linspace(-2.0 * CELL, 2.0 * CELL, max(5, MOST_HATCHES // columns) + 2)[1:-1]
    left, right = np.maximum(-CELL, offset - CELL), np.minimum(CELL, offset + CELL)
    x0, x1 = (x[:, None] + left).ravel(), (x[:, None] + right).ravel()
    y0, y1 = (y[:, None] + offset - left).ravel(), (y[:, None] + offset - right).ravel()
    return Segments(x0, y0, x1, y1, role, 1.2, 0.8)


def _flip_lines(facts: SweepFacts, part: Facet, grid: Grid) -> list[Mark]:
    """A stroke in each row and column where the difference of two arms crosses 0; none in a map that merges points."""
    merged = len(facts.axes) > 2 and not part.fixed
    if facts.found is None or merged:
        return []
    strokes = []
    for flip in facts.found.flips:
        if flip.path not in (grid.across, grid.up) or any(flip.others.get(p) != v for p, v in part.fixed.items()):
            continue
        place = grid.place(flip.path, flip.value)
        if flip.path == grid.across:
            row = grid.rows.index(flip.others[grid.up])
            strokes.append((place, row - 0.5, place, row + 0.5))
        else:
            column = grid.columns.index(flip.others[grid.across])
            strokes.append((column - 0.5, place, column + 0.5, place))
    if not strokes:
        return []
    x0, y0, x1, y1 = np.array(strokes, float).T
    return [Segments(x0, y0, x1, y1, "ground", 5.0), Segments(x0, y0, x1, y1, "ink", 2.4)]


def _legend(facts: SweepFacts) -> list[Key]:
    best = {point.arm for point in facts.found.points} if facts.found else set()
    arms = [
        Key(short(arm), facts.role(arm), shape=SHAPES[i % len(SHAPES)])
        for i, arm in enumerate(facts.arms)
        if arm in best
    ]
    return [*arms, Key("the best arm changes", "ink", dash=())] if len(best) > 1 else arms


def _caption(facts: SweepFacts, merged: bool) -> str:
    said = (
        f"A cell a point of the sweep, in the colour and shape of the arm with the best mean {facts.measure.label}. "
        "Hatched: the worlds run cannot tell it from the second, the 95 % interval of its lead holds 0. "
    )
    if merged:
        said += (
            "Other parameters have several values in each cell: its arm is best most often, and the cell is hatched "
            "unless that arm is surely best at all of them. "
        )
    elif facts.found and facts.found.flips:
        said += "The thick line is where two arms are level, on a straight line between the points beside it. "
    return said + "Cells are equally wide whatever lies between their values; an empty cell was not run, or failed."


def _counted(facts: SweepFacts) -> str:
    points: Sequence[BestArm] = facts.found.points if facts.found else ()
    told = Counter(point.arm for point in points if point.sure)
    parts = [f"{arm} surely at {count}" for arm, count in told.items()]
    opened = sum(not point.sure for point in points)
    return f"Of {len(points)} points: {', '.join([*parts, f'cannot be told at {opened}'])}."


def _table_rows(part: Facet, grid: Grid) -> list[list[str]]:
    text = {(cell.row, cell.column): cell.text for cell in grid.cells}
    before = f"{part.title}: " if part.title else ""
    return [
        [before + value_text(value), *(text.get((i, j), "–") for j in range(len(grid.columns)))]
        for i, value in enumerate(grid.rows)
    ]
