"""SIR and SI in discrete time: the infectious post once per tick, each post with luck of its own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.classic.trace_kernels import note, note_members
from viralsim.kernels.alias import GAP_TAIL, gap_draw
from viralsim.kernels.cpu import U, njit, prefetch
from viralsim.kernels.rng import GOLDEN, NUMBER, Stream, draw, mix, stream_key, world_key
from viralsim.kernels.visited import finish, start, visit_if

POST, PERSIST = int(Stream.POST), int(Stream.PERSIST)
BATCH = 256  # infectious members whose draws are made together
UNIT_SHIFT, UNIT_BITS = np.uint64(11), 53  # of a draw: as in ``draws.unit``


class Batch(NamedTuple):
    """Memory for the draws of ``BATCH`` infectious members in a tick, and for those of them who infect someone."""

    key: NDArray[np.uint64]
    bits: NDArray[np.uint64]  # the first draw of the member's row
    stays: NDArray[np.uint64]  # 1 where they do not recover
    live_key: NDArray[np.uint64]  # of rows with a live edge
    live_at: NDArray[np.int64]  # where it is
    live_stop: NDArray[np.int64]
    live_tail: NDArray[np.uint8]  # no edge, but 511 failures: go on
    # whose row it is; None where nobody asks: an array more to hand on is 5 % of the time of SIR
    live_member: NDArray[np.int32] | None


def batch(traced: bool) -> Batch:
    """Memory for one thread."""
    return Batch(
        np.empty(BATCH, np.uint64), np.empty(BATCH, np.uint64), np.empty(BATCH, np.uint64),
        np.empty(BATCH + 1, np.uint64), np.empty(BATCH + 1, np.int64), np.empty(BATCH + 1, np.int64),
        np.empty(BATCH + 1, np.uint8), np.empty(BATCH + 1, np.int32) if traced else None,
    )  # fmt: skip


@njit(cache=True)
def _draw(posts, persist, stay_below, place, first, count, memory):  # type: ignore[no-untyped-def]
    """The draws of the infectious ``first..first+count-1``: eight at a time where the processor can."""
    for i in range(count):
        here = place[U(first + i)]
        key = mix(posts + here)
        memory.key[U(i)] = key
        memory.bits[U(i)] = mix(key)
        memory.stays[U(i)] = U((mix(persist + here) >> UNIT_SHIFT) < stay_below)


@njit(cache=True)
def _live_rows(indptr, followers, gaps, infectious, place, first, count, kept, memory, trace):  # type: ignore[no-untyped-def]
    """Note which rows of a batch have a live edge, and move who stays infectious to ``kept``; returns both numbers.

    Without branches: neither can be predicted.
    """
    live = np.int64(0)
    for i in range(count):
        u, here = infectious[U(first + i)], place[U(first + i)]
        at, stop = indptr[U(u)], indptr[U(u) + U(1)]
        gap = gap_draw(memory.bits[U(i)], gaps[0], gaps[1])
        at += gap
        memory.live_key[U(live)], memory.live_tail[U(live)] = memory.key[U(i)], gap == GAP_TAIL
        memory.live_at[U(live)], memory.live_stop[U(live)] = at, stop
        if trace is not None:
            memory.live_member[U(live)] = u
        prefetch(followers, at)
        live += np.int64(at < stop)
        infectious[U(kept)], place[U(kept)] = u, here + NUMBER
        kept += np.int64(memory.stays[U(i)])
    return live, kept


@njit(cache=True)
def _infect(followers, gaps, live, visited, reached, n, memory, w, tick, trace):  # type: ignore[no-untyped-def]
    """Reach the followers along the live edges of ``live`` rows; returns the number of the reached."""
    for i in range(live):
        key, tail = memory.live_key[U(i)], memory.live_tail[U(i)]
        position, stop = memory.live_at[U(i)], memory.live_stop[U(i)]
        j, before = 1, n
        while position < stop:
            if not tail:
                n = visit_if(True, U(followers[U(position)]), visited, reached, n)
                position += 1
            gap = gap_draw(draw(key, j), gaps[0], gaps[1])
            tail = np.uint8(gap == GAP_TAIL)
            position += gap
            j += 1
        if trace is not None:
            note(trace, w, before, n, memory.live_member[U(i)], tick)
    return n


@njit(cache=True, nogil=True)
def epidemic_worlds(indptr, followers, seeds, gaps, gamma, luck, first, last, scratch, counts, trace=None):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1`` of SIR: in a tick all infectious transmit, then each recovers with ``gamma``.

    gaps: (threshold uint64[512], alias int32[512]) of the transmission probability per tick; scratch: (visited
    uint64[], reached int32[N + 1], infectious int32[N], place uint64[N], ``Batch``); writes counts int64[W, T + 1, 3] (S, I, R),
    and ``trace`` where one is given, with the first tick before which a member is infectious.
    O(sum over ticks of the infectious and their transmissions).

    A member's keys are those of ``draws.member_key`` for them and the number of ticks that they have been infectious:
    ``place`` is the part of them that they bring, which grows by ``NUMBER`` a tick.
    """
    seed, worlds = luck
    visited, reached, infectious, place, memory = scratch
    ticks, members = counts.shape[1] - 1, len(indptr) - 1
    stay_below = U(np.ceil((1.0 - gamma) * 2.0**UNIT_BITS))
    for w in range(first, last):
        world = world_key(seed, worlds[w])
        posts = stream_key(world, POST, U(0), U(0))
        persist = stream_key(world, PERSIST, U(0), U(0))
        n = start(seeds[w if len(seeds) > 1 else 0], visited, reached)
        if trace is not None:
            note(trace, w, 0, n, -1, 0)
        # infectious[:active] are so in this tick; reached[known:n] become so in the next
        active, known = np.int64(0), np.int64(0)
        for t in range(ticks + 1):
            while known < n:
                infectious[U(active)] = reached[U(known)]
                place[U(active)] = GOLDEN * U(reached[U(known)])
                active += 1
                known += 1
            counts[w, t, 0], counts[w, t, 1], counts[w, t, 2] = members - n, active, n - active
            if t == ticks:
                break
            kept = np.int64(0)
            for begin in range(0, active, BATCH):
                count = min(BATCH, active - begin)
                _draw(posts, persist, stay_below, place, begin, count, memory)
                live, kept = _live_rows(indptr, followers, gaps, infectious, place, begin, count, kept, memory, trace)
                n = _infect(followers, gaps, live, visited, reached, n, memory, w, t + 1, trace)
            active = kept
        if trace is not None:
            note_members(trace, w, reached, n)
        finish(visited, reached, n)
