"""What a sweep costs beside its simulations: ``python -m benchmarks.sweeps --points 10000 --out benchmarks/SWEEPS.md``.

A sweep of points of about 10 ms, two arms each, is run on one thread, on two threads, on two processes (the default of
``viralsim sweep``) and on a local Dask cluster of two workers, each in a process of its own. Between them the simulations of the
same points are timed alone, on one thread (``launch`` of prepared arms, as ``run_points`` does it). A point's overhead is what the
whole run takes beyond them: by the clock ``(seconds - simulations / cores) / points``, for all cores
``(seconds * cores - simulations) / points``, and by processor time of all processes. Reading the plan, ids, statistics, journal,
table, start and end of the workers count; compiling the kernels does not.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.machine import ROOT, description

SCENARIO = """
viralsim: 1
name: points of ten milliseconds
seed: 5
worlds: {worlds}
horizon: 2d
tick: 1h
audience: {{members: 2000, communities: {{count: 4}}}}
channels: {{x: {{visibility: 0.2, network: {{generate: {{mean_following: 12}}}}}}}}
content: {{c: {{appeal: 0.05}}}}
campaign:
  content: c
  owned: [{{channel: x, followers: 30, posts_at: [0h]}}]
  advocates: {{count: 5, choose: degree, channels: [x], posts_at: [0h], cost_usd: 10}}
arms: {{organic: {{campaign.advocates: null}}, advocates: {{}}}}
baseline: organic
sweep:
  design: sobol
  points: {points}
  parameters: {{content.c.appeal: {{from: 0.04, to: 0.06}}, channels.x.visibility: {{from: 0.15, to: 0.25}}}}
