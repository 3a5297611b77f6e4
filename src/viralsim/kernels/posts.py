"""How posts come to be: the calendar queue, nodes of the cascade trees, and all posts of one tick.

"Cost" counts what is touched: every function is O(1) but ``make_posts``, which is O(posts of the tick * log).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from viralsim.kernels.draws import EARN, Stream, draw, member_key, stream_key, unit
from viralsim.kernels.inputs import Count, Rule, Series, Source
from viralsim.kernels.state import (
    ACTIONS,
    BRAND,
    ENTRIES,
    F_BRAND,
    F_CROSS,
    F_PERSIST,
    F_POST,
    FREE,
    NODES,
    OVERFLOW,
    OWNED,
    RECS,
    ROW,
    SHOWINGS,
    TOUCHED,
)
from viralsim.kernels.tables import alias_draw

S_CROSS_POST = int(Stream.CROSS_POST)
OWNED_SOURCE, ASKED, EARNED = int(Source.OWNED), int(Source.ASKED), int(Source.EARNED)
N_SHARES, N_EARNED_SHARES = int(Count.SHARES), int(Count.EARNED_SHARES)
N_CRITICAL, N_OTHER = int(Count.CRITICAL_SHARES), int(Count.OTHER_SHARES)
N_POSTED, N_BRAND_POSTS = int(Count.POSTED), int(Count.BRAND_POSTS)
T_SHARES, T_EARNED_SHARES = int(Series.SHARES), int(Series.EARNED_SHARES)
T_CRITICAL = int(Series.CRITICAL_SHARES)
R_FOCAL, R_CROSS_POST = int(Rule.FOCAL), int(Rule.CROSS_POST)
LOW32 = (1 << 32) - 1
ZERO, ONE = np.uint64(0), np.uint64(1)


@njit(cache=True)
def touch(slot, touched, posting, exposure, impressions, advertised, now, member, members, cells, contents):  # type: ignore[no-untyped-def]
    """Give ``member`` a row in the tables if he has none; returns the row."""
    row = slot[member] - 1
    if row >= 0:
        return row
    row = now[TOUCHED]
    now[TOUCHED] = row + 1
    slot[member] = row + 1
    touched[row] = member
    impressions[row] = 0
    for i in range(row * cells, (row + 1) * cells):
        p = posting[i]
        p.due = -1
        p.parent = -1
        p.node = -1
        p.posts = 0
        p.heard = 0
        p.via = -1
        p.weight = 0.0
        p.seen = 0
    for i in range(row * contents, (row + 1) * contents):
        e = exposure[i]
        e.seen = 0
        e.flags = 0
        e.day = -1
        e.today = 0
    if len(advertised):
        lines = len(advertised) // members
        for i in range(row * lines, (row + 1) * lines):
            advertised[i] = 0
    return row


@njit(cache=True)
def occupy(occupied, tick):  # type: ignore[no-untyped-def]
    """Mark ``tick`` as one to visit."""
    occupied[tick >> 6] |= ONE << np.uint64(tick & 63)


@njit(cache=True)
def schedule(posting, head, entry_next, entry_posting, occupied, now, place, due, parent, via):  # type: ignore[no-untyped-def]
    """Make the posting at ``place`` due at tick ``due`` unless it is past the horizon, posted, or due no later."""
    p = posting[place]
    if due >= len(head) or p.node >= 0 or (p.due >= 0 and p.due <= due):
        return
    p.due = due
    p.parent = parent
    p.via = via
    enqueue(head, entry_next, entry_posting, occupied, now, place, due)


@njit(cache=True)
def enqueue(head, entry_next, entry_posting, occupied, now, place, due):  # type: ignore[no-untyped-def]
    """Put ``place`` into the calendar queue at tick ``due``; entries of past ticks are used again."""
    entry = now[FREE] - 1
    if entry >= 0:
        now[FREE] = entry_next[entry]
    else:
        entry = now[ENTRIES]
        if entry >= len(entry_next):
            now[OVERFLOW] = 1
            return
        now[ENTRIES] = entry + 1
    entry_posting[entry] = place
    entry_next[entry] = head[due]
    head[due] = entry + 1
    occupy(occupied, due)


@njit(cache=True)
def delay_ticks(world, channel, bits):  # type: ignore[no-untyped-def]
    """The reaction delay in ticks (>= 1) that ``bits`` select on ``channel``; the table's last outcome is past any horizon."""
    if world.channels_delay_fixed[channel] > 0:
        return world.channels_delay_fixed[channel]
    threshold = world.channels_delay_threshold[channel]
    alias = world.channels_delay_alias[channel]
    return alias_draw(bits, threshold, alias, world.channels_delay_shift[channel]) + 1


