"""The baseline: a straight line from the log of the shares so far to the log of the final count (Szabo, Huberman, CACM 2010)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from viralsim.forecasting.curve import Curve
from viralsim.forecasting.hawkes import Floats

FEWEST = 5  # past posts, for a line and its spread


class LogLinear(NamedTuple):
    """log(1 + final) on log(1 + so far) over past posts, with normal errors of one size."""

    coefficients: Floats  # [2] intercept, slope
    covariance: Floats  # [2, 2] of the coefficients over the variance of the errors
    sd: float  # of the errors
    degrees: int  # of freedom

    def draws(self, seen: float, draws: int, seed: int = 1) -> Floats:
        """float64[draws]: final counts, whole and not below ``seen``."""
        row = np.array([1.0, np.log1p(seen)])
        sd = self.sd * np.sqrt(1.0 + row @ self.covariance @ row)
        logs = row @ self.coefficients + sd * np.random.default_rng([seed, 2]).standard_t(self.degrees, draws)
        return np.asarray(np.maximum(np.expm1(np.minimum(logs, 40.0)).round(), seen))


def fit_log_linear(curves: Sequence[Curve], at: float, horizon: float) -> LogLinear | None:
    """The line through past posts at ``at`` hours; None where they are fewer than FEWEST or all alike at that hour."""
    if len(curves) < FEWEST:
        return None
    x = np.log1p([float(curve.at(np.array(at))) for curve in curves])
    y = np.log1p([float(curve.at(np.array(horizon))) for curve in curves])
    design = np.c_[np.ones_like(x), x]
    if np.linalg.matrix_rank(design) < 2:
        return None
    coefficients = np.linalg.lstsq(design, y)[0]
    degrees = len(x) - 2
    sd = float(np.sqrt(((y - design @ coefficients) ** 2).sum() / degrees))
    return LogLinear(coefficients, np.linalg.inv(design.T @ design), sd, degrees)
