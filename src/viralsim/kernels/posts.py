"""How posts come to be: nodes of the cascade trees, and all posts of one tick.

"Cost" counts what is touched: every function is O(1) but ``make_member_posts``, which is O(posts of the tick * log).
"""

from __future__ import annotations

import numpy as np

from viralsim.kernels.arm_inputs import Source
from viralsim.kernels.counts import (
    N_BRAND_POSTS,
    N_CRITICAL_SHARES,
    N_EARNED_SHARES,
    N_OTHER_SHARES,
    N_POSTED,
    N_SHARES,
    R_CROSS_POST,
    R_FOCAL,
    T_CRITICAL_SHARES,
    T_EARNED_SHARES,
    T_SHARES,
)
from viralsim.kernels.cpu import ZERO, U, inlined, inner
from viralsim.kernels.queues import delay_ticks, earn, enqueue, schedule, take_due, touch
from viralsim.kernels.rng import EARN, SEND, Stream, draw, member_key, stream_key, unit
from viralsim.kernels.state import (
    ACTIONS,
    BRAND,
    DELIVERIES,
    FOLLOWERS,
    KEY_BRAND,
    KEY_CROSS,
    KEY_PERSIST,
    KEY_POST,
    NODES,
    OUT_ROW,
    OWNED,
    SERIES_ROW,
)

S_CROSS_POST = int(Stream.CROSS_POST)
OWNED_SOURCE, ASKED, EARNED = int(Source.OWNED), int(Source.ASKED), int(Source.EARNED)
LOW32 = (1 << 32) - 1


@inlined
def add_node(state, member, cell, parent, tick, source, cause, advocate):  # type: ignore[no-untyped-def]
    """Append a node to the cascade trees; returns its number."""
    nodes = state.nodes
    number = state.scalars[NODES]
    state.scalars[NODES] = number + 1
    n = nodes[U(number)]
    n.member = member
    n.cell = cell
    n.parent = parent
    n.tick = tick
    n.source = source
    n.cause = cause
    n.advocate = advocate
    n.below = 1
    if parent < 0:
        n.root = number
        n.depth = 0
    else:
        n.root = nodes[U(parent)].root
        n.depth = nodes[U(parent)].depth + 1
    return number


@inlined
def count_share(arm, state, out, tick, content, earned):  # type: ignore[no-untyped-def]
    """Count one post by a member."""
    counts, series = out.counts[U(state.scalars[OUT_ROW])], out.series[U(state.scalars[SERIES_ROW]), U(tick)]
    focal = np.int64(arm.rules_values[R_FOCAL])
    if content == focal:
        counts[N_SHARES] += 1
        series[T_SHARES] += 1
        state.tick_shares[U(tick)] += 1
        if earned:
            counts[N_EARNED_SHARES] += 1
            series[T_EARNED_SHARES] += 1
    elif arm.contents_original[U(content)] == focal:
        counts[N_CRITICAL_SHARES] += 1
        series[T_CRITICAL_SHARES] += 1
    else:
        counts[N_OTHER_SHARES] += 1


@inner
def cross_posts(arm, state, tick, member, row, cell, node):  # type: ignore[no-untyped-def]
    """After a first post: the fixed coins for the member's other channels."""
    channels, contents = len(arm.channels_key), len(arm.contents_key)
    content, channel = state.content_of[cell], state.channel_of[cell]
    cells = channels * contents
    presence = arm.audience_presence
    for other in range(channels):
        if other == channel or (len(presence) and presence[other, member] == 0):
            continue
        stream_keys = stream_key(
            state.stream_keys[KEY_CROSS, cell], np.int64(S_CROSS_POST), arm.channels_key[other], ZERO
        )
        key = member_key(stream_keys, member, 0)
        if unit(draw(key, 0)) < arm.rules_values[R_CROSS_POST]:
            due = tick + delay_ticks(arm, other, draw(key, 1))
            place = row * cells + other * contents + content
            schedule(state, place, due, node, np.int32(EARNED))


@inlined
def line_up_showing(state, start, stop, key, trust, visibility, kind, source, cell, node, poster, advocate, number):  # type: ignore[no-untyped-def]
    """Line up a post for all of a row, and return its showing: earned where an ordinary member posts it, sent to nobody."""
    s = state.deliveries[U(state.scalars[DELIVERIES])]
    state.scalars[DELIVERIES] += 1
    s.start = start
    s.stop = stop
    s.key = key
    s.trust = trust
    s.visibility = visibility
    s.member = -1
    s.sent = 0
    s.kind = kind
    s.source = source
    s.cell = cell
    s.node = node
    s.poster = poster
    s.advocate = advocate
    s.number = number
    s.earned = np.int32(source == EARNED)
    return s


