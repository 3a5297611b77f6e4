"""The plain path: worlds in which posts by members are all that happens, run whole with nothing paid for what is off.

A world is *plain* where one content on one channel spreads by simple reinforcement from organic posts and every chance of an
impression is the channel's envelope (``inputs.is_eligible``). Then a member posts once, every impression is earned and the first
one that convinces them is the one they answer, so one short record per member replaces the tables of the general path. The law, the
draws and the order are those of ``tick``, ``posts`` and ``show``: ``tests/kernels/test_plain.py`` asks for the same numbers.

Where the same members post unprompted in every world, every world begins the same: their records, their nodes and
their place in the queue are made once, and their first draws many worlds at once, so that a poster whom nobody is shown costs
a draw and nothing else.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from viralsim.kernels.arrays.ties import spans_of
from viralsim.kernels.cpu import U, inlined, njit
from viralsim.kernels.fast.impressions import (
    EARNED,
    Law,
    Memory,
    Tally,
    Ties,
    answer,
    first_hit,
    nothing,
    post_due,
    show_hits,
    sum_of,
)
from viralsim.kernels.fast.predraw import draw_families, draw_posters, first_draws, first_gaps
from viralsim.kernels.fast.queues import keep_opening, open_again, organic_posts, take_queue
from viralsim.kernels.fast.trees import fast_peak, fast_trees, note_tick, note_world
from viralsim.kernels.own.asked import own_of
from viralsim.kernels.queues import next_tick
from viralsim.kernels.rng import member_key, mix


class Opening(NamedTuple):
    """How a world begins: the first tick in which someone posts, who posts then, and who is lined up for later."""

    tick: Any  # -1 where nobody posts
    posts: Any  # in that tick; their nodes come first
    touched: Any  # records
    later: Any  # ticks after the first in which someone is to post unprompted, noted in ``state.opening_tick``


class Row(NamedTuple):
    """Where a world's numbers go."""

    world: Any
    series: Any  # negative: the series is not kept
    key: Any  # place of its families of keys
    hits: Any  # where the hits of its first tick begin, and how many they are
    hit_count: Any


@njit(_nrt=False, forceinline=True)
def ties_of(arm):  # type: ignore[no-untyped-def]
    """The network and the members of a plain world."""
    return Ties(
        arm.graph_indptr[0], arm.graph_followers, arm.audience_community, arm.audience_match[0],
        arm.audience_activity, spans_of(arm),
    )  # fmt: skip


@njit(_nrt=False, forceinline=True)
def law_of(arm):  # type: ignore[no-untyped-def]
    """The channel and the content of a plain world."""
    return Law(
        arm.channels_envelope[0], arm.channels_gap_threshold[0], arm.channels_gap_alias[0],
        arm.channels_delay_fixed[0], arm.channels_delay_threshold[0], arm.channels_delay_alias[0],
        arm.channels_delay_shift[0], arm.contents_appeal[0], arm.contents_novelty[0],
        arm.channels_engagement_rate[0], arm.contents_conversion_rate[0], arm.contents_conversion_trust[0, EARNED],
        own_of(arm),
    )  # fmt: skip


@njit(_nrt=False, forceinline=True)
def memory_of(state):  # type: ignore[no-untyped-def]
    """The arrays that its loops use."""
    return Memory(
        state.slot, state.fast_rows, state.fast_nodes, state.hits, state.head, state.occupied,
        state.buffer_member, state.buffer_position, state.buffer_row, state.spare_due,
    )  # fmt: skip


@inlined
def open_first_tick(arm, state, drawn_at, shared):  # type: ignore[no-untyped-def]
    """Line up who posts unprompted and take out those of the first tick, with their nodes and rows of followers."""
    memory, indptr = memory_of(state), arm.graph_indptr[0]
    touched = np.int64(
        organic_posts(
            arm.plan_organic_tick, state.drawn, drawn_at, memory.rows, memory.slot, memory.head, memory.occupied
        )
    )
    if touched == 0:
        return Opening(np.int64(-1), np.int64(0), touched, np.int64(0))
    tick = np.int64(next_tick(memory.occupied, -1, len(memory.head)))
    count = np.int64(take_queue(state, tick))
    for i in range(count):
        n = memory.nodes[U(i)]
        n.parent, n.root, n.depth, n.below = -1, i, 0, 1
        member = state.due[U(i)]
        state.due_first[U(i)] = member  # ``due`` itself is filled again in each tick
        state.due_start[U(i)], state.due_stop[U(i)] = indptr[U(member)], indptr[U(member) + U(1)]
    later = np.int64(keep_opening(state, touched) if shared else 0)
    return Opening(tick, count, touched, later)


