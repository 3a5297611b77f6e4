"""Seeds by the default ``opim`` on real networks: against CELF or a certificate twice as tight, and against the best followed.

``python -m benchmarks.seeding --networks --out benchmarks/SEEDS.md`` makes the table. All sets of a row are scored in the same
20,000 simulated worlds, which no side has seen, so that differences have a standard error of their own; seconds are processor
time, one thread. Undirected networks have both arcs of each pair; soc-Epinions1 is run as influence goes (from the trusted to
who trusts them) and as its file has it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from benchmarks import graphs
from viralsim import Network, classic, seeding

COUNTS = (10, 50, 200)
WORLDS = 20_000
MOST_CELF = 50  # seeds by CELF, which then ends within ten minutes on each of the networks
LEAST = -0.005  # difference of spread to the other set, beside two standard errors
LAWS: dict[str, dict[str, Any]] = {
    "wc": {"probability": "weighted_cascade"},
    "p 0.01": {"probability": 0.01},
    "lt": {"model": "linear_threshold", "probability": "uniform"},
}
HEAD = [
    "row", "opim s", "against", "their s", "spread", "difference, 2 standard errors", "to the best followed", "guarantee",
    "goals",
]  # fmt: skip


class Case(NamedTuple):
    """A network, a law and how many seeds."""

    graph: str
    law: str
    count: int

    @property
    def name(self) -> str:
        """What the row is called."""
        return f"net {self.graph} {self.law} k={self.count}"


def cases() -> list[Case]:
    """All rows, small networks first."""
    return [Case(graph, law, count) for graph in NETWORKS for law in LAWS for count in COUNTS]


def _both_arcs(name: str, skip: int) -> Network:
    edges = graphs.edges_of(name, skip)
    edges = np.unique(np.sort(edges[edges[:, 0] != edges[:, 1]], axis=1), axis=0)
    return Network.from_edges(edges.reshape(-1), edges[:, ::-1].reshape(-1))


def _epinions_as_filed() -> Network:
    edges = graphs.edges_of("soc-epinions1", 0)
    return Network.from_edges(edges[:, 0], edges[:, 1])


NETWORKS = {
    "ego-facebook": lambda: _both_arcs("ego-facebook", 0),
    "nethept": graphs.nethept,
    "netphy": lambda: _both_arcs("netphy", 1),
    "soc-epinions1": graphs.epinions,
    "soc-epinions1 as filed": _epinions_as_filed,
}


@cache
def network_of(graph: str) -> Network:
    """The network of a row."""
    return NETWORKS[graph]()


def spreads(network: Network, law: str, members: np.ndarray) -> np.ndarray:
    """The spread in each of ``WORLDS`` worlds, the same for every set: int64[WORLDS]."""
    if law == "lt":
        return classic.linear_threshold(network, members, "uniform", worlds=WORLDS, seed=99, threads=1)
    chance = LAWS[law]["probability"]
    return classic.independent_cascade(network, members, chance, worlds=WORLDS, seed=99, threads=1)


def chosen(case: Case, strategy: str, **options: Any) -> tuple[seeding.Chosen, float]:
    """The seeds and the processor seconds that they took."""
    law = LAWS[case.law] if strategy != "degree" else {}
    threads = {"threads": 1} if strategy != "degree" else {}
    start = time.process_time()
    found = seeding.choose(network_of(case.graph), strategy, case.count, seed=7, **law, **threads, **options)
    return found, time.process_time() - start


def difference(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    """(mean difference, its standard error), both as shares of their mean."""
    paired = ours.astype(np.float64) - theirs
    return float(paired.mean() / theirs.mean()), float(paired.std() / np.sqrt(len(paired)) / theirs.mean())


def measured(case: Case) -> list[str]:
    """One row of the table."""
    network = network_of(case.graph)
    chosen(case, "opim", tight=None)  # compiled
    ours, seconds = chosen(case, "opim")
    celf = case.count <= MOST_CELF
    against = "celf" if celf else "opim, tight 0.035"
    theirs, their_seconds = chosen(case, "celf") if celf else chosen(case, "opim", tight=0.035)
    best_followed, _ = chosen(case, "degree")
    scores = [spreads(network, case.law, found.members) for found in (ours, theirs, best_followed)]
    to_other, error = difference(scores[0], scores[1])
    to_degree, degree_error = difference(scores[0], scores[2])
    missed = [
        *(["spread"] if to_other < LEAST - 2 * error else []),
        *(["degree"] if to_degree < -2 * degree_error else []),
    ]
    return [
        case.name, f"{seconds:.3g}", against, f"{their_seconds:.3g}",
        f"{scores[0].mean():,.1f} : {scores[1].mean():,.1f}", f"{to_other:+.2%}, {2 * error:.2%}", f"{to_degree:+.2%}",
        f"{ours.guarantee or 0.0:.3f}", "MISSED: " + ", ".join(missed) if missed else "met",
    ]  # fmt: skip


def rows(names: set[str]) -> Iterator[tuple[str, list[str]]]:
    """The rows of these names, each as it is measured."""
    for case in cases():
        if case.name in names:
            try:
                yield case.name, measured(case)
            except graphs.MissingDataError as reason:
                print(f"{case.name} left out: {reason}", file=sys.stderr)
