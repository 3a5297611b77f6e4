"""Very many worlds at once: how often each whole number was seen, and the mean, spread and quantiles that follow.

A measure that counts takes few values in a million small worlds. Its moments and quantiles are those of the table of frequencies,
which one pass makes, where a column of numbers is read, copied and put in order many times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
MOST_VALUES = 1 << 20  # a table of more is no shorter than the column
PIECE = 1 << 14  # values counted at once: they and what is made of them stay in the second-level cache
SHORT = 1 << 16  # ... of counts, most of which are kept in one byte


class Tally(NamedTuple):
    """Distinct values, ascending, and in how many worlds each was seen: float64[k], int64[k], all counts positive."""

    values: Float64
    counts: NDArray[np.int64]

    @property
    def worlds(self) -> int:
        """In how many worlds anything was seen."""
        return int(self.counts.sum())

    @property
    def mean(self) -> float:
        """The mean over worlds."""
        return float((self.values * self.counts).sum() / self.worlds)

    def moment(self, power: int) -> float:
        """The mean of (value - mean) to the power."""
        return float(((self.values - self.mean) ** power * self.counts).sum() / self.worlds)

    def quantile(self, q: float) -> float:
        """The quantile as ``numpy.quantile`` has it: linear between the two worlds beside place q (n - 1)."""
        place = q * (self.worlds - 1)
        below = int(np.floor(place))
        last = np.cumsum(self.counts) - 1  # place of the last world with each value
        low, high = (float(self.values[np.searchsorted(last, min(at, self.worlds - 1))]) for at in (below, below + 1))
        return low + (high - low) * (place - below)


def tally_of(values: Float64, unit: float = 1.0) -> Tally | None:
    """How often each multiple of ``unit`` was seen in ``values`` float64[n]; NaN is left out.

    None if some value is no whole multiple from 0 up, or so large that the table would be too long to be useful.
    """
    most = float(np.fmax.reduce(values, initial=0.0)) / unit
    if not most < MOST_VALUES:
        return None
    return _joined((_counts_of(piece, unit) for piece in _pieces(values, most)), unit)


def tally_of_counts(
    column: NDArray[np.integer],
    among: NDArray[np.integer] | None = None,
    unit: float = 1.0,
    less: float = 0.0,
    also: Sequence[NDArray[np.integer]] = (),
) -> Tally | None:
    """How often each count ``(column + also) * unit - less`` [n] was seen where ``among`` [n] is positive; None as above."""
    most = sum(int(part.max(initial=0)) for part in (column, *also))
    if not most < MOST_VALUES:
        return None
    pieces = _pieces(column, most, SHORT)
    if also:
        added = zip(*(_pieces(part, most, SHORT) for part in also), strict=True)
        pieces = (piece + sum(more, np.int64(0)) for piece, more in zip(pieces, added, strict=True))
    if among is None:
        return _joined((_frequencies(piece) for piece in pieces), unit, less)
    there = _pieces(among, most, SHORT)
    return _joined((_frequencies(piece, counted > 0) for piece, counted in zip(pieces, there, strict=True)), unit, less)


def tally_of_two(
    first: NDArray[np.integer], second: NDArray[np.integer], function: Callable[[Float64, Float64], Float64]
) -> Tally | None:
    """How often each value of ``function`` of two counts [n] was seen; NaN is left out, None as above."""
    base = int(second.max(initial=0)) + 1
    most = (int(first.max(initial=0)) + 1) * base
    if not most < MOST_VALUES or min(first.min(initial=0), second.min(initial=0)) < 0:
        return None
    both = zip(_pieces(first, most), _pieces(second, most), strict=True)
    pairs = _joined((np.bincount(one * np.int64(base) + other) for one, other in both), 1.0)
    if pairs is None:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        values = function(*np.divmod(pairs.values, base))
    defined = np.isfinite(values)
    distinct, place = np.unique(values[defined], return_inverse=True)
    counts = np.zeros(len(distinct), np.int64)
    np.add.at(counts, place, pairs.counts[defined])
    return Tally(distinct, counts) if len(distinct) else None


def _pieces(values: NDArray[Any], most: float, least: int | None = None) -> Iterator[NDArray[Any]]:
    step = max(PIECE if least is None else least, int(most))  # a table of a piece is no longer than the piece
    return (values[at : at + step] for at in range(0, len(values), step))


def _joined(tables: Iterable[NDArray[np.int64] | None], unit: float, less: float = 0.0) -> Tally | None:
    """The frequencies of all pieces together; None where a piece has none, or nothing was seen."""
    counts = np.zeros(0, np.int64)
    for piece in tables:
        if piece is None:
            return None
        more, counts = (piece, counts) if len(piece) < len(counts) else (counts, piece)
        counts[: len(more)] += more
    seen = np.flatnonzero(counts)
    if not len(seen):
        return None
    values, counts = np.asarray(seen * unit - less, np.float64), counts[seen]
    return Tally(values, counts) if unit else Tally(values[:1], counts.sum(keepdims=True))


def _frequencies(numbers: NDArray[np.integer], among: NDArray[np.bool_] | None = None) -> NDArray[np.int64] | None:
    """How often 0, 1, 2, ... is among ``numbers`` [n], or those of them that are ``among``; None where a number is negative."""
    if among is not None:
        numbers = numbers * among  # and the zeros that this makes are taken off again
    if numbers.dtype != np.uint8 and numbers.min(initial=0) < 0:
        return None
    if numbers.itemsize == 1 and len(numbers) % 2 == 0 and numbers.flags.c_contiguous:
        pairs = np.bincount(numbers.view(np.uint16))  # two at once: half the time
        table = np.zeros((-(-len(pairs) // 256), 256), np.int64)
        table.reshape(-1)[: len(pairs)] = pairs
        counts = table.sum(axis=0)
        counts[: len(table)] += table.sum(axis=1)
    else:
        counts = np.bincount(numbers)
    if among is not None and len(counts):
        counts[0] -= len(among) - np.count_nonzero(among)
    return np.asarray(counts)


def _counts_of(values: Float64, unit: float) -> NDArray[np.int64] | None:
    """How often 0, 1, 2, ... times ``unit`` is among ``values``; None as in ``tally_of``."""
    whole = values / unit if unit != 1.0 else values
    missing = np.isnan(whole)
    if missing.any():
        values, whole = values[~missing], whole[~missing]
    if not len(whole):
        return np.zeros(0, np.int64)
    if not whole.min() >= 0.0:
        return None
    numbers = np.rint(whole).astype(np.int64)
    return None if (numbers * unit != values).any() else np.bincount(numbers)
