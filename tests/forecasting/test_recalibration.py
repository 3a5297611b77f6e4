"""Corrections learnt from earlier forecasts: they find what was wrong, and leave alone what was right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viralsim.forecasting.analogues import comparable, nearest, nearest_others
from viralsim.forecasting.recalibration import (
    SMALLEST_SHOCK,
    Correction,
    Shock,
    between,
    fit_map,
    fit_shock,
    mapped_ranks,
    mixed,
    mixture_weights,
    randomised_pits,
    shocked,
    stacked_weights,
    whole_number,
)


def test_shock_is_found() -> None:
    """Futures that were all off by a common log factor with t errors give that factor and scale."""
    generator = np.random.default_rng(1)
    draws = np.full((2000, 5), 1e6)
    true = np.expm1(np.log1p(1e6) + 0.2 + 0.3 * generator.standard_t(3, 2000))
    shock = fit_shock(draws, true, np.zeros(2000))
    assert shock.shift == pytest.approx(0.2, abs=0.03)
    assert shock.scale == pytest.approx(0.3, abs=0.03)
    assert shock.tilt == pytest.approx(0, abs=1e-6)


def test_tilt_is_found() -> None:
    """Futures that were too high for posts of many shares so far, and too low for those of few, are tilted back."""
    generator = np.random.default_rng(6)
    seen = generator.lognormal(4, 1, 2000)
    place = (np.log1p(seen) - np.log1p(seen).mean()) / np.log1p(seen).std()
    true = np.expm1(np.log1p(1e6) - 0.2 * place + 0.2 * generator.standard_t(3, 2000))
    shock = fit_shock(np.full((2000, 5), 1e6), true, seen)
    assert shock.tilt == pytest.approx(-0.2, abs=0.03)
    median = np.expm1(np.log1p(seen).mean() + np.log1p(seen).std())
    assert shock.centres(np.array(median)) == pytest.approx(-0.2, abs=0.03)
    assert shock.centres(np.array(1e300)) == shock.centres(np.array(1e200))


def test_few_posts_keep_a_wide_shock() -> None:
    """Below 150 past posts a perfect record does not make the shock small."""
    assert fit_shock(np.full((50, 5), 100.0), np.full(50, 100.0), np.ones(50)).scale == SMALLEST_SHOCK


def test_stacking_takes_the_better_draws() -> None:
    """The weight goes to the draws that agree with what happened, and is even between equal ones."""
    generator = np.random.default_rng(2)
    true = generator.lognormal(4, 1, 400)
    good = true[:, None] * generator.lognormal(0, 0.2, (400, 50)) * generator.lognormal(0, 0.2, 400)[:, None]
    bad = generator.lognormal(7, 1, (400, 50))
    assert stacked_weights([good, bad], true).tolist() == [1.0, 0.0]
    assert stacked_weights([bad, good], true).tolist() == [0.0, 1.0]
    assert stacked_weights([bad, good, bad], true).tolist() == [0.0, 1.0, 0.0]
    assert mixture_weights([bad, good, bad], true) == pytest.approx([0.5 / 9, 8.25 / 9, 0.25 / 9])


@given(st.integers(1, 300), st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(lambda w: sum(w) > 0.1))
def test_a_mixture_takes_each_part_by_its_weight(draws: int, weights: list[float]) -> None:
    """Draws of each part are as many as its weight says, to one."""
    share = np.array(weights) / sum(weights)
    parts = [np.full((2, 7), part) for part in (0.0, 1.0, 2.0)]
    parts[0] = np.zeros((2, draws))
    found = mixed(parts, share, np.random.default_rng(0))
    assert found.shape == (2, draws)
    assert (np.abs([(found[0] == part).sum() - share[part] * draws for part in range(3)]) <= 1).all()


def test_map_leaves_uniform_pits_alone() -> None:
    """Calibrated forecasts are not touched; too narrow ones are widened, too wide ones narrowed."""
    generator = np.random.default_rng(3)
    assert fit_map(generator.random(500)) == (1.0, 1.0)
    assert max(fit_map(generator.beta(0.5, 0.5, 500))) < 0.8
    assert min(fit_map(generator.beta(2.0, 2.0, 500))) > 1.3
    assert fit_map(generator.beta(0.5, 0.5, 59)) == (1.0, 1.0)


def test_mapped_draws_have_uniform_pits() -> None:
    """Draws mapped by the law of the PITs give PITs of the calibrated."""
    generator = np.random.default_rng(4)
    draws = np.sort(generator.standard_normal((4000, 400)))
    true = 1.6 * generator.standard_normal(4000)
    a, b = fit_map(randomised_pits(draws, true, generator))
    mapped = randomised_pits(draws[:, mapped_ranks(400, a, b)], true, generator)
    held = np.mean(np.abs(mapped - 0.5) <= 0.4)
    assert held == pytest.approx(0.8, abs=0.03)
    assert np.mean(np.abs(randomised_pits(draws, true, generator) - 0.5) <= 0.4) < 0.65


def test_no_map_keeps_every_rank() -> None:
    """(1, 1) is no map."""
    assert mapped_ranks(100, 1.0, 1.0).tolist() == list(range(100))


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=30), st.floats(-1, 1), st.floats(0.01, 2))
def test_shocked_futures_stay_counts(futures: list[float], shift: float, scale: float) -> None:
    """What is to come stays finite and at least 0, nothing stays nothing, and rounding gives whole numbers."""
    before = np.array(futures)
    after = shocked(before, shift, scale, np.random.default_rng(0))
    assert np.isfinite(after).all()
    assert (after >= 0).all()
    assert (after[before == 0] == 0).all()
    whole = whole_number(after, np.random.default_rng(1))
    assert (whole == np.floor(whole)).all()
    assert (np.abs(whole - after) <= 1).all()


def test_corrections_between_hours_are_straight_in_the_log() -> None:
    """Half way in the log of the hours is half way in the numbers; beyond the ends they stay."""
    fitted = {1.0: Correction(Shock(0.0, 0.2), 0.5), 4.0: Correction(Shock(0.2, 0.4, 0.1), 0.3, 0.2)}
    found = between(fitted, 2.0)
    assert found.shock == pytest.approx((0.1, 0.3, 0.05, 0.0, 1.0))
    assert found[1:] == pytest.approx((0.4, 0.1, 1.0, 1.0))
    assert between(fitted, 0.1) == fitted[1.0]
    assert between({}, 1.0) == Correction()


def test_nearest_is_nearest() -> None:
    """The nearest counts are found; a post is never its own neighbour, and equal posts share the asking."""
    generator = np.random.default_rng(5)
    past = np.array([[1.0, 1, 1], [100, 50, 10], [105, 50, 10], [1000, 100, 1]])
    assert nearest(past, np.array([[102.0, 50, 10]]), 2, generator)[0].tolist() in ([1, 2], [2, 1])
    assert nearest_others(past, 1, generator)[1:3].ravel().tolist() == [2, 1]
    assert comparable(past[:, 0], 110.0)
    assert not comparable(past[:, 0], 10.0)
    alike = np.zeros((200, 3))
    rows = nearest_others(alike, 10, generator)
    assert (rows != np.arange(200)[:, None]).all()
    assert np.unique(rows).size > 100
