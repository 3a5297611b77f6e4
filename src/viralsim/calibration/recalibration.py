"""Predictions corrected by how earlier ones went: probability integral transforms (PITs) and a beta map of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.optimize import minimize

from viralsim.calibration.observed import Floats

ENOUGH, MOST, REFUTED = 60, 150, 0.05  # PITs needed and used; the p-value below which they are not uniform
PRIOR_SD = 0.3  # of the logs of the two parameters, around the uniform


def randomised_pit(draws: Floats, true: float, uniform: float) -> float:
    """P(X < y) + U P(X = y) under ``draws``."""
    return float((draws < true).mean() + uniform * (draws == true).mean())


class BetaMap(NamedTuple):
    """The beta law that past PITs had; (1, 1) is the uniform and changes nothing."""

    a: float = 1.0
    b: float = 1.0

    @classmethod
    def fit(cls, pits: Floats) -> BetaMap:
        """The law of ``pits``, oldest first, shrunk to the uniform.

        It is the uniform where they are few, do not refute it, or where the law of the earlier two thirds says less about
        the last third than the uniform does: a map of what has passed costs coverage.
        """
        if len(pits) < ENOUGH or stats.kstest(pits, "uniform").pvalue >= REFUTED:
            return cls()
        inside = np.clip(pits, 1e-3, 1 - 1e-3)
        earlier, later = np.split(inside, [2 * len(pits) // 3])
        if stats.beta.logpdf(later, *cls._most_probable(earlier)).sum() <= 0:
            return cls()
        return cls._most_probable(inside)

    @classmethod
    def _most_probable(cls, pits: Floats) -> BetaMap:
        def loss(logs: Floats) -> float:
            fit = stats.beta.logpdf(pits, *np.exp(logs)).sum()
            return float(0.5 * ((logs / PRIOR_SD) ** 2).sum() - fit)

        a, b = np.exp(minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=[(-1.5, 1.5)] * 2).x)
        return cls(float(a), float(b))

    def apply(self, draws: Floats) -> Floats:
        """Whole ``draws``, each at its place, with the values that the map puts at its rank."""
        return draws if self == (1.0, 1.0) else np.asarray(np.round(self.moved(draws)))

    def moved(self, draws: Floats) -> Floats:
        """As ``apply``, of draws that need not be whole."""
        if self == (1.0, 1.0):
            return draws
        levels = np.empty(len(draws))
        levels[np.argsort(draws, kind="stable")] = (np.arange(len(draws)) + 0.5) / len(draws)
        at = stats.beta.ppf(levels, self.a, self.b) * len(draws) - 0.5
        return np.asarray(np.interp(at, np.arange(len(draws)), np.sort(draws)))
