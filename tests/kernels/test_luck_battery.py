"""The counter-based draws pass a battery of tests along and across their ids, and bad generators do not.

The seeds are fixed. Had they been drawn, all tests of this file together would fail a true generator with a chance of 1e-4.
"""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit
from randomness_battery import TESTS, battery, cells, most
from scipy import stats

from viralsim.kernels import rng as draws
from viralsim.kernels.rng import Stream, name_key, seed_key

U64 = np.uint64
MANY = 1 << 18
POST, PAID = U64(int(Stream.POST)), U64(int(Stream.PAID))
CONTENT, CHANNEL = name_key("teaser"), name_key("instagram")
SEED = U64(seed_key(20))


@njit
def along_draws(n):  # type: ignore[no-untyped-def]
    """The numbers of one post, as its row of followers is shown it."""
    key = draws.member_key(draws.stream_key(draws.world_key(SEED, 0), POST, CONTENT, CHANNEL), 8, 0)
    return np.array([draws.draw(key, i) for i in range(n)])


@njit
def along_members(n):  # type: ignore[no-untyped-def]
    """The first number of the first post of member after member."""
    stream_keys = draws.stream_key(draws.world_key(SEED, 0), POST, CONTENT, CHANNEL)
    return np.array([draws.draw(draws.member_key(stream_keys, v, 0), 0) for v in range(n)])


@njit
def along_posts(n):  # type: ignore[no-untyped-def]
    """Four posts of each member, in turn."""
    stream_keys = draws.stream_key(draws.world_key(SEED, 0), POST, CONTENT, CHANNEL)
    return np.array([draws.member_key(stream_keys, i >> 2, i & 3) for i in range(n)])


@njit
def along_ticks(n):  # type: ignore[no-untyped-def]
    """Four lines of paid impressions at tick after tick."""
    stream_keys = draws.stream_key(draws.world_key(SEED, 0), PAID, CONTENT, CHANNEL)
    return np.array([draws.member_key(stream_keys, i & 3, i >> 2) for i in range(n)])


@njit
def along_worlds(n):  # type: ignore[no-untyped-def]
    """The same decision of the same member in world after world."""
    return np.array(
        [draws.member_key(draws.stream_key(draws.world_key(SEED, w), POST, CONTENT, CHANNEL), 5, 0) for w in range(n)]
    )


@njit
def along_seeds(n):  # type: ignore[no-untyped-def]
    """The same decision in world 0 of seed after seed."""
    return np.array(
        [
            draws.member_key(draws.stream_key(draws.world_key(SEED + U64(s), 0), POST, CONTENT, CHANNEL), 5, 0)
            for s in range(n)
        ]
    )


@njit
def across_members(n):  # type: ignore[no-untyped-def]
    """The numbers of two neighbouring members' posts, in turn."""
    stream_keys = draws.stream_key(draws.world_key(SEED, 0), POST, CONTENT, CHANNEL)
    keys = draws.member_key(stream_keys, 8, 0), draws.member_key(stream_keys, 9, 0)
    return np.array([draws.draw(keys[i & 1], i >> 1) for i in range(n)])


@njit
def across_worlds(n):  # type: ignore[no-untyped-def]
    """A thousand members in five hundred worlds, world by world."""
    out = np.empty(n, dtype=np.uint64)
    for i in range(n):
        stream_keys = draws.stream_key(draws.world_key(SEED, i >> 10), POST, CONTENT, CHANNEL)
        out[i] = draws.member_key(stream_keys, i & 1023, 0)
    return out


@njit
def across_streams(n):  # type: ignore[no-untyped-def]
    """Sixteen streams of one world, in turn, member by member."""
    out = np.empty(n, dtype=np.uint64)
    for i in range(n):
        stream_keys = draws.stream_key(draws.world_key(SEED, 0), U64(i & 15), CONTENT, CHANNEL)
        out[i] = draws.member_key(stream_keys, i >> 4, 0)
    return out


@njit
def across_contents(n):  # type: ignore[no-untyped-def]
    """Two contents on two channels, swapped names included, in turn."""
    out = np.empty(n, dtype=np.uint64)
    for i in range(n):
        first, second = (CONTENT, CHANNEL) if i & 1 else (CHANNEL, CONTENT)
        stream_keys = draws.stream_key(draws.world_key(SEED, 0), POST, first, second if i & 2 else first)
        out[i] = draws.member_key(stream_keys, i >> 2, 0)
    return out


WALKS = (
    along_draws, along_members, along_posts, along_ticks, along_worlds, along_seeds,
    across_members, across_worlds, across_streams, across_contents,
)  # fmt: skip
P_VALUES = 25  # of one walk
FAILURES = 1e-4 / (2 * P_VALUES * len(WALKS) + 64)  # of one tail of one p-value; the rest is for the tests of bits


@pytest.mark.parametrize("walk", WALKS, ids=lambda f: f.py_func.__name__)
def test_every_walk_through_the_ids_passes(walk) -> None:  # type: ignore[no-untyped-def]
    """Along and across draws, members, posts, ticks, worlds, seeds, streams, contents: no test is at either end."""
    words = walk(MANY)
    assert words.dtype == np.uint64
    found = battery(words)
    assert len(found) == P_VALUES
    assert {name: p for name, p in found.items() if not FAILURES < p < 1 - FAILURES} == {}


