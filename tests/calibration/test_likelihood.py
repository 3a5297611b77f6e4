"""The likelihood of past posts against brute force, its slopes against differences, the sampler against its diagnostics."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate as calculus
from scipy import signal, stats

from viralsim.calibration.likelihood import Spread, integrate, modes
from viralsim.calibration.model import Model, Prior
from viralsim.calibration.observed import Posts
from viralsim.calibration.posterior import diagnostics, sample


def posts_of(seed: int, number: int, *, owned: bool = False, paid: bool = False, growth: float = 1.0) -> Posts:
    """Posts drawn from the model itself."""
    generator = np.random.default_rng(seed)
    followers = np.round(np.geomspace(2000, 2000 * growth, number))
    x = generator.normal(np.log(0.05), 0.6, number)
    z = generator.normal(np.log(0.01), 0.5, number)
    bought = np.arange(number) % 4 == 0 if paid else np.zeros(number, bool)
    seen = generator.binomial(followers.astype(int), np.exp(np.minimum(x, -0.1))) * 1.0
    impressions = np.round(seen * np.exp(0.7 * bought)) + 5.0
    shares = generator.binomial(impressions.astype(int), np.exp(z)) * 1.0
    return Posts(impressions, shares, bought, followers, seen if owned else None)


@pytest.mark.parametrize("shares", [0.0, 1.0, 40.0])
@pytest.mark.parametrize("owned", [None, 120.0])
def test_integral_is_that_of_brute_force(shares: float, owned: float | None) -> None:
    """A post's integral over its pair is that of a fine grid, with and without shares and owned impressions."""
    seen = None if owned is None else np.array([owned])
    posts = Posts(np.array([300.0]), np.array([shares]), np.array([False]), np.array([2000.0]), seen)
    law = Spread(np.array([5.0 if owned is None else -3.0]), np.array([-4.0]), 0.8, 0.9, -0.4)
    x = np.linspace(law.mean_x[0] - 7, law.mean_x[0] + 7 if owned is None else -1e-6, 4001)
    z = np.linspace(-11, -1e-6, 2001)
    log_seen = 300 * x - np.exp(x) if owned is None else owned * x + 1880 * np.log(-np.expm1(x))
    log_shared = shares * z + (300 - shares) * np.log(-np.expm1(z))
    cov = np.array([[0.64, -0.4 * 0.72], [-0.4 * 0.72, 0.81]])
    grid = np.stack(np.meshgrid(x, z, indexing="ij"), axis=-1)
    log = log_seen[:, None] + log_shared[None, :] + stats.multivariate_normal([law.mean_x[0], -4.0], cov).logpdf(grid)
    brute = log.max() + np.log(calculus.trapezoid(calculus.trapezoid(np.exp(log - log.max()), z), x))
    # nine nodes a side: below 2e-3 also for a post that nobody shared, whose integrand is skewed
    assert_allclose(integrate(posts, law).log_integral[0], brute, atol=2e-3)


def test_modes_are_stationary_and_warm_starts_agree() -> None:
    """Newton's method ends in the same pairs from the default start and from far away."""
    posts = posts_of(3, 50)
    law = Spread(np.full(50, 4.6), np.full(50, -4.6), 0.7, 0.6, 0.3)
    x, z = modes(posts, law)
    far = modes(posts, law, (x + 2.0, z - 2.0))
    assert_allclose(far[0], x, atol=1e-6)
    assert_allclose(far[1], z, atol=1e-6)


@pytest.mark.parametrize(("owned", "paid", "growth"), [(False, False, 1.0), (True, False, 3.0), (False, True, 3.0)])
def test_gradient_is_that_of_differences(owned: bool, paid: bool, growth: float) -> None:
    """Fisher's identity gives the slope of the log posterior in every parameter."""
    model = Model(posts_of(5, 60, owned=owned, paid=paid, growth=growth))
    assert ("elasticity" in model.names) == (growth > 2)
    assert ("paid_level" in model.names) == paid
    point = model.mode() + 0.07
    slopes = model.gradient(point)[1]
    for i, slope in enumerate(slopes):
        apart = np.zeros(len(point))
        apart[i] = 1e-4
        above, below = model.log_posterior(np.array([point + apart, point - apart]))
        difference = (above - below) / 2e-4
        assert_allclose(slope, difference, rtol=2e-3, atol=0.05)


