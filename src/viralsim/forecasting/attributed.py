"""What the advocates who posted brought, as far as an export attributes shares to them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viralsim.errors import InputError
from viralsim.measurement.number_format import number, percent
from viralsim.member_names import handle_key
from viralsim.tables import Column, Kind, read_table

COLUMNS = (
    Column("advocate", Kind.ID, ("handle", "member", "name", "creator", "utm_content"), required=True),
    Column("shares", Kind.COUNT, ("retweets", "reposts", "attributed shares"), required=True),
)
MOST_SAID = 5
NOBODY = frozenset((
    "not set", "not provided", "none", "direct", "other", "unassigned", "blank", "leer", "unknown", "nicht festgelegt",
))  # fmt: skip


@dataclass(frozen=True)
class Attributed:
    """Shares that came through each advocate, the most first. observed: all shares; notes: what was left out of the file."""

    shares: dict[str, float]
    observed: float
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """Shares attributed to anybody."""
        return sum(self.shares.values())

    def sentences(self) -> list[str]:
        """Who brought what, then what cannot be known."""
        part = percent(self.total / self.observed) if self.observed else "none"
        said = [
            f"through {len(self.shares)} advocates came {number(self.total)} of {number(self.observed)} shares ({part})"
        ]
        for name, shares in list(self.shares.items())[:MOST_SAID]:
            of_all = f"{percent(shares / self.total)} of what is attributed" if self.total else "nothing"
            said.append(f"{name}: {number(shares)} shares, {of_all}")
        said.append(
            "what cannot be known from this: who would have shared without them, who heard of it from them and shared elsewhere, "
            "and where the rest came from; a field test tells (viralsim field-test)"
        )
        return [*said, *(f"note: {note}" for note in self.notes)]

    def to_json(self) -> dict[str, Any]:
        """All numbers."""
        each = [
            {"advocate": name, "shares": shares, "part": shares / self.total if self.total else None}
            for name, shares in self.shares.items()
        ]
        return {
            "attributed": self.total,
            "observed": self.observed,
            "unattributed": self.observed - self.total,
            "each": each,
        }


def read_attributed(path: Path, observed: float) -> Attributed:
    """The table of ``advocate`` and ``shares``; rows of one advocate are added up, with or without @.

    Raises: InputError where the table cannot be read, a row has no name or number, or more is attributed than was ``observed``.
    """
    table = read_table(path, COLUMNS)
    names, counts = table.texts("advocate"), table.numbers("shares")
    found: dict[str, float] = {}
    spelt: dict[str, str] = {}  # a handle without @ and case -> as it is written first
    nobody = 0.0
    for row, (name, shares) in enumerate(zip(names, counts, strict=True)):
        if not name:
            raise table.refusal(row, "advocate", "is empty: every row names an advocate")
        if shares != shares:
            raise table.refusal(row, "shares", "is empty: say 0 where nothing came")
        if name.startswith("(") and name.strip("()").casefold() in NOBODY:
            nobody += float(shares)
            continue
        name = spelt.setdefault(handle_key(name), name)
        found[name] = found.get(name, 0.0) + float(shares)
    notes = list(table.notes)
    if nobody:
        notes.append(f"{number(nobody)} shares are attributed to nobody, such as (not set): they count as unattributed")
    if sum(found.values()) > observed:
        raise InputError(
            f"{path}: attributes {sum(found.values()):,.0f} shares, and {observed:,.0f} were observed: one of the two is wrong"
        )
    return Attributed(dict(sorted(found.items(), key=lambda one: -one[1])), observed, tuple(notes))
