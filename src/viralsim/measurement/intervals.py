"""Intervals that keep their promise: means (t, bootstrap-t, by audience), proportions (Wilson), ratios (Fieller).

A mean's interval is the t interval where ``n >= 1000`` and ``n >= 25 * skewness**2`` (Cochran 1977, "Sampling
Techniques", section 2.15); else the bootstrap-t of Efron and Tibshirani (1993, chapter 12), whose limits lean the way
the tail leans. Where worlds live in several audiences, the audiences are the independent units: t over their means.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

LEVEL = 0.95
MODERATE_WORLDS = 1000
RESAMPLES = 999
_CHUNK_DRAWS = 2_000_000  # weights held at once: 16 MB
_CACHED_DRAWS = 1 << 15  # random numbers held at once, so that they are counted in a processor's cache
_WORLDS_A_ROW = 7  # drawn in the time of how often one distinct world comes
_GROUP_NUMBERS = 20_000_000
BOOTSTRAP_MOST_WORLDS = 100_000  # above this the bootstrap costs more than it shows
_FEWEST_FOR_BOOTSTRAP = 10
_MANY_FREEDOMS = 100


@dataclass(frozen=True)
class MeanIntervals:
    """Means of m columns with their 95 % intervals; every array has shape [m].

    The pivot is (mean* - mean) / standard error; ``pivot_low`` and ``pivot_high`` are its 2.5 and 97.5 % quantiles.
    few_worlds: the tail is too heavy for this many worlds, whichever interval is taken.
    """

    count: int
    mean: Float64
    standard_error: Float64
    pivot_low: Float64
    pivot_high: Float64
    skewness: Float64
    few_worlds: NDArray[np.bool_]
    method: tuple[str, ...]

    @property
    def low(self) -> Float64:
        """Lower limits."""
        return self.mean - self.pivot_high * self.standard_error

    @property
    def high(self) -> Float64:
        """Upper limits."""
        return self.mean - self.pivot_low * self.standard_error


def mean_intervals(columns: Float64, clusters: NDArray[np.int32] | None = None, seed: int = 0) -> MeanIntervals:
    """Intervals of the column means of ``columns`` float64[n, m], all finite; ``clusters`` int32[n] are audiences.

    With fewer than two worlds (or audiences) the limits are NaN. The bootstrap's luck is a function of ``seed`` alone.
    """
    n, m = columns.shape
    mean = columns.mean(axis=0) if n else np.full(m, np.nan)
    centred = columns - mean
    skewness = _skewness(centred)
    if clusters is not None:
        error, freedom = _clustered_error(centred, clusters)
        pivot = np.full(m, _t_quantile(freedom))
        return MeanIntervals(n, mean, error, -pivot, pivot, skewness, np.zeros(m, bool), ("clustered t",) * m)
    error = centred.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full(m, np.nan)
    pivot = np.full(m, _t_quantile(n - 1))
    low, high = -pivot, pivot.copy()
    heavy = n < 25.0 * skewness**2
    wanted = (heavy | (n < MODERATE_WORLDS)) & (error > 0.0)
    if not _FEWEST_FOR_BOOTSTRAP <= n <= BOOTSTRAP_MOST_WORLDS:
        wanted[:] = False
    few = heavy & (error > 0.0)
    if wanted.any():
        low[wanted], high[wanted], endless = _bootstrap_pivots(centred[:, wanted], seed)
        few[wanted] |= endless
    method = tuple("bootstrap-t" if chosen else "t" for chosen in wanted)
    return MeanIntervals(n, mean, error, low, high, skewness, few, method)


def moment_interval(n: int, mean: float, variance: float, third: float) -> MeanIntervals:
    """The t interval of one mean from the second and third central moments of ``n`` values, for very many of them."""
    skewness = third / variance**1.5 if variance > 0.0 else 0.0
    error = math.sqrt(variance / (n - 1)) if n > 1 else float("nan")
    pivot = _t_quantile(n - 1)
    heavy = n < 25.0 * skewness**2 and error > 0.0
    mean_, error_, low, high, skewness_ = (np.array([x]) for x in (mean, error, -pivot, pivot, skewness))
    return MeanIntervals(n, mean_, error_, low, high, skewness_, np.array([heavy]), ("t",))


def column_groups(columns: int, rows: int) -> list[slice]:
    """Slices of the columns, so that a group of float64[rows, ...] stays below 160 MB; all share their resamples."""
    width = max(1, _GROUP_NUMBERS // max(rows, 1))
    return [slice(start, start + width) for start in range(0, columns, width)]


def mean_interval(
    values: Float64, clusters: NDArray[np.int32] | None = None, seed: int = 0
) -> tuple[float, float, float]:
    """Mean and 95 % limits of one column, float64[n]."""
    found = mean_intervals(np.asarray(values, float)[:, None], clusters, seed)
    return float(found.mean[0]), float(found.low[0]), float(found.high[0])


def wilson(successes: float, trials: float, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's score interval of a proportion (1927); ``trials`` need not be whole; (NaN, NaN) without trials."""
    if trials <= 0:
        return float("nan"), float("nan")
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    p = successes / trials
    centre = (p + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * float(np.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials)))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return low, high


