"""How much is luck and how much content: components of variance with known truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viralsim.errors import InputError
from viralsim.measurement.variance_components import better_content_wins, luck_and_content


def test_a_small_table_is_exact():
    """Means 2 and 6, within variance 2: mean squares 16 and 2, so between (16 - 2) / 2 = 7 and content 7 / 9."""
    parts = luck_and_content(np.array([[1.0, 3.0], [5.0, 7.0]]))
    assert (parts.between_contents, parts.within_content) == (pytest.approx(7.0), pytest.approx(2.0))
    assert parts.content_fraction == pytest.approx(7 / 9)
    assert parts.luck_fraction == pytest.approx(2 / 9)


def test_only_content_and_only_luck_are_told_apart():
    """No variance between worlds is all content; equal contents have no content component; nothing at all is undefined."""
    only_content = luck_and_content(np.array([[1.0, 1.0], [4.0, 4.0]]))
    assert (only_content.content_fraction, only_content.low, only_content.high) == (1.0, 1.0, 1.0)
    only_luck = luck_and_content(np.tile([[0.0, 1.0, 5.0]], (4, 1)))
    assert (only_luck.between_contents, only_luck.content_fraction, only_luck.low) == (0.0, 0.0, 0.0)
    assert np.isnan(luck_and_content(np.ones((3, 3))).content_fraction)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    """Normal contents of variance 1, luck of variance 3: truth 0.25; 2,000 trials cover it in 95 % +- 4.5 errors."""
    rng = np.random.default_rng(17)
    trials, contents, worlds = 2_000, 12, 8
    covered = 0
    for _ in range(trials):
        outcomes = rng.normal(size=(contents, 1)) + np.sqrt(3.0) * rng.normal(size=(contents, worlds))
        parts = luck_and_content(outcomes)
        covered += parts.low <= 0.25 <= parts.high
    assert covered / trials == pytest.approx(0.95, abs=4.5 * np.sqrt(0.95 * 0.05 / trials))


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100.0), st.floats(-50.0, 50.0))
def test_the_fractions_know_no_unit(seed, scale, shift):
    """Scale and shift of the outcome change no fraction, and the fraction lies between 0 and 1."""
    outcomes = np.random.default_rng(seed).normal(size=(4, 5))
    parts, moved = luck_and_content(outcomes), luck_and_content(scale * outcomes + shift)
    assert moved.content_fraction == pytest.approx(parts.content_fraction, abs=1e-6)
    assert 0.0 <= parts.low <= parts.high <= 1.0


@pytest.mark.parametrize("bad", [np.ones(5), np.ones((1, 5)), np.ones((5, 1)), np.array([[1.0, np.nan], [2.0, 3.0]])])
def test_what_cannot_be_split_is_refused(bad):
    """One content, one world or an undefined outcome is an error with a remedy."""
    with pytest.raises(InputError):
        luck_and_content(bad)


def test_the_better_content_wins_as_often_as_it_can():
    """Apart: always. The same two-valued luck, equal but for a hair: never judged twice by the same world."""
    rng = np.random.default_rng(4)
    apart = np.array([[0.0], [10.0]]) + rng.random((2, 8))
    assert better_content_wins(apart) == 1.0
    assert np.isnan(better_content_wins(np.ones((3, 4))))
    assert better_content_wins(np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])) == 0.75


def test_pure_luck_wins_half_and_normal_content_wins_by_its_law():
    """Normal contents of variance 1 and luck of variance 3: P(better wins) is a known angle.

    Tolerances are 4.5 standard deviations of 30 repetitions, 0.0050 and 0.0099; 100 worlds understate by 0.005.
    """
    rng = np.random.default_rng(5)
    assert better_content_wins(rng.normal(size=(150, 40))) == pytest.approx(0.5, abs=0.0225)
    outcomes = rng.normal(size=(200, 1)) + np.sqrt(3.0) * rng.normal(size=(200, 100))
    # difference of means has sd sqrt(2), that of luck sqrt(6): 1/2 + arctan(1 / sqrt(3)) / pi = 2 / 3
    assert better_content_wins(outcomes) == pytest.approx(2 / 3 - 0.005, abs=0.045)


def test_who_wins_is_that_of_the_obvious_loop():
    """Every pair of contents, every pair of worlds of the half that does not judge, ties as half."""
    outcomes = np.random.default_rng(6).integers(0, 6, (5, 7)).astype(float)
    chances = []
    for judges, fields in ((outcomes[:, 0::2], outcomes[:, 1::2]), (outcomes[:, 1::2], outcomes[:, 0::2])):
        better = [(i, k) for i in range(5) for k in range(5) if judges[i].mean() > judges[k].mean()]
        chances += [np.mean([(a > b) + (a == b) / 2 for a in fields[i] for b in fields[k]]) for i, k in better]
    assert better_content_wins(outcomes) == pytest.approx(np.mean(chances), rel=1e-12)


def test_the_jackknife_is_that_of_leaving_out_each_content():
    """Its ends are those of an obvious loop over the contents, on the logarithm of the ratio of mean squares."""
    outcomes = np.random.default_rng(8).exponential(size=(6, 5)) * np.arange(1, 7)[:, None]

    def log_ratio(table):
        return np.log(table.shape[1] * table.mean(axis=1).var(ddof=1) / table.var(axis=1, ddof=1).mean())

    parts = [6 * log_ratio(outcomes) - 5 * log_ratio(np.delete(outcomes, i, axis=0)) for i in range(6)]
    half = 2.570581835636314 * np.std(parts, ddof=1) / 6**0.5  # 97.5 % quantile of t with 5 degrees of freedom
    ends = [max(0.0, (q - 1) / (q - 1 + 5)) for q in np.exp([np.mean(parts) - half, np.mean(parts) + half])]
    found = luck_and_content(outcomes, normal=False)
    assert [found.low, found.high] == pytest.approx(ends, rel=1e-9)
    assert found.content_fraction == luck_and_content(outcomes).content_fraction


def test_the_jackknife_covers_without_normal_outcomes():
    """Exponential luck on contents of log-uniform strength: 1,000 trials cover the truth in 95 % +- 4.5 errors + 1 %."""
    rng = np.random.default_rng(18)
    trials, covered = 1_000, 0
    mean, square = (np.sinh(0.7 * k) / (0.7 * k) for k in (1, 2))
    truth = (square - mean**2) / (2 * square - mean**2)
    for _ in range(trials):
        strength = np.exp(rng.uniform(-0.7, 0.7, (30, 1)))
        parts = luck_and_content(rng.exponential(size=(30, 50)) * strength, normal=False)
        covered += parts.low <= truth <= parts.high
    assert covered / trials == pytest.approx(0.95, abs=4.5 * np.sqrt(0.95 * 0.05 / trials) + 0.01)


def test_where_a_rest_does_not_vary_the_other_interval_stands():
    """Two contents, or all variance in one content: no jackknife, the interval of the F distribution."""
    for outcomes in (np.array([[1.0, 3.0], [5.0, 7.0]]), np.array([[1.0, 3.0], [5.0, 5.0], [9.0, 9.0]])):
        assert luck_and_content(outcomes, normal=False) == luck_and_content(outcomes)
