"""Screens of many posts and memories: exact against an obvious loop, the one-screen model as a limit, Weng's facts."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import viralsim as vs
from viralsim.classic import Memory, Screen, limited_attention
from viralsim.errors import InputError
from viralsim.kernels.rng import (
    Stream,
    below,
    draw,
    member_key,
    name_key,
    seed_key,
    stream_key,
    unit,
    unit_low,
    world_key,
)

COLUMNS = ("world", "popularity", "born", "last")


def random_network(members, follows, seed):
    """A simple directed network in which any pair may follow."""
    rng = np.random.default_rng(seed)
    edges = rng.choice(members * (members - 1), follows, replace=False)
    source, target = edges // (members - 1), edges % (members - 1)
    return vs.Network.from_edges(source, target + (target >= source), members=members)


def naive(network, mu, actions, screen, memory, world, seed):
    """(popularity, born, last, displaced) of one world by lists of posts, newest first, on the same draws."""
    base = np.uint64(world_key(seed_key(seed), np.int64(world)))
    key, family = (
        np.uint64(stream_key(base, int(Stream.CLASSIC), name_key("limited_attention"), np.uint64(b))) for b in (0, 1)
    )
    n = network.members
    memory = memory or Memory(recall=0.0)
    popularity, born, last = [0] * n, [-1] * n, [-1] * n
    screens = [[(0, v)] if screen.own else [] for v in range(n)]
    memories = [[] for _ in range(n)]
    displaced = 0

    def young(posts, window, j):
        return [(at, meme) for at, meme in posts if j - at <= window * n]

    for j in range(actions):
        bits = np.uint64(draw(key, j))
        u = int(below(bits, n))
        mine = np.uint64(member_key(family, j, 0))
        turn = iter(np.uint64(draw(mine, number)) for number in range(10**6))
        if unit_low(bits) < mu:
            chosen = [len(popularity)]
            popularity.append(0)
            born.append(j)
            last.append(j)
        else:
            posts, chosen, place = young(screens[u], screen.window, j), [], 0
            while True:
                log = math.log1p(-screen.attention) if screen.attention < 1 else -math.inf
                place += int(min(math.log1p(-float(unit(next(turn)))) / log, 10**9))
                if place >= len(posts):
                    break
                chosen.append(posts[place][1])
                place += 1
            kept = young(memories[u], memory.window, j)
            if kept and memory.recall > 0:
                for k in range(len(chosen)):
                    bits = next(turn)
                    if unit_low(bits) < memory.recall:
                        chosen[k] = kept[int(below(bits, len(kept)))][1]
        for meme in chosen:
            popularity[meme] += 1
            last[meme] = j
            memories[u] = [(j, meme), *memories[u]][: memory.size]
            readers = [int(v) for v in network.followers[network.indptr[u] : network.indptr[u + 1]]]
            for v in ([u] if screen.own else []) + readers:
                displaced += len(young(screens[v], screen.window, j)[screen.size - 1 :])
                screens[v] = [(j, meme), *screens[v]][: screen.size]
    return popularity, born, last, displaced


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    members=st.integers(2, 25),
    density=st.floats(0.05, 1.0),
    mu=st.sampled_from([0.05, 0.3, 0.9]),
    screen=st.builds(
        Screen,
        size=st.integers(1, 12),
        window=st.sampled_from([0.3, 1.0, 4.0, math.inf]),
        attention=st.sampled_from([0.02, 0.3, 0.9, 1.0]),
        own=st.booleans(),
    ),
    memory=st.none()
    | st.builds(
        Memory,
        recall=st.sampled_from([0.0, 0.4, 1.0]),
        size=st.integers(1, 8),
        window=st.sampled_from([0.5, 2.0, math.inf]),
    ),
    seed=st.integers(0, 10**6),
)
def test_every_meme_is_that_of_the_obvious_loop(members, density, mu, screen, memory, seed):
    """Popularity, birth, last broadcast and displaced posts agree exactly, for any rules, in two worlds."""
    network = random_network(members, int(density * members * (members - 1)), seed)
    found = limited_attention(network, mu, 150, worlds=[0, 7], seed=seed, screen=screen, memory=memory, threads=1)
    for i, world in enumerate((0, 7)):
        mine = found.world == world
        *expected, displaced = naive(network, mu, 150, screen, memory, world, seed)
        for column, truth in zip(COLUMNS[1:], expected, strict=True):
            np.testing.assert_array_equal(getattr(found, column)[mine], truth)
        assert found.displaced[i] == displaced


def test_one_place_and_full_attention_is_the_one_screen_model():
    """One place, no end, attention 1, own posts on it: number for number the model of Gleeson and others."""
    network = random_network(60, 400, 1)
    one = limited_attention(network, 0.1, 5000, worlds=3)
    limit = limited_attention(network, 0.1, 5000, worlds=3, screen=Screen(1, math.inf, 1.0, own=True))
    for column in COLUMNS:
        np.testing.assert_array_equal(getattr(one, column), getattr(limit, column))


def test_threads_and_company_change_nothing():
    """A world is the same on one thread, on two, and alone."""
    network = random_network(40, 300, 2)
    rules = {"screen": Screen(10, 1.0, 0.2), "memory": Memory()}
    one = limited_attention(network, 0.3, 1000, worlds=8, threads=1, **rules)
    two = limited_attention(network, 0.3, 1000, worlds=8, threads=2, **rules)
    alone = limited_attention(network, 0.3, 1000, worlds=[6], **rules)
    for column in COLUMNS:
        np.testing.assert_array_equal(getattr(one, column), getattr(two, column))
        np.testing.assert_array_equal(getattr(one, column)[one.world == 6], getattr(alone, column))
    assert two.displaced[6] == alone.displaced[0] > 0


def test_default_draws_are_unchanged():
    """The one-screen model has the memes it had before there were rules: popularity of the first inventions, pinned."""
    found = limited_attention(random_network(20, 100, 5), 0.2, 200)
    assert found.popularity[20:44].tolist() == [
        1, 1, 2, 26, 1, 3, 2, 7, 1, 16, 1, 1, 4, 2, 4, 8, 1, 16, 1, 1, 1, 1, 8, 6,
    ]  # fmt: skip
    assert found.born[20:28].tolist() == [5, 8, 11, 19, 25, 26, 27, 35]
    assert (found.displaced == 0).all()


def test_a_memory_alone_has_the_screen_of_the_default():
    """A memory without a screen is taken with the published screen."""
    network = random_network(50, 500, 3)
    found = limited_attention(network, 0.45, 3000, memory=Memory())
    given_both = limited_attention(network, 0.45, 3000, screen=Screen(), memory=Memory())
    np.testing.assert_array_equal(found.popularity, given_both.popularity)


@pytest.mark.parametrize(
    "bad",
    [
        {"screen": Screen(size=0)},
        {"screen": Screen(window=0)},
        {"screen": Screen(window=math.nan)},
        {"screen": Screen(attention=0)},
        {"screen": Screen(attention=1.1)},
        {"screen": 3},
        {"memory": Memory(recall=-0.1)},
        {"memory": Memory(size=0)},
        {"memory": Memory(window=-1)},
        {"memory": Screen()},
    ],
)
def test_what_is_out_of_range_is_refused(bad):
    """Sizes from 1, windows above 0, attention in (0, 1], recall in [0, 1], and nothing but screens and memories."""
    with pytest.raises(InputError):
        limited_attention(random_network(10, 20, 0), 0.1, 10, **bad)


MEMBERS, FOLLOWS, ROUNDS, BUDGET = 6000, 30, 60, 0.04  # BUDGET: attention x window, how often a post is attended to


@pytest.fixture(scope="module")
def networks():
    """Followers in equal chances, and by a heavy tail of exponent 2.3; followings in equal chances in both."""
    rng = np.random.default_rng(3)
    weights = np.minimum(rng.pareto(1.3, MEMBERS) + 1, 80)
    found = {}
    for name, chance in (("even", None), ("heavy", weights / weights.sum())):
        source = rng.choice(MEMBERS, MEMBERS * FOLLOWS, p=chance)
        edges = np.unique(source * MEMBERS + rng.integers(0, MEMBERS, MEMBERS * FOLLOWS))
        edges = edges[edges // MEMBERS != edges % MEMBERS]
        found[name] = vs.Network.from_edges(edges // MEMBERS, edges % MEMBERS, members=MEMBERS)
    return found


def competition(network, window, **more):
    """(popularity, lifetime in rounds) of the memes of the middle of a run: the same looks per turn, more or fewer posts."""
    rules = {"screen": Screen(max(200, int(150 * window)), window, BUDGET / window), "memory": Memory(), **more}
    found = limited_attention(network, 0.45, MEMBERS * ROUNDS, seed=2, **rules)
    assert found.displaced[0] == 0
    middle = (found.born >= MEMBERS * 10) & (found.born < MEMBERS * ROUNDS * 3 // 4)
    return found.popularity[middle], (found.last - found.born)[middle] / MEMBERS


def test_mean_popularity_is_that_of_its_branching(networks):
    """A post is answered z (1 - mu) attention x window = 0.66 times, so a meme is posted 1 / 0.34 = 2.94 times; memory
    moves posts from meme to meme and leaves their number. 4.5 standard errors of a run (10 seeds: 0.0117) are 0.053.
    """
    z = networks["even"].follows / MEMBERS
    for memory in (Memory(), None):
        popularity, _ = competition(networks["even"], 1.0, memory=memory)
        assert popularity.mean() == pytest.approx(1 / (1 - z * 0.55 * BUDGET), abs=0.053)


def test_memes_without_quality_differ_by_orders_of_magnitude(networks):
    """Weng et al.: competition and a network suffice. Heavy-tailed followers make the tail heavier than even ones do."""
    heavy, _ = competition(networks["heavy"], 1.0)
    even, _ = competition(networks["even"], 1.0)
    assert np.median(heavy) == np.median(even) == 1
    assert heavy.max() > 300 > 150 > even.max()
    assert (heavy >= 100).mean() > 10 * (even >= 100).mean()
    assert heavy.mean() == pytest.approx(even.mean(), rel=0.1)


def test_the_window_sets_how_long_memes_live(networks):
    """Weng et al.: short screens leave hardly a long-lived meme; too long ones, fewer popular memes in the same time."""
    popular, alive = {}, {}
    for window in (0.1, 1.0, 20.0):
        popularity, lifetime = competition(networks["heavy"], window)
        popular[window], alive[window] = (popularity >= 30).mean(), (lifetime > 2).mean()
    assert 10 * alive[0.1] < alive[1.0]
    assert alive[1.0] < alive[20.0] / 3
    assert popular[20.0] < popular[1.0] / 1.5


def test_popular_memes_are_those_that_lived(networks):
    """Popularity goes with lifetime: memes that outlived two rounds are far more popular than the rest."""
    popularity, lifetime = competition(networks["heavy"], 1.0)
    assert popularity[lifetime > 2].mean() > 10 * popularity[lifetime <= 2].mean()
