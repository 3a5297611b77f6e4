"""Imports that end early: what a process leaves that was killed, and what the next one makes of it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from viralsim.population.importers.convert import import_network
from viralsim.population.network.storage import open_network

IMPORT = """
import os, signal, sys
from viralsim.cli.network import _ended_cleanly
from viralsim.population.importers.convert import import_network

def report(what, done, of):
    if what == sys.argv[3] and 2 * done >= of:
        os.kill(os.getpid(), int(sys.argv[4]))

with _ended_cleanly():
    import_network(sys.argv[1], sys.argv[2], report=report)
"""


def killed(folder: Path, what: str, number: int) -> int:
    """Import in a process of its own that is sent a signal half way through reading or sorting; its status."""
    (folder / "e.txt").write_text("".join(f"{i % 11} {i % 13}\n" for i in range(200)))
    arguments = [str(folder / "e.txt"), str(folder / "net"), what, str(number)]
    return subprocess.run([sys.executable, "-c", IMPORT, *arguments], check=False, capture_output=True).returncode


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
@pytest.mark.parametrize("what", ["reading", "sorting"])
def test_a_killed_import_is_no_network_and_the_next_one_cleans_up(tmp_path: Path, what: str) -> None:
    """No folder of that name, whole or half; the next import into it works and removes what lay beside."""
    assert killed(tmp_path, what, signal.SIGKILL) == -signal.SIGKILL
    assert not (tmp_path / "net").exists()
    assert any(path.name.startswith(".net-") for path in tmp_path.iterdir())
    done = import_network(tmp_path / "e.txt", tmp_path / "net")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e.txt", "net"]
    assert open_network(tmp_path / "net").follows == done.follows


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes without a word")
@pytest.mark.parametrize("what", ["reading", "sorting"])
def test_an_import_that_is_asked_to_end_leaves_nothing(tmp_path: Path, what: str) -> None:
    assert killed(tmp_path, what, signal.SIGTERM) == 128 + signal.SIGTERM
    assert [path.name for path in tmp_path.iterdir()] == ["e.txt"]
