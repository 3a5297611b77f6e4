"""The rows of an edge list, block after block: plain lines at once on all cores, whatever is not plain by pandas."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from viralsim.parallel import in_order
from viralsim.population.importers.diagnostics import name_first_fault
from viralsim.population.importers.dialect import TableForm
from viralsim.population.importers.edge_spool import LARGEST_INT32, EdgeColumns
from viralsim.population.importers.fast_csv import NO_BYTE, read_plain_lines
from viralsim.population.importers.text_stream import (
    BYTE_ORDER_MARK,
    CHUNK,
    Report,
    blocks_of_lines,
    bytes_read,
    open_text,
)

if TYPE_CHECKING:
    import pandas as pd

BLOCK_BYTES = 1 << 23  # half a million lines: enough for the overhead of a block, little beside the members
BLOCK_ROWS = 1 << 19


class LabelColumns(NamedTuple):
    """As ``EdgeColumns``, the ends still being labels."""

    source: pd.Series[str]
    target: pd.Series[str]
    tie_strength: NDArray[np.float64] | None
    influence_weight: NDArray[np.float64] | None


class LabelPlaces(NamedTuple):
    """As ``EdgeColumns``, the ends being where their labels are in a text: ``place << 32 | length``."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    tie_strength: NDArray[np.float64] | None
    influence_weight: NDArray[np.float64] | None
    text: NDArray[np.uint8]


Rows = EdgeColumns | LabelColumns | LabelPlaces


def read_rows(path: Path, form: TableForm, head: bytes, report: Report | None = None) -> Iterator[Rows]:
    """The rows of a table, block after block; ``head``: its first bytes. ``NetworkError`` names a bad line.

    Ids that are whole numbers come as ``EdgeColumns``, labels as either of the other two.
    """
    offset = start = _first_row(form, head)
    if offset is not None:
        with open_text(path, offset) as stream:
            blocks = blocks_of_lines(stream, BLOCK_BYTES, longest=CHUNK)
            for rows, read, size in in_order(lambda block: _plain(block, form), blocks):
                _check(path, form, 0 if offset == start else offset, rows)
                yield rows
                _tell(report, path, stream)
                offset += read
                if read < size:
                    break
            else:
                return
    yield from _by_pandas(path, form, head, None if offset == start else offset, report)


def _tell(report: Report | None, path: Path, stream: BinaryIO) -> None:
    if report is not None:
        report("reading", bytes_read(stream), path.stat().st_size)


def _skipped(form: TableForm) -> int:
    """Lines before the first row of edges; an announcement of another width is among them."""
    return form.skip + (1 if form.announced and form.width > 2 else 0)


def _first_row(form: TableForm, head: bytes) -> int | None:
    """The byte at which rows begin; None where pandas may count the lines before it in another way."""
    offset = len(BYTE_ORDER_MARK) if head.startswith(BYTE_ORDER_MARK) else 0
    for _ in range(_skipped(form)):
        end = head.find(b"\n", offset) + 1
        line = head[offset:end]
        if not end or len(line.decode("utf-8", errors="replace").splitlines()) != 1 or line.count(b'"') % 2:
            return None
        offset = end
    return offset


def _plain(block: bytes, form: TableForm) -> tuple[EdgeColumns | LabelPlaces, int, int]:
    """(rows, bytes read, bytes there) of the lines of a block up to the first that is not plain."""
    size, most = len(block), block.count(b"\n") + 1
    if not block.isascii():
        try:
            block.decode("utf-8")
        except UnicodeDecodeError:
            size = 0
    if size > CHUNK and not block.endswith(b"\n"):
        size = 0
    wanted = (form.tie_strength, form.influence_weight)
    ends = np.empty((2, most), np.int64)
    weights = np.empty((2, most if wanted != (None, None) else 0), np.float64)
    separator, comment = ord(form.separator or "\0"), ord("#") if form.comments else NO_BYTE
    places = (form.source, form.target, *(-1 if i is None else i for i in wanted))
    text = np.frombuffer(block, np.uint8)[:size]
    words = (separator, comment, 0 if form.whole else 1, form.width, *places)
    rows, read = read_plain_lines(text, words, ends, weights)
    strength, weight = (None if i is None else column[:rows] for i, column in zip(wanted, weights, strict=True))
    if not form.whole:
        return LabelPlaces(ends[0, :rows], ends[1, :rows], strength, weight, text), read, len(block)
    source, target = ends[0, :rows], ends[1, :rows]
    if rows and ends[:, :rows].max() <= LARGEST_INT32:
        source, target = source.astype(np.int32), target.astype(np.int32)
    return EdgeColumns(source, target, strength, weight), read, len(block)


