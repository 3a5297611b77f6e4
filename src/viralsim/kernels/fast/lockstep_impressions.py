"""What a post brings in a plain world that runs beside others: impressions, responses, posts lined up."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from viralsim.kernels.alias import next_gap
from viralsim.kernels.arrays.ties import is_there
from viralsim.kernels.cpu import U, prefetch
from viralsim.kernels.fast.impressions import Tally, delay_after
from viralsim.kernels.fast.lockstep_lists import (
    CONVERTED,
    MEMBER_SHIFT,
    POSTS,
    REACHED,
    TICK_SHIFT,
    mark_of,
    place_of,
)
from viralsim.kernels.fast.memory import LANE_ROOM
from viralsim.kernels.fast.trees import note_tick
from viralsim.kernels.law import ENGAGE, SHARE, conversion_probability
from viralsim.kernels.own.asked import response_of, share_of
from viralsim.kernels.own.sets import Impression
from viralsim.kernels.respond import pick
from viralsim.kernels.rng import GOLDEN, RESPOND, draw, member_key, unit_high, unit_low


class Kept(NamedTuple):
    """Where what happened in each tick is kept."""

    series: Any  # ``Out.series``
    first: Any  # row of the first world of the block
    end: Any  # rows from here on are not kept


@njit(_nrt=False, forceinline=True)
def respond(ties, law, lanes, h, s, member, bits, horizon, delay_keys):  # type: ignore[no-untyped-def]
    """The response of ``member`` to an impression of the post ``h``; False where the lists have no room for them."""
    w, n = h.world, np.int64(s.members)
    at = place_of(lanes, w, s, member)
    if at == LANE_ROOM:
        return False
    fresh = np.int64(at == n)
    flags = np.int64(lanes.flags[U(w), U(at)]) * (1 - fresh)
    lanes.member[U(w), U(at)] = member
    s.members = n + fresh
    word, bit = mark_of(member)
    lanes.touched[U(w), word] |= bit
    s.impressions += 1
    s.reached += 1 - (flags & REACHED)
    match = np.float64(pick(ties.match, U(member)))
    activity = np.float64(pick(ties.activity, U(member)))
    tick, who, novelty = np.int64(h.tick), np.int64(member), law.novelty[U(h.tick)]
    shown = Impression(law.appeal, match, activity, 1.0, novelty, 1.0, 1.0, 1.0, 0, tick, who)
    share = share_of(law.own, 0, shown)
    if share > 1.0:
        share = 1.0
        s.clipped += 1
    conversion = conversion_probability(law.conversion, match, law.trust)
    if law.conversion > 0.0 and not flags & CONVERTED and unit_low(bits) < conversion:
        flags |= CONVERTED
        s.converted += 1
    response = response_of(law.own, 0, shown, unit_high(bits), share, 0.0, law.engagement)
    if response == SHARE:
        if not flags & POSTS:  # else they have posted, or are to post no later
            due = np.int64(h.tick) + delay_after(law, member_key(delay_keys, member, 0))
            if due < horizon:
                flags |= POSTS
                prefetch(ties.indptr, member)
                prefetch(ties.indptr, member + 1)  # every eighth row has its end in the next line of memory
                lanes.queue[U(w), U(s.waiting)] = (
                    (due << TICK_SHIFT) | (np.int64(member) << MEMBER_SHIFT) | np.int64(h.node)
                )
                s.waiting += 1
    elif response == ENGAGE:
        s.engaged += 1
    lanes.flags[U(w), U(at)] = flags | REACHED
    return True


@njit(_nrt=False, forceinline=True)
def tally_of(s):  # type: ignore[no-untyped-def]
    """What the impressions of a world brought so far."""
    return Tally(
        np.int64(s.reached), np.int64(s.impressions), np.int64(s.engaged), np.int64(s.converted), np.int64(s.clipped)
    )  # fmt: skip


@njit(_nrt=False, forceinline=True)
def difference(a, b):  # type: ignore[no-untyped-def]
    """What came to a tally ``b`` to make it ``a``."""
    return Tally(
        a.reached - b.reached, a.impressions - b.impressions, a.engaged - b.engaged, a.converted - b.converted,
        a.clipped - b.clipped,
    )  # fmt: skip


@njit(_nrt=False, forceinline=True)
def show_live(ties, law, lanes, live, horizon, delay_keys, kept):  # type: ignore[no-untyped-def]
    """Show the ``live`` posts along their rows."""
    for i in range(live):
        h = lanes.live[U(i)]
        s = lanes.world[U(h.world)]
        position, stop, tail, counter = h.at, h.stop, h.tail > 0, h.key + GOLDEN
        stream_keys, response, row = delay_keys[U(h.world)], h.key + RESPOND, kept.first + h.world
        before = tally_of(s)
        while True:
            if not tail:
                if is_there(ties.spans, position, h.tick):
                    member = ties.followers[U(position)]
                    bits = draw(response, position - h.start)
                    if not respond(ties, law, lanes, h, s, member, bits, horizon, stream_keys):
                        s.large = 1
                        break
                position += 1
            position, counter, tail = next_gap(position, counter, law.gap_threshold, law.gap_alias)
            if position >= stop:
                break
        if row < kept.end:
            note_tick(kept.series[U(row), U(h.tick)], 0, 0, difference(tally_of(s), before))
