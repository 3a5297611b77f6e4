"""Adjacency matrices in text: with names at their edges or without; and MatrixMarket, read by SciPy."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import NetworkError
from viralsim.population.importers.direction import Stated
from viralsim.population.importers.edge_lists.careful_rows import rows_below, weight_of
from viralsim.population.importers.edge_lists.row_reader import count_of
from viralsim.population.importers.edge_lists.sample import Sample
from viralsim.population.importers.formats.parsed import Asked, Parsed, no_names, refuse_twice
from viralsim.population.importers.labels import LARGEST_MEMBER
from viralsim.population.importers.odd_ids import ids_of
from viralsim.population.importers.unread import entries_not_read
from viralsim.population.network.edges import Edges
from viralsim.tables.totals import names_a_total

WIDE = 20  # columns from which on a file whose end is not in sight may be a matrix


def is_matrix(sample: Sample) -> bool:
    """Whether the first rows of a table are those of an adjacency matrix: as many rows as columns, all numbers.

    Two rows are never one. Three or more are where they hold 0 and 1 only, or are symmetric with an empty diagonal, or four
    or more have an empty diagonal; a list of edges with as many rows as columns is not like that.
    """
    rows = [cells for _, cells in sample.rows]
    names = _names(rows)
    if names is not None:
        return _named(rows, names, sample.complete)
    if not sample.complete:
        width = sample.width
        return width >= WIDE and sample.even == 1 and all(_numbers(cells) is not None for cells in rows[:5])
    n = len(rows)
    return n >= 3 and all(len(cells) == n for cells in rows) and _is_adjacency([_numbers(cells) for cells in rows])


def _names(rows: Sequence[Sequence[str]]) -> Sequence[str] | None:
    """The names in the first row of a matrix, words or what the rows below begin with; None where it has none."""
    if len(rows) < 3:
        return None
    first, labels = rows[0], [cells[0] for cells in rows[1:]]
    shorter = len(first) == len(rows[1]) - 1 and labels == list(first[: len(labels)])
    return first if shorter or _numbers(first) is None else None


def _named(rows: Sequence[Sequence[str]], first: Sequence[str], complete: bool) -> bool:
    """Whether rows below names are a matrix: each begins with its name, or is square below words."""
    body = rows[1:]
    width = len(body[0])
    names = list(first[-(width - 1) :])
    labels = [cells[0] for cells in body]
    if len(first) in (width - 1, width) and width >= 3 and labels == names[: len(labels)]:
        rest = [_numbers(cells[1:]) for cells in body]
        if len(labels) != len(names):
            return not complete and all(row is not None for row in rest)
        counted = names in ([str(i) for i in range(len(names))], [str(i) for i in range(1, len(names) + 1)])
        return all(row is not None for row in rest) if not counted else _is_adjacency(rest)  # pandas counts rows so
    square = complete and len(body) == width == len(first) and width >= 3 and all(len(cells) == width for cells in body)
    return (
        square
        and all(name and weight_of(name, ".") is None for name in first)
        and _is_adjacency([_numbers(c) for c in body])
    )


def _numbers(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """The numbers of a row; None where one is none."""
    try:
        return np.array(cells, dtype=np.float64)
    except ValueError:
        values = [weight_of(cell, ",") for cell in cells]
    return None if any(value is None for value in values) else np.array(values, dtype=np.float64)


def _is_adjacency(rows: Sequence[NDArray[np.float64] | None]) -> bool:
    """Whether rows are those of an adjacency matrix; some of another length are, for ``read_matrix`` to name them."""
    if any(row is None for row in rows):
        return False
    if len({len(row) for row in rows if row is not None}) > 1:
        return True
    matrix = np.array([row for row in rows if row is not None])
    flags, symmetric = bool(np.isin(matrix, (0, 1)).all()), bool((matrix == matrix.T).all())
    empty = not np.diag(matrix).any()
    return flags or (empty and (symmetric or len(matrix) >= 4))


def read_matrix(path: Path, sample: Sample, asked: Asked) -> Parsed:
    """The edges of an adjacency matrix: an entry in row u, column v is an edge u to v.

    Raises: NetworkError for rows of other lengths, entries that are no numbers or negative, and names that occur twice.
    """
    no_names(path, asked, "a matrix")
    rows = rows_below(path, sample)
    line, first = next(rows)
    names: list[str] | None = None
    leading = 0
    second = next(rows)
    if _names([cells for _, cells in sample.rows]) is not None:
        names = list(first[-(len(second[1]) - 1) :])
        leading = int(second[1][0] == names[0])
        names = names if leading else list(first)
        refuse_twice(path, names)
        body = [second]
    else:
        body = [(line, first), second]
    n = len(second[1]) - leading
    source, target, values = [], [], []
    count = 0
    for part in (body, rows):
        for line, cells in part:
            entries = _entries(path, line, cells, leading, n, names, count)
            found = np.flatnonzero(entries)
            source.append(np.full(len(found), count, np.int32))
            target.append(found.astype(np.int32))
            values.append(entries[found])
            count += 1
    if count != n:
        raise NetworkError(f"{path}: a matrix of {count} rows and {n} columns; a network's has as many rows as columns")
    edges = np.concatenate(source), np.concatenate(target), np.concatenate(values)
    if names is not None and names_a_total(names[-1]) and _are_sums(*edges, n):
        raise NetworkError(f"{path}: {names[-1]!r} is no member but the totals; leave its row and column out")
    return _parsed(path, *edges, n, names, asked)


def _are_sums(source: NDArray[np.int32], target: NDArray[np.int32], values: NDArray[np.float64], n: int) -> bool:
    """Whether the last column holds the sums of its rows, or the last row those of its columns."""
    inside = (source < n - 1) & (target < n - 1)
    for end, other in ((source, target), (target, source)):
        last = (other == n - 1) & (end < n - 1)
        sums = np.bincount(end[inside], values[inside], n)
        if last.any() and np.allclose(sums, np.bincount(end[last], values[last], n)):
            return True
    return False


def _entries(
    path: Path, line: int, cells: list[str], leading: int, n: int, names: list[str] | None, row: int
) -> NDArray[np.float64]:
    if len(cells) != n + leading or row >= n:
        raise NetworkError(
            f"{path}:{line}: a matrix of {n} columns needs {n} rows of as many entries; correct this one"
        )
    if leading and names is not None and cells[0] != names[row]:
        raise NetworkError(
            f"{path}:{line}: row {cells[0][:40]!r} is where the columns have {names[row][:40]!r}; order both alike"
        )
    values = _numbers(cells[leading:])
    if values is None or not np.isfinite(values).all() or values.min() < 0:
        raise NetworkError(f"{path}:{line}: entries of a matrix must be numbers >= 0; correct this row")
    return values


def _parsed(
    path: Path, source: NDArray[np.int32], target: NDArray[np.int32], values: NDArray[np.float64], n: int,
    names: list[str] | None, asked: Asked,
) -> Parsed:  # fmt: skip
    notes = [f"{path.name}: adjacency matrix of {n:,} members, an entry in row u, column v is an edge u to v"]
    if not asked.weights() and not (values == 1).all():
        notes.append(entries_not_read(path))
    weights: dict[str, Any] = dict.fromkeys(asked.weights(), values)
    ids = None if names is None else ids_of(names)
    return Parsed(Edges(source, target, n, ids=ids, **weights), None, notes)


def read_matrix_market(path: Path, data: bytes, asked: Asked) -> Parsed:
    """The edges of a MatrixMarket file; a symmetric one states that they are undirected."""
    no_names(path, asked, "a matrix")
    head = data.split(b"\n", 1)[0].decode("utf-8", errors="replace").lower().split()
    sizes = re.search(rb"^[ \t]*(\d+)[ \t]+(\d+)(?:[ \t]+(\d+))?[ \t\r]*$", data, re.MULTILINE)
    if sizes is None or count_of(sizes[1]) != count_of(sizes[2]):
        raise NetworkError(f"{path}: a matrix that is not square is no network; name one with as many rows as columns")
    n = count_of(sizes[1])
    if n > LARGEST_MEMBER or (n > 10_000_000 and n > 100 * data.count(b"\n")):
        raise NetworkError(f"{path}: {n:,} rows are too many for its entries; correct the line of sizes")
    from scipy.io import mmread

    try:
        matrix = mmread(io.BytesIO(data))
        entries = matrix.tocoo() if hasattr(matrix, "tocoo") else None
    except (ValueError, OSError, OverflowError, MemoryError, TypeError) as error:
        raise NetworkError(
            f"{path}: no MatrixMarket file that can be read ({str(error)[:120]}); write it again"
        ) from None
    if entries is None:
        rows, columns = np.nonzero(matrix)
        values = np.asarray(matrix)[rows, columns]
    else:
        rows, columns, values = entries.row, entries.col, np.asarray(entries.data)
    if values.dtype.kind == "c" or (len(values) and not (np.isfinite(values).all() and values.min() >= 0)):
        raise NetworkError(f"{path}: entries must be finite numbers >= 0; correct them, or leave them out")
    there = values != 0
    parsed = _parsed(path, rows[there].astype(np.int32), columns[there].astype(np.int32), values[there].astype(np.float64), n,
                     [str(i) for i in range(1, n + 1)], asked)  # fmt: skip
    symmetric = "symmetric" in head
    if symmetric:  # SciPy has both entries of each edge already
        parsed.notes.append(f"{path.name}: a symmetric matrix: each edge runs both ways")
    return parsed._replace(stated=Stated(True, "MatrixMarket, general", firm=False) if not symmetric else None)
