"""Rows of a network sorted by probability and cut into bundles and groups, so that failures are skipped, not drawn.

A bundle holds up to four edges; which of them are live is one draw from an alias table of all their outcomes. Likely edges
and short rows are bundles. A group holds the edges of a row under one envelope 2**-b: its candidates are found by drawn
gaps, and each is kept with probability p / envelope, which is above 1/2 where the group holds one class of probabilities
(bucketed subset sampling: Bringmann, Panagiotou, ICALP 2012; for cascades SUBSIM, Guo et al., SIGMOD 2020). Classes too
small to pay for a group of their own join the one before.
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
BUNDLE = 4  # edges at most: 16 cells of a table are 64 bytes
OUTCOMES = 1 << BUNDLE
BUNDLED = 0.25  # what an edge of a bundle counts beside a drawn gap: four share a draw
# Of a row's word, from below: edges of its first bundle, number of bundles, whether groups follow, where the row begins.
SIZE_BITS, BUNDLES_BITS = 3, 27
SIZE_MASK, BUNDLES_MASK = np.uint64((1 << SIZE_BITS) - 1), np.uint64((1 << BUNDLES_BITS) - 1)
BUNDLES_SHIFT, GROUPS_FOLLOW = np.uint64(SIZE_BITS), np.uint64(1 << (SIZE_BITS + BUNDLES_BITS))
BEGIN_SHIFT = np.uint64(SIZE_BITS + BUNDLES_BITS + 1)
CLASS_BITS = 5  # of a group's head, below the number of its edges
CLASS_MASK = np.uint64((1 << CLASS_BITS) - 1)
GAP_THRESHOLD_BITS = 23  # of the upper half of a draw, below the 9 bits that choose the outcome


class GroupedRows(NamedTuple):
    """A network for cascades with mixed probabilities, as one stream of words; edges that cannot be live are left out.

    row: uint64[N + 1], where a row begins and what it holds (``SIZE_BITS`` on). words: uint32; a row begins with its
    bundles, then its groups, in one piece: a short row costs one or two cache lines.
    A bundle of d edges, 4 in all but the first of a row: 2**d cells of an alias table, (threshold << d) + the other outcome,
    where bit i of an outcome says that edge i is live; then its d followers.
    A group: a head, (number of edges << 5) + b of its envelope 2**-b; then for each edge the limit of the 31-bit coins that
    keep it, and its follower.
    """

    row: NDArray[np.uint64]
    words: NDArray[np.uint32]


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
    one candidate. A row begins with bundles (envelope 1).
    """
    current = 0
    for b in range(CLASSES):
        if count[b]:
            price = BUNDLED if current == 0 else 2.0**-current
            if count[b] * (price - 2.0**-b) >= 1.0:
                current = b
        joined[b] = current


@njit(cache=True)
def _bundle(chance, scratch, words, at):  # type: ignore[no-untyped-def]
    """Write the alias table of the outcomes of edges with ``chance`` float64[d] to ``words[at:]`` (Vose 1991).

    scratch: float64[OUTCOMES] and two int64[OUTCOMES + 1]. The probability of an outcome is off by 2**(d - 33) at most, and that
    of an impossible one is 0.
    """
    weight, (small, large) = scratch
    outcomes = 1
    weight[0] = 2.0 ** len(chance)
    for p in chance:
        for o in range(outcomes):
            weight[outcomes + o] = weight[o] * p
            weight[o] *= 1.0 - p
        outcomes *= 2
    always = (1 << 32 - len(chance)) - 1
    fewer, more = 0, 0
    for o in range(outcomes):
        words[at + o] = (always << len(chance)) + o
        less = int(weight[o] < 1.0)
        small[fewer], large[more] = o, o
        fewer, more = fewer + less, more + 1 - less
    while fewer > 0 and more > 0:
        fewer -= 1
        o, other = small[fewer], large[more - 1]
        limit = min(int(weight[o] * (always + 1) + 0.5), always)
        words[at + o] = (limit << len(chance)) + other
        weight[other] -= 1.0 - weight[o]
        if weight[other] < 1.0:
            small[fewer] = other
            fewer, more = fewer + 1, more - 1


