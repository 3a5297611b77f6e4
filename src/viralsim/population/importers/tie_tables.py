"""Edge lists with more than ties: a table with a row per tie, columns ``source`` and ``target`` and numbers of each tie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError, NetworkError
from viralsim.population.importers.odd_ids import ids_of, refuse_rounded
from viralsim.population.network.edges import reverses
from viralsim.population.network.network import Network
from viralsim.tables import Column, Kind, read_table

ENDS = ("source", "target")
SPAN = ("from", "to")


class Ties(NamedTuple):
    """The table as arrays. source, target: int64[E] member numbers. ids: of members, None where they count from 0.

    numbers: float64[E] by column. notes: what was left out of the file.
    """

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    members: int
    ids: NDArray[Any] | None
    numbers: dict[str, NDArray[np.float64]]
    notes: tuple[str, ...]


def read_signed(path: str | Path, sign: str, edge_means: str, directed: bool = True) -> Network:
    """The network of a table ``source, target`` and ``sign`` (1 or -1). NetworkError where the file or a cell cannot be read."""
    ties = read_ties(Path(path), Column(sign, Kind.NUMBER, required=True), edge_means=edge_means)
    try:
        network = Network.from_edges(
            ties.source, ties.target, ties.members, ids=ties.ids, tie_sign=ties.numbers[sign], directed=directed,
            keep_edge_order=False,
        )  # fmt: skip
    except InputError as error:
        raise NetworkError(f"{path}: {error}") from None
    return replace(network, notes=ties.notes)


def read_temporal(path: str | Path, edge_means: str, directed: bool = True) -> Network:
    """The network of a table ``source, target, from, to``: a tie is there in the ticks ``from <= t < to``.

    Raises NetworkError where the file or a cell cannot be read.
    """
    ties = read_ties(Path(path), *(Column(name, Kind.NUMBER, required=True) for name in SPAN), edge_means=edge_means)
    try:
        first, last = (ties.numbers[name] for name in SPAN)
        network = Network.from_temporal_edges(
            ties.source, ties.target, first, last, ties.members, ids=ties.ids, directed=directed
        )
    except InputError as error:
        raise NetworkError(f"{path}: {error}") from None
    return replace(network, notes=ties.notes)


def read_ties(path: Path, *more: Column, edge_means: str) -> Ties:
    """Read a table of ties by the reader of all tables: separator and encoding are found, ids stay as they are written."""
    columns = (*(Column(name, Kind.ID, required=True) for name in ENDS), *more)
    try:
        table = read_table(path, columns)
        labels = [table.texts(name) for name in ENDS]
        numbers = {column.name: table.numbers(column.name, -np.inf) for column in more}
        for name, cells in zip(ENDS, labels, strict=True):
            if "" in cells:
                raise table.refusal(cells.index(""), name, "is empty: every row needs one")
        for name, values in numbers.items():
            if np.isnan(values).any():
                raise table.refusal(int(np.argmax(np.isnan(values))), name, "is empty: every row needs one")
    except InputError as error:
        raise NetworkError(str(error)) from error
    first, second = (1, 0) if reverses(edge_means) else (0, 1)
    ends, members, ids = _numbered(path, labels[first], labels[second], table.lines)
    return Ties(*ends, members, ids, numbers, tuple(table.notes))


def _numbered(
    path: Path, source: Sequence[str], target: Sequence[str], lines: Sequence[int]
) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], int, NDArray[Any] | None]:
    """Ids as member numbers, in the order of the ids: ((source, target), members, ids)."""
    written = [*source, *target]
    known, place = np.unique(np.array(written, dtype=np.str_), return_inverse=True)
    if not len(known):
        raise NetworkError(f"{path}: has no tie: it needs a row for each")
    ids = ids_of(known.tolist())
    if ids is None or ids.dtype.kind == "i":  # by value, and not as text: 9 before 10
        ids = np.array([int(label) for label in known.tolist()], dtype=np.int64)
        order = np.argsort(ids)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        place, ids = rank[place], ids_of([str(number) for number in ids[order].tolist()])
    else:
        refuse_rounded(path, ids, lambda label: lines[written.index(label) % len(source)])
    place = place.astype(np.int64, copy=False)
    return (place[: len(source)], place[len(source) :]), len(known), ids