def lattice(n):  # type: ignore[no-untyped-def]
    """A Weyl sequence without a finaliser."""
    return np.arange(n, dtype=np.uint64) * draws.GOLDEN


def congruential(n):  # type: ignore[no-untyped-def]
    """Knuth's linear congruential generator of 64 bits, whose lower bits have short periods."""
    out, x = np.empty(n, dtype=np.uint64), 1
    for i in range(n):
        x = (x * 6364136223846793005 + 1442695040888963407) % 2**64
        out[i] = x
    return out


def half_mixed(n):  # type: ignore[no-untyped-def]
    """One round of the finaliser instead of its three."""
    z = lattice(n)
    return (z ^ (z >> U64(30))) * U64(0xBF58476D1CE4E5B9)


def echo(n):  # type: ignore[no-untyped-def]
    """Good numbers, one in a hundred of which comes again 701 places on."""
    out = along_draws(n)
    first = np.arange(0, n - 701, 100)
    out[first + 701] = out[first]
    return out


def too_even(n):  # type: ignore[no-untyped-def]
    """Upper halves that go round the unit interval evenly, in a mixed order."""
    steps = np.random.default_rng(1).permutation(n).astype(np.uint64) << U64(64 - 18)
    return steps | along_draws(n) >> U64(18)


@pytest.mark.parametrize("bad", [lattice, congruential, half_mixed, echo, too_even], ids=lambda f: f.__name__)
def test_the_battery_finds_bad_generators(bad) -> None:  # type: ignore[no-untyped-def]
    """Generators with a known fault fail at the same bounds, so that passing means something."""
    found = battery(bad(MANY))
    assert any(not FAILURES < p < 1 - FAILURES for p in found.values())


def test_the_battery_does_not_cry_wolf() -> None:
    """Each p-value is uniform over 30 streams of another generator (PCG64), so that the bounds mean what they say."""
    streams = [np.random.default_rng(s).integers(0, 2**64, 1 << 15, dtype=np.uint64) for s in range(30)]
    for test in TESTS:
        for values in np.array([np.atleast_1d(test(words)) for words in streams]).T:
            assert stats.kstest(values, "uniform").pvalue > FAILURES


@njit
def streams_used(seed, world, stream, content, channel, member, number, i):  # type: ignore[no-untyped-def]
    """A number from all of its ids."""
    stream_keys = draws.stream_key(draws.world_key(seed, world), stream, content, channel)
    return draws.draw(draws.member_key(stream_keys, member, number), i)


@njit
def flips(ids, which, bit):  # type: ignore[no-untyped-def]
    """How often each bit of the number changes when one bit of one id does: int64[64], over rows of ids."""
    changed = np.zeros(64, dtype=np.int64)
    for row in range(len(ids)):
        a = ids[row].copy()
        before = streams_used(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7])
        a[which] ^= np.uint64(1) << np.uint64(bit)
        moved = before ^ streams_used(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7])
        for b in range(64):
            changed[b] += (moved >> np.uint64(b)) & np.uint64(1)
    return changed


WIDTHS = (64, 31, 4, 64, 64, 31, 16, 31)  # bits in use: seed, world, stream, content, channel, member, post, index


def test_one_bit_of_an_id_changes_half_of_the_number() -> None:
    """Avalanche: of any of the 305 bits of the ids, each of the 64 bits of the number changes in half of the cases."""
    rng = np.random.default_rng(9)
    rows = 4000
    ids = np.stack([rng.integers(0, 2**width, rows, dtype=np.uint64) for width in WIDTHS], axis=1)
    ids[: rows // 2, [1, 5, 6, 7]] >>= U64(12)  # small worlds, members, posts and indices as runs have them
    changed = np.array([flips(ids, w, b) for w, width in enumerate(WIDTHS) for b in range(width)])
    assert changed.shape == (sum(WIDTHS), 64)
    assert most((changed - rows / 2) / np.sqrt(rows / 4)) > FAILURES
    total = rows * sum(WIDTHS)
    assert most((changed.sum(axis=0) - total / 2) / np.sqrt(total / 4)) > FAILURES


@pytest.mark.parametrize("probability", [0.3, 0.02])
def test_gap_draws_are_unrelated_from_post_to_post(probability: float) -> None:
    """Who is shown a post tells nothing of who is shown the neighbour's, or the same in the next world: 2 x 2 tables."""
    n = 1 << 17
    coins = [upper_below(walk, n, probability) for walk in (0, 1, 2)]
    for other in coins[1:]:
        together = np.bincount(2 * coins[0] + other, minlength=4)
        law = np.outer([1 - probability, probability], [1 - probability, probability]).ravel()
        assert cells(together, law) > FAILURES


def upper_below(which: int, n: int, probability: float) -> np.ndarray:
    """Coins of a post (0), of the next member's post (1), of the same post in the next world (2)."""
    words = row_of_post(U64(1 if which == 2 else 0), U64(9 if which == 1 else 8), n)
    return ((words >> U64(32)) * 2.0**-32 < probability).astype(int)


@njit
def row_of_post(world, member, n):  # type: ignore[no-untyped-def]
    """The numbers 0 to n - 1 of the first post of a member."""
    key = draws.member_key(draws.stream_key(draws.world_key(SEED, world), POST, CONTENT, CHANNEL), member, 0)
    return np.array([draws.draw(key, i) for i in range(n)])