def clopper_pearson(successes: int, trials: int, level: float = LEVEL) -> tuple[float, float]:
    """The exact interval of a proportion (Clopper and Pearson 1934): it covers at least ``level`` whatever the truth.

    For chances so small that Wilson's approximation could fall short; (NaN, NaN) without trials.
    """
    if trials <= 0:
        return float("nan"), float("nan")
    from scipy.special import betaincinv

    tail = (1.0 - level) / 2.0
    low = 0.0 if successes == 0 else float(betaincinv(successes, trials - successes + 1, tail))
    high = 1.0 if successes == trials else float(betaincinv(successes + 1, trials - successes, 1.0 - tail))
    return low, high


def proportion_interval(
    hits: NDArray[np.bool_], clusters: NDArray[np.int32] | None = None
) -> tuple[float, float, float]:
    """Proportion of ``hits`` bool[n] with Wilson's limits; audiences divide n by their design effect (Kish 1965)."""
    n = len(hits)
    if n == 0:
        return float("nan"), float("nan"), float("nan")
    p = float(hits.mean())
    effective = float(n)
    if clusters is not None and 0.0 < p < 1.0:
        error, _ = _clustered_error(hits.astype(float)[:, None] - p, clusters)
        plain = p * (1 - p) / n
        effective = n / max(1.0, float(error[0]) ** 2 / plain)
    low, high = wilson(p * effective, effective)
    return p, low, high


def fieller(
    cost: Float64,
    gain: Float64,
    pivot_low: float,
    pivot_high: float,
    clusters: NDArray[np.int32] | None = None,
) -> tuple[float, float, float] | None:
    """Ratio mean(cost) / mean(gain) of paired columns float64[n] with Fieller's limits (1954); None if unbounded.

    The limits are the ratios r for which mean(cost - r gain) is compatible with 0; ``pivot_low`` and ``pivot_high`` are
    the quantiles of the gain's pivot, so a constant cost gives exactly cost / (limits of the gain). Bounded only where
    the gain's interval is above 0 and the cost is positive.
    """
    n = len(cost)
    mean_cost, mean_gain = float(cost.mean()), float(gain.mean())
    pair = np.column_stack([cost - mean_cost, gain - mean_gain])
    (cost_var, covariance), (_, gain_var) = _covariance_of_means(pair, clusters) if n > 1 else np.full((2, 2), np.nan)
    if not mean_gain - pivot_high * np.sqrt(gain_var) > 0.0 or mean_cost < 0.0:
        return None
    estimate = mean_cost / mean_gain
    moments = (mean_cost, mean_gain, float(cost_var), float(covariance), float(gain_var))
    low = [root for root in _fieller_roots(pivot_low, *moments) if root <= estimate]
    high = [root for root in _fieller_roots(pivot_high, *moments) if root >= estimate]
    return estimate, max(low, default=estimate), min(high, default=estimate)


def _fieller_roots(
    k: float, cost: float, gain: float, cost_var: float, covariance: float, gain_var: float
) -> list[float]:
    """Ratios r with (cost - r gain)^2 = k^2 Var(cost - r gain)."""
    a = gain * gain - k * k * gain_var
    b = -2.0 * (cost * gain - k * k * covariance)
    c = cost * cost - k * k * cost_var
    if a == 0.0:
        return [-c / b] if b else []
    inside = max(b * b - 4.0 * a * c, 0.0)
    return [(-b + sign * float(np.sqrt(inside))) / (2.0 * a) for sign in (-1.0, 1.0)]


def _covariance_of_means(centred: Float64, clusters: NDArray[np.int32] | None) -> Float64:
    """Covariance matrix of the column means, float64[m, m]; by audience where there are several."""
    n = len(centred)
    if clusters is None:
        return np.asarray(centred.T @ centred / (n - 1) / n)
    sums = _cluster_sums(centred, clusters)
    k = len(sums)
    return np.asarray(k / (k - 1) * (sums.T @ sums) / n**2)


def _clustered_error(centred: Float64, clusters: NDArray[np.int32]) -> tuple[Float64, int]:
    """Standard errors of the column means with audiences as units, and their degrees of freedom.

    With equally many worlds an audience this is the standard error of the mean of the audience means.
    """
    sums = _cluster_sums(centred, clusters)
    k = len(sums)
    if k < 2:
        return np.full(centred.shape[1], np.nan), 0
    return np.sqrt(k / (k - 1) * (sums**2).sum(axis=0)) / len(centred), k - 1


def _cluster_sums(centred: Float64, clusters: NDArray[np.int32]) -> Float64:
    labels, index = np.unique(clusters, return_inverse=True)
    sums = np.zeros((len(labels), centred.shape[1]))
    np.add.at(sums, index, centred)
    return sums


