"""Forecasts corrected by how earlier ones of the same kind went: a shock, the weights of a mixture, a map of the PITs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.optimize import minimize
from scipy.special import logsumexp

from viralsim.forecasting.hawkes import Floats, Ints

SHOCK_DF = 3
SMALLEST_SHOCK = 0.4  # with few past posts: fitted ones were too small
ENOUGH_FOR_SHOCK = 150
PRIOR_SHOCK, PRIOR_SHIFT, PRIOR_TILT = 0.5, 0.25, 0.15
LARGEST_GAP = 3.0  # spreads from the centre of the past posts: the tilt goes no further
PRIOR_WEIGHTS = np.array([0.5, 0.25, 0.25])  # of the law, the analogues and the line, before past posts
PRIOR_POSTS = 50  # how many past posts that counts as
WEIGHT_STEPS = 20
ENOUGH_FOR_MAP, MAP_P_VALUE, PRIOR_MAP = 60, 0.05, 0.3


class Shock(NamedTuple):
    """A shock on the log of what is still to come: a Student t with 3 degrees of freedom, its centre a line in log(1 + so far)."""

    shift: float = 0.0
    scale: float = PRIOR_SHOCK
    tilt: float = 0.0  # of the centre, per ``spread`` of log(1 + so far)
    centre: float = 0.0  # of log(1 + so far) over past posts
    spread: float = 1.0

    def centres(self, seen: Floats) -> Floats:
        """The centre of the shock of posts that have ``seen`` shares so far, like ``seen``."""
        gap = (np.log1p(seen) - self.centre) / self.spread
        return np.asarray(self.shift + self.tilt * np.clip(gap, -LARGEST_GAP, LARGEST_GAP))


class Correction(NamedTuple):
    """How a forecast at one time so far is corrected. Without past posts: ``Correction()``."""

    shock: Shock = Shock()
    analogues: float = 0.0  # weight of the nearest past posts in the mixture
    line: float = 0.0  # weight of the log-linear regression
    map_a: float = 1.0  # of the beta cdf that maps the PITs
    map_b: float = 1.0


def fit_shock(futures: Floats, true: Floats, seen: Floats) -> Shock:
    """The shock that makes ``true`` [posts] most probable under draws [posts, draws] of what was to come after ``seen`` [posts]."""
    gap = np.log1p(true)[:, None] - np.log1p(futures)
    logs = np.log1p(seen)
    centre, spread = float(logs.mean()), float(logs.std())
    place = np.clip((logs - centre) / spread, -LARGEST_GAP, LARGEST_GAP) if spread > 0 else np.zeros(len(true))

    def loss(x: Floats) -> float:
        shift, log_scale, tilt = x
        scale = np.exp(log_scale)
        density = stats.t.logpdf((gap - shift - (tilt * place)[:, None]) / scale, SHOCK_DF) - log_scale
        prior = 0.5 * float(np.sum((np.array([shift, scale, tilt]) / [PRIOR_SHIFT, PRIOR_SHOCK, PRIOR_TILT]) ** 2))
        return float(prior - (logsumexp(density, axis=1) - np.log(gap.shape[1])).sum())

    start, bounds = np.array([0.0, np.log(0.3), 0.0]), [(-1, 1), (np.log(0.02), np.log(2)), (-1, 1)]
    shift, log_scale, tilt = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    scale = float(np.exp(log_scale))
    least = 0.0 if len(true) >= ENOUGH_FOR_SHOCK else SMALLEST_SHOCK
    return Shock(float(shift), max(scale, least), float(tilt), centre, spread if spread > 0 else 1.0)


def mixture_weights(parts: Sequence[Floats], true: Floats) -> Floats:
    """float64[parts]: weights of sets of draws, the first ones of (law, analogues, line).

    Stacked on past posts, shrunk to PRIOR_WEIGHTS where they are few.
    """
    prior = PRIOR_WEIGHTS[: len(parts)]
    posts = len(true)
    stacked = stacked_weights(parts, true)
    return np.asarray((posts * stacked + PRIOR_POSTS * prior / prior.sum()) / (posts + PRIOR_POSTS))


def stacked_weights(parts: Sequence[Floats], true: Floats) -> Floats:
    """float64[parts]: the weights, in steps of 0.05, with which the mixture of sets of draws [posts, .] has the smallest CRPS."""
    logs = [np.log1p(part[:, :60]) for part in parts]
    off = np.array([np.abs(part - np.log1p(true)[:, None]).mean() for part in logs])
    apart = np.array([[np.abs(a[:, :, None] - b[:, None, :]).mean() for b in logs] for a in logs])
    steps = np.array([w for w in product(range(WEIGHT_STEPS + 1), repeat=len(parts)) if sum(w) == WEIGHT_STEPS])
    weights = steps / WEIGHT_STEPS
    loss = weights @ off - 0.5 * np.einsum("ki,ij,kj->k", weights, apart, weights)
    return np.asarray(weights[np.argmin(loss)], np.float64)


def mixed(parts: Sequence[Floats], weights: Floats, generator: np.random.Generator) -> Floats:
    """float64 like the first of ``parts`` [posts, .]: each column from one of them, by ``weights``, in an order of chance."""
    draws = parts[0].shape[1]
    whose = generator.permutation(parts_of(draws, weights))
    return np.stack([parts[part][:, column % parts[part].shape[1]] for column, part in enumerate(whose)], axis=1)


def parts_of(draws: int, weights: Floats) -> Ints:
    """int64[draws], ascending: the part of a mixture that each draw comes from."""
    ends = np.round(np.cumsum(weights) * draws)
    return np.minimum(np.searchsorted(ends, np.arange(draws), side="right"), len(weights) - 1)


def fit_map(pits: Floats) -> tuple[float, float]:
    """(a, b) of the beta law of ``pits``, shrunk to the uniform; (1, 1) where the pits do not deny the uniform."""
    if len(pits) < ENOUGH_FOR_MAP or stats.kstest(pits, "uniform").pvalue >= MAP_P_VALUE:
        return 1.0, 1.0
    inside = np.clip(pits, 1e-3, 1 - 1e-3)

    def loss(x: Floats) -> float:
        return float(0.5 * ((x / PRIOR_MAP) ** 2).sum() - stats.beta.logpdf(inside, *np.exp(x)).sum())

    a, b = np.exp(minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=[(-1, 1)] * 2).x)
    return float(a), float(b)


def shocked(future: Floats, centre: ArrayLike, scale: float, generator: np.random.Generator) -> Floats:
    """What is still to come, float64 >= 0 like ``future``, after a shock of its own for every draw; nothing stays nothing."""
    shock = np.asarray(centre) + scale * generator.standard_t(SHOCK_DF, future.shape)
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
    table = np.array([(*corrections[h].shock, *corrections[h][1:]) for h in hours])
    values = [float(np.interp(np.log(at), np.log(hours), column)) for column in table.T]
    known = len(Shock._fields)
    return Correction(Shock(*values[:known]), *values[known:])
