"""What a world is made of, as arrays: the contract between whoever builds a world and whoever runs it.

Index letters: v member (N), c channel (C), k content (K, critical twins included), t tick (T), e edge.
An array of length 0 means: this is off. See docs/model.md for the rules.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

F4: TypeAlias = NDArray[np.float32]
F8: TypeAlias = NDArray[np.float64]
I4: TypeAlias = NDArray[np.int32]
I8: TypeAlias = NDArray[np.int64]
U1: TypeAlias = NDArray[np.uint8]
U8: TypeAlias = NDArray[np.uint64]


class Source(IntEnum):
    """Where an impression came from; the row order of ``impressions_by_source``."""

    OWNED = 0
    PAID = 1
    ASKED = 2
    EARNED = 3
    RECOMMENDED = 4


class Reinforcement(IntEnum):
    """How repeated impressions of a content act together."""

    SIMPLE = 0
    SOCIAL = 1
    COUNT = 2
    FRACTION = 3
    WEIGHT = 4


class Graph(NamedTuple):
    """Who is shown whose posts, all channels in one CSR; information flows along the stored edge."""

    indptr: I8  # [C, N + 1], absolute offsets into followers
    followers: I4  # [E], ascending within a row
    tie_strength: F4  # [E] in [0, 1], or [0]
    influence_weight: F4  # [E], in-sums at most 1, or [0]
    following: I4  # [C, N] accounts that v follows; or [0, 0] where no rule asks


class Audience(NamedTuple):
    """What members are like. Fields of length 1 hold for all members."""

    community: I4  # [N], or [1]
    activity: F4  # [N] mean 1, or [1]
    hostility: F4  # [N] in [0, 1], or [1]
    match: F4  # [K, N] in [0, 1], or [K, 1]
    background_load: F4  # [N] posts a day, or [0]: attention is off
    presence: U1  # [C, N] 0 or 1, or [0, 0]: everyone is everywhere
    present: I4  # members present on each channel, concatenated, ascending; [0]: everyone
    present_start: I8  # [C + 1] offsets into present; all 0 where everyone is present


class Channels(NamedTuple):
    """What channels do."""

    key: U8  # [C] ids by name
    visibility: F8  # [C]
    envelope: F8  # [C]
    thin: U1  # [C] 1 where q can differ from the envelope
    gap_threshold: U8  # [C, 512]
    gap_alias: I4  # [C, 512]
    delay_fixed: I8  # [C] ticks, or 0: drawn
    delay_threshold: U8  # [C, D]
    delay_alias: I4  # [C, D]
    delay_shift: U8  # [C]
    engagement_rate: F8  # [C]
    per_engagement: F8  # [C] recommended impressions per engagement or post; 0 is off
    recommend_delay: I8  # [C] ticks >= 1
    max_match: F8  # [K] of all members; for the rejection of recommended members


class Contents(NamedTuple):
    """What contents are."""

    key: U8  # [K] ids by name
    appeal: F8  # [K]
    twin: I8  # [K] index of the critical twin, or -1
    original: I8  # [K] index of the original of a twin, or -1
    controversy: F8  # [K]
    conversion_rate: F8  # [K]
    conversion_trust: F8  # [K, 5] by source
    reinforcement: I8  # [K] Reinforcement
    gain: F8  # [K] of SOCIAL
    cap: F8  # [K] of SOCIAL
    threshold: F8  # [K] count, fraction or weight; negative: uniform
    persistence: F8  # [K]
    novelty: F8  # [K, T]


class Rules(NamedTuple):
    """Numbers that hold for the whole world; ``values`` by the names of ``Rule``."""

    values: F8  # [len(Rule)]
    rhythm: F8  # [T]
    fatigue: F8  # [F], [1] holding 1.0 where off


class Rule(IntEnum):
    """Index into ``Rules.values``."""

    FOCAL = 0
    IN_GROUP = 1
    CROSS_POST = 2
    FEED_CAPACITY = 3
    TICKS_PER_DAY = 4
    RESPOND_RATIO = 5  # negative: no rule
    RESPOND_AT_LEAST = 6
    RESPOND_EFFECT = 7
    RESPOND_DELAY = 8  # ticks
    AMPLIFY_SHARES = 9  # shares a tick; negative: no rule
    AMPLIFY_AT_MOST = 10
    AMPLIFY_COOLDOWN = 11  # ticks
    DISTINCT = 12  # 1 where a threshold content may be posted twice by one member


class Plan(NamedTuple):
    """What the actors of an arm do, compiled beforehand."""

    # owned lines: the brand's followers, ascending
    owned_channel: I8  # [L]
    owned_content: I8  # [L]
    owned_trust: F8  # [L]
    owned_start: I8  # [L + 1] into owned_followers
    owned_followers: I4
    owned_posts_tick: I8  # [P] ascending
    owned_posts_line: I8  # [P]
    # paid lines
    paid_channel: I8  # [M]
    paid_content: I8  # [M]
    paid_number: I8  # [M] number among the lines of the same channel and content
    paid_trust: F8  # [M]
    paid_cap: I8  # [M] impressions a member; 0: no cap
    paid_start: I8  # [M + 1] into paid_targets; an empty range is everyone present
    paid_targets: I4
    paid_count: I4  # [M, T] impressions bought in each tick
    # planned posts of advocates, ascending by (tick, channel, content, member)
    planned_tick: I8
    planned_channel: I8
    planned_content: I8
    planned_member: I8
    planned_wave: I8
    planned_willingness: F8
    planned_trust: F8
    planned_advocate: I8  # row in the list of advocates
    # organic posts: members who post of their own accord
    organic_tick: I8
    organic_channel: I8
    organic_content: I8
    organic_member: I8  # or -1: drawn in each world
    organic_line: I8  # number of the line among its (channel, content)
    organic_index: I8  # number within the line


class ArmInputs(NamedTuple):
    """Everything that a kernel needs to run worlds of one arm."""

    graph: Graph
    audience: Audience
    channels: Channels
    contents: Contents
    rules: Rules
    plan: Plan


class Count(IntEnum):
    """Columns of ``counts`` int64[worlds, len(Count)]; of the focal content where not said otherwise."""

    REACH = 0
    EARNED_REACH = 1
    IMPRESSIONS_OWNED = 2
    IMPRESSIONS_PAID = 3
    IMPRESSIONS_ASKED = 4
    IMPRESSIONS_EARNED = 5
    IMPRESSIONS_RECOMMENDED = 6
    SHARES = 7  # posts by members, repeats and planned posts included
    EARNED_SHARES = 8  # shares that answer an impression, or a cross-post (first posts and their repeats)
    CRITICAL_SHARES = 9
    ENGAGEMENTS = 10
    CONVERSIONS = 11
    NODES = 12  # nodes of the focal trees
    CASCADES = 13  # their roots
    MEMBER_NODES = 14  # nodes that are members
    MEMBER_ROOTS = 15
    LARGEST_CASCADE = 16
    DEPTH = 17  # of the largest tree, as the next two
    MAX_BREADTH = 18
    PEAK_TICK = 19  # first tick with most shares, -1: no share
    HALF_TICK = 20  # first tick with half of the final shares, -1: no share
    ASKED = 21  # planned posts asked for, of any content: one for each advocate, wave and channel where he is present
    POSTED = 22  # planned posts made, of any content
    BRAND_POSTS = 23
    SOFTENED_TICK = 24  # first tick that the manager's answer softens, -1: none before the horizon
    CRITICAL_IMPRESSIONS = 25
    CONVERSIONS_OWNED = 26
    CONVERSIONS_PAID = 27
    CONVERSIONS_ASKED = 28
    CONVERSIONS_EARNED = 29
    CONVERSIONS_RECOMMENDED = 30
    CLIPPED = 31  # impressions whose s exceeded 1
    OTHER_SHARES = 32  # shares of contents that are neither focal nor its twin


class Series(IntEnum):
    """Columns of ``series`` int32[worlds, T, len(Series)]: what happened in each tick."""

    REACH = 0
    EARNED_REACH = 1
    IMPRESSIONS = 2
    SHARES = 3
    EARNED_SHARES = 4
    CRITICAL_SHARES = 5
    ENGAGEMENTS = 6
    CONVERSIONS = 7


def is_eligible(arm: ArmInputs) -> bool:
    """Whether nothing is on that the plain path (``kernels/fast/replicate.py``) leaves out."""
    contents, channels, plan, values = arm.contents, arm.channels, arm.plan, arm.rules.values
    return bool(
        len(channels.key) == 1
        and len(contents.key) == 1
        and values[Rule.FOCAL] == 0
        and values[Rule.IN_GROUP] == 1.0
        and contents.twin[0] < 0
        and contents.original[0] < 0
        and contents.reinforcement[0] == Reinforcement.SIMPLE
        and contents.persistence[0] == 0.0
        and channels.per_engagement[0] == 0.0
        and not channels.thin[0]
        and len(arm.audience.background_load) == 0
        and len(arm.rules.fatigue) == 1
        and len(plan.owned_channel) == len(plan.paid_channel) == len(plan.planned_tick) == 0
    )
