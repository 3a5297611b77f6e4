"""Statistical tests of sequences of 64-bit numbers, each a p-value of being independent and uniform.

After Knuth (TAOCP 2, 3.3.2), Marsaglia's birthday spacings and ranks, and L'Ecuyer and Simard's TestU01 (2007). Both tails
count: too even is as suspicious as too uneven, so every p-value is of [0, 1] and the caller looks at both of its ends.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial

import numpy as np
from numpy.typing import NDArray
from scipy import fft, stats

Words = NDArray[np.uint64]
U64 = np.uint64


def upper(words: Words) -> NDArray[np.float64]:
    """The upper halves as numbers of [0, 1)."""
    return (words >> U64(32)) * 2.0**-32


def lower(words: Words) -> NDArray[np.float64]:
    """The lower halves as numbers of [0, 1)."""
    return (words & U64(2**32 - 1)) * 2.0**-32


def cells(counts: NDArray[np.int64], law: NDArray[np.float64] | None = None) -> float:
    """p-value of chi-square: counts against a law, even where none is given."""
    expected = counts.sum() * (np.full(len(counts), 1 / len(counts)) if law is None else law)
    return float(stats.chi2.sf(((counts - expected) ** 2 / expected).sum(), len(counts) - 1))


def poisson(count: int, mean: float) -> float:
    """p-value of a count, the middle of its step, so that it is even in both directions."""
    return float(stats.poisson.sf(count, mean) + stats.poisson.pmf(count, mean) / 2)


def most(z: NDArray[np.float64]) -> float:
    """p-value of the largest of independent normal numbers, by size."""
    one = 2 * stats.norm.sf(np.abs(z).max())
    return float(-np.expm1(z.size * np.log1p(-one)))


def octets(words: Words) -> float:
    """All bytes of all words: 256 equally frequent values."""
    return cells(np.bincount(words.view(np.uint8), minlength=256))


def uniform_halves(words: Words) -> list[float]:
    """Kolmogorov and Smirnov's distance of both halves."""
    return [float(stats.kstest(half(words), "uniform", method="asymp").pvalue) for half in (upper, lower)]


def pairs(words: Words) -> list[float]:
    """Each word and the next, without overlap: 128 x 128 cells of either half; and one half with the next's other half."""
    found = []
    for first, second in ((upper, upper), (lower, lower), (lower, upper)):
        a, b = (first(words[0::2]) * 128).astype(int), (second(words[1::2]) * 128).astype(int)
        found.append(cells(np.bincount(a[: len(b)] * 128 + b, minlength=128 * 128)))
    return found


