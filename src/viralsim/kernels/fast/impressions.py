"""What the posts of a tick bring in a plain world: nodes, impressions, answers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from viralsim.kernels.alias import GAP_TAIL, gap_draw, next_gap
from viralsim.kernels.arm_inputs import Source
from viralsim.kernels.arrays.ties import is_there, prefetch_spans
from viralsim.kernels.cpu import U, njit, prefetch
from viralsim.kernels.fast.queues import add_member, leave, line_up
from viralsim.kernels.own.asked import response_of, share_of
from viralsim.kernels.own.sets import Impression
from viralsim.kernels.queues import delay_of
from viralsim.kernels.rng import GOLDEN, RESPOND, draw, member_key, mix, unit_high, unit_low
from viralsim.kernels.sharing_law import ENGAGE, SHARE, conversion_probability, pick

EARNED = int(Source.EARNED)
REACHED_MARK, CONVERTED_MARK = 1, 2


class Ties(NamedTuple):
    """The network and what members are like; see ``inputs``."""

    indptr: Any  # int64[N + 1]
    followers: Any
    community: Any
    match: Any  # float32[N], or [1]
    activity: Any
    spans: Any  # of ``ties.spans_of``


class Law(NamedTuple):
    """What a plain world's channel and content do."""

    envelope: Any
    gap_threshold: Any
    gap_alias: Any
    delay_fixed: Any
    delay_threshold: Any
    delay_alias: Any
    delay_shift: Any
    appeal: Any
    novelty: Any  # float64[T]
    engagement: Any
    conversion: Any
    trust: Any
    own: Any  # of ``own.own_of``


class Memory(NamedTuple):
    """The arrays of ``State`` that a plain world uses."""

    slot: Any
    rows: Any
    nodes: Any
    hits: Any
    head: Any
    occupied: Any
    members: Any
    posts: Any
    member_rows: Any
    bits: Any


class Tally(NamedTuple):
    """What impressions brought, all of them earned."""

    reached: Any
    impressions: Any
    engaged: Any
    converted: Any
    clipped: Any


@njit(_nrt=False, forceinline=True)
def nothing():  # type: ignore[no-untyped-def]
    """An empty tally."""
    return Tally(np.int64(0), np.int64(0), np.int64(0), np.int64(0), np.int64(0))


@njit(_nrt=False, forceinline=True)
def sum_of(a, b):  # type: ignore[no-untyped-def]
    """Two tallies together."""
    return Tally(
        a.reached + b.reached, a.impressions + b.impressions, a.engaged + b.engaged, a.converted + b.converted,
        a.clipped + b.clipped,
    )  # fmt: skip


@njit(_nrt=False, forceinline=True)
def first_hit(hits, count, node, key, bits, start, stop, law):  # type: ignore[no-untyped-def]
    """Note the post of ``node`` if its first gap ends within its row; returns how many hits are noted.

    ``bits`` is draw 0 of ``key``; who posts where everyone is shown everything is a hit where they have followers.
    """
    gap = gap_draw(bits, law.gap_threshold, law.gap_alias) if law.envelope < 1.0 else 0
    h = hits[U(count)]
    h.key = key
    h.start, h.stop, h.at = start, stop, start + gap
    h.node, h.tail = node, np.int32(gap == GAP_TAIL)
    return count + np.int64(start + gap < stop)


@njit(_nrt=False, forceinline=True)
def post_due(ties, law, memory, due, due_row, count, first_node, first_hit_at, stream_keys, generations):  # type: ignore[no-untyped-def]
    """Make the nodes of ``count`` due posts and note their hits; returns where the hits end, and how many answer."""
    rows, nodes, end, earned = memory.rows, memory.nodes, first_hit_at, 0
    for i in range(count):
        member, parent, node = due[U(i)], np.int64(rows[U(due_row[U(i)])].parent), first_node + i
        n = nodes[U(node)]
        n.parent = parent
        n.below = 1
        if parent < 0:
            n.root, n.depth = node, 0
        else:
            n.root, n.depth = nodes[U(parent)].root, nodes[U(parent)].depth + 1
            earned += 1
            generations[U(min(n.depth, len(generations) - 1))] += 1
        if law.envelope > 0.0:
            key = member_key(stream_keys, member, 0)
            start, stop = ties.indptr[U(member)], ties.indptr[U(member) + U(1)]
            end = first_hit(memory.hits, end, node, key, mix(key), start, stop, law)
    generations[0] += count - earned
    return end, earned


