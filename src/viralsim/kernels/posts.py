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
    CELLS,
    CONTENTS,
    ENTRIES,
    F_BRAND,
    F_CROSS,
    F_PERSIST,
    F_POST,
    FREE,
    NODES,
    OUT_ROW,
    OVERFLOW,
    OWNED,
    RECS,
    ROW,
    SERIES_ROW,
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


@njit(cache=True, _nrt=False)
def touch(state, member):  # type: ignore[no-untyped-def]
    """Give ``member`` a row in the tables if he has none; returns the row."""
    row = state.slot[member] - 1
    return row if row >= 0 else new_row(state, member)


@njit(cache=True, _nrt=False)
def new_row(state, member):  # type: ignore[no-untyped-def]
    """A fresh row in the tables for ``member``."""
    now = state.now
    cells, contents = now[CELLS], now[CONTENTS]
    row = now[TOUCHED]
    now[TOUCHED] = row + 1
    state.slot[member] = row + 1
    state.touched[row] = member
    state.impressions[row] = 0
    for i in range(row * cells, (row + 1) * cells):
        p = state.posting[i]
        p.due = -1
        p.parent = -1
        p.node = -1
        p.posts = 0
        p.heard = 0
        p.via = -1
        p.weight = 0.0
        p.seen = 0
    for i in range(row * contents, (row + 1) * contents):
        e = state.exposure[i]
        e.seen = 0
        e.marks = 0
        e.day = -1
        e.today = 0
    if len(state.advertised):
        lines = len(state.advertised) // len(state.slot)
        for i in range(row * lines, (row + 1) * lines):
            state.advertised[i] = 0
    return row


@njit(cache=True, _nrt=False)
def occupy(occupied, tick):  # type: ignore[no-untyped-def]
    """Mark ``tick`` as one to visit."""
    occupied[tick >> 6] |= ONE << np.uint64(tick & 63)


@njit(cache=True, _nrt=False)
def schedule(state, place, due, parent, via):  # type: ignore[no-untyped-def]
    """Make the posting at ``place`` due at tick ``due`` unless it is past the horizon, posted, or due no later."""
    p = state.posting[place]
    if due >= len(state.head) or p.node >= 0 or (p.due >= 0 and p.due <= due):
        return
    p.due = due
    p.parent = parent
    p.via = via
    enqueue(state, place, due)


@njit(cache=True, _nrt=False)
def enqueue(state, place, due):  # type: ignore[no-untyped-def]
    """Put ``place`` into the calendar queue at tick ``due``; entries of past ticks are used again."""
    now, entry_next = state.now, state.entry_next
    entry = now[FREE] - 1
    if entry >= 0:
        now[FREE] = entry_next[entry]
    else:
        entry = now[ENTRIES]
        if entry >= len(entry_next):
            now[OVERFLOW] = 1
            return
        now[ENTRIES] = entry + 1
    state.entry_posting[entry] = place
    entry_next[entry] = state.head[due]
    state.head[due] = entry + 1
    occupy(state.occupied, due)


@njit(cache=True, _nrt=False)
def delay_ticks(world, channel, bits):  # type: ignore[no-untyped-def]
    """The reaction delay in ticks (>= 1) that ``bits`` select on ``channel``; the table's last outcome is past any horizon."""
    if world.channels_delay_fixed[channel] > 0:
        return world.channels_delay_fixed[channel]
    threshold = world.channels_delay_threshold[channel]
    alias = world.channels_delay_alias[channel]
    return alias_draw(bits, threshold, alias, world.channels_delay_shift[channel]) + 1


@njit(cache=True, _nrt=False)
def earn(state, rate, delay, tick, key, cell, node, earned):  # type: ignore[no-untyped-def]
    """Queue the recommended impressions that a post or engagement earns: ``rate`` of them in expectation."""
    whole = np.int64(np.floor(rate))
    count = whole + (1 if unit(draw(key, 0)) < rate - whole else 0)
    due = tick + delay
    if count == 0 or due >= len(state.recommendation_head):
        return
    place = state.now[RECS]
    if place >= len(state.recommendations):
        state.now[OVERFLOW] = 2
        return
    state.now[RECS] = place + 1
    r = state.recommendations[place]
    r.key = key
    r.count = count
    r.cell = cell
    r.node = node
    r.earned = earned
    r.next = state.recommendation_head[due]
    state.recommendation_head[due] = place + 1
    occupy(state.occupied, due)


