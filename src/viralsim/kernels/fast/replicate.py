"""The plain path: worlds of one content on one channel, run whole with nothing paid for what is off.

A world is *plain* where one content on one channel spreads by simple reinforcement (``eligible.is_eligible``). Then the first
impression that convinces a member is the one they answer, so one short record per member replaces the tables of the general
path. The law, the draws and the order are those of ``tick``, ``posts`` and ``respond``, and what a plan decides is decided
there: ``tests/kernels/test_fast.py`` asks for the same numbers.

Where the same members post unprompted in every world and nothing else happens, every world begins the same: their records,
their nodes and their place in the queue are made once, and their first draws many worlds at once, so that a poster whom nobody
is shown costs a draw and nothing else.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from viralsim.kernels.arrays.ties import spans_of
from viralsim.kernels.counts import N_EARNED_SHARES, N_REACH, N_SHARES
from viralsim.kernels.cpu import ONE, ZERO, U, inlined, njit
from viralsim.kernels.fast.impressions import (
    EARNED,
    Law,
    Memory,
    Ties,
    answer,
    chance_of,
    first_hit,
    nothing,
    post_due,
    show_hits,
    sum_of,
)
from viralsim.kernels.fast.memory import MEMBER_ROOT
from viralsim.kernels.fast.plan import act, begin_plan, show_planned
from viralsim.kernels.fast.predraw import draw_families, draw_posters, first_draws, first_gaps
from viralsim.kernels.fast.queues import keep_opening, open_again, organic_posts, take_queue
from viralsim.kernels.fast.trees import (
    fast_peak,
    fast_trees,
    note_earned,
    note_posts,
    note_starts,
    note_tally,
    note_tick,
)
from viralsim.kernels.own.asked import own_of
from viralsim.kernels.queues import next_tick
from viralsim.kernels.respond import note_sales
from viralsim.kernels.rng import member_key, world_key
from viralsim.kernels.state import DELIVERIES
from viralsim.kernels.tick import take_row


class Opening(NamedTuple):
    """How a world begins: who is lined up to post, and where worlds share their first tick, which it is and who posts then."""

    tick: Any  # -1 where it is not shared, or nobody posts
    posts: Any  # in that tick; their nodes come first
    touched: Any  # records
    later: Any  # ticks after the first in which someone is to post unprompted, noted in ``state.opening_tick``


class Row(NamedTuple):
    """Where a world's numbers go."""

    world: Any
    series: Any  # negative: the series is not kept
    key: Any  # place of its families of keys
    of_world: Any  # its own key, where a plan draws from it
    hits: Any  # where the hits of its first tick begin, and how many they are
    hit_count: Any


@inlined
def ties_of(arm):  # type: ignore[no-untyped-def]
    """The network and the members of a plain world."""
    return Ties(
        arm.graph_indptr[0], arm.graph_followers, arm.audience_community, arm.audience_match[0],
        arm.audience_activity, spans_of(arm),
    )  # fmt: skip


@inlined
def law_of(arm, planned):  # type: ignore[no-untyped-def]
    """The channel and the content of a plain world."""
    return Law(
        arm.channels_envelope[0], arm.channels_gap_threshold[0], arm.channels_gap_alias[0],
        arm.channels_delay_fixed[0], arm.channels_delay_threshold[0], arm.channels_delay_alias[0],
        arm.channels_delay_shift[0], arm.contents_appeal[0], arm.contents_novelty[0],
        arm.channels_engagement_rate[0], arm.contents_conversion_rate[0], arm.contents_conversion_trust[0],
        arm.channels_visibility[0], planned and arm.channels_thin[0] != 0, own_of(arm),
    )  # fmt: skip


@inlined
def memory_of(state):  # type: ignore[no-untyped-def]
    """The arrays that its loops use."""
    return Memory(
        state.slot, state.fast_rows, state.fast_nodes, state.hits, state.head, state.occupied,
        state.buffer_member, state.buffer_position, state.buffer_row, state.spare_due,
    )  # fmt: skip


@inlined
def line_up_organic(arm, state, drawn_at):  # type: ignore[no-untyped-def]
    """Line up who posts unprompted; returns the number of records."""
    ticks = arm.plan_organic_tick
    return np.int64(
        organic_posts(ticks, state.drawn, drawn_at, state.fast_rows, state.slot, state.head, state.occupied)
    )


