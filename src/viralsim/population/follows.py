"""Compiled drawing of a generated network's follows: dense circles of friends, and the rest by popularity.

An arc is (poster, follower): who is followed, who follows. All numbers are counter-based draws of a key.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from viralsim.kernels.draws import draw, member_key, unit, unit_high, unit_low
from viralsim.population.neighbours import has_entry

TRIES = 64  # to find someone new; then the slot stays empty
U = np.uint64  # an index of this type cannot be negative, so nothing is compiled to wrap it round


@njit(cache=True)
def fill_units(key, n):  # type: ignore[no-untyped-def]
    """The first ``n`` uniform numbers of ``key``: float64[n] in [0, 1)."""
    units = np.empty(n)
    for i in range(n):
        units[i] = unit(draw(key, i))
    return units


@njit(cache=True)
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


@njit(cache=True)
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


@njit(cache=True, inline="always")
def _pick(x, cumulative, low, high):  # type: ignore[no-untyped-def]
    """The position in low..high-1 whose share of the weight holds the uniform ``x``; -1 where there is no weight."""
    base, top = cumulative[U(low)], cumulative[U(high)]
    if top <= base:
        return -1
    wanted = base + x * (top - base)
    at, left = low, high - low
    while left > 0:  # the first position whose cumulative end is above wanted; without a branch, which would be guessed
        half = left >> 1
        above = np.int64(cumulative[U(at + half + 1)] <= wanted)
        at += above * (half + 1)
        left = half + above * (left - 2 * half - 1)
    return min(at, high - 1)


@njit(cache=True)
def popular_arcs(  # type: ignore[no-untyped-def]
    key, slots, leaving, both, grouped, start, community, home, away, source, target
):
    """Every member fills his slots with others drawn by weight: in his community, or outside it; returns the arcs.

    slots: int32[N] follows to make. leaving: chance that a slot leaves the community. both: the other follows back.
    grouped: int64[N] members by community, start: int64[communities + 1] into it. home, away: float64[N + 1]
    cumulative weights along ``grouped`` for choices inside and from outside. O(slots log N).
    """
    n = 0
    members = len(slots)
    seen = np.full(members, -1, np.int32)
    for v in range(members):
        if slots[v] <= 0:
            continue
        own = member_key(key, v, 0)
        seen[v] = v
        c = community[v]
        for i in range(slots[v]):
            outside = unit(draw(own, i * (TRIES + 1))) < leaving
            for attempt in range(TRIES):
                x = unit(draw(own, i * (TRIES + 1) + 1 + attempt))
                if outside:
                    p = _pick(x, away, 0, members)
                else:
                    p = _pick(x, home, start[c], start[c + 1])
                if p < 0:
                    break
                u = grouped[U(p)]
                if seen[U(u)] == v or (outside and community[U(u)] == c):
                    continue
                seen[U(u)] = v
                source[U(n)], target[U(n)] = u, v
                n += 1
                if both:
                    source[U(n)], target[U(n)] = v, u
                    n += 1
                break
    return n


@njit(cache=True)
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
