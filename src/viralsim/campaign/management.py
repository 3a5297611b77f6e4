"""What a community manager does: the two rules of a launch, and the care that their hours suffice for."""

from __future__ import annotations

import numpy as np

from viralsim.campaign.delays import whole_ticks
from viralsim.campaign.numbers import Number
from viralsim.kernels.arm_inputs import Rule
from viralsim.scenario.campaign import CommunityManagement
from viralsim.scenario.spec import Spec

OFF = -1.0


def manager_rules(spec: Spec, coverage: float, has_owned: bool) -> dict[Rule, Number]:
    """The kernels' numbers of the two rules at a coverage in [0, 1]; a manager with no hours has none of them.

    The effect of answers is proportional to the coverage, and so is the number of reposts, rounded down.
    """
    manager = spec.campaign.community_management
    values: dict[Rule, Number] = {Rule.RESPOND_RATIO: OFF, Rule.AMPLIFY_SHARES: OFF}
    if manager is None or coverage <= 0.0:
        return values
    values[Rule.MANAGER_FROM] = spec.tick_of(manager.starts)
    if manager.respond is not None:
        rule = manager.respond
        values[Rule.RESPOND_RATIO], values[Rule.RESPOND_AT_LEAST] = rule.critical_share_ratio, rule.at_least
        values[Rule.RESPOND_EFFECT] = rule.effect * coverage
        values[Rule.RESPOND_DELAY] = whole_ticks(rule.delay, spec.tick)
    if manager.amplify is not None and has_owned:
        amplify = manager.amplify
        values[Rule.AMPLIFY_SHARES] = amplify.shares_per_hour * spec.tick
        values[Rule.AMPLIFY_AT_MOST] = float(np.floor(amplify.at_most * coverage + 1e-9))
        values[Rule.AMPLIFY_COOLDOWN] = whole_ticks(amplify.cooldown, spec.tick)
    return values


def with_care(willingness: Number, manager: CommunityManagement | None, coverage: float) -> Number:
    """Chances that asked advocates post, of whose unwillingness care takes a part away."""
    part = care(manager, "willingness", coverage)
    return willingness if part == 0.0 else willingness + (1.0 - willingness) * part


def care(manager: CommunityManagement | None, effect: str, coverage: float) -> float:
    """How much of an effect of ``community_management.effects`` there is at a coverage."""
    if manager is None or manager.hours_per_week is None:
        return 0.0
    return float(getattr(manager.effects, effect)) * coverage
