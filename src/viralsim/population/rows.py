"""Compiled building of follower rows: counting sorts that are O(members + edges) and sequential where they can be."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def rows_of_edges(source, target, members, order):  # type: ignore[no-untyped-def]
    """Sort edges into rows by source, ascending by target, equal edges in the order given.

    source, target: int32[E] in 0..members-1. order: int32 or int64[E], filled with the given index of each sorted
    edge; or of length 0: not wanted. Returns indptr int64[members + 1] and the sorted targets int32[E].
    Two stable counting sorts (a double transpose): O(members + E), 4 bytes an edge of scratch beside the result.
    """
    edges = len(source)
    keep = len(order) > 0
    place = np.zeros(members + 1, np.int64)
    for e in range(edges):
        place[target[e] + 1] += 1
    for v in range(members):
        place[v + 1] += place[v]
    by_target = np.empty(edges, np.int32)
    given = np.empty(len(order), order.dtype)
    for e in range(edges):
        p = place[target[e]]
        place[target[e]] = p + 1
        by_target[p] = source[e]
        if keep:
            given[p] = e
    # place[v] is now the end of the column of v
    indptr = np.zeros(members + 1, np.int64)
    for e in range(edges):
        indptr[source[e] + 1] += 1
    for u in range(members):
        indptr[u + 1] += indptr[u]
    cursor = indptr[:-1].copy()
    followers = np.empty(edges, np.int32)
    start = 0
    for v in range(members):
        for p in range(start, place[v]):
            u = by_target[p]
            followers[cursor[u]] = v
            if keep:
                order[cursor[u]] = given[p]
            cursor[u] += 1
        start = place[v]
    return indptr, followers


@njit(cache=True)
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


@njit(cache=True)
def count_entries(members, entries):  # type: ignore[no-untyped-def]
    """How often each member occurs: int32[members] of the int32 ``entries``. O(members + E)."""
    count = np.zeros(members, np.int32)
    for p in range(len(entries)):
        count[entries[p]] += 1
    return count


@njit(cache=True)
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
