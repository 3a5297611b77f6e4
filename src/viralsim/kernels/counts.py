"""What a world counts, by column, and the names by which kernels write it: each once.

Compiled code knows plain numbers only, so every column of an enum has a constant: ``N_`` of ``Count``, ``T_`` of ``Series``
(by tick), ``R_`` of ``Rule``, ``KEY_`` of a row of ``State.stream_keys``.
"""

from __future__ import annotations

from enum import IntEnum

from viralsim.kernels.arm_inputs import Rule


class Count(IntEnum):
    """Columns of ``counts`` int64[worlds, len(Count)]; of the focal content unless stated otherwise."""

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
    MEMBER_STARTS = 15  # of these, those that answer no post by a member: roots, and answers to an owned post
    LARGEST_CASCADE = 16
    DEPTH = 17  # of the largest tree, as the next two
    MAX_BREADTH = 18
    PEAK_TICK = 19  # first tick with most shares, -1: no share
    HALF_TICK = 20  # first tick with half of the final shares, -1: no share
    ASKED = (
        21  # planned posts asked for, of any content: one for each advocate, wave and channel where they are present
    )
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


class SegmentCount(IntEnum):
    """Last axis of ``by_segment`` int64[worlds, S, len(SegmentCount)]: what the members of a segment did, of the focal content."""

    REACH = 0
    IMPRESSIONS = 1
    SHARES = 2
    CONVERSIONS = 3


S_REACH, S_IMPRESSIONS, S_SHARES, S_CONVERSIONS = (int(count) for count in SegmentCount)
N_REACH = int(Count.REACH)
N_EARNED_REACH = int(Count.EARNED_REACH)
N_IMPRESSIONS_OWNED = int(Count.IMPRESSIONS_OWNED)
N_IMPRESSIONS_EARNED = int(Count.IMPRESSIONS_EARNED)
N_SHARES = int(Count.SHARES)
N_EARNED_SHARES = int(Count.EARNED_SHARES)
N_CRITICAL_SHARES = int(Count.CRITICAL_SHARES)
N_ENGAGEMENTS = int(Count.ENGAGEMENTS)
N_CONVERSIONS = int(Count.CONVERSIONS)
N_NODES = int(Count.NODES)
N_CASCADES = int(Count.CASCADES)
N_MEMBER_NODES = int(Count.MEMBER_NODES)
N_MEMBER_STARTS = int(Count.MEMBER_STARTS)
N_LARGEST_CASCADE = int(Count.LARGEST_CASCADE)
N_DEPTH = int(Count.DEPTH)
N_MAX_BREADTH = int(Count.MAX_BREADTH)
N_PEAK_TICK = int(Count.PEAK_TICK)
N_HALF_TICK = int(Count.HALF_TICK)
N_ASKED = int(Count.ASKED)
N_POSTED = int(Count.POSTED)
N_BRAND_POSTS = int(Count.BRAND_POSTS)
N_SOFTENED_TICK = int(Count.SOFTENED_TICK)
N_CRITICAL_IMPRESSIONS = int(Count.CRITICAL_IMPRESSIONS)
N_CONVERSIONS_OWNED = int(Count.CONVERSIONS_OWNED)
N_CONVERSIONS_EARNED = int(Count.CONVERSIONS_EARNED)
N_CLIPPED = int(Count.CLIPPED)
N_OTHER_SHARES = int(Count.OTHER_SHARES)
T_REACH = int(Series.REACH)
T_EARNED_REACH = int(Series.EARNED_REACH)
T_IMPRESSIONS = int(Series.IMPRESSIONS)
T_SHARES = int(Series.SHARES)
T_EARNED_SHARES = int(Series.EARNED_SHARES)
T_CRITICAL_SHARES = int(Series.CRITICAL_SHARES)
T_ENGAGEMENTS = int(Series.ENGAGEMENTS)
T_CONVERSIONS = int(Series.CONVERSIONS)
R_FOCAL = int(Rule.FOCAL)
R_IN_GROUP = int(Rule.IN_GROUP)
R_CROSS_POST = int(Rule.CROSS_POST)
R_FEED_CAPACITY = int(Rule.FEED_CAPACITY)
R_TICKS_PER_DAY = int(Rule.TICKS_PER_DAY)
R_RESPOND_RATIO = int(Rule.RESPOND_RATIO)
R_RESPOND_AT_LEAST = int(Rule.RESPOND_AT_LEAST)
R_RESPOND_EFFECT = int(Rule.RESPOND_EFFECT)
R_RESPOND_DELAY = int(Rule.RESPOND_DELAY)
R_AMPLIFY_SHARES = int(Rule.AMPLIFY_SHARES)
R_AMPLIFY_AT_MOST = int(Rule.AMPLIFY_AT_MOST)
R_AMPLIFY_COOLDOWN = int(Rule.AMPLIFY_COOLDOWN)
R_DISTINCT = int(Rule.DISTINCT)
R_STOP_SHARES = int(Rule.STOP_SHARES)
R_STOP_QUIET = int(Rule.STOP_QUIET)
R_MANAGER_FROM = int(Rule.MANAGER_FROM)
