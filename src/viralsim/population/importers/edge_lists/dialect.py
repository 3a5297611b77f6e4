"""What a table of edges looks like: comments, separator, header, which columns; seen from its first lines."""

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
from viralsim.population.importers.direction import Stated, stated_in
from viralsim.population.importers.edge_lists.header import (
    ROW_NAMES,
    Ends,
    are_names,
    is_node_table,
    is_number,
    meaning_of,
    named_ends,
)
from viralsim.population.importers.edge_lists.row_reader import BadTableError, RowReader, count_of, is_comment
from viralsim.population.importers.text_stream import BYTE_ORDER_MARK
from viralsim.tables.columns import plain

LOOKED_AT = 2000  # rows
SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas", "": "blanks"}
WHOLE = re.compile(r"(0|[1-9][0-9]*)\Z")  # as a computer writes it: 007 and +7 are names
NEGATIVE = re.compile(r"-[0-9]+\Z")
BY_NETWORKX = re.compile(r"#\s*GMT\s")  # the second line at the head of the lists that networkx writes
KIND_WORDS = {"directed": True, "undirected": False}
KIND_FLAGS = {**KIND_WORDS, "true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}


@dataclass(frozen=True)
class TableForm:
    """How to read a table of edges.

    separator: a character, or "" for any blanks. skip: lines before the first row of edges (comments, header). width: fields
    of a row. source, target, tie_strength, influence_weight, kind: positions of columns; ``kind`` says of each row whether it
    is directed, and ``each_way`` whether both kinds occur. whole: ids are whole numbers. mixed: at least half of them are.
    decimal: the sign of decimals. announced: (n, m) of a first line that may say "n members, m edges" (line
    ``announced_line``), or None. stated: which way the file says that edges run. means: what an edge means by the names of
    its ends. comments, blanks: such lines among those skipped.
    """

    separator: str
    skip: int
    width: int
    source: int
    target: int
    tie_strength: int | None
    influence_weight: int | None
    kind: int | None
    each_way: bool
    whole: bool
    mixed: bool
    decimal: str
    announced: tuple[int, int] | None
    announced_line: int
    header: tuple[str, ...] | None
    stated: Stated | None
    means: str | None
    comments: int
    blanks: int
    notes: tuple[str, ...]

    @property
    def skipped(self) -> int:
        """Lines before the first row of edges; an announcement of another width is among them."""
        return self.skip + (1 if self.announced and self.width > 2 else 0)

    def name_of(self, position: int) -> str:
        """What a column is called: by its header, or its number from 0."""
        named = self.header is not None and position < len(self.header) and self.header[position]
        return self.header[position] if self.header is not None and named else str(position)


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
    for separator in SEPARATORS:
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
    """Whether commas are decimal signs in rows that blanks separate: each between digits, behind a blank."""
    rows = [line for line in lines if "," in line]
    return all(re.search(r"\S[ \t]+\S", line) and not re.search(r"(?<!\d),|,(?!\d)", line) for line in rows)


def find_form(
    path: Path, sample: Sample, tie_strength: str | int | None, influence_weight: str | int | None
) -> TableForm:
    """How to read a table of edges, from its first lines. ``NetworkError`` where it is none."""
    notes: list[str] = []
    asked = {name for name in (tie_strength, influence_weight) if isinstance(name, str) and not name.isdecimal()}
    rows, header = _without_header(path, sample, asked, notes)
    first_line, first = rows[0]
    announced = _announced(first) if header is None and sample.inline else None
    body = [cells for _, cells in (rows[1:] if announced and len(rows) > 1 else rows)]
    width = Counter(map(len, body)).most_common(1)[0][0] if len(body) > 2 else len(body[0])
    if width < 2:
        raise NetworkError(
            f"{path}:{first_line}: a row needs two ids, got {' '.join(first)[:60]!r}; separate them by tab, comma or blank"
        )
    header = _shifted(path, header, body, width, notes)
    source, target = _ends(path, first_line, header, body, notes)
    if max(source, target) >= width:
        raise NetworkError(
            f"{path}:{first_line}: the header has {len(header or ())} names and the first row {width} fields; correct it"
        )
    columns = {
        name: _position(path, name, asked_for, header, width)
        for name, asked_for in (("tie_strength", tie_strength), ("influence_weight", influence_weight))
    }
    cells = [cells for cells in body if len(cells) > max(source, target)]
    ids = [row[i] for row in cells for i in (source, target) if row[i]]
    wholes = sum(bool(WHOLE.match(cell) or NEGATIVE.match(cell)) for cell in ids)
    whole = wholes == len(ids)
    if header is None:
        _refuse_ambiguous(path, first_line, body, width)
    kind, ways = _kind(header, cells, width)
    stated = stated_in(path, sample.comments)
    if kind is not None and len(ways) == 1 and header is not None:
        stated = Stated(ways == {True}, f'column "{header[kind]}"')
    weights = [row[i] for row in body for i in columns.values() if i is not None and i < len(row)]
    skip = first_line - 1
    comments = sum(bool(line.strip()) and is_comment(line, whole) for line in sample.lines[:skip])
    return TableForm(
        separator=sample.separator, skip=skip, width=width, source=source, target=target,
        tie_strength=columns["tie_strength"], influence_weight=columns["influence_weight"], kind=kind, each_way=len(ways) == 2,
        whole=whole, mixed=2 * wholes >= len(ids), decimal="," if _decimal_comma(sample.separator, weights) else ".",
        announced=announced, announced_line=first_line, header=header, stated=stated,
        means=meaning_of(header[source], header[target]) if header else None,
        comments=comments, blanks=sum(not line.strip() for line in sample.lines[:skip]), notes=tuple(notes),
    )  # fmt: skip


def _decimal_comma(separator: str, weights: Sequence[str]) -> bool:
    return separator != "," and any("," in cell for cell in weights) and not any("." in cell for cell in weights)


def _without_header(
    path: Path, sample: Sample, asked: set[str], notes: list[str]
) -> tuple[list[tuple[int, list[str]]], tuple[str, ...] | None]:
    """The rows of edges and the names of their columns, if a first row or a comment above it holds them."""
    rows = sample.rows
    while (
        len(rows) > 1 and rows[0][1][0][:1] in ("#", "%") and not sample.inline
    ):  # #name, or a comment without a blank
        names = [rows[0][1][0].lstrip("#% "), *rows[0][1][1:]]
        hashes = any(cell[:1] in ("#", "%") for _, cells in rows[1:] for cell in cells) or rows[0][1][1:2][:1] == ["#"]
        if len(names) == sample.width and named_ends(names) is not None:
            notes.append(_named(path, rows[0][0], names))
            return rows[1:], tuple(names)
        if len(names) == sample.width and (hashes or any(cell[:1] == "#" for cell in rows[0][1][1:])):
            break
        notes.append(f"{path.name}:{rows[0][0]}: a line that begins with # was taken for a comment")
        rows = rows[1:]
    first_line, first = rows[0]
    body = [cells for _, cells in rows[1:]]
    if not are_names(first, body, asked):
        for line, comment in sample.comments[-1:]:
            names = [name.strip() for name in comment.lstrip("#% ").split(sample.separator or None)]
            if len(names) == sample.width and named_ends(names) is not None:
                notes.append(_named(path, line, names))
                return rows, tuple(names)
        return rows, None
    if not body:
        raise NetworkError(f"{path}:{first_line}: there is a header but no row; it needs a row per edge")
    if is_node_table(first):
        raise NetworkError(
            f"{path}:{first_line}: columns {', '.join(first[:4])}: a table with a row per node; name the table of edges"
        )
    notes.append(_named(path, first_line, first))
    return rows[1:], tuple(first)


def _named(path: Path, line: int, names: Sequence[str]) -> str:
    return f"{path.name}:{line}: names of columns: {', '.join(name or '(none)' for name in names[:8])}"


def _shifted(
    path: Path, header: tuple[str, ...] | None, body: Sequence[Sequence[str]], width: int, notes: list[str]
) -> tuple[str, ...] | None:
    """The names of columns where they are one fewer than those: row numbers have none, or rows end in a separator."""
    if header is None or len(header) != width - 1:
        return header
    if not any(cells[-1] for cells in body if len(cells) == width):
        return (*header, "")
    notes.append(f"{path.name}: the first column has no name and was taken as a row number")
    return ("", *header)


def _ends(
    path: Path, line: int, header: tuple[str, ...] | None, body: Sequence[Sequence[str]], notes: list[str]
) -> tuple[int, int]:
    """Which columns hold source and target: by name, else the first two, row numbers aside."""
    if header is None:
        return 0, 1
    ends = named_ends(header)
    if ends is None:
        numbers = [cells[0] for cells in body]
        counted = any(numbers == [str(i) for i in range(first, first + len(numbers))] for first in (0, 1))
        counts = len(header) > 2 and (not header[0] or (counted and plain(header[0]) in ROW_NAMES))
        ends = Ends(1, 2) if counts else Ends(0, 1)
        notes.append(
            f"{path.name}: {header[ends.source]} was taken as the source of an edge, {header[ends.target]} as its target"
        )
        _refuse_two_modes(path, line, header, body)
        if not counts and len(header) > 2:
            _refuse_ambiguous(path, line, body, len(header))
    return ends.source, ends.target


def _refuse_ambiguous(path: Path, line: int, body: Sequence[Sequence[str]], width: int) -> None:
    """``NetworkError`` where rows without names may be an adjacency list, or begin with their number.

    They may where no two begin with the same id, and what is behind the second field are such ids too, or the first fields
    count 1, 2, 3 ... before further ids.
    """
    rows = [cells for cells in body if len(cells) == width]
    heads = {cells[0] for cells in rows}
    if width < 3 or len(rows) < 3 or len(heads) < len(rows) or len({cells[2] for cells in rows}) < 2:
        return
    whole = all(WHOLE.match(cell) for cells in rows for cell in cells[:3])
    counted = whole and any(
        [cells[0] for cells in rows] == [str(first + i) for i in range(len(rows))] for first in (0, 1)
    )
    if counted or all(cell in heads for cells in rows for cell in cells[2:]):
        raise NetworkError(
            f"{path}:{line}: the first column may count the rows or hold sources, or the file be an adjacency list; write a "
            "header such as source,target,weight, or name an adjacency list .adjlist"
        )


def _refuse_two_modes(path: Path, line: int, header: tuple[str, ...], body: Sequence[Sequence[str]]) -> None:
    """``NetworkError`` for a table of numbers with other names at its rows than at its columns."""
    rows = [cells for cells in body if len(cells) == len(header)]
    words = rows and not header[0] and not any(is_number(cells[0]) for cells in rows)
    if words and all(is_number(cell) for cells in rows for cell in cells[1:]):
        raise NetworkError(
            f"{path}:{line}: a matrix with other names at its rows than at its columns; a network's has the same at both"
        )


def _kind(header: tuple[str, ...] | None, rows: Sequence[Sequence[str]], width: int) -> tuple[int | None, set[bool]]:
    """(the column that says of each edge whether it is directed, what it says)."""
    for i, name in enumerate(header or ()):
        words = KIND_FLAGS if plain(name) == "directed" else KIND_WORDS if plain(name) in ("type", "edgetype") else {}
        if words and i < width and rows and all(i < len(cells) and cells[i].casefold() in words for cells in rows):
            return i, {words[cells[i].casefold()] for cells in rows}
    return None, set()


def _announced(first: Sequence[str]) -> tuple[int, int] | None:
    """The numbers of a first row that may say how many members and edges follow."""
    if len(first) != 2 or not all(WHOLE.match(cell) and len(cell) < 19 for cell in first):
        return None
    n, m = int(first[0]), int(first[1])
    return (n, m) if n > 0 and m > 0 else None


def _position(path: Path, what: str, key: str | int | None, header: tuple[str, ...] | None, width: int) -> int | None:
    """The column that ``key`` names: by its header, or by its number from 0."""
    if key is None:
        return None
    if isinstance(key, str) and header and key in header:
        if header.index(key) >= width:
            raise NetworkError(
                f'{path}: {what}: column "{key}" is in the header, but the first row has {width} fields only'
            )
        return header.index(key)
    known = f"columns are {', '.join(header)}" if header else f"columns are numbered 0 to {width - 1}"
    if isinstance(key, bool) or not str(key).isdecimal() or count_of(str(key)) >= width:
        raise NetworkError(f'{path}: {what}: there is no column "{key}"; {known}')
    return int(key)
