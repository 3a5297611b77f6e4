"""The kernels of a binned, self-exciting count process with a time scale of its own for every post.

Counts of a post in bin b have the mean

    (A arrival_b(c) + R sum over d < b of y_d kernel_db(c)) / (1 - R kernel_bb(c)),

with A the expected direct shares, R the shares that a share brings, c the time scale; they are negative binomial
with a size k_b of their own.
Arrivals and kernel are Lomax laws; events lie evenly within their bin, so that ``kernel`` is an exact mean over the bin.
Per post, log A, log c and log R have a normal law (prior.py): log c is integrated on a grid that all posts share, log R by
Gauss-Hermite nodes, log A by Gauss-Hermite nodes around its mode.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.kernels.cpu import njit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_GH_X, _GH_W = np.polynomial.hermite.hermgauss(5)
GH_X = tuple(float(x) * math.sqrt(2) for x in _GH_X)
GH_W = tuple(float(w) * math.exp(float(x) ** 2) * math.sqrt(2) for x, w in zip(_GH_X, _GH_W, strict=True))
COARSE = 4  # every fourth time scale is tried first
NEGLIGIBLE = 9.0  # log units below the best time scale
NEAR_ENOUGH = 0.1  # of its scale: how well the mode of log A is found, since the nodes only surround it
LARGEST_R = 0.95
HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


class Nodes(NamedTuple):
    """The prior of one post on the nodes of the quadrature."""

    log_scale: Floats  # [scales] log probability of each node of log c
    level_mean: Floats  # [scales] mean of log A given log c
    level_sd: float  # sd of log A given log c
    log_rate: Floats  # [rates] log probability of each node of log R
    rate: Floats  # [rates] R


@njit(cache=True)
def _integral(width: float, scale: float, shape: float) -> float:
    """The integral of the Lomax cdf from 0 to ``width``."""
    if width <= 0.0:
        return 0.0
    log = math.log1p(width / scale)
    power = 1.0 - shape
    return width - scale * (log if abs(power) < 1e-9 else math.expm1(power * log) / power)


@njit(cache=True)
def transitions(
    edges: Floats, scales: Floats, arrival_shape: float, kernel_shape: float, ratio: float
) -> tuple[Floats, Floats]:
    """``arrival`` float64[scales, bins] and ``kernel`` float64[scales, to bin, from bin] of the bins between ``edges`` (hours)."""
    bins = edges.size - 1
    arrival = np.zeros((scales.size, bins))
    kernel = np.zeros((scales.size, bins, bins))
    for i in range(scales.size):
        scale = scales[i]
        before = 0.0
        for b in range(bins):
            after = -math.expm1(-arrival_shape * math.log1p(edges[b + 1] / scale))
            arrival[i, b] = after - before
            before = after
            low, high = edges[b], edges[b + 1]
            kernel[i, b, b] = _integral(high - low, scale * ratio, kernel_shape) / (high - low)
            for d in range(b):
                start, stop = edges[d], edges[d + 1]
                mass = (
                    _integral(high - start, scale * ratio, kernel_shape)
                    - _integral(high - stop, scale * ratio, kernel_shape)
                    - _integral(low - start, scale * ratio, kernel_shape)
                    + _integral(low - stop, scale * ratio, kernel_shape)
                )
                kernel[i, b, d] = max(mass / (stop - start), 0.0)
    return arrival, kernel


@njit(cache=True)
def _log_likelihood(level: float, counts: Floats, direct: Floats, offspring: Floats, sizes: Floats, bins: int) -> float:
    """The negative binomial log likelihood of the counts but for the terms that hold only counts and sizes."""
    total = 0.0
    amount = math.exp(level)
    for b in range(bins):
        mean = amount * direct[b] + offspring[b]
        if counts[b] > 0.0:
            total += counts[b] * math.log(mean)
        total -= (counts[b] + sizes[b]) * math.log(1.0 + mean / sizes[b])
    return total


@njit(cache=True)
def _level_mode(
    counts: Floats, direct: Floats, offspring: Floats, sizes: Floats, bins: int, mean: float, sd: float, level: float
) -> tuple[float, float]:
    """The mode of log A and its scale, by Fisher scoring from ``level``."""
    information = 1.0
    for _ in range(25):
        amount = math.exp(level)
        slope = (mean - level) / (sd * sd)
        information = 1.0 / (sd * sd)
        for b in range(bins):
            part = amount * direct[b]
            mu = part + offspring[b]
            if mu > 0.0:
                weight = part / (mu * (1.0 + mu / sizes[b]))
                slope += (counts[b] - mu) * weight
                information += part * weight
        step = slope / information
        level += min(max(step, -1.5), 1.5)
        if abs(step) < NEAR_ENOUGH / math.sqrt(information):
            break
    return level, 1.0 / math.sqrt(information)


@njit(cache=True)
def _integrate_level(
    counts: Floats,
    direct: Floats,
    offspring: Floats,
    sizes: Floats,
    bins: int,
    mean: float,
    sd: float,
    start: float,
    out: Floats,
) -> float:
    """Log evidence over log A; ``out`` gets the posterior mean and sd of log A. Returns the mode."""
    mode, width = _level_mode(counts, direct, offspring, sizes, bins, mean, sd, start)
    best = -np.inf
    logs = np.empty(5)
    for j in range(5):
        level = mode + width * GH_X[j]
        gap = (level - mean) / sd
        logs[j] = _log_likelihood(level, counts, direct, offspring, sizes, bins) - 0.5 * gap * gap
        best = max(best, logs[j])
    total = first = second = 0.0
    for j in range(5):
        weight = GH_W[j] * math.exp(logs[j] - best)
        total += weight
        first += weight * GH_X[j]
        second += weight * GH_X[j] * GH_X[j]
    centre = first / total
    out[0] = best + math.log(total * width / sd) - HALF_LOG_2PI
    out[1] = mode + width * centre
    out[2] = width * math.sqrt(max(second / total - centre * centre, 1e-6))
    return float(mode)


@njit(cache=True)
def _scale_node(
    i: int,
    counts: Floats,
    bins: int,
    arrival: Floats,
    kernel: Floats,
    nodes: Nodes,
    sizes: Floats,
    level: float,
    logs: Floats,
    means: Floats,
    sds: Floats,
    only_middle: bool,
) -> tuple[float, float]:
    """One node of the time scale: log weights and moments of log A at every node of R; (best log weight, mode of log A)."""
    excited = np.zeros(bins)
    for b in range(bins):
        for d in range(b):
            excited[b] += counts[d] * kernel[i, b, d]
    direct, offspring, out = np.empty(bins), np.empty(bins), np.empty(3)
    rates = nodes.rate.size
    best = -np.inf
    for r in range(rates):
        if only_middle and r != rates // 2:
            continue
        rate = nodes.rate[r]
        for b in range(bins):
            own = 1.0 / (1.0 - rate * kernel[i, b, b])
            direct[b] = arrival[i, b] * own + 1e-300
            offspring[b] = rate * excited[b] * own
        level = _integrate_level(
            counts, direct, offspring, sizes, bins, nodes.level_mean[i], nodes.level_sd, level, out
        )
        logs[i, r] = nodes.log_scale[i] + nodes.log_rate[r] + out[0]
        means[i, r] = out[1]
        sds[i, r] = out[2]
        best = max(best, logs[i, r])
    return best, level


@njit(cache=True)
def posterior(
    counts: Floats, bins: int, arrival: Floats, kernel: Floats, nodes: Nodes, sizes: Floats, stride: int = 1
) -> tuple[Floats, Floats, Floats]:
    """(log weight, mean of log A, sd of log A), each float64[scales, rates], given the first ``bins`` counts.

    Only every ``stride``-th time scale is used. Weights far below the
    best are -inf. Their log-sum is the log evidence but for ``count_terms``.
    """
    shape = (nodes.log_scale.size, nodes.rate.size)
    logs, means, sds = np.full(shape, -np.inf), np.zeros(shape), np.ones(shape)
    total = 1.0
    for b in range(bins):
        total += counts[b]
    start = math.log(total)
    best, best_at, best_level = -np.inf, 0, start
    for i in range(0, shape[0], COARSE):
        if nodes.log_scale[i] < -40.0:
            continue
        found, level = _scale_node(i, counts, bins, arrival, kernel, nodes, sizes, start, logs, means, sds, True)
        if found > best:
            best, best_at, best_level = found, i, level
        logs[i, :] = -np.inf
    for step in (-1, 1):
        i = best_at if step == -1 else best_at + stride
        level = best_level
        while 0 <= i < shape[0]:
            found, level = _scale_node(i, counts, bins, arrival, kernel, nodes, sizes, level, logs, means, sds, False)
            best = max(best, found)
            if found < best - NEGLIGIBLE:
                break
            i += step * stride
    return logs, means, sds


@njit(cache=True)
def count_terms(counts: Floats, bins: int, sizes: Floats) -> float:
    """What the log likelihood holds beside ``posterior``'s: the terms of counts and sizes alone."""
    total = 0.0
    for b in range(bins):
        y = counts[b]
        if y > 0.0:
            total += math.lgamma(y + sizes[b]) - math.lgamma(sizes[b]) - math.lgamma(y + 1.0) - y * math.log(sizes[b])
    return total


