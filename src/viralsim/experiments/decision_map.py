"""Where the decision flips: the best arm at each point of a sweep, and the values at which another one becomes best.

An arm is best at a point where its mean is highest, or lowest where less is better. It is *surely* best where its lead over
the second is known to be above 0 (from their uplifts over the baseline in the same worlds, else from their own intervals); else
the point is open.
A threshold along a parameter is where the difference of two arms crosses 0, by linear interpolation between the points
beside it; its interval runs from where the lower to where the upper limit of the difference crosses.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.measurement.measures import measure as declared

if TYPE_CHECKING:
    import pandas as pd

Float64 = NDArray[np.float64]
NOT_SWEPT = {"point", "id", "arm", "seed", "error"}


@dataclass(frozen=True)
class BestArm:
    """The best arm at one point. values: path -> value; lead: its mean minus the second's, in the unit of the measure.

    low, high: 95 % limits of the lead. least: the lowest lower limit of its leads over all the other arms.
    """

    point: int
    values: dict[str, Any]
    arm: str
    second: str
    lead: float
    low: float
    high: float
    least: float

    @property
    def sure(self) -> bool:
        """Whether the lead over every other arm is above 0 in its whole 95 % interval."""
        return self.least > 0.0


@dataclass(frozen=True)
class Flip:
    """Along ``path``, with ``others`` fixed: below ``value`` the arm ``below`` is better, above it ``above``.

    low, high: where the limits of the difference cross 0; infinite where they do not within the swept range.
    """

    path: str
    value: float
    low: float
    high: float
    below: str
    above: str
    others: dict[str, Any]

    @property
    def sentence(self) -> str:
        """The flip in plain words."""
        fixed = ", ".join(f"{path} = {_number(value)}" for path, value in self.others.items())
        low = "below the range" if math.isinf(self.low) else _number(self.low)
        high = "above the range" if math.isinf(self.high) else _number(self.high)
        said = f"{self.above} is better than {self.below} from {self.path} = {_number(self.value)} on (95 %: {low} to {high})"
        return f"{said}, with {fixed}" if fixed else said


@dataclass(frozen=True)
class DecisionMap:
    """The best arm at every point, and every flip between neighbours along each parameter."""

    measure: str
    paths: tuple[str, ...]
    points: tuple[BestArm, ...]
    flips: tuple[Flip, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Who is best, unless what, for strategists: by means, with what the worlds run cannot tell beside it."""
        usual, count = self._usual
        label = declared(self.measure).label.replace("net value", "profit")
        most = "highest" if declared(self.measure).direction > 0 else "lowest"
        opened = sum(not point.sure for point in self.points)
        said = [f"{usual} has the {most} mean {label} at {count} of {len(self.points)} points" + (
            f"; at {opened} points the simulations cannot tell the best arm from the second" if opened else "")]  # fmt: skip
        unless = [self.unless] if self.unless else []
        return (*said, *unless, *(flip.sentence for flip in self.flips))

    @property
    def unless(self) -> str:
        """Where the arm that is best at most points is not, by the means alone; nothing where ranges do not say it."""
        usual, _ = self._usual
        conditions = _conditions(usual, self.points, self.flips, self.paths)
        return f"by the means, {usual} is best unless " + " or ".join(conditions) if conditions else ""

    @property
    def _usual(self) -> tuple[str, int]:
        """The arm with the best mean at most points, and their number."""
        return Counter(point.arm for point in self.points).most_common(1)[0]


def _conditions(arm: str, points: Sequence[BestArm], flips: Sequence[Flip], paths: Sequence[str]) -> list[str]:
    """Ranges in which another arm is best wherever the other parameters are, as far as flips bound them."""
    found = []
    for path in paths:
        up = [flip for flip in flips if flip.path == path and flip.above == arm]
        down = [flip for flip in flips if flip.path == path and flip.below == arm]
        if up and not down:
            found.append(f"{path} < {_span([flip.value for flip in up])}")
        elif down and not up:
            found.append(f"{path} > {_span([flip.value for flip in down])}")
    return found


