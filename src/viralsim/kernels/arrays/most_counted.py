"""How large a count of one world can become, and the narrowest type that holds it."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from viralsim.kernels.arm_inputs import ArmInputs

CountType: TypeAlias = type[np.int32] | type[np.int64]


def most_counted(arm: ArmInputs, plain: bool) -> float:
    """No count of a world exceeds this; infinity where nothing is known.

    In ``plain`` worlds nobody posts twice but as planned, so there are no more impressions than follows and what the plan shows. In
    others a member may post twice a tick on each channel, as planned and as an answer, and a brand once a tick beyond its plan.
    """
    plan, follows = arm.plan, len(arm.graph.followers)
    channels, members = arm.graph.indptr.shape[0], arm.graph.indptr.shape[1] - 1
    contents, horizon = arm.contents.novelty.shape[-2:]
    bought, owned, planned = int(plan.paid_count.sum()), len(plan.owned_posts_tick), plan.planned_member
    if plain:
        asked = int((arm.graph.indptr[0, planned + 1] - arm.graph.indptr[0, planned]).sum())
        posted = members + len(planned) + owned
        return float(max(follows + asked + owned * len(plan.owned_followers) + bought, posted, horizon))
    if arm.channels.per_engagement.any():  # what engagements earn has no such bound
        return math.inf
    by_members = 2 * horizon * contents * (follows + members * channels)
    by_brands = (horizon + owned) * (len(plan.owned_followers) + 1)
    return float(by_members + by_brands + bought + len(planned))


def count_type(arm: ArmInputs, plain: bool) -> CountType:
    """32 bits where they hold every count of a world: the memory of the counts is a fifth of the price of a small world."""
    return np.int32 if most_counted(arm, plain) < 2**31 else np.int64
