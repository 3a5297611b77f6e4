"""Discrete laws as alias tables: one draw, one table look-up, no logarithm in the loop (Walker 1977, Vose 1991)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.kernels.cpu import ONE, U, njit
from viralsim.kernels.rng import GOLDEN, mix

GAP_BITS = 9  # 512 outcomes: 5 kB, stays in the first-level cache
GAP_TAIL = (1 << GAP_BITS) - 1  # this outcome means: 511 failures, draw again
GAP_SHIFT, GAP_LOW = np.uint64(64 - GAP_BITS), np.uint64((1 << (64 - GAP_BITS)) - 1)


class AliasTable(NamedTuple):
    """A law over ``0..n-1``, n a power of two.

    threshold: uint64[n], compared with the low bits; alias: int32[n]; shift: uint64, 64 - log2(n).
    """

    threshold: NDArray[np.uint64]
    alias: NDArray[np.int32]
    shift: np.uint64


def alias_table(probabilities: NDArray[np.float64]) -> AliasTable:
    """Build the alias table of a law; ``probabilities`` float64[m] >= 0 are normalised and padded to a power of two.

    Many laws at once: float64[W, m] makes threshold and alias [W, n].
    """
    m = probabilities.shape[-1]
    bits = max(1, int(np.ceil(np.log2(m))))
    n = 1 << bits
    scaled = np.zeros((*probabilities.shape[:-1], n))
    scaled[..., :m] = probabilities / probabilities.sum(axis=-1, keepdims=True) * n
    accept, alias = np.ones_like(scaled), np.empty(scaled.shape, dtype=np.int32)
    pair_up(scaled.reshape(-1, n), accept.reshape(-1, n), alias.reshape(-1, n))
    low = 64 - bits
    most = np.uint64(2**low - 1)
    threshold = np.full(scaled.shape, most)
    below = accept < 1.0
    threshold[below] = np.minimum((accept[below] * 2.0**low).astype(np.uint64), most)
    return AliasTable(threshold, alias, np.uint64(low))


@njit(cache=True)
def pair_up(scaled, accept, alias):  # type: ignore[no-untyped-def]
    """Vose's pairing, row by row: an outcome below its share of the cells is topped up by one above it."""
    rows, n = scaled.shape
    small, large = np.empty(n, np.int64), np.empty(n, np.int64)
    for row in range(rows):
        few = many = 0
        for i in range(n):
            alias[row, i] = i
            if scaled[row, i] < 1.0:
                small[few] = i
                few += 1
            else:
                large[many] = i
                many += 1
        while few > 0 and many > 0:
            few -= 1
            i, j = small[few], large[many - 1]
            accept[row, i], alias[row, i] = scaled[row, i], j
            scaled[row, j] -= 1.0 - scaled[row, i]
            if scaled[row, j] < 1.0:
                many -= 1
                small[few] = j
                few += 1


@njit(cache=True, inline="always")
def alias_draw(bits, threshold, alias, shift):  # type: ignore[no-untyped-def]
    """The outcome (int64) that 64 random ``bits`` select, without a branch, which would be guessed wrongly."""
    cell = np.int64(bits >> shift)
    low = bits & ((ONE << shift) - ONE)
    return cell + (np.int64(alias[U(cell)]) - cell) * np.int64(low > threshold[U(cell)])


@njit(cache=True, inline="always")
def gap_draw(bits, threshold, alias):  # type: ignore[no-untyped-def]
    """``alias_draw`` of a ``gap_table``: failures before the next success, or ``GAP_TAIL``."""
    cell = np.int64(bits >> GAP_SHIFT)
    return cell + (np.int64(alias[U(cell)]) - cell) * np.int64((bits & GAP_LOW) > threshold[U(cell)])


@njit(cache=True, inline="always")
def next_gap(position, counter, threshold, alias):  # type: ignore[no-untyped-def]
    """One step along a row of coins: where the next gap ends, the key of the draw after it, and whether it was ``GAP_TAIL``.

    ``position`` int64, ``counter`` uint64. After ``GAP_TAIL`` nobody is met at that position: step on from there; else step on
    from the position behind it.
    """
    gap = gap_draw(mix(counter), threshold, alias)
    return position + gap, counter + GOLDEN, gap == GAP_TAIL


def gap_table(probability: float) -> AliasTable:
    """Failures before the next success of coins with ``probability`` in (0, 1]; ``GAP_TAIL`` says 511 failures, go on."""
    k = np.arange(GAP_TAIL)
    law = np.empty(GAP_TAIL + 1)
    law[:GAP_TAIL] = probability * (1.0 - probability) ** k
    law[GAP_TAIL] = (1.0 - probability) ** GAP_TAIL
    return alias_table(law)
