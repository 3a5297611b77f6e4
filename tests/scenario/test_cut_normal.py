"""Quantiles of a cut normal are those of SciPy's truncated normal, to the last bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import truncnorm

from viralsim.scenario.cut_normal import cut_normal_quantiles

UNITS = np.concatenate([[0.0, 1e-300, 1e-12], np.linspace(0.001, 0.999, 301), [1 - 1e-12, 1.0]])


def same(mean: float, sd: float, low: float, high: float) -> None:
    theirs = truncnorm.ppf(UNITS, (low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd)
    ours = cut_normal_quantiles(UNITS, mean, sd, low, high)
    np.testing.assert_array_equal(ours.view(np.int64), theirs.view(np.int64))


@given(mean=st.floats(-50, 50), sd=st.floats(0.01, 20), low=st.floats(-8, 8), width=st.floats(0.01, 12))
def test_every_cut_is_scipys(mean: float, sd: float, low: float, width: float) -> None:
    same(mean, sd, mean + low * sd, mean + (low + width) * sd)


@pytest.mark.parametrize(
    "ends", [(-np.inf, 2.0), (-2.0, np.inf), (0.0, 1.0), (-1.0, 0.0), (5.0, 6.0), (-np.inf, np.inf)]
)
def test_open_ends_and_ends_at_the_mean(ends: tuple[float, float]) -> None:
    same(0.0, 1.0, *ends)
