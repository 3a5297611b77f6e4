"""Signed edge lists: a table with a row per tie, columns ``source``, ``target`` and one of 1 and -1."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from viralsim.errors import InputError, NetworkError
from viralsim.population.network.edges import reverses
from viralsim.population.network.network import Network


def read_signed(
    path: str | Path, sign: str, edge_means: str, directed: bool = True, others: Mapping[str, Any] | None = None
) -> Network:
    """The network of a CSV (also packed: .gz, .xz) or Parquet file with the columns ``source, target`` and ``sign``.

    others: words of ``Network.read`` that are not read beside signs. Raises NetworkError where the file or a column cannot be read.
    """
    import pandas as pd

    file = Path(path)
    given = [name for name, value in (others or {}).items() if value is not None]
    if given:
        raise NetworkError(f"{given[0]}: is not read of a network with signs: leave it out")
    try:
        table = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file, skipinitialspace=True)
    except (OSError, ValueError, UnicodeError) as error:
        reason = " ".join(str(error).split())[:120]
        raise NetworkError(
            f"{file}: cannot be read as a table ({reason}): give a CSV with source, target, {sign}"
        ) from None
    table.columns = [str(name).strip() for name in table.columns]
    columns = ("source", "target", sign)
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise NetworkError(f"{file}: has no column {missing[0]!r}: it has {', '.join(table.columns)}")
    if table[list(columns)].isna().any().any():
        row = int(np.flatnonzero(table[list(columns)].isna().any(axis=1))[0]) + 2
        raise NetworkError(f"{file}:{row}: a cell is empty: every row needs source, target, {sign}")
    source, target = table["source"].to_numpy(), table["target"].to_numpy()
    if reverses(edge_means):
        source, target = target, source
    try:
        return Network.from_edges(
            source, target, tie_sign=table[sign].to_numpy(), directed=directed, keep_edge_order=False
        )
    except InputError as error:
        raise NetworkError(f"{file}: {error}") from None
