"""The live edges into a member, and who is met over them: one step of sets that are drawn side by side."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.kernels.cpu import U, njit, prefetch
from viralsim.kernels.rng import draw, unit
from viralsim.seeding.in_edges import COINS, COUNTED, EVEN, GAPS, MIXED, NONE, NUMBERS, SORTED

CASCADE, THRESHOLD = 0, 1  # the model: independent cascade, linear threshold
ELIGIBLE, BARRED, TAKEN = 0, 1, 2  # marks of members
SIDE = 16  # sets side by side: enough to hide the wait for memory (benchmarks/NOTES.md)
MARK = np.uint32(SIDE)  # a member's mark is above this bit of what is known of them; below it, which sets hold them
ONE, HALF, LOW_HALF, TWO32 = np.uint64(1), np.uint64(32), np.uint64(0xFFFFFFFF), 2.0**32

SET = np.dtype(  # a set that is being drawn
    [
        ("number", np.int64),
        ("key", np.uint64),
        ("x", np.float64),  # the number of the row of its root
        ("draws", np.int64),  # used so far
        ("read", np.int64),  # members whose rows were read
        ("size", np.int64),
        ("taken", np.int32),  # 1 where one of them is taken
        ("ticks", np.int32),  # steps back from the root that were gone
        ("near", np.int64),  # members no further away than that; with this a set is one line of memory
    ]
)


class Side(NamedTuple):
    """Memory of one thread for ``SIDE`` sets."""

    known: NDArray[np.uint32]  # [N], of each member which sets hold them, and their mark
    queue: NDArray[np.int32]  # [SIDE, N + 1], the members of each set (memory as far as sets grow), and one place more
    sets: NDArray[Any]  # SET[SIDE]
    active: NDArray[np.int64]  # [SIDE + 1], which of them are not complete
    place: NDArray[np.int64]  # [2 * SIDE + 1], live edges, at most two a row
    holder: NDArray[np.int64]  # ... and whose they are
    picks: NDArray[np.int64]  # [NUMBERS + 1], scratch


def side_of(marks: NDArray[np.uint8]) -> Side:
    """Memory for one thread."""
    most = 2 * SIDE + 1
    return Side(
        marks.astype(np.uint32) << MARK, np.empty((SIDE, len(marks) + 1), np.int32), np.zeros(SIDE, SET),
        np.empty(SIDE + 1, np.int64), np.empty(most, np.int64), np.empty(most, np.int64), np.empty(NUMBERS + 1, np.int64),
    )  # fmt: skip


@njit(_nrt=False, forceinline=True)
def meet(live, u, side, h, n):  # type: ignore[no-untyped-def]
    """Put ``u`` into the set of ``h`` if the edge from them is ``live`` and they are not in it; returns the size of the set.

    Without branches: whether an edge is live cannot be predicted.
    """
    word = U(side.known[U(u)])
    new = U(live) & ~(word >> U(h)) & ONE
    side.known[U(u)] = np.uint32(word | (new << U(h)))
    side.queue[U(h), U(n)] = u
    return n + np.int64(new)


@njit(cache=True, _nrt=False)
def meet_many(h, x, first, d, sources, counts, side):  # type: ignore[no-untyped-def]
    """Three live edges or more of a COUNTED row from one uniform ``x``.

    Each is drawn among those that are left, from the third on with draws of their own; positions taken are in
    ``side.picks`` in rising order.
    """
    s, picks, k = side.sets[U(h)], side.picks, 3
    while x >= counts[U(d), U(1 + k)]:
        k += 1
    x = (x - counts[U(d), U(k)]) / (counts[U(d), U(1 + k)] - counts[U(d), U(k)])
    n, j = np.int64(s["size"]), np.int64(s["draws"])
    for t in range(k):
        if t >= 2:
            x = unit(draw(s["key"], j))
            j += 1
        x *= d - t
        pick = min(np.int64(x), d - t - 1)
        x -= pick
        at = 0
        while at < t and pick >= picks[U(at)]:
            pick += 1
            at += 1
        for i in range(t, at, -1):
            picks[U(i)] = picks[U(i - 1)]
        picks[U(at)] = pick
        n = meet(True, sources[U(first + pick)], side, h, n)
    s["size"], s["draws"] = n, j


@njit(cache=True, _nrt=False)
def search_row(h, x, row, sources, chance, side):  # type: ignore[no-untyped-def]
    """The live edges of a row of independent cascade that is not COUNTED.

    By coins of half a draw each, or by the gap to the next live edge (from ``x``, a uniform number); rows of mixed chances
    by a coin each or, sorted, by gaps under the largest chance that is left, thinned (Guo, Wang, Wei, Chen, SIGMOD 2020).
    """
    s, way, e, p = side.sets[U(h)], row["way"], np.int64(row["first"]), row["chance"]
    end, key, n, j = e + np.int64(row["degree"]), s["key"], np.int64(s["size"]), np.int64(s["draws"])
    if way == COINS:
        limit = np.uint64(p * TWO32)
        for k in range(e, end, 2):
            bits = draw(key, j)
            j += 1
            n = meet((bits >> HALF) < limit, sources[U(k)], side, h, n)
            n = meet(((bits & LOW_HALF) < limit) & (k + 1 < end), sources[U(k + 1)], side, h, n)
    elif way == GAPS:
        while True:
            gap = math.log1p(-x) * row["scale"]
            if gap >= end - e:
                break
            e += np.int64(gap)
            n = meet(True, sources[U(e)], side, h, n)
            e += 1
            x = unit(draw(key, j))
            j += 1
    elif way == MIXED:
        for k in range(e, end):
            n = meet(unit(draw(key, j)) < chance[U(k)], sources[U(k)], side, h, n)
            j += 1
    elif way == SORTED:
        while e < end and chance[U(e)] > 0.0:
            most = chance[U(e)]
            gap = math.log1p(-unit(draw(key, j))) / math.log1p(-most) if most < 1.0 else 0.0
            if gap >= end - e:
                j += 1
                break
            e += np.int64(gap)
            n = meet(unit(draw(key, j + 1)) * most < chance[U(e)], sources[U(e)], side, h, n)
            j += 2
            e += 1
    s["size"], s["draws"] = n, j


@njit(_nrt=False, forceinline=True)
def kept_edge(x, row, chance):  # type: ignore[no-untyped-def]
    """The one edge that a member keeps under linear threshold; -1: none. O(log degree)."""
    first, degree = np.int64(row["first"]), np.int64(row["degree"])
    if row["way"] == NONE or x >= row["chance"]:
        return np.int64(-1)
    if row["way"] == EVEN:
        return first + min(np.int64(x / row["chance"] * degree), degree - 1)
    return first + min(np.searchsorted(chance[first : first + degree], x, side="right"), degree - 1)


@njit(_nrt=False, forceinline=True)
def few_live(x, d, counts):  # type: ignore[no-untyped-def]
    """Of a COUNTED row with at most two live edges: (how many, position of the first, of the second).

    How many is read off the table, and what is left of the number within that says which. Without branches on luck; where
    there is none or one, the positions that do not count are any numbers.
    """
    none, one, two = counts[U(d), U(1)], counts[U(d), U(2)], counts[U(d), U(3)]
    both = np.int64(x >= one)
    single = max((x - none) * counts[U(d), U(0)], 0.0)
    place = (x - one) / (two - one if both else 1.0) * d
    pick = min(np.int64(place if both else single), d - 1)
    other = min(np.int64((place - pick) * (d - 1)), d - 2)
    return np.int64(x >= none) + both, pick, other + np.int64(other >= pick)


@njit(_nrt=False, forceinline=True)
def read_rows(model, incoming, active, side):  # type: ignore[no-untyped-def]
    """Read the row of the next member of each of the ``active`` sets; returns how many live edges are noted.

    Rows that can have many meet whom they meet at once: their edges lie side by side, or are found by drawn gaps, which wait
    for nothing.
    """
    rows, sources, chance, counts = incoming
    live = np.int64(0)
    for i in range(active):
        h = np.int64(side.active[U(i)])
        s = side.sets[U(h)]
        u = side.queue[U(h), U(s["read"])]
        if side.known[U(u)] >> MARK == TAKEN:
            s["taken"], s["read"] = 1, s["size"]
            continue
        x = s["x"]
        if s["read"] > 0:
            x = unit(draw(s["key"], s["draws"]))
            s["draws"] += 1
        s["read"] += 1
        row = rows[U(u)]
        if model == THRESHOLD:
            e = kept_edge(x, row, chance)
            side.place[U(live)], side.holder[U(live)] = e, h
            live += np.int64(e >= 0)
            continue
        first, d = np.int64(row["first"]), np.int64(row["degree"])
        if row["way"] != COUNTED:
            search_row(h, x, row, sources, chance, side)
        elif x >= counts[U(d), U(3)]:
            meet_many(h, x, first, d, sources, counts, side)
        else:
            k, pick, other = few_live(x, d, counts)
            side.place[U(live)], side.holder[U(live)] = first + pick, h
            side.place[U(live + 1)], side.holder[U(live + 1)] = first + other, h
            live += k
    return live


@njit(_nrt=False, forceinline=True)
def step(model, incoming, active, side):  # type: ignore[no-untyped-def]
    """One member more of each of the ``active`` sets: all ask for memory before one of them reads it."""
    rows, sources = incoming[0], incoming[1]
    live = read_rows(model, incoming, active, side)
    for i in range(live):
        prefetch(sources, side.place[U(i)])
    for i in range(live):
        u = np.int64(sources[U(side.place[U(i)])])
        side.place[U(i)] = u
        prefetch(side.known, u)
        prefetch(rows, u)
    for i in range(live):
        h = side.holder[U(i)]
        s = side.sets[U(h)]
        s["size"] = meet(True, np.int32(side.place[U(i)]), side, h, np.int64(s["size"]))
