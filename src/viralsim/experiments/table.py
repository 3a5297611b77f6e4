"""The table of a sweep: one Parquet file, a row per point and arm, whole or not there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import file_path, names_of
from viralsim.atomic import atomic_path
from viralsim.checksums import file_sum
from viralsim.errors import InputError
from viralsim.experiments.manifest import TABLE, check_table, read_manifest
from viralsim.experiments.plan import Plan
from viralsim.versions import versions

if TYPE_CHECKING:
    import pandas as pd

ROWS_OF_A_GROUP = 4096
Entry = Mapping[str, Any]


class Rows(NamedTuple):
    """A finished point as the table holds it; numbers: float64[arms, columns], NaN where nothing is known."""

    id: str
    seed: int | None
    error: str | None
    numbers: NDArray[np.float64]


def rows_of(plan: Plan, entry: Entry) -> Rows:
    """The rows of an entry, an arm each."""
    numbers = np.array([[*map(entry["arms"].get(arm, {}).get, plan.numbers)] for arm in plan.arms], dtype=np.float64)
    numbers[~np.isfinite(numbers)] = np.nan  # as the journal, which leaves out what is not finite
    return Rows(entry["id"], entry["seed"], entry["error"], numbers)


def write_table(
    plan: Plan, rows_at: Callable[[int], Rows | None], folder: Path, announce: Callable[[str], None]
) -> int:
    """Write the finished points in the order of the plan; returns the number of rows.

    ``rows_at(i)`` is the finished point i, or None. Columns: ``point`` int32, ``id``, ``arm``, the swept paths, ``seed`` int64,
    ``error``, then the numbers of ``points.columns`` as float64. The file's metadata holds scenario, seed, worlds and versions.
    The table is put in place by one rename; ``announce`` is called with its sum just before.
    """
    with atomic_path(folder / TABLE) as building:
        rows = write_rows(plan, rows_at, building)
        announce(file_sum(building))
    return rows


def write_rows(plan: Plan, rows_at: Callable[[int], Rows | None], target: Path | BinaryIO) -> int:
    """Write the finished points as Parquet to a path or a stream; returns the number of rows."""
    import pyarrow.parquet as pq

    schema, rows = _schema(plan), 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for group in _groups(plan, rows_at, schema):
            writer.write_table(group)
            rows += group.num_rows
    return rows


def _groups(plan: Plan, rows_at: Callable[[int], Rows | None], schema: Any) -> Iterator[Any]:
    """The rows as Arrow tables of ``ROWS_OF_A_GROUP`` rows or a few more; a number that is not known is null."""
    text = {path for path in plan.paths if _kind(plan, path) == "text"}
    said: list[list[Any]] = []  # what comes before the numbers
    numbers: list[NDArray[np.float64]] = []
    for i, overrides in enumerate(plan.points):
        rows = rows_at(i)
        if rows is None:
            continue
        swept = [
            json.dumps(v) if path in text and not isinstance(v, str) else v
            for path, v in ((path, overrides[path]) for path in plan.paths)
        ]
        said += [[i, rows.id, arm, *swept, rows.seed, rows.error] for arm in plan.arms]
        numbers.append(rows.numbers)
        if len(said) >= ROWS_OF_A_GROUP:
            yield _group(said, numbers, schema)
            said, numbers = [], []
    if said:
        yield _group(said, numbers, schema)


def _group(said: list[list[Any]], numbers: list[NDArray[np.float64]], schema: Any) -> Any:
    import pyarrow as pa

    first = [pa.array(column, kind) for column, kind in zip(zip(*said, strict=True), schema.types, strict=False)]
    rest = [pa.array(column, from_pandas=True) for column in np.ascontiguousarray(np.concatenate(numbers).T)]
    return pa.Table.from_arrays([*first, *rest], schema=schema)


def _kind(plan: Plan, path: str) -> str:
    values = [point[path] for point in plan.points]
    if all(isinstance(v, int) and not isinstance(v, bool) for v in values):
        return "whole"
    return "number" if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values) else "text"


def _schema(plan: Plan) -> Any:
    import pyarrow as pa

    kinds = {"whole": pa.int64(), "number": pa.float64(), "text": pa.string()}
    fields = [("point", pa.int32()), ("id", pa.string()), ("arm", pa.string())]
    fields += [(path, kinds[_kind(plan, path)]) for path in plan.paths]
    fields += [("seed", pa.int64()), ("error", pa.string())]
    fields += [(name, pa.float64()) for name in plan.numbers]
    stamped = {
        "viralsim.scenario": plan.scenario.to_yaml(),
        "viralsim.fingerprint": plan.scenario.fingerprint,
        "viralsim.plan": json.dumps({"design": plan.design, "worlds": plan.worlds, "seed": plan.seed,
                                     "luck": "own" if plan.own_luck else "same", "points": len(plan.points)}),
        "viralsim.versions": json.dumps(versions()),
    }  # fmt: skip
    return pa.schema(fields, metadata=stamped)


def read_table(folder: str | Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The table of a sweep as a DataFrame; InputError if the folder holds none, or one that has changed.

    columns: only these.
    """
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = file_path(folder, "folder") / TABLE
    if not path.is_file():
        raise InputError(f"{folder} holds no {TABLE}: name a folder written by viralsim sweep, or sweep again")
    check_table(path.parent, read_manifest(path.parent))
    try:
        wanted = None if columns is None else names_of(columns, "columns", pq.read_schema(path).names)
        return pd.read_parquet(path, columns=None if wanted is None else list(wanted))
    except InputError:
        raise
    except (OSError, ValueError, KeyError, TypeError, MemoryError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"{path} cannot be read ({reason}): remove it and run the same viralsim sweep again") from None


def entries_of(folder: Path) -> Iterator[dict[str, Any]]:
    """The finished points of a table, each id once, as the journal holds them."""
    table = read_table(folder)
    names = set(table.columns[list(table.columns).index("error") + 1 :])
    for identity, rows in table.groupby("id", sort=False):
        first = rows[rows["point"] == rows["point"].iloc[0]]
        error = None if first["error"].isna().all() else str(first["error"].iloc[0])
        arms = {} if error else {r["arm"]: {k: r[k] for k in names if r[k] == r[k]} for r in first.to_dict("records")}
        seed = None if first["seed"].isna().any() else int(first["seed"].iloc[0])
        yield {"id": str(identity), "seed": seed, "arms": arms, "error": error}
