"""Small plain worlds, many side by side: while one world waits for memory, the others go on.

A launch on a large network waits longer for the rows of its members than it computes, and a row cannot be asked for before it
is drawn who shares. So the worlds of a block make one post each in a pass: places of rows were asked for when the post was lined
up, rows are asked for when all places were read. A world's members, queue and nodes stand in short lists of its own, so it
touches no table of all members. A world that outgrows its lists is run again by ``plain.plain_world``: luck is counter-based,
so it is the same world. The order within a world is that of ``plain``: by tick, then by member.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from viralsim.kernels.draws import GOLDEN, RESPOND, draw, member_key, mix, unit_high, unit_low
from viralsim.kernels.plain_ahead import first_draws, first_gaps
from viralsim.kernels.plain_lists import (
    CONVERTED,
    MEMBER_MASK,
    MEMBER_SHIFT,
    NO_PARENT,
    POSTS,
    REACHED,
    TICK_SHIFT,
    add_node,
    add_poster,
    begin,
    mark_of,
    next_post,
    note_row,
    place_of,
    side_of,
    still_active,
)
from viralsim.kernels.plain_memory import SIDE_ROOM
from viralsim.kernels.plain_shows import Tally, delay_after
from viralsim.kernels.plain_trees import note_tick, note_world, plain_peak, plain_trees
from viralsim.kernels.prefetch import prefetch
from viralsim.kernels.show import pick
from viralsim.kernels.tables import GAP_TAIL, gap_draw

SURE = 512  # worlds after which it is asked whether this pays
WASTE = (
    4  # it does not where members touched in worlds that grow large are a quarter of the impressions in the others ...
)
OWN_ROWS = (
    10  # ... of which a world counts as having so many more where its posters, and so the rows waited for, are its own
)
U = np.uint64  # an index of this type cannot be negative, so nothing is compiled to wrap it round


class Kept(NamedTuple):
    """Where what happened in each tick is kept."""

    series: Any  # ``Out.series``
    first: Any  # row of the first world of the block
    end: Any  # rows from here on are not kept


@njit(_nrt=False, forceinline=True)
def respond(ties, law, side, h, s, member, bits, horizon, delay_family):  # type: ignore[no-untyped-def]
    """The response of ``member`` to an impression of the post ``h``; False where the lists have no room for him."""
    w, n = h.world, np.int64(s.members)
    at = place_of(side, w, s, member)
    if at == SIDE_ROOM:
        return False
    fresh = np.int64(at == n)
    mood = np.int64(side.mood[U(w), U(at)]) * (1 - fresh)
    side.member[U(w), U(at)] = member
    s.members = n + fresh
    word, bit = mark_of(member)
    side.marks[U(w), word] |= bit
    s.impressions += 1
    s.reached += 1 - (mood & REACHED)
    match = np.float64(pick(ties.match, U(member)))
    share = law.appeal * match * np.float64(pick(ties.activity, U(member))) * law.novelty[U(h.tick)]
    if share > 1.0:
        share = 1.0
        s.clipped += 1
    if law.conversion > 0.0 and not mood & CONVERTED and unit_low(bits) < law.conversion * match * law.trust:
        mood |= CONVERTED
        s.converted += 1
    u = unit_high(bits)
    if u < share:
        if not mood & POSTS:  # else he posted, or is to post no later
            due = np.int64(h.tick) + delay_after(law, member_key(delay_family, member, 0))
            if due < horizon:
                mood |= POSTS
                prefetch(ties.indptr, member)
                prefetch(ties.indptr, member + 1)  # every eighth row has its end in the next line of memory
                side.queue[U(w), U(s.waiting)] = (
                    (due << TICK_SHIFT) | (np.int64(member) << MEMBER_SHIFT) | np.int64(h.node)
                )
                s.waiting += 1
    elif u < share + (1.0 - share) * law.engagement:
        s.engaged += 1
    side.mood[U(w), U(at)] = mood | REACHED
    return True


@njit(_nrt=False, forceinline=True)
def tally_of(s):  # type: ignore[no-untyped-def]
    """What the impressions of a world brought so far."""
    return Tally(
        np.int64(s.reached), np.int64(s.impressions), np.int64(s.engaged), np.int64(s.converted), np.int64(s.clipped)
    )  # fmt: skip


@njit(_nrt=False, forceinline=True)
def nothing():  # type: ignore[no-untyped-def]
    """An empty tally."""
    return Tally(np.int64(0), np.int64(0), np.int64(0), np.int64(0), np.int64(0))


@njit(_nrt=False, forceinline=True)
def difference(a, b):  # type: ignore[no-untyped-def]
    """What came to a tally ``b`` to make it ``a``."""
    return Tally(
        a.reached - b.reached, a.impressions - b.impressions, a.engaged - b.engaged, a.converted - b.converted,
        a.clipped - b.clipped,
    )  # fmt: skip


@njit(_nrt=False, forceinline=True)
def show_live(ties, law, side, live, horizon, delay_family, kept):  # type: ignore[no-untyped-def]
    """Show the ``live`` posts along their rows."""
    for i in range(live):
        h = side.live[U(i)]
        s = side.world[U(h.world)]
        position, stop, tail, counter = h.at, h.stop, h.tail, h.key + GOLDEN
        family, response, row = delay_family[U(h.world)], h.key + RESPOND, kept.first + h.world
        before = tally_of(s)
        while True:
            if not tail:
                member = ties.followers[U(position)]
                bits = draw(response, position - h.start)
                if not respond(ties, law, side, h, s, member, bits, horizon, family):
                    s.large = 1
                    break
                position += 1
            gap = gap_draw(mix(counter), law.gap_threshold, law.gap_alias)
            counter += GOLDEN
            position += gap
            if position >= stop:
                break
            tail = np.int32(gap == GAP_TAIL)
        if row < kept.end:
            note_tick(kept.series[U(row), U(h.tick)], 0, 0, difference(tally_of(s), before))


@njit(cache=True, _nrt=False)
def place_posters(state, opening):  # type: ignore[no-untyped-def]
    """Put those who post of their own accord in every world at the head of all lists, where they stay."""
    side = side_of(state)
    last = len(side.world)
    for i in range(side.marks.shape[1]):
        side.marks[U(last), U(i)] = U(0)
    for w in range(len(side.world)):
        begin(side, w, 0)
        for i in range(opening.posts):
            add_poster(side, w, state.due_first[U(i)])
            add_node(side, w, NO_PARENT, opening.tick)
    for i in range(side.marks.shape[1]):
        side.marks[U(last), U(i)] = side.marks[U(0), U(i)]


@njit(cache=True, _nrt=False)
def shared_posters(ties, law, state, side, opening, worlds, horizon, kept):  # type: ignore[no-untyped-def]
    """The posts of those placed, one member after the other over all worlds."""
    posters = opening.posts
    for w in range(worlds):
        begin(side, w, posters)
        for i in range(posters):
            side.mood[U(w), U(i)] = POSTS
        if kept.first + w < kept.end:
            note_tick(kept.series[U(kept.first + w), U(opening.tick)], posters, 0, nothing())
    for i in range(posters):
        member, start, stop = np.int64(state.due_first[U(i)]), state.due_start[U(i)], state.due_stop[U(i)]
        first_draws(state.post_family, member, worlds, state.first_bits)
        first_gaps(state.first_bits, worlds, law.gap_threshold, law.gap_alias, stop - start, state.is_shown)
        shown = np.int64(0)
        for j in range(worlds):
            state.shown_in[U(shown)] = j
            shown += state.is_shown[U(j)]
        live = np.int64(0)
        for j in range(shown):
            in_ = np.int64(state.shown_in[U(j)])
            s = side.world[U(in_)]
            side.shown[U(in_), U(s.shown)].node = i
            s.shown += 1
            key = member_key(state.post_family[U(in_)], member, 0)
            live = note_row(side, live, in_, i, opening.tick, key, state.first_bits[U(in_)], start, stop, law)
        show_live(ties, law, side, live, horizon, state.delay_family, kept)


@njit(cache=True, _nrt=False)
def own_posters(ties, state, side, worlds, posters, tick):  # type: ignore[no-untyped-def]
    """Line up the posters drawn for each world."""
    for w in range(worlds):
        begin(side, w, 0)
        s = side.world[U(w)]
        for i in range(posters):
            member = state.drawn[U(w * posters + i)]
            prefetch(ties.indptr, member)
            prefetch(ties.indptr, member + 1)
            if add_poster(side, w, member):
                side.queue[U(w), U(s.waiting)] = (tick << TICK_SHIFT) | (member << MEMBER_SHIFT) | NO_PARENT
                s.waiting += 1


@njit(cache=True, _nrt=False)
def run_side_by_side(ties, law, state, side, worlds, horizon, kept):  # type: ignore[no-untyped-def]
    """From what is lined up to the end: every world that is active makes one post in a pass."""
    for i in range(worlds):
        side.active[U(i)] = i
    active = still_active(side, worlds)
    while active > 0:
        live = np.int64(0)
        for i in range(active):
            w = np.int64(side.active[U(i)])
            post = next_post(side, w)
            tick, member = post >> TICK_SHIFT, (post >> MEMBER_SHIFT) & MEMBER_MASK
            parent = post & NO_PARENT
            node = add_node(side, w, parent, tick)
            if kept.first + w < kept.end:
                note_tick(kept.series[U(kept.first + w), U(tick)], 1, np.int64(parent != NO_PARENT), nothing())
            key = member_key(state.post_family[U(w)], member, 0)
            start, stop = ties.indptr[U(member)], ties.indptr[U(member) + U(1)]
            live = note_row(side, live, w, node, tick, key, mix(key), start, stop, law)
        for i in range(live):  # a second follower who is shown it tends to lie in the next line of memory
            prefetch(ties.followers, side.live[U(i)].at)
            prefetch(ties.followers, side.live[U(i)].stop - 1)
        show_live(ties, law, side, live, horizon, state.delay_family, kept)
        active = still_active(side, active)


@njit(_nrt=False, forceinline=True)
def note_communities(ties, side, w, by_community):  # type: ignore[no-untyped-def]
    """Count who was reached by community."""
    s = side.world[U(w)]
    if len(ties.community) == 1:
        by_community[U(ties.community[0])] += s.reached
        return
    for i in range(s.members):
        if side.mood[U(w), U(i)] & REACHED:
            by_community[U(ties.community[U(side.member[U(w), U(i)])])] += 1


@njit(cache=True, _nrt=False)
def measure(ties, state, side, out, w, row, placed, tick, cascade_sizes):  # type: ignore[no-untyped-def]
    """Write the numbers of the world ``w`` into ``row``: those of ``plain.plain_world``.

    The first ``placed`` nodes are the posts in the first ``tick`` of those whom all worlds share.
    """
    s, nodes, counts, deepest = side.world[U(w)], side.node[U(w)], out.counts[U(row)], len(state.generations) - 1
    posts, visited, before = np.int64(s.posts), np.int64(0), np.int64(tick)
    state.ticks[0], state.tick_shares[0] = tick, placed
    state.generations[0] += placed
    for i in range(placed, posts):
        now = np.int64(side.tick[U(w), U(i)])
        visited += np.int64(now != before)
        before = now
        state.ticks[U(visited)] = now
        state.tick_shares[U(visited)] += 1
        state.generations[min(np.int64(nodes[U(i)].depth), deepest)] += 1
    note_communities(ties, side, w, out.reach_by_community[U(row)])
    out.reach_by_channel[U(row), 0] = s.reached
    note_world(counts, posts, posts - s.roots, tally_of(s))
    plain_peak(state.ticks, state.tick_shares, visited + 1, counts)
    hits = side.shown[U(w)][: s.shown]
    out.structural_virality[U(row)] = plain_trees(nodes, posts, placed, hits, state.breadth, counts, cascade_sizes)
    out.done[U(row)] = True


@njit(_nrt=False, forceinline=True)
def forget_series(ticks):  # type: ignore[no-untyped-def]
    """Take back what was kept of a world that is run again."""
    for tick in range(ticks.shape[0]):
        for column in range(ticks.shape[1]):
            ticks[U(tick), U(column)] = 0


@njit(cache=True, _nrt=False)
def side_by_side(ties, law, state, out, opening, shared, first, last, posters, cascade_sizes):  # type: ignore[no-untyped-def]
    """The worlds of rows ``first..last-1``; the large ones are marked so in ``state.side_world`` and not done."""
    side, worlds, horizon = side_of(state), last - first, len(state.head)
    kept = Kept(out.series, first, len(out.series) - 1)
    if shared:
        shared_posters(ties, law, state, side, opening, worlds, horizon, kept)
    else:
        own_posters(ties, state, side, worlds, posters, opening.tick)
    run_side_by_side(ties, law, state, side, worlds, horizon, kept)
    for w in range(worlds):
        s = side.world[U(w)]
        if s.large:
            state.side_work[0] += SIDE_ROOM
            if first + w < kept.end:
                forget_series(out.series[U(first + w)])
        else:
            state.side_work[1] += s.impressions
            measure(ties, state, side, out, w, first + w, opening.posts if shared else 0, opening.tick, cascade_sizes)
    state.side_work[1] += 0 if shared else worlds * OWN_ROWS
    state.side_work[2] += worlds
    wasted, useful, done = state.side_work[0], state.side_work[1], state.side_work[2]
    state.side_off[0] = done >= SURE and WASTE * wasted > useful
