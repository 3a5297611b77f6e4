"""Crowds, voters, doses, opinions and compartments: closed forms and exact chains."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viralsim import classic
from viralsim.classic import tables
from viralsim.population.network.network import Network
from viralsim.units import counted
from viralsim.validation import graphs
from viralsim.validation.check import FINITE, LAW, MEAN, Check, Number, Setting, exact, holds, law, mean

CROWD, LARGE_CROWD, MEAN_THRESHOLD = 100, 1_000, 0.25


def crowds(setting: Setting) -> list[Number]:
    """One threshold changed ends a riot; normal thresholds tip at a spread of 0.122, from 6 % of the crowd to nearly all."""
    from scipy.special import ndtr

    everybody, threshold = graphs.complete(CROWD), np.arange(CROWD)
    said = [exact("thresholds 0 to 99: rioters", _rioters(everybody, threshold, setting), 100)]
    threshold[1] = 2
    said.append(exact("2 in place of 1: rioters", _rioters(everybody, threshold, setting), 1))
    large = graphs.complete(LARGE_CROWD)
    for spread in (0.10, 0.115, 0.13, 0.2):
        share = 0.0
        for _ in range(10_000):  # who riots next: everybody whose threshold the crowd so far reaches
            share = float(ndtr((share - MEAN_THRESHOLD) / spread))
        seen = _rioters(large, _normal_thresholds(spread), setting) / LARGE_CROWD
        said.append(exact(f"normal of mean 0.25, spread {spread:g}: share of rioters", seen, share, 0.01))
    return said


def _normal_thresholds(spread: float) -> NDArray[np.int64]:
    """A crowd's thresholds at the quantiles of a normal law; below 0 and at 0 people begin by themselves."""
    from scipy.stats import norm

    quantiles = LARGE_CROWD * norm.ppf((np.arange(LARGE_CROWD) + 0.5) / LARGE_CROWD, MEAN_THRESHOLD, spread)
    counts: NDArray[np.int64] = np.maximum(0, np.ceil(quantiles)).astype(np.int64)
    return counts


def _rioters(network: Network, threshold: NDArray[np.int64], setting: Setting) -> int:
    return int(classic.complex_contagion(network, [], threshold, worlds=1, seed=setting.seed)[0])


def voters(setting: Setting) -> list[Number]:
    """Steps to consensus of the chain in the number of holders; opinion 1 wins in proportion to its holders."""
    said = []
    for members, holders in ((10, 5), (40, 4)):
        found = classic.voter(
            graphs.complete(members), np.arange(holders), 10**8, 20_000, setting.seed, threads=setting.threads
        )
        k = np.arange(1, members)
        move = k * (members - k) / (members * (members - 1))
        steps = np.linalg.solve(np.diag(2 * move) - np.diag(move[:-1], 1) - np.diag(move[1:], -1), np.ones(members - 1))
        said.append(mean(f"{holders} of {members}: steps to consensus", found.steps, float(steps[holders - 1])))
        said.append(mean(f"{holders} of {members}: opinion 1 wins", found.holders == members, holders / members))
    return said


def opinions(setting: Setting) -> list[Number]:
    """Where all listen to all, the variance of opinions falls by a known factor in each encounter."""
    members, start = 50, np.linspace(0.0, 1.0, 50)
    said = []
    for convergence, steps in ((0.5, 100), (0.3, 400)):
        x = classic.bounded_confidence(
            graphs.complete(members), 2.0, steps, convergence, start, 5_000, setting.seed, setting.threads
        )
        factor = (1 - 4 * convergence * (1 - convergence) / (members - 1)) ** steps
        said.append(mean(f"convergence {convergence:g}, {steps} steps: variance", x.var(axis=1), start.var() * factor))
        said.append(exact(f"convergence {convergence:g}: the mean stays", x.mean(), 0.5, 1e-9))
    return said


