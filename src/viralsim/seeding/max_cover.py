"""Greedy cover of reverse-reachable sets, for a number of members or a budget, with a bound on the best cover."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.cpu import U, njit

FINER = 1.25  # with costs the bound is taken after 1, 2, 3, 4, 5, 7, 9, ... members: each takes a sort


@njit(cache=True, nogil=True)
def index_sets(ends, entries, members):  # type: ignore[no-untyped-def]
    """The sets of each member: (begin int64[N + 1], set numbers int32[]). O(N + entries)."""
    begin = np.zeros(members + 2, np.int64)
    for e in range(len(entries)):
        begin[U(entries[U(e)]) + U(2)] += 1
    for v in range(members):
        begin[v + 2] += begin[v + 1]
    by_member = np.empty(len(entries), np.int32)
    start = 0
    for s in range(len(ends)):
        for e in range(start, ends[s]):
            next_ = U(entries[U(e)]) + U(1)
            by_member[U(begin[next_])] = s
            begin[next_] += 1
        start = ends[s]
    return begin[: members + 1], by_member


@njit(cache=True, inline="always")
def before(score, heap, a, b):  # type: ignore[no-untyped-def]
    """Whether heap place ``a`` comes before place ``b``: the higher score, then the lower number."""
    x, y = score[U(a)], score[U(b)]
    return x > y or (x == y and heap[U(a)] < heap[U(b)])


@njit(cache=True)
def sift(score, heap, size, i):  # type: ignore[no-untyped-def]
    """Move the entry at place ``i`` down until those below it come after it. O(log size)."""
    while True:
        child = 2 * i + 1
        if child >= size:
            return
        if child + 1 < size and before(score, heap, child + 1, child):
            child += 1
        if before(score, heap, i, child):
            return
        score[U(i)], score[U(child)] = score[U(child)], score[U(i)]
        heap[U(i)], heap[U(child)] = heap[U(child)], heap[U(i)]
        i = child


@njit(cache=True)
def take(member, index, sets, gain, done, counts, top):  # type: ignore[no-untyped-def]
    """Cover the sets of ``member``: the gains of all who share them fall. Returns how many sets were new.

    counts int64[]: members of each gain. top int64[3]: a gain t, how many members gain more than t, and their sum.
    """
    begin, by_member = index
    ends, entries = sets
    new = 0
    for k in range(begin[member], begin[member + 1]):
        s = np.int64(by_member[U(k)])
        if done[U(s)]:
            continue
        done[U(s)] = True
        new += 1
        for e in range(ends[U(s - 1)] if s > 0 else 0, ends[U(s)]):
            v = U(entries[U(e)])
            g = gain[v]
            gain[v] = g - 1
            counts[U(g)] -= 1
            counts[U(g - 1)] += 1
            if g > top[0] + 1:
                top[2] -= 1
            elif g == top[0] + 1:
                top[1] -= 1
                top[2] -= g
    return new


@njit(cache=True)
def largest_sum(counts, top, count):  # type: ignore[no-untyped-def]
    """The sum of the ``count`` largest gains. Gains only fall, so t does: O(largest gain) over all calls."""
    while top[0] > 0 and top[1] + counts[top[0]] < count:
        top[1] += counts[top[0]]
        top[2] += counts[top[0]] * top[0]
        top[0] -= 1
    return np.float64(top[2] + max(0, count - top[1]) * top[0])


@njit(cache=True)
def fractional(gain, costs, budget):  # type: ignore[no-untyped-def]
    """The most that gains add up to within ``budget`` if members could be bought in part. O(N log N)."""
    members = np.flatnonzero(gain)
    order = members[np.argsort(-(gain[members] / costs[members]))]
    total, left = 0.0, budget
    for v in order:
        if costs[v] >= left:
            return total + gain[v] * left / costs[v]
        left -= costs[v]
        total += gain[v]
    return total


@njit(cache=True, nogil=True)
def cover(ends, entries, index, costs, budget, count, start):  # type: ignore[no-untyped-def]
    """Greedy cover by at most ``count`` members: (chosen int64[], sets covered, bound on any cover).

    costs: float64[N] with the budget, or [0] where only the number counts; then the order is that of new sets for a
    cost, and who is too expensive is left out. start: a member to begin with, or -1. The bound is the least, over the members
    chosen first, of what they cover and the most that the rest could add: the ``count`` largest gains (Tang, Tang, Xiao,
    Yuan, SIGMOD 2018, equation 9), the fractional knapsack of gains (Leskovec et al., KDD 2007; Tang et al., 2021). Ties
    go to the lower number; who covers nothing new is not chosen. O(N + entries + chosen x log N), with costs a sort for
    each bound.
    """
    begin = index[0]
    gain = np.diff(begin)
    priced = len(costs) > 0
    top = np.zeros(3, np.int64)
    top[0] = gain.max() if len(gain) > 0 else 0
    counts = np.bincount(gain, minlength=top[0] + 1)
    done = np.zeros(len(ends), np.bool_)
    heap = np.flatnonzero(gain)
    score = gain[heap] / costs[heap] if priced else gain[heap] * 1.0
    size = len(heap)
    for i in range(size // 2 - 1, -1, -1):
        sift(score, heap, size, i)
    chosen = np.empty(min(count, size), np.int64)
    n, covered, left, checked = 0, 0, budget, np.int64(0)
    bound = np.inf
    while True:
        full = largest_sum(counts, top, count)
        ended = n == len(chosen) or size == 0
        if priced and (n >= checked or ended):
            full = min(full, fractional(gain, costs, budget))
            checked = max(np.int64(n + 1), np.int64(n * FINER))
            bound = min(bound, covered + full)
        elif not priced:
            bound = min(bound, covered + full)
        if ended:
            break
        best = heap[0]
        if start >= 0 and n == 0:
            best = start
        else:
            now = gain[best] / costs[best] if priced else gain[best] * 1.0
            dear = priced and costs[best] > left
            if now < score[0] or dear or now == 0.0:
                score[0] = 0.0 if dear else now
                if score[0] == 0.0:
                    size -= 1
                    score[0], heap[0] = score[size], heap[size]
                sift(score, heap, size, np.int64(0))
                continue
        covered += take(best, index, (ends, entries), gain, done, counts, top)
        chosen[n] = best
        n += 1
        if priced:
            left -= costs[best]
    return chosen[:n], covered, bound