@njit(cache=True)
def _by_class(followers, probability, count, place, row):  # type: ignore[no-untyped-def]
    """Put a row's edges into ``row`` (followers int64[], chances float64[]) by class, and count them by class."""
    count[:] = 0
    place[0] = 0
    for p in probability:
        count[_class_of(p)] += 1
    for b in range(CLASSES):
        place[b + 1] = place[b] + count[b]
    for i in range(len(followers)):
        b = _class_of(probability[i])
        row[0][place[b]], row[1][place[b]] = followers[i], probability[i]
        place[b] += 1


@njit(cache=True)
def _write_bundles(row, edges, scratch, words, end):  # type: ignore[no-untyped-def]
    """Write the first ``edges`` of ``row`` as bundles; returns (where they end, how many, edges of the first)."""
    bundles = (edges + BUNDLE - 1) // BUNDLE
    first = edges - BUNDLE * (bundles - 1) if bundles else 0
    at, size = 0, first
    for _ in range(bundles):
        _bundle(row[1][at : at + size], scratch, words, end)
        end += 1 << size
        for i in range(at, at + size):
            words[end] = row[0][i]
            end += 1
        at, size = at + size, BUNDLE
    return end, bundles, first


@njit(cache=True)
def _write_groups(row, at, count, joined, words, end):  # type: ignore[no-untyped-def]
    """Write the edges of ``row`` from ``at`` on as groups; returns where they end."""
    head = -1
    for b in range(CLASSES):
        if joined[b] == 0 or count[b] == 0:
            continue
        if head < 0 or joined[b] != np.int64(words[head] & CLASS_MASK):
            head = end
            words[head] = joined[b]
            end += 1
        words[head] += count[b] << CLASS_BITS
        for i in range(at, at + count[b]):
            words[end] = np.int64(np.rint(min(1.0, row[1][i] * 2.0 ** joined[b]) * 2.0**COIN_BITS))
            words[end + 1] = row[0][i]
            end += 2
        at += count[b]
    return end


@njit(cache=True)
def group_rows(indptr, followers, probability):  # type: ignore[no-untyped-def]
    """The arrays of ``GroupedRows``; probability: float64[E] in [0, 1]. O(N * CLASSES + E)."""
    members = len(indptr) - 1
    longest = 0
    for u in range(members):
        longest = max(longest, indptr[u + 1] - indptr[u])
    begins = np.zeros(members + 1, dtype=np.uint64)
    words = np.empty(
        (OUTCOMES // BUNDLE + 1) * len(followers), dtype=np.uint32
    )  # no edge costs more than in a full bundle
    row = np.empty(longest, np.int64), np.empty(longest)
    scratch = np.empty(OUTCOMES), (np.empty(OUTCOMES + 1, np.int64), np.empty(OUTCOMES + 1, np.int64))
    count, place, joined = np.zeros((3, CLASSES + 1), dtype=np.int64)
    end = 0
    for u in range(members):
        begin, edges = end, slice(indptr[u], indptr[u + 1])
        _by_class(followers[edges], probability[edges], count, place, row)
        _cut(count, joined)
        bundled = 0
        for b in range(CLASSES):
            bundled += count[b] * np.int64(joined[b] == 0)
        end, bundles, first = _write_bundles(row, bundled, scratch, words, end)
        last = _write_groups(row, bundled, count, joined, words, end)
        follow = np.int64(last > end)
        head = (begin << 1 | follow) << BUNDLES_BITS | bundles
        begins[u] = np.uint64(head << SIZE_BITS | first)
        end = last
    begins[members] = np.uint64(end) << BEGIN_SHIFT
    return begins, words[:end]
