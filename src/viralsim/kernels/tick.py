"""The one step, ``decide`` then ``advance``: both drivers call it."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.arm_inputs import Source
from viralsim.kernels.counts import (
    N_ASKED,
    N_CRITICAL_SHARES,
    N_HALF_TICK,
    N_PEAK_TICK,
    N_SHARES,
    N_SOFTENED_TICK,
    R_AMPLIFY_AT_MOST,
    R_AMPLIFY_COOLDOWN,
    R_AMPLIFY_SHARES,
    R_FOCAL,
    R_MANAGER_FROM,
    R_RESPOND_AT_LEAST,
    R_RESPOND_DELAY,
    R_RESPOND_EFFECT,
    R_RESPOND_RATIO,
    S_CONVERSIONS,
    S_IMPRESSIONS,
    S_REACH,
    S_SHARES,
)
from viralsim.kernels.cpu import ZERO, U, inlined, inner
from viralsim.kernels.exposure import present_member
from viralsim.kernels.posts import make_member_posts, make_owned_posts
from viralsim.kernels.queues import occupy, schedule, sort_pairs, touch
from viralsim.kernels.respond import deliver_all
from viralsim.kernels.rng import Stream, member_key, stream_key, unit
from viralsim.kernels.sharing_law import CONVERTED_MARK
from viralsim.kernels.state import (
    ACTIONS,
    ANSWERED,
    DELIVERIES,
    EDGES,
    KEY_ORGANIC,
    KEY_PAID,
    LAST_REPOST,
    OUT_ROW,
    OVERFLOW,
    OWNED,
    OWNED_AT,
    PAID,
    PLANNED_AT,
    RECOMMENDED,
    REPOSTS,
    SERIES_ROW,
    TICKS,
    TOUCHED,
)
from viralsim.kernels.trees import peak_and_half

S_WILLING = int(Stream.WILLING)
KEY_STREAMS = np.array(  # by row of ``State.stream_keys``
    [
        Stream.POST,
        Stream.BRAND_POST,
        Stream.PAID,
        Stream.DELAY,
        Stream.CROSS_POST,
        Stream.PERSIST,
        Stream.THRESHOLD,
        Stream.ORGANIC,
    ],
    dtype=np.int64,
)
FROM_PAID, FROM_RECOMMENDED = int(Source.PAID), int(Source.RECOMMENDED)


@inlined
def take_row(state, world):  # type: ignore[no-untyped-def]
    """Copy the inputs of the world at row ``world`` into the arm's own arrays, where any differ by world."""
    for i in range(len(state.own_words8)):
        state.own_words8[U(i)] = state.world_words8[U(world), U(i)]
    for i in range(len(state.own_words4)):
        state.own_words4[U(i)] = state.world_words4[U(world), U(i)]


@inlined
def begin(arm, state, key, out, row, series_row):  # type: ignore[no-untyped-def]
    """Start the world with key ``key``: families of keys, the plan's ticks, organic posts. O(cells + organic posts)."""
    channels, contents = len(arm.channels_key), len(arm.contents_key)
    for c in range(channels):
        for k in range(contents):
            for i in range(len(state.streams_used)):
                f = state.streams_used[i]
                state.stream_keys[f, c * contents + k] = stream_key(
                    key, KEY_STREAMS[f], arm.contents_key[k], arm.channels_key[c]
                )
    for i in range(len(state.occupied)):
        state.occupied[i] = state.planned_ticks[i]
    state.brand_posts[:] = 0
    state.scalars[:] = 0
    state.scalars[OUT_ROW], state.scalars[SERIES_ROW] = row, series_row
    state.scalars[LAST_REPOST] = -(1 << 40)
    state.soften[0] = 1.0
    out.counts[row, :] = 0
    out.counts[row, N_SOFTENED_TICK] = -1
    out.reach_by_channel[row, :] = 0
    out.reach_by_community[row, :] = 0
    out.paid_bought[row, :] = 0
    for i in range(len(arm.plan_organic_tick)):
        c = arm.plan_organic_channel[i]
        cell = c * contents + arm.plan_organic_content[i]
        member = arm.plan_organic_member[i]
        if member < 0:
            bits = member_key(state.stream_keys[KEY_ORGANIC, cell], arm.plan_organic_line[i], arm.plan_organic_index[i])
            member = present_member(arm, c, len(state.slot), bits)
        row = touch(state, member)
        schedule(state, row * channels * contents + cell, arm.plan_organic_tick[i], np.int32(-1), np.int32(-1))


