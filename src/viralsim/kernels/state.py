"""The memory of one running world: allocated once per thread, and only touched entries are reset.

A member takes a row (*slot*) in the compact tables when first touched, so a launch that reaches ten members
touches ten rows, whatever N is. Tables are sized for the worst case; the operating system gives memory to the
pages that are written, so what is never touched costs nothing.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import CapacityError
from viralsim.kernels.arm_inputs import F8, I4, I8, U4, U8, ArmInputs, Plan, Rule

if TYPE_CHECKING:
    from viralsim.kernels.arrays.narrow_columns import NarrowColumns
    from viralsim.kernels.arrays.parts import SparseRows

POSTING = np.dtype(  # of (member, channel, content)
    [
        ("due", np.int32),  # tick of the pending ordinary post, -1: none
        ("parent", np.int32),  # node that convinced them, -1: none
        ("node", np.int32),  # node of their first post, -1: not posted
        ("posts", np.int32),  # posts made
        ("exposing_neighbours", np.int32),  # distinct members whose post they were shown
        ("cause", np.int32),  # source of the impression that convinced them, -1: unprompted
        ("weight", np.float64),  # sum of influence weights of those members
    ],
    align=True,
)
EXPOSURE = np.dtype(  # of (member, content)
    [
        ("seen", np.int32),  # impressions
        ("flag_bits", np.int32),  # bit 0: earned reach, bit 1: converted, from bit 2 on: reached on that channel
        ("day", np.int32),
        ("today", np.int32),  # impressions in that day
    ],
    align=True,
)
NODE = np.dtype(
    [
        ("member", np.int32),  # -1: an owned post
        ("cell", np.int32),  # channel * K + content
        ("parent", np.int32),
        ("root", np.int32),
        ("depth", np.int32),
        ("tick", np.int32),
        ("source", np.int32),  # of the impressions that its first post gives
        ("cause", np.int32),
        ("advocate", np.int32),  # row of the advocate whose planned post this is, -1
        ("below", np.int32),  # scratch of the tree measures: nodes of its subtree (NumPy's own records have a ``size``)
    ],
    align=True,
)
DELIVERY = np.dtype(  # something to be shown in this tick
    [
        ("start", np.int64),
        ("stop", np.int64),
        ("key", np.uint64),
        ("trust", np.float64),
        ("visibility", np.float64),  # of a row: the post's
        ("kind", np.int32),  # ROW, BRAND, PAID, RECOMMENDED
        ("source", np.int32),
        ("cell", np.int32),
        ("node", np.int32),
        ("poster", np.int32),
        ("number", np.int32),  # post number, or line
        ("earned", np.int32),
        ("advocate", np.int32),  # row of the advocate whose planned post this is, -1
        ("end", np.int64),  # where its impressions end in the buffer
        ("member", np.int32),  # the one to whom it is shown now, at ``position`` of the row; -1: to all of the row
        ("position", np.int32),
        ("sent", np.int32),  # of a private send: followers that it goes to; 0: it is shown to all of the row
    ],
    align=True,
)
RECOMMENDATION = np.dtype(
    [
        ("key", np.uint64),
        ("next", np.int32),
        ("count", np.int32),
        ("cell", np.int32),
        ("node", np.int32),
        ("earned", np.int32),
    ],
    align=True,
)
LATER = np.dtype(  # an impression that waits to be seen
    [
        ("bits", np.uint64),  # its place in the order of its tick
        ("post", np.int32),  # index into ``State.later_posts``
        ("member", np.int32),
        ("position", np.int32),
        ("next", np.int32),
    ],
    align=True,
)
ACTION = np.dtype(  # a planned post of this tick
    [
        ("order", np.int64),  # cell << 32 | member
        ("trust", np.float64),
        ("advocate", np.int64),
    ],
    align=True,
)

DEPTH_BINS = 64
BUFFER = 1 << 14  # impressions drawn before they are answered: fits the second-level cache
AHEAD = 8  # impressions between asking for the memory of a member and reading it
MOST_CHANNELS = 29  # bits of EXPOSURE.flag_bits that are left for them, and for other offers (``contents.other_rate``)
PIECE = 1 << 15  # members whose rows are measured at once
FOLLOWERS, BRAND, PAID, RECOMMENDED = 0, 1, 2, 3  # kinds of showing
# Index into State.scalars: the scalars of a running world
(
    TOUCHED,
    ENTRIES,
    FREE,
    RECS,
    NODES,
    DELIVERIES,
    ACTIONS,
    OWNED,
    OWNED_AT,
    PLANNED_AT,
    ANSWERED,
    REPOSTS,
    LAST_REPOST,
    EDGES,
    OVERFLOW,
    TICKS,
    OUT_ROW,
    SERIES_ROW,
    LATERS,
    LATER_POSTS,
) = range(20)


class Overflow(IntEnum):
    """What a world outgrew: the value of ``State.scalars[OVERFLOW]``, 0 where nothing."""

    CALENDAR = 1
    RECOMMENDATIONS = 2
    THRESHOLD_PAIRS = 3
    LATER = 4


STOPPED = 9  # in the same place: a stopping rule ended the world, and its queues still hold entries
CALENDAR_FULL, RECOMMENDATIONS_FULL, PAIRS_FULL, LATER_FULL = (int(overflow) for overflow in Overflow)
# Rows of State.stream_keys
KEY_POST, KEY_BRAND, KEY_PAID, KEY_DELAY, KEY_CROSS, KEY_PERSIST, KEY_THRESHOLD, KEY_ORGANIC = range(8)


class State(NamedTuple):
    """Arrays of one running world; see the dtypes above for what a row means."""

    slot: I4  # [N] 1 + row of the member, 0: untouched
    touched: I4  # [N] members by row
    posting: NDArray[np.void]  # POSTING[N * cells]
    exposure: NDArray[np.void]  # EXPOSURE[N * K]
    blank_posting: NDArray[np.void]  # [cells] what a fresh row holds
    blank_exposure: NDArray[np.void]  # [K]
    impressions: I4  # [N] of any content, by row
    advertised: I4  # [N * M] by row and paid line, where a line has a cap
    line_seen: I4  # [N * M] impressions by row and paid line, where a line has a frequency goal
    head: I4  # [T] 1 + first entry of the calendar queue, 0: none
    entry_next: I4
    entry_posting: I8
    recommendation_head: I4  # [T]
    recommendations: NDArray[np.void]
    later_head: I4  # [T] 1 + first impression that is seen in this tick
    later: NDArray[np.void]
    later_posts: NDArray[np.void]  # what they are impressions of
    occupied: U8  # bits of ticks to visit
    planned_ticks: U8  # bits of ticks at which the plan acts
    nodes: NDArray[np.void]
    breadth: I4  # [N + P] scratch, by depth
    deliveries: NDArray[np.void]
    actions: NDArray[np.void]
    owned_now: I8  # lines that post in this tick
    due: I8  # scratch: posts of this tick as cell << 32 | member
    due_row: I8  # ... and their rows in the tables
    due_start: I8  # ... and where their followers start and stop
    due_stop: I8
    due_first: I4
    spare_due: I8
    spare_due_row: I8
    buffer_member: I4
    buffer_position: I4
    edge_seen: I8  # hash set of (edge, content) already counted towards a threshold
    edge_slots: I8  # used places of the hash set
    brand_posts: I8  # [cells]
    channel_of: I8  # [cells] tables instead of divisions: a cell is channel * K + content
    content_of: I8  # [cells]
    tick_shares: I4  # [T] focal shares
    ticks: I4  # visited ticks
    stream_keys: U8  # [8, cells]
    streams_used: I8  # those that this world draws from
    earn_key: U8  # scratch: recommendations of this tick, then impressions that waited
    earn_entry: I8
    spare_earn_key: U8
    spare_earn_entry: I8
    advocate_posts: I8  # [A] planned posts made by each, over all worlds of this thread
    scalars: I8  # [20]
    soften: F8  # [1]
    own_words8: U8  # memory of the arm's arrays that differ by world, see rows_of_worlds; length 0: none does
    own_words4: U4
    world_words8: U8  # [W, P8] what it holds in each world
    world_words4: U4  # [W, P4]


class Out(NamedTuple):
    """Where the counts of worlds go; a row per world, ``State.scalars[OUT_ROW]`` is the running one."""

    counts: NDArray[np.signedinteger] | NarrowColumns  # [W, len(Count)]
    structural_virality: F8  # [W]
    reach_by_channel: I4 | NarrowColumns  # [W, C]
    reach_by_community: I4 | SparseRows  # [W, G]
    series: I4  # [Ws + 1, T, len(Series)]: the last row takes what is not kept
    paid_bought: I8 | NarrowColumns  # [W, M]
    done: NDArray[np.bool_]  # [W]
    own_measures: F8  # [W, Q] measures of one's own that look at trees
    paid_sales: I4  # [W, M] conversions on impressions of each paid line
    posted: I4  # [W, A] planned posts made by each advocate, or [0, 0]: nobody asks
    asked_sales: I4  # [W, A] conversions on impressions of the planned posts of each, or [0, 0]
    often_reached: I4  # [W, 1 + M] members who reached each frequency goal, or [0, 0]: nobody asks
    by_segment: I8  # [W, S, len(SegmentCount)], S = 0 where nobody asks
    other_conversions: I4  # [W, O] conversions with each other rate and trusts


def _tick_bits(ticks: NDArray[np.int64], horizon: int) -> U8:
    words = np.zeros(horizon // 64 + 1, dtype=np.uint64)
    for tick in np.unique(ticks):
        if 0 <= tick < horizon:
            words[tick >> 6] |= np.uint64(1) << np.uint64(tick & 63)
    return words


def planned_ticks(plan: Plan, horizon: int) -> U8:
    """Bits of the ticks at which a plan acts, other than by organic posts."""
    ticks = [plan.owned_posts_tick, plan.planned_tick, np.flatnonzero(plan.paid_count.any(axis=0))]
    return _tick_bits(np.concatenate([np.asarray(t, dtype=np.int64) for t in ticks]), horizon)


def streams_used(arm: ArmInputs) -> I8:
    """Families of keys that worlds like this draw from: a key that nobody asks for is not made."""
    plan, contents = arm.plan, arm.contents
    asked = {
        KEY_POST: True,
        KEY_BRAND: len(plan.owned_channel) > 0,
        KEY_PAID: len(plan.paid_channel) > 0,
        KEY_DELAY: True,  # a delay that is fixed in one world may be drawn in another
        KEY_CROSS: len(arm.channels.key) > 1 and arm.rules.values[Rule.CROSS_POST] > 0,
        KEY_PERSIST: bool(np.any(contents.persistence > 0)),
        KEY_THRESHOLD: bool(np.any(contents.threshold < 0)),
        KEY_ORGANIC: bool(np.any(plan.organic_member < 0)),
    }
    return np.array([stream_keys for stream_keys, used in asked.items() if used], dtype=np.int64)


def memory_of_any_world(plan: Plan) -> dict[str, Any]:
    """The arrays that have the same size whatever the engine; those of rows by world are replaced where there are rows."""
    return {
        "advocate_posts": np.zeros(int(plan.planned_advocate.max(initial=-1)) + 1, dtype=np.int64),
        "scalars": np.zeros(20, dtype=np.int64),
        "soften": np.ones(1),
        "own_words8": np.zeros(0, dtype=np.uint64),
        "own_words4": np.zeros(0, dtype=np.uint32),
        "world_words8": np.zeros((0, 0), dtype=np.uint64),
        "world_words4": np.zeros((0, 0), dtype=np.uint32),
    }


def longest_row(indptr: I8) -> int:
    """The most followers that a row has, found in pieces that stay in the cache: a million members in a third of the time."""
    pieces = range(0, indptr.shape[1] - 1, PIECE)
    return max((int(np.diff(indptr[:, at : at + PIECE + 1]).max(initial=0)) for at in pieces), default=0)


def longest_showing(arm: ArmInputs) -> int:
    """The most impressions that one showing may have."""
    plan, earned = arm.plan, float(arm.channels.per_engagement.max(initial=0.0))
    return max(
        longest_row(arm.graph.indptr),
        int(np.diff(plan.owned_start).max(initial=0)),
        int(plan.paid_count.max(initial=0)),
        int(np.ceil(earned)) + 1 if earned > 0 else 0,
    )


def _refuse_too_many_marks(arm: ArmInputs) -> None:
    marked = len(arm.channels.key) + len(arm.contents.other_rate)
    if marked > MOST_CHANNELS:
        offers = ", other offers included" if len(arm.contents.other_rate) else ""
        raise CapacityError(f"a world has at most {MOST_CHANNELS} channels, this one {marked}{offers}")


def allocate(arm: ArmInputs, members: int, *, pool: int = 1 << 26, spare: int = 0) -> State:
    """The state of one thread for worlds of this shape.

    Cost: virtual memory O(N * cells); resident memory follows the members touched by the largest world.
    ``pool`` bounds the entries of the calendar and the recommendations (2**26). ``spare`` makes room for actions a tick
    beyond the plan's, for actors that decide while the world runs. Raises CapacityError for more than 29 channels.
    """
    _refuse_too_many_marks(arm)
    channels, contents = len(arm.channels.key), len(arm.contents.key)
    cells, horizon, plan = channels * contents, arm.contents.novelty.shape[1], arm.plan
    capped, distinct = bool(np.any(plan.paid_cap > 0)), bool(arm.rules.values[Rule.DISTINCT] > 0)
    recommends = bool(np.any(arm.channels.per_engagement > 0))
    longest = max(longest_showing(arm), spare, 1)
    postings = members * cells
    extra = len(plan.owned_posts_tick) + horizon * (1 + spare)  # owned posts, and one repost per tick at most
    entries = min(postings * channels + len(plan.organic_tick) + 1, pool)
    waiting = pool // 4 if recommends else 1
    longest = max(longest, min(BUFFER, 4 * members))
    delayed = pool // 4 if len(arm.channels.seeing_delay) else 1
    queued = max(waiting, delayed)
    return State(
        slot=np.zeros(members, dtype=np.int32),
        touched=np.empty(members, dtype=np.int32),
        posting=np.empty(postings, dtype=POSTING),
        exposure=np.empty(members * contents, dtype=EXPOSURE),
        blank_posting=np.full(cells, np.array((-1, -1, -1, 0, 0, -1, 0.0), dtype=POSTING)),
        blank_exposure=np.full(contents, np.array((0, 0, -1, 0), dtype=EXPOSURE)),
        impressions=np.empty(members, dtype=np.int32),
        advertised=np.empty(members * len(plan.paid_cap) if capped else 0, dtype=np.int32),
        line_seen=np.empty(members * len(plan.paid_cap) if plan.frequency_goal[1:].any() else 0, dtype=np.int32),
        head=np.zeros(horizon, dtype=np.int32),
        entry_next=np.empty(entries, dtype=np.int32),
        entry_posting=np.empty(entries, dtype=np.int64),
        recommendation_head=np.zeros(horizon, dtype=np.int32),
        recommendations=np.empty(waiting, dtype=RECOMMENDATION),
        later_head=np.zeros(horizon, dtype=np.int32),
        later=np.empty(delayed, dtype=LATER),
        later_posts=np.empty(delayed, dtype=DELIVERY),
        occupied=np.zeros(horizon // 64 + 1, dtype=np.uint64),
        planned_ticks=planned_ticks(plan, horizon),
        nodes=np.empty(postings + extra, dtype=NODE),
        breadth=np.zeros(postings + extra, dtype=np.int32),
        deliveries=np.empty(postings + extra + len(plan.paid_cap) + waiting + delayed + spare, dtype=DELIVERY),
        actions=np.empty(len(plan.planned_tick) + spare + 1, dtype=ACTION),
        owned_now=np.empty(len(plan.owned_posts_tick) + spare + 1, dtype=np.int64),
        due=np.empty(postings, dtype=np.int64),
        due_row=np.empty(postings, dtype=np.int64),
        due_start=np.empty(postings, dtype=np.int64),
        due_stop=np.empty(postings, dtype=np.int64),
        due_first=np.empty(postings, dtype=np.int32),
        spare_due=np.empty(postings, dtype=np.int64),
        spare_due_row=np.empty(postings, dtype=np.int64),
        buffer_member=np.zeros(longest + AHEAD, dtype=np.int32),
        buffer_position=np.empty(longest, dtype=np.int32),
        edge_seen=np.full(1 << 22 if distinct else 1, -1, dtype=np.int64),
        edge_slots=np.empty(1 << 21 if distinct else 1, dtype=np.int64),
        brand_posts=np.zeros(cells, dtype=np.int64),
        channel_of=np.arange(cells, dtype=np.int64) // contents,
        content_of=np.arange(cells, dtype=np.int64) % contents,
        tick_shares=np.zeros(horizon, dtype=np.int32),
        ticks=np.empty(horizon, dtype=np.int32),
        stream_keys=np.zeros((8, cells), dtype=np.uint64),
        streams_used=streams_used(arm),
        earn_key=np.empty(queued, dtype=np.uint64),
        earn_entry=np.empty(queued, dtype=np.int64),
        spare_earn_key=np.empty(queued, dtype=np.uint64),
        spare_earn_entry=np.empty(queued, dtype=np.int64),
        **memory_of_any_world(plan),
    )
