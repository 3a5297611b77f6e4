"""Influence maximisation against PyNetIM's OPIM-C and IMM (C++), one thread, on the same graphs.

``python -m benchmarks.seeding --large --networks --out benchmarks/SEEDS.md`` makes the whole page: a row is told and kept as it
comes, and the same command goes on after Ctrl-C. Both sides get the graph ready made; ours turns its rows round inside the
time, which is processor time, so that a busy machine does not count. Spreads are means over the same simulated worlds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from benchmarks import graphs, peers, seeds_on_networks
from benchmarks.graphs import MissingDataError
from benchmarks.machine import description
from viralsim import classic, seeding
from viralsim.population.network.network import Network

COUNT = 50
IMM_EPSILON = {"nethept": 0.1, "epinions": 0.5}  # 0.1 takes minutes on epinions
JUDGES = {"nethept": 20_000, "epinions": 2_000, "heavy-15k": 10_000}  # worlds in which spreads are compared
Choose = Callable[[int], Sequence[int]]
Cells: TypeAlias = list[str]

ABOUT = """# Seeds: 50 members, against PyNetIM and against CELF

Made by `python -m benchmarks.seeding --large --networks --out benchmarks/SEEDS.md`.

"wc" is weighted cascade, "lt" linear threshold with uniform weights. One thread, processor seconds, medians of the rounds; the
spread is the mean over simulated worlds that neither side has seen. "never slower at equal spread": ours must reach no less
in no more time. `tight` was set to 0.07 with seeds 1 to 6; the rows "held-out" look at it with other luck and on a network that
nothing was set for. The row "every" has twelve seeds of its own and asks for its goals of each of them: told are the slowest of
ours and, beside the means, the worst spread against the mean of CELF's.
"""
NETWORKS = """The default `opim` on real networks (`--networks`): its set beside that of CELF with 1,000 worlds where that ends
within ten minutes, else beside that of a certificate twice as tight, and beside the best followed, all scored in the same
20,000 worlds that no side has seen. Asked for: no less than -0.5 % minus two standard errors, never below the best followed."""
PEERS = """Peers that the Python package index has:

- `pynetim` 0.5.5, C++: OPIM-C and IMM, above.
- `netmax` 1.0.0, Python on networkx: TIM+ (`tim_p`, its own epsilon) on nethept, k = 50, weighted cascade: 12.5 s and a spread of
  849.6 in our 20,000 worlds, once; ours at epsilon 0.1 needs 0.04 s for 920.8.
- `imtool` 0.1: IMRank on a dense matrix; does not run on Python 3.8 or newer (`time.clock`).
- `networkit` 11.3 and `igraph`: centralities, no influence maximisation. `cynetdiff`, `ndlib`: simulators. Programs of the papers
  (SUBSIM, OPIM, Ripples) have no package in the index; `python-easygraph` was not looked at.
