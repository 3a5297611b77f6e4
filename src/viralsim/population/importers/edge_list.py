"""Edge lists in text: their rows gathered block by block, and their ids made member numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import NetworkError
from viralsim.population.importers.dialect import SAMPLE_BYTES, TableForm, find_form
from viralsim.population.importers.edge_spool import EdgeBlocks, EdgeColumns
from viralsim.population.importers.labels import LARGEST_MEMBER
from viralsim.population.importers.text_stream import BYTE_ORDER_MARK, Report, check_whole, read_head
from viralsim.population.network.edges import Edges


class EdgeTable(NamedTuple):
    """The edges of a text file by member number, and what users should know of it."""

    blocks: EdgeBlocks
    members: int
    ids: NDArray[Any] | None
    columns: tuple[str, ...]  # of tie_strength and influence_weight those that were read
    notes: list[str]


def read_edge_table(
    path: Path, tie_strength: str | int | None, influence_weight: str | int | None, directed: bool
) -> tuple[Edges, list[str]]:
    """The edges of a text file and what users should know of it; members numbered by ascending id."""
    table = gather_edge_table(path, tie_strength, influence_weight)
    blocks = list(table.blocks)

    def joined(column: str, dtype: type) -> NDArray[Any]:
        return np.concatenate([np.zeros(0, dtype), *(getattr(block, column) for block in blocks)])

    source, target = joined("source", np.int32), joined("target", np.int32)
    weights = {column: joined(column, np.float64) for column in table.columns}
    return Edges(source, target, table.members, ids=table.ids, directed=directed, **weights), table.notes


def gather_edge_table(
    path: Path,
    tie_strength: str | int | None,
    influence_weight: str | int | None,
    folder: Path | None = None,
    report: Report | None = None,
) -> EdgeTable:
    """Read the edges of a text file in blocks and number their ends; ``folder``: see ``EdgeBlocks``."""
    head = read_head(path, SAMPLE_BYTES + len(BYTE_ORDER_MARK) + 1)
    try:
        form = find_form(path, head.removeprefix(BYTE_ORDER_MARK), tie_strength, influence_weight)
    except NetworkError:
        check_whole(path)
        raise
    notes: list[str] = []
    unread = [
        form.header[i] if form.header and i < len(form.header) else str(i)
        for i in range(form.width)
        if i not in (form.source, form.target, form.tie_strength, form.influence_weight)
    ]
    if unread:
        notes.append(f"{path.name}: columns not read: {', '.join(unread)} (name a column in tie_strength to use it)")
    columns = tuple(name for name in ("tie_strength", "influence_weight") if getattr(form, name) is not None)
    blocks = EdgeBlocks(folder)
    if not form.whole:
        blocks, ids = _gather_labelled(path, form, head, blocks, folder, report)
        return EdgeTable(blocks, len(ids), ids, columns, notes)
    _gather_whole(path, form, head, blocks, report)
    members = _announced_members(path, form, blocks, notes)
    if members is not None:
        return EdgeTable(blocks, members, None, columns, notes)
    blocks, members, whole_ids = _number_whole(path, form, blocks, folder)
    return EdgeTable(blocks, members, whole_ids, columns, notes)


def _gather_labelled(
    path: Path, form: TableForm, head: bytes, blocks: EdgeBlocks, folder: Path | None, report: Report | None
) -> tuple[EdgeBlocks, NDArray[Any]]:
    """Edges between labels: numbered as they appear, then as they are sorted."""
    from viralsim.population.importers.edge_list_blocks import LabelPlaces, read_rows
    from viralsim.population.importers.id_index import renumbered
    from viralsim.population.importers.label_index import LabelNumbers

    names = LabelNumbers()
    for rows in read_rows(path, form, head, report):
        assert not isinstance(rows, EdgeColumns)
        if isinstance(rows, LabelPlaces):
            source, target = names.number(rows.text, rows.source), names.number(rows.text, rows.target)
        else:
            source, target = names.number_text(rows.source), names.number_text(rows.target)
        blocks.append(EdgeColumns(source, target, rows.tie_strength, rows.influence_weight))
    final, ids = names.sorted()
    return renumbered(blocks, lambda numbers: final[numbers], folder), ids


def _gather_whole(path: Path, form: TableForm, head: bytes, blocks: EdgeBlocks, report: Report | None) -> None:
    """Edges between whole numbers; a first row that may announce members and edges is a block of its own."""
    from viralsim.population.importers.edge_list_blocks import read_rows

    apart = form.announced is not None and form.width == 2
    for rows in read_rows(path, form, head, report):
        assert isinstance(rows, EdgeColumns)
        if apart and len(rows.source):
            blocks.append(rows.part(0, 1))
            rows, apart = rows.part(1), False
        blocks.append(rows)


def _announced_members(path: Path, form: TableForm, blocks: EdgeBlocks, notes: list[str]) -> int | None:
    """The members n of a first line "n m" (members, edges), which is taken out; None where that line is an edge."""
    if form.announced is None:
        return None
    n, m = form.announced
    inside = 1 if form.width == 2 else 0  # where the rows have more fields than the line, it was skipped
    rows, high = blocks.edges - inside, max(blocks.largest[inside:], default=-1)
    if inside and not (high < n and abs(rows - m) <= max(0, 0.01 * m)):
        return None
    if n > LARGEST_MEMBER or (n > 10_000_000 and n > 100 * max(rows, 1)):
        raise NetworkError(
            f"{path}:{form.announced_line}: {n} members for {rows} edges are too many; correct the first line"
        )
    if high >= n:
        raise NetworkError(f"{path}: id {high} is out of range 0..{n - 1}, which line {form.announced_line} announces")
    notes.append(f"{path.name}: the first line announces {n:,} members and {m:,} edges")
    if rows != m:
        notes.append(f"{path.name}: it announces {m:,} edges but holds {rows:,}")
    if inside:
        blocks.drop_first_block()
    return n


def _number_whole(
    path: Path, form: TableForm, blocks: EdgeBlocks, folder: Path | None
) -> tuple[EdgeBlocks, int, NDArray[np.int64] | None]:
    """Whole-number ids as member numbers in ascending order; ids None where they are ``0..N-1`` already."""
    from viralsim.population.importers.id_index import DenseIds, SparseIds, renumbered

    high = max(blocks.largest, default=-1)
    if high < 4 * blocks.edges + 1_000_000:
        there = DenseIds(blocks, high)
        if there.all_there:
            return blocks, there.members, None
        return renumbered(blocks, there.number, folder), there.members, there.ids()
    found = SparseIds(blocks)
    ids = found.ids
    if high > LARGEST_MEMBER and np.count_nonzero(ids < 10 * len(ids) + 1000) * 2 >= len(ids):
        from viralsim.population.importers.diagnostics import line_of

        raise NetworkError(
            f"{path}:{line_of(path, form, high)}: id {high} is out of range beside ids like "
            f"{', '.join(map(str, ids[:3].tolist()))}; correct it, or name all members in text"
        )
    return renumbered(blocks, found.number, folder), len(ids), ids
