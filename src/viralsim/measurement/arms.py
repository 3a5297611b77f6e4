"""Statistics over the worlds of one arm: means with intervals, quantiles, chances, inequality between worlds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.measurement import inequality
from viralsim.measurement.intervals import (
    BOOTSTRAP_MOST_WORLDS,
    MODERATE_WORLDS,
    column_groups,
    mean_intervals,
    moment_interval,
    proportion_interval,
)
from viralsim.measurement.measures import declared, measures_in
from viralsim.measurement.tally import Tally, tally_of, tally_of_counts, tally_of_two
from viralsim.records.columns import Made, MadeColumns, OfTwo
from viralsim.records.record import ArmOutcomes, RunRecord

Float64 = NDArray[np.float64]

STATISTICS = ("mean", "sd", "ci_low", "ci_high", "p05", "p50", "p95")
NAN = float("nan")


@dataclass(frozen=True)
class MeasureSummary:
    """One measure over the worlds of one arm in which it is defined; NaN if nothing is known, never 0.

    ``ci_low`` and ``ci_high`` contain the mean with 95 % confidence. ``few_worlds`` says that the tail is too heavy for
    this many worlds; ``skewness`` says how heavy.
    """

    count: int
    mean: float
    sd: float
    ci_low: float
    ci_high: float
    p05: float
    p50: float
    p95: float
    skewness: float = 0.0
    few_worlds: bool = False


UNDEFINED = MeasureSummary(0, NAN, NAN, NAN, NAN, NAN, NAN, NAN)


@dataclass(frozen=True)
class Chance:
    """A probability over worlds with its 95 % interval (Wilson)."""

    probability: float
    low: float
    high: float


NO_CHANCE = Chance(NAN, NAN, NAN)


def summarise(record: RunRecord) -> dict[str, Mapping[str, MeasureSummary]]:
    """Arm -> measure -> summary, for every measure by name; a measure the run did not count has count 0.

    Measures that exist in some worlds have resamples of their own: those are summarised when asked for, as an answer needs few.
    """
    clusters = record.clusters()
    found: dict[tuple[str, str], MeasureSummary] = {}
    later: dict[tuple[str, str], Callable[[], MeasureSummary]] = {}
    # columns that are defined in every world share their resamples
    whole: list[tuple[str, str]] = []
    names = [one.name for one in measures_in(worlds.measures for worlds in record.arms.values())]
    for arm, worlds in record.arms.items():
        for name in names:
            tally = _tally_of_many(record, name, worlds) if clusters is None else None
            if tally is not None:
                found[arm, name] = _summary_of(tally)
                continue
            defined = np.isfinite(worlds.measures.get(name, np.zeros(0)))
            if not defined.any():
                found[arm, name] = UNDEFINED
            elif defined.all():
                whole.append((arm, name))
            else:
                later[arm, name] = partial(_where_defined, worlds.measures[name], clusters, record.seed)
    for group in column_groups(len(whole), record.world_count):
        columns = np.column_stack([record.arms[arm].measures[name] for arm, name in whole[group]])
        found.update(zip(whole[group], _summaries(columns, clusters, record.seed), strict=True))
    known = {key: partial(found.__getitem__, key) for key in found}
    makers: dict[tuple[str, str], Callable[[], MeasureSummary]] = {**known, **later}
    return {arm: Made({name: makers[arm, name] for name in names}) for arm in record.arms}


def _where_defined(values: Float64, clusters: NDArray[np.int32] | None, seed: int) -> MeasureSummary:
    """The summary of a column over the worlds in which it exists."""
    defined = np.isfinite(values)
    return _summaries(values[defined][:, None], None if clusters is None else clusters[defined], seed)[0]


def _tally_of_many(record: RunRecord, name: str, worlds: ArmOutcomes) -> Tally | None:
    """How often each value was seen, where there are so many worlds that a mean needs its moments alone."""
    table = worlds.measures
    if record.world_count <= BOOTSTRAP_MOST_WORLDS or name not in table:
        return None
    counts = table.counted(name) if isinstance(table, MadeColumns) else None
    if isinstance(counts, OfTwo):
        return tally_of_two(counts.first, counts.second, counts.function)
    if counts is not None:
        return tally_of_counts(counts.column, counts.among, counts.unit, counts.less, counts.also)
    return tally_of(table[name], record.tick_hours if name.endswith("_hours") else 1.0)


def _summary_of(tally: Tally) -> MeasureSummary:
    """The summary of a column by the frequencies of its values."""
    interval = moment_interval(tally.worlds, tally.mean, tally.moment(2), tally.moment(3))
    p05, p50, p95 = (tally.quantile(q) for q in (0.05, 0.5, 0.95))
    return MeasureSummary(
        tally.worlds,
        mean=tally.mean,
        sd=float(interval.standard_error[0]) * math.sqrt(tally.worlds),
        ci_low=float(interval.low[0]),
        ci_high=float(interval.high[0]),
        p05=p05,
        p50=p50,
        p95=p95,
        skewness=float(interval.skewness[0]),
        few_worlds=bool(interval.few_worlds[0]),
    )


def _summaries(columns: Float64, clusters: NDArray[np.int32] | None, seed: int) -> list[MeasureSummary]:
    """The summary of each column of float64[n, m]."""
    interval = mean_intervals(columns, clusters, seed)
    quantiles = np.quantile(np.ascontiguousarray(columns.T), (0.05, 0.5, 0.95), axis=1)
    n, m = columns.shape
    sd = columns.std(axis=0, ddof=1) if n > 1 else np.full(m, NAN)
    return [
        MeasureSummary(
            n,
            mean=float(interval.mean[i]),
            sd=float(sd[i]),
            ci_low=float(interval.low[i]),
            ci_high=float(interval.high[i]),
            p05=float(quantiles[0, i]),
            p50=float(quantiles[1, i]),
            p95=float(quantiles[2, i]),
            skewness=float(interval.skewness[i]),
            few_worlds=bool(interval.few_worlds[i]),
        )
        for i in range(m)
    ]


def criterion_hits(criterion: Mapping[str, float], arm: ArmOutcomes, members: int) -> NDArray[np.bool_]:
    """The worlds, bool[W], that meet one criterion of the scenario.

    ``<measure>_fraction: x`` is met from x times the members upwards, ``<measure>_at_least`` from the value upwards,
    ``<measure>_at_most`` up to it. A world in which the measure is not defined does not meet it.
    """
    (word, value), *more = criterion.items()
    if more:
        raise InputError(f"criterion {dict(criterion)!r} has several conditions: give one")
    for ending, scale, sign in (("_fraction", float(members), 1.0), ("_at_least", 1.0, 1.0), ("_at_most", 1.0, -1.0)):
        name = word.removesuffix(ending)
        if name != word and name in arm.measures:
            # a fraction of the members is a product of decimals: 0.05 * 50000 must include 2500
            limit = float(value) * scale
            slack = 1e-9 * max(1.0, abs(limit))
            return np.asarray(sign * arm.measures[name] >= sign * limit - slack)
    raise InputError(
        f"criterion {word!r} is not known: write a measure with _fraction, _at_least or _at_most behind it"
    )


def chance(record: RunRecord, arm: ArmOutcomes, criterion: Mapping[str, float] | None) -> Chance:
    """The chance that a launch of the arm meets the criterion; all NaN without a criterion or worlds."""
    if not criterion or record.world_count == 0:
        return NO_CHANCE
    return Chance(*proportion_interval(criterion_hits(criterion, arm, record.population.members), record.clusters()))


def chance_of_loss(record: RunRecord, arm: ArmOutcomes) -> Chance:
    """The chance that a launch of the arm costs more than it brings: P(net_usd < 0)."""
    net = arm.measures.get("net_usd")
    if net is None or not len(net):
        return NO_CHANCE
    return Chance(*proportion_interval(np.asarray(net < 0.0), record.clusters()))


def has_value(record: RunRecord) -> bool:
    """True if any launch brought money: if conversions have no value, net value would only repeat the cost."""
    return any(bool(np.any(arm.measures.get("value_usd", np.zeros(1)) > 0.0)) for arm in record.arms.values())


def between_worlds(record: RunRecord, arm: ArmOutcomes) -> dict[str, float]:
    """How unequal and unpredictable the same launch is between worlds.

    ``gini_shares``, ``gini_reach``: Gini over worlds. ``unpredictability``: Music Lab's U, with the reached fraction of
    the members in the place of the market share: mean |difference| between two worlds.
    """
    shares, reach = (arm.measures.get(name, np.zeros(0)) for name in ("shares", "reach"))
    fraction = reach[:, None] / max(record.population.members, 1)
    return {
        "gini_shares": inequality.gini(shares),
        "gini_reach": inequality.gini(reach),
        "unpredictability": inequality.unpredictability(fraction),
    }


def virality_by_size(arm: ArmOutcomes) -> list[dict[str, float]]:
    """Structural virality of the largest tree, by its size: worlds and mean in bins of 2**b to 2**(b + 1) - 1 nodes.

    Differences in shape between cascades can be differences in size alone (Juul and Ugander 2021, PNAS 118).
    """
    virality = arm.measures.get("structural_virality", np.zeros(0))
    size = arm.measures.get("largest_cascade", np.zeros(0))
    defined = np.isfinite(virality) & (size >= 1.0) if len(virality) == len(size) else np.zeros(0, bool)
    exponent = np.frexp(size[defined])[1] - 1
    values = virality[defined]
    return [
        {
            "size_from": float(2**b),
            "size_to": float(2 ** (b + 1) - 1),
            "worlds": int((exponent == b).sum()),
            "mean": float(values[exponent == b].mean()),
        }
        for b in np.unique(exponent).tolist()
    ]


def tail_warnings(record: RunRecord, summaries: Mapping[str, Mapping[str, MeasureSummary]]) -> list[str]:
    """What the reader must know about the number of worlds: few worlds, and tails too heavy for them."""
    found: list[str] = []
    clusters = record.clusters()
    audiences = 1 if clusters is None else len(np.unique(clusters))
    if 0 < record.world_count < MODERATE_WORLDS:
        few = "simulation is" if record.world_count == 1 else "simulations are"
        found.append(
            f"{record.world_count} {few} few: run {MODERATE_WORLDS} or more before you trust a rare outcome or a small chance"
        )
    if 1 < audiences < 10:
        found.append(
            f"intervals rest on {audiences} audiences only, so they are wide: draw 10 or more with populations"
        )
    heavy = [
        (summary.skewness, name, arm)
        for arm, measures in summaries.items()
        for name, summary in measures.items()
        if summary.few_worlds
    ]
    if heavy:
        skewness, name, arm = max(heavy, key=lambda item: abs(item[0]))
        wanted = math.ceil(25 * skewness**2)
        goes = f"about {_round_up(wanted):,}" if wanted > record.world_count else "more"
        others = f" and {len(heavy) - 1} more means" if len(heavy) > 1 else ""
        found.append(
            f"too few simulations: a few extreme ones decide the mean of {declared(name).label} in {arm}{others} "
            f"(skewness {skewness:.0f}). Read the median and range too, or run {goes} simulations"
        )
    return found


def _round_up(count: int) -> int:
    """The count rounded up to one leading digit."""
    scale = int(10 ** max(0, len(str(count)) - 1))
    return -(-count // scale) * scale
