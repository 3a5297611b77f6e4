"""The rows of a text: its separator, its header line, and every cell with the line on which its row begins."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from viralsim.errors import InputError
from viralsim.tables.columns import Column
from viralsim.tables.matching import names
from viralsim.tables.totals import names_a_total

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
NAMED = 8  # columns that a refusal names
HEADER_WITHIN = 40  # rows: titles and dates may come above it
_ANNOUNCED = re.compile(r'\A"?sep=(.)"?[;,\t ]*(?:\n|\Z)', re.IGNORECASE)
_WHOLE_LINE = re.compile(r'"(?:[^"]|"")*"')
Row = tuple[int, list[str]]  # (line on which it begins, cells)


@dataclass(frozen=True, eq=False)
class Rows:
    """A table as text. titles: of its columns. rows: each as wide as them. lines: where each begins in the file."""

    titles: list[str]
    rows: list[list[str]]
    lines: list[int]
    header_line: int
    notes: list[str]


def read_rows(path: Path, text: str, columns: Sequence[Column], by_hand: Sequence[str]) -> Rows:
    """The rows below the header, which is the one among the first rows that names most of ``columns`` or titles ``by_hand``.

    What comes above it, blank rows and its repetitions are left out with a note. Raises InputError, with file and line, where no
    row names a column, a row has more or fewer cells than the header, or a quote does not end.
    """
    announced = _ANNOUNCED.match(text)
    before = 0 if announced is None else 1
    body = text if announced is None else text[announced.end() :]
    if (bare := _unquoted(body)) is not None:
        body = bare
    known = [*columns, *(Column(title, columns[0].kind) for title in by_hand)]
    heads = {s: _head(path, body, s, before) for s in (SEPARATORS if announced is None else (announced[1],))}
    named = {s: [names(cells, known) for _, cells in head] for s, head in heads.items()}
    separator = max(heads, key=lambda s: (max(named[s], default=0), _regular(heads[s])))
    most = max(named[separator], default=0)
    if not most:
        raise _no_header(path, text, columns)
    at = named[separator].index(most)
    rows = _rows(path, body, separator, before)
    above = [line for line, cells in islice(rows, at) if line]
    header_line, titles = next(rows)
    titles = [title.replace("\ufeff", "") for title in titles]
    count = header_line - (above[0] if above else header_line)
    notes = [f"{count} line{'s' * (count > 1)} above the column names (line {header_line}) left out"] if count else []
    if bare is not None:
        notes.append("every line was in quotes as a whole: what is in them was read")
    lines, kept = _below(path, rows, titles, notes)
    return Rows(titles, kept, lines, header_line, notes)


def _unquoted(text: str) -> str | None:
    """The lines of a text in which each is in quotes as a whole, as a spreadsheet saves rows that lie in one cell; else None."""
    if not text.startswith('"'):
        return None
    lines = text.split("\n")
    filled = [line for line in lines if line]
    if len(filled) < 2 or not all(map(_WHOLE_LINE.fullmatch, filled)) or not any(s in filled[0] for s in SEPARATORS):
        return None
    return "\n".join(line[1:-1].replace('""', '"') if line else line for line in lines)


def _rows(path: Path, text: str, separator: str, before: int) -> Iterator[Row]:
    """(line, cells) of each row; lines count from 1, a quoted cell may hold several."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line + before, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path}:{line + before}: {error}: check quotes and separators") from None


def _head(path: Path, text: str, separator: str, before: int) -> list[Row]:
    """The first rows as this separator has them, up to where it makes no sense."""
    found: list[Row] = []
    with contextlib.suppress(InputError):
        found.extend(islice(_rows(path, text, separator, before), HEADER_WITHIN))
    return found


def _regular(head: Sequence[Row]) -> int:
    """How many rows have as many cells as most, where that is more than one."""
    widths = [len(cells) for _, cells in head if len(cells) > 1]
    return max((widths.count(w) for w in set(widths)), default=0)


def _no_header(path: Path, text: str, columns: Sequence[Column]) -> InputError:
    required = ", ".join(c.name for c in columns if c.required)
    needed = required or f"names such as {', '.join(c.name for c in columns[:NAMED])}"
    begins = text.strip().split(chr(10), 1)[0][:80]
    looks_wrong = "" if begins.isascii() else "; if that looks wrong, save the file as UTF-8"
    return InputError(
        f"{path}: no line of column names was found (separators tried: {', '.join(SEPARATORS.values())}); it needs {needed}, "
        f"and begins {begins!r}{looks_wrong}"
    )


def _below(path: Path, rows: Iterator[Row], titles: list[str], notes: list[str]) -> tuple[list[int], list[list[str]]]:
    """(lines, rows) below the header, each row as wide as it."""
    lines: list[int] = []
    kept: list[list[str]] = []
    blank, waiting, again = 0, 0, 0
    for line, cells in rows:
        if len(cells) == len(titles) and cells[0] and cells[0] != titles[0]:  # nearly all rows
            pass
        elif not "".join(cells).strip():
            waiting += 1  # at the end of a file they are nothing to speak of
            continue
        elif cells == titles:
            again += 1
            continue
        elif len(cells) != len(titles):
            fitted = _fitted(cells, titles)
            if fitted is None:
                if names_a_total(next(c for c in cells if c.strip())):
                    notes.append(f"row of totals left out (line {line})")
                    continue
                raise InputError(
                    f"{path}:{line}: {len(cells)} cells where the header has {len(titles)}: check quotes and separators"
                )
            cells = fitted
        blank, waiting = blank + waiting, 0
        lines.append(line)
        kept.append(cells)
    if blank:
        notes.append(f"{blank} blank row{'s' * (blank > 1)} left out")
    if again:
        notes.append(f"{again} repetition{'s' * (again > 1)} of the column names left out")
    return lines, kept


def _fitted(cells: list[str], titles: list[str]) -> list[str] | None:
    """A row cut or filled to the header where only nameless, blank cells at its end differ; else None."""
    width = len(titles)
    if len(cells) > width:
        return None if "".join(cells[width:]).strip() else cells[:width]
    return None if "".join(titles[len(cells) :]).strip() else cells + [""] * (width - len(cells))
