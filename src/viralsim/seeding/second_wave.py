"""A second wave after the first was seen: what is left of a textbook cascade once it is known whom the first reached.

Whoever was reached has tried every edge to a follower already. So nobody reached can be chosen, counted, or reach anyone
again; the chances among all others are what they were, and under linear threshold a follower who withstood the weight b of those
reached has a threshold that is uniform above b, so that every other weight counts 1 / (1 - b) of what it did. Bounds hold
given what was seen; two waves so chosen are an adaptive policy of two batches (Golovin, Krause, JAIR 2011; Chen, Krause, ICML
2013).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import member_numbers
from viralsim.population.network.edge_values import STORED, UNIFORM, WEIGHTED_CASCADE, edge_chances
from viralsim.population.network.network import Network
from viralsim.seeding.objective import MODELS, value_of
from viralsim.seeding.strategy import Candidates

WITHSTOOD = 1e-9  # of a threshold that is left: less is rounding


def after_first_wave(candidates: Candidates, options: Mapping[str, Any]) -> tuple[Candidates, dict[str, Any]]:
    """The candidates and options of the cascade that is left after ``options["seen"]``, members who were reached; else as given."""
    rest = dict(options)
    given = rest.pop("seen", None)
    if given is None:
        return candidates, rest
    n = candidates.members
    reached = np.zeros(n, np.bool_)
    reached[member_numbers(given, "seen", n)] = True
    threshold = rest.get("model") == MODELS[1]
    chances = _chances(candidates, rest.get("probability", WEIGHTED_CASCADE), threshold)
    scale = np.ones(n)
    if threshold:
        withstood = np.zeros(n)
        for network, chance in zip(candidates.networks, chances, strict=True):
            spent = reached[network.sources()]
            withstood += np.bincount(network.followers[spent], chance[spent], minlength=n)
        left = 1.0 - withstood
        scale = np.where(left > WITHSTOOD, 1.0 / np.maximum(left, WITHSTOOD), 0.0)
    networks = [
        _without(network, reached, chance * scale[network.followers])
        for network, chance in zip(candidates.networks, chances, strict=True)
    ]
    own = value_of(rest.get("value"), candidates)
    rest |= {"probability": STORED, "value": np.where(reached, 0.0, 1.0 if own is None else own)}
    return Candidates(networks, candidates.eligible & ~reached), rest


def _chances(candidates: Candidates, probability: Any, threshold: bool) -> list[NDArray[np.float64]]:
    """The chance, or weight, of every edge of each network; float64[E]. Linear threshold shares 1 over all networks."""
    if not threshold or not isinstance(probability, str) or probability not in (WEIGHTED_CASCADE, UNIFORM):
        return [edge_chances(network, probability) for network in candidates.networks]
    following = np.zeros(candidates.members, np.int64)
    for network in candidates.networks:
        following += network.following_count()
    return [1.0 / following[network.followers] for network in candidates.networks]


def _without(network: Network, members: NDArray[np.bool_], chance: NDArray[np.float64]) -> Network:
    """The network without edges from or to ``members``, with these chances as its influence weights."""
    sources = network.sources()
    kept = ~members[sources] & ~members[network.followers]
    degree = np.bincount(sources[kept], minlength=network.members)
    indptr = np.concatenate([[0], np.cumsum(degree)]).astype(np.int64)
    weight = np.minimum(chance[kept], 1.0).astype(np.float32)
    return Network(indptr, network.followers[kept], influence_weight=weight)