@inner
def react(arm, state, tick, out):  # type: ignore[no-untyped-def]
    """The community manager's two rules; adds a repost to the owned posts of this tick."""
    values, counts = arm.rules_values, out.counts[state.scalars[OUT_ROW]]
    if tick < values[R_MANAGER_FROM]:
        return
    if values[R_RESPOND_RATIO] >= 0.0:
        critical, all_ = counts[N_CRITICAL_SHARES], counts[N_SHARES] + counts[N_CRITICAL_SHARES]
        if (
            state.scalars[ANSWERED] == 0
            and critical >= values[R_RESPOND_AT_LEAST]
            and critical >= values[R_RESPOND_RATIO] * all_
        ):
            state.scalars[ANSWERED] = 1
            softened = tick + np.int64(values[R_RESPOND_DELAY])
            if softened < len(state.head):
                counts[N_SOFTENED_TICK] = softened
        if counts[N_SOFTENED_TICK] >= 0 and tick >= counts[N_SOFTENED_TICK]:
            state.soften[0] = 1.0 - values[R_RESPOND_EFFECT]
    if (
        values[R_AMPLIFY_SHARES] >= 0.0
        and len(arm.plan_owned_channel) > 0
        and tick > 0
        and state.tick_shares[tick - 1] >= values[R_AMPLIFY_SHARES]
        and state.scalars[REPOSTS] < values[R_AMPLIFY_AT_MOST]
        and tick - state.scalars[LAST_REPOST] >= values[R_AMPLIFY_COOLDOWN]
    ):
        state.scalars[REPOSTS] += 1
        state.scalars[LAST_REPOST] = tick
        state.owned_now[state.scalars[OWNED]] = 0
        state.scalars[OWNED] += 1


@inlined
def decide(arm, state, tick, key, out):  # type: ignore[no-untyped-def]
    """What the built-in actors do in this tick: owned posts, the asked advocates who are willing, the manager's rules."""
    contents = len(arm.contents_key)
    state.scalars[OWNED] = 0
    state.scalars[ACTIONS] = 0
    at = state.scalars[OWNED_AT]
    while at < len(arm.plan_owned_posts_tick) and arm.plan_owned_posts_tick[at] <= tick:
        state.owned_now[state.scalars[OWNED]] = arm.plan_owned_posts_line[at]
        state.scalars[OWNED] += 1
        at += 1
    state.scalars[OWNED_AT] = at
    if arm.rules_values[R_RESPOND_RATIO] >= 0.0 or arm.rules_values[R_AMPLIFY_SHARES] >= 0.0:
        react(arm, state, tick, out)
    at = state.scalars[PLANNED_AT]
    if at < len(arm.plan_planned_tick) and arm.plan_planned_tick[at] <= tick:
        willing = stream_key(key, np.int64(S_WILLING), ZERO, ZERO)
        presence = arm.audience_presence
        while at < len(arm.plan_planned_tick) and arm.plan_planned_tick[at] <= tick:
            member, channel = arm.plan_planned_member[at], arm.plan_planned_channel[at]
            if len(presence) == 0 or presence[channel, member]:
                out.counts[state.scalars[OUT_ROW], N_ASKED] += 1
                if unit(member_key(willing, member, arm.plan_planned_wave[at])) < arm.plan_planned_willingness[at]:
                    order = ((channel * contents + arm.plan_planned_content[at]) << 32) | member
                    n = state.scalars[ACTIONS]
                    if n == 0 or state.actions[n - 1].order != order:
                        a = state.actions[n]
                        a.order = order
                        a.trust = arm.plan_planned_trust[at]
                        a.advocate = arm.plan_planned_advocate[at]
                        state.scalars[ACTIONS] = n + 1
            at += 1
        state.scalars[PLANNED_AT] = at


@inlined
def line_up_paid(arm, state, tick):  # type: ignore[no-untyped-def]
    """Showings of the paid lines of this tick."""
    contents = len(arm.contents_key)
    for line in range(len(arm.plan_paid_channel)):
        count = arm.plan_paid_count[U(line), U(tick)]
        if count == 0:
            continue
        cell = arm.plan_paid_channel[U(line)] * contents + arm.plan_paid_content[U(line)]
        s = state.deliveries[U(state.scalars[DELIVERIES])]
        state.scalars[DELIVERIES] += 1
        s.start, s.stop, s.member = 0, count, -1
        s.key = member_key(state.stream_keys[KEY_PAID, U(cell)], arm.plan_paid_number[U(line)], tick)
        s.trust = arm.plan_paid_trust[U(line)]
        s.kind, s.source, s.cell = PAID, FROM_PAID, cell
        s.node, s.poster, s.number, s.earned, s.advocate = -1, -1, line, 0, -1


