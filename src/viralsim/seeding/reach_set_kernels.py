"""Reverse-reachable sets: who could have reached a random member, under independent cascade and linear threshold."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from viralsim.kernels.draws import Stream, below, draw, member_key, stream_key, unit, world_key

SEEDING = int(Stream.SEEDING)
CASCADE, THRESHOLD = 0, 1  # the model: independent cascade, linear threshold
ELIGIBLE, BARRED, TAKEN = 0, 1, 2  # marks of members
# how the live edges into a member are found
NONE, EVEN, COINS, GAPS, MIXED, SORTED = 0, 1, 2, 3, 4, 5
COIN_AT_LEAST = 1.0 / 64.0  # a coin of 32 bits misses a probability by less than 1.5e-8 of it from here on
GAP_COST = 10.0  # coins that take as long as one gap
LONG_ROW = 24  # rows of mixed chances from this length on are drawn by gaps
ROW = np.dtype(
    [("first", np.int64), ("degree", np.int32), ("way", np.int32), ("chance", np.float64), ("scale", np.float64)]
)
ONE, HALF, LOW_HALF, TWO32 = np.uint64(1), np.uint64(32), np.uint64(0xFFFFFFFF), 2.0**32


@njit(cache=True, nogil=True)
def transpose(indptr, followers, by_target, chance, rows, sources, turned):  # type: ignore[no-untyped-def]
    """Append one network's follows to the rows by the member who is reached; ``rows["first"]`` is moved on.

    by_target: float64[N], one chance for all edges into a member, or [0] where chance float64[E] has one an edge.
    sources int32[E] and turned float64[E] (or [0]) are filled at ``rows["first"] + rows["degree"]``. O(E).
    """
    for u in range(len(indptr) - 1):
        for e in range(indptr[u], indptr[u + 1]):
            row = rows[followers[e]]
            at = row["first"] + row["degree"]
            row["degree"] += 1
            sources[at] = u
            if len(turned) > 0:
                turned[at] = chance[e] if len(by_target) == 0 else by_target[followers[e]]


@njit(cache=True, nogil=True)
def settle_cascade(rows, by_target, sources, chance):  # type: ignore[no-untyped-def]
    """Choose for each row how its live edges are found; long rows of mixed chances are put in falling order. O(E log E)."""
    for v in range(len(rows)):
        row = rows[v]
        first, degree = row["first"], row["degree"]
        end = first + degree
        even = True
        p = 0.0
        if degree > 0:
            p = by_target[v] if len(by_target) > 0 else chance[first]
        if len(by_target) == 0:
            for e in range(first, end):
                even = even and chance[e] == p
        row["chance"] = p
        row["scale"] = 0.0
        if not even:
            row["way"] = MIXED
            if degree >= LONG_ROW:
                order = np.argsort(-chance[first:end], kind="mergesort")
                chance[first:end] = chance[first:end][order]
                sources[first:end] = sources[first:end][order]
                row["way"] = SORTED
        elif degree == 0 or p <= 0.0:
            row["way"] = NONE
        elif p >= 1.0:
            row["way"] = COINS
        else:
            row["scale"] = 1.0 / math.log1p(-p)
            row["way"] = COINS if p >= COIN_AT_LEAST and degree <= GAP_COST * (1.0 + p * degree) else GAPS


@njit(cache=True, nogil=True)
def settle_threshold(rows, by_target, sources, chance):  # type: ignore[no-untyped-def]
    """Rows of the linear threshold model: evenly weighted, or cumulative weights; returns the largest in-sum. O(E)."""
    largest = 0.0
    for v in range(len(rows)):
        row = rows[v]
        first, degree = row["first"], row["degree"]
        row["scale"] = 0.0
        if len(by_target) > 0:
            total = by_target[v] * degree
            row["way"] = EVEN
        else:
            total = 0.0
            for e in range(first, first + degree):
                total += chance[e]
                chance[e] = total
            row["way"] = SORTED
        if degree == 0 or total <= 0.0:
            row["way"] = NONE
        largest = max(largest, total)
        row["chance"] = total
    return largest


@njit(cache=True, inline="always")
def meet(live, u, visited, queue, n):  # type: ignore[no-untyped-def]
    """Put ``u`` into the set if the edge from him is ``live`` and he is not in it; returns the size of the set.

    Without branches: whether an edge is live cannot be predicted. ``queue`` has room for one more than all members.
    """
    place, bit = u >> 6, np.uint64(u & 63)
    block = visited[place]
    new = np.uint64(live) & ~(block >> bit) & ONE
    visited[place] = block | (new << bit)
    queue[n] = u
    return n + np.int64(new)


@njit(cache=True)
def search_back(key, incoming, marks, visited, queue):  # type: ignore[no-untyped-def]
    """All who reach ``queue[0]`` over live edges of independent cascade: (size, whether one of them is taken).

    Rows of one chance are searched by coins of half a draw each, or by the gap to the next live edge; rows of mixed
    chances by a coin each or, sorted, by gaps under the largest chance that is left, thinned (Guo, Wang, Wei, Chen,
    SIGMOD 2020). Stops at the first member who is taken. O(edges searched or drawn).
    """
    rows, sources, chance = incoming
    n, j, i = 1, 1, 0
    while i < n:
        if marks[queue[i]] == TAKEN:
            return n, True
        row = rows[queue[i]]
        i += 1
        way, e, p = row["way"], row["first"], row["chance"]
        end = e + row["degree"]
        if way == COINS:
            limit = np.uint64(p * TWO32)
            for k in range(e, end, 2):
                bits = draw(key, j)
                j += 1
                n = meet((bits >> HALF) < limit, sources[k], visited, queue, n)
                n = meet(((bits & LOW_HALF) < limit) & (k + 1 < end), sources[k + 1], visited, queue, n)
        elif way == GAPS:
            scale = row["scale"]
            while True:
                gap = math.log1p(-unit(draw(key, j))) * scale
                j += 1
                if gap >= end - e:
                    break
                e += np.int64(gap)
                n = meet(True, sources[e], visited, queue, n)
                e += 1
        elif way == MIXED:
            for k in range(e, end):
                n = meet(unit(draw(key, j)) < chance[k], sources[k], visited, queue, n)
                j += 1
        elif way == SORTED:
            n, j = search_sorted(key, j, e, end, sources, chance, visited, queue, n)
    return n, False


@njit(cache=True)
def search_sorted(key, j, e, end, sources, chance, visited, queue, n):  # type: ignore[no-untyped-def]
    """The live edges of a row in falling order of chance: (size of the set, draws used)."""
    while e < end and chance[e] > 0.0:
        most = chance[e]
        gap = math.log1p(-unit(draw(key, j))) / math.log1p(-most) if most < 1.0 else 0.0
        if gap >= end - e:
            return n, j + 1
        e += np.int64(gap)
        n = meet(unit(draw(key, j + 1)) * most < chance[e], sources[e], visited, queue, n)
        j += 2
        e += 1
    return n, j


@njit(cache=True)
def walk_back(key, incoming, marks, visited, queue):  # type: ignore[no-untyped-def]
    """All who reach ``queue[0]`` under linear threshold: every member keeps at most one edge, so that it is a walk.

    Kempe, Kleinberg, Tardos, KDD 2003, theorem 4.6. Returns (size, whether one of them is taken). O(size x log degree).
    """
    rows, sources, chance = incoming
    n, j = 1, 1
    while True:
        if marks[queue[n - 1]] == TAKEN:
            return n, True
        row = rows[queue[n - 1]]
        x = unit(draw(key, j))
        j += 1
        if row["way"] == NONE or x >= row["chance"]:
            return n, False
        first, degree = row["first"], row["degree"]
        if row["way"] == EVEN:
            e = first + min(np.int64(x / row["chance"] * degree), degree - 1)
        else:
            e = first + min(np.searchsorted(chance[first : first + degree], x, side="right"), degree - 1)
        before = n
        n = meet(True, sources[e], visited, queue, n)
        if n == before:
            return n, False


@njit(cache=True)
def root_of(bits, roots, members):  # type: ignore[no-untyped-def]
    """The member that a set is of: any alike, or in proportion to the weights. O(log R)."""
    if len(roots[0]) == 0:
        return np.int64(below(bits, members))
    place = np.searchsorted(roots[1], unit(bits) * roots[1][-1], side="right")
    return roots[0][min(place, len(roots[0]) - 1)]


@njit(cache=True, nogil=True)
def draw_sets(model, incoming, roots, marks, luck, first, last, scratch):  # type: ignore[no-untyped-def]
    """Reverse-reachable sets number ``first..last-1``: (ends int64[S], members int32[]), only the eligible members.

    incoming: (rows ROW[N], sources int32[E + 1], chance float64[E] or [0]). roots: (members int64[R], their cumulative
    weights float64[R]); empty: any member alike. marks uint8[N]; a set that holds one who is taken is left empty, for
    nobody can add to it. luck: (seed, name), two uint64: a set is a pure function of (seed, name, its number). scratch:
    (visited uint64[ceil(N / 64)], zero before and after; queue int32[N + 1]). Borgs et al., SODA 2014.
    """
    seed, name = luck
    visited, queue = scratch
    ends = np.empty(last - first, np.int64)
    found = np.empty(max(64, 4 * (last - first)), np.int32)
    n = 0
    family = stream_key(world_key(seed, 0), SEEDING, name, np.uint64(0))
    for s in range(first, last):
        key = member_key(family, s, 0)
        root = root_of(draw(key, 0), roots, len(marks))
        meet(True, root, visited, queue, 0)
        if model == THRESHOLD:
            size, taken = walk_back(key, incoming, marks, visited, queue)
        else:
            size, taken = search_back(key, incoming, marks, visited, queue)
        if n + size > len(found):
            found = grown(found, n + size)
        for i in range(size):
            u = queue[i]
            visited[u >> 6] = 0
            found[n] = u
            n += 1 if marks[u] == ELIGIBLE and not taken else 0
        ends[s - first] = n
    return ends, found[:n].copy()


@njit(cache=True, nogil=True)
def grown(values, least):  # type: ignore[no-untyped-def]
    """A copy of ``values`` int32[] with room for at least ``least`` entries, and at least half more than before."""
    out = np.empty(max(least, len(values) + len(values) // 2), np.int32)
    out[: len(values)] = values
    return out


@njit(cache=True, nogil=True)
def hits(ends, entries, chosen):  # type: ignore[no-untyped-def]
    """How many sets hold at least one of ``chosen`` bool[N]. O(entries)."""
    found, start = 0, 0
    for s in range(len(ends)):
        for e in range(start, ends[s]):
            if chosen[entries[e]]:
                found += 1
                break
        start = ends[s]
    return found


@njit(cache=True, nogil=True)
def further(ends, entries, chosen):  # type: ignore[no-untyped-def]
    """How many sets without any of ``chosen`` bool[N] each member is in: int64[N]. O(entries)."""
    gain = np.zeros(len(chosen), np.int64)
    start = 0
    for s in range(len(ends)):
        hit = False
        for e in range(start, ends[s]):
            hit = hit or chosen[entries[e]]
        if not hit:
            for e in range(start, ends[s]):
                gain[entries[e]] += 1
        start = ends[s]
    return gain