@inlined
def make_post(arm, state, tick, row, member, cell, planned, trust, advocate, start, stop, out):  # type: ignore[no-untyped-def]
    """A member posts: node, counts, what it schedules, and its showing."""
    channels, contents = len(arm.channels_key), len(arm.contents_key)
    content, channel = state.content_of[U(cell)], state.channel_of[U(cell)]
    k, c = U(content), U(channel)
    p = state.posting[U(row * channels * contents + cell)]
    number = p.posts
    p.posts = number + 1
    p.due = -1
    source = ASKED if planned else EARNED
    if p.node < 0:
        parent, cause = (-1, -1) if planned else (p.parent, p.cause)
        p.node = add_node(state, member, cell, parent, tick, source, cause, advocate)
        if arm.rules_values[R_CROSS_POST] > 0.0 and channels > 1:
            cross_posts(arm, state, tick, member, row, cell, p.node)
    node = p.node
    earned = not planned and state.nodes[U(node)].cause >= 0
    visibility = arm.channels_visibility[c]
    if earned:
        if len(arm.graph_reshare_visibility):
            visibility *= np.float64(arm.graph_reshare_visibility[c, U(member)])
        if len(arm.contents_reshare):
            trust *= arm.contents_reshare[k]
    elif len(arm.graph_root_visibility):
        visibility *= np.float64(arm.graph_root_visibility[c, U(member)])
    count_share(arm, state, out, tick, content, earned)
    key = member_key(state.stream_keys[KEY_POST, U(cell)], member, number)
    rate, sent = arm.channels_per_engagement[c], np.int64(0)
    if earned and len(arm.channels_send_share) and unit(draw(key + SEND, 0)) < arm.channels_send_share[channel]:
        sent = arm.channels_send_reach[channel]
        trust *= arm.channels_send_trust[channel]
    if rate > 0.0 and sent == 0:
        delay = arm.channels_recommend_delay[channel]
        earn(state, rate, delay, tick, draw(key + EARN, 0), cell, node, 0 if planned else 1)
    persistence = arm.contents_persistence[k]
    goes_on = not planned and persistence > 0.0 and tick + 1 < len(state.head)
    if goes_on and unit(member_key(state.stream_keys[KEY_PERSIST, cell], member, number)) < persistence:
        p.due = tick + 1
        enqueue(state, row * channels * contents + cell, tick + 1)
    if stop == start:  # nobody to show it to
        return
    s = line_up_showing(
        state, start, stop, key, trust, visibility, FOLLOWERS, source, cell, node, member, advocate, number
    )
    s.sent = sent


@inlined
def show_owned_post(arm, state, line, node, out):  # type: ignore[no-untyped-def]
    """The brand posts ``node``: its showing to the line's followers."""
    contents = len(arm.contents_key)
    content, channel = arm.plan_owned_content[U(line)], arm.plan_owned_channel[U(line)]
    cell = channel * contents + content
    number = state.brand_posts[U(cell)]
    state.brand_posts[U(cell)] = number + 1
    if content == np.int64(arm.rules_values[R_FOCAL]):
        out.counts[state.scalars[OUT_ROW], N_BRAND_POSTS] += 1
    key = member_key(state.stream_keys[KEY_BRAND, U(cell)], 0, number)
    seen = arm.channels_owned_visibility if len(arm.channels_owned_visibility) else arm.channels_visibility
    visibility = seen[U(channel)] * (arm.plan_owned_factor[U(line)] if len(arm.plan_owned_factor) else 1.0)
    start, stop = arm.plan_owned_start[U(line)], arm.plan_owned_start[U(line + 1)]
    line_up_showing(
        state, start, stop, key, arm.plan_owned_trust[U(line)], visibility, BRAND, OWNED_SOURCE, cell, node, -1, -1, number,
    )  # fmt: skip


@inlined
def make_owned_posts(arm, state, tick, out):  # type: ignore[no-untyped-def]
    """Make the owned posts that were decided for this tick."""
    for i in range(state.scalars[OWNED]):
        line = state.owned_now[i]
        cell = arm.plan_owned_channel[U(line)] * len(arm.contents_key) + arm.plan_owned_content[U(line)]
        node = add_node(
            state, np.int64(-1), cell, np.int64(-1), tick, np.int64(OWNED_SOURCE), np.int64(-1), np.int32(-1)
        )
        show_owned_post(arm, state, line, node, out)


@inlined
def fetch_rows(arm, state, count):  # type: ignore[no-untyped-def]
    """Find the rows of followers of all due posts in one sweep, and touch their first line: misses then overlap.

    Measured: row offsets and first followers were the two hottest loads (15 and 14 % of a run on 100,000 members).
    """
    indptr, followers = arm.graph_indptr, arm.graph_followers
    for i in range(count):
        member, channel = U(state.due[U(i)] & LOW32), U(state.channel_of[U(state.due[U(i)] >> 32)])
        state.due_start[U(i)] = indptr[channel, member]
        state.due_stop[U(i)] = indptr[channel, member + U(1)]
    for i in range(count):
        if state.due_stop[U(i)] > state.due_start[U(i)]:
            state.due_first[U(i)] = followers[U(state.due_start[U(i)])]


@inlined
def make_member_posts(arm, state, tick, out):  # type: ignore[no-untyped-def]
    """Make the planned, then the ordinary posts of this tick."""
    channels, contents = len(arm.channels_key), len(arm.contents_key)
    cells, removed = channels * contents, arm.plan_removed_at
    for i in range(state.scalars[ACTIONS]):
        a = state.actions[i]
        member = a.order & LOW32
        cell = a.order >> 32
        channel = state.channel_of[cell]
        start, stop = arm.graph_indptr[channel, member], arm.graph_indptr[channel, member + 1]
        if len(removed) and tick >= removed[member]:
            continue
        row = np.int64(touch(state, member))
        make_post(arm, state, tick, row, member, cell, True, a.trust, np.int32(a.advocate), start, stop, out)
        out.counts[state.scalars[OUT_ROW], N_POSTED] += 1
        if a.advocate >= 0:
            state.advocate_posts[a.advocate] += 1
            if len(out.posted):
                out.posted[state.scalars[OUT_ROW], a.advocate] += 1
    if not state.head[U(tick)]:
        return
    due = take_due(state, tick, cells)
    fetch_rows(arm, state, due)
    for i in range(due):
        order = state.due[U(i)]
        row, start, stop = state.due_row[U(i)], state.due_start[U(i)], state.due_stop[U(i)]
        if len(removed) and tick >= removed[order & LOW32]:
            state.posting[U(row * cells + (order >> 32))].due = -1
            continue
        make_post(arm, state, tick, row, order & LOW32, order >> 32, False, 1.0, np.int32(-1), start, stop, out)
