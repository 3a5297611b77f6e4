"""How posts are shown and answered: impressions of many showings at a time, one response to each."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.arm_inputs import OWN_RULE, Reinforcement
from viralsim.kernels.counts import (
    N_CLIPPED,
    N_CONVERSIONS,
    N_CRITICAL_IMPRESSIONS,
    N_EARNED_REACH,
    N_ENGAGEMENTS,
    N_IMPRESSIONS_OWNED,
    N_REACH,
    R_DISTINCT,
    R_FOCAL,
    R_IN_GROUP,
    R_TICKS_PER_DAY,
    T_EARNED_REACH,
    T_ENGAGEMENTS,
    T_IMPRESSIONS,
    T_REACH,
)
from viralsim.kernels.cpu import U, inlined, njit, prefetch
from viralsim.kernels.exposure import expose
from viralsim.kernels.own.asked import (
    asks_for_following,
    asks_for_neighbours,
    has_own,
    own_factor,
    own_of,
    response_of,
    share_of,
    sign_of,
)
from viralsim.kernels.own.sets import Impression
from viralsim.kernels.queues import delay_ticks, earn, schedule, touch
from viralsim.kernels.rng import EARN, RESPOND, draw, member_key, mix, unit, unit_high, unit_low
from viralsim.kernels.sharing_law import (
    CHANNEL_MARK,
    CRITICISE,
    EARNED_MARK,
    ENGAGE,
    SHARE,
    convert,
    criticism_probability,
    most_of_conversion,
    pick,
)
from viralsim.kernels.state import (
    AHEAD,
    DELIVERIES,
    EDGES,
    FOLLOWERS,
    KEY_DELAY,
    KEY_THRESHOLD,
    OUT_ROW,
    OVERFLOW,
    PAID,
    PAIRS_FULL,
    SERIES_ROW,
)

SOCIAL, COUNT, FRACTION = int(Reinforcement.SOCIAL), int(Reinforcement.COUNT), int(Reinforcement.FRACTION)
SIMPLE, WEIGHT = int(Reinforcement.SIMPLE), int(Reinforcement.WEIGHT)
SLACK = 1e-9  # thresholds are compared with this slack: 0.1 * 30 is 3, whatever the last bit says


@inlined
def newly_exposed(state, edge, content, contents):  # type: ignore[no-untyped-def]
    """True the first time that this edge carries this content in this world (open addressing, at most half full)."""
    edge_seen, edge_slots, now = state.edge_seen, state.edge_slots, state.scalars
    key = edge * contents + content
    mask = len(edge_seen) - 1
    place = np.int64(mix(np.uint64(key) + EARN) & np.uint64(mask))
    while edge_seen[place] >= 0:
        if edge_seen[place] == key:
            return False
        place = (place + 1) & mask
    if now[EDGES] >= len(edge_slots):
        now[OVERFLOW] = PAIRS_FULL
        return True
    edge_seen[place] = key
    edge_slots[now[EDGES]] = place
    now[EDGES] += 1
    return True


@njit(_nrt=False, forceinline=True)
def count_neighbour(arm, state, p, content, edge, weighed):  # type: ignore[no-untyped-def]
    """Count the poster of an impression among the neighbours who have exposed a member, once each."""
    if arm.rules_values[R_DISTINCT] == 0.0 or newly_exposed(state, edge, content, len(arm.contents_key)):
        p.exposing_neighbours += 1
        if weighed:
            p.weight += np.float64(arm.graph_influence_weight[edge])


@inlined
def reinforcement(arm, state, p, seen, content, channel, member, counted, edge):  # type: ignore[no-untyped-def]
    """The factor of repeated impressions; ``counted`` says that this impression is a member's post, on edge ``edge``."""
    kind = arm.contents_reinforcement[content]
    if kind == SOCIAL:
        return min(arm.contents_cap[content], 1.0 + arm.contents_gain[content] * (seen - 1))
    if counted:
        count_neighbour(arm, state, p, content, edge, kind == WEIGHT)
    threshold = arm.contents_threshold[content]
    if threshold < 0.0:
        cell = channel * len(arm.contents_key) + content
        threshold = unit(member_key(state.stream_keys[KEY_THRESHOLD, cell], member, 0))
    if p.exposing_neighbours == 0:
        return 0.0
    if kind == COUNT:
        return 1.0 if p.exposing_neighbours >= threshold else 0.0
    if kind == FRACTION:
        return 1.0 if p.exposing_neighbours >= threshold * arm.graph_following[channel, member] - SLACK else 0.0
    return 1.0 if p.weight >= threshold - SLACK else 0.0


