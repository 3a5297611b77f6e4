"""What the advocates of a tier are paid by its price: once, each time they are asked, or each time they post."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from viralsim.kernels.counts import Count
from viralsim.scenario.blocks import filled

if TYPE_CHECKING:
    from viralsim.campaign.compile import Arm
    from viralsim.campaign.enrolment import Enrolment
    from viralsim.kernels.batch import RawWorlds
    from viralsim.scenario.spec import Spec

F8 = NDArray[np.float64]


def differ(enrolment: Enrolment) -> bool:
    """Whether it matters who was asked or posted: people have different prices, or are on different numbers of channels."""
    prices, channels = enrolment.cost_usd, enrolment.channels.sum(axis=1)
    return bool(len(channels) and ((prices != prices[..., :1]).any() or (channels != channels[0]).any()))


def pays_each_poster(spec: Spec, enrolment: Enrolment) -> bool:
    """Whether the tier's price is paid by the post and rests on who it was that posted."""
    tier = spec.campaign.advocates
    several = len(spec.channels) > 1 or bool(
        len(enrolment) and (enrolment.cost_usd != enrolment.cost_usd[..., :1]).any()
    )
    return tier is not None and tier.cost_per == "posted" and several


def tier_usd(arm: Arm, raw: RawWorlds, taking_part: NDArray[np.bool_] | None = None) -> F8:
    """What the tier's price comes to, float64[W], or a number for all worlds. taking_part: bool[W, A]; None: everybody.

    An ask, or a post, on several channels is one: it is paid once.
    """
    tier, people = filled(arm.spec.campaign.advocates), arm.enrolment
    if tier.cost_per == "enrolled":
        return np.asarray(people.cost_usd.sum(axis=-1))
    on = np.maximum(people.channels.sum(axis=1), 1)
    posted = np.zeros((len(raw.counts), len(people)))
    if not differ(people) or (tier.cost_per == "posted" and not raw.posted.size):
        entries = Count.ASKED if tier.cost_per == "asked" else Count.POSTED
        return np.asarray(raw.counts[:, entries] / max(on.mean(), 1.0) * people.cost_usd.mean(axis=-1))
    if tier.cost_per == "asked":
        return np.asarray((_asks(arm, raw, taking_part) * people.cost_usd).sum(axis=-1))
    posted[:, : raw.posted.shape[1]] = raw.posted
    return np.asarray((posted / on * people.cost_usd).sum(axis=-1))


def _asks(arm: Arm, raw: RawWorlds, taking_part: NDArray[np.bool_] | None) -> F8:
    """How often each was asked, float64[W, A]: planned asks come in the order of ticks, and a world that stops makes the first."""
    spec, people = arm.spec, arm.enrolment
    times = filled(spec.campaign.advocates).posts_at
    rows = sorted((spec.tick_of(at), a) for a in range(len(people)) for at in people.times(a, times))
    who = np.array([a for tick, a in rows if tick < spec.ticks], dtype=np.int64)
    there = np.ones((len(raw.counts), len(people)), bool) if taking_part is None else taking_part
    planned = there[:, who] * people.channels.sum(axis=1)[who]
    asked = there[:, who] & (planned.cumsum(axis=1) <= raw.counts[:, Count.ASKED][:, None])
    found = np.zeros((len(raw.counts), len(people)))
    np.add.at(found.T, who, asked.T)
    return found
