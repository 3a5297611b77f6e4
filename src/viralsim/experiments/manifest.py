"""What ``sweep.json`` says of the folder of a sweep, and which tables it answers for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from viralsim.checksums import file_sum, read_sealed, warn_without_sum
from viralsim.errors import InputError

MANIFEST = "sweep.json"
TABLE = "points.parquet"
FORMAT, FORMAT_VERSION = "viralsim sweep", 1
SAYS = (
    *("plan", "complete", "name", "fingerprint", "design", "paths", "points", "arms"),
    *("worlds", "seed", "luck", "folder", "scenario", "versions"),
)
REMEDY = "restore the folder from a copy, or remove it and sweep again"


def read_manifest(folder: Path) -> dict[str, Any]:
    """What ``sweep.json`` says; InputError if it is missing, damaged or not written by viralsim."""
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError(f"{folder} holds no {MANIFEST}: name a folder written by viralsim sweep")
    found, has_sum = read_sealed(path, REMEDY)
    if found.get("format") != FORMAT or found.get("format_version") != FORMAT_VERSION:
        raise InputError(f"{path} is of no sweep that this viralsim reads: name a folder written by viralsim sweep")
    missing = [word for word in SAYS if word not in found]
    if missing:
        raise InputError(f"{path} does not say {missing[0]}: {REMEDY}")
    if not has_sum:
        warn_without_sum(path)
    return found


def check_table(folder: Path, manifest: dict[str, Any]) -> None:
    """Raise InputError if the manifest has no checksum of this table; without checksums any table is accepted."""
    known = manifest.get("table")
    if known is not None and file_sum(folder / TABLE) not in known:
        raise InputError(
            f"{folder / TABLE} has changed since it was written: restore it from a copy, or remove it and run the same "
            "viralsim sweep again"
        )


def refuse_foreign(folder: Path) -> None:
    """Raise InputError if ``folder`` holds something that is not a sweep."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is {'a file' if folder.is_file() else 'no folder'}: name a folder for the sweep")
    if folder.is_dir() and any(folder.iterdir()):
        own = (folder / MANIFEST).exists() or any(folder.glob("journal*"))
        if not own:
            raise InputError(f"{folder} holds something that is no sweep: choose another folder")
