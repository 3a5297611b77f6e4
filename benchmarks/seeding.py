"""Influence maximisation against PyNetIM's OPIM-C and IMM (C++), one thread, on the same graphs.

``python -m benchmarks.seeding [--rounds N] [--rows WORD ...] [--out FILE]`` prints a Markdown table; exit status 1 where a
goal is missed. Both sides get the graph ready made; ours turns its rows round inside the time, which is processor
time, so that a busy machine does not count. Spreads are means over the same simulated worlds.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from benchmarks import graphs, peers
from benchmarks.graphs import MissingDataError
from benchmarks.machine import description
from viralsim import classic, seeding
from viralsim.population.network import Network

COUNT = 50
IMM_EPSILON = {"nethept": 0.1, "epinions": 0.5}  # 0.1 takes minutes on epinions
JUDGES = {"nethept": 20_000, "epinions": 2_000}  # worlds in which spreads are compared
Choose = Callable[[int], Sequence[int]]


@dataclass(frozen=True)
class Row:
    """Our options against a peer on a graph; a goal of time (peer / ours) and of spread (ours / peer)."""

    name: str
    graph: str
    law: str
    peer: str
    options: dict[str, Any] = field(default_factory=dict)
    least_ratio: float | None = None
    least_spread: float | None = None
    most_seconds: float | None = None


@dataclass(frozen=True)
class Found:
    """What a row gave: medians of seconds, the ratio's median and range over the rounds, mean spreads."""

    ours_s: float
    theirs_s: float
    ratio: float
    low: float
    high: float
    spread: float
    their_spread: float
    guarantee: float

    def misses(self, row: Row) -> list[str]:
        """The goals of the row that were missed."""
        found = [
            (row.least_ratio is not None and self.ratio < row.least_ratio, f"ratio >= {row.least_ratio}"),
            (
                row.least_spread is not None and self.spread < row.least_spread * self.their_spread,
                f"spread >= {row.least_spread} x",
            ),
            (row.most_seconds is not None and self.ours_s > row.most_seconds, f"under {row.most_seconds} s"),
        ]
        return [text for missed, text in found if missed]


@cache
def imgraph(graph: str) -> Any:
    """A graph in PyNetIM's form, weighted cascade (which is linear threshold's uniform weights as well)."""
    from pynetim.graph import IMGraph

    network = graphs.GRAPHS[graph]()
    weights = (1.0 / peers.in_degree(network)[network.followers]).tolist()
    return IMGraph(peers.edge_list(network), weights, directed=True, renumber=False)


def pynetim_chooser(row: Row) -> Choose:
    """PyNetIM's OPIM-C (epsilon 0.1) or IMM (epsilon of ``IMM_EPSILON``)."""
    from pynetim.algorithms import IMMAlgorithm, OPIMCAlgorithm

    graph, model = imgraph(row.graph), "LT" if row.law == "lt" else "IC"
    if row.peer == "pynetim OPIM-C":
        return lambda seed: sorted(OPIMCAlgorithm(graph, model, seed).run(COUNT, 0.1))
    return lambda seed: sorted(IMMAlgorithm(graph, model, IMM_EPSILON[row.graph], 1, seed).run(COUNT))


def celf_chooser(row: Row) -> Choose:
    """Our own greedy by simulation with 1,000 worlds: the measure of good seeds."""
    network = graphs.GRAPHS[row.graph]()
    return lambda seed: seeding.choose(network, "celf", COUNT, worlds=1000, seed=seed, threads=1).members.tolist()


def judge(network: Network, law: str, members: Sequence[int], worlds: int) -> float:
    """Mean spread in worlds that nobody has seen."""
    if law == "lt":
        return float(classic.linear_threshold(network, members, "uniform", worlds=worlds, seed=99).mean())
    return float(classic.independent_cascade(network, members, "weighted_cascade", worlds=worlds, seed=99).mean())