class _Prefixed(io.RawIOBase):
    """A stream with some bytes before it."""

    def __init__(self, prefix: bytes, stream: BinaryIO) -> None:
        self._prefix, self._stream = prefix, stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        part = self._prefix[: len(buffer)] or self._stream.read(len(buffer))
        self._prefix = self._prefix[len(part) :]
        buffer[: len(part)] = part
        return len(part)


def _by_pandas(path: Path, form: TableForm, head: bytes, offset: int | None, report: Report | None) -> Iterator[Rows]:
    """The rows from the byte ``offset`` on, where a line begins (None: all); the first bad line is looked for and named.

    From the middle of a file on a row of zeros goes first: pandas takes the first row's width for the table's.
    """
    import pandas as pd

    start = (len(BYTE_ORDER_MARK) if head.startswith(BYTE_ORDER_MARK) else 0) if offset is None else offset
    with open_text(path, start) as stream:
        source: Any = stream
        if offset is not None:
            zeros = (form.separator or " ").join("0" * form.width) + "\n"
            source = io.BufferedReader(cast(io.RawIOBase, _Prefixed(zeros.encode(), stream)))
        frames: Any = None
        first = True
        while True:
            try:
                if frames is None:
                    frames = _frames(source, form, _skipped(form) if offset is None else 0)
                frame = next(frames)
            except StopIteration:
                return
            except (ValueError, OverflowError, pd.errors.ParserError, UnicodeDecodeError) as error:
                name_first_fault(path, form, offset or 0, str(error))
            if first and offset is not None:
                frame = frame.iloc[1:]
            first = False
            try:
                columns = _columns(frame, form)
            except (ValueError, OverflowError) as error:
                name_first_fault(path, form, offset or 0, str(error))
            _check(path, form, offset or 0, columns)
            yield columns
            _tell(report, path, stream)


def _frames(source: Any, form: TableForm, skip: int) -> Iterator[pd.DataFrame]:
    import pandas as pd

    # all as text, so that rows of other lengths are noticed, and ids as they are written
    dtypes: dict[int, Any] = dict.fromkeys(range(form.width), str)
    for position in (form.tie_strength, form.influence_weight):
        if position is not None:
            dtypes[position] = np.float64
    return pd.read_csv(
        source,
        sep=form.separator or r"\s+",
        header=None,
        names=list(range(form.width)),
        dtype=dtypes,
        skiprows=skip,
        comment="#" if form.comments else None,
        quoting=0 if form.separator else 3,
        keep_default_na=False,
        na_values=[],
        engine="c",
        chunksize=BLOCK_ROWS,
    )


def _columns(frame: pd.DataFrame, form: TableForm) -> EdgeColumns | LabelColumns:
    weights = (
        None if form.tie_strength is None else frame[form.tie_strength].to_numpy(),
        None if form.influence_weight is None else frame[form.influence_weight].to_numpy(),
    )
    if form.whole:
        return EdgeColumns(_whole_numbers(frame[form.source]), _whole_numbers(frame[form.target]), *weights)
    return LabelColumns(frame[form.source], frame[form.target], *weights)


def _whole_numbers(ids: pd.Series[str]) -> NDArray[np.int64]:
    """Ids as whole numbers; ValueError where one is not written as such: 007 would be 7."""
    written = ids.str.strip()
    if not written.str.fullmatch(r"0|[1-9][0-9]*").all():
        raise ValueError("an id is no whole number")
    return written.to_numpy(dtype=object).astype(np.int64)


def _check(path: Path, form: TableForm, offset: int, rows: Rows) -> None:
    """Name the first bad line where something is wrong in rows though they could be read; none is before ``offset``."""
    fault = _fault(rows)
    if fault is not None:
        name_first_fault(path, form, offset, fault)


def _fault(columns: Rows) -> str | None:
    for values, high in ((columns.tie_strength, 1.0), (columns.influence_weight, np.inf)):
        if (
            values is not None
            and len(values)
            and not (values.min() >= 0 and values.max() <= high and np.isfinite(values).all())
        ):
            return "a weight is out of bounds"
    if isinstance(columns, EdgeColumns):
        negative = len(columns.source) > 0 and min(columns.source.min(), columns.target.min()) < 0
        return "an id is negative" if negative else None
    if isinstance(columns, LabelPlaces):
        return None
    missing = any((end == "").any() or end.isna().any() for end in (columns.source, columns.target))
    return "an id is missing" if missing else None
