"""``uncertain.joint``: rows of a posterior, read and checked."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.scenario.messages import Finding
from viralsim.scenario.paths import PathError, Slot, canonical_path
from viralsim.scenario.reading import Place
from viralsim.scenario.slots import check_value, varied_slot
from viralsim.scenario.spec import Spec
from viralsim.scenario.study import JOINT, Joint
from viralsim.tables.text import read_text
from viralsim.units import Whole

MOST_ROWS, MOST_PATHS = 1_000_000, 64
READ_AT_ONCE = 1 << 26  # bytes
NOT_A_PATH = "draw"  # a column that numbers the draws of a posterior
HERE: Place = ("uncertain", JOINT)
NEITHER = "needs a file, or rows: give one of them"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)

Floats = NDArray[np.float64]


class Rows(NamedTuple):
    """values: path -> float64[rows]. lines: the line of the file that each row is in, int64[rows]. sha256: of the file."""

    values: dict[str, Floats]
    lines: NDArray[np.int64]
    sha256: str = ""


def rows_of(joint: Joint, folder: Path) -> Rows:
    """The rows of ``joint``; InputError with file and line where its table is none."""
    found = _given(joint.rows) if joint.rows is not None else _read(folder / str(joint.file))
    if joint.sha256 is not None and joint.sha256 != found.sha256:
        raise InputError(
            f"{folder / str(joint.file)}: has changed since its sha256 was written: restore it from a copy, or take sha256 out if "
            "the change is meant"
        )
    return found if joint.draws is None else Rows({p: v[: joint.draws] for p, v in found.values.items()}, found.lines)


def _given(rows: dict[str, tuple[float, ...]]) -> Rows:
    sizes = {len(values) for values in rows.values()}
    if len(sizes) > 1 or 0 in sizes:
        raise InputError(f"paths have {', '.join(map(str, sorted(sizes)))} values: give each the same number, above 0")
    return Rows({path: np.array(values) for path, values in rows.items()}, np.arange(1, min(sizes) + 1))


def _read(path: Path) -> Rows:
    try:
        state = path.stat()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}): give a table of rows") from None
    return _table(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=16)
def _table(path: Path, modified_ns: int, size: int) -> Rows:
    """The table of a file as it is at that time."""
    try:
        with _text_of(path, size) as stream:
            reader = csv.reader(stream, strict=True)
            head = [canonical_path(cell.strip()) for cell in next(reader, [])]
            _check_head(path, head)
            rows, lines = [], []
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    rows.append(_numbers(path, reader.line_num, head, cells))
                    lines.append(reader.line_num)
                if len(rows) > MOST_ROWS:
                    raise InputError(f"{path}: more than {MOST_ROWS:,} rows: give a sample")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"{path}: is no table of rows ({error}): write CSV in UTF-8, paths in the first line"
        ) from None
    if not rows:
        raise InputError(f"{path}: has no row below its paths: add one or more")
    table = np.array(rows)
    values = {name: table[:, i] for i, name in enumerate(head) if name != NOT_A_PATH}
    return Rows(values, np.array(lines), hashlib.sha256(path.read_bytes()).hexdigest())


def _text_of(path: Path, size: int) -> TextIO:
    """The text of a table; what is none is refused by name, unless it is so large that it is read as it comes."""
    if size <= READ_AT_ONCE:
        return io.StringIO(read_text(path), newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _check_head(path: Path, head: list[str]) -> None:
    names = [name for name in head if name != NOT_A_PATH]
    if len(head) == 1 and (other := next((sign for sign in ";\t|" if sign in head[0]), None)):
        raise InputError(f"{path}:1: columns are separated by {other!r}: write commas, and points in numbers")
    if not names or not all(names):
        raise InputError(f"{path}:1: must name a path in each column, such as content.post.share_rate")
    if len(names) > MOST_PATHS:
        raise InputError(f"{path}:1: has {len(names)} paths; {MOST_PATHS} are the most")
    twice = next((name for name in head if head.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{path}:1: {twice} appears twice: keep one")


def _numbers(path: Path, line: int, head: list[str], cells: list[str]) -> list[float]:
    if len(cells) != len(head):
        raise InputError(f"{path}:{line}: has {len(cells)} cells, and the first line has {len(head)} paths")
    values = []
    for name, cell in zip(head, cells, strict=True):
        value = float(cell) if NUMBER.fullmatch(cell.strip()) else np.nan
        if not np.isfinite(value):
            raise InputError(f"{path}:{line}: {name} must be a finite number, got {cell.strip()[:40]!r}")
        values.append(value)
    return values


def check_joint(spec: Spec, data: Any, folder: Path) -> Iterator[Finding]:
    """All that is wrong with ``uncertain.joint``: its table, its paths, values that the schema refuses."""
    joint = spec.joint
    if joint is None:
        return
    if (joint.file is None) == (joint.rows is None):
        yield HERE, NEITHER
        return
    if joint.rows is not None and joint.sha256 is not None:
        yield (*HERE, "sha256"), "is of a file: leave it out"
        return
    if joint.file is not None and not (folder / joint.file).is_file():
        return  # said where files are looked for
    place: Place = (*HERE, "file" if joint.file is not None else "rows")
    try:
        found = rows_of(joint, folder)
    except InputError as error:
        yield place, str(error)
        return
    source = f"{joint.file}:{{}}: " if joint.file is not None else "row {}: "
    for path, values in found.values.items():
        if path in spec.ranges:
            yield ("uncertain", path), "is drawn by joint too: keep one of them"
        try:
            slot = varied_slot(data, path)
        except PathError as error:
            yield place, f"{path}: {error}"
            continue
        yield from _values(slot, path, values, found.lines, source, place)


def _values(
    slot: Slot, path: str, values: Floats, lines: NDArray[np.int64], source: str, place: Place
) -> Iterator[Finding]:
    """The first row of the least or greatest value that the schema refuses."""
    shown = np.rint(values) if isinstance(slot.quantity, Whole) else values
    for at in dict.fromkeys((int(np.argmin(shown)), int(np.argmax(shown)))):
        for _, sentence in check_value(slot, float(shown[at]), place, hours=True):
            yield place, f"{source.format(lines[at])}{path} {sentence}"
            return
