"""A table of people or posts: its header found, its columns recognised, its rows with their lines."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.tables.cells import AROUND, even, is_error, is_missing
from viralsim.tables.columns import WORDS, Column, Kind
from viralsim.tables.matching import Found, missing_column, misspelt_column, notes_of, recognised
from viralsim.tables.numbers import CellError, Look, look_at
from viralsim.tables.rows import read_rows
from viralsim.tables.text import read_text
from viralsim.tables.totals import may_name_a_total, names_a_total

LONGEST_SHOWN = 40
FEWEST_SUMMED = 8  # rows from which on a last one that is the sum of the others is no entry, though it has a name
LONGEST_NAME = 1_000  # a quote that does not end makes one cell of many lines
_NEEDS_A_LOOK = re.compile(r"[ \t\r\f\v#=]")


@dataclass(frozen=True, eq=False)
class Table:
    """A table as read. columns: those recognised, by name. lines: of each row in the file. notes: what was left out or assumed."""

    path: Path
    columns: Mapping[str, Found]
    rows: list[list[str]]
    lines: list[int]
    notes: list[str] = field(default_factory=list)
    currency: str = "USD"  # of amounts; those in another are refused
    titles: Sequence[str] = ()  # of all columns of the file
    header_line: int = 1
    _looks: dict[tuple[str, int], Look] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def where(self, row: int, name: str) -> str:
        """``file:line: column TITLE``: the beginning of what is said about a cell."""
        return f"{self.path}:{self.lines[row]}: column {self.columns[name].title!r}"

    @property
    def unused(self) -> dict[str, list[str]]:
        """The cells of the columns that were not recognised, by their titles."""
        taken = {found.place for found in self.columns.values()}
        return {
            title: [row[place].strip() for row in self.rows]
            for place, title in enumerate(self.titles)
            if place not in taken
        }

    def rows_said(self, rows: Sequence[int]) -> str:
        """Rows as a message names them: their lines in the file."""
        return f"lines {' and '.join(str(self.lines[row]) for row in rows)}"

    def cells(self, name: str) -> list[str]:
        """The cells of a column as they are written."""
        place = self.columns[name].place
        return [row[place] for row in self.rows]

    def texts(self, name: str) -> list[str]:
        """The cells of a column without what is not seen around them; empty where one is missing.

        Of ``Kind.TEXT`` words such as n/a are missing too, of ``Kind.ID`` they are names. Raises InputError for a spreadsheet's
        error, and for a name that is none by its length.
        """
        cells = self.cells(name)
        words_are_names = self.columns[name].column.kind is Kind.ID
        if words_are_names and max(map(len, cells), default=0) > LONGEST_NAME:
            row = next(row for row, cell in enumerate(cells) if len(cell) > LONGEST_NAME)
            raise self.refusal(
                row, name, f"is a name of {len(cells[row]):,} characters: check the quotes from this line on"
            )
        joined = "\n".join(cells)
        if words_are_names and joined.isascii() and not _NEEDS_A_LOOK.search(joined):
            return cells
        texts = []
        for row, written in enumerate(cells):
            text = written.strip(AROUND)
            if is_error(text):
                raise self.refusal(row, name, "is a spreadsheet's error: mend the cell")
            if text.startswith('="') and text.endswith('"'):
                text = even(text)
            texts.append("" if not words_are_names and is_missing(even(text)) else text)
        return texts

    def numbers(self, name: str, low: float = 0.0, high: float = np.inf) -> NDArray[np.float64]:
        """The numbers of a column, float64, NaN where a cell is missing.

        The decimal sign is the column's, else the one that other columns of the file prove.

        Raises: InputError with file, line, column and value for what is no number, ambiguous, below ``low`` or above ``high``,
        a fraction where a whole number belongs, or an amount in another currency.
        """
        found = self.columns[name]
        try:
            look = self._look(name)
            elsewhere = self._proven_elsewhere(name) if look.doubtful else None
            values = look.values(elsewhere)
            notes = look.notes(self.cells(name), elsewhere)
        except CellError as error:
            raise self.refusal(error.row, name, str(error)) from None
        if found.column.kind is Kind.MONEY:
            self._check_currency(found, look, self.currency)
        self.notes.extend(note for note in (f"column {found.title!r}: {n}" for n in notes) if note not in self.notes)
        self._check_bounds(name, values, low, min(high, 1.0) if found.column.kind is Kind.SHARE else high)
        return values

    def unknown_numbers(self) -> list[str]:
        """Titles of the columns that were not recognised and hold numbers alone."""
        known = {found.place for found in self.columns.values()}
        found = []
        for place, title in enumerate(self.titles):
            cells = [row[place] for row in self.rows]
            with contextlib.suppress(CellError):
                if place not in known and title.strip() and np.isfinite(look_at(cells, Kind.NUMBER).values(".")).any():
                    found.append(title.strip())
        return found

    def refusal(self, row: int, name: str, why: str) -> InputError:
        """The error of one cell: file, line, column and value, then what is wrong."""
        shown = " ".join(self.cells(name)[row].split())
        shown = shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 3] + "..."
        return InputError(f"{self.where(row, name)}: {f'{shown!r} ' if shown else ''}{why}")

    def _look(self, name: str) -> Look:
        key = name, len(self.rows)  # whoever takes rows out makes other columns of them
        if key not in self._looks:
            found = self.columns[name]
            self._looks[key] = look_at(self.cells(name), found.column.kind, found.unit)
        return self._looks[key]

    def _proven_elsewhere(self, name: str) -> str | None:
        """The decimal sign that the other columns of numbers agree on, None where they prove none or both."""
        proven = set()
        for other, found in self.columns.items():
            if other != name and found.column.kind not in WORDS:
                with contextlib.suppress(CellError):  # it is refused where that column is read
                    proven.add(self._look(other).proven)
        proven.discard(None)
        return proven.pop() if len(proven) == 1 else None

    def _check_bounds(self, name: str, values: NDArray[np.float64], low: float, high: float) -> None:
        infinite, below, above = np.isinf(values), values < low, values > high
        bad = infinite | below | above
        if not bad.any():
            return
        row = int(np.argmax(bad))
        if infinite[row]:
            why = "is not finite"
        elif self.columns[name].column.kind is Kind.SHARE:
            why = "must be between 0 and 1, such as 0.6, or between 0 % and 100 %"
        else:
            why = f"must be at least {low:g}" if below[row] else f"must be at most {high:g}"
        raise self.refusal(row, name, why)

    def _check_currency(self, found: Found, look: Look, wanted: str) -> None:
        """Amounts are in one currency and it is the one wanted; the column's own name, such as cost_usd, says nothing."""
        own_name = found.title.casefold() == found.column.name
        said = [codes for codes in (() if own_name else found.unit.currencies, look.currencies) if codes]
        for codes in said:
            if wanted not in codes:
                raise InputError(
                    f"{self.path}: column {found.title!r} is in {codes[0]} and the scenario counts in {wanted}: convert it"
                )


