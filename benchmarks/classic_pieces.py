"""The classic models, the seeding strategies and networks of edges, each with several parameters, for ``same_worlds``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from benchmarks import graphs

Values = Iterator[tuple[str, Any]]
SEEDS = [0, 5, 17, 200, 999]


def _network() -> Any:
    """3,000 members, 24,000 follows, heavy-tailed, with tie strengths and influence weights."""
    from viralsim import Network

    plain = graphs.heavy_tailed(3_000, 24_000)
    rng = np.random.default_rng(2)
    weight = rng.uniform(0.2, 0.95, plain.follows) / plain.following_count()[plain.followers]
    return Network.from_edges(
        plain.sources(), plain.followers, plain.members,
        tie_strength=rng.uniform(0.1, 1.0, plain.follows), influence_weight=weight,
    )  # fmt: skip


def independent_cascade(worlds: int) -> Values:
    """One probability with few and many seeds and seeds by world; weighted cascade; a number per edge; chosen worlds."""
    from viralsim import classic

    network, rng = _network(), np.random.default_rng(3)
    run = classic.independent_cascade
    for p in (0.0, 0.02, 0.1, 0.4, 1.0):
        yield f"p = {p:g}", run(network, SEEDS, p, worlds, threads=1)
    yield "many seeds", run(network, np.arange(0, 3000, 3), 0.05, worlds, threads=1)
    yield "seeds by world", run(network, rng.integers(0, 3000, (worlds, 2)), 0.05, worlds, threads=1)
    yield "weighted cascade", run(network, SEEDS, "weighted_cascade", worlds, threads=1)
    yield "a number per edge", run(network, SEEDS, rng.uniform(0, 0.3, network.follows), worlds, threads=1)
    yield "three probabilities", run(network, SEEDS, rng.choice([0.01, 0.1, 0.2], network.follows), worlds, threads=1)
    yield "chosen worlds", run(network, SEEDS, 0.05, [7, 3, 10**6], 9, threads=1)
    yield "two threads", run(network, SEEDS, 0.05, worlds, 2, threads=2)
    large = graphs.branching(200_000, 8.0)
    yield "large network", run(large, [0, 100], 0.11, worlds, threads=1)


def linear_threshold(worlds: int) -> Values:
    """Equal weights, a number per edge, the network's own."""
    from viralsim import classic

    network = _network()
    for name, weights in (("uniform", "uniform"), ("own", "influence_weight"), ("given", network.influence_weight / 2)):
        yield name, classic.linear_threshold(network, SEEDS, weights, worlds, threads=1)


def epidemic(worlds: int) -> Values:
    """SIR, Reed-Frost and SI."""
    from viralsim import classic

    network = _network()
    for beta, gamma in ((0.02, 0.1), (0.2, 1.0), (0.05, 0.0), (0.6, 0.5)):
        yield f"sir {beta:g} {gamma:g}", classic.sir(network, SEEDS, beta, gamma, 40, worlds, threads=1)
    yield "si", classic.si(network, SEEDS, 0.03, 25, worlds, 4, threads=1)


def complex_contagion(worlds: int) -> Values:
    """Thresholds by count, by fraction, drawn; ticks; when each member adopts."""
    from viralsim import classic

    network, many = _network(), np.arange(0, 3000, 12)
    for threshold in (1, 2, 3, 0.1, 0.25, "uniform"):
        yield f"threshold {threshold}", classic.complex_contagion(network, many, threshold, worlds, threads=1)
    yield "five ticks", classic.complex_contagion(network, many, 2, 3, ticks=5, threads=1)
    yield "adoption", classic.complex_contagion(network, many, "uniform", 3, threads=1, adoption_tick=True)


def bass(worlds: int) -> Values:
    """Slow and fast adoption, short and long ticks."""
    from viralsim import classic

    for p, q, dt in ((0.03, 0.38, 1.0), (0.001, 0.9, 0.5), (0.2, 0.0, 2.0)):
        yield f"{p:g} {q:g} {dt:g}", classic.bass(2_000, p, q, 40, worlds, threads=1, dt=dt)


def maki_thompson(worlds: int) -> Values:
    """On a network and with complete mixing."""
    from viralsim import classic

    for spread, stifle in ((1.0, 1.0), (0.6, 0.3)):
        words = f"{spread:g} {stifle:g}"
        yield f"network {words}", classic.maki_thompson(_network(), SEEDS, spread, stifle, worlds, threads=1)
        yield f"mixing {words}", classic.maki_thompson(None, [0, 1], spread, stifle, worlds, threads=1, members=800)


