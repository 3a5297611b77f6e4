"""The memory of plain worlds: what their records hold, and how many of each there are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.kernels.arm_inputs import Plan, World, is_plain

PLAIN_ROW = np.dtype(  # of a member, where the world is plain
    [
        ("member", np.int32),
        ("due", np.int32),  # tick in which he posts or has posted, -1: none
        ("parent", np.int32),  # node that convinced him, -1: of his own accord
        ("next", np.int32),  # in the queue of his tick: 1 + row, 0: last
        ("marks", np.int32),  # 0: no impression, 1: reached, 2: converted
    ],
    align=True,
)
PLAIN_WORDS = PLAIN_ROW.itemsize // 4
PLAIN_NODE = np.dtype(
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
SIDE_WORLD = np.dtype(  # one of many plain worlds side by side: what stands in its lists, and its tally
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
SIDE_SHOWN = np.dtype([("node", np.int32)])
SIDE_LIVE = np.dtype(
    [*((name, HIT[name]) for name in HIT.names or ()), ("world", np.int32), ("tick", np.int32)], align=True
)

BUFFER = 1 << 14  # impressions drawn before they are answered: fits the second-level cache
AHEAD = 512  # plain worlds whose first draws are made at once, and that run side by side
IN_CACHE = 1 << 19  # members and follows whose memory a processor keeps near: no world waits for it
LONGEST_SIDE = 1 << 25  # ticks that their queue can tell apart
SIDE_ROOM = 96  # members touched before a plain world is too large for that
MOST_POSTERS = 16  # of one's own accord in such a world


def _worlds_ahead(plan: Plan) -> int:
    """For how many plain worlds to make the first draws at once: vectors are filled, and memory is fetched in time."""
    return max(1, min(AHEAD, BUFFER // max(1, len(plan.organic_member))))


def plain_memory(world: World, members: int) -> dict[str, NDArray[Any]]:
    """The arrays that only plain worlds use, none of the size of the audience where the world is not plain."""
    posters, ahead = len(world.plan.organic_member), _worlds_ahead(world.plan)
    if not is_plain(world):
        members = posters = 0
    plain_rows = np.empty(members, dtype=PLAIN_ROW)
    return {
        "plain_rows": plain_rows,
        "plain_words": plain_rows.view(np.int32),
        "plain_nodes": np.empty(members, dtype=PLAIN_NODE),
        "hits": np.empty(members + 1 + ahead * posters, dtype=HIT),
        "opening": np.empty(posters * PLAIN_WORDS, dtype=np.int32),
        "opening_tick": np.empty(posters, dtype=np.int32),
        "opening_head": np.empty(posters, dtype=np.int32),
        "drawn": np.empty(ahead * posters, dtype=np.int64),
        "post_family": np.empty(ahead, dtype=np.uint64),
        "delay_family": np.empty(ahead, dtype=np.uint64),
        "first_bits": np.empty(ahead, dtype=np.uint64),
        "is_shown": np.empty(ahead, dtype=np.int64),
        "shown_in": np.empty(ahead + 1, dtype=np.int32),
        "hit_count": np.empty(ahead, dtype=np.int64),
        **_side_memory(ahead if runs_side_by_side(world) else 0),
    }


def runs_side_by_side(world: World) -> bool:
    """Whether small worlds are to run side by side: plain ones that wait for memory, and begin with few posts at once."""
    plan, envelope = world.plan, world.channels.envelope[0]
    horizon = world.contents.novelty.shape[1]
    return bool(
        is_plain(world)
        and len(world.graph.followers) + world.graph.indptr.shape[1] > IN_CACHE
        and 0 < len(plan.organic_tick) <= MOST_POSTERS
        and plan.organic_tick.min() == plan.organic_tick.max() < horizon < LONGEST_SIDE
        and 0.0 < envelope < 1.0
    )


def _side_memory(worlds: int) -> dict[str, NDArray[Any]]:
    """The lists of so many worlds."""
    lists = (worlds, SIDE_ROOM)
    return {
        "side_world": np.empty(worlds, dtype=SIDE_WORLD),
        "side_marks": np.zeros((worlds + 1, 4), dtype=np.uint64),
        "side_member": np.empty(lists, dtype=np.int32),
        "side_mood": np.empty(lists, dtype=np.uint8),
        "side_queue": np.empty(lists, dtype=np.int64),
        "side_node": np.empty(lists, dtype=PLAIN_NODE),
        "side_tick": np.empty(lists, dtype=np.int32),
        "side_shown": np.empty((worlds, MOST_POSTERS), dtype=SIDE_SHOWN),
        "side_live": np.empty(worlds + 1, dtype=SIDE_LIVE),
        "side_active": np.empty(worlds + 1, dtype=np.int32),
        "side_work": np.zeros(3, dtype=np.int64),
        "side_off": np.array([worlds == 0], dtype=np.uint8),
    }