@njit(cache=True, _nrt=False)
def add_node(state, member, cell, parent, tick, source, via, advocate):  # type: ignore[no-untyped-def]
    """Append a node to the cascade trees; returns its number."""
    nodes = state.nodes
    number = state.now[NODES]
    state.now[NODES] = number + 1
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


@njit(cache=True, _nrt=False)
def count_share(world, state, out, tick, content, earned):  # type: ignore[no-untyped-def]
    """Count one post by a member."""
    counts, series = out.counts[state.now[OUT_ROW]], out.series[state.now[SERIES_ROW]]
    focal = np.int64(world.rules_values[R_FOCAL])
    if content == focal:
        counts[N_SHARES] += 1
        series[tick, T_SHARES] += 1
        state.tick_shares[tick] += 1
        if earned:
            counts[N_EARNED_SHARES] += 1
            series[tick, T_EARNED_SHARES] += 1
    elif world.contents_original[content] == focal:
        counts[N_CRITICAL] += 1
        series[tick, T_CRITICAL] += 1
    else:
        counts[N_OTHER] += 1


@njit(cache=True, _nrt=False)
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
            schedule(state, place, due, node, EARNED)


@njit(cache=True, _nrt=False)
def make_post(world, state, tick, row, member, cell, planned, trust, advocate, start, stop, out):  # type: ignore[no-untyped-def]
    """A member posts: node, counts, what it schedules, and its showing."""
    channels, contents = len(world.channels_key), len(world.contents_key)
    content, channel = cell % contents, cell // contents
    p = state.posting[row * channels * contents + cell]
    number = p.posts
    p.posts = number + 1
    p.due = -1
    source = ASKED if planned else EARNED
    if p.node < 0:
        parent, via = (-1, -1) if planned else (p.parent, p.via)
        p.node = add_node(state, member, cell, parent, tick, source, via, advocate)
        if world.rules_values[R_CROSS_POST] > 0.0 and channels > 1:
            cross_posts(world, state, tick, member, row, cell, p.node)
    node = p.node
    earned = not planned and state.nodes[node].via >= 0
    count_share(world, state, out, tick, content, earned)
    key = member_key(state.family[F_POST, cell], member, number)
    rate = world.channels_per_engagement[channel]
    if rate > 0.0:
        delay = world.channels_recommend_delay[channel]
        earn(state, rate, delay, tick, draw(key + EARN, 0), cell, node, 0 if planned else 1)
    persistence = world.contents_persistence[content]
    goes_on = not planned and persistence > 0.0 and tick + 1 < len(state.head)
    if goes_on and unit(member_key(state.family[F_PERSIST, cell], member, number)) < persistence:
        p.due = tick + 1
        enqueue(state, row * channels * contents + cell, tick + 1)
    s = state.showings[state.now[SHOWINGS]]
    state.now[SHOWINGS] += 1
    s.start = start
    s.stop = stop
    s.key = key
    s.trust = trust
    s.kind = ROW
    s.source = source
    s.cell = cell
    s.node = node
    s.poster = member
    s.number = number
    s.earned = 0 if planned else 1


@njit(cache=True, _nrt=False)
def make_owned_post(world, state, tick, line, out):  # type: ignore[no-untyped-def]
    """The brand posts: a node that is no member, and its showing to the line's followers."""
    contents = len(world.contents_key)
    content, channel = world.plan_owned_content[line], world.plan_owned_channel[line]
    cell = channel * contents + content
    number = state.brand_posts[cell]
    state.brand_posts[cell] = number + 1
    if content == np.int64(world.rules_values[R_FOCAL]):
        out.counts[state.now[OUT_ROW], N_BRAND_POSTS] += 1
    s = state.showings[state.now[SHOWINGS]]
    state.now[SHOWINGS] += 1
    s.start = world.plan_owned_start[line]
    s.stop = world.plan_owned_start[line + 1]
    s.key = member_key(state.family[F_BRAND, cell], 0, number)
    s.trust = world.plan_owned_trust[line]
    s.kind = BRAND
    s.source = OWNED_SOURCE
    s.cell = cell
    s.node = add_node(state, -1, cell, -1, tick, OWNED_SOURCE, -1, -1)
    s.poster = -1
    s.number = number
    s.earned = 0


