"""Which column of a table means what: by its name, whatever its case, blanks, units and language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from viralsim.errors import InputError

_UNIT = re.compile(r"[(\[]([^)\]]*)[)\]]\s*$|\s+in\s+(\S+)\s*$|[_\s](usd|eur|gbp|chf)\s*$", re.IGNORECASE)
THOUSANDS = {"k", "tsd", "thousand", "thousands", "000s", "tausend"}


class Kind(Enum):
    """What the cells of a column are."""

    TEXT = "text"
    COUNT = "a whole number"
    MONEY = "an amount of money"
    SHARE = "a number between 0 and 1, or a percentage"
    NUMBER = "a number"


@dataclass(frozen=True)
class Column:
    """A column that a reader knows: its name here, other names for it, and what its cells are."""

    name: str
    kind: Kind
    synonyms: tuple[str, ...] = ()
    required: bool = False
    family: bool = False  # its name is the beginning of the names of several columns, such as interest_food


@dataclass(frozen=True)
class Found:
    """Where a column stands in the file: its place, the name it has there, and the unit in that name."""

    column: Column
    place: int
    title: str
    unit: str


def plain(title: str) -> str:
    """A name without case, accents, blanks and punctuation."""
    letters = unicodedata.normalize("NFKD", title).casefold()
    return "".join(c for c in letters if c.isalnum())


def unit_of(title: str) -> tuple[str, str]:
    """(name, unit) of a title such as ``Cost (USD)``; the unit is lower case, or empty."""
    found = _UNIT.search(title)
    if found is None:
        return title, ""
    return title[: found.start()], next(part for part in found.groups() if part is not None).strip().casefold()


def recognised(titles: Sequence[str], columns: Sequence[Column], mapping: Mapping[str, str]) -> dict[str, Found]:
    """The known columns among the titles of a header, by their names here.

    ``mapping`` names columns by hand: name here -> title in the file. Raises InputError where two titles mean the same.
    """
    known = {plain(word): column for column in columns for word in (column.name, *column.synonyms) if not column.family}
    by_hand = {plain(title): name for name, title in mapping.items()}
    by_name = {column.name: column for column in columns if not column.family}
    found: dict[str, Found] = {}
    for place, title in enumerate(titles):
        bare, unit = unit_of(title)
        column = by_name.get(by_hand.get(plain(title), ""))
        if column is None:
            column = known.get(plain(title)) or known.get(plain(bare))
            if column is not None and column.name in mapping:
                continue
        if column is None:
            column = _of_family(title, columns)
        if column is None:
            continue
        if column.name in found:
            raise InputError(
                f"columns {found[column.name].title!r} and {title!r} both mean {column.name}: leave one of them out"
            )
        found[column.name] = Found(column, place, title, unit)
    return found


def _of_family(title: str, columns: Sequence[Column]) -> Column | None:
    """The column of a title such as ``interest_food``, named as it is written."""
    for column in columns:
        if column.family and title.casefold().startswith(column.name) and len(title) > len(column.name):
            return replace(column, name=column.name + title[len(column.name) :], family=False)
    return None
