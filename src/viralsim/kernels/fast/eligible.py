"""Which arms the shortcut can run: the conditions under which it gives the worlds of the general engine."""

from __future__ import annotations

from viralsim.kernels.arm_inputs import ArmInputs, Reinforcement, Rule
from viralsim.kernels.own.sets import key_in, set_of

IN_CACHE = 1 << 19  # members and follows whose memory a processor keeps near: no world waits for it
LONGEST_LOCKSTEP = 1 << 25  # ticks that their queue can tell apart
MOST_POSTERS = 16  # who post unprompted in such a world


def is_eligible(arm: ArmInputs) -> bool:
    """Whether nothing is on that the plain path (``kernels/fast/replicate.py``) leaves out."""
    contents, channels, plan, values = arm.contents, arm.channels, arm.plan, arm.rules.values
    own = key_in(contents.own_rules)
    return bool(
        len(channels.key) == 1
        and len(contents.key) == 1
        and values[Rule.FOCAL] == 0
        and values[Rule.IN_GROUP] == 1.0
        and contents.twin[0] < 0
        and contents.original[0] < 0
        and contents.reinforcement[0] == Reinforcement.SIMPLE
        and (own is None or set_of(own).is_plain)
        and contents.persistence[0] == 0.0
        and channels.per_engagement[0] == 0.0
        and not channels.thin[0]
        and len(arm.audience.background_load) == 0
        and len(arm.rules.fatigue) == 1
        and len(plan.removed_at) == 0
        and values[Rule.STOP_SHARES] == values[Rule.STOP_QUIET] == 0.0
        and len(plan.owned_channel) == len(plan.paid_channel) == len(plan.planned_tick) == 0
    )


def runs_lockstep(arm: ArmInputs) -> bool:
    """Whether small worlds are to run side by side: plain ones that wait for memory, and begin with few posts at once."""
    plan, envelope = arm.plan, arm.channels.envelope[0]
    horizon = arm.contents.novelty.shape[1]
    return bool(
        is_eligible(arm)
        and len(arm.graph.followers) + arm.graph.indptr.shape[1] > IN_CACHE
        and 0 < len(plan.organic_tick) <= MOST_POSTERS
        and plan.organic_tick.min() == plan.organic_tick.max() < horizon < LONGEST_LOCKSTEP
        and 0.0 < envelope < 1.0
    )
