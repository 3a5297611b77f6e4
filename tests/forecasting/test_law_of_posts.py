"""The binned process: its bins, its evidence and its draws against independent computations."""

from __future__ import annotations

import numpy as np
import pytest
from forecasting.synthetic_posts import LAW, drawn_counts
from scipy import stats
from scipy.integrate import dblquad, quad

from viralsim.forecasting.curve import STANDARD_HOURS
from viralsim.forecasting.hawkes import count_terms, log_evidence, posterior, simulate, transitions
from viralsim.forecasting.post_law import LOG_SCALES, SHIPPED, fit_law, nodes_of, of_vector, on_bins

EDGES = np.array([0.0, 0.5, 1.0, 4.0])


@pytest.mark.parametrize("shape", [0.6, 1.0, 2.5])
def test_bins_hold_the_lomax_masses(shape: float) -> None:
    """Arrivals are differences of the cdf; kernels its mean over where in its bin an event lies."""
    scale, ratio = 0.7, 0.5
    arrival, kernel = transitions(EDGES, np.array([scale]), shape, shape, ratio)
    assert arrival[0] == pytest.approx(np.diff(stats.lomax(shape, scale=scale).cdf(EDGES)))
    law = stats.lomax(shape, scale=scale * ratio)
    within = quad(lambda u: law.cdf(0.5 - u), 0, 0.5)[0] / 0.5
    later = quad(lambda u: law.cdf(4.0 - u) - law.cdf(1.0 - u), 0.5, 1.0)[0] / 0.5
    assert kernel[0, 0, 0] == pytest.approx(within, rel=1e-6)
    assert kernel[0, 2, 1] == pytest.approx(later, rel=1e-6)
    assert kernel[0, 0, 1] == 0.0


def test_evidence_is_the_integral() -> None:
    """The quadrature over log A, log c and log R agrees with numerical integration of the same law."""
    law = SHIPPED._replace(level=1.5, level_sd=0.7, scale=0.0, scale_sd=0.8, correlation=0.4, rate_sd=1e-6)
    counts = np.array([2.0, 0.0, 3.0])
    binned, nodes = on_bins(law, EDGES), nodes_of(law, 0.0, 0.0)
    logs, _, _ = posterior(counts, 3, binned.arrival, binned.kernel, nodes, binned.sizes)
    found = log_evidence(logs) + count_terms(counts, 3, binned.sizes)
    rate = np.exp(law.rate)

    def density(level: float, log_scale: float) -> float:
        arrival, kernel = transitions(EDGES, np.exp([log_scale]), law.arrival_shape, law.kernel_shape, law.kernel_ratio)
        total = stats.multivariate_normal.pdf(
            [level, log_scale],
            [law.level, law.scale],
            [[0.49, 0.4 * 0.7 * 0.8], [0.4 * 0.7 * 0.8, 0.64]],
        )
        for b in range(3):
            mean = np.exp(level) * arrival[0, b] + rate * (counts[:b] * kernel[0, b, :b]).sum()
            mean /= 1 - rate * kernel[0, b, b]
            size = binned.sizes[b]
            total *= stats.nbinom.pmf(counts[b], size, size / (size + mean))
        return float(total)

    true = dblquad(density, -4.5, 4.5, -2.5, 5.5, epsabs=1e-9, epsrel=1e-4)[0]
    assert found == pytest.approx(np.log(true), abs=0.01)


def test_draws_have_the_mean_of_the_recursion() -> None:
    """Simulated counts have the mean that the means of earlier bins imply, within 4.5 standard errors."""
    binned = on_bins(LAW, EDGES)
    draws, at, level, rate = 20_000, 20, 3.0, 0.5
    seen = np.array([12.0, 0.0, 0.0])
    path = simulate(
        np.random.default_rng(1),
        seen,
        1,
        np.full(draws, at),
        np.full(draws, level),
        np.full(draws, rate),
        binned.arrival,
        binned.kernel,
        binned.sizes,
    )
    mean = [12.0]
    for b in (1, 2):
        value = np.exp(level) * binned.arrival[at, b] + rate * np.dot(mean, binned.kernel[at, b, :b])
        mean.append(value / (1 - rate * binned.kernel[at, b, b]))
    error = path.std(0) / np.sqrt(draws)
    assert np.all(np.abs(path.mean(0) - mean[1:]) < 4.5 * error)


def test_vector_and_back() -> None:
    """A law survives its own vector."""
    assert np.array(of_vector(LAW.vector())) == pytest.approx(np.array(LAW))


def test_no_posts_give_the_shipped_law_widened() -> None:
    """Without past posts all but the spread between posts is shipped."""
    law = fit_law(STANDARD_HOURS, np.zeros((0, STANDARD_HOURS.size - 1)), np.zeros(0))
    assert law._replace(level_sd=SHIPPED.level_sd) == SHIPPED
    assert law.level_sd > SHIPPED.level_sd


def test_fit_finds_what_it_can() -> None:
    """From 150 posts of a known law, the level, its spread and the time scale are found."""
    counts = drawn_counts(150, 5, LAW._replace(level=4.5, level_sd=0.5, scale=-1.5))
    law = fit_law(STANDARD_HOURS, counts, np.zeros(150))
    assert law.level == pytest.approx(4.5, abs=0.25)
    assert law.level_sd == pytest.approx(0.5, abs=0.15)
    assert law.scale == pytest.approx(-1.5, abs=0.5)
    assert law.size == pytest.approx(LAW.size, rel=0.4)


def test_grid_covers_minutes_to_months() -> None:
    """Time scales from half a minute to 80 days are tried."""
    assert np.exp(LOG_SCALES[0]) * 60 == pytest.approx(0.5)
    assert np.exp(LOG_SCALES[-1]) > 24 * 60
