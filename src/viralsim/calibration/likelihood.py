"""The likelihood of past posts, every post's own visibility and share rate integrated out.

Post i is seen ``impressions`` times and shared ``shares`` times. Given its share rate, each impression is one trial, also
where shares bring impressions (the total is then a stopping time): shares ~ Binomial(impressions, exp(z_i)). Impressions
~ Poisson(exp(x_i)), or, where those of followers are known, owned ~ Binomial(followers, exp(x_i)). The pair (x_i, z_i) is
normal around a mean that may hold the log of the followers and whether the post was paid. The integral over the pair is
adaptive Gauss-Hermite quadrature: nodes around each post's own mode (Naylor and Smith 1982).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.polynomial.hermite_e import hermegauss

from viralsim.calibration.observed import Floats, Posts

NODES = 9
MOST_NEWTON_STEPS = 60
FARTHEST_STEP = 1.5  # of a Newton step, in log units
CLOSE = 1e-7
HIGHEST_LOG_RATE = -1e-9  # rates stay below 1
_LINE, _WEIGHT = hermegauss(NODES)
_LOG_WEIGHT = np.log(_WEIGHT / _WEIGHT.sum()) + 0.5 * _LINE**2


class Spread(NamedTuple):
    """The normal law of a post's pair: means float64[posts] of x and z; standard deviations and correlation, or [posts]."""

    mean_x: Floats
    mean_z: Floats
    sd_x: float | Floats
    sd_z: float | Floats
    correlation: float | Floats

    def precision(self) -> tuple[float | Floats, float | Floats, float | Floats]:
        """(xx, xz, zz) of the inverse covariance."""
        left = 1.0 - self.correlation**2
        return (
            1.0 / (self.sd_x**2 * left),
            -self.correlation / (self.sd_x * self.sd_z * left),
            1.0 / (self.sd_z**2 * left),
        )


class Pairs(NamedTuple):
    """Each post's quadrature: log of the integral float64[posts]; nodes float64[posts, nodes] and their probabilities."""

    log_integral: Floats
    x: Floats
    z: Floats
    probability: Floats


def _seen(posts: Posts, x: Floats) -> Floats:
    """Log probability of how often posts were seen, given x [posts] or [posts, nodes]; constants left out."""
    shape = (-1,) + (1,) * (x.ndim - 1)
    if posts.owned is None or posts.followers is None:
        return np.asarray(posts.impressions.reshape(shape) * x - np.exp(np.minimum(x, 50.0)))
    owned, others = posts.owned.reshape(shape), (posts.followers - posts.owned).reshape(shape)
    inside = np.minimum(x, HIGHEST_LOG_RATE)
    return np.asarray(owned * inside + others * np.log(-np.expm1(inside)))


def _seen_slopes(posts: Posts, x: Floats) -> tuple[Floats, Floats]:
    """First derivative of ``_seen`` and minus the second."""
    if posts.owned is None or posts.followers is None:
        rate = np.exp(np.minimum(x, 50.0))
        return posts.impressions - rate, rate
    return _binomial_slopes(posts.owned, posts.followers - posts.owned, x)


def _binomial_slopes(yes: Floats, no: Floats, log_rate: Floats) -> tuple[Floats, Floats]:
    rate = np.exp(np.minimum(log_rate, -1e-6))
    odds = rate / (1.0 - rate)
    return yes - no * odds, no * odds / (1.0 - rate)


def modes(posts: Posts, law: Spread, start: tuple[Floats, Floats] | None = None) -> tuple[Floats, Floats]:
    """Each post's most probable pair (x, z), by Newton's method; ``start`` saves steps."""
    xx, xz, zz = law.precision()
    x, z = start if start is not None else _first_guess(posts, law)
    for _ in range(MOST_NEWTON_STEPS):
        (gx, hx), (gz, hz) = (
            _seen_slopes(posts, x),
            _binomial_slopes(posts.shares, posts.impressions - posts.shares, z),
        )
        dx, dz = x - law.mean_x, z - law.mean_z
        gx, gz = gx - xx * dx - xz * dz, gz - xz * dx - zz * dz
        a, d = hx + xx, hz + zz
        determinant = a * d - xz**2
        step_x = np.clip((d * gx - xz * gz) / determinant, -FARTHEST_STEP, FARTHEST_STEP)
        step_z = np.clip((a * gz - xz * gx) / determinant, -FARTHEST_STEP, FARTHEST_STEP)
        x, z = x + step_x, np.minimum(z + step_z, HIGHEST_LOG_RATE)
        if posts.owned is not None:
            x = np.minimum(x, HIGHEST_LOG_RATE)
        if max(np.abs(step_x).max(), np.abs(step_z).max()) < CLOSE:
            break
    return x, z


