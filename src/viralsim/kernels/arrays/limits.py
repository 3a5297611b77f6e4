"""What the arrays of an arm may hold, as a table, and the check that no kernel can be led out of an array.

Indices are checked as arrays before a world runs, so that the kernels need not look at each. See ``arm_inputs`` for what they mean.
"""

from __future__ import annotations

import math
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.kernels.arm_inputs import OWN_RULE, ArmInputs, Rule, Source

INF = math.inf
# What every array is to hold: its shapes by the letters of ``sizes_of`` (a dot: any length), the lowest and the highest number; a
# letter instead of a number stands for the last index of what it counts, in ``x!`` for its length.
LIMITS: dict[str, tuple[str, float, float | str]] = {
    "graph.indptr": ("C,V", 0, "E!"),
    "graph.followers": ("E", 0, "N"),
    "graph.tie_strength": ("E|0", 0, 1),
    "graph.influence_weight": ("E|0", 0, 1.001),
    "graph.following": ("C,N|0,0", 0, "N!"),
    "graph.root_visibility": ("C,N|0,0", 0, 1e9),
    "graph.reshare_visibility": ("C,N|0,0", 0, 1e9),
    "graph.tie_when": ("E|0", -(2.0**62), 2.0**62),
    "graph.tie_spans": (".", -(2.0**62), 2.0**62),
    "graph.tie_sign": ("E|0", -1, 1),
    "audience.community": ("N|1", 0, 2**31 - 2),
    "audience.activity": ("N|1", 0, 1e9),
    "audience.hostility": ("N|1", 0, 1),
    "audience.match": ("K,N|K,1", 0, 1),
    "audience.background_load": ("N|0", 0, 1e30),
    "audience.presence": ("C,N|0,0", 0, 1),
    "audience.present": (".", 0, "N"),
    "audience.present_start": ("B", 0, INF),
    "audience.buying": ("N|1", 0, 1e9),
    "audience.segment": ("U,N|0,0", 0, 2**31 - 2),
    "channels.visibility": ("C", 0, 1),
    "channels.envelope": ("C", 0, 1),
    "channels.thin": ("C", 0, 1),
    "channels.gap_threshold": ("C,G", 0, INF),
    "channels.gap_alias": ("C,G", 0, "G"),
    "channels.delay_fixed": ("C", 0, 2**31),
    "channels.delay_threshold": ("C,D", 0, INF),
    "channels.delay_alias": ("C,D", 0, "D"),
    "channels.delay_shift": ("C", 0, 63),
    "channels.engagement_rate": ("C", 0, 1),
    "channels.per_engagement": ("C", 0, 2**31),
    "channels.recommend_delay": ("C", 1, 2**31),
    "channels.max_match": ("K", 0, 1),
    "channels.owned_visibility": ("C|0", 0, 1),
    "channels.seeing_delay": ("C,I|0,0", 0, 1e18),
    "channels.seeing_scale": ("C,J|0,0", 0, 1e9),
    "channels.send_share": ("C|0", 0, 1),
    "channels.send_reach": ("C|0", 1, 1_000),
    "channels.send_trust": ("C|0", 0, 1e9),
    "contents.appeal": ("K", 0, 1e30),
    "contents.twin": ("K", -1, "K"),
    "contents.original": ("K", -1, "K"),
    "contents.controversy": ("K", 0, 1),
    "contents.conversion_rate": ("K", 0, 1),
    "contents.conversion_trust": ("K,S", 0, 1e9),
    "contents.reinforcement": ("K", 0, OWN_RULE),
    "contents.gain": ("K", 0, 1e30),
    "contents.cap": ("K", 0, 1e30),
    "contents.threshold": ("K", -1e30, 1e30),
    "contents.persistence": ("K", 0, 1),
    "contents.novelty": ("K,T", 0, 1),
    "contents.reshare": ("K|0", 0, 1e9),
    "contents.own_rule": ("K,H|0,0", -1, 2**31),
    "contents.own_value": ("K,H,X|0,0,0", -INF, INF),
    "contents.own_measured": ("Y,Z", -INF, INF),
    "contents.other_rate": ("o", 0, 1),
    "contents.other_trust": ("o,S|0,0", 0, 1e9),
    "contents.other_most": ("S|0", 0, 1e9),
    "contents.own_fault": (".", 0, 2**31),
    "rules.values": ("R", -1, INF),
    "rules.rhythm": ("T", 0, 1e9),
    "rules.fatigue": (".", 0, 1),
    "plan.owned_channel": ("L", 0, "C"),
    "plan.owned_content": ("L", 0, "K"),
    "plan.owned_trust": ("L", 0, 1e9),
    "plan.owned_start": ("Q", 0, INF),
    "plan.owned_followers": (".", 0, "N"),
    "plan.owned_posts_tick": ("P", 0, "T"),
    "plan.owned_posts_line": ("P", 0, "L"),
    "plan.paid_channel": ("M", 0, "C"),
    "plan.paid_content": ("M", 0, "K"),
    "plan.paid_number": ("M", 0, "M"),
    "plan.paid_trust": ("M", 0, 1e9),
    "plan.paid_cap": ("M", 0, 2**31 - 1),
    "plan.paid_start": ("W", 0, INF),
    "plan.paid_targets": (".", 0, "N"),
    "plan.paid_count": ("M,T", 0, 2**31 - 1),
    "plan.planned_tick": ("A", 0, "T"),
    "plan.planned_channel": ("A", 0, "C"),
    "plan.planned_content": ("A", 0, "K"),
    "plan.planned_member": ("A", 0, "N"),
    "plan.planned_wave": ("A", 0, 2**31),
    "plan.planned_willingness": ("A", 0, 1),
    "plan.planned_trust": ("A", 0, 1e9),
    "plan.planned_advocate": ("A", 0, "N"),
    "plan.organic_tick": ("O", 0, "T"),
    "plan.organic_channel": ("O", 0, "C"),
    "plan.organic_content": ("O", 0, "K"),
    "plan.organic_member": ("O", -1, "N"),
    "plan.organic_line": ("O", 0, 2**31),
    "plan.organic_index": ("O", 0, 2**40),
    "plan.frequency_goal": ("W|0", 0, 2**31 - 1),
    "plan.people": (".", 0, 1),
    "plan.owned_factor": ("L|0", 0, 1e9),
    "plan.removed_at": ("N|0", 0, INF),
    "plan.visibility_cap": ("C,T|0,0", 0, 1),
}
# Offsets into another array: they begin at 0, rise, and end at its length.
OFFSETS = {
    "audience.present_start": "audience.present",
    "plan.owned_start": "plan.owned_followers",
    "plan.paid_start": "plan.paid_targets",
}
ANY_LENGTH: tuple[tuple[str, ...], ...] = ()
_LIMITS = [
    (
        name,
        ArmInputs._fields.index(name.split(".")[0]),
        name.split(".")[1],
        ANY_LENGTH if shapes == "." else tuple(tuple(shape.split(",")) for shape in shapes.split("|")),
        low,
        high,
    )
    for name, (shapes, low, high) in LIMITS.items()
]
_SHAPES = frozenset(letters for _, _, _, shapes, _, _ in _LIMITS for letters in shapes)
_checked: WeakValueDictionary[tuple[int, str, float], NDArray[Any]] = WeakValueDictionary()


