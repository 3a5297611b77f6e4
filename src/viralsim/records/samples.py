"""Worlds as paired samples, in the sample format of the Scenario Modeling Hub (scenariomodelinghub.org, submission instructions).

Its ``scenario_id`` is the arm here. ``run_grouping`` is the same for samples that share their inputs, ``stochastic_run`` for those
that share their luck: world w of one arm and of another have both alike, which is what makes them a pair.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from viralsim.records.record import RunRecord

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "origin_date", "scenario_id", "target", "horizon", "location", "age_group", "output_type", "output_type_id", "run_grouping",
    "stochastic_run", "value",
)  # fmt: skip
HOURS_PER_DAY = 24.0


def samples(record: RunRecord, measures: Sequence[str], origin_date: date) -> pd.DataFrame:
    """A row per arm, world, target and horizon, with ``COLUMNS``.

    Targets: each of ``measures`` at the end of the last day, and ``inc NAME`` per day for each series; series are kept for the
    first worlds alone. horizon: days from ``origin_date``; the first is 1. Values that are not defined in a world have no row.
    """
    import pandas as pd

    grouping = _inputs_of_world(record)
    parts = [
        pd.DataFrame(
            {
                "scenario_id": arm,
                "target": target,
                "horizon": day,
                "stochastic_run": np.arange(len(values)),
                "value": values,
            }
        )
        for arm, target, day, values in _columns(record, measures)
    ]  # fmt: skip
    found = pd.concat(parts, ignore_index=True).dropna(subset=["value"])
    found = found.assign(
        origin_date=origin_date.isoformat(), location="all", age_group="all", output_type="sample", output_type_id=None,
        run_grouping=grouping[found["stochastic_run"].to_numpy()] + 1,
    )  # fmt: skip
    found["stochastic_run"] += 1
    return found[list(COLUMNS)].reset_index(drop=True)


def _columns(record: RunRecord, measures: Sequence[str]) -> Iterator[tuple[str, str, int, Any]]:
    """(arm, target, day, values by world)."""
    for name, arm in record.arms.items():
        for key, series in arm.series.items():
            if not len(series):
                continue
            days = np.array([_day(tick + 1, record) for tick in range(series.shape[1])])
            for day in np.unique(days):
                yield name, f"inc {key}", int(day), series[:, days == day].sum(axis=1).astype(np.float64)
        last = max((_day(series.shape[1], record) for series in arm.series.values()), default=1)
        for key in measures:
            if key in arm.measures:
                yield name, key, last, np.asarray(arm.measures[key], dtype=np.float64)


def _day(ticks: int, record: RunRecord) -> int:
    """The day, from 1 on, in which so many ticks end."""
    return max(1, math.ceil(ticks * record.tick_hours / HOURS_PER_DAY - 1e-9))


def _inputs_of_world(record: RunRecord) -> Any:
    """A number for each set of inputs, int64[W]: 0 for all where nothing is uncertain."""
    columns: list[Any] = list(record.inputs_of_world.values())
    if record.populations_of_world is not None:
        columns.append(record.populations_of_world)
    if not columns:
        return np.zeros(record.world_count, dtype=np.int64)
    known = [np.asarray(column, dtype=np.float64) for column in columns]
    _, place = np.unique(np.column_stack(known), axis=0, return_inverse=True)
    return place.ravel().astype(np.int64)
