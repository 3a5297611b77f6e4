"""What past posts leave open widens the draws of a next one, and their seed moves them little."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from viralsim.calibration import next_post
from viralsim.calibration.baselines import last_50
from viralsim.calibration.even_draws import even_counts, even_uniforms
from viralsim.calibration.observed import Posts, from_table
from viralsim.calibration.pairs import PastPairs
from viralsim.calibration.recalibration import randomised_pit


def account(seed: int, posts: int, drift: float = 0.0) -> pd.DataFrame:
    """Log-normal impressions and share rates; ``drift``: standard deviation of the step of the level from post to post."""
    generator = np.random.default_rng(seed)
    level = np.log(3000) + np.cumsum(generator.normal(0, drift, posts))
    impressions = generator.poisson(np.exp(level + generator.normal(0, 0.6, posts)))
    shares = generator.binomial(impressions, np.exp(np.log(0.01) + generator.normal(0, 0.5, posts)))
    return pd.DataFrame({"impressions": impressions, "shares": shares})


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32), draws=st.integers(1, 60), parts=st.integers(1, 9))
def test_counts_are_the_weights_rounded_and_uniforms_fill_every_part(seed: int, draws: int, parts: int) -> None:
    """Counts add up to the draws and differ from their share by less than 1; each part of (0, 1) holds one uniform."""
    generator = np.random.default_rng(seed)
    weights = generator.dirichlet(np.full(parts, 0.5))
    counts = even_counts(weights, draws, generator)
    assert counts.sum() == draws
    assert (np.abs(counts - draws * weights) < 1.0 + 1e-9).all()
    uniforms = even_uniforms(2, draws, generator)
    assert uniforms.shape == (2, draws)
    for side in uniforms:
        assert sorted(np.floor(side * draws)) == list(range(draws))


def test_a_seed_moves_the_answer_less_than_independent_draws_would() -> None:
    """Over 12 seeds the mean of the logs of 1,000 draws varies by less than half of what independent draws give."""
    past = account(3, 40)
    drawn = [np.log1p(next_post(past, seed=seed)["impressions"]) for seed in range(12)]
    independent = np.mean([values.std() for values in drawn]) / np.sqrt(1000)
    assert np.std([values.mean() for values in drawn]) < 0.5 * independent
    posts = from_table(past)
    impressions, _ = last_50(posts, 40, 1000, np.random.default_rng(1))
    assert sorted(impressions) == sorted(np.repeat(posts.impressions, 25))


def test_intervals_of_few_posts_hold_with_and_without_drift() -> None:
    """Of 40 accounts each, 95 % intervals for the post after 14 hold 95 % within 2.5 standard errors."""
    for drift in (0.0, 0.1):
        held = []
        for seed in range(40):
            whole = account(100 + seed, 15, drift)
            drawn = next_post(whole.head(14), draws=400, seed=seed)
            uniform = np.random.default_rng(seed).random()
            true = whole["impressions"].iloc[14]
            held.append(abs(randomised_pit(drawn["impressions"].to_numpy(), true, uniform) - 0.5) <= 0.475)
        assert abs(np.mean(held) - 0.95) < 2.5 * np.sqrt(0.95 * 0.05 / 40)


def test_spread_of_few_posts_is_wider_than_theirs() -> None:
    """Draws from 8 equal spreads are wider than those from the same posts ten times over."""
    few = from_table(account(6, 8))
    many = Posts(*(np.tile(a, 10) for a in (few.impressions, few.shares, few.paid)))
    spread = [PastPairs(posts).new_pairs(len(posts), 4000, np.random.default_rng(1))[0].std() for posts in (few, many)]
    assert spread[0] > 1.05 * spread[1]
