"""Blocks of worlds become one table, and a table keeps some of its worlds: pure arithmetic of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim.records.columns import MadeColumns
from viralsim.records.record import ArmOutcomes

Part: TypeAlias = tuple[NDArray[np.int64], ArmOutcomes]  # rows of the whole table, and what it holds


def _placed(rows: NDArray[np.int64], columns: Sequence[NDArray[Any]], worlds: int) -> NDArray[Any]:
    """Columns of the parts one after another, at their rows; rows that no part has are 0."""
    joined = np.concatenate(columns)
    if len(rows) == worlds and bool((rows[1:] > rows[:-1]).all()):
        return joined
    out = np.zeros((worlds, *joined.shape[1:]), dtype=joined.dtype)
    out[rows] = joined
    return out


def _table(parts: Sequence[Part], rows: NDArray[np.int64], worlds: int, field: str) -> MadeColumns:
    """One of the tables of ``ArmOutcomes`` by name; a name that a part lacks counts 0 there."""
    names = dict.fromkeys(name for _, part in parts for name in getattr(part, field))

    def column(name: str) -> NDArray[Any]:
        tables = [(getattr(part, field), part) for _, part in parts]
        columns = [table[name] if name in table else np.zeros(part.worlds) for table, part in tables]
        return _placed(rows, columns, worlds)

    return MadeColumns({name: partial(column, name) for name in names}, worlds)


def _series(parts: Sequence[Part]) -> Mapping[str, NDArray[np.int32]]:
    """Series of the first worlds, up to the first gap."""
    first = parts[0][1].series
    if not first:
        return {}
    kept = np.concatenate([rows[: len(next(iter(part.series.values())))] for rows, part in parts])
    order = np.argsort(kept, kind="stable")
    whole = int(np.argmax(np.append(kept[order] != np.arange(len(kept)), True)))

    def joined(name: str) -> NDArray[np.int32]:
        series = np.concatenate([part.series[name] for _, part in parts])
        return series if whole == len(kept) and bool((order[1:] > order[:-1]).all()) else series[order[:whole]]

    return MadeColumns({name: partial(joined, name) for name in first}, whole)


def _advocates(parts: Sequence[Part]) -> dict[str, NDArray[Any]]:
    """Posts and shares of each advocate over all parts; empty where the parts enrolled different people."""
    first = dict(parts[0][1].advocates)
    if not first or len({tuple(part.advocates.get("id", ())) for _, part in parts}) > 1:
        return {}
    return {**first, **{key: np.sum([part.advocates[key] for _, part in parts], axis=0) for key in ("posts", "shares")}}


def join_worlds(parts: Sequence[Part], worlds: int) -> ArmOutcomes:
    """The parts of one arm as one table of ``worlds`` rows."""
    if len(parts) == 1 and len(parts[0][0]) == worlds:
        return parts[0][1]
    rows = np.concatenate([r for r, _ in parts])
    communities = [part.reach_by_community for _, part in parts]
    counted = [c for c in communities if c is not None]
    same = len(counted) == len(parts) and len({c.shape[1] for c in counted}) == 1
    return replace(
        parts[0][1],
        measures=_table(parts, rows, worlds, "measures"),
        impressions_by_source=_table(parts, rows, worlds, "impressions_by_source"),
        reach_by_channel=_table(parts, rows, worlds, "reach_by_channel"),
        by_segment=_table(parts, rows, worlds, "by_segment"),
        cost_lines=_table(parts, rows, worlds, "cost_lines"),
        launches={
            name: _placed(rows, [part.launches[name] for _, part in parts], worlds) for name in parts[0][1].launches
        },
        reach_by_community=_placed(rows, counted, worlds) if same else None,
        series=_series(parts),
        cascade_sizes=np.sum([part.cascade_sizes for _, part in parts], axis=0),
        generations=np.sum([part.generations for _, part in parts], axis=0),
        advocates=_advocates(parts),
    )


def keep_worlds(worlds: ArmOutcomes, keep: NDArray[np.bool_]) -> ArmOutcomes:
    """Only the worlds marked in ``keep`` bool[W]."""

    def rows(table: Mapping[str, NDArray[Any]]) -> MadeColumns:
        def kept(name: str) -> NDArray[Any]:
            values = table[name]
            return values[keep[: len(values)]]

        return MadeColumns({name: partial(kept, name) for name in table}, int(np.count_nonzero(keep)))

    return replace(
        worlds,
        measures=rows(worlds.measures),
        impressions_by_source=rows(worlds.impressions_by_source),
        reach_by_channel=rows(worlds.reach_by_channel),
        by_segment=rows(worlds.by_segment),
        cost_lines=rows(worlds.cost_lines),
        launches={name: values[keep] for name, values in worlds.launches.items()},
        series=rows(worlds.series),
        reach_by_community=None if worlds.reach_by_community is None else worlds.reach_by_community[keep],
    )
