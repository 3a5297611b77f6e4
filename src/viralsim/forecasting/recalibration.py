"""Forecasts corrected by how earlier ones of the same kind went: a shock, the weight of the analogues, a map of the PITs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.optimize import minimize
from scipy.special import logsumexp

from viralsim.forecasting.hawkes import Floats, Ints

SHOCK_DF = 3
SMALLEST_SHOCK = 0.4  # with few past posts: fitted ones were too small
ENOUGH_FOR_SHOCK = 150
PRIOR_SHOCK, PRIOR_SHIFT = 0.5, 0.25
PRIOR_WEIGHT, PRIOR_POSTS = 0.25, 50  # of the analogues, before past posts; how many past posts that counts as
ENOUGH_FOR_MAP, MAP_P_VALUE, PRIOR_MAP = 60, 0.05, 0.3


class Correction(NamedTuple):
    """How a forecast at one time so far is corrected. Without past posts: ``Correction()``."""

    shift: float = 0.0  # of the log of what is still to come
    shock: float = PRIOR_SHOCK  # scale of a Student t with 3 degrees of freedom
    analogues: float = 0.0  # weight of the analogues
    map_a: float = 1.0  # of the beta cdf that maps the PITs
    map_b: float = 1.0


def fit_shock(futures: Floats, true: Floats) -> tuple[float, float]:
    """(shift, scale) of the shock that makes ``true`` [posts] most probable under draws [posts, draws] of what was to come."""
    gap = np.log1p(true)[:, None] - np.log1p(futures)

    def loss(x: Floats) -> float:
        scale = np.exp(x[1])
        logs = stats.t.logpdf((gap - x[0]) / scale, SHOCK_DF) - x[1]
        prior = 0.5 * (x[0] / PRIOR_SHIFT) ** 2 + 0.5 * (scale / PRIOR_SHOCK) ** 2
        return float(prior - (logsumexp(logs, axis=1) - np.log(gap.shape[1])).sum())

    found = minimize(loss, np.array([0.0, np.log(0.3)]), method="L-BFGS-B", bounds=[(-1, 1), (np.log(0.02), np.log(2))])
    scale = float(np.exp(found.x[1]))
    return float(found.x[0]), scale if len(true) >= ENOUGH_FOR_SHOCK else max(scale, SMALLEST_SHOCK)


def analogues_weight(by_law: Floats, by_analogues: Floats, true: Floats) -> float:
    """The weight of the analogues in the mixture: stacked on past posts, shrunk to PRIOR_WEIGHT where they are few."""
    posts = len(true)
    stacked = stacked_weight(by_law, by_analogues, true)
    return (posts * stacked + PRIOR_POSTS * PRIOR_WEIGHT) / (posts + PRIOR_POSTS)


def stacked_weight(first: Floats, second: Floats, true: Floats) -> float:
    """The weight of ``second`` with which the mixture of two sets of draws [posts, draws] has the smallest CRPS."""
    size = min(first.shape[1], second.shape[1], 60)
    first, second, true = np.log1p(first[:, :size]), np.log1p(second[:, :size]), np.log1p(true)[:, None]

    def within(x: Floats) -> float:
        return float(np.abs(x[:, :, None] - x[:, None, :]).mean())

    between = float(np.abs(first[:, :, None] - second[:, None, :]).mean())
    d1, d2 = float(np.abs(first - true).mean()), float(np.abs(second - true).mean())
    s1, s2 = within(first), within(second)
    # CRPS(w) = (1-w) d1 + w d2 - ((1-w)^2 s1 + 2 w (1-w) between + w^2 s2) / 2
    curvature = 2 * between - s1 - s2
    if curvature <= 1e-12:
        return 0.5
    return float(np.clip((d1 - d2 + between - s1) / curvature, 0.0, 1.0))


def fit_map(pits: Floats) -> tuple[float, float]:
    """(a, b) of the beta law of ``pits``, shrunk to the uniform; (1, 1) where the pits do not deny the uniform."""
    if len(pits) < ENOUGH_FOR_MAP or stats.kstest(pits, "uniform").pvalue >= MAP_P_VALUE:
        return 1.0, 1.0
    inside = np.clip(pits, 1e-3, 1 - 1e-3)

    def loss(x: Floats) -> float:
        return float(0.5 * ((x / PRIOR_MAP) ** 2).sum() - stats.beta.logpdf(inside, *np.exp(x)).sum())

    a, b = np.exp(minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=[(-1, 1)] * 2).x)
    return float(a), float(b)


def shocked(future: Floats, shift: float, scale: float, generator: np.random.Generator) -> Floats:
    """What is still to come, float64 >= 0 like ``future``, after a shock of its own for every draw; nothing stays nothing."""
    shock = shift + scale * generator.standard_t(SHOCK_DF, future.shape)
    return np.where(future > 0, np.maximum(np.expm1(np.log1p(future) + np.clip(shock, -10, 10)), 0.0), 0.0)


def whole_number(values: Floats, generator: np.random.Generator) -> Floats:
    """``values`` rounded up or down by chance, so that their mean stays."""
    return np.asarray(np.floor(values + generator.random(values.shape)))


def mapped_ranks(draws: int, a: float, b: float) -> Ints:
    """int64[draws]: ranks of sorted draws that stand for the forecast mapped by the beta cdf."""
    levels = (np.arange(draws) + 0.5) / draws
    return np.asarray(np.minimum(stats.beta.ppf(levels, a, b) * draws, draws - 1), np.int64)


def randomised_pits(draws: Floats, true: Floats, generator: np.random.Generator) -> Floats:
    """float64[posts]: where ``true`` [posts] lies among ``draws`` [posts, draws]; ties by chance."""
    below = (draws < true[:, None]).sum(1)
    ties = (draws == true[:, None]).sum(1)
    return np.asarray((below + generator.random(len(true)) * (ties + 1)) / (draws.shape[1] + 1))


def between(corrections: dict[float, Correction], at: float) -> Correction:
    """The correction at ``at`` hours: straight in the log of the hours between those that were fitted."""
    if not corrections:
        return Correction()
    hours = np.array(sorted(corrections))
    table = np.array([corrections[h] for h in hours])
    return Correction(*(float(np.interp(np.log(at), np.log(hours), column)) for column in table.T))
