"""Edge lists that need a second look: quotes, decimal commas, headers in many words, row numbers, matrices, ids that are text."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import NetworkError
from viralsim.population.network.edges import Edges
from viralsim.tables.columns import plain
from viralsim.tables.numbers import MISSING, CellError, read_numbers

SOURCES = {plain(w) for w in (
    "source", "src", "from", "from node id", "source id", "source node", "from id", "u", "node 1", "node a", "vertex 1",
    "id 1", "i", "ego", "sender", "follower", "user", "user id", "start", "start node", "tail", "citing", "retweeter",
    "quelle", "von", "origen", "de",
)}  # fmt: skip
TARGETS = {plain(w) for w in (
    "target", "tgt", "dst", "dest", "destination", "to", "to node id", "target id", "target node", "to id", "v", "node 2", "node b",
    "vertex 2", "id 2", "j", "alter", "receiver", "recipient", "followee", "followed", "followed user", "friend", "friend id",
    "end", "end node", "head", "cited", "retweeted", "neighbor", "neighbour", "ziel", "nach", "destino", "cible", "vers",
)}  # fmt: skip
SEPARATORS = ("\t", ";", "|", ",", "")
WHOLE = re.compile(r"0|[1-9][0-9]*")
ROUNDED = re.compile(r"[+-]?[0-9]+[.,][0-9]*[eE][+-]?[0-9]+|[0-9]+[eE]\+[0-9]+")
ATTRIBUTES = re.compile(r"\s*\{.*\}\s*$")
TRAILING = re.compile(r"(?<=\S)\s+#(\s.*)?$")  # a comment behind a row
LOOKED_AT = 400  # rows that tell what a table is


@dataclass
class Look:
    """What a table of edges was found to be."""

    separator: str
    rows: list[tuple[int, list[str]]]  # (line, cells), header and comments left out
    header: list[str] | None
    source: int = 0
    target: int = 1
    stated: bool | None = None  # whether the file says that its edges are directed
    notes: list[str] = field(default_factory=list)


def read_edges(
    path: Path, text: str, tie_strength: str | int | None, influence_weight: str | int | None, sep: str | None = None
) -> tuple[Edges, list[str]]:
    """The edges of a table and what users should know of it; ``directed`` is what the file states, else True.

    Raises: NetworkError with file and line for rows of other lengths, ids that are missing, and ids that a spreadsheet rounded.
    """
    look = look_at(path, text, sep)
    matrix = _matrix(path, look)
    if matrix is not None:
        return matrix, look.notes
    if look.header is not None:
        look.header = [name.strip() for name in look.header]
    _directions(path, look)
    width = len(look.rows[0][1])
    if width < 2:
        raise NetworkError(f"{path}:{look.rows[0][0]}: a row needs two ids, got {look.rows[0][1][0][:60]!r}; separate them by tab, "
                           "comma or space")  # fmt: skip
    if max(look.source, look.target) >= width:
        raise NetworkError(
            f"{path}:{look.rows[0][0]}: the header has {len(look.header or [])} names and the first row {width} fields"
        )
    for line, cells in look.rows:
        if len(cells) != width:
            hint = "; if it is an adjacency list, write a row per edge" if not look.separator else ""
            raise NetworkError(
                f"{path}:{line}: {width} fields are needed, as in the first row, got {len(cells)}; correct or drop this row{hint}"
            )
    columns = {name: _weights(path, look, name, asked, width) for name, asked in
               (("tie_strength", tie_strength), ("influence_weight", influence_weight))}  # fmt: skip
    used = {look.source, look.target, *(i for i, _ in columns.values() if i is not None)}
    unread = [look.header[i] if look.header and i < len(look.header) else str(i) for i in range(width) if i not in used]
    unread = [name for name in unread if name]
    if unread:
        look.notes.append(
            f"{path.name}: columns not read: {', '.join(unread[:6])} (name a column in tie_strength to use it)"
        )
    source, target, members, ids = _numbered(path, look)
    directed = True if look.stated is None else look.stated
    return Edges(
        source, target, members, columns["tie_strength"][1], columns["influence_weight"][1], ids, directed
    ), look.notes


def look_at(path: Path, text: str, sep: str | None = None) -> Look:
    """Find comments, separator, header and ends of a table of edges."""
    lines = text.lstrip("\ufeff").splitlines()
    skipped = 0
    announced = lines[0].strip().strip('"').casefold() if lines else ""
    if announced.startswith("sep=") and len(announced) == 5:
        sep, skipped = sep or announced[4], 1
    body = [
        (i + 1, TRAILING.sub("", ATTRIBUTES.sub("", line)))
        for i, line in enumerate(lines)
        if i >= skipped and line.strip()
    ]
    notes = []
    if any(ATTRIBUTES.search(line) for line in lines):
        notes.append(f"{path.name}: attributes in braces were not read")
    data = [(i, line) for i, line in body if not line.lstrip().startswith(("#", "%", "//"))]
    separator = sep if sep is not None else _separator([line for _, line in (data or body)[:LOOKED_AT]])
    comments = [line for i, line in body if _is_comment(line, separator)]
    rows = [(i, _cells(line, separator)) for i, line in body if not _is_comment(line, separator)]
    if not rows:
        raise NetworkError(f"{path}: there are only comments and blank lines; it needs a row per edge")
    if '"' in text and separator:
        rows = _quoted(path, text, separator, skipped, {i for i, line in body if _is_comment(line, separator)})
    look = Look(separator, rows, None, notes=notes)
    for comment in comments[:20]:
        if re.search(r"\bundirected\b", comment, re.IGNORECASE):
            look.stated = False
        elif re.search(r"\bdirected\b", comment, re.IGNORECASE) and look.stated is None:
            look.stated = True
    _header(path, look)
    return look


def _separator(lines: list[str]) -> str:
    """The separator by which all rows, or else most, have the same number of fields, two or more; blanks where none does."""
    best, share = "", 0.49
    for separator in SEPARATORS[:-1]:
        rows = [_cells(line, separator) for line in lines]
        clean = [len(cells) for cells in rows if not any('"' in cell for cell in cells)]  # not cut inside of quotes
        width, most = Counter(clean).most_common(1)[0] if clean else (0, 0)
        if width >= 2 and most / len(rows) > share:
            best, share = separator, most / len(rows)
            if most == len(rows):
                break
    return best


def _cells(line: str, separator: str) -> list[str]:
    if not separator:
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])]


def _quoted(path: Path, text: str, separator: str, skipped: int, comments: set[int]) -> list[tuple[int, list[str]]]:
    """Rows of a text with quotes, which may hold separators and line ends."""
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=separator, skipinitialspace=True)
    line = 1
    try:
        for cells in reader:
            if line > skipped and line not in comments and any(cell.strip() for cell in cells):
                rows.append((line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise NetworkError(f"{path}:{line}: {error}; check quotes and separators") from None
    return rows


def _is_comment(line: str, separator: str) -> bool:
    """Whether a line is a comment: ``#`` with a blank behind it or without the separator of the rows; ``#love`` can be a name."""
    start = line.lstrip()
    if not start.startswith(("#", "%", "//")):
        return False
    return (
        not start.startswith("#") or not separator or separator not in start or start[1:2] in ("", " ", "\t", "#", "!")
    )


