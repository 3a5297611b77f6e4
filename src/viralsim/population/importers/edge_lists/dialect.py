"""What a table of edges looks like: comments, separator, header, which columns; seen from its first lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from viralsim.errors import NetworkError
from viralsim.population.importers.direction import Stated, stated_in
from viralsim.population.importers.edge_lists.header import (
    ROW_NAMES,
    Ends,
    are_names,
    in_series,
    is_node_table,
    is_number,
    meaning_of,
    named_ends,
)
from viralsim.population.importers.edge_lists.no_ids import refuse_no_ids
from viralsim.population.importers.edge_lists.row_reader import count_of, is_comment
from viralsim.population.importers.edge_lists.sample import NEGATIVE, WHOLE, Sample
from viralsim.tables.columns import plain

ARROWS = {
    **dict.fromkeys(("->", "-->", "=>", "==>", "\u2192", ">"), True),
    **dict.fromkeys(("--", "-", "<->", "<-->", "\u2194", "\u2013", "\u2014", "---"), False),
    **dict.fromkeys(("<-", "<--", "<=", "\u2190", "<"), None),  # sources come second: nobody means that in a whole file
}
DASHES = ("-", "--", "---", "\u2013", "\u2014")  # elsewhere than between ids they mean that there is nothing
RELATIONS = {"follows", "followed", "follow", "isfollowing", "following", "reaches", "retweets", "retweeted", "reposts", "mentions",
             "mentioned", "replied", "repliesto", "likes", "liked", "knows", "friendof", "friendswith", "subscribesto"}  # fmt: skip
KIND_WORDS = {"directed": True, "undirected": False}
KIND_FLAGS = {**KIND_WORDS, "true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
TITLE_WITHIN = 10  # rows: what may stand above the names of columns


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
    arrow = None if header is not None else _arrow(path, first_line, body, width)
    source, target = (0, 2) if arrow else _ends(path, first_line, header, body, notes)
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
        _refuse_brackets(path, first_line, cells)
        if arrow is None:
            _refuse_relations(path, first_line, body, width)
            _refuse_ambiguous(path, first_line, body, width)
        notes += _lonely(path, first_line, cells)
    if not whole:
        refuse_no_ids(path, first_line, cells, (source, target))
    kind, ways = _kind(header, cells, width)
    stated = stated_in(path, sample.comments) or arrow
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


def _arrow(path: Path, line: int, body: Sequence[Sequence[str]], width: int) -> Stated | None:
    """What a column of nothing but arrows says of which way edges run; None where there is none.

    Raises: NetworkError where an arrow is between anything but two ids, or points back.
    """
    columns = list(zip(*(cells for cells in body if len(cells) == width), strict=True))
    for i, column in enumerate(columns):
        if len(set(column)) > 1 or column[0] not in ARROWS:
            continue
        behind = columns[2] if width > 2 else ()
        ids = not all(map(is_number, behind)) or set(columns[0]) & set(behind)  # else they may be weights
        if column[0] not in DASHES or (i == 1 and ids):
            directed = ARROWS[column[0]]
            if i != 1 or width < 3 or directed is None:
                raise NetworkError(
                    f"{path}:{line}: {column[0]!r} is needed between two ids, the source first; write the edges as CSV instead"
                )
            return Stated(directed, f"{column[0]!r} between ids")
    return None


def _refuse_brackets(path: Path, line: int, rows: Sequence[Sequence[str]]) -> None:
    """``NetworkError`` where each row is a list or pair of a programming language, and ids would keep its brackets."""
    if rows and all(
        cells[0][:1] in tuple("([{") and next((cell for cell in reversed(cells) if cell), "")[-1:] in tuple(")]},;")
        for cells in rows
    ):
        raise NetworkError(f"{path}:{line}: rows are in brackets; leave these out, so that a row is two ids")


def _lonely(path: Path, line: int, rows: Sequence[Sequence[str]]) -> list[str]:
    """A word on a first row whose ids, unlike the others', occur nowhere below: it may name the columns."""
    below = {cell for cells in rows[1:] for cell in cells[:2]}
    first = rows[0][:2]
    if len(rows) < 3 or any(cell in below or is_number(cell) for cell in first) or len(below) > 1.5 * (len(rows) - 1):
        return []
    return [f"{path.name}:{line}: {', '.join(first)} was read as an edge; take this line out if it names the columns"]


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
        _refuse_names_below(path, rows)
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


def _refuse_names_below(path: Path, rows: Sequence[tuple[int, list[str]]]) -> None:
    """``NetworkError`` where lines stand above the names of the columns: they would be edges, and so would the names."""
    for at, (line, cells) in enumerate(rows[1:TITLE_WITHIN], 1):
        ends = named_ends(cells)
        below = {cell for _, row in rows[at + 1 :] for cell in row}
        above = {cell for _, row in rows[:at] for cell in row}
        if ends is None or not below or below & {*above, cells[ends.source], cells[ends.target]}:
            continue
        if in_series(cells, above | below):  # user1 and user2 are members where user3 is one
            continue
        first, last = rows[0][0], line - 1
        lines = f"line {first}" if first == last else f"lines {first} to {last}"
        raise NetworkError(
            f"{path}:{line}: names of columns ({', '.join(cells[:4])}) below other lines: remove {lines}"
        )


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
        if len(header) < 2:
            raise NetworkError(
                f"{path}:{line - 1}: {header[0][:60]!r} is above rows of two ids; name both columns, or take it out"
            )
        counts = len(header) > 2 and (not header[0] or (counted and plain(header[0]) in ROW_NAMES))
        ends = Ends(1, 2) if counts else Ends(0, 1)
        notes.append(
            f"{path.name}: {header[ends.source]} was taken as the source of an edge, {header[ends.target]} as its target"
        )
        _refuse_two_modes(path, line, header, body)
        if not counts and len(header) > 2:
            _refuse_ambiguous(path, line, body, len(header))
    for end in ends:
        if [plain(name) for name in header].count(plain(header[end])) > 1:
            raise NetworkError(f"{path}:{line - 1}: two columns are called {header[end]!r}: leave one of them out")
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
    words = not any(is_number(cell) for cells in rows for cell in cells[1:3])
    counted = (whole or words) and any(
        [cells[0] for cells in rows] == [str(first + i) for i in range(len(rows))] for first in (0, 1)
    )
    if counted or all(cell in heads for cells in rows for cell in cells[2:]):
        raise NetworkError(
            f"{path}:{line}: the first column may count the rows or hold sources, or the file be an adjacency list; write a "
            "header such as source,target,weight, or name an adjacency list .adjlist"
        )


def _refuse_relations(path: Path, line: int, body: Sequence[Sequence[str]], width: int) -> None:
    """``NetworkError`` where rows without names are an id, what it does, and another id."""
    rows = [cells for cells in body if len(cells) == width]
    if width < 3 or len(rows) < 2:
        return
    first, middle, last = ({cells[i] for cells in rows} for i in range(3))
    if any(is_number(cell) for cell in middle | last) or middle & (first | last):
        return
    if {plain(cell) for cell in middle} <= RELATIONS or (first & last and len(middle) < len(rows)):
        raise NetworkError(
            f"{path}:{line}: {min(middle)[:40]!r} may be a relation between the ids on both sides of it; write a header such as "
            "source,relation,target"
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