@inlined
def first_hits(arm, state, opening, worlds, posters):  # type: ignore[no-untyped-def]
    """Which posts of the first tick someone is shown, in ``worlds`` worlds of the same posters: O(posts * worlds) draws."""
    law, stream_keys, bits, counts = law_of(arm), state.post_keys, state.first_bits, state.hit_count
    hits, shown_in = state.hits, state.shown_in
    counts[:worlds] = 0
    if law.envelope <= 0.0:
        return
    for i in range(opening.posts):
        member, start, stop = np.int64(state.due_first[U(i)]), state.due_start[U(i)], state.due_stop[U(i)]
        first_draws(stream_keys, member, worlds, bits)
        first_gaps(bits, worlds, law.gap_threshold, law.gap_alias, stop - start, state.is_shown)
        shown = np.int64(0)
        for w in range(worlds):
            shown_in[U(shown)] = w
            shown += np.int64(state.is_shown[U(w)])
        for j in range(worlds if law.envelope >= 1.0 else shown):
            in_ = np.int64(j if law.envelope >= 1.0 else shown_in[U(j)])
            key, at = member_key(stream_keys[U(in_)], member, 0), in_ * posters
            counts[U(in_)] = first_hit(hits, at + counts[U(in_)], i, key, bits[U(in_)], start, stop, law) - at


@njit(_nrt=False, forceinline=True)
def own_hits(arm, state, opening, stream_keys, first):  # type: ignore[no-untyped-def]
    """``first_hits`` of one world, from ``first`` on; returns how many."""
    law, end = law_of(arm), first
    if law.envelope > 0.0:
        for i in range(opening.posts):
            key = member_key(stream_keys, state.due_first[U(i)], 0)
            end = first_hit(state.hits, end, i, key, mix(key), state.due_start[U(i)], state.due_stop[U(i)], law)
    return end - first


@inlined
def fast_world(arm, state, out, opening, row, cascade_sizes):  # type: ignore[no-untyped-def]
    """One world after its opening, whole, its trees measured; returns the structural virality and the number of records.

    O(what happens).
    """
    ties, law, memory, horizon = ties_of(arm), law_of(arm), memory_of(state), len(state.head)
    due, due_row = state.due, state.due_row
    post_keys, delay_keys = state.post_keys[U(row.key)], state.delay_keys[U(row.key)]
    by_community, later_hits = out.reach_by_community[U(row.world)], len(state.hits) - len(state.slot) - 1
    node, touched, waiting, tick, visited, earned = (
        opening.posts, opening.touched, opening.touched - opening.posts, opening.tick, np.int64(0), np.int64(0),
    )  # fmt: skip
    total = nothing()
    at, end, count, answers = row.hits, row.hits + row.hit_count, opening.posts, np.int64(0)
    while opening.posts > 0:
        of_tick = nothing()
        while at < end:
            at, shown = show_hits(ties, law, memory, at, end, tick)
            touched, lined_up, tally = answer(ties, law, memory, shown, touched, tick, delay_keys, by_community)
            waiting += lined_up
            of_tick = sum_of(of_tick, Tally(tally.reached, shown, tally.engaged, tally.converted, tally.clipped))
        state.ticks[U(visited)], state.tick_shares[U(tick)] = tick, count
        visited += 1
        total = sum_of(total, of_tick)
        earned += answers
        if row.series >= 0:
            note_tick(out.series[U(row.series), U(tick)], count, answers, of_tick)
        if waiting == 0:
            break
        tick = np.int64(next_tick(memory.occupied, tick, horizon))
        count = take_queue(state, tick)
        at = later_hits
        end, answers = post_due(ties, law, memory, due, due_row, count, node, at, post_keys, state.generations)
        waiting -= count
        node += count
    counts = out.counts[U(row.world)]
    note_world(counts, node, earned, total)
    out.reach_by_channel[U(row.world), 0] = total.reached
    fast_peak(state.ticks, state.tick_shares, visited, counts)
    hits = memory.hits[row.hits : row.hits + row.hit_count]
    return fast_trees(memory.nodes, node, opening.posts, hits, state.breadth, counts, cascade_sizes), touched


