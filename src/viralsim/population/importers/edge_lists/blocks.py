"""The rows of an edge list, block after block: plain lines at once on all cores, whatever is not plain line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.parallel import in_order
from viralsim.population.importers.edge_lists.careful_rows import (
    CarefulRows,
    Row,
    name_first_fault,
    text_from,
    weight_of,
)
from viralsim.population.importers.edge_lists.dialect import TableForm
from viralsim.population.importers.edge_lists.fast_csv import LENGTH_BITS, read_plain_lines
from viralsim.population.importers.edge_spool import LARGEST_INT32, EdgeColumns
from viralsim.population.importers.text_stream import (
    BYTE_ORDER_MARK,
    CHUNK,
    Report,
    blocks_of_lines,
    bytes_read,
    open_text,
)

BLOCK_BYTES = 1 << 23  # half a million lines: enough for the overhead of a block, little beside the members
BLOCK_ROWS = 1 << 19
LENGTH = np.int64((1 << LENGTH_BITS) - 1)


class LabelColumns(NamedTuple):
    """As ``EdgeColumns``, the ends still being labels."""

    source: list[str]
    target: list[str]
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


@dataclass
class Tally:
    """Lines of a table that hold no edge."""

    blanks: int = 0
    comments: int = 0


class _Plain(NamedTuple):
    """What was read of a block: its rows up to the first line that is not plain."""

    rows: EdgeColumns | LabelPlaces
    read: int  # bytes
    size: int
    lines: int
    blanks: int
    comments: int
    sound: bool  # whether all weights can be


def read_rows(path: Path, form: TableForm, head: bytes, tally: Tally, report: Report | None = None) -> Iterator[Rows]:
    """The rows of a table, block after block; ``head``: its first bytes. ``NetworkError`` names a bad line.

    Ids that are whole numbers come as ``EdgeColumns``, labels as either of the other two. Raises ``MisjudgedError`` where a row
    shows that the form is another.
    """
    offset = _first_row(form, head) if form.kind is None else None
    tally.blanks, tally.comments = form.blanks, form.comments
    line = form.skipped
    if offset is not None:
        with open_text(path, offset) as stream:
            blocks = blocks_of_lines(stream, BLOCK_BYTES, longest=CHUNK)
            for found in in_order(lambda block: _plain(block, form), blocks):
                if not found.sound:
                    name_first_fault(path, form, offset, line)
                yield found.rows
                _tell(report, path, stream)
                offset, line = offset + found.read, line + found.lines
                tally.blanks, tally.comments = tally.blanks + found.blanks, tally.comments + found.comments
                if found.read < found.size:
                    break
            else:
                return
    yield from _carefully(path, form, offset, line, tally, report)


def _tell(report: Report | None, path: Path, stream: BinaryIO) -> None:
    if report is not None:
        report("reading", bytes_read(stream), path.stat().st_size)


def _first_row(form: TableForm, head: bytes) -> int | None:
    """The byte at which rows begin; None where lines before it end in other ways, or lie behind the first bytes."""
    offset = len(BYTE_ORDER_MARK) if head.startswith(BYTE_ORDER_MARK) else 0
    for _ in range(form.skipped):
        end = head.find(b"\n", offset) + 1
        if not end or b"\r" in head[offset : end - 1].removesuffix(b"\r"):
            return None
        offset = end
    return offset


def _plain(block: bytes, form: TableForm) -> _Plain:
    """The lines of a block up to the first that is not plain."""
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
    weighted = most if wanted != (None, None) else 0
    weights, hard = np.empty((2, weighted), np.float64), np.empty((2, weighted), np.int64)
    places = (form.source, form.target, *(-1 if i is None else i for i in wanted))
    text = np.frombuffer(block, np.uint8)[:size]
    words = (ord(form.separator or "\0"), int(form.whole), form.width, *places, ord(form.decimal))
    rows, read, blanks, comments = read_plain_lines(text, words, ends, weights, hard)
    lines = rows + blanks + comments
    sound = True
    columns: list[NDArray[np.float64] | None] = []
    for i, (position, high) in enumerate(zip(wanted, (1.0, np.inf), strict=True)):
        column = None if position is None else weights[i, :rows]
        if column is not None:
            sound = _mend(column, hard[i, :rows], block, form) and sound and _within(column, high)
        columns.append(column)
    strength, weight = columns
    found: EdgeColumns | LabelPlaces
    if not form.whole:
        found = LabelPlaces(ends[0, :rows], ends[1, :rows], strength, weight, text)
    else:
        source, target = ends[0, :rows], ends[1, :rows]
        if rows and ends[:, :rows].max() <= LARGEST_INT32:
            source, target = source.astype(np.int32), target.astype(np.int32)
        found = EdgeColumns(source, target, strength, weight)
    return _Plain(found, read, len(block), lines, blanks, comments, sound)


def _mend(column: NDArray[np.float64], hard: NDArray[np.int64], block: bytes, form: TableForm) -> bool:
    """Fill in the weights that are written in other ways than as short decimal fractions; False where one is no number."""
    for row in np.flatnonzero(np.isnan(column)):
        begin = int(hard[row]) >> LENGTH_BITS
        value = weight_of(block[begin : begin + int(hard[row] & LENGTH)].decode("utf-8"), form.decimal)
        if value is None:
            return False
        column[row] = value
    return True


def _within(column: NDArray[np.float64], high: float) -> bool:
    return len(column) == 0 or bool(column.min() >= 0 and column.max() <= high and np.isfinite(column).all())


def _carefully(
    path: Path, form: TableForm, offset: int | None, line: int, tally: Tally, report: Report | None
) -> Iterator[Rows]:
    """The rows from the byte ``offset`` on, where line ``line + 1`` begins (None: behind the lines to skip)."""
    with text_from(path, offset) as text:
        reader = CarefulRows(path, form, text, line, from_start=offset is None)
        rows = iter(reader)
        while waiting := list(islice(rows, BLOCK_ROWS)):
            yield _columns(waiting, form)
            _tell(report, path, text.buffer)
        tally.blanks, tally.comments = tally.blanks + reader.blanks, tally.comments + reader.comments


def _columns(rows: list[Row], form: TableForm) -> EdgeColumns | LabelColumns:
    """Rows as columns; where each row has a way of its own, those that run both ways are there twice."""
    if form.each_way:
        rows = rows + [(b, a, *rest) for a, b, *rest in rows if not rest[2] and a != b]  # type: ignore[misc]
    source, target = [row[0] for row in rows], [row[1] for row in rows]
    strength = None if form.tie_strength is None else np.array([row[2] for row in rows], np.float64)
    weight = None if form.influence_weight is None else np.array([row[3] for row in rows], np.float64)
    if form.whole:
        return EdgeColumns(np.array(source, dtype=np.int64), np.array(target, dtype=np.int64), strength, weight)
    return LabelColumns(source, target, strength, weight)
