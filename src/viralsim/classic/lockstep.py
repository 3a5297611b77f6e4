"""Small cascades, many worlds side by side: while one world waits for memory, the others go on.

A launch that reaches two members costs more in waiting for their rows than in draws. So the worlds of a block take their steps
together: all rows that are asked for in one pass are read in the next. Who was reached is in a short list a world instead of a
set of bits over all members, so a launch touches the memory of those whom it reaches and nothing else. A world that outgrows
its list is run again by ``cascade_kernels.cascade_by_gaps``: luck is counter-based, so it is the same world.

Seeds that all worlds share are drawn for one member at a time over all worlds, which the compiler does eight worlds at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.classic.cascade_kernels import POST, cascade_by_gaps
from viralsim.kernels.alias import GAP_TAIL, gap_draw, next_gap
from viralsim.kernels.cpu import U, njit, prefetch
from viralsim.kernels.rng import GOLDEN, draw, member_key, stream_key, world_key

WORLDS = 512  # side by side: enough to hide the wait, few enough for the second-level cache (benchmarks/NOTES.md)
ROOM = 48  # members reached before a world is called large
MOST_SEEDS = ROOM // 3
IN_CACHE_BYTES = 1 << 19  # a network up to here is not asked for ahead: that costs a sixth of a small world
LARGE_SHARE = 4  # once more than one world in this many is large, worlds are run whole from the start
TAIL_SHIFT = np.int64(16)  # the number of the world is below this bit, "511 failures, go on" above
WORLD_SHIFT, MEMBER_MASK = np.uint64(32), np.uint64((1 << 32) - 1)
MARK_SHIFT, ONE = np.uint64(58), np.uint64(1)


class Block(NamedTuple):
    """Memory of one thread for ``WORLDS`` worlds; whatever comes next in a list has one place more than the list needs."""

    whole: NDArray[np.uint8]  # [1], set where worlds of this run tend to be large
    key: NDArray[np.uint64]  # [WORLDS]
    bits: NDArray[np.uint64]  # [WORLDS], the first draw of one member's row in each world
    hit: NDArray[np.int32]  # [WORLDS + 1], worlds in which that row has a live edge
    found: NDArray[np.int32]  # [WORLDS], members reached; ROOM says that there may be more
    reached: NDArray[np.int32]  # [WORLDS, ROOM]
    marks: NDArray[np.uint64]  # [WORLDS], the marks of those reached
    new: NDArray[np.uint64]  # members reached whose rows were not read yet, their worlds above them
    live_world: NDArray[np.int32]  # rows with a live edge: world and tail, key, place of the edge, end of the row
    live_key: NDArray[np.uint64]
    live_at: NDArray[np.int64]
    live_stop: NDArray[np.int64]


def block() -> Block:
    """Memory for one thread."""
    most = WORLDS * ROOM + 1
    return Block(
        np.zeros(1, np.uint8), np.empty(WORLDS, np.uint64), np.empty(WORLDS, np.uint64), np.empty(WORLDS + 1, np.int32),
        np.empty(WORLDS, np.int32), np.empty((WORLDS, ROOM), np.int32), np.empty(WORLDS, np.uint64),
        np.empty(most, np.uint64),
        np.empty(most, np.int32), np.empty(most, np.uint64), np.empty(most, np.int64), np.empty(most, np.int64),
    )  # fmt: skip


@njit(cache=True, inline="always")
def _known(list_, n, member):  # type: ignore[no-untyped-def]
    """Whether ``member`` is among the first ``n`` of a list."""
    found = False
    for i in range(n):
        found |= list_[U(i)] == member
    return found


@njit(cache=True, inline="always")
def _mark(member):  # type: ignore[no-untyped-def]
    """One of 64 bits: whose mark a world does not have, it has not reached."""
    return ONE << ((U(member) * GOLDEN) >> MARK_SHIFT)


@njit(cache=True, inline="always")
def _ask_for_row(indptr, member):  # type: ignore[no-untyped-def]
    """Fetch where the row starts and where it ends: every eighth row has its end in the next line of memory."""
    prefetch(indptr, member)
    prefetch(indptr, member + 1)


@njit(cache=True, inline="always")
def _first_gap(world, member, start, stop, threshold, alias, side, live):  # type: ignore[no-untyped-def]
    """Note the row of ``member`` if it has a live edge; returns the number of such rows."""
    row_key = member_key(side.key[U(world)], member, 0)
    gap = gap_draw(draw(row_key, 0), threshold, alias)
    side.live_world[U(live)] = world | (np.int64(gap == GAP_TAIL) << TAIL_SHIFT)
    side.live_key[U(live)] = row_key
    side.live_at[U(live)] = start + gap
    side.live_stop[U(live)] = stop
    return live + np.int64(start + gap < stop)


@njit(cache=True)
def _world_keys(seed, numbers, key):  # type: ignore[no-untyped-def]
    """The keys of posts in the worlds ``numbers``, into ``key``."""
    for s in range(len(numbers)):
        key[U(s)] = stream_key(world_key(seed, numbers[U(s)]), POST, U(0), U(0))


@njit(cache=True)
def _first_bits(key, member, worlds, bits):  # type: ignore[no-untyped-def]
    """Draw 0 of the row of ``member`` in each world, into ``bits``: eight at a time where the processor can."""
    for s in range(worlds):
        bits[U(s)] = draw(member_key(key[U(s)], member, 0), 0)


@njit(cache=True)
def _place_seeds(seeds, side):  # type: ignore[no-untyped-def]
    """Put the seeds int64[k] at the head of every world's list, where they stay; returns how many members that are."""
    count = 0
    for member in seeds:
        if not _known(side.reached[0], count, member):
            side.reached[:, count] = member
            count += 1
    return count


