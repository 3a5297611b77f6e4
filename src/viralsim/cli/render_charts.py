"""Small charts of a result for a terminal of 80 columns: how worlds differ, and how it went over time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from rich.text import Text

from viralsim.cli.render_tables import plain_table
from viralsim.measurement.measures import measure
from viralsim.measurement.number_format import number, span
from viralsim.results import Result

COLUMNS = 28
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_STRIP = {True: ("─", "━", "●"), False: ("-", "=", "o")}
_RAMP = {True: " ▁▂▃▄▅▆▇█", False: " .:-=+*#%"}


def spread(console: Console, result: Result) -> tuple[str, Table] | None:
    """(title, a strip per arm): where nine in ten worlds lie, half of them, and the median; None for a single world."""
    name = result.goal.measure if result.goal else "shares"
    found = {arm: _defined(worlds.measures.get(name)) for arm, worlds in result.arms.items()}
    found = {arm: values for arm, values in found.items() if len(values)}
    if result.world_count < 2 or not found:
        return None
    quantiles = {arm: np.quantile(values, LEVELS) for arm, values in found.items()}
    low = min(0.0, *(float(q[0]) for q in quantiles.values()))
    high = max(0.0, *(float(q[-1]) for q in quantiles.values()))
    table = plain_table(console)
    table.add_column(max_width=18, overflow="fold")
    table.add_column(f"{number(low)} to {number(high)}", width=COLUMNS, no_wrap=True)
    table.add_column("median", justify="right")
    table.add_column("5 to 95 %", justify="right")
    for arm, q in quantiles.items():
        strip = _strip(q, low, high, _is_unicode(console))
        table.add_row(arm, Text(strip, style="cyan"), number(float(q[2])), span(float(q[0]), float(q[-1])))
    return f"Over simulations: {measure(name).label} of a campaign", table


def over_time(console: Console, result: Result) -> tuple[str, Table] | None:
    """(title, a line per arm): the mean of each stretch of time, each on its own scale; None where no series was kept."""
    name = result.goal.measure if result.goal else "shares"
    arms = {arm: worlds.series for arm, worlds in result.arms.items()}
    name = name if all(name in series for series in arms.values()) else "shares"
    kept = {arm: series[name] for arm, series in arms.items() if name in series and series[name].size}
    if not kept:
        return None
    ticks = max(values.shape[1] for values in kept.values())
    days = ticks * result.tick_hours / 24.0
    table = plain_table(console)
    table.add_column(max_width=18, overflow="fold")
    table.add_column(f"start to {number(days)} days", width=COLUMNS, no_wrap=True)
    table.add_column("most in a tick", justify="right")
    table.add_column("half by", justify="right")
    for arm, values in kept.items():
        means = values.mean(axis=0)
        line = _sparkline(means, _is_unicode(console))
        table.add_row(arm, Text(line, style="cyan"), number(float(means.max())), _half_by(means, result.tick_hours))
    return f"Over time: {measure(name).label}, each arm on its own scale", table


def _defined(values: NDArray[np.float64] | None) -> NDArray[np.float64]:
    return np.zeros(0) if values is None else values[np.isfinite(values)]


def _is_unicode(console: Console) -> bool:
    return console.encoding.lower().startswith("utf")


def _strip(quantiles: NDArray[np.float64], low: float, high: float, unicode: bool) -> str:
    """Nine in ten worlds as a thin line, half of them as a thick one, the median as a point."""
    thin, thick, point = _STRIP[unicode]
    at = np.rint((quantiles - low) / ((high - low) or 1.0) * (COLUMNS - 1)).astype(int)
    cells = [" "] * COLUMNS
    cells[at[0] : at[4] + 1] = thin * (at[4] - at[0] + 1)
    cells[at[1] : at[3] + 1] = thick * (at[3] - at[1] + 1)
    cells[at[2]] = point
    return "".join(cells)


def _sparkline(means: NDArray[np.float64], unicode: bool) -> str:
    """The mean of each of at most 28 stretches as a height, nothing as a blank."""
    ramp = _RAMP[unicode]
    parts = np.array([part.mean() for part in np.array_split(means, min(COLUMNS, len(means)))])
    top = float(parts.max())
    if top <= 0.0:
        return ""
    heights = np.ceil(np.clip(parts, 0.0, None) / top * (len(ramp) - 1)).astype(int)
    return "".join(ramp[height] for height in heights)


def _half_by(means: NDArray[np.float64], tick_hours: float) -> str:
    """The time by which half of the total had come."""
    total = np.cumsum(means)
    if total[-1] <= 0.0:
        return "-"
    hours = (int(np.searchsorted(total, 0.5 * total[-1])) + 1) * tick_hours
    return f"{number(hours)} h" if hours < 96.0 else f"{number(hours / 24.0)} days"
