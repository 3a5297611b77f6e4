"""Networks that laws are stated on."""

from __future__ import annotations

import numpy as np

from viralsim.population.network.network import Network


def of_edges(edges: list[tuple[int, int]], members: int | None = None) -> Network:
    """A network of directed edges."""
    source, target = np.array(edges).T
    return Network.from_edges(source, target, members=members)


def both_ways(edges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Each edge and its reverse."""
    return edges + [(v, u) for u, v in edges]


def complete(members: int) -> Network:
    """Everyone follows everyone."""
    return of_edges([(u, v) for u in range(members) for v in range(members) if u != v])


def poisson_rows(members: int, mean: float, seed: int) -> Network:
    """Everyone has a Poisson number of followers, drawn from all."""
    rng = np.random.default_rng(seed)
    indptr = np.concatenate([[0], np.cumsum(rng.poisson(mean, members))])
    return Network(indptr.astype(np.int64), rng.integers(0, members, indptr[-1], dtype=np.int32))


def random_graph(members: int, mean: float, seed: int) -> Network:
    """An undirected random graph of given mean degree (Erdos and Renyi), both arcs of each edge."""
    rng = np.random.default_rng(seed)
    count = rng.poisson(members * mean / 2)
    pairs = np.sort(rng.integers(0, members, (int(1.01 * count) + 10, 2)), axis=1)
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    pairs = rng.permutation(pairs)[:count]
    return Network.from_edges(pairs[:, 0], pairs[:, 1], members=members, directed=False)


def ring(members: int, reach: int) -> Network:
    """A ring in which everyone is tied to the ``reach`` nearest on each side."""
    return of_edges([(u, (u + d) % members) for u in range(members) for d in range(-reach, reach + 1) if d])


def torus(side: int) -> Network:
    """The Moore lattice: eight neighbours, edges joined."""
    step = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b]
    cells = [(x, y) for x in range(side) for y in range(side)]
    return of_edges([(x * side + y, (x + a) % side * side + (y + b) % side) for x, y in cells for a, b in step])


def heavy_tailed(members: int, mean: float, exponent: float, seed: int) -> Network:
    """Followers with a power-law tail of ``exponent`` (Chung and Lu, PNAS 2002), who follow at random."""
    rng = np.random.default_rng(seed)
    weight = np.minimum((1 - rng.random(members)) ** (-1 / (exponent - 1)), members**0.7)
    total = np.cumsum(weight)
    source = np.searchsorted(total, rng.random(int(members * mean)) * total[-1], side="right")
    target = rng.integers(0, members, len(source))
    edges = np.unique(source[source != target] * members + target[source != target])
    return Network.from_edges(edges // members, edges % members, members=members)
