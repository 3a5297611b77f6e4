"""The draws are as good as independent uniform numbers, and the alias tables hold their laws exactly.

Every statistic has a fixed seed and a tolerance that a true generator exceeds once in about 1e5 tests.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy import stats

from viralsim.kernels import rng
from viralsim.kernels.alias import GAP_TAIL, AliasTable, alias_draw, alias_table, gap_table
from viralsim.kernels.rng import EARN, GAP, RESPOND, SHOW, Stream, name_key, seed_key, world_key

U64 = np.uint64
UNLIKELY = 1e-5
Z = stats.norm.isf(UNLIKELY / 2)
MANY = 1 << 18
BASE = U64(rng.stream_key(U64(world_key(seed_key(7), U64(0))), U64(Stream.POST), name_key("k"), name_key("c")))


@njit
def along_index(key, n):  # type: ignore[no-untyped-def]
    """The numbers 0, 1, 2, ... of one key."""
    out = np.empty(n, dtype=np.uint64)
    for i in range(n):
        out[i] = rng.draw(key, i)
    return out


@njit
def along_member(key, n):  # type: ignore[no-untyped-def]
    """The first number of each member's first decision."""
    out = np.empty(n, dtype=np.uint64)
    for v in range(n):
        out[v] = rng.draw(rng.member_key(key, v, 0), 0)
    return out


@njit
def along_number(key, n):  # type: ignore[no-untyped-def]
    """A member's decisions 0, 1, 2, ..."""
    out = np.empty(n, dtype=np.uint64)
    for i in range(n):
        out[i] = rng.member_key(key, 3, i)
    return out


@njit
def along_world(key, n):  # type: ignore[no-untyped-def]
    """One decision in the worlds 0, 1, 2, ... of the seed ``key``."""
    out = np.empty(n, dtype=np.uint64)
    for w in range(n):
        stream_keys = rng.stream_key(rng.world_key(key, w), np.uint64(1), np.uint64(5), np.uint64(6))
        out[w] = rng.member_key(stream_keys, 0, 0)
    return out


@njit
def along_seed(key, n):  # type: ignore[no-untyped-def]
    """One decision of world 0 under neighbouring seeds."""
    out = np.empty(n, dtype=np.uint64)
    for s in range(n):
        stream_keys = rng.stream_key(rng.world_key(key + np.uint64(s), 0), np.uint64(1), np.uint64(5), np.uint64(6))
        out[s] = rng.member_key(stream_keys, 0, 0)
    return out


@njit
def below_all(bits, n):  # type: ignore[no-untyped-def]
    out = np.empty(len(bits), dtype=np.int64)
    for i in range(len(bits)):
        out[i] = rng.below(bits[i], n)
    return out


@njit
def outcomes(bits, threshold, alias, shift):  # type: ignore[no-untyped-def]
    out = np.empty(len(bits), dtype=np.int64)
    for i in range(len(bits)):
        out[i] = alias_draw(bits[i], threshold, alias, shift)
    return out


SEQUENCES = [along_index, along_member, along_number, along_world, along_seed]


def high(bits: np.ndarray) -> np.ndarray:
    """``unit_high`` of an array."""
    return (bits >> U64(32)) * 2.0**-32


def low(bits: np.ndarray) -> np.ndarray:
    """``unit_low`` of an array."""
    return (bits & U64(2**32 - 1)) * 2.0**-32


def assert_uniform(u: np.ndarray, cells: int) -> None:
    assert stats.chisquare(np.bincount((u * cells).astype(int), minlength=cells)).pvalue > UNLIKELY


def assert_independent(a: np.ndarray, b: np.ndarray) -> None:
    """No linear correlation, and every pair of 32 x 32 cells as often as any other."""
    assert abs(np.corrcoef(a, b)[0, 1]) * np.sqrt(len(a)) < Z
    cells = np.bincount((a * 32).astype(int) * 32 + (b * 32).astype(int), minlength=1024)
    assert stats.chisquare(cells).pvalue > UNLIKELY


@pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda f: f.py_func.__name__)
def test_numbers_are_uniform_and_unordered(sequence) -> None:  # type: ignore[no-untyped-def]
    """Along draws, members, decisions, worlds and seeds: both halves uniform, no serial or cross dependence."""
    bits = sequence(BASE, MANY)
    assert len(np.unique(bits)) == MANY
    for half in (high(bits), low(bits)):
        assert_uniform(half, 1000)
        assert stats.kstest(half, "uniform").pvalue > UNLIKELY
        for lag in (1, 2, 64):
            assert_independent(half[:-lag], half[lag:])
    assert_independent(high(bits), low(bits))


@pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda f: f.py_func.__name__)
def test_every_bit_is_a_fair_coin(sequence) -> None:  # type: ignore[no-untyped-def]
    """Each of the 64 bits is set half of the time, and changes half of the time from one id to the next."""
    bits = sequence(BASE, MANY)
    for numbers in (bits, bits[1:] ^ bits[:-1]):
        ones = np.array([int(((numbers >> U64(b)) & U64(1)).sum()) for b in range(64)])
        z = (ones - len(numbers) / 2) / np.sqrt(len(numbers) / 4)
        assert np.abs(z).max() < stats.norm.isf(UNLIKELY / 2 / 64)


def test_neighbouring_keys_are_unrelated() -> None:
    """Number i of one post does not tell number i of the next member's, the next post's, or the next world's."""
    keys = [U64(rng.member_key(BASE, U64(member), U64(number))) for member, number in [(8, 0), (9, 0), (8, 1)]]
    other_world = U64(
        rng.stream_key(U64(world_key(seed_key(7), U64(1))), U64(Stream.POST), name_key("k"), name_key("c"))
    )
    keys.append(U64(rng.member_key(other_world, U64(8), U64(0))))
    here, *others = (high(along_index(key, MANY)) for key in keys)
    for there in others:
        assert_independent(here, there)


def test_purposes_of_a_post_are_unrelated() -> None:
    """Gaps, thinning, responses and earnings of one post come from numbers of their own."""
    key = rng.member_key(BASE, U64(8), U64(0))
    purposes = [along_index(U64((int(key) + int(purpose)) % 2**64), MANY) for purpose in (GAP, SHOW, RESPOND, EARN)]
    assert len(np.unique(np.concatenate(purposes))) == 4 * MANY
    for i, a in enumerate(purposes):
        for b in purposes[:i]:
            assert_independent(high(a), high(b))
            assert_independent(low(a), high(b))


def test_streams_do_not_meet() -> None:
    """Streams, contents, channels, worlds and their order give keys that all differ."""
    keys = {
        int(rng.stream_key(U64(world_key(U64(seed), U64(w))), U64(stream), U64(a), U64(b)))
        for seed in range(3)
        for w in range(20)
        for stream in Stream
        for a in range(4)
        for b in range(4)
    }
    assert len(keys) == 3 * 20 * len(Stream) * 16


def test_mix_is_splitmix64() -> None:
    """The numbers of key 1234567 are those that SplitMix64 publishes for this seed (numbers 1 to 5)."""
    published = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    assert [int(rng.draw(U64(1234567), U64(i))) for i in range(1, 6)] == published


@settings(deadline=None)  # the first example compiles
@given(st.integers(0, 2**64 - 1))
def test_units_are_exact_and_below_one(bits: int) -> None:
    """A unit number is its bits over a power of two: at least 0, below 1, nothing rounded."""
    assert Fraction(float(rng.unit(U64(bits)))) == Fraction(bits >> 11, 2**53)
    assert Fraction(float(rng.unit_high(U64(bits)))) == Fraction(bits >> 32, 2**32)
    assert Fraction(float(rng.unit_low(U64(bits)))) == Fraction(bits % 2**32, 2**32)
    assert float(rng.unit(U64(2**64 - 1))) < 1


@given(st.integers(0, 2**64 - 1), st.integers(1, 2**31 - 1))
def test_below_is_the_scaled_upper_half(bits: int, n: int) -> None:
    """``below`` is floor(n * upper / 2**32): in range, and no outcome has more than one of 2**32 numbers too many."""
    assert int(rng.below(U64(bits), U64(n))) == (bits >> 32) * n >> 32 < n
    assert int(rng.below(U64(2**64 - 1), U64(n))) == n - 1
    assert int(rng.below(U64(0), U64(n))) == 0


@pytest.mark.parametrize("n", [2, 3, 7, 100, 1000])
def test_below_has_no_favourites(n: int) -> None:
    """Every outcome below n is equally frequent."""
    drawn = below_all(along_index(BASE, MANY), n)
    assert stats.chisquare(np.bincount(drawn, minlength=n)).pvalue > UNLIKELY


