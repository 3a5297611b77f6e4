"""Edge lists in text: fast columns where all is well, and line by line to find what is not."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import NetworkError
from viralsim.population.edges import Edges
from viralsim.population.labels import LARGEST_MEMBER
from viralsim.population.table_form import NUMBER, WHOLE, TableForm, find_form, is_comment
from viralsim.population.text import read_bytes

LARGEST_WHOLE = 2**63 - 1


class Columns(NamedTuple):
    """The columns of an edge list, one entry an edge."""

    source: NDArray[Any]  # int64, or objects (text)
    target: NDArray[Any]
    tie_strength: NDArray[np.float64] | None
    influence_weight: NDArray[np.float64] | None


def read_edge_table(
    path: Path, tie_strength: str | int | None, influence_weight: str | int | None, directed: bool
) -> tuple[Edges, list[str]]:
    """The edges of a text file and what is to be said of it; members numbered by ascending id."""
    data = read_bytes(path)
    form = find_form(path, data, tie_strength, influence_weight)
    columns = _read(path, data, form)
    notes: list[str] = []
    unread = [
        form.header[i] if form.header else str(i)
        for i in range(form.width)
        if i not in (form.source, form.target, form.tie_strength, form.influence_weight)
    ]
    if unread:
        notes.append(f"{path.name}: columns not read: {', '.join(unread)} (name a column in tie_strength to use it)")
    if not form.whole:
        from viralsim.population.labels import number_labels

        source, target, ids = number_labels(columns.source, columns.target, None)
        return _edges(source, target, len(ids), columns, ids, directed), notes
    columns, members = _without_announcement(path, form, columns, notes)
    if members is not None:
        return _edges(columns.source, columns.target, members, columns, None, directed), notes
    source, target, whole_ids = _number_whole(path, data, form, columns)
    n = int(max(source.max(initial=-1), target.max(initial=-1))) + 1 if whole_ids is None else len(whole_ids)
    return _edges(source, target, n, columns, whole_ids, directed), notes


def _edges(
    source: NDArray[Any], target: NDArray[Any], members: int, columns: Columns, ids: NDArray[Any] | None, directed: bool
) -> Edges:
    a, b = source.astype(np.int32), target.astype(np.int32)
    return Edges(a, b, members, columns.tie_strength, columns.influence_weight, ids, directed)


def _read(path: Path, data: bytes, form: TableForm) -> Columns:
    """All rows, by the fast reader; where it stumbles, the first bad line is looked for and named."""
    import pandas as pd

    id_type = np.int64 if form.whole else str
    dtypes: dict[int, Any] = dict.fromkeys(range(form.width), str)  # all, so that rows of other lengths are noticed
    dtypes.update({form.source: id_type, form.target: id_type})
    for position in (form.tie_strength, form.influence_weight):
        if position is not None:
            dtypes[position] = np.float64
    skip = form.skip + (1 if form.announced and form.width > 2 else 0)
    try:
        frame = pd.read_csv(
            BytesIO(data),
            sep=form.separator or r"\s+",
            header=None,
            names=list(range(form.width)),
            dtype=dtypes,
            skiprows=skip,
            comment="#" if form.comments else None,
            quoting=0 if form.separator else 3,
            keep_default_na=False,
            na_values=[],
            engine="c",
        )
    except (ValueError, OverflowError, pd.errors.ParserError, UnicodeDecodeError) as error:
        _fail(path, data, form, str(error))
    columns = Columns(
        frame[form.source].to_numpy(),
        frame[form.target].to_numpy(),
        None if form.tie_strength is None else frame[form.tie_strength].to_numpy(),
        None if form.influence_weight is None else frame[form.influence_weight].to_numpy(),
    )
    for values, high in ((columns.tie_strength, 1.0), (columns.influence_weight, np.inf)):
        if (
            values is not None
            and len(values)
            and not (values.min() >= 0 and values.max() <= high and np.isfinite(values).all())
        ):
            _fail(path, data, form, "a weight is out of bounds")
    if form.whole:
        if len(frame) and min(columns.source.min(), columns.target.min()) < 0:
            _fail(path, data, form, "an id is negative")
    elif any(
        (column == "").any() or frame[i].isna().any()
        for i, column in ((form.source, columns.source), (form.target, columns.target))
    ):
        _fail(path, data, form, "an id is missing")
    return columns


def _fail(path: Path, data: bytes, form: TableForm, reason: str) -> NoReturn:
    """Find the first line that is wrong and say so."""
    text = data.decode("utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        if number <= form.skip or is_comment(line) or (form.announced and number == form.announced_line):
            continue
        problem = _problem(form.split(line), form)
        if problem:
            raise NetworkError(f"{path}:{number}: {problem}")
    raise NetworkError(
        f"{path}: cannot be read as a table of edges: {reason.strip()[:200]}; check separators and quotes"
    )


def _problem(row: list[str], form: TableForm) -> str | None:
    """What is wrong with one row, or None."""
    if len(row) != form.width:
        return f"{form.width} fields are needed, as in the first row, got {len(row)}; correct or drop this row"
    for cell in (row[form.source], row[form.target]):
        if cell == "":
            return "an id is missing; fill it or drop this row"
        if not form.whole:
            continue
        if not WHOLE.match(cell):
            return f"id {cell[:40]!r} is no whole number, as most ids here are; correct it, or name all members in text"
        if int(cell[:40]) < 0:
            return f"id {cell[:40]} is negative; ids start at 0"
        if len(cell) > 19 or int(cell) > LARGEST_WHOLE:
            return f"id {cell[:40]} is too large: at most {LARGEST_WHOLE}"
    for name, i, high in (
        ("tie_strength", form.tie_strength, 1.0),
        ("influence_weight", form.influence_weight, np.inf),
    ):
        if i is None:
            continue
        cell = row[i]
        if not NUMBER.match(cell):
            return f"{name} {cell[:40]!r} is no number"
        if not (np.isfinite(float(cell)) and 0 <= float(cell) <= high):
            bounds = "in [0, 1]; divide counts by the largest" if high == 1 else "finite and >= 0"
            return f"{name} {cell[:40]} must be {bounds}"
    return None


def _without_announcement(
    path: Path, form: TableForm, columns: Columns, notes: list[str]
) -> tuple[Columns, int | None]:
    """Take a first line "n m" (members, edges) out of the rows; (columns, n), or None where that row is an edge."""
    if form.announced is None:
        return columns, None
    n, m = form.announced
    apart = form.width > 2  # the line has two fields and the rows have more: it was skipped
    rest = columns if apart else Columns(*(None if c is None else c[1:] for c in columns))  # type: ignore[arg-type]
    rows = len(rest.source)
    high = int(max(rest.source.max(initial=-1), rest.target.max(initial=-1)))
    if not apart and not (high < n and abs(rows - m) <= max(0, 0.01 * m)):
        return columns, None
    if n > LARGEST_MEMBER or (n > 10_000_000 and n > 100 * max(rows, 1)):
        raise NetworkError(
            f"{path}:{form.announced_line}: {n} members for {rows} edges are too many; correct the first line"
        )
    if high >= n:
        raise NetworkError(f"{path}: id {high} is out of range 0..{n - 1}, which line {form.announced_line} announces")
    notes.append(f"{path.name}: the first line announces {n:,} members and {m:,} edges")
    if rows != m:
        notes.append(f"{path.name}: it announces {m:,} edges but holds {rows:,}")
    return rest, n


def _number_whole(
    path: Path, data: bytes, form: TableForm, columns: Columns
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64] | None]:
    """Whole-number ids as member numbers in ascending order; ids None where they are ``0..N-1`` already."""
    source, target = columns.source, columns.target
    high = int(max(source.max(initial=-1), target.max(initial=-1)))
    if high < 4 * len(source) + 1_000_000:
        there = np.zeros(high + 1, dtype=bool)
        there[source] = True
        there[target] = True
        if there.all():
            return source, target, None
        number = np.cumsum(there) - 1
        return number[source], number[target], np.flatnonzero(there)
    ids, numbers = np.unique(np.concatenate([source, target]), return_inverse=True)
    if high > LARGEST_MEMBER and np.count_nonzero(ids < 10 * len(ids) + 1000) * 2 >= len(ids):
        raise NetworkError(
            f"{path}:{_line_of(data, form, high)}: id {high} is out of range beside ids like "
            f"{', '.join(map(str, ids[:3].tolist()))}; correct it, or name all members in text"
        )
    return numbers[: len(source)], numbers[len(source) :], ids


def _line_of(data: bytes, form: TableForm, number: int) -> int:
    """The first line that holds an id."""
    for i, line in enumerate(data.decode("utf-8", errors="replace").splitlines(), 1):
        if i > form.skip and str(number) in form.split(line):
            return i
    return 0
