"""Worlds of SIR by graph-tool, in a process of the Python that has it: ``graph_tool_child.py FOLDER BETA GAMMA TICKS``.

FOLDER holds sources.npy, followers.npy, seeds.npy and members.npy. A line of standard input asks, a line of JSON answers:
``run K`` -> {"seconds": of K worlds}, ``sizes K`` -> {"sizes": ever infected in each of K worlds}. The first line is
said unasked: {"version": ...} or {"missing": why}. Nothing here needs viralsim or numba.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

SUSCEPTIBLE, INFECTIOUS, RECOVERED = 0, 1, 2
LOOK = 10  # ticks between looks whether anybody is infectious: a tick of graph-tool visits all who are not recovered


class Worlds:
    """One state of graph-tool, set back after each world: making a new one counts infected neighbours edge by edge.

    The state keeps, out of reach of Python, how many infectious neighbours each member has. The number follows only what
    happens in ticks, so that seeds are infected in a tick of their own (by the spontaneous infection of all who take
    part: they), and who is still infectious after the last tick recovers in a tick in which nobody else takes part. Both
    arrays of states are set, since a tick swaps them.
    """

    def __init__(self, folder: Path, beta: float, gamma: float, ticks: int) -> None:
        import graph_tool as gt
        from graph_tool.dynamics import SIRState

        gt.openmp_set_num_threads(1)
        gt.seed_rng(5)
        read = {name: np.load(folder / f"{name}.npy") for name in ("sources", "followers", "seeds", "members")}
        graph = gt.Graph(directed=True)  # an edge goes from who infects to who is infected
        graph.add_vertex(int(read["members"]))
        graph.add_edge_list(np.stack([read["sources"], read["followers"]], axis=1))
        self.version = str(gt.__version__).split()[0]
        self._seeds, self._gamma, self._ticks = read["seeds"], gamma, ticks
        self._recovery, self._spontaneous, never = (graph.new_vp("double", val=x) for x in (gamma, 0.0, 0.0))
        self._state = SIRState(
            graph, beta=beta, gamma=self._recovery, r=self._spontaneous, epsilon=never, s=graph.new_vp("int32_t"),
            constant_beta=True,
        )  # fmt: skip
        self._only_seeds = np.full(graph.num_vertices(), RECOVERED, dtype=np.int32)
        self._only_seeds[self._seeds] = SUSCEPTIBLE
        self._start = np.full(graph.num_vertices(), SUSCEPTIBLE, dtype=np.int32)
        self._start[self._seeds] = INFECTIOUS

    def _set(self, states: np.ndarray) -> None:
        """Everybody's state; the recovered no longer take part."""
        self._state.s.a = states
        self._state.s_temp.a = states
        self._state.reset_active()

    def one(self) -> int:
        """How many were ever infected in a world."""
        state = self._state
        self._set(self._only_seeds)
        self._spontaneous.a[self._seeds] = 1.0
        state.iterate_sync(1)
        self._spontaneous.a[self._seeds] = 0.0
        self._set(self._start)
        for done in range(0, self._ticks, LOOK):
            state.iterate_sync(min(LOOK, self._ticks - done))
            infectious = state.s.a == INFECTIOUS
            if not infectious.any():
                break
        ever = int((state.s.a != SUSCEPTIBLE).sum())
        if infectious.any():
            self._set(np.where(infectious, INFECTIOUS, RECOVERED).astype(np.int32))
            self._recovery.a = 1.0
            state.iterate_sync(1)
            self._recovery.a = self._gamma
        return ever


def answers(lines: Iterable[str], one: Callable[[], int], reply: Callable[[dict[str, Any]], None]) -> None:
    """Answer each line until there are no more."""
    for line in lines:
        word, count = line.split()
        if word not in ("run", "sizes"):
            raise ValueError(f"{word!r}: ask for run or sizes")
        start = time.perf_counter()
        sizes = [one() for _ in range(int(count))]
        reply({"seconds": time.perf_counter() - start} if word == "run" else {"sizes": sizes})


def main() -> None:
    """Serve until standard input ends."""

    def reply(answer: dict[str, Any]) -> None:
        print(json.dumps(answer), flush=True)

    folder, beta, gamma, ticks = sys.argv[1:]
    try:
        worlds = Worlds(Path(folder), float(beta), float(gamma), int(ticks))
    except ImportError as reason:
        reply({"missing": str(reason)})
        return
    reply({"version": worlds.version})
    answers(sys.stdin, worlds.one, reply)


if __name__ == "__main__":
    main()
