"""How posts are exposed: drawn gaps along a row, thinning, bought and recommended impressions."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.alias import next_gap
from viralsim.kernels.arrays.frequency import note_line
from viralsim.kernels.arrays.ties import keep_members, keep_ties, spans_of
from viralsim.kernels.counts import R_FEED_CAPACITY, R_TICKS_PER_DAY
from viralsim.kernels.cpu import U, inlined, inner, prefetch
from viralsim.kernels.queues import occupy, touch
from viralsim.kernels.rng import PACE, SEE, SEND, SHOW, below, draw, unit
from viralsim.kernels.state import (
    FOLLOWERS,
    LATER_FULL,
    LATER_POSTS,
    LATERS,
    OUT_ROW,
    OVERFLOW,
    PAID,
    RECOMMENDED,
)

TRIES_PAID, TRIES_RECOMMENDED = 16, 32


@inlined
def gaps(arm, state, members, channel, start, stop, key, at):  # type: ignore[no-untyped-def]
    """Positions of the row ``members[start:stop]`` that pass coins of the channel's envelope.

    Written from ``at`` on; returns where they end. O(successes).
    """
    c = U(channel)
    envelope = arm.channels_envelope[c]
    out_member, out_position = state.buffer_member, state.buffer_position
    n = at
    if envelope >= 1.0:
        for i in range(start, stop):
            out_member[U(n)] = members[U(i)]
            out_position[U(n)] = i - start
            n += 1
        return n
    if envelope <= 0.0:
        return at
    threshold, alias = arm.channels_gap_threshold[c], arm.channels_gap_alias[c]
    position, counter = np.int64(start), key
    while True:
        position, counter, tail = next_gap(position, counter, threshold, alias)
        if position >= stop:
            return n
        if tail:
            continue
        out_member[U(n)] = members[U(position)]
        out_position[U(n)] = position - start
        n += 1
        position += 1


@inner
def sent_to(state, members, s, at):  # type: ignore[no-untyped-def]
    """The followers that a private send goes to: ``s.sent`` of the row, all where there are no more (Floyd's sampling).

    Written from ``at`` on, by position; returns where they end. O(sent^2).
    """
    row, position = s.stop - s.start, state.buffer_position
    count = min(np.int64(s.sent), row)
    for i in range(count):
        j = row - count + i
        chosen = np.int64(below(draw(s.key + SEND, 1 + i), j + 1))
        for k in range(at, at + i):
            if position[U(k)] == chosen:
                chosen = j  # higher than all before it
                break
        k = at + i
        while k > at and position[U(k - 1)] > chosen:
            position[U(k)] = position[U(k - 1)]
            k -= 1
        position[U(k)] = chosen
    for k in range(at, at + count):
        state.buffer_member[U(k)] = members[U(s.start + position[U(k)])]
    return at + count


@inlined
def thin(arm, state, tick, channel, content, s, tied, first, last):  # type: ignore[no-untyped-def]
    """Keep the impressions in ``first:last`` that pass visibility * tie * attention * rhythm; returns the new end.

    Written without a branch where nothing of this rests on the member: of a few impressions each, posts would guess it wrongly.
    """
    c, caps = U(channel), arm.plan_visibility_cap
    rhythm, envelope = arm.rules_rhythm[U(tick)], arm.channels_envelope[c]
    most = caps[c, U(tick)] if len(caps) else 1.0
    if tied or len(arm.audience_background_load):
        return thin_by_member(arm, state, tick, content, s, tied, rhythm, most, envelope, first, last)
    members, positions, key, kept = state.buffer_member, state.buffer_position, s.key + SHOW, first
    q = min(most, s.visibility * rhythm)
    for i in range(first, last):
        position = positions[U(i)]
        members[U(kept)], positions[U(kept)] = members[U(i)], position
        kept += np.int64(unit(draw(key, position)) * envelope < q)
    return kept


@inner
def thin_by_member(arm, state, tick, content, s, tied, rhythm, most, envelope, first, last):  # type: ignore[no-untyped-def]
    """``thin`` where a tie, or what else a member was shown today, counts too."""
    contents = len(arm.contents_key)
    visibility, start, key, capacity = s.visibility, s.start, s.key, arm.rules_values[R_FEED_CAPACITY]
    tie, background = arm.graph_tie_strength, arm.audience_background_load
    day, kept = np.int32(tick // np.int64(arm.rules_values[R_TICKS_PER_DAY])), first
    for i in range(first, last):
        member, position = state.buffer_member[U(i)], state.buffer_position[U(i)]
        q = visibility
        if tied:
            q *= np.float64(tie[U(start + position)])
        if len(background):
            load = np.float64(background[U(member)])
            row = np.int64(state.slot[U(member)]) - 1
            if row >= 0:
                for k in range(contents):
                    if k != content:
                        e = state.exposure[U(row * contents + k)]
                        if e.day == day:
                            load += e.today
            if load > capacity:
                q *= capacity / load
        q = min(most, q * rhythm)
        if unit(draw(key + SHOW, position)) * envelope < q:
            state.buffer_member[U(kept)] = member
            state.buffer_position[U(kept)] = position
            kept += 1
    return kept


@inner
def put_off(arm, state, tick, channel, s, first, last):  # type: ignore[no-untyped-def]
    """Keep those of the impressions in ``first:last`` that are seen at once, queue those seen later; returns the new end."""
    delays, scales = arm.channels_seeing_delay[channel], arm.channels_seeing_scale[channel]
    scale = scales[below(draw(s.key + PACE, 0), len(scales))]
    now, left = state.scalars, np.float64(len(state.later_head) - tick)
    kept, post = first, np.int64(-1)
    for i in range(first, last):
        member, position = state.buffer_member[U(i)], state.buffer_position[U(i)]
        bits = draw(s.key + SEE, position)
        delay = delays[below(bits, len(delays))] * scale
        if delay < 1.0:
            state.buffer_member[U(kept)], state.buffer_position[U(kept)] = member, position
            kept += 1
        elif delay < left:
            if post < 0:
                post = now[LATER_POSTS]
            if post >= len(state.later_posts) or now[LATERS] >= len(state.later):
                now[OVERFLOW] = LATER_FULL
                return kept
            state.later_posts[post] = s
            now[LATER_POSTS] = post + 1
            entry, due = now[LATERS], tick + np.int64(delay)
            now[LATERS] = entry + 1
            waits = state.later[entry]
            waits.bits, waits.post, waits.member, waits.position = bits, post, member, position
            waits.next = state.later_head[due]
            state.later_head[due] = entry + 1
            occupy(state.occupied, due)
    return kept


@inner
def present_member(arm, channel, members, bits):  # type: ignore[no-untyped-def]
    """A uniformly drawn member who is present on ``channel``: of paid, recommended and organic posts alike."""
    first, last = arm.audience_present_start[U(channel)], arm.audience_present_start[U(channel + 1)]
    i = below(bits, last - first if last > first else members)
    return np.int64(arm.audience_present[U(first + i)]) if last > first else i


@inlined
def target(arm, state, line, channel, bits):  # type: ignore[no-untyped-def]
    """Whom a paid impression of ``line`` is drawn for: one of the line's targets, or anyone on the channel."""
    first, last = arm.plan_paid_start[U(line)], arm.plan_paid_start[U(line + 1)]
    if last > first:
        return np.int64(arm.plan_paid_targets[U(first + below(bits, last - first))])
    return present_member(arm, channel, len(state.slot), bits)


@inlined
def buy(arm, state, line, channel, count, key, at):  # type: ignore[no-untyped-def]
    """Draw the members of the ``count`` paid impressions of a line in one tick, under its frequency cap; returns where they end."""
    cap, lines = arm.plan_paid_cap[U(line)], len(arm.plan_paid_cap)
    slot, advertised = state.slot, state.advertised
    out_member, out_position = state.buffer_member, state.buffer_position
    for j in range(count):  # first choices at once, so that the look-ups of their rows overlap
        member = target(arm, state, line, channel, draw(key, TRIES_PAID * j))
        out_member[U(at + j)] = member
        if cap > 0:
            prefetch(slot, member)
    n = at
    for j in range(count):
        member = np.int64(out_member[U(at + j)])
        for i in range(TRIES_PAID):
            if i > 0:
                member = target(arm, state, line, channel, draw(key, TRIES_PAID * j + i))
            if cap > 0:
                place = U(touch(state, member) * lines + line)
                if advertised[place] >= cap:
                    continue
                advertised[place] += 1
            out_member[U(n)] = member
            out_position[U(n)] = j
            n += 1
            break
    return n


@inner
def recommend(arm, members, channel, content, count, key, out_member, out_position, at):  # type: ignore[no-untyped-def]
    """Draw the members of ``count`` recommended impressions by their match, by rejection; returns where they end."""
    match = arm.audience_match[content]
    for i in range(count):
        member = np.int64(0)
        for j in range(TRIES_RECOMMENDED):
            member = present_member(arm, channel, members, draw(key, 1 + 64 * i + 2 * j))
            m = np.float64(match[member if len(match) > 1 else 0])
            if j == TRIES_RECOMMENDED - 1 or unit(draw(key, 2 + 64 * i + 2 * j)) * arm.channels_max_match[content] < m:
                break
        out_member[at + i] = member
        out_position[at + i] = i
    return at + count


@inlined
def expose(arm, state, tick, s, at, out):  # type: ignore[no-untyped-def]
    """Buffer the impressions of one showing from ``at`` on; returns where they end."""
    content, channel = state.content_of[U(s.cell)], state.channel_of[U(s.cell)]
    gone = len(arm.plan_removed_at) > 0
    if s.kind == PAID:
        end = buy(arm, state, s.number, channel, s.stop, s.key, at)
        if gone:
            end = keep_members(arm, state, tick, at, end)
        if len(state.line_seen):
            note_line(state, s.number, at, end)
        out.paid_bought[U(state.scalars[OUT_ROW]), U(s.number)] += end - at
        return end
    if s.kind == RECOMMENDED:
        end = recommend(
            arm, len(state.slot), channel, content, s.stop, s.key, state.buffer_member, state.buffer_position, at
        )
        return keep_members(arm, state, tick, at, end) if gone else end
    if s.sent > 0:
        end = sent_to(state, arm.graph_followers, s, at)
        end = keep_ties(state, spans_of(arm), s.start, tick, at, end)
        return keep_members(arm, state, tick, at, end) if gone else end
    if s.member >= 0:  # waited for this tick
        state.buffer_member[U(at)], state.buffer_position[U(at)] = s.member, s.position
        end = at + 1
    elif s.kind == FOLLOWERS:
        end = gaps(arm, state, arm.graph_followers, channel, s.start, s.stop, s.key, at)
        end = keep_ties(state, spans_of(arm), s.start, tick, at, end)
    else:
        end = gaps(arm, state, arm.plan_owned_followers, channel, s.start, s.stop, s.key, at)
    if end > at and s.member < 0 and len(arm.channels_seeing_delay):
        end = put_off(arm, state, tick, channel, s, at, end)
    if gone:
        end = keep_members(arm, state, tick, at, end)
    if end > at and arm.channels_thin[U(channel)]:
        tied = s.kind == FOLLOWERS and len(arm.graph_tie_strength) > 0
        end = thin(arm, state, tick, channel, content, s, tied, at, end)
    return end
