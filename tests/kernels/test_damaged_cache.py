"""A compiled kernel whose cache file is damaged is compiled again, and the cache is mended."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from viralsim.kernels.cpu import njit

SOURCE = "def twice(x):\n    return 2 * x\n"


def _kernel(folder: Path) -> Any:
    """A kernel as a new process has it: nothing is compiled yet."""
    spec = importlib.util.spec_from_file_location("twice", folder / "twice.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return njit(cache=True)(module.twice)


def _hits(kernel: Any) -> int:
    assert kernel(3) == 6
    return sum(kernel.stats.cache_hits.values())


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("left", [0.0, 0.5])
def test_damaged_file_is_compiled_anew(tmp_path: Path, kind: str, left: float) -> None:
    """An index or code that was cut short, as by a full disk: numba raises EOFError or UnpicklingError at every start."""
    (tmp_path / "twice.py").write_text(SOURCE)
    assert _hits(_kernel(tmp_path)) == 0
    assert _hits(_kernel(tmp_path)) == 1
    (damaged,) = tmp_path.rglob(f"*.{kind}")
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[: int(left * len(whole))])
    assert _hits(_kernel(tmp_path)) == 0
    assert _hits(_kernel(tmp_path)) == 1


def test_full_disk_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel runs though it cannot be kept."""
    (tmp_path / "twice.py").write_text(SOURCE)
    kernel = _kernel(tmp_path)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kernel._cache._cache_file, "_save_data", full)
    assert _hits(kernel) == 0
    assert not list(tmp_path.rglob("*.nbc"))
    assert _hits(_kernel(tmp_path)) == 0
