"""Curves as counts in bins of time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.forecasting.hawkes import Floats

STANDARD_HOURS = np.array(
    [0, 5 / 60, 1 / 6, 1 / 3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 96, 128, 168]
)
GROWTH = 4 / 3  # of the bins after a week
NEAR = 1.25  # the factor between an hour and a reading near it


class Curve(NamedTuple):
    """Cumulative shares of one post.

    ``exact``: ``hours`` are the times of single shares, so the curve is a staircase of steps of 1; else readings of a counter,
    and straight between them.
    """

    hours: Floats  # [points] ascending
    shares: Floats  # [points] up to and with that hour
    observed_until: float  # hours; nothing is known later
    exact: bool

    def at(self, hours: Floats) -> Floats:
        """Shares up to ``hours`` (float64, any shape)."""
        if self.exact:
            return np.asarray(np.searchsorted(self.hours, hours, side="right"), np.float64)
        return np.interp(hours, np.r_[0.0, self.hours], np.r_[0.0, self.shares])


def curve_of_events(hours: Floats, observed_until: float) -> Curve:
    """The curve of single shares at ``hours`` (ascending; the post itself not among them); those after the end are left out."""
    known = hours[hours <= observed_until]
    return Curve(known, np.arange(1.0, known.size + 1), observed_until, True)


def edges_until(horizon: float) -> Floats:
    """The standard edges up to ``horizon`` hours, which is the last."""
    edges = STANDARD_HOURS
    while edges[-1] < horizon:
        edges = np.append(edges, edges[-1] * GROWTH)
    return np.append(edges[edges < horizon * (1 - 1e-9)], horizon)


def thinned(hours: Floats) -> Floats:
    """Those of ascending ``hours`` (> 0) that are nearest to a standard edge, each once: at most one for each edge."""
    edges = edges_until(max(float(hours[-1]), 1.0))[1:]
    gaps = np.abs(np.log(hours)[None] - np.log(edges)[:, None])
    return np.asarray(hours[np.unique(gaps.argmin(1))])


def with_edge(edges: Floats, at: float) -> tuple[Floats, int]:
    """(edges with ``at`` among them, number of bins up to ``at``)."""
    place = int(np.searchsorted(edges, at * (1 - 1e-9)))
    if place < edges.size and np.isclose(edges[place], at, rtol=1e-6):
        return edges, place
    return np.insert(edges, place, at), place


def edges_of(curve: Curve, edges: Floats) -> tuple[Floats, int]:
    """(edges of the bins that a running curve is counted in, number of bins up to now).

    ``edges`` with now among them; for readings of a counter the edges up to now are its own readings.
    """
    at = curve.observed_until
    if curve.exact:
        return with_edge(edges, at)
    own = thinned(curve.hours[(curve.hours > 0) & (curve.hours <= at)])
    own = np.r_[0.0, own[own < at * (1 - 1e-9)], at]
    return np.r_[own, edges[edges > at * (1 + 1e-6)]], own.size - 1


def read_near(curve: Curve, hours: Floats) -> NDArray[np.bool_]:
    """bool[hours]: whether a curve has a reading near each of ``hours`` (> 0); of single shares every hour is known."""
    known = curve.hours[curve.hours > 0]
    if curve.exact:
        return np.ones(hours.size, bool)
    gaps = np.abs(np.log(known)[None] - np.log(hours)[:, None]).min(axis=1)
    return np.asarray(gaps <= np.log(NEAR))


def until(curve: Curve, at: float) -> Curve:
    """What of a curve was known at ``at`` hours; of a counter, up to its last reading by then (which must be there)."""
    if curve.exact:
        return curve_of_events(curve.hours, min(at, curve.observed_until))
    known = curve.hours <= at * (1 + 1e-9)
    return Curve(curve.hours[known], curve.shares[known], float(curve.hours[known][-1]), False)


def counts_between(curve: Curve, edges: Floats) -> Floats:
    """float64[bins]: shares of a curve in each bin; those at hour 0 are in the first."""
    values = curve.at(edges)
    return np.diff(np.where(edges > 0, values, 0.0))
