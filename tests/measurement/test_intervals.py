"""Intervals keep their promise: exact coverage for proportions, simulated coverage for means and ratios."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from viralsim.measurement import intervals
from viralsim.measurement.intervals import fieller, mean_interval, mean_intervals, proportion_interval, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 10, 0.0, 0.277533), (10, 10, 0.722467, 1.0), (5, 10, 0.236593, 0.763407), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_gives_the_published_limits(successes, trials, low, high):
    """Wilson's limits are those of Wilson 1927; 81 of 263 is the example of Newcombe 1998 (0.2553 to 0.3662)."""
    assert wilson(successes, trials) == pytest.approx((low, high), abs=2e-5)


@pytest.mark.parametrize("n", [20, 50, 200, 1000])
@pytest.mark.parametrize("p", [0.05, 0.2, 0.5, 0.9])
def test_wilson_covers_as_the_binomial_law_says(n, p):
    """The exact coverage, summed over the binomial law, stays near 95 % at every n and p."""
    k = np.arange(n + 1)
    limits = np.array([wilson(int(i), n) for i in k])
    coverage = stats.binom.pmf(k, n, p)[(limits[:, 0] <= p) & (p <= limits[:, 1])].sum()
    assert 0.92 <= coverage <= 0.98


def test_wilson_inverts_the_score_test():
    """Both limits are where the score test has |z| = 1.96: the definition, not the formula."""
    low, high = wilson(7, 40)
    for limit in (low, high):
        z = abs(7 / 40 - limit) / np.sqrt(limit * (1 - limit) / 40)
        assert z == pytest.approx(stats.norm.ppf(0.975), rel=1e-12)


def test_no_trials_is_no_probability():
    """Without trials nothing is known: NaN, never 0."""
    assert np.isnan(wilson(0, 0)).all()
    assert np.isnan(proportion_interval(np.zeros(0, bool))).all()


@pytest.mark.parametrize("freedom", [1, 2, 7, 30, 99, 100, 101, 999, 100_000])
def test_the_t_quantile_is_scipys(freedom):
    """The short way for many degrees of freedom agrees with SciPy to 1e-9."""
    assert intervals._t_quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=1e-9)


def test_the_mean_of_many_moderate_worlds_has_the_t_interval():
    """From 1,000 worlds with moderate skew on, the interval is Student's."""
    values = np.random.default_rng(1).normal(3.0, 2.0, 1500)
    mean, low, high = mean_interval(values)
    expected = stats.t.interval(0.95, 1499, values.mean(), stats.sem(values))
    assert mean == pytest.approx(values.mean())
    assert (low, high) == pytest.approx(expected, rel=1e-9)


def test_the_bootstrap_covers_a_heavy_tail_where_t_does_not():
    """For 100 lognormal worlds (sigma 1.2) the bootstrap-t misses clearly less often than t, and keeps above 90 %."""
    rng = np.random.default_rng(7)
    truth = np.exp(1.2**2 / 2)
    columns = rng.lognormal(0.0, 1.2, (100, 400))
    found = mean_intervals(columns, seed=3)
    chosen = np.array(found.method) == "bootstrap-t"
    assert chosen.all()
    t = stats.t.ppf(0.975, 99)
    covered_t = np.mean(np.abs(found.mean - truth) <= t * found.standard_error)
    covered = np.mean((found.low <= truth) & (truth <= found.high))
    # 400 trials: one standard error is 0.013
    assert covered >= 0.90
    assert covered >= covered_t + 0.015


