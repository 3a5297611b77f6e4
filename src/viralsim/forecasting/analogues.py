"""What became of the past posts whose curve so far was nearest."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from viralsim.forecasting.hawkes import Floats, Ints

MOST_NEIGHBOURS = 60
NEAR = 3.0  # futures are scaled by the ratio of the shares so far: far away that says nothing
TIE_BREAK = 1e-3  # log units: far below one share in a hundred
MOMENTS = (1.0, 0.5, 0.25)  # of the time so far: the counts that posts are compared by


def neighbours_of(posts: int) -> int:
    """How many neighbours are asked: a fifth of the past posts, 60 at most."""
    return max(1, min(MOST_NEIGHBOURS, posts // 5))


def comparable(past: Floats, now: float) -> bool:
    """Whether enough of ``past`` float64[posts] (shares so far) are within a factor of NEAR of ``now``."""
    near = np.abs(np.log1p(past) - np.log1p(now)) <= np.log(NEAR)
    return bool(2 * near.sum() >= neighbours_of(past.size))


def nearest(past: Floats, now: Floats, among: int, generator: np.random.Generator) -> Ints:
    """int64[posts, among]: rows of ``past`` nearest to each row of ``now``; both float64[., len(MOMENTS)] of counts.

    Of posts with equal counts, chance decides which are asked.
    """
    places, asked = np.log1p(past), np.log1p(now)
    tree = cKDTree(places + TIE_BREAK * generator.random(places.shape))
    rows = tree.query(asked + TIE_BREAK * generator.random(asked.shape), among)[1]
    return np.asarray(rows, np.int64).reshape(len(asked), among)


def nearest_others(past: Floats, among: int, generator: np.random.Generator) -> Ints:
    """int64[posts, among]: as ``nearest`` for the past posts themselves, none its own neighbour."""
    rows = nearest(past, past, among + 1, generator)
    own = rows == np.arange(len(past))[:, None]
    own[~own.any(1), -1] = True  # posts with equal counts: the post may be missing among them
    return np.asarray(rows[~own]).reshape(len(past), among)


def scaled(future: Floats, seen_then: Floats, seen: Floats) -> Floats:
    """Futures of neighbours as futures of a post that has ``seen`` shares."""
    return np.asarray(future * (1.0 + seen) / (1.0 + seen_then))
