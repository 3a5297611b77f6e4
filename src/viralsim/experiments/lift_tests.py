"""Incremental outcomes as CSV in the shape that media-mix models take as lift tests.

Columns ``channel, x, delta_x, delta_y, sigma`` are those of PyMC-Marketing's ``add_lift_test_measurements``: spend before, spend
added, outcome added, its standard error. Here they come from the model and not from an experiment, which is for the reader
of a media-mix model to weigh.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from viralsim.atomic import write_text
from viralsim.experiments.optimise import CurvePoint

LIFT_COLUMNS = ("channel", "x", "delta_x", "delta_y", "sigma")
CURVE_COLUMNS = ("channel", "line", "value", "usd", "uplift", "low", "high")


def lift_rows(curves: Sequence[CurvePoint]) -> list[tuple[Any, ...]]:
    """A row per step of a curve: spend x to x + delta_x, US$; steps without any luck have no sigma and are left out."""
    rows, before = [], None
    for point in curves:
        if before is not None and before.line == point.line and point.step_error > 0:
            rows.append((point.line, before.usd, point.usd - before.usd, point.step_mean, point.step_error))
        before = point
    return rows


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
