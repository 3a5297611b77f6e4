"""Simulation-based calibration: parameters drawn from the prior lie uniformly among the draws of their posteriors.

The seed was fixed before the first run.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from calibration_sets import NAMES, Floats, posts_of_the_model, posts_of_the_product, ranks
from numpy.typing import NDArray
from scipy import stats

from viralsim.calibration import likelihood
from viralsim.calibration.likelihood import Spread
from viralsim.calibration.observed import Posts

SEED = 27
LEAST_P = 1e-3


def p_values(found: Floats) -> NDArray[np.float64]:
    """Kolmogorov-Smirnov p-value of each parameter's ranks against the uniform."""
    return np.array([stats.kstest(column, "uniform").pvalue for column in found.T])


def test_ranks_are_uniform() -> None:
    """40 sets of 16 posts drawn from the likelihood: every parameter's rank is uniform, 80 % intervals hold 80 %."""
    found = ranks(posts_of_the_model, sets=40, posts=16, seed=SEED)
    assert dict(zip(NAMES, p_values(found) > LEAST_P, strict=True)) == dict.fromkeys(NAMES, True)
    inside = (np.abs(found - 0.5) <= 0.4).mean(0)
    # three standard errors of 40 sets
    assert (np.abs(inside - 0.8) < 3 * np.sqrt(0.16 / 40)).all()


@pytest.mark.slow
def test_fixed_quadrature_nodes_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes around the mean of all posts instead of each post's mode: the ranks say so."""

    def fixed(posts: Posts, law: Spread, start: object = None) -> tuple[Floats, Floats]:
        return law.mean_x, law.mean_z

    monkeypatch.setattr(likelihood, "modes", fixed)
    assert p_values(ranks(posts_of_the_model, sets=12, posts=16, seed=SEED)).min() < LEAST_P


@pytest.mark.slow
def test_a_wrong_exponent_is_found() -> None:
    """Trials counted by impressions of followers instead of all impressions: the ranks of the share rate say so."""

    def wrong(posts: Posts) -> Posts:
        assert posts.owned is not None
        return replace(posts, impressions=np.maximum(posts.owned, posts.shares))

    found = p_values(ranks(posts_of_the_model, sets=12, posts=16, seed=SEED, seen_as=wrong))
    assert found[NAMES.index("mean_log_share_rate")] < LEAST_P


@pytest.mark.slow
@pytest.mark.parametrize("participation", [", participation: null", ""], ids=["flat", "default"])
def test_ranks_are_uniform_on_posts_of_the_product(participation: str) -> None:
    """400 sets of 24 posts that the engine lived through, for flat and for default participation."""
    found = ranks(posts_of_the_product(participation), sets=400, posts=24, seed=SEED)
    inside = (np.abs(found - 0.5) <= 0.4).mean(0)
    print(dict(zip(NAMES, np.column_stack([p_values(found), inside]).round(3).tolist(), strict=True)))
    assert dict(zip(NAMES, p_values(found) > LEAST_P, strict=True)) == dict.fromkeys(NAMES, True)
    assert ((inside > 0.74) & (inside < 0.86)).all()