@njit(cache=True)
def earn(recommendations, recommendation_head, occupied, now, rate, delay, tick, key, cell, node, earned):  # type: ignore[no-untyped-def]
    """Queue the recommended impressions that a post or engagement earns: ``rate`` of them in expectation."""
    whole = np.int64(np.floor(rate))
    count = whole + (1 if unit(draw(key, 0)) < rate - whole else 0)
    due = tick + delay
    if count == 0 or due >= len(recommendation_head):
        return
    place = now[RECS]
    if place >= len(recommendations):
        now[OVERFLOW] = 2
        return
    now[RECS] = place + 1
    r = recommendations[place]
    r.key = key
    r.count = count
    r.cell = cell
    r.node = node
    r.earned = earned
    r.next = recommendation_head[due]
    recommendation_head[due] = place + 1
    occupy(occupied, due)


@njit(cache=True)
def add_node(nodes, now, member, cell, parent, tick, source, via, advocate):  # type: ignore[no-untyped-def]
    """Append a node to the cascade trees; returns its number."""
    number = now[NODES]
    now[NODES] = number + 1
    n = nodes[number]
    n.member = member
    n.cell = cell
    n.parent = parent
    n.tick = tick
    n.source = source
    n.via = via
    n.advocate = advocate
    n.size = 1
    if parent < 0:
        n.root = number
        n.depth = 0
    else:
        n.root = nodes[parent].root
        n.depth = nodes[parent].depth + 1
    return number


@njit(cache=True)
def count_share(counts, series, tick_shares, tick, focal, content, original, earned):  # type: ignore[no-untyped-def]
    """Count one post by a member."""
    if content == focal:
        counts[N_SHARES] += 1
        series[tick, T_SHARES] += 1
        tick_shares[tick] += 1
        if earned:
            counts[N_EARNED_SHARES] += 1
            series[tick, T_EARNED_SHARES] += 1
    elif original == focal:
        counts[N_CRITICAL] += 1
        series[tick, T_CRITICAL] += 1
    else:
        counts[N_OTHER] += 1


@njit(cache=True)
def cross_posts(world, state, tick, member, row, cell, node):  # type: ignore[no-untyped-def]
    """After a first post: the fixed coins for the member's other channels."""
    channels, contents = len(world.channels_key), len(world.contents_key)
    content, channel = cell % contents, cell // contents
    cells = channels * contents
    presence = world.audience_presence
    for other in range(channels):
        if other == channel or (len(presence) and presence[other, member] == 0):
            continue
        family = stream_key(state.family[F_CROSS, cell], S_CROSS_POST, world.channels_key[other], ZERO)
        key = member_key(family, member, 0)
        if unit(draw(key, 0)) < world.rules_values[R_CROSS_POST]:
            due = tick + delay_ticks(world, other, draw(key, 1))
            place = row * cells + other * contents + content
            schedule(
                state.posting, state.head, state.entry_next, state.entry_posting, state.occupied, state.now,
                place, due, node, EARNED,
            )  # fmt: skip


