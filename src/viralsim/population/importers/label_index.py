"""Labels numbered as they come, block by block: their bytes are one behind the other, found again by a hash."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.kernels.cpu import njit

FULLEST = 0.6  # of the hash table; beyond that looking up takes long
GROUP = 64
LENGTH = np.int64(0xFFFFFFFF)


class LabelNumbers:
    """Labels numbered as they appear; ``sorted`` says the numbers that they have in their order.

    Memory: the bytes of the labels and 16 to 36 bytes each, however often they occur.
    """

    def __init__(self) -> None:
        self._table = np.full(1 << 10, -1, np.int32)  # numbers by hash
        self._begin = np.zeros((1 << 10) + 1, np.int64)  # of the bytes of each label; where the next will begin
        self._bytes = np.empty(1 << 14, np.uint8)
        self._count = 0

    def number(self, text: NDArray[np.uint8], places: NDArray[np.int64]) -> NDArray[np.int32]:
        """Numbers for the time being of the labels at ``place << 32 | length`` in a text in UTF-8."""
        numbers = np.empty(len(places), np.int32)
        done = 0
        while True:
            done, self._count, _ = _number(
                text, places, done, self._table, self._begin, self._bytes, self._count, numbers
            )
            if done == len(places):
                return numbers
            self._grow(int(places[done] & LENGTH))

    def number_text(self, labels: list[str]) -> NDArray[np.int32]:
        """The same of a list of labels."""
        import pandas as pd

        codes, names = pd.factorize(np.array(labels, dtype=object))
        encoded = [str(name).encode() for name in names]
        length = np.array([len(name) for name in encoded], np.int64)
        begin = np.cumsum(length) - length
        return self.number(np.frombuffer(b"".join(encoded), np.uint8), begin << 32 | length)[codes]

    def _grow(self, length: int) -> None:
        """Make room for one more label at least."""
        used = int(self._begin[self._count])
        if used + length > len(self._bytes):
            self._bytes = np.concatenate([self._bytes[:used], np.empty(max(used, length), np.uint8)])
        if self._count + 1 >= len(self._begin):
            self._begin = np.concatenate([self._begin, np.zeros(len(self._begin), np.int64)])
        if self._count >= FULLEST * len(self._table):
            self._table = np.full(2 * len(self._table), -1, np.int32)
            _fill(self._table, self._begin, self._bytes, self._count)

    def sorted(self) -> tuple[NDArray[np.int32], NDArray[Any]]:
        """(number in sorted order by number for the time being, labels in their order)."""
        begin, data = self._begin, self._bytes
        parts = [np.zeros(0, "U1")]
        for first in range(0, self._count, 1 << 16):  # texts of Python take more room than the array of them
            last = min(first + (1 << 16), self._count)
            parts.append(np.array([bytes(data[begin[i] : begin[i + 1]]).decode() for i in range(first, last)], np.str_))
        labels = np.concatenate(parts)
        del parts
        order = np.argsort(labels, kind="stable")
        final = np.empty(len(labels), np.int32)
        final[order] = np.arange(len(labels), dtype=np.int32)
        return final, labels[order]


@njit(cache=True)
def _hash(text, begin, end):  # type: ignore[no-untyped-def]
    """FNV-1a of some bytes, mixed once more."""
    h = np.uint64(0xCBF29CE484222325)
    for p in range(begin, end):
        h = (h ^ np.uint64(text[p])) * np.uint64(0x100000001B3)
    h = (h ^ (h >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
    return h ^ (h >> np.uint64(29))


@njit(cache=True)
def _same(text, begin, data, start, length):  # type: ignore[no-untyped-def]
    k = 0
    while k < length and text[begin + k] == data[start + k]:
        k += 1
    return k == length


@njit(cache=True)
def _found(text, begin, length, slot, table, starts, data):  # type: ignore[no-untyped-def]
    """(slot, number there): of the label, or the free slot where it would be and -1."""
    while True:
        n = table[slot]
        if n < 0 or (starts[n + 1] - starts[n] == length and _same(text, begin, data, starts[n], length)):
            return slot, n
        slot = (slot + 1) & (len(table) - 1)


@njit(cache=True)
def _number(text, places, done, table, starts, data, count, numbers):  # type: ignore[no-untyped-def]
    """Number labels from number ``done`` on until all are, or room is short; returns (done, labels known, a sum).

    The sum has no use of its own: it keeps the compiler from dropping the reads ahead.

    Labels go in groups: what memory has to be asked for one after the other (slot, place, bytes) is asked for a whole
    group at a time, so that the waits overlap.
    """
    mask = np.uint64(len(table) - 1)
    slots, first = np.empty(GROUP, np.int64), np.empty(GROUP, np.int32)
    touched = np.int64(0)
    for group in range(done, len(places), GROUP):
        size = min(GROUP, len(places) - group)
        for k in range(size):
            begin = places[group + k] >> 32
            slots[k] = np.int64(_hash(text, begin, begin + (places[group + k] & LENGTH)) & mask)
        for k in range(size):
            first[k] = table[slots[k]]
        for k in range(size):
            if first[k] >= 0:
                touched += data[starts[first[k]]]
        for k in range(size):
            begin, length = places[group + k] >> 32, places[group + k] & LENGTH
            slot, n = _found(text, begin, length, slots[k], table, starts, data)
            if n < 0:
                start = starts[count]
                if count >= FULLEST * len(table) or count + 1 >= len(starts) or start + length > len(data):
                    return group + k, count, touched
                for i in range(length):
                    data[start + i] = text[begin + i]
                n = np.int32(count)
                table[slot] = n
                starts[count + 1] = start + length
                count += 1
            numbers[group + k] = n
    return len(places), count, touched


@njit(cache=True)
def _fill(table, starts, data, count):  # type: ignore[no-untyped-def]
    """Put all labels into an empty table."""
    mask = np.uint64(len(table) - 1)
    for n in range(count):
        slot = _hash(data, starts[n], starts[n + 1]) & mask
        while table[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        table[slot] = n
