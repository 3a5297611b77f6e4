"""Who can be an advocate in a programme: the tier of the first launch, and whom nurturing would take after them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.enrolment import Enrolment, eligible_for, enrol, strategy_of
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.scenario.campaign import Advocates
from viralsim.scenario.programme import Programme
from viralsim.scenario.spec import Spec


class Pool(NamedTuple):
    """Who is or may become an advocate, in the order in which they are taken: a row per person.

    enrolment: all of them, willingness without care. first: bool[P], the tier of the first launch. places: the most at a time.
    suits: float64[P] in [0, 1], how well the content suits them.
    """

    enrolment: Enrolment
    first: NDArray[np.bool_]
    places: int
    suits: NDArray[np.float64]


def pool_of(compiled: CompiledAudience, spec: Spec, folder: Path) -> Pool:
    """The pool of an arm; empty without a tier. Only a strategy can take more people than the first launch has."""
    tier = spec.campaign.advocates
    first = enrol(compiled, spec, folder)
    if tier is None:
        return Pool(first, np.zeros(0, bool), 0, np.zeros(0))
    places = len(first) if tier.file is not None or tier.count is None else tier.count
    people = first
    later = _joiners(tier, spec)
    if later and tier.listed is None and strategy_of(tier.choose)[0] != "members":
        eligible = int(np.count_nonzero(eligible_for(compiled, spec, tier)))
        wider = enrol(compiled, _with_places(spec, tier, min(len(first) + later, eligible)), folder)
        known = set(first.members.tolist())
        rows = [row for row, member in enumerate(wider.members.tolist()) if member not in known]
        people = _joined(first, wider.rows(rows))
    match = np.broadcast_to(compiled.match(spec.content[tier.content or spec.campaign.content]), compiled.members)
    suits = match[people.members].astype(np.float64)
    return Pool(
        people, np.arange(len(people)) < len(first), places, suits if people.fit is None else suits * people.fit
    )


def _joiners(tier: Advocates, spec: Spec) -> int:
    """The most people whom nurturing makes between the launches."""
    long, nurture = spec.programme, tier.programme.nurture
    return 0 if long is None or nurture is None else (long.launches - 1) * nurture.made_in(long.every)


def _with_places(spec: Spec, tier: Advocates, count: int) -> Spec:
    """The arm with so many places, all filled at once."""
    wide = tier.model_copy(update={"count": count, "programme": Programme(fans=tier.programme.fans)})
    return spec.model_copy(update={"campaign": spec.campaign.model_copy(update={"advocates": wide})})


def _joined(a: Enrolment, b: Enrolment) -> Enrolment:
    """The people of ``a``, then those of ``b``."""
    return replace(
        a,
        members=np.concatenate([a.members, b.members]),
        handles=[*a.handles, *b.handles],
        channels=np.concatenate([a.channels, b.channels]),
        willingness=np.concatenate([a.willingness, b.willingness], axis=-1),
        cost_usd=np.concatenate([a.cost_usd, b.cost_usd], axis=-1),
    )
