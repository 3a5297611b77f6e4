"""What an edge file looks like: comments, separator, header, which columns; seen from its first lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from viralsim.errors import NetworkError

SAMPLE_BYTES = 1 << 16
SOURCE_NAMES = ("source", "src", "from", "fromnodeid", "from_node_id", "source_id", "u", "node_1", "node1")
TARGET_NAMES = ("target", "tgt", "dst", "to", "tonodeid", "to_node_id", "target_id", "v", "node_2", "node2")
WHOLE = re.compile(r"(0|[1-9][0-9]*)\Z")  # as a computer writes it: 007 and +7 are names
NEGATIVE = re.compile(r"-[0-9]+\Z")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\Z|[+-]?(nan|inf|infinity)\Z", re.IGNORECASE)


@dataclass(frozen=True)
class TableForm:
    """How to read a table of edges.

    separator: ",", ";", tab, or "" for any white space. skip: lines before the first row of edges (comments, header).
    width: fields of a row. source, target, tie_strength, influence_weight:
    positions of columns. whole: ids are whole numbers. announced: (n, m) of a first line that may say "n members,
    m edges" (line ``announced_line``), or None. comments: whether ``#`` starts a comment anywhere.
    """

    separator: str
    skip: int
    width: int
    source: int
    target: int
    tie_strength: int | None
    influence_weight: int | None
    whole: bool
    announced: tuple[int, int] | None
    announced_line: int
    comments: bool
    header: tuple[str, ...] | None

    def split(self, line: str) -> list[str]:
        """The fields of a line."""
        return split_line(line.split("#", 1)[0] if self.comments else line, self.separator)


def split_line(line: str, separator: str) -> list[str]:
    """The fields of a line; ``separator`` "" is any white space."""
    if not separator:
        return line.split()
    return [part.strip().strip('"') for part in line.rstrip("\r\n").split(separator)]


def is_comment(line: str) -> bool:
    """Whether a line holds no row: blank, or a comment."""
    stripped = line.strip()
    return not stripped or stripped[0] in "#%"


def find_form(path: Path, data: bytes, tie_strength: str | int | None, influence_weight: str | int | None) -> TableForm:
    """Look at the first lines of a table of edges."""
    if data.startswith(b"%%MatrixMarket"):  # its line of sizes would be read as an edge
        raise NetworkError(
            f"{path}: a MatrixMarket file; read it with scipy.io.mmread and give it to Network.from_scipy, or save it as .npz"
        )
    sample = data[:SAMPLE_BYTES]
    if len(data) > SAMPLE_BYTES:
        sample = sample[: sample.rfind(b"\n") + 1 or len(sample)]
    lines = sample.decode("utf-8", errors="replace").splitlines()
    rows = [(i + 1, line) for i, line in enumerate(lines) if not is_comment(line)]
    if not rows:
        raise NetworkError(f"{path}: there are only comments and blank lines; it needs a row per edge")
    separator = next((s for s in "\t,;" if s in rows[0][1]), "")
    if separator == "\t" and "\t" not in rows[min(1, len(rows) - 1)][1]:
        separator = ""
    cells = [(number, split_line(line, separator)) for number, line in rows]
    header = _header(cells, tie_strength, influence_weight)
    body = cells[1:] if header else cells
    if not body:
        raise NetworkError(f"{path}:{cells[0][0]}: there is a header but no row; it needs a row per edge")
    announced = _announced(body) if header is None else None
    if announced and len(body) > 1 and len(body[1][1]) > 2:
        width = len(body[1][1])
    else:
        width = len(body[0][1])
    if width < 2:
        number, row = body[0]
        raise NetworkError(
            f"{path}:{number}: a row needs two ids, got {' '.join(row)[:60]!r}; separate them by tab, comma or space"
        )
    source, target = _ends(header)
    strength = _position(path, "tie_strength", tie_strength, header, width)
    weight = _position(path, "influence_weight", influence_weight, header, width)
    cut = [
        split_line(line.split("#", 1)[0], separator) for _, line in rows[-len(body) :][:2000]
    ]  # comments behind rows
    ids = [row[i] for row in cut if len(row) > max(source, target) for i in (source, target)]
    whole = all(WHOLE.match(cell) or NEGATIVE.match(cell) for cell in ids)
    return TableForm(
        separator=separator,
        skip=body[0][0] - 1,
        width=width,
        source=source,
        target=target,
        tie_strength=strength,
        influence_weight=weight,
        whole=whole,
        announced=announced,
        announced_line=body[0][0],
        comments=whole,
        header=header,
    )


def _header(
    cells: list[tuple[int, list[str]]], tie_strength: str | int | None, influence_weight: str | int | None
) -> tuple[str, ...] | None:
    """The names of the columns if the first row is a header: known names, or words above numbers."""
    first = [cell.strip() for cell in cells[0][1]]
    lower = [cell.lower() for cell in first]
    asked = {name for name in (tie_strength, influence_weight) if isinstance(name, str) and not name.isdecimal()}
    if any(a in lower for a in SOURCE_NAMES) and any(b in lower for b in TARGET_NAMES):
        return tuple(first)
    if asked and asked <= set(first):
        return tuple(first)
    if any(NUMBER.match(cell) for cell in first) or len(first) < 2:
        return None
    second = cells[1][1] if len(cells) > 1 else []
    return tuple(first) if second and all(WHOLE.match(cell) for cell in second[:2]) else None


def _ends(header: tuple[str, ...] | None) -> tuple[int, int]:
    """Which columns hold source and target: by name, else the first two."""
    lower = [name.lower() for name in header or ()]
    source = next((lower.index(name) for name in SOURCE_NAMES if name in lower), None)
    target = next((lower.index(name) for name in TARGET_NAMES if name in lower), None)
    return (0, 1) if source is None or target is None else (source, target)


def _announced(body: list[tuple[int, list[str]]]) -> tuple[int, int] | None:
    """The numbers of a first row that may say how many members and edges follow."""
    first = body[0][1]
    if len(first) != 2 or not all(WHOLE.match(cell) and len(cell) < 19 for cell in first):
        return None
    n, m = int(first[0]), int(first[1])
    return (n, m) if n > 0 and m >= 0 else None


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
    if isinstance(key, bool) or not str(key).isdecimal() or int(key) >= width:
        raise NetworkError(f'{path}: {what}: there is no column "{key}"; {known}')
    return int(key)