def _header(path: Path, look: Look) -> None:
    """Take out the names of columns: known words, or words above numbers; a name fewer means a leading row number."""
    first, rest = look.rows[0][1], look.rows[1:]
    names = [plain(cell) for cell in first]
    sources = [i for i, name in enumerate(names) if name in SOURCES]
    targets = [i for i, name in enumerate(names) if name in TARGETS]
    known = bool(sources and targets)
    words = len(first) >= 2 and not any(WHOLE.fullmatch(cell) or _is_number(cell) for cell in first)
    above = bool(rest) and words and all(WHOLE.fullmatch(cell) for cell in rest[0][1][:2])
    if not known and not above:
        return
    if not rest:
        raise NetworkError(f"{path}:{look.rows[0][0]}: there is a header but no row; it needs a row per edge")
    look.header, look.rows = first, rest
    width = len(rest[0][1])
    if width == len(first) + 1 and not any(cells[-1] for _, cells in rest):
        look.header = [*first, str(len(first))]  # rows that end in a separator
    elif width == len(first) + 1:
        look.header = ["", *first]
        look.notes.append(f"{path.name}: the first column has no name and was taken as a row number")
        sources, targets = [i + 1 for i in sources], [i + 1 for i in targets]
    if known:
        look.source, look.target = sources[0], targets[0]
    else:
        look.notes.append(f"{path.name}: the first row, {', '.join(first[:4])}, was taken as names of columns")
        if look.header[0] == "":
            look.source, look.target = 1, 2