"""


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
    first_seed: int = 1
    rounds: int | None = None  # else as the command says
    every: bool = False  # goals are asked of every round: the slowest, and the worst spread


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
    slowest_s: float
    worst_spread: float

    def misses(self, row: Row) -> list[str]:
        """The goals of the row that were missed."""
        spread, seconds = (self.worst_spread, self.slowest_s) if row.every else (self.spread, self.ours_s)
        found = [
            (row.least_ratio is not None and self.ratio < row.least_ratio, f"ratio >= {row.least_ratio}"),
            (
                row.least_spread is not None and spread < row.least_spread * self.their_spread,
                f"spread >= {row.least_spread} x",
            ),
            (row.most_seconds is not None and seconds > row.most_seconds, f"under {row.most_seconds} s"),
        ]
        return [text for missed, text in found if missed]


LAWS = {"wc": "independent_cascade", "lt": "linear_threshold"}


def network_of(graph: str) -> Network:
    """A graph of ``benchmarks.graphs`` by its name."""
    return graphs.heavy_tailed(15_000, 60_000, 3) if graph == "heavy-15k" else graphs.GRAPHS[graph]()


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
    network, model = network_of(row.graph), LAWS[row.law]
    return lambda seed: seeding.choose(
        network, "celf", COUNT, model=model, worlds=1000, seed=seed, threads=1
    ).members.tolist()


def judge(network: Network, law: str, members: Sequence[int], worlds: int) -> float:
    """Mean spread in worlds that nobody has seen."""
    if law == "lt":
        return float(classic.linear_threshold(network, members, "uniform", worlds=worlds, seed=99).mean())
    return float(classic.independent_cascade(network, members, "weighted_cascade", worlds=worlds, seed=99).mean())


def measure(row: Row, rounds: int) -> Found:
    """Both in turns, another seed each round."""
    network, model = network_of(row.graph), LAWS[row.law]
    theirs = celf_chooser(row) if row.peer == "celf" else pynetim_chooser(row)

    def ours(seed: int) -> seeding.Chosen:
        return seeding.choose(network, "opim", COUNT, model=model, seed=seed, threads=1, **row.options)

    ours(0)
    times, spreads, guarantees = [], [], []
    for i in range(row.first_seed, row.first_seed + (row.rounds or rounds)):
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
        float(x), float(y), float(np.median(guarantees)), float(a.max()), float(np.array(spreads)[:, 0].min()),
    )  # fmt: skip


def table() -> Iterator[Row]:
    """All rows, small networks first. Epsilon is 0.1 on both sides unless ``tight`` asks for more.

    ``tight`` was set to 0.07 with seeds 1 to 6; the rows "held-out" look at it where nothing was set: with other luck, and on
    networks that were not looked at.
    """
    tight = {"tight": 0.07}
    for graph in ("nethept", "epinions"):
        for law in ("wc", "lt"):
            yield Row(f"{law}-{graph}-opimc", graph, law, "pynetim OPIM-C", {"tight": None}, 1 / 1.5, 0.99)
            yield Row(f"{law}-{graph}-imm", graph, law, f"pynetim IMM {IMM_EPSILON[graph]}", tight, 1 / 1.5, 0.99)
        if graph == "nethept":
            yield Row("wc-nethept-celf", graph, "wc", "celf", tight, None, 0.995, 0.3)
            yield Row("held-out-wc-nethept-celf-every", graph, "wc", "celf", tight, None, 0.995, 0.3, 101, 12, True)
            yield Row("held-out-wc-heavy-celf", "heavy-15k", "wc", "celf", tight, None, 0.995)
            yield Row("held-out-lt-nethept-celf", graph, "lt", "celf", tight, None, 0.995, first_seed=1001)
    yield Row(
        "wc-epinions-never-slower", "epinions", "wc", "pynetim OPIM-C", {"tight": None}, 1.0, 1.0, first_seed=1001
    )


LARGE = """
import json, resource, sys, time
import numpy as np
from viralsim import Network, seeding
arrays = np.load(sys.argv[1])
network = Network(arrays["indptr"], arrays["followers"])
small = Network(np.arange(101), np.roll(np.arange(100, dtype=np.int32), 1))
seeding.choose(small, "opim", 50, **json.loads(sys.argv[2]))  # compiled, or read from disk
start = time.perf_counter()
found = seeding.choose(network, "opim", 50, **json.loads(sys.argv[2]))
took = time.perf_counter() - start
print(json.dumps([took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, found.guarantee, found.sets]))
"""
LARGE_OPTIONS: dict[str, dict[str, Any]] = {
    "large-wc": {},
    "large-wc-tight": {"tight": 0.1},
    "large-p": {"probability": 0.01},
    "large-lt": {"model": "linear_threshold"},
}
MOST_LARGE_S, MOST_LARGE_GIB = 60.0, 6.0


def large(names: Sequence[str], members: int = 1_000_000, follows: int = 20_000_000) -> Iterator[tuple[str, Cells]]:
    """Seeds on a generated network, all cores, each in a process of its own that reads the network from disk."""
    import subprocess
    import tempfile

    if not names:
        return
    network = graphs.heavy_tailed(members, follows)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/network.npz"
        np.savez(path, indptr=network.indptr, followers=network.followers)
        for name in names:
            options = json.dumps(LARGE_OPTIONS[name])
            out = subprocess.run(
                [sys.executable, "-c", LARGE, path, options], capture_output=True, text=True, check=True
            )
            took, peak, guarantee, sets = json.loads(out.stdout)
            met = "met" if took < MOST_LARGE_S and peak < MOST_LARGE_GIB else "MISSED"
            work = f"{members:,} members, {follows:,} follows"
            yield name, [name, work, options, f"{took:.1f}", f"{peak:.2f}", f"{guarantee:.3f}", f"{sets}", met]


HEAD = [
    "row", "ours", "peer", "ours s", "peer s", "times as fast", "of the rounds", "spread, ours : peer", "guarantee", "goals",
]  # fmt: skip
LARGE_HEAD = ["row", "network", "options", "s", "peak GiB", "guarantee", "sets a side", "goals: 60 s, 6 GiB"]


def line(row: Row, found: Found) -> Cells:
    """One row of the table."""
    missed = found.misses(row)
    ours = f"{found.ours_s:.3g}" + (f" (at most {found.slowest_s:.3g})" if row.every else "")
    worst = f", worst {found.worst_spread / found.their_spread - 1:+.2%}" if row.every else ""
    options = ", ".join(f"{key} {value}" for key, value in row.options.items() if value is not None) or "epsilon 0.1"
    return [
        row.name, options, row.peer, ours, f"{found.theirs_s:.3g}", f"{found.ratio:.2f}",
        f"{found.low:.2f} to {found.high:.2f}",
        f"{found.spread:.1f} : {found.their_spread:.1f} ({found.spread / found.their_spread - 1:+.2%}{worst})",
        f"{found.guarantee:.3f}", "MISSED: " + ", ".join(missed) if missed else "met",
    ]  # fmt: skip


class Journal:
    """Rows that are done, a JSON line each beside the page, so that a run that was stopped goes on where it was."""

    def __init__(self, page: Path | None, fresh: bool) -> None:
        self.page = page
        self.path = None if page is None else page.with_suffix(".rows.jsonl")
        self.done: dict[str, Cells] = {}
        if self.path is not None and self.path.exists() and not fresh:
            for text in self.path.read_text(encoding="utf-8").splitlines():
                cells = json.loads(text)
                self.done[cells[0]] = cells

    def add(self, name: str, cells: Cells) -> None:
        """Keep a row, tell it, and write the page again."""
        self.done[name] = cells
        print(" | ".join(cells), file=sys.stderr, flush=True)
        if self.path is not None:
            rows = "".join(json.dumps(cells) + "\n" for cells in self.done.values())
            replace_text(self.path, rows)
        self.write()

    def write(self) -> None:
        """The page of all rows that are done."""
        if self.page is not None:
            replace_text(self.page, self.markdown() + "\n")

    def markdown(self) -> str:
        """The page: small and medium networks, the large one, peers that there are, and the machine."""

        def block(head: Cells, names: Iterable[str]) -> list[str]:
            rows = [self.done[name] for name in names if name in self.done]
            return ["| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows)] if rows else []

        return "\n".join([
            ABOUT, *block(HEAD, (row.name for row in table())), "", *block(LARGE_HEAD, LARGE_OPTIONS), "",
            NETWORKS, "", *block(seeds_on_networks.HEAD, (case.name for case in seeds_on_networks.cases())), "", PEERS, "",
            "Machine:", "", *(f"- {fact}" for fact in description()),
        ])  # fmt: skip


def replace_text(path: Path, text: str) -> None:
    """Write a file by its whole."""
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rows that are asked for and not done; exit status 1 where a goal is missed, 130 where stopped."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seeding", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", nargs="+", default=[], metavar="WORD", help="only rows whose name holds a word")
    parser.add_argument(
        "--large", action="store_true", help="also 1,000,000 members and 20,000,000 follows (2 minutes)"
    )
    parser.add_argument("--networks", action="store_true", help="also the default on real networks (an hour)")
    parser.add_argument("--fresh", action="store_true", help="measure again what is done")
    parser.add_argument("--out", metavar="FILE", type=Path, help="write the page here, rows that are done beside it")
    options = parser.parse_args(arguments)
    journal = Journal(options.out, options.fresh)

    def wanted(name: str) -> bool:
        return name not in journal.done and (not options.rows or any(word in name for word in options.rows))

    try:
        for row in table():
            try:
                if wanted(row.name):
                    journal.add(row.name, line(row, measure(row, options.rounds)))
            except (MissingDataError, ImportError) as reason:
                print(f"{row.name} left out: {reason}", file=sys.stderr)
        for name, cells in large([name for name in LARGE_OPTIONS if wanted(name)] if options.large else []):
            journal.add(name, cells)
        names = {case.name for case in seeds_on_networks.cases() if options.networks and wanted(case.name)}
        for name, cells in seeds_on_networks.rows(names):
            journal.add(name, cells)
    except KeyboardInterrupt:
        print(f"stopped; {len(journal.done)} rows are kept, the same command goes on", file=sys.stderr)
        return 130
    journal.write()
    if journal.path is not None and options.large and options.networks and not options.rows:
        journal.path.unlink(missing_ok=True)  # the page is whole
    print(journal.markdown())
    return int(any("MISSED" in cells[-1] for cells in journal.done.values()))


if __name__ == "__main__":
    raise SystemExit(main())
