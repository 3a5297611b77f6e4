"""Cascades that exclude each other, and contagion on groups: exact enumerations, an exact chain, a mean field."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim import classic
from viralsim.population.network.network import Network
from viralsim.validation.check import LAW, Check, Number, Setting, exact, holds, law, mean

Groups: TypeAlias = list[NDArray[np.int64]]
ARCS = ((0, 2), (1, 2), (1, 3), (2, 4), (3, 4), (2, 3), (3, 2))
P = (0.6, 0.3)  # of the two cascades


def rivals(setting: Setting) -> list[Number]:
    """The joint law of two sizes on five members, by enumerating all coins and all ties; and one cascade alone."""
    source, target = np.array(ARCS).T
    network = Network.from_edges(source, target, 5)
    sizes = classic.competing_cascades(network, [[0], [1]], P, 100_000, setting.seed, threads=setting.threads)
    chances = _joint_law()
    outcomes = sorted(chances)
    seen = np.array([int(np.sum((sizes == outcome).all(axis=1))) for outcome in outcomes])
    said = [
        exact("outcomes that cannot be", len(sizes) - seen.sum(), 0),
        law(
            "both sizes, seven follows",
            np.repeat(np.arange(len(outcomes)), seen),
            np.array([chances[one] for one in outcomes]),
        ),
    ]
    alone = classic.competing_cascades(network, [[1]], 0.3, 100_000, setting.seed, threads=setting.threads)[:, 0]
    cascade = classic.independent_cascade(network, [1], 0.3, 100_000, setting.seed + 1, threads=setting.threads)
    said.append(mean("alone: mean size, that of the independent cascade", alone, float(_mean_alone())))
    said.append(mean("independent cascade: the same", cascade, float(_mean_alone())))
    return said


def _joint_law() -> dict[tuple[int, int], float]:
    """(size of cascade 0, of cascade 1) -> probability."""
    found: defaultdict[tuple[int, int], float] = defaultdict(float)

    def go(cascade: dict[int, int], fresh: tuple[int, ...], chance: float) -> None:
        tries = [(u, v) for u, v in ARCS if u in fresh and v not in cascade]
        if not tries:
            count = list(cascade.values())
            found[count.count(0), count.count(1)] += chance
            return
        for coins in itertools.product((True, False), repeat=len(tries)):
            here, won = chance, defaultdict(list)
            for (u, v), coin in zip(tries, coins, strict=True):
                p = P[cascade[u]]
                here *= p if coin else 1 - p
                if coin:
                    won[v].append(cascade[u])
            for picks in itertools.product(*won.values()):
                share = here / float(np.prod([len(of) for of in won.values()]))
                go({**cascade, **dict(zip(won, picks, strict=True))}, tuple(won), share)

    go({0: 0, 1: 1}, (0, 1), 1.0)
    return dict(found)


def _mean_alone() -> float:
    """Mean size of the independent cascade from member 1 at 0.3, by enumerating which follows are live."""
    total = 0.0
    for live in itertools.product((True, False), repeat=len(ARCS)):
        reached, before = {1}, 0
        while len(reached) > before:
            before = len(reached)
            reached |= {v for (u, v), on in zip(ARCS, live, strict=True) if on and u in reached}
        total += len(reached) * float(np.prod([0.3 if on else 0.7 for on in live]))
    return total


GROUPS = ((0, 1), (1, 2), (2, 3), (3, 4), (0, 1, 2), (1, 2, 3, 4))
INFECTION, RECOVERY = {2: 0.15, 3: 0.5, 4: 0.8}, 0.25


def chain(setting: Setting) -> list[Number]:
    """Five members in pairs, a group of three and one of four: the exact chain over 32 states."""
    counts = classic.group_contagion(
        GROUPS, [0, 1], INFECTION, RECOVERY, 12, 5, 100_000, setting.seed, threads=setting.threads
    )
    at = np.zeros(32)
    at[0b00011] = 1.0
    said, step = [], _chain()
    for t in range(1, 13):
        at = at @ step
        if t in (1, 3, 12):
            expected = np.array([at[[s for s in range(32) if s.bit_count() == k]].sum() for k in range(6)])
            said.append(law(f"tick {t}: number of infected", counts[:, t, 1], expected))
    return said


def _chain() -> NDArray[np.float64]:
    step = np.zeros((32, 32))
    for state in range(32):
        spared = np.ones(5)
        for group in GROUPS:
            healthy = [v for v in group if not state >> v & 1]
            if len(healthy) == 1:
                spared[healthy[0]] *= 1 - INFECTION[len(group)]
        infected = np.array([1 - RECOVERY if state >> v & 1 else 1 - spared[v] for v in range(5)])
        for after in range(32):
            step[state, after] = np.prod([infected[v] if after >> v & 1 else 1 - infected[v] for v in range(5)])
    return step


MEMBERS, HEALS = 2_000, 0.05
PAPER, DENSE = (
    (20, 6),
    (120, 60),
)  # mean numbers of pairs and triangles of a member: figure 3 of the paper; nearer to a mean field


def transition(setting: Setting) -> list[Number]:
    """With strong triangles contagion lives on below the threshold of pairs, if enough begin infected: random complex."""
    said = []
    for means, strengths in ((PAPER, ((0.8, 0.0), (0.8, 2.5))), (DENSE, ((1.2, 0.0), (0.8, 2.5), (1.2, 2.5)))):
        groups = _complex(*means, setting.seed)
        for strength, triangle in strengths:
            for start in (0.4, 0.005):
                share, expected = (
                    _share(setting, groups, means, strength, triangle, start),
                    _mean_field(means, strength, triangle, start),
                )
                what = (
                    f"{means[0]} pairs, lambda {strength}, lambda_triangle {triangle}, {start:.1%} at first: infected"
                )
                if expected == 0.0:
                    said.append(holds(what, "nobody", f"{share:.4f}", share < 0.005))
                elif means == PAPER:
                    said.append(holds(what, f"lives on (mean field {expected:.3f})", f"{share:.3f}", share > 0.3))
                else:
                    said.append(exact(what, share, expected, 0.02))
    return said


def _share(
    setting: Setting, groups: Groups, means: tuple[int, int], strength: float, triangle: float, start: float
) -> float:
    """Share of infected members in the last ticks."""
    infection = {2: strength * HEALS / means[0], 3: triangle * HEALS / means[1]}
    first = np.arange(int(start * MEMBERS))
    counts = classic.group_contagion(groups, first, infection, HEALS, 800, MEMBERS, 4, setting.seed, setting.threads)
    return float(counts[:, -300:, 1].mean()) / MEMBERS


def _mean_field(means: tuple[int, int], strength: float, triangle: float, start: float) -> float:
    """Where the paper's mean field goes in ticks: a member escapes each pair and each triangle apart from the others."""
    rho = start
    for _ in range(5_000):
        escapes = (1 - strength * HEALS / means[0] * rho) ** means[0] * (
            1 - triangle * HEALS / means[1] * rho**2
        ) ** means[1]
        rho += (1 - rho) * (1 - escapes) - HEALS * rho
    return 0.0 if rho < 1e-6 else rho


