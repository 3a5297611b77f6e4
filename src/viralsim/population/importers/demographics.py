"""What a platform says of an audience: shares by region, age or gender, and by interest. A CSV table of kind, value and share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError, NetworkError
from viralsim.tables import Column, Kind, Table, read_table

INTEREST = "interest"
SUM_WITHIN = 0.02  # platforms round their shares
MOST_GROUPS = 10_000
_COLUMNS = (
    Column("kind", Kind.ID, ("dimension", "category", "breakdown", "attribute"), required=True),
    Column("value", Kind.ID, ("name", "segment", "group", "label"), required=True),
    Column("share", Kind.SHARE, ("percentage", "percent", "part", "audience share"), required=True),
)


@dataclass(frozen=True, eq=False)
class Demographics:
    """What the table says. groups: name -> share, summing to 1: each combination of region, age and so on.

    interests: topic -> mean interest in [0, 1]. kinds: kind -> its value in each group. notes: what was made of the table.
    """

    groups: dict[str, float]
    interests: dict[str, float]
    kinds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def values(self, kind: str, members: int) -> NDArray[Any] | None:
        """What a kind such as region says of each member, text [members]; None where the table has no such kind."""
        known = self.kinds.get(kind.casefold())
        return None if known is None else np.array(known, dtype=object)[self.community(members)]

    def community(self, members: int) -> NDArray[np.int32]:
        """The group of each member, int32[members]: sizes by share (largest remainders), members of one group neighbours."""
        exact = np.array(list(self.groups.values())) * members
        sizes = np.floor(exact).astype(np.int64)
        most = np.argsort(sizes - exact, kind="stable")[: members - int(sizes.sum())]
        sizes[most] += 1
        return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)


def read_demographics(path: Path) -> Demographics:
    """Read the table; ``NetworkError`` names line and column of what is wrong.

    Shares of each kind but ``interest`` sum to 1 within 2 %, and are divided by their sum. Kinds are independent of each other
    (assumption): the share of women in a region is that of women.
    """
    try:
        table = read_table(path, _COLUMNS)
        kinds = _by_kind(table)
        interests = kinds.pop(INTEREST, {})
        groups: dict[str, float] = {"": 1.0}
        of_kind: dict[str, tuple[str, ...]] = {}
        for kind, shares in kinds.items():
            total = sum(shares.values())
            if abs(total - 1.0) > SUM_WITHIN:
                raise InputError(
                    f"{path}: the shares of {kind} sum to {total:.4g}, not to 1: add what is missing, such as other"
                )
            of_kind = {other: tuple(v for v in values for _ in shares) for other, values in of_kind.items()}
            of_kind[kind] = tuple(shares) * len(groups)
            groups = {
                f"{name} {value}".strip(): share * own / total
                for name, share in groups.items() for value, own in shares.items()
            }  # fmt: skip
        if any(len(values) != len(groups) for values in of_kind.values()):
            raise InputError(f"{path}: two groups have one name: write the values of its kinds without blanks")
        if len(groups) > MOST_GROUPS:
            raise InputError(f"{path}: makes {len(groups):,} groups, more than {MOST_GROUPS:,}: leave a kind out")
    except InputError as error:
        raise NetworkError(str(error)) from error
    said = f"{path.name}: {len(groups)} groups by {' and '.join(kinds)}, taken as independent" if len(kinds) > 1 else ""
    return Demographics(groups, interests, of_kind, (*table.notes, *([said] if said else [])))


def _by_kind(table: Table) -> dict[str, dict[str, float]]:
    """Kind -> value -> share, in the order of the table; each value once."""
    shares = table.numbers("share", 0.0, 1.0)
    found: dict[str, dict[str, float]] = {}
    for row, (kind, value) in enumerate(zip(table.texts("kind"), table.texts("value"), strict=True)):
        for name, text in (("kind", kind), ("value", value)):
            if not text:
                raise table.refusal(row, name, "is empty: fill it or leave the row out")
        if np.isnan(shares[row]):
            raise table.refusal(row, "share", "is empty: fill it or leave the row out")
        kind = (
            kind.casefold().removesuffix("s")
            if kind.casefold() in ("interests", "regions", "ages")
            else kind.casefold()
        )
        values = found.setdefault(kind, {})
        if value.casefold() in map(str.casefold, values):
            raise table.refusal(row, "value", f"is in the table twice as {kind}: keep one row")
        values[value] = float(shares[row])
    return found
