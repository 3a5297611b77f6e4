"""Real networks: measured probabilities against their linear bound, and the same spread under other people's code."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim import classic
from viralsim.population.network.network import Network
from viralsim.validation.check import (
    COMBINED,
    EXACT,
    Check,
    MissingDataError,
    Number,
    Setting,
    between,
    exact,
    holds,
    same,
)


@dataclass(frozen=True)
class Real:
    """A stored network; its probabilities in the order of the file and in that of its rows, where it has them."""

    network: Network
    given: NDArray[np.float64] | None = None
    by_row: NDArray[np.float64] | None = None


def read(setting: Setting, name: str) -> Real:
    """A stored network; undirected lists become both arcs."""
    rows = np.loadtxt(setting.file(name, "edges.txt.gz"), skiprows=1 if name == "nethept" else 0, ndmin=2)
    source, target = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64)
    if name == "congress-twitter":
        order = np.lexsort((target, source))
        return Real(Network.from_edges(source, target, keep_edge_order=True), rows[:, 2], rows[order, 2])
    members = int(max(source.max(), target.max())) + 1
    pairs = np.unique(np.sort(np.column_stack([source, target]), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    return Real(Network.from_edges(pairs[:, 0], pairs[:, 1], members=members, directed=False))


def congress(setting: Setting) -> list[Number]:
    """Measured transmission among members of Congress: the spread stays below its linear bound, and near it."""
    import scipy.sparse as sp

    real = read(setting, "congress-twitter")
    network, weights, n = real.network, np.asarray(real.given), real.network.members
    matrix = sp.csr_matrix((real.by_row, network.followers, network.indptr), shape=(n, n))
    bound = np.linalg.solve(np.eye(n) - matrix.toarray(), np.ones(n))
    worlds = 20_000
    means = np.array(
        [
            classic.independent_cascade(
                network, [v], weights, worlds=worlds, seed=setting.seed + v, threads=setting.threads
            ).mean()
            for v in range(n)
        ]
    )
    return [
        exact("members", n, 475),
        exact("follows", network.follows, 13_289),
        exact("mean linear bound", bound.mean(), 1.19903, 1e-4),
        exact("largest linear bound", bound.max(), 2.16112, 1e-4),
        exact("mean spread over all seeds", means.mean(), 1.2016, 0.005 * 1.2016),
        exact("spread of the member of the largest bound", means[int(bound.argmax())], 2.124, 0.015 * 2.124),
        holds(
            "spread above the bound beyond noise",
            "never",
            f"{int((means > bound + 0.05).sum())} of {n}",
            bool((means <= bound + 0.05).all()),
        ),
    ]


def _cynetdiff(network: Network, seeds: list[int], law: str, p: float | NDArray[np.float64]) -> Any:
    try:
        from cynetdiff.models import IndependentCascadeModel, LinearThresholdModel
    except ImportError as error:
        raise MissingDataError("cynetdiff is not installed: pip install cynetdiff") from error
    starts = array("I", network.indptr[:-1].astype(np.uint32).tobytes())
    edges = array("I", network.followers.astype(np.uint32).tobytes())
    model: Any
    if law == "threshold":
        model = LinearThresholdModel(starts, edges, rng=5)
    elif isinstance(p, float):
        model = IndependentCascadeModel(starts, edges, activation_prob=p, rng=5)
    else:
        model = IndependentCascadeModel(
            starts, edges, activation_probs=array("f", p.astype(np.float32).tobytes()), rng=5
        )
    model.set_seeds(seeds)
    return model


def _sizes(model: Any, worlds: int) -> NDArray[np.float64]:
    found = np.empty(worlds)
    for w in range(worlds):
        model.reset_model()
        model.advance_until_completion()
        found[w] = model.get_num_activated_nodes()
    return found


def cynetdiff(setting: Setting) -> list[Number]:
    """The same seeds under CyNetDiff: cascades with one probability, weighted, measured, and linear thresholds."""
    said = []
    for name in ("nethept", "ego-facebook", "congress-twitter"):
        real = read(setting, name)
        network = real.network
        seeds = np.argsort(-network.follower_count(), kind="stable")[:10].tolist()
        worlds = 4000 if name == "ego-facebook" else 20_000
        indegree = np.bincount(network.followers, minlength=network.members)
        weighted = 1.0 / indegree[network.followers]
        cases: list[tuple[str, Any, Any]] = [
            ("cascade, p 0.02", 0.02, 0.02),
            ("weighted cascade", "weighted_cascade", weighted),
        ]
        if real.given is not None:
            cases.append(("cascade, measured", real.given, real.by_row))
        for what, ours, theirs in cases:
            mine = classic.independent_cascade(
                network, seeds, ours, worlds=worlds, seed=setting.seed, threads=setting.threads
            )
            said.append(
                same(f"{name}: {what}", mine, _sizes(_cynetdiff(network, seeds, "cascade", theirs), worlds // 4))
            )
        mine = classic.linear_threshold(network, seeds, worlds=worlds, seed=setting.seed, threads=setting.threads)
        said.append(
            same(f"{name}: linear threshold", mine, _sizes(_cynetdiff(network, seeds, "threshold", 0.0), worlds // 10))
        )
    return said


def eon(setting: Setting) -> list[Number]:
    """SIR of the same seeds under EoN with geometric times, which makes it the discrete process."""
    try:
        import EoN
        import networkx as nx
    except ImportError as error:
        raise MissingDataError("EoN is not installed: pip install EoN") from error
    said = []
    for name, beta, worlds in (("nethept", 0.05, 60), ("ego-facebook", 0.004, 60), ("congress-twitter", 0.002, 200)):
        network = read(setting, name).network
        seeds = np.argsort(-network.follower_count(), kind="stable")[:10].tolist()
        graph = nx.DiGraph()
        graph.add_nodes_from(range(network.members))
        graph.add_edges_from(zip(network.sources().tolist(), network.followers.tolist(), strict=True))
        rng = np.random.default_rng(setting.seed)
        found = []
        for _ in range(worlds):
            result = EoN.fast_nonMarkov_SIR(
                graph,
                trans_time_fxn=lambda u, v, b=beta, r=rng: float(r.geometric(b)),
                rec_time_fxn=lambda u, r=rng: r.geometric(0.2) + 0.5,
                initial_infecteds=seeds,
                tmax=100.25,
            )
            found.append(result[2][-1] + result[3][-1])
        counts = classic.sir(network, seeds, beta, 0.2, 100, 2000, setting.seed, threads=setting.threads)
        said.append(same(f"{name}: ever infected", network.members - counts[:, -1, 0], found))
    return said


# folder "influence-maximization": seeds (counted from 1), independent cascade and linear threshold of the same file
STORED_SPREAD = {
    "network.txt": (("ic", [28, 53, 56, 58, 62], 30.57), ("lt", [48, 53, 56, 58, 62], 37.55)),
    "NetHEPT.txt": (("ic", [37, 47, 1434, 2119, 6024], 323.8), ("lt", [37, 47, 1434, 2119, 6024], 395.1)),
}


def published_seeds(setting: Setting) -> list[Number]:
    """Seed sets that are published with their spread, on the directed files of that publication."""
    said: list[Number] = []
    missing: MissingDataError | None = None
    for file, cases in STORED_SPREAD.items():
        try:
            path = setting.file("influence-maximization", file)
        except MissingDataError as error:
            missing = error
            continue
        rows = np.loadtxt(path, skiprows=1, ndmin=2)
        first = 1 if file == "network.txt" else 0
        source, target = rows[:, 0].astype(np.int64) - first, rows[:, 1].astype(np.int64) - first
        network = Network.from_edges(source, target, keep_edge_order=True)
        for model, numbers, known in cases:
            seeds = [number - first for number in numbers]
            run = classic.independent_cascade if model == "ic" else classic.linear_threshold
            sizes = run(network, seeds, rows[:, 2], worlds=20_000, seed=setting.seed, threads=setting.threads)
            said.append(between(f"{file}: spread of 5 seeds, {model}", sizes.mean(), 0.985 * known, 1.015 * known))
    if missing is not None and not said:
        raise missing
    return said


def statistics(setting: Setting) -> list[Number]:
    """Networks as they are read have the sizes that their sources state."""
    said = []
    for name, members in (("nethept", 15_233), ("ego-facebook", 4_039)):
        network = read(setting, name).network
        said.append(exact(f"{name}: members", network.members, members))
        said.append(between(f"{name}: mean degree", network.follows / network.members, 1, 100))
    return said


CHECKS = (
    Check(
        "CHECK-24",
        "Measured probabilities: Congress",
        "independent cascade",
        "Fink et al. 2023; linear bound exact",
        congress,
        full=True,
        parameters="475 members, 13,289 measured probabilities; 20,000 worlds from each",
        tolerance="0.5 % and 1.5 %: the expectation is itself simulated",
    ),
    Check(
        "PEER-1",
        "Agreement with CyNetDiff",
        "cascades, linear threshold",
        "CyNetDiff from the package index",
        cynetdiff,
        full=True,
        parameters="10 most followed seeds, p 0.02, 1 / in-degree, measured, thresholds",
        tolerance=COMBINED,
    ),
    Check(
        "PEER-2",
        "Agreement with EoN",
        "SIR",
        "EoN from the package index",
        eon,
        full=True,
        parameters="10 most followed seeds, beta 0.05 and 0.002 a tick, recovery 0.2, 100 ticks",
        tolerance=COMBINED,
    ),
    Check(
        "REAL-2",
        "Real networks as read",
        "networks",
        "the data's own pages",
        statistics,
        full=True,
        parameters="nethept, ego-facebook",
        tolerance=EXACT,
    ),
    Check(
        "CHECK-22",
        "Published seed sets",
        "independent cascade, linear threshold",
        "test_data of github snowgy/Influence_Maximization; spreads computed by three sources",
        published_seeds,
        full=True,
        gates=False,
        parameters="the files' own probabilities, 5 seeds; 20,000 worlds",
        tolerance="1.5 %: the expectations are themselves simulated",
    ),
)
