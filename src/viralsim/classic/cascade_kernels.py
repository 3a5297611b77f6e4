"""Independent cascade: breadth-first search over edges that are live by a counter-based draw.

The set that is reached in the end does not depend on the order of the search, so no clock is kept. A world costs
O(members reached + coins or gaps drawn), whatever the number of members: what was visited is a set of bits that the
list of the reached clears again.
"""

from __future__ import annotations

import numpy as np

from viralsim.classic.arguments import COIN_BITS
from viralsim.classic.subset_sampling import (
    BEGIN_SHIFT,
    BUNDLE,
    BUNDLES_MASK,
    BUNDLES_SHIFT,
    CLASS_BITS,
    CLASS_MASK,
    GAP_THRESHOLD_BITS,
    GROUPS_FOLLOW,
    SIZE_MASK,
)
from viralsim.classic.trace_kernels import note, note_members, note_next
from viralsim.kernels.alias import GAP_BITS, GAP_TAIL, next_gap
from viralsim.kernels.cpu import njit, prefetch, trailing_zeros
from viralsim.kernels.rng import GOLDEN, Stream, member_key, mix, stream_key, world_key
from viralsim.kernels.visited import finish, start, visit_if

POST = int(Stream.POST)
LOW_COIN = np.uint64((1 << COIN_BITS) - 1)
NONE, ONE, TWO, TAIL, WORD = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(GAP_TAIL), np.uint64(64)
GAP_OUTCOME, CLASS_SHIFT = np.uint64(64 - GAP_BITS), np.uint64(CLASS_BITS)
HALF = np.uint64(32)
LOW_HALF = np.uint64(0xFFFFFFFF)
WHOLE = np.uint64(BUNDLE)
LINE = 16  # entries of 4 bytes in a line of memory
NEAR, FAR = 3, 8  # how far ahead in the queue rows and their places are fetched
GAP_LOW = np.uint64((1 << GAP_THRESHOLD_BITS) - 1)


@njit(cache=True, inline="always")
def look_ahead(row, content, reached, i, n, shift):  # type: ignore[no-untyped-def]
    """Fetch the rows of members who wait in the queue, two lines each: ``row`` [N + 1], above ``shift`` bits, into ``content``."""
    if i + FAR < n:
        prefetch(row, reached[i + FAR])
    if i + NEAR < n:
        at = np.int64(np.uint64(row[reached[i + NEAR]]) >> shift)
        prefetch(content, at)
        prefetch(content, at + LINE)


@njit(cache=True, inline="always")
def look_ahead_worlds(row, content, seeds, w, last, shift):  # type: ignore[no-untyped-def]
    """Fetch the rows of the first seeds of worlds to come, where every world has its own int64[W, k] ``seeds``."""
    if len(seeds) > 1 and seeds.shape[1] > 0:
        if w + FAR < last:
            prefetch(row, seeds[w + FAR, 0])
        if w + NEAR < last:
            prefetch(content, np.int64(np.uint64(row[seeds[w + NEAR, 0]]) >> shift))


