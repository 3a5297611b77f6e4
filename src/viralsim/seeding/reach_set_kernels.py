"""Reverse-reachable sets: who could have reached a random member, under independent cascade and linear threshold."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from viralsim.kernels.draws import Stream, draw, member_key, stream_key, unit, world_key
from viralsim.seeding.row_kernels import COINS, COUNTED, EVEN, GAPS, MIXED, NONE, NUMBERS, SORTED

SEEDING = int(Stream.SEEDING)
CASCADE, THRESHOLD = 0, 1  # the model: independent cascade, linear threshold
ELIGIBLE, BARRED, TAKEN = 0, 1, 2  # marks of members
ONE, SIX, LOW_SIX = np.uint64(1), np.uint64(6), np.uint64(63)
HALF, LOW_HALF, TWO32 = np.uint64(32), np.uint64(0xFFFFFFFF), 2.0**32
BELOW_ONE = 1.0 - 2.0**-53
U = np.uint64  # an index of this type cannot be negative, so nothing is compiled to wrap it round


@njit(cache=True, inline="always")
def meet(live, u, visited, queue, n):  # type: ignore[no-untyped-def]
    """Put ``u`` into the set if the edge from him is ``live`` and he is not in it; returns the size of the set.

    Without branches: whether an edge is live cannot be predicted. ``queue`` has room for one more than there can be.
    """
    place, bit = U(u) >> SIX, U(u) & LOW_SIX
    block = visited[place]
    new = np.uint64(live) & ~(block >> bit) & ONE
    visited[place] = block | (new << bit)
    queue[U(n)] = u
    return n + np.int64(new)


@njit(cache=True, inline="always")
def meet_many(key, j, x, row, sources, counts, picks, visited, queue, n):  # type: ignore[no-untyped-def]
    """Three live edges or more of a COUNTED row from one uniform ``x``: (end of the set, draws used so far).

    Each is drawn among those that are left, from the third on with draws of their own. picks int64[NUMBERS + 1]: positions
    taken, in rising order.
    """
    first, d = row["first"], np.int64(row["degree"])
    k = 3
    while x >= counts[d, 1 + k]:
        k += 1
    x = (x - counts[d, k]) / (counts[d, 1 + k] - counts[d, k])
    for t in range(k):
        if t >= 2:
            x = unit(draw(key, j))
            j += 1
        x *= d - t
        pick = min(np.int64(x), d - t - 1)
        x -= pick
        at = 0
        while at < t and pick >= picks[at]:
            pick += 1
            at += 1
        for i in range(t, at, -1):
            picks[i] = picks[i - 1]
        picks[at] = pick
        n = meet(True, sources[U(first + pick)], visited, queue, n)
    return n, j


@njit(cache=True)
def search_row(key, j, x, row, sources, chance, visited, queue, n):  # type: ignore[no-untyped-def]
    """The live edges of a row that is not COUNTED: (end of the set, draws used so far).

    By coins of half a draw each, or by the gap to the next live edge (from ``x``, a uniform number); rows of mixed chances
    by a coin each or, sorted, by gaps under the largest chance that is left, thinned (Guo, Wang, Wei, Chen, SIGMOD 2020).
    """
    way, e, p = row["way"], row["first"], row["chance"]
    end = e + row["degree"]
    if way == COINS:
        limit = np.uint64(p * TWO32)
        for k in range(e, end, 2):
            bits = draw(key, j)
            j += 1
            n = meet((bits >> HALF) < limit, sources[U(k)], visited, queue, n)
            n = meet(((bits & LOW_HALF) < limit) & (k + 1 < end), sources[U(k + 1)], visited, queue, n)
    elif way == GAPS:
        while True:
            gap = math.log1p(-x) * row["scale"]
            if gap >= end - e:
                break
            e += np.int64(gap)
            n = meet(True, sources[U(e)], visited, queue, n)
            e += 1
            x = unit(draw(key, j))
            j += 1
    elif way == MIXED:
        for k in range(e, end):
            n = meet(unit(draw(key, j)) < chance[U(k)], sources[U(k)], visited, queue, n)
            j += 1
    elif way == SORTED:
        n, j = search_sorted(key, j, e, end, sources, chance, visited, queue, n)
    return n, j


@njit(cache=True, inline="always")
def search_back(key, x, rows, sources, chance, counts, marks, visited, queue, start, picks):  # type: ignore[no-untyped-def]
    """All who reach ``queue[start]`` over live edges of independent cascade: (end of the set, whether one is taken).

    A row that is COUNTED takes one uniform number: how many edges are live is read off the table, and what is left of the
    number within that says which. None or one is a line without a branch on luck between them. x: the number of the first
    row. Stops at the first member who is taken. O(edges searched or drawn).
    """
    n, j, i = start + 1, 1, start
    while i < n:
        if marks[U(queue[U(i)])] == TAKEN:
            return n, True
        row = rows[U(queue[U(i)])]
        if i > start:
            x = unit(draw(key, j))
            j += 1
        i += 1
        e, d = row["first"], np.int64(row["degree"])
        if row["way"] != COUNTED:
            n, j = search_row(key, j, x, row, sources, chance, visited, queue, n)
            continue
        shares = counts[U(d)]
        if x < shares[2]:
            pick = min(np.int64(max((x - shares[1]) * shares[0], 0.0)), d - 1)
            n = meet(x >= shares[1], sources[U(e + pick)], visited, queue, n)
        elif x < shares[3]:
            place = (x - shares[2]) / (shares[3] - shares[2]) * d
            pick = min(np.int64(place), d - 1)
            other = min(np.int64((place - pick) * (d - 1)), d - 2)
            n = meet(True, sources[U(e + pick)], visited, queue, n)
            n = meet(True, sources[U(e + other + np.int64(other >= pick))], visited, queue, n)
        else:
            n, j = meet_many(key, j, x, row, sources, counts, picks, visited, queue, n)
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
        n = meet(unit(draw(key, j + 1)) * most < chance[e], sources[U(e)], visited, queue, n)
        j += 2
        e += 1
    return n, j


@njit(cache=True, inline="always")
def walk_back(key, x, rows, sources, chance, marks, visited, queue, start):  # type: ignore[no-untyped-def]
    """All who reach ``queue[start]`` under linear threshold: every member keeps at most one edge, so that it is a walk.

    Kempe, Kleinberg, Tardos, KDD 2003, theorem 4.6. x: the number of the first step. Returns (end of the set, whether one of
    them is taken). O(size x log degree).
    """
    n, j = start + 1, 1
    while True:
        if marks[queue[n - 1]] == TAKEN:
            return n, True
        row = rows[queue[n - 1]]
        if row["way"] == NONE or x >= row["chance"]:
            return n, False
        first, degree = row["first"], row["degree"]
        if row["way"] == EVEN:
            e = first + min(np.int64(x / row["chance"] * degree), degree - 1)
        else:
            e = first + min(np.searchsorted(chance[first : first + degree], x, side="right"), degree - 1)
        before = n
        n = meet(True, sources[U(e)], visited, queue, n)
        if n == before:
            return n, False
        x = unit(draw(key, j))
        j += 1


@njit(cache=True, inline="always")
def root_of(share, root_members, root_weights, members):  # type: ignore[no-untyped-def]
    """The member at ``share`` in [0, 1) of all, or of all value, and how far within him: uniform in [0, 1). O(log R)."""
    if len(root_members) == 0:
        x = share * members
        root = min(np.int64(x), members - 1)
        return root, min(x - root, BELOW_ONE)
    x = share * root_weights[-1]
    place = min(np.searchsorted(root_weights, x, side="right"), len(root_members) - 1)
    low = root_weights[place - 1] if place > 0 else 0.0
    return root_members[place], min(max((x - low) / (root_weights[place] - low), 0.0), BELOW_ONE)


@njit(cache=True, nogil=True)
def draw_sets(model, incoming, roots, marks, luck, batch, first, last, visited):  # type: ignore[no-untyped-def]
    """Reverse-reachable sets number ``first..last-1``: (ends int64[S], members int32[]), only the eligible members.

    incoming: (rows ROW[N], sources int32[E + 1], chance float64[E] or [0], counts of ``count_table``). roots: (members
    int64[R], their cumulative weights float64[R]); empty: any member alike. marks uint8[N]; a set that holds one who is
    taken is left empty, for nobody can add to it. luck: (seed, name), two uint64. visited: uint64[ceil(N / 64)], zero before
    and after. Borgs et al., SODA 2014.

    batch: (b, m); the sets b to b + m - 1 share all members, or all value, out among them: the root of the i-th is drawn from
    the i-th of m equal parts, and how far within the root the number fell is the luck of his own row. Who reaches whom over
    one step so varies little from one collection to another. A set is a pure function of (seed, name, batch, its number).
    """
    rows, sources, chance, counts = incoming  # here: a tuple that is opened for each set costs as much as the set
    root_members, root_weights = roots
    n = np.int64(0)
    ends = np.empty(last - first, np.int64)
    found = np.empty(4 * (last - first) + len(marks) + 1, np.int32)
    picks = np.empty(NUMBERS + 1, np.int64)
    family = stream_key(world_key(luck[0], 0), SEEDING, luck[1], np.uint64(0))
    for s in range(first, last):
        if n + len(marks) >= len(found):
            found = grown(found, n + len(marks) + 1)
        key = member_key(family, s, 0)
        share = (s - batch[0] + unit(draw(key, 0))) / batch[1]
        root, x = root_of(share, root_members, root_weights, len(marks))
        meet(True, root, visited, found, n)
        if model == THRESHOLD:
            end, taken = walk_back(key, x, rows, sources, chance, marks, visited, found, n)
        else:
            end, taken = search_back(key, x, rows, sources, chance, counts, marks, visited, found, n, picks)
        start = n
        for i in range(start, end):
            u = U(found[U(i)])
            visited[u >> SIX] = 0
            found[U(n)] = u
            n += np.int64(marks[u] == ELIGIBLE and not taken)
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
        for e in range(start, ends[U(s)]):
            if chosen[U(entries[U(e)])]:
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
        for e in range(start, ends[U(s)]):
            hit |= chosen[U(entries[U(e)])]
        if not hit:
            for e in range(start, ends[U(s)]):
                gain[U(entries[U(e)])] += 1
        start = ends[s]
    return gain