@njit(cache=True)
def _same_seeds(indptr, count, worlds, threshold, alias, side):  # type: ignore[no-untyped-def]
    """Reach the first ``count`` members of the lists in all ``worlds``; returns the number of rows with a live edge."""
    live, marks = np.int64(0), U(0)
    for c in range(count):
        member = np.int64(side.reached[0, c])
        start, stop = indptr[U(member)], indptr[U(member) + U(1)]
        _first_bits(side.key, member, worlds, side.bits)
        hits = np.int64(0)
        for s in range(worlds):
            side.hit[U(hits)] = s
            hits += np.int64(gap_draw(side.bits[U(s)], threshold, alias) < stop - start)
        for i in range(hits):
            live = _first_gap(np.int64(side.hit[U(i)]), member, start, stop, threshold, alias, side, live)
        marks |= _mark(member)
    side.found[:worlds] = count
    side.marks[:worlds] = marks
    return live


@njit(cache=True)
def _own_seeds(indptr, seeds, first, worlds, side, ask):  # type: ignore[no-untyped-def]
    """Reach the seeds int64[W, k] of each world; returns how many members that are."""
    new = 0
    for s in range(worlds):
        n, marks = 0, U(0)
        for i in range(seeds.shape[1]):
            member = seeds[first + s, i]
            if not _known(side.reached[s], n, member):
                side.reached[s, n] = member
                side.new[U(new)] = (U(s) << WORLD_SHIFT) | U(member)
                if ask:
                    _ask_for_row(indptr, member)
                marks |= _mark(member)
                n += 1
                new += 1
        side.found[s] = n
        side.marks[s] = marks
    return new


