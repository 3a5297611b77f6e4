"""How much each world counts, given how its curve meets the observed one up to now."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from viralsim.forecasting.curve import Curve
from viralsim.forecasting.hawkes import Floats

POINTS = 6  # at which curves are compared
LADDER = (
    1000.0,
    300.0,
    100.0,
    50.0,
    30.0,
    20.0,
    10.0,
    5.0,
    3.0,
    2.0,
    1.0,
)  # sizes of the counts' noise, the strictest first
WIDE = 10.0  # below this size a world may be off by a third and still count: said
WANTED, FEWEST = 100, 30  # effective worlds: what the tolerance is widened for; below, there is no answer
HALF = 0.5  # added to both counts of an interval: a world without a share there is not impossible, and equal counts are likeliest
RIDGE = 0.01  # keeps the slopes of curves that are all alike at 0


class Weights(NamedTuple):
    """weights: float64[W], sum 1. size: of the negative binomial at which they were taken. effective: 1 / sum of squares."""

    weights: Floats
    size: float
    effective: float


def points_of(curve: Curve, tick: float) -> Floats:
    """Hours, ascending to now, at which a curve is compared with worlds of ``tick`` hours.

    Of a counter its own readings, as evenly spread as they are. Of single shares the ends of ticks: within one, worlds are straight
    lines, and a curve of single shares beside them would be odd at every early hour.
    """
    even = curve.observed_until * np.arange(1, POINTS + 1) / POINTS
    if curve.exact:
        ends = np.unique(np.floor(even / tick + 1e-9))
        return np.asarray(ends[ends > 0] * tick) if ends[-1] > 0 else even[-1:]
    readings = curve.hours[(curve.hours > 0) & (curve.hours <= curve.observed_until)]
    return np.asarray(readings[np.unique(np.abs(readings[None] - even[:, None]).argmin(1))])


def shares_at(increments: NDArray[np.int32], tick: float, hours: Floats) -> Floats:
    """float64[W, hours]: shares of each world up to some hours, from its shares per tick; straight within a tick."""
    total = np.concatenate([np.zeros((len(increments), 1)), np.cumsum(increments, axis=1, dtype=np.float64)], axis=1)
    place = np.minimum(hours / tick, total.shape[1] - 1)
    low = np.minimum(np.floor(place + 1e-9).astype(np.int64), total.shape[1] - 2)
    return np.asarray(total[:, low] + (place - low) * (total[:, low + 1] - total[:, low]))


def weigh(worlds: Floats, observed: Floats) -> Weights:
    """The weights of ``worlds`` [W, points], cumulative like ``observed`` [points].

    Likelihood: the observed count of each interval is negative binomial about the world's. Its size is the largest of LADDER
    that leaves WANTED effective worlds (a third of them where there are few), else the smallest.
    """
    mean = np.diff(worlds, axis=1, prepend=0.0) + HALF
    count = np.diff(observed, prepend=0.0) + HALF
    wanted = min(WANTED, len(worlds) / 3)
    for size in LADDER:
        found = _at_size(mean, count, size)
        if found.effective >= wanted:
            return found
    return found


def _at_size(mean: Floats, count: Floats, size: float) -> Weights:
    """Weights at one size of the noise."""
    logs = (
        gammaln(count + size)
        - gammaln(size)
        + size * np.log(size / (size + mean))
        + count * np.log(mean / (size + mean))
    ).sum(axis=1)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    return Weights(weights, size, float(1.0 / np.square(weights).sum()))


def adjusted(values: Floats, worlds: Floats, observed: Floats, weights: Floats) -> Floats:
    """``values`` of worlds [W], each moved to what it would be had its curve been the observed one.

    Local linear regression (Beaumont, Zhang, Balding 2002) on the roots of the count up to now and of its later half, which
    have about the same noise at every size.
    """
    halfway = worlds.shape[1] // 2
    parts = [(worlds[:, -1], observed[-1])]
    if halfway:
        parts.append((worlds[:, -1] - worlds[:, halfway - 1], observed[-1] - observed[halfway - 1]))
    gaps = np.column_stack([np.sqrt(of_world) - np.sqrt(seen) for of_world, seen in parts])
    design = np.column_stack([np.ones(len(gaps)), gaps])
    normal = (design * weights[:, None]).T @ design + np.diag([0.0, *[RIDGE] * len(parts)])
    slopes = np.linalg.solve(normal, design.T @ (weights * values))[1:]
    return np.asarray(values - gaps @ slopes)


def weighted_quantiles(values: Floats, weights: Floats, levels: Floats) -> Floats:
    """Quantiles of weighted values: the least value up to which the weights reach a level."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    place = np.minimum(np.searchsorted(reached, levels * reached[-1] * (1 - 1e-12)), len(values) - 1)
    return np.asarray(values[order][place])
