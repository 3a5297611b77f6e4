"""Counts by column, each in the fewest bytes that hold it: most counts of small worlds fit into one byte."""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

FOLDS = 64  # pieces of rows that are laid over each other to see what their columns hold: long rows, so one quick pass
KINDS = [(int(np.iinfo(kind).min), int(np.iinfo(kind).max), np.dtype(kind)) for kind in "Bbhiq"]  # narrowest first


class _Stored:
    """The columns of all rows: None where nothing but zeros was put."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.lock = rows, Lock()
        self.columns: list[NDArray[np.integer] | None] = [None] * columns

    def put(self, column: int, first: int, numbers: NDArray[np.integer], kind: np.dtype[Any]) -> None:
        """Put ``numbers``, which ``kind`` holds, from row ``first`` on: the column is made or widened for them."""
        held = self.columns[column]
        if held is None:
            held = np.zeros(self.rows, kind)
        elif not np.can_cast(kind, held.dtype):
            held = held.astype(np.promote_types(kind, held.dtype))
        held[first : first + len(numbers)] = numbers
        self.columns[column] = held


class NarrowColumns:
    """Whole numbers [W, C] of which each column is kept in the narrowest type that holds it, and not at all while it is zero.

    Rows are put once. ``table[:, column]`` makes a column of the type ``dtype``, ``numpy.asarray`` all rows, and
    ``table[first:last]`` is a view. Memory that a process touches for the first time costs as much as small worlds do: a million
    of them keep 55 bytes each in this way, and kept 140 in 32 bits a count.
    """

    def __init__(self, shape: tuple[int, ...], dtype: DTypeLike) -> None:
        worlds, columns = shape
        self.shape, self.dtype = (worlds, columns), np.dtype(dtype)
        self._first, self._stored = 0, _Stored(worlds, columns)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            first, last, _ = key.indices(len(self))
            view = NarrowColumns((max(last - first, 0), self.shape[1]), self.dtype)
            view._first, view._stored = self._first + first, self._stored
            return view
        if not isinstance(key, tuple) or len(key) != 2:
            return np.asarray(self)[key]
        rows, columns = key
        if isinstance(columns, slice):
            return self._wide(range(self.shape[1])[columns], self.dtype)[rows]
        return self.held(columns).astype(self.dtype)[rows]

    def held(self, column: int) -> NDArray[np.integer]:
        """A column as it is kept, so in a type in which sums and products overflow."""
        held = self._stored.columns[column]
        if held is None:
            return np.broadcast_to(np.zeros(1, np.uint8), len(self))
        return held[self._first : self._first + len(self)]

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """All rows."""
        return self._wide(range(self.shape[1]), self.dtype if dtype is None else dtype)

    def _wide(self, columns: range, dtype: DTypeLike) -> NDArray[Any]:
        made = np.empty((len(self), len(columns)), dtype, order="F")
        for i, column in enumerate(columns):
            made[:, i] = self.held(column)
        return made

    def put(self, first: int, rows: NDArray[np.signedinteger]) -> None:
        """Keep ``rows`` [n, C] from row ``first`` on, where nobody has put anything; threads may put at once."""
        with self._stored.lock:
            for column, bits in enumerate(bits_of(rows).tolist()):
                if bits:
                    numbers = rows[:, column]
                    low, high = (0, bits) if bits > 0 else (numbers.min(), numbers.max())
                    kind = next(kind for least, most, kind in KINDS if least <= low and high <= most)
                    self._stored.put(column, self._first + first, numbers, kind)


def bits_of(rows: NDArray[np.signedinteger]) -> NDArray[np.signedinteger]:
    """All bits that any number of a column [n, C] has, int[C]: 0 for zeros alone, negative where a number is."""
    columns, each = rows.shape[1], len(rows) // FOLDS
    folded = np.bitwise_or.reduce(rows[: each * FOLDS].reshape(FOLDS, each * columns), axis=0).reshape(each, columns)
    return np.asarray(np.bitwise_or.reduce(folded, axis=0) | np.bitwise_or.reduce(rows[each * FOLDS :], axis=0))


def column_of(table: NarrowColumns | NDArray[Any], column: int) -> NDArray[np.integer]:
    """A column as it is kept, without a copy."""
    return table.held(column) if isinstance(table, NarrowColumns) else table[:, column]
