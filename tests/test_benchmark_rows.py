"""The table of benchmarks: names, goals and clocks of its rows, and what is said where a peer is missing."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as page
from benchmarks import graph_tool_child, graph_tool_peer
from benchmarks.graphs import branching
from benchmarks.machine import description
from benchmarks.pairing import Agreement, Pair
from benchmarks.peers import MissingPeerError
from benchmarks.rows import Effort, Outcome, Row, table
from viralsim import classic

ROWS = {row.name: row for row in table()}
GOALS = {
    "ic0.05-*-cynetdiff": 6, "ic0.01-*-cynetdiff": 12, "wc-*-cynetdiff": 4, "lt-*-cynetdiff": 8, "full*-*": 1.5,
    "sir0*-plain": 1.3, "plain*-graphtool": 3, "threads-*": 1.9,
}  # fmt: skip
WITHOUT = {"pynetim", "ndlib", "eon", "-", "itself, smaller"}  # against whom nothing is set


def test_names_are_unique() -> None:
    """A name given twice would be one row of the page too few."""
    assert [name for name, count in Counter(row.name for row in table()).items() if count > 1] == []


@pytest.mark.parametrize(("pattern", "goal"), GOALS.items())
def test_rows_state_their_goals(pattern: str, goal: float) -> None:
    """The goals are written here a second time, so that none is lowered by the way."""
    found = page.chosen([pattern])
    assert found
    assert {row.goal for row in found} == {goal}


def test_no_other_row_is_without_a_goal() -> None:
    """Only peers that nothing was set against, our SIR against graph-tool, which follows from two others, and the machine."""
    without = {row.name for row in ROWS.values() if row.goal is None}
    assert without == {
        row.name
        for row in ROWS.values()
        if row.against in WITHOUT
        or (row.name.startswith("sir") and row.against == "graph-tool")
        or row.name == "machine-threads"
    }


def test_launches_have_a_floor_too() -> None:
    """Millions a second on the large network."""
    floors = {name: row.floor for name, row in ROWS.items() if row.floor is not None}
    assert floors == {"launches-bare-one": 8e6, "launches-bare-anyone": 8e6}


def test_threads_and_other_processes_are_timed_by_the_wall() -> None:
    """Processor time adds up threads and knows nothing of another process."""
    wall = {name for name, row in ROWS.items() if row.clock == "wall"}
    assert wall == {name for name, row in ROWS.items() if row.against in ("graph-tool", "itself, one thread")}


@pytest.mark.parametrize(
    ("ms", "said"), [(1e-4, "8 million a second (10) met"), (2e-4, "8 million a second (5) MISSED")]
)
def test_both_goals_are_judged_by_the_median(ms: float, said: str) -> None:
    """Each goal has its own word; a row without any says none."""
    pair = Pair(ms, 2 * ms, 2.0, 0.1, 9.0, 7)
    both = Outcome("name", "work", "peer", pair, Agreement(1.0, 1.0, 0.0), 0.1, 2.5, 8e6, "wall")
    assert page.line(both)[-1] == f"2.5 MISSED, {said}"
    assert page.line(Outcome("name", "work", "peer", pair))[-1] == "none"
    assert len(page.line(both)) == len(page.line(Outcome("name", "work", "peer"))) == len(page.HEAD)


def test_a_missing_peer_is_reported_and_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The row is left out with the words of how to get the peer; the exit status is that of the other rows."""

    def run(row: Row, effort: Effort) -> Outcome:
        raise MissingPeerError("no such peer; install it so")

    monkeypatch.setattr(page, "table", lambda: [Row("alone", "nothing", "nobody", run)])
    assert page.main([]) == 0
    assert "- left out: alone: no such peer; install it so" in capsys.readouterr().out


@pytest.mark.parametrize("python", ["/nowhere/python3", sys.executable])
def test_where_graph_tool_is_missing_the_words_say_how_to_install_it(
    python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the Python named is not there or has no graph-tool."""
    monkeypatch.setenv(graph_tool_peer.PYTHON, python)
    with (
        pytest.raises(MissingPeerError, match=r"graph-tool: .*apt-get install python3-graph-tool"),
        graph_tool_peer.graph_tool_sir(branching(20, 3.0), [0], 0.1, 0.1, 5),
    ):
        pass


def test_missing_packages_are_named_as_such() -> None:
    """The description of the machine ends no run."""
    assert any("no-such-package missing" in fact for fact in description(["no-such-package"]))


def test_child_answers_line_by_line() -> None:
    """``run`` is timed, ``sizes`` are told, any other word is a mistake; graph-tool is not needed for that."""
    said: list[dict[str, object]] = []
    worlds = iter(range(100))
    graph_tool_child.answers(["sizes 3\n", "run 2\n", "sizes 1\n"], lambda: next(worlds), said.append)
    assert said[0] == {"sizes": [0, 1, 2]}
    assert list(said[1]) == ["seconds"]
    assert said[2] == {"sizes": [5]}
    with pytest.raises(ValueError, match="ask for run or sizes"):
        graph_tool_child.answers(["walk 3\n"], lambda: 0, said.append)


def has_graph_tool() -> bool:
    """Whether the Python that would be asked has it."""
    command = [os.environ.get(graph_tool_peer.PYTHON, "/usr/bin/python3"), "-I", "-c", "import graph_tool"]
    return shutil.which(command[0]) is not None and subprocess.run(command, capture_output=True).returncode == 0


@pytest.mark.skipif(not has_graph_tool(), reason="graph-tool is not here")
def test_graph_tool_has_our_law_along_the_direction_of_follows() -> None:
    """Means of the ever infected within 4.5 standard errors; set back worlds are as new, also cut off at an odd tick."""
    network, seeds, worlds = branching(200, 4.0), [0, 50, 100], 2000
    for beta, gamma, ticks in ((0.1, 0.2, 17), (0.3, 0.5, 40)):
        ours = classic.sir(network, seeds, beta, gamma, ticks, worlds=worlds, threads=1)[:, -1, 1:].sum(axis=1)
        with graph_tool_peer.graph_tool_sir(network, seeds, beta, gamma, ticks) as (peer, version):
            theirs = peer.sizes(worlds)
            assert peer.seconds is not None
            assert peer.seconds(3) > 0
        assert version
        error = np.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / worlds)
        assert abs(ours.mean() - theirs.mean()) <= 4.5 * error


def _programs() -> Iterator[tuple[str, str]]:
    """(module, name) of every import of this package in a program that a benchmark holds as a string for another process."""
    for path in sorted(Path(page.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("\nimport "):
                for found in ast.walk(ast.parse(node.value)):
                    if isinstance(found, ast.ImportFrom) and str(found.module).startswith("viralsim"):
                        yield from ((str(found.module), one.name) for one in found.names)


def test_programs_in_strings_import_what_is_there() -> None:
    """No type checker reads them, and they run in hours that nobody sees."""
    named = list(_programs())
    assert ("viralsim", "Network") in named
    for module, name in named:
        assert hasattr(importlib.import_module(module), name) or importlib.util.find_spec(f"{module}.{name}")