def _first_guess(posts: Posts, law: Spread) -> tuple[Floats, Floats]:
    """Where Newton's method starts: what each post alone says, but not far from the mean of all."""
    z = np.log((posts.shares + 0.5) / (posts.impressions + 1.0))
    if posts.owned is None or posts.followers is None:
        x = np.log(posts.impressions + 0.5)
    else:
        x = np.log((posts.owned + 0.5) / (posts.followers + 1.0))
    x = np.clip(x, law.mean_x - 6 * law.sd_x, law.mean_x + 6 * law.sd_x)
    return x, np.minimum(np.clip(z, law.mean_z - 6 * law.sd_z, law.mean_z + 6 * law.sd_z), -1e-3)


def integrate(
    posts: Posts, law: Spread, start: tuple[Floats, Floats] | None = None, room: Floats | None = None
) -> Pairs:
    """The quadrature of every post: its integral, its nodes and what each node weighs.

    room: float64[3, posts * nodes] that z and probability of the nodes are views into: memory that is asked for again and
    again costs more than what is computed in it.
    """
    x, z = modes(posts, law, start)
    xx, xz, zz = law.precision()
    hx = _seen_slopes(posts, x)[1] + xx
    hz = _binomial_slopes(posts.shares, posts.impressions - posts.shares, z)[1] + zz
    # Cholesky factor of the inverse of [[hx, xz], [xz, hz]], row by row
    determinant = hx * hz - xz**2
    first = np.sqrt(hz / determinant)
    below, second = -xz / determinant / first, 1.0 / np.sqrt(hz)
    # nodes: a line in x, and at each of its points a line in z; log prior and shares are a polynomial of the place on it
    line_x, line_z = x[:, None] + first[:, None] * _LINE, z[:, None] + below[:, None] * _LINE
    dx, dz = line_x - law.mean_x[:, None], line_z - law.mean_z[:, None]
    xx, xz, zz = (np.reshape(v, (-1, 1)) for v in (xx, xz, zz))
    step = second[:, None]
    constant = _seen(posts, line_x) - 0.5 * (xx * dx * dx + 2 * xz * dx * dz + zz * dz * dz) + _LOG_WEIGHT
    constant += np.log(first[:, None] * step) + 0.5 * np.log(xx * zz - xz**2)
    slope, bend = -step * (xz * dx + zz * dz), -0.5 * zz * step**2 * _LINE**2 + _LOG_WEIGHT
    room = np.empty((3, len(x) * NODES**2)) if room is None else room[:, : len(x) * NODES**2]
    at_z, log, more = room.reshape(3, len(x), NODES, NODES)
    np.add(line_z[:, :, None], (step * _LINE)[:, None, :], out=at_z)
    np.minimum(at_z, HIGHEST_LOG_RATE, out=more)
    np.subtract(1.0, np.exp(more, out=log), out=log)
    np.log(log, out=log)
    log *= (posts.impressions - posts.shares)[:, None, None]
    more *= posts.shares[:, None, None]
    log += more
    log += np.multiply(slope[:, :, None], _LINE, out=more)
    log += bend[:, None, :]
    log += constant[:, :, None]
    flat = log.reshape(-1, NODES**2)
    most = flat.max(1)
    flat -= most[:, None]
    total = np.exp(flat, out=flat).sum(1)
    flat /= total[:, None]
    return Pairs(most + np.log(total), np.repeat(line_x, NODES, axis=1), at_z.reshape(-1, NODES**2), flat)
