"""A next post from past ones: what it keeps, what it refuses, and how well it predicts what it has not seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from viralsim.calibration import backtest, next_post
from viralsim.calibration.recalibration import BetaMap, randomised_pit
from viralsim.calibration.scores import coverage, crps
from viralsim.errors import InputError


def account(seed: int, posts: int, *, jump: float = 0.0) -> pd.DataFrame:
    """Posts of an account whose impressions and share rates are log-normal, the last third higher by ``jump``."""
    generator = np.random.default_rng(seed)
    level = np.log(3000) + jump * (np.arange(posts) >= 2 * posts // 3)
    impressions = generator.poisson(np.exp(level + generator.normal(0, 0.6, posts)))
    shares = generator.binomial(impressions, np.exp(np.log(0.003) + generator.normal(0, 0.5, posts)))
    return pd.DataFrame({"impressions": impressions, "shares": shares})


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 2**32), posts=st.integers(8, 40), draws=st.integers(1, 50), power=st.integers(0, 6))
def test_draws_are_counts_and_shares_never_exceed_impressions(seed: int, posts: int, draws: int, power: int) -> None:
    """Whatever the account's size, draws are whole numbers from 0, no more shared than seen, the same for one seed."""
    generator = np.random.default_rng(seed)
    impressions = generator.integers(1, 10**power + 2, posts)
    shares = generator.binomial(impressions, 0.2)
    shares[0] = impressions[0]
    past = pd.DataFrame({"impressions": impressions, "shares": shares})
    drawn = next_post(past, draws=draws, seed=seed)
    assert list(drawn) == ["impressions", "shares"]
    assert (drawn.dtypes == np.int64).all()
    assert len(drawn) == draws
    assert (drawn["shares"] >= 0).all()
    assert (drawn["shares"] <= drawn["impressions"]).all()
    pd.testing.assert_frame_equal(drawn, next_post(past, draws=draws, seed=seed))


def test_dates_decide_the_order_and_the_order_does_where_there_are_none() -> None:
    """Rows in any order with dates give the draws of the rows in order; without dates order matters."""
    past = account(1, 60, jump=1.5)
    dated = past.assign(published_at=pd.date_range("2024-01-01", periods=60, tz="UTC"))
    mixed = dated.sample(frac=1.0, random_state=3)
    pd.testing.assert_frame_equal(next_post(mixed, seed=5), next_post(past, seed=5))
    assert next_post(past.iloc[::-1], seed=5)["impressions"].median() < 0.7 * next_post(past)["impressions"].median()


def test_recent_posts_count_more() -> None:
    """120 posts after a jump of e^1.5, medians predicted are at the new level (eight accounts)."""
    medians = [next_post(account(seed, 360, jump=1.5))["impressions"].median() for seed in range(8)]
    assert_allclose(np.mean(np.log(medians)), np.log(3000) + 1.5, atol=0.2)


def test_followers_move_the_level_by_the_fitted_elasticity() -> None:
    """Impressions that grow as followers^0.8 are predicted so for twice the followers of the last post."""
    generator = np.random.default_rng(7)
    followers = np.round(np.exp(generator.uniform(np.log(1e4), np.log(1e5), 400)))
    impressions = generator.poisson(np.exp(0.8 * np.log(followers) + generator.normal(0, 0.3, 400)))
    past = pd.DataFrame(
        {"followers": followers, "impressions": impressions, "shares": generator.binomial(impressions, 0.01)}
    )
    medians = [next_post(past, followers=f)["impressions"].median() for f in (2e4, 4e4)]
    assert_allclose(np.log(medians[1] / medians[0]), 0.8 * np.log(2), atol=0.12)
    last = float(followers[-1])
    pd.testing.assert_frame_equal(next_post(past), next_post(past, followers=last))


def test_paid_posts_stay_apart() -> None:
    """Paid posts with ten times the impressions leave the next unpaid post as it is without them."""
    past = account(4, 90)
    bought = past.assign(paid=np.arange(90) % 3 == 0)
    bought.loc[bought["paid"], "impressions"] *= 10
    free = past[~bought["paid"]]
    pd.testing.assert_frame_equal(next_post(bought), next_post(free))


def test_reach_stands_in_for_impressions() -> None:
    """Where no impressions are given the draws are those of reach."""
    past = account(5, 30)
    renamed = past.rename(columns={"impressions": "reach"})
    pd.testing.assert_frame_equal(next_post(renamed), next_post(past))


