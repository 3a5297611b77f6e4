"""Compiled drawing of a generated network's follows: dense circles of friends, and the rest by popularity.

An arc is (poster, follower): who is followed, who follows. All numbers are counter-based draws of a key.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from viralsim.kernels.cpu import U, njit, prefetch
from viralsim.kernels.rng import draw, member_key, unit, unit_high, unit_low
from viralsim.population.network.graph_stats import has_entry

TRIES = 64  # to find someone new; then the slot stays empty
BLOCK = 512  # slots whose first tries are made together


@njit(cache=True, nogil=True)
def fill_units(key, n):  # type: ignore[no-untyped-def]
    """The first ``n`` uniform numbers of ``key``: float64[n] in [0, 1)."""
    units = np.empty(n)
    for i in range(n):
        units[i] = unit(draw(key, i))
    return units


@njit(cache=True, nogil=True)
def cut_circles(order, community, wanted, density):  # type: ignore[no-untyped-def]
    """Cut members into circles of one community: bounds int64[circles + 1] into ``order``.

    order: int64[N] sorted by (community, wanted). A circle has as many members as its first needs to find
    ``wanted`` friends at ``density``; what would be left over as half a circle joins the last.
    """
    n = len(order)
    bounds = np.empty(n + 1, np.int64)
    bounds[0] = 0
    count = 0
    end = 0
    at = 0
    while at < n:
        if at >= end:
            end = at
            while end < n and community[order[end]] == community[order[at]]:
                end += 1
        size = max(2, 1 + int(np.ceil(wanted[order[at]] / density)))
        if at + size + size // 2 >= end:
            size = end - at
        at += size
        count += 1
        bounds[count] = at
    return bounds[: count + 1].copy()


@njit(cache=True, nogil=True)
def circle_arcs(key, order, bounds, wanted, mutual_share, left, source, target):  # type: ignore[no-untyped-def]
    """Link pairs within circles; returns the number of arcs, and writes them where there is room for them.

    A pair is linked with probability (mean of ``wanted``) / (size - 1), both ways for ``mutual_share`` of the pairs.
    left: float64[3, N] budgets (followers, following, mutual), lowered by what is used. O(pairs within circles).
    """
    n = 0
    write = len(source) > 0
    for c in range(len(bounds) - 1):
        a, b = bounds[c], bounds[c + 1]
        if b - a < 2:
            continue
        mean = 0.0
        for i in range(a, b):
            mean += wanted[order[i]]
        chance = min(1.0, mean / (b - a) / (b - a - 1))
        if chance <= 0.0:
            continue
        circle = member_key(key, c, 0)
        pair = 0
        for i in range(a, b):
            for j in range(i + 1, b):
                bits = draw(circle, pair)
                pair += 1
                if unit_high(bits) >= chance:
                    continue
                x = unit_low(bits)
                u, v = order[i], order[j]
                both = x < mutual_share
                if not write:
                    n += 1 + both
                    continue
                if not both and x >= mutual_share + 0.5 * (1.0 - mutual_share):
                    u, v = v, u
                source[n], target[n] = u, v
                left[0, u] -= 1.0
                left[1, v] -= 1.0
                n += 1
                if both:
                    source[n], target[n] = v, u
                    left[0, v] -= 1.0
                    left[1, u] -= 1.0
                    left[2, u] -= 1.0
                    left[2, v] -= 1.0
                    n += 1
    return n


class Parts(NamedTuple):
    """Members to pick by weight, from one community or, the last part, from all.

    cumulative: float64[2 N + 2], weights added up by community and, after them, over all. low, high: int64[parts], where a part
    lies in it. before: int64[parts], what comes before the place of its first member there. guide: int32[2 N + 2], at ``low + b``
    the pick of ``b / buckets`` of the weight of a part. buckets: int64[parts], powers of two, at most one per member, so that
    buckets and their bounds are exact.
    """

    cumulative: Any
    low: Any
    high: Any
    before: Any
    guide: Any
    buckets: Any


@njit(cache=True, nogil=True)
def parts_of(home, away, start):  # type: ignore[no-untyped-def]
    """Parts of weights at ``home`` and ``away``, float64[N], of members by community, which begin at ``start``. O(N).

    The guide is that of Chen and Asau (AIIE Transactions 6, 1974): a pick takes a search over two members on average.
    """
    n, count = len(home), len(start)
    # filled by a loop: with np.append or .max(), loading this from the cache would import numba's array functions, 0.1 s
    low, high, before = np.empty(count, np.int64), np.empty(count, np.int64), np.zeros(count, np.int64)
    for c in range(count - 1):
        low[c], high[c] = start[c], start[c + 1]
    low[-1], high[-1], before[-1] = n + 1, 2 * n + 1, n + 1
    cumulative = np.zeros(2 * n + 2)
    for i in range(n):
        cumulative[i + 1] = cumulative[i] + home[i]
        cumulative[n + 2 + i] = cumulative[n + 1 + i] + away[i]
    guide, buckets = np.zeros(2 * n + 2, np.int32), np.ones(count, np.int64)
    for c in range(count):
        while 2 * buckets[c] <= high[c] - low[c]:
            buckets[c] *= 2
        p, base, width = low[c], cumulative[low[c]], cumulative[high[c]] - cumulative[low[c]]
        for b in range(buckets[c]):
            wanted = base + b / buckets[c] * width
            while p < high[c] - 1 and cumulative[p + 1] <= wanted:
                p += 1
            guide[low[c] + b] = p
    return Parts(cumulative, low, high, before, guide, buckets)


@njit(cache=True, inline="always")
def _bucket(x, part, parts):  # type: ignore[no-untyped-def]
    """Where the guide tells of the uniform ``x``."""
    return parts.low[U(part)] + np.int64(x * parts.buckets[U(part)])


@njit(cache=True, inline="always")
def _pick(x, part, bucket, parts):  # type: ignore[no-untyped-def]
    """The member of a part, by their place among members by community, whose share of the weight holds ``x``; -1: no weight."""
    low, high = parts.low[U(part)], parts.high[U(part)]
    base, top = parts.cumulative[U(low)], parts.cumulative[U(high)]
    if top <= base:
        return -1
    wanted = base + x * (top - base)
    at = np.int64(parts.guide[U(bucket)])
    last = np.int64(parts.guide[U(bucket + 1)]) if bucket + 1 < low + parts.buckets[U(part)] else high - 1
    left = last - at
    while left > 0:  # the first position whose cumulative end is above wanted; without a branch, which would be guessed
        half = left >> 1
        above = np.int64(parts.cumulative[U(at + half + 1)] <= wanted)
        at += above * (half + 1)
        left = half + above * (left - 2 * half - 1)
    return at - parts.before[U(part)]


@njit(cache=True, nogil=True)
def _first_tries(key, first, end, slots, leaving, grouped, parts, community, seen, tries):  # type: ignore[no-untyped-def]
    """First tries for the slots of the members ``first`` to ``end - 1``, together: each step asks for the memory of the next."""
    x, part, place = tries
    n = 0
    for v in range(first, end):
        own = member_key(key, v, 0)
        for i in range(slots[v]):
            x[n] = unit(draw(own, i * (TRIES + 1) + 1))
            part[n] = len(parts.low) - 1 if unit(draw(own, i * (TRIES + 1))) < leaving else community[v]
            place[n] = _bucket(x[n], part[n], parts)
            prefetch(parts.guide, place[n])
            n += 1
    for k in range(n):
        prefetch(parts.cumulative, parts.guide[U(place[k])] + 1)
    for k in range(n):
        place[k] = _pick(x[k], part[k], place[k], parts)
        prefetch(grouped, max(place[k], 0))
    for k in range(n):
        if place[k] >= 0:
            place[k] = grouped[U(place[k])]
            prefetch(seen, place[k])
            prefetch(community, place[k])


@njit(cache=True, nogil=True)
def popular_arcs(key, slots, leaving, both, grouped, parts, community, source, target):  # type: ignore[no-untyped-def]
    """Every member fills their slots with others drawn by weight: in their community, or outside it; returns the arcs.

    slots: int32[N] follows to make. leaving: chance that a slot leaves the community. both: the other follows back.
    grouped: int64[N] members by community. O(slots).
    """
    n = 0
    members, whole = len(slots), len(parts.low) - 1
    seen = np.full(members, -1, np.int32)
    most = 0
    for v in range(members):
        most = max(most, slots[v])
    room = BLOCK + most
    tries = np.empty(room), np.empty(room, np.int32), np.empty(room, np.int64)
    end = 0
    for v in range(members):
        if v == end:
            at, wanted = 0, 0
            while end < members and wanted < BLOCK:
                wanted += max(slots[end], 0)
                end += 1
            _first_tries(key, v, end, slots, leaving, grouped, parts, community, seen, tries)
        own = member_key(key, v, 0)
        seen[U(v)] = v
        for i in range(slots[v]):
            part, u = tries[1][U(at)], tries[2][U(at)]
            at += 1
            attempt = 0
            while u >= 0 and (seen[U(u)] == v or (part == whole and community[U(u)] == community[U(v)])):
                attempt += 1
                if attempt == TRIES:
                    u = -1
                    break
                x = unit(draw(own, i * (TRIES + 1) + 1 + attempt))
                u = grouped[U(_pick(x, part, _bucket(x, part, parts), parts))]
            if u < 0:
                continue
            seen[U(u)] = v
            source[U(n)], target[U(n)] = u, v
            n += 1
            if both:
                source[U(n)], target[U(n)] = v, u
                n += 1
    return n


@njit(cache=True, nogil=True)
def drop_returned(key, indptr, followers):  # type: ignore[no-untyped-def]
    """Take one follow, by a fair coin, out of every pair that follow each other; in place; returns what is kept."""
    members = len(indptr) - 1
    keep = np.ones(len(followers), np.bool_)
    for u in range(members):
        for p in range(indptr[u], indptr[u + 1]):
            v = followers[p]
            low, high = min(u, v), max(u, v)
            if has_entry(indptr, followers, v, u):
                first = unit(draw(member_key(key, low, 1), high)) < 0.5
                keep[p] = first == (u < v)
    kept = 0
    start = indptr[0]
    for u in range(members):
        end = indptr[u + 1]
        for p in range(start, end):
            if keep[p]:
                followers[kept] = followers[p]
                kept += 1
        start = end
        indptr[u + 1] = kept
    return kept
