"""How good predictions were: CRPS on log(1 + count), coverage by randomised PITs with its standard error."""

from __future__ import annotations

import numpy as np

from viralsim.calibration.observed import Floats

LEVELS = (0.5, 0.8, 0.95)


def crps(draws: Floats, true: float) -> float:
    """Continuous ranked probability score of ``draws`` for ``true``, both as log(1 + count); less is better."""
    ordered = np.sort(np.log1p(draws))
    size = len(ordered)
    rank = 2.0 * np.arange(1, size + 1) - size - 1
    return float(np.abs(ordered - np.log1p(true)).mean() - (rank @ ordered) / size**2)


def coverage(pits: Floats, level: float) -> tuple[float, float]:
    """(share of the PITs inside the central interval of ``level``, its standard error at that level)."""
    inside = float(np.mean(np.abs(pits - 0.5) <= level / 2))
    return inside, float(np.sqrt(level * (1.0 - level) / len(pits)))