def doses(setting: Setting) -> list[Number]:
    """The infected share of complete mixing settles at the fixed point of the equation, or at none."""
    from scipy.stats import binom

    said, n = [], 20_000
    for memory, enough, exposure in ((5, 1, 0.4), (5, 1, 0.15), (12, 2, 0.35), (12, 2, 0.1), (10, 3, 0.9)):
        share = 1.0
        for _ in range(500):
            share = float(binom.sf(enough - 1, memory, exposure * share))
        counts = classic.generalised_contagion(
            None, np.arange(n), exposure, enough, memory, 300, worlds=3, seed=setting.seed,
            threads=setting.threads, members=n,
        )  # fmt: skip
        what = f"memory {memory}, {counted(enough, 'dose')}, exposure {exposure:g}: infected"
        said.append(exact(what, counts[:, 250:, 1].mean() / n, share, 0.004))
    return said


DOSES_KEPT, DOSE_VARIANCE, CROWD_OF_DOSES = 20, 0.433, 10_000
CLASSES = (
    # threshold, class; exposure, infected share at the start, which root of the equation it ends at (0: none, -1: the largest)
    (0.5, "I", ((0.05, 1.0, 0), (0.1, 0.005, -1), (0.1, 1.0, -1))),
    (1.6, "II", ((0.18, 1.0, 0), (0.25, 0.04, 0), (0.25, 0.25, -1), (0.45, 0.005, -1))),
    (3.0, "III", ((0.3, 1.0, 0), (0.4, 0.12, 0), (0.4, 0.6, -1), (1.0, 0.005, 0))),
)


def dose_classes(setting: Setting) -> list[Number]:
    """Epidemic threshold, vanishing and pure critical mass: which one it is follows from the chances of one and two doses.

    Linearised at 0 the equation has its critical exposure at 1 / (T P1); its second order says that the infected share grows
    from 0 there where P1 >= P2 / 2 (I) and jumps otherwise (II), and beyond an exposure of 1 few never take off (III).
    """
    from scipy.stats import norm

    spread = float(np.sqrt(np.log1p(DOSE_VARIANCE)))
    doses = np.exp(spread * norm.ppf((np.arange(1_000) + 0.5) / 1_000) - spread**2 / 2)  # lognormal of mean 1
    said, n = [], CROWD_OF_DOSES
    for threshold, name, cases in CLASSES:
        infects = _dose_response(threshold, spread)
        critical = 1 / (DOSES_KEPT * infects[0])
        found = "I" if infects[0] >= infects[1] / 2 else "II" if critical <= 1 else "III"
        what = f"threshold {threshold:g}: P1 {infects[0]:.3f}, P2 {infects[1]:.3f}, critical exposure {critical:.3g}"
        said.append(holds(what, f"class {name}", f"class {found}", found == name))
        for exposure, start, root in cases:
            counts = classic.generalised_contagion(
                None, np.arange(int(start * n)), exposure, threshold, DOSES_KEPT, 400, doses, worlds=1, seed=setting.seed,
                threads=setting.threads, members=n,
            )  # fmt: skip
            share = _roots(infects, exposure)[root] if root else 0.0
            what = f"class {name}, exposure {exposure:g}, {start:.1%} infected at first: infected at last"
            said.append(exact(what, counts[0, 300:, 1].mean() / n, share, 0.006))
    return said


def _dose_response(threshold: float, spread: float) -> NDArray[np.float64]:
    """The chance that 1, 2, ... doses of a lognormal law of mean 1 reach the threshold; sums by convolution of narrow cells."""
    from scipy.stats import norm

    width = 1 / 2048
    edges = np.arange(int(np.ceil(threshold / width)) + 1) * width
    with np.errstate(divide="ignore"):
        cells = np.diff(norm.cdf((np.log(edges) + spread**2 / 2) / spread))
    chances, law_of_sum = [], cells
    for doses in range(1, DOSES_KEPT + 1):
        middle = edges[:-1] + doses * width / 2  # of the cells' sums
        chances.append(1.0 - np.interp(threshold, middle + width / 2, np.cumsum(law_of_sum), left=0.0))
        law_of_sum = np.convolve(law_of_sum, cells)[: len(cells)]
    return np.array(chances)


