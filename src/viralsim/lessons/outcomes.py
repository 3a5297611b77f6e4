"""What a lesson measures, counted over the tries of a result: a number with its 95 % range for each line of its picture.

Proportions have Wilson's interval; everything else is the percentile bootstrap over worlds (Efron 1979), arms resampled together,
as they share their worlds. The same result gives the same ranges.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.measurement.intervals import wilson

if TYPE_CHECKING:
    from viralsim.lessons import Measure
    from viralsim.records.record import ArmOutcomes
    from viralsim.results import Result

Values = NDArray[np.float64]
RESAMPLES, OUTER = 400, (2.5, 97.5)


@dataclass(frozen=True)
class Outcome:
    """One line's number at one value of the slider. name: of the line. low, high: its 95 % range, both NaN where there is none."""

    name: str
    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, float | str | None]:
        """Plain values; None where a number is not defined."""
        return {key: None if isinstance(v, float) and not np.isfinite(v) else v for key, v in asdict(self).items()}


def outcomes(measure: Measure, result: Result) -> list[Outcome]:
    """The measure of every line of a lesson's picture, in the order of its arms."""
    if measure.kind == "contrast":
        return [_resampled(name, _contrast, *_two_groups(arm)) for name, arm in result.arms.items()]
    tables = {name: {key: np.asarray(v, float) for key, v in arm.measures.items()} for name, arm in result.arms.items()}
    first = measure.of[0]
    if measure.kind == "above":
        return [_proportion(name, of[first] > measure.than) for name, of in tables.items()]
    if measure.kind == "chance":
        return [_proportion(name, _apart(of[first]) >= measure.than) for name, of in tables.items()]
    if measure.kind == "ratio":
        arm, against = measure.arms
        return [_resampled(key, _ratio, tables[arm][key], tables[against][key]) for key in measure.of]
    kinds: dict[str, Callable[..., Values]] = {"mean": _mean, "best": _best, "part": _part}
    statistic = kinds[measure.kind]
    return [_resampled(name, statistic, *(of[key] for key in measure.of)) for name, of in tables.items()]


def _proportion(name: str, hit: NDArray[np.bool_]) -> Outcome:
    low, high = wilson(int(hit.sum()), len(hit))
    return Outcome(name, 100 * float(hit.mean()), 100 * float(low), 100 * float(high))


def _resampled(name: str, statistic: Callable[..., Values], *columns: Values) -> Outcome:
    worlds = len(columns[0])
    rows = np.random.default_rng(0).integers(0, worlds, (RESAMPLES, worlds))
    found = statistic(*(column[rows] for column in columns))
    low, high = np.percentile(found, OUTER) if np.isfinite(found).all() else (np.nan, np.nan)
    return Outcome(name, float(statistic(*(column[None] for column in columns))[0]), float(low), float(high))


def _apart(values: Values) -> Values:
    """The better of each pair of tries over the other: the first two, the next two, and so on. Two of nothing are equal."""
    pairs = np.sort(values[: len(values) // 2 * 2].reshape(-1, 2), axis=1)
    equal = pairs[:, 0] == pairs[:, 1]
    return np.divide(pairs[:, 1], pairs[:, 0], out=np.where(equal, 1.0, np.inf), where=pairs[:, 0] > 0)


def _mean(values: Values) -> Values:
    return np.asarray(values.mean(axis=1))


def _best(values: Values) -> Values:
    """The best of all worlds, as a multiple of the median one."""
    return np.asarray(values.max(axis=1) / np.median(values, axis=1))


def _two_groups(arm: ArmOutcomes) -> tuple[Values, Values]:
    """People reached in the first two groups, float64[worlds] each; the first is the one that is treated."""
    reached = arm.reach_by_community
    if reached is None or reached.shape[1] < 2:
        raise InputError("a contrast is between the first two groups of the audience: give it communities: {count: 2}")
    return reached[:, 0].astype(np.float64), reached[:, 1].astype(np.float64)


def _contrast(treated: Values, control: Values) -> Values:
    """What the first have more than the second, in hundredths of what both have; NaN where there is nothing at all."""
    more, whole = (treated - control).sum(axis=1), (treated + control).sum(axis=1)
    return np.asarray(np.divide(100 * more, whole, out=np.full(len(whole), np.nan), where=whole > 0))


def _part(some: Values, others: Values) -> Values:
    """What some are of all, in hundredths; NaN where there are none at all."""
    part, whole = some.sum(axis=1), some.sum(axis=1) + others.sum(axis=1)
    return np.asarray(np.divide(100 * part, whole, out=np.full(len(whole), np.nan), where=whole > 0))


def _ratio(values: Values, against: Values) -> Values:
    """Mean over mean; NaN where the second is 0."""
    below = against.mean(axis=1)
    return np.asarray(np.divide(values.mean(axis=1), below, out=np.full(len(below), np.nan), where=below > 0))
