"""What numba kept of sources that are gone goes with them, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from viralsim import stale_caches
from viralsim.kernels import frame
from viralsim.stale_caches import remove_stale_caches


def aged(path: Path, seconds: float) -> Path:
    """The file, made so many seconds ago (negative: to come)."""
    path.parent.mkdir(exist_ok=True)
    path.touch()
    os.utime(path, times=(time.time() - seconds,) * 2)
    return path


@pytest.fixture(autouse=True)
def kernels_are_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(stale_caches, "__file__", str(tmp_path / "stale_caches.py"))
    aged(tmp_path / "kernels" / "frame.py", 1000)


@pytest.mark.parametrize("place", ["package", "kernels"])
def test_what_is_older_than_a_source_is_removed_and_nothing_else(tmp_path: Path, place: str) -> None:
    package = tmp_path / "package"
    aged(package / "first.py", 900)
    aged(tmp_path / place / "second.py", 500)
    cache = package / "__pycache__"
    old = [aged(package / "__pycache__" / name, 600) for name in ("f-1.py311.nbi", "f-1.py311.1.nbc")]
    kept = [aged(cache / "g-1.py311.nbi", 400), aged(cache / "first.cpython-311.pyc", 600), package / "first.py"]
    remove_stale_caches(package)
    assert [path.exists() for path in old] == [False, False]
    assert all(path.exists() for path in kept)


def test_a_source_of_a_time_to_come_makes_nothing_old(tmp_path: Path) -> None:
    """Else everything would be compiled again in every process until then."""
    package = tmp_path / "package"
    aged(package / "first.py", 900)
    aged(package / "second.py", -500)
    cache = aged(package / "__pycache__" / "f-1.py311.nbi", 600)
    remove_stale_caches(package)
    assert cache.exists()


def test_a_folder_without_caches_is_left_alone(tmp_path: Path) -> None:
    remove_stale_caches(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


KERNEL = """
from typing import Any, NamedTuple
from numba import njit

class {name}(NamedTuple):
    x: Any

@njit(cache=True)
def twice(pair):
    return 2 * pair.x

print(twice({name}(21)))
"""


def test_a_class_that_is_gone_since_is_no_error(tmp_path: Path) -> None:
    """numba alone unpickles the index of the old source and ends in AttributeError."""
    package = tmp_path / "package"
    package.mkdir()

    def run(name: str, clean: str) -> subprocess.CompletedProcess[str]:
        (package / "__init__.py").write_text(clean)
        (package / "kernel.py").write_text(KERNEL.format(name=name))
        command = [sys.executable, "-c", "import package.kernel"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    clean = "from pathlib import Path\nfrom viralsim.stale_caches import remove_stale_caches\n"
    clean += "remove_stale_caches(Path(__file__).parent)\n"
    assert run("Before", "").stdout == "42\n"
    assert run("After", clean).stdout == "42\n"
    assert list((package / "__pycache__").glob("*.nbi"))


CHANGED = """
from viralsim.kernels import frame
print(frame.BUILD)
"""


def test_a_change_in_a_sub_folder_is_another_build(tmp_path: Path) -> None:
    """The key of compiled kernels carries every source below ``kernels``: else changed kernels would run old code."""
    source = Path(frame.__file__).parent.parent
    copy = tmp_path / "viralsim"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))

    def build() -> str:
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        ran = subprocess.run(
            [sys.executable, "-c", CHANGED], capture_output=True, text=True, check=True, env=environment
        )
        return ran.stdout

    before = build()
    assert build() == before
    changed = next(path for path in sorted((copy / "kernels").rglob("*.py")) if path.parent != copy / "kernels")
    changed.write_text(changed.read_text() + "\n# changed\n")
    assert build() != before


def test_caches_that_the_user_put_elsewhere_are_removed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``NUMBA_CACHE_DIR`` has a folder for each folder of sources, sub-folders included."""
    monkeypatch.setattr(stale_caches.config, "CACHE_DIR", str(tmp_path / "elsewhere"))
    package = tmp_path / "package"
    aged(package / "first.py", 900)
    (package / "inner").mkdir()
    aged(package / "inner" / "second.py", 500)
    caches = [cache for cache in stale_caches.cache_folders(package) if "elsewhere" in str(cache)]
    assert len(caches) == 2
    (tmp_path / "elsewhere").mkdir()
    old = [aged(cache / "f-1.py311.nbi", 600) for cache in caches]
    new = [aged(cache / "g-1.py311.nbi", 400) for cache in caches]
    remove_stale_caches(package)
    assert [path.exists() for path in old] == [False, False]
    assert all(path.exists() for path in new)