@inlined
def forget(state, first, touched):  # type: ignore[no-untyped-def]
    """Forget the members of the records ``first..touched-1``."""
    for i in range(first, touched):
        state.slot[U(state.fast_rows[U(i)].member)] = 0


@njit(_nrt=False, forceinline=True)
def shared_world(arm, state, out, opening, row, cascade_sizes):  # type: ignore[no-untyped-def]
    """One world of those that all have the same ``opening``; its hits are there."""
    open_again(state, opening)
    out.structural_virality[U(row.world)], touched = fast_world(arm, state, out, opening, row, cascade_sizes)
    forget(state, opening.touched, touched)
    state.generations[0] += opening.posts
    out.done[U(row.world)] = True


@njit(_nrt=False, forceinline=True)
def drawn_world(arm, state, out, w, i, cascade_sizes):  # type: ignore[no-untyped-def]
    """The world of row ``w``, whose posters and keys were drawn as those of the ``i``-th to come."""
    posters, recorded = len(arm.plan_organic_member), len(out.series) - 1
    opening = open_first_tick(arm, state, i * posters, False)
    hits = own_hits(arm, state, opening, state.post_keys[U(i)], i * posters)
    row = Row(w, w if w < recorded else -1, i, i * posters, hits)
    out.structural_virality[U(w)], touched = fast_world(arm, state, out, opening, row, cascade_sizes)
    forget(state, 0, touched)
    state.generations[0] += opening.posts
    out.done[U(w)] = True


@njit(_nrt=False, forceinline=True)
def one_by_one(arm, state, out, opening, shared, first, last, cascade_sizes):  # type: ignore[no-untyped-def]
    """The worlds of rows ``first..last-1``."""
    recorded, posters = len(out.series) - 1, len(arm.plan_organic_member)
    if shared:
        first_hits(arm, state, opening, last - first, posters)
    for w in range(first, last):
        i = w - first
        if shared:
            row = Row(w, w if w < recorded else -1, i, i * posters, state.hit_count[U(i)])
            shared_world(arm, state, out, opening, row, cascade_sizes)
        else:
            drawn_world(arm, state, out, w, i, cascade_sizes)


@inlined
def open_block(arm, state, seed):  # type: ignore[no-untyped-def]
    """Whether all worlds have the same posters, and if so how they begin."""
    drawn = np.int64(0)
    for i in range(len(arm.plan_organic_member)):
        drawn += np.int64(arm.plan_organic_member[i] < 0)
    if drawn > 0:
        return False, Opening(np.int64(-1), np.int64(0), np.int64(0), np.int64(0))
    draw_posters(arm, state, seed, np.int64(0), np.int64(0))  # not literals, whose types are compiled apart
    return True, open_first_tick(arm, state, 0, True)


@njit(_nrt=False, forceinline=True)
def draw_ahead(arm, state, seed, worlds, first, last, shared):  # type: ignore[no-untyped-def]
    """What is drawn for the worlds ``first..last-1`` before they run: families of keys, and posters that are not shared."""
    posters = len(arm.plan_organic_member)
    draw_families(arm, state, seed, worlds, first, last)
    for w in range(first, last if not shared else first):
        draw_posters(arm, state, seed, worlds[U(w)], (w - first) * posters)


@inlined
def close_block(state, opening, sums):  # type: ignore[no-untyped-def]
    """Forget how the worlds began, and hand over what was counted."""
    forget(state, 0, opening.touched)
    for depth in range(len(state.generations)):
        sums.generations[depth] += state.generations[depth]
        state.generations[depth] = 0


@njit(cache=True, nogil=True)
def run_fast_block(arm, state, out, seed, worlds, first, last, sums, stop):  # type: ignore[no-untyped-def]
    """``worlds.run_block`` for plain worlds: ``worlds[first:last]``; returns the first that was not done, else ``last``."""
    shared, opening = open_block(arm, state, seed)
    i, ahead = first, len(state.post_keys)
    while i < last and not stop[0]:
        upto = min(i + ahead, last)
        draw_ahead(arm, state, seed, worlds, i, upto, shared)
        one_by_one(arm, state, out, opening, shared, i, upto, sums.cascade_sizes)
        i = upto
    close_block(state, opening, sums)
    return i
