"""What the posts of a tick bring in a plain world: nodes, impressions, answers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from viralsim.kernels.alias import GAP_TAIL, gap_draw, next_gap
from viralsim.kernels.arm_inputs import Source
from viralsim.kernels.arrays.ties import is_there, prefetch_spans
from viralsim.kernels.cpu import U, inlined, njit, prefetch
from viralsim.kernels.fast.memory import (
    CONVERTED_MARK,
    EARNED_MARK,
    MEMBER_ROOT,
    ONE_POST,
    REACHED_MARK,
    UNPROMPTED,
)
from viralsim.kernels.fast.queues import add_member, leave, line_up
from viralsim.kernels.own.asked import response_of, share_of
from viralsim.kernels.own.sets import Impression
from viralsim.kernels.queues import delay_of
from viralsim.kernels.rng import GOLDEN, RESPOND, SHOW, draw, member_key, mix, unit, unit_high, unit_low
from viralsim.kernels.sharing_law import ENGAGE, SHARE, conversion_probability, pick

EARNED = int(Source.EARNED)


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
    sells: Any  # float64[5] trust in a conversion by source
    visibility: Any
    thin: Any  # whether chances of an impression are below the envelope
    own: Any  # of ``own.own_of``


class Memory(NamedTuple):
    """The arrays of ``FastState`` that a world's loops use."""

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
    """What impressions brought."""

    reached: Any
    earned_reached: Any  # by an ordinary member's post
    impressions: Any
    engaged: Any
    converted: Any
    clipped: Any


@inlined
def nothing():  # type: ignore[no-untyped-def]
    """An empty tally."""
    return Tally(np.int64(0), np.int64(0), np.int64(0), np.int64(0), np.int64(0), np.int64(0))


@inlined
def sum_of(a, b):  # type: ignore[no-untyped-def]
    """Two tallies together."""
    return Tally(
        a.reached + b.reached, a.earned_reached + b.earned_reached, a.impressions + b.impressions,
        a.engaged + b.engaged, a.converted + b.converted, a.clipped + b.clipped,
    )  # fmt: skip


@inlined
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


@inlined
def post_due(ties, law, memory, due, due_row, count, first_node, first_hit_at, stream_keys, generations):  # type: ignore[no-untyped-def]
    """Make the nodes of ``count`` due posts and note their hits; returns where the hits end, and how many answer."""
    rows, nodes, end, earned, roots = memory.rows, memory.nodes, first_hit_at, np.int64(0), 0
    for i in range(count):
        r, member, node = rows[U(due_row[U(i)])], due[U(i)], first_node + i
        n, parent = nodes[U(node)], np.int64(r.parent)
        r.parent = node
        r.flag_bits += ONE_POST
        n.below = 1
        earned += np.int64(parent != UNPROMPTED)
        if parent < 0:
            n.parent, n.root, n.depth = MEMBER_ROOT, node, 0
            roots += 1
        else:
            n.parent, n.root, n.depth = parent, nodes[U(parent)].root, nodes[U(parent)].depth + 1
            generations[U(min(n.depth, len(generations) - 1))] += 1
        if law.envelope > 0.0:
            key = member_key(stream_keys, member, 0)
            start, stop = ties.indptr[U(member)], ties.indptr[U(member) + U(1)]
            end = first_hit(memory.hits, end, node, key, mix(key), start, stop, law)
    generations[0] += roots
    return end, earned


@inlined
def buffer(memory, member, key, position, node, at):  # type: ignore[no-untyped-def]
    """Buffer an impression: whom, of which post, their record so far, and the number that decides their response."""
    n = U(at)
    memory.members[n], memory.member_rows[n], memory.posts[n] = member, memory.slot[U(member)] - 1, node
    memory.bits[n] = np.int64(draw(key + RESPOND, position))


@inlined
def chance_of(arm, law, visibility, tick):  # type: ignore[no-untyped-def]
    """The chance of an impression of a post in a tick; ``law.envelope`` of it was drawn before, see ``exposure.thin``."""
    caps = arm.plan_visibility_cap
    return min(caps[0, U(tick)] if len(caps) else 1.0, visibility * arm.rules_rhythm[U(tick)]) if law.thin else 1.0


@inlined
def show_at(members, spans, law, memory, h, position, tick, thin, chance, at):  # type: ignore[no-untyped-def]
    """Buffer the impression at ``position`` if its tie is there and, where ``thin``, it passes ``chance``; returns its end."""
    if not is_there(spans, position, tick):
        return at
    buffer(memory, members[U(position)], h.key, position - h.start, h.node, at)
    return at + (np.int64(unit(draw(h.key + SHOW, position - h.start)) * law.envelope < chance) if thin else 1)


