"""Which parameters matter: Sobol indices and Morris screening of any measure, and of the uplift over the baseline.

The points are a sweep like any other: durable, resumed, verifiable. Each has luck of its own, so that the noise between
worlds is independent of the parameters and can be taken out. The mean of n worlds with standard deviation s carries the
variance s**2 / n; it adds to the variance over points and to the numerator of a total index, and to no first-order index
in expectation. Sobol: Saltelli et al. 2010, doi 10.1016/j.cpc.2009.09.018; Morris 1991 with mu* of Campolongo et al. 2007.
Both are computed by SALib.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import file_path, refuse
from viralsim.atomic import write_text
from viralsim.checksums import file_sum, read_sealed, warn_without_sum, write_sealed
from viralsim.errors import InputError
from viralsim.experiments.plan import Plan
from viralsim.experiments.sensitivity_design import (
    LEVELS,
    Groups,
    factors_of,
    problem,
    salib,
    sensitivity_plan,
    unit_points,
)
from viralsim.experiments.sweep import Progress, SweepOutcome, run_sweep
from viralsim.experiments.table import read_table
from viralsim.measurement.measures import measure
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.frequency import refuse_unasked

if TYPE_CHECKING:
    import pandas as pd

Float64 = NDArray[np.float64]
RESAMPLES = 1000
FOUND = "sensitivity.json"
SAYS = ("method", "quantities", "influences", "worlds", "points", "complete")


@dataclass(frozen=True)
class Influence:
    """What one parameter, or one group of them, does to one quantity.

    path: of the parameter, or the name of its group. Sobol: ``first`` is the share of the variance over points that it explains
    alone, ``total`` the share including what it explains together with others. Noise between worlds is removed. ``*_half`` are
    half 95 % intervals by bootstrap. Morris: ``mu_star`` is the mean size of the change over the whole range, ``mu`` the mean
    with its sign, ``sigma`` the standard deviation, all in the unit of the measure; ``from_noise`` is the mu_star that luck
    alone would give. What a method does not compute is None, as are mu and sigma if there are groups.
    """

    arm: str
    quantity: str
    path: str
    first: float | None = None
    first_half: float | None = None
    total: float | None = None
    total_half: float | None = None
    mu: float | None = None
    mu_star: float | None = None
    mu_star_half: float | None = None
    sigma: float | None = None
    from_noise: float | None = None


@dataclass(frozen=True)
class Quantity:
    """One analysed column: its variance over points, the part that is noise between worlds, and why nothing was analysed."""

    arm: str
    quantity: str
    mean: float
    variance: float
    noise_variance: float
    note: str = ""

    @property
    def noise_share(self) -> float:
        """The part of the variance over points that is luck, in [0, 1]."""
        return min(1.0, self.noise_variance / self.variance) if self.variance > 0 else 0.0


@dataclass(frozen=True)
class Sensitivity:
    """The findings of a sensitivity analysis; ``outcome`` says how far the sweep came."""

    method: str
    outcome: SweepOutcome
    worlds: int
    quantities: tuple[Quantity, ...] = ()
    influences: tuple[Influence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, None if something is not defined."""
        said = {
            "method": self.method,
            "worlds": self.worlds,
            "points": self.outcome.points,
            "complete": self.outcome.complete,
            "quantities": [{**asdict(q), "noise_share": q.noise_share} for q in self.quantities],
            "influences": [asdict(one) for one in self.influences],
        }
        return dict(finite(said))


