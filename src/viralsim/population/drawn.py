"""Networks that are drawn: generated ones, and random graphs; the last ones are kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from viralsim.cache import BoundedCache
from viralsim.errors import InputError, NetworkError
from viralsim.population.audience import audience_key
from viralsim.population.generators.generate import Traits, generate_and_measure
from viralsim.population.generators.random_graphs import random_graph
from viralsim.population.network.network import Network
from viralsim.population.network.shared_memory import drawn_once
from viralsim.rules import known
from viralsim.scenario.blocks import filled
from viralsim.scenario.channels import Generate
from viralsim.scenario.random_graphs import RandomGraph
from viralsim.scenario.spec import Spec

BYTES_A_FOLLOW = (
    33  # 3.08 GiB for 100 million follows of 10 million members, drawing and one world (benchmarks/SCALE.md)
)
KEPT_FOLLOWS = 60_000_000  # generated networks that are kept in memory for sweeps: 240 MB
MOST_TOGETHER = (
    10_000_000  # follows of networks that are drawn at once: larger ones take their memory one after the other
)

# Sweeps and the app ask from several threads: each network is made once, under a lock of its key.
_networks = BoundedCache(KEPT_FOLLOWS, lambda drawn: drawn[0].follows)


def draw_networks(
    spec: Spec,
    names: Sequence[str],
    community: NDArray[np.int32],
    presence: Mapping[str, NDArray[np.bool_] | None],
    population: int,
    threads: int,
    messages: list[str],
) -> dict[str, Network]:
    """The networks of the channels ``names``, the same on any number of threads; what could not be as asked joins ``messages``."""
    channels = {name: spec.channels[name] for name in names}
    words = {name: filled(one.network.generate) for name, one in channels.items() if one.network.graph is None}
    follows = {name: len(community) * channels[name].presence * one.mean_following for name, one in words.items()}
    order = sorted(words, key=lambda name: -follows[name])

    def draw(name: str) -> tuple[Network, Traits]:
        return _generated(spec, name, words[name], community, presence.get(name), population)

    if min(threads, len(words)) > 1 and sum(follows.values()) <= MOST_TOGETHER:
        with ThreadPoolExecutor(threads) as pool:
            drawn = dict(zip(order, pool.map(draw, order), strict=True))
    else:
        drawn = {name: draw(name) for name in words}
    networks = {name: network for name, (network, _) in drawn.items()}
    for name, one in words.items():
        messages.extend(_not_reached(name, one, drawn[name][1]))
    for name, channel in channels.items():
        if channel.network.graph is not None:
            networks[name] = _random_graph(spec, name, channel.network.graph, community, presence.get(name), population)
    return networks


def _key_of(words: object, community: NDArray[np.int32], present: NDArray[np.bool_] | None) -> str:
    """A hash of all that a drawn network rests on."""
    digest = blake2b(repr(words).encode(), digest_size=16)
    digest.update(community.tobytes())
    digest.update(b"" if present is None else present.tobytes())
    return digest.hexdigest()


def _kept(key: str, follows: float, draw: Callable[[], tuple[Network, Traits]]) -> tuple[Network, Traits]:
    """What ``draw`` gives: by one thread of one process, and kept for the next that asks for ``key``."""
    kept: tuple[Network, Traits] = _networks.get(key, lambda: drawn_once(key, follows, draw))
    return kept


def _generated(
    spec: Spec,
    name: str,
    words: Generate,
    community: NDArray[np.int32],
    present: NDArray[np.bool_] | None,
    population: int,
) -> tuple[Network, Traits]:
    """A generated network and its traits; the last ones are kept, so that sweeps and arms do not draw them again."""
    _refuse_giant(f"channels.{name}.network.generate", len(community), words.mean_following)
    seed = int(audience_key(spec.seed, population, "network", name))
    traits = (words.mean_following, words.degree_exponent, words.reciprocity, words.clustering)
    mixing = spec.audience.communities.mixing
    key = _key_of((traits, mixing, seed), community, present)
    follows = len(community) * words.mean_following
    return _kept(key, follows, lambda: generate_and_measure(community, *traits, mixing, seed, present))


def _random_graph(
    spec: Spec,
    name: str,
    words: RandomGraph,
    community: NDArray[np.int32],
    present: NDArray[np.bool_] | None,
    population: int,
) -> Network:
    """A random graph among those who have an account; blocks are the audience's communities. Kept like ``_generated``."""
    place = f"channels.{name}.network.graph"
    _refuse_giant(place, len(community), words.mean_degree)
    seed = int(audience_key(spec.seed, population, "network", name))
    word, options = words.chosen
    own = known("generator").get(word)
    key = _key_of((word, options, seed, own and own.digest), community, present)
    who = np.arange(len(community)) if present is None else np.flatnonzero(present)
    if own is not None:
        options = {**options, "community": community[who]}
    if word == "stochastic_block":
        options["blocks"] = np.unique(community[who], return_inverse=True)[1]

    def draw() -> tuple[Network, Traits]:
        drawn = random_graph(word, len(who), seed, **options).without_edge_position()
        return drawn.placed(who, len(community)), Traits(0.0, 0.0, 0.0, 0.0)

    try:
        return _kept(key, len(community) * words.mean_degree, draw)[0]
    except InputError as error:
        raise NetworkError(f"{place}.{word}: {error}") from None


def memory_bytes() -> int:
    """The memory of this machine."""
    if hasattr(os, "sysconf"):  # without a library to load at every run
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    import psutil

    return int(psutil.virtual_memory().total)


def _refuse_giant(place: str, members: int, mean_following: float) -> None:
    """NetworkError where a generated network is larger than the machine: else the system would end the process, or others."""
    needed = BYTES_A_FOLLOW * members * mean_following
    if needed > memory_bytes():
        raise NetworkError(
            f"{place}: {members:,} members who follow {mean_following:g} need about {needed / 2**30:.0f} GiB, this machine has "
            f"{memory_bytes() / 2**30:.0f}: ask for fewer members (docs/scale.md says what a smaller audience shows)"
        )


def _not_reached(name: str, words: Generate, reached: Traits) -> list[str]:
    """What to say where no network of this size could have what was asked for."""
    place = f"channels.{name}.network.generate"
    said = []
    for trait, tolerance in (("mean_following", 0.03), ("clustering", 0.25), ("reciprocity", 0.0)):
        wanted, got = getattr(words, trait), getattr(reached, trait)
        if abs(got - wanted) > max(tolerance * wanted, 0.03):
            said.append(
                f"{place}.{trait}: {wanted:g} was asked for, {got:.2f} was reached: the other values leave no room"
            )
    return said
