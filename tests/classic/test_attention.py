"""Limited attention: exact bookkeeping against an obvious loop, and the laws of Gleeson et al. 2014."""

import numpy as np
import pytest

import viralsim as vs
from viralsim.classic.attention import limited_attention
from viralsim.errors import CapacityError, InputError
from viralsim.kernels.rng import Stream, below, draw, name_key, seed_key, stream_key, unit_low, world_key


def ring(members, z):
    """Each member is followed by the z next ones: z followers and z followings each."""
    source = np.repeat(np.arange(members), z)
    return vs.Network.from_edges(source, (source + np.tile(np.arange(1, z + 1), members)) % members, members=members)


def random_out_in(members, z, seed):
    """z followers and z followings each, by z random permutations mended where they meet themselves or each other."""
    rng = np.random.default_rng(seed)
    source = np.tile(np.arange(members), z)
    target = np.concatenate([rng.permutation(members) for _ in range(z)])
    while True:
        edges = source * members + target
        _, first = np.unique(edges, return_index=True)
        wrong = np.ones(len(edges), bool)
        wrong[first] = False
        wrong |= source == target
        if not wrong.any():
            return vs.Network.from_edges(source, target, members=members)
        others = rng.integers(0, len(edges), wrong.sum())
        for i, j in zip(np.flatnonzero(wrong), others, strict=True):
            target[i], target[j] = target[j], target[i]


def naive(network, mu, actions, world, seed):
    """(popularity, born, last) of one world by dictionaries, on the same draws."""
    base = np.uint64(world_key(seed_key(seed), np.int64(world)))
    key = np.uint64(stream_key(base, int(Stream.CLASSIC), name_key("limited_attention"), np.uint64(0)))
    n = network.members
    screen = list(range(n))
    popularity, born, last = dict.fromkeys(range(n), 0), dict.fromkeys(range(n), -1), dict.fromkeys(range(n), -1)
    for j in range(actions):
        bits = np.uint64(draw(key, np.int64(j)))
        u = int(below(bits, n))
        meme = screen[u]
        if unit_low(bits) < mu:
            meme = len(popularity)
            popularity[meme], born[meme] = 0, j
        popularity[meme] += 1
        last[meme] = j
        for v in (u, *network.followers[network.indptr[u] : network.indptr[u + 1]]):
            screen[int(v)] = meme
    return [np.array(list(table.values())) for table in (popularity, born, last)]


def test_every_meme_is_that_of_the_obvious_loop():
    """Popularity, birth and last broadcast of each meme agree exactly, in each of three worlds."""
    network = random_out_in(30, 4, 3)
    found = limited_attention(network, 0.2, 400, worlds=[0, 5, 9], seed=7)
    for world in (0, 5, 9):
        mine = found.world == world
        expected = naive(network, 0.2, 400, world, 7)
        for column, truth in zip((found.popularity, found.born, found.last), expected, strict=True):
            np.testing.assert_array_equal(column[mine], truth)


def test_every_action_is_one_broadcast():
    """Popularities add up to the actions in each world; births ascend; none is last seen before its birth."""
    found = limited_attention(ring(50, 3), 0.1, 2000, worlds=4)
    for world in range(4):
        mine = found.world == world
        assert found.popularity[mine].sum() == 2000
        assert (np.diff(found.born[mine][50:]) > 0).all()
        assert (found.last[mine][50:] >= found.born[mine][50:]).all()
        assert (found.popularity[mine][50:] >= 1).all()


def test_only_inventors_make_every_meme_popular_once():
    """mu = 1: each action is a new meme that is broadcast once."""
    found = limited_attention(ring(10, 2), 1.0, 300)
    assert (found.popularity[10:] == 1).all()
    assert (len(found), found.popularity[:10].sum()) == (310, 0)


def test_threads_and_company_change_nothing():
    """A world is the same on one thread, on two, and alone."""
    network = ring(40, 3)
    one = limited_attention(network, 0.1, 500, worlds=8, threads=1)
    two = limited_attention(network, 0.1, 500, worlds=8, threads=2)
    alone = limited_attention(network, 0.1, 500, worlds=[6])
    for column in ("world", "popularity", "born", "last"):
        np.testing.assert_array_equal(getattr(one, column), getattr(two, column))
        np.testing.assert_array_equal(getattr(one, column)[one.world == 6], getattr(alone, column))


def test_the_size_law_is_that_of_gleeson_and_others():
    """z = 10, mu = 0.1, 3,000 members, memes of the middle half of 400 rounds: mean 10, and the law of their theory.

    The theory gives P1 0.3910, P2 0.1499, P(>= 10) 0.1923, P(>= 100) 0.01684; a member's own screen and those of their
    followers are renewed together, so that its mean field is about 0.015 off at P1. Tolerances: 0.02 and 0.006.
    """
    members, rounds = 3000, 400
    found = limited_attention(random_out_in(members, 10, 11), 0.1, members * rounds, worlds=4, seed=5)
    middle = (found.born >= members * rounds // 4) & (found.born < members * rounds * 3 // 4)
    popularity = found.popularity[middle]
    assert popularity.mean() == pytest.approx(10.0, abs=0.1)
    assert (popularity == 1).mean() == pytest.approx(0.3910, abs=0.02)
    assert (popularity == 2).mean() == pytest.approx(0.1499, abs=0.006)
    assert (popularity >= 10).mean() == pytest.approx(0.1923, abs=0.006)
    assert (popularity >= 100).mean() == pytest.approx(0.01684, abs=0.006)


@pytest.mark.parametrize("bad", [{"mu": 0.0}, {"mu": 1.5}, {"mu": float("nan")}, {"actions": 0}, {"actions": 2.5}])
def test_what_is_out_of_range_is_refused(bad):
    """mu must be in (0, 1], actions a whole number from 1."""
    with pytest.raises(InputError):
        limited_attention(ring(10, 2), **{"mu": 0.1, "actions": 10, **bad})


def test_memes_must_fit_the_screens():
    """Screens hold 32-bit numbers: more actions than that are refused before anything is allocated."""
    with pytest.raises(CapacityError):
        limited_attention(ring(10, 2), 0.1, 2**31)
