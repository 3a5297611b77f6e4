"""Time series over worlds: quantile bands a tick."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def quantile_bands(
    increments: NDArray[np.int32], quantiles: Sequence[float] = QUANTILES, cumulative: bool = False
) -> tuple[Float64, Float64]:
    """Mean float64[T] and quantiles float64[Q, T] over worlds of ``increments`` int32[Ws, T], or of their sums."""
    values = increments.astype(np.int64)
    if cumulative:
        values = values.cumsum(axis=1)
    return values.mean(axis=0), np.asarray(np.quantile(values, list(quantiles), axis=0))