@inner
def line_up_recommended(state, tick):  # type: ignore[no-untyped-def]
    """Showings of the recommendations that are due, by key."""
    entry = state.recommendation_head[tick] - 1
    state.recommendation_head[tick] = 0
    n = 0
    while entry >= 0:
        state.earn_key[n] = state.recommendations[entry].key
        state.earn_entry[n] = entry
        n += 1
        entry = state.recommendations[entry].next - 1
    sort_pairs(state.earn_key, state.earn_entry, state.spare_earn_key, state.spare_earn_entry, n)
    for i in range(n):
        r = state.recommendations[state.earn_entry[i]]
        s = state.deliveries[state.scalars[DELIVERIES]]
        state.scalars[DELIVERIES] += 1
        s.start, s.stop, s.key, s.trust, s.member = 0, r.count, r.key, 1.0, -1
        s.kind, s.source, s.cell = RECOMMENDED, FROM_RECOMMENDED, r.cell
        s.node, s.poster, s.number, s.earned, s.advocate = r.node, -1, 0, r.earned, -1


@inner
def line_up_later(state, tick):  # type: ignore[no-untyped-def]
    """Showings of the impressions that waited for this tick, one each, by their bits."""
    entry = state.later_head[tick] - 1
    state.later_head[tick] = 0
    n = 0
    while entry >= 0:
        state.earn_key[n] = state.later[entry].bits
        state.earn_entry[n] = entry
        n += 1
        entry = state.later[entry].next - 1
    sort_pairs(state.earn_key, state.earn_entry, state.spare_earn_key, state.spare_earn_entry, n)
    for i in range(n):
        waited = state.later[state.earn_entry[i]]
        at = state.scalars[DELIVERIES]
        state.scalars[DELIVERIES] = at + 1
        state.deliveries[at] = state.later_posts[waited.post]
        s = state.deliveries[at]
        s.member, s.position = waited.member, waited.position


@inlined
def advance(arm, state, tick, out):  # type: ignore[no-untyped-def]
    """One tick, after the actors decided: make every post of the tick, then show everything in order.

    Reads the decisions (``state.owned_now``, ``state.actions``) and the calendar; writes state and the running row of ``out``.
    Cost: O(posts log posts + impressions) of this tick. What has nothing to do in it is not called: in small worlds the calls alone
    were a fifth of the time.
    """
    state.scalars[DELIVERIES] = 0
    state.scalars[TICKS] += 1
    state.ticks[U(state.scalars[TICKS] - 1)] = tick
    if state.scalars[OWNED]:
        make_owned_posts(arm, state, tick, out)
    if len(arm.plan_paid_channel):
        line_up_paid(arm, state, tick)
    if state.scalars[ACTIONS] or state.head[U(tick)]:
        make_member_posts(arm, state, tick, out)
    if state.recommendation_head[U(tick)]:
        line_up_recommended(state, tick)
    if state.later_head[U(tick)]:
        line_up_later(state, tick)
    if state.scalars[DELIVERIES]:
        deliver_all(arm, state, tick, out)
    reactive = arm.rules_values[R_RESPOND_RATIO] >= 0.0 or arm.rules_values[R_AMPLIFY_SHARES] >= 0.0
    if reactive and tick + 1 < len(state.head):
        occupy(state.occupied, tick + 1)


@inlined
def note_peak(state, out):  # type: ignore[no-untyped-def]
    """Write the peak and the half time of the running world."""
    counts = out.counts[state.scalars[OUT_ROW]]
    counts[N_PEAK_TICK], counts[N_HALF_TICK] = peak_and_half(
        state.ticks, state.tick_shares, state.scalars[TICKS], counts[N_SHARES]
    )


@inner
def count_segments(arm, state, by_segment):  # type: ignore[no-untyped-def]
    """Add what the members of each segment did in the running world to ``by_segment`` int64[S, 4]. O(members touched)."""
    contents, cells, segment = len(state.blank_exposure), len(state.blank_posting), arm.audience_segment
    focal = np.int64(arm.rules_values[R_FOCAL])
    for row in range(state.scalars[TOUCHED]):
        e, posts = state.exposure[U(row * contents + focal)], 0
        for cell in range(focal, cells, contents):
            posts += state.posting[U(row * cells + cell)].posts
        for field in range(len(segment)):
            counts = by_segment[segment[field, state.touched[U(row)]]]
            counts[S_REACH] += np.int64(e.seen > 0)
            counts[S_IMPRESSIONS] += e.seen
            counts[S_SHARES] += posts
            counts[S_CONVERSIONS] += np.int64(e.flag_bits & CONVERTED_MARK != 0)


@inlined
def clear(state):  # type: ignore[no-untyped-def]
    """Forget the world: reset what it touched. O(touched)."""
    for i in range(state.scalars[TOUCHED]):
        state.slot[U(state.touched[U(i)])] = 0
    for i in range(state.scalars[TICKS]):
        state.tick_shares[U(state.ticks[U(i)])] = 0
    for i in range(state.scalars[EDGES]):
        state.edge_seen[state.edge_slots[i]] = -1
    if state.scalars[OVERFLOW]:  # the world was left half way: the queues still hold entries
        state.head[:] = 0
        state.recommendation_head[:] = 0
        state.later_head[:] = 0
    state.scalars[TOUCHED] = 0
    state.scalars[TICKS] = 0
    state.scalars[EDGES] = 0
