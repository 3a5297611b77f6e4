"""How a value spreads over a range: the quantiles of its law."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

LOGNORMAL_SIGMAS = 3.0  # standard deviations of the logarithm from the middle of a lognormal range to either end


def quantiles(low: float, high: float, scale: str, units: ArrayLike) -> NDArray[np.float64]:
    """The values at ``units`` in [0, 1] of a law between ``low`` and ``high``, float64 of their shape.

    linear: uniform. log: uniform in the logarithm. lognormal: normal in the logarithm, cut three standard deviations
    below and above its middle, which are ``low`` and ``high``.
    """
    u = np.asarray(units, np.float64)
    if scale == "linear":
        return np.asarray(low + u * (high - low))
    if scale == "lognormal":
        from scipy.special import ndtr, ndtri

        ends = ndtr(-LOGNORMAL_SIGMAS), ndtr(LOGNORMAL_SIGMAS)
        u = 0.5 + ndtri(ends[0] + u * (ends[1] - ends[0])) / (2.0 * LOGNORMAL_SIGMAS)
    return np.asarray(np.exp(np.log(low) + u * (np.log(high) - np.log(low))))
