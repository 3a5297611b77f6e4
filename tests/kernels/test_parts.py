"""What a thread counted goes to its place as it was: columns that hold something, and rows of which most numbers are zero."""

from __future__ import annotations

import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import viralsim as vs
from viralsim.kernels.arrays.narrow_columns import FOLDS, NarrowColumns, column_of
from viralsim.kernels.arrays.outputs import outputs
from viralsim.kernels.arrays.parts import Part, SparseRows
from viralsim.kernels.counts import Count
from viralsim.records.record import ArmOutcomes
from viralsim.simulation.run import compile_arms, compile_audience

SMALL = """\
viralsim: 1
name: Parts
seed: 4
horizon: 1d
audience: {members: 90, communities: {count: 5}}
channels: {wall: {network: {generate: {mean_following: 8}}, visibility: 0.3}}
content: {post: {appeal: 0.3}}
campaign: {content: post, organic: [{channel: wall, members: 1}]}
"""


@pytest.mark.parametrize("filled", [0.0, 0.03, 0.5, 1.0])
def test_sparse_rows_are_the_rows_that_were_put(filled: float) -> None:
    """Of few, many and all numbers; put out of order, through a view, and read whole, from a view and as another type."""
    luck = np.random.default_rng(3)
    rows = (luck.integers(1, 9, (40, 7)) * (luck.random((40, 7)) < filled)).astype(np.int32)
    kept = SparseRows(50, 7)
    kept.put(25, rows[25:40])
    kept[10:30].put(0, rows[10:25])
    kept.put(0, rows[:10])
    whole = np.vstack([rows, np.zeros((10, 7), np.int32)])
    assert np.asarray(kept).dtype == np.int32
    np.testing.assert_array_equal(np.asarray(kept), whole)
    for first, last in ((0, 50), (3, 27), (38, 50), (20, 20)):
        assert len(kept[first:last]) == last - first
        np.testing.assert_array_equal(np.asarray(kept[first:last]), whole[first:last])
    np.testing.assert_array_equal(np.asarray(kept, np.float64), whole.astype(np.float64))


def test_sparse_rows_are_found_among_very_many() -> None:
    """Ten million worlds of a thousand communities have more places than 32 bits number."""
    kept, last = SparseRows(10_000_000, 1000), 10_000_000 - 2
    rows = np.zeros((2, 1000), np.int32)
    rows[0, 3], rows[1, 999] = 5, 7
    kept.put(last, rows)
    np.testing.assert_array_equal(np.asarray(kept[last:]), rows)
    assert not np.asarray(kept[:2]).any()


NUMBERS = st.one_of(st.integers(-(2**40), 2**40), st.integers(-300, 300), st.just(0), st.integers(32_000, 66_000))


@given(
    data=st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=1, max_size=2 * FOLDS + 9),
    cuts=st.lists(st.integers(0, 2 * FOLDS + 9), max_size=3),
    backwards=st.booleans(),
)
def test_narrow_columns_are_the_numbers_that_were_put(data: list[list[int]], cuts: list[int], backwards: bool) -> None:
    """Of any size and sign, put part by part in any order, through views: whole, by column, some columns, some rows."""
    rows = np.array(data, np.int64)
    kept = NarrowColumns((len(rows) + 5, 3), np.int64)
    ends = sorted({0, len(rows), *(cut for cut in cuts if cut < len(rows))})
    parts = list(pairwise(ends))
    for first, last in reversed(parts) if backwards else parts:
        kept[first:].put(0, rows[first:last])
    whole = np.vstack([rows, np.zeros((5, 3), np.int64)])
    np.testing.assert_array_equal(np.asarray(kept), whole)
    np.testing.assert_array_equal(kept[:, 1:], whole[:, 1:])
    np.testing.assert_array_equal(kept[1:], whole[1:])
    for column in range(3):
        assert kept[:, column].dtype == np.int64
        np.testing.assert_array_equal(kept[:, column], whole[:, column])
        np.testing.assert_array_equal(column_of(kept[1:-1], column), column_of(whole[1:-1], column))


@pytest.mark.parametrize(
    ("low", "high", "size"),
    [(0, 255, 1), (-128, -1, 1), (-1, 127, 2), (0, 256, 2), (0, 2**15, 4), (-(2**31), 0, 4), (0, 2**31, 8)],
)
def test_narrow_columns_take_as_many_bytes_as_they_need(low: int, high: int, size: int) -> None:
    """A column without a number keeps nothing; one takes what its numbers need, also where they come in two parts."""
    kept = NarrowColumns((2, 2), np.int64)
    kept.put(0, np.array([[low, 0]]))
    kept.put(1, np.array([[high, 0]]))
    assert kept.held(0).itemsize == size
    assert kept.held(0).tolist() == [low, high]
    assert kept.held(1).strides == (0,)


@pytest.mark.parametrize("done", [1, FOLDS - 1, FOLDS, 3 * FOLDS + 5])
def test_columns_that_hold_anything_are_written(done: int) -> None:
    """First and last column, neighbours, a number in one world alone, negative ones: wherever in the part they stand."""
    scenario = vs.loads(SMALL)
    ((_, arm),) = compile_arms(scenario, compile_audience(scenario)).items()
    luck = np.random.default_rng(done)
    for held in ([], [0], [len(Count) - 1], [4, 5, 9], list(range(len(Count)))):
        out = outputs(arm.world, 4 * FOLDS, 1, count=np.int32, order="F")
        part = Part(out, 4 * FOLDS, np.int64)
        into = part.rows(2, 2 + done)
        expected = np.zeros_like(out.counts)
        for column in held:
            world = int(luck.integers(done))
            into.counts[world, column] = expected[2 + world, column] = luck.integers(-5, 0)
        into.reach_by_community[done - 1] = 3
        part.put(2, done)
        np.testing.assert_array_equal(out.counts, expected)
        assert out.reach_by_community.sum() == out.reach_by_community[1 + done].sum() == 3 * 5
        assert not part.rows(0, done).counts[:done].any()


def test_reach_by_community_is_an_array_when_it_is_asked_for() -> None:
    """int32, whole, and the same after pickling, though the run kept what is not zero."""
    result = vs.simulate(vs.loads(SMALL), worlds=300, threads=2)
    ((name, arm),) = result.arms.items()
    again = pickle.loads(pickle.dumps(arm))
    reached = arm.reach_by_community
    assert isinstance(reached, np.ndarray)
    assert reached.dtype == np.int32
    assert reached is arm.reach_by_community
    np.testing.assert_array_equal(reached.sum(axis=1), arm.measures["reach"])
    np.testing.assert_array_equal(again.reach_by_community, reached)
    assert ArmOutcomes(name, {}).reach_by_community is None
