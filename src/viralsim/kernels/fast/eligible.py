"""Which arms the shortcut can run: the conditions under which it gives the worlds of the general engine."""

from __future__ import annotations

from viralsim.kernels.arm_inputs import ArmInputs, Reinforcement, Rule
from viralsim.kernels.arrays.rows_of_worlds import RowsOfWorlds
from viralsim.kernels.own.sets import key_in, set_of

# Inputs that may differ by world: the plain path reads them again in every world, and none of them decides whether it can run one
BY_WORLD = {
    "contents": {"appeal", "novelty", "conversion_rate", "conversion_trust"},
    "channels": {"visibility", "owned_visibility", "engagement_rate", "delay_fixed", "delay_threshold", "delay_alias"},
    "plan": {"owned_trust", "paid_trust", "paid_count", "planned_willingness", "planned_trust"},
}


def is_organic(arm: ArmInputs, rows: RowsOfWorlds | None = None) -> bool:
    """Whether in plain worlds nothing happens but what begins with unprompted posts, each chance of an impression the envelope."""
    plan = arm.plan
    acts = len(plan.owned_channel) + len(plan.paid_channel) + len(plan.planned_tick)
    return rows is None and acts == 0 and not arm.channels.thin[0]


def is_eligible(arm: ArmInputs, rows: RowsOfWorlds | None = None) -> bool:
    """Whether nothing is on that the plain path (``kernels/fast/replicate.py``) leaves out, in none of the worlds of ``rows``."""
    contents, channels, plan, values = arm.contents, arm.channels, arm.plan, arm.rules.values
    own = key_in(contents.own_rules)
    if rows is not None and any(one.field not in BY_WORLD.get(one.group, ()) for one in rows.varied):
        return False
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
        and len(arm.graph.tie_strength) == 0
        and len(arm.graph.root_visibility) == len(arm.graph.reshare_visibility) == len(channels.seeing_delay) == 0
        and (contents.reshare == 1.0).all()
        and len(arm.audience.background_load) == len(arm.audience.segment) == len(channels.send_share) == 0
        and len(arm.audience.buying) == 1
        and arm.audience.buying[0] == 1.0
        and len(arm.rules.fatigue) == 1
        and len(plan.removed_at) == len(plan.frequency_goal) == 0
        and len(contents.other_rate) == 0
        and values[Rule.STOP_SHARES] == values[Rule.STOP_QUIET] == 0.0
        and not plan.paid_cap.any()
        and (len(plan.owned_channel) == 0 or values[Rule.AMPLIFY_SHARES] < 0.0)
        and values[Rule.RESPOND_RATIO] < 0.0
    )
