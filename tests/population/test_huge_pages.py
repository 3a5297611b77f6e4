"""Arrays in huge pages are arrays like any other."""

from __future__ import annotations

import mmap

import numpy as np
import pytest

from viralsim.population.network import huge_pages
from viralsim.population.network.huge_pages import PAGE_BYTES, copy_of, empty


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.float32])
@pytest.mark.parametrize("bytes_", [0, 8, PAGE_BYTES - 8, PAGE_BYTES, 3 * PAGE_BYTES + 40])
def test_an_array_has_the_size_and_type_asked_for_and_keeps_what_is_written(bytes_: int, dtype: type) -> None:
    count = bytes_ // np.dtype(dtype).itemsize
    array = empty(count, dtype)
    assert (array.shape, array.dtype) == ((count,), np.dtype(dtype))
    assert array.flags.carray
    array[:] = np.arange(count)
    assert np.array_equal(copy_of(array), np.arange(count, dtype=dtype))


@pytest.mark.skipif(not hasattr(mmap, "MADV_HUGEPAGE"), reason="this system has no huge pages to ask for")
def test_a_large_array_begins_on_a_huge_page_and_lives_as_long_as_it_is_used() -> None:
    array = empty(PAGE_BYTES, np.int64)
    assert array.ctypes.data % PAGE_BYTES == 0
    array[:] = 7
    tail = array[-3:]
    del array
    assert tail.tolist() == [7, 7, 7]


@pytest.mark.parametrize("why", ["refused", "unknown"])
def test_without_huge_pages_it_is_an_ordinary_array(monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    if why == "unknown":
        monkeypatch.delattr(mmap, "MADV_HUGEPAGE", raising=False)
    else:
        monkeypatch.setattr(mmap, "MADV_HUGEPAGE", -1, raising=False)  # EINVAL, as of a kernel built without them
    array = huge_pages.empty(PAGE_BYTES, np.int64)
    array[:] = 3
    assert array.shape == (PAGE_BYTES,)
    assert array.sum() == 3 * PAGE_BYTES