@njit(_nrt=False, forceinline=True)
def repeats_of(arm, state, own, p, content, channel, known, counted, edge):  # type: ignore[no-untyped-def]
    """The factor of repeated impressions, by a rule of one's own or by what is built in; ``counted``, ``edge``: see there."""
    if not (has_own(own) and arm.contents_reinforcement[content] == OWN_RULE):
        return reinforcement(arm, state, p, known.seen, content, channel, known.member, counted, edge)
    following = np.int64(0)
    if asks_for_neighbours(own) and counted:
        count_neighbour(arm, state, p, content, edge, False)
    if asks_for_following(own):
        following = np.int64(arm.graph_following[channel, known.member])
    return own_factor(own, content, known, np.int64(p.exposing_neighbours), following)


@njit(_nrt=False, forceinline=True)
def reinforced(i, factor):  # type: ignore[no-untyped-def]
    """An impression with its factor of repeated impressions."""
    return Impression(
        i.appeal,
        i.match,
        i.activity,
        i.trust,
        i.novelty,
        i.fatigue,
        factor,
        i.softening,
        i.seen,
        i.tick,
        i.member,
        i.sign,
    )


@inlined
def note_reach(e, earned, counts, series):  # type: ignore[no-untyped-def]
    """Count a member who is reached for the first time, and for the first time by an ordinary member."""
    if e.seen == 1:
        counts[N_REACH] += 1
        series[T_REACH] += 1
    if earned and e.flag_bits & EARNED_MARK == 0:
        e.flag_bits |= EARNED_MARK
        counts[N_EARNED_REACH] += 1
        series[T_EARNED_REACH] += 1


@inlined
def note_sales(s, sold, out, world_row):  # type: ignore[no-untyped-def]
    """Count the conversions of a showing towards its paid line, or the advocate whose planned post it is."""
    if sold == 0:  # memory that holds nothing is not touched
        return
    if s.kind == PAID:
        out.paid_sales[world_row, s.number] += sold
    elif s.advocate >= 0 and len(out.asked_sales):
        out.asked_sales[world_row, s.advocate] += sold