def _is_number(cell: str) -> bool:
    return bool(re.fullmatch(r"[+-]?[0-9]*[.,]?[0-9]+([eE][+-]?[0-9]+)?", cell))


def _directions(path: Path, look: Look) -> None:
    """A column Type as Gephi writes it says which way edges run."""
    names = [plain(name) for name in look.header or []]
    if "type" not in names:
        return
    types = {cells[names.index("type")].casefold() for _, cells in look.rows if len(cells) > names.index("type")}
    if types <= {"undirected"}:
        look.stated = False
    elif types <= {"directed"}:
        look.stated = True
    elif types & {"directed", "undirected"}:
        raise NetworkError(f"{path}: some edges are directed and some are not: write one kind")


def _weights(
    path: Path, look: Look, name: str, asked: str | int | None, width: int
) -> tuple[int | None, NDArray[np.float64] | None]:
    """(column, values) of the weights that ``asked`` names: by the header, or by number from 0."""
    if asked is None:
        return None, None
    header = look.header or []
    if str(asked) in header:
        at = header.index(str(asked))
        if at >= width:
            raise NetworkError(
                f'{path}: {name}: column "{asked}" is in the header, but the first row has {width} fields only'
            )
    elif not isinstance(asked, bool) and str(asked).isdecimal() and int(asked) < width:
        at = int(asked)
    else:
        known = f"columns are {', '.join(header)}" if header else f"columns are numbered 0 to {width - 1}"
        raise NetworkError(f'{path}: {name}: there is no column "{asked}"; {known}')
    cells = [cells[at] for _, cells in look.rows]
    try:
        values = read_numbers(cells, whole=False).values
    except CellError as error:
        raise NetworkError(f"{path}:{look.rows[error.row][0]}: {name} {cells[error.row][:40]!r} {error}") from None
    for (line, _), cell, value in zip(look.rows, cells, values, strict=True):
        if value is None or not 0 <= value <= (1.0 if name == "tie_strength" else np.inf):
            bounds = "in [0, 1]; divide counts by the largest" if name == "tie_strength" else "finite and >= 0"
            raise NetworkError(f"{path}:{line}: {name} {cell[:40]!r} must be {bounds}")
    return at, np.array(values, dtype=np.float64)


