"""A members file: a CSV table with a row a member, column ``id`` and any declared member field."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import NetworkError
from viralsim.population.fields import FIELDS, field_of_column


@dataclass(frozen=True, eq=False)
class MembersFile:
    """The table as arrays, a row a member.

    community: int32[M] numbered in the order of ``community_names``, or None. values: numbers, float32[M]
    """

    path: Path
    ids: NDArray[Any]
    community: NDArray[np.int32] | None
    community_names: tuple[str, ...] | None
    values: dict[str, NDArray[np.float32]]


def known_columns() -> str:
    """The columns that a members file may have, as a list in words."""
    return ", ".join(["id", *(f.column + ("<name>" if f.column.endswith("_") else "") for f in FIELDS)])


def read_members(path: Path) -> MembersFile:
    """Read a members file (.csv, or .csv.gz); ``NetworkError`` names line and column of what is wrong."""
    from io import BytesIO

    import pandas as pd

    from viralsim.population.importers.text_stream import read_bytes

    data = read_bytes(path)
    try:
        frame = pd.read_csv(BytesIO(data), dtype=str, keep_default_na=False, skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise NetworkError(f"{path}: no table with a row a member: {str(error).strip()}") from None
    frame.columns = [str(c).strip() for c in frame.columns]
    _check_columns(path, list(frame.columns))
    ids = frame["id"].str.strip().to_numpy(dtype=object)
    _check_ids(path, ids)
    values: dict[str, NDArray[np.float32]] = {}
    community, names = None, None
    for name in frame.columns:
        if name == "community":
            codes, labels = _communities(path, frame[name].str.strip().to_numpy(dtype=object))
            community, names = codes, labels
        elif name != "id":
            values[name] = _numbers(path, name, frame[name])
    return MembersFile(path, _plain_ids(ids), community, names, values)


def _check_columns(path: Path, columns: list[str]) -> None:
    if "id" not in columns:
        raise NetworkError(f'{path}:1: there is no column "id"; the columns may be: {known_columns()}')
    for name in columns:
        if columns.count(name) > 1:
            raise NetworkError(f'{path}:1: column "{name}" occurs twice; keep one')
        if name != "id" and field_of_column(name) is None:
            raise NetworkError(f'{path}:1: unknown column "{name}"; the columns may be: {known_columns()}')


def _check_ids(path: Path, ids: NDArray[Any]) -> None:
    first: dict[str, int] = {}
    for i, label in enumerate(ids):
        if label == "":
            raise NetworkError(f"{path}:{i + 2}: the id is missing; fill it or leave the row out")
        if label in first:
            raise NetworkError(f"{path}:{i + 2}: id {label} is on line {first[label]} already; keep one row a member")
        first[label] = i + 2
    if len(ids) == 0:
        raise NetworkError(f"{path}: the file names no member; add a row a member below the header")


def _plain_ids(ids: NDArray[Any]) -> NDArray[Any]:
    try:
        numbers = ids.astype(np.int64)
    except (ValueError, OverflowError):
        return ids.astype(np.str_)
    return (
        numbers if all(str(n) == label for n, label in zip(numbers.tolist(), ids, strict=True)) else ids.astype(np.str_)
    )


def _communities(path: Path, labels: NDArray[Any]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Communities numbered in order: numbers by value, other labels by text."""
    if (labels == "").any():
        row = int(np.argmax(labels == "")) + 2
        raise NetworkError(f"{path}:{row}: community is missing; every member has exactly one")
    names = sorted(set(labels), key=lambda label: (0, int(label), label) if label.isdecimal() else (1, 0, label))
    number = {name: i for i, name in enumerate(names)}
    return np.array([number[label] for label in labels], dtype=np.int32), tuple(names)


def _numbers(path: Path, name: str, column: Any) -> NDArray[np.float32]:
    """A column of numbers within the bounds of its field."""
    import pandas as pd

    declared = field_of_column(name)
    assert declared is not None
    f = declared[0]
    values = pd.to_numeric(column.str.strip(), errors="coerce").to_numpy(dtype=np.float64)
    bad = ~(np.isfinite(values) & (values >= f.low) & (values <= f.high))
    if bad.any():
        i = int(np.argmax(bad))
        bounds = f">= {f.low:g}" if np.isinf(f.high) else f"in {f.low:g}..{f.high:g}"
        raise NetworkError(f'{path}:{i + 2}: {name}: must be a number {bounds}, got "{column.iloc[i][:40]}"')
    numbers: NDArray[np.float32] = values.astype(np.float32)
    return numbers
