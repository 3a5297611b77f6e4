"""Chance and mean delay of an independent cascade from the cascade that happened, by maximum likelihood."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from viralsim.errors import InputError
from viralsim.replay.exposures import Exposures, Floats, Observed


def fit_parameters(found: Exposures, observed: Observed) -> tuple[float, float]:
    """(chance that a sighting convinces, mean delay in ticks) with the largest likelihood of who adopted and who did not.

    Raises: InputError if no adopter could have been convinced by anybody.
    """
    if not observed.adopted[found.members].any():
        raise InputError(
            "probability, mean_delay: nobody adopted after somebody whom they are shown, so nothing can be fitted: give both"
        )
    starts = np.array([[-4.0, 0.0], [-2.0, 2.0], [-4.0, 4.0]])
    best = min(
        (
            minimize(_cost, start, args=(found, observed), method="L-BFGS-B", bounds=[(-16, 8), (-8, 16)])
            for start in starts
        ),
        key=lambda one: float(one.fun),
    )
    return _of(best.x)


def _of(x: Floats) -> tuple[float, float]:
    return float(1 / (1 + np.exp(-x[0]))), float(1 + np.exp(x[1]))


def _cost(x: Floats, found: Exposures, observed: Observed) -> float:
    """Minus the logarithm of the likelihood."""
    chance, mean = _of(x)
    stays, no = np.log1p(-1 / mean) if mean > 1 else -np.inf, np.log1p(-chance)
    size = np.diff(found.group_start).astype(np.float64)
    groups = np.diff(found.member_start)
    total = np.cumsum(size) - size
    before = total - np.repeat(total[found.member_start[:-1]], groups)
    last = np.repeat(observed.tick[found.members], groups)
    left = (last - found.group_tick()).astype(np.float64)
    adopted = observed.adopted[found.members]
    waits = (left - 1) * stays - np.where(np.repeat(adopted, groups), np.log(mean), 0.0)
    terms = before * no + np.log(-np.expm1(size * no)) + waits
    each = np.logaddexp.reduceat(terms, found.member_start[:-1])
    none = np.add.reduceat(size, found.member_start[:-1]) * no
    return -float(np.where(adopted, each, np.logaddexp(each, none)).sum())
