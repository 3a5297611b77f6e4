"""How it went over time: quantile bands over worlds, a panel an arm."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from viralsim.measurement.bands import QUANTILES, quantile_bands
from viralsim.measurement.measures import measure
from viralsim.measurement.wording import number
from viralsim.report.axes import panels, plain_numbers
from viralsim.report.facts import main_measure, role, short
from viralsim.report.pictures import Picture
from viralsim.report.theme import stand_in

if TYPE_CHECKING:
    from viralsim.results import Result

MOST_POINTS = 240  # more would not be seen and would make the page heavy
DAYS_FROM_HOURS = 96.0
TABLE_ROWS = 8


def series_name(result: Result) -> str | None:
    """The series to show: the goal's, else shares, else the first that was kept; None where none was."""
    kept = [name for name in next(iter(result.arms.values())).series if _in_all(result, name)] if result.arms else []
    wanted = (main_measure(result).name, "shares", *kept)
    return next((name for name in wanted if name in kept), None)


def _in_all(result: Result, name: str) -> bool:
    return all(name in arm.series and arm.series[name].size > 0 for arm in result.arms.values())


def bands(result: Result) -> Picture | None:
    """Sums up to each tick: median, half of the worlds, nine in ten of the worlds; None where no series was kept."""
    name = series_name(result)
    if name is None:
        return None
    label = measure(name).label
    found = {arm: quantile_bands(worlds.series[name], cumulative=True)[1] for arm, worlds in result.arms.items()}
    worlds = min(len(arm.series[name]) for arm in result.arms.values())
    ticks = max(quantiles.shape[1] for quantiles in found.values())
    unit, hours = ("days", 24.0) if ticks * result.tick_hours > DAYS_FROM_HOURS else ("hours", 1.0)
    figure, axes = panels(len(found), share_y=True)
    for ax, (arm, quantiles) in zip(axes, found.items(), strict=True):
        shown = _evenly(quantiles.shape[1], MOST_POINTS)
        time = (shown + 1) * result.tick_hours / hours
        colour = stand_in(role(result, arm))
        low, lower, middle, upper, high = quantiles[:, shown]
        ax.fill_between(time, low, high, color=colour, alpha=0.18, linewidth=0)
        ax.fill_between(time, lower, upper, color=colour, alpha=0.34, linewidth=0)
        ax.plot(time, middle, color=colour)
        ax.set_title(short(arm))
        ax.set_xlabel(f"{unit} from launch")
        ax.set_xlim(left=0.0)
        plain_numbers(ax.yaxis)
    axes[0].set_ylim(bottom=0.0)
    axes[0].set_ylabel(f"{label} so far")
    return Picture(
        "over-time",
        f"{label.capitalize()} over time",
        f"The line is the median world; the dark band holds half of the worlds, the light band nine in ten "
        f"({worlds:,} worlds).",
        f"Cumulative {label} by {unit} from the launch, a panel an arm. At the end, median and 5 to 95 % of the worlds: "
        + "; ".join(f"{arm} {number(q[2, -1])} ({number(q[0, -1])} to {number(q[4, -1])})" for arm, q in found.items())
        + ".",
        figure,
        ["arm", f"{unit} from launch", *(f"{100 * q:g} % of worlds up to" for q in QUANTILES)],
        [
            [arm, number((tick + 1) * result.tick_hours / hours), *(number(float(x)) for x in quantiles[:, tick])]
            for arm, quantiles in found.items()
            for tick in _evenly(quantiles.shape[1], TABLE_ROWS).tolist()
        ],
    )


def _evenly(count: int, most: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """At most ``most`` of the numbers below ``count``, evenly spread, the last among them."""
    step = max(1, ceil(count / most))
    return np.arange(count - 1, -1, -step, dtype=np.int64)[::-1]
