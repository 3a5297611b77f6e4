"""Compiled counting on networks: undirected neighbours, triangles, local clustering."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.cpu import U, njit

LONG_ROW = 16  # times the neighbours of a member: a row that is longer is searched, not read


@njit(cache=True, nogil=True)
def neighbour_rows(indptr, followers):  # type: ignore[no-untyped-def]
    """Rows of undirected neighbours: whoever follows or is followed; (int64[N + 1], int32[D]). O(N + E).

    Each pair that follow each other is two arcs but one entry in both rows: ``2 E - D`` arcs are returned.
    """
    members = len(indptr) - 1
    start, following = following_rows(indptr, followers)
    rows = np.zeros(members + 1, np.int64)
    merged = np.empty(2 * len(followers), np.int32)
    n = np.int64(0)
    for u in range(members):
        a, a_end = indptr[u], indptr[u + 1]
        b, b_end = start[u], start[u + 1]
        while a < a_end and b < b_end:  # without a branch, which would be guessed
            x, y = followers[U(a)], following[U(b)]
            merged[U(n)] = min(x, y)
            a += np.int64(x <= y)
            b += np.int64(y <= x)
            n += 1
        for p in range(a, a_end):
            merged[U(n)] = followers[U(p)]
            n += 1
        for p in range(b, b_end):
            merged[U(n)] = following[U(p)]
            n += 1
        rows[u + 1] = n
    return rows, merged[:n].copy()


@njit(cache=True, nogil=True)
def following_rows(indptr, followers):  # type: ignore[no-untyped-def]
    """Rows of whom each member follows, ascending: (int64[N + 1], int32[E]). O(N + E)."""
    members = len(indptr) - 1
    start = np.zeros(members + 1, np.int64)
    for p in range(len(followers)):
        start[U(followers[U(p)]) + U(1)] += 1
    for v in range(members):
        start[v + 1] += start[v]
    place, following = start[:-1].copy(), np.empty(len(followers), np.int32)
    for u in range(members):
        for p in range(indptr[u], indptr[u + 1]):
            v = followers[U(p)]
            following[U(place[U(v)])] = u
            place[U(v)] += 1
    return start, following


@njit(cache=True, nogil=True)
def has_entry(indptr, entries, row, value):  # type: ignore[no-untyped-def]
    """Whether the ascending ``row`` holds ``value``: binary search."""
    at, end = indptr[U(row)], indptr[U(row) + U(1)]
    left = end - at
    while left > 0:  # without a branch, which would be guessed
        half = left >> 1
        above = np.int64(entries[U(at + half)] < value)
        at += above * (half + 1)
        left = half + above * (left - 2 * half - 1)
    return at < end and entries[U(at)] == value


@njit(cache=True, nogil=True)
def local_clustering(rows, neighbours, chosen):  # type: ignore[no-untyped-def]
    """For each chosen member the share of pairs of neighbours that are neighbours themselves; float64[len(chosen)].

    0 for fewer than two neighbours (the convention of SNAP and networkx). rows, neighbours: ``neighbour_rows``.
    Watts and Strogatz, Nature 393, 1998.
    """
    clustering = np.zeros(len(chosen))
    mark, hubs = np.zeros(len(rows) - 1, np.int32), np.empty(len(rows) - 1, np.int32)
    for i in range(len(chosen)):
        v = chosen[i]
        degree = rows[v + 1] - rows[v]
        if degree < 2:
            continue
        others, hub = np.int32(2 * i), np.int64(0)  # marks of those before are at most ``others``
        for p in range(rows[v], rows[v + 1]):
            u = neighbours[U(p)]
            is_hub = rows[U(u) + U(1)] - rows[U(u)] > degree * LONG_ROW
            mark[U(u)] = others + 1 + np.int32(is_hub)
            hubs[U(hub)] = u
            hub += np.int64(is_hub)
        linked = np.int64(0)  # pairs in order, so each twice
        for p in range(rows[v], rows[v + 1]):
            u = neighbours[U(p)]
            if mark[U(u)] == others + 1:  # a link to a hub is seen from here alone, and counts for both
                for q in range(rows[U(u)], rows[U(u) + U(1)]):
                    linked += np.int64(max(mark[U(neighbours[U(q)])] - others, 0))
        for j in range(hub):  # long rows are not read: their few pairs are looked up
            for k in range(j):
                linked += 2 * np.int64(has_entry(rows, neighbours, hubs[j], hubs[k]))
        clustering[i] = linked / (degree * (degree - 1.0))
    return clustering


@njit(cache=True)
def count_triangles(rows, neighbours):  # type: ignore[no-untyped-def]
    """Triangles and paths of two edges of the undirected graph (int64, float64).

    Each edge points to its end of higher degree, so that no member has more than sqrt(2 D) outgoing edges: O(D ** 1.5).
    """
    members = len(rows) - 1
    paths = 0.0
    start = np.zeros(members + 1, np.int64)
    for u in range(members):
        degree = rows[u + 1] - rows[u]
        paths += degree * (degree - 1.0) / 2.0
        n = 0
        for p in range(rows[u], rows[u + 1]):
            v = neighbours[p]
            other = rows[v + 1] - rows[v]
            n += degree < other or (degree == other and u < v)
        start[u + 1] = start[u] + n
    upward = np.empty(start[members], np.int32)
    for u in range(members):
        degree, n = rows[u + 1] - rows[u], start[u]
        for p in range(rows[u], rows[u + 1]):
            v = neighbours[p]
            other = rows[v + 1] - rows[v]
            if degree < other or (degree == other and u < v):
                upward[n] = v
                n += 1
    mark = np.full(members, -1, np.int32)
    triangles = 0
    for u in range(members):
        for p in range(start[u], start[u + 1]):
            mark[upward[p]] = u
        for p in range(start[u], start[u + 1]):
            v = upward[p]
            for q in range(start[v], start[v + 1]):
                triangles += mark[upward[q]] == u
    return triangles, paths


@njit(cache=True)
def distances_from(indptr, followers, sources):  # type: ignore[no-untyped-def]
    """Breadth-first searches along the flow: (sum of distances, reachable pairs, longest); O(sources (N + E))."""
    members = len(indptr) - 1
    distance = np.full(members, -1, np.int32)
    queue = np.empty(members, np.int32)
    total = pairs = longest = 0
    for s in sources:
        queue[0] = s
        distance[s] = 0
        head, tail = 0, 1
        while head < tail:
            u = queue[head]
            head += 1
            for p in range(indptr[u], indptr[u + 1]):
                v = followers[p]
                if distance[v] < 0:
                    distance[v] = distance[u] + 1
                    queue[tail] = v
                    tail += 1
        for i in range(1, tail):
            total += distance[queue[i]]
        pairs += tail - 1
        longest = max(longest, distance[queue[tail - 1]])
        for i in range(tail):
            distance[queue[i]] = -1
    return total, pairs, longest