def _complex(pairs: int, triangles: int, seed: int) -> Groups:
    """Triangles at random with their edges, and edges at random until the mean number of pairs is reached."""
    rng = np.random.default_rng(seed)
    threes = {tuple(sorted(rng.choice(MEMBERS, 3, replace=False))) for _ in range(MEMBERS * triangles // 3)}
    twos = {pair for one in threes for pair in itertools.combinations(one, 2)}
    while len(twos) < MEMBERS * pairs // 2:
        twos.add(tuple(sorted(rng.choice(MEMBERS, 2, replace=False))))
    return [np.array(one) for one in (*sorted(twos), *sorted(threes))]


CHECKS = (
    Check(
        "CHECK-36",
        "Cascades that exclude each other",
        "competing cascades",
        "Bharathi, Kempe and Salek 2007; all coins and ties enumerated",
        rivals,
        parameters="five members, seven follows, probabilities 0.6 and 0.3; 100,000 worlds",
        tolerance=LAW,
    ),
    Check(
        "CHECK-37",
        "Contagion on pairs and groups, exact chain",
        "group contagion",
        "Iacopini et al. 2019; the chain over all states",
        chain,
        parameters="five members, four pairs, one group of three, one of four; 100,000 worlds",
        tolerance=LAW,
    ),
    Check(
        "CHECK-38",
        "Iacopini's transition",
        "group contagion",
        "Iacopini et al. 2019, equation 3: mean field",
        transition,
        full=True,
        parameters="2,000 members, 20 pairs and 6 triangles per member as in figure 3, and 120 and 60; 4 worlds, 800 ticks",
        tolerance="0.02 with 120 pairs: the mean field is of endlessly many; with 20, who lives on and who dies out",
    ),
)
