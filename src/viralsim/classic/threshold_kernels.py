"""Thresholds: a member adopts when enough of those whom they follow have."""

from __future__ import annotations

import numpy as np

from viralsim.classic.arguments import COIN_BITS
from viralsim.classic.cascade_kernels import FAR, NEAR
from viralsim.classic.trace_kernels import note, note_members, note_next
from viralsim.kernels.cpu import njit, prefetch
from viralsim.kernels.rng import Stream, member_key, stream_key, unit, world_key
from viralsim.kernels.visited import finish, start, visit_if

THRESHOLD = int(Stream.THRESHOLD)
CHOICE = np.uint64(64 - COIN_BITS)
SLACK = 1e-9  # 0.1 * 30 is 3, whatever the last bit says
ADOPTED = -1
LINE = 16  # uint32 in a cache line
# Unsigned: nothing is compiled to wrap negative indices round.
ONE, TWO, THREE = np.uint64(1), np.uint64(2), np.uint64(3)


@njit(cache=True, nogil=True)
def choose_evenly(followers, following):  # type: ignore[no-untyped-def]
    """Windows of equal width for the edges into each member: uint32[3 E], (follower, low, width) for each edge.

    A member whose 31-bit number lies in [low, low + width) of an edge keeps that edge. following: int32[N], in-degree.
    One array, since a row read in one piece costs fewer cache lines than three. O(N + E).
    """
    seen = np.zeros(len(following), dtype=np.int32)
    windows = np.empty(3 * len(followers), dtype=np.uint32)
    certain = np.int64(1) << COIN_BITS
    for e in range(len(followers)):
        v = followers[e]
        d, k = np.int64(following[v]), np.int64(seen[v])
        seen[v] += 1
        lower, upper = k * certain // d, (k + 1) * certain // d
        windows[3 * e], windows[3 * e + 1], windows[3 * e + 2] = v, lower, upper - lower
    return windows


@njit(cache=True, nogil=True)
def choose_by_weight(followers, weight, members):  # type: ignore[no-untyped-def]
    """Windows whose widths are the weights float64[E] (in-sums at most 1), as ``choose_evenly``. O(N + E)."""
    sums = np.zeros(members)
    windows = np.empty(3 * len(followers), dtype=np.uint32)
    certain = 2.0**COIN_BITS
    for e in range(len(followers)):
        v = followers[e]
        lower = np.int64(np.rint(min(1.0, sums[v]) * certain))
        sums[v] += weight[e]
        upper = np.int64(np.rint(min(1.0, sums[v]) * certain))
        windows[3 * e], windows[3 * e + 1], windows[3 * e + 2] = v, lower, upper - lower
    return windows


@njit(cache=True, nogil=True)
def linear_threshold_worlds(indptr, windows, seeds, luck, first, last, scratch, sizes, trace=None):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1`` of the linear threshold model, by live edges: every member keeps at most one edge.

    The law of the final set is that of uniform thresholds (Kempe, Kleinberg, Tardos 2003, theorem 4.6). windows:
    uint32[3 E] of ``choose_evenly``; the rest as in ``cascade_kernels``. O(reached + their followers).
    """
    seed, worlds = luck
    visited, reached = scratch
    for w in range(first, last):
        key = stream_key(world_key(seed, worlds[w]), THRESHOLD, np.uint64(0), np.uint64(0))
        n = start(seeds[w if len(seeds) > 1 else 0], visited, reached)
        if trace is not None:
            note(trace, w, 0, n, -1, 0)
        i = 0
        while i < n:
            u = np.uint64(reached[np.uint64(i)])
            if i + FAR < n:
                prefetch(indptr, reached[i + FAR])
            if i + NEAR < n:
                ahead = 3 * indptr[reached[i + NEAR]]
                prefetch(windows, ahead)
                prefetch(windows, ahead + LINE)
            i, before = i + 1, n
            e, stop = THREE * np.uint64(indptr[u]), THREE * np.uint64(indptr[u + ONE])
            while e < stop:
                v = np.uint64(windows[e])
                choice = np.uint32(member_key(key, v, 0) >> CHOICE)
                n = visit_if(np.uint32(choice - windows[e + ONE]) < windows[e + TWO], v, visited, reached, n)
                e += THREE
            if trace is not None:
                note_next(trace, w, before, n, i - 1, u)
        if trace is not None:
            note_members(trace, w, reached, n)
        finish(visited, reached, n)
        sizes[w] = n


@njit(cache=True, inline="always")
def needed(need, following, key, v):  # type: ignore[no-untyped-def]
    """How many adopters convince v: given, or a uniform fraction of those they follow where ``need`` is empty."""
    if len(need):
        return need[v]
    return np.int32(max(1.0, np.ceil(unit(member_key(key, v, 0)) * following[v] - SLACK)))


@njit(cache=True, nogil=True)
def contagion_worlds(indptr, followers, rule, seeds, luck, ticks, first, last, scratch, sizes, trace=None):  # type: ignore[no-untyped-def]
    """Worlds ``first..last-1`` of complex contagion in synchronous ticks; seeds adopt at tick 0.

    rule: (need int32[N] or [0], following int32[N], alone int64[k]: who needs nobody, and adopts in tick 1); ticks: the
    last tick at which anyone may adopt. scratch: (left int32[N] of zeros: adopters still missing, 0 untouched, -1 adopted;
    touched int32[N]; adopted int32[N]). Writes sizes int64[W], and ``trace`` where one is given: who convinced a member is
    the last of those they needed. O(adopters + their followers).
    """
    seed, worlds = luck
    need, following, alone = rule
    left, touched, adopted = scratch
    for w in range(first, last):
        key = stream_key(world_key(seed, worlds[w]), THRESHOLD, np.uint64(0), np.uint64(0))
        n = known = 0
        for member in seeds[w if len(seeds) > 1 else 0]:
            if left[member] == 0:
                left[member] = ADOPTED
                touched[known] = adopted[n] = member
                known += 1
                n += 1
        end = n
        for member in alone[: len(alone) if ticks > 0 else 0]:
            if left[member] == 0:
                left[member] = ADOPTED
                touched[known] = adopted[n] = member
                known += 1
                n += 1
        if trace is not None:
            note(trace, w, 0, end, -1, 0)
            note(trace, w, end, n, -1, 1)
        i, tick = 0, 0  # adopted[i:end] adopted at ``tick``
        while i < n and tick <= ticks:
            if tick == ticks:
                break
            while i < end:
                u = np.uint64(adopted[np.uint64(i)])
                i, before = i + 1, n
                for e in range(indptr[u], indptr[u + ONE]):
                    v = np.uint64(followers[np.uint64(e)])
                    missing = left[v]
                    if missing == ADOPTED:
                        continue
                    if missing == 0:
                        touched[np.uint64(known)] = v
                        known += 1
                        missing = needed(need, following, key, v)
                    missing -= 1
                    if missing == 0:
                        missing = ADOPTED
                        adopted[np.uint64(n)] = v
                        n += 1
                    left[v] = missing
                if trace is not None:
                    note(trace, w, before, n, u, tick + 1)
            tick += 1
            end = n
        for k in range(known):
            left[np.uint64(touched[np.uint64(k)])] = 0
        if trace is not None:
            note_members(trace, w, adopted, n)
        sizes[w] = n
