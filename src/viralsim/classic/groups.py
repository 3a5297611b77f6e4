"""Rows of a network sorted by probability and cut into groups, so that failures are skipped, not drawn.

A group holds the edges of a row under one envelope 2**-b. Its candidates are found by drawn gaps, and each is kept
with probability p / envelope, which is above 1/2 where the group holds one class of probabilities (bucketed subset
sampling: Bringmann, Panagiotou, ICALP 2012; for cascades SUBSIM, Guo et al., SIGMOD 2020). Classes too small to pay
for a group of their own join the one before; what is likely, and short rows, are coins, tossed in pairs.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from viralsim.classic.inputs import COIN_BITS
from viralsim.kernels.tables import GAP_TAIL, gap_table

CLASSES = 21  # envelopes 1, 1/2, ..., 2**-20; smaller probabilities are under the last
CLASS_BITS = 8  # of a group's head
CLASS_MASK = np.uint64((1 << CLASS_BITS) - 1)
HALF = np.uint64(32)
COIN = 0.25  # what a coin costs beside a drawn gap (benchmarks/NOTES.md)
PAIR_BITS = 27  # of a row's word: its pairs of coins; above them whether groups follow, and where the row begins
PAIR_MASK, GROUPS_FOLLOW = np.uint64((1 << PAIR_BITS) - 1), np.uint64(1 << PAIR_BITS)
BEGIN_SHIFT = np.uint64(PAIR_BITS + 1)
GAP_THRESHOLD_BITS = 23  # of the upper half of a draw, below the 9 bits that choose the outcome


class GroupedRows(NamedTuple):
    """A network for cascades with mixed probabilities, as one stream of words; edges that cannot be live are left out.

    row: uint64[N + 1], (begin << 28) + (whether groups follow << 27) + pairs. words: uint64; a row begins with its pairs of
    coins, then its groups: a group is a head, (number of edges << 8) + b of its envelope 2**-b, and its edges. An edge is
    (accept << 32) + follower: a 31-bit coin below ``accept`` keeps it. The second of a pair may be 0, which is never
    live. A row lies in one piece, so that it costs one or two cache lines.
    """

    row: NDArray[np.uint64]
    words: NDArray[np.uint64]


class GapTables(NamedTuple):
    """Alias tables of the gaps under every envelope: threshold uint32[CLASSES, 512], alias uint16[CLASSES, 512]."""

    threshold: NDArray[np.uint32]
    alias: NDArray[np.uint16]


@cache
def gap_tables() -> GapTables:
    """The tables of all classes."""
    outcomes = GAP_TAIL + 1
    threshold = np.zeros((CLASSES, outcomes), dtype=np.uint32)
    alias = np.zeros((CLASSES, outcomes), dtype=np.uint16)
    for b in range(1, CLASSES):
        table = gap_table(2.0**-b)
        wide = (table.threshold.astype(np.float64) + 1.0) / 2.0 ** int(table.shift)
        threshold[b] = np.rint(wide * 2.0**GAP_THRESHOLD_BITS)
        alias[b] = table.alias
    return GapTables(threshold, alias)


@njit(cache=True)
def _class_of(p):  # type: ignore[no-untyped-def]
    """b with 2**-(b + 1) < p <= 2**-b, at most the last class."""
    if p <= 0.0:
        return CLASSES
    fraction, exponent = math.frexp(p)  # fraction in [1/2, 1)
    return min(CLASSES - 1, (1 if fraction == 0.5 else 0) - exponent)


@njit(cache=True)
def _cut(count, joined):  # type: ignore[no-untyped-def]
    """Which envelope each class of a row gets: int64[CLASSES] into ``joined``. Greedy, from the likely to the unlikely.

    A group costs one draw more than its candidates, so a class joins the group before it when that adds less than
    one candidate. A row begins with coins (envelope 1).
    """
    current = 0
    for b in range(CLASSES):
        if count[b]:
            price = COIN if current == 0 else 2.0**-current
            if count[b] * (price - 2.0**-b) >= 1.0:
                current = b
        joined[b] = current


@njit(cache=True)
def group_rows(indptr, followers, probability):  # type: ignore[no-untyped-def]
    """The arrays of ``GroupedRows``; probability: float64[E] in [0, 1]. O(N * CLASSES + E)."""
    members = len(indptr) - 1
    row = np.zeros(members + 1, dtype=np.uint64)
    words = np.zeros(2 * len(followers), dtype=np.uint64)
    count, place = np.zeros(CLASSES + 1, dtype=np.int64), np.zeros(CLASSES + 1, dtype=np.int64)
    joined = np.zeros(CLASSES, dtype=np.int64)
    scale = 2.0**COIN_BITS
    end = 0
    for u in range(members):
        count[:] = 0
        for e in range(indptr[u], indptr[u + 1]):
            count[_class_of(probability[e])] += 1
        _cut(count, joined)
        begin = end
        for b in range(CLASSES):
            place[b] = end
            if joined[b] == 0:
                end += count[b]
        pairs = (end - begin + 1) // 2
        end = begin + 2 * pairs
        groups, head = 0, -1
        for b in range(CLASSES):
            if count[b] and joined[b] > 0:
                if head < 0 or joined[b] != np.int64(words[head] & CLASS_MASK):
                    groups, head = 1, end
                    words[head] = joined[b]
                    end += 1
                place[b] = end
                end += count[b]
                words[head] += np.uint64(count[b] << CLASS_BITS)
        row[u] = np.uint64((begin << (PAIR_BITS + 1)) + (groups << PAIR_BITS) + pairs)
        for e in range(indptr[u], indptr[u + 1]):
            b = _class_of(probability[e])
            if b < CLASSES:
                accept = np.uint64(np.rint(min(1.0, probability[e] * 2.0 ** joined[b]) * scale))
                words[place[b]] = (accept << HALF) + np.uint64(followers[e])
                place[b] += 1
    row[members] = np.uint64(end << (PAIR_BITS + 1))
    return row, words[:end]
