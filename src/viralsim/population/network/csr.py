"""Compiled building of follower rows: counting sorts that are O(members + edges) and sequential where they can be."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.cpu import njit


@njit(cache=True, nogil=True)
def rows_of_edges(source, target, order, indptr, followers, by_target):  # type: ignore[no-untyped-def]
    """Sort edges into rows by source, ascending by target, equal edges in the order given.

    source, target: int32[E] in 0..members-1. order: int32 or int64[E], filled with the given index of each sorted
    edge; or of length 0: not wanted. Filled: indptr int64[members + 1] and the sorted targets followers
    int32[E]. by_target: int32[E], scratch. Two stable counting sorts (a double transpose): O(members + E).
    """
    edges, members = len(source), len(indptr) - 1
    keep = len(order) > 0
    place = np.zeros(members + 1, np.int64)
    for e in range(edges):
        place[target[e] + 1] += 1
    for v in range(members):
        place[v + 1] += place[v]
    given = np.empty(len(order), order.dtype)
    for e in range(edges):
        p = place[target[e]]
        place[target[e]] = p + 1
        by_target[p] = source[e]
        if keep:
            given[p] = e
    # place[v] is now the end of the column of v
    indptr[:] = 0
    for e in range(edges):
        indptr[source[e] + 1] += 1
    for u in range(members):
        indptr[u + 1] += indptr[u]
    cursor = indptr[:-1].copy()
    start = 0
    for v in range(members):
        for p in range(start, place[v]):
            u = by_target[p]
            followers[cursor[u]] = v
            if keep:
                order[cursor[u]] = given[p]
            cursor[u] += 1
        start = place[v]


@njit(cache=True, nogil=True)
def drop_loops_and_parallels(indptr, followers, order, position):  # type: ignore[no-untyped-def]
    """Take self-loops and repeated followers out of sorted rows, in place.

    indptr int64[N + 1] and followers int32[E] are rewritten; order (int[E] or [0]) is compacted with them; position
    (int64[E_given] or [0]) gets the final place of each given edge, -1 for a self-loop, the first's for a parallel one.
    Returns (edges kept, self-loops, parallel edges). O(N + E).
    """
    members = len(indptr) - 1
    keep_order = len(order) > 0
    keep_position = len(position) > 0
    kept = loops = parallels = 0
    start = indptr[0]
    for u in range(members):
        end = indptr[u + 1]
        row = kept
        for p in range(start, end):
            v = followers[p]
            given = order[p] if keep_order else 0
            if v == u:
                loops += 1
                if keep_position:
                    position[given] = -1
                continue
            if kept > row and followers[kept - 1] == v:
                parallels += 1
                if keep_position:
                    position[given] = kept - 1
                continue
            followers[kept] = v
            if keep_order:
                order[kept] = given
            if keep_position:
                position[given] = kept
            kept += 1
        start = end
        indptr[u + 1] = kept
    return kept, loops, parallels


@njit(cache=True, nogil=True)
def count_rows(source, count):  # type: ignore[no-untyped-def]
    """Add to ``count`` (int64[members + 1]) one at ``u + 1`` for each edge of ``u``. O(E)."""
    for e in range(len(source)):
        count[source[e] + 1] += 1


@njit(cache=True, nogil=True)
def share_out(source, target, first, coarse, shift, keys, order):  # type: ignore[no-untyped-def]
    """Sort edges by the range of members that their source is in; within a range they stay in their order.

    first: int64[ranges + 1], the first member of each range and the number of members. coarse: int32, the range of
    member ``k << shift`` for each k. Filled: keys int64[E] (source in the upper half, target in the lower), order
    int64[E] (the given index of each; or [0]: not wanted). Returns int64[ranges + 1], where each range begins. O(E).
    """
    begin = np.zeros(len(first), np.int64)
    where = np.empty(len(source), np.int32)
    for e in range(len(source)):
        u = source[e]
        r = coarse[u >> shift]
        while u >= first[r + 1]:
            r += 1
        where[e] = r
        begin[r + 1] += 1
    for r in range(len(first) - 1):
        begin[r + 1] += begin[r]
    cursor = begin.copy()
    for e in range(len(source)):
        p = cursor[where[e]]
        cursor[where[e]] = p + 1
        keys[p] = (np.int64(source[e]) << 32) | np.int64(target[e])
        if len(order) > 0:
            order[p] = e
    return begin


@njit(cache=True, nogil=True)
def rows_of_keys(keys, first, followers, kept_at, count):  # type: ignore[no-untyped-def]
    """Rows of sorted keys (as of ``share_out``), self-loops and repeated followers left out.

    first: the member of ``count[0]``. Filled: followers int32[E], kept_at int64[E] (which keys were kept; or [0]: not
    wanted), count int64 (followers of each member). Returns (edges kept, self-loops, parallel edges). O(E).
    """
    kept = loops = parallels = 0
    before = np.int64(-1)
    for p in range(len(keys)):
        key = keys[p]
        u, v = key >> 32, key & np.int64(0xFFFFFFFF)
        if u == v:
            loops += 1
        elif key == before:
            parallels += 1
        else:
            followers[kept] = v
            count[u - first] += 1
            if len(kept_at) > 0:
                kept_at[kept] = p
            kept += 1
        before = key
    return kept, loops, parallels


@njit(cache=True, nogil=True)
def count_entries(members, entries):  # type: ignore[no-untyped-def]
    """How often each member occurs: int32[members] of the int32 ``entries``. O(members + E)."""
    count = np.zeros(members, np.int32)
    for p in range(len(entries)):
        count[entries[p]] += 1
    return count


@njit(cache=True, nogil=True)
def rows_are_sound(indptr, followers):  # type: ignore[no-untyped-def]
    """Whether rows are in order: starts rise to E; followers ascend, are members, and never the member itself."""
    members = len(indptr) - 1
    if members < 0 or indptr[0] != 0 or indptr[members] != len(followers):
        return False
    for u in range(members):
        if indptr[u + 1] < indptr[u] or indptr[u + 1] > len(followers):
            return False
        before = -1
        for p in range(indptr[u], indptr[u + 1]):
            v = followers[p]
            if v <= before or v >= members or v == u:
                return False
            before = v
    return True
