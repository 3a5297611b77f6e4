"""Real networks that lie beside the repository; tests that need them say so where they are absent."""

from pathlib import Path

import pytest


def real_file(name: str) -> Path:
    """The path of a file in ``../shared/data``; the test is skipped without it."""
    path = Path(__file__).resolve().parents[3] / "shared" / "data" / name
    if not path.exists():
        pytest.skip(f"real data are absent: {path}")
    return path
