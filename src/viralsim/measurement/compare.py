"""Two arms in the same worlds: paired uplift, chance of being better, what pairing saved, cost of one unit more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray

from viralsim.measurement.intervals import column_groups, fieller, mean_intervals
from viralsim.measurement.measures import Measure, measures_in
from viralsim.records.record import ArmOutcomes, RunRecord

Float64 = NDArray[np.float64]
NAN = float("nan")


@dataclass(frozen=True)
class Comparison:
    """``arm`` minus ``baseline`` in one measure, paired by world; NaN if it is not defined, with the ``reason``.

    uplift: mean difference, with 95 % limits. probability_better: P(better) + P(tie) / 2 over worlds, better by the
    measure's direction; ties: P(tie). correlation: of the two arms over worlds. variance_saved: 1 - Var(difference) /
    (Var(arm) + Var(baseline)), what pairing saved. cost_per_incremental: money for one unit more, with Fieller's limits.
    range_low, range_high: 5 and 95 % quantiles of the difference over worlds.
    """

    arm: str
    baseline: str
    measure: str
    uplift: float = NAN
    ci_low: float = NAN
    ci_high: float = NAN
    probability_better: float = NAN
    ties: float = NAN
    correlation: float = NAN
    variance_saved: float = NAN
    cost_per_incremental: float = NAN
    cost_per_incremental_low: float = NAN
    cost_per_incremental_high: float = NAN
    reason: str | None = None
    range_low: float = NAN
    range_high: float = NAN
    few_worlds: bool = False


def compare(record: RunRecord) -> list[Comparison]:
    """Every ordered pair of arms, every measure, in the order of the arms and of the measures."""
    found: dict[tuple[str, str, str], Comparison] = {}
    paired: list[tuple[ArmOutcomes, ArmOutcomes, Measure]] = []
    measures = measures_in(arm.measures for arm in record.arms.values())
    for other, arm in combinations(record.arms.values(), 2):
        for m in measures:
            reason = _why_not_paired(m, arm.measures, other.measures, record.world_count)
            if reason is None:
                paired.append((arm, other, m))
            else:
                for a, b in ((arm.name, other.name), (other.name, arm.name)):
                    found[a, b, m.name] = Comparison(a, b, m.name, reason=reason)
    for group in column_groups(len(paired), record.world_count):
        # many differences in one matrix: they share their resamples
        columns = [arm.measures[m.name] - other.measures[m.name] for arm, other, m in paired[group]]
        interval = mean_intervals(np.column_stack(columns), record.clusters(), record.seed)
        for i, (arm, other, m) in enumerate(paired[group]):
            pivots = float(interval.pivot_low[i]), float(interval.pivot_high[i])
            limits = (
                float(interval.mean[i]),
                float(interval.low[i]),
                float(interval.high[i]),
                bool(interval.few_worlds[i]),
            )
            # the other way round is the same interval mirrored; + 0.0 turns -0.0 into 0.0
            mirrored = -limits[0] + 0.0, -limits[2] + 0.0, -limits[1] + 0.0, limits[3]
            found[arm.name, other.name, m.name] = _paired(record, m, arm, other, limits, pivots)
            found[other.name, arm.name, m.name] = _paired(record, m, other, arm, mirrored, (-pivots[1], -pivots[0]))
    return [found[a, b, m.name] for a, b in permutations(record.arms, 2) for m in measures]


def _why_not_paired(m: Measure, a: Mapping[str, Float64], b: Mapping[str, Float64], worlds: int) -> str | None:
    """The reason why two arms are not paired in a measure, or None."""
    if m.only_with_cascade:
        return "exists only where a cascade happened: pairing would condition on the outcome"
    if m.name not in a or m.name not in b:
        return "not measured in this run"
    if worlds == 0:
        return "no simulation is finished"
    if not (np.isfinite(a[m.name]).all() and np.isfinite(b[m.name]).all()):
        return "not defined in every simulation: pairing would condition on the outcome"
    return None


def _paired(
    record: RunRecord,
    m: Measure,
    arm: ArmOutcomes,
    baseline: ArmOutcomes,
    limits: tuple[float, float, float, bool],
    pivots: tuple[float, float],
) -> Comparison:
    """One measure of one ordered pair; ``limits`` are mean difference, low, high, few worlds."""
    a, b = arm.measures[m.name], baseline.measures[m.name]
    difference = a - b
    ties = float((difference == 0.0).mean())
    better = float((difference * m.direction > 0.0).mean()) + ties / 2.0 if m.direction else NAN
    variances = float(a.var()), float(b.var())
    spread = variances[0] + variances[1]
    saved = 1.0 - float(difference.var()) / spread if spread > 0.0 else NAN
    correlation = float(np.corrcoef(a, b)[0, 1]) if min(variances) > 0.0 else NAN
    cost, reason = _cost_per_incremental(record, m, arm, baseline, limits[1], pivots)
    low, high = np.quantile(difference, (0.05, 0.95))
    return Comparison(
        arm.name,
        baseline.name,
        m.name,
        uplift=limits[0],
        ci_low=limits[1],
        ci_high=limits[2],
        probability_better=better,
        ties=ties,
        correlation=correlation,
        variance_saved=saved,
        cost_per_incremental=cost[0],
        cost_per_incremental_low=cost[1],
        cost_per_incremental_high=cost[2],
        reason=reason,
        range_low=float(low),
        range_high=float(high),
        few_worlds=limits[3],
    )


def _cost_per_incremental(
    record: RunRecord,
    m: Measure,
    arm: ArmOutcomes,
    baseline: ArmOutcomes,
    ci_low: float,
    pivots: tuple[float, float],
) -> tuple[tuple[float, float, float], str | None]:
    """Extra cost over extra units with its limits, or NaN with the reason."""
    none = (NAN, NAN, NAN)
    if not m.bought:
        return none, f"{m.label} is nothing that one buys by the unit"
    if record.world_count < 2:
        return none, "one simulation gives no interval"
    if not ci_low > 0.0:
        return none, "the uplift's interval is not above 0"
    cost = arm.cost_usd() - baseline.cost_usd()
    if float(cost.mean()) < 0.0:
        return none, f"{arm.name} costs less than {baseline.name} and brings more"
    ratio = fieller(cost, arm.measures[m.name] - baseline.measures[m.name], *pivots, record.clusters())
    if ratio is None:
        return none, "the ratio's interval has no bound"
    return ratio, None
