"""How unequal and how unpredictable outcomes are (Salganik, Dodds, Watts 2006, Science 311:854)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]


def mean_absolute_difference(values: Float64) -> float:
    """Mean of |x_i - x_j| over distinct pairs of ``values`` float64[n]; NaN for n < 2. Cost O(n log n)."""
    n = len(values)
    if n < 2:
        return float("nan")
    ordered = np.sort(values)
    rank = np.arange(1, n + 1)
    return float(2.0 * ((2 * rank - n - 1) * ordered).sum() / (n * (n - 1)))


def gini(values: Float64) -> float:
    """Gini coefficient of ``values`` float64[n] >= 0: mean |x_i - x_j| of n^2 pairs / (2 mean); NaN if all are 0."""
    n = len(values)
    total = float(np.sum(values))
    if n == 0 or not total > 0.0:
        return float("nan")
    return mean_absolute_difference(values) * (n - 1) / (2.0 * total) if n > 1 else 0.0


def market_shares(outcomes: Float64) -> Float64:
    """Each item's part of its world's total; ``outcomes`` float64[worlds, items] >= 0. Worlds without any are left out."""
    totals = outcomes.sum(axis=1)
    some = totals > 0.0
    return np.asarray(outcomes[some] / totals[some, None], dtype=np.float64)


def unpredictability(market_shares: Float64) -> float:
    """Music Lab's U of ``market_shares`` float64[worlds, items]: mean |share_j - share_k| of two worlds, over items."""
    return float(np.mean([mean_absolute_difference(column) for column in market_shares.T]))
