"""Arrays that are read at random places, in huge pages where the system has them."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

PAGE_BYTES = 2 << 20  # of a huge page; smaller arrays gain nothing


def empty(count: int, dtype: DTypeLike) -> NDArray[Any]:
    """``numpy.empty(count, dtype)``, in huge pages if it is large and the system gives them when asked.

    A row of a million members is found 1.1 times as fast there, because its page need not be looked up. NumPy asks for
    huge pages too, but memory that was used before stays in small ones.
    """
    bytes_ = count * np.dtype(dtype).itemsize
    if bytes_ < PAGE_BYTES or not hasattr(mmap, "MADV_HUGEPAGE"):
        return np.empty(count, dtype)
    memory = mmap.mmap(-1, bytes_ + PAGE_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    try:
        memory.madvise(mmap.MADV_HUGEPAGE)
    except OSError:  # a system without them
        return np.empty(count, dtype)
    whole = np.frombuffer(memory, np.uint8)
    begin = -whole.ctypes.data % PAGE_BYTES
    return whole[begin : begin + bytes_].view(dtype)


def copy_of(array: NDArray[Any]) -> NDArray[Any]:
    """``array.copy()`` of one dimension, as ``empty`` gives it."""
    made = empty(len(array), array.dtype)
    made[:] = array
    return made
