"""Three simple predictions of a next post, which a better one has to beat."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import stdtrit

from viralsim.calibration.even_draws import even_counts, even_uniforms
from viralsim.calibration.observed import Floats, Posts

LAST = 50
RECENT = 10  # posts whose mean the regression looks at
Draws = tuple[Floats, Floats]


def all_past(posts: Posts, end: int, draws: int, generator: np.random.Generator) -> Draws:
    """(impressions, shares) of past posts, each as often."""
    return _resampled(posts, 0, end, draws, generator)


def last_50(posts: Posts, end: int, draws: int, generator: np.random.Generator) -> Draws:
    """(impressions, shares) of the last 50 posts, each as often."""
    return _resampled(posts, max(0, end - LAST), end, draws, generator)


def _resampled(posts: Posts, begin: int, end: int, draws: int, generator: np.random.Generator) -> Draws:
    known = end - begin
    counts = even_counts(np.full(known, 1.0 / known), draws, generator)
    chosen = generator.permutation(np.repeat(np.arange(begin, end), counts))
    return posts.impressions[chosen], posts.shares[chosen]


def log_linear(posts: Posts, end: int, draws: int, generator: np.random.Generator) -> Draws:
    """Log regression of each on the mean log of the ten posts before and on log followers, errors Student t."""
    known = (posts.impressions, posts.shares)
    impressions, shares = (_regressed(np.log1p(y[:end]), posts, end, draws, generator) for y in known)
    return impressions, shares


def _regressed(logs: Floats, posts: Posts, end: int, draws: int, generator: np.random.Generator) -> Floats:
    cumulated = np.concatenate([[0.0], logs.cumsum()])
    here = np.arange(end + 1)
    since = np.maximum(here - RECENT, 0)
    recent = (cumulated[here] - cumulated[since]) / np.maximum(here - since, 1)
    recent[0] = logs[0]
    columns = [np.ones(end + 1), recent]
    if posts.followers is not None and np.ptp(posts.followers[: end + 1]) > 0:
        columns.append(np.log(posts.followers[: end + 1]))
    table = np.column_stack(columns)
    known, now = table[:end], table[end]
    slopes = np.linalg.lstsq(known, logs, rcond=None)[0]
    left = max(end - len(slopes), 1)
    scale = np.sqrt(((logs - known @ slopes) ** 2).sum() / left)
    drawn = now @ slopes + scale * stdtrit(left, even_uniforms(1, draws, generator)[0])
    return np.asarray(np.round(np.expm1(np.clip(drawn, 0.0, 40.0))))


BASELINES: dict[str, Callable[[Posts, int, int, np.random.Generator], Draws]] = {
    "all past posts": all_past,
    "last 50 posts": last_50,
    "log-linear": log_linear,
}
