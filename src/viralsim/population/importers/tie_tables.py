"""Edge lists with more than ties: a table with a row per tie, columns ``source`` and ``target`` and numbers of each tie."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError, NetworkError, ViralsimWarning
from viralsim.population.importers.direction import Stated, settled
from viralsim.population.importers.edge_lists.dialect import KIND_FLAGS
from viralsim.population.importers.odd_ids import ids_of, odd_names, refuse_rounded
from viralsim.population.network.edges import reverses
from viralsim.population.network.network import Network
from viralsim.population.network.spans import LAST_TICK
from viralsim.tables import Column, Kind, Table, read_table
from viralsim.units import counted

ENDS = ("source", "target")
SPAN = (
    Column("from", Kind.NUMBER, ("from tick", "start", "start tick", "begin", "begins", "onset"), required=True),
    Column("to", Kind.NUMBER, ("to tick", "end", "end tick", "until", "ends", "terminus"), required=True),
)
WAY = Column("type", Kind.TEXT, ("directed", "edge type"))


class Ties(NamedTuple):
    """The table as arrays. source, target: int64[E] member numbers. ids: of members, None where they count from 0.

    numbers: float64[E] by column. directed: whether each tie runs one way; where a file has both kinds, those of both ways are
    there twice. notes: what was left out of the file or assumed.
    """

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    members: int
    ids: NDArray[Any] | None
    numbers: dict[str, NDArray[np.float64]]
    directed: bool
    notes: tuple[str, ...]


def read_signed(path: str | Path, sign: str, edge_means: str, directed: bool | None = None) -> Network:
    """The network of a table ``source, target`` and ``sign`` (1 or -1). NetworkError where the file or a cell cannot be read.

    directed: None is what the file states, else True.
    """
    file = Path(path)

    def checked(table: Table) -> dict[str, NDArray[np.float64]]:
        signs = _filled(table, sign)
        _refuse_first(table, sign, np.abs(signs) != 1.0, "must be 1 or -1: leave out ties without a sign")
        return {sign: signs}

    ties = _read_ties(file, (Column(sign, Kind.NUMBER, required=True),), checked, edge_means, directed)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", ViralsimWarning)
        try:
            network = Network.from_edges(
                ties.source, ties.target, ties.members, ids=ties.ids, tie_sign=ties.numbers[sign], directed=ties.directed,
                keep_edge_order=False,
            )  # fmt: skip
        except InputError as error:
            raise NetworkError(f"{path}: {error}") from None
    return replace(network, notes=(*ties.notes, *(f"{file.name}: {one.message}" for one in said)))


def read_temporal(path: str | Path, edge_means: str, directed: bool | None = None) -> Network:
    """The network of a table ``source, target, from, to``: a tie is there in the ticks ``from <= t < to``.

    directed: None is what the file states, else True. Raises NetworkError where the file or a cell cannot be read.
    """
    ties = _read_ties(Path(path), SPAN, _spans, edge_means, directed)
    try:
        network = Network.from_temporal_edges(
            ties.source, ties.target, ties.numbers["from"], ties.numbers["to"], ties.members, ids=ties.ids,
            directed=ties.directed,
        )  # fmt: skip
    except InputError as error:
        raise NetworkError(f"{path}: {error}") from None
    loops = int((ties.source == ties.target).sum())
    said = [f"{Path(path).name}: {counted(loops, 'tie')} of a member to themselves left out"] if loops else []
    return replace(network, notes=(*ties.notes, *said))


def _spans(table: Table) -> dict[str, NDArray[np.float64]]:
    """First and last ticks of all rows."""
    first, last = _filled(table, "from"), _filled(table, "to")
    for name, ticks in (("from", first), ("to", last)):
        bad = (ticks < 0) | (ticks > LAST_TICK) | (ticks != np.floor(ticks))
        _refuse_first(table, name, bad, f"must be a tick, a whole number in 0..{LAST_TICK}")
    _refuse_first(table, "to", last <= first, "must be after from: a tie that is never there is no row")
    return {"from": first, "to": last}


def _filled(table: Table, name: str) -> NDArray[np.float64]:
    values = table.numbers(name, -np.inf)
    _refuse_first(table, name, np.isnan(values), "is empty: every row needs one")
    return values


def _refuse_first(table: Table, name: str, bad: NDArray[np.bool_], why: str) -> None:
    if bad.any():
        raise table.refusal(int(np.argmax(bad)), name, why)


def _read_ties(path: Path, more: Sequence[Column], numbers_of: Any, edge_means: str, directed: bool | None) -> Ties:
    """Read a table of ties by the reader of all tables: separator and encoding are found, ids stay as they are written."""
    columns = (*(Column(name, Kind.ID, required=True) for name in ENDS), *more)
    try:
        table = read_table(path, columns if any(column.name == WAY.name for column in more) else (*columns, WAY))
        labels = [table.texts(name) for name in ENDS]
        numbers = numbers_of(table)
        for name, cells in zip(ENDS, labels, strict=True):
            if "" in cells:
                raise table.refusal(cells.index(""), name, "is empty: every row needs one")
        notes = list(table.notes)
        one_way = _one_way(table)
    except InputError as error:
        raise NetworkError(str(error)) from error
    reverse = reverses(edge_means)
    first, second = (1, 0) if reverse else (0, 1)
    (source, target), members, ids = _numbered(path, labels[first], labels[second], table.lines)
    notes += odd_names(path, ids)
    both_ways = one_way is not None and not one_way.any()
    stated = None if one_way is None else Stated(not both_ways, f'column "{table.columns[WAY.name].title}"')
    way = settled(path, stated, directed, reverse, notes)
    if way and one_way is not None and not one_way.all():
        notes.append(f"{path.name}: undirected edges were read both ways, the others one way")
        again = np.flatnonzero(~one_way)
        source, target = np.concatenate([source, target[again]]), np.concatenate([target, source[again]])
        numbers = {name: np.concatenate([values, values[again]]) for name, values in numbers.items()}
    return Ties(source, target, members, ids, numbers, way, tuple(notes))


def _one_way(table: Table) -> NDArray[np.bool_] | None:
    """Of each row whether it is directed; None where no column says so."""
    if WAY.name not in table:
        return None
    flags = [KIND_FLAGS.get(text.casefold()) for text in table.texts(WAY.name)]
    if None not in flags:
        return np.array(flags, dtype=bool)
    if not any(flag is not None for flag in flags) and table.columns[WAY.name].title.casefold() != "directed":
        return None  # types of another kind, such as friend and rival
    raise table.refusal(flags.index(None), WAY.name, "must be Directed or Undirected: correct it")


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