@njit(cache=True, nogil=True)
def cascade_by_gaps(indptr, followers, seeds, gap_threshold, gap_alias, luck, first, last, scratch, sizes, trace=None):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1`` of a cascade with one probability for all edges.

    indptr int64[N + 1], followers int32[E]; seeds int64[1 or W, k]; gap tables uint64[512], int32[512];
    luck: (seed uint64, world numbers int64[W]); scratch: (visited uint64[], reached int32[N + 1]).
    Writes sizes int64[W], and ``trace`` where one is given. O(reached + live edges): one draw for each live edge and one
    for each row.
    """
    seed, worlds = luck
    visited, reached = scratch
    for w in range(first, last):
        key = stream_key(world_key(seed, worlds[w]), POST, np.uint64(0), np.uint64(0))
        look_ahead_worlds(indptr, followers, seeds, w, last, NONE)
        n = start(seeds[w if len(seeds) > 1 else 0], visited, reached)
        if trace is not None:
            note(trace, w, 0, n, -1, 0)
        i = 0
        while i < n:
            u = np.uint64(reached[np.uint64(i)])
            look_ahead(indptr, followers, reached, i, n, NONE)
            i, before = i + 1, n
            position, stop = np.int64(indptr[u]), np.int64(indptr[u + ONE])
            counter = member_key(key, u, 0)
            while True:
                position, counter, tail = next_gap(position, counter, gap_threshold, gap_alias)
                if position >= stop:
                    break
                if tail:
                    continue
                n = visit_if(True, np.uint64(followers[np.uint64(position)]), visited, reached, n)
                position += 1
            if trace is not None:
                note_next(trace, w, before, n, i - 1, u)
        if trace is not None:
            note_members(trace, w, reached, n)
        finish(visited, reached, n)
        sizes[w] = n


@njit(cache=True, inline="always")
def _bundle_draw(words, at, size, bits):  # type: ignore[no-untyped-def]
    """The live edges of the bundle of ``size`` at ``at``, as a set of bits: upper ``bits`` choose a cell, lower are its coin."""
    cell, others = bits >> (WORD - size), (ONE << size) - ONE
    word = np.uint64(words[at + cell])
    other = word & others
    return other ^ ((cell ^ other) & (NONE - np.uint64((bits & LOW_HALF) | others < word)))  # a branch would be guessed


@njit(cache=True, inline="always")
def _reach_bundle(words, at, size, live, visited, reached, n):  # type: ignore[no-untyped-def]
    """Reach the followers at ``at`` whose edges are ``live``; returns the number of the reached.

    The first without a branch: whether there is one cannot be predicted, and a second is rare.
    """
    any_ = live != 0
    first = np.uint64(trailing_zeros(live | (ONE << (size - ONE))))
    n = visit_if(any_, np.uint64(words[at + first]), visited, reached, n)
    live &= live - np.uint64(any_)
    while live != 0:
        n = visit_if(True, np.uint64(words[at + np.uint64(trailing_zeros(live))]), visited, reached, n)
        live &= live - ONE
    return n


@njit(cache=True, nogil=True)
def cascade_by_groups(rows, gaps, seeds, luck, first, last, scratch, sizes, trace=None):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1`` of a cascade with a probability for each edge.

    rows: ``GroupedRows``; gaps: ``GapTables``; the rest as in ``cascade_by_gaps``. The first draws of a row belong to its
    bundles (upper bits: the outcome, lower bits: whether it is taken), the very first is the key of the row itself, which
    a row without bundles does not draw from; then one to each candidate of its groups (upper half: the gap before it, lower
    half: whether it is kept). O(reached + bundles + groups + candidates).
    """
    seed, worlds = luck
    visited, reached = scratch
    row, words, threshold, alias = rows.row, rows.words, gaps.threshold, gaps.alias
    for w in range(first, last):
        key = stream_key(world_key(seed, worlds[w]), POST, np.uint64(0), np.uint64(0))
        look_ahead_worlds(row, words, seeds, w, last, BEGIN_SHIFT)
        n = start(seeds[w if len(seeds) > 1 else 0], visited, reached)
        if trace is not None:
            note(trace, w, 0, n, -1, 0)
        i = 0
        while i < n:
            u = np.uint64(reached[i])
            look_ahead(row, words, reached, i, n, BEGIN_SHIFT)
            i, before = i + 1, n
            counter, place = member_key(key, u, 0), row[u]
            e, size, bits = place >> BEGIN_SHIFT, place & SIZE_MASK, counter
            bundles = (place >> BUNDLES_SHIFT) & BUNDLES_MASK
            while bundles:
                live = _bundle_draw(words, e, size, bits)
                e += ONE << size
                n = _reach_bundle(words, e, size, live, visited, reached, n)
                e += size
                size = WHOLE
                bundles -= ONE
                if bundles:
                    counter += GOLDEN
                    bits = mix(counter)
            end = row[u + ONE] >> BEGIN_SHIFT if place & GROUPS_FOLLOW else e
            while e < end:
                head = np.uint64(words[e])
                b = head & CLASS_MASK
                e += ONE
                stop = e + TWO * (head >> CLASS_SHIFT)
                while e < stop:
                    counter += GOLDEN
                    bits = mix(counter)
                    gap = bits >> GAP_OUTCOME
                    if (bits >> HALF) & GAP_LOW >= threshold[b, gap]:
                        gap = np.uint64(alias[b, gap])
                    e += TWO * gap
                    if e < stop and gap != TAIL:
                        kept = bits & LOW_COIN < np.uint64(words[e])
                        n = visit_if(kept, np.uint64(words[e + ONE]), visited, reached, n)
                        e += TWO
                e = stop
            if trace is not None:
                note_next(trace, w, before, n, i - 1, u)
        if trace is not None:
            note_members(trace, w, reached, n)
        finish(visited, reached, n)
        sizes[w] = n
