"""Which column of a file is which: by its title, each meaning once."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from viralsim.errors import InputError
from viralsim.tables.columns import WORDS, Column, Header, Kind, Unit, key_of, plain, read_header

NEARLY = 0.88  # from this likeness on a title is taken for a misspelt one
MOST_NAMED = 12  # titles that a message or note repeats
header_of = lru_cache(4096)(read_header)


@dataclass(frozen=True)
class Found:
    """Where a column is in the file: its place, the title it has there, and the unit in that title."""

    column: Column
    place: int
    title: str
    unit: Unit


def names(titles: Sequence[str], columns: Sequence[Column]) -> int:
    """How many of ``columns`` these titles name."""
    headers = [header_of(title) for title in titles if title and not title[0].isdigit()]
    named = {column.name for header in headers if (column := _named(header, columns)) is not None}
    keys = {key for header in headers for key in header.keys}
    return len(named | {c.name for c in columns if keys & set(c.last_keys)})


def recognised(titles: Sequence[str], columns: Sequence[Column], mapping: Mapping[str, str]) -> dict[str, Found]:
    """The known columns among the titles of a header, by their names here.

    ``mapping`` names columns by hand: name here -> title in the file. Raises InputError where one of these is not there, two titles
    mean the same, or a title's unit does not fit its column.
    """
    headers = [header_of(title) for title in titles]
    found = _by_hand(headers, columns, mapping)
    taken = {f.place for f in found.values()}
    open_columns = [c for c in columns if c.name not in mapping]
    for place, header in enumerate(headers):
        column = None if place in taken else _named(header, open_columns)
        if column is None:
            continue
        first = next((one for name, one in found.items() if name.casefold() == column.name.casefold()), None)
        if first is not None:
            raise InputError(
                f"columns {first.title!r} and {header.written!r} both mean {column.name}: leave one of them out"
            )
        found[column.name] = Found(column, place, header.written, header.unit)
        taken.add(place)
    for second in _last_choices(headers, [c for c in open_columns if c.name not in found], taken):
        found[second.column.name] = second
    for one in found.values():
        _check_unit(one)
    return found


def _by_hand(headers: Sequence[Header], columns: Sequence[Column], mapping: Mapping[str, str]) -> dict[str, Found]:
    found = {}
    for column in columns:
        if column.name not in mapping:
            continue
        wanted = plain(mapping[column.name])
        place = next((i for i, header in enumerate(headers) if header.names[0] == wanted), None)
        if place is None:
            raise InputError(f"no column {mapping[column.name]!r}, which is to be {column.name}; {_seen(headers)}")
        found[column.name] = Found(column, place, headers[place].written, headers[place].unit)
    return found


def _named(header: Header, columns: Sequence[Column]) -> Column | None:
    """The column that a title names; of a family the one with the title's ending, such as ``interest_food``."""
    for keys, owns in ((header.names, "exact"), (header.keys, "exact"), (header.keys, "keys")):
        for key in filter(None, keys):
            for column in columns:
                if not column.family and key in getattr(column, owns):
                    return column
    family = next((c for key in header.keys for c in columns if c.begins(key)), None)
    return family and replace(family, name=family.name + _ending(family, header.written), family=False)


def _ending(column: Column, title: str) -> str:
    """What follows the family's beginning in a title, as it is written: ``Food`` of ``Interest: Food``."""
    for end in range(1, len(title)):
        if key_of(title[:end]) in column.keys and not title[end].isalnum():
            return title[end:].lstrip(" _-:.").strip()
    return title


def _last_choices(headers: Sequence[Header], columns: Sequence[Column], taken: set[int]) -> Iterator[Found]:
    for column in columns:
        ranks = [
            (column.last_keys.index(key), place)
            for place, header in enumerate(headers)
            for key in header.keys
            if place not in taken and key in column.last_keys
        ]
        if not ranks:
            continue
        best, place = min(ranks)
        if sum(rank == best for rank, _ in set(ranks)) > 1:
            again = sorted(p for rank, p in set(ranks) if rank == best)[1]
            raise InputError(
                f"columns {headers[place].written!r} and {headers[again].written!r} both mean {column.name}: leave one of them out"
            )
        taken.add(place)
        yield Found(column, place, headers[place].written, headers[place].unit)


def missing_column(titles: Sequence[str], columns: Sequence[Column], found: Mapping[str, Found]) -> str:
    """The first required column that is not there, and what is; empty where all are."""
    for column in columns:
        if column.required and column.name not in found:
            words = (*column.synonyms, *column.otherwise)[:3]
            also = f" ({', '.join(words)} would do)" if words else ""
            return f"column {column.name!r} is missing{also}; {_seen([header_of(t) for t in titles])}"
    return ""


def misspelt_column(titles: Sequence[str], columns: Sequence[Column], found: Mapping[str, Found]) -> str:
    """A title that is nearly the name of a column that is not there; empty where none is."""
    absent = {key_of(c.name): c.name for c in columns if c.name not in found and not c.family}
    places = {f.place for f in found.values()}
    for place, title in enumerate(titles):
        for key in header_of(title).keys if place not in places else ():
            near = difflib.get_close_matches(key, absent, 1, NEARLY)
            if near:
                return f"column {title.strip()!r} is unknown and nearly {absent[near[0]]}: rename it, or take it out"
    return ""


def notes_of(titles: Sequence[str], found: Mapping[str, Found]) -> Iterator[str]:
    """What was recognised under another name, and what was left out."""
    others = [f"{one.title!r} as {name}" for name, one in found.items() if header_of(one.title).names[0] != plain(name)]
    if others:
        yield f"columns were matched: {', '.join(others)}"
    places = {f.place for f in found.values()}
    unknown = [" ".join(t.split()) for i, t in enumerate(titles) if t.strip() and i not in places]
    if unknown:
        more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
        yield f"columns not used: {', '.join(unknown[:MOST_NAMED])}{more}"


def _check_unit(found: Found) -> None:
    """What a title says of its numbers fits their kind."""
    unit, kind = found.unit, found.column.kind
    if kind in (*WORDS, Kind.MARK) or unit == Unit():
        return
    wrong = (
        "in per cent" if unit.per != 1 and kind is not Kind.SHARE
        else "money" if unit.currencies and kind is not Kind.MONEY
        else "in thousands" if unit.scale != 1 and kind is Kind.SHARE
        else ""
    )  # fmt: skip
    if wrong:
        raise InputError(
            f"column {found.title!r}: {found.column.name} is not {wrong}: rename the column or leave it out"
        )


def _seen(headers: Sequence[Header]) -> str:
    return "the columns are " + ", ".join(repr(h.written) for h in headers[:MOST_NAMED])
