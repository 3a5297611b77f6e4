"""Exact laws of thresholds: live choices, Watts' window, rings and tori, through the classic and the full model."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from build_world import Content
from law_engines import Edges, assert_mean, full_world, of_edges, random_graph, reachable, shares

from viralsim import classic
from viralsim.kernels.arm_inputs import Reinforcement
from viralsim.kernels.batch import trace_world
from viralsim.population.network.network import Network


def live_choice_mean(edges: Edges, weights: Sequence[float]) -> float:
    """Mean size from member 0 if every member keeps at most one edge into them, edge e with probability w_e."""
    members = 1 + max(max(edge) for edge in edges)
    into = [[e for e, (_, v) in enumerate(edges) if v == member] for member in range(members)]
    mean = 0.0
    for choice in product(*[[*chosen, None] for chosen in into]):
        mass = 1.0
        for chosen, options in zip(choice, into, strict=True):
            mass *= weights[chosen] if chosen is not None else 1.0 - sum(weights[e] for e in options)
        if mass > 0:
            mean += mass * reachable(members, [edges[e] for e in choice if e is not None])
    return mean


TANGLE = [(0, 1), (0, 2), (1, 2), (2, 1), (1, 3), (2, 3), (3, 4), (0, 4), (4, 1), (4, 3)]


@pytest.mark.parametrize("engine", ["live edges", "thresholds", "full"])
def test_uniform_thresholds_are_live_choices(engine: str) -> None:
    """With weights 1 / in-degree, thresholds drawn at random give the spread of the live-edge sampler."""
    network = of_edges(TANGLE)
    indegree = np.bincount([v for _, v in TANGLE])
    exact = live_choice_mean(TANGLE, [1 / indegree[v] for _, v in TANGLE])
    worlds = 100_000
    if engine == "live edges":
        sizes = classic.linear_threshold(network, [0], worlds=worlds)
    elif engine == "thresholds":
        sizes = classic.complex_contagion(network, [0], "uniform", worlds=worlds)
    else:
        content = Content(reinforcement=Reinforcement.FRACTION, threshold=-1.0)
        sizes = shares(full_world(network, content=content), worlds)
    assert_mean(sizes, exact)


@pytest.mark.parametrize("engine", ["given", "stored", "full"])
def test_weighted_thresholds_are_live_choices(engine: str) -> None:
    """With weights of the edges, in-sums below 1, the linear threshold spread is that of the live-edge sampler."""
    weights = np.random.default_rng(8).uniform(0.05, 0.3, len(TANGLE))
    source, target = np.array(TANGLE).T
    network = Network.from_edges(source, target, influence_weight=weights)
    worlds = 100_000
    if engine == "given":
        sizes = classic.linear_threshold(of_edges(TANGLE), [0], weights, worlds=worlds)
    elif engine == "stored":
        sizes = classic.linear_threshold(network, [0], "influence_weight", worlds=worlds)
    else:
        content = Content(reinforcement=Reinforcement.WEIGHT, threshold=-1.0)
        sizes = shares(full_world(network, content=content), worlds)
    assert_mean(sizes, live_choice_mean(TANGLE, weights))


def test_threshold_and_cascade_agree_on_a_tree() -> None:
    """Where everyone follows at most one, linear thresholds with weights w are a cascade with probabilities w."""
    edges = [(0, 1), (0, 2), (1, 3), (1, 4), (2, 5), (5, 6)]
    weights = [0.9, 0.3, 0.5, 0.8, 0.6, 0.7]
    exact = 1 + 0.9 + 0.3 + 0.9 * 0.5 + 0.9 * 0.8 + 0.3 * 0.6 + 0.3 * 0.6 * 0.7
    assert_mean(classic.linear_threshold(of_edges(edges), [0], weights, worlds=100_000), exact)
    assert_mean(classic.independent_cascade(of_edges(edges), [0], weights, worlds=100_000), exact)


# Watts' global cascades: mean degree, trigger probability of one seed, size given that it is global.
WATTS = [
    (1.5, 0.5489, 0.5803, 0.03),
    (2.0, 0.7542, 0.7966, 0.01),
    (3.0, 0.8735, 0.9405, 0.01),
    (4.0, 0.8653, 0.9802, 0.01),
    (5.0, 0.6953, 0.9930, 0.01),
]


def watts(mean: float, worlds: int) -> np.ndarray:
    network = random_graph(30_000, mean, seed=int(10 * mean))
    seeds = np.random.default_rng(9).integers(0, network.members, (worlds, 1))
    return classic.complex_contagion(network, seeds, 0.18, worlds=worlds) / network.members


@pytest.mark.parametrize(("mean", "trigger", "size", "tolerance"), WATTS)
def test_global_cascades_inside_watts_window(mean: float, trigger: float, size: float, tolerance: float) -> None:
    """Threshold 0.18 on a random graph: how often one seed sets off a global cascade, and how large that is."""
    sizes = watts(mean, 1000)
    large = sizes > 0.1
    assert large.mean() == pytest.approx(trigger, abs=0.065)  # 4.5 standard errors are 0.06
    assert sizes[large].mean() == pytest.approx(size, abs=tolerance)


@pytest.mark.parametrize("mean", [0.8, 7.0])
def test_no_global_cascades_outside_watts_window(mean: float) -> None:
    """Below and above the window fewer than 0.5 % of seeds set off a global cascade."""
    assert (watts(mean, 1000) > 0.1).mean() < 0.005


def test_full_model_has_watts_window() -> None:
    """The full model with a fractional threshold: the same adopters as the classic model, seed by seed."""
    network = random_graph(3000, 3.0, seed=30)
    content = Content(reinforcement=Reinforcement.FRACTION, threshold=0.18)
    for seed in range(12):
        full = shares(full_world(network, [seed], content=content, ticks=200), 1)
        assert full.tolist() == classic.complex_contagion(network, [seed], 0.18, worlds=1).tolist()


def ring(members: int, reach: int) -> Network:
    return of_edges([(u, (u + d) % members) for u in range(members) for d in range(-reach, reach + 1) if d])


def torus(side: int) -> Network:
    """The Moore lattice: eight neighbours, edges joined."""
    step = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b]
    cells = product(range(side), range(side))
    return of_edges([(x * side + y, (x + a) % side * side + (y + b) % side) for x, y in cells for a, b in step])


BLOCK = [x * 20 + y for x in range(3) for y in range(3)]
LATTICES = [
    (ring(100, 2), [0, 1], 2, 100, 49),
    (ring(100, 2), [0, 1, 2], 3, 3, 0),
    (ring(100, 3), [0, 1, 2], 3, 100, 48),
    (ring(100, 3), [0, 1, 2], 4, 3, 0),
    (torus(20), BLOCK, 3, 400, 25),
    (torus(20), BLOCK, 4, 9, 0),
]


@pytest.mark.parametrize("engine", ["classic", "full"])
@pytest.mark.parametrize(("network", "seeds", "threshold", "size", "last"), LATTICES)
def test_lattices_fill_or_stall(
    network: Network, seeds: list[int], threshold: int, size: int, last: int, engine: str
) -> None:
    """Complex contagion on a ring and a Moore torus: who adopts, and the tick of the last adoption."""
    if engine == "classic":
        ticks = classic.complex_contagion(network, seeds, threshold, worlds=1, adoption_tick=True)[0]
        ticks = ticks[ticks >= 0]
    else:
        content = Content(reinforcement=Reinforcement.COUNT, threshold=threshold)
        ticks = trace_world(full_world(network, seeds, content=content), 1, 0).tick
    assert (len(ticks), ticks.max()) == (size, last)


def test_random_regular_graph_stops_complex_contagion() -> None:
    """On random 4-regular graphs two neighbours hardly ever convince a third: no clustering, no spread."""
    import networkx as nx

    stalled = 0
    for seed in range(40):
        graph = nx.random_regular_graph(4, 1000, seed=seed)
        first = next(iter(graph.edges))
        stalled += int(classic.complex_contagion(Network.from_networkx(graph), list(first), 2, worlds=1)[0] <= 10)
    assert stalled == 40
