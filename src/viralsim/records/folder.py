"""The folder of a result: what belongs to it, when another may take its place, and how."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from viralsim.atomic import flush
from viralsim.checksums import read_sealed, warn_without_sum
from viralsim.errors import InputError, ViralsimWarning

FORMAT = "viralsim result"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
TREES = "trees.npz"  # what a report keeps beside a result; see ``report.trees``
LEFT_BY_SYSTEMS = {".DS_Store", "Thumbs.db", "desktop.ini"}
AGAIN = "restore the folder from a copy, or run the scenario again"


def refuse_foreign(folder: str | Path, scenario: tuple[str, str] | None = None) -> None:
    """Raise InputError if a result may not be written to ``folder``: ask before a long run, not after.

    It may be written if there is nothing, or only an earlier result. scenario: name and fingerprint of the one that is to be
    run; the result of another one is then refused too.
    """
    target = Path(folder)
    if Path.cwd().is_relative_to(target.resolve()):
        raise InputError(f"{target} is the present folder, which is not replaced: name one in it")
    if os.path.lexists(target) and not target.is_dir():  # a device or a broken link too, which a rename would remove
        raise InputError(f"{target} is {'a file' if target.is_file() else 'no folder'}: name a folder for the result")
    if not target.is_dir() or not {path.name for path in target.iterdir()} - LEFT_BY_SYSTEMS:
        return
    try:
        with warnings.catch_warnings():  # what is replaced need not be checked
            warnings.simplefilter("ignore", ViralsimWarning)
            manifest = read_manifest(target)
    except InputError as error:
        raise InputError(f"{target} holds something that is no viralsim result: choose another folder") from error
    foreign = sorted({path.name for path in target.iterdir() if path.is_dir() or not _is_ours(path.name, manifest)})
    if foreign:
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        raise InputError(
            f"{target} holds {foreign[0]}{more} beside a result, which would be lost: move it, or choose another folder"
        )
    there = (manifest.get("scenario_name"), manifest.get("fingerprint"))
    if scenario is not None and scenario != there:
        raise InputError(
            f"{target} holds the result of another scenario, {there[0]!r} (fingerprint {there[1]}), and not of {scenario[0]!r} "
            f"({scenario[1]}): choose another folder, or replace it with --force"
        )


def _is_ours(name: str, manifest: Mapping[str, Any]) -> bool:
    """Whether a file in the folder of a result is part of it, or one that was being written when a process was killed."""
    half_written = name.endswith(".part") and name.startswith(".")
    whole = name[1:].rsplit(".", 2)[0] if half_written else name
    return whole in {MANIFEST, TREES, *manifest["files"]} or name in LEFT_BY_SYSTEMS


def read_manifest(source: Path) -> dict[str, Any]:
    """What ``manifest.json`` says; InputError if it is missing, damaged or not written by viralsim."""
    path = source / MANIFEST
    if not source.is_dir():
        raise InputError(f"{source}: no such folder: name the folder given to run --out")
    if not path.is_file() and (source / "sweep.json").is_file():
        raise InputError(f"{source} holds a sweep, not a run: see it by viralsim info, report or flips")
    if not path.is_file():
        raise InputError(f"{source} holds no {MANIFEST}: name a folder written by run --out")
    manifest, has_sum = read_sealed(path, AGAIN)
    if manifest.get("format") != FORMAT:
        raise InputError(f"{path} is not of a viralsim result: name a folder written by run --out")
    version = manifest.get("format_version")
    if version != FORMAT_VERSION:
        raise InputError(f"{path} has format version {version}, this viralsim reads {FORMAT_VERSION}: update viralsim")
    if not isinstance(manifest.get("files"), dict):
        raise InputError(f"{path} lists no files: run the scenario again")
    if not has_sum:
        warn_without_sum(path)
    return manifest


def put_in_place(building: Path, target: Path) -> None:
    """Rename; an earlier result steps aside first, and comes back if the rename fails.

    Whoever is killed between the two renames leaves the earlier result aside, where ``open_record`` finds it.
    """
    if os.path.lexists(target) and not target.is_dir():
        raise InputError(f"{target} is no folder: name a folder for the result")
    if not target.exists():
        building.rename(target)
        for aside in _asides(target):  # what a killed run left there is replaced by now
            _discard(aside)
    else:
        aside = target.with_name(f".{target.name}.{os.getpid()}.old")
        target.rename(aside)
        try:
            building.rename(target)
        except OSError:
            aside.rename(target)
            raise
        _discard(aside)
    flush(target.parent)


def _discard(aside: Path) -> None:
    """Remove a result that was replaced: its own files and then its folder, so that a file of somebody else stays."""
    with suppress(OSError, InputError), warnings.catch_warnings():
        warnings.simplefilter("ignore", ViralsimWarning)
        manifest = read_manifest(aside) if any(aside.iterdir()) else {"files": {}}
        for path in aside.iterdir():
            if path.is_file() and _is_ours(path.name, manifest):
                path.unlink()
        aside.rmdir()


def _asides(target: Path) -> list[Path]:
    """Results that stepped aside for another one, the latest last."""
    if not target.parent.is_dir():
        return []
    found = [path for path in target.parent.iterdir() if _owner(target, path)]
    return sorted(found, key=lambda path: path.stat().st_mtime_ns)


def _owner(target: Path, aside: Path) -> int:
    """The process that put ``aside`` aside for a new ``target``; 0 where it is something else."""
    first, last = f".{target.name}.", ".old"
    number = aside.name.removeprefix(first).removesuffix(last)
    return int(number) if number.isdecimal() and aside.name == first + number + last else 0


def recovered(target: Path) -> Path:
    """Where the result is; one that was left aside by a killed run comes back to its place."""
    asides = [] if target.exists() else _asides(target)
    if not asides:
        return target
    if not _runs(_owner(target, asides[-1])):  # else it is about to be replaced
        asides[-1].rename(target)
        return target
    return asides[-1]


def _runs(process: int) -> bool:
    """Whether a process of this machine runs."""
    import psutil

    return bool(psutil.pid_exists(process))
