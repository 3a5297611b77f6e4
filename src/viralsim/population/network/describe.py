"""The statistics of a network that a network scientist expects, and how each was obtained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.population.generators.communities import MOST_FOLLOWS_TO_SEARCH, found_communities
from viralsim.population.network.network import Network

CLUSTERING_MEMBERS = 20_000  # local clustering is taken of at most so many members, evenly spaced
DISTANCE_SOURCES = 200  # distances are taken from at most so many members, evenly spaced
DISTANCE_STEPS = 200_000_000  # and from fewer where they would look at more follows than this
TAIL_MEMBERS = 50  # the fewest members that make a tail
TAIL_STARTS = 100  # candidates for where the tail begins
DENSE_MEMBERS = 300  # up to this size all eigenvalues are computed


@dataclass(frozen=True)
class Degrees:
    """Numbers of accounts, over all members: of followers, or of accounts followed.

    tail_exponent: of the density ``x ** -exponent`` for x >= tail_from, by maximum likelihood, or None without a tail.
    """

    mean: float
    maximum: int
    p10: float
    p50: float
    p90: float
    p99: float
    none: int  # members with 0
    tail_exponent: float | None
    tail_from: int | None
    tail_members: int


@dataclass(frozen=True)
class NetworkDescription:
    """A network in numbers. Unless stated otherwise the undirected simple graph is meant; None: not defined.

    density: follows over possible follows. reciprocity: share of follows that are returned. transitivity: three times
    the triangles over the paths of two edges. mean_local_clustering: mean over ``clustering_members`` members of the
    share of linked pairs of neighbours, 0 for fewer than two neighbours. assortativity: correlation of degrees
    over edges. spectral_radius: largest eigenvalue of the follows: below its reciprocal a constant transmission
    probability cannot sustain itself. mean_distance: over pairs that information can go between, from
    ``distance_sources`` members. notes: what was sampled or left out.
    """

    members: int
    follows: int
    density: float | None
    followers: Degrees
    following: Degrees
    reciprocity: float | None
    transitivity: float | None
    mean_local_clustering: float | None
    clustering_members: int
    triangles: int
    weak_components: int
    largest_weak_component: int
    strong_components: int
    largest_strong_component: int
    communities: int | None
    modularity: float | None
    largest_community: int | None
    assortativity: float | None
    spectral_radius: float
    mean_distance: float | None
    longest_distance: int | None
    distance_sources: int
    mean_tie_strength: float | None
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def describe_network(network: Network) -> NetworkDescription:
    """All statistics of a network; O(E ** 1.5) at worst, seconds for a million follows."""
    from viralsim.population.network.graph_stats import (
        count_triangles,
        local_clustering,
        neighbour_rows,
    )

    n, follows = network.members, network.follows
    notes: list[str] = []
    rows, neighbours = neighbour_rows(network.indptr, network.followers)
    triangles, paths = count_triangles(rows, neighbours)
    chosen = evenly(n, CLUSTERING_MEMBERS)
    if len(chosen) < n:
        notes.append(f"mean local clustering is of {len(chosen):,} members, evenly spaced")
    clustering = local_clustering(rows, neighbours, chosen)
    components = [_components(network, kind) for kind in ("weak", "strong")]
    communities, modularity, largest = _communities(network, notes)
    distance, longest, sources = _distances(network, notes)
    strength = network.tie_strength
    return NetworkDescription(
        members=n,
        follows=follows,
        density=follows / (n * (n - 1)) if n > 1 else None,
        followers=degrees_of(network.follower_count()),
        following=degrees_of(network.following_count()),
        reciprocity=(2 * follows - len(neighbours)) / follows if follows else None,
        transitivity=float(3 * triangles / paths) if paths else None,
        mean_local_clustering=float(clustering.mean()) if n else None,
        clustering_members=len(chosen),
        triangles=int(triangles),
        weak_components=_count(components[0]),
        largest_weak_component=_largest(components[0]),
        strong_components=_count(components[1]),
        largest_strong_component=_largest(components[1]),
        communities=communities,
        modularity=modularity,
        largest_community=largest,
        assortativity=_assortativity(rows, neighbours),
        spectral_radius=_spectral_radius(network, components[1]),
        mean_distance=distance,
        longest_distance=longest,
        distance_sources=sources,
        mean_tie_strength=float(strength.mean(dtype=np.float64)) if strength is not None and len(strength) else None,
        notes=tuple(notes),
    )


def evenly(members: int, most: int) -> NDArray[np.int64]:
    """At most ``most`` member numbers, evenly spaced: all where there are no more."""
    if members <= most:
        return np.arange(members)
    return (np.arange(most) * members) // most


def degrees_of(counts: NDArray[Any]) -> Degrees:
    """Mean, quantiles and tail of a number of each member."""
    if len(counts) == 0:
        return Degrees(0.0, 0, 0.0, 0.0, 0.0, 0.0, 0, None, None, 0)
    p10, p50, p90, p99 = (float(q) for q in np.quantile(counts, (0.1, 0.5, 0.9, 0.99)))
    exponent, start, size = tail_exponent(counts)
    none = int((counts == 0).sum())
    return Degrees(float(counts.mean()), int(counts.max()), p10, p50, p90, p99, none, exponent, start, size)


def tail_exponent(counts: NDArray[Any]) -> tuple[float | None, int | None, int]:
    """The exponent of a power-law tail, where it begins, how many are in it: (exponent, start, members).

    Maximum likelihood with the continuous approximation for whole numbers; the start is where the largest distance of
    the tail's distribution to the power law is least (Clauset, Shalizi, Newman, SIAM Review 51, 2009). None where no
    start leaves 50 members of different numbers in the tail.
    """
    ascending = np.sort(np.asarray(counts)[np.asarray(counts) > 0]).astype(np.float64)
    starts = np.unique(ascending)[:-1]
    starts = starts[len(ascending) - np.searchsorted(ascending, starts) >= TAIL_MEMBERS]
    starts = starts[np.unique(np.linspace(0, len(starts) - 1, min(len(starts), TAIL_STARTS)).astype(np.int64))]
    best = (np.inf, 0.0, 0, 0)
    for start in starts:
        tail = ascending[np.searchsorted(ascending, start) :]
        slope = len(tail) / np.log(tail / (start - 0.5)).sum()
        values, first = np.unique(tail, return_index=True)
        observed = first / len(tail)  # share below each value
        expected = 1.0 - ((values - 0.5) / (start - 0.5)) ** -slope
        distance = float(np.abs(observed - expected).max())
        if distance < best[0]:
            best = (distance, 1.0 + float(slope), int(start), len(tail))
    return (best[1], best[2], best[3]) if best[3] else (None, None, 0)


def _matrix(network: Network) -> Any:
    """The follows as a scipy sparse matrix of ones; arrays are shared."""
    from scipy.sparse import csr_array

    n = network.members
    ones = np.ones(network.follows, dtype=np.float64)
    indptr = network.indptr.astype(np.int32) if network.follows < 2**31 else network.indptr
    return csr_array((ones, network.followers, indptr), shape=(n, n))


def _components(network: Network, kind: str) -> NDArray[np.int32]:
    """The component of each member, weakly or strongly connected."""
    if network.members == 0:
        return np.zeros(0, np.int32)
    from scipy.sparse.csgraph import connected_components

    labels: NDArray[np.int32] = connected_components(_matrix(network), directed=True, connection=kind)[1]
    return labels


def _count(labels: NDArray[np.int32]) -> int:
    return int(labels.max(initial=-1)) + 1


def _largest(labels: NDArray[np.int32]) -> int:
    return int(np.bincount(labels).max()) if len(labels) else 0


def _communities(network: Network, notes: list[str]) -> tuple[int | None, float | None, int | None]:
    """Number of communities, modularity and size of the largest."""
    if network.follows > MOST_FOLLOWS_TO_SEARCH:
        notes.append(f"communities are not searched in more than {MOST_FOLLOWS_TO_SEARCH:,} follows")
        return None, None, None
    labels, modularity = found_communities(network)
    return _count(labels), modularity if network.follows else None, _largest(labels)


def _assortativity(rows: NDArray[np.int64], neighbours: NDArray[np.int32]) -> float | None:
    """Correlation of the degrees at the ends of edges (Newman, Phys. Rev. Lett. 89, 2002); None where all are equal."""
    if len(neighbours) == 0:
        return None
    degree = np.diff(rows).astype(np.float64)
    here, there = np.repeat(degree, np.diff(rows)), degree[neighbours]
    variance = float(here.var())
    if variance <= 1e-12 * float(here.mean()) ** 2:
        return None
    return float(((here - here.mean()) * (there - there.mean())).mean() / variance)


def _spectral_radius(network: Network, strong: NDArray[np.int32]) -> float:
    """The largest eigenvalue of the matrix of follows.

    Information that cannot come back does not sustain itself: only strong components of two or more members count,
    and without them the radius is 0 exactly.
    """
    if network.follows == 0:
        return 0.0
    size = np.bincount(strong)
    radius = 0.0
    matrix = None
    for component in np.argsort(-size, kind="stable"):
        if size[component] < 2 or size[component] - 1 <= radius:
            break  # a component of k members has a radius of at most k - 1
        matrix = _matrix(network) if matrix is None else matrix
        inside = np.flatnonzero(strong == component)
        part = matrix[inside][:, inside]
        if part.sum(axis=1).max() > radius:
            radius = max(radius, _perron(part))
    return radius


def _perron(matrix: Any) -> float:
    """The Perron eigenvalue of an irreducible matrix >= 0."""
    if matrix.shape[0] <= DENSE_MEMBERS:
        return float(np.abs(np.linalg.eigvals(matrix.toarray())).max())
    from scipy.sparse.linalg import ArpackError, eigs

    try:
        values = eigs(matrix, k=1, which="LR", v0=np.ones(matrix.shape[0]), tol=1e-9, return_eigenvectors=False)
        return float(values[0].real)
    except ArpackError:
        return _power_iteration(matrix)


def _power_iteration(matrix: Any) -> float:
    """The Perron eigenvalue by powers of (A + 1), which has no other eigenvalue of that size."""
    x = np.ones(matrix.shape[0])
    value = 0.0
    for _ in range(5000):
        y = matrix @ x + x
        norm = float(np.linalg.norm(y))
        before, value = value, norm / float(np.linalg.norm(x))
        x = y / norm
        if abs(value - before) <= 1e-12 * value:
            break
    return value - 1.0


def _distances(network: Network, notes: list[str]) -> tuple[float | None, int | None, int]:
    """Mean and longest distance from evenly spaced members to whom their posts can reach, and how many members."""
    from viralsim.population.network.graph_stats import distances_from

    allowed = max(20, int(DISTANCE_STEPS / max(1, network.follows)))
    sources = evenly(network.members, min(DISTANCE_SOURCES, allowed))
    total, pairs, longest = distances_from(network.indptr, network.followers, sources)
    if len(sources) < network.members:
        notes.append(f"distances are from {len(sources):,} members, evenly spaced")
    return (float(total / pairs), int(longest), len(sources)) if pairs else (None, None, len(sources))