@njit(cache=True)
def log_evidence(logs: Floats) -> float:
    """The log of the sum of the exponentials of all entries."""
    best = float(logs.max())
    total = 0.0
    for i in range(logs.shape[0]):
        for r in range(logs.shape[1]):
            if logs[i, r] > best - 40.0:
                total += math.exp(logs[i, r] - best)
    return best + math.log(total)


@njit(cache=True)
def simulate(
    generator: np.random.Generator,
    counts: Floats,
    bins: int,
    scale_at: Ints,
    level: Floats,
    rate: Floats,
    arrival: Floats,
    kernel: Floats,
    sizes: Floats,
) -> Floats:
    """Counts float64[draws, bins still to come] of a post whose first ``bins`` counts are known.

    ``scale_at``, ``level`` (log A) and ``rate`` are one draw of its parameters each.
    """
    last = arrival.shape[1]
    out = np.zeros((level.size, last - bins))
    path = np.zeros(last)
    path[:bins] = counts[:bins]
    for draw in range(level.size):
        i = scale_at[draw]
        amount = math.exp(min(level[draw], 30.0))
        for b in range(bins, last):
            mean = amount * arrival[i, b]
            for d in range(b):
                mean += rate[draw] * path[d] * kernel[i, b, d]
            mean /= 1.0 - rate[draw] * kernel[i, b, b]
            path[b] = (
                float(generator.poisson(min(generator.gamma(sizes[b], mean / sizes[b]), 1e12))) if mean > 0.0 else 0.0
            )
            out[draw, b - bins] = path[b]
    return out
