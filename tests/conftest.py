"""What tests of several folders share: one browser, since a process can drive only one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile(
    "house", deadline=None
)  # how long an example takes is a matter of the machine and its other work
settings.load_profile("house")
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium; skips with a word where there is none (the check that runs for every change installs it, .ci/run)."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="no browser test: playwright is not installed")
    chromium = next((found for name in NAMES if (found := shutil.which(name))), "")
    if not chromium:
        pytest.skip("no browser test: there is no chromium (apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        # no sandbox: who tests inside a container is often root there
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield opened
        opened.close()


# No test asserts seconds: a busy machine is no fault of the code.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
