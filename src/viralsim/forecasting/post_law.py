"""The law of posts: thirteen numbers, what is expected of them before any past post, and their fit to past posts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from viralsim.forecasting.hawkes import (
    LARGEST_R,
    Floats,
    Nodes,
    count_terms,
    log_evidence,
    posterior,
    transitions,
)

LOG_SCALES = np.arange(np.log(0.5 / 60), np.log(2000.0), 0.25)  # the grid of log c, hours
_RATE_NODES, _W = np.polynomial.hermite_e.hermegauss(3)
LOG_RATE_WEIGHTS = np.log(_W / _W.sum())
SMALL_GAIN = 0.1  # log units of the posterior: the search ends where a step brings less
FEW = 30  # shares of a post that leave its time scale so vague that every second node will do
FEWEST_SPREAD = 0.3  # of log followers, for their slope to be fitted
MOST_FITTED = 200  # past posts that the thirteen numbers are fitted to, evenly spread in time


class PostLaw(NamedTuple):
    """How posts of one population differ, and what they share. ``vector`` and ``of_vector`` give it on the whole line."""

    level: float  # mean of log A
    level_sd: float
    follower_slope: float  # of log A on the log of followers (centred)
    scale: float  # mean of log c, hours
    scale_sd: float
    correlation: float  # of log A and log c
    rate: float  # mean of log R
    rate_sd: float
    size: float  # of the negative binomial, at the start
    size_fade: float  # the power of time with which it falls
    arrival_shape: float
    kernel_shape: float
    kernel_ratio: float  # time scale of the kernel over c

    def vector(self) -> Floats:
        """float64[13]: positive numbers as logs, the correlation by its inverse tanh."""
        values = np.array(self, np.float64)
        values[_LOGS] = np.log(values[_LOGS])
        values[5] = np.arctanh(values[5])
        return values


_LOGS = np.array([1, 4, 7, 8, 9, 10, 11, 12])


def of_vector(vector: Floats) -> PostLaw:
    """The law of ``vector``."""
    values = np.array(vector, np.float64)
    values[_LOGS] = np.exp(values[_LOGS])
    values[5] = np.tanh(values[5])
    return PostLaw(*map(float, values))


# Before any past post. Between fits to two sets of Twitter cascades: news and rumours (Liu et al., CIKM 2015; first 60 % by time)
# and #auspol (Kong, Rizoiu, Xie, WSDM 2021; first 60 %).
SHIPPED = PostLaw(
    level=2.0,
    level_sd=1.0,
    follower_slope=0.4,
    scale=-0.5,
    scale_sd=1.8,
    correlation=0.2,
    rate=float(np.log(0.55)),
    rate_sd=0.2,
    size=2.5,
    size_fade=0.5,
    arrival_shape=2.0,
    kernel_shape=1.0,
    kernel_ratio=0.4,
)
WIDE_LEVEL_SD = 2.5  # of a post of which nothing is known: accounts differ more than the posts of one
# sd of each entry of ``vector`` around SHIPPED: wide for what differs between accounts
SPREAD = np.array([4.0, 0.5, 0.3, 1.5, 0.4, 0.25, 0.15, 0.2, 0.8, 0.4, 0.25, 0.25, 0.5])


class LawOnBins(NamedTuple):
    """A law of posts on the bins between ``edges`` (hours)."""

    edges: Floats
    arrival: Floats  # [scales, bins]
    kernel: Floats  # [scales, to bin, from bin]
    sizes: Floats  # [bins] of the negative binomial; late shares come in bursts, so it falls with time


def on_bins(law: PostLaw, edges: Floats) -> LawOnBins:
    """``law`` on the bins between ``edges``."""
    arrival, kernel = transitions(edges, np.exp(LOG_SCALES), law.arrival_shape, law.kernel_shape, law.kernel_ratio)
    return LawOnBins(edges, arrival, kernel, law.size * (1.0 + edges[1:]) ** -law.size_fade)


def nodes_of(law: PostLaw, log_followers: float, spread: float) -> Nodes:
    """The quadrature of one post.

    ``log_followers`` is centred; NaN where they are unknown, and log A is then as uncertain as followers with the sd ``spread``
    make it.
    """
    gap = (LOG_SCALES - law.scale) / law.scale_sd
    log_scale = -0.5 * gap**2
    log_scale -= np.log(np.exp(log_scale).sum())
    slope = law.correlation * law.level_sd
    mean = law.level + slope * gap
    variance = law.level_sd**2 - slope**2
    if np.isnan(log_followers):
        variance += (law.follower_slope * spread) ** 2
    else:
        mean += law.follower_slope * log_followers
    rate = np.minimum(np.exp(law.rate + law.rate_sd * _RATE_NODES), LARGEST_R)
    return Nodes(log_scale, mean, float(np.sqrt(variance)), LOG_RATE_WEIGHTS, rate)


def log_marginal(law: PostLaw, edges: Floats, counts: Floats, log_followers: Floats) -> float:
    """The log marginal likelihood of the counts float64[posts, bins] of whole posts."""
    binned = on_bins(law, edges)
    spread = spread_of(log_followers)
    total = 0.0
    for post, row in enumerate(counts):
        nodes = nodes_of(law, float(log_followers[post]), spread)
        stride = 2 if row.sum() < FEW else 1
        logs, _, _ = posterior(row, row.size, binned.arrival, binned.kernel, nodes, binned.sizes, stride)
        total += log_evidence(logs) + count_terms(row, row.size, binned.sizes)
    return total


def spread_of(log_followers: Floats) -> float:
    """The sd of the known ones among centred log followers; 0 where none is known."""
    known = log_followers[~np.isnan(log_followers)]
    return float(known.std()) if known.size else 0.0


def fit_law(edges: Floats, counts: Floats, log_followers: Floats) -> PostLaw:
    """The posterior mode of the law, given counts float64[posts, bins] of past posts and their log followers, centred or NaN."""
    posts = counts.shape[0]
    if not posts:
        return SHIPPED._replace(level_sd=WIDE_LEVEL_SD)
    chosen = np.unique(np.linspace(0, posts - 1, min(posts, MOST_FITTED)).round().astype(np.int64))
    counts, log_followers = counts[chosen], log_followers[chosen]
    centre = SHIPPED.vector()
    free = np.ones(centre.size, bool)
    free[2] = spread_of(log_followers) > FEWEST_SPREAD

    def law_at(away: Floats) -> PostLaw:
        vector = centre.copy()
        vector[free] += SPREAD[free] * away
        return of_vector(vector)

    def loss(away: Floats) -> float:
        return 0.5 * float(away @ away) - log_marginal(law_at(away), edges, counts, log_followers)

    start = np.zeros(int(free.sum()))
    start[0] = (np.log1p(counts.sum(1)).mean() - 0.5 - centre[0]) / SPREAD[0]
    options = {"maxiter": 60, "eps": 1e-3, "ftol": SMALL_GAIN / max(abs(loss(start)), 1.0)}
    found = minimize(loss, start, method="L-BFGS-B", bounds=[(-4.0, 4.0)] * start.size, options=options)
    return law_at(found.x)