def read_table(
    path: str | Path,
    columns: Sequence[Column],
    mapping: Mapping[str, str] | None = None,
    currency: str = "USD",
) -> Table:
    """Read a table whose columns are among ``columns``.

    Separator, encoding and header are found; titles above the header, blank rows, rows of totals and unknown columns are left out
    with a note. ``mapping`` names columns by hand (name here -> title in the file). Amounts are in ``currency``.

    Raises: InputError for what is no table, a required column that is missing or misspelt, two columns of one meaning, or a row
    whose cells do not fit the header.
    """
    path, mapping = Path(path), dict(mapping or {})
    text = read_text(path)
    if not text.strip():
        raise InputError(f"{path} is empty: it needs a line of column names and a row for each entry")
    read = read_rows(path, text, columns, list(mapping.values()))
    place = f"{path}:{read.header_line}"
    try:
        found = recognised(read.titles, columns, mapping)
    except InputError as error:
        raise InputError(f"{place}: {error}") from None
    if why := missing_column(read.titles, columns, found) or misspelt_column(read.titles, columns, found):
        raise InputError(f"{place}: {why}")
    notes = [*read.notes, *notes_of(read.titles, found)]
    whole = Table(path, found, read.rows, read.lines, notes, currency, read.titles, read.header_line)
    table = _without_sum(_without_totals(whole, len(read.titles)))
    if not len(table):
        raise InputError(f"{path}: there is no row below the column names")
    return table


