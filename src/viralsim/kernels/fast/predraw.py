"""Before plain worlds run, many at once: their keys, who posts unprompted, and the first draws of their posts."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.alias import gap_draw
from viralsim.kernels.cpu import U, inlined
from viralsim.kernels.exposure import present_member
from viralsim.kernels.rng import Stream, member_key, mix, stream_key, world_key

S_POST, S_DELAY, S_ORGANIC = int(Stream.POST), int(Stream.DELAY), int(Stream.ORGANIC)


@inlined
def draw_families(arm, state, seed, worlds, first, last):  # type: ignore[no-untyped-def]
    """The families of keys of the worlds ``first..last-1``: eight worlds at a time where the processor can."""
    content, channel = arm.contents_key[0], arm.channels_key[0]
    post, delay = state.post_keys, state.delay_keys
    for i in range(last - first):
        key = world_key(seed, worlds[U(first + i)])
        post[U(i)] = stream_key(key, S_POST, content, channel)
        delay[U(i)] = stream_key(key, S_DELAY, content, channel)


@inlined
def draw_posters(arm, state, seed, number, at):  # type: ignore[no-untyped-def]
    """Who posts unprompted in the world ``number``, into ``state.drawn`` from ``at`` on."""
    planned, drawn, members = arm.plan_organic_member, state.drawn, len(state.slot)
    stream_keys = stream_key(world_key(seed, number), S_ORGANIC, arm.contents_key[0], arm.channels_key[0])
    for i in range(len(planned)):
        member = planned[U(i)]
        if member < 0:
            bits = member_key(stream_keys, arm.plan_organic_line[U(i)], arm.plan_organic_index[U(i)])
            member = present_member(arm, 0, members, bits)
        drawn[U(at + i)] = member


@inlined
def first_draws(stream_keys, member, worlds, bits):  # type: ignore[no-untyped-def]
    """Draw 0 of the first post of ``member`` in each of so many worlds, into ``bits``: eight at a time where the processor can."""
    for i in range(worlds):
        bits[U(i)] = mix(member_key(stream_keys[U(i)], member, 0))


@inlined
def first_gaps(bits, worlds, threshold, alias, length, ends):  # type: ignore[no-untyped-def]
    """Whether the gap that each number draws ends within a row of ``length``, as 1 or 0 into ``ends``; in vectors too."""
    for i in range(worlds):
        ends[U(i)] = np.int64(gap_draw(bits[U(i)], threshold, alias) < length)
