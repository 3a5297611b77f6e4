"""Edges line by line, each row looked at: for rows that are not plain, and to name the first that is wrong."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NoReturn, TextIO

import numpy as np

from viralsim.errors import NetworkError
from viralsim.population.importers.edge_lists.dialect import KIND_FLAGS, TableForm
from viralsim.population.importers.edge_lists.row_reader import BadTableError, RowReader
from viralsim.population.importers.edge_lists.sample import NEGATIVE, WHOLE, Sample
from viralsim.population.importers.text_stream import CHUNK, blocks_of_lines, check_whole, open_text

LARGEST_WHOLE = 2**63 - 1
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
Row = tuple[str, str, float, float, bool]  # source, target, tie strength, influence weight, whether it is directed


class MisjudgedError(Exception):
    """The first lines misled: the table is to be read by another form. ``reason`` says why, with file and line."""

    def __init__(self, form: TableForm, reason: str) -> None:
        super().__init__(reason)
        self.form = form


def in_range(whole: str) -> bool:
    """Whether a whole number is at most 2**63 - 1."""
    return len(whole) < 19 or (len(whole) == 19 and int(whole) <= LARGEST_WHOLE)


def weight_of(cell: str, decimal: str) -> float | None:
    """The number that a cell holds; None where it is none."""
    written = cell.replace(decimal, ".") if decimal != "." else cell
    return float(written) if NUMBER.fullmatch(written) or INFINITE.fullmatch(written) else None


class CarefulRows:
    """The rows of a text that begins behind line ``line``; ``NetworkError`` names file, line and fault.

    from_start: the text begins with line 1, and ``form.skipped`` lines of it are passed over.
    """

    def __init__(self, path: Path, form: TableForm, text: TextIO, line: int, from_start: bool) -> None:
        self._path, self._form = path, form
        lines = enumerate(text, 1 if from_start else line + 1)
        self._reader = RowReader(islice(lines, form.skipped if from_start else 0, None), form.separator, form.whole)

    @property
    def line(self) -> int:
        """The line of the last row."""
        return self._reader.line

    @property
    def blanks(self) -> int:
        """Blank lines so far."""
        return self._reader.blanks

    @property
    def comments(self) -> int:
        """Comments so far."""
        return self._reader.comments

    def __iter__(self) -> Iterator[Row]:
        form = self._form
        line = form.skipped
        try:
            for line, cells in self._reader:
                if len(cells) != form.width:
                    self._refuse(line, f"{form.width} fields are needed, as in the first row, got {len(cells)}; correct or "
                                       "drop this row")  # fmt: skip
                source, target = self._id(line, cells[form.source]), self._id(line, cells[form.target])
                strength = self._weight(line, cells, "tie_strength", form.tie_strength, 1.0)
                weight = self._weight(line, cells, "influence_weight", form.influence_weight, np.inf)
                yield source, target, strength, weight, form.kind is None or self._directed(line, cells)
        except BadTableError as error:
            check_whole(self._path)
            self._refuse(error.line, f"{error}; check quotes and separators")
        except UnicodeDecodeError:
            raise not_utf8(self._path) from None

    def _refuse(self, line: int, problem: str) -> NoReturn:
        raise NetworkError(f"{self._path}:{line}: {problem}")

    def _id(self, line: int, cell: str) -> str:
        if cell == "":
            self._refuse(line, "an id is missing; fill it or drop this row")
        if self._form.whole and not (WHOLE.match(cell) and in_range(cell)):
            if NEGATIVE.match(cell):
                self._refuse(line, f"id {cell[:40]} is negative; ids start at 0")
            raise MisjudgedError(
                replace(self._form, whole=False, announced=None),
                f"{self._path.name}:{line}: id {cell[:40]!r} is no whole number up to 2**63 - 1",
            )
        return cell

    def _weight(self, line: int, cells: list[str], name: str, position: int | None, high: float) -> float:
        if position is None:
            return 0.0
        cell = cells[position]
        value = weight_of(cell, self._form.decimal)
        if value is None:
            self._refuse(line, f"{name} {cell[:40]!r} is no number; correct it or drop this row")
        if not 0 <= value <= high or not np.isfinite(value):
            bounds = "in [0, 1]; divide counts by the largest" if high == 1 else "finite and >= 0; correct it"
            self._refuse(line, f"{name} {cell[:40]} must be {bounds}")
        return value

    def _directed(self, line: int, cells: list[str]) -> bool:
        form = self._form
        assert form.kind is not None
        word = cells[form.kind]
        directed = KIND_FLAGS.get(word.casefold())
        if directed is None:
            self._refuse(line, f"{form.name_of(form.kind)} {word[:40]!r} must be Directed or Undirected; correct it")
        if not form.each_way and form.stated is not None and directed != form.stated.directed:
            raise MisjudgedError(
                replace(form, each_way=True, stated=None),
                f"{self._path.name}:{line}: this edge is {word}, those above are not",
            )
        return directed


def name_first_fault(path: Path, form: TableForm, offset: int, line: int) -> NoReturn:
    """Read carefully from the byte ``offset`` on, where line ``line + 1`` begins, and say what is wrong there."""
    check_whole(path)
    with text_from(path, offset) as text:
        for _ in CarefulRows(path, form, text, line, from_start=False):
            pass
    raise NetworkError(f"{path}: a weight is out of bounds; tie strengths are in [0, 1]")


def text_from(path: Path, offset: int | None = None) -> TextIO:
    """The text of a file from the byte ``offset`` on (None: from its beginning), line ends as they are."""
    encoding = "utf-8-sig" if offset is None else "utf-8"
    return io.TextIOWrapper(open_text(path, offset or 0), encoding=encoding, newline="")


def rows_below(path: Path, sample: Sample) -> Iterator[tuple[int, list[str]]]:
    """(line, fields) of every row of the file below what the sample passed; ``NetworkError`` where one cannot be taken apart."""
    with text_from(path) as text:
        lines = ((i, line) for i, line in enumerate(text, 1) if i > sample.passed)
        try:
            yield from RowReader(lines, sample.separator, sample.inline)
        except BadTableError as error:
            raise NetworkError(f"{path}:{error.line}: {error}; check quotes and separators") from None


def line_of(path: Path, form: TableForm, label: str) -> int:
    """The first line that holds an id."""
    with text_from(path) as text:
        rows = CarefulRows(path, form, text, 0, from_start=True)
        return next((rows.line for source, target, *_ in rows if label in (source, target)), 0)


def not_utf8(path: Path) -> NetworkError:
    """What is said of a file that is no UTF-8, with its first such line."""
    line = 1
    with open_text(path) as stream:
        for block in blocks_of_lines(stream, CHUNK):
            try:
                block.decode("utf-8")
            except UnicodeDecodeError as error:
                line += block[: error.start].count(b"\n")
                break
            line += block.count(b"\n")
    return NetworkError(f"{path}:{line}: the text is not UTF-8; save it as UTF-8")
