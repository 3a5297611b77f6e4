"""The parameters that past posts can speak about, their prior, and the most probable ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from viralsim.calibration.likelihood import NODES, Pairs, Spread, integrate, modes
from viralsim.calibration.observed import Floats, Posts

LOG_SDS, ATANHS = (-7.0, 3.0), (-4.0, 4.0)  # proposals beyond are computed as these
MOST_NODES = 60_000  # of posts and points that are computed at once: they stay in the cache of a core, and in its heap


@dataclass(frozen=True)
class Prior:
    """Normal priors, (mean, sd) each, on the scale the sampler works in."""

    level: tuple[float, float] = (
        float(np.log(0.05)),
        1.5,
    )  # log of impressions per follower; log impressions: see below
    level_alone: tuple[float, float] = (float(np.log(1000.0)), 3.0)  # log impressions, where followers are not known
    share: tuple[float, float] = (float(np.log(0.003)), 1.5)  # log of shares per impression
    log_sd_x: tuple[float, float] = (float(np.log(0.7)), 0.6)
    log_sd_z: tuple[float, float] = (float(np.log(0.7)), 0.6)
    atanh_correlation: tuple[float, float] = (0.0, 0.6)
    elasticity: tuple[float, float] = (0.5, 0.3)  # of impressions on followers
    paid_level: tuple[float, float] = (0.5, 1.0)  # paid posts against the others, log
    paid_share: tuple[float, float] = (-0.5, 1.0)


def log_followers(posts: Posts) -> Floats:
    """float64[posts]: log of the followers at each post; 0 where they are not known."""
    return np.zeros(len(posts)) if posts.followers is None else np.log(posts.followers)


class Model:
    """The parameters that these posts can speak about, with their prior and likelihood."""

    def __init__(self, posts: Posts, prior: Prior | None = None, weight: Floats | None = None) -> None:
        prior = prior or Prior()
        self.posts, self.weight = posts, np.ones(len(posts)) if weight is None else weight
        level = prior.level if posts.followers is not None else prior.level_alone
        self.table = {
            "mean_log_level": level,
            "mean_log_share_rate": prior.share,
            "log_sd_level": prior.log_sd_x,
            "log_sd_share_rate": prior.log_sd_z,
            "atanh_correlation": prior.atanh_correlation,
        }
        if posts.followers_vary:
            self.table["elasticity"] = prior.elasticity
        if posts.paid.any() and not posts.paid.all():
            self.table |= {"paid_level": prior.paid_level, "paid_share_rate": prior.paid_share}
        self.names = tuple(self.table)
        self.mean, self.sd = np.array(list(self.table.values())).T
        self.fixed_elasticity = prior.elasticity[0]
        self._modes: tuple[Floats, Floats] | None = None
        self.log_followers = log_followers(posts)
        self.centre = float(self.log_followers.mean())

    def elasticity(self, point: Floats) -> float:
        """How impressions grow with followers: fitted where followers vary, the prior's mean else."""
        return float(point[self.names.index("elasticity")]) if "elasticity" in self.names else self.fixed_elasticity

    def grows(self, log_followers: Floats, point: Floats) -> Floats:
        """The log of impressions (of visibility, where owned ones are known) that the followers account for."""
        if self.posts.followers is None:
            return np.zeros_like(log_followers)
        slope = self.elasticity(point) * (log_followers - self.centre)
        return slope - (log_followers - self.centre) if self.posts.owned is not None else slope + self.centre

    def law(self, point: Floats, posts: Posts | None = None) -> Spread:
        """The normal law of the pair of each of these posts, or of other ``posts`` of the account, at ``point``."""
        posts = self.posts if posts is None else posts
        paid = posts.paid.astype(np.float64)
        at = dict(zip(self.names, point, strict=True))
        return Spread(
            at["mean_log_level"] + self.grows(log_followers(posts), point) + at.get("paid_level", 0.0) * paid,
            at["mean_log_share_rate"] + at.get("paid_share_rate", 0.0) * paid,
            float(np.exp(np.clip(at["log_sd_level"], *LOG_SDS))),
            float(np.exp(np.clip(at["log_sd_share_rate"], *LOG_SDS))),
            float(np.tanh(np.clip(at["atanh_correlation"], *ATANHS))),
        )

    def log_posterior(self, points: Floats) -> Floats:
        """float64[points]: log of prior times likelihood at ``points`` [points, parameters], but for a constant."""
        found = -0.5 * (((points - self.mean) / self.sd) ** 2).sum(1)
        most = MOST_NODES // NODES**2
        room = np.empty((3, MOST_NODES))
        for first in range(0, len(self.posts), most):
            some = np.arange(first, min(first + most, len(self.posts)))
            together = max(1, most // len(some))
            for at in range(0, len(points), together):
                found[at : at + together] += self._log_likelihood(points[at : at + together], some, room)
        return np.asarray(found)

    def _log_likelihood(self, points: Floats, some: NDArray[np.int64], room: Floats) -> Floats:
        """float64[points]: log likelihood of ``some`` of the posts."""
        times = len(points)
        posts = self.posts.where(some)
        laws = [self.law(point, posts) for point in points]
        law = Spread(
            *(np.concatenate([np.broadcast_to(part, len(some)) for part in parts]) for parts in zip(*laws, strict=True))
        )
        start = None
        if self._modes is not None:
            start = np.tile(self._modes[0][some], times), np.tile(self._modes[1][some], times)
        each = integrate(posts.repeated(times), law, start, room).log_integral.reshape(times, -1)
        return np.asarray(each @ self.weight[some])

    def pairs(self, point: Floats, posts: Posts | None = None) -> Pairs:
        """The pair of each of these posts, or of other ``posts``, at ``point`` as nodes with probabilities."""
        return integrate(self.posts if posts is None else posts, self.law(point, posts))

    def start(self) -> Floats:
        """A point near the mode, from simple averages."""
        posts = self.posts
        at = dict(zip(self.names, self.mean, strict=True))
        seen = posts.impressions if posts.owned is None else posts.owned
        level = np.log(seen + 0.5) - self.grows(self.log_followers, self.mean)
        if posts.owned is not None:
            level -= self.log_followers
        at["mean_log_level"] = float(np.mean(level))
        at["mean_log_share_rate"] = float(np.log((posts.shares.sum() + 0.5) / (posts.impressions.sum() + 1.0)))
        at["log_sd_level"] = float(np.log(np.maximum(np.std(level), 0.05)))
        return np.array([at[name] for name in self.names])

    def gradient(self, point: Floats) -> tuple[float, Floats]:
        """(log posterior, its gradient), by Fisher's identity: the mean slope of the pairs' law under their posterior."""
        law = self.law(point)
        self._modes = modes(self.posts, law, self._modes)
        found = integrate(self.posts, law, self._modes)
        value = self._value(point, found)
        slopes = self._slopes(found, law)
        return value, np.array([(self.weight * slopes[name]).sum() for name in self.names]) - (
            point - self.mean
        ) / self.sd**2

    def _value(self, point: Floats, found: Pairs) -> float:
        return float((self.weight * found.log_integral).sum() - 0.5 * (((point - self.mean) / self.sd) ** 2).sum())

    def _slopes(self, found: Pairs, law: Spread) -> dict[str, Floats]:
        """Each post's slope of its log integral in each parameter."""
        dx, dz = (found.x - law.mean_x[:, None]) / law.sd_x, (found.z - law.mean_z[:, None]) / law.sd_z
        p = found.probability
        ex, ez = (p * dx).sum(1), (p * dz).sum(1)
        exx, exz, ezz = (p * dx * dx).sum(1), (p * dx * dz).sum(1), (p * dz * dz).sum(1)
        r = law.correlation
        left = 1.0 - r * r
        to_x, to_z = (ex - r * ez) / left / law.sd_x, (ez - r * ex) / left / law.sd_z
        paid = self.posts.paid.astype(np.float64)
        return {
            "mean_log_level": to_x,
            "mean_log_share_rate": to_z,
            "log_sd_level": (exx - r * exz) / left - 1.0,
            "log_sd_share_rate": (ezz - r * exz) / left - 1.0,
            "atanh_correlation": r + (exz * (1 + r * r) - r * (exx + ezz)) / left,
            "elasticity": to_x * (self.log_followers - self.centre),
            "paid_level": to_x * paid,
            "paid_share_rate": to_z * paid,
        }

    def mode(self, start: Floats | None = None) -> Floats:
        """The most probable point."""
        bounds = [(m - 8 * s, m + 8 * s) for m, s in zip(self.mean, self.sd, strict=True)]

        def loss(point: Floats) -> tuple[float, Floats]:
            value, slope = self.gradient(point)
            return -value, -slope

        begin = self.start() if start is None else start
        found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-9, "maxiter": 60})
        return np.asarray(found.x)

    def curvature(self, point: Floats) -> Floats:
        """Covariance of the normal law that fits the posterior at its mode."""
        steps = 1e-3 * np.minimum(self.sd, 1.0)
        rows = []
        for i, step in enumerate(steps):
            apart = np.zeros(len(point))
            apart[i] = step
            rows.append((self.gradient(point + apart)[1] - self.gradient(point - apart)[1]) / (2 * step))
        hessian = -0.5 * (np.array(rows) + np.array(rows).T)
        value, vectors = np.linalg.eigh(hessian)
        return np.asarray((vectors / np.maximum(value, 1e-6)) @ vectors.T)
