"""Strategies by centrality: followers, PageRank, k-core (the last two from igraph)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import number
from viralsim.population.network.network import Network
from viralsim.seeding.baselines import hashed
from viralsim.seeding.strategy import Candidates


def by_score(candidates: Candidates, score: NDArray[Any], seed: int, count: int | None = None) -> NDArray[np.int64]:
    """The eligible by falling score, the first ``count`` or all; ties fall at random, the same way for the same seed."""
    members = np.flatnonzero(candidates.eligible)
    score = np.asarray(score, dtype=np.float64)[members]
    if count is not None and 0 < count < len(members):  # of many only those who can be among the first are put in order
        good = score >= np.partition(score, -count)[-count]
        members, score = members[good], score[good]
    return members[np.lexsort((hashed(seed, members), -score))][:count]


def degree(candidates: Candidates, count: int, seed: int, options: Mapping[str, Any]) -> NDArray[np.int64]:
    """Most followers first."""
    return by_score(candidates, candidates.followers(), seed, count)


def _graph(network: Network) -> Any:
    import igraph

    source = np.repeat(np.arange(network.members), np.diff(network.indptr))
    return igraph.Graph(n=network.members, edges=np.column_stack([source, network.followers]), directed=True)


def pagerank(candidates: Candidates, count: int, seed: int, options: Mapping[str, Any]) -> NDArray[np.int64]:
    """Highest PageRank first, on the reversed flow: who is followed by those who are followed (damping 0.85)."""
    damping = number(options.get("damping", 0.85), "damping", 0, 1, open_high=True)
    score = np.zeros(candidates.members)
    for network in candidates.networks:
        graph = _graph(network)
        graph.reverse_edges()
        score += np.asarray(graph.pagerank(damping=damping))
    return by_score(candidates, score, seed, count)


def core(candidates: Candidates, count: int, seed: int, options: Mapping[str, Any]) -> NDArray[np.int64]:
    """Innermost k-core first (Kitsak et al., Nature Physics 2010); within a shell most followers first."""
    shell = np.zeros(candidates.members)
    for network in candidates.networks:
        shell += np.asarray(_graph(network).coreness(mode="all"))
    followers = candidates.followers()
    return by_score(candidates, shell + followers / (followers.max(initial=1) + 1.0), seed, count)
