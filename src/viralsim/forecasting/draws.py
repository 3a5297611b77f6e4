"""Draws of what is still to come of a post: by the law of posts, and by its nearest past posts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viralsim.forecasting.analogues import MOMENTS, nearest, nearest_others, neighbours_of, scaled
from viralsim.forecasting.curve import Curve, counts_between
from viralsim.forecasting.hawkes import Floats, Ints, Nodes, posterior, simulate
from viralsim.forecasting.post_law import LawOnBins


def growth_by_law(
    law: LawOnBins, counts: Floats, seen_bins: int, nodes: Nodes, draws: int, generator: np.random.Generator
) -> Floats:
    """float64[draws, bins still to come]: shares a bin from the posterior of a post, given its first ``seen_bins`` counts."""
    logs, means, sds = posterior(counts, seen_bins, law.arrival, law.kernel, nodes, law.sizes)
    weights = np.exp(logs - logs.max()).ravel()
    # systematic: evenly spaced levels from one uniform
    levels = (np.arange(draws) + generator.random()) / draws
    cell = np.minimum(np.searchsorted(np.cumsum(weights) / weights.sum(), levels), weights.size - 1)
    generator.shuffle(cell)
    scale_at, rate_at = np.divmod(cell, nodes.rate.size)
    level = means.ravel()[cell] + sds.ravel()[cell] * generator.standard_normal(draws)
    found: Floats = simulate(
        generator, counts, seen_bins, scale_at, level, nodes.rate[rate_at], law.arrival, law.kernel, law.sizes
    )
    return found


def growth_by_analogues(
    past: Sequence[Curve],
    curve: Curve,
    edges: Floats,
    draws: int,
    generator: np.random.Generator,
    then: Floats | None = None,
) -> Floats:
    """float64[draws, bins]: shares in each bin between ``edges`` of the nearest past posts, scaled to this one.

    The first edge is the time so far; ``then``: ``at_moments`` of the past posts at that time, where they are known.
    """
    then = at_moments(past, edges[0]) if then is None else then
    now = curve.at(edges[0] * np.array(MOMENTS))
    rows = nearest(then, now[None], neighbours_of(len(past)), generator)[0]
    growth = np.array([counts_between(past[row], edges) for row in rows])
    chosen = generator.permutation(draws) % rows.size
    return scaled(growth[chosen], then[rows[chosen], :1], now[0])


def at_moments(past: Sequence[Curve], at: float) -> Floats:
    """float64[posts, MOMENTS]: shares of past posts at ``at`` hours and at the earlier moments that posts are compared by."""
    moments = at * np.array(MOMENTS)
    return np.array([one.at(moments) for one in past])


def futures_of_past(
    past: Sequence[Curve], at: float, horizon: float, chosen: Ints, generator: np.random.Generator
) -> Floats:
    """float64[chosen, neighbours]: what analogues say was to come after ``at`` hours of past posts, each without itself."""
    then = at_moments(past, at)
    final = np.array([float(one.at(np.array(horizon))) for one in past])
    rows = nearest_others(then, neighbours_of(len(past)), generator)[chosen]
    return scaled((final - then[:, 0])[rows], then[rows, 0], then[chosen, :1])
