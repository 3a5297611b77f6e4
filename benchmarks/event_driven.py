"""Event-driven SIR on 100,000 members against EoN's ``fast_SIR``: the same law, and seconds per run in turns, one thread.

python -m benchmarks.event_driven [MEMBERS] [RUNS] > benchmarks/EVENT_DRIVEN.md
"""

from __future__ import annotations

import random
import sys
import time

import numpy as np

from viralsim import Network, classic
from viralsim.classic import tables

DEGREE, SEEDED = 10.0, 100
TRANSMISSION, RECOVERY = 0.3, 1.0
TIMES = np.array([1.0, 2.0, 3.0, 5.0, 8.0, 30.0])  # all is over at the last


def event_driven(members: int, runs: int) -> list[str]:
    """The page, as lines."""
    import EoN
    import networkx as nx

    graph = nx.fast_gnp_random_graph(members, DEGREE / members, seed=1)
    network = Network.from_edges(*np.array(list(graph.edges)).T, members=members, directed=False)
    seeds, table = list(range(SEEDED)), tables.sir(TRANSMISSION, RECOVERY)
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 - what EoN draws from
    classic.gillespie(network, seeds, table, TIMES, worlds=1, threads=1)  # compiles
    EoN.fast_SIR(graph, TRANSMISSION, RECOVERY, initial_infecteds=seeds, tmax=0.1)
    theirs, ours, seconds = [], [], []
    for run in range(runs):  # in turns, so that what else the machine does meets both
        started = time.process_time()
        t, _, infectious, recovered = EoN.fast_SIR(
            graph, TRANSMISSION, RECOVERY, initial_infecteds=seeds, tmax=TIMES[-1]
        )
        between = time.process_time()
        counts = classic.gillespie(network, seeds, table, TIMES, worlds=np.array([run]), threads=1)[0]
        ended = time.process_time()
        at = np.searchsorted(t, TIMES, side="right") - 1
        theirs.append([*infectious[at[:-1]], recovered[at[-1]]])
        ours.append([*counts[:-1, 1], counts[-1, 2]])
        seconds.append((between - started, ended - between))
    return _page(members, np.array(theirs, dtype=float), np.array(ours, dtype=float), np.array(seconds))


def _page(members: int, theirs: np.ndarray, ours: np.ndarray, seconds: np.ndarray) -> list[str]:
    runs = len(ours)
    error = np.sqrt(theirs.var(axis=0, ddof=1) / runs + ours.var(axis=0, ddof=1) / runs)
    names = [*(f"infectious at {t:g}" for t in TIMES[:-1]), "recovered in the end"]
    ratio = seconds[:, 0] / seconds[:, 1]
    low, high = ratio.min(), ratio.max()
    return [
        "# Event-driven SIR against EoN's fast_SIR",
        "",
        f"{members:,} members, Erdos-Renyi with a mean degree of {DEGREE:g}, {SEEDED} seeds, transmission {TRANSMISSION:g} per "
        f"follow, recovery {RECOVERY:g}; {runs} runs of each in turns, one thread, processor time, compiled beforehand. "
        "Written by `python -m benchmarks.event_driven`.",
        "",
        "| mean of | EoN | viralsim | standard errors apart |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {name} | {a:,.1f} | {b:,.1f} | {abs(a - b) / e:.2f} |"
            for name, a, b, e in zip(names, theirs.mean(axis=0), ours.mean(axis=0), error, strict=True)
        ),
        "",
        f"Seconds per run: EoN {np.median(seconds[:, 0]):.2f}, viralsim {np.median(seconds[:, 1]):.4f}. Ratio of paired runs: "
        f"median **{np.median(ratio):.0f}** ({low:.0f} to {high:.0f}); the goal is 20.",
    ]


def main() -> None:
    """Print the page."""
    given = [int(text) for text in sys.argv[1:]]
    members, runs = [*given, *(100_000, 20)[len(given) :]]
    print("\n".join(event_driven(members, runs)))


if __name__ == "__main__":
    main()
