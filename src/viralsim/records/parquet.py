"""One run on disk: a folder that is whole or not there.

=====================  ===============================================================================================
``manifest.json``      names, numbers, versions, fingerprint, size and SHA-256 of every other file, and a sum of itself
``scenario.yaml``      the scenario that was run
``worlds.parquet``     a row per world and arm: ``arm``, ``world``, ``population``, the measures by name, then
                       ``impressions.<source>``, ``reach.<channel>``, ``segment.<measure>.<field>=<value>``, ``cost_usd.<line>``,
                       ``input.<path>``
``series.parquet``     a row per tick, world and arm: ``arm``, ``world``, ``tick``, then the increments by name
``advocates.parquet``  a row per advocate and arm
``arrays.npz``         reach by community, cascade sizes, generations, launches of a programme, arms with every trust at 1
=====================  ===============================================================================================

pandas, Polars and DuckDB read the Parquet files as they are. Nothing is pickled.
"""

from __future__ import annotations

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
from viralsim.checksums import file_sum, sealed
from viralsim.errors import InputError
from viralsim.records.columns import StoredColumns, TableFile
from viralsim.records.folder import (
    AGAIN,
    FORMAT,
    FORMAT_VERSION,
    MANIFEST,
    put_in_place,
    read_manifest,
    recovered,
    refuse_foreign,
)
from viralsim.records.record import ArmOutcomes, Goal, Move, PopulationSummary, RunRecord, SwitchingValue, plain

_LATER_FIELDS = ("asked_arms", "currency", "goals", "rules")  # results of earlier versions lack them
# every field of the record that JSON holds as it is
_PLAIN_FIELDS = [
    *("scenario_name", "about", "fingerprint", "seed", "world_count", "tick_hours", "baseline"),
    *("viral_when", "flop_when", "warnings", "vital_signs", "assumptions", "calibrated", "uncertain"),
    *("scenario_file", "versions", "timing", "interrupted", *_LATER_FIELDS),
]
_TURNS = {"moves": Move, "switching_values": SwitchingValue}  # results of earlier versions lack them
_GROUPS = {
    "": "measures",
    "impressions.": "impressions_by_source",
    "reach.": "reach_by_channel",
    "segment.": "by_segment",  # results of earlier versions lack it
    "cost_usd.": "cost_lines",
}


def save_record(record: RunRecord, folder: str | Path, more: Mapping[str, Any] | None = None) -> Path:
    """Write the record into ``folder``, whole or not at all; only an earlier result there is replaced, and nothing else.

    ``more``: name -> Arrow table, written beside it as ``name.parquet``; ``open_more`` reads it.

    Raises InputError if ``folder`` holds something else, or cannot be written.
    """
    target = Path(os.path.realpath(folder))  # a link keeps pointing to its folder
    refuse_foreign(folder)
    building = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True)
        _write_files(record, building, more or {})
        put_in_place(building, target)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror or error}): choose another folder") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Path(folder)


def open_record(folder: str | Path) -> RunRecord:
    """Read what ``save_record`` wrote; the record is equal to the saved one, array for array, bit for bit.

    Raises InputError with the remedy if the folder is missing, damaged, changed or not a result.
    """
    source = recovered(Path(folder))
    manifest = read_manifest(source)
    for name, expected in manifest["files"].items():
        found = file_sum(source / name) if (source / name).is_file() else "missing"
        if found != expected:
            state = "is missing" if found == "missing" else "has changed since it was saved"
            raise InputError(f"{source / name} {state}: {AGAIN}")
    try:
        return _read_files(source, manifest)
    except (KeyError, ValueError, TypeError, AttributeError, OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{source}: the manifest does not fit its files ({error}): run the scenario again") from error


def open_more(folder: str | Path, name: str) -> Any:
    """The Arrow table that was written as ``more``, or None. Ask after ``open_record``, which checks the files."""
    import pyarrow.parquet as pq

    path = Path(folder) / f"{name}.parquet"
    return pq.read_table(path) if path.is_file() else None


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
    files = {path.name: file_sum(path) for path in sorted(folder.iterdir())}
    manifest = sealed({"format": FORMAT, "format_version": FORMAT_VERSION, "files": files, **_manifest_of(record)})
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for path in (*folder.iterdir(), folder):
        flush(path)


def _manifest_of(record: RunRecord) -> dict[str, Any]:
    arms = {
        name: {
            **{group: list(getattr(arm, group)) for group in _GROUPS.values()},
            "series": {key: list(values.shape) for key, values in arm.series.items()},
            "advocates": {key: column.dtype.str for key, column in arm.advocates.items()},
            **({"launches": list(arm.launches)} if arm.launches else {}),
        }
        for name, arm in record.arms.items()
    }
    return {
        **{name: plain(getattr(record, name)) for name in _PLAIN_FIELDS},
        "population": plain(asdict(record.population)),
        "goal": None if record.goal is None else plain(asdict(record.goal)),
        **{name: plain([asdict(one) for one in getattr(record, name)]) for name in _TURNS},
        "inputs": list(record.inputs_of_world),
        "joint_inputs": list(record.joint_inputs),
        "calibration": plain(record.calibration),
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
        arrays |= {f"{i}.launches.{name}": values for name, values in arm.launches.items()}
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
            **{
                group: StoredColumns(worlds, lists.get(group, ()), prefix, first, rows)
                for prefix, group in _GROUPS.items()
            },
            reach_by_community=dense.get(f"{i}.reach_by_community"),
            series=StoredColumns(series, list(lists["series"]), "", series_at, series_rows, lists["series"]),
            cascade_sizes=dense[f"{i}.cascade_sizes"],
            launches={name: dense[f"{i}.launches.{name}"] for name in lists.get("launches", ())},
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
        **{name: manifest[name] for name in _PLAIN_FIELDS if name in manifest or name not in _LATER_FIELDS},
        population=PopulationSummary(**manifest["population"]),
        goal=None if manifest["goal"] is None else Goal(**manifest["goal"]),
        **{name: [kind(**one) for one in manifest.get(name, ())] for name, kind in _TURNS.items()},  # type: ignore[arg-type]
        arms=arms,
        populations_of_world=worlds.column("population", **first_arm) if manifest["populations_of_world"] else None,
        inputs_of_world={key: worlds.column("input." + key, **first_arm) for key in manifest["inputs"]},
        joint_inputs=tuple(manifest.get("joint_inputs", ())),
        calibration=manifest.get("calibration", {}),
        trusts_at_one=trusts
        and {
            arm: {key: dense[f"trust.{i}.{j}"] for j, key in enumerate(keys)}
            for i, (arm, keys) in enumerate(trusts.items())
        },
        scenario_yaml=(source / "scenario.yaml").read_bytes().decode("utf-8"),
    )
