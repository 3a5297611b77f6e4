"""Graphs, the full model set to a textbook one, and how a sample is judged against an exact law."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from build_world import Acts, Channel, Content, Organic, build_world
from scipy.stats import chisquare

from viralsim.kernels.arm_inputs import ArmInputs, Graph
from viralsim.kernels.batch import run_worlds
from viralsim.kernels.counts import Count
from viralsim.population.network.network import Network
from viralsim.validation.graphs import complete, of_edges, random_graph
from viralsim.validation.graphs import poisson_rows as poisson_graph

__all__ = [
    "Edges",
    "assert_law",
    "assert_mean",
    "complete",
    "full_world",
    "of_edges",
    "poisson_graph",
    "random_graph",
    "reachable",
    "shares",
]

Edges = list[tuple[int, int]]
FAR = 4.5


def full_world(
    network: Network,
    seeds: Sequence[int] = (0,),
    *,
    visibility: float = 1.0,
    ticks: int = 64,
    content: Content | None = None,
    delay: int | Sequence[float] = 1,
) -> ArmInputs:
    """The full model on a network, with the keys of the classic models: content 0 and channel 0."""
    acts = Acts(organic=[Organic(v, index=i) for i, v in enumerate(seeds)])
    channel = Channel([], visibility=visibility, delay=delay)
    world = build_world(network.members, ticks, [channel], [content or Content()], acts=acts)
    none = np.empty(0, dtype=np.float32)
    weight = none if network.influence_weight is None else network.influence_weight
    graph = Graph(network.indptr[None, :], network.followers, none, weight, network.following_count()[None, :])
    key = np.zeros(1, dtype=np.uint64)
    return world._replace(
        graph=graph, channels=world.channels._replace(key=key), contents=world.contents._replace(key=key)
    )


def shares(world: ArmInputs, worlds: int) -> np.ndarray:
    return run_worlds(world, 1, np.arange(worlds), threads=2, series_worlds=0).counts[:, Count.SHARES]


def assert_mean(sizes: np.ndarray, exact: float) -> None:
    error = sizes.std(ddof=1) / np.sqrt(len(sizes))
    assert abs(sizes.mean() - exact) < FAR * error, (sizes.mean(), exact, error)


def assert_law(sizes: np.ndarray, law: np.ndarray) -> None:
    """Sizes 0, 1, ... follow ``law``, which may end before 1: the rest is one more class. Rare classes are joined."""
    observed = np.bincount(np.minimum(sizes, len(law)), minlength=len(law) + 1)
    expected = np.append(law, max(0.0, 1.0 - law.sum())) * len(sizes)
    assert not observed[expected < 1e-9 * len(sizes)].any()
    groups = np.minimum(np.cumsum(expected) // 20, (expected.sum() - 20) // 20).astype(int)
    seen, hoped = np.bincount(groups, observed), np.bincount(groups, expected)
    kept = hoped > 0
    assert kept.sum() > 1
    assert chisquare(seen[kept], hoped[kept] * seen.sum() / hoped.sum()).pvalue > 1e-4


def reachable(members: int, edges: Edges) -> int:
    found = {0}
    while True:
        more = {v for u, v in edges if u in found} - found
        if not more:
            return len(found)
        found |= more