@njit(cache=True, _nrt=False)
def sort_pairs(keys, payload, spare_keys, spare_payload, count):  # type: ignore[no-untyped-def]
    """Sort the first ``count`` pairs by key, in place, stably: insertion in blocks of 16, then merging. O(n log n).

    Own code, because numba's sort allocates, and these kernels do not.
    """
    block = 16
    for first in range(0, count, block):
        for i in range(first + 1, min(first + block, count)):
            key, load, j = keys[i], payload[i], i - 1
            while j >= first and keys[j] > key:
                keys[j + 1], payload[j + 1] = keys[j], payload[j]
                j -= 1
            keys[j + 1], payload[j + 1] = key, load
    while block < count:
        for first in range(0, count, 2 * block):
            middle, last = min(first + block, count), min(first + 2 * block, count)
            i, j = first, middle
            for k in range(first, last):
                if i < middle and (j >= last or keys[i] <= keys[j]):
                    spare_keys[k], spare_payload[k] = keys[i], payload[i]
                    i += 1
                else:
                    spare_keys[k], spare_payload[k] = keys[j], payload[j]
                    j += 1
        for k in range(count):
            keys[k], payload[k] = spare_keys[k], spare_payload[k]
        block *= 2


@njit(cache=True, _nrt=False)
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
            p.due = (
                0  # taken: no cross-post of this tick replaces it, and an outdated entry of this tick does not match
            )
            row = place // cells
            state.due[count] = ((place - row * cells) << 32) | state.touched[row]
            state.due_row[count] = row
            count += 1
    if count > 1:
        sort_pairs(state.due, state.due_row, state.spare_due, state.spare_due_row, count)
    return count


@njit(cache=True, _nrt=False)
def make_owned_posts(world, state, tick, out):  # type: ignore[no-untyped-def]
    """Make the owned posts that were decided for this tick."""
    for i in range(state.now[OWNED]):
        make_owned_post(world, state, tick, state.owned_now[i], out)


@njit(cache=True, _nrt=False)
def fetch_rows(world, state, count):  # type: ignore[no-untyped-def]
    """Find the rows of followers of all due posts in one sweep, and touch their first line: misses then overlap.

    Measured: row offsets and first followers were the two hottest loads (15 and 14 % of a run on 100,000 members).
    """
    contents, indptr, followers = state.now[CONTENTS], world.graph_indptr, world.graph_followers
    for i in range(count):
        member, channel = state.due[i] & LOW32, (state.due[i] >> 32) // contents
        state.due_start[i] = indptr[channel, member]
        state.due_stop[i] = indptr[channel, member + 1]
    for i in range(count):
        if state.due_stop[i] > state.due_start[i]:
            state.due_first[i] = followers[state.due_start[i]]


@njit(cache=True, _nrt=False)
def make_member_posts(world, state, tick, out):  # type: ignore[no-untyped-def]
    """Make the planned, then the ordinary posts of this tick."""
    channels, contents = len(world.channels_key), len(world.contents_key)
    cells = channels * contents
    for i in range(state.now[ACTIONS]):
        a = state.actions[i]
        member = a.order & LOW32
        cell = a.order >> 32
        start, stop = world.graph_indptr[cell // contents, member], world.graph_indptr[cell // contents, member + 1]
        row = np.int64(touch(state, member))
        make_post(world, state, tick, row, member, cell, True, a.trust, np.int32(a.advocate), start, stop, out)
        out.counts[state.now[OUT_ROW], N_POSTED] += 1
        if a.advocate >= 0:
            state.advocate_posts[a.advocate] += 1
    due = take_due(state, tick, cells)
    fetch_rows(world, state, due)
    for i in range(due):
        order = state.due[i]
        start, stop = state.due_start[i], state.due_stop[i]
        make_post(
            world, state, tick, state.due_row[i], order & LOW32, order >> 32, False, 1.0, np.int32(-1), start, stop, out
        )
