"""Graphs, the full model set to a textbook one, and how a sample is judged against an exact law."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from build_world import Acts, Channel, Content, Organic, build_world
from scipy.stats import chisquare

from viralsim.kernels.inputs import Count, Graph, World
from viralsim.kernels.worlds import run_worlds
from viralsim.population.network import Network

Edges = list[tuple[int, int]]
FAR = 4.5


def of_edges(edges: Edges, members: int | None = None) -> Network:
    source, target = np.array(edges).T
    return Network.from_edges(source, target, members=members)


def both_ways(edges: Edges) -> Edges:
    return edges + [(v, u) for u, v in edges]


def complete(members: int) -> Network:
    return of_edges([(u, v) for u in range(members) for v in range(members) if u != v])


def poisson_graph(members: int, mean: float, seed: int) -> Network:
    """Everyone has a Poisson number of followers, drawn from all."""
    rng = np.random.default_rng(seed)
    indptr = np.concatenate([[0], np.cumsum(rng.poisson(mean, members))])
    return Network(indptr.astype(np.int64), rng.integers(0, members, indptr[-1], dtype=np.int32))


def random_graph(members: int, mean: float, seed: int) -> Network:
    """An undirected random graph of given mean degree (Erdos-Renyi), both arcs of each edge."""
    rng = np.random.default_rng(seed)
    count = rng.poisson(members * mean / 2)
    pairs = np.sort(rng.integers(0, members, (int(1.01 * count) + 10, 2)), axis=1)
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    pairs = rng.permutation(pairs)[:count]
    return Network.from_edges(pairs[:, 0], pairs[:, 1], members=members, directed=False)


def full_world(
    network: Network,
    seeds: Sequence[int] = (0,),
    *,
    visibility: float = 1.0,
    ticks: int = 64,
    content: Content | None = None,
    delay: int | Sequence[float] = 1,
) -> World:
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


def shares(world: World, worlds: int) -> np.ndarray:
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
