"""Before plain worlds run, many at once: their keys, who posts of his own accord, and whom the first posts may be shown."""

from __future__ import annotations

import numpy as np
from numba import njit

from viralsim.kernels.draws import GOLDEN, RESPOND, Stream, draw, member_key, mix, stream_key, unit_high, world_key
from viralsim.kernels.prefetch import prefetch
from viralsim.kernels.show import pick
from viralsim.kernels.tables import gap_draw

S_POST, S_DELAY, S_ORGANIC = int(Stream.POST), int(Stream.DELAY), int(Stream.ORGANIC)
IN_CACHE = 1 << 19  # members and follows whose memory a processor keeps near: nothing to be asked for ahead
FORESEEN = 1024  # posts that are looked into ahead at once
ONE = np.uint64(1)
U = np.uint64  # an index of this type cannot be negative, so nothing is compiled to wrap it round


@njit(cache=True, _nrt=False)
def draw_families(world, state, seed, worlds, first, last):  # type: ignore[no-untyped-def]
    """The families of keys of the worlds ``first..last-1``: eight worlds at a time where the processor can."""
    content, channel = world.contents_key[0], world.channels_key[0]
    post, delay = state.post_family, state.delay_family
    for i in range(last - first):
        key = world_key(seed, worlds[U(first + i)])
        post[U(i)] = stream_key(key, S_POST, content, channel)
        delay[U(i)] = stream_key(key, S_DELAY, content, channel)


@njit(cache=True, _nrt=False)
def draw_posters(world, state, seed, number, at):  # type: ignore[no-untyped-def]
    """Who posts of his own accord in the world ``number``, into ``state.drawn`` from ``at`` on."""
    planned, drawn, members = world.plan_organic_member, state.drawn, len(state.slot)
    family = stream_key(world_key(seed, number), S_ORGANIC, world.contents_key[0], world.channels_key[0])
    first, last = world.audience_present_start[0], world.audience_present_start[1]
    for i in range(len(planned)):
        member = planned[U(i)]
        if member < 0:
            bits = member_key(family, world.plan_organic_line[U(i)], world.plan_organic_index[U(i)])
            n = last - first if last > first else members
            member = np.int64(((bits >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))
            if last > first:
                member = np.int64(world.audience_present[first + member])
        drawn[U(at + i)] = member


@njit(cache=True, _nrt=False)
def first_draws(family, member, worlds, bits):  # type: ignore[no-untyped-def]
    """Draw 0 of the first post of ``member`` in each of so many worlds, into ``bits``: eight at a time where the processor can."""
    for i in range(worlds):
        bits[U(i)] = mix(member_key(family[U(i)], member, 0))


@njit(cache=True, _nrt=False)
def first_gaps(bits, worlds, threshold, alias, length, ends):  # type: ignore[no-untyped-def]
    """Whether the gap that each number draws ends within a row of ``length``, as 1 or 0 into ``ends``; in vectors too."""
    for i in range(worlds):
        ends[U(i)] = np.int64(gap_draw(bits[U(i)], threshold, alias) < length)


@njit(cache=True, _nrt=False)
def foresee(world, state, worlds, posters):  # type: ignore[no-untyped-def]
    """Ask for the memory that the next ``worlds`` worlds will read: their first draws are made ahead, side by side.

    A launch of two posts waits longer for the rows of its members than it computes. Every draw is a pure function, so to whom
    the posts will be shown, and who will share, can be known before. Nothing is decided here: who is wrongly foreseen (a
    member met twice, a share past the horizon) costs a line of memory.
    """
    indptr, followers, slot = world.graph_indptr[0], world.graph_followers, state.slot
    who, whose, place, family = state.buffer_member, state.buffer_row, state.buffer_position, state.post_family
    threshold, alias = world.channels_gap_threshold[0], world.channels_gap_alias[0]
    appeal, room = world.contents_appeal[0], min(len(who) - 1, FORESEEN)
    count = np.int64(0)
    for w in range(worlds):
        for i in range(posters):
            if count < room:
                member = state.drawn[w * posters + i]
                who[count], whose[count] = member, w
                prefetch(slot, member)
                prefetch(indptr, member)
                count += 1
    begin = np.int64(0)
    while begin < count:
        end = count
        for i in range(begin, end):
            start, stop = indptr[U(who[i])], indptr[U(who[i]) + ONE]
            key = member_key(family[whose[i]], who[i], 0)
            position = start + gap_draw(mix(key), threshold, alias)
            place[i] = position
            if position < stop:
                prefetch(followers, position)
        for i in range(begin, end):
            start, stop = indptr[U(who[i])], indptr[U(who[i]) + ONE]
            key, position = member_key(family[whose[i]], who[i], 0), place[i]
            counter = key + GOLDEN
            while position < stop and count < room:
                member = followers[U(position)]
                prefetch(slot, member)
                bits = draw(key + RESPOND, position - start)
                share = appeal * np.float64(pick(world.audience_match[0], U(member)))
                shares = unit_high(bits) < share * np.float64(pick(world.audience_activity, U(member)))
                who[count], whose[count] = member, whose[i]
                if shares:
                    prefetch(indptr, member)
                    count += 1
                position += 1 + gap_draw(mix(counter), threshold, alias)
                counter += GOLDEN
        begin = end
