"""Strategies that look at people rather than at hubs: friends of random members, all communities, fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.seeding.baselines import hashed, random
from viralsim.seeding.centrality import by_score
from viralsim.seeding.strategy import Candidates


def nomination(candidates: Candidates, count: int, seed: int, options: Mapping[str, Any]) -> NDArray[np.int64]:
    """Random members each name one whom they follow (Kim et al., Lancet 2015); a member named twice is taken once.

    It needs no map of the network, and by the friendship paradox it names well-followed members.
    """
    named: dict[int, None] = {}
    eligible = candidates.eligible
    for network in candidates.networks:
        source = np.repeat(np.arange(network.members, dtype=np.int64), np.diff(network.indptr))
        order = np.argsort(network.followers, kind="stable")
        followed = source[order]
        start = np.concatenate([[0], np.cumsum(np.bincount(network.followers, minlength=network.members))])
        naming = np.argsort(hashed(seed, np.arange(network.members)), kind="stable")
        bits = hashed(seed ^ 0x5EED, naming)
        for member, lot in zip(naming.tolist(), bits.tolist(), strict=True):
            n = int(start[member + 1] - start[member])
            if n and len(named) < count * (1 + len(candidates.networks)):
                friend = int(followed[start[member] + (lot >> 32) * n // 2**32])
                if eligible[friend]:
                    named.setdefault(friend)
    chosen = np.fromiter(named, dtype=np.int64, count=len(named))
    rest = random(candidates, count, seed, {})
    return np.concatenate([chosen, rest[~np.isin(rest, chosen)]])


def community(candidates: Candidates, count: int, seed: int, options: Mapping[str, Any]) -> NDArray[np.int64]:
    """Best followed of every community in turn, largest community first."""
    ranked = by_score(candidates, candidates.followers(), seed)
    if candidates.community is None:
        return ranked
    home = candidates.community[ranked]
    sizes = np.bincount(candidates.community)
    order = np.argsort(home, kind="stable")
    rank_within = np.empty(len(ranked), dtype=np.int64)
    first = np.concatenate([[0], np.cumsum(np.bincount(home, minlength=len(sizes)))])
    rank_within[order] = np.arange(len(ranked)) - first[home[order]]
    return ranked[np.lexsort((np.arange(len(ranked)), -sizes[home], rank_within))]


def fit(candidates: Candidates, count: int, seed: int, options: Mapping[str, Any]) -> NDArray[np.int64]:
    """Best match with the content first, times the logarithm of followers plus one, so that someone is listening."""
    match = np.ones(candidates.members) if candidates.match is None else np.asarray(candidates.match, dtype=np.float64)
    return by_score(candidates, match * np.log1p(candidates.followers()), seed, count)
