"""Segments of the members as targets, as those of whom a goal speaks, and as rows of the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import Problem, ScenarioError
from viralsim.kernels.counts import SegmentCount
from viralsim.population.build import Population
from viralsim.records.columns import MadeColumns
from viralsim.scenario.campaign import Advocates
from viralsim.scenario.spec import Spec
from viralsim.scenario.study import AMONG

if TYPE_CHECKING:
    from viralsim.kernels.batch import RawWorlds

F8: TypeAlias = NDArray[np.float64]
COUNTED = {count.name.lower(): count for count in SegmentCount}


def chosen(population: Population, selection: Mapping[str, Sequence[int | str]], path: str) -> NDArray[np.bool_]:
    """Who is in one of the named segments of every field that ``selection`` names, bool[N].

    Raises: ScenarioError, at ``path``, for a segment that is not there, and where nobody is in all of them.
    """
    keep = np.ones(population.members, dtype=np.bool_)
    problems = []
    for field, values in selection.items():
        segments = population.segments[field]
        for i, value in enumerate(values):
            if str(value) not in segments.labels:
                some = ", ".join(segments.labels[:8]) + (", ..." if len(segments.labels) > 8 else "")
                problems.append(Problem(f"no member is in this segment: name one of {some}", f"{path}.{field}[{i}]"))
        wanted = [segments.labels.index(str(value)) for value in values if str(value) in segments.labels]
        keep &= np.isin(segments.of_member, wanted)
    if problems:
        raise ScenarioError(problems)
    if selection and not keep.any():
        raise ScenarioError([Problem("nobody is in all of these segments: name more of them", path)])
    return keep


def chosen_for(population: Population, tier: Advocates) -> NDArray[np.bool_]:
    """Whom a tier's ``among`` leaves to choose from, bool[N]; raises as ``chosen`` does."""
    return chosen(population, tier.among, "campaign.advocates.among")


def chosen_for_creators(population: Population, tier: Advocates) -> dict[int, NDArray[np.bool_]]:
    """Who may play each creator of the scenario who has an ``among``: entry of ``creators`` -> bool[N]; raises as ``chosen``."""
    return {
        i: chosen(population, one.among, f"campaign.advocates.creators[{i}].among")
        for i, one in enumerate(tier.creators)
        if one.among
    }


def segment_rows(population: Population, spec: Spec) -> NDArray[np.int32]:
    """The row of ``by_segment`` of each member, for each field of ``audience.segments`` and then for the goal's ``among``, which
    has two, those outside and those inside: int32[fields, N], or [0, 0]."""
    rows, first = [], 0
    for one in population.segments.values():
        rows.append(one.of_member + np.int32(first))
        first += len(one.labels)
    if spec.goal is not None and spec.goal.among:
        rows.append(chosen(population, spec.goal.among, "goal.among").astype(np.int32) + np.int32(first))
    return np.ascontiguousarray(rows, dtype=np.int32) if rows else np.zeros((0, 0), np.int32)


def segment_names(population: Population) -> tuple[tuple[str, int], ...]:
    """(``field=segment``, its members) of each row of ``by_segment`` but the goal's."""
    return tuple(
        (f"{field}={label}", int(size))
        for field, one in population.segments.items()
        for label, size in zip(one.labels, one.sizes(), strict=True)
    )


def by_segment(names: Sequence[tuple[str, int]], raw: RawWorlds) -> MadeColumns:
    """What the members of each segment did in each world: ``reach.field=segment`` and so on, float64[W], with its ``members``."""
    worlds = len(raw.counts)

    def column(row: int, count: int) -> F8:
        counted = raw.by_segment
        return counted[:, row, count].astype(np.float64) if row < counted.shape[1] else np.zeros(worlds)

    makers = {}
    for row, (name, size) in enumerate(names):
        makers[f"members.{name}"] = partial(np.full, worlds, float(size))
        makers |= {f"{word}.{name}": partial(column, row, int(count)) for word, count in COUNTED.items()}
    return MadeColumns(makers, worlds)


def among_measures(spec: Spec, raw: RawWorlds) -> dict[str, partial[F8]]:
    """The measures of those of whom the goal speaks, by name; empty where it speaks of all."""
    if spec.goal is None or not spec.goal.among:
        return {}
    inside = raw.by_segment[:, -1:]  # the last row; nobody chosen is refused, so it is there
    return {AMONG[word]: partial(_summed, inside[:, :, count]) for word, count in COUNTED.items()}


def _summed(counts: NDArray[np.int64]) -> F8:
    return np.asarray(counts.sum(axis=1), dtype=np.float64)
