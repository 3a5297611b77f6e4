"""Tables of curves as text: header, rows with their lines, plain numbers. Anything else is refused where it is."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from viralsim.errors import InputError
from viralsim.units import shown

MOST_BYTES = 200_000_000
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Row:
    """One row of a table: its cells by column, and its line in the file."""

    cells: dict[str, str]
    place: str  # "curve.csv:12"

    def refuse(self, sentence: str) -> InputError:
        """The error that says what is wrong with this row."""
        return InputError(f"{self.place}: {sentence}")

    def has(self, column: str) -> bool:
        """Whether the row says something in ``column``."""
        return self.cells.get(column, "") != ""

    def number(self, column: str) -> float:
        """The number in ``column``, finite and not negative.

        Raises: InputError with the line where it is not such a number.
        """
        text = self.cells.get(column, "")
        if not _PLAIN.fullmatch(text):
            wrong = (
                f"{column}: must be a plain number such as 12 or 0.5, got {shown(text)}" if text else f"{column}: empty"
            )
            raise self.refuse(wrong)
        value = float(text)
        if not math.isfinite(value) or value < 0:
            raise self.refuse(f"{column}: must be finite and 0 or more, got {shown(text)}")
        return value

    def moment(self, column: str) -> datetime:
        """The date and time in ``column``, ISO 8601.

        Raises: InputError with the line where it is none, or has no time of day.
        """
        text = self.cells.get(column, "")
        try:
            if len(text) < len("2024-05-01T09:30"):
                raise ValueError
            return datetime.fromisoformat(text)
        except ValueError:
            raise self.refuse(
                f"{column}: must be a date with a time of day such as 2024-05-01T09:30, got {shown(text)}"
            ) from None

    def count(self, column: str) -> float:
        """The whole number in ``column``; raises as ``number``."""
        value = self.number(column)
        if value != round(value):
            raise self.refuse(f"{column}: must be a whole number, got {shown(self.cells[column])}")
        return value


def read_rows(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    """(columns in lower case, rows that are not blank) of a table in UTF-8 or UTF-16.

    Raises: InputError where the file cannot be read, is empty, or a row has more cells than the header.
    """
    lines = _text(path).splitlines()
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise InputError(f"{path}: empty; the first line names the columns, such as hours,shares")
    separator = max(SEPARATORS, key=lines[first].count)
    cells = csv.reader(lines[first:], delimiter=separator)
    columns = tuple(name.strip().lower() for name in next(cells))
    if len(set(columns)) < len(columns):
        raise InputError(f"{path}:{first + 1}: a column is named twice: {', '.join(columns)}")
    return columns, list(_rows(cells, columns, path, first))


def _rows(cells: Iterator[list[str]], columns: tuple[str, ...], path: Path, first: int) -> Iterator[Row]:
    for values in cells:
        place = f"{path}:{first + cells.line_num}"  # type: ignore[attr-defined]
        stripped = [value.strip() for value in values]
        if not any(stripped):
            continue
        if len(stripped) != len(columns):
            raise InputError(f"{place}: {len(stripped)} cells, but the header names {len(columns)} columns")
        yield Row(dict(zip(columns, stripped, strict=True)), place)


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a folder; name a table")
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    if len(content) > MOST_BYTES:
        raise InputError(f"{path}: larger than {MOST_BYTES // 1_000_000} MB; leave out other columns")
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise InputError(f"{path}: is no text in UTF-8 or UTF-16; save it as CSV UTF-8") from None
    if "\0" in text:
        raise InputError(f"{path}: is no text; save it as CSV UTF-8")
    return text
