"""How many each member of a generated audience is to be followed by, to follow, and to follow mutually, on average."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]

FOLLOWING_SIGMA = 0.7  # assumption: spread of log following; milder than the tail of followers (Higgs: 2.67 to 2.05)
FOLLOWING_CORRELATION = 0.5  # assumption: rank correlation of being followed and following


class Budgets(NamedTuple):
    """Expected numbers of each member, float64[N]."""

    followers: F8
    following: F8
    mutual: F8  # of both: pairs that follow each other


def degree_budgets(
    mean_following: float, degree_exponent: float, reciprocity: float, units: F8, other_units: F8
) -> Budgets:
    """Draw the budgets of N members from uniform numbers float64[N].

    Followers: power law of density ``x ** -degree_exponent``, at its natural cutoff (what N draws reach) and below N.
    It is drawn in N equal shares of probability, so that the mean holds in every audience while the largest varies.
    Following: lognormal, correlated with followers; where the asked reciprocity is above what that allows, it is
    drawn towards followers, up to equality at reciprocity 1.
    """
    from scipy.special import ndtri

    n = len(units)
    rank = np.empty(n)
    rank[np.argsort(units, kind="stable")] = np.arange(n)
    jitter = (units * 2.0**26) % 1.0  # the low bits, which have no part in the rank
    share = (rank + jitter) / n  # a jittered, shuffled grid over (0, 1)
    share = np.clip(share, 0.25 / n, 1.0 - 1e-3 / n)
    followers = _scaled((1.0 - share) ** (-1.0 / max(degree_exponent - 1.0, 0.05)), mean_following, n)
    own = ndtri(np.clip(other_units, 1e-9, 1 - 1e-9))
    normal = FOLLOWING_CORRELATION * ndtri(share) + np.sqrt(1.0 - FOLLOWING_CORRELATION**2) * own
    following = _scaled(np.exp(FOLLOWING_SIGMA * normal), mean_following, n)
    wanted = reciprocity * float(followers.mean())
    blend = _smallest_blend(followers, following, wanted)
    following = (1.0 - blend) * following + blend * followers
    both = np.minimum(followers, following)
    mutual = both * (min(1.0, wanted / float(both.mean())) if wanted > 0 else 0.0)
    return Budgets(followers, following, mutual)


def _scaled(values: F8, mean: float, n: int) -> F8:
    """Values scaled to ``mean`` with none above n - 1: whoever is at the bound leaves their excess to the others."""
    largest = max(n - 1.0, 0.0)
    mean = min(mean, largest)
    values = values * (mean / values.mean())
    for _ in range(50):
        bound = values >= largest
        missing = mean * n - np.minimum(values, largest).sum()
        rest = values[~bound].sum()
        if missing <= 1e-9 * n or rest <= 0:
            break
        values = np.where(bound, largest, values * (1.0 + missing / rest))
    return np.minimum(values, largest)


def _smallest_blend(followers: F8, following: F8, wanted: float) -> float:
    """The smallest share of ``followers`` in following at which ``wanted`` mutual pairs per member are possible."""
    if np.minimum(followers, following).mean() >= wanted:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        if np.minimum(followers, (1 - middle) * following + middle * followers).mean() >= wanted:
            high = middle
        else:
            low = middle
    return high
