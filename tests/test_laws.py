"""Exact laws of cascades, through every engine that can express them: the classic models and the full model.

Means are judged at 4.5 standard errors and distributions at a chi-square p of 1e-4, with fixed seeds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from build_world import Content
from law_engines import (
    assert_law,
    assert_mean,
    complete,
    full_world,
    of_edges,
    poisson_graph,
    random_graph,
    shares,
)

from viralsim import classic
from viralsim.kernels.arm_inputs import Reinforcement
from viralsim.kernels.batch import run_worlds
from viralsim.kernels.counts import Series
from viralsim.population.network.network import Network
from viralsim.validation.cascades import REED_FROST, SMALL, borel, cascade_law, reed_frost

Sizes = Callable[[Network, float, int], np.ndarray]


# Engines of the independent cascade from member 0, each with the number of worlds that it affords.


def one_number(network: Network, p: float, worlds: int) -> np.ndarray:
    return classic.independent_cascade(network, [0], p, worlds=worlds)


def number_an_edge(network: Network, p: float, worlds: int) -> np.ndarray:
    return classic.independent_cascade(network, [0], np.full(network.follows, p), worlds=worlds)


def epidemic(network: Network, p: float, worlds: int) -> np.ndarray:
    """SIR in which everyone recovers after one tick."""
    return network.members - classic.sir(network, [0], p, 1.0, network.members, worlds=worlds)[:, -1, 0]


def full_by_visibility(network: Network, p: float, worlds: int) -> np.ndarray:
    return shares(full_world(network, visibility=p), worlds // 2)


def full_by_appeal(network: Network, p: float, worlds: int) -> np.ndarray:
    """Half of the chance is being shown, the other being convinced; delays are drawn."""
    share = 0.5 + p / 2
    world = full_world(network, visibility=share, content=Content(appeal=p / share), delay=[0.5, 0.3, 0.2], ticks=200)
    return shares(world, worlds // 2)


CASCADES = [one_number, number_an_edge, epidemic, full_by_visibility, full_by_appeal]


@pytest.mark.parametrize("engine", CASCADES)
@pytest.mark.parametrize("name", SMALL)
def test_small_cascades_have_the_law_of_live_edges(name: str, engine: Sizes) -> None:
    """The whole law of sizes is that of enumerated live-edge graphs, whose mean is the published one."""
    edges, p, mean = SMALL[name]
    members = 1 + max(max(edge) for edge in edges)
    law = cascade_law(members, edges, p)
    assert law @ np.arange(members + 1) == pytest.approx(mean, abs=1e-5)
    sizes = engine(of_edges(edges), p, 200_000)
    assert_mean(sizes, mean)
    assert_law(sizes, law)


@pytest.mark.parametrize("engine", CASCADES)
@pytest.mark.parametrize(("susceptible", "p"), REED_FROST)
def test_final_sizes_are_reed_frost(susceptible: int, p: float, engine: Sizes) -> None:
    """On a complete graph, final sizes have the exact law of the chain-binomial epidemic."""
    law = reed_frost(susceptible, p)
    published = REED_FROST[susceptible, p]
    assert law[: len(published)] == pytest.approx(published, abs=1e-6)
    new = engine(complete(susceptible + 1), p, 100_000 if susceptible < 20 else 10_000) - 1
    assert_law(new, law)
    assert_mean(new, law @ np.arange(susceptible + 1))


BOREL = {
    0.5: ([0.606531, 0.183940, 0.083674, 0.045112, 0.026720], {10: 0.013616}),
    0.8: ([0.449329, 0.161517, 0.087089, 0.055654, 0.039073], {10: 0.122602, 100: 1.425e-3}),
    0.9: ([0.406570, 0.148769, 0.081655, 0.053117, 0.037962], {10: 0.186271, 100: 0.01742}),
}


@pytest.fixture(scope="module")
def branching() -> Network:
    return poisson_graph(400_000, 10.0, seed=3)


def from_anyone(network: Network, p: float, worlds: int) -> np.ndarray:
    seeds = np.random.default_rng(5).integers(0, network.members, (worlds, 1))
    return classic.independent_cascade(network, seeds, p, worlds=worlds)


def full_from_anyone(network: Network, p: float, worlds: int) -> np.ndarray:
    return shares(full_world(network, [-1], visibility=p, ticks=1000), worlds)


@pytest.mark.parametrize("engine", [from_anyone, full_from_anyone])
@pytest.mark.parametrize("mean", BOREL)
def test_total_progeny_is_borel(branching: Network, mean: float, engine: Sizes) -> None:
    """Subcritical cascades on a graph with Poisson rows have Borel's law, and mean 1 / (1 - mu)."""
    start, tails = BOREL[mean]
    sizes = engine(branching, mean / 10.0, 100_000)
    law = borel(mean, 100)
    assert law[1:6] == pytest.approx(start, abs=1e-6)
    for n, tail in tails.items():
        assert 1 - law[:n].sum() == pytest.approx(tail, rel=1e-3)
    assert_law(sizes, law)
    if mean < 0.9:  # at 0.9 the largest of 100,000 cascades feel that the graph is finite
        assert_mean(sizes, 1 / (1 - mean))


