"""Exact laws, through every engine that can express them: the classic models and the full model set to each of them.

Means are judged at 4.5 standard errors and distributions at a chi-square p of 1e-4, with fixed seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import product

import numpy as np
import pytest
from build_world import Acts, Channel, Content, Organic, build_world
from scipy.stats import chisquare

from viralsim import classic
from viralsim.kernels.inputs import Count, Graph, Reinforcement, Series, World
from viralsim.kernels.worlds import run_worlds, trace_world
from viralsim.population.network import Network

Edges = list[tuple[int, int]]
Sizes = Callable[[Network, float, int], np.ndarray]
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


# Engines of the independent cascade from member 0, each with the number of worlds that it affords.


def one_number(network: Network, p: float, worlds: int) -> np.ndarray:
    return classic.independent_cascade(network, [0], p, worlds=worlds)


def number_an_edge(network: Network, p: float, worlds: int) -> np.ndarray:
    return classic.independent_cascade(network, [0], np.full(network.follows, p), worlds=worlds)


def epidemic(network: Network, p: float, worlds: int) -> np.ndarray:
    """SIR in which everyone recovers after one tick."""
    return network.members - classic.sir(network, [0], p, 1.0, network.members, worlds=worlds)[:, -1, 0]


def full_by_visibility(network: Network, p: float, worlds: int) -> np.ndarray:
    return shares(full_world(network, visibility=p), worlds // 2)


def full_by_appeal(network: Network, p: float, worlds: int) -> np.ndarray:
    """Half of the chance is being shown, the other being convinced; delays are drawn."""
    share = 0.5 + p / 2
    world = full_world(network, visibility=share, content=Content(appeal=p / share), delay=[0.5, 0.3, 0.2], ticks=200)
    return shares(world, worlds // 2)


CASCADES = [one_number, number_an_edge, epidemic, full_by_visibility, full_by_appeal]
GRAPHS: dict[str, tuple[Edges, float, float]] = {
    "path": ([(0, 1), (1, 2), (2, 3)], 0.5, 1.875),
    "diamond": ([(0, 1), (0, 2), (1, 3), (2, 3)], 0.5, 2.4375),
    "triangle": (both_ways([(0, 1), (0, 2), (1, 2)]), 0.5, 2.25),
    "complete of 4": ([(u, v) for u in range(4) for v in range(4) if u != v], 0.3, 2.316556),
    "ring of 5": (both_ways([(u, (u + 1) % 5) for u in range(5)]), 0.4, 2.25824),
}


def reachable(members: int, edges: Edges) -> int:
    found = {0}
    while True:
        more = {v for u, v in edges if u in found} - found
        if not more:
            return len(found)
        found |= more


def cascade_law(members: int, edges: Edges, p: float) -> np.ndarray:
    """Law of the size by enumeration of all live-edge graphs."""
    law = np.zeros(members + 1)
    for live in product((False, True), repeat=len(edges)):
        kept = [edge for edge, alive in zip(edges, live, strict=True) if alive]
        law[reachable(members, kept)] += p ** len(kept) * (1 - p) ** (len(edges) - len(kept))
    return law


@pytest.mark.parametrize("engine", CASCADES)
@pytest.mark.parametrize("name", GRAPHS)
def test_small_cascades_have_the_law_of_live_edges(name: str, engine: Sizes) -> None:
    """The whole law of sizes is that of enumerated live-edge graphs, whose mean is the published one."""
    edges, p, mean = GRAPHS[name]
    members = 1 + max(max(edge) for edge in edges)
    law = cascade_law(members, edges, p)
    assert law @ np.arange(members + 1) == pytest.approx(mean, abs=1e-5)
    sizes = engine(of_edges(edges), p, 200_000)
    assert_mean(sizes, mean)
    assert_law(sizes, law)


@cache
def reed_frost(susceptible: int, p: float) -> np.ndarray:
    """Law of the number ever infected beside the one initial case, by the chain of (susceptible, infectious)."""
    from scipy.stats import binom

    state = {(susceptible, 1): 1.0}
    law = np.zeros(susceptible + 1)
    while state:
        after: dict[tuple[int, int], float] = {}
        for (s, i), mass in state.items():
            if i == 0 or s == 0:
                law[susceptible - s] += mass
                continue
            for new, chance in enumerate(binom.pmf(np.arange(s + 1), s, 1 - (1 - p) ** i)):
                after[s - new, new] = after.get((s - new, new), 0.0) + mass * chance
        state = after
    return law


REED_FROST = {
    (2, 0.5): [0.25, 0.25, 0.5],
    (3, 0.3): [0.343, 0.216090, 0.222264, 0.218646],
    (4, 0.3): [0.240100, 0.141179, 0.152473, 0.209988, 0.256260],
    (10, 0.1): [0.348678, 0.150095, 0.100506, 0.081228, 0.072085, 0.066387],
    (50, 0.03): [0.218065, 0.075809, 0.040351],
}


@pytest.mark.parametrize("engine", CASCADES)
@pytest.mark.parametrize(("susceptible", "p"), REED_FROST)
def test_final_sizes_are_reed_frost(susceptible: int, p: float, engine: Sizes) -> None:
    """On a complete graph, final sizes have the exact law of the chain-binomial epidemic."""
    law = reed_frost(susceptible, p)
    published = REED_FROST[susceptible, p]
    assert law[: len(published)] == pytest.approx(published, abs=1e-6)
    new = engine(complete(susceptible + 1), p, 100_000 if susceptible < 20 else 10_000) - 1
    assert_law(new, law)
    assert_mean(new, law @ np.arange(susceptible + 1))


BOREL = {
    0.5: ([0.606531, 0.183940, 0.083674, 0.045112, 0.026720], {10: 0.013616}),
    0.8: ([0.449329, 0.161517, 0.087089, 0.055654, 0.039073], {10: 0.122602, 100: 1.425e-3}),
    0.9: ([0.406570, 0.148769, 0.081655, 0.053117, 0.037962], {10: 0.186271, 100: 0.01742}),
}


@pytest.fixture(scope="module")
def branching() -> Network:
    return poisson_graph(400_000, 10.0, seed=3)


def from_anyone(network: Network, p: float, worlds: int) -> np.ndarray:
    seeds = np.random.default_rng(5).integers(0, network.members, (worlds, 1))
    return classic.independent_cascade(network, seeds, p, worlds=worlds)


def full_from_anyone(network: Network, p: float, worlds: int) -> np.ndarray:
    return shares(full_world(network, [-1], visibility=p, ticks=1000), worlds)


@pytest.mark.parametrize("engine", [from_anyone, full_from_anyone])
@pytest.mark.parametrize("mean", BOREL)
def test_total_progeny_is_borel(branching: Network, mean: float, engine: Sizes) -> None:
    """Subcritical cascades on a graph with Poisson rows have Borel's law, and mean 1 / (1 - mu)."""
    start, tails = BOREL[mean]
    sizes = engine(branching, mean / 10.0, 100_000)
    law = np.zeros(100)
    for n in range(1, 100):
        law[n] = np.exp(-mean * n + (n - 1) * np.log(mean * n) - np.sum(np.log(np.arange(1, n + 1))))
    assert law[1:6] == pytest.approx(start, abs=1e-6)
    for n, tail in tails.items():
        assert 1 - law[:n].sum() == pytest.approx(tail, rel=1e-3)
    assert_law(sizes, law)
    if mean < 0.9:  # at 0.9 the largest of 100,000 cascades feel that the graph is finite
        assert_mean(sizes, 1 / (1 - mean))


