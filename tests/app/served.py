"""The app in a process of its own, as a user starts it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server(NamedTuple):
    """The app in a process of its own. code, token: of its class."""

    address: str
    code: str
    token: str
    process: subprocess.Popen[str]


@contextmanager
def started(*options: str, port: int = 0) -> Iterator[Server]:
    """The app in a process of its own, ready to be asked; ended at last, however."""
    port = port or free_port()
    command = [sys.executable, "-W", "ignore", "-u", "-m", "viralsim", "app", "--port", str(port), *options]
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "NICEGUI"))}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
    assert process.stdout is not None
    code = token = ""
    while "--class" in options and not code:
        line = process.stdout.readline()
        assert line, "the app ended"
        found = re.search(r"token=(\S+).*code: (\w+)", line)
        token, code = found.groups() if found else ("", "")
    said: list[str] = []
    reading = threading.Thread(target=said.extend, args=(process.stdout,), daemon=True)
    reading.start()  # a pipe that nobody reads stops the server once it is full
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    try:
        yield Server(f"http://127.0.0.1:{port}", code, token, process)
    finally:
        process.terminate()
        process.wait(10)
        reading.join(10)
        process.stdout.close()
    assert "Traceback" not in "".join(said), "".join(said)[-4_000:]


def let_in(page: Any, server: Server) -> Any:
    """The page with the cookie of the class."""
    page.goto(f"{server.address}/join?code={server.code}")
    return page
