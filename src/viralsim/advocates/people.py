"""Who the advocates of an arm are, before anything is simulated: whom each one reaches, and what they cost."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.advocates.tier import Tier
from viralsim.campaign.enrolment import strategy_of
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.scenario import Scenario


@dataclass(frozen=True)
class Advocate:
    """One advocate. overlap: share of their followers whom those listed before them reach too.

    cost_usd: of this person if they post whenever they are asked, fees and gifts with it; commissions come on top.
    handle: of the file; of a member of the audience their id. match: how well the content suits them, 0 to 1.
    """

    handle: str
    channels: tuple[str, ...]
    followers: int
    overlap: float
    match: float
    cost_usd: float


@dataclass(frozen=True)
class People:
    """The tier of an arm, the best followed first. chosen_by: the file, or the strategy that chose them."""

    arm: str
    chosen_by: str
    named: bool
    listed: tuple[Advocate, ...]


def people(scenario: Scenario | str | os.PathLike[str], arm: str | None = None) -> People:
    """The advocates of an arm, the first arm that has some by default. InputError where there are none."""
    tier = Tier(scenario, arm=arm, worlds=1)
    enrolment, compiled = tier.arm_with(tier.enrolled.tolist()).enrolment, tier.compiled
    content = tier.spec.content[tier.words.content or tier.spec.campaign.content]
    match = np.broadcast_to(compiled.match(content), compiled.members) if enrolment.fit is None else enrolment.fit
    costs = np.atleast_2d(enrolment.prices(tier.words)).mean(axis=0) * tier.launches
    followers = [
        _followers(compiled, int(member), where)
        for member, where in zip(enrolment.members, enrolment.channels, strict=True)
    ]
    reached = np.zeros(compiled.members, dtype=bool)
    listed = []
    labels = tier.labels(enrolment.members)
    for i in sorted(range(len(followers)), key=lambda i: (-len(followers[i]), i)):
        mine = followers[i]
        overlap = float(reached[mine].mean()) if len(mine) else 0.0
        reached[mine] = True
        where = tuple(name for name, asked in zip(compiled.channels, enrolment.channels[i], strict=True) if asked)
        fit = float(match[i if enrolment.fit is not None else enrolment.members[i]])
        listed.append(Advocate(str(labels[i]), where, len(mine), overlap, fit, float(costs[i])))
    chosen_by = str(tier.words.file) if tier.of_file else strategy_of(tier.words.choose)[0]
    return People(tier.arm, chosen_by, tier.of_named, tuple(listed))


def _followers(compiled: CompiledAudience, member: int, where: Any) -> NDArray[np.int64]:
    """Who follows a member on the channels where they are asked, each once."""
    found = [
        network.followers[network.indptr[member] : network.indptr[member + 1]]
        for network, asked in zip(compiled.networks, where, strict=True)
        if asked
    ]
    return np.unique(np.concatenate([*found, np.zeros(0, np.int32)])).astype(np.int64)
