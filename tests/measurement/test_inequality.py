"""Gini and unpredictability have exact values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viralsim.measurement.inequality import gini, mean_absolute_difference, unpredictability


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 1, 1, 1], 0.0), ([0, 0, 0, 1], 0.75), ([1, 2, 3], 2 / 9), ([0, 1], 0.5), ([7], 0.0), ([1, 2, 3, 4], 0.25)],
)
def test_gini_of_small_vectors_is_exact(values, expected):
    """All equal: 0; one takes all of n: 1 - 1/n; 1..n: (n^2 - 1) / (3 n (n + 1))."""
    assert gini(np.array(values, float)) == pytest.approx(expected, abs=1e-15)


def test_gini_of_nothing_is_not_defined():
    """Where nobody has anything there is no inequality to speak of: NaN, never 0."""
    assert np.isnan(gini(np.zeros(5)))
    assert np.isnan(gini(np.zeros(0)))


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=30))
def test_the_mean_difference_is_that_of_all_pairs(values):
    """The sorted short way gives the mean over all distinct pairs."""
    x = np.array(values)
    pairs = [abs(a - b) for i, a in enumerate(x) for b in x[i + 1 :]]
    assert mean_absolute_difference(x) == pytest.approx(np.mean(pairs), rel=1e-9, abs=1e-6)


@given(st.lists(st.floats(0.01, 1e3), min_size=2, max_size=20), st.floats(0.1, 100))
def test_gini_knows_no_unit_and_stays_below_one(values, scale):
    """Gini is free of scale and lies in [0, 1 - 1/n]."""
    x = np.array(values)
    assert gini(scale * x) == pytest.approx(gini(x), abs=1e-9)
    assert -1e-12 <= gini(x) <= 1 - 1 / len(x) + 1e-12


def test_unpredictability_is_music_labs():
    """U is the mean over items of the mean |m_ij - m_ik| over pairs of worlds: here 0.4 and 0.4 / 3 * 2."""
    shares = np.array([[0.2, 0.8], [0.6, 0.4], [0.2, 0.8]])
    assert unpredictability(shares) == pytest.approx((0.4 + 0.4 + 0.0) / 3)


def test_worlds_that_agree_are_predictable():
    """The same market shares in every world: U = 0."""
    assert unpredictability(np.tile([[0.3, 0.7]], (5, 1))) == pytest.approx(0.0, abs=1e-15)


def test_independent_worlds_lose_unpredictability_with_the_root_of_their_users():
    """Without influence U * sqrt(users) is constant (here between 700 and 70,000 users, within 10 %)."""
    rng = np.random.default_rng(8)
    p = rng.dirichlet(np.ones(48))
    scaled = [unpredictability(rng.multinomial(n, p, size=60) / n) * np.sqrt(n) for n in (700, 70_000)]
    assert scaled[0] == pytest.approx(scaled[1], rel=0.1)
