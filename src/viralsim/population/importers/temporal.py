"""Temporal edge lists: a table with a row per tie and span, columns ``source, target, from, to`` in ticks."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from viralsim.errors import InputError, NetworkError
from viralsim.population.network.edges import reverses
from viralsim.population.network.network import Network

COLUMNS = ("source", "target", "from", "to")


def read_temporal(path: str | Path, edge_means: str, directed: bool = True) -> Network:
    """The network of a CSV (also packed: .gz, .xz) or Parquet file with the columns ``source, target, from, to``.

    A tie is there in the ticks ``from <= t < to``. Raises NetworkError where the file or a column cannot be read.
    """
    import pandas as pd

    file = Path(path)
    try:
        table = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file, skipinitialspace=True)
    except (OSError, ValueError, UnicodeError) as error:
        reason = " ".join(str(error).split())[:120]
        raise NetworkError(
            f"{file}: cannot be read as a table ({reason}): give a CSV with source, target, from, to"
        ) from None
    table.columns = [str(name).strip().lower() for name in table.columns]
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise NetworkError(f"{file}: has no column {missing[0]!r}: a temporal edge list has source, target, from, to")
    if table[list(COLUMNS)].isna().any().any():
        row = int(np.flatnonzero(table[list(COLUMNS)].isna().any(axis=1))[0]) + 2
        raise NetworkError(f"{file}:{row}: a cell is empty: every row needs source, target, from, to")
    source, target = (table[name].to_numpy() for name in COLUMNS[:2])
    if reverses(edge_means):
        source, target = target, source
    try:
        return Network.from_temporal_edges(
            source, target, table["from"].to_numpy(), table["to"].to_numpy(), directed=directed
        )
    except InputError as error:
        raise NetworkError(f"{file}: {error}") from None