@pytest.mark.parametrize(("mean", "survival"), [(1.5, 0.582812), (2.0, 0.796812), (3.0, 0.940480)])
def test_survival_is_galton_watson(mean: float, survival: float) -> None:
    """A supercritical cascade becomes large with the survival probability of a Poisson branching process."""
    network = poisson_graph(5000, 10.0, seed=4)
    large = from_anyone(network, mean / 10.0, 4000) > 250
    assert_mean(large.astype(float), survival)


@pytest.mark.parametrize("engine", [from_anyone, full_from_anyone])
def test_chance_and_size_of_a_large_cascade_are_one_root(engine: Sizes) -> None:
    """On an undirected random graph, z p = 1.5: both are the root of s = 1 - exp(-1.5 s), that is 0.5828."""
    worlds = 3000 if engine is from_anyone else 300
    network = random_graph(20_000, 5.0, seed=6)
    sizes = engine(network, 0.3, worlds) / network.members
    large = sizes > 0.01
    assert_mean(large.astype(float), 0.582812)
    assert sizes[large].mean() == pytest.approx(0.582812, abs=0.012)


@cache
def sir_law(susceptible: int, beta: float, gamma: float) -> np.ndarray:
    """Law of the number ever infected of a discrete SIR on a complete graph: transmission, then recovery."""
    from scipy.stats import binom

    state = {(susceptible, 1): 1.0}
    law = np.zeros(susceptible + 1)
    for _ in range(121):
        after: dict[tuple[int, int], float] = {}
        for (s, i), mass in state.items():
            if i == 0:
                law[susceptible - s] += mass
                continue
            infect = binom.pmf(np.arange(s + 1), s, 1 - (1 - beta) ** i)
            recover = binom.pmf(np.arange(i + 1), i, gamma)
            for (new, a), (gone, b) in product(enumerate(infect), enumerate(recover)):
                key = (s - new, i - gone + new)
                after[key] = after.get(key, 0.0) + mass * a * b
        state = after
    return law


