"""The first rows of a table of any kind: comments and blank lines left out, separator found, quotes heeded."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from viralsim.errors import NetworkError
from viralsim.population.importers.edge_lists.row_reader import BadTableError, RowReader
from viralsim.population.importers.text_stream import BYTE_ORDER_MARK

LOOKED_AT = 1000  # rows
SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas", "": "blanks"}
WHOLE = re.compile(r"(0|[1-9][0-9]*)\Z")  # as a computer writes it: 007 and +7 are names
NEGATIVE = re.compile(r"-[0-9]+\Z")
DECIMAL = re.compile(r"[+-]?[0-9]+,[0-9]+([eE][+-]?[0-9]+)?").fullmatch
BY_NETWORKX = re.compile(r"#\s*GMT\s")  # the second line at the head of the lists that networkx writes


@dataclass(frozen=True)
class Sample:
    """The first rows of a table. whole: the file is no longer than what was looked at. lines: as they are, ends included."""

    lines: list[str]
    complete: bool
    separator: str
    inline: bool  # whether every # begins a comment, as where ids are whole numbers
    rows: list[tuple[int, list[str]]]  # (line, fields)
    comments: list[tuple[int, str]]  # (line, text) of those before the first row
    passed: int = (
        0  # lines at the head that are no rows whatever they look like: "sep=;", or what networkx writes there
    )

    @property
    def width(self) -> int:
        """How many fields most rows have."""
        return Counter(len(cells) for _, cells in self.rows).most_common(1)[0][0]

    @property
    def even(self) -> float:
        """The share of rows that have that many fields."""
        return Counter(len(cells) for _, cells in self.rows).most_common(1)[0][1] / len(self.rows)


def sample_of(path: Path, head: bytes, complete: bool, sep: str | None = None) -> Sample:
    """The first lines of a text as rows. ``NetworkError`` where there is none, or where quotes do not end."""
    text = head.removeprefix(BYTE_ORDER_MARK).decode("utf-8", errors="replace")
    lines = list(io.StringIO(text, newline=""))
    if not lines:
        raise NetworkError(f"{path}: the file is empty; it needs a row per edge")
    if not complete and len(lines) > 1:
        lines.pop()
    announced = lines[0].strip('"\r\n')
    preset = announced[:4].casefold() == "sep=" and len(announced) == 5
    separator = sep if sep is not None else announced[4] if preset else None
    if separator is not None and (len(separator) > 1 or separator in ' "\r\n\0' or not separator.isascii()):
        separator = _separator_called(path, separator)
    passed = int(preset) or _head_by_networkx(lines)
    body = [(i, line) for i, line in enumerate(lines, 1) if i > passed]
    for inline in (True, False):
        found = separator if separator is not None else _separator(body, inline)
        rows = _rows(path, body, found, inline, complete)
        if inline and (not rows or not _all_whole(rows)):
            continue
        if not rows:
            raise NetworkError(f"{path}: there are only comments and blank lines; it needs a row per edge")
        before = [(i, line.strip()) for i, line in enumerate(lines, 1) if preset < i < rows[0][0] and line.strip()]
        return Sample(lines, complete, found, inline, rows, before, passed)
    raise AssertionError


def _head_by_networkx(lines: Sequence[str]) -> int:
    """How many lines networkx writes above its lists: the command after a #, which may have no blank, and the time."""
    for i, line in enumerate(lines):
        if BY_NETWORKX.match(line):
            return i + 1
        if not line.startswith("#"):
            break
    return 0


def _separator_called(path: Path, separator: str) -> str:
    words = {
        " ": "",
        "blank": "",
        "blanks": "",
        "space": "",
        "tab": "\t",
        "\\t": "\t",
        "comma": ",",
        "semicolon": ";",
        "bar": "|",
    }
    if separator not in words:
        raise NetworkError(f'{path}: sep: must be one character, such as ";", got {separator[:20]!r}')
    return words[separator]


def _rows(
    path: Path, body: Sequence[tuple[int, str]], separator: str, inline: bool, complete: bool
) -> list[tuple[int, list[str]]]:
    rows = []
    try:
        for row in RowReader(body, separator, inline):
            rows.append(row)
            if len(rows) == LOOKED_AT:
                break
    except BadTableError as error:
        if complete or not rows:
            raise NetworkError(f"{path}:{error.line}: {error}; check quotes and separators") from None
    return rows


def _all_whole(rows: Sequence[tuple[int, list[str]]]) -> bool:
    """Whether rows, the first perhaps aside, hold whole numbers in two of their first three fields."""
    body = [cells for _, cells in rows[1:]] or [cells for _, cells in rows]
    wholes = [sum(bool(WHOLE.match(cell) or NEGATIVE.match(cell)) for cell in cells[:3]) for cells in body]
    return sum(count >= min(2, len(cells)) for count, cells in zip(wholes, body, strict=True)) >= 0.9 * len(body)


def _separator(body: Sequence[tuple[int, str]], inline: bool) -> str:
    """The separator by which most rows have the same number of fields, two or more; blanks where none does."""
    best, score = "", (0.0, 0.0)
    text = "".join(line for _, line in body)
    for separator in SEPARATORS:
        if separator not in text:
            continue
        rows: list[list[str]] = []
        with suppress(BadTableError):  # where quotes do not end, what is before them counts
            rows.extend(cells for _, cells in islice(RowReader(body, separator, inline), 400))
        widths = [len(cells) for cells in rows]
        several = [width for width in widths if width > 1]
        if not several:
            continue
        same = Counter(several).most_common(1)[0][1] / len(rows)
        if separator == "," and _decimal_commas([line.strip() for _, line in body[:400] if line.strip()]):
            continue
        found = (round(same, 1) if same < 1 else 1.0, len(several) / len(rows))
        if found > score:
            best, score = separator, found
    return best


def _decimal_commas(lines: Sequence[str]) -> bool:
    """Whether commas are decimal signs in rows that blanks separate: one a field, and that field a number."""
    rows = [line for line in lines if "," in line]
    return all(
        len(line.split()) > 1 and all(map(DECIMAL, (cell for cell in line.split() if "," in cell))) for line in rows
    )
