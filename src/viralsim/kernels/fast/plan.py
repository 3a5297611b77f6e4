"""What the plan of an arm does in a tick of a plain world: owned posts, advertisements, posts of advocates."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.arm_inputs import Source
from viralsim.kernels.counts import N_POSTED
from viralsim.kernels.cpu import U, inlined
from viralsim.kernels.exposure import TRIES_PAID, target
from viralsim.kernels.fast.impressions import buffer, chance_of, show_row
from viralsim.kernels.fast.memory import BRAND_ROOT, MEMBER_ROOT, NO_POST, ONE_POST, UNPROMPTED
from viralsim.kernels.fast.queues import add_member, leave
from viralsim.kernels.posts import LOW32, line_up_showing, show_owned_post
from viralsim.kernels.rng import draw, member_key, stream_key
from viralsim.kernels.state import (
    ACTIONS,
    DELIVERIES,
    FOLLOWERS,
    KEY_POST,
    OUT_ROW,
    OWNED,
    OWNED_AT,
    PAID,
    PLANNED_AT,
)
from viralsim.kernels.tick import KEY_STREAMS, decide, line_up_paid

ASKED = int(Source.ASKED)


@inlined
def begin_plan(arm, state, key, world):  # type: ignore[no-untyped-def]
    """Make the plan ready for the world with key ``key``, which counts in row ``world``: families of keys, and ticks."""
    for i in range(len(state.streams_used)):
        f = state.streams_used[U(i)]
        state.stream_keys[U(f), 0] = stream_key(key, KEY_STREAMS[U(f)], arm.contents_key[0], arm.channels_key[0])
    for i in range(len(state.occupied)):
        state.occupied[U(i)] |= state.planned_ticks[U(i)]
    state.brand_posts[0] = 0
    state.scalars[OUT_ROW], state.scalars[OWNED_AT], state.scalars[PLANNED_AT] = world, 0, 0


@inlined
def add_root(nodes, node, kind):  # type: ignore[no-untyped-def]
    """A node that nothing led to; ``kind``: see ``FAST_NODE``."""
    n = nodes[U(node)]
    n.parent, n.root, n.depth, n.below = kind, node, 0, 1


@inlined
def post_as_planned(arm, state, a, tick, node, touched, out):  # type: ignore[no-untyped-def]
    """An advocate posts, and no longer waits to post as others do; returns the number of nodes, and of records."""
    rows, slot, member = state.fast_rows, state.slot, a.order & LOW32
    record = np.int64(slot[U(member)]) - 1
    if record < 0:
        record = touched
        add_member(rows, slot, record, member, -1, UNPROMPTED)
        touched += 1
    r = rows[U(record)]
    number = np.int64(r.flag_bits) // ONE_POST
    if number == 0:
        if r.due >= 0:
            leave(rows, state.head, record, r.due)
        r.due, r.parent = tick, node
        add_root(state.fast_nodes, node, MEMBER_ROOT if a.advocate < 0 else BRAND_ROOT - 1 - a.advocate)
        node += 1
    r.flag_bits += ONE_POST
    out.counts[U(state.scalars[OUT_ROW]), N_POSTED] += 1
    if a.advocate >= 0:
        state.advocate_posts[U(a.advocate)] += 1
        if len(out.posted):
            out.posted[U(state.scalars[OUT_ROW]), U(a.advocate)] += 1
    start, stop = arm.graph_indptr[0, U(member)], arm.graph_indptr[0, U(member) + U(1)]
    if stop > start:
        key = member_key(state.stream_keys[KEY_POST, 0], member, number)
        line_up_showing(
            state, start, stop, key, a.trust, arm.channels_visibility[0], FOLLOWERS, ASKED, 0, r.parent, member, a.advocate, number
        )  # fmt: skip
    return node, touched


@inlined
def act(arm, state, tick, key, first, touched, out):  # type: ignore[no-untyped-def]
    """The plan's posts of this tick, from node ``first`` on, and its showings in ``state.deliveries``.

    Returns the number of nodes, of records, and of posts by members.
    """
    state.scalars[DELIVERIES] = 0
    decide(arm, state, tick, key, out)
    node = first
    for i in range(state.scalars[OWNED]):
        add_root(state.fast_nodes, node, BRAND_ROOT)
        show_owned_post(arm, state, state.owned_now[U(i)], node, out)
        node += 1
    if len(arm.plan_paid_channel):
        line_up_paid(arm, state, tick)
    posts = state.scalars[ACTIONS]
    for i in range(posts):
        node, touched = post_as_planned(arm, state, state.actions[U(i)], tick, node, touched, out)
    state.generations[0] += node - first
    return node, touched, posts


@inlined
def show_planned(arm, state, ties, law, memory, s, tick, out):  # type: ignore[no-untyped-def]
    """Buffer the impressions of a showing of the plan, and count those bought; returns how many."""
    if s.kind == PAID:
        for j in range(s.stop):
            buffer(memory, target(arm, state, s.number, 0, draw(s.key, TRIES_PAID * j)), s.key, j, NO_POST, j)
        out.paid_bought[U(state.scalars[OUT_ROW]), U(s.number)] += s.stop
        return s.stop
    chance = chance_of(arm, law, s.visibility, tick)
    if s.kind == FOLLOWERS:
        return show_row(ties.followers, ties.spans, law, memory, s, tick, chance)
    return show_row(arm.plan_owned_followers, None, law, memory, s, tick, chance)