def classic_sir(network: Network, worlds: int) -> np.ndarray:
    return network.members - classic.sir(network, [0], 0.15, 0.4, 120, worlds=worlds)[:, -1, 0]


def full_sir(network: Network, worlds: int) -> np.ndarray:
    world = full_world(network, visibility=0.15, content=Content(persistence=0.6), ticks=120)
    return run_worlds(world, 1, np.arange(worlds), series_worlds=0).counts[:, Count.MEMBER_NODES]


@pytest.mark.parametrize("engine", [classic_sir, full_sir])
def test_sir_has_the_law_of_its_chain(engine: Callable[[Network, int], np.ndarray]) -> None:
    """With persistence, posts go on as an infection does: final sizes have the law of the discrete SIR chain."""
    assert_law(engine(complete(6), 50_000) - 1, sir_law(5, 0.15, 0.4))


def live_choice_mean(edges: Edges, weights: Sequence[float]) -> float:
    """Mean size from member 0 if every member keeps at most one edge into him, edge e with probability w_e."""
    members = 1 + max(max(edge) for edge in edges)
    into = [[e for e, (_, v) in enumerate(edges) if v == member] for member in range(members)]
    mean = 0.0
    for choice in product(*[[*chosen, None] for chosen in into]):
        mass = 1.0
        for chosen, options in zip(choice, into, strict=True):
            mass *= weights[chosen] if chosen is not None else 1.0 - sum(weights[e] for e in options)
        if mass > 0:
            mean += mass * reachable(members, [edges[e] for e in choice if e is not None])
    return mean


TANGLE = [(0, 1), (0, 2), (1, 2), (2, 1), (1, 3), (2, 3), (3, 4), (0, 4), (4, 1), (4, 3)]


@pytest.mark.parametrize("engine", ["live edges", "thresholds", "full"])
def test_uniform_thresholds_are_live_choices(engine: str) -> None:
    """With weights 1 / in-degree, thresholds drawn at random give the spread of the live-edge sampler."""
    network = of_edges(TANGLE)
    indegree = np.bincount([v for _, v in TANGLE])
    exact = live_choice_mean(TANGLE, [1 / indegree[v] for _, v in TANGLE])
    worlds = 100_000
    if engine == "live edges":
        sizes = classic.linear_threshold(network, [0], worlds=worlds)
    elif engine == "thresholds":
        sizes = classic.complex_contagion(network, [0], "uniform", worlds=worlds)
    else:
        content = Content(reinforcement=Reinforcement.FRACTION, threshold=-1.0)
        sizes = shares(full_world(network, content=content), worlds)
    assert_mean(sizes, exact)


@pytest.mark.parametrize("engine", ["given", "stored", "full"])
def test_weighted_thresholds_are_live_choices(engine: str) -> None:
    """With weights of the edges, in-sums below 1, the linear threshold spread is that of the live-edge sampler."""
    weights = np.random.default_rng(8).uniform(0.05, 0.3, len(TANGLE))
    source, target = np.array(TANGLE).T
    network = Network.from_edges(source, target, influence_weight=weights)
    worlds = 100_000
    if engine == "given":
        sizes = classic.linear_threshold(of_edges(TANGLE), [0], weights, worlds=worlds)
    elif engine == "stored":
        sizes = classic.linear_threshold(network, [0], "influence_weight", worlds=worlds)
    else:
        content = Content(reinforcement=Reinforcement.WEIGHT, threshold=-1.0)
        sizes = shares(full_world(network, content=content), worlds)
    assert_mean(sizes, live_choice_mean(TANGLE, weights))


def test_threshold_and_cascade_agree_on_a_tree() -> None:
    """Where everyone follows at most one, linear thresholds with weights w are a cascade with probabilities w."""
    edges = [(0, 1), (0, 2), (1, 3), (1, 4), (2, 5), (5, 6)]
    weights = [0.9, 0.3, 0.5, 0.8, 0.6, 0.7]
    exact = 1 + 0.9 + 0.3 + 0.9 * 0.5 + 0.9 * 0.8 + 0.3 * 0.6 + 0.3 * 0.6 * 0.7
    assert_mean(classic.linear_threshold(of_edges(edges), [0], weights, worlds=100_000), exact)
    assert_mean(classic.independent_cascade(of_edges(edges), [0], weights, worlds=100_000), exact)