@inlined
def open_first_tick(arm, state):  # type: ignore[no-untyped-def]
    """Line up who posts unprompted and take out those of the first tick, with their nodes and rows of followers."""
    memory, indptr = memory_of(state), arm.graph_indptr[0]
    touched = line_up_organic(arm, state, 0)
    if touched == 0:
        return Opening(np.int64(-1), np.int64(0), touched, np.int64(0))
    tick = np.int64(next_tick(memory.occupied, -1, len(memory.head)))
    count = np.int64(take_queue(state, tick))
    for i in range(count):
        n = memory.nodes[U(i)]
        n.parent, n.root, n.depth, n.below = MEMBER_ROOT, i, 0, 1
        member = state.due[U(i)]
        state.due_first[U(i)] = member  # ``due`` itself is filled again in each tick
        state.due_start[U(i)], state.due_stop[U(i)] = indptr[U(member)], indptr[U(member) + U(1)]
    return Opening(tick, count, touched, np.int64(keep_opening(state, touched)))


@inlined
def first_hits(arm, state, opening, worlds, posters):  # type: ignore[no-untyped-def]
    """Which posts of the first tick someone is shown, in ``worlds`` worlds of the same posters: O(posts * worlds) draws."""
    law, stream_keys, bits, counts = law_of(arm, False), state.post_keys, state.first_bits, state.hit_count
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


@inlined
def is_planned(state, tick):  # type: ignore[no-untyped-def]
    """Whether the plan does anything in ``tick``."""
    return (state.planned_ticks[U(tick >> 6)] >> np.uint64(tick & 63)) & ONE != ZERO


@inlined
def show_plan(arm, state, out, ties, law, memory, row, tick, touched):  # type: ignore[no-untyped-def]
    """Show and answer what the plan shows in a tick; returns the number of records."""
    by_community, delay_keys = out.reach_by_community[U(row.world)], state.delay_keys[U(row.key)]
    for i in range(state.scalars[DELIVERIES]):
        s = state.deliveries[U(i)]
        source = np.int64(s.source)
        shown = np.int64(show_planned(arm, state, ties, law, memory, s, tick, out))
        touched, _, tally = answer(
            ties, law, memory, shown, source, s.trust, False, touched, tick, delay_keys, by_community
        )
        note_tally(out.counts[U(row.world)], source, tally)
        note_tick(out, row, tick, tally)
        note_sales(s, tally.converted, out, row.world)
    return touched


@inlined
def show_earned(state, out, ties, law, memory, row, at, end, tick, chance, touched):  # type: ignore[no-untyped-def]
    """Show and answer the hits ``at:end`` of a tick; returns the number of records, of posts lined up, and the tally."""
    by_community, delay_keys, waiting = out.reach_by_community[U(row.world)], state.delay_keys[U(row.key)], np.int64(0)
    of_tick = nothing()
    while at < end:
        at, shown = show_hits(ties, law, memory, at, end, tick, chance)
        touched, lined_up, tally = answer(
            ties, law, memory, shown, EARNED, 1.0, True, touched, tick, delay_keys, by_community
        )
        waiting += lined_up
        of_tick = sum_of(of_tick, tally)
    note_tick(out, row, tick, of_tick)
    return touched, waiting, of_tick


@inlined
def fast_world(arm, state, out, opening, row, sums, planned):  # type: ignore[no-untyped-def]
    """One world after its opening, whole, its trees measured; returns the structural virality and the number of records.

    ``planned``: see ``run_plain``. O(what happens).
    """
    ties, law, memory, horizon = ties_of(arm), law_of(arm, planned), memory_of(state), len(state.head)
    due, due_row, post_keys = state.due, state.due_row, state.post_keys[U(row.key)]
    later_hits, opened = len(state.hits) - len(state.slot) - 1, opening.posts > 0
    node, touched, visited, waiting = opening.posts, opening.touched, np.int64(0), opening.touched - opening.posts
    shares, earned, total = np.int64(0), np.int64(0), nothing()
    at, end, counts = row.hits, row.hits + row.hit_count, out.counts[U(row.world)]
    tick = opening.tick if opened else np.int64(next_tick(memory.occupied, -1, horizon))
    while tick < horizon:
        posts, answers = opening.posts, np.int64(0)
        if opened:
            opened = False
        else:
            posts = np.int64(0)
            if planned and is_planned(state, tick):
                node, touched, posts = act(arm, state, tick, row.of_world, node, touched, out)
                touched = show_plan(arm, state, out, ties, law, memory, row, tick, touched)
            count = np.int64(take_queue(state, tick))
            at = later_hits
            end, answers = post_due(ties, law, memory, due, due_row, count, node, at, post_keys, state.generations)
            waiting -= count
            node += count
            posts += count
        chance = chance_of(arm, law, law.visibility, tick)
        touched, lined_up, of_tick = show_earned(state, out, ties, law, memory, row, at, end, tick, chance, touched)
        shares, earned, total = shares + posts, earned + answers, sum_of(total, of_tick)
        waiting += lined_up  # known where nothing is planned; a plan's world looks for its next tick up to the horizon
        state.ticks[U(visited)], state.tick_shares[U(tick)] = tick, posts
        visited += 1
        note_posts(out, row, tick, posts, answers)
        if waiting == 0 and not planned:
            break
        tick = np.int64(next_tick(memory.occupied, tick, horizon))
    counts[N_SHARES], counts[N_EARNED_SHARES] = shares, earned
    if planned:
        note_tally(counts, EARNED, total)
        out.reach_by_channel[U(row.world), 0] = counts[N_REACH]
    else:
        note_earned(counts, total)
        out.reach_by_channel[U(row.world), 0] = total.reached
    fast_peak(state.ticks, state.tick_shares, visited, counts)
    hits = memory.hits[row.hits : row.hits + row.hit_count]
    virality = fast_trees(memory.nodes, node, opening.posts, hits, state.breadth, counts, sums.cascade_sizes)
    if planned:
        note_starts(memory.nodes, node, counts, sums.advocate_shares)
    return virality, touched