def _roots(infects: NDArray[np.float64], exposure: float) -> NDArray[np.float64]:
    """Shares above 0 that keep themselves up: phi = sum over k of P(k doses in T ticks at phi) times the chance that k infect."""
    from scipy.stats import binom

    share = np.linspace(0.0, 1.0, 20_001)[1:]
    reached = binom.pmf(np.arange(1, DOSES_KEPT + 1), DOSES_KEPT, exposure * share[:, np.newaxis]) @ infects
    above = reached >= share
    crossed = np.flatnonzero(above[1:] != above[:-1])
    return np.append(share[crossed], 1.0) if above[-1] else share[crossed]


def compartments(setting: Setting) -> list[Number]:
    """SIS, SEIR and SIRS of three members in continuous time, against the exponential of their generator."""
    from itertools import product

    from scipy.linalg import expm

    edges = [(0, 1), (1, 0), (1, 2), (2, 1), (2, 0)]
    network, said = graphs.of_edges(edges), []
    for word, table in (
        ("SIS", tables.sis(1.2, 1.0)),
        ("SEIR", tables.seir(1.5, 1.0, 0.8)),
        ("SIRS", tables.sirs(1.2, 1.0, 0.5)),
    ):
        states = tables.states_of(table)
        joints = list(product(range(len(states)), repeat=3))
        rate = np.zeros((len(joints), len(joints)))
        for i, joint in enumerate(joints):
            for v, row in product(range(3), table):
                if states.index(row[0]) != joint[v]:
                    continue
                near = 1 if len(row) == 3 else sum(joint[u] == states.index(row[3]) for u, w in edges if w == v)
                to = (*joint[:v], states.index(row[1]), *joint[v + 1 :])
                rate[i, joints.index(to)] += near * row[2]
        chance = expm(1.5 * (rate - np.diag(rate.sum(axis=1))))[joints.index((states.index("I"), 0, 0))]
        pmf = np.bincount([joint.count(states.index("I")) for joint in joints], weights=chance)
        counts = classic.gillespie(network, [0], table, [1.5], 40_000, setting.seed, setting.threads)
        said.append(law(f"{word}: infectious at 1.5", counts[:, 0, states.index("I")], pmf))
    return said


CHECKS = (
    Check(
        "CHECK-31",
        "Crowds and their thresholds",
        "complex contagion, a threshold per member",
        "Granovetter 1978",
        crowds,
        parameters="100 people who see each other, thresholds 0 to 99; 1,000, normal of mean 0.25 and spread 0.1 to 0.2",
        tolerance="none for 0 to 99; 0.01 for a share: the fixed point is that of an endless crowd",
    ),
    Check(
        "CHECK-32",
        "Voters agree",
        "voter model",
        "birth-death chain on the complete graph; Clifford and Sudbury 1973",
        voters,
        parameters="complete graphs of 10 and 40; 20,000 worlds",
        tolerance=MEAN,
    ),
    Check(
        "CHECK-33",
        "Compartments event by event",
        "compartments in continuous time",
        "exponential of the generator (exact)",
        compartments,
        parameters="three members, five follows, 40,000 worlds",
        tolerance=LAW,
    ),
    Check(
        "CHECK-34",
        "Generalised contagion",
        "doses that are remembered",
        "Dodds and Watts 2004: the fixed point of their equation",
        doses,
        parameters="complete mixing of 20,000; memory 5 to 12, 1 to 3 doses; 3 worlds of 300 ticks",
        tolerance=FINITE,
    ),
    Check(
        "CHECK-40",
        "Three classes of contagion",
        "doses that are remembered",
        "Dodds and Watts 2004: their equation; thresholds and law of doses of their figure, from memory",
        dose_classes,
        parameters="complete mixing of 10,000, memory 20, lognormal doses of mean 1 and variance 0.433, thresholds 0.5, 1.6 and 3",
        tolerance="0.006: what a crowd of 10,000 leaves",
    ),
    Check(
        "CHECK-35",
        "Opinions approach each other",
        "bounded confidence",
        "Deffuant et al. 2000; the mean variance by hand",
        opinions,
        parameters="complete graph of 50, everybody listens; 5,000 worlds",
        tolerance=MEAN,
    ),
)