@pytest.mark.parametrize(
    ("change", "options", "sentence"),
    [
        (lambda t: t.drop(columns="shares"), {}, "column 'shares' is missing"),
        (lambda t: t.drop(columns="impressions"), {}, "column 'impressions' or 'reach' is missing"),
        (lambda t: t.head(7), {}, "7 posts with shares and impressions; 8 are the fewest"),
        (lambda t: t.assign(shares=0), {}, "no post has a share"),
        (lambda t: t.assign(shares=t["impressions"] + 1), {}, "row 0: shares exceed impressions"),
        (lambda t: t.assign(impressions=-1.0), {}, "row 0: impressions must be from 0 to 1e\\+12"),
        (lambda t: t.assign(impressions=np.inf), {}, "row 0: impressions must be from 0 to 1e\\+12"),
        (lambda t: t.assign(shares="many"), {}, "column 'shares' must hold numbers"),
        (lambda t: t.assign(followers=0), {}, "followers must be above 0"),
        (lambda t: t.assign(published_at="yesterday?"), {}, "'published_at' must hold times"),
        (lambda t: t.assign(paid=1), {}, "0 of 30 posts are unpaid"),
        (lambda t: t, {"followers": 500}, "past has no followers"),
        (lambda t: t.assign(followers=10), {"followers": 0}, "followers must be a number in"),
        (lambda t: t.assign(followers=10), {"followers": float("nan")}, "followers must be a number in"),
        (lambda t: t.assign(followers=10), {"followers": "500"}, "followers must be a number in"),
        (lambda t: t, {"draws": 0}, "draws must be a whole number in 1"),
        (lambda t: t, {"draws": 2.5}, "draws must be a whole number in 1"),
        (lambda t: t, {"seed": -1}, "seed must be a whole number in 0"),
        (lambda t: [1, 2], {}, "must be a table"),
    ],
)
def test_refused_in_one_sentence(change: Any, options: dict[str, Any], sentence: str) -> None:
    """What cannot be is refused with its place; no number comes out."""
    with pytest.raises(InputError, match=sentence) as refused:
        next_post(change(account(6, 30)), **options)
    assert "\n" not in str(refused.value)


def test_backtest_covers_and_keeps_up_with_the_baselines() -> None:
    """On a stationary account 80 % intervals hold about 80 % of 240 later posts, at a CRPS near that of all past posts."""
    found = backtest(account(9, 600), seed=1)
    table = found.table().set_index(["method", "measure"])
    assert set(table.index.get_level_values(0)) == {"calibrated", "all past posts", "last 50 posts", "log-linear"}
    assert (table["posts"] == 240).all()
    for measure in ("impressions", "shares"):
        row = table.loc[("calibrated", measure)]
        assert abs(row["covers_80"] - 0.8) < 3 * row["error_80"]
        assert abs(row["covers_95"] - 0.95) < 3 * row["error_95"]
        assert found.relative_crps(measure) < 1.02


def test_backtest_never_looks_ahead() -> None:
    """What is predicted for a post stays the same when later posts are others."""
    past = account(12, 100)
    other = past.copy()
    other.loc[80:, ["impressions", "shares"]] = [90000, 900]
    first, second = backtest(past, seed=3), backtest(other, seed=3)
    assert np.array_equal(first.quantiles[:20], second.quantiles[:20])
    assert not np.array_equal(first.quantiles[25:], second.quantiles[25:])


def test_scores() -> None:
    """CRPS of one draw is the distance; of two it is that less a quarter of theirs; coverage counts PITs."""
    assert_allclose(crps(np.array([np.e - 1]), 0.0), 1.0)
    draws = np.expm1(np.array([0.0, 2.0]))
    assert_allclose(crps(draws, np.expm1(1.0)), 1.0 - 0.25 * 2.0)
    assert coverage(np.array([0.05, 0.5, 0.89, 0.95]), 0.8)[0] == 0.5
    assert_allclose(coverage(np.full(100, 0.5), 0.8)[1], 0.04)
    assert_allclose(randomised_pit(np.array([0.0, 1.0, 1.0, 2.0]), 1.0, 0.5), 0.5)


def test_beta_map_mends_what_it_saw_and_leaves_the_rest() -> None:
    """PITs of forecasts that are too narrow widen the draws; uniform or few PITs change nothing; ranks stay."""
    generator = np.random.default_rng(1)
    narrow = generator.beta(0.5, 0.5, 150)
    fitted = BetaMap.fit(narrow)
    assert fitted.a < 0.8
    assert fitted.b < 0.8
    draws = np.round(1000 * np.exp(generator.standard_normal(2000)))
    wider = fitted.apply(draws)
    assert np.quantile(wider, 0.9) > np.quantile(draws, 0.9)
    assert np.quantile(wider, 0.1) < np.quantile(draws, 0.1)
    order = np.argsort(draws, kind="stable")
    assert (np.diff(wider[order]) >= 0).all()
    assert BetaMap.fit(generator.random(150)) == (1.0, 1.0)
    assert BetaMap.fit(narrow[:59]) == (1.0, 1.0)
    assert BetaMap().apply(draws) is draws


def test_a_map_that_would_not_have_helped_is_left_out() -> None:
    """PITs that were low first and high later refute the uniform, but the map of the first would harm the last."""
    generator = np.random.default_rng(2)
    assert BetaMap.fit(np.concatenate([generator.beta(1, 4, 100), generator.beta(4, 1, 50)])) == (1.0, 1.0)


def test_of_very_many_posts_the_latest_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the most that are used, older posts change nothing; which are the latest is by date where there are dates."""
    monkeypatch.setattr("viralsim.calibration.observed.MOST_POSTS", 40)
    generator = np.random.default_rng(2)
    impressions = generator.poisson(np.exp(generator.normal(7.0, 0.5, 60)))
    past = pd.DataFrame({"impressions": impressions, "shares": generator.binomial(impressions, 0.01)})
    pd.testing.assert_frame_equal(next_post(past, seed=4), next_post(past[-40:], seed=4))
    dated = past.assign(published_at=pd.date_range("2026-01-01", periods=60, tz="UTC"))
    mixed = dated.sample(frac=1.0, random_state=1)
    pd.testing.assert_frame_equal(next_post(mixed, seed=4), next_post(past[-40:], seed=4))
