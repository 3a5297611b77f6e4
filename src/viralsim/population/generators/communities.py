"""Who belongs together: communities drawn with power-law sizes, or found in a network."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.population.generators.random_graphs import igraph_seed
from viralsim.population.network.network import Network

LARGEST_RATIO = 1000.0  # of the largest to the smallest community, where the exponent sets no bound
MOST_FOLLOWS_TO_SEARCH = 2_000_000  # Leiden on more takes minutes


def community_sizes(members: int, count: int, size_exponent: float) -> NDArray[np.int64]:
    """Sizes of ``count`` communities that sum to ``members``, largest first; int64[min(count, members)].

    A power law of density ``size ** -size_exponent`` between 1 and its natural cutoff ``count ** (1 / (exponent - 1))``
    (at most 1000), taken at the middles of ``count`` equal shares of probability: the sizes hold no luck.
    Source: community sizes follow power laws (Lancichinetti, Fortunato, Radicchi, Phys. Rev. E 78, 2008).
    """
    count = max(1, min(count, members))
    slope = size_exponent - 1.0
    ratio = LARGEST_RATIO if slope <= 0 else min(LARGEST_RATIO, float(count) ** min(1.0 / slope, 30.0))
    middle = (np.arange(count)[::-1] + 0.5) / count
    if abs(slope) < 1e-9:
        relative = ratio**middle
    else:
        relative = (1.0 - middle * (1.0 - ratio**-slope)) ** (-1.0 / slope)
    exact = relative / relative.sum() * (members - count)
    sizes: NDArray[np.int64] = 1 + np.floor(exact).astype(np.int64)
    left = members - int(sizes.sum())
    sizes[np.argsort(sizes - 1 - exact, kind="stable")[:left]] += 1
    return np.sort(sizes)[::-1]


def drawn_communities(members: int, count: int, size_exponent: float) -> NDArray[np.int32]:
    """The community of each member, int32[members]; members of one community have neighbouring numbers."""
    sizes = community_sizes(members, count, size_exponent)
    return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)


def found_communities(network: Network, seed: int = 0) -> tuple[NDArray[np.int32], float]:
    """Communities of the undirected graph and their modularity: Leiden (Traag, Waltman, van Eck 2019), fixed seed.

    Numbered by size, largest first, ties by the smallest member: int32[N]. A member without follows is alone.
    """
    graph = undirected_igraph(network)
    with igraph_seed(seed):
        found = graph.community_leiden(objective_function="modularity", n_iterations=4)
    labels = np.asarray(found.membership, dtype=np.int64)
    if not len(labels):
        return np.zeros(0, np.int32), 0.0
    size = np.bincount(labels)
    first = np.full(len(size), len(labels))
    np.minimum.at(first, labels, np.arange(len(labels)))
    rank = np.empty(len(size), np.int32)
    rank[np.lexsort((first, -size))] = np.arange(len(size), dtype=np.int32)
    modularity = float(found.modularity) if graph.ecount() else 0.0
    return rank[labels], modularity


def undirected_igraph(network: Network) -> Any:
    """The simple undirected graph of a network as an ``igraph.Graph``."""
    import igraph

    from viralsim.population.network.graph_stats import neighbour_rows

    indptr, neighbours = neighbour_rows(network.indptr, network.followers)
    low = np.repeat(np.arange(network.members, dtype=np.int32), np.diff(indptr))
    once = low < neighbours
    return igraph.Graph(n=network.members, edges=np.column_stack([low[once], neighbours[once]]))
