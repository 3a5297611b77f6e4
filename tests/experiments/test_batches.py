"""Points are handed over in batches, and the table is the same whether its rows were kept or are read again."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import count
from pathlib import Path

import pandas as pd
import pytest
from sweep_scenario import text

from viralsim.experiments import Plan, plan_of, read_table, run_sweep
from viralsim.experiments import sweep as sweeps
from viralsim.experiments.executors import BATCH_S, MOST_IN_BATCH, Item, Settings, WorkerPool
from viralsim.experiments.keeping.kept import Kept
from viralsim.scenario.loading import loads


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(loads(text()))


def batch(
    plan: Plan, per_point_s: float, *, workers: int = 1, again: list[Item] | None = None, **settings: Kept
) -> int:
    """Points of the next batch, where a worker took ``per_point_s`` for each of 1,000 points."""
    kept = replace(Settings(plan.scenario, plan.worlds, plan.seed, False), **settings)
    pool = WorkerPool(kept, 10_000, threads=1, workers=workers)
    points = ((i, plan.points[0]) for i in count())
    return len(pool._batch(points, again or [], time.perf_counter() - 1000 * per_point_s, 1000))


def test_short_points_go_together(plan: Plan) -> None:
    """As many as a worker runs in a tenth of a second, within bounds."""
    assert batch(plan, BATCH_S / 4.5) == 4
    assert batch(plan, BATCH_S / 1000) == MOST_IN_BATCH
    assert batch(plan, 10 * BATCH_S) == 1


def test_some_points_go_alone(plan: Plan) -> None:
    """On threads of this process; where all worlds come back; and after a worker was lost, as that point may be why."""
    assert batch(plan, BATCH_S / 4.5, workers=0) == 1
    assert batch(plan, BATCH_S / 4.5, kept=Kept(worlds=True)) == 1
    assert batch(plan, BATCH_S / 4.5, again=[(0, plan.points[0]), (1, plan.points[1])]) == 1


def test_rows_that_are_not_kept_are_read_again(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a bound of memory the table is made from the journal, number for number the same."""
    run_sweep(plan, tmp_path / "kept")
    monkeypatch.setattr(sweeps, "ROWS_KEPT_BYTES", 1)
    read: list[str] = []
    journal_read = sweeps.Journal.read
    monkeypatch.setattr(sweeps.Journal, "read", lambda self, one: read.append(one) or journal_read(self, one))
    run_sweep(plan, tmp_path / "read")
    assert len(read) == len(plan.points) - 1
    pd.testing.assert_frame_equal(read_table(tmp_path / "kept"), read_table(tmp_path / "read"), check_exact=True)