"""
WAYS: dict[str, dict[str, Any]] = {
    "one thread": {"threads": 1},
    "two threads": {"threads": 2},
    "two processes": {"workers": 2},
    "Dask of two workers": {"cluster": "local"},
}
GOAL_MS = {"two threads": 5, "two processes": 5, "Dask of two workers": 20}
WORLDS, MOST_ALONE = 320, 500
Numbers: TypeAlias = dict[str, float]


def plan(points: int, worlds: int) -> Any:
    """The plan of the benchmark."""
    from viralsim.experiments.plan import plan_of
    from viralsim.scenario import loads

    return plan_of(loads(SCENARIO.format(points=points, worlds=worlds)))


def simulations_alone(points: int, worlds: int) -> Numbers:
    """Seconds of the simulations of at most ``MOST_ALONE`` points, scaled to all: their scenarios are made before."""
    from viralsim.simulation.front import launch
    from viralsim.simulation.run import compile_audience

    asked = plan(points, worlds)
    compiled_audiences = [compile_audience(asked.scenario)]
    some = asked.points[:: max(1, points // MOST_ALONE)]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as in a worker: no second thread that waits for Control-C
    clock = processor = 0.0
    for i, overrides in enumerate([some[0], *some]):
        scenario = asked.scenario.override(overrides)
        specs = scenario.arm_specs()
        began, used = time.perf_counter(), time.thread_time()
        for arm in specs:
            launch(scenario, compiled_audiences, [arm], worlds, asked.seed, 1, specs)
        if i:  # the first compiles
            clock, processor = clock + time.perf_counter() - began, processor + time.thread_time() - used
    scale = points / len(some)
    return {"clock_s": clock * scale, "processor_s": processor * scale}


def whole_run(way: str, points: int, worlds: int) -> Numbers:
    """Seconds, processor seconds of all processes and the peak memory of the leading one, of one sweep."""
    from viralsim.experiments.sweep import run_sweep

    asked = plan(points, worlds)
    with tempfile.TemporaryDirectory() as folder:
        began, used = time.perf_counter(), _processor_s()
        outcome = run_sweep(asked, Path(folder) / "out", **WAYS[way])
        seconds = time.perf_counter() - began
    if outcome.failed or not outcome.complete:
        raise SystemExit(f"the sweep did not end well: {outcome}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"clock_s": seconds, "processor_s": _processor_s() - used, "peak_mib": peak, "worker_peak_mib": child}


def _processor_s() -> float:
    return sum(os.times()[:4])


def a_million_worlds(_points: int, worlds: int) -> Numbers:
    """Size of a store of so many worlds of one scenario, and the seconds in which a new process reads its summaries."""
    import viralsim
    from viralsim.scenario import loads

    with tempfile.TemporaryDirectory() as folder:
        scenario = loads(SCENARIO.format(points=2, worlds=worlds)).without("sweep")
        viralsim.simulate(scenario).save(Path(folder) / "run")
        size = sum(path.stat().st_size for path in (Path(folder) / "run").rglob("*") if path.is_file())
        run = subprocess.run(
            [sys.executable, "-c", READ, str(Path(folder) / "run")], capture_output=True, text=True, check=True
        )
    return {"bytes_a_world": size / worlds, **json.loads(run.stdout)}


READ = """
import json, sys, time
import viralsim
viralsim.open_result
began, used = time.perf_counter(), time.process_time()
result = viralsim.open_result(sys.argv[1])
opened = time.perf_counter()
said = result.summaries
print(json.dumps({"open_s": opened - began, "summary_s": time.perf_counter() - opened, "processor_s": time.process_time() - used}))
"""
MODES: dict[str, Callable[[int, int], Numbers]] = {"alone": simulations_alone, "million": a_million_worlds} | {
    way: partial(whole_run, way) for way in WAYS
}


def in_a_process(mode: str, points: int, worlds: int) -> Numbers:
    """A mode in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.sweeps", "--mode", mode]
    command += ["--points", str(points), "--worlds", str(worlds)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{mode}: {run.stderr.strip().splitlines()[-1]}")
    return dict(json.loads(run.stdout.splitlines()[-1]))


def rows(points: int, worlds: int, ways: Sequence[str]) -> Iterator[str]:
    """The table of the page, row by row; the simulations alone are timed before and after each way."""
    before = in_a_process("alone", points, worlds)
    one_s = None
    for way in ways:
        found = in_a_process(way, points, worlds)
        after = in_a_process("alone", points, worlds)
        alone = {key: (before[key] + after[key]) / 2 for key in before}
        cores = 1 if WAYS[way] == {"threads": 1} else 2
        clock = 1e3 * (found["clock_s"] - alone["clock_s"] / cores) / points
        processor = 1e3 * (found["processor_s"] - alone["processor_s"]) / points
        one_s = found["clock_s"] if cores == 1 else one_s
        faster = f"{one_s / found['clock_s']:.2f}" if one_s else ""
        cells = [
            way, f"{points:,}", f"{1e3 * alone['clock_s'] / points:.1f}", f"{found['clock_s']:.1f}", f"{clock:.1f}",
            f"{clock * cores:.1f}", f"{processor:.1f}", str(GOAL_MS.get(way, "")), faster, f"{found['peak_mib']:.0f}",
            f"{found['worker_peak_mib']:.0f}",
        ]  # fmt: skip
        yield f"| {' | '.join(cells)} |"
        before = after


HEAD = """| way | points | simulations alone, ms per point | run, s | overhead by the clock, ms per point | of all cores \
| by processor time | goal | times one thread | peak MiB | of a worker |
|---|---|---|---|---|---|---|---|---|---|---|"""


def main() -> None:
    """The command: prints the page row by row, and writes it whole at the end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", default="1000", help="of the sweeps, one number or several: 1000,10000")
    parser.add_argument("--worlds", type=int, default=WORLDS, help=f"of a point; {WORLDS} take about 10 ms")
    parser.add_argument("--ways", default=";".join(WAYS), help="which rows, separated by ;")
    parser.add_argument("--million", type=int, default=1_000_000, help="worlds of the single scenario; 0 leaves it out")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--mode", choices=MODES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.mode:
        print(json.dumps(MODES[given.mode](int(given.points), given.worlds)))
        return
    page = []

    def tell(text: str) -> None:
        print(text, flush=True)
        page.append(text)

    tell("# Sweeps: what they cost beside their simulations\n")
    tell(f"Made by `python -m benchmarks.sweeps {' '.join(sys.argv[1:])}`.\n\n```")
    tell("\n".join(description(["numpy", "numba", "pyarrow", "distributed"])) + "\n```\n")
    tell("\n\n".join((__doc__ or "").split("\n\n")[1:]))
    tell(HEAD.replace("\\\n", ""))
    for points in map(int, given.points.split(",")):
        for row in rows(points, given.worlds, given.ways.split(";")):
            tell(row)
    if given.million:
        found = in_a_process("million", 1, given.million)
        tell(
            f"\n{given.million:,} worlds of this scenario, two arms: {found['bytes_a_world']:.1f} bytes per world on the disk; "
            f"a new process opens the store in {found['open_s']:.2f} s and has the summaries {found['summary_s']:.2f} s "
            f"later ({found['processor_s']:.2f} processor seconds)."
        )
    if given.out:
        given.out.write_text("\n".join(page) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
