"""Intervals of a quantity that cannot be below 0, from an estimate that can.

Feldman and Cousins 1998 (Physical Review D 57:3873, doi 10.1103/PhysRevD.57.3873): the interval is never empty, never
below 0, and holds the true value in 95 % of cases whatever that value is, 0 included.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
SURE = 1.959963984540054  # of a normal variable, two-sided
ONE_SIDED = 1.6448536269514722
GRID = np.linspace(0.0, 8.0, 1601)  # true values in standard errors; beyond, the ends are those of a plain interval


def _accepted(mean: float) -> tuple[float, float]:
    """The observations that a true ``mean`` (in standard errors) accepts, those with the largest likelihood ratio first."""
    from scipy.optimize import brentq
    from scipy.stats import norm

    if mean >= SURE:
        return mean - SURE, mean + SURE
    if mean == 0.0:
        return -math.inf, ONE_SIDED

    def upper(low: float) -> float:
        return mean + math.sqrt(mean * mean - 2.0 * low * mean)

    def surplus(low: float) -> float:
        return float(norm.cdf(upper(low) - mean) - norm.cdf(low - mean)) - LEVEL

    if surplus(0.0) >= 0.0:
        return mean - SURE, mean + SURE
    low = float(brentq(surplus, -50.0 - 50.0 / mean, 0.0))
    return low, upper(low)


@cache
def _belt() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest accepted observation of each true value of ``GRID``; both made monotone."""
    ends = np.array([_accepted(float(mean)) for mean in GRID])
    return np.maximum.accumulate(ends[:, 0]), np.maximum.accumulate(ends[:, 1])


def nonnegative_interval(estimate: float, standard_error: float) -> tuple[float, float]:
    """The 95 % interval of a value >= 0 whose ``estimate`` is normal with this standard error; both ends >= 0."""
    if standard_error <= 0.0:
        return max(0.0, estimate), max(0.0, estimate)
    seen = estimate / standard_error
    lowest, highest = _belt()
    low = seen - SURE if seen > highest[-1] else float(np.interp(seen, highest, GRID))
    high = seen + SURE if seen > lowest[-1] else float(np.interp(seen, lowest[1:], GRID[1:]))
    return max(0.0, low) * standard_error, high * standard_error