def test_the_tail_pulls_the_interval_to_its_side():
    """With a tail to the right the upper limit lies further from the mean than the lower."""
    values = np.random.default_rng(2).lognormal(0.0, 1.5, 300)
    mean, low, high = mean_interval(values)
    assert high - mean > 1.3 * (mean - low)


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 60), st.integers(0, 2**32), st.floats(-100, 100), st.floats(0.1, 50))
def test_an_interval_moves_and_scales_with_its_data(n, seed, shift, scale):
    """The interval of a x + b is a (interval) + b, and that of -x is the mirror image: no unit is special."""
    values = np.random.default_rng(seed).exponential(1.0, n)
    mean, low, high = mean_interval(values)
    moved = mean_interval(scale * values + shift)
    assert moved == pytest.approx((scale * mean + shift, scale * low + shift, scale * high + shift), abs=1e-6)
    mirrored = mean_interval(-values)
    assert mirrored == pytest.approx((-mean, -high, -low), abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=40))
def test_an_interval_holds_its_mean_whatever_the_worlds(values):
    """Also where few worlds differ at all, the limits are finite and hold the mean; a constant has no width."""
    mean, low, high = mean_interval(np.array(values, float))
    assert np.isfinite([low, high]).all()
    assert low - 1e-12 <= mean <= high + 1e-12
    if len(set(values)) == 1:
        assert low == mean == high


def test_one_world_has_a_mean_and_no_interval():
    """One world says nothing about the error of its mean."""
    mean, low, high = mean_interval(np.array([5.0]))
    assert mean == 5.0
    assert np.isnan([low, high]).all()


def test_the_same_seed_gives_the_same_interval():
    """The bootstrap's luck is a function of the seed alone."""
    values = np.random.default_rng(5).lognormal(0, 1, 200)
    assert mean_interval(values, seed=9) == mean_interval(values, seed=9)


@pytest.mark.parametrize(("rows", "n"), [(999, 10), (500, 101), (40, 2000), (3, 40_000)])
def test_resamples_count_the_draws_one_after_another(rows, n):
    """However many are counted at once, row r has the draws r n to (r + 1) n - 1 of the stream."""
    draws = np.random.default_rng(8).integers(0, n, rows * n).reshape(rows, n)
    expected = [np.bincount(row, minlength=n) for row in draws]
    np.testing.assert_array_equal(intervals._resamples(np.random.default_rng(8), rows, n), expected)


def rare_counts(n: int, seed: int = 3) -> np.ndarray:
    """Counts with few values and a heavy tail."""
    rng = np.random.default_rng(seed)
    return np.floor(rng.pareto(1.1, n) * (rng.random(n) < 0.1)).clip(max=30.0)


def test_few_values_have_the_resamples_of_their_worlds(monkeypatch):
    """Limits by how often each value comes are those by the worlds drawn, up to the luck of resampling, over 60 seeds."""
    values = rare_counts(2000)[:, None]
    assert mean_intervals(values).method == ("bootstrap-t",)
    limits = {}
    for worlds_a_row in (7, 10_000):
        monkeypatch.setattr(intervals, "_WORLDS_A_ROW", worlds_a_row)
        found = [mean_intervals(values, seed=seed) for seed in range(60)]
        limits[worlds_a_row] = np.array([(one.low[0], one.high[0]) for one in found])
    by_value, by_world = limits.values()
    assert not np.array_equal(by_value, by_world)
    error = np.sqrt(by_value.var(axis=0, ddof=1) / 60 + by_world.var(axis=0, ddof=1) / 60)
    assert (np.abs(by_value.mean(axis=0) - by_world.mean(axis=0)) < 4.0 * error).all()


@pytest.mark.parametrize("values", [6, 10_000])
def test_columns_share_their_resamples(values):
    """In each resample the mean of a sum is the sum of the means; means spread as those of samples do (4 standard errors)."""
    x, y = np.random.default_rng(2).integers(0, values, (2, 1200)).astype(float) / values
    mean, second = intervals._moments(np.column_stack([x, y, x + y]), seed=4)
    np.testing.assert_allclose(mean[:, 0] + mean[:, 1], mean[:, 2], rtol=1e-12)
    assert (second >= mean**2).all()
    assert mean.std(axis=0) == pytest.approx([v.std() / np.sqrt(1200) for v in (x, y, x + y)], rel=4 / np.sqrt(2 * 999))


