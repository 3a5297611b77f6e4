"""Very many worlds at once: how often each whole number was seen, and the mean, spread and quantiles that follow.

A measure that counts takes few values in a million small worlds. Its moments and quantiles are those of the table of frequencies,
which one pass makes, where a column of numbers is read, copied and put in order many times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
MOST_VALUES = 1 << 20  # a table of more is no shorter than the column
PIECE = 1 << 14  # values counted at once: they and what is made of them stay in the second-level cache


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
    column: NDArray[np.integer], among: NDArray[np.integer] | None = None, unit: float = 1.0
) -> Tally | None:
    """How often each of the counts in ``column`` [n], times ``unit``, was seen where ``among`` [n] is positive; None as above."""
    most = int(column.max(initial=0))
    if not most < MOST_VALUES:
        return None
    pieces = _pieces(column, most)
    if among is not None:
        pieces = (piece[counted > 0] for piece, counted in zip(pieces, _pieces(among, most), strict=True))
    return _joined((np.bincount(piece) if piece.min(initial=0) >= 0 else None for piece in pieces), unit)


def _pieces(values: NDArray[Any], most: float) -> Iterator[NDArray[Any]]:
    step = max(PIECE, int(most))  # a table of a piece is no longer than the piece
    return (values[at : at + step] for at in range(0, len(values), step))


def _joined(tables: Iterable[NDArray[np.int64] | None], unit: float) -> Tally | None:
    """The frequencies of all pieces together; None where a piece has none, or nothing was seen."""
    counts = np.zeros(0, np.int64)
    for piece in tables:
        if piece is None:
            return None
        more, counts = (piece, counts) if len(piece) < len(counts) else (counts, piece)
        counts[: len(more)] += more
    seen = np.flatnonzero(counts)
    return Tally(np.asarray(seen * unit, np.float64), counts[seen]) if len(seen) else None


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
