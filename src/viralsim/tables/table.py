"""A table of people or posts: its header found, its columns recognised, its rows with their lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.tables.columns import THOUSANDS, Column, Found, Kind, plain, recognised
from viralsim.tables.numbers import CURRENCIES, CellError, read_numbers
from viralsim.tables.text import read_text

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
HEADER_WITHIN = 20  # lines: titles and dates may stand above it
TOTALS = {
    "total",
    "totals",
    "sum",
    "grandtotal",
    "summe",
    "gesamt",
    "gesamtsumme",
    "insgesamt",
    "somme",
    "totalgeneral",
    "suma",
    "summa",
    "totalt",
}
MOST_NAMED = 3  # columns or lines that a note names


@dataclass(frozen=True)
class Table:
    """A table as read. columns: those recognised, by name. lines: of each row in the file. notes: what was left out."""

    path: Path
    columns: Mapping[str, Found]
    rows: list[list[str]]
    lines: list[int]
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def where(self, row: int, name: str) -> str:
        """``file:line: column TITLE``: the beginning of what is said about a cell."""
        return f"{self.path}:{self.lines[row]}: column {self.columns[name].title!r}"

    def texts(self, name: str) -> list[str]:
        """The cells of a column without blanks around them; empty where one is missing."""
        place = self.columns[name].place
        return [row[place].strip() for row in self.rows]

    def numbers(self, name: str, low: float = 0.0, high: float = np.inf, currency: str = "USD") -> NDArray[np.float64]:
        """The numbers of a column, float64, NaN where a cell is missing.

        Raises: InputError with file, line, column and value for what is no number, ambiguous, below ``low`` or above ``high``,
        a fraction where a whole number belongs, or an amount in another currency.
        """
        found = self.columns[name]
        cells = self.texts(name)
        try:
            read = read_numbers(cells, whole=found.column.kind in (Kind.COUNT, Kind.MONEY))
        except CellError as error:
            raise InputError(f"{self.where(error.row, name)}: {cells[error.row]!r} {error}") from None
        self.notes.extend(f"column {found.title!r}: {note}" for note in read.notes)
        if found.column.kind is Kind.MONEY:
            self._check_currency(found, read.currency, currency)
        scale = 1000.0 if found.unit in THOUSANDS else 1.0
        hundredths = found.unit == "%" and found.column.kind is Kind.SHARE and not any(read.percent)
        values = np.array([np.nan if v is None else v * scale for v in read.values], dtype=np.float64)
        values = values / 100.0 if hundredths else values
        for row, value in enumerate(values):
            if not np.isnan(value):
                why = self._wrong(found.column.kind, value, read.percent[row], low, high)
                if why:
                    raise InputError(f"{self.where(row, name)}: {cells[row]!r} {why}")
        return values

    @staticmethod
    def _wrong(kind: Kind, value: float, percent: bool, low: float, high: float) -> str:
        """Why a number cannot stand in its column; empty where it can."""
        if not np.isfinite(value):
            return "is not finite"
        if percent and kind is not Kind.SHARE:
            return "is a percentage: give the number itself"
        if kind is Kind.SHARE and not 0.0 <= value <= 1.0:
            return "must be between 0 and 1, such as 0.6, or between 0 % and 100 %"
        if kind is Kind.COUNT and value != np.floor(value):
            return "must be a whole number"
        if not low <= value <= high:
            return f"must be at least {low:g}" if value < low else f"must be at most {high:g}"
        return ""

    def _check_currency(self, found: Found, written: str, wanted: str) -> None:
        named = CURRENCIES.get(found.unit, "") or written
        if named and named != wanted:
            raise InputError(
                f"{self.path}: column {found.title!r} is in {named} and the scenario counts in {wanted}: convert it"
            )


def read_table(path: str | Path, columns: Sequence[Column], mapping: Mapping[str, str] | None = None) -> Table:
    """Read a table whose columns are among ``columns``.

    Separator, encoding and header are found; titles above the header, blank rows, rows of totals and unknown columns are left out
    with a note. ``mapping`` names columns by hand (name here -> title in the file).

    Raises: InputError for what is no table, a required column that is missing, two columns of one meaning, or a row whose cells
    do not fit the header.
    """
    path, mapping = Path(path), dict(mapping or {})
    text = read_text(path)
    separator, skipped = _announced(text)
    choices = [separator] if separator else list(SEPARATORS)
    best: tuple[int, int, list[tuple[int, list[str]]], dict[str, Found], str] | None = None
    for choice in choices:
        rows = _rows(path, text, choice, skipped)
        for at, (_, titles) in enumerate(rows[:HEADER_WITHIN]):
            found = recognised([t.lstrip("\ufeff").strip() for t in titles], columns, mapping)
            if found and (best is None or len(found) > best[0]):
                best = (len(found), at, rows, found, choice)
    unmapped = [name for name in mapping if best is None or name not in best[3]]
    if unmapped:
        raise InputError(f"{path}: no column {mapping[unmapped[0]]!r}, which is to be {unmapped[0]}")
    needed = [column.name for column in columns if column.required]
    missing = [name for name in needed if best is None or name not in best[3]]
    if best is None or missing:
        raise InputError(_no_header(path, text, needed, missing, best))
    return _table(path, best[2], best[1], best[3])


def _announced(text: str) -> tuple[str | None, int]:
    """(separator, lines skipped) of a first line ``sep=;`` as spreadsheets write it."""
    first = text.split("\n", 1)[0].lstrip("\ufeff").strip().strip('"')
    if first.casefold().startswith("sep=") and len(first) == 5 and first[4] in SEPARATORS:
        return first[4], 1
    return None, 0


def _rows(path: Path, text: str, separator: str, skipped: int) -> list[tuple[int, list[str]]]:
    """(line, cells) of each row; lines count from 1, a quoted cell may hold several."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if line > skipped:
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path}:{line}: {error}: check quotes and separators") from None
    return rows


