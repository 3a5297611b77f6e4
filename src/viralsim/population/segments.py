"""Segments: the members divided by what a field says of them, such as region or age."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError, NetworkError, Problem, ScenarioError
from viralsim.population.audience import Audience
from viralsim.population.importers.demographics import Demographics
from viralsim.population.importers.members_file import UNKNOWN, MembersFile, by_value, read_fields
from viralsim.population.importers.merge_ids import MemberIds

MOST_SEGMENTS = 1_000
Cuts = Sequence[float]


@dataclass(frozen=True, eq=False)
class Segmentation:
    """The segments of one field.

    labels: their names, in order. of_member: int32[N], the number of each member's segment.
    """

    labels: tuple[str, ...]
    of_member: NDArray[np.int32]

    def sizes(self) -> NDArray[np.int64]:
        """Members of each segment, int64[len(labels)]."""
        return np.bincount(self.of_member, minlength=len(self.labels))

    def rows(self, members: NDArray[np.int64]) -> Segmentation:
        """The segments of these members."""
        return Segmentation(self.labels, self.of_member[members])


def segmentations(
    fields: Mapping[str, Cuts],
    audience: Audience,
    people: MembersFile | None,
    who: MemberIds,
    shares: Demographics | None,
) -> dict[str, Segmentation]:
    """The segments of every field that ``audience.segments`` names; its cut points make bands of numbers.

    A field is a column of the members file (or of its kinds, a platform's shares), or one of the members' own: community,
    activity, hostility, buying, ``interest_<topic>``, ``tone_<tone>``. A member of whom the file says nothing is ``unknown``.

    Raises: ScenarioError for a field that nobody has, or that makes too many segments; NetworkError for cells that do not fit.
    """
    if not fields:
        return {}
    own = _own_fields(audience)
    read = {} if people is None else _of_file(people.path, [name for name in fields if name not in own], fields, who)
    found, problems = {}, []
    for name, cuts in fields.items():
        values = read.get(name, own.get(name))
        if values is None and shares is not None:
            values = shares.values(name, who.members)
        if values is None:
            known = ", ".join((*own, *(() if shares is None else shares.kinds)))
            problems.append(Problem(f"no member has this field: name a column of the members file, or one of {known}",
                                    f"audience.segments.{name}"))  # fmt: skip
            continue
        try:
            found[name] = _banded(values, cuts) if cuts else _by_label(values)
        except InputError as error:
            problems.append(Problem(str(error), f"audience.segments.{name}"))
    if problems:
        raise ScenarioError(problems)
    return found


def _own_fields(audience: Audience) -> dict[str, NDArray[Any]]:
    names = audience.community_names
    community = audience.community if names is None else np.array(names, dtype=object)[audience.community]
    return {
        "community": community,
        "activity": audience.activity,
        "hostility": audience.hostility,
        "buying": audience.buying,
        **{f"interest_{topic}": row for topic, row in zip(audience.topic_names, audience.interests, strict=True)},
        **{f"tone_{tone}": row for tone, row in zip(audience.tone_names, audience.tones, strict=True)},
    }


def _of_file(path: Path, names: Sequence[str], fields: Mapping[str, Cuts], who: MemberIds) -> dict[str, NDArray[Any]]:
    """The columns ``names`` of a members file by member, as far as it has them; numbers where there are cut points."""
    if not names:
        return {}
    found = {}
    try:
        for name, cells in read_fields(path, {name: bool(fields[name]) for name in names}).items():
            named = who.row_of_member >= 0
            nothing: Any = np.nan if cells.dtype.kind == "f" else UNKNOWN
            found[name] = np.where(named, cells[who.row_of_member], nothing)
    except InputError as error:
        raise NetworkError(str(error)) from error
    return found


def _by_label(values: NDArray[Any]) -> Segmentation:
    """A segment for each value as it is written, in order."""
    if values.dtype.kind == "f":
        raise InputError("is a field of numbers: give cut points such as [25, 45]")
    written, number = np.unique(values.astype(str), return_inverse=True)
    if len(written) > MOST_SEGMENTS:
        raise InputError(
            f"makes {len(written):,} segments, more than {MOST_SEGMENTS:,}: name a coarser field, or cut points"
        )
    order = sorted(range(len(written)), key=lambda i: by_value(str(written[i])))
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return Segmentation(tuple(str(written[i]) for i in order), place[number.ravel()])


def _banded(values: NDArray[Any], cuts: Cuts) -> Segmentation:
    """Bands of numbers between cut points; numbers that are missing are a segment of their own, the last."""
    if values.dtype.kind not in "fiu":
        raise InputError("has values that are no numbers: leave the cut points out")
    numbers = values.astype(np.float64)
    names = [f"{cut:.10g}" for cut in cuts]
    labels = [
        f"under {names[0]}",
        *(f"{a} to under {b}" for a, b in itertools.pairwise(names)),
        f"{names[-1]} and over",
    ]
    number = np.searchsorted(np.asarray(cuts, np.float64), numbers, side="right").astype(np.int32)
    missing = np.isnan(numbers)
    if missing.any():
        number[missing] = len(labels)
        labels.append(UNKNOWN)
    return Segmentation(tuple(labels), number)