@njit(cache=True)
def make_post(world, state, tick, member, cell, planned, trust, advocate, counts, series):  # type: ignore[no-untyped-def]
    """A member posts: node, counts, what it schedules, and its showing."""
    channels, contents = len(world.channels_key), len(world.contents_key)
    content, channel = cell % contents, cell // contents
    row = touch(
        state.slot, state.touched, state.posting, state.exposure, state.impressions, state.advertised, state.now,
        member, len(state.slot), channels * contents, contents,
    )  # fmt: skip
    p = state.posting[row * channels * contents + cell]
    number = p.posts
    p.posts = number + 1
    p.due = -1
    source = ASKED if planned else EARNED
    if p.node < 0:
        parent, via = (-1, -1) if planned else (p.parent, p.via)
        p.node = add_node(state.nodes, state.now, member, cell, parent, tick, source, via, advocate)
        if world.rules_values[R_CROSS_POST] > 0.0 and channels > 1:
            cross_posts(world, state, tick, member, row, cell, p.node)
    node = p.node
    earned = not planned and state.nodes[node].via >= 0
    focal = np.int64(world.rules_values[R_FOCAL])
    original = world.contents_original[content]
    count_share(counts, series, state.tick_shares, tick, focal, content, original, earned)
    key = member_key(state.family[F_POST, cell], member, number)
    rate = world.channels_per_engagement[channel]
    if rate > 0.0:
        earn(
            state.recommendations, state.recommendation_head, state.occupied, state.now, rate,
            world.channels_recommend_delay[channel], tick, draw(key + EARN, 0), cell, node, 0 if planned else 1,
        )  # fmt: skip
    persistence = world.contents_persistence[content]
    if not planned and persistence > 0.0 and tick + 1 < len(state.head):
        if unit(member_key(state.family[F_PERSIST, cell], member, number)) < persistence:
            p.due = tick + 1
            place = row * channels * contents + cell
            enqueue(
                state.head, state.entry_next, state.entry_posting, state.occupied, state.now, place, tick + 1
            )
    s = state.showings[state.now[SHOWINGS]]
    state.now[SHOWINGS] += 1
    s.start = world.graph_indptr[channel, member]
    s.stop = world.graph_indptr[channel, member + 1]
    s.key = key
    s.trust = trust
    s.kind = ROW
    s.source = source
    s.cell = cell
    s.node = node
    s.poster = member
    s.number = number
    s.earned = 0 if planned else 1


@njit(cache=True)
def make_owned_post(world, state, tick, line, counts):  # type: ignore[no-untyped-def]
    """The brand posts: a node that is no member, and its showing to the line's followers."""
    contents = len(world.contents_key)
    content, channel = world.plan_owned_content[line], world.plan_owned_channel[line]
    cell = channel * contents + content
    number = state.brand_posts[cell]
    state.brand_posts[cell] = number + 1
    if content == np.int64(world.rules_values[R_FOCAL]):
        counts[N_BRAND_POSTS] += 1
    s = state.showings[state.now[SHOWINGS]]
    state.now[SHOWINGS] += 1
    s.start = world.plan_owned_start[line]
    s.stop = world.plan_owned_start[line + 1]
    s.key = member_key(state.family[F_BRAND, cell], 0, number)
    s.trust = world.plan_owned_trust[line]
    s.kind = BRAND
    s.source = OWNED_SOURCE
    s.cell = cell
    s.node = add_node(state.nodes, state.now, -1, cell, -1, tick, OWNED_SOURCE, -1, -1)
    s.poster = -1
    s.number = number
    s.earned = 0


@njit(cache=True)
def take_due(state, tick, cells):  # type: ignore[no-untyped-def]
    """Empty the calendar queue at ``tick`` into ``state.due``, in the order of (channel, content, member); returns how many."""
    count = 0
    entry = state.head[tick] - 1
    state.head[tick] = 0
    while entry >= 0:
        place = state.entry_posting[entry]
        following = state.entry_next[entry] - 1
        state.entry_next[entry] = state.now[FREE]
        state.now[FREE] = entry + 1
        entry = following
        p = state.posting[place]
        if p.due == tick:  # else an earlier post or a planned one took its place
            p.due = -1
            row = place // cells
            state.due[count] = ((place - row * cells) << 32) | state.touched[row]
            count += 1
    if count > 1:
        state.due[:count].sort()
    return count


@njit(cache=True)
def make_owned_posts(world, state, tick, counts):  # type: ignore[no-untyped-def]
    """Make the owned posts that were decided for this tick."""
    for i in range(state.now[OWNED]):
        make_owned_post(world, state, tick, state.owned_now[i], counts)


@njit(cache=True)
def make_member_posts(world, state, tick, counts, series):  # type: ignore[no-untyped-def]
    """Make the planned, then the ordinary posts of this tick."""
    channels, contents = len(world.channels_key), len(world.contents_key)
    cells = channels * contents
    for i in range(state.now[ACTIONS]):
        a = state.actions[i]
        make_post(
            world, state, tick, a.order & LOW32, a.order >> 32, True, a.trust, np.int32(a.advocate), counts, series
        )
        counts[N_POSTED] += 1
    due = take_due(state, tick, cells)
    for i in range(due):
        order = state.due[i]
        make_post(world, state, tick, order & LOW32, order >> 32, False, 1.0, np.int32(-1), counts, series)

