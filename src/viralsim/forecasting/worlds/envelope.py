"""Whether a curve is one of the worlds': the global rank envelope test."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from viralsim.forecasting.hawkes import Floats

ALPHA = 0.05  # how often, at most, a curve that is one of the worlds' is said not to be


def chance_of_farther(worlds: Floats, observed: Floats) -> float:
    """The part of curves, the observed one among them, that are at least as far out as it: a p-value.

    worlds: [W, points], observed: [points]. A curve is the farther out, the more extreme its rank at its most extreme point; of
    equal ones the next points decide (extreme rank length; Myllymäki et al. 2017, J. R. Stat. Soc. B 79, 381). Where the observed
    curve comes from the worlds' law, a value of p or less has at most the chance p.
    """
    ranks = _ranks(np.vstack([observed[None], worlds]))
    gaps = ranks - ranks[0]
    first = np.argmax(gaps != 0, axis=1)
    return float((gaps[np.arange(len(gaps)), first] <= 0).mean())


def _ranks(curves: Floats) -> NDArray[np.float64]:
    """[curves, points]: two-sided ranks, 1 for the most extreme, of each curve in ascending order; ties are not extreme."""
    low, high = rankdata(curves, "max", axis=0), rankdata(-curves, "max", axis=0)
    return np.sort(np.minimum(low, high), axis=1)