def orders(words: Words) -> float:
    """Five words in a row are in each of their 120 orders equally often."""
    rows = upper(words[: len(words) // 5 * 5]).reshape(-1, 5)
    rank = np.argsort(rows, axis=1) @ 5 ** np.arange(5)
    counts = np.unique(rank, return_counts=True)[1]
    return cells(np.concatenate([counts, np.zeros(factorial(5) - len(counts), dtype=np.int64)]))


def birthday_spacings(words: Words) -> list[float]:
    """4,096 birthdays in 2**32 days: equal spacings between them are Poisson of mean 4 (both halves)."""
    found = []
    for days in (words >> U64(32), words & U64(2**32 - 1)):
        blocks = np.sort(days[: len(days) // 4096 * 4096].reshape(-1, 4096).astype(np.int64), axis=1)
        spacings = np.sort(np.diff(blocks, axis=1), axis=1)
        found.append(poisson(int((np.diff(spacings, axis=1) == 0).sum()), 4.0 * len(blocks)))
    return found


def collisions(words: Words) -> list[float]:
    """4,096 balls in 2**20 urns, by the upper and the lower bits of both halves."""
    balls, urns = 4096, 2**20
    mean = balls - urns * -np.expm1(balls * np.log1p(-1 / urns))
    found = []
    for shift in (44, 32, 12, 0):
        urn = (words >> U64(shift)) & U64(urns - 1)
        blocks = np.sort(urn[: len(urn) // balls * balls].reshape(-1, balls), axis=1)
        found.append(poisson(int((blocks[:, 1:] == blocks[:, :-1]).sum()), mean * len(blocks)))
    return found


def gaps(words: Words) -> list[float]:
    """Steps from one number below 0.05 to the next are geometric, by either half."""
    found = []
    for half in (upper, lower):
        steps = np.minimum(np.diff(np.flatnonzero(half(words) < 0.05)), 80)
        law = stats.geom.pmf(np.arange(1, 81), 0.05)
        law[-1] = stats.geom.sf(79, 0.05)
        found.append(cells(np.bincount(steps, minlength=81)[1:], law))
    return found


def ranks(words: Words) -> float:
    """Square matrices of 64 words: the rank over two elements is 64, 63, 62 or less with known chances."""
    rows = words[: len(words) // 64 * 64].reshape(-1, 64).T.copy()  # row r of all matrices
    rank = np.zeros(rows.shape[1], dtype=np.int64)
    used = np.zeros(rows.shape, dtype=bool)
    for bit in range(64):
        has = ((rows >> U64(bit)) & U64(1)).astype(bool) & ~used
        found = has.any(axis=0)
        pivot = has.argmax(axis=0)
        at = np.arange(rows.shape[1])
        value = np.where(found, rows[pivot, at], U64(0))
        used[pivot[found], at[found]] = True
        rank += found
        rows ^= np.where(((rows >> U64(bit)) & U64(1)).astype(bool) & ~used, value, U64(0))
    i = np.arange(1.0, 65.0)
    full = np.prod(1 - 2.0**-i)
    one_less = full * 2.0**-1 * (1 - 2.0**-64) ** 2 / (1 - 0.5) ** 2
    two_less = full * 2.0**-4 / ((1 - 0.5) * (1 - 0.25)) ** 2
    law = np.array([full, one_less, two_less, 1 - full - one_less - two_less])
    return cells(np.bincount(np.minimum(64 - rank, 3), minlength=4), law)


def weights(words: Words) -> list[float]:
    """Set bits of a word are binomial, and unrelated to those of the next word."""
    set_bits = np.bitwise_count(words).astype(int)
    law = stats.binom.pmf(np.arange(16, 49), 64, 0.5)
    law[0], law[-1] = stats.binom.cdf(16, 64, 0.5), stats.binom.sf(47, 64, 0.5)
    z = (set_bits - 32) / 4.0
    together = (z[:-1] * z[1:]).sum() / np.sqrt(len(z) - 1)
    return [cells(np.bincount(np.clip(set_bits, 16, 48) - 16, minlength=33), law), float(stats.norm.sf(together))]


def correlations(words: Words) -> list[float]:
    """No half is correlated with itself up to 1,000 places on, nor stands out at any frequency."""
    found = []
    for half in (upper, lower):
        u = (half(words) - 0.5) * np.sqrt(12.0)
        spectrum = np.abs(fft.rfft(u, 2 * len(u))) ** 2
        lags = fft.irfft(spectrum)[1:1001] / np.sqrt(len(u) - np.arange(1, 1001))
        found.append(most(lags))
        power = np.abs(fft.rfft(u)[1:-1]) ** 2 / len(u)
        found.append(float(-np.expm1(len(power) * np.log1p(-np.exp(-power.max())))))
        found.append(float(stats.kstest(power, "expon", method="asymp").pvalue))
    return found


def bits_of_neighbours(words: Words) -> float:
    """None of the 64 bits of a word tells one of the 64 bits of the next: the largest of 4,096 correlations."""
    n = len(words) // 64 * 64 - 64
    bits = np.unpackbits(words[: n + 1].view(np.uint8)).reshape(-1, 64).T
    here, there = (
        np.ascontiguousarray(np.packbits(part, axis=1)).view(np.uint64) for part in (bits[:, :n], bits[:, 1:])
    )
    unlike = np.array([np.bitwise_count(here ^ row).sum(axis=1, dtype=np.int64) for row in there])
    return most((unlike.ravel() - n / 2) / np.sqrt(n / 4))


TESTS: tuple[Callable[[Words], float | list[float]], ...] = (
    octets, uniform_halves, pairs, orders, birthday_spacings, collisions, gaps, ranks, weights, correlations,
    bits_of_neighbours,
)  # fmt: skip


def battery(words: Words) -> dict[str, float]:
    """The p-value of every test: name and number -> p."""
    found = {}
    for test in TESTS:
        for i, p in enumerate(np.atleast_1d(test(words))):
            found[f"{test.__name__} {i}"] = float(p)
    return found
