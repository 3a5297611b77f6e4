"""A table of frequencies says of mean, spread and quantiles what the column says."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viralsim.measurement import arms
from viralsim.measurement.tally import PIECE, tally_of, tally_of_counts
from viralsim.records.columns import Counted

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


@given(
    st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=60),
    st.sampled_from([1.0, 0.25, 1 / 3]),
    st.sampled_from([1, 7, PIECE]),
    st.sampled_from([np.int32, np.int64]),
)
def test_counts_are_tallied_as_the_column_they_make(
    rows: list[tuple[int, bool]], unit: float, piece: int, kind: type[np.int32] | type[np.int64]
) -> None:
    """In a unit, and only in worlds in which the measure is defined; what is written in the others does not matter."""
    among = np.array([there for _, there in rows], kind)
    column = np.where(among > 0, [number for number, _ in rows], -1).astype(kind)
    made = Counted(column, among, unit)
    with mock.patch("viralsim.measurement.tally.PIECE", piece):
        counted, read = tally_of_counts(column, among, unit), tally_of(made(), unit)
    if not among.any():
        assert counted is None
        assert read is None
        return
    assert counted is not None
    assert read is not None
    assert counted.values.tolist() == read.values.tolist() == sorted({n * unit for n, there in rows if there})
    assert counted.counts.tolist() == read.counts.tolist()


@pytest.mark.parametrize("column", [[0, -1], [1 << 20], []])
def test_other_counts_are_left_to_the_column(column: list[int]) -> None:
    """A negative count, one that would make a long table, no world at all."""
    assert tally_of_counts(np.array(column, np.int64)) is None


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
