"""How much disk a sweep will take, predicted from two of its points: a table is written in memory of points like these."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from math import isfinite
from typing import Any

import numpy as np

from viralsim.experiments.plan import Plan
from viralsim.experiments.table import Entry, rows_of, write_rows

WRITTEN = 256  # points in memory, at most; more cost as much as the second half of these
OF_A_LINE = 60  # bytes of the journal for a point's sum, plan and number
ENDS = ("_sd", "_low", "_high", "_better")


def predicted_bytes(plan: Plan, first: Entry, other: Entry) -> tuple[int, int]:
    """Bytes of the table of a whole plan, and of its journal until then, from two finished points.

    Numbers that are the same in both points are taken to be the same in all.
    """
    points = _points_like(plan, first, other)
    entries = [next(points) for _ in range(min(len(plan.points), WRITTEN))]
    rows = [rows_of(plan, entry) for entry in entries]

    def size(count: int) -> int:
        written = BytesIO()
        write_rows(replace(plan, points=plan.points[:count]), rows.__getitem__, written)
        return len(written.getvalue())

    table, rest = size(len(entries)), len(plan.points) - len(entries)
    if rest:
        half = len(entries) // 2
        table += (table - size(half)) * rest // (len(entries) - half)
    lines = [len(json.dumps(entry, separators=(",", ":"))) + OF_A_LINE for entry in entries]
    return table, round(float(np.mean(lines)) * len(plan.points))


def _points_like(plan: Plan, first: Entry, other: Entry) -> Iterator[dict[str, Any]]:
    """Points between and around the two, without end.

    A mean over worlds of what comes in whole numbers stays one: few worlds have few different means, which take less room. The
    spread and the limits of a mean change with it.
    """
    rng = np.random.default_rng(0)
    while True:
        arms = {arm: _row_like(row, other["arms"].get(arm, {}), plan.worlds, rng) for arm, row in first["arms"].items()}
        yield {**first, "id": rng.bytes(12).hex(), "arms": arms}


def _row_like(
    row: dict[str, float], other: dict[str, float], worlds: int, rng: np.random.Generator
) -> dict[str, float]:
    factors: dict[str, float] = {}
    found = {}
    for name, x in row.items():
        y = other.get(name, x)
        if not isfinite(x):
            continue
        if x == y:
            found[name] = x
            continue
        base = next((name.removesuffix(end) for end in ENDS if name.endswith(end)), name)
        if base not in factors:
            mean = row.get(base, x)
            sums = mean * worlds * rng.uniform(0.5, 1.5)
            is_whole = abs(mean * worlds - round(mean * worlds)) < 1e-6
            factors[base] = (round(sums) if is_whole else sums) / (mean * worlds) if mean else rng.uniform(0.5, 1.5)
        found[name] = x * factors[base]
    return found
