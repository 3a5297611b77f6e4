"""Rows of a network sorted by probability and cut into bundles and groups, so that failures are skipped, not drawn.

A bundle holds up to four edges; which of them are live is one draw from an alias table of all their outcomes. Likely edges
and short rows are bundles. A group holds the edges of a row under one envelope 2**-b: its candidates are found by drawn
gaps, and each is kept with probability p / envelope, which is above 1/2 where the group holds one class of probabilities
(bucketed subset sampling: Bringmann, Panagiotou, ICALP 2012; for cascades SUBSIM, Guo et al., SIGMOD 2020). Classes too
small to pay for a group of their own join the one before.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from viralsim.classic.arguments import COIN_BITS
from viralsim.errors import NetworkError
from viralsim.kernels.alias import GAP_TAIL, gap_table
from viralsim.kernels.cpu import ONE, njit, trailing_zeros
from viralsim.population.network.network import Network

CLASSES = 21  # envelopes 1, 1/2, ..., 2**-20; smaller probabilities are under the last
BUNDLE = 4  # edges at most: 16 cells of a table are 64 bytes
OUTCOMES = 1 << BUNDLE
BUNDLED = 0.5  # what an edge of a bundle counts beside a drawn gap: four share a draw, but take 80 bytes (by trial)
# Of a row's word, from below: edges of its first bundle, number of bundles, whether groups follow, where the row begins.
SIZE_BITS, BUNDLES_BITS = 3, 27
SIZE_MASK, BUNDLES_MASK = np.uint64((1 << SIZE_BITS) - 1), np.uint64((1 << BUNDLES_BITS) - 1)
BUNDLES_SHIFT, GROUPS_FOLLOW = np.uint64(SIZE_BITS), np.uint64(1 << (SIZE_BITS + BUNDLES_BITS))
BEGIN_SHIFT = np.uint64(SIZE_BITS + BUNDLES_BITS + 1)
CLASS_BITS = 5  # of a group's head, below the number of its edges
LONGEST_ROW = (1 << (32 - CLASS_BITS)) - 1
CLASS_MASK = np.uint64((1 << CLASS_BITS) - 1)
ONE_HALF, MANTISSA_BITS = 1022, 52  # the exponent that float64 stores for [1/2, 1), and the bits below it
GAP_THRESHOLD_BITS = 23  # of the upper half of a draw, below the 9 bits that choose the outcome
KEPT_BYTES = 1 << 28  # rows that need more are built again in every call


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
def _by_class(followers, chance, begin, stop, count, classes, row):  # type: ignore[no-untyped-def]
    """Put those of the edges ``begin..stop-1`` that can be live into ``row`` (followers int64[], chances float64[]) by class.

    The class of a chance p is b with 2**-(b + 1) < p <= 2**-b, at most the last. Returns (first class, last class + 1).
    count: int64[CLASSES], the edges of each class; classes: int64[longest row], scratch.
    """
    bits, low, high, begins = chance.view(np.int64), CLASSES, 0, 0
    count[:] = 0
    for i in range(begin, stop):
        if chance[i] > 0.0:
            b = min(CLASSES - 1, ONE_HALF - (bits[i] - 1 >> MANTISSA_BITS))
            classes[i - begin] = b
            count[b] += 1
            low, high = min(low, b), max(high, b + 1)
    for b in range(low, high):  # from how many to where they begin
        count[b], begins = begins, begins + count[b]
    for i in range(begin, stop):
        if chance[i] > 0.0:
            b = classes[i - begin]
            row[0][count[b]], row[1][count[b]] = followers[i], chance[i]
            count[b] += 1
    for b in range(high - 1, low, -1):  # from where they end to how many
        count[b] -= count[b - 1]
    return low, high


@njit(cache=True)
def _cut(count, low, high, joined):  # type: ignore[no-untyped-def]
    """Which envelope each class of a row gets, into ``joined`` int64[CLASSES]; returns how many edges go into bundles.

    Greedy, from the likely to the unlikely. A group costs one draw more than its candidates, so a class joins the group
    before it when that adds less than one candidate. A row begins with bundles (envelope 1).
    """
    current, bundled = 0, 0
    for b in range(low, high):
        if count[b]:
            price = BUNDLED if current == 0 else 2.0**-current
            if count[b] * (price - 2.0**-b) >= 1.0:
                current = b
        joined[b] = current
        if current == 0:
            bundled += count[b]
    return bundled


@njit(cache=True)
def _weigh(chance, weight):  # type: ignore[no-untyped-def]
    """Into ``weight`` float64[OUTCOMES], 2**d times the probability of each outcome of edges with ``chance`` float64[d].

    Returns (how many outcomes, those below 1 as a set of bits).
    """
    outcomes, light = 1, np.uint64(0)
    weight[0] = 2.0 ** len(chance)
    for p in chance:
        for o in range(outcomes):
            weight[outcomes + o] = weight[o] * p
            weight[o] *= 1.0 - p
        outcomes *= 2
    for o in range(outcomes):
        light |= np.uint64(weight[o] < 1.0) << np.uint64(o)
    return outcomes, light


@njit(cache=True)
def _bundle(chance, weight, words, at):  # type: ignore[no-untyped-def]
    """Write the alias table of the outcomes of edges with ``chance`` float64[d] to ``words[at:]``.

    By one sweep over the light and the heavy outcomes (Huebschle-Schneider, Sanders, ESA 2019): the heavy one at hand fills
    cells of light ones, and when it has become light itself, the next fills its own. The probability of an outcome is
    off by 2**(d - 33) at most, and that of an impossible one is 0. weight: float64[OUTCOMES], scratch.
    """
    outcomes, light = _weigh(chance, weight)
    heavy = (ONE << np.uint64(outcomes)) - ONE & ~light
    size, always = len(chance), (1 << 32 - len(chance)) - 1
    for o in range(outcomes):
        words[at + o] = (always << size) + o
    hand = trailing_zeros(heavy)
    heavy &= heavy - ONE
    left = weight[hand]
    while light if left > 1.0 else heavy:
        if left > 1.0:
            cell, other, own, more = trailing_zeros(light), hand, weight[trailing_zeros(light)], left
            light &= light - ONE
        else:
            cell, other, own, more = hand, trailing_zeros(heavy), left, weight[trailing_zeros(heavy)]
            heavy &= heavy - ONE
        words[at + cell] = (min(int(own * (always + 1) + 0.5), always) << size) + other
        hand, left = other, more - (1.0 - own)


@njit(cache=True)
def _write_bundles(row, edges, weight, words, end):  # type: ignore[no-untyped-def]
    """Write the first ``edges`` of ``row`` as bundles; returns (where they end, how many, edges of the first)."""
    first = (edges - 1) % BUNDLE + 1 if edges else 0
    at, size = 0, first
    while at < edges:
        _bundle(row[1][at : at + size], weight, words, end)
        end += 1 << size
        for i in range(at, at + size):
            words[end] = row[0][i]
            end += 1
        at, size = at + size, BUNDLE
    return end, (edges + BUNDLE - 1) // BUNDLE, first


@njit(cache=True)
def _write_groups(row, at, classes, joined, words, end):  # type: ignore[no-untyped-def]
    """Write the edges of ``row`` from ``at`` on as groups; returns where they end.

    classes: (first class, last class + 1, edges of each int64[CLASSES]) of the row.
    """
    low, high, count = classes
    head = -1
    for b in range(low, high):
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
def group_rows(indptr, followers, chance):  # type: ignore[no-untyped-def]
    """The arrays of ``GroupedRows``; chance: float64[E] in [0, 1]. O(N + E)."""
    members = len(indptr) - 1
    longest = 0
    for u in range(members):
        longest = max(longest, indptr[u + 1] - indptr[u])
    begins = np.zeros(members + 1, dtype=np.uint64)
    # No edge costs more than in a full bundle.
    words = np.empty((OUTCOMES // BUNDLE + 1) * len(followers), dtype=np.uint32)
    row, classes = (np.empty(longest, np.int64), np.empty(longest)), np.empty(longest, np.int64)
    weight = np.empty(OUTCOMES)
    count, joined = np.zeros((2, CLASSES), dtype=np.int64)
    end = 0
    for u in range(members):
        begin = end
        low, high = _by_class(followers, chance, indptr[u], indptr[u + 1], count, classes, row)
        bundled = _cut(count, low, high, joined)
        end, bundles, first = _write_bundles(row, bundled, weight, words, end)
        last = _write_groups(row, bundled, (low, high, count), joined, words, end)
        follow = np.int64(last > end)
        head = (begin << 1 | follow) << BUNDLES_BITS | bundles
        begins[u] = np.uint64(head << SIZE_BITS | first)
        end = last
    begins[members] = np.uint64(end) << BEGIN_SHIFT
    return begins, words[:end]


_kept: WeakKeyDictionary[Network, tuple[list[NDArray[Any]], GroupedRows]] = WeakKeyDictionary()


def kept_rows(network: Network, chance: NDArray[np.float64]) -> GroupedRows:
    """The rows of ``network`` for these chances, float64[E].

    Kept as long as the network, for the next call with the same input: building costs what thousands of small worlds cost.
    Raises NetworkError for a member with more followers than a row can hold.
    """
    built_from: list[NDArray[Any]] = [network.indptr, network.followers, chance]
    before = _kept.get(network)
    if before is not None and all(np.array_equal(a, b) for a, b in zip(before[0], built_from, strict=True)):
        return before[1]
    most = int(network.follower_count().max(initial=0))
    if most > LONGEST_ROW:
        raise NetworkError(
            f"a member has {most} followers; cascades with a probability for each edge take {LONGEST_ROW} at most"
        )
    rows = GroupedRows(*group_rows(*built_from))
    if rows.words.nbytes <= KEPT_BYTES:
        _kept[network] = [array.copy() for array in built_from], rows
    return rows