def sizes_of(arm: ArmInputs) -> dict[str, int]:
    """Lengths by letter: those of the contract, V = N + 1, B = C + 1, Q = L + 1, W = M + 1; I, J of the tables of seeing."""
    plan, members = arm.plan, int(np.shape(arm.graph.indptr)[-1]) - 1
    sizes = {
        "N": members, "V": members + 1, "C": len(arm.channels.key), "K": len(arm.contents.key), "E": len(arm.graph.followers),
        "T": int(np.shape(arm.contents.novelty)[-1]), "G": 512, "D": int(np.shape(arm.channels.delay_alias)[-1]),
        "S": len(Source), "R": len(Rule), "L": len(plan.owned_channel), "P": len(plan.owned_posts_tick),
        "I": int(np.shape(arm.channels.seeing_delay)[-1]), "J": int(np.shape(arm.channels.seeing_scale)[-1]),
        "M": len(plan.paid_channel), "A": len(plan.planned_tick), "O": len(plan.organic_tick), "0": 0, "1": 1,
        "o": len(arm.contents.other_rate),
        "H": int(np.shape(arm.contents.own_rule)[-1]), "X": int(np.shape(arm.contents.own_value)[-1]),
        "U": len(arm.audience.segment), "Y": len(arm.contents.own_measured), "Z": int(np.shape(arm.contents.own_measured)[-1]),
    }  # fmt: skip
    return sizes | {"F": sizes["E"] + 1, "B": sizes["C"] + 1, "Q": sizes["L"] + 1, "W": sizes["M"] + 1}