def _no_header(
    path: Path, text: str, needed: list[str], missing: list[str],
    best: tuple[int, int, list[tuple[int, list[str]]], dict[str, Found], str] | None,
) -> str:  # fmt: skip
    if not text.strip():
        return f"{path} is empty: it needs a line of column names and a row for each entry"
    if best is None:
        first = text.strip().split("\n", 1)[0][:80]
        return (f"{path}: no line of column names was found (separators tried: {', '.join(SEPARATORS.values())}); it needs "
                f"{', '.join(needed) or 'known names'}, and begins {first!r}")  # fmt: skip
    titles = ", ".join(repr(t.strip()) for t in best[2][best[1]][1][:12])
    return (f"{path}:{best[2][best[1]][0]}: column {missing[0]!r} is missing; the columns (separated by "
            f"{SEPARATORS[best[4]]}) are {titles}")  # fmt: skip


def _table(path: Path, rows: list[tuple[int, list[str]]], at: int, found: dict[str, Found]) -> Table:
    header_line, titles = rows[at]
    notes, kept, lines, blank, totals = [], [], [], 0, []
    if at:
        notes.append(f"{at} line{'s' * (at > 1)} above the column names (line {header_line}) left out")
    for line, cells in rows[at + 1 :]:
        if not any(cell.strip() for cell in cells):
            blank += bool(cells)
            continue
        if len(cells) != len(titles):
            if any(cell.strip() for cell in cells[len(titles) :]) or len(cells) < len(titles):
                raise InputError(
                    f"{path}:{line}: {len(cells)} cells where the header has {len(titles)}: check quotes and separators"
                )
            cells = cells[: len(titles)]
        if any(plain(cell) in TOTALS for cell in cells):
            totals.append(line)
            continue
        kept.append(cells)
        lines.append(line)
    unknown = [t.strip() for i, t in enumerate(titles) if t.strip() and i not in {f.place for f in found.values()}]
    if unknown:
        more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
        notes.append(f"columns not used: {', '.join(unknown[:MOST_NAMED])}{more}")
    if blank:
        notes.append(f"{blank} blank row{'s' * (blank > 1)} left out")
    if totals:
        notes.append(f"row of totals left out (line {', '.join(map(str, totals[:MOST_NAMED]))})")
    if not kept:
        raise InputError(f"{path}: there is no row below the column names")
    return Table(path, found, kept, lines, notes)