@inlined
def forget(state, first, touched):  # type: ignore[no-untyped-def]
    """Forget the members of the records ``first..touched-1``."""
    for i in range(first, touched):
        state.slot[U(state.fast_rows[U(i)].member)] = 0


@inlined
def begin_drawn(arm, state, seed, worlds, w, i, planned):  # type: ignore[no-untyped-def]
    """Begin the world of row ``w``, whose posters and keys were drawn as those of the ``i``-th to come."""
    none, key, posters = np.int64(0), ZERO, len(arm.plan_organic_member)
    if planned:
        take_row(state, w)
        key = world_key(seed, worlds[U(w)])
        begin_plan(arm, state, key, w)
    return Opening(np.int64(-1), none, line_up_organic(arm, state, i * posters), none), key


@inlined
def one_by_one(arm, state, out, opening, shared, seed, worlds, first, last, sums, planned):  # type: ignore[no-untyped-def]
    """The worlds of rows ``first..last-1``."""
    recorded, posters, none = len(out.series) - 1, len(arm.plan_organic_member), np.int64(0)
    if shared:
        first_hits(arm, state, opening, last - first, posters)
    for w in range(first, last):
        i, begun, key, hits = w - first, opening, ZERO, none
        if shared:
            open_again(state, opening)
            hits = state.hit_count[U(i)]
        else:
            begun, key = begin_drawn(arm, state, seed, worlds, w, i, planned)
        row = Row(w, w if w < recorded else -1, i, key, i * posters, hits)
        out.structural_virality[U(w)], touched = fast_world(arm, state, out, begun, row, sums, planned)
        forget(state, opening.touched, touched)
        state.generations[0] += opening.posts
        out.done[U(w)] = True


@inlined
def open_block(arm, state, seed, planned):  # type: ignore[no-untyped-def]
    """Whether all worlds begin in the same way, and if so how."""
    drawn, none = planned, np.int64(0)
    for i in range(len(arm.plan_organic_member)):
        drawn |= arm.plan_organic_member[i] < 0
    if drawn:
        return False, Opening(np.int64(-1), none, none, none)
    draw_posters(arm, state, seed, none, none)  # not literals, whose types are compiled apart
    return True, open_first_tick(arm, state)


@inlined
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


@inlined
def run_plain(arm, state, out, seed, worlds, first, last, sums, stop, planned):  # type: ignore[no-untyped-def]
    """``run_plain_block``; ``planned``: whether worlds may have a plan, chances below the envelope and inputs of their own."""
    shared, opening = open_block(arm, state, seed, planned)
    i, ahead = first, len(state.post_keys)
    while i < last and not stop[0]:
        upto = min(i + ahead, last)
        draw_ahead(arm, state, seed, worlds, i, upto, shared)
        one_by_one(arm, state, out, opening, shared, seed, worlds, i, upto, sums, planned)
        i = upto
    close_block(state, opening, sums)
    return i


@njit(cache=True, nogil=True)
def run_plain_block(arm, state, out, seed, worlds, first, last, sums, stop):  # type: ignore[no-untyped-def]
    """``batch.run_block`` for plain worlds: ``worlds[first:last]``; returns the first that was not done, else ``last``."""
    return run_plain(arm, state, out, seed, worlds, first, last, sums, stop, True)


@njit(cache=True, nogil=True)
def run_organic_block(arm, state, out, seed, worlds, first, last, sums, stop):  # type: ignore[no-untyped-def]
    """``run_plain_block`` of worlds in which members post unprompted and nothing else happens."""
    return run_plain(arm, state, out, seed, worlds, first, last, sums, stop, False)
