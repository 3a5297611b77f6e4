"""The app as a user meets it: a server in a process of its own, and a real browser that watches what the page does."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

PATIENCE_MS = 180_000  # the first world of a fresh checkout is compiled while the page waits


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="package")
def server(browser: Any) -> Iterator[tuple[str, str]]:
    """The app in a process of its own: address and join code."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-u", "-m", "viralsim", "app", "--port", str(port), "--class"]
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "NICEGUI"))}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
    code = ""
    assert process.stdout is not None
    while not code:
        line = process.stdout.readline()
        assert line, "the app ended"
        found = re.search(r"code: (\w+)", line)
        code = found.group(1) if found else ""
    began = time.monotonic()
    while time.monotonic() - began < 30:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}", code
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def page(browser: Any, server: tuple[str, str]) -> Iterator[Any]:
    """A page that must neither complain nor ask anyone else."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    errors: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]) if "//" in request.url else None)
    yield page
    page.close()
    assert errors == []
    assert hosts <= {server[0].removeprefix("http://")}


@pytest.fixture
def open_lesson(page: Any, server: tuple[str, str]) -> Callable[[str], Any]:
    """Opens a lesson by its key and waits for its curve."""

    def opened(key: str) -> Any:
        page.goto(f"{server[0]}/?learn={key}")
        page.wait_for_selector(".vs-curve svg")
        return page

    return opened
