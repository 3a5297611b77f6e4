"""Columns that are read or made when they are asked for: a million worlds open at once, a run pays for what it shows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Value = TypeVar("Value")


class TableFile:
    """A Parquet file that stays open: its columns are those of the file as it was opened, whatever takes its name later."""

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self._file = pq.ParquetFile(path)
        self._lock = threading.Lock()
        about = self._file.metadata
        self.rows: int = about.num_rows
        self.names = frozenset(self._file.schema_arrow.names)
        self._lengths = [about.row_group(i).num_rows for i in range(about.num_row_groups)]

    def column(self, name: str, first: int, count: int) -> NDArray[Any]:
        """Rows ``first`` to ``first + count - 1`` of a column; only the groups of rows that hold them are read."""
        groups, start, skipped = [], 0, 0
        for i, length in enumerate(self._lengths):
            if start + length <= first:
                skipped += length
            elif start < first + count:
                groups.append(i)
            start += length
        with self._lock:
            table = self._file.read_row_groups(groups, columns=[name])
        values: NDArray[Any] = table[name].slice(first - skipped, count).combine_chunks().to_numpy(zero_copy_only=False)
        return values


class StoredColumns(Mapping[str, NDArray[Any]]):
    """Name -> column of the rows of one arm, read at the first question and kept; ``shapes`` where it has more than one axis."""

    def __init__(
        self,
        file: TableFile,
        names: Sequence[str],
        prefix: str,
        first: int,
        rows: int,
        shapes: Mapping[str, Any] | None = None,
    ) -> None:
        missing = [name for name in names if prefix + name not in file.names]
        if missing or first + rows > file.rows:
            raise KeyError(f"{missing or rows}")
        self.file, self.names, self.prefix = file, tuple(names), prefix
        self.first, self.rows, self.shapes = first, rows, shapes or {}
        self._read: dict[str, NDArray[Any]] = {}

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._read:
            if name not in self.names:
                raise KeyError(name)
            values = self.file.column(self.prefix + name, self.first, self.rows)
            self._read[name] = values.reshape(self.shapes[name]) if name in self.shapes else values
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        return f"StoredColumns({', '.join(self.names)})"


def is_one_number(column: NDArray[Any]) -> bool:
    """Whether a column is one number that was broadcast to all rows, which takes the memory of one."""
    return len(column) > 0 and column.strides == (0,)


class Counted:
    """Makes ``(column + also) * unit - less`` as float64[W], NaN in worlds where ``among`` is not positive."""

    def __init__(
        self,
        column: NDArray[np.integer],
        among: NDArray[np.integer] | None = None,
        unit: float = 1.0,
        less: float = 0.0,
        also: Sequence[NDArray[np.integer]] = (),
    ) -> None:
        self.column, self.among, self.unit, self.less, self.also = column, among, unit, less, also

    def __call__(self) -> NDArray[np.float64]:
        """The column."""
        values = self.column.astype(np.float64)  # and in place: memory touched for the first time is slow
        for column in self.also:
            values += column
        if self.unit != 1.0:
            values *= self.unit
        if self.less:
            values -= self.less
        return values if self.among is None else np.where(self.among > 0, values, np.nan)


class OfTwo:
    """Makes a column as ``function`` of two columns of counts [W]; NaN where it is not defined."""

    def __init__(
        self,
        first: NDArray[np.integer],
        second: NDArray[np.integer],
        function: Callable[[NDArray[Any], NDArray[Any]], NDArray[np.float64]],
    ) -> None:
        self.first, self.second, self.function = first, second, function

    def __call__(self) -> NDArray[np.float64]:
        """The column."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.function(self.first.astype(np.float64), self.second)


class Made(Mapping[str, Value]):
    """Name -> value, each made by its function when first asked for, and kept."""

    def __init__(self, makers: Mapping[str, Callable[[], Value]]) -> None:
        self._makers = dict(makers)
        self._made: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._makers)})"


class MadeColumns(Made[NDArray[Any]]):
    """Name -> column of ``rows`` rows."""

    def __init__(self, makers: Mapping[str, Callable[[], NDArray[Any]]], rows: int) -> None:
        super().__init__(makers)
        self.rows = rows

    def counted(self, name: str) -> Counted | OfTwo | None:
        """The counts that a column is made of, if it is nothing else; no memory is taken for them."""
        maker = self._makers.get(name)
        return maker if isinstance(maker, Counted | OfTwo) else None


class MadeArray:
    """A field of a dataclass, None by default: an array, or what ``numpy.asarray`` makes one of when it is first asked for."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_{name}"

    def __get__(self, record: object, owner: type | None = None) -> NDArray[Any] | None:
        given = None if record is None else vars(record)[self._name]
        if given is not None and not isinstance(given, np.ndarray):
            given = vars(record)[self._name] = np.asarray(given)
        return given

    def __set__(self, record: object, given: Any) -> None:
        vars(record)[self._name] = given
