"""What is known of a member: every field declared once, for allocation, checks, the members file and reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from viralsim.errors import NetworkError


@dataclass(frozen=True)
class MemberField:
    """One field of the members: an array of its own, index = member.

    column: of the members file; one that ends in ``_`` is a family, a column for each topic or tone.
    """

    name: str
    dtype: DTypeLike
    default: float
    low: float
    high: float
    unit: str
    label: str
    column: str
    source: str


FIELDS: tuple[MemberField, ...] = (
    MemberField(
        "community",
        np.int32,
        0,
        0,
        2**31 - 1,
        "number",
        "the group of members that one belongs to",
        "community",
        "drawn, found in the network (Leiden), or the members file",
    ),
    MemberField(
        "activity",
        np.float32,
        1.0,
        0.0,
        np.inf,
        "factor of mean 1",
        "how readily one shares, relative to the mean member",
        "activity",
        "lognormal (assumption); direction: participation inequality 90-9-1, nngroup.com 2006",
    ),
    MemberField(
        "hostility",
        np.float32,
        0.05,
        0.0,
        1.0,
        "probability",
        "inclination to criticise what is controversial",
        "hostility",
        "assumption: the same for all members where no members file says more",
    ),
    MemberField(
        "buying",
        np.float32,
        1.0,
        0.0,
        np.inf,
        "factor of mean 1",
        "how readily one buys, relative to the mean member",
        "buying",
        "gamma (Ehrenberg 1959) of the spread that the scenario says, or the members file; 1 where neither says anything",
    ),
    MemberField(
        "interests",
        np.float16,
        0.0,
        0.0,
        1.0,
        "share",
        "interest in a topic",
        "interest_",
        "Beta around the community's mean, which is Beta around the audience's (assumption)",
    ),
    MemberField(
        "tones",
        np.float16,
        0.0,
        0.0,
        1.0,
        "share",
        "liking of a tone",
        "tone_",
        "Beta around the community's mean, which is Beta around the audience's (assumption)",
    ),
)


def field(name: str) -> MemberField:
    """The declaration of a field by its name."""
    return next(f for f in FIELDS if f.name == name)


def field_of_column(column: str) -> tuple[MemberField, str] | None:
    """The field that a column of a members file fills, and for a family the topic or tone; None: no such field."""
    for f in FIELDS:
        if f.column.endswith("_"):
            if column.startswith(f.column) and len(column) > len(f.column):
                return f, column[len(f.column) :]
        elif column == f.column:
            return f, ""
    return None


def allocate(name: str, members: int, rows: int | None = None) -> NDArray[Any]:
    """An array of a field at its default: [members], or [rows, members] of a family."""
    f = field(name)
    shape = (members,) if rows is None else (rows, members)
    return np.full(shape, f.default, dtype=f.dtype)


def check_field(name: str, values: NDArray[Any], members: int) -> None:
    """Dtype, length and bounds of a field's array; ``NetworkError`` says what is wrong."""
    f = field(name)
    if values.dtype != np.dtype(f.dtype) or values.shape[-1] != members:
        raise NetworkError(
            f"{name} must be {np.dtype(f.dtype)} with one entry per member: {members}, got {values.dtype} {values.shape}"
        )
    if values.size and not (values.min() >= f.low and values.max() <= f.high):
        raise NetworkError(f"{name} must be in {f.low:g}..{f.high:g} ({f.unit})")
