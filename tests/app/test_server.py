"""The server's beginning and end: a class that cannot be played is refused, and Ctrl-C ends everything that was started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner
from served import free_port, started

from viralsim.cli import main

INTERRUPT = signal.CTRL_C_EVENT if sys.platform == "win32" else signal.SIGINT
TOO_MUCH = """
viralsim: 1
name: too much for a class
horizon: 80d
audience: {members: 20000}
channels: {x: {network: {generate: {mean_following: 200}}, visibility: 1}}
content: {c: {appeal: 1}}
campaign: {content: c, organic: [{members: 1000, posts_at: [0h, 1h, 2h, 3h]}]}
"""


def test_a_scenario_that_no_class_can_play_is_refused_at_its_start(tmp_path: Path) -> None:
    """Before a port is opened and a process started; alone, the same scenario may be looked at."""
    path = tmp_path / "s.yaml"
    path.write_text(TOO_MUCH)
    said = CliRunner().invoke(main, ["app", str(path), "--class", "--port", str(free_port())])
    assert said.exit_code == 2
    assert "a class of 60 cannot play this scenario" in said.output


def test_control_c_ends_the_app_and_its_processes() -> None:
    with started("--class") as server:
        ours = psutil.Process(server.process.pid).children(recursive=True)
        assert ours
        server.process.send_signal(INTERRUPT)
        assert server.process.wait(60) == 130
        _, alive = psutil.wait_procs(ours, 60)
        assert not alive


def test_control_c_ends_it_before_the_doors_open() -> None:
    """While processes still start and kernels are compiled."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "NICEGUI"))}
    command = [sys.executable, "-W", "ignore", "-u", "-m", "viralsim", "app", "--class", "--port", str(free_port())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env) as process:
        assert process.stdout is not None
        assert "viralsim app on" in process.stdout.readline()
        process.send_signal(INTERRUPT)
        try:
            assert process.wait(60) == 130
        finally:
            process.kill()  # nobody waits for one that did not end
        assert "Traceback" not in process.stdout.read()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_no_process_outlives_a_server_that_was_killed() -> None:
    with started("--class") as server:
        ours = psutil.Process(server.process.pid).children(recursive=True)
        server.process.kill()
        server.process.wait(60)
        _, alive = psutil.wait_procs(ours, 60)
        assert not alive