@pytest.mark.parametrize(("mean", "survival"), [(1.5, 0.582812), (2.0, 0.796812), (3.0, 0.940480)])
def test_survival_is_galton_watson(mean: float, survival: float) -> None:
    """A supercritical cascade becomes large with the survival probability of a Poisson branching process."""
    network = poisson_graph(5000, 10.0, seed=4)
    large = from_anyone(network, mean / 10.0, 4000) > 250
    assert_mean(large.astype(float), survival)


@pytest.mark.parametrize("engine", [from_anyone, full_from_anyone])
def test_chance_and_size_of_a_large_cascade_are_one_root(engine: Sizes) -> None:
    """On an undirected random graph, z p = 1.5: both are the root of s = 1 - exp(-1.5 s), that is 0.5828."""
    worlds = 3000 if engine is from_anyone else 300
    network = random_graph(20_000, 5.0, seed=6)
    sizes = engine(network, 0.3, worlds) / network.members
    large = sizes > 0.01
    assert_mean(large.astype(float), 0.582812)
    assert sizes[large].mean() == pytest.approx(0.582812, abs=0.012)


# The same worlds: where draws are shared, the classic models are the full model, number for number.


@pytest.mark.parametrize("p", [0.02, 0.3, 1.0])
def test_cascade_is_the_full_model_world_by_world(p: float) -> None:
    """An independent cascade with one probability has the shares of the full model in every single world."""
    network = random_graph(500, 6.0, seed=12)
    seeds = [3, 77, 400]
    bare = classic.independent_cascade(network, seeds, p, worlds=500)
    assert bare.tolist() == shares(full_world(network, seeds, visibility=p, ticks=200), 500).tolist()


def test_sir_is_the_full_model_world_by_world() -> None:
    """The infectious of SIR are the posts of the full model, tick by tick, in every single world."""
    network = random_graph(300, 5.0, seed=13)
    counts = classic.sir(network, [0, 1], 0.2, 0.5, 29, worlds=200)
    world = full_world(network, [0, 1], visibility=0.2, content=Content(persistence=0.5), ticks=30)
    raw = run_worlds(world, 1, np.arange(200))
    assert np.array_equal(raw.series[:, :, Series.SHARES], counts[:, :, 1])


@pytest.mark.parametrize(("beta", "peak"), [(0.2, 600), (0.002, 1)])
def test_sir_with_a_hub_is_the_full_model_world_by_world(beta: float, peak: int) -> None:
    """The same with more infectious members than are drawn in one batch, and a row longer than the table of gaps."""
    around, members = random_graph(3000, 6.0, seed=13), 3000
    sources = np.concatenate([around.sources(), np.zeros(members - 1, np.int64)])
    pairs = np.unique(np.stack([sources, np.concatenate([around.followers, np.arange(1, members)])]), axis=1)
    network = Network.from_edges(*pairs, members)
    counts = classic.sir(network, [0, 1], beta, 0.3, 29, worlds=30)
    world = full_world(network, [0, 1], visibility=beta, content=Content(persistence=0.7), ticks=30)
    raw = run_worlds(world, 1, np.arange(30))
    assert np.array_equal(raw.series[:, :, Series.SHARES], counts[:, :, 1])
    assert counts[:, :, 1].max() > peak


def test_uniform_thresholds_are_the_full_model_world_by_world() -> None:
    """Complex contagion with uniform fractions adopts as the full model does, in every single world."""
    network = random_graph(300, 5.0, seed=14)
    content = Content(reinforcement=Reinforcement.FRACTION, threshold=-1.0)
    full = shares(full_world(network, [0, 1, 2], content=content, ticks=300), 300)
    assert full.tolist() == classic.complex_contagion(network, [0, 1, 2], "uniform", worlds=300).tolist()
