"""A table of frequencies says of mean, spread and quantiles what the column says."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viralsim.measurement import arms
from viralsim.measurement.tally import PIECE, tally_of

COLUMNS = st.lists(st.integers(0, 40) | st.just(5000), min_size=1, max_size=200)


@given(COLUMNS, st.sampled_from([1.0, 0.25, 1 / 3]), st.integers(0, 3), st.sampled_from([1, 7, PIECE]))
def test_a_tally_is_its_column(numbers: list[int], unit: float, missing: int, piece: int) -> None:
    """Moments and quantiles of random columns, with worlds in which nothing was seen, counted in pieces."""
    values = np.array(numbers) * unit
    with mock.patch("viralsim.measurement.tally.PIECE", piece):
        tally = tally_of(np.append(values, [np.nan] * missing), unit)
    assert tally is not None
    assert tally.worlds == len(values)
    assert tally.mean == pytest.approx(values.mean(), rel=1e-12)
    assert tally.moment(2) == pytest.approx(values.var(), rel=1e-9, abs=1e-12)
    for q in (0.0, 0.05, 0.5, 0.95, 1.0):
        assert tally.quantile(q) == pytest.approx(np.quantile(values, q), rel=1e-12)


@pytest.mark.parametrize("values", [[0.5, 1.0], [-1.0, 2.0], [1e9], [np.inf], [np.nan], []])
def test_other_columns_are_left_to_the_column(values: list[float]) -> None:
    """No rounding, and no table that is longer than the column is worth."""
    assert tally_of(np.array(values)) is None


@given(COLUMNS)
def test_a_summary_of_frequencies_is_that_of_the_column(numbers: list[int]) -> None:
    """As for more worlds than the bootstrap takes: the t interval, the same words on heavy tails."""
    values = np.array(numbers, dtype=float)
    tally = tally_of(values)
    assert tally is not None
    short = arms._summary_of(tally)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("viralsim.measurement.intervals.BOOTSTRAP_MOST_WORLDS", 0)
        whole = arms._summaries(values[:, None], None, 1)[0]
    assert short.count == whole.count
    assert short.few_worlds == whole.few_worlds
    for name in (*arms.STATISTICS, "skewness"):
        expected = pytest.approx(getattr(whole, name), rel=1e-9, abs=1e-9, nan_ok=True)
        assert getattr(short, name) == expected, name
