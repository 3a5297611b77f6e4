"""Random graphs by name: each has what defines it, from Python and in a scenario, and says what it cannot have."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import viralsim as vs
from viralsim.errors import InputError, ScenarioError
from viralsim.population.build import build_population
from viralsim.population.generators.random_graphs import GENERATORS, _pair
from viralsim.population.network.network import Network

SOME: dict[str, dict[str, Any]] = {
    "erdos_renyi": {"mean_degree": 8},
    "configuration": {"degree_exponent": 2.6, "mean_degree": 8},
    "barabasi_albert": {"links": 4},
    "watts_strogatz": {"neighbours": 8, "rewiring": 0.2},
    "stochastic_block": {"blocks": 5, "inside": 6, "outside": 2},
    "forest_fire": {"forward": 0.3, "backward": 0.3},
    "lfr": {"mean_degree": 8, "most": 40},
}


def degrees(network: Network) -> np.ndarray:
    return network.follower_count()


@pytest.mark.parametrize("word", SOME)
def test_a_graph_is_a_function_of_its_seed(word: str) -> None:
    """The same seed, the same graph, whatever was drawn before; another seed, another; ties run both ways, none to oneself."""
    graph = Network.generate(word, 400, seed=3, **SOME[word])
    Network.generate("erdos_renyi", 50, mean_degree=3)
    assert graph.fingerprint() == Network.generate(word, 400, seed=3, **SOME[word]).fingerprint()
    assert graph.fingerprint() != Network.generate(word, 400, seed=4, **SOME[word]).fingerprint()
    arcs = set(zip(graph.sources().tolist(), graph.followers.tolist(), strict=True))
    assert arcs == {(v, u) for u, v in arcs}
    assert all(u != v for u, v in arcs)
    assert set(SOME) == set(GENERATORS)


def test_erdos_renyi_has_binomial_degrees() -> None:
    """Mean and variance of degrees, and the count of edges, are those of independent pairs."""
    n, mean = 4000, 10.0
    graph = Network.generate("erdos_renyi", n, seed=1, mean_degree=mean)
    p, pairs = mean / (n - 1), n * (n - 1) / 2
    assert abs(graph.follows / 2 - pairs * p) < 4.5 * np.sqrt(pairs * p * (1 - p))
    assert degrees(graph).var() == pytest.approx(mean, rel=0.1)
    arcs = Network.generate("erdos_renyi", n, seed=1, mean_degree=mean, directed=True)
    assert abs(arcs.follows - n * mean) < 4.5 * np.sqrt(n * mean)
    assert arcs.following_count().tolist() != arcs.follower_count().tolist()


def test_configuration_has_the_degrees_asked_for() -> None:
    """Given degrees to the last one; a power law with its mean and its exponent; mixed, so that clustering is low."""
    wanted = np.random.default_rng(1).integers(1, 12, 300)
    wanted[0] += wanted.sum() % 2
    assert degrees(Network.generate("configuration", 300, degrees=wanted)).tolist() == wanted.tolist()
    graph = Network.generate("configuration", 20_000, seed=2, degree_exponent=2.5, mean_degree=8)
    found = degrees(graph)
    assert found.mean() == pytest.approx(8, abs=0.01)
    low = found.min()
    tail = found[found >= 4 * low]
    assert 1 + len(tail) / np.log(tail / (4 * low - 0.5)).sum() == pytest.approx(2.5, abs=0.15)  # cut at sqrt(n mean)
    with pytest.raises(InputError, match="no simple graph"):
        Network.generate("configuration", 4, degrees=[3, 3, 1, 1])


def test_growing_graphs_follow_the_old() -> None:
    """Barabasi and Albert: edges, a hub-heavy tail, the oldest the largest. Directed: flow from older to newer members only."""
    graph = Network.generate("barabasi_albert", 5000, seed=5, links=3)
    assert graph.follows / 2 == pytest.approx(3 * 5000, rel=0.01)
    found = degrees(graph)
    assert found.min() == 3
    assert found[:20].mean() > 8 * found.mean()
    share = [(found == k).mean() for k in (3, 4, 5)]
    theory = [2 * 3 * 4 / (k * (k + 1) * (k + 2)) for k in (3, 4, 5)]
    assert share == pytest.approx(theory, abs=0.025)
    for word in ("barabasi_albert", "forest_fire"):
        arcs = Network.generate(word, 500, seed=5, directed=True)
        assert (arcs.sources() < arcs.followers).all()
        assert arcs.follower_count()[0] > 5 * arcs.follows / 500


def test_forest_fires_densify() -> None:
    """The hotter the fire, the more ties; without any it is a tree of ambassadors."""
    tree = Network.generate("forest_fire", 2000, seed=1, forward=0.0)
    assert nx.is_tree(nx.Graph(list(zip(tree.sources().tolist(), tree.followers.tolist(), strict=True))))
    follows = [Network.generate("forest_fire", 2000, seed=1, forward=p).follows for p in (0.1, 0.3, 0.4)]
    assert follows[0] < follows[1] < follows[2]


def test_small_worlds_are_clustered_and_short() -> None:
    """On the ring clustering is 3 (k - 2) / (4 (k - 1)); with all ties rewired it is that of a random graph."""
    ring, mixed = (Network.generate("watts_strogatz", 1000, neighbours=10, rewiring=p) for p in (0.0, 1.0))
    graphs = [nx.Graph(list(zip(g.sources().tolist(), g.followers.tolist(), strict=True))) for g in (ring, mixed)]
    assert nx.average_clustering(graphs[0]) == pytest.approx(3 * 8 / (4 * 9))
    assert nx.average_clustering(graphs[1]) < 0.03
    assert ring.follows == mixed.follows == 10_000


def test_blocks_have_their_ties() -> None:
    """Ties inside and outside are as many as asked; blocks may be given member by member."""
    block = np.random.default_rng(1).integers(0, 4, 3000)
    graph = Network.generate("stochastic_block", 3000, seed=2, blocks=block, inside=9, outside=3)
    same = block[graph.sources()] == block[graph.followers]
    assert same.sum() / 3000 == pytest.approx(9, rel=0.05)
    assert (~same).sum() / 3000 == pytest.approx(3, rel=0.05)
    assert Network.generate("stochastic_block", 10, blocks=5, inside=1, outside=0).follows == 10


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 10**13), min_size=1, max_size=50))
def test_pairs_are_numbered_without_gaps(places: list[int]) -> None:
    """The numbering of pairs is its own inverse, also where a square root is rounded."""
    place = np.array(places)
    u, v = _pair(place)
    assert (u < v).all()
    assert (u >= 0).all()
    assert (v * (v - 1) // 2 + u == place).all()


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("erdos_reny", {}, "did you mean 'erdos_renyi'"),
    ("erdos_renyi", {}, "needs mean_degree"),
    ("erdos_renyi", {"mean_degree": 10}, "mean_degree must be a number in"),
    ("erdos_renyi", {"mean_degree": 2, "p": 0.1}, "has no option 'p'"),
    ("erdos_renyi", {"mean_degree": 2, "directed": 1}, "directed"),
    ("configuration", {"degrees": [1, 2]}, "degrees must be one whole number"),
    ("configuration", {"degrees": [1] * 9}, "no simple graph"),
    ("configuration", {"degree_exponent": 2.0}, "degree_exponent"),
    ("barabasi_albert", {"links": 0}, "links"),
    ("barabasi_albert", {"power": -1}, "power"),
    ("watts_strogatz", {"neighbours": 3}, "an even number below members"),
    ("watts_strogatz", {"neighbours": 10}, "an even number below members"),
    ("watts_strogatz", {"neighbours": 2, "rewiring": 1.5}, "rewiring"),
    ("stochastic_block", {"blocks": 10}, "blocks"),
    ("stochastic_block", {"blocks": [0] * 8}, "blocks"),
    ("stochastic_block", {"blocks": 3, "inside": 8, "outside": 1}, "inside must be at most 2"),
    ("stochastic_block", {"blocks": 1, "inside": 2, "outside": 1}, "outside must be at most 0"),
    ("forest_fire", {"forward": 0.5}, "forward"),
    ("forest_fire", {"ambassadors": 1.5}, "ambassadors"),
]


@pytest.mark.parametrize(("word", "options", "message"), WRONG)
def test_what_no_graph_can_have_is_refused(word: str, options: dict[str, Any], message: str) -> None:
    """Each wrong option in one sentence that names it."""
    with pytest.raises(InputError, match=message):
        Network.generate(word, 9, **options)


TEXT = """
viralsim: 1
name: graph
worlds: 20
horizon: 12h
audience: {{members: 300, communities: {{count: 3}}}}
channels:
  x: {{visibility: 0.3, presence: {presence}, network: {{graph: {{{graph}}}}}}}
