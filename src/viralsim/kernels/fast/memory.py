"""The memory of plain worlds: what their records hold, and how many of each there are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.kernels.arm_inputs import ArmInputs, Plan
from viralsim.kernels.fast.eligible import MOST_POSTERS, is_eligible, runs_lockstep

FAST_ROW = np.dtype(  # of a member, where the world is plain
    [
        ("member", np.int32),
        ("due", np.int32),  # tick in which he posts or has posted, -1: none
        ("parent", np.int32),  # node that convinced him, -1: of his own accord
        ("next", np.int32),  # in the queue of his tick: 1 + row, 0: last
        ("flags", np.int32),  # 0: no impression, 1: reached, 2: converted
    ],
    align=True,
)
FAST_WORDS = FAST_ROW.itemsize // 4
FAST_NODE = np.dtype(
    [("parent", np.int32), ("root", np.int32), ("depth", np.int32), ("below", np.int32)], align=True
)  # as NODE; below: nodes of its subtree, itself included (NumPy's own scalars have a size)
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
LANE = np.dtype(  # one of many plain worlds side by side: what stands in its lists, and its tally
    [
        ("members", np.int32),  # touched
        ("waiting", np.int32),  # posts in the queue
        ("posts", np.int32),
        ("roots", np.int32),  # posts of one's own accord
        ("reached", np.int32),
        ("impressions", np.int32),
        ("engaged", np.int32),
        ("converted", np.int32),
        ("clipped", np.int32),
        ("shown", np.int32),  # posts that someone was shown of those who post in every world
        ("large", np.int32),  # 1 where the lists have no room: to be run again
    ],
    align=True,
)
LANE_SHOWN = np.dtype([("node", np.int32)])
LANE_LIVE = np.dtype(
    [*((name, HIT[name]) for name in HIT.names or ()), ("world", np.int32), ("tick", np.int32)], align=True
)

BUFFER = 1 << 14  # impressions drawn before they are answered: fits the second-level cache
AHEAD = 512  # plain worlds whose first draws are made at once, and that run side by side
LANE_ROOM = 96  # members touched before a plain world is too large for that


def _worlds_ahead(plan: Plan) -> int:
    """For how many plain worlds to make the first draws at once: vectors are filled, and memory is fetched in time."""
    return max(1, min(AHEAD, BUFFER // max(1, len(plan.organic_member))))


def fast_memory(arm: ArmInputs, members: int) -> dict[str, NDArray[Any]]:
    """The arrays that only plain worlds use, none of the size of the audience where the world is not plain."""
    posters, ahead = len(arm.plan.organic_member), _worlds_ahead(arm.plan)
    if not is_eligible(arm):
        members = posters = 0
    fast_rows = np.empty(members, dtype=FAST_ROW)
    return {
        "fast_rows": fast_rows,
        "fast_words": fast_rows.view(np.int32),
        "fast_nodes": np.empty(members, dtype=FAST_NODE),
        "hits": np.empty(members + 1 + ahead * posters, dtype=HIT),
        "opening": np.empty(posters * FAST_WORDS, dtype=np.int32),
        "opening_tick": np.empty(posters, dtype=np.int32),
        "opening_head": np.empty(posters, dtype=np.int32),
        "drawn": np.empty(ahead * posters, dtype=np.int64),
        "post_keys": np.empty(ahead, dtype=np.uint64),
        "delay_keys": np.empty(ahead, dtype=np.uint64),
        "first_bits": np.empty(ahead, dtype=np.uint64),
        "is_shown": np.empty(ahead, dtype=np.int64),
        "shown_in": np.empty(ahead + 1, dtype=np.int32),
        "hit_count": np.empty(ahead, dtype=np.int64),
        **_lockstep_memory(ahead if runs_lockstep(arm) else 0),
    }


def _lockstep_memory(worlds: int) -> dict[str, NDArray[Any]]:
    """The lists of so many worlds."""
    lists = (worlds, LANE_ROOM)
    return {
        "lane_world": np.empty(worlds, dtype=LANE),
        "lane_touched": np.zeros((worlds + 1, 4), dtype=np.uint64),
        "lane_member": np.empty(lists, dtype=np.int32),
        "lane_flags": np.empty(lists, dtype=np.uint8),
        "lane_queue": np.empty(lists, dtype=np.int64),
        "lane_node": np.empty(lists, dtype=FAST_NODE),
        "lane_tick": np.empty(lists, dtype=np.int32),
        "lane_shown": np.empty((worlds, MOST_POSTERS), dtype=LANE_SHOWN),
        "lane_live": np.empty(worlds + 1, dtype=LANE_LIVE),
        "lane_active": np.empty(worlds + 1, dtype=np.int32),
        "lane_work": np.zeros(3, dtype=np.int64),
        "lane_off": np.array([worlds == 0], dtype=np.uint8),
    }
