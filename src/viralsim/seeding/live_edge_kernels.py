"""Live-edge worlds walked forwards: whom members reach, with luck that belongs to the edge and not to who asks.

In one world every edge is live or not, whoever is seeded (Kempe, Kleinberg, Tardos, KDD 2003, theorem 4.5 and 4.6), so
that two sets of members are compared with the same luck, and reach is monotone and submodular exactly, world by world.
"""

from __future__ import annotations

import numpy as np

from viralsim.kernels.cpu import ONE, U, njit
from viralsim.kernels.rng import Stream, draw, member_key, stream_key, unit, world_key
from viralsim.kernels.visited import WORD_MASK, WORD_SHIFT, visit_if
from viralsim.seeding.rr_step import THRESHOLD

SEEDING = int(Stream.SEEDING)


@njit(cache=True, nogil=True)
def turn_rows(model, rows, sources, chance, indptr):  # type: ignore[no-untyped-def]
    """Rows by the reached become rows by the reacher: (indptr, followers int32[E], low float64[E], high float64[E]).

    rows, sources, chance: of ``incoming_rows``; indptr int64[N + 1]. An edge is live where a uniform number lies in
    [low, high): that of its own coin (independent cascade; low is 0), or that of the member it leads to, the windows of
    the edges into them lying side by side (linear threshold). O(E).
    """
    edges = indptr[-1]
    followers, low, high = np.empty(edges, np.int32), np.zeros(edges), np.empty(edges)
    fill = indptr.copy()
    for v in range(len(rows)):
        row = rows[v]
        below = 0.0
        for i in range(row["degree"]):
            e = row["first"] + i
            at = fill[sources[e]]
            fill[sources[e]] += 1
            followers[at] = v
            if model == THRESHOLD:
                low[at] = below
                below = row["chance"] * (i + 1) / row["degree"] if len(chance) == 0 else chance[e]
                high[at] = below
            else:
                high[at] = row["chance"] if len(chance) == 0 else chance[e]
    return indptr, followers, low, high


@njit(_nrt=False, forceinline=True)
def spread_from(u, world, model, outgoing, value, reached, queue):  # type: ignore[no-untyped-def]
    """Reach all who are not yet ``reached`` (bits of one world) from ``u``: (how many, their value).

    Who is reached already has reached all they reach, so the search stops there. queue: int32[N + 1], left holding the new.
    """
    indptr, followers, low, high = outgoing
    n, i, worth = visit_if(True, U(u), reached, queue, np.int64(0)), np.int64(0), 0.0
    while i < n:
        source = U(queue[U(i)])
        i += 1
        worth += value[source] if len(value) > 0 else 1.0
        key, start = member_key(world, source, 1), indptr[source]
        for e in range(start, indptr[source + ONE]):
            v = U(followers[U(e)])
            if model == THRESHOLD:
                x = unit(member_key(world, v, 0))
            else:
                x = unit(draw(key, e - start))
            if low[U(e)] <= x < high[U(e)]:
                n = visit_if(True, v, reached, queue, n)
    return n, worth


@njit(cache=True, _nrt=False)
def gains_in(members, world, model, outgoing, value, reached, queue, keep, out):  # type: ignore[no-untyped-def]
    """``gains_of`` in the world whose key is ``world``."""
    for i in range(len(members)):
        n, out[U(i)] = spread_from(members[U(i)], world, model, outgoing, value, reached, queue)
        if not keep:
            for k in range(n):
                v = U(queue[U(k)])
                reached[v >> WORD_SHIFT] &= ~(ONE << (v & WORD_MASK))


@njit(cache=True, nogil=True)
def gains_of(members, model, outgoing, value, luck, reached, queue, keep, out):  # type: ignore[no-untyped-def]
    """What each of ``members`` int64[] adds in each world to those ``reached`` uint64[W, words]: out float64[W, len].

    luck: (seed, name, first world). keep: with True the members are added one after the other and stay reached; with
    False each is weighed alone and ``reached`` is as before. O(members that are reached again and their followers).
    """
    seed, name, first = luck
    for w in range(len(reached)):
        key = stream_key(world_key(seed, first + w), SEEDING, name, np.uint64(1))
        gains_in(members, key, model, outgoing, value, reached[w], queue, keep, out[w])