def check_arm_inputs(arm: ArmInputs) -> None:
    """Make sure that no kernel can leave an array: shapes fit each other, indices name what is there, numbers are finite.

    An array that was checked before is not read again, so that arms that share arrays cost what is new in them.
    Raises InputError that names array, place, what is allowed and what it holds.
    """
    sizes = sizes_of(arm)
    shape_of = {letters: tuple([sizes[letter] for letter in letters]) for letters in _SHAPES}
    for name, group, field, shapes, low, high in _LIMITS:
        array = getattr(arm[group], field)
        if array.shape not in [shape_of[letters] for letters in shapes] and (array.ndim != 1 or shapes):
            allowed = " or ".join(str(shape_of[letters]) for letters in shapes)
            raise InputError(f"{name} must have shape {allowed or '(any)'}, got {array.shape}")
        most = high if not isinstance(high, str) else sizes[high[0]] - (len(high) < 2)
        if _checked.get((id(array), name, most)) is not array:
            _check_numbers(name, array, low, most)
            _checked[id(array), name, most] = array
    _check_spans(arm)
    for start, into in OFFSETS.items():
        _check_offsets(arm, start, into)
    _check_order(arm)


def _check_numbers(name: str, array: NDArray[Any], low: float, high: float) -> None:
    if not array.size or (array.min() >= low and array.max() <= high):  # a NaN is neither
        return
    bad = ~((array >= low) & (array <= high))
    place = tuple(int(i) for i in np.argwhere(bad)[0])
    where = ", ".join(map(str, place))
    raise InputError(f"{name}[{where}] must be in {low:.9g}..{high:.9g}, got {array[place]}")


def _check_offsets(arm: ArmInputs, start: str, into: str) -> None:
    offsets, target = (getattr(getattr(arm, name.split(".")[0]), name.split(".")[1]) for name in (start, into))
    if not len(offsets) and not len(target):
        return
    if offsets[0] != 0 or offsets[-1] != len(target) or (offsets[1:] < offsets[:-1]).any():
        raise InputError(f"{start} must rise from 0 to the length of {into.split('.')[1]} ({len(target)})")


def _check_spans(arm: ArmInputs) -> None:
    """That a tie of several spans begins within ``graph.tie_spans``, and that the last span there ends a tie."""
    when, several = arm.graph.tie_when, arm.graph.tie_spans
    if len(when) and when.min() < -len(several):
        raise InputError(
            f"graph.tie_when must be at least {-len(several)}, got {when.min()}: tie_spans has no such place"
        )
    if len(several) and several[-1] >= 0:
        raise InputError("graph.tie_spans must end with the last span of a tie, which is negative")


def _check_order(arm: ArmInputs) -> None:
    """What is ascending by contract, what names a table by the width of its bits, and the rules that are indices or divisors."""
    plan, values, indptr = arm.plan, arm.rules.values, arm.graph.indptr
    contents, members = len(arm.contents.key), indptr.shape[1] - 1
    if _checked.get((id(indptr), "ascending", 0)) is not indptr:
        if (indptr[:, 1:] < indptr[:, :-1]).any():
            raise InputError("graph.indptr must rise from member to member")
        _checked[id(indptr), "ascending", 0] = indptr
    cell = (plan.planned_tick * len(arm.channels.key) + plan.planned_channel) * contents + plan.planned_content
    for name, order in (
        ("owned_posts_tick", plan.owned_posts_tick),
        ("planned_tick", cell * members + plan.planned_member),
    ):
        if (order[1:] < order[:-1]).any():
            raise InputError(f"plan.{name} must be ascending (planned posts by tick, channel, content and member)")
    own = arm.contents.own_rule
    unruled = own[..., 0] < 0 if len(own) else np.ones(contents, np.bool_)
    if ((arm.contents.reinforcement == OWN_RULE) & unruled).any():
        raise InputError("contents.reinforcement names a rule of one's own where contents.own_rule has none")
    if (1 << (64 - int(arm.channels.delay_shift.min()))) > arm.channels.delay_alias.shape[1]:
        raise InputError("channels.delay_shift must be 64 - log2 of the outcomes of delay_alias, or more")
    for rule, low, high in ((Rule.FOCAL, 0, contents - 1), (Rule.TICKS_PER_DAY, 1, 2**31)):
        if not low <= values[rule] <= high or values[rule] != int(values[rule]):
            raise InputError(f"rules.values[{rule.name}] must be a whole number in {low}..{high}, got {values[rule]}")
    if len(arm.channels.seeing_delay) != len(arm.channels.seeing_scale):
        raise InputError("channels.seeing_delay needs channels.seeing_scale beside it, and the other way round")
    if len(arm.rules.fatigue) == 0:
        raise InputError("rules.fatigue must hold one number or more")
