"""Reverse-reachable sets: who could have reached a random member, under independent cascade and linear threshold.

Many sets are drawn side by side, one member of each at a time, so that while one waits for memory the others go on. Under linear
threshold every member keeps at most one edge, so that a set is a walk (Kempe, Kleinberg, Tardos, KDD 2003, theorem 4.6). A set
is complete when the rows of all its members are read, or at the first who is taken, as nobody can add to it then.
"""

from __future__ import annotations

import numpy as np

from viralsim.kernels.cpu import U, njit, prefetch
from viralsim.kernels.rng import Stream, draw, member_key, stream_key, unit, world_key
from viralsim.seeding.rr_step import ELIGIBLE, MARK, SIDE, TAKEN, step

SEEDING = int(Stream.SEEDING)
BELOW_ONE = 1.0 - 2.0**-53
# of the state of a run: sets side by side, the next one, entries so far, places wanted
ACTIVE, NEXT, ENTRIES, ROOM = 0, 1, 2, 3


@njit(_nrt=False, forceinline=True)
def root_of(share, root_members, root_weights, members):  # type: ignore[no-untyped-def]
    """The member at ``share`` in [0, 1) of all, or of all value, and how far within them: uniform in [0, 1). O(log R)."""
    if len(root_members) == 0:
        x = share * members
        root = min(np.int64(x), members - 1)
        return root, min(x - root, BELOW_ONE)
    x = share * root_weights[-1]
    place = min(np.searchsorted(root_weights, x, side="right"), len(root_members) - 1)
    low = root_weights[place - 1] if place > 0 else 0.0
    return root_members[place], min(max((x - low) / (root_weights[place] - low), 0.0), BELOW_ONE)


@njit(_nrt=False, forceinline=True)
def begin_set(h, number, family, batch, roots, rows, side):  # type: ignore[no-untyped-def]
    """Begin the set ``number`` with its root, at the place ``h``."""
    s = side.sets[U(h)]
    key = member_key(family, number, 0)
    share = (number - batch[0] + unit(draw(key, 0))) / batch[1]
    root, x = root_of(share, roots[0], roots[1], len(side.known))
    s["number"], s["key"], s["x"], s["draws"], s["read"], s["size"], s["taken"] = number, key, x, 1, 0, 1, 0
    s["ticks"], s["near"] = 0, 1
    side.known[U(root)] |= np.uint32(1) << np.uint32(h)
    side.queue[U(h), U(0)] = root
    prefetch(rows, root)


@njit(_nrt=False, forceinline=True)
def end_set(h, entries, found, side):  # type: ignore[no-untyped-def]
    """Append the eligible members of the set at ``h``, none if one is taken, and forget it; returns the number of entries."""
    s, bit, n = side.sets[U(h)], ~(np.uint32(1) << np.uint32(h)), np.int64(entries)
    for i in range(s["size"]):
        u = side.queue[U(h), U(i)]
        word = side.known[U(u)]
        side.known[U(u)] = word & bit
        found[U(n)] = u
        n += np.int64((word >> MARK == ELIGIBLE) & (s["taken"] == 0))
    return n


@njit(_nrt=False, forceinline=True)
def go_back(s, h, ticks, side):  # type: ignore[no-untyped-def]
    """One step further back from the root; where that was the last, nobody's row is read any more."""
    s["ticks"] += 1
    if s["ticks"] == ticks:
        for i in range(s["read"], s["size"]):
            if side.known[U(side.queue[U(h), U(i)])] >> MARK == TAKEN:
                s["taken"] = 1
        s["read"] = s["size"]
    s["near"] = s["size"]


@njit(cache=True, _nrt=False)
def draw_on(model, incoming, roots, ticks, family, batch, first, last, side, state, found, begins, ends):  # type: ignore[no-untyped-def]
    """Draw until all sets are complete, or ``found`` has no room: then ``state[ACTIVE]`` is not 0, and it says how much."""
    active, number, n = state[ACTIVE], state[NEXT], state[ENTRIES]
    while active > 0:
        still, state[ROOM] = np.int64(0), 0
        for i in range(active):
            h = np.int64(side.active[U(i)])
            s = side.sets[U(h)]
            side.active[U(still)] = h
            still += 1
            if ticks > 0 and s["read"] == s["near"]:
                go_back(s, h, ticks, side)
            if s["read"] < s["size"]:
                continue
            if n + s["size"] >= len(found):
                state[ROOM] = n + s["size"] + 1
                continue
            begins[U(s["number"] - first)] = n
            n = end_set(h, n, found, side)
            ends[U(s["number"] - first)] = n
            if number < last:
                begin_set(h, number, family, batch, roots, incoming[0], side)
                number += 1
            else:
                still -= 1
        active = still
        if state[ROOM] > 0:
            break
        step(model, incoming, active, side)
    state[ACTIVE], state[NEXT], state[ENTRIES] = active, number, n


@njit(cache=True, nogil=True)
def draw_sets(model, incoming, roots, ticks, luck, batch, first, last, side):  # type: ignore[no-untyped-def]
    """Reverse-reachable sets number ``first..last-1``: (ends int64[S], members int32[]), only the eligible members.

    incoming: (rows ROW[N], sources int32[E + 1], chance float64[E] or [0], counts of ``count_table``). roots: (members
    int64[R], their cumulative weights float64[R]); empty: any member alike. A set that holds one who is taken is left empty.
    ticks: only members so many steps from the root or fewer (0: any), who reach it in time (Chen, Lu, Zhang, AAAI 2012).
    luck: (seed, name), two uint64. side: ``side_of`` the marks of members, as it was before and after. Borgs et al., SODA 2014.

    batch: (b, m); the sets b to b + m - 1 share all members, or all value, out among them: the root of the i-th is drawn from
    the i-th of m equal parts, and how far within the root the number fell is the luck of their own row. Who reaches whom over
    one step so varies little from one collection to another. A set is a pure function of (seed, name, batch, its number).
    """
    sets, family = last - first, stream_key(world_key(luck[0], 0), SEEDING, luck[1], np.uint64(0))
    begins, ends = np.empty(sets, np.int64), np.empty(sets, np.int64)
    found = np.empty(4 * sets + len(side.known) + 1, np.int32)
    state = np.zeros(4, np.int64)
    state[ACTIVE] = min(SIDE, sets)
    state[NEXT] = first + state[ACTIVE]
    for h in range(state[ACTIVE]):
        side.active[h] = h
        begin_set(h, first + h, family, batch, roots, incoming[0], side)
    while True:
        draw_on(model, incoming, roots, ticks, family, batch, first, last, side, state, found, begins, ends)
        if state[ACTIVE] == 0:
            return in_order(begins, ends, found, state[ENTRIES])
        found = grown(found, state[ROOM])


@njit(cache=True, nogil=True)
def in_order(begins, ends, found, entries):  # type: ignore[no-untyped-def]
    """The sets by number, where ``found`` has them as they became complete: (ends int64[S], members int32[])."""
    out, n = np.empty(entries, np.int32), 0
    for i in range(len(ends)):
        for e in range(begins[U(i)], ends[U(i)]):
            out[U(n)] = found[U(e)]
            n += 1
        ends[U(i)] = n
    return ends, out


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
