"""What is measured in processes of their own: peak memory and start-up; and what the machine is."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]

MEMORY = """
import json, sys
import numpy as np
def resident(what):
    for line in open("/proc/self/status"):
        if line.startswith(what):
            return int(line.split()[1]) / 1024
from benchmarks import full_model, graphs
from viralsim import classic
members, follows = int(sys.argv[1]), int(sys.argv[2])
tiny = graphs.branching(1000, 5.0)
full_model.shares(full_model.full_model_row(tiny, [0], 0.05), 1, 1)
classic.independent_cascade(tiny, [0], 0.05, worlds=1, threads=1)
with open("/proc/self/clear_refs", "w") as f:
    f.write("5")
base = resident("VmRSS")
rng = np.random.default_rng(1)
from viralsim import Network
indptr = np.zeros(members + 1, dtype=np.int64)
np.cumsum(rng.multinomial(follows, np.full(members, 1 / members)), out=indptr[1:])
followers = np.empty(follows, dtype=np.int32)
for first in range(0, follows, 1 << 20):
    last = min(first + (1 << 20), follows)
    followers[first:last] = rng.integers(0, members, last - first, dtype=np.int32)
network = Network(indptr, followers)
built = resident("VmRSS")
with open("/proc/self/clear_refs", "w") as f:
    f.write("5")
classic.independent_cascade(network, [0], 0.08, worlds=20, threads=1)
bare = resident("VmHWM")
world = full_model.full_model_row(network, [0], 0.08)
sizes = full_model.shares(world, 20, 1)
full = resident("VmHWM")
print(json.dumps({"base": base, "network": built - base, "bare": bare - base, "full": full - base,
                  "largest": int(sizes.max())}))
"""


def _python(code: str, *arguments: str) -> str:
    run = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return run.stdout


def memory(_rounds: int) -> dict[str, Any]:
    """Peak resident memory above the interpreter's, of a network and of supercritical worlds on it, in MiB."""
    found = json.loads(_python(MEMORY, "1000000", "20000000"))
    limit = (8 * 20e6 + 64 * 1e6) / 2**20
    return {
        "network MiB": round(found["network"], 1),
        "bare run MiB": round(found["bare"], 1),
        "full run MiB": round(found["full"], 1),
        "limit MiB (8 bytes per follow, 64 per member)": round(limit, 1),
        "largest world, members": found["largest"],
    }


def _timed(command: list[str], rounds: int) -> float:
    times = []
    for _ in range(max(3, rounds)):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        times.append(time.perf_counter() - start)
    return round(float(np.median(times)), 3)


def start(rounds: int) -> dict[str, Any]:
    """Median seconds of starting things again, after a first start that compiled and cached."""
    command = str(Path(sys.executable).with_name("viralsim"))
    found: dict[str, Any] = {"import viralsim, s": _timed([sys.executable, "-c", "import viralsim"], rounds)}
    scenario = ROOT / "benchmarks" / "scenarios_before" / "advocates_vs_paid.yaml"
    for name, arguments in (("viralsim --help, s", ["--help"]), ("main scenario, s", ["run", str(scenario)])):
        try:
            subprocess.run([command, *arguments], cwd=ROOT, capture_output=True, check=True)
            found[name] = _timed([command, *arguments], min(rounds, 3))
        except (OSError, subprocess.CalledProcessError):
            found[name] = "does not run"
    return found


MEASURES: dict[str, Callable[[int], dict[str, Any]]] = {"memory": memory, "start": start}


PEERS = ("numpy", "numba", "cynetdiff", "pynetim", "ndlib", "eon")


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def description(packages: Sequence[str] = PEERS) -> list[str]:
    """The machine and the versions of ``packages``, one fact a line."""
    cpu = platform.processor() or "?"
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    versions = ", ".join(f"{name} {_version(name)}" for name in packages)
    return [
        f"{cpu}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, {versions}",
        f"{time.strftime('%Y-%m-%d')}, load {', '.join(f'{x:.1f}' for x in os.getloadavg())}",
    ]