# Watts' global cascades: mean degree, trigger probability of one seed, size given that it is global.
WATTS = [
    (1.5, 0.5489, 0.5803, 0.03),
    (2.0, 0.7542, 0.7966, 0.01),
    (3.0, 0.8735, 0.9405, 0.01),
    (4.0, 0.8653, 0.9802, 0.01),
    (5.0, 0.6953, 0.9930, 0.01),
]


def watts(mean: float, worlds: int) -> np.ndarray:
    network = random_graph(30_000, mean, seed=int(10 * mean))
    seeds = np.random.default_rng(9).integers(0, network.members, (worlds, 1))
    return classic.complex_contagion(network, seeds, 0.18, worlds=worlds) / network.members


@pytest.mark.parametrize(("mean", "trigger", "size", "tolerance"), WATTS)
def test_global_cascades_inside_watts_window(mean: float, trigger: float, size: float, tolerance: float) -> None:
    """Threshold 0.18 on a random graph: how often one seed sets off a global cascade, and how large that is."""
    sizes = watts(mean, 1000)
    large = sizes > 0.1
    assert large.mean() == pytest.approx(trigger, abs=0.065)  # 4.5 standard errors are 0.06
    assert sizes[large].mean() == pytest.approx(size, abs=tolerance)


@pytest.mark.parametrize("mean", [0.8, 7.0])
def test_no_global_cascades_outside_watts_window(mean: float) -> None:
    """Below and above the window fewer than 0.5 % of seeds set off a global cascade."""
    assert (watts(mean, 1000) > 0.1).mean() < 0.005


def test_full_model_has_watts_window() -> None:
    """The full model with a fractional threshold: the same adopters as the classic model, seed by seed."""
    network = random_graph(3000, 3.0, seed=30)
    content = Content(reinforcement=Reinforcement.FRACTION, threshold=0.18)
    for seed in range(12):
        full = shares(full_world(network, [seed], content=content, ticks=200), 1)
        assert full.tolist() == classic.complex_contagion(network, [seed], 0.18, worlds=1).tolist()


def ring(members: int, reach: int) -> Network:
    return of_edges([(u, (u + d) % members) for u in range(members) for d in range(-reach, reach + 1) if d])


def torus(side: int) -> Network:
    """The Moore lattice: eight neighbours, edges joined."""
    step = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b]
    cells = product(range(side), range(side))
    return of_edges([(x * side + y, (x + a) % side * side + (y + b) % side) for x, y in cells for a, b in step])


BLOCK = [x * 20 + y for x in range(3) for y in range(3)]
LATTICES = [
    (ring(100, 2), [0, 1], 2, 100, 49),
    (ring(100, 2), [0, 1, 2], 3, 3, 0),
    (ring(100, 3), [0, 1, 2], 3, 100, 48),
    (ring(100, 3), [0, 1, 2], 4, 3, 0),
    (torus(20), BLOCK, 3, 400, 25),
    (torus(20), BLOCK, 4, 9, 0),
]


@pytest.mark.parametrize("engine", ["classic", "full"])
@pytest.mark.parametrize(("network", "seeds", "threshold", "size", "last"), LATTICES)
def test_lattices_fill_or_stall(
    network: Network, seeds: list[int], threshold: int, size: int, last: int, engine: str
) -> None:
    """Complex contagion on a ring and a Moore torus: who adopts, and the tick of the last adoption."""
    if engine == "classic":
        ticks = classic.complex_contagion(network, seeds, threshold, worlds=1, adoption_tick=True)[0]
        ticks = ticks[ticks >= 0]
    else:
        content = Content(reinforcement=Reinforcement.COUNT, threshold=threshold)
        ticks = trace_world(full_world(network, seeds, content=content), 1, 0).tick
    assert (len(ticks), ticks.max()) == (size, last)


def test_random_regular_graph_stops_complex_contagion() -> None:
    """On random 4-regular graphs two neighbours hardly ever convince a third: no clustering, no spread."""
    import networkx as nx

    stalled = 0
    for seed in range(40):
        graph = nx.random_regular_graph(4, 1000, seed=seed)
        first = next(iter(graph.edges))
        stalled += int(classic.complex_contagion(Network.from_networkx(graph), list(first), 2, worlds=1)[0] <= 10)
    assert stalled == 40