@njit(cache=True)
def _read_rows(indptr, followers, new, threshold, alias, side, far, seeds, following, last):  # type: ignore[no-untyped-def]
    """Draw the first gap along the rows of ``new`` members; returns the number of rows with a live edge.

    Meanwhile the rows of the seeds of the worlds ``following..last-1`` are asked for, one per row, while there are.
    """
    live = 0
    for i in range(new):
        both = side.new[U(i)]
        if following + i < last:
            _ask_for_row(indptr, seeds[following + i, 0])
        member = np.int64(both & MEMBER_MASK)
        start, stop = indptr[U(member)], indptr[U(member) + U(1)]
        live = _first_gap(np.int64(both >> WORLD_SHIFT), member, start, stop, threshold, alias, side, live)
    if far:
        for i in range(live):  # a second live edge tends to lie in the next line of memory
            prefetch(followers, side.live_at[U(i)])
            prefetch(followers, side.live_stop[U(i)] - 1)
    return live


@njit(cache=True)
def _reach_followers(indptr, followers, live, threshold, alias, side, far):  # type: ignore[no-untyped-def]
    """Reach the followers along the live edges of ``live`` rows; returns how many members are new."""
    new = np.int64(0)
    for i in range(live):
        both = np.int64(side.live_world[U(i)])
        s, tail = both & ((1 << TAIL_SHIFT) - 1), both >> TAIL_SHIFT > 0
        position, stop, counter = side.live_at[U(i)], side.live_stop[U(i)], side.live_key[U(i)] + GOLDEN
        n = np.int64(side.found[U(s)])
        while n < ROOM:
            if not tail:
                member = followers[U(position)]
                position += 1
                mark = _mark(member)
                first_time = np.int64(1)
                if side.marks[U(s)] & mark:
                    first_time = np.int64(not _known(side.reached[s], n, member))
                side.marks[U(s)] |= mark
                side.reached[U(s), U(n)] = member
                side.new[U(new)] = (U(s) << WORLD_SHIFT) | U(member)
                if far:
                    _ask_for_row(indptr, member)
                n += first_time
                new += first_time
            position, counter, tail = next_gap(position, counter, threshold, alias)
            if position >= stop:
                break
        side.found[U(s)] = n
    return new


@njit(cache=True, nogil=True)
def cascades_side_by_side(indptr, followers, seeds, gap_threshold, gap_alias, luck, first, last, scratch, side, sizes):  # type: ignore[no-untyped-def]
    """``cascade_by_gaps`` for worlds that tend to be small, with at most ``MOST_SEEDS`` seeds: the same sizes."""
    seed, numbers = luck
    at, placed = first, 0
    far = 8 * len(indptr) + 4 * len(followers) > IN_CACHE_BYTES
    ahead = (
        far and len(seeds) > 1 and seeds.shape[1] == 1
    )  # several seeds per world are more than a block's rows can ask for
    if len(seeds) == 1 and not side.whole[0]:
        placed = _place_seeds(seeds[0], side)
    while at < last and not side.whole[0]:
        worlds = min(WORLDS, last - at)
        _world_keys(seed, numbers[at : at + worlds], side.key)
        if len(seeds) == 1:
            new, live = 0, _same_seeds(indptr, placed, worlds, gap_threshold, gap_alias, side)
        else:
            new, live = _own_seeds(indptr, seeds, at, worlds, side, far and (not ahead or at == first)), 0
        following = at + worlds if ahead else last
        while new > 0 or live > 0:
            if new > 0:
                live = _read_rows(indptr, followers, new, gap_threshold, gap_alias, side, far, seeds, following, last)
                following = last
            new = _reach_followers(indptr, followers, live, gap_threshold, gap_alias, side, far)
            live = 0
        large = 0
        for s in range(worlds):
            w = at + s
            sizes[w] = side.found[s]
            if side.found[s] >= ROOM:
                large += 1
                cascade_by_gaps(indptr, followers, seeds, gap_threshold, gap_alias, luck, w, w + 1, scratch, sizes)
        side.whole[0] = large * LARGE_SHARE > worlds
        at += worlds
    cascade_by_gaps(indptr, followers, seeds, gap_threshold, gap_alias, luck, at, last, scratch, sizes)
