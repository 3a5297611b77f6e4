"""Which arms the shortcut can run: the conditions under which it gives the worlds of the general engine."""

from __future__ import annotations

from viralsim.kernels.arm_inputs import ArmInputs, Reinforcement, Rule
from viralsim.kernels.own.sets import key_in, set_of


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
        and len(arm.graph.root_visibility) == len(arm.graph.reshare_visibility) == len(channels.seeing_delay) == 0
        and (contents.reshare == 1.0).all()
        and len(arm.audience.background_load) == len(arm.audience.segment) == len(channels.send_share) == 0
        and len(arm.audience.buying) == 1
        and arm.audience.buying[0] == 1.0
        and len(arm.rules.fatigue) == 1
        and len(plan.removed_at) == len(plan.frequency_goal) == 0
        and len(contents.other_rate) == 0
        and values[Rule.STOP_SHARES] == values[Rule.STOP_QUIET] == 0.0
        and len(plan.owned_channel) == len(plan.paid_channel) == len(plan.planned_tick) == 0
    )
