"""The certificate of ``opim`` holds against exact spreads, and its seeds are good."""

import gzip
import itertools
from pathlib import Path

import numpy as np
import pytest

import viralsim as vs
from viralsim.errors import InputError

NETHEPT = Path(__file__).parents[3] / "shared" / "data" / "nethept" / "edges.txt.gz"


def exact_spread(members, edges, chances, seeds):
    """Spread of ``seeds`` by enumerating all live-edge graphs."""
    total = 0.0
    for live in itertools.product((False, True), repeat=len(edges)):
        weight = np.prod([p if on else 1 - p for p, on in zip(chances, live, strict=True)])
        reached, frontier = set(seeds), list(seeds)
        while frontier:
            u = frontier.pop()
            for (a, b), on in zip(edges, live, strict=True):
                if on and a == u and b not in reached:
                    reached.add(b)
                    frontier.append(b)
        total += weight * len(reached)
    return total


@pytest.mark.parametrize("mixed", [False, True])
def test_bounds_hold_against_enumeration(mixed):
    """100 runs on graphs of 6 members and 7 edges, k = 2: both bounds hold in at least 99 (delta is 1 / 100)."""
    held = 0
    for run in range(100):
        rng = np.random.default_rng(run)
        pairs = np.array([(a, b) for a in range(6) for b in range(6) if a != b])
        edges = pairs[rng.choice(len(pairs), 7, replace=False)]
        chances = rng.uniform(0.05, 0.9, 7) if mixed else np.full(7, 0.3)
        network = vs.Network.from_edges(edges[:, 0], edges[:, 1], members=6)
        found = vs.seeding.choose(
            network, "opim", count=2, probability=chances if mixed else 0.3, epsilon=0.2, delta=0.01, seed=run
        )
        spread = {s: exact_spread(6, edges.tolist(), chances, s) for s in itertools.combinations(range(6), 2)}
        own = spread[tuple(sorted(found.members.tolist()))]
        held += found.lower_bound <= own + 1e-9 and max(spread.values()) <= found.upper_bound + 1e-9
        assert found.guarantee == pytest.approx(found.lower_bound / found.upper_bound)
    assert held >= 99


def test_the_middle_of_a_star_comes_first():
    """Two stars: their middles are chosen, the larger first; with probability 1 the spread is everybody."""
    source, target = [0] * 30 + [50] * 18, list(range(1, 31)) + list(range(51, 69))
    network = vs.Network.from_edges(source, target, members=70)
    found = vs.seeding.choose(network, "opim", count=2, probability=1.0)
    assert found.members.tolist() == [0, 50]
    assert found.lower_bound <= 50.0 <= found.upper_bound
    assert found.expected_reach == pytest.approx(50.0, rel=0.1)


def test_the_order_of_edges_changes_nothing():
    """The same follows in another order give the same choice and bounds."""
    rng = np.random.default_rng(4)
    pairs = np.unique(rng.integers(0, 60, (400, 2)), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    mixed = rng.permutation(pairs)
    one = vs.Network.from_edges(pairs[:, 0], pairs[:, 1], members=60)
    two = vs.Network.from_edges(mixed[:, 0], mixed[:, 1], members=60)
    a, b = (vs.seeding.choose(network, "opim", count=5, probability=0.1, seed=3) for network in (one, two))
    np.testing.assert_array_equal(a.members, b.members)
    assert (a.lower_bound, a.upper_bound) == (b.lower_bound, b.upper_bound)


def test_more_members_reach_no_fewer():
    """The best spread is monotone in the number of members: no lower bound exceeds the upper bound of more members."""
    rng = np.random.default_rng(8)
    source = rng.integers(0, 200, 1200)
    target = (source + rng.integers(1, 200, 1200)) % 200
    edges = np.unique(np.column_stack([source, target]), axis=0)
    network = vs.Network.from_edges(edges[:, 0], edges[:, 1], members=200)
    found = [vs.seeding.choose(network, "opim", count=k, probability=0.1) for k in (1, 2, 5, 20)]
    for fewer, more in itertools.pairwise(found):
        assert fewer.lower_bound <= more.upper_bound
        assert fewer.expected_reach < more.expected_reach


@pytest.mark.parametrize(
    "bad",
    [
        {"epsilon": 0.0},
        {"epsilon": 0.7},
        {"delta": 1.0},
        {"delta": "a"},
        {"probability": 1.5},
        {"probability": "x"},
        {"eps": 0.1},
    ],
)
def test_options_out_of_range_are_refused(bad):
    """epsilon, delta, probability and unknown options are checked, each with its bounds."""
    network = vs.Network.from_edges([0, 1], [1, 2], members=3)
    with pytest.raises(InputError):
        vs.seeding.choose(network, "opim", count=1, **bad)


@pytest.mark.skipif(not NETHEPT.exists(), reason="shared/data/nethept is not beside this checkout")
def test_bounds_hold_on_nethept():
    """Weighted cascade, k = 50, epsilon 0.1: guarantee 0.532; the spread of 20,000 worlds lies within the bounds."""
    with gzip.open(NETHEPT, "rt") as stream:
        edges = np.loadtxt(stream, dtype=np.int64, skiprows=1)  # the first line counts members and edges
    both = np.unique(np.concatenate([edges, edges[:, ::-1]]), axis=0)
    both = both[both[:, 0] != both[:, 1]]
    network = vs.Network.from_edges(both[:, 0], both[:, 1])
    found = vs.seeding.choose(network, "opim", count=50, probability="weighted_cascade", epsilon=0.1, seed=2)
    assert found.guarantee >= 1 - 1 / np.e - 0.1
    sizes = vs.classic.independent_cascade(network, found.members, "weighted_cascade", worlds=20_000, seed=9)
    error = sizes.std() / np.sqrt(len(sizes))
    assert found.lower_bound - 4.5 * error <= sizes.mean() <= found.upper_bound + 4.5 * error
    assert found.expected_reach == pytest.approx(sizes.mean(), rel=0.15)
