"""The baseline: a straight line from the log of the shares so far to the log of the final count (Szabo, Huberman, CACM 2010)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from viralsim.forecasting.curve import Curve
from viralsim.forecasting.hawkes import Floats

FEWEST = 5  # past posts, for a line and its spread
LARGEST_LOG = 40.0


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
        return np.asarray(np.maximum(np.expm1(np.minimum(logs, LARGEST_LOG)).round(), seen))


def fit_log_linear(curves: Sequence[Curve], at: float, horizon: float) -> LogLinear | None:
    """The line through past posts at ``at`` hours; None where they are fewer than FEWEST or all alike at that hour."""
    if len(curves) < FEWEST:
        return None
    design, y = _points(curves, at, horizon)
    if np.linalg.matrix_rank(design) < 2:
        return None
    coefficients = np.asarray(np.linalg.lstsq(design, y)[0], np.float64)
    degrees = len(y) - 2
    sd = float(np.sqrt(((y - design @ coefficients) ** 2).sum() / degrees))
    return LogLinear(coefficients, np.asarray(np.linalg.inv(design.T @ design), np.float64), sd, degrees)


def line_futures_of_past(
    line: LogLinear, curves: Sequence[Curve], at: float, horizon: float, draws: int, generator: np.random.Generator
) -> Floats:
    """float64[posts, draws]: what lines through all other past posts say was to come after ``at`` hours."""
    design, y = _points(curves, at, horizon)
    pull = np.einsum("ij,jk,ik->i", design, line.covariance, design)  # of a post on its own line
    centre = y - (y - design @ line.coefficients) / np.maximum(1.0 - pull, 1e-9)
    logs = centre[:, None] + (line.sd * np.sqrt(1.0 + pull))[:, None] * generator.standard_t(
        line.degrees, (len(y), draws)
    )
    seen = np.expm1(design[:, 1:])
    return np.asarray(np.maximum(np.expm1(np.minimum(logs, LARGEST_LOG)).round(), seen) - seen)


def _points(curves: Sequence[Curve], at: float, horizon: float) -> tuple[Floats, Floats]:
    """(design float64[posts, 2], log(1 + final) float64[posts])."""
    x = np.log1p([float(curve.at(np.array(at))) for curve in curves])
    y = np.log1p([float(curve.at(np.array(horizon))) for curve in curves])
    return np.c_[np.ones_like(x), x], np.asarray(y, np.float64)