def finite(value: Any) -> Any:
    """The value with None in place of numbers that are not finite, which JSON cannot represent."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def sensitivity(
    scenario: Scenario | str | os.PathLike[str],
    out: str | Path,
    *,
    samples: int = 64,
    method: str = "sobol",
    measures: Sequence[str] = (),
    groups: Groups = None,
    worlds: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    workers: int = 0,
    progress: Progress | None = None,
) -> Sensitivity:
    """Run the points into the folder ``out`` and analyse them.

    Args:
        scenario: its ``uncertain`` inputs are the parameters, distributed as it says, and its ``uncertain.joint`` rows are one
            more, ``joint``. Without them the parameters are those of its ``sweep``.
        out: a sweep's folder; the same call again goes on where the last one stopped. ``sensitivity.json`` and
            ``indices.csv`` are written there.
        samples: base samples (Sobol, a power of two) or trajectories (Morris).
        measures: names of measures; the goal's by default, otherwise shares. Each is analysed for every arm, and its uplift for
            every arm that has a baseline.
        groups: name -> paths of parameters that vary together and get one index: ``{"content": ["content.post.appeal",
            "content.post.half_life"]}``. A parameter that no group names is a group by itself.
        worlds: worlds of each point; by default the sweep's, else the scenario's but at most 25.

    Raises: InputError for wrong arguments, a missing SALib, or failed points.
    """
    scenario = scenario_of(scenario)
    if isinstance(measures, str):
        raise refuse("measures", "a list of measures", measures, f"write measures=[{measures!r}]")
    names = tuple(measures) or ((scenario.spec.goal.measure,) if scenario.spec.goal else ("shares",))
    for name in names:
        measure(name)
        refuse_unasked(scenario.spec, name)
    factors = factors_of(scenario, groups)
    plan = sensitivity_plan(scenario, factors, samples, method, worlds, seed)
    outcome = run_sweep(plan, out, threads=threads, workers=workers, progress=progress)
    if not outcome.complete:
        return Sensitivity(method, outcome, plan.worlds)
    if outcome.failed:
        raise InputError(
            f"{outcome.failed} points failed, and the design needs all: see the column error of {out}/points.parquet"
        )
    axes = [factor.group for factor in factors]
    units = unit_points(axes, samples, method, plan.seed % 2**31)
    found = Sensitivity(
        method, outcome, plan.worlds, *_analyse_table(read_table(out), plan, axes, units, method, names)
    )
    write_text(Path(out) / "indices.csv", _csv(found.influences))
    write_sealed(Path(out) / FOUND, {**found.to_dict(), "files": {"indices.csv": file_sum(Path(out) / "indices.csv")}})
    return found


def _analyse_table(
    table: pd.DataFrame, plan: Plan, axes: Sequence[str], units: Float64, method: str, names: Sequence[str]
) -> tuple[tuple[Quantity, ...], tuple[Influence, ...]]:
    quantities, influences = [], []
    for arm, rows in table.groupby("arm", sort=False):
        rows = rows.sort_values("point")
        for column in (column for name in names for column in (name, f"uplift_{name}")):
            values = rows[column].to_numpy(float)
            if column.startswith("uplift_") and np.isnan(values).all():
                continue  # the baseline itself
            noise = noise_of(rows[f"{column}_low"].to_numpy(float), rows[f"{column}_high"].to_numpy(float), plan.worlds)
            quantity, found = analyse(str(arm), column, axes, units, values, noise, method, plan.seed % 2**31)
            quantities.append(quantity)
            influences += found
    return tuple(quantities), tuple(influences)


def noise_of(low: Float64, high: Float64, worlds: int) -> Float64:
    """The variance of the mean of each point, from the 95 % limits (Student's t) that its row holds."""
    from scipy.special import stdtrit

    return np.asarray(((high - low) / 2.0 / float(stdtrit(max(worlds - 1, 1), 0.975))) ** 2, float)


def analyse(
    arm: str,
    column: str,
    axes: Sequence[str],
    units: Float64,
    values: Float64,
    noise: Float64,
    method: str,
    seed: int = 0,
) -> tuple[Quantity, list[Influence]]:
    """Indices of one column.

    axes: the path, or the group, of each axis of ``units``, float64[points, d] of ``unit_points``. values: float64[points].
    noise: variance of each value, float64[points].
    """
    undefined = int(np.isnan(values).sum())
    if undefined:
        note = f"not defined at {undefined} of {len(values)} points: not analysed"
        return Quantity(arm, column, math.nan, math.nan, math.nan, note), []
    luck = float(np.nanmean(noise)) if np.isfinite(noise).any() else math.nan
    known = luck if math.isfinite(luck) else 0.0  # one world a point: its noise is not known
    note = "" if math.isfinite(luck) else "the noise between worlds is not known with one world a point"
    spread = float(values.var())
    quantity = Quantity(arm, column, float(values.mean()), spread, luck, note)
    if spread <= 1e-14 * max(1.0, float(values.mean()) ** 2):
        return Quantity(arm, column, float(values.mean()), spread, luck, "the same at every point"), []
    if method == "morris":
        return quantity, _morris(arm, column, axes, units, values, known, seed)
    if known >= 0.9 * spread:
        note = "more than nine tenths of the differences between points are luck: run more worlds per point"
        return Quantity(arm, column, float(values.mean()), spread, luck, note), []
    return quantity, _sobol(arm, column, axes, values, known, spread, seed)


def _sobol(
    arm: str, column: str, axes: Sequence[str], values: Float64, noise: float, spread: float, seed: int
) -> list[Influence]:
    groups = tuple(dict.fromkeys(axes))
    got = salib("analyze.sobol").analyze(
        problem(axes), values, calc_second_order=False, num_resamples=RESAMPLES, seed=seed
    )
    width = len(groups) + 2
    basis = float(np.concatenate([values[::width], values[width - 1 :: width]]).var())  # what SALib divides by
    keep = max(basis - noise, 1e-300) / basis
    return [
        Influence(
            arm, column, path,
            first=float(got["S1"][i]) / keep, first_half=float(got["S1_conf"][i]) / keep,
            total=(float(got["ST"][i]) - noise / basis) / keep, total_half=float(got["ST_conf"][i]) / keep,
        )
        for i, path in enumerate(groups)
    ]  # fmt: skip


def _morris(
    arm: str, column: str, axes: Sequence[str], units: Float64, values: Float64, noise: float, seed: int
) -> list[Influence]:
    groups = tuple(dict.fromkeys(axes))
    signed = len(groups) == len(axes)  # a step of a group has a size and no sign
    got = salib("analyze.morris").analyze(
        problem(axes), units, values, num_resamples=RESAMPLES, num_levels=LEVELS, seed=seed
    )
    step = LEVELS / (2.0 * (LEVELS - 1))
    # an effect of luck alone is the difference of two means over the step; the mean size of a normal is sqrt(2 / pi) sd
    floor = math.sqrt(2.0 / math.pi) * math.sqrt(2.0 * noise) / step
    return [
        Influence(
            arm, column, path,
            mu=float(got["mu"][i]) if signed else None, sigma=float(got["sigma"][i]) if signed else None,
            mu_star=float(got["mu_star"][i]), mu_star_half=float(got["mu_star_conf"][i]), from_noise=floor,
        )
        for i, path in enumerate(groups)
    ]  # fmt: skip


def _csv(influences: Sequence[Influence]) -> str:
    import csv
    import io

    stream = io.StringIO()
    names = list(Influence.__dataclass_fields__)
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([["" if v is None else v for v in asdict(one).values()] for one in influences])
    return stream.getvalue()


def read_sensitivity(folder: str | Path) -> dict[str, Any]:
    """What ``sensitivity`` wrote into a folder, as ``Sensitivity.to_dict`` gives it; InputError if it is damaged or missing."""
    again = "run the same viralsim sensitivity again"
    found, has_sum = read_sealed(file_path(folder, "folder") / FOUND, again)
    for name, expected in found.pop("files", {}).items():
        path = Path(folder) / name
        if not path.is_file() or file_sum(path) != expected:
            raise InputError(f"{path} is missing, or has changed since it was written: {again}")
    missing = [word for word in SAYS[:3] if word not in found]
    if missing:
        raise InputError(f"{Path(folder) / FOUND} does not say {missing[0]}: {again}")
    if not has_sum:
        warn_without_sum(Path(folder) / FOUND)
    return {word: found[word] for word in SAYS if word in found}
