"""Other people's simulators on the same work. Each is given its fastest way of running many replicates.

``Runner``: ``sizes(worlds)`` gives the final size of each replicate (not timed where ``total`` is quicker);
``run(worlds)`` only does the work; ``seconds(worlds)`` is there where a peer in another process times its own worlds.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from viralsim.population.network.network import Network


class MissingPeerError(Exception):
    """A peer that is not here or does not run; its words say how to get it."""


@dataclass
class Runner:
    """A way of running replicates."""

    run: Callable[[int], object]
    sizes: Callable[[int], np.ndarray]
    seconds: Callable[[int], float] | None = None


def _unsigned(values: np.ndarray) -> array:
    return array("I", values.astype(np.uint32).tobytes())


def in_degree(network: Network) -> np.ndarray:
    return np.bincount(network.followers, minlength=network.members)


def edge_list(network: Network) -> list[tuple[int, int]]:
    return list(zip(network.sources().tolist(), network.followers.tolist(), strict=True))


def cynetdiff(network: Network, seeds: list[int], law: str, p: float) -> Runner:
    """CyNetDiff (Cython). ``compute_marginal_gains`` loops in compiled code and is the quicker way."""
    from cynetdiff.models import IndependentCascadeModel, LinearThresholdModel

    starts, edges = _unsigned(network.indptr[:-1]), _unsigned(network.followers)
    if law == "lt":
        model = LinearThresholdModel(starts, edges, rng=5)
    elif law == "wc":
        chance = array("f", (1.0 / in_degree(network)[network.followers]).astype(np.float32).tobytes())
        model = IndependentCascadeModel(starts, edges, activation_probs=chance, rng=5)
    else:
        model = IndependentCascadeModel(starts, edges, activation_prob=p, rng=5)
    model.set_seeds(seeds)

    def sizes(worlds: int) -> np.ndarray:
        found = np.empty(worlds)
        for w in range(worlds):
            model.reset_model()
            model.advance_until_completion()
            found[w] = model.get_num_activated_nodes()
        return found

    return Runner(lambda worlds: model.compute_marginal_gains(seeds, [], worlds), sizes)


def pynetim(network: Network, seeds: list[int], law: str, p: float) -> Runner:
    """PyNetIM (C++); one thread."""
    from pynetim.diffusion_model import IndependentCascadeModel, LinearThresholdModel
    from pynetim.graph import IMGraph

    weights = p if law == "ic" else (1.0 / in_degree(network)[network.followers]).tolist()
    graph = IMGraph(edge_list(network), weights, directed=True, renumber=False)
    model = (LinearThresholdModel if law == "lt" else IndependentCascadeModel)(graph, set(seeds))

    def sizes(worlds: int) -> np.ndarray:
        return np.array([model.run_single_simulation(1000 + w) for w in range(worlds)], dtype=np.float64)

    return Runner(lambda worlds: model.run_monte_carlo_diffusion(worlds, 3, False, 1), sizes)


@cache
def _digraph(network_id: int) -> object:
    import networkx as nx

    network = _NETWORKS[network_id]
    graph = nx.DiGraph()
    graph.add_nodes_from(range(network.members))
    graph.add_edges_from(edge_list(network))
    return graph


_NETWORKS: dict[int, Network] = {}


def digraph(network: Network) -> object:
    """The network as a networkx DiGraph, made once."""
    _NETWORKS[id(network)] = network
    return _digraph(id(network))


def ndlib(network: Network, seeds: list[int], law: str, p: float) -> Runner:
    """NDlib (Python on networkx); every edge parameter is given, since it drops partial ones."""
    import ndlib.models.epidemics as epidemics
    from ndlib.models import ModelConfig

    model = epidemics.IndependentCascadesModel(digraph(network))
    config = ModelConfig.Configuration()
    degree = in_degree(network)
    for u, v in edge_list(network):
        config.add_edge_configuration("threshold", (u, v), p if law == "ic" else 1.0 / degree[v])
    config.add_model_initial_configuration("Infected", seeds)
    model.set_initial_status(config)

    def one() -> int:
        model.reset()
        model.status = {u: 1 if u in chosen else 0 for u in range(network.members)}
        model.initial_status = model.status.copy()
        while True:
            step = model.iteration(node_status=False)
            if step["node_count"].get(1, 0) == 0:
                return step["node_count"].get(2, 0)

    chosen = set(seeds)

    def sizes(worlds: int) -> np.ndarray:
        return np.array([one() for _ in range(worlds)], dtype=np.float64)

    return Runner(sizes, sizes)


def eon_cascade(network: Network, seeds: list[int], law: str, p: float) -> Runner:
    """EoN's percolation-based discrete SIR, which is an independent cascade."""
    import EoN

    graph = digraph(network)
    degree = in_degree(network)
    rng = np.random.default_rng(9)

    def succeeds(u: int, v: int) -> bool:
        return bool(rng.random() < (p if law == "ic" else 1.0 / degree[v]))

    def sizes(worlds: int) -> np.ndarray:
        found = np.empty(worlds)
        for w in range(worlds):
            found[w] = EoN.discrete_SIR(graph, test_transmission=succeeds, args=(), initial_infecteds=seeds)[3][-1]
        return found

    return Runner(sizes, sizes)


def eon_sir(network: Network, seeds: list[int], beta: float, gamma: float, ticks: int) -> Runner:
    """EoN's event-driven SIR with the same infectious period and transmission per tick: exact discrete law.

    ``fast_nonMarkov_SIR`` takes any law of durations and of transmission times; geometric ones make it the
    discrete-time process (its own ``fast_SIR`` has continuous time, another law).
    """
    import EoN

    graph = digraph(network)
    rng = np.random.default_rng(9)

    def transmission(_u: int, _v: int) -> float:
        return float(rng.geometric(beta))

    def recovery(_u: int) -> float:
        return rng.geometric(gamma) + 0.5  # the last transmission precedes recovery

    def sizes(worlds: int) -> np.ndarray:
        found = np.empty(worlds)
        for w in range(worlds):
            result = EoN.fast_nonMarkov_SIR(
                graph, trans_time_fxn=transmission, rec_time_fxn=recovery, initial_infecteds=seeds, tmax=ticks + 0.25
            )
            found[w] = result[2][-1] + result[3][-1]
        return found

    return Runner(sizes, sizes)


PEERS = {"cynetdiff": cynetdiff, "pynetim": pynetim, "ndlib": ndlib, "eon": eon_cascade}