@pytest.mark.parametrize("blocks_of", [1, 7, 59, 10_000])
def test_blocks_leave_the_posterior_as_it_is(blocks_of: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many posts and points are computed at once, each point has the log posterior that it has alone."""
    model = Model(posts_of(5, 60, owned=True, paid=True, growth=3.0))
    points = model.mode() + 0.2 * np.random.default_rng(1).standard_normal((5, len(model.names)))
    alone = np.array([model._value(point, integrate(model.posts, model.law(point))) for point in points])
    monkeypatch.setattr("viralsim.calibration.model.MOST_NODES", blocks_of * 81)
    assert_allclose(model.log_posterior(points), alone, rtol=1e-10)


def test_mode_finds_what_made_many_posts() -> None:
    """With 4,000 posts the most probable parameters are those that the posts were drawn from."""
    generator = np.random.default_rng(11)
    followers = np.round(generator.uniform(1e4, 4e4, 4000))
    normal = generator.multivariate_normal([0.0, 0.0], [[0.36, -0.15], [-0.15, 0.25]], 4000)
    centre = np.log(followers).mean()
    impressions = generator.poisson(np.exp(np.log(0.1) + centre + 0.4 * (np.log(followers) - centre) + normal[:, 0]))
    shares = generator.binomial(impressions, np.exp(np.log(0.004) + normal[:, 1]))
    model = Model(Posts(impressions * 1.0, shares * 1.0, np.zeros(4000, bool), followers))
    found = dict(zip(model.names, model.mode(), strict=True))
    assert_allclose(found["mean_log_level"], np.log(0.1), atol=0.04)
    assert_allclose(found["mean_log_share_rate"], np.log(0.004), atol=0.04)
    assert_allclose(np.exp(found["log_sd_level"]), 0.6, atol=0.03)
    assert_allclose(np.exp(found["log_sd_share_rate"]), 0.5, atol=0.04)
    assert_allclose(np.tanh(found["atanh_correlation"]), -0.5, atol=0.06)
    assert_allclose(found["elasticity"], 0.4, atol=0.08)


def test_sampler_agrees_with_an_integral() -> None:
    """With one free parameter left the chains have the mean and spread of the posterior on a grid."""
    tight = {
        "log_sd_x": (np.log(0.6), 1e-3),
        "log_sd_z": (np.log(0.5), 1e-3),
        "atanh_correlation": (0.0, 1e-3),
        "level": (np.log(0.05), 1e-3),
    }
    model = Model(posts_of(8, 20), Prior(**tight))
    drawn = sample(model, seed=4)
    at = model.names.index("mean_log_share_rate")
    centre = model.mode()
    line = np.linspace(-6.5, -3.0, 400)
    log = model.log_posterior(np.array([np.where(np.arange(len(centre)) == at, v, centre) for v in line]))
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    mean = float(weight @ line)
    sd = float(np.sqrt(weight @ (line - mean) ** 2))
    assert_allclose(drawn.flat[:, at].mean(), mean, atol=4 * sd / np.sqrt(drawn.ess[at]))
    assert_allclose(drawn.flat[:, at].std(), sd, rtol=0.12)
    assert drawn.ess.min() >= 200
    assert drawn.rhat.max() <= 1.01


def test_same_seed_same_draws() -> None:
    """A posterior is a function of posts and seed."""
    model = Model(posts_of(2, 15))
    first, again, other = (sample(Model(posts_of(2, 15)), seed=s).flat for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert list(sample(model, seed=1).table()) == [
        "mean_log_level", "mean_log_share_rate", "sd_level", "sd_share_rate", "correlation",
    ]  # fmt: skip


def test_diagnostics_know_good_chains_from_bad() -> None:
    """Independent draws have their own number as effective sample; chains apart and slow chains are found."""
    generator = np.random.default_rng(1)
    good = generator.standard_normal((4, 1000, 1))
    ess, rhat = diagnostics(good)
    assert 3200 < ess[0] < 4800
    assert rhat[0] < 1.01
    apart = good + np.arange(4)[:, None, None]
    assert diagnostics(apart)[1][0] > 1.5
    slow = signal.lfilter([1.0], [1.0, -0.9], generator.standard_normal((4, 20_000, 1)), axis=1)
    # an autoregression of 0.9 has (1 - 0.9) / (1 + 0.9) of the draws
    assert_allclose(diagnostics(slow)[0][0], 80_000 * 0.1 / 1.9, rtol=0.15)