def limited_attention(worlds: int) -> Values:
    """One screen; many screens; screens and memories."""
    from viralsim import classic

    screen = classic.Screen(size=5, window=2.0, attention=0.05)
    cases: list[tuple[str, Any, Any]] = [
        ("one screen", None, None),
        ("screens", screen, None),
        ("screens and memory", classic.Screen(own=True), classic.Memory(recall=0.3, size=10, window=3.0)),
    ]
    for name, screens, memory in cases:
        memes = classic.limited_attention(_network(), 0.2, 6_000, 4, threads=1, screen=screens, memory=memory)
        for key in ("world", "popularity", "born", "last", "displaced"):
            yield f"{name} {key}", getattr(memes, key)


MODELS: Mapping[str, Callable[[int], Values]] = {
    "independent cascade": independent_cascade,
    "linear threshold": linear_threshold,
    "sir and si": epidemic,
    "complex contagion": complex_contagion,
    "bass": bass,
    "maki-thompson": maki_thompson,
    "limited attention": limited_attention,
}


def words() -> tuple[str, ...]:
    """The strategies of this version."""
    from viralsim import seeding

    return tuple(seeding.words())


def options_of(word: str, network: Any) -> dict[str, dict[str, Any]]:
    """Options that a strategy is asked with, by a name for each."""
    rng = np.random.default_rng(6)
    if word == "members":
        return {"given": {"members": list(range(40, 70))}}
    if word == "pagerank":
        return {"plain": {}, "damped": {"damping": 0.5}}
    if word not in ("opim", "celf"):
        return {"plain": {}}
    simulated = {"worlds": 40} if word == "celf" else {}
    own = {"opim": {"tight": 0.2, "improve": 20, "delta": 0.05}, "celf": {"worlds": 15}}[word]
    choices = {
        "plain": {"probability": 0.05},
        "weighted cascade": {},
        "own": {"probability": 0.05, **own},
        "linear threshold": {"model": "linear_threshold"},
        "taken": {"probability": 0.05, "taken": [0, 3, 200]},
        "value": {"probability": 0.05, "value": rng.choice([0.0, 1.0, 3.0], network.members)},
        "costs": {"probability": 0.05, "costs": rng.uniform(1, 9, network.members), "budget": 30.0},
    }
    return {name: {**simulated, **chosen, "threads": 1} for name, chosen in choices.items()}


def chosen(word: str, worlds: int) -> Values:
    """Whom a strategy chooses on two networks with two seeds, and the bounds that it states."""
    from viralsim import seeding

    drawn = {"heavy": graphs.heavy_tailed(600, 4_000), "branching": graphs.branching(500, 4.0)}
    for name, network in drawn.items():
        for how, options in options_of(word, network).items():
            for seed in (1, 2):
                found = seeding.choose(network, word, None if "budget" in options else 8, seed=seed, **options)
                bounds = (
                    found.expected_reach,
                    found.lower_bound,
                    found.upper_bound,
                    found.guarantee,
                    found.sets,
                    found.cost,
                )
                yield f"{name} {how} {seed} members", found.members
                yield f"{name} {how} {seed} bounds", [np.nan if one is None else float(one) for one in bounds]


def networks() -> Iterator[tuple[str, Any]]:
    """Networks of the same few edges by every way in, loops and parallel edges among them."""
    import igraph
    import networkx
    import pandas
    from scipy import sparse

    from viralsim import Network

    rng = np.random.default_rng(8)
    source, target = rng.integers(0, 80, (2, 500))
    tie = rng.uniform(0, 1, 500)
    weight = 0.9 * rng.uniform(0, 1, 500) / np.bincount(target, minlength=80)[target]
    yield "numbers", Network.from_edges(source, target)
    yield "values", Network.from_edges(source, target, 100, tie_strength=tie, influence_weight=weight)
    yield "undirected", Network.from_edges(source, target, directed=False)
    yield "no order", Network.from_edges(source, target, keep_edge_order=False)
    yield "labels", Network.from_edges([f"m{one}" for one in source], [f"m{one}" for one in target])
    yield "large", graphs.branching(100_000, 6.0)
    edges = list(zip(source.tolist(), target.tolist(), strict=True))
    yield "networkx", Network.from_networkx(networkx.DiGraph(edges), edge_means="source follows target")
    yield "igraph", Network.from_igraph(igraph.Graph(n=80, edges=edges))
    matrix = sparse.coo_array((np.ones(500), (source, target)), shape=(80, 80)).tocsr()
    yield "scipy", Network.from_scipy(matrix, directed=False)
    table = pandas.DataFrame({"a": source, "b": target, "tie": tie})
    yield "pandas", Network.from_pandas(table, "a", "b", tie_strength="tie")
