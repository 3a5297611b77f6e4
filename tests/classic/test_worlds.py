"""The classic models as functions of a world's number: alone or among many, on one thread or several."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from law_engines import assert_law, of_edges, random_graph
from scipy.stats import binom

from viralsim import classic
from viralsim.classic import subset_sampling
from viralsim.classic.arguments import COIN_BITS
from viralsim.classic.cascade_kernels import cascade_by_groups
from viralsim.classic.subset_sampling import (
    BEGIN_SHIFT,
    BUNDLE,
    BUNDLES_MASK,
    BUNDLES_SHIFT,
    CLASS_BITS,
    CLASS_MASK,
    GROUPS_FOLLOW,
    SIZE_MASK,
    GroupedRows,
    gap_tables,
    group_rows,
    kept_rows,
)
from viralsim.errors import NetworkError
from viralsim.population.network.network import Network


@cache
def network() -> Network:
    return random_graph(2000, 4.0, seed=21)


@cache
def mixed() -> np.ndarray:
    return np.random.default_rng(2).uniform(0, 0.6, network().edge_position.size)


MODELS: dict[str, Callable[..., np.ndarray]] = {
    "cascade": lambda **how: classic.independent_cascade(network(), [0, 1], 0.25, **how),
    "cascade by edge": lambda **how: classic.independent_cascade(network(), [0, 1], mixed(), **how),
    "weighted cascade": lambda **how: classic.independent_cascade(network(), [0, 1], "weighted_cascade", **how),
    "threshold": lambda **how: classic.linear_threshold(network(), [0, 1], **how),
    "contagion": lambda **how: classic.complex_contagion(network(), [0, 1], "uniform", **how),
    "sir": lambda **how: classic.sir(network(), [0, 1], 0.2, 0.5, 20, **how),
    "rumour": lambda **how: classic.maki_thompson(network(), [0, 1], **how),
    "rumour, mixing": lambda **how: classic.maki_thompson(members=500, **how),
    "bass": lambda **how: classic.bass(500, 0.05, 0.4, 20, **how),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_world_is_a_function_of_its_number(name: str) -> None:
    """Threads, company and order change no world; another seed does."""
    model = MODELS[name]
    worlds = model(worlds=300, seed=5, threads=1)
    assert np.array_equal(worlds, model(worlds=300, seed=5, threads=3))
    assert np.array_equal(worlds[[17]], model(worlds=[17], seed=5))
    assert np.array_equal(worlds[[250, 3]], model(worlds=[250, 3], seed=5))
    assert not np.array_equal(worlds, model(worlds=300, seed=6))
    assert len(np.unique(worlds, axis=0)) > 10


def test_a_seed_for_each_world() -> None:
    """With seeds [worlds, k] world i starts from row i and is otherwise the world it was."""
    seeds = np.random.default_rng(3).integers(0, 2000, (40, 2))
    rows = classic.independent_cascade(network(), seeds, 0.25, worlds=40)
    alone = [classic.independent_cascade(network(), seeds[w], 0.25, worlds=[w])[0] for w in range(40)]
    assert rows.tolist() == alone


@pytest.mark.parametrize("probability", [0.1, "weighted_cascade"])
def test_another_seed_never_loses_a_member(probability: float | str) -> None:
    """Cascades share their luck: more seeds reach no fewer in every single world, and at most the sum."""
    one, two, both = (
        classic.independent_cascade(network(), seeds, probability, worlds=300) for seeds in ([5], [9], [5, 9])
    )
    assert (both >= np.maximum(one, two)).all()
    assert (both <= one + two).all()
    assert (both > one).any()


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_certain_edges(probability: float) -> None:
    """Probability 0 reaches nobody, 1 everybody who can be reached, given once or for each edge."""
    path = of_edges([(u, u + 1) for u in range(2000)])
    size = 1 + 2000 * int(probability)
    assert (classic.independent_cascade(path, [0], probability, worlds=20) == size).all()
    assert (classic.independent_cascade(path, [0], np.full(2000, probability), worlds=20) == size).all()
    assert (classic.sir(path, [0], probability, 1.0, 2001, worlds=5)[:, -1, 2] == size).all()


def test_mixed_probabilities_have_the_law_of_independent_coins() -> None:
    """A star with probabilities from 0.0001 to 1: its size has the exact law of a sum of unequal coins."""
    chance = np.concatenate([np.geomspace(1e-4, 0.4, 300), [1.0, 0.7, 0.5, 0.25, 0.0]])
    star = of_edges([(0, v + 1) for v in range(len(chance))])
    law = np.ones(1)
    for p in chance:
        law = np.convolve(law, [1 - p, p])
    sizes = classic.independent_cascade(star, [0], chance, worlds=100_000)
    assert_law(sizes - 1, law[:60])


def test_bundles_and_groups_of_a_row_are_independent() -> None:
    """A star whose row holds two bundles and a group: its size has the exact law of independent coins."""
    chance = np.array([0.5] * 5 + [0.05] * 30)
    star = of_edges([(0, v + 1) for v in range(len(chance))])
    law = np.ones(1)
    for p in chance:
        law = np.convolve(law, [1 - p, p])
    assert_law(classic.independent_cascade(star, [0], chance, worlds=100_000) - 1, law)


def law_of_bundle(cells: list[int]) -> np.ndarray:
    """The probability of every outcome under the alias table of a bundle, as ``cascade_kernels`` reads it."""
    size = len(cells).bit_length() - 1
    law = np.zeros(len(cells))
    for outcome, cell in enumerate(cells):
        own = (cell >> size) / 2.0 ** (32 - size)
        law[outcome] += own
        law[cell & (len(cells) - 1)] += 1.0 - own
    return law / len(cells)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.sampled_from([0.0, 1.0, 0.5, 0.25, 0.1, 0.01, 1e-9]), st.floats(0, 1)), min_size=1, max_size=150
    )
)
def test_rows_keep_every_probability(probability: list[float]) -> None:
    """Bundles have the law of independent coins, and what is impossible stays so; in groups, envelope times acceptance is the
    probability of each edge; edges that cannot be live are left out, no other."""
    chance = np.array(probability)
    followers = np.arange(1, len(chance) + 1, dtype=np.int32)
    row, words = group_rows(np.array([0, len(chance)], dtype=np.int64), followers, chance)
    e, end = (int(place >> BEGIN_SHIFT) for place in row)
    assert (e, end) == (0, len(words))
    seen, size = [], int(row[0] & SIZE_MASK)
    for _ in range(int(row[0] >> BUNDLES_SHIFT & BUNDLES_MASK)):
        cells, members = words[e : e + 2**size].tolist(), words[e + 2**size : e + 2**size + size].tolist()
        law = np.ones(1)
        for v in members:  # bit i of an outcome is edge i, so later edges are the higher bits
            law = np.outer([1.0 - chance[v - 1], chance[v - 1]], law).ravel()
        assert law_of_bundle(cells) == pytest.approx(law, abs=2.0 ** (size - 33))
        assert not law_of_bundle(cells)[law == 0.0].any()
        seen += members
        e, size = e + 2**size + size, BUNDLE
    assert bool(row[0] & GROUPS_FOLLOW) == (e < end)
    while e < end:
        b, length = int(words[e] & CLASS_MASK), int(words[e]) >> CLASS_BITS
        for accept, v in words[e + 1 : e + 1 + 2 * length].reshape(-1, 2).tolist():
            assert accept / 2**COIN_BITS * 2.0**-b == pytest.approx(chance[v - 1], abs=2.0 ** -(COIN_BITS + b))
            seen.append(v)
        e += 1 + 2 * length
    assert sorted(seen) == (np.flatnonzero(chance > 0) + 1).tolist()


def test_unlikely_edges_keep_their_probability() -> None:
    """Chances of 1e-9 and more in groups, to the last bit that a coin under their envelope has."""
    chance = np.array([1e-9] * 9 + [3e-8] * 5 + [2.0**-19] * 20)
    followers = np.arange(1, len(chance) + 1, dtype=np.int32)
    row, words = group_rows(np.array([0, len(chance)], dtype=np.int64), followers, chance)
    assert not int(row[0] >> BUNDLES_SHIFT & BUNDLES_MASK)
    e, seen = 0, 0
    while e < len(words):
        b, length = int(words[e] & CLASS_MASK), int(words[e]) >> CLASS_BITS
        for accept, v in words[e + 1 : e + 1 + 2 * length].reshape(-1, 2).tolist():
            assert accept / 2**COIN_BITS * 2.0**-b == pytest.approx(chance[v - 1], abs=2.0 ** -(COIN_BITS + b), rel=0)
        e, seen = e + 1 + 2 * length, seen + length
    assert seen == len(chance)


def test_rows_are_kept_for_the_next_call_and_only_for_the_same_chances() -> None:
    """The same chances find the rows of the call before; others, also those changed in place, get their own."""
    star = of_edges([(0, v + 1) for v in range(9)])
    chance = np.full(9, 0.5)
    rows = kept_rows(star, chance)
    assert kept_rows(star, np.full(9, 0.5)) is rows
    assert kept_rows(of_edges([(0, v + 1) for v in range(9)]), chance) is not rows
    chance[3] = 0.0
    without = kept_rows(star, chance)
    fresh = group_rows(star.indptr, star.followers, chance)
    assert np.array_equal(without.row, fresh[0])
    assert np.array_equal(without.words, fresh[1])
    assert classic.independent_cascade(star, [0], np.ones(9), worlds=3).tolist() == [10] * 3
    assert classic.independent_cascade(star, [0], np.zeros(9), worlds=3).tolist() == [1] * 3
    classic.independent_cascade(star, [0], np.ones(9), worlds=1)
    star.followers[1:] = star.followers[0]  # who changes a network under our hands gets what they ask for, too
    assert classic.independent_cascade(star, [0], np.ones(9), worlds=3).tolist() == [2] * 3


def test_a_row_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subset_sampling, "LONGEST_ROW", 8)
    with pytest.raises(NetworkError, match="a member has 9 followers"):
        classic.independent_cascade(of_edges([(0, v + 1) for v in range(9)]), [0], "weighted_cascade")


@pytest.mark.parametrize("p", [0.6, 0.3, 0.04, 0.001, 2.0**-12])
def test_gaps_of_every_envelope_are_geometric(p: float) -> None:
    """A star under one envelope: the number of live edges is binomial, whichever class it falls into."""
    leaves = 3000
    star = of_edges([(0, v + 1) for v in range(leaves)])
    rows = GroupedRows(*group_rows(star.indptr, star.followers, np.full(leaves, p)))
    sizes = np.zeros(20_000, dtype=np.int64)
    luck = (np.uint64(3), np.arange(20_000))
    scratch = (np.zeros(leaves // 64 + 1, dtype=np.uint64), np.empty(leaves + 2, dtype=np.int32))
    cascade_by_groups(rows, gap_tables(), np.zeros((1, 1), dtype=np.int64), luck, 0, 20_000, scratch, sizes)
    assert_law(sizes - 1, binom.pmf(np.arange(leaves + 1), leaves, p))
    assert not scratch[0].any()


@pytest.mark.parametrize(("n", "p"), [(5, 0.3), (30, 0.9), (40, 0.5), (1000, 0.02), (100_000, 0.0004), (10**7, 0.3)])
def test_binomial_numbers_are_binomial(n: int, p: float) -> None:
    """The adopters of one tick, drawn by search or by rejection, few or many, have the binomial law."""
    found = classic.bass(n, -np.log1p(-p), 0.0, 1, worlds=20_000)[:, 1]
    low = int(binom.ppf(1e-9, n, p))
    law = binom.pmf(np.arange(low, int(binom.ppf(1 - 1e-9, n, p)) + 1), n, p)
    assert_law(found - low, law)


def test_sir_counts_everyone_in_every_tick() -> None:
    """S + I + R is the number of members; S never grows, R never shrinks; SI is SIR without recovery."""
    counts = classic.sir(network(), [0, 1], 0.2, 0.3, 40, worlds=100)
    assert (counts.sum(axis=2) == 2000).all()
    assert (np.diff(counts[:, :, 0], axis=1) <= 0).all()
    assert (np.diff(counts[:, :, 2], axis=1) >= 0).all()
    si = classic.si(network(), [0, 1], 0.2, 40, worlds=100)
    assert np.array_equal(si, classic.sir(network(), [0, 1], 0.2, 0.0, 40, worlds=100)[:, :, :2])
    assert (si.sum(axis=2) == 2000).all()


def test_contagion_stops_at_its_horizon() -> None:
    """``ticks`` is the last tick at which anyone adopts; sizes count the adopters until then."""
    path = of_edges([(u, u + 1) for u in range(9)])
    moments = classic.complex_contagion(path, [0], 1, worlds=1, ticks=4, adoption_tick=True)
    assert moments.tolist() == [[0, 1, 2, 3, 4, -1, -1, -1, -1, -1]]
    for ticks, size in ((0, 1), (4, 5), (9, 10), (20, 10)):
        assert classic.complex_contagion(path, [0], 1, worlds=1, ticks=ticks).tolist() == [size]


def test_a_fraction_is_of_those_followed() -> None:
    """Half of three is two, a third of three is one, and a fraction of 0 still takes one adopter."""
    star = of_edges([(0, 3), (1, 3), (2, 3), (3, 4)])
    for fraction, seeds, size in (
        (0.5, [0], 1), (0.5, [0, 1], 4), (1 / 3, [0], 3), (1.0, [0, 1], 2), (1.0, [0, 1, 2], 5), (0.0, [0], 3),
    ):  # fmt: skip
        assert classic.complex_contagion(star, seeds, fraction, worlds=1).tolist() == [size]


def test_a_lonely_rumour_ends() -> None:
    """A spreader without followers stops; one member alone has heard their own rumour."""
    path = of_edges([(0, 1)])
    assert classic.maki_thompson(path, [1], worlds=5).tolist() == [1] * 5
    assert classic.maki_thompson(path, [0], worlds=5).tolist() == [2] * 5
    assert classic.maki_thompson(members=1, worlds=5).tolist() == [1] * 5


def test_networks_on_disk_are_read_only() -> None:
    """A network whose arrays cannot be written, as one mapped from a file, gives the same worlds."""
    given = random_graph(200, 4.0, seed=22)
    indptr, followers = given.indptr.copy(), given.followers.copy()
    indptr.flags.writeable = followers.flags.writeable = False
    mapped = Network(indptr, followers)
    for probability in (0.3, "weighted_cascade"):
        found = [classic.independent_cascade(network, [0], probability, worlds=50) for network in (given, mapped)]
        assert found[0].tolist() == found[1].tolist()
    found = [classic.linear_threshold(network, [0], worlds=50) for network in (given, mapped)]
    assert found[0].tolist() == found[1].tolist()
