"""Which outcomes belong to a unit that is assigned, and whom an assignment exposes to one side alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.enrolment import Enrolment
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.decisions.estimators import Follows, Mask, follows_of
from viralsim.decisions.regression import F8

I8: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Exposure:
    """Units, their members and what members see of them.

    units: how many. unit_of: int64[N], the unit that a member counts as in standard errors. counted: int64[n], members whose
    outcomes belong to a unit. follows: from units to members; units' totals divide a member among the units followed where
    ``is_divided``, else a member belongs to their own unit, and is treated with it.
    """

    units: int
    unit_of: I8
    counted: I8
    follows: Follows
    is_divided: bool = False

    def totals(self, outcomes: F8) -> F8:
        """Sums by unit, float64[U], of outcomes float64[N]."""
        if not self.is_divided:
            return np.bincount(self.unit_of, weights=outcomes, minlength=self.units).astype(np.float64)
        source, target, degree = self.follows
        return np.bincount(source, weights=outcomes[target] / degree[target], minlength=self.units).astype(np.float64)

    def exposed(self, assigned: Mask) -> tuple[Mask, Mask]:
        """Who is exposed as if all, or none, of the units were treated, bool[N] each; ``assigned`` bool[U]."""
        return self.follows.exposed(assigned, None if self.is_divided else assigned[self.unit_of])


def of_members(unit_of: I8, compiled: CompiledAudience) -> Exposure:
    """Units are members or groups of them: ``unit_of`` int64[N] in 0..U - 1."""
    source, target, degree = follows_of(compiled.graph.indptr, compiled.graph.followers)
    return Exposure(int(unit_of.max()) + 1, unit_of, np.arange(len(unit_of)), Follows(unit_of[source], target, degree))


def of_advocates(enrolment: Enrolment, compiled: CompiledAudience) -> Exposure:
    """Units are advocates: what their followers do is theirs, in equal parts where a member follows several.

    Follows count on channels on which the advocate is asked. Advocates belong to themselves alone; who follows none to nobody.
    """
    graph, people = compiled.graph, enrolment.members
    source, target = [np.arange(len(people))], [people]
    for unit, channel in zip(*np.nonzero(enrolment.channels), strict=True):
        start, end = graph.indptr[channel, people[unit] : people[unit] + 2]
        followers = graph.followers[start:end].astype(np.int64)
        followers = followers[~np.isin(followers, people)]
        source.append(np.full(len(followers), unit))
        target.append(followers)
    sources, targets = np.concatenate(source), np.concatenate(target)
    degree = np.bincount(targets, minlength=compiled.members).astype(np.float64)
    unit_of = np.full(compiled.members, -1, dtype=np.int64)
    unit_of[targets[::-1]] = sources[::-1]  # the first one who is followed
    return Exposure(len(people), unit_of, np.flatnonzero(degree), Follows(sources, targets, degree), is_divided=True)
