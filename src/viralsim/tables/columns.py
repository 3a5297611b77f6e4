"""What a column is: its name, the words that people write above it, what its cells may be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from viralsim.tables.cells import PER_CENT, SYMBOLS, even


class Kind(Enum):
    """What the cells of a column are."""

    ID = "a name"  # text as it is written: only a blank cell is missing
    TEXT = "text"  # words such as n/a are missing
    COUNT = "a whole number"
    MONEY = "an amount of money"
    SHARE = "a number between 0 and 1, or a percentage"
    NUMBER = "a number"
    MARK = "known by its title alone"  # it says what file this is; its cells are not used


WORDS = (Kind.ID, Kind.TEXT)
MOST_COUNTED = 1e12  # of people, sights or shares: a hundred for everyone alive, and float64 still counts by ones


@dataclass(frozen=True)
class Column:
    """A column that a reader knows: its name here, other names for it, and what its cells are.

    family: its name is the beginning of the names of several columns, such as ``interest_food``. otherwise: names that mean this
    column only where no other name is there, the best first (views, where nobody says impressions).
    """

    name: str
    kind: Kind
    synonyms: tuple[str, ...] = ()
    required: bool = False
    family: bool = False
    otherwise: tuple[str, ...] = ()

    @cached_property
    def exact(self) -> frozenset[str]:
        """The names by which it is known, as ``plain`` writes them."""
        return frozenset(plain(word) for word in (self.name, *self.synonyms))

    @cached_property
    def keys(self) -> frozenset[str]:
        """The names by which it is known, as ``key_of`` writes them."""
        return frozenset(key_of(word) for word in (self.name, *self.synonyms))

    @cached_property
    def last_keys(self) -> tuple[str, ...]:
        """The names by which it is known where no other is there, the best first."""
        return tuple(key_of(word) for word in self.otherwise)

    def begins(self, key: str) -> bool:
        """Whether a key of a header is that of one of the family."""
        return self.family and any(key.startswith(own) and len(key) > len(own) for own in self.keys)


@dataclass(frozen=True)
class Unit:
    """What a header says of the numbers below it.

    scale: what they are multiplied by (followers in thousands). per: 100 where they are per cent. currencies: codes that fit.
    """

    scale: int = 1
    per: int = 1
    currencies: tuple[str, ...] = ()
    outside: str = ""  # a range of a scale that is no share, such as 1-5


@dataclass(frozen=True)
class Header:
    """One cell of the header line: as written, its names (the whole first, then without its unit), their keys, its unit."""

    written: str
    names: tuple[str, ...]
    keys: tuple[str, ...]
    unit: Unit = field(default_factory=Unit)


# Words that change nothing: "No. of followers", "follower count", "Anzahl Follower", "nombre d'abonnés".
FILLERS = frozenset((
    "number", "no", "nr", "num", "nb", "count", "counts", "total", "totals", "of", "the", "in", "per", "lifetime",
    "anzahl", "der", "die", "das", "zahl", "nombre", "numero", "n", "de", "des", "du", "d", "l", "la", "le", "les",
    "el", "los", "las", "my", "your",
))  # fmt: skip
_SCALE_WORDS = {
    "k": 1000, "tsd": 1000, "thousand": 1000, "thousands": 1000, "000s": 1000, "tausend": 1000, "m": 10**6,
    "mio": 10**6, "mn": 10**6, "million": 10**6, "millions": 10**6, "millionen": 10**6,
}  # fmt: skip
_SAFE_AT_THE_END = {word for word in _SCALE_WORDS if word not in ("m", "000s")}
# Words in brackets that make another thing of a name: cost (CPM), followers (gained).
_ANOTHER_THING = frozenset((
    "cpm", "cpc", "cpe", "cpa", "cpv", "click", "clicks", "view", "views", "impression", "impressions", "mille", "engagement",
    "gained", "gain", "new", "lost", "growth", "change", "delta", "increase", "rank", "score", "female", "male",
))  # fmt: skip
_BRACKET = re.compile(r"^(?P<name>.*?[^\W_].*?)\s*[(\[{](?P<unit>[^()\[\]{}]*)[)\]}]\s*$", re.DOTALL)
_PARTS = re.compile(r"[^\W_]+|[%‰]|[a-z]{0,2}[$]|[€£¥₹₽₩₺₪]", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)\s*(?:-|to|bis|à|a|\.\.)\s*(\d+)")


def _parts(text: str) -> list[str]:
    """The words of a name in lower case without accents."""
    bare = unicodedata.normalize("NFKD", even(text).casefold())
    return _PARTS.findall("".join(c for c in bare if not unicodedata.combining(c)))


def plain(title: str) -> str:
    """A name without case, accents, blanks and punctuation."""
    letters = unicodedata.normalize("NFKD", title).casefold()
    return "".join(c for c in letters if c.isalnum())


def key_of(text: str) -> str:
    """A name for comparison: lower case, no accents, blanks, signs or words that change nothing."""
    parts = _parts(text)
    return "".join(p for p in parts if p not in FILLERS) or "".join(parts)


def read_header(written: str) -> Header:
    """A header cell, with its unit in brackets or at its end taken apart."""
    shown = " ".join(even(written).split())
    bracket = _BRACKET.match(shown)
    name, said = (bracket["name"], bracket["unit"]) if bracket else (shown, "")
    if _ANOTHER_THING & set(_parts(said)):
        return Header(shown, (plain(shown),), (key_of(shown),))
    names, unit = [shown, name], _unit(said)
    parts = _parts(name)
    while len(parts) > 1 and (more := _unit_at_the_end(parts)) is not None:
        unit = _joined(unit, more)
        parts = parts[:-1]
        while len(parts) > 1 and parts[-1] in FILLERS:
            parts = parts[:-1]
        names.append(" ".join(parts))
    exact, keys = (tuple(dict.fromkeys(map(form, names))) for form in (plain, key_of))
    return Header(shown, exact, keys, unit)


def _unit_at_the_end(parts: Sequence[str]) -> Unit | None:
    last = parts[-1]
    if last in SYMBOLS and last not in ("rs", "ft", "kr", "all", "try", "top"):
        return Unit(currencies=SYMBOLS[last])
    if last in PER_CENT or last == "percentage":
        return Unit(per=PER_CENT.get(last, 100))
    return Unit(scale=_SCALE_WORDS[last]) if last in _SAFE_AT_THE_END else None


def _unit(said: str) -> Unit:
    """The unit that is in brackets; what is not understood says nothing."""
    unit = Unit()
    if match := _RANGE.search(even(said)):
        low, high = int(match[1]), int(match[2])
        return Unit(per=100) if (low, high) == (0, 100) else Unit(outside="" if (low, high) == (0, 1) else match[0])
    for part in _parts(said):
        if part in SYMBOLS:
            unit = _joined(unit, Unit(currencies=SYMBOLS[part]))
        elif part in PER_CENT:
            unit = _joined(unit, Unit(per=PER_CENT[part]))
        elif part in _SCALE_WORDS:
            unit = _joined(unit, Unit(scale=_SCALE_WORDS[part]))
        elif part[:1] in "kmt" and part[1:] in SYMBOLS:  # kEUR, T€, MSEK
            unit = _joined(unit, Unit(10**6 if part[0] == "m" else 1000, 1, SYMBOLS[part[1:]]))
    return unit


def _joined(a: Unit, b: Unit) -> Unit:
    return Unit(a.scale * b.scale, max(a.per, b.per), a.currencies or b.currencies, a.outside or b.outside)
