"""How it went over time: quantile bands over worlds, a panel per arm."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.measurement.bands import QUANTILES, quantile_bands
from viralsim.measurement.measures import measure
from viralsim.measurement.number_format import number
from viralsim.report.charts.chart import Axis, Band, Chart, Line, Mark, Panel, linear
from viralsim.report.charts.pictures import Picture
from viralsim.report.selectors import main_measure, role, short
from viralsim.results import Result

MOST_POINTS = 160  # more would not be seen and would make the page heavy
DAYS_FROM_HOURS = 96.0
TABLE_ROWS = 8


def series_name(result: Result) -> str | None:
    """The series to show: the goal's, else shares, else the first that was kept; None where none was."""
    kept = series_kept(result)
    wanted = (main_measure(result).name, "shares", *kept)
    return next((name for name in wanted if name in kept), None)


def series_kept(result: Result) -> list[str]:
    """The series that every arm kept."""
    arms = list(result.arms.values())
    names = list(arms[0].series) if arms else []
    return [name for name in names if all(name in arm.series and arm.series[name].size > 0 for arm in arms)]


def bands(result: Result, name: str | None = None) -> Picture | None:
    """Sums up to each tick: median, half of the simulations, nine in ten of the worlds; None where no series was kept.

    Raises: InputError where a series is asked for that was not kept.
    """
    if name is not None and name not in series_kept(result):
        raise InputError(f"no series {name!r} in this result: choose one of {', '.join(series_kept(result)) or 'none'}")
    chosen = name or series_name(result)
    if chosen is None:
        return None
    label = measure(chosen).label
    found = {arm: quantile_bands(worlds.series[chosen], cumulative=True)[1] for arm, worlds in result.arms.items()}
    worlds = min(len(arm.series[chosen]) for arm in result.arms.values())
    ticks = max(quantiles.shape[1] for quantiles in found.values())
    unit, hours = ("days", 24.0) if ticks * result.tick_hours > DAYS_FROM_HOURS else ("hours", 1.0)
    time = Axis(0.0, ticks * result.tick_hours / hours, f"{unit} from the start")
    up = linear(np.concatenate([quantiles[:, -1] for quantiles in found.values()]), f"{label} so far")
    panels = [_panel(result, arm, quantiles, time, up, hours) for arm, quantiles in found.items()]
    return Picture(
        "over-time",
        f"{label.capitalize()} over time",
        f"The line is the median simulation; the dark band holds half of the simulations, the light band nine in ten "
        f"({worlds:,} {'simulation' if worlds == 1 else 'simulations'}).",
        f"Cumulative {label} by {unit} from the start, a panel per arm. At the end, median and 5 to 95 % of the simulations: "
        + "; ".join(f"{arm} {number(q[2, -1])} ({number(q[0, -1])} to {number(q[4, -1])})" for arm, q in found.items())
        + ".",
        Chart(panels, height=170.0, narrow_columns=2, shared_y=True),
        ["arm", f"{unit} from the start", *(f"{100 * q:g} % of simulations up to" for q in QUANTILES)],
        [
            [arm, number((tick + 1) * result.tick_hours / hours), *(number(float(x)) for x in quantiles[:, tick])]
            for arm, quantiles in found.items()
            for tick in _evenly(quantiles.shape[1], TABLE_ROWS).tolist()
        ],
        "Over time",
    )


def _panel(result: Result, arm: str, quantiles: NDArray[np.float64], time: Axis, up: Axis, hours: float) -> Panel:
    shown = _evenly(quantiles.shape[1], MOST_POINTS)
    # at the launch nothing has happened in any world
    x = np.concatenate([[0.0], (shown + 1) * result.tick_hours / hours])
    low, lower, middle, upper, high = np.hstack([np.zeros((len(quantiles), 1)), quantiles[:, shown]])
    colour = role(result, arm)
    marks: list[Mark] = [Band(x, low, high, colour, 0.2), Band(x, lower, upper, colour, 0.36), Line(x, middle, colour)]
    return Panel(time, up, marks, short(arm))


def _evenly(count: int, most: int) -> NDArray[np.int64]:
    """At most ``most`` of the numbers below ``count``, evenly spread, the last among them."""
    step = max(1, ceil(count / most))
    return np.arange(count - 1, -1, -step, dtype=np.int64)[::-1]
