"""A table of frequencies says of mean, spread and quantiles what the column says."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viralsim.measurement import arms
from viralsim.measurement.tally import PIECE, SHORT, tally_of, tally_of_counts, tally_of_two
from viralsim.records.columns import Counted, OfTwo

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
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9), st.booleans()), min_size=1, max_size=60),
    st.sampled_from([1.0, 0.25, 1 / 3, 0.0]),
    st.sampled_from([0.0, 0.1, 7.5]),
    st.booleans(),
    st.sampled_from([1, 7, SHORT]),
    st.sampled_from([np.int8, np.int32, np.int64]),
)
def test_counts_are_tallied_as_the_column_they_make(
    rows: list[tuple[int, int, bool]], unit: float, less: float, added: bool, piece: int, kind: type[np.signedinteger]
) -> None:
    """In a unit, less a number, only where the measure is defined; what is written in other worlds does not matter."""
    among = np.array([there for *_, there in rows], kind)
    column = np.where(among > 0, [number for number, *_ in rows], 0 if added else -1).astype(kind)
    also = [np.array([more for _, more, _ in rows], np.uint8)] if added else []
    made = Counted(column, among, unit, less, also)()
    with mock.patch("viralsim.measurement.tally.SHORT", piece):
        counted = tally_of_counts(column, among, unit, less, also)
    assert (counted is None) == (not among.any())
    if counted is not None:
        values, times = np.unique(made[among > 0], return_counts=True)
        assert counted.values.tolist() == values.tolist()
        assert counted.counts.tolist() == times.tolist()


@given(st.lists(st.integers(0, 255), max_size=80), st.sampled_from([1, 2, 6, SHORT]))
def test_counts_of_one_byte_are_tallied_two_at_once(numbers: list[int], piece: int) -> None:
    """Of any size that a byte holds, an odd number of them too, and where they are not side by side in memory."""
    column = np.array(numbers, np.uint8)
    apart = np.repeat(column, 2)[::2]
    with mock.patch("viralsim.measurement.tally.SHORT", piece):
        tallies = [tally_of_counts(one) for one in (column, apart)]
    values, times = np.unique(column, return_counts=True)
    for tally in tallies:
        assert (tally is None) == (not numbers)
        if tally is not None:
            assert tally.values.tolist() == values.tolist()
            assert tally.counts.tolist() == times.tolist()


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 9)), min_size=1, max_size=60), st.sampled_from([1, PIECE])
)
def test_a_function_of_two_counts_is_tallied_as_its_column(rows: list[tuple[int, int]], piece: int) -> None:
    """Worlds in which it is not defined are left out, and unlike pairs of one value are that value."""
    first, second = np.array(rows, np.int32).T
    ratio = OfTwo(first, second, lambda posts, starts: (posts - starts) / posts)
    column = ratio()
    with mock.patch("viralsim.measurement.tally.PIECE", piece):
        tally = tally_of_two(ratio.first, ratio.second, ratio.function)
    values, times = np.unique(column[np.isfinite(column)], return_counts=True)
    assert (tally is None) == (not len(values))
    if tally is not None:
        assert tally.values.tolist() == values.tolist()
        assert tally.counts.tolist() == times.tolist()


@pytest.mark.parametrize(("first", "second"), [([-1, 2], [1, 1]), ([2], [-1]), ([1 << 15], [1 << 15])])
def test_other_pairs_are_left_to_the_column(first: list[int], second: list[int]) -> None:
    """A negative count, and pairs of which there would be too many."""
    assert tally_of_two(np.array(first), np.array(second), np.add) is None


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