def _numbered(path: Path, look: Look) -> tuple[NDArray[np.int32], NDArray[np.int32], int, NDArray[Any] | None]:
    """(source, target, members, ids): whole numbers where all ids are written as such, else text in sorted order."""
    ends = [(line, cells[i]) for i in (look.source, look.target) for line, cells in look.rows]
    for line, cell in ends:
        if not cell:
            raise NetworkError(f"{path}:{line}: an id is missing; fill it or leave the row out")
        if ROUNDED.fullmatch(cell):
            raise NetworkError(
                f"{path}:{line}: id {cell} is in scientific notation, so a spreadsheet rounded its digits; export ids as text"
            )
        if re.fullmatch(r"-[0-9]+", cell):
            raise NetworkError(f"{path}:{line}: id {cell} is negative; ids start at 0")
    labels = [cell for _, cell in ends]
    whole = all(WHOLE.fullmatch(cell) for cell in labels) and max(int(cell) for cell in labels) < 2**63
    values = np.array(labels, dtype=np.int64) if whole else np.array(labels, dtype=np.str_)
    ids, numbers = np.unique(values, return_inverse=True)
    numbers = numbers.reshape(-1)
    half = len(look.rows)
    dense = whole and len(ids) == int(ids[-1]) + 1
    return numbers[:half].astype(np.int32), numbers[half:].astype(np.int32), len(ids), None if dense else ids


def _matrix(path: Path, look: Look) -> Edges | None:
    """The edges of an adjacency matrix: as many rows as columns, all numbers, with names at both edges or without."""
    rows = [cells for _, cells in look.rows]
    first = look.header or rows[0]
    body = rows if look.header else rows[1:]
    n = len(body)
    labelled = n >= 2 and all(len(cells) == n + 1 for cells in body) and len(first) in (n, n + 1)
    if look.header is None and _is_square(rows):
        names, cells = None, rows
    elif labelled and [cells[0] for cells in body] == first[-n:]:
        names, cells = first[-n:], [row[1:] for row in body]
    else:
        return None
    flat = [cell for row in cells for cell in row]
    try:
        values = [value or 0.0 for value in read_numbers(flat, whole=False).values]
    except CellError:
        return None
    matrix = np.array(values).reshape(len(cells), -1)
    look.notes.append(
        f"{path.name}: read as an adjacency matrix of {len(matrix)} members; an entry in row u, column v is an edge u to v"
    )
    if not np.isin(matrix, (0.0, 1.0)).all():
        look.notes.append(f"{path.name}: entries above 0 are edges, their sizes were not read")
    if names is not None and len(set(names)) < len(names):
        raise NetworkError(f"{path}: a name stands twice in the matrix: give each member a name of its own")
    source, target = np.nonzero(matrix > 0)
    ids = None if names is None else np.array(names)
    return Edges(source.astype(np.int32), target.astype(np.int32), len(matrix), ids=ids, directed=True)


def _is_square(rows: list[list[str]]) -> bool:
    """Whether rows without names are a matrix and no list of edges: square, of numbers, four or more, or three of 0 and 1."""
    n = len(rows)
    if n < 3 or any(len(cells) != n for cells in rows) or not all(_is_number(cell) for cells in rows for cell in cells):
        return False
    zeros = all(float(cells[i].replace(",", ".")) == 0 for i, cells in enumerate(rows))
    return n >= 4 or (zeros and all(cell in ("0", "1") for cells in rows for cell in cells))


def odd_names(path: Path, ids: NDArray[Any] | None) -> list[str]:
    """What to say of names such as NA, which often mean that an id is missing.

    Raises: NetworkError for names in scientific notation, whose digits a spreadsheet rounded.
    """
    if ids is None or ids.dtype.kind in "iu":
        return []
    labels = [str(label) for label in ids.tolist()]
    rounded = next((label for label in labels if ROUNDED.fullmatch(label)), None)
    if rounded is not None:
        raise NetworkError(
            f"{path}: id {rounded} is in scientific notation, so a spreadsheet rounded its digits; export ids as text"
        )
    notes = []
    digits = next((label for label in labels if label.isdecimal() and not WHOLE.fullmatch(label)), None)
    if digits is not None:
        notes.append(f"{path.name}: ids are read as text, since {digits!r} is no plain whole number")
    missing = ", ".join(repr(label) for label in labels if label.casefold() in MISSING)
    if missing:
        notes.append(
            f"{path.name}: {missing} is read as the name of a member; leave such rows out if an id is missing there"
        )
    return notes
