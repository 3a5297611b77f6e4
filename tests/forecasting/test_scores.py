"""Scores of forecasts: those of the library where it has them, and finite where all draws are far off."""

from __future__ import annotations

import numpy as np
import pytest

from viralsim.forecasting.scores import LEAST_BANDWIDTH, log_score


def test_log_score_is_that_of_a_normal_kernel() -> None:
    """Near the draws it is scoringrules' own."""
    import scoringrules  # here: each process of the suite collects this file, and importing it takes 3 s

    generator = np.random.default_rng(0)
    draws, true = generator.lognormal(3, 1, (20, 200)).round(), generator.lognormal(3, 1, 20).round()
    logs = np.log1p(draws)
    bandwidth = np.maximum(1.06 * logs.std(1) * 200**-0.2, LEAST_BANDWIDTH)
    expected = scoringrules.logs_ensemble(np.log1p(true), logs, bw=bandwidth)
    assert log_score(draws, true) == pytest.approx(expected, rel=1e-9)


def test_log_score_is_finite_far_off() -> None:
    """Draws that all say 5 where a million came: a large number, no infinity and no warning."""
    (found,) = log_score(np.full((1, 100), 5.0), np.array([1e6]))
    gap = (np.log1p(1e6) - np.log1p(5.0)) / LEAST_BANDWIDTH
    assert found == pytest.approx(0.5 * gap**2 + np.log(LEAST_BANDWIDTH * np.sqrt(2 * np.pi)), rel=1e-9)