@njit(_nrt=False, forceinline=True)
def shown(ties, memory, position, h, at):  # type: ignore[no-untyped-def]
    """Buffer an impression: whom, of which post, their record so far, and the number that decides their response."""
    n, member = U(at), ties.followers[U(position)]
    memory.members[n], memory.member_rows[n], memory.posts[n] = member, memory.slot[U(member)] - 1, h.node
    memory.bits[n] = np.int64(draw(h.key + RESPOND, position - h.start))


@njit(_nrt=False, forceinline=True)
def show_hits(ties, law, memory, first, last, tick):  # type: ignore[no-untyped-def]
    """Buffer the impressions of the hits from ``first`` on while there is room; returns where it stopped, and how many."""
    room, at, i = min(len(memory.members), len(memory.bits)), np.int64(0), np.int64(first)
    while i < last:
        h = memory.hits[U(i)]
        position, stop, tail = h.at, h.stop, h.tail > 0
        if at + stop - h.start > room:
            break
        i += 1
        if law.envelope >= 1.0:
            for position in range(h.start, stop):
                if is_there(ties.spans, position, tick):
                    shown(ties, memory, position, h, at)
                    at += 1
            continue
        counter = h.key + GOLDEN
        while True:
            if not tail:
                if is_there(ties.spans, position, tick):
                    shown(ties, memory, position, h, at)
                    at += 1
                position += 1
            position, counter, tail = next_gap(position, counter, law.gap_threshold, law.gap_alias)
            if position >= stop:
                break
    return i, at


@njit(_nrt=False, forceinline=True)
def delay_after(law, bits):  # type: ignore[no-untyped-def]
    """The reaction delay in ticks that ``bits`` select."""
    return delay_of(bits, law.delay_fixed, law.delay_threshold, law.delay_alias, law.delay_shift)


@njit(_nrt=False, forceinline=True)
def answer(ties, law, memory, impressions, touched, tick, delay_keys, by_community):  # type: ignore[no-untyped-def]
    """Each buffered impression gets exactly one response; returns the number of records, of posts lined up, and the tally."""
    rows, slot, head = memory.rows, memory.slot, memory.head
    appeal, novelty, horizon = law.appeal, law.novelty[U(tick)], len(memory.head)
    communities = len(ties.community) > 1
    reached = engaged = converted = clipped = lined_up = 0
    for i in range(impressions):
        member, record = np.int64(memory.members[U(i)]), np.int64(memory.member_rows[U(i)])
        if record < 0:  # untouched when looked up; an earlier impression may have touched them since
            record = np.int64(slot[U(member)]) - 1
            if record < 0:
                record = touched
                add_member(rows, slot, record, member, -1, -1)
                touched += 1
        r, bits = rows[U(record)], np.uint64(memory.bits[U(i)])
        if r.flag_bits == 0:
            r.flag_bits = REACHED_MARK
            reached += 1
            if communities:
                by_community[U(ties.community[U(member)])] += 1
        match = np.float64(pick(ties.match, U(member)))
        activity = np.float64(pick(ties.activity, U(member)))
        one = Impression(appeal, match, activity, 1.0, novelty, 1.0, 1.0, 1.0, 0, tick, member, 0)
        share = share_of(law.own, 0, one)
        if share > 1.0:
            share = 1.0
            clipped += 1
        conversion = conversion_probability(law.conversion, match, law.trust)
        if law.conversion > 0.0 and r.flag_bits == REACHED_MARK and unit_low(bits) < conversion:
            r.flag_bits = CONVERTED_MARK
            converted += 1
        response = response_of(law.own, 0, one, unit_high(bits), share, 0.0, law.engagement)
        if response == SHARE:
            if r.due < 0 or r.due > tick + 1:  # else they have posted, or are to post no later
                due = tick + delay_after(law, member_key(delay_keys, member, 0))
                if due < horizon and (r.due < 0 or due < r.due):
                    if r.due >= 0:
                        leave(rows, head, record, r.due)
                        lined_up -= 1
                    r.due, r.parent = due, memory.posts[U(i)]
                    prefetch(ties.followers, ties.indptr[U(member)])  # of nearly everyone who is lined up, soon
                    prefetch_spans(ties.spans, ties.indptr[U(member)])
                    line_up(rows, head, memory.occupied, record, due)
                    lined_up += 1
        elif response == ENGAGE:
            engaged += 1
    if not communities:
        by_community[U(ties.community[0])] += reached
    return touched, lined_up, Tally(reached, impressions, engaged, converted, clipped)