def _without_totals(table: Table, width: int) -> Table:
    """The table without rows that are called totals; one that has the words of an entry too is refused, unless it is the sum."""
    words = {name: f for name, f in table.columns.items() if f.column.kind in WORDS}
    others = sorted(set(range(width)) - {f.place for f in table.columns.values()})
    places = [f.place for f in words.values()]
    if not any(may_name_a_total([row[at] for row in table.rows]) for at in (*places, *others)):
        return table
    totals: list[int] = []
    for at, row in enumerate(table.rows):
        labels = [row[place] for place in places if row[place].strip()]
        ids = [row[f.place] for f in words.values() if f.column.kind is Kind.ID and row[f.place].strip()]
        labels = ids or labels or [row[place] for place in others if row[place].strip()][:1]
        if not any(map(names_a_total, labels)):
            continue
        filled = next(
            (n for n, f in words.items() if not names_a_total(row[f.place]) and not is_missing(even(row[f.place]))),
            None,
        )
        if filled is not None and not _sums_up(replace(table, rows=[*_except(table.rows, totals, at), row])):
            raise table.refusal(
                at, filled, "is in a row of totals: leave the row out, or put an @ before a handle of that name"
            )
        totals.append(at)
    lines = ", ".join(str(table.lines[at]) for at in totals[:3])
    notes = [*table.notes, f"row{'s' * (len(totals) > 1)} of totals left out (line {lines})"] if totals else table.notes
    gone = set(totals)
    return replace(
        table,
        rows=[row for at, row in enumerate(table.rows) if at not in gone],
        lines=[line for at, line in enumerate(table.lines) if at not in gone],
        notes=notes,
    )


def _except(rows: list[list[str]], gone: Sequence[int], end: int) -> list[list[str]]:
    return [row for at, row in enumerate(rows[:end]) if at not in gone]


def _without_sum(table: Table) -> Table:
    """The table without a last row that is the sum of those above it: one with a name in two columns or more."""
    words = [f.place for f in table.columns.values() if f.column.kind in WORDS]
    if len(table) < 3:
        return table
    last, before = (any(table.rows[at][place].strip() for place in words) for at in (-1, -2))
    if (last and len(table) < FEWEST_SUMMED) or not _sums_up(table, 2 if last or not before else 1):
        return table
    notes = [*table.notes, f"row of totals left out (line {table.lines[-1]}: the sum of the rows above it)"]
    return replace(table, rows=table.rows[:-1], lines=table.lines[:-1], notes=notes)


def _sums_up(table: Table, at_least: int = 1) -> bool:
    """Whether the last row is the sum of those above it in every column that counts, in ``at_least`` so many."""
    sums = 0
    table = replace(table, _looks={})
    for name, found in table.columns.items():
        if found.column.kind not in (Kind.COUNT, Kind.MONEY):
            continue
        try:
            values = table._look(name).values(table._proven_elsewhere(name))
        except CellError:
            return False
        if np.isfinite(values[-1]) and values[-1] != 0:
            if not np.isclose(np.nansum(values[:-1]), values[-1], rtol=1e-9, atol=0.005):
                return False
            sums += 1
    return sums >= at_least
