"""The app as a user meets it: a server in a process of its own, and a real browser that watches what the page does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lesson_moves import guess
from served import Server, started

from viralsim.app.lesson.static_folder import write

PATIENCE_MS = 180_000  # the first world of a fresh checkout is compiled while the page waits


@pytest.fixture(scope="package")
def server(browser: Any) -> Iterator[Server]:
    """The app in class mode, as long as the tests of this folder run."""
    with started("--class") as one:
        yield one


@pytest.fixture(scope="package")
def whole_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of files with every lesson, for slow tests."""
    home = tmp_path_factory.mktemp("whole") / "lessons"
    write(home)
    return home


@pytest.fixture
def page(browser: Any, server: Server) -> Iterator[Any]:
    """A page of the teacher's that must neither complain nor ask anyone else."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    errors: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]) if "//" in request.url else None)
    page.goto(f"{server.address}/class?token={server.token}")
    yield page
    page.close()
    assert errors == []
    assert hosts <= {server.address.removeprefix("http://")}


@pytest.fixture
def open_lesson(page: Any, server: Server) -> Callable[[str], Any]:
    """Opens a lesson by its key, guesses, and waits for its curves and its try."""

    def opened(key: str) -> Any:
        page.goto(f"{server.address}/?learn={key}")
        guess(page, 1)
        page.wait_for_selector(".vs-curve svg")
        page.wait_for_function("() => /^hour/.test(document.querySelector('.vs-hour').textContent)")
        return page

    return opened
