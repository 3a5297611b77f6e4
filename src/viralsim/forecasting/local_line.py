"""A regression among the past posts whose counts so far were nearest (Cleveland 1979, with a small ridge)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.forecasting.curve import Curve, read_near
from viralsim.forecasting.hawkes import Floats, Ints

MOMENTS = (1.0, 0.5, 0.25, 0.125)  # of the time so far: the counts that it regresses on
FEWEST = 150  # past posts; with fewer the neighbours are too far
MOST_NEIGHBOURS, PART = 120, 4  # a quarter of the past posts, 120 at most
NEARLY_ALL = 0.8  # the part of past posts that has to be read near a moment
RIDGE = 1.0  # of the slopes, in posts that are one log unit off
FARTHEST = 1e-3  # weight of the farthest neighbour
LARGEST_PULL = 0.9  # of a neighbour on its own line


class LocalLine(NamedTuple):
    """Past posts at one hour."""

    places: Floats  # [posts, MOMENTS] log(1 + shares)
    gains: Floats  # [posts] log(1 + final) less log(1 + now)
    read: NDArray[np.bool_]  # [MOMENTS] whether nearly all past posts were read near it

    def finals(self, curve: Curve, draws: int, generator: np.random.Generator) -> Floats:
        """float64[draws]: final counts, not below what ``curve`` shows by its ``observed_until``."""
        hours = curve.observed_until * np.array(MOMENTS)
        known = self.read & read_near(curve, hours)
        now = np.log1p(curve.at(hours))
        return _counts(now[0], self._gains(now, known, draws, generator))

    def futures_of_past(self, chosen: Ints, draws: int, generator: np.random.Generator) -> Floats:
        """float64[chosen, draws]: what was to come of past posts, by all others."""
        found = [
            _counts(self.places[row, 0], self._gains(self.places[row], self.read, draws, generator, int(row)))
            for row in chosen
        ]
        return np.asarray(found) - np.expm1(self.places[chosen, :1])

    def _gains(
        self,
        now: Floats,
        known: NDArray[np.bool_],
        draws: int,
        generator: np.random.Generator,
        left_out: int | None = None,
    ) -> Floats:
        """float64[draws]: the line at ``now``, and residuals of neighbours about it, the nearest most often."""
        away = np.linalg.norm(self.places[:, known] - now[known], axis=1)
        if left_out is not None:
            away[left_out] = np.inf
        among = min(MOST_NEIGHBOURS, away.size // PART)
        reach = float(np.partition(away, among - 1)[among - 1])
        rows = np.flatnonzero(away <= reach)  # with all that are as near as the last
        weights = (1.0 - (away[rows] / reach) ** 3) ** 3 + FARTHEST if reach > 0 else np.ones(rows.size)
        design = _design(self.places[rows][:, known] - now[known])
        penalty = np.full(design.shape[1], RIDGE)
        penalty[0] = 1e-9
        inverse = np.linalg.inv(design.T @ (weights[:, None] * design) + np.diag(penalty))
        coefficients = inverse @ (design.T @ (weights * self.gains[rows]))
        pull = np.minimum(weights * np.einsum("ij,jk,ik->i", design, inverse, design), LARGEST_PULL)
        residuals = (self.gains[rows] - design @ coefficients) / (1.0 - pull)
        levels = (generator.permutation(draws) + generator.random()) / draws
        drawn = np.searchsorted(np.cumsum(weights) / weights.sum(), levels)
        return np.asarray(coefficients[0] + residuals[np.minimum(drawn, rows.size - 1)])


def fit_local_line(curves: Sequence[Curve], at: float, horizon: float) -> LocalLine | None:
    """The regression at ``at`` hours; None where past posts are fewer than FEWEST."""
    if len(curves) < FEWEST:
        return None
    hours = at * np.array(MOMENTS)
    places = np.log1p([curve.at(hours) for curve in curves])
    finals = np.log1p([float(curve.at(np.array(horizon))) for curve in curves])
    read = np.mean([read_near(curve, hours) for curve in curves], axis=0) >= NEARLY_ALL
    read[0] = True
    return LocalLine(places, finals - places[:, 0], read)


def _counts(now: float, gains: Floats) -> Floats:
    return np.asarray(np.expm1(now + np.maximum(gains, 0.0)), np.float64)


def _design(gaps: Floats) -> Floats:
    """float64[neighbours, 1 + moments]: 1, the count now, and what came between the moments, all as distances."""
    parts = (np.ones((len(gaps), 1)), gaps[:, :1], np.diff(gaps[:, ::-1], axis=1))
    return np.asarray(np.concatenate(parts, axis=1), np.float64)
