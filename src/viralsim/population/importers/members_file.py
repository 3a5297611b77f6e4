"""A members file: a CSV table with a row per member, column ``id`` and any declared member field."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError, NetworkError
from viralsim.member_names import handle_key
from viralsim.population.fields import FIELDS, field_of_column
from viralsim.tables import Column, Kind, Table, read_table
from viralsim.tables.cells import even, is_missing
from viralsim.tables.columns import plain

# what exports of followers call these columns
HANDLES = ("username", "user name", "handle", "screen name", "account", "profile")
ID = Column(
    "id", Kind.ID, ("member", "member id", "node", "node id", "user id", "user"), required=True, otherwise=HANDLES
)
SYNONYMS = {"activity": ("posts per week", "posts per month", "posts", "statuses count", "tweets")}
PLACES = {
    "community": ("region", "country", "city", "location", "segment")
}  # the first of these, where none is called so
UNKNOWN = "unknown"
SEGMENT = "segment "  # and the field: what a column is called that makes segments
ROUNDED = re.compile(r"[0-9][.,]?[0-9]*[eE]\+[0-9]+")


@dataclass(frozen=True, eq=False)
class MembersFile:
    """The table as arrays, a row per member.

    community: int32[M] numbered in the order of ``community_names``, or None. values: numbers, float32[M]. notes: what was left
    out of the file.
    """

    path: Path
    ids: NDArray[Any]
    community: NDArray[np.int32] | None
    community_names: tuple[str, ...] | None
    values: dict[str, NDArray[np.float32]]
    notes: tuple[str, ...] = ()


def _columns() -> tuple[Column, ...]:
    """The columns that a members file may have: the id, and one for each declared field, topic and tone."""
    fields = tuple(
        Column(f.column, Kind.ID if f.column == "community" else Kind.SHARE if f.high == 1.0 else Kind.NUMBER,
               SYNONYMS.get(f.column, ()), family=f.column.endswith("_"), otherwise=PLACES.get(f.column, ()))
        for f in FIELDS
    )  # fmt: skip
    return (ID, *fields)


def read_members(path: Path, segments: Collection[str] = ()) -> MembersFile:
    """Read a members file, compressed or not; ``NetworkError`` names line and column of what is wrong.

    segments: further columns that make segments of the members; ``read_fields`` reads them, here they are noted as used.
    """
    further = tuple(Column(SEGMENT + name, Kind.TEXT, otherwise=(name,)) for name in segments)
    try:
        table = read_table(path, (*_columns(), *further))
        ids = _ids(table)
        values = {
            name: _numbers(table, name)
            for name in table.columns
            if name not in ("id", "community") and not name.startswith(SEGMENT)
        }
        community, names = _communities(table) if "community" in table else (None, None)
    except InputError as error:
        raise NetworkError(str(error)) from error
    return MembersFile(path, ids, community, names, values, tuple(table.notes))


def _ids(table: Table) -> NDArray[Any]:
    """The ids: whole numbers where all are written as such, else text; each once, handles without regard to @ and case."""
    first: dict[str, int] = {}
    labels = table.texts("id")
    handles = plain(table.columns["id"].title) in map(plain, HANDLES)
    for row, label in enumerate(labels):
        if label == "":
            raise InputError(f"{table.where(row, 'id')}: is empty; fill it or leave the row out")
        if ROUNDED.fullmatch(label):
            raise InputError(
                f"{table.where(row, 'id')}: {label} is a number that a spreadsheet rounded; export the ids as text"
            )
        key = handle_key(label) if handles else label
        if key in first:
            raise InputError(
                f"{table.where(row, 'id')}: {label} is on line {first[key]} already; keep one row per member"
            )
        first[key] = table.lines[row]
    try:
        numbers = np.array(labels).astype(np.int64)
    except (ValueError, OverflowError):
        return np.array(labels, dtype=np.str_)
    canonical = all(str(n) == label for n, label in zip(numbers.tolist(), labels, strict=True))
    return numbers if canonical else np.array(labels, dtype=np.str_)


def _communities(table: Table) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Communities numbered in order: numbers by value, other labels by text."""
    labels = table.texts("community")
    title = table.columns["community"].title
    if title.casefold() != "community":
        labels = _places(table, title, labels)
    if "" in labels:
        raise InputError(f"{table.where(labels.index(''), 'community')}: is empty; every member has exactly one")
    names = sorted(set(labels), key=by_value)
    number = {name: i for i, name in enumerate(names)}
    return np.array([number[label] for label in labels], dtype=np.int32), tuple(names)


def _places(table: Table, title: str, labels: list[str]) -> list[str]:
    """Locations as people write them of themselves: those that differ by case or blanks are one, missing ones are ``UNKNOWN``."""
    labels = ["" if is_missing(even(label)) else label for label in labels]
    if "" in labels:
        table.notes.append(
            f"column {title!r}: {labels.count('')} cells are empty: these members are the community {UNKNOWN!r}"
        )
    first: dict[str, str] = {}
    places = [first.setdefault(" ".join(label.casefold().split()), label) for label in labels]
    other = next(((label, place) for label, place in zip(labels, places, strict=True) if label != place), None)
    if other is not None:
        table.notes.append(f"column {title!r}: {other[0]!r} and {other[1]!r} were taken as one community")
    return [place or UNKNOWN for place in places]


def read_fields(path: Path, is_number: Mapping[str, bool]) -> dict[str, NDArray[Any]]:
    """Further columns of a members file by the names they have in it, a row per member; those that it lacks are left out.

    is_number: name -> whether its cells are numbers, float64, NaN where one is missing; else they are text, ``unknown`` where
    one is missing. Raises InputError as ``read_members`` does.
    """
    found: dict[str, NDArray[Any]] = {}
    for name, numeric in is_number.items():  # one by one: a name such as region is a word for the community too
        table = read_table(path, (ID, Column(name, Kind.NUMBER if numeric else Kind.ID)))
        if name not in table:
            continue
        if numeric:
            found[name] = table.numbers(name, -np.inf, np.inf)
        else:
            found[name] = np.array([text or UNKNOWN for text in table.texts(name)], dtype=object)
    return found


def by_value(label: str) -> tuple[int, int, str, str]:
    """What labels are sorted by: numbers, of any length, by value and before other labels."""
    digits = label.lstrip("0")
    return (0, len(digits), digits, label) if label.isdecimal() else (1, 0, "", label)


def _numbers(table: Table, name: str) -> NDArray[np.float32]:
    """A column of numbers within the bounds of its field; no cell is empty."""
    declared = field_of_column(name)
    if declared is None:
        raise InputError(f"{table.path}: column {name!r} names no topic or tone")
    field = declared[0]
    values = table.numbers(name, field.low, field.high)
    if np.isnan(values).any():
        raise InputError(f"{table.where(int(np.argmax(np.isnan(values))), name)}: is empty; fill it for every member")
    numbers: NDArray[np.float32] = values.astype(np.float32)
    return numbers
