"""The plain path: worlds in which posts by members are all that happens, run whole with nothing paid for what is off.

A world is *plain* where one content on one channel spreads by simple reinforcement from organic posts and every chance of an
impression is the channel's envelope (``inputs.is_plain``). Then a member posts once, every impression is earned and the first
one that convinces him is the one he answers, so one short record a member replaces the tables of the general path. The law, the
draws and the order are those of ``tick``, ``posts`` and ``show``: ``tests/kernels/test_plain.py`` asks for the same numbers.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from viralsim.kernels.calendar import delay_ticks, next_tick, sort_pairs
from viralsim.kernels.draws import (
    GOLDEN,
    RESPOND,
    Stream,
    draw,
    member_key,
    mix,
    stream_key,
    unit_high,
    unit_low,
    world_key,
)
from viralsim.kernels.inputs import Count, Series, Source
from viralsim.kernels.plain_ahead import IN_CACHE, draw_posters, foresee, gap_after
from viralsim.kernels.plain_trees import plain_peak, plain_trees
from viralsim.kernels.prefetch import prefetch
from viralsim.kernels.show import pick
from viralsim.kernels.state import F_DELAY, F_POST
from viralsim.kernels.tables import GAP_TAIL

EARNED = int(Source.EARNED)
S_POST, S_DELAY = int(Stream.POST), int(Stream.DELAY)
N_SHARES, N_EARNED_SHARES = int(Count.SHARES), int(Count.EARNED_SHARES)
N_REACH, N_EARNED_REACH = int(Count.REACH), int(Count.EARNED_REACH)
N_IMPRESSIONS, N_ENGAGEMENTS, N_CLIPPED = int(Count.IMPRESSIONS_EARNED), int(Count.ENGAGEMENTS), int(Count.CLIPPED)
N_CONVERSIONS, N_CONVERSIONS_EARNED = int(Count.CONVERSIONS), int(Count.CONVERSIONS_EARNED)
T_REACH, T_EARNED_REACH, T_IMPRESSIONS = int(Series.REACH), int(Series.EARNED_REACH), int(Series.IMPRESSIONS)
T_SHARES, T_EARNED_SHARES = int(Series.SHARES), int(Series.EARNED_SHARES)
T_ENGAGEMENTS, T_CONVERSIONS = int(Series.ENGAGEMENTS), int(Series.CONVERSIONS)
REACHED_MARK, CONVERTED_MARK = 1, 2
ONE = np.uint64(1)
U = np.uint64  # an index of this type cannot be negative, so nothing is compiled to wrap it round


@njit(cache=True, inline="always")
def add_member(rows, slot, touched, member, due, parent):  # type: ignore[no-untyped-def]
    """The record of a member who is met for the first time."""
    slot[U(member)] = touched + 1
    r = rows[U(touched)]
    r.member = member
    r.due = due
    r.parent = parent
    r.marks = 0


@njit(cache=True, inline="always")
def line_up(rows, head, occupied, row, due):  # type: ignore[no-untyped-def]
    """Put the record into the queue of tick ``due``."""
    rows[U(row)].next = head[U(due)]
    head[U(due)] = row + 1
    occupied[U(due >> 6)] |= ONE << np.uint64(due & 63)


@njit(cache=True, inline="always")
def leave(rows, head, row, due):  # type: ignore[no-untyped-def]
    """Take the record out of the queue of tick ``due``: he was to post of his own accord, and is convinced to post earlier."""
    entry = np.int64(head[due]) - 1
    if entry == row:
        head[due] = rows[row].next
        return
    while rows[entry].next - 1 != row:
        entry = np.int64(rows[entry].next) - 1
    rows[entry].next = rows[row].next


@njit(cache=True, inline="always")
def shown(member, position, post, key, slot, members, member_rows, posts, bits, at):  # type: ignore[no-untyped-def]
    """Buffer an impression: whom, of which post, his record so far, and the number that decides his response."""
    n = U(at)
    members[n], member_rows[n], posts[n] = member, slot[U(member)] - 1, post
    bits[n] = np.int64(draw(key + RESPOND, position))


@njit(cache=True, inline="always")
def plain_gaps(  # type: ignore[no-untyped-def]
    followers, start, stop, envelope, threshold, alias, key, post, slot, members, member_rows, posts, bits, at
):
    """Buffer the impressions of one post from ``at`` on, as ``exposure.gaps`` draws them; returns where they end."""
    if envelope >= 1.0:
        for i in range(start, stop):
            shown(followers[U(i)], i - start, post, key, slot, members, member_rows, posts, bits, at)
            at += 1
        return at
    if envelope <= 0.0:
        return at
    position, counter = start, key
    while True:
        drawn = mix(counter)
        counter += GOLDEN
        gap = gap_after(drawn, threshold, alias)
        position += gap
        if position >= stop:
            return at
        if gap == GAP_TAIL:
            continue
        shown(followers[U(position)], position - start, post, key, slot, members, member_rows, posts, bits, at)
        at += 1
        position += 1


@njit(cache=True, inline="always")
def take_queue(rows, head, tick, due, due_row, spare, spare_row):  # type: ignore[no-untyped-def]
    """Empty the queue of ``tick`` into ``due`` and ``due_row``, ascending by member; returns how many."""
    entry = np.int64(head[tick]) - 1
    head[tick] = 0
    count = 0
    while entry >= 0:
        due[U(count)], due_row[U(count)] = rows[U(entry)].member, entry
        entry = np.int64(rows[U(entry)].next) - 1
        count += 1
    if count > 1:
        sort_pairs(due, due_row, spare, spare_row, count)
    return count


@njit(cache=True, inline="always")
def organic_posts(ticks, drawn, at, rows, slot, head, occupied):  # type: ignore[no-untyped-def]
    """Line up the posts that members make of their own accord; returns the number of records."""
    touched = 0
    for i in range(len(ticks) - 1, -1, -1):  # last in, first out: the queue then gives them in the order of the plan
        member, tick = drawn[U(at + i)], ticks[U(i)]
        row = np.int64(slot[U(member)]) - 1
        if tick >= len(head) or (row >= 0 and rows[U(row)].due <= tick):
            continue
        if row < 0:
            row = np.int64(touched)
            add_member(rows, slot, row, member, tick, -1)
            touched += 1
        else:
            leave(rows, head, row, rows[U(row)].due)
            rows[U(row)].due = tick
        line_up(rows, head, occupied, row, tick)
    return touched


@njit(cache=True, _nrt=False)
def post_plainly(world, state, part, count, node, out, row, series_row, tick):  # type: ignore[no-untyped-def]
    """Make the due posts from ``part`` on and draw who is shown them, while the buffer has room; returns where it stopped."""
    rows, nodes, due, due_row, bits = state.plain_rows, state.plain_nodes, state.due, state.due_row, state.spare_due
    starts, ends, slot, family = state.due_start, state.due_stop, state.slot, state.family[F_POST, 0]
    members, posts, member_rows = state.buffer_member, state.buffer_position, state.buffer_row
    envelope, threshold, alias = (
        world.channels_envelope[0],
        world.channels_gap_threshold[0],
        world.channels_gap_alias[0],
    )
    followers, generations = world.graph_followers, state.generations
    room, at, earned, i = min(len(members), len(bits)), np.int64(0), 0, part
    while i < count:
        start, stop, member = starts[U(i)], ends[U(i)], due[U(i)]
        if at + stop - start > room:
            break
        parent = np.int64(rows[U(due_row[U(i)])].parent)
        n = nodes[U(node)]
        n.parent = parent
        n.size = 1
        if parent < 0:
            n.root, n.depth = node, 0
        else:
            n.root, n.depth = nodes[U(parent)].root, nodes[U(parent)].depth + 1
            earned += 1
            generations[min(n.depth, len(generations) - 1)] += 1
        key = member_key(family, member, 0)
        at = plain_gaps(
            followers, start, stop, envelope, threshold, alias, key, node, slot, members, member_rows, posts, bits, at
        )
        node += 1
        i += 1
    generations[0] += i - part - earned
    counts, series = out.counts[row], out.series[series_row, tick]
    counts[N_SHARES] += i - part
    counts[N_EARNED_SHARES] += earned
    series[T_SHARES] += i - part
    series[T_EARNED_SHARES] += earned
    return i, at


@njit(cache=True, _nrt=False)
def answer_plainly(world, state, impressions, touched, out, row, series_row, tick):  # type: ignore[no-untyped-def]
    """Each buffered impression gets exactly one response; returns the number of records, and of posts lined up."""
    rows, slot, head, occupied = state.plain_rows, state.slot, state.head, state.occupied
    members, posts, member_rows, all_bits = (
        state.buffer_member,
        state.buffer_position,
        state.buffer_row,
        state.spare_due,
    )
    delay_family, horizon = state.family[F_DELAY, 0], len(state.head)
    indptr, followers = world.graph_indptr[0], world.graph_followers
    community_of, match_of, activity_of = world.audience_community, world.audience_match[0], world.audience_activity
    appeal, novelty, engagement = (
        world.contents_appeal[0],
        world.contents_novelty[0, tick],
        world.channels_engagement_rate[0],
    )
    rate, trust = world.contents_conversion_rate[0], world.contents_conversion_trust[0, EARNED]
    community_reach = out.reach_by_community[row]
    reached = engaged = converted = clipped = lined_up = 0
    for i in range(impressions):
        member, record = np.int64(members[U(i)]), np.int64(member_rows[U(i)])
        if record < 0:  # untouched when looked up; an earlier impression may have touched him since
            record = np.int64(slot[U(member)]) - 1
            if record < 0:
                record = touched
                add_member(rows, slot, record, member, -1, -1)
                touched += 1
        r, bits = rows[U(record)], np.uint64(all_bits[U(i)])
        if r.marks == 0:
            r.marks = REACHED_MARK
            reached += 1
            community_reach[pick(community_of, U(member))] += 1
        match = np.float64(pick(match_of, U(member)))
        share = appeal * match * np.float64(pick(activity_of, U(member))) * novelty
        if share > 1.0:
            share = 1.0
            clipped += 1
        if rate > 0.0 and r.marks == REACHED_MARK and unit_low(bits) < rate * match * trust:
            r.marks = CONVERTED_MARK
            converted += 1
        u = unit_high(bits)
        if u < share:
            if r.due < 0 or r.due > tick + 1:  # else he posted, or is to post no later
                due = tick + delay_ticks(world, 0, member_key(delay_family, member, 0))
                if due < horizon and (r.due < 0 or due < r.due):
                    if r.due >= 0:
                        leave(rows, head, record, r.due)
                        lined_up -= 1
                    r.due, r.parent = due, posts[U(i)]
                    prefetch(followers, indptr[U(member)])  # of nearly everyone who is lined up, soon
                    line_up(rows, head, occupied, record, due)
                    lined_up += 1
        elif u < share + (1.0 - share) * engagement:
            engaged += 1
    note(out.counts[row], out.series[series_row, tick], reached, impressions, engaged, converted)
    out.counts[row, N_CLIPPED] += clipped
    out.reach_by_channel[row, 0] += reached
    return touched, lined_up


@njit(cache=True, inline="always")
def note(counts, series, reached, impressions, engaged, converted):  # type: ignore[no-untyped-def]
    """Count what the impressions of a tick brought; all of them are earned."""
    counts[N_REACH] += reached
    counts[N_EARNED_REACH] += reached
    counts[N_IMPRESSIONS] += impressions
    counts[N_ENGAGEMENTS] += engaged
    counts[N_CONVERSIONS] += converted
    counts[N_CONVERSIONS_EARNED] += converted
    series[T_REACH] += reached
    series[T_EARNED_REACH] += reached
    series[T_IMPRESSIONS] += impressions
    series[T_ENGAGEMENTS] += engaged
    series[T_CONVERSIONS] += converted


@njit(cache=True, _nrt=False)
def plain_world(world, state, out, key, drawn_at, row, series_row, cascade_sizes):  # type: ignore[no-untyped-def]
    """One world, whole, its trees measured and its memory cleared; returns the structural virality. O(what happens)."""
    rows, slot, head, occupied = state.plain_rows, state.slot, state.head, state.occupied
    due, indptr, starts, ends = state.due, world.graph_indptr[0], state.due_start, state.due_stop
    ticks, tick_shares, horizon = state.ticks, state.tick_shares, len(state.head)
    content_key, channel_key = world.contents_key[0], world.channels_key[0]
    state.family[F_POST, 0] = stream_key(key, S_POST, content_key, channel_key)
    state.family[F_DELAY, 0] = stream_key(key, S_DELAY, content_key, channel_key)
    touched = np.int64(organic_posts(world.plan_organic_tick, state.drawn, drawn_at, rows, slot, head, occupied))
    waiting, node, visited, tick = touched, np.int64(0), np.int64(0), np.int64(-1)
    while waiting > 0:
        tick = np.int64(next_tick(occupied, tick, horizon))
        count = take_queue(rows, head, tick, due, state.due_row, state.spare_due, state.spare_due_row)
        occupied[tick >> 6] &= ~(ONE << np.uint64(tick & 63))
        ticks[visited], tick_shares[visited] = tick, count
        visited += 1
        waiting -= count
        for i in range(count):  # loads that do not wait for each other
            starts[i], ends[i] = indptr[U(due[i])], indptr[U(due[i]) + ONE]
        part = np.int64(0)
        while part < count:
            last, shown_ = post_plainly(world, state, part, count, node, out, row, series_row, tick)
            touched, lined_up = answer_plainly(world, state, shown_, touched, out, row, series_row, tick)
            waiting += lined_up
            node += last - part
            part = last
    for i in range(touched):
        slot[U(rows[i].member)] = 0
    plain_peak(ticks, tick_shares, visited, out.counts[row])
    for i in range(visited):
        tick_shares[i] = 0
    return plain_trees(state.plain_nodes, node, state.breadth, out.counts[row], cascade_sizes)


@njit(cache=True, nogil=True)
def run_plain_block(world, state, out, seed, worlds, first, last, sums, stop):  # type: ignore[no-untyped-def]
    """``worlds.run_block`` for plain worlds: ``worlds[first:last]``; returns the first that was not done, else ``last``."""
    recorded, posters, i = len(out.series) - 1, len(world.plan_organic_member), first
    ahead = 1 if posters == 0 else len(state.drawn) // posters
    while i < last:
        if stop[0]:
            return i
        upto = min(i + ahead, last)
        for w in range(i, upto):
            draw_posters(world, world_key(seed, worlds[w]), len(state.slot), state.drawn, (w - i) * posters)
        if ahead > 1 and len(state.slot) + len(world.graph_followers) > IN_CACHE:
            foresee(world, state, seed, worlds, i, upto, posters)
        for w in range(i, upto):
            out.structural_virality[w] = plain_world(
                world,
                state,
                out,
                world_key(seed, worlds[w]),
                (w - i) * posters,
                w,
                min(w, recorded),
                sums.cascade_sizes,
            )
            out.done[w] = True
        i = upto
    sums.generations[:] += state.generations
    state.generations[:] = 0
    return last
