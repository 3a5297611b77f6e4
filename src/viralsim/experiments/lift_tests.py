"""Incremental outcomes as CSV in the shapes that media-mix models take as lift tests.

Columns ``channel, x, delta_x, delta_y, sigma`` are those of PyMC-Marketing's ``add_lift_test_measurements``: spend before, spend
added, outcome added, its standard error. ``meridian_experiments.csv`` has what Meridian's ``ExperimentResult`` and
``ExperimentInfo`` take, an experiment per paid line: its return on spend (``point_estimate``: incremental revenue, or outcome, per
US$), the standard error, the spend and the first and last day.

Here they come from the model and not from an experiment, which is for the reader
of a media-mix model to weigh.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from viralsim.atomic import write_text
from viralsim.experiments.optimise import CurvePoint, Optimum

LIFT_COLUMNS = ("channel", "x", "delta_x", "delta_y", "sigma")
MERIDIAN_COLUMNS = (
    "channel", "point_estimate", "standard_error", "total_spend", "experiment_start_date", "experiment_end_date",
)  # fmt: skip
CURVE_COLUMNS = ("channel", "line", "value", "usd", "uplift", "low", "high")


def lift_rows(curves: Sequence[CurvePoint]) -> list[tuple[Any, ...]]:
    """A row per step of a curve: spend x to x + delta_x over the horizon, US$, and what it brings.

    Left out are steps without any luck, which have no sigma, and steps that bring nothing or less: to the reader more spend is more
    outcome, and it refuses a file with one that is not.
    """
    rows, before = [], None
    for point in curves:
        if before is not None and before.line == point.line and point.step_error > 0 and point.step_mean > 0:
            rows.append((point.line, before.usd, point.usd - before.usd, point.step_mean, point.step_error))
        before = point
    return rows


def meridian_rows(found: Optimum, starts: date, days: int) -> list[tuple[Any, ...]]:
    """A row per paid line that gets money. Meridian takes no experiment without a spread, or with a return surely below 0.

    Of net value the spend is added back, since Meridian's return is revenue per US$.
    """
    more = 1.0 if found.measure == "net_usd" else 0.0
    ends = starts + timedelta(days=max(days, 1) - 1)
    return [
        (one.line, one.per_usd.mean + more, one.error, one.usd, starts.isoformat(), ends.isoformat())
        for one in found.returns
        if one.kind == "paid" and one.error > 0.0 and one.per_usd.high + more > 0.0
    ]


def write_meridian(found: Optimum, folder: str | Path, starts: date, days: int) -> Path:
    """Write ``meridian_experiments.csv`` into a folder, whole or not at all; returns its path."""
    path = Path(folder) / "meridian_experiments.csv"
    write_text(path, _csv(MERIDIAN_COLUMNS, meridian_rows(found, starts, days)))
    return path


def write_curves(curves: Sequence[CurvePoint], folder: str | Path) -> tuple[Path, Path]:
    """Write ``response_curves.csv`` and ``lift_tests.csv`` into a folder, each whole or not at all; returns their paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [(c.channel, c.line, c.value, c.usd, c.uplift.mean, c.uplift.low, c.uplift.high) for c in curves]
    paths = folder / "response_curves.csv", folder / "lift_tests.csv"
    write_text(paths[0], _csv(CURVE_COLUMNS, rows))
    write_text(paths[1], _csv(LIFT_COLUMNS, lift_rows(curves)))
    return paths


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return stream.getvalue()
