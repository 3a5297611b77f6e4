"""A mean over worlds with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viralsim.measurement.intervals import mean_interval


@dataclass(frozen=True)
class Estimate:
    """A mean over worlds with its 95 % limits; more is better."""

    mean: float
    low: float
    high: float


def estimate(values: NDArray[np.float64], scale: float = 1.0) -> Estimate:
    """The mean of ``values`` float64[worlds] times ``scale``."""
    mean, low, high = mean_interval(values * scale)
    return Estimate(mean, low, high)