def test_names_and_seeds() -> None:
    """Keys of names are fixed for ever; any integer is a seed, taken modulo 2**64."""
    assert int(name_key("instagram")) == 12012731757676681178  # results on disk depend on it
    assert len({int(name_key(f"content {i}")) for i in range(1000)}) == 1000
    assert seed_key(-1) == U64(2**64 - 1)
    assert seed_key(2**64 + 5) == seed_key(5)


def law_of(table: AliasTable) -> np.ndarray:
    """The exact law of a table: how many of the 2**64 numbers select each outcome."""
    n, span = len(table.threshold), 2 ** int(table.shift)
    assert n * span == 2**64
    law = [Fraction(0)] * n
    for i in range(n):
        accepted = min(int(table.threshold[i]) + 1, span)  # low <= threshold
        law[i] += Fraction(accepted, 2**64)
        law[int(table.alias[i])] += Fraction(span - accepted, 2**64)
    assert sum(law) == 1
    return np.array([float(p) for p in law])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=70).filter(lambda p: sum(p) > 1e-3))
def test_alias_table_is_exact(weights: list[float]) -> None:
    """The cells of a table add up to the given law, normalised, and give nothing beyond its end."""
    law = law_of(alias_table(np.array(weights)))
    expected = np.zeros(len(law))
    expected[: len(weights)] = np.array(weights) / sum(weights)
    np.testing.assert_allclose(law, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("probability", [1.0, 0.999, 0.5, 0.1, 0.01, 1e-3, 1e-6])
def test_gap_table_is_geometric(probability: float) -> None:
    """Outcome k is k failures and a success; the last outcome is 511 failures."""
    law = law_of(gap_table(probability))
    expected = stats.geom.pmf(np.arange(GAP_TAIL) + 1, probability)
    np.testing.assert_allclose(law[:GAP_TAIL], expected, rtol=0, atol=1e-12)
    assert law[GAP_TAIL] == pytest.approx((1 - probability) ** 511, abs=1e-12)


@settings(deadline=None)  # the first example compiles
@given(st.lists(st.floats(0, 1), min_size=2, max_size=20).filter(lambda p: sum(p) > 1e-3), st.integers(0, 2**64 - 1))
def test_alias_draw_reads_the_table(weights: list[float], bits: int) -> None:
    """The upper bits choose a cell, the rest decides between the cell's outcome and its alias."""
    table = alias_table(np.array(weights))
    cell, rest = bits >> int(table.shift), bits % 2 ** int(table.shift)
    expected = cell if rest <= int(table.threshold[cell]) else int(table.alias[cell])
    assert int(alias_draw(U64(bits), *table)) == expected


def test_alias_draw_has_the_frequencies() -> None:
    """Drawn outcomes are as frequent as the law says."""
    law = np.array([0.5, 0.0, 0.2, 0.25, 0.05])
    drawn = outcomes(along_index(BASE, MANY), *alias_table(law))
    seen = np.bincount(drawn, minlength=8)
    assert seen[1] == seen[5:].sum() == 0
    assert stats.chisquare(seen[law_of(alias_table(law)) > 1e-9], MANY * law[law > 0]).pvalue > UNLIKELY


def test_gaps_leave_independent_coins() -> None:
    """Positions that drawn gaps reach, over rows longer than the table, are coins of the envelope's probability."""
    probability, rows, n = 0.004, 200, 4000
    table = gap_table(probability)
    hits = np.zeros((rows, n), dtype=np.int64)
    for row in range(rows):
        gaps = outcomes(along_index(U64(rng.member_key(BASE, U64(row), U64(1))), 200), *table)
        ends = np.cumsum(np.where(gaps == GAP_TAIL, GAP_TAIL, gaps + 1)) - 1
        positions = ends[gaps != GAP_TAIL]
        assert ends[-1] >= n  # enough gaps for the row
        hits[row, positions[positions < n]] = 1
    total = hits.sum()
    assert stats.binomtest(int(total), rows * n, probability).pvalue > UNLIKELY
    quarters = hits.reshape(rows, 8, -1).sum(axis=(0, 2))
    assert stats.chisquare(quarters).pvalue > UNLIKELY
    spread = hits.sum(axis=1)
    variance = ((spread - n * probability) ** 2).sum() / (n * probability * (1 - probability))
    assert UNLIKELY < stats.chi2.cdf(variance, rows) < 1 - UNLIKELY
