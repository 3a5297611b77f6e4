"""Cascades and branching: small graphs by enumeration, epidemics by chains, Borel's law, survival, percolation."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from viralsim import classic
from viralsim.validation import graphs
from viralsim.validation.check import EXACT, FINITE, LAW, MEAN, ROOT, Check, Number, Picture, Setting, exact, law, mean

Edges = list[tuple[int, int]]
LIVE_EDGES = "enumeration of live-edge graphs (Kempe, Kleinberg, Tardos 2003)"
SMALL: dict[str, tuple[Edges, float, float]] = {
    "path of 4": ([(0, 1), (1, 2), (2, 3)], 0.5, 1.875),
    "diamond": ([(0, 1), (0, 2), (1, 3), (2, 3)], 0.5, 2.4375),
    "triangle": (graphs.both_ways([(0, 1), (0, 2), (1, 2)]), 0.5, 2.25),
    "complete of 4": ([(u, v) for u in range(4) for v in range(4) if u != v], 0.3, 2.316556),
    "ring of 5": (graphs.both_ways([(u, (u + 1) % 5) for u in range(5)]), 0.4, 2.25824),
}


def reachable(edges: Edges) -> int:
    """How many are reached from member 0."""
    found = {0}
    while more := {v for u, v in edges if u in found} - found:
        found |= more
    return len(found)


def cascade_law(members: int, edges: Edges, p: float) -> NDArray[np.float64]:
    """Law of the size from member 0 by enumeration of all live-edge graphs."""
    masses = np.zeros(members + 1)
    for live in product((False, True), repeat=len(edges)):
        kept = [edge for edge, alive in zip(edges, live, strict=True) if alive]
        masses[reachable(kept)] += p ** len(kept) * (1 - p) ** (len(edges) - len(kept))
    return masses


def small_graphs(setting: Setting) -> list[Number]:
    """Laws and means on five graphs, by the cascade and by SIR with recovery after one tick."""
    said = []
    for name, (edges, p, known) in SMALL.items():
        members = 1 + max(max(edge) for edge in edges)
        network, masses = graphs.of_edges(edges), cascade_law(members, edges, p)
        said.append(exact(f"{name}: mean of the law", masses @ np.arange(members + 1), known, 1e-5))
        sizes = classic.independent_cascade(network, [0], p, worlds=200_000, seed=setting.seed, threads=setting.threads)
        said += [mean(f"{name}: cascade", sizes, known), law(f"{name}: cascade, law", sizes, masses)]
        left = classic.sir(network, [0], p, 1.0, members, 100_000, setting.seed, threads=setting.threads)[:, -1, 0]
        said.append(law(f"{name}: SIR of one tick, law", members - left, masses))
    return said


REED_FROST = {
    (2, 0.5): [0.25, 0.25, 0.5],
    (3, 0.3): [0.343, 0.216090, 0.222264, 0.218646],
    (4, 0.3): [0.240100, 0.141179, 0.152473, 0.209988, 0.256260],
    (10, 0.1): [0.348678, 0.150095, 0.100506, 0.081228, 0.072085, 0.066387],
    (50, 0.03): [0.218065, 0.075809, 0.040351],
}


def reed_frost(susceptible: int, p: float) -> NDArray[np.float64]:
    """Law of the number ever infected beside the one initial case, by the chain of (susceptible, infectious)."""
    from scipy.stats import binom

    state = {(susceptible, 1): 1.0}
    masses = np.zeros(susceptible + 1)
    while state:
        after: dict[tuple[int, int], float] = {}
        for (s, i), mass in state.items():
            if i == 0 or s == 0:
                masses[susceptible - s] += mass
                continue
            for new, chance in enumerate(binom.pmf(np.arange(s + 1), s, 1 - (1 - p) ** i)):
                after[s - new, new] = after.get((s - new, new), 0.0) + mass * chance
        state = after
    return masses


def chain_binomial(setting: Setting) -> list[Number]:
    """Final sizes on complete graphs."""
    said = []
    for (susceptible, p), published in REED_FROST.items():
        masses = reed_frost(susceptible, p)
        said.append(exact(f"s {susceptible}, p {p}: first tabulated", masses[len(published) - 1], published[-1], 1e-6))
        network = graphs.complete(susceptible + 1)
        new = (
            classic.independent_cascade(network, [0], p, worlds=200_000, seed=setting.seed, threads=setting.threads) - 1
        )
        said += [law(f"s {susceptible}, p {p}: law", new, masses)]
        said += [mean(f"s {susceptible}, p {p}: mean", new, float(masses @ np.arange(len(masses))))]
    return said


BOREL = {0.5: (10, 0.013616), 0.8: (100, 1.425e-3), 0.9: (100, 0.01742)}


def borel(mu: float, most: int) -> NDArray[np.float64]:
    """Borel's law up to ``most`` - 1: P(n) = exp(-mu n) (mu n)^(n-1) / n!."""
    from scipy.special import gammaln

    n = np.arange(1, most)
    return np.concatenate([[0.0], np.exp(-mu * n + (n - 1) * np.log(mu * n) - gammaln(n + 1))])