def rumour_law(members: int, spread: float, stifle: float) -> np.ndarray:
    """Law of the number who heard, by the jump chain of (ignorant, spreading) under complete mixing."""
    mass = np.zeros((members + 1, members + 2))
    mass[members - 1, 1] = 1.0
    law = np.zeros(members + 1)
    for ignorant in range(members - 1, -1, -1):
        for active in range(members - ignorant, 0, -1):
            here = mass[ignorant, active]
            up = ignorant / (members - 1) * spread
            down = (members - 1 - ignorant) / (members - 1) * stifle
            if up:
                mass[ignorant - 1, active + 1] += here * up / (up + down)
            mass[ignorant, active - 1] += here * down / (up + down)
        law[members - ignorant] = mass[ignorant, 0]
    return law


@pytest.mark.parametrize("engine", ["mixing", "network"])
@pytest.mark.parametrize(("spread", "stifle"), [(1.0, 1.0), (0.6, 0.3)])
def test_rumour_has_the_law_of_its_jump_chain(engine: str, spread: float, stifle: float) -> None:
    """Maki-Thompson among 8: the exact law of how many hear, by counts alone and on the complete graph."""
    world = {"members": 8} if engine == "mixing" else {"network": complete(8)}
    heard = classic.maki_thompson(spread=spread, stifle=stifle, worlds=50_000, **world)
    assert_law(heard, rumour_law(8, spread, stifle))


def test_rumour_reaches_four_fifths() -> None:
    """In a large population with complete mixing 0.796812 hear the rumour."""
    assert_mean(classic.maki_thompson(members=200_000, worlds=400) / 200_000, 0.796812)


def test_bass_curve_is_exact() -> None:
    """Mean and variance of Bass' adopters in every tick are those of its Markov chain."""
    from scipy.stats import binom

    members, p, q, dt = 15, 0.05, 0.6, 0.5
    law = np.zeros(members + 1)
    law[0] = 1.0
    adopters = classic.bass(members, p, q, 12, worlds=100_000, dt=dt)
    for tick in range(1, 13):
        after = np.zeros(members + 1)
        for a, mass in enumerate(law):
            chance = 1 - np.exp(-(p + q * a / members) * dt)
            after[a:] += mass * binom.pmf(np.arange(members - a + 1), members - a, chance)
        law = after
        assert_mean(adopters[:, tick], law @ np.arange(members + 1))
        assert_law(adopters[:, tick], law)


def test_bass_curve_of_many_is_the_mean_field() -> None:
    """With a million members the curve follows its recursion within the noise of a binomial."""
    members, p, q = 1_000_000, 0.03, 0.38
    curve = [0.0]
    for _ in range(20):
        curve.append(curve[-1] + (members - curve[-1]) * (1 - np.exp(-p - q * curve[-1] / members)))
    mean = classic.bass(members, p, q, 20, worlds=400).mean(axis=0)
    assert mean == pytest.approx(curve, abs=4.5 * 3 * np.sqrt(members / 4 / 400))


# The same worlds: where draws are shared, the classic models are the full model, number for number.


@pytest.mark.parametrize("p", [0.02, 0.3, 1.0])
def test_cascade_is_the_full_model_world_by_world(p: float) -> None:
    """An independent cascade with one probability has the shares of the full model in every single world."""
    network = random_graph(500, 6.0, seed=12)
    seeds = [3, 77, 400]
    bare = classic.independent_cascade(network, seeds, p, worlds=500)
    assert bare.tolist() == shares(full_world(network, seeds, visibility=p, ticks=200), 500).tolist()


def test_sir_is_the_full_model_world_by_world() -> None:
    """The infectious of SIR are the posts of the full model, tick by tick, in every single world."""
    network = random_graph(300, 5.0, seed=13)
    counts = classic.sir(network, [0, 1], 0.2, 0.5, 29, worlds=200)
    world = full_world(network, [0, 1], visibility=0.2, content=Content(persistence=0.5), ticks=30)
    raw = run_worlds(world, 1, np.arange(200))
    assert np.array_equal(raw.series[:, :, Series.SHARES], counts[:, :, 1])


def test_uniform_thresholds_are_the_full_model_world_by_world() -> None:
    """Complex contagion with uniform fractions adopts as the full model does, in every single world."""
    network = random_graph(300, 5.0, seed=14)
    content = Content(reinforcement=Reinforcement.FRACTION, threshold=-1.0)
    full = shares(full_world(network, [0, 1, 2], content=content, ticks=300), 300)
    assert full.tolist() == classic.complex_contagion(network, [0, 1, 2], "uniform", worlds=300).tolist()