def _skewness(centred: Float64) -> Float64:
    """Third standardised moment of each column, 0 for a constant."""
    if len(centred) == 0:
        return np.zeros(centred.shape[1])
    powers = centred * centred
    variance = powers.mean(axis=0)
    powers *= centred  # a third of the time of a power of 3
    third = powers.mean(axis=0)
    return np.where(variance > 0.0, third / np.where(variance > 0.0, variance, 1.0) ** 1.5, 0.0)


def _t_quantile(freedom: int) -> float:
    """Quantile 0.975 of Student's t; NaN without a degree of freedom."""
    if freedom < 1:
        return float("nan")
    if freedom >= _MANY_FREEDOMS:
        # Abramowitz and Stegun 26.7.5, right to 1e-9 here; it spares every run the import of scipy.special
        x = NormalDist().inv_cdf(0.5 + LEVEL / 2.0)
        terms = (
            (x**3 + x) / 4,
            (5 * x**5 + 16 * x**3 + 3 * x) / 96,
            (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
            (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
        )
        return x + math.fsum(term / freedom**power for power, term in enumerate(terms, start=1))
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + LEVEL / 2.0))


def _distinct(worlds: Float64) -> tuple[Float64, NDArray[np.int64]] | None:
    """The distinct rows and how often each is there, by distance from 0, so that -x has the mirror image; None where drawing the
    worlds costs less than drawing how often each row comes."""
    most = len(worlds) // _WORLDS_A_ROW
    if any(len(np.unique(column)) > most for column in worlds.T):
        return None
    rows, counts = np.unique(worlds, axis=0, return_counts=True)
    if len(rows) > most:
        return None
    order = np.lexsort(np.abs(rows).T)
    return rows[order], counts[order]


def _moments(scaled: Float64, seed: int) -> tuple[Float64, Float64]:
    """Mean and mean square of each resample and column, float64[RESAMPLES, m]; columns share their resamples.

    Of many worlds of which few differ, how often each distinct one is in a resample is drawn (it is multinomial); else the worlds.
    """
    n, m = scaled.shape
    rng = np.random.default_rng([seed % 2**63, n])
    tally = _distinct(scaled) if n >= MODERATE_WORLDS else None
    if tally is not None:
        rows, counts = tally
        weights = rng.multinomial(n, counts / n, RESAMPLES).astype(np.float64)
        return weights @ rows / n, weights @ rows**2 / n
    mean, second, squares = np.empty((RESAMPLES, m)), np.empty((RESAMPLES, m)), scaled**2
    chunk = max(1, _CHUNK_DRAWS // n)
    for start in range(0, RESAMPLES, chunk):
        weights = _resamples(rng, min(chunk, RESAMPLES - start), n)
        mean[start : start + chunk], second[start : start + chunk] = weights @ scaled / n, weights @ squares / n
    return mean, second


def _resamples(rng: np.random.Generator, rows: int, n: int) -> Float64:
    """How often each of ``n`` worlds is in each of the next ``rows`` resamples, float64[rows, n]."""
    weights = np.empty((rows, n))
    step = max(1, _CACHED_DRAWS // n)
    first = n * np.arange(step)[:, None]
    for start in range(0, rows, step):
        count = min(step, rows - start)
        picks = rng.integers(0, n, (count, n))
        picks += first[:count]
        weights[start : start + count] = np.bincount(picks.ravel(), minlength=count * n).reshape(count, n)
    return weights


def _bootstrap_pivots(centred: Float64, seed: int) -> tuple[Float64, Float64, NDArray[np.bool_]]:
    """Quantiles 0.025 and 0.975 of the bootstrapped pivot of each column, and where they had no bound.

    Cost O(resamples * n * m), with few distinct worlds among many O(resamples * distinct * m).
    """
    n = len(centred)
    scaled = centred / np.abs(centred).max(axis=0)
    mean, second = _moments(scaled, seed)
    variance = (second - mean**2) * n / (n - 1)
    flat = variance <= 1e-14
    error = np.sqrt(np.where(flat, 1.0, variance) / n)
    pivots = np.where(flat, np.copysign(np.inf, mean), mean / error)
    # a resample of equal values has no standard error; where such ones reach the quantile, the last finite pivot is used
    finite = np.where(np.isfinite(pivots), pivots, 0.0)
    ordered = np.sort(pivots, axis=0)
    tail = round((1.0 - LEVEL) / 2.0 * (RESAMPLES + 1)) - 1
    low, high = ordered[tail], ordered[RESAMPLES - 1 - tail]
    endless = ~(np.isfinite(low) & np.isfinite(high))
    low = np.where(np.isfinite(low), low, finite.min(axis=0))
    high = np.where(np.isfinite(high), high, finite.max(axis=0))
    t = _t_quantile(n - 1)
    # where the resamples had no bound, never be narrower than t
    return np.where(endless, np.minimum(low, -t), low), np.where(endless, np.maximum(high, t), high), endless
