"""Worlds over threads: each is run once, whatever the number of threads and however long they take."""

from __future__ import annotations

import time
from threading import get_ident

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viralsim import parallel


@settings(max_examples=60, deadline=None)
@given(worlds=st.integers(1, 3000), threads=st.integers(1, 5))
def test_every_world_once(worlds: int, threads: int) -> None:
    """Blocks cover all worlds and none twice; scratch memory is one thread's own."""
    runs = np.zeros(worlds, dtype=np.int64)
    owners: set[tuple[int, int]] = set()

    def work(first: int, last: int, scratch: list[int]) -> None:
        runs[first:last] += 1
        owners.add((get_ident(), id(scratch)))

    kept: list[list[int]] = []

    def allocate() -> list[int]:
        kept.append([])
        return kept[-1]

    parallel.run_blocks(work, allocate, worlds, threads)
    assert (runs == 1).all()
    assert len({scratch for _, scratch in owners}) == len(owners) <= min(threads, worlds)


def test_blocks_are_sized_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow worlds come in small blocks, so that an interrupt is heard; quick ones in large blocks."""
    now_s = 0.0
    monkeypatch.setattr(parallel.time, "perf_counter", lambda: now_s)

    def sizes_of(world_s: float, worlds: int) -> list[int]:
        sizes: list[int] = []

        def work(first: int, last: int, scratch: None) -> None:
            nonlocal now_s
            sizes.append(last - first)
            now_s += world_s * (last - first)

        parallel.run_blocks(work, lambda: None, worlds, 1)
        return sizes

    assert max(sizes_of(0.008, 400)[6:]) == 4
    assert set(sizes_of(1.0, 80)[6:]) == {1}
    assert max(sizes_of(1e-7, 1_000_000)) == 131_072


@pytest.mark.parametrize(("world_s", "first"), [(None, parallel.FIRST_BLOCK), (1e-5, 2000), (10.0, 1)])
def test_blocks_begin_with_their_size_where_it_is_known(world_s: float | None, first: int) -> None:
    """What a world took before says how many make a block; all are handed out once."""
    blocks = list(parallel.Blocks(5000, 1, world_s).of_one_thread())
    assert blocks[0] == (0, first)
    assert [last for _, last in blocks[:-1]] == [start for start, _ in blocks[1:]]
    assert blocks[-1][1] == 5000


@pytest.mark.parametrize("threads", [1, 3])
def test_an_error_ends_it(threads: int) -> None:
    """The error of one thread is raised, and the others find no more work."""
    done: list[int] = []

    def work(first: int, last: int, scratch: None) -> None:
        if first > 100:
            raise ValueError("no more")
        done.append(last)
        time.sleep(0.001)

    with pytest.raises(ValueError, match="no more"):
        parallel.run_blocks(work, lambda: None, 1_000_000, threads)
    assert max(done) < 1_000_000


@pytest.mark.parametrize(("quota", "most"), [(0.25, 1), (1.0, 1), (1.5, 2), (1000.0, 1000), (None, 1000)])
def test_a_quota_bounds_the_cores(monkeypatch: pytest.MonkeyPatch, quota: float | None, most: int) -> None:
    """A part of a core is used by a thread that waits for its rest; more than the machine has is not there."""
    alone = parallel.available_cores()
    monkeypatch.setattr(parallel, "quota_cores", lambda: None)
    here = parallel.available_cores()
    assert 1 <= alone <= here
    monkeypatch.setattr(parallel, "quota_cores", lambda: quota)
    assert parallel.available_cores() == min(here, most)
