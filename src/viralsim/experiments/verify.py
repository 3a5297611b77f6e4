"""Run points of a stored sweep again, on any machine, and compare them number for number."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from viralsim.experiments.point_runner import Runner
from viralsim.experiments.sweep import plan_in
from viralsim.experiments.table import read_table

TOLERANCE = 1e-9  # relative: sums of floats may be taken in another order on another processor


@dataclass
class Verified:
    """checked: points that were run again. points: those that differ. different: a line per difference."""

    checked: int = 0
    points: set[int] = field(default_factory=set)
    different: list[str] = field(default_factory=list)


def verify_sweep(folder: str | Path, sample: int, seed: int = 0, files: Path | None = None) -> Verified:
    """Run ``sample`` stored points again, drawn with ``seed``.

    Raises InputError if the folder holds no sweep.
    """
    _, plan = plan_in(folder, files)
    table = read_table(folder)
    stored = np.unique(table["point"].to_numpy())
    drawn = np.random.default_rng(seed).permutation(stored)[:sample]
    runner = Runner(plan.scenario, plan.worlds, plan.seed, own_luck=plan.own_luck, kept=plan.kept)
    found = Verified(checked=len(drawn))
    for i in sorted(int(i) for i in drawn):
        again = runner.run(plan.points[i])
        rows = table[table["point"] == i].set_index("arm")
        if (again["error"] is None) != bool(rows["error"].isna().all()):
            found.points.add(i)
            found.different.append(f"point {i}: stored error {rows['error'].iloc[0]}, now {again['error']}")
            continue
        for arm, numbers in again["arms"].items():
            for name in plan.numbers:
                old, new = float(rows[name][arm]), float(numbers.get(name, np.nan))
                if not np.isclose(old, new, rtol=TOLERANCE, atol=0.0, equal_nan=True):
                    found.points.add(i)
                    found.different.append(f"point {i}, {arm}, {name}: stored {old!r}, now {new!r}")
    return found