@inlined
def day_of(arm, tick):  # type: ignore[no-untyped-def]
    """Whether impressions are counted by day, and which day it is."""
    dated = len(arm.audience_background_load) > 0
    return dated, np.int32(tick // np.int64(arm.rules_values[R_TICKS_PER_DAY])) if dated else np.int32(0)


@inlined
def note_day(e, day):  # type: ignore[no-untyped-def]
    """Count the impression towards those of the member's day."""
    if e.day != day:
        e.day = day
        e.today = 0
    e.today += 1


@inlined
def ask_for(slot, match, activity, member):  # type: ignore[no-untyped-def]
    """Load in the background what answers need of a member whose turn comes soon: loads then do not wait for each other."""
    prefetch(slot, member)
    if len(match) > 1:
        prefetch(match, member)
    if len(activity) > 1:
        prefetch(activity, member)


@inlined
def respond(arm, state, tick, s, first, last, out):  # type: ignore[no-untyped-def]
    """Every impression of showing ``s``, buffered in ``first:last``, gets exactly one response. O(impressions)."""
    K, cells, world_row = len(state.blank_exposure), len(state.blank_posting), U(state.scalars[OUT_ROW])
    counts, series = out.counts[world_row], out.series[U(state.scalars[SERIES_ROW]), U(tick)]
    channel_reach, community_reach = out.reach_by_channel[world_row], out.reach_by_community[world_row]
    content, channel, source = state.content_of[U(s.cell)], state.channel_of[U(s.cell)], s.source
    k, c = U(content), U(channel)
    own, twin, engagement = own_of(arm), arm.contents_twin[k], arm.channels_engagement_rate[c]
    focal, original = np.int64(arm.rules_values[R_FOCAL]), arm.contents_original[k]
    is_focal, on_channel = content == focal, np.int32(CHANNEL_MARK << channel)
    soften, soften_share = state.soften[0], (state.soften[0] if original >= 0 else 1.0)
    appeal, novelty = arm.contents_appeal[k], arm.contents_novelty[k, U(tick)]
    kind, controversy = arm.contents_reinforcement[k], arm.contents_controversy[k]
    converts, most = is_focal and arm.contents_conversion_rate[k] > 0.0, most_of_conversion(arm, content, source)
    in_group = arm.rules_values[R_IN_GROUP] if s.kind == FOLLOWERS else 1.0
    home = pick(arm.audience_community, np.int64(s.poster)) if in_group != 1.0 else -1
    dated, day = day_of(arm, tick)
    key, base_trust, is_row, earned = s.key, s.trust, s.kind == FOLLOWERS, s.earned
    start, node, cell, per_engagement = s.start, s.node, s.cell, arm.channels_per_engagement[c]
    fatigue_of = arm.rules_fatigue  # here and below: what the loop reads and writes, taken out of the frames once
    community_of, buffer_member, buffer_position = arm.audience_community, state.buffer_member, state.buffer_position
    posting, exposure, impressions = state.posting, state.exposure, state.impressions
    tired, engaged, sold, others = len(fatigue_of) > 1, 0, counts[N_CONVERSIONS], out.other_conversions[world_row]
    slot, match_of, activity_of = state.slot, arm.audience_match[k], arm.audience_activity
    for i in range(first, last):
        member, position = np.int64(buffer_member[U(i)]), np.int64(buffer_position[U(i)])
        ask_for(slot, match_of, activity_of, U(buffer_member[U(i + AHEAD)]))
        row = np.int64(touch(state, member))
        e = exposure[U(row * K + content)]
        e.seen += 1
        if is_focal:
            if e.seen == 1:
                community_reach[U(pick(community_of, member))] += 1
            channel_reach[c] += np.int32(e.flag_bits & on_channel == 0)
            e.flag_bits |= on_channel
            note_reach(e, earned, counts, series)
        if dated:
            note_day(e, day)
        match, trust, fatigue = np.float64(pick(match_of, member)), base_trust, 1.0
        if in_group != 1.0 and pick(community_of, member) == home:
            trust *= in_group
        if tired:
            fatigue = fatigue_of[min(np.int64(impressions[U(row)]), len(fatigue_of) - 1)]
            impressions[U(row)] += 1
        activity = np.float64(pick(activity_of, member))
        known = Impression(
            appeal, match, activity, trust, novelty, fatigue, 1.0, soften_share, np.int64(e.seen), tick, member,
            sign_of(own, arm, is_row, start + position))  # fmt: skip
        if kind != SIMPLE:
            p = posting[U(row * cells + cell)]
            known = reinforced(known, repeats_of(arm, state, own, p, content, channel, known, is_row, start + position))
        share = share_of(own, content, known)
        if share > 1.0:
            share = 1.0
            counts[N_CLIPPED] += is_focal
        bits, criticism = draw(key + RESPOND, position), 0.0
        if converts:
            convert(arm, e, content, source, member, match, unit_low(bits), most, counts, series, others)
        if twin >= 0:
            hostility = np.float64(pick(arm.audience_hostility, member))
            criticism = criticism_probability(share, controversy, hostility, soften)
        response = response_of(own, content, known, unit_high(bits), share, criticism, engagement)
        if response == SHARE:
            answer(arm, state, tick, row, member, cell, node, source)
        elif response == CRITICISE:
            answer(arm, state, tick, row, member, np.int32(channel * K + twin), np.int32(-1), source)
        elif response == ENGAGE:
            engaged += 1
            if per_engagement > 0.0:
                delay = arm.channels_recommend_delay[channel]
                earn(state, per_engagement, delay, tick, mix(bits + EARN), np.int64(cell), node, np.int64(earned))
    if is_focal:
        counts[U(N_IMPRESSIONS_OWNED + source)] += last - first
        series[T_IMPRESSIONS] += last - first
        counts[N_ENGAGEMENTS] += engaged
        series[T_ENGAGEMENTS] += engaged
        note_sales(s, counts[N_CONVERSIONS] - sold, out, world_row)
    elif original == focal:
        counts[N_CRITICAL_IMPRESSIONS] += last - first


@inlined
def answer(arm, state, tick, row, member, cell, parent, cause):  # type: ignore[no-untyped-def]
    """A member decided to post: they are due after their reaction delay, unless they have posted or are to post."""
    place = row * (len(arm.contents_key) * len(arm.channels_key)) + cell
    p = state.posting[U(place)]
    if p.node >= 0 or (p.due >= 0 and p.due <= tick + 1):
        return
    bits = member_key(state.stream_keys[KEY_DELAY, U(cell)], member, 0)
    channel = U(state.channel_of[U(cell)])
    due = tick + delay_ticks(arm, channel, bits)
    schedule(state, place, due, parent, cause)
    prefetch(arm.graph_followers, arm.graph_indptr[channel, U(member)])  # of nearly everyone who is lined up, soon


@inlined
def answer_buffered(arm, state, tick, first, last, out):  # type: ignore[no-untyped-def]
    """Answer the impressions of the showings ``first:last``, in order."""
    at = np.int64(0)
    for i in range(first, last):
        s = state.deliveries[U(i)]
        if s.end > at:
            respond(arm, state, tick, s, at, np.int64(s.end), out)
        at = np.int64(s.end)


@inlined
def deliver_all(arm, state, tick, out):  # type: ignore[no-untyped-def]
    """Show everything of this tick, in order. O(impressions).

    Impressions of many showings are drawn into one buffer before they are answered, so that what is needed of the next members
    is asked for ahead. Where the chance of an impression rests on what was shown before in the same tick (competing contents
    under limited attention), each showing is answered before the next is drawn.
    """
    one_by_one = len(arm.audience_background_load) > 0 and len(arm.contents_key) > 1
    i, count, room = np.int64(0), state.scalars[DELIVERIES], len(state.buffer_member) - AHEAD
    while i < count:
        first, at = i, np.int64(0)
        while i < count:
            s = state.deliveries[U(i)]
            if at > 0 and (one_by_one or at + s.stop - s.start > room):
                break
            at = np.int64(expose(arm, state, tick, s, at, out))
            s.end = at
            i += 1
        answer_buffered(arm, state, tick, first, i, out)
