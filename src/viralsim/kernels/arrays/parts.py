"""What a thread counts of some worlds stays in its cache, and goes to its place afterwards: only what is not zero.

Memory that a process touches for the first time costs as much as small worlds do, and most of what they count is zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from viralsim.kernels.arm_inputs import I4
from viralsim.kernels.arrays.narrow_columns import FOLDS, NarrowColumns, bits_of
from viralsim.kernels.arrays.outputs import rows_of
from viralsim.kernels.counts import Count
from viralsim.kernels.state import Out

MOST_WORLDS, PART_BYTES = 4096, 1 << 20  # of a part: it stays in the second-level cache


class SparseRows:
    """Rows int32[W, C] of which most numbers are zero: the others alone are kept, and ``numpy.asarray`` makes the rows."""

    def __init__(self, worlds: int, columns: int) -> None:
        self._first, self.shape = 0, (worlds, columns)
        # place of a part's first number, places of what is kept after it (None: all is), what is kept
        self._parts: list[tuple[int, I4 | None, I4]] = []

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice) -> SparseRows:
        """Some of the rows: what is put there is put here."""
        first, last, _ = rows.indices(len(self))
        view = SparseRows(max(last - first, 0), self.shape[1])
        view._first, view._parts = self._first + first, self._parts
        return view

    def put(self, first: int, rows: I4) -> None:
        """Keep ``rows`` from row ``first`` on, where nobody has put anything."""
        start, numbers = (self._first + first) * self.shape[1], rows.ravel()
        places = np.flatnonzero(numbers != 0)
        if 2 * len(places) > len(numbers):
            self._parts.append((start, None, numbers.copy()))
        else:
            self._parts.append((start, places.astype(np.int32), numbers[places]))

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """All rows."""
        made = np.zeros(self.shape, np.int32)
        flat, begin = made.reshape(-1), self._first * self.shape[1]
        for start, places, numbers in self._parts:
            at = np.int64(start - begin) + (np.arange(len(numbers)) if places is None else places)
            inside = (at >= 0) & (at < len(flat))
            flat[at[inside]] = numbers[inside]
        return made.astype(np.int32 if dtype is None else dtype, copy=False)


class Part:
    """Memory of a thread for what the next worlds of ``out`` count, at most ``most`` at once.

    ``count``: the kernel's type. ``zeroed``: whether the kernel expects zeros, not begins each world with them itself.
    """

    def __init__(self, out: Out, worlds: int, count: DTypeLike, zeroed: bool = True) -> None:
        self.out, self.zeroed, communities = out, zeroed, out.reach_by_community.shape[1]
        bytes_of_world = len(Count) * np.dtype(count).itemsize + 4 * communities
        self.most = max(FOLDS, min(MOST_WORLDS, PART_BYTES // bytes_of_world))
        held = out.counts
        self.is_place = isinstance(held, np.ndarray) and held.dtype == count and held.flags.c_contiguous
        if self.is_place:  # rows of the kernel's own kind: it counts there
            return
        rows = min(self.most, worlds)
        self.counts, self.reached = np.empty((rows, len(Count)), dtype=count), np.empty((rows, communities), np.int32)
        # tables whose rows the kernel would write to their place, were they not kept by column
        self.narrow = {
            name: np.empty((rows, table.shape[1]), table.dtype)
            for name, table in (("reach_by_channel", out.reach_by_channel), ("paid_bought", out.paid_bought))
            if isinstance(table, NarrowColumns)
        }

    def rows(self, first: int, last: int) -> Out:
        """Where the worlds of rows ``first`` to ``last`` count, with nothing counted where that is expected."""
        if self.is_place:
            return rows_of(self.out, first, last)
        if self.zeroed:
            for table in (self.counts, self.reached, *self.narrow.values()):
                table[: last - first] = 0
        rows = rows_of(self.out, first, last)
        return rows._replace(counts=self.counts, reach_by_community=self.reached, **self.narrow)

    def put(self, first: int, done: int) -> None:
        """Write what the ``done`` worlds from row ``first`` on counted to their rows, in which nothing stands yet."""
        if self.is_place:
            return
        counts, reached, rows = self.counts[:done], self.reached[:done], self.out.reach_by_community
        if isinstance(self.out.counts, NarrowColumns):
            self.out.counts.put(first, counts)
        else:
            for held in _held_columns(counts):
                self.out.counts[first : first + done, held] = counts[:, held]
        for name, table in self.narrow.items():
            getattr(self.out, name).put(first, table[:done])
        if isinstance(rows, SparseRows):
            rows.put(first, reached)
        else:
            rows[first : first + done] = reached


def _held_columns(counts: NDArray[np.signedinteger]) -> list[slice]:
    """The columns that hold anything but zeros, neighbours together."""
    ends = np.flatnonzero(np.diff(bits_of(counts) != 0, prepend=False, append=False))
    return [slice(begin, end) for begin, end in ends.reshape(-1, 2).tolist()]
