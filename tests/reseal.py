"""Stores that a test changes on purpose, with the sums that such a store would have had."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from viralsim.checksums import CHECKSUM, file_sum, write_sealed


def reseal(path: Path, *drop: str, **changes: Any) -> None:
    """Change what a sealed JSON file says, and its sum with it."""
    said = json.loads(path.read_text(encoding="utf-8"))
    for word in (CHECKSUM, *drop):
        del said[word]
    write_sealed(path, {**said, **changes})


def answer_for_table(folder: Path) -> None:
    """Let the manifest of a sweep answer for the table that is there now."""
    reseal(folder / "sweep.json", table=[file_sum(folder / "points.parquet")])


def without_sums(folder: Path) -> None:
    """Make the store of a version that kept no checksums: of manifests, and of the table of a sweep."""
    for name in ("sweep.json", "manifest.json", "sensitivity.json"):
        path = folder / name
        if path.exists():
            said = json.loads(path.read_text(encoding="utf-8"))
            old = {word: value for word, value in said.items() if word not in (CHECKSUM, "table")}
            path.write_text(json.dumps(old))
