"""Large networks step by step: ``python -m benchmarks.scale --members 100000,1000000,10000000 --out benchmarks/SCALE.md``.

For each size a text file of edges is written (ten follows a member, followers by a power law, ids from 0), imported by
``viralsim network import``, opened, and a campaign of paid posts and 1,000 advocates is run in two arms and ``--worlds`` worlds on
all cores; the impressions bought are such that a tenth of the members are reached. The same audience is also generated and run in
one world. Every step is a process of its own; its peak memory is the largest resident set that the system counted, pages of mapped
files included.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.machine import ROOT, description

FOLLOWS_A_MEMBER = 10
SCENARIO = """
viralsim: 1
name: a campaign on a large network
seed: 7
worlds: {worlds}
horizon: 5d
tick: 1h
audience: {{{audience}}}
channels: {{x: {{visibility: 0.2, network: {{{network}}}}}}}
content: {{c: {{appeal: 0.2}}}}
campaign:
  content: c
  owned: [{{channel: x, followers: 1000, posts_at: [0h]}}]
  paid: [{{channel: x, starts: 0h, ends: 48h, budget_usd: {budget_usd}, cpm_usd: 5}}]
  advocates: {{count: 1000, choose: degree, channels: [x], posts_at: [1h], cost_usd: 10}}
arms: {{paid: {{campaign.advocates: null}}, integrated: {{}}}}
baseline: paid
"""
OPEN = "import sys; from viralsim.population.network.storage import open_network; n = open_network(sys.argv[1]); print(n.follows)"
WRITE = """import sys; from pathlib import Path; from benchmarks.scale import write_edges
write_edges(Path(sys.argv[1]), int(sys.argv[2]))"""


class Cost(NamedTuple):
    """What a step took."""

    seconds: float
    processor_s: float
    peak_gib: float
    said: str


def write_edges(path: Path, members: int) -> None:
    """A text file with a line ``source target`` an edge; followers of a member by a power law, whom they are is uniform."""
    import pyarrow as pa
    from pyarrow import csv

    rng = np.random.default_rng(1)
    follows, chunk = members * FOLLOWS_A_MEMBER, 1 << 22
    names = rng.permutation(members)  # the best followed can be anywhere in the order of ids
    options = csv.WriteOptions(include_header=False, delimiter=" ")
    with open(path, "wb") as stream:
        for first in range(0, follows, chunk):
            n = min(chunk, follows - first)
            rank = (members * rng.random(n) ** 2).astype(np.int64)  # density of followers falls as rank ** -1/2
            source, target = names[rank], rng.integers(0, members, n)
            csv.write_csv(pa.table({"source": source, "target": target}), stream, options)


def step(command: Sequence[str]) -> Cost:
    """Run a command of this environment in a process of its own; SystemExit where it fails."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as wrong:
        process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=out, stderr=wrong)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), wrong.seek(0)
        said = out.read().decode()
        if process.returncode:
            raise SystemExit(f"{' '.join(command)}: {wrong.read().decode()[-500:]}")
    return Cost(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20, said)


def campaign(folder: Path, audience: str, network: str, members: int, worlds: int) -> Cost:
    """Two arms from a scenario file; ``said`` is the answer as JSON."""
    text = SCENARIO.format(worlds=worlds, audience=audience, network=network, budget_usd=members / 12 * 0.005)
    (folder / "campaign.yaml").write_text(text)
    return step(["-m", "viralsim", "run", str(folder / "campaign.yaml"), "--json"])


def size_of(folder: Path) -> float:
    """GiB of the files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*")) / 2**30


def steps(members: int, worlds: int, folder: Path) -> Iterator[tuple[str, Cost, str]]:
    """(what, its cost, what users should know of it) of every step at one size."""
    edges, stored = folder / "edges.txt", folder / "network"
    cost = step(["-c", WRITE, str(edges), str(members)])
    yield "write the edge file", cost, f"{edges.stat().st_size / 2**30:.2f} GiB of text"
    cost = step(["-m", "viralsim", "network", "import", str(edges), "--out", str(stored)])
    edges.unlink()
    yield (
        "viralsim network import",
        cost,
        f"{size_of(stored):.2f} GiB on disk; {cost.said.strip().splitlines()[-1].split(': ')[-1]}",
    )
    cost = step(["-c", OPEN, str(stored)])
    yield "open it", cost, ""
    for count in (1, worlds):
        cost = campaign(folder, "participation: null", "file: network", members, count)
        yield f"viralsim run, imported, {count} worlds, 2 arms", cost, reach_of(cost.said)
    shutil.rmtree(stored)
    cost = campaign(folder, f"members: {members}", f"generate: {{mean_following: {FOLLOWS_A_MEMBER}}}", members, 1)
    yield "viralsim run, generated, 1 world, 2 arms", cost, reach_of(cost.said)


def reach_of(said: str) -> str:
    """Mean reach of the arms of an answer."""
    arms = json.loads(said)["arms"]
    return ", ".join(f"{name} reaches {arm['measures']['reach']['mean']:,.0f}" for name, arm in arms.items())


def main() -> None:
    """The command: a table a size, printed as it grows, written whole at the end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", default="100000", help="sizes, one or several: 100000,1000000")
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument(
        "--folder", type=Path, help="where the files are put for the time being; the system's by default"
    )
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    page: list[str] = []

    def tell(text: str) -> None:
        print(text, flush=True)
        page.append(text)

    tell("# Large networks: what each step takes\n")
    tell(f"Made by `python -m benchmarks.scale {' '.join(sys.argv[1:])}`.\n\n```")
    tell("\n".join(description(["numpy", "numba", "pandas"])) + "\n```\n")
    tell("\n\n".join((__doc__ or "").split("\n\n")[1:]))
    for members in map(int, given.members.split(",")):
        tell(f"## {members:,} members, {members * FOLLOWS_A_MEMBER:,} lines of follows\n")
        tell("| step | seconds | processor seconds | peak GiB | |\n|---|---|---|---|---|")
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            for what, cost, remark in steps(members, given.worlds, Path(folder)):
                tell(f"| {what} | {cost.seconds:.1f} | {cost.processor_s:.1f} | {cost.peak_gib:.2f} | {remark} |")
        tell("")
    if given.out:
        given.out.write_text("\n".join(page) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
