"""The short lists of a plain world that runs beside others: its members, its queue, its nodes, its posts that are shown."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from viralsim.kernels.alias import GAP_TAIL, gap_draw
from viralsim.kernels.cpu import ONE, U
from viralsim.kernels.rng import GOLDEN

# of a member: what happened to them, and that they are to post
REACHED, CONVERTED, POSTS = np.int64(1), np.int64(2), np.int64(4)
NO_PARENT = np.int64((1 << 7) - 1)
MEMBER_SHIFT, TICK_SHIFT = np.int64(7), np.int64(7 + 31)  # a post in the queue: tick, member, node that convinced them
MEMBER_MASK = np.int64((1 << 31) - 1)


class Lanes(NamedTuple):
    """The arrays of ``State`` that worlds side by side use; see there."""

    world: Any
    touched: Any
    member: Any
    flags: Any
    queue: Any
    node: Any
    tick: Any
    shown: Any
    live: Any
    active: Any


@njit(_nrt=False, forceinline=True)
def side_of(state):  # type: ignore[no-untyped-def]
    """The lists of the worlds of a block."""
    return Lanes(
        state.lane_world, state.lane_touched, state.lane_member, state.lane_flags, state.lane_queue, state.lane_node,
        state.lane_tick, state.lane_shown, state.lane_live, state.lane_active,
    )  # fmt: skip


@njit(_nrt=False, forceinline=True)
def mark_of(member):  # type: ignore[no-untyped-def]
    """One of 256 bits, as word and bit: whose mark a world does not have, it has not touched."""
    mixed = U(member) * GOLDEN
    return mixed >> U(62), ONE << ((mixed >> U(56)) & U(63))


@njit(_nrt=False, forceinline=True)
def place_of(lanes, w, s, member):  # type: ignore[no-untyped-def]
    """Where the member is in the list of the world; past its end where they are not in it."""
    n = np.int64(s.members)
    at = n
    word, bit = mark_of(member)
    if lanes.touched[U(w), word] & bit:
        for i in range(n):
            if lanes.member[U(w), U(i)] == member:
                at = np.int64(i)
    return at


@njit(_nrt=False, forceinline=True)
def begin(lanes, w, posters):  # type: ignore[no-untyped-def]
    """A world in which nothing happened but that the first ``posters`` members and nodes of its lists are there."""
    s, touched = lanes.world[U(w)], lanes.touched[U(len(lanes.world))]
    s.members = s.posts = s.roots = posters
    s.waiting = s.reached = s.impressions = s.engaged = s.converted = s.clipped = s.shown = s.large = 0
    for i in range(len(touched)):
        lanes.touched[U(w), U(i)] = touched[U(i)]


@njit(_nrt=False, forceinline=True)
def add_poster(lanes, w, member):  # type: ignore[no-untyped-def]
    """Someone who posts unprompted; False where they are there already."""
    s = lanes.world[U(w)]
    n = np.int64(s.members)
    if place_of(lanes, w, s, member) < n:
        return False
    lanes.member[U(w), U(n)], lanes.flags[U(w), U(n)] = member, POSTS
    s.members = n + 1
    word, bit = mark_of(member)
    lanes.touched[U(w), word] |= bit
    return True


@njit(_nrt=False, forceinline=True)
def add_node(lanes, w, parent, tick):  # type: ignore[no-untyped-def]
    """The node of a post; returns its number."""
    s = lanes.world[U(w)]
    node = np.int64(s.posts)
    n = lanes.node[U(w), U(node)]
    n.below, n.parent, n.root, n.depth = 1, -1, node, 0
    if parent == NO_PARENT:
        s.roots += 1
    else:
        p = lanes.node[U(w), U(parent)]
        n.parent, n.root, n.depth = parent, p.root, p.depth + 1
    lanes.tick[U(w), U(node)] = tick
    s.posts = node + 1
    return node


@njit(_nrt=False, forceinline=True)
def note_row(lanes, live, w, node, tick, key, bits, start, stop, law):  # type: ignore[no-untyped-def]
    """Note the post as ``live`` if someone is shown it; returns how many are noted."""
    gap = gap_draw(bits, law.gap_threshold, law.gap_alias)
    h = lanes.live[U(live)]
    h.key, h.start, h.stop, h.at = key, start, stop, start + gap
    h.tail, h.world, h.node, h.tick = np.int32(gap == GAP_TAIL), w, node, tick
    return live + np.int64(start + gap < stop)


@njit(_nrt=False, forceinline=True)
def next_post(lanes, w):  # type: ignore[no-untyped-def]
    """Take the first post out of the queue of the world."""
    s = lanes.world[U(w)]
    last = np.int64(s.waiting) - 1
    first = lanes.queue[U(w), U(last)]
    for i in range(last):
        other = lanes.queue[U(w), U(i)]
        if other < first:
            lanes.queue[U(w), U(i)] = first
            first = other
    s.waiting = last
    return first


@njit(_nrt=False, forceinline=True)
def still_active(lanes, worlds):  # type: ignore[no-untyped-def]
    """Of the first ``worlds`` active worlds keep those in which someone is to post; returns how many."""
    active = np.int64(0)
    for i in range(worlds):
        w = lanes.active[U(i)]
        s = lanes.world[U(w)]
        lanes.active[U(active)] = w
        active += np.int64((s.waiting > 0) & (s.large == 0))
    return active
