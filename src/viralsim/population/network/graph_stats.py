"""Compiled counting on networks: undirected neighbours, triangles, local clustering, returned follows."""

from __future__ import annotations

import numpy as np
from numba import njit

from viralsim.kernels.cpu import U
from viralsim.population.network.csr import rows_of_edges


@njit(cache=True)
def neighbour_rows(indptr, followers):  # type: ignore[no-untyped-def]
    """Rows of undirected neighbours: whoever follows or is followed; (int64[N + 1], int32[D]). O(N + E)."""
    members = len(indptr) - 1
    sources = np.empty(len(followers), np.int32)
    for u in range(members):
        for p in range(indptr[u], indptr[u + 1]):
            sources[p] = u
    start, following = np.empty(members + 1, np.int64), np.empty(len(followers), np.int32)
    rows_of_edges(followers, sources, np.empty(0, np.int32), start, following, np.empty(len(followers), np.int32))
    rows = np.zeros(members + 1, np.int64)
    merged = np.empty(2 * len(followers), np.int32)
    n = 0
    for u in range(members):
        a, a_end = indptr[u], indptr[u + 1]
        b, b_end = start[u], start[u + 1]
        while a < a_end or b < b_end:
            if b >= b_end or (a < a_end and followers[U(a)] < following[U(b)]):
                merged[U(n)] = followers[U(a)]
                a += 1
            elif a >= a_end or following[U(b)] < followers[U(a)]:
                merged[U(n)] = following[U(b)]
                b += 1
            else:
                merged[U(n)] = followers[U(a)]
                a += 1
                b += 1
            n += 1
        rows[u + 1] = n
    return rows, merged[:n].copy()


@njit(cache=True)
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


@njit(cache=True)
def count_returned(indptr, followers):  # type: ignore[no-untyped-def]
    """How many follows are returned: arcs u to v for which v to u is there too. O(E log d)."""
    returned = 0
    for u in range(len(indptr) - 1):
        for p in range(indptr[u], indptr[u + 1]):
            v = followers[p]
            if u < v and has_entry(indptr, followers, v, u):
                returned += 2
    return returned


@njit(cache=True)
def local_clustering(rows, neighbours, chosen):  # type: ignore[no-untyped-def]
    """For each chosen member the share of pairs of neighbours that are neighbours themselves; float64[len(chosen)].

    0 for fewer than two neighbours (the convention of SNAP and networkx). rows, neighbours: ``neighbour_rows``.
    Watts and Strogatz, Nature 393, 1998.
    """
    clustering = np.zeros(len(chosen))
    mark = np.full(len(rows) - 1, -1, np.int32)
    for i in range(len(chosen)):
        v = chosen[i]
        degree = rows[v + 1] - rows[v]
        if degree < 2:
            continue
        for p in range(rows[v], rows[v + 1]):
            mark[U(neighbours[U(p)])] = i
        linked = np.int64(0)
        for p in range(rows[v], rows[v + 1]):
            u = neighbours[p]
            if rows[u + 1] - rows[u] <= degree * 16:
                for q in range(rows[u], rows[u + 1]):
                    linked += np.int64(mark[U(neighbours[U(q)])] == i)
            else:  # a hub: look the few neighbours up in its long row
                for q in range(rows[v], rows[v + 1]):
                    linked += np.int64(has_entry(rows, neighbours, u, neighbours[U(q)]))
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
