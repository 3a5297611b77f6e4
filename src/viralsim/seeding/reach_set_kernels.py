"""Reverse-reachable sets: who could have reached a random member. Drawn, indexed, and covered greedily."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from viralsim.kernels.draws import Stream, below, draw, stream_key, unit, world_key

SEEDING = int(Stream.SEEDING)


@njit(cache=True, nogil=True)
def draw_sets(indptr, sources, chance, even, seed, name, first, last, visited):  # type: ignore[no-untyped-def]
    """Reverse-reachable sets number ``first..last-1`` under independent cascade: (offsets int64[S + 1], members int32[]).

    indptr int64[N + 1], sources int32[E], chance float64[E]: whom each member follows, and with which probability he is
    reached by each. even bool[N]: one probability along the row, so that the gap to the next success is drawn instead of
    a coin for each (Guo et al., SIGMOD 2020). A set is a pure function of (seed, name, its number). visited: bool[N], all
    False before and after. Borgs et al., SODA 2014. O(entries drawn).
    """
    members_count = len(indptr) - 1
    offsets = np.zeros(last - first + 1, np.int64)
    found = np.empty(max(64, 4 * (last - first)), np.int32)
    n = 0
    for s in range(first, last):
        key = stream_key(world_key(seed, s), SEEDING, name, np.uint64(0))
        j = 1
        start = n
        if n + members_count > len(found):
            found = grown(found, n + members_count)
        root = below(draw(key, 0), members_count)
        visited[root] = True
        found[n] = root
        n += 1
        i = start
        while i < n:
            v = found[i]
            i += 1
            e, end = indptr[v], indptr[v + 1]
            if e == end or (even[v] and chance[e] <= 0.0):
                continue
            scale = 1.0 / math.log1p(-chance[e]) if even[v] and chance[e] < 1.0 else 0.0
            while e < end:
                if even[v]:
                    if scale != 0.0:
                        gap = math.log1p(-unit(draw(key, j))) * scale
                        j += 1
                        if gap >= end - e:
                            break
                        e += np.int64(gap)
                    hit = True
                else:
                    hit = unit(draw(key, j)) < chance[e]
                    j += 1
                u = sources[e]
                if hit and not visited[u]:
                    visited[u] = True
                    found[n] = u
                    n += 1
                e += 1
        for i in range(start, n):
            visited[found[i]] = False
        offsets[s - first + 1] = n
    return offsets, found[:n].copy()


@njit(cache=True, nogil=True)
def grown(values, least):  # type: ignore[no-untyped-def]
    """A copy of ``values`` int32[] with room for at least ``least`` entries, and at least half more than before."""
    out = np.empty(max(least, len(values) + len(values) // 2), np.int32)
    out[: len(values)] = values
    return out


@njit(cache=True, nogil=True)
def cover(offsets, entries, eligible, count):  # type: ignore[no-untyped-def]
    """Greedy maximum coverage: (chosen int64[count], covered int64[count + 1], best further int64[count + 1]).

    covered[i]: sets that the first i chosen hit. further[i]: the sum of the ``count`` largest marginal gains after them,
    so that covered[i] + further[i] bounds what any ``count`` members cover (Tang et al., SIGMOD 2018, equation 9).
    Ties go to the lower number. O(entries + count x N).
    """
    n, sets = len(eligible), len(offsets) - 1
    gain = np.zeros(n, np.int64)
    for e in range(len(entries)):
        gain[entries[e]] += 1
    begin = np.zeros(n + 1, np.int64)
    begin[1:] = np.cumsum(gain)
    where = begin[:-1].copy()
    by_member = np.empty(len(entries), np.int32)
    for s in range(sets):
        for e in range(offsets[s], offsets[s + 1]):
            by_member[where[entries[e]]] = s
            where[entries[e]] += 1
    gain[~eligible] = -1
    done = np.zeros(sets, np.bool_)
    chosen = np.empty(count, np.int64)
    covered = np.zeros(count + 1, np.int64)
    further = np.zeros(count + 1, np.int64)
    for i in range(count + 1):
        if count > 0:
            largest = np.partition(gain, n - count)[n - count :] if count < n else gain
            further[i] = np.maximum(largest, 0).sum()
        if i == count:
            break
        best = np.argmax(gain)
        chosen[i] = best
        covered[i + 1] = covered[i] + gain[best]
        for k in range(begin[best], begin[best + 1]):
            s = by_member[k]
            if not done[s]:
                done[s] = True
                for e in range(offsets[s], offsets[s + 1]):
                    if eligible[entries[e]] and gain[entries[e]] > 0:
                        gain[entries[e]] -= 1
        gain[best] = -1
    return chosen, covered, further


@njit(cache=True, nogil=True)
def hits(offsets, entries, chosen):  # type: ignore[no-untyped-def]
    """How many sets hold at least one of ``chosen`` bool[N]. O(entries)."""
    found = 0
    for s in range(len(offsets) - 1):
        for e in range(offsets[s], offsets[s + 1]):
            if chosen[entries[e]]:
                found += 1
                break
    return found