def measure(row: Row, rounds: int) -> Found:
    """Both in turns, another seed each round."""
    network = graphs.GRAPHS[row.graph]()
    theirs = celf_chooser(row) if row.peer == "celf" else pynetim_chooser(row)
    model = "linear_threshold" if row.law == "lt" else "independent_cascade"

    def ours(seed: int) -> seeding.Chosen:
        return seeding.choose(network, "opim", COUNT, model=model, seed=seed, threads=1, **row.options)

    ours(0)
    times, spreads, guarantees = [], [], []
    for i in range(1, rounds + 1):
        start = time.process_time()
        mine = ours(i)
        middle = time.process_time()
        other = theirs(i)
        times.append((middle - start, time.process_time() - middle))
        worlds = JUDGES[row.graph]
        spreads.append([judge(network, row.law, members, worlds) for members in (mine.members.tolist(), other)])
        guarantees.append(float(mine.guarantee or 0.0))
    a, b = np.array(times).T
    x, y = np.array(spreads).mean(axis=0)
    ratio = b / a
    return Found(
        float(np.median(a)), float(np.median(b)), float(np.median(ratio)), float(ratio.min()), float(ratio.max()),
        float(x), float(y), float(np.median(guarantees)),
    )  # fmt: skip


def table() -> Iterator[Row]:
    """All rows. Epsilon is 0.1 on both sides unless ``tight`` asks for more."""
    tight = {"tight": 0.08}
    for law in ("wc", "lt"):
        for graph in ("nethept", "epinions"):
            yield Row(f"{law}-{graph}-opimc", graph, law, "pynetim OPIM-C", {}, 1 / 1.5, 0.99)
            yield Row(f"{law}-{graph}-imm", graph, law, f"pynetim IMM {IMM_EPSILON[graph]}", tight, 1 / 1.5, 0.99)
    yield Row("wc-nethept-celf", "nethept", "wc", "celf", tight, None, 0.995, 0.3)


def large(members: int = 1_000_000, follows: int = 20_000_000) -> list[str]:
    """Seeds on a generated network, all cores: seconds and the process's peak memory, one line a law."""
    import resource

    network = graphs.heavy_tailed(members, follows)
    lines = []
    for law, options in (
        ("independent_cascade", {}),
        ("independent_cascade", {"tight": 0.1}),
        ("linear_threshold", {}),
    ):
        start = time.perf_counter()
        found = seeding.choose(network, "opim", COUNT, model=law, **options)
        took = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        lines.append(
            f"- {members:,} members, {follows:,} follows, {law} {options or ''}: {took:.1f} s (goal 60), peak "
            f"{peak:.2f} GiB with making the network (goal 6), guarantee {found.guarantee:.3f}, {found.sets} sets a side"
        )
    return lines


HEAD = (
    "row", "ours", "peer", "ours s", "peer s", "times as fast", "of the rounds", "spread, ours : peer", "guarantee", "goals",
)  # fmt: skip


def line(row: Row, found: Found) -> list[str]:
    """One row of the table."""
    missed = found.misses(row)
    options = ", ".join(f"{key} {value}" for key, value in row.options.items()) or "epsilon 0.1"
    return [
        row.name, options, row.peer, f"{found.ours_s:.3g}", f"{found.theirs_s:.3g}", f"{found.ratio:.2f}",
        f"{found.low:.2f} to {found.high:.2f}",
        f"{found.spread:.1f} : {found.their_spread:.1f} ({found.spread / found.their_spread - 1:+.2%})",
        f"{found.guarantee:.3f}", "MISSED: " + ", ".join(missed) if missed else "met",
    ]  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rows asked for and print them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seeding", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", nargs="+", default=[], metavar="WORD", help="only rows whose name holds a word")
    parser.add_argument(
        "--large", action="store_true", help="also 1,000,000 members and 20,000,000 follows (two minutes)"
    )
    parser.add_argument("--out", metavar="FILE", help="also write the table here")
    options = parser.parse_args(arguments)
    lines, missed = [], False
    for row in table():
        if options.rows and not any(word in row.name for word in options.rows):
            continue
        try:
            found = measure(row, options.rounds)
        except (MissingDataError, ImportError) as reason:
            print(f"{row.name} left out: {reason}", file=sys.stderr)
            continue
        lines.append(line(row, found))
        missed |= bool(found.misses(row))
        print(" | ".join(lines[-1]), file=sys.stderr, flush=True)
    text = "\n".join(
        [
            "# Seeds: 50 members, one thread, against PyNetIM",
            "",
            "Made by `python -m benchmarks.seeding --out FILE`.",
            "",
        ]
        + ["| " + " | ".join(cells) + " |" for cells in (HEAD, ["---"] * len(HEAD), *lines)]
        + (["", *large()] if options.large else [])
        + ["", "Machine:", "", *(f"- {fact}" for fact in description())]
    )
    print(text)
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
