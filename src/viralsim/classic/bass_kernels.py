"""Bass' adoption: binomial numbers of new adopters, tick by tick, from counter-based draws."""

from __future__ import annotations

import math

import numpy as np

from viralsim.kernels.cpu import njit
from viralsim.kernels.rng import Stream, draw, member_key, stream_key, unit, world_key

CLASSIC = int(Stream.CLASSIC)
SMALL_MEAN = 10.0  # below it the search from 0 is quicker than rejection


@njit(cache=True)
def binomial_by_search(n, p, key):  # type: ignore[no-untyped-def]
    """Binomial(n, p) for n p below 10 by inversion of one uniform number, from 0 upwards. O(1 + n p)."""
    u = unit(draw(key, 0))
    odds = p / (1.0 - p)
    mass = math.exp(n * math.log1p(-p))
    k = 0
    while u >= mass and k < n:
        u -= mass
        k += 1
        mass *= odds * (n - k + 1) / k
    return k


@njit(cache=True)
def binomial_by_rejection(n, p, key):  # type: ignore[no-untyped-def]
    """Binomial(n, p) for n p >= 10 and p <= 1/2: transformed rejection BTRS (Hormann, J. Stat. Comput. Simul. 1993)."""
    sd = math.sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * sd
    a = -0.0873 + 0.0248 * b + 0.01 * p
    center = n * p + 0.5
    quick = 0.92 - 4.2 / b
    alpha = (2.83 + 5.1 / b) * sd
    log_odds = math.log(p / (1.0 - p))
    mode = math.floor((n + 1) * p)
    peak = math.lgamma(mode + 1.0) + math.lgamma(n - mode + 1.0)
    j = 0
    while True:
        u, v = unit(draw(key, j)) - 0.5, 1.0 - unit(draw(key, j + 1))
        j += 2
        us = 0.5 - abs(u)
        if us <= 0.0:
            continue
        k = math.floor((2.0 * a / us + b) * u + center)
        if us >= 0.07 and v <= quick:
            return k
        if k < 0 or k > n:
            continue
        height = math.log(v * alpha / (a / (us * us) + b))
        if height <= peak - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0) + (k - mode) * log_odds:
            return k


@njit(cache=True)
def binomial(n, p, key):  # type: ignore[no-untyped-def]
    """Binomial(n, p) for int64 n >= 0 and p in [0, 1], a function of the uint64 ``key``."""
    if n <= 0 or p <= 0.0:
        return np.int64(0)
    if p >= 1.0:
        return np.int64(n)
    if p > 0.5:
        return n - binomial_half(n, 1.0 - p, key)
    return binomial_half(n, p, key)


@njit(cache=True)
def binomial_half(n, p, key):  # type: ignore[no-untyped-def]
    """Binomial(n, p) for p in (0, 1/2]."""
    if n * p < SMALL_MEAN:
        return np.int64(binomial_by_search(n, p, key))
    return np.int64(binomial_by_rejection(n, p, key))


@njit(cache=True, nogil=True)
def bass_worlds(members, p, q, dt, name, luck, first, last, adopters):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1``: writes cumulative adopters int64[W, T + 1]. O(ticks)."""
    seed, worlds = luck
    for w in range(first, last):
        key = stream_key(world_key(seed, worlds[w]), CLASSIC, name, np.uint64(0))
        count = np.int64(0)
        adopters[w, 0] = 0
        for t in range(adopters.shape[1] - 1):
            chance = -math.expm1(-(p + q * count / members) * dt)
            count += binomial(members - count, chance, member_key(key, t, 0))
            adopters[w, t + 1] = count