content: {{c: {{appeal: 0.2}}}}
campaign: {{content: c, advocates: {{count: 3, posts_at: [0h]}}}}
"""
IN_YAML = {
    "erdos_renyi": "{mean_degree: 6}",
    "configuration": "{degree_exponent: 2.6, mean_degree: 6}",
    "barabasi_albert": "{links: 3}",
    "watts_strogatz": "{neighbours: 6, rewiring: 0.1}",
    "stochastic_block": "{inside: 5, outside: 1}",
    "forest_fire": "{forward: 0.3}",
}


@pytest.mark.parametrize("word", IN_YAML)
def test_a_scenario_names_its_graph(word: str) -> None:
    """The network of a channel is that of the word; members without an account have no ties; another audience, another graph."""
    scenario = vs.loads(TEXT.format(graph=f"{word}: {IN_YAML[word]}", presence=1))
    there = build_population(scenario)
    assert there.networks["x"].members == 300
    assert there.networks["x"].fingerprint() == build_population(scenario).networks["x"].fingerprint()
    assert there.networks["x"].fingerprint() != build_population(scenario, 1).networks["x"].fingerprint()
    assert vs.simulate(scenario, worlds=5).summary().loc["campaign", "shares"] >= 1
    half = build_population(vs.loads(TEXT.format(graph=f"{word}: {IN_YAML[word]}", presence=0.5)))
    present = half.audience.presence["x"]
    assert present is not None
    ties = half.networks["x"].follower_count()
    assert ties[~present].sum() == 0
    assert ties[present].mean() > 1
    if word == "stochastic_block":
        network, community = there.networks["x"], there.audience.community
        inside = community[network.sources()] == community[network.followers]
        assert inside.mean() == pytest.approx(5 / 6, abs=0.05)


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        ("erdos_reny: {}", "erdos_renyi"),
        ("erdos_renyi: {mean_degree: 300}", "must be below members"),
        ("erdos_renyi: {}, forest_fire: {}", "exactly one|keep one|leave"),
        ("watts_strogatz: {neighbours: 5}", "must be even"),
        ("forest_fire: {forward: 0.6}", "forward"),
        ("barabasi_albert: {link: 3}", "links"),
    ],
)
def test_wrong_words_of_a_graph_are_refused_with_their_place(graph: str, message: str) -> None:
    """By path, before anything is drawn."""
    with pytest.raises(ScenarioError, match=message):
        vs.loads(TEXT.format(graph=graph, presence=1))


def test_a_graph_that_does_not_fit_the_audience_is_refused() -> None:
    """What only the drawn audience shows is refused with the path, too."""
    with pytest.raises(InputError, match=r"channels\.x\.network\.graph\.stochastic_block: inside must be at most"):
        vs.simulate(vs.loads(TEXT.format(graph="stochastic_block: {inside: 250, outside: 1}", presence=1)), worlds=1)