@inlined
def show_on(members, spans, law, memory, h, position, counter, tail, tick, thin, chance, at):  # type: ignore[no-untyped-def]
    """Buffer the impressions of ``h`` from ``position`` on, where its last gap ended; returns where they end."""
    stop = h.stop
    while True:
        if not tail:
            at = show_at(members, spans, law, memory, h, position, tick, thin, chance, at)
            position += 1
        position, counter, tail = next_gap(position, counter, law.gap_threshold, law.gap_alias)
        if position >= stop:
            return at


@inlined
def show_all(members, spans, law, memory, h, tick, chance, at):  # type: ignore[no-untyped-def]
    """Buffer the impressions of ``h`` where the envelope is 1; returns where they end."""
    for position in range(h.start, h.stop):
        at = show_at(members, spans, law, memory, h, position, tick, law.thin, chance, at)
    return at


@inlined
def show_row(members, spans, law, memory, s, tick, chance):  # type: ignore[no-untyped-def]
    """Buffer the impressions of a showing; returns how many."""
    at = np.int64(0)
    if law.envelope >= 1.0:
        return show_all(members, spans, law, memory, s, tick, chance, at)
    if law.envelope <= 0.0:
        return at
    position, counter, tail = next_gap(s.start, s.key, law.gap_threshold, law.gap_alias)
    if position >= s.stop:
        return at
    return show_on(members, spans, law, memory, s, position, counter, tail, tick, law.thin, chance, at)


@njit(_nrt=False, forceinline=True)  # optimised by itself too: 7 % of a world of six impressions
def show_hits(ties, law, memory, first, last, tick, chance):  # type: ignore[no-untyped-def]
    """Buffer the impressions of the hits from ``first`` on while there is room; returns where it stopped, and how many."""
    room, at, i, members, spans = len(memory.members), np.int64(0), np.int64(first), ties.followers, ties.spans
    while i < last:
        h = memory.hits[U(i)]
        if at + h.stop - h.start > room:
            break
        i += 1
        position, counter, tail = h.at, h.key + GOLDEN, h.tail > 0
        if law.envelope >= 1.0:
            at = show_all(members, spans, law, memory, h, tick, chance, at)
        elif law.thin:  # the same once more, as a check in the loop is felt where few are shown a post
            at = show_on(members, spans, law, memory, h, position, counter, tail, tick, True, chance, at)
        else:
            at = show_on(members, spans, law, memory, h, position, counter, tail, tick, False, chance, at)
    return i, at


@inlined
def delay_after(law, bits):  # type: ignore[no-untyped-def]
    """The reaction delay in ticks that ``bits`` select."""
    return delay_of(bits, law.delay_fixed, law.delay_threshold, law.delay_alias, law.delay_shift)


@inlined
def answer(ties, law, memory, impressions, source, trust, earned, touched, tick, delay_keys, by_community):  # type: ignore[no-untyped-def]
    """Each buffered impression gets exactly one response; returns the number of records, of posts lined up, and the tally.

    All are of one ``source`` and of posts that bring the same ``trust``; ``earned``: of ordinary members.
    """
    rows, slot, head = memory.rows, memory.slot, memory.head
    marks, sells = REACHED_MARK | EARNED_MARK if earned else REACHED_MARK, law.sells[U(source)]
    appeal, novelty, horizon = law.appeal, law.novelty[U(tick)], len(memory.head)
    communities = len(ties.community) > 1
    reached = earned_reached = engaged = converted = clipped = lined_up = np.int64(0)
    for i in range(impressions):
        member, record = np.int64(memory.members[U(i)]), np.int64(memory.member_rows[U(i)])
        if record < 0:  # untouched when looked up; an earlier impression may have touched them since
            record = np.int64(slot[U(member)]) - 1
            if record < 0:
                record = touched
                add_member(rows, slot, record, member, -1, UNPROMPTED)
                touched += 1
        r, bits = rows[U(record)], np.uint64(memory.bits[U(i)])
        if r.flag_bits & marks != marks:
            if r.flag_bits & REACHED_MARK == 0:
                reached += 1
                if communities:
                    by_community[U(ties.community[U(member)])] += 1
            earned_reached += np.int64(earned)  # else nothing is new
            r.flag_bits |= marks
        match = np.float64(pick(ties.match, U(member)))
        activity = np.float64(pick(ties.activity, U(member)))
        one = Impression(appeal, match, activity, trust, novelty, 1.0, 1.0, 1.0, 0, tick, member, 0)
        share = share_of(law.own, 0, one)
        if share > 1.0:
            share = 1.0
            clipped += 1
        conversion = conversion_probability(law.conversion, match, sells)
        if law.conversion > 0.0 and r.flag_bits & CONVERTED_MARK == 0 and unit_low(bits) < conversion:
            r.flag_bits |= CONVERTED_MARK
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
    return touched, lined_up, Tally(reached, earned_reached, impressions, engaged, converted, clipped)
