"""Before plain worlds run, many at once: their keys, who posts of his own accord, and whom the first posts may be shown."""

from __future__ import annotations

import numpy as np
from numba import njit

from viralsim.kernels.draws import GOLDEN, RESPOND, Stream, draw, member_key, mix, stream_key, unit_high, world_key
from viralsim.kernels.prefetch import prefetch
from viralsim.kernels.show import pick
from viralsim.kernels.state import FORESEEN
from viralsim.kernels.tables import gap_draw

S_POST, S_DELAY, S_ORGANIC = int(Stream.POST), int(Stream.DELAY), int(Stream.ORGANIC)
IN_CACHE = 1 << 19  # members and follows whose memory a processor keeps near: nothing to be asked for ahead
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
def _foreseen_draws(family, who, whose, first, last, key, bits):  # type: ignore[no-untyped-def]
    """Keys and first draws of the posts ``first..last-1`` of ``who`` in the worlds ``whose``; in vectors where it can be."""
    for i in range(first, last):
        key[U(i)] = member_key(family[U(whose[U(i)])], who[U(i)], 0)
        bits[U(i)] = mix(key[U(i)])


@njit(cache=True, _nrt=False)
def foresee(world, state, worlds, posters):  # type: ignore[no-untyped-def]
    """Ask for the memory that the next ``worlds`` worlds will read: their first draws are made ahead, side by side.

    A launch of two posts waits longer for the rows of its members than it computes. Every draw is a pure function, so to whom
    the posts will be shown, and who will share, can be known before. Nothing is decided here: who is wrongly foreseen (a
    member met twice, a share past the horizon) costs a line of memory. Whether someone shares is not guessed by a branch:
    his row is asked for in any case.
    """
    indptr, followers, slot, hits = world.graph_indptr[0], world.graph_followers, state.slot, state.hits
    who, whose, key, bits = state.buffer_member, state.buffer_row, state.foreseen_key, state.foreseen_bits
    threshold, alias = world.channels_gap_threshold[0], world.channels_gap_alias[0]
    appeal, room = world.contents_appeal[0], np.int64(min(min(len(who) - 1, FORESEEN), len(hits) - 1))
    count = np.int64(min(worlds * posters, room))
    for i in range(count):
        who[U(i)], whose[U(i)] = state.drawn[U(i)], i // posters
        prefetch(slot, who[U(i)])
        prefetch(indptr, who[U(i)])
    begin = np.int64(0)
    while begin < count:
        end, shown = count, np.int64(0)
        _foreseen_draws(state.post_family, who, whose, begin, end, key, bits)
        for i in range(begin, end):
            start, stop = indptr[U(who[U(i)])], indptr[U(who[U(i)]) + ONE]
            at = start + gap_draw(bits[U(i)], threshold, alias)
            h = hits[U(shown)]
            h.key, h.start, h.stop, h.at, h.node = key[U(i)], start, stop, at, whose[U(i)]
            shown += np.int64(at < stop)
            prefetch(followers, at)
        for i in range(shown):
            h = hits[U(i)]
            at, counter = h.at, h.key + GOLDEN
            while at < h.stop and count < room:
                member = followers[U(at)]
                prefetch(slot, member)
                prefetch(indptr, member)
                share = appeal * np.float64(pick(world.audience_match[0], U(member)))
                share *= np.float64(pick(world.audience_activity, U(member)))
                who[U(count)], whose[U(count)] = member, h.node
                count += np.int64(unit_high(draw(h.key + RESPOND, at - h.start)) < share)
                at += 1 + gap_draw(mix(counter), threshold, alias)
                counter += GOLDEN
        begin = end
