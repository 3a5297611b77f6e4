"""Small plain worlds, many side by side: while one world waits for memory, the others go on.

A launch on a large network waits longer for the rows of its members than it computes, and a row cannot be asked for before it
is drawn who shares. So the worlds of a block make one post each in a pass: places of rows were asked for when the post was lined
up, rows are asked for when all places were read. A world's members, queue and nodes are in short lists of its own, so it
touches no table of all members. A world that outgrows its lists is run again by ``plain.fast_world``: luck is counter-based,
so it is the same world. The order within a world is that of ``plain``: by tick, then by member.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from viralsim.kernels.cpu import U, prefetch
from viralsim.kernels.fast.impressions import nothing
from viralsim.kernels.fast.lockstep_impressions import Kept, show_live, tally_of
from viralsim.kernels.fast.lockstep_lists import (
    MEMBER_MASK,
    MEMBER_SHIFT,
    NO_PARENT,
    POSTS,
    REACHED,
    TICK_SHIFT,
    add_node,
    add_poster,
    begin,
    next_post,
    note_row,
    side_of,
    still_active,
)
from viralsim.kernels.fast.memory import LANE_ROOM
from viralsim.kernels.fast.predraw import first_draws, first_gaps
from viralsim.kernels.fast.replicate import (
    Opening,
    Row,
    close_block,
    draw_ahead,
    drawn_world,
    law_of,
    one_by_one,
    open_block,
    own_hits,
    shared_world,
    ties_of,
)
from viralsim.kernels.fast.trees import fast_peak, fast_trees, note_tick, note_world
from viralsim.kernels.rng import member_key, mix

SURE = 512  # worlds after which it is asked whether this pays
# It does not where members touched in worlds that grow large are a quarter of the impressions in the others, of which a world
# counts as having ten more where its posters, and so the rows waited for, are its own.
WASTE, OWN_ROWS = 4, 10


@njit(cache=True, _nrt=False)
def place_posters(state, opening):  # type: ignore[no-untyped-def]
    """Put those who post unprompted in every world at the head of all lists, where they stay."""
    lanes = side_of(state)
    last = len(lanes.world)
    for i in range(lanes.touched.shape[1]):
        lanes.touched[U(last), U(i)] = U(0)
    for w in range(len(lanes.world)):
        begin(lanes, w, 0)
        for i in range(opening.posts):
            add_poster(lanes, w, state.due_first[U(i)])
            add_node(lanes, w, NO_PARENT, opening.tick)
    for i in range(lanes.touched.shape[1]):
        lanes.touched[U(last), U(i)] = lanes.touched[U(0), U(i)]


@njit(cache=True, _nrt=False)
def shared_posters(ties, law, state, lanes, opening, worlds, horizon, kept):  # type: ignore[no-untyped-def]
    """The posts of those placed, one member after the other over all worlds."""
    posters = opening.posts
    for w in range(worlds):
        begin(lanes, w, posters)
        for i in range(posters):
            lanes.flags[U(w), U(i)] = POSTS
        if kept.first + w < kept.end:
            note_tick(kept.series[U(kept.first + w), U(opening.tick)], posters, 0, nothing())
    for i in range(posters):
        member, start, stop = np.int64(state.due_first[U(i)]), state.due_start[U(i)], state.due_stop[U(i)]
        first_draws(state.post_keys, member, worlds, state.first_bits)
        first_gaps(state.first_bits, worlds, law.gap_threshold, law.gap_alias, stop - start, state.is_shown)
        shown = np.int64(0)
        for j in range(worlds):
            state.shown_in[U(shown)] = j
            shown += state.is_shown[U(j)]
        live = np.int64(0)
        for j in range(shown):
            in_ = np.int64(state.shown_in[U(j)])
            s = lanes.world[U(in_)]
            lanes.shown[U(in_), U(s.shown)].node = i
            s.shown += 1
            key = member_key(state.post_keys[U(in_)], member, 0)
            live = note_row(lanes, live, in_, i, opening.tick, key, state.first_bits[U(in_)], start, stop, law)
        show_live(ties, law, lanes, live, horizon, state.delay_keys, kept)


@njit(cache=True, _nrt=False)
def own_posters(ties, state, lanes, worlds, posters, tick):  # type: ignore[no-untyped-def]
    """Line up the posters drawn for each world."""
    for w in range(worlds):
        begin(lanes, w, 0)
        s = lanes.world[U(w)]
        for i in range(posters):
            member = state.drawn[U(w * posters + i)]
            prefetch(ties.indptr, member)
            prefetch(ties.indptr, member + 1)
            if add_poster(lanes, w, member):
                lanes.queue[U(w), U(s.waiting)] = (tick << TICK_SHIFT) | (member << MEMBER_SHIFT) | NO_PARENT
                s.waiting += 1


@njit(cache=True, _nrt=False)
def run_side_by_side(ties, law, state, lanes, worlds, horizon, kept):  # type: ignore[no-untyped-def]
    """From what is lined up to the end: every world that is active makes one post in a pass."""
    for i in range(worlds):
        lanes.active[U(i)] = i
    active = still_active(lanes, worlds)
    while active > 0:
        live = np.int64(0)
        for i in range(active):
            w = np.int64(lanes.active[U(i)])
            post = next_post(lanes, w)
            tick, member = post >> TICK_SHIFT, (post >> MEMBER_SHIFT) & MEMBER_MASK
            parent = post & NO_PARENT
            node = add_node(lanes, w, parent, tick)
            if kept.first + w < kept.end:
                note_tick(kept.series[U(kept.first + w), U(tick)], 1, np.int64(parent != NO_PARENT), nothing())
            key = member_key(state.post_keys[U(w)], member, 0)
            start, stop = ties.indptr[U(member)], ties.indptr[U(member) + U(1)]
            live = note_row(lanes, live, w, node, tick, key, mix(key), start, stop, law)
        for i in range(live):  # a second follower who is shown it tends to lie in the next line of memory
            prefetch(ties.followers, lanes.live[U(i)].at)
            prefetch(ties.followers, lanes.live[U(i)].stop - 1)
        show_live(ties, law, lanes, live, horizon, state.delay_keys, kept)
        active = still_active(lanes, active)


@njit(_nrt=False, forceinline=True)
def note_communities(ties, lanes, w, by_community):  # type: ignore[no-untyped-def]
    """Count who was reached by community."""
    s = lanes.world[U(w)]
    if len(ties.community) == 1:
        by_community[U(ties.community[0])] += s.reached
        return
    for i in range(s.members):
        if lanes.flags[U(w), U(i)] & REACHED:
            by_community[U(ties.community[U(lanes.member[U(w), U(i)])])] += 1


@njit(_nrt=False, forceinline=True)
def forget_series(ticks):  # type: ignore[no-untyped-def]
    """Take back what was kept of a world that is run again."""
    for tick in range(ticks.shape[0]):
        for column in range(ticks.shape[1]):
            ticks[U(tick), U(column)] = 0


@njit(_nrt=False, forceinline=True)
def measure(ties, state, lanes, out, w, row, placed, tick, cascade_sizes):  # type: ignore[no-untyped-def]
    """Write the numbers of the world ``w`` into ``row``: those of ``plain.fast_world``.

    The first ``placed`` nodes are the posts in the first ``tick`` of those whom all worlds share.
    """
    s, nodes, counts, deepest = lanes.world[U(w)], lanes.node[U(w)], out.counts[U(row)], len(state.generations) - 1
    posts, visited, before = np.int64(s.posts), np.int64(0), np.int64(tick)
    state.ticks[0], state.tick_shares[U(tick)] = tick, placed
    state.generations[0] += placed
    for i in range(placed, posts):
        now = np.int64(lanes.tick[U(w), U(i)])
        visited += np.int64(now != before)
        before = now
        state.ticks[U(visited)] = now
        state.tick_shares[U(now)] += 1
        state.generations[min(np.int64(nodes[U(i)].depth), deepest)] += 1
    note_communities(ties, lanes, w, out.reach_by_community[U(row)])
    out.reach_by_channel[U(row), 0] = s.reached
    note_world(counts, posts, posts - s.roots, tally_of(s))
    fast_peak(state.ticks, state.tick_shares, visited + 1, counts)
    hits = lanes.shown[U(w)][: s.shown]
    out.structural_virality[U(row)] = fast_trees(nodes, posts, placed, hits, state.breadth, counts, cascade_sizes)
    out.done[U(row)] = True


@njit(cache=True, _nrt=False)
def measure_all(ties, state, lanes, out, first, worlds, placed, tick, recorded, cascade_sizes):  # type: ignore[no-untyped-def]
    """Measure the worlds of a block, of rows from ``first`` on; of the large ones forget what was kept.

    All in one call: so many arrays handed over took as long as the measures themselves, 54 of 240 ns per launch.
    """
    for w in range(worlds):
        s, row = lanes.world[U(w)], first + w
        if s.large:
            state.lane_work[0] += LANE_ROOM
            if row < recorded:
                forget_series(out.series[U(row)])
        else:
            state.lane_work[1] += s.impressions
            measure(ties, state, lanes, out, w, row, placed, tick, cascade_sizes)


@njit(cache=True, _nrt=False)
def side_by_side(ties, law, state, out, opening, shared, first, last, posters, cascade_sizes):  # type: ignore[no-untyped-def]
    """The worlds of rows ``first..last-1``; the large ones are marked so in ``state.lane_world`` and not done."""
    lanes, worlds, horizon = side_of(state), last - first, len(state.head)
    kept = Kept(out.series, first, len(out.series) - 1)
    if shared:
        shared_posters(ties, law, state, lanes, opening, worlds, horizon, kept)
    else:
        own_posters(ties, state, lanes, worlds, posters, opening.tick)
    run_side_by_side(ties, law, state, lanes, worlds, horizon, kept)
    placed = opening.posts if shared else 0
    measure_all(ties, state, lanes, out, first, worlds, placed, opening.tick, kept.end, cascade_sizes)
    state.lane_work[1] += 0 if shared else worlds * OWN_ROWS
    state.lane_work[2] += worlds
    wasted, useful, done = state.lane_work[0], state.lane_work[1], state.lane_work[2]
    state.lane_off[0] = done >= SURE and WASTE * wasted > useful


@njit(cache=True, _nrt=False)
def together(arm, state, out, opening, shared, first, last, cascade_sizes):  # type: ignore[no-untyped-def]
    """The same side by side, and those that grow large once more, alone."""
    posters, recorded = len(arm.plan_organic_member), len(out.series) - 1
    start = Opening(np.int64(arm.plan_organic_tick[0]), opening.posts, opening.touched, opening.later)
    side_by_side(ties_of(arm), law_of(arm), state, out, start, shared, first, last, posters, cascade_sizes)
    for w in range(first, last):
        i = w - first
        if not state.lane_world[U(i)].large:
            continue
        if shared:
            hits = own_hits(arm, state, opening, state.post_keys[U(i)], 0)
            shared_world(
                arm, state, out, opening, Row(w, w if w < recorded else -1, i, np.int64(0), hits), cascade_sizes
            )
        else:
            drawn_world(arm, state, out, w, i, cascade_sizes)


@njit(cache=True, nogil=True)
def run_lockstep_block(arm, state, out, seed, worlds, first, last, sums, stop):  # type: ignore[no-untyped-def]
    """``plain.run_fast_block`` for worlds that ``fast_memory.runs_lockstep``: the same worlds."""
    shared, opening = open_block(arm, state, seed)
    if shared and not state.lane_off[0]:
        place_posters(state, opening)
    i, ahead = first, len(state.post_keys)
    while i < last and not stop[0]:
        upto = min(i + ahead, last)
        draw_ahead(arm, state, seed, worlds, i, upto, shared)
        if state.lane_off[0]:
            one_by_one(arm, state, out, opening, shared, i, upto, sums.cascade_sizes)
        else:
            together(arm, state, out, opening, shared, i, upto, sums.cascade_sizes)
        i = upto
    close_block(state, opening, sums)
    return i
