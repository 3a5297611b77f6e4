"""Quantiles of a normal that is cut off at its ends.

Number for number those of ``scipy.stats.truncnorm.ppf``, whose import takes half a second: the steps are SciPy's, on the
functions of ``scipy.special``. That is imported where a scenario has such a normal, and spares every other run.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def cut_normal_quantiles(units: Floats, mean: float, sd: float, low: float, high: float) -> Floats:
    """The values at ``units`` in [0, 1] (float64[n]) of a normal between ``low`` and ``high``, which may be infinite."""
    from scipy.special import log_ndtr, logsumexp, ndtri_exp

    below, above = np.float64((low - mean) / sd), np.float64((high - mean) / sd)
    with np.errstate(divide="ignore"):  # units of 0 and 1 are the ends
        if below < 0:
            logs = logsumexp(
                [np.broadcast_to(log_ndtr(below), units.shape), np.log(units) + _log_mass(below, above)], axis=0
            )
            standard = ndtri_exp(logs)
        else:  # the right tail is the mirror image of the left one, where the logarithms are accurate
            logs = logsumexp(
                [np.broadcast_to(log_ndtr(-above), units.shape), np.log1p(-units) + _log_mass(below, above)], axis=0
            )
            standard = -ndtri_exp(logs)
    inside = (units > 0) & (units < 1)
    ends = np.where(units > 0, above, below)
    return np.asarray(np.where(inside, standard, ends) * sd + mean, np.float64)


def _log_mass(below: np.float64, above: np.float64) -> float:
    """The logarithm of the probability between two standard normal values."""
    from scipy.special import log1p, log_ndtr, logsumexp, ndtr

    if below > 0:
        below, above = -above, -below
    if above <= 0:
        return float(np.real(logsumexp([log_ndtr(above), log_ndtr(below) + np.pi * 1j], axis=0)))
    return float(log1p(-ndtr(below) - ndtr(-above)))