def test_few_values_are_mirrored_too():
    """The interval of -x is the mirror image of that of x, with few values as with many."""
    values = rare_counts(2000)
    mean, low, high = mean_interval(values)
    assert mean_interval(-values) == pytest.approx((-mean, -high, -low), abs=1e-9)
    assert mean_interval(5.0 * values - 3.0) == pytest.approx(
        (5.0 * mean - 3.0, 5.0 * low - 3.0, 5.0 * high - 3.0), abs=1e-9
    )


def test_a_rare_explosion_is_told_as_too_few_worlds():
    """One world in 1,000 that outweighs all others: the mean rests on it, and the interval says so."""
    values = np.ones(1000)
    values[17] = 1e6
    assert mean_intervals(values[:, None]).few_worlds[0]
    assert not mean_intervals(np.random.default_rng(1).normal(size=(1000, 1))).few_worlds[0]


def test_audiences_are_the_units_where_there_are_several():
    """With equally many worlds an audience, the interval is t over the audience means."""
    rng = np.random.default_rng(3)
    clusters = np.arange(600, dtype=np.int32) % 6
    values = rng.normal(size=600) + 5.0 * clusters
    means = np.array([values[clusters == k].mean() for k in range(6)])
    expected = stats.t.interval(0.95, 5, means.mean(), stats.sem(means))
    assert mean_interval(values, clusters)[1:] == pytest.approx(expected, rel=1e-9)


def test_audiences_of_unequal_size_are_weighted_by_their_worlds():
    """The mean stays the mean over worlds, and the interval is finite."""
    clusters = np.array([0, 0, 0, 1, 1, 2], np.int32)
    values = np.array([1.0, 2.0, 3.0, 10.0, 12.0, 4.0])
    mean, low, high = mean_interval(values, clusters)
    assert mean == pytest.approx(values.mean())
    assert low < mean < high


def test_a_proportion_of_clustered_worlds_is_less_sure():
    """Worlds of one audience that all go the same way count as few worlds."""
    clusters = np.repeat(np.arange(10, dtype=np.int32), 100)
    hits = clusters < 5
    _, low, high = proportion_interval(hits)
    _, low_clustered, high_clustered = proportion_interval(hits, clusters)
    assert high_clustered - low_clustered > 5 * (high - low)


def test_a_fixed_cost_gives_the_cost_over_the_limits_of_the_gain():
    """With a constant cost Fieller's limits are exactly cost / upper and cost / lower limit of the uplift."""
    gain = np.random.default_rng(4).exponential(10.0, 300)
    found = mean_intervals(gain[:, None])
    ratio = fieller(np.full(300, 1000.0), gain, float(found.pivot_low[0]), float(found.pivot_high[0]))
    assert ratio == pytest.approx((1000 / gain.mean(), 1000 / found.high[0], 1000 / found.low[0]), rel=1e-9)


def test_fieller_covers_the_ratio_of_two_means():
    """With noisy cost and gain that go together, 95 % intervals hold the true ratio about 95 times in 100."""
    rng = np.random.default_rng(11)
    t = stats.t.ppf(0.975, 39)
    hits = 0
    for _ in range(1000):
        gain = rng.normal(2.0, 3.0, 40)
        cost = 50.0 + 4.0 * gain + rng.normal(0.0, 10.0, 40)
        found = fieller(cost, gain, -t, t)
        if found is None:  # unbounded: holds every ratio
            hits += 1
        else:
            hits += found[1] <= 58.0 / 2.0 <= found[2]
    # one standard error of the coverage is 0.007
    assert 0.92 <= hits / 1000 <= 0.98


def test_a_gain_that_may_be_nothing_has_no_cost_per_unit():
    """Where the gain's interval holds 0 the ratio has no bound."""
    gain = np.random.default_rng(1).normal(0.0, 1.0, 50)
    t = stats.t.ppf(0.975, 49)
    assert fieller(np.full(50, 10.0), gain - gain.mean(), -t, t) is None
