"""What the whole suite shares: kernels compiled before its processes start, and one browser, as a process can drive only one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

# How long an example takes is a matter of the machine and its other work. The same examples each time, so that a change is judged
# by itself; HYPOTHESIS_PROFILE=explore looks at others, as `make test-full` does.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
# Tests start some two hundred processes of Python. Each of them, and each of pytest's own, would read every source again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
NAMES = ("chromium", "chromium-browser", "google-chrome")

# What nearly every file of tests needs, in two halves that take as long: the general engine and what builds an audience; the part
# that the engine comes to last, and the plain paths.
HALVES = (
    """
from viralsim.simulation.compile_ahead import compile_audience_kernels, compile_spread_kernel
compile_spread_kernel()
compile_audience_kernels()
""",
    """
from viralsim.simulation.compile_ahead import compile_impressions, compile_shortcuts
compile_impressions()
compile_shortcuts()
""",
)


# Files of tests go to processes one by one, in the order of their folders, so that the app's server is started once in each. Files
# that take longest go first: no process shall be left alone with one at the end.
LONGEST = (
    "test_docs.py",
    "test_bounds_checked.py",
    "test_chaos.py",
    "test_changing_worlds.py",
    "test_validation.py",
    "test_uncertain_inputs.py",
    "test_own_rules.py",
)


def pytest_configure(config: pytest.Config) -> None:
    config.option.loadscopereorder = False  # else files with the fewest tests go last: many of them take longest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: i for i, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONGEST)))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Before tests are shared out among processes, two of them fill numba's cache: each process would compile it all for itself."""
    if getattr(session.config.option, "numprocesses", None) and not hasattr(session.config, "workerinput"):
        for one in [subprocess.Popen([sys.executable, "-P", "-c", half]) for half in HALVES]:
            one.wait()  # what goes wrong here goes wrong in the tests, which say more of it


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