def _span(values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    return _number(low) if high - low <= 1e-9 * max(abs(high), 1e-300) else f"{_number(low)} to {_number(high)}"


def _number(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, int | float | np.number) else str(value)


def decision_map(table: pd.DataFrame, measure: str, paths: Sequence[str] | None = None) -> DecisionMap:
    """The map of the best arm from the table of a sweep.

    Args:
        table: what ``read_table`` returned. measure: decides which arm is best.
        paths: the swept parameters to look along; all numeric ones by default. Two of them make a map to draw.

    Raises: InputError if the measure has no direction, or the table fewer than two arms.
    """
    sign = declared(measure).direction
    if sign == 0:
        raise InputError(f"more {measure} is neither better nor worse: choose another measure")
    rows = table[table["error"].isna()]
    swept = swept_paths(table)
    chosen = tuple(paths) if paths else tuple(p for p in swept if rows[p].dtype.kind in "if")
    for path in chosen:
        if path not in swept:
            raise InputError(f"{path} was not swept: choose from {', '.join(swept)}")
        if rows[path].dtype.kind not in "if":
            raise InputError(f"{path} has words for values: a threshold needs numbers")
    arms = list(dict.fromkeys(rows["arm"]))
    if len(arms) < 2:
        raise InputError("a decision needs two arms or more at a point")
    by_point = {int(str(i)): one.set_index("arm") for i, one in rows.groupby("point", sort=True)}
    best = [_best(i, one, swept, measure, sign) for i, one in by_point.items()]
    flips = [flip for path in chosen for flip in _flips(by_point, best, path, swept, measure, sign)]
    return DecisionMap(measure, chosen, tuple(best), tuple(flips))


def swept_paths(table: pd.DataFrame) -> tuple[str, ...]:
    """The columns of a sweep's table that hold its parameters."""
    columns = list(table.columns)
    return tuple(columns[columns.index("arm") + 1 : columns.index("seed")])


def _difference(rows: pd.DataFrame, arm: str, other: str, measure: str, sign: int) -> tuple[float, float, float]:
    """``arm`` minus ``other``, more is better, with 95 % limits.

    Paired where one of the two is the baseline; else from their uplifts as if these were independent, which is too wide
    where arms share luck.
    """
    columns = (f"uplift_{measure}", f"uplift_{measure}_low", f"uplift_{measure}_high")
    up, down = _triple(rows, arm, columns), _triple(rows, other, columns)
    if columns[0] not in rows or (math.isnan(up[0]) and math.isnan(down[0])):
        own = (measure, f"{measure}_low", f"{measure}_high")
        up, down = _triple(rows, arm, own), _triple(rows, other, own)
    zero = (0.0, 0.0, 0.0)
    up, down = (zero if math.isnan(one[0]) else one for one in (up, down))
    middle = up[0] - down[0]
    below = math.hypot(up[0] - up[1], down[2] - down[0])
    above = math.hypot(up[2] - up[0], down[0] - down[1])
    low, high = middle - below, middle + above
    return (middle, low, high) if sign > 0 else (-middle, -high, -low)


def _triple(rows: pd.DataFrame, arm: str, columns: Sequence[str]) -> tuple[float, float, float]:
    mean, low, high = (float(rows[name][arm]) if name in rows else math.nan for name in columns)
    return mean, low, high


def _best(point: int, rows: pd.DataFrame, swept: Sequence[str], measure: str, sign: int) -> BestArm:
    means = (sign * rows[measure]).sort_values(ascending=False, kind="stable")
    first, second = str(means.index[0]), str(means.index[1])
    values = {path: rows[path].iloc[0] for path in swept}
    leads = {str(arm): _difference(rows, first, str(arm), measure, sign) for arm in means.index[1:]}
    return BestArm(point, values, first, second, *leads[second], least=min(low for _, low, _ in leads.values()))


def _flips(
    by_point: dict[int, pd.DataFrame], best: Sequence[BestArm], path: str, swept: Sequence[str], measure: str, sign: int
) -> list[Flip]:
    """Changes of the best arm between neighbours along one parameter, all others being equal."""
    groups: dict[tuple[Any, ...], list[BestArm]] = {}
    for one in best:
        groups.setdefault(tuple(one.values[p] for p in swept if p != path), []).append(one)
    found = []
    for key, line in groups.items():
        line = sorted(line, key=lambda one: float(one.values[path]))
        others = dict(zip([p for p in swept if p != path], key, strict=True))
        x = np.array([float(one.values[path]) for one in line])
        for i in range(len(line) - 1):
            below, above = line[i].arm, line[i + 1].arm
            if below != above:
                limits = np.array([_difference(by_point[one.point], above, below, measure, sign) for one in line])
                found.append(_flip(path, x, limits, i, below, above, others))
    return found


def _flip(path: str, x: Float64, limits: Float64, i: int, below: str, above: str, others: dict[str, Any]) -> Flip:
    """The crossing between points i and i + 1. limits: difference, low, high of ``above`` minus ``below``, [points, 3]."""
    value = _crossing(x[i], x[i + 1], limits[i, 0], limits[i + 1, 0])
    earliest, latest = -math.inf, math.inf
    for j in range(i, -1, -1):  # back to where the upper limit, too, is below 0
        if limits[j, 2] < 0.0:
            earliest = _crossing(x[j], x[j + 1], limits[j, 2], limits[j + 1, 2])
            break
    for j in range(i + 1, len(x)):  # on to where the lower limit, too, is above 0
        if limits[j, 1] > 0.0:
            latest = _crossing(x[j - 1], x[j], limits[j - 1, 1], limits[j, 1])
            break
    return Flip(path, value, min(earliest, value), max(latest, value), below, above, others)


def _crossing(x0: float, x1: float, y0: float, y1: float) -> float:
    """Where the line through two points is 0; the middle where it is flat."""
    if y1 == y0:
        return float((x0 + x1) / 2.0)
    return float(np.clip(x0 - y0 * (x1 - x0) / (y1 - y0), min(x0, x1), max(x0, x1)))


def map_grid(found: DecisionMap, across: str, up: str) -> pd.DataFrame:
    """The map over two parameters as a table: the best arm, with ``?`` behind it if the point is open.

    Rows are the values of ``up`` from high to low, columns those of ``across``. If more parameters are swept, a cell names
    every arm that is best somewhere in it.
    """
    import pandas as pd

    cells: dict[tuple[Any, Any], dict[str, None]] = {}
    for point in found.points:
        word = point.arm + ("" if point.sure else "?")
        cells.setdefault((point.values[up], point.values[across]), {})[word] = None
    rows = sorted({key[0] for key in cells}, reverse=True)
    columns = sorted({key[1] for key in cells})
    text = [[" / ".join(cells.get((row, column), {})) for column in columns] for row in rows]
    grid = pd.DataFrame(text, index=rows, columns=columns)
    grid.index.name, grid.columns.name = up, across
    return grid
