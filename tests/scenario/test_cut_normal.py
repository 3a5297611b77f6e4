"""Quantiles of a cut normal are those of SciPy's truncated normal, to the last bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import truncnorm

from viralsim.scenario.cut_normal import cut_normal_quantiles

UNITS = np.concatenate([[0.0, 1e-300, 1e-12], np.linspace(0.001, 0.999, 301), [1 - 1e-12, 1.0]])


def bits(values: np.ndarray) -> list[int]:
    """The numbers as their bits, so that equal means the very same."""
    return np.asarray(values, np.float64).view(np.int64).tolist()


def theirs(mean: float, sd: float, low: float, high: float) -> np.ndarray:
    """SciPy's quantiles."""
    return truncnorm.ppf(UNITS, (low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd)


@given(mean=st.floats(-50, 50), sd=st.floats(0.01, 20), low=st.floats(-8, 8), width=st.floats(0.01, 12))
def test_every_cut_is_scipys(mean: float, sd: float, low: float, width: float) -> None:
    """Wherever both ends lie, in the tails too."""
    ends = mean + low * sd, mean + (low + width) * sd
    assert bits(cut_normal_quantiles(UNITS, mean, sd, *ends)) == bits(theirs(mean, sd, *ends))


@pytest.mark.parametrize(
    "ends", [(-np.inf, 2.0), (-2.0, np.inf), (0.0, 1.0), (-1.0, 0.0), (5.0, 6.0), (-np.inf, np.inf)]
)
def test_open_ends_and_ends_at_the_mean(ends: tuple[float, float]) -> None:
    """No end, one end, an end at the mean, both in one tail; units of 0 and 1 are the ends themselves."""
    found = cut_normal_quantiles(UNITS, 0.0, 1.0, *ends)
    assert bits(found) == bits(theirs(0.0, 1.0, *ends))
    assert (found[0], found[-1]) == ends