def progeny(setting: Setting) -> list[Number]:
    """Subcritical cascades on a network of Poisson rows."""
    network = graphs.poisson_rows(400_000, 10.0, seed=3)
    said, lines = [], []
    seeds = np.random.default_rng(setting.seed).integers(0, network.members, (200_000, 1))
    for mu, (n, tail) in BOREL.items():
        masses = borel(mu, 100)
        said.append(exact(f"mu {mu}: P(size >= {n}) of the law", 1 - masses[:n].sum(), tail, 0.001 * tail))
        sizes = classic.independent_cascade(
            network, seeds, mu / 10, worlds=len(seeds), seed=setting.seed, threads=setting.threads
        )
        said.append(law(f"mu {mu}: law", sizes, masses))
        if mu < 0.9:  # at 0.9 the largest of the cascades feel that the network is finite
            said.append(mean(f"mu {mu}: mean 1/(1 - mu)", sizes, 1 / (1 - mu)))
        x = np.unique(np.geomspace(1, max(2, sizes.max()), 40).astype(int))
        lines.append((f"simulated, mu {mu}", x.astype(float), np.array([(sizes >= k).mean() for k in x]), False))
        whole = 1 - np.concatenate([[0.0], np.cumsum(borel(mu, int(x[-1]) + 1))])
        lines.append((f"Borel, mu {mu}", x.astype(float), np.maximum(whole[x], 1e-12), True))
    setting.pictures.append(
        Picture(
            "Sizes of subcritical cascades", "size", "share of cascades at least so large", tuple(lines), True, True
        )
    )
    return said


SURVIVAL = {1.1: 0.176134, 1.5: 0.582812, 2.0: 0.796812, 3.0: 0.940480}


def survival(setting: Setting) -> list[Number]:
    """How often a supercritical cascade becomes large."""
    network = graphs.poisson_rows(20_000, 10.0, seed=4)
    seeds = np.random.default_rng(setting.seed).integers(0, network.members, (4000, 1))
    said = []
    for mu, chance in SURVIVAL.items():
        sizes = classic.independent_cascade(
            network, seeds, mu / 10, worlds=4000, seed=setting.seed, threads=setting.threads
        )
        limit = 400 if mu > 1.2 else 1000
        said.append(mean(f"R {mu}", (sizes > limit).astype(float), chance, 0.01 if mu < 1.2 else 0.0))
    return said


def percolation(setting: Setting) -> list[Number]:
    """On an undirected random graph the chance and the size of a large cascade are one root."""
    network = graphs.random_graph(100_000, 5.0, seed=6)
    seeds = np.random.default_rng(setting.seed).integers(0, network.members, (6000, 1))
    sizes = classic.independent_cascade(network, seeds, 0.3, worlds=6000, seed=setting.seed, threads=setting.threads)
    share = sizes / network.members
    large = share > 0.01
    return [
        mean("chance of a cascade above 1 %", large.astype(float), 0.582812),
        exact("relative size of those", share[large].mean(), 0.582812, 0.01),
    ]


def root_of(r: float) -> float:
    """The size z > 0 of a large epidemic: z = 1 - exp(-r z)."""
    from scipy.optimize import brentq

    return float(brentq(lambda z: z - 1 + np.exp(-r * z), 1e-6, 1.0))


