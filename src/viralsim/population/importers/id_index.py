"""Whole-number ids as member numbers in ascending order, for edges that come block by block."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.kernels.cpu import njit
from viralsim.population.importers.edge_spool import EdgeBlocks

FREE = np.int64(-1)
FULLEST = 0.6  # of a hash table; beyond that looking up takes long


def renumbered(blocks: EdgeBlocks, number: Any, folder: Path | None) -> EdgeBlocks:
    """The same edges with ``number(ids)`` for their ends; ``blocks`` is closed."""
    new = EdgeBlocks(folder)
    for block in blocks:
        new.append(block._replace(source=number(block.source), target=number(block.target)))
    blocks.close()
    return new


class DenseIds:
    """Which of the whole numbers ``0..largest`` occur: a bit each, so little that it hardly leaves the caches."""

    def __init__(self, blocks: EdgeBlocks, largest: int) -> None:
        self._words = np.zeros(largest // 64 + 1, np.uint64)
        for block in blocks:
            _mark(self._words, block.source)
            _mark(self._words, block.target)
        self._before = _count_before(self._words)
        self.members = int(self._before[-1])
        self.all_there = self.members == largest + 1

    def number(self, ids: NDArray[Any]) -> NDArray[np.int32]:
        """How many smaller ids occur, for each of these."""
        numbers = np.empty(len(ids), np.int32)
        _rank(self._words, self._before, ids, numbers)
        return numbers

    def ids(self) -> NDArray[np.int64]:
        """The ids in ascending order."""
        ids = np.empty(self.members, np.int64)
        _listed(self._words, ids)
        return ids


class SparseIds:
    """Whole numbers with wide gaps, in a hash table: about 30 bytes per member, however many edges there are."""

    def __init__(self, blocks: EdgeBlocks) -> None:
        self._table = np.full(1 << 10, FREE, np.int64)
        self.members = 0
        for block in blocks:
            for end in (block.source, block.target):
                self._add(end)
        self.ids = np.sort(self._table[self._table != FREE])
        self._numbers = np.empty(len(self._table), np.int32)
        _set_numbers(self._table, self.ids, self._numbers)

    def _add(self, ids: NDArray[Any]) -> None:
        done = 0
        while done < len(ids):
            done, self.members = _insert(self._table, ids, done, self.members, int(FULLEST * len(self._table)))
            if done < len(ids):
                old = self._table[self._table != FREE]
                self._table = np.full(2 * len(self._table), FREE, np.int64)
                _insert(self._table, old, 0, 0, len(self._table))

    def number(self, ids: NDArray[Any]) -> NDArray[np.int32]:
        """The place of each of these ids among all."""
        numbers = np.empty(len(ids), np.int32)
        _look_up(self._table, self._numbers, ids, numbers)
        return numbers


@njit(cache=True)
def _ones(word):  # type: ignore[no-untyped-def]
    """How many bits of a uint64 are set."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True)
def _mark(words, ids):  # type: ignore[no-untyped-def]
    for i in ids:
        words[i >> 6] |= np.uint64(1) << np.uint64(i & 63)


@njit(cache=True)
def _count_before(words):  # type: ignore[no-untyped-def]
    before = np.zeros(len(words) + 1, np.int64)
    for w in range(len(words)):
        before[w + 1] = before[w] + _ones(words[w])
    return before


@njit(cache=True)
def _rank(words, before, ids, numbers):  # type: ignore[no-untyped-def]
    for e in range(len(ids)):
        i = ids[e]
        below = (np.uint64(1) << np.uint64(i & 63)) - np.uint64(1)
        numbers[e] = before[i >> 6] + _ones(words[i >> 6] & below)


@njit(cache=True)
def _listed(words, ids):  # type: ignore[no-untyped-def]
    n = 0
    for w in range(len(words)):
        for bit in range(64):
            if words[w] >> np.uint64(bit) & np.uint64(1):
                ids[n] = 64 * w + bit
                n += 1


@njit(cache=True)
def _slot(table, i):  # type: ignore[no-untyped-def]
    """Where an id is in a table whose length is a power of two, or the free place where it would be."""
    mask = len(table) - 1
    mixed = np.uint64(i) * np.uint64(0x9E3779B97F4A7C15)
    slot = np.int64((mixed ^ (mixed >> np.uint64(32))) & np.uint64(mask))
    while table[slot] != FREE and table[slot] != i:
        slot = (slot + 1) & mask
    return slot


@njit(cache=True)
def _insert(table, ids, done, count, most):  # type: ignore[no-untyped-def]
    """Insert ids from number ``done`` on until ``most`` are there; returns (done, how many are there)."""
    for e in range(done, len(ids)):
        if count >= most:
            return e, count
        slot = _slot(table, np.int64(ids[e]))
        if table[slot] == FREE:
            table[slot] = ids[e]
            count += 1
    return len(ids), count


@njit(cache=True)
def _set_numbers(table, ids, numbers):  # type: ignore[no-untyped-def]
    for n in range(len(ids)):
        numbers[_slot(table, ids[n])] = n


@njit(cache=True)
def _look_up(table, numbers, ids, found):  # type: ignore[no-untyped-def]
    for e in range(len(ids)):
        found[e] = numbers[_slot(table, np.int64(ids[e]))]
