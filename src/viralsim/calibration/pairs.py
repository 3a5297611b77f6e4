"""Draws of a next post: the pair of a past post, recent ones more often, smoothed by a kernel.

A normal law loses the tails that posts have; their own pairs keep them. How fast the past is forgotten, and whether a pair
is moved by what a regression on the posts just before it explains, is averaged over a few rules, by how well each predicted
the posts so far. Weights of rules leak back to the prior, so that one that was bad once can return (fixed share: Herbster
and Warmuth 1998). What few posts leave open about their spread widens the draws, as in the predictive law of a normal sample
(Gelman et al. 2013, section 3.2), with the prior of the model.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from viralsim.calibration.even_draws import even_counts, even_uniforms
from viralsim.calibration.model import Model, Prior, log_followers
from viralsim.calibration.observed import Floats, Posts

LEAK = 0.02  # of the rules' weights back to the prior, per post
FIRST_SCORED = 20  # posts before the first that is predicted
MOST_SCORED = 200
RECENT = 10  # posts whose mean pair the regression looks at
PRIOR_SLOPE = 1.0  # standard deviation of a slope, before
SMALLEST_SD = 0.01
SCORED = np.array([[1.0, 0.0], [1.0, 1.0]])  # x and x + z: the logs of impressions and of shares
MOST_IMPRESSIONS = 1e12
FEWEST_FREEDOM = 7.0  # that of 8 posts: regressions on so few rest on the prior of their slopes


class Rule(NamedTuple):
    """One way to weigh past pairs: the half-life in posts, and whether the regression moves them."""

    half_life: float
    regressed: bool


RULES = tuple(Rule(half_life, regressed) for half_life in (30.0, 100.0, np.inf) for regressed in (False, True))
PRIOR = np.full(len(RULES), 1.0 / len(RULES))


class Kernel(NamedTuple):
    """Pairs of past posts under a rule: weights that add up to 1, where each is moved, width of the kernel."""

    weight: Floats  # [posts]
    move: Floats  # [2, posts] to be added to x and z
    bandwidth: float  # in standard deviations of the pairs
    error: float  # of the mean, in the same unit
    inflate: float  # residuals of a regression are smaller than errors of its predictions
    freedom: float  # degrees of freedom left to the spread


class PastPairs:
    """The pairs of past posts, and draws of the post after the first of them.

    Parameters are the most probable ones of the first ``known`` posts; nothing that is drawn for a post looks at it or later.
    """

    def __init__(self, posts: Posts, known: int | None = None) -> None:
        self.posts = posts
        self.model = Model(posts if known is None else posts.upto(known))
        self.point = self.model.mode()
        pairs = self.model.pairs(self.point, posts)
        self.log_followers = log_followers(posts)
        growth = self.model.grows(self.log_followers, self.point)
        self.x, self.z = pairs.x - growth[:, None], pairs.z
        self.cumulated = pairs.probability.cumsum(1)
        self.mean = np.array([(pairs.probability * self.x).sum(1), (pairs.probability * self.z).sum(1)])
        dx, dz = self.x - self.mean[0][:, None], self.z - self.mean[1][:, None]
        self.within = np.array([(pairs.probability * a * b).sum(1) for a, b in ((dx, dx), (dx, dz), (dz, dz))])
        self.features = self._features()
        ages = np.arange(len(posts))[::-1]
        self.weights = {rule.half_life: 0.5 ** (ages / rule.half_life) for rule in RULES}
        self.first_scored, self.rule_weight = self._rule_weights()

    def _features(self) -> Floats:
        """float64[posts + 1, features]: one, mean pair of the ten posts before, log followers; the next post has the last row."""
        posts = len(self.posts)
        sums = np.concatenate([np.zeros((2, 1)), self.mean.cumsum(1)], axis=1)
        here = np.arange(posts + 1)
        since = np.maximum(here - RECENT, 0)
        recent = (sums[:, here] - sums[:, since]) / np.maximum(here - since, 1)
        recent[:, 0] = self.mean[:, 0]
        followers = np.append(self.log_followers, self.log_followers[-1]) - self.model.centre
        return np.column_stack([np.ones(posts + 1), recent.T, followers])

    def weights_at(self, end: int) -> Floats:
        """Weights of the rules when the first ``end`` posts are known."""
        return np.asarray(self.rule_weight[max(end - self.first_scored, 0)])

    def _rule_weights(self) -> tuple[int, Floats]:
        """(first post that is predicted, weights [posts predicted + 1, rules] before each and after the last)."""
        posts = len(self.posts)
        first = max(FIRST_SCORED, posts - MOST_SCORED)
        now, rows = PRIOR, [PRIOR]
        for end in range(first, posts):
            score = np.array([self._log_density(end, self.kernel(end, rule)) for rule in RULES])
            now = now * np.exp(score - score.max())
            now = (1.0 - LEAK) * now / now.sum() + LEAK * PRIOR
            rows.append(now)
        return first, np.array(rows)

    def kernel(self, end: int, rule: Rule, features: Floats | None = None) -> Kernel:
        """What ``rule`` makes of the first ``end`` posts, for a next post with ``features``."""
        weight = self.weights[rule.half_life][len(self.posts) - end :]
        weight = weight / weight.sum()
        effective = 1.0 / float(weight @ weight)
        bandwidth, error = min(effective ** (-1.0 / 6.0), 0.95), effective**-0.5
        if not rule.regressed:
            return Kernel(weight, np.zeros((2, end)), bandwidth, error, 1.0, max(end - 1.0, FEWEST_FREEDOM))
        known, following = self.features[:end], self.features[end] if features is None else features
        weighted, pairs = (known * weight[:, None]).T, self.mean[:, :end]
        spread = pairs**2 @ weight - (pairs @ weight) ** 2
        ridge = spread[:, None] / effective / PRIOR_SLOPE**2 + SMALLEST_SD**2
        normal = weighted @ known + ridge[:, :, None] * np.diag([0.0, 1.0, 1.0, 1.0])
        slopes = np.linalg.solve(normal, (weighted @ pairs.T).T[:, :, None])[:, :, 0]
        move = slopes @ (following - known).T
        lost = min((known.shape[1] - 1) / effective, 0.5)
        freedom = max(float(end - known.shape[1]), FEWEST_FREEDOM)
        return Kernel(weight, move, bandwidth, error, float(np.sqrt(1.0 + lost)), freedom)

    def _log_density(self, end: int, past: Kernel) -> float:
        """Log density of post ``end``, predicted from those before it: of its impressions plus of its shares."""
        moved = SCORED @ (self.mean[:, :end] + past.move)
        means = moved @ past.weight
        apart = moved - means[:, None]
        sd = past.inflate * np.maximum(np.sqrt(apart**2 @ past.weight), SMALLEST_SD)
        wide = sd * np.hypot(past.bandwidth, past.error)
        centres = means[:, None] + past.inflate * np.sqrt(1.0 - past.bandwidth**2) * apart
        height = np.exp(-0.5 * (((SCORED @ self.mean[:, end])[:, None] - centres) / wide[:, None]) ** 2) @ past.weight
        return float(np.log(height / wide + 1e-300).sum())

    def draw(
        self, end: int, draws: int, generator: np.random.Generator, followers: float | None = None
    ) -> tuple[Floats, Floats]:
        """(impressions, shares), float64[draws] each, of the post after the first ``end``, predicted from them.

        ``followers`` when that post goes out; None: as many as at the post before it.
        """
        x, z = self.new_pairs(end, draws, generator, followers)
        impressions = generator.poisson(np.minimum(np.exp(np.minimum(x, 60.0)), MOST_IMPRESSIONS))
        shares = generator.binomial(impressions, np.exp(np.minimum(z, 0.0)))
        return impressions.astype(np.float64), np.asarray(shares, np.float64)

    def new_pairs(
        self, end: int, draws: int, generator: np.random.Generator, followers: float | None = None
    ) -> tuple[Floats, Floats]:
        """(log of expected impressions, log of shares per impression), float64[draws] each; arguments as ``draw``."""
        growing = self.log_followers[end - 1] if followers is None else np.log(followers)
        features = self.features[end].copy()
        features[-1] = growing - self.model.centre
        counts = even_counts(self.weights_at(end), draws, generator)
        parts = [
            self._smoothed(self.kernel(end, rule, features), number, generator)
            for rule, number in zip(RULES, counts, strict=True)
            if number
        ]
        x, z = np.concatenate(parts, axis=1)[:, generator.permutation(draws)]
        return np.asarray(x + self.model.grows(np.array([growing]), self.point)), np.asarray(z, np.float64)

    def _smoothed(self, past: Kernel, number: int, generator: np.random.Generator) -> Floats:
        """float64[2, number]: pairs of past posts, moved by the kernel; mean and spread stay, but for what is open."""
        end = len(past.weight)
        which, where, scale, *noise = even_uniforms(5, number, generator)
        post = np.minimum(np.searchsorted(past.weight.cumsum(), which), end - 1)
        node = (self.cumulated[post] < where[:, None]).sum(1)
        node = np.minimum(node, self.x.shape[1] - 1)
        pair = np.array([self.x[post, node], self.z[post, node]]) + past.move[:, post]
        means = ((self.mean[:, :end] + past.move) @ past.weight)[:, None]
        kept = np.sqrt(1.0 - past.bandwidth**2) * (pair - means)
        moved = np.hypot(past.bandwidth, past.error) * ndtri(np.array(noise))
        open_spread = np.exp(ndtri(scale) / np.sqrt(2.0 * past.freedom + Prior().log_sd_x[1] ** -2))
        return np.asarray(means + past.inflate * open_spread * (kept + self._spread(past, means) @ moved))

    def _spread(self, past: Kernel, means: Floats) -> Floats:
        """Cholesky factor of the weighted covariance of the pairs, what each post leaves open included."""
        apart = self.mean[:, : len(past.weight)] + past.move - means
        between = (apart * past.weight) @ apart.T
        xx, xz, zz = self.within[:, : len(past.weight)] @ past.weight
        least = SMALLEST_SD**2
        return np.linalg.cholesky(between + np.array([[xx + least, xz], [xz, zz + least]]))
