"""graph-tool as a peer. Its packages are those of a distribution's own Python, so that it runs in a process of that one."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import MissingPeerError, Runner
from viralsim.population.network.network import Network

CHILD = Path(__file__).with_name("graph_tool_child.py")
PYTHON = "VIRALSIM_GRAPH_TOOL_PYTHON"  # names a Python that has graph-tool
INSTALL = f"install it (Debian: apt-get install python3-graph-tool), or name a Python that has it in {PYTHON}"


class _Child:
    """The process, asked line by line."""

    def __init__(self, python: str, arguments: list[str]) -> None:
        # -I: neither this folder nor PYTHONPATH is searched, whose modules are those of another Python.
        command = [python, "-I", str(CHILD), *arguments]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        try:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        except OSError as reason:
            raise MissingPeerError(f"graph-tool: {python} does not start ({reason.strerror}); {INSTALL}") from reason

    def read(self) -> dict[str, Any]:
        """The next answer."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise MissingPeerError(f"graph-tool: its process ended with status {self.process.wait()}; {INSTALL}")
        answer: dict[str, Any] = json.loads(line)
        if "missing" in answer:
            raise MissingPeerError(f"graph-tool: {answer['missing']}; {INSTALL}")
        return answer

    def ask(self, word: str, worlds: int) -> dict[str, Any]:
        """The answer to one line."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(f"{word} {worlds}\n")
            self.process.stdin.flush()
        return self.read()


@contextlib.contextmanager
def graph_tool_sir(
    network: Network, seeds: list[int], beta: float, gamma: float, ticks: int
) -> Iterator[tuple[Runner, str]]:
    """(runner, version) while the process lives. It times its own worlds; making the graph is not timed."""
    with tempfile.TemporaryDirectory() as folder:
        data = {
            "sources": network.sources(),
            "followers": network.followers,
            "seeds": seeds,
            "members": network.members,
        }
        for name, values in data.items():
            np.save(Path(folder) / f"{name}.npy", np.asarray(values, dtype=np.int64))
        python = os.environ.get(PYTHON, "/usr/bin/python3")
        child = _Child(python, [folder, str(beta), str(gamma), str(ticks)])
        try:
            version = str(child.read()["version"])
            yield (
                Runner(
                    run=lambda worlds: child.ask("run", worlds),
                    sizes=lambda worlds: np.array(child.ask("sizes", worlds)["sizes"], dtype=np.float64),
                    seconds=lambda worlds: float(child.ask("run", worlds)["seconds"]),
                ),
                version,
            )
        finally:
            child.process.kill()
            child.process.communicate()
