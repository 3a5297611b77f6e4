"""What a world is made of, as arrays: the contract between whoever builds a world and whoever runs it.

Index letters: v member (N), c channel (C), k content (K, critical twins included), t tick (T), e edge.
An array of length 0 means: this is off. Numbers of channels, contents, rules and the plan may differ by world: one more axis in
front, see ``rows_of_worlds``. See docs/model.md for the rules.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

F4: TypeAlias = NDArray[np.float32]
F8: TypeAlias = NDArray[np.float64]
I1: TypeAlias = NDArray[np.int8]
I4: TypeAlias = NDArray[np.int32]
I8: TypeAlias = NDArray[np.int64]
U1: TypeAlias = NDArray[np.uint8]
U4: TypeAlias = NDArray[np.uint32]
U8: TypeAlias = NDArray[np.uint64]


# what is left out of an arm; always of one dtype, since another one is another kernel
OFF, OFF_TABLE, OFF_FACTORS = np.zeros(0), np.zeros((0, 0)), np.zeros((0, 0), np.float32)
ALIKE = np.ones(1, np.float32)  # a factor that is 1 for all members


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


OWN_RULE = len(Reinforcement)  # in their place: a rule of one's own, see ``Contents.own_rule``


class Graph(NamedTuple):
    """Who is shown whose posts, all channels in one CSR; information flows along the stored edge."""

    indptr: I8  # [C, N + 1], absolute offsets into followers
    followers: I4  # [E], ascending within a row
    tie_strength: F4  # [E] in [0, 1], or [0]
    influence_weight: F4  # [E], in-sums at most 1, or [0]
    following: I4  # [C, N] accounts that v follows; or [0, 0] where no rule asks
    root_visibility: F4 = (
        OFF_FACTORS  # [C, N] factor of the visibility of v's posts that answer no impression, or [0, 0]
    )
    reshare_visibility: F4 = OFF_FACTORS  # [C, N] ... of those that answer one, or [0, 0]
    # int64[E] where ties come and go, else float64[0]: the ticks first..end-1 and again..over-1 in which a tie is there, 15 bits
    # each, the last 32767 for ever; or ~i: its spans do not fit and are those from i on in tie_spans
    tie_when: NDArray[Any] = np.zeros(0)
    tie_spans: I8 = np.zeros(0, np.int64)  # [S] first << 31 | end, the last span of each tie as ~span
    tie_sign: I1 = np.zeros(0, np.int8)  # [E] 1 or -1, or [0]; for rules of one's own that ask for it


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
    buying: F4 = ALIKE  # [N] mean 1, factor of the chance of a conversion, or [1]
    segment: I4 = np.zeros(
        (0, 0), np.int32
    )  # [G, N] the row of ``by_segment`` of each member, for each field; or [0, 0]


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
    owned_visibility: F8 = OFF  # [C] of owned posts, or [0]: as members'
    seeing_delay: F8 = OFF_TABLE  # [C, Y] ticks until a post is seen, at equally likely quantiles, or [0, 0]: at once
    seeing_scale: F8 = OFF_TABLE  # [C, Z] factors of the delays of a post, equally likely, or [0, 0]
    send_share: F8 = OFF  # [C] of shares that answer an impression, those sent to a few, or [0]
    send_reach: I8 = np.zeros(0, np.int64)  # [C] followers that each of these goes to, or [0]
    send_trust: F8 = OFF  # [C] factor of the response to it, or [0]


class Contents(NamedTuple):
    """What contents are."""

    key: U8  # [K] ids by name
    appeal: F8  # [K]
    twin: I8  # [K] index of the critical twin, or -1
    original: I8  # [K] index of the original of a twin, or -1
    controversy: F8  # [K]
    conversion_rate: F8  # [K]
    conversion_trust: F8  # [K, 5] by source
    reinforcement: I8  # [K] Reinforcement, or OWN_RULE
    gain: F8  # [K] of SOCIAL
    cap: F8  # [K] of SOCIAL
    threshold: F8  # [K] count, fraction or weight; negative: uniform
    persistence: F8  # [K]
    novelty: F8  # [K, T]
    reshare: F8 = OFF  # [K] factor of the response to posts that answer an impression, or [0]
    own_rules: NDArray[Any] = np.zeros(0)  # [0], its type names the rules of one's own, see ``own.marker``
    own_rule: I8 = np.zeros((0, 0), np.int64)  # [K, 3] number of the rule by place, -1: what is built in; [0, 0]: none
    own_value: F8 = np.zeros((0, 0, 0))  # [K, 3, X] values of its parameters
    own_measured: F8 = np.zeros((0, 0))  # [Q, X] values of the parameters of own measures that look at trees
    # other offers of the focal content, whose conversions are counted beside its own where that converts at all:
    # ``sharing_law.convert_otherwise``
    other_rate: F8 = OFF  # [O] conversion rates, or [0]
    other_trust: F8 = OFF_TABLE  # [O, 5] by source, or [0, 0]
    other_most: F8 = OFF  # [5] no less than any rate times trust by source, or [0]
    own_fault: I8 = np.zeros(0, np.int64)  # [1] 1 + number of a rule that gave no number; written by the kernels


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
    AMPLIFY_SHARES = 9  # shares per tick; negative: no rule
    AMPLIFY_AT_MOST = 10
    AMPLIFY_COOLDOWN = 11  # ticks
    DISTINCT = 12  # 1 where a threshold content may be posted twice by one member
    STOP_SHARES = 13  # the world ends after the tick with so many focal shares; 0: no rule
    STOP_QUIET = 14  # ... or after so many ticks without one, those before the first included; 0: no rule
    MANAGER_FROM = 15  # first tick in which the two rules of the manager are looked at


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
    paid_cap: I8  # [M] impressions per member; 0: no cap
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
    # organic posts: members who post unprompted
    organic_tick: I8
    organic_channel: I8
    organic_content: I8
    organic_member: I8  # or -1: drawn in each world
    organic_line: I8  # number of the line among its (channel, content)
    organic_index: I8  # number within the line
    owned_factor: F8 = OFF  # [L] of the visibility of the line's posts, or [0]
    frequency_goal: I8 = np.zeros(
        0, np.int64
    )  # [1 + M] impressions, of the content and of each line; 0: no goal; or [0]
    people: U1 = np.zeros(0, np.uint8)  # [1] where posts and sales are counted for each advocate, or [0]
    # interventions
    removed_at: I4 = np.zeros(0, np.int32)  # [N] from this tick on they neither post nor see; or [0]
    visibility_cap: F8 = np.zeros((0, 0))  # [C, T] most of the chance that a follower is shown a post; or [0, 0]


class ArmInputs(NamedTuple):
    """Everything that a kernel needs to run worlds of one arm."""

    graph: Graph
    audience: Audience
    channels: Channels
    contents: Contents
    rules: Rules
    plan: Plan


def segments_of(arm: ArmInputs) -> int:
    """Number of segments whose members are counted apart, over all fields."""
    return int(arm.audience.segment.max(initial=-1)) + 1
