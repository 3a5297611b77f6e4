"""How good forecasts were: CRPS and log score on log(1 + shares), coverage by randomised PITs, error of the median."""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp

from viralsim.forecasting.hawkes import Floats
from viralsim.forecasting.recalibration import randomised_pits

LEVELS = (0.5, 0.8, 0.95)
LEAST_BANDWIDTH = 0.05  # of the log score, in log units: draws of counts may all be one number


def crps(draws: Floats, true: Floats) -> Floats:
    """float64[posts]: continuous ranked probability score of draws [posts, draws] for what came, on log(1 + shares)."""
    import scoringrules  # compiles its formulas whenever it is imported: 3 s that no other score is worth

    return np.asarray(scoringrules.crps_ensemble(np.log1p(true), np.log1p(draws)), np.float64)


def log_score(draws: Floats, true: Floats) -> Floats:
    """float64[posts]: minus the log density of what came, on log(1 + shares), by a normal kernel over the draws; less is better."""
    logs = np.log1p(draws)
    bandwidth = np.maximum(1.06 * logs.std(1) * draws.shape[1] ** -0.2, LEAST_BANDWIDTH)[:, None]
    # not scoringrules.logs_ensemble: its density is 0, and its logarithm no number, where all draws are far off
    kernels = -0.5 * ((np.log1p(true)[:, None] - logs) / bandwidth) ** 2 - np.log(bandwidth * np.sqrt(2 * np.pi))
    return np.asarray(np.log(draws.shape[1]) - logsumexp(kernels, axis=1), np.float64)


def held(pits: Floats, level: float) -> float:
    """The share of the PITs inside the central interval of ``level``."""
    return float(np.mean(np.abs(pits - 0.5) <= level / 2))


def median_error(draws: Floats, true: Floats) -> float:
    """The median of |median forecast - final| / final over posts with a final count above 0; NaN where there is none."""
    some = true > 0
    if not some.any():
        return float("nan")
    return float(np.median(np.abs(np.median(draws[some], axis=1) - true[some]) / true[some]))


def scores(draws: Floats, true: Floats, seed: int = 1) -> dict[str, float]:
    """``crps``, ``log_score``, ``median_error`` and ``held_50``, ``held_80``, ``held_95`` of draws [posts, draws]."""
    pits = randomised_pits(draws, true, np.random.default_rng([seed, 3]))
    return {
        "crps": float(crps(draws, true).mean()),
        "log_score": float(log_score(draws, true).mean()),
        "median_error": median_error(draws, true),
        **{f"held_{100 * level:.0f}": held(pits, level) for level in LEVELS},
    }
