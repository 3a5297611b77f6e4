"""Edges in the order of their file, block after block: in memory, or in nameless files that go with the process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

LARGEST_INT32 = 2**31 - 1


class EdgeColumns(NamedTuple):
    """The columns of some edges, one entry per edge."""

    source: NDArray[Any]  # int32 or int64
    target: NDArray[Any]
    tie_strength: NDArray[np.float64] | None = None
    influence_weight: NDArray[np.float64] | None = None

    def part(self, first: int, last: int | None = None) -> EdgeColumns:
        """The edges from ``first`` on, up to ``last``."""
        return EdgeColumns(*(None if c is None else c[first:last] for c in self))  # type: ignore[arg-type]


class EdgeBlocks:
    """Edges in blocks, kept in the order in which they came.

    folder: where a file without a name holds them, so that memory holds a block only and nothing is left behind,
    however the process ends; None keeps them in memory. Ids that fit are kept in four bytes.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._file = None if folder is None else tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._blocks: list[EdgeColumns | _Place] = []
        self._size = 0
        self.largest: list[int] = []  # id of each block

    @property
    def edges(self) -> int:
        """How many edges there are."""
        return sum(len(b.source) if isinstance(b, EdgeColumns) else b.edges for b in self._blocks)

    def append(self, columns: EdgeColumns) -> None:
        """Add edges behind those that are there."""
        if len(columns.source) == 0:
            return
        self.largest.append(int(max(columns.source.max(), columns.target.max())))
        if self.largest[-1] <= LARGEST_INT32:
            source, target = (end.astype(np.int32, copy=False) for end in columns[:2])
            columns = columns._replace(source=source, target=target)
        if self._file is None:
            self._blocks.append(columns)
            return
        self._blocks.append(_Place(self._size, len(columns.source), [None if c is None else c.dtype for c in columns]))
        for array in columns:
            if array is not None:
                self._size += self._file.write(np.ascontiguousarray(array).data.cast("B"))

    def __iter__(self) -> Iterator[EdgeColumns]:
        """The blocks in their order, read again each time."""
        for block in self._blocks:
            yield block if isinstance(block, EdgeColumns) else self._read(block)

    def _read(self, place: _Place) -> EdgeColumns:
        assert self._file is not None
        self._file.seek(place.offset)
        arrays = [None if dtype is None else np.empty(place.edges, dtype) for dtype in place.dtypes]
        for array in arrays:
            if array is not None and self._file.readinto(array.data.cast("B")) != array.nbytes:
                raise OSError("a temporary file of edges was cut short")
        return EdgeColumns(*arrays)  # type: ignore[arg-type]

    def drop_first_block(self) -> None:
        """Forget the first block."""
        del self._blocks[0], self.largest[0]

    def close(self) -> None:
        """Give the room back."""
        self._blocks.clear()
        if self._file is not None:
            self._file.close()

    def __del__(self) -> None:  # of those that an error or Control-C left behind
        if getattr(self, "_file", None) is not None:
            self.close()


class _Place(NamedTuple):
    """Where a block lies in the file."""

    offset: int
    edges: int
    dtypes: list[np.dtype[Any] | None]
