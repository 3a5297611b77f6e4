"""What tests of several folders share: one browser, since a process can drive only one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

# How long an example takes is a matter of the machine and its other work. The same examples each time, so that a change is judged
# by itself; HYPOTHESIS_PROFILE=explore looks at others, as `make test-full` does.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
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
