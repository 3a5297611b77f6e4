"""What speaks against a calibration: posts that the fitted law would not have made, and posts that changed."""

from __future__ import annotations

import numpy as np
from scipy import stats

from viralsim.calibration.model import Model
from viralsim.calibration.observed import Floats, Posts
from viralsim.calibration.posterior import Posterior

REPLICATES, MISFIT = 400, 0.01  # sets of posts drawn from the posterior; the two-sided p-value below which it is said
RECENT, DRIFT = 30, 1e-3  # posts that are compared with those before; the p-value below which they differ


def misfits(model: Model, parameters: Posterior, generator: np.random.Generator) -> list[str]:
    """Sentences on what these posts have that posts of this model would not: posterior predictive p below 0.01."""
    posts = model.posts
    flat = parameters.flat
    replicated = []
    for point in flat[generator.integers(0, len(flat), REPLICATES)]:
        law = model.law(point)
        normal = generator.standard_normal((2, len(posts)))
        x = law.mean_x + law.sd_x * normal[0]
        z = law.mean_z + law.sd_z * (law.correlation * normal[0] + np.sqrt(1 - law.correlation**2) * normal[1])
        impressions = generator.poisson(np.exp(np.minimum(x, 40.0)))
        replicated.append(_shape(impressions, generator.binomial(impressions, np.exp(np.minimum(z, 0.0)))))
    seen = _shape(posts.impressions, posts.shares)
    words = ("part of posts that nobody shared", "spread of shares", "most shared post", "most seen post")
    found = []
    for word, values, true in zip(words, np.array(replicated).T, seen, strict=True):
        p = 2 * min((values >= true).mean(), (values <= true).mean())
        if p < MISFIT:
            said = f"p {p:.3f}" if p >= 0.001 else "p below 0.001"
            found.append(
                f"misfit: the {word} is not what the fitted law expects ({said}); rows come from the posts, not from the law"
            )
    return found


def _shape(impressions: Floats, shares: Floats) -> tuple[float, float, float, float]:
    logs = np.log1p(shares)
    return float((shares == 0).mean()), float(logs.std()), float(logs.max()), float(np.log1p(impressions).max())


def drifts(posts: Posts) -> list[str]:
    """Sentences on the last posts being others than those before."""
    if len(posts) < 2 * RECENT:
        return []
    rates = {
        "impressions": posts.impressions,
        "shares per impression": posts.shares / np.maximum(posts.impressions, 1.0),
    }
    found = []
    for word, values in rates.items():
        before, now = values[:-RECENT], values[-RECENT:]
        if stats.mannwhitneyu(now, before).pvalue < DRIFT:
            medians = f"{np.median(now):.3g}, and {np.median(before):.3g} before"
            found.append(f"drift: the last {RECENT} posts have median {word} {medians}; recent posts count more")
    return found
