"""The memory of plain worlds: what their records hold, and how many of each there are."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.kernels.arm_inputs import F8, I4, I8, U4, U8, ArmInputs
from viralsim.kernels.fast.eligible import is_organic
from viralsim.kernels.state import (
    ACTION,
    BUFFER,
    DELIVERY,
    DEPTH_BINS,
    KEY_BRAND,
    KEY_PAID,
    KEY_POST,
    longest_showing,
    memory_of_any_world,
    planned_ticks,
    streams_used,
)

FAST_ROW = np.dtype(  # of a member, where the world is plain
    [
        ("member", np.int32),
        ("due", np.int32),  # tick in which they post or have posted, -1: none
        ("parent", np.int32),  # node that convinced them, or ``UNPROMPTED`` or ``NO_POST``; once they posted, their own
        ("next", np.int32),  # in the queue of their tick: 1 + row, 0: last
        ("flag_bits", np.int32),  # the marks below; from ``ONE_POST`` on, posts made
    ],
    align=True,
)
FAST_WORDS = FAST_ROW.itemsize // 4
FAST_NODE = np.dtype(
    [
        ("parent", np.int32),  # of a root: ``MEMBER_ROOT``, ``BRAND_ROOT``, or that less 1 and the row of an advocate
        ("root", np.int32),
        ("depth", np.int32),
        ("below", np.int32),  # nodes of its subtree, itself included (NumPy's own scalars have a size)
    ],
    align=True,
)
UNPROMPTED, NO_POST = -1, -2  # what convinced a member who posts, where that is no node: nothing, or an advertisement
MEMBER_ROOT, BRAND_ROOT = -1, -2
REACHED_MARK, EARNED_MARK, CONVERTED_MARK, ONE_POST = 1, 2, 4, 8  # earned: reached by an ordinary member's post
HIT = np.dtype(  # a post of a plain world that someone is shown
    [
        ("key", np.uint64),
        ("start", np.int64),  # of its row of followers
        ("stop", np.int64),
        ("at", np.int64),  # where its first gap ends
        ("node", np.int32),
        ("tail", np.int32),  # 1 where that gap says "go on": nobody is shown it there
    ],
    align=True,
)
AHEAD, FEW_AHEAD = 512, 8  # worlds begun at once, organic ones and others, which are larger: a run stops between them


class FastState(NamedTuple):
    """Arrays of one running world; the first ones as in ``state.State``."""

    slot: I4  # [N] 1 + row of the member, 0: untouched
    head: I4  # [T] 1 + first row of the queue of a tick, 0: none
    occupied: U8  # bits of ticks to visit
    breadth: I4  # [N] scratch, by depth
    tick_shares: I4  # [T]
    ticks: I4  # visited ticks
    due: I8  # scratch: members who post in this tick
    due_row: I8  # ... and their rows
    due_start: I8  # ... and where the followers of those of the first tick start and stop
    due_stop: I8
    due_first: I4
    spare_due: I8
    spare_due_row: I8
    buffer_member: I4
    buffer_position: I4
    buffer_row: I4
    fast_rows: NDArray[np.void]  # FAST_ROW[N]
    fast_words: I4  # [N * FAST_WORDS] the same memory as words, to be copied many at once
    fast_nodes: NDArray[np.void]  # FAST_NODE[N, and one for each owned post]
    hits: NDArray[np.void]  # HIT[...], first those of the first tick of the plain worlds to come, then a later tick's
    opening: I4  # [P * FAST_WORDS] the words of the rows of those who post unprompted, as every world begins
    opening_tick: I4  # [P] ticks after the first in which they post
    opening_head: I4  # [P] ... and the heads of their queues
    drawn: I8  # members who post unprompted, in several plain worlds to come where they are drawn
    post_keys: U8  # families of keys of the plain worlds to come
    delay_keys: U8
    first_bits: U8  # scratch: one poster's first draw in each of them
    is_shown: I8  # scratch: 1 where someone is shown it
    shown_in: I4  # scratch: in which of them someone is shown it
    hit_count: I8  # hits of the first tick of each
    generations: I8  # [64] nodes by depth of plain worlds
    # what follows is as in ``state.State``, for the functions of the general engine by which a plan is decided and shown, and for
    # inputs that differ by world
    planned_ticks: U8
    deliveries: NDArray[np.void]
    actions: NDArray[np.void]
    owned_now: I8
    brand_posts: I8
    stream_keys: U8
    streams_used: I8
    advocate_posts: I8
    scalars: I8
    soften: F8
    own_words8: U8
    own_words4: U4
    world_words8: U8
    world_words4: U4


def _worlds_ahead(arm: ArmInputs) -> int:
    """How many plain worlds to begin at once: vectors are filled, and memory is fetched in time."""
    posters = max(1, len(arm.plan.organic_member))
    return max(1, min(AHEAD if is_organic(arm) else FEW_AHEAD, BUFFER // posters))


def allocate_fast(arm: ArmInputs, members: int) -> FastState:
    """The memory of one thread for worlds of an eligible arm: O(N)."""
    horizon, posters, ahead = arm.contents.novelty.shape[1], len(arm.plan.organic_member), _worlds_ahead(arm)
    fast_rows = np.empty(members, dtype=FAST_ROW)
    longest, plan = max(longest_showing(arm), min(BUFFER, 4 * members), 1), arm.plan
    due: dict[str, Any] = {
        name: np.empty(members, dtype=np.int64) for name in ("due", "due_row", "due_start", "due_stop")
    }
    spare: dict[str, Any] = {"spare_due_row": np.empty(members, dtype=np.int64)}
    spare["spare_due"] = np.empty(max(members, longest), dtype=np.int64)  # the bits of buffered impressions too
    buffers: dict[str, Any] = {
        name: np.empty(longest, dtype=np.int32) for name in ("buffer_member", "buffer_position", "buffer_row")
    }
    return FastState(
        slot=np.zeros(members, dtype=np.int32),
        head=np.zeros(horizon, dtype=np.int32),
        occupied=np.zeros(horizon // 64 + 1, dtype=np.uint64),
        breadth=np.zeros(members + len(plan.owned_posts_tick), dtype=np.int32),
        tick_shares=np.zeros(horizon, dtype=np.int32),
        ticks=np.empty(horizon, dtype=np.int32),
        **due,
        due_first=np.empty(members, dtype=np.int32),
        **spare,
        **buffers,
        fast_rows=fast_rows,
        fast_words=fast_rows.view(np.int32),
        fast_nodes=np.empty(members + len(plan.owned_posts_tick), dtype=FAST_NODE),
        hits=np.empty(members + 1 + ahead * posters, dtype=HIT),
        opening=np.empty(posters * FAST_WORDS, dtype=np.int32),
        opening_tick=np.empty(posters, dtype=np.int32),
        opening_head=np.empty(posters, dtype=np.int32),
        drawn=np.empty(ahead * posters, dtype=np.int64),
        post_keys=np.empty(ahead, dtype=np.uint64),
        delay_keys=np.empty(ahead, dtype=np.uint64),
        first_bits=np.empty(ahead, dtype=np.uint64),
        is_shown=np.empty(ahead, dtype=np.int64),
        shown_in=np.empty(ahead + 1, dtype=np.int32),
        hit_count=np.empty(ahead, dtype=np.int64),
        generations=np.zeros(DEPTH_BINS, dtype=np.int64),
        planned_ticks=planned_ticks(plan, horizon),
        deliveries=np.empty(
            len(plan.owned_posts_tick) + len(plan.paid_channel) + len(plan.planned_tick), dtype=DELIVERY
        ),
        actions=np.empty(len(plan.planned_tick) + 1, dtype=ACTION),
        owned_now=np.empty(len(plan.owned_posts_tick) + 1, dtype=np.int64),
        brand_posts=np.zeros(1, dtype=np.int64),
        stream_keys=np.zeros((8, 1), dtype=np.uint64),
        streams_used=np.array([f for f in streams_used(arm) if f in (KEY_POST, KEY_BRAND, KEY_PAID)], dtype=np.int64),
        **memory_of_any_world(plan),
    )