def final_sizes(setting: Setting) -> list[Number]:
    """SIR and rumours among all end at the roots of z = 1 - exp(-R z).

    In whole ticks, transmission before recovery, a pair is infected with chance beta / (1 - (1 - beta) (1 - gamma)): a little
    less than beta / gamma. R is taken from that. What is left of the finite network is of the order of 1 / n: 10 / n is allowed.
    """
    said = []
    members, gamma = 3000, 0.1
    network = graphs.complete(members)
    for r in (1.5, 2.0, 3.0):
        beta = r / members * gamma
        own = (members - 1) * beta / (1 - (1 - beta) * (1 - gamma))
        counts = classic.sir(network, [0], beta, gamma, 2000, 400, setting.seed, threads=setting.threads)
        share = 1 - counts[:, -1, 0] / members
        said.append(mean(f"SIR, R0 {r}: size of large epidemics", share[share > 0.1], root_of(own), 10 / members))
    heard = classic.maki_thompson(members=10_000, worlds=400, seed=setting.seed, threads=setting.threads) / 10_000
    said.append(mean("rumour: share who have heard", heard[heard > 0.1], root_of(2.0), 10 / 10_000))
    return said


def submodular(setting: Setting) -> list[Number]:
    """With common luck the spread is monotone in the seeds, exactly in each world, and its mean submodular."""
    network = graphs.heavy_tailed(300, 5.0, 2.4, seed=8)
    rng = np.random.default_rng(setting.seed)
    worlds, broken_monotone, broken = 200, 0, 0

    def spread(seeds: list[int]) -> NDArray[np.signedinteger]:
        edge_p = np.full(network.follows, 0.15)
        return classic.independent_cascade(
            network, seeds, edge_p, worlds=worlds, seed=setting.seed, threads=setting.threads
        )

    for _ in range(200):
        drawn = [int(v) for v in rng.choice(300, 4, replace=False)]
        small, large, extra = drawn[:1], drawn[:3], drawn[3]
        s, sx, t, tx = spread(small), spread([*small, extra]), spread(large), spread([*large, extra])
        broken_monotone += int(((sx < s) | (tx < t) | (t < s)).sum())
        broken += int(((sx - s) < (tx - t)).sum())
    return [
        exact("worlds in which a seed more spreads less (40,000 tried)", broken_monotone, 0),
        exact("worlds in which a seed adds more to a larger set", broken, 0),
    ]


CHECKS = (
    Check(
        "CHECK-25a",
        "Cascades on small graphs",
        "independent cascade; SIR",
        LIVE_EDGES,
        small_graphs,
        parameters="path, diamond, triangle, ring of 5 at p 0.5 or 0.4, complete graph of 4 at 0.3; 200,000 worlds",
        tolerance=LAW,
    ),
    Check(
        "CHECK-25b",
        "Final sizes of Reed and Frost",
        "independent cascade",
        "chain of (susceptible, infectious); Abbey 1952",
        chain_binomial,
        parameters="(2, 0.5), (3, 0.3), (4, 0.3), (10, 0.1), (50, 0.03); 200,000 worlds each",
        tolerance=LAW,
    ),
    Check(
        "CHECK-25c",
        "Total progeny",
        "independent cascade",
        "Borel 1942; Otter 1949",
        progeny,
        parameters="400,000 members with Poisson(10) followers, p = mu / 10, mu 0.5, 0.8, 0.9; 200,000 worlds",
        tolerance=LAW,
    ),
    Check(
        "CHECK-25d",
        "Survival",
        "independent cascade",
        "Galton and Watson 1875: q = exp(R (q - 1))",
        survival,
        parameters="20,000 members with Poisson(10) followers, R 1.1 to 3; 4,000 worlds, one random seed",
        tolerance=MEAN + " At R 1.1 a further 0.01: 20,000 members blur what is large",
    ),
    Check(
        "CHECK-26",
        "Percolation on a random graph",
        "independent cascade",
        "s = 1 - exp(-z p s); Newman 2002",
        percolation,
        parameters="100,000 members, mean degree 5, p 0.3; 6,000 worlds, one random seed",
        tolerance=ROOT,
    ),
    Check(
        "CHECK-26b",
        "Final size of epidemics and rumours",
        "SIR; Maki and Thompson's rumour",
        "Kermack and McKendrick 1927: z = 1 - exp(-R0 z)",
        final_sizes,
        parameters="complete graph of 3,000, R0 1.5, 2, 3, recovery 0.1 a tick, 400 worlds; rumours among 10,000, 400 worlds",
        tolerance=FINITE,
    ),
    Check(
        "CHECK-23",
        "Monotone and submodular",
        "independent cascade",
        "Kempe, Kleinberg, Tardos 2003",
        submodular,
        parameters="300 members, p 0.15, 200 worlds of common luck, 200 random sets",
        tolerance=EXACT,
    ),
)
