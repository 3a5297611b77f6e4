"""One run on disk: a folder that is whole or not there.

=====================  ===============================================================================================
``manifest.json``      names, numbers, versions, fingerprint, and size and SHA-256 of every other file
``scenario.yaml``      the scenario that was run
``worlds.parquet``     a row per world and arm: ``arm``, ``world``, ``population``, the measures by name, then
                       ``impressions.<source>``, ``reach.<channel>``, ``cost_usd.<line>``, ``input.<path>``
``series.parquet``     a row per tick, world and arm: ``arm``, ``world``, ``tick``, then the increments by name
``advocates.parquet``  a row per advocate and arm
``arrays.npz``         reach by community, cascade sizes, generations, the arms with every trust at 1
=====================  ===============================================================================================

pandas, Polars and DuckDB read the Parquet files as they are. Nothing is pickled.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from viralsim.atomic import flush
from viralsim.errors import InputError
from viralsim.records.columns import StoredColumns, TableFile
from viralsim.records.record import ArmOutcomes, Goal, PopulationSummary, RunRecord, plain

FORMAT = "viralsim result"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
# every field of the record that JSON holds as it is
_PLAIN_FIELDS = [
    *("scenario_name", "about", "fingerprint", "seed", "world_count", "tick_hours", "baseline"),
    *("viral_when", "flop_when", "warnings", "vital_signs", "assumptions", "calibrated", "uncertain"),
    *("scenario_file", "versions", "timing", "interrupted"),
]
_GROUPS = {
    "": "measures",
    "impressions.": "impressions_by_source",
    "reach.": "reach_by_channel",
    "cost_usd.": "cost_lines",
}


def save_record(record: RunRecord, folder: str | Path, more: Mapping[str, Any] | None = None) -> Path:
    """Write the record into ``folder``, whole or not at all; a result that is there already is replaced.

    ``more``: name -> Arrow table, written beside it as ``name.parquet``; ``open_more`` reads it.

    Raises InputError where ``folder`` holds something else, or cannot be written.
    """
    target = Path(folder)
    refuse_foreign(target)
    building = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True)
        _write_files(record, building, more or {})
        _put_in_place(building, target)
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({error.strerror or error}): choose another folder") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return target


def open_record(folder: str | Path) -> RunRecord:
    """Read what ``save_record`` wrote; the record is equal to the saved one, array for array, bit for bit.

    Raises InputError with the remedy where the folder is missing, torn, changed or none of ours.
    """
    source = _recovered(Path(folder))
    manifest = _read_manifest(source)
    for name, expected in manifest["files"].items():
        found = _digest(source / name) if (source / name).is_file() else "missing"
        if found != expected:
            state = "is missing" if found == "missing" else "has changed since it was saved"
            raise InputError(f"{source / name} {state}: restore the folder from a copy, or run the scenario again")
    try:
        return _read_files(source, manifest)
    except (KeyError, ValueError, TypeError, OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{source}: the manifest does not fit its files ({error}): run the scenario again") from error


def open_more(folder: str | Path, name: str) -> Any:
    """The Arrow table that was written as ``more``, or None. Ask after ``open_record``, which checks the files."""
    import pyarrow.parquet as pq

    path = Path(folder) / f"{name}.parquet"
    return pq.read_table(path) if path.is_file() else None


def refuse_foreign(folder: str | Path) -> None:
    """Raise InputError if a result may not be written to ``folder``: ask before a long run, not after."""
    target = Path(folder)
    if target.is_file():
        raise InputError(f"{target} is a file: name a folder for the result")
    if target.is_dir() and any(target.iterdir()):
        try:
            _read_manifest(target)
        except InputError as error:
            raise InputError(f"{target} holds something that is no viralsim result: choose another folder") from error


def _read_manifest(source: Path) -> dict[str, Any]:
    path = source / MANIFEST
    if not source.is_dir():
        raise InputError(f"{source}: no such folder: name the folder given to run --out")
    if not path.is_file() and (source / "sweep.json").is_file():
        raise InputError(f"{source} holds a sweep, not a run: see it by viralsim info, report or flips")
    if not path.is_file():
        raise InputError(f"{source} holds no {MANIFEST}: name a folder written by run --out")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}): run the scenario again") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise InputError(f"{path} is not of a viralsim result: name a folder written by run --out")
    version = manifest.get("format_version")
    if version != FORMAT_VERSION:
        raise InputError(f"{path} has format version {version}, this viralsim reads {FORMAT_VERSION}: update viralsim")
    if not isinstance(manifest.get("files"), dict):
        raise InputError(f"{path} lists no files: run the scenario again")
    return manifest


def _write_files(record: RunRecord, folder: Path, more: Mapping[str, Any]) -> None:
    import pyarrow.parquet as pq

    arms = max(1, len(record.arms))
    tables = {
        "worlds": _worlds_table(record), "series": _series_table(record), "advocates": _advocates_table(record), **more,
    }  # fmt: skip
    for name, table in tables.items():  # a group of rows per arm, so that one arm is read without the others
        pq.write_table(
            table, folder / f"{name}.parquet", compression="zstd", row_group_size=max(1, -(-len(table) // arms))
        )
    (folder / "scenario.yaml").write_text(record.scenario_yaml, encoding="utf-8", newline="")
    np.savez_compressed(folder / "arrays.npz", allow_pickle=False, **_dense_arrays(record))
    files = {path.name: _digest(path) for path in sorted(folder.iterdir())}
    manifest = {"format": FORMAT, "format_version": FORMAT_VERSION, "files": files, **_manifest_of(record)}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for path in (*folder.iterdir(), folder):
        flush(path)


def _manifest_of(record: RunRecord) -> dict[str, Any]:
    arms = {
        name: {
            **{group: list(getattr(arm, group)) for group in _GROUPS.values()},
            "series": {key: list(values.shape) for key, values in arm.series.items()},
            "advocates": {key: column.dtype.str for key, column in arm.advocates.items()},
        }
        for name, arm in record.arms.items()
    }
    return {
        **{name: plain(getattr(record, name)) for name in _PLAIN_FIELDS},
        "population": plain(asdict(record.population)),
        "goal": None if record.goal is None else plain(asdict(record.goal)),
        "inputs": list(record.inputs_of_world),
        "populations_of_world": record.populations_of_world is not None,
        "trusts_at_one": record.trusts_at_one and {arm: list(values) for arm, values in record.trusts_at_one.items()},
        "arms": arms,
    }


def _worlds_table(record: RunRecord) -> Any:
    """All columns of one value per world, arms below one another; null where an arm has no such column."""
    import pyarrow as pa

    tables = []
    population = record.populations_of_world
    for name, arm in record.arms.items():
        columns: dict[str, Any] = {
            "arm": pa.array([name] * record.world_count, pa.string()).dictionary_encode(),
            "world": np.arange(record.world_count, dtype=np.int64),
            "population": np.zeros(record.world_count, np.int32) if population is None else population,
        }
        for prefix, group in _GROUPS.items():
            columns.update({prefix + key: values for key, values in getattr(arm, group).items()})
        columns.update({"input." + key: values for key, values in record.inputs_of_world.items()})
        tables.append(pa.table(columns))
    return (
        pa.concat_tables(tables, promote_options="default") if tables else pa.table({"arm": pa.array([], pa.string())})
    )


def _series_table(record: RunRecord) -> Any:
    import pyarrow as pa

    tables = []
    for name, arm in record.arms.items():
        shapes = {values.shape for values in arm.series.values()}
        if len(shapes) > 1:
            raise InputError(
                f"arm {name!r}: its series have shapes {sorted(shapes)}: count all in the same worlds and ticks"
            )
        for worlds, ticks in shapes:
            columns: dict[str, Any] = {
                "arm": pa.array([name] * (worlds * ticks), pa.string()).dictionary_encode(),
                "world": np.repeat(np.arange(worlds, dtype=np.int32), ticks),
                "tick": np.tile(np.arange(ticks, dtype=np.int32), worlds),
            }
            tables.append(pa.table({**columns, **{key: np.ravel(values) for key, values in arm.series.items()}}))
    return (
        pa.concat_tables(tables, promote_options="default") if tables else pa.table({"arm": pa.array([], pa.string())})
    )


def _advocates_table(record: RunRecord) -> Any:
    import pyarrow as pa

    words = {key for arm in record.arms.values() for key, column in arm.advocates.items() if column.dtype.kind == "U"}
    tables = []
    for name, arm in record.arms.items():
        if arm.advocates:
            rows = len(next(iter(arm.advocates.values())))
            columns = {key: column.astype(str) if key in words else column for key, column in arm.advocates.items()}
            tables.append(pa.table({"arm": pa.array([name] * rows, pa.string()), **columns}))
    return (
        pa.concat_tables(tables, promote_options="default") if tables else pa.table({"arm": pa.array([], pa.string())})
    )


def _dense_arrays(record: RunRecord) -> dict[str, Any]:
    arrays: dict[str, Any] = {}
    for i, arm in enumerate(record.arms.values()):
        arrays[f"{i}.cascade_sizes"] = arm.cascade_sizes
        arrays[f"{i}.generations"] = arm.generations
        if arm.reach_by_community is not None:
            arrays[f"{i}.reach_by_community"] = arm.reach_by_community
    for i, measures in enumerate((record.trusts_at_one or {}).values()):
        for j, values in enumerate(measures.values()):
            arrays[f"trust.{i}.{j}"] = values
    return arrays


def _read_files(source: Path, manifest: Mapping[str, Any]) -> RunRecord:
    worlds, series, advocates = (TableFile(source / f"{n}.parquet") for n in ("worlds", "series", "advocates"))
    with np.load(source / "arrays.npz", allow_pickle=False) as file:
        dense = dict(file)
    handed = advocates.column("arm", 0, advocates.rows) if advocates.rows else np.zeros(0, np.str_)
    arms, series_at = {}, 0
    for i, (name, lists) in enumerate(manifest["arms"].items()):
        series_rows = max((worlds_ * ticks for worlds_, ticks in lists["series"].values()), default=0)
        first, rows = i * manifest["world_count"], manifest["world_count"]
        own = np.flatnonzero(handed == name)
        arms[name] = ArmOutcomes(
            name=name,
            **{group: StoredColumns(worlds, lists[group], prefix, first, rows) for prefix, group in _GROUPS.items()},
            reach_by_community=dense.get(f"{i}.reach_by_community"),
            series=StoredColumns(series, list(lists["series"]), "", series_at, series_rows, lists["series"]),
            cascade_sizes=dense[f"{i}.cascade_sizes"],
            generations=dense[f"{i}.generations"],
            advocates={
                key: advocates.column(key, int(own[0]) if len(own) else 0, len(own)).astype(dtype)
                for key, dtype in lists["advocates"].items()
            },
        )
        series_at += series_rows
    first_arm = {"first": 0, "count": manifest["world_count"]}
    trusts = manifest["trusts_at_one"]
    return RunRecord(
        **{name: manifest[name] for name in _PLAIN_FIELDS},
        population=PopulationSummary(**manifest["population"]),
        goal=None if manifest["goal"] is None else Goal(**manifest["goal"]),
        arms=arms,
        populations_of_world=worlds.column("population", **first_arm) if manifest["populations_of_world"] else None,
        inputs_of_world={key: worlds.column("input." + key, **first_arm) for key in manifest["inputs"]},
        trusts_at_one=trusts
        and {
            arm: {key: dense[f"trust.{i}.{j}"] for j, key in enumerate(keys)}
            for i, (arm, keys) in enumerate(trusts.items())
        },
        scenario_yaml=(source / "scenario.yaml").read_bytes().decode("utf-8"),
    )


def _digest(path: Path) -> str:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        return f"{path.stat().st_size}:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _put_in_place(building: Path, target: Path) -> None:
    """Rename; an earlier result steps aside first, and comes back if the rename fails.

    Whoever is killed between the two renames leaves the earlier result aside, where ``open_record`` finds it.
    """
    if not target.exists():
        building.rename(target)
        for aside in _asides(target):  # what a killed run left there is replaced by now
            shutil.rmtree(aside, ignore_errors=True)
    else:
        aside = target.with_name(f".{target.name}.{os.getpid()}.old")
        target.rename(aside)
        try:
            building.rename(target)
        except OSError:
            aside.rename(target)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    flush(target.parent)


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


def _recovered(target: Path) -> Path:
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
