"""Edge lists in text: their rows gathered block by block, and their ids made member numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import NetworkError
from viralsim.population.importers.direction import Stated
from viralsim.population.importers.edge_lists.blocks import LabelPlaces, Tally, read_rows
from viralsim.population.importers.edge_lists.careful_rows import MisjudgedError, in_range, line_of
from viralsim.population.importers.edge_lists.dialect import TableForm
from viralsim.population.importers.edge_lists.sample import SEPARATORS, WHOLE
from viralsim.population.importers.edge_spool import EdgeBlocks, EdgeColumns
from viralsim.population.importers.labels import LARGEST_MEMBER
from viralsim.population.importers.odd_ids import refuse_rounded
from viralsim.population.importers.text_stream import Report, check_whole, read_head

FROM_ONE = 10  # edges, from which on a first line that fits ids from 1 is no chance
ODD_SHARE = 0.02  # of the ends of edges: so few words among whole numbers are no names


class EdgeTable(NamedTuple):
    """The edges of a text file by member number, and what users should know of it."""

    blocks: EdgeBlocks
    members: int
    ids: NDArray[Any] | None
    columns: tuple[str, ...]  # of tie_strength and influence_weight those that were read
    stated: Stated | None
    means: str | None  # what an edge means by the names of its ends
    notes: list[str]


class _Numbered(NamedTuple):
    """Edges by member number."""

    blocks: EdgeBlocks
    members: int
    ids: NDArray[Any] | None


def gather_edge_table(
    path: Path, form: TableForm, folder: Path | None = None, report: Report | None = None
) -> EdgeTable:
    """Read the edges of a text file in blocks and number their ends; ``folder``: see ``EdgeBlocks``."""
    head = read_head(path)
    misjudged: list[str] = []
    while True:
        try:
            return _gathered(path, form, head, misjudged, folder, report)
        except MisjudgedError as found:
            check_whole(path)
            form = found.form
            misjudged.append(str(found))


def _gathered(
    path: Path, form: TableForm, head: bytes, misjudged: list[str], folder: Path | None, report: Report | None
) -> EdgeTable:
    blocks, tally, notes = EdgeBlocks(folder), Tally(), list(form.notes)
    columns = tuple(name for name in ("tie_strength", "influence_weight") if getattr(form, name) is not None)
    if form.whole:
        _gather_whole(path, form, head, blocks, tally, report)
        found = _announced(path, form, blocks, folder, notes) or _number_whole(path, form, blocks, folder)
    else:
        found = _gather_labelled(path, form, head, blocks, tally, folder, report)
        notes += [f"{reason}: all ids were read as text" for reason in misjudged if "id" in reason]
    if found.members == 0:
        raise NetworkError(f"{path}: there is no row; it needs a row per edge")
    if form.each_way:
        notes.append(
            f'{path.name}: column "{form.name_of(form.kind or 0)}": undirected edges were read both ways, the others one way'
        )
    notes[:0] = [_how_it_was_read(path, form, tally)]
    notes += _unread(path, form)
    return EdgeTable(*found, columns, form.stated, form.means, notes)


def _how_it_was_read(path: Path, form: TableForm, tally: Tally) -> str:
    """One line of what was assumed: separator, kind of ids, lines without an edge."""
    said = [f"fields separated by {SEPARATORS.get(form.separator, repr(form.separator))}",
            f"ids are {'whole numbers' if form.whole else 'text'}"]  # fmt: skip
    if form.decimal == ",":
        said.append("decimal commas")
    for count, what in ((tally.comments, "comment"), (tally.blanks, "blank line")):
        if count:
            said.append(f"{count:,} {what}{'s' * (count > 1)} left out")
    return f"{path.name}: edge list, {', '.join(said)}"


def _unread(path: Path, form: TableForm) -> list[str]:
    read = (form.source, form.target, form.tie_strength, form.influence_weight, form.kind)
    row_number = 0 if form.header and not form.header[0] else None
    unread = [form.name_of(i) for i in range(form.width) if i not in (*read, row_number)]
    if not unread:
        return []
    return [f"{path.name}: columns not read: {', '.join(unread)} (name a column in tie_strength to use it)"]


def _gather_labelled(
    path: Path, form: TableForm, head: bytes, blocks: EdgeBlocks, tally: Tally, folder: Path | None,
    report: Report | None,
) -> _Numbered:  # fmt: skip
    """Edges between labels: numbered as they appear, then as they are sorted."""
    from viralsim.population.importers.id_index import renumbered
    from viralsim.population.importers.label_index import LabelNumbers

    names = LabelNumbers()
    for rows in read_rows(path, form, head, tally, report):
        assert not isinstance(rows, EdgeColumns)
        if isinstance(rows, LabelPlaces):
            source, target = names.number(rows.text, rows.source), names.number(rows.text, rows.target)
        else:
            source, target = names.number_text(rows.source), names.number_text(rows.target)
        blocks.append(EdgeColumns(source, target, rows.tie_strength, rows.influence_weight))
    final, ids = names.sorted()
    if form.mixed:
        _refuse_slips(path, form, blocks, final, ids)
    refuse_rounded(path, ids, lambda label: line_of(path, form, label))
    return _Numbered(renumbered(blocks, lambda numbers: final[numbers], folder), len(ids), ids)


def _refuse_slips(path: Path, form: TableForm, blocks: EdgeBlocks, final: NDArray[np.int32], ids: NDArray[Any]) -> None:
    """``NetworkError`` where an id that is no whole number is a slip and not a name: hardly any is, or it is out of range."""
    labels = ids.tolist()
    whole = np.array([WHOLE.match(label) is not None for label in labels])
    large = np.array([w and not in_range(label) for w, label in zip(whole, labels, strict=True)])
    small = sum(
        bool(w) and len(label) < 19 and int(label) < _small(len(ids)) for w, label in zip(whole, labels, strict=True)
    )
    odd = np.array([not label.isdecimal() for label in labels]) | large
    count = sum(int(odd[final[block.source]].sum() + odd[final[block.target]].sum()) for block in blocks)
    if large.any() and small * 2 >= len(ids):
        raise _out_of_range(path, form, str(ids[large][0]), [label for label in labels if len(label) < 19])
    if 0 < count <= ODD_SHARE * 2 * blocks.edges:
        label = str(ids[odd][0])
        raise NetworkError(
            f"{path}:{line_of(path, form, label)}: id {label[:40]!r} is no whole number, as nearly all ids here are; correct it "
            "or drop this row"
        )


def _small(members: int) -> int:
    """Ids below are such as count members."""
    return 10 * members + 1000


def _out_of_range(path: Path, form: TableForm, label: str, others: list[str]) -> NetworkError:
    return NetworkError(
        f"{path}:{line_of(path, form, label)}: id {label[:40]} is out of range beside ids like {', '.join(others[:3])}; correct "
        "it, or name all members in text"
    )


def _gather_whole(
    path: Path, form: TableForm, head: bytes, blocks: EdgeBlocks, tally: Tally, report: Report | None
) -> None:
    """Edges between whole numbers; a first row that may announce members and edges is a block of its own."""
    apart = form.announced is not None and form.width == 2
    for rows in read_rows(path, form, head, tally, report):
        assert isinstance(rows, EdgeColumns)
        if apart and len(rows.source):
            blocks.append(rows.part(0, 1))
            rows, apart = rows.part(1), False
        blocks.append(rows)


def _announced(
    path: Path, form: TableForm, blocks: EdgeBlocks, folder: Path | None, notes: list[str]
) -> _Numbered | None:
    """Edges and members by a first line "n m" (members, edges), which is taken out; None where that line is an edge."""
    if form.announced is None:
        return None
    n, m = form.announced
    inside = 1 if form.width == 2 else 0  # where the rows have more fields than the line, it was skipped
    rows, high = blocks.edges - inside, max(blocks.largest[inside:], default=-1)
    fits = rows == m and high == n and n < LARGEST_MEMBER  # ids may count from 1
    from_one = fits and m >= FROM_ONE and all(min(b.source.min(), b.target.min()) > 0 for b in list(blocks)[inside:])
    if inside and not from_one and not (high < n and abs(rows - m) <= max(0, 0.01 * m)):
        if fits:
            notes.append(
                f"{path.name}:{form.announced_line}: {n} {m} was read as an edge, though it may count members and edges"
            )
        return None
    if n > LARGEST_MEMBER or (n > 10_000_000 and n > 100 * max(rows, 1)):
        raise NetworkError(
            f"{path}:{form.announced_line}: {n} members for {rows} edges are too many; correct the first line"
        )
    if high >= n and not from_one:
        raise NetworkError(
            f"{path}: id {high} is out of range 0..{n - 1}, which line {form.announced_line} announces; correct one of them"
        )
    notes.append(f"{path.name}: the first line announces {n:,} members and {m:,} edges")
    if rows != m:
        notes.append(f"{path.name}: it announces {m:,} edges but holds {rows:,}")
    if inside:
        blocks.drop_first_block()
    if from_one:
        from viralsim.population.importers.id_index import renumbered

        return _Numbered(renumbered(blocks, lambda ids: (ids - 1).astype(np.int32), folder), n, np.arange(1, n + 1))
    return _Numbered(blocks, n, None)


def _number_whole(path: Path, form: TableForm, blocks: EdgeBlocks, folder: Path | None) -> _Numbered:
    """Whole-number ids as member numbers in ascending order; ids None where they are ``0..N-1`` already."""
    from viralsim.population.importers.id_index import DenseIds, SparseIds, renumbered

    high = max(blocks.largest, default=-1)
    if high < 4 * blocks.edges + 1_000_000:
        there = DenseIds(blocks, high)
        if there.all_there:
            return _Numbered(blocks, there.members, None)
        return _Numbered(renumbered(blocks, there.number, folder), there.members, there.ids())
    found = SparseIds(blocks)
    ids = found.ids
    if high > LARGEST_MEMBER and np.count_nonzero(ids < _small(len(ids))) * 2 >= len(ids):
        raise _out_of_range(path, form, str(high), [str(i) for i in ids[:3].tolist()])
    return _Numbered(renumbered(blocks, found.number, folder), len(ids), ids)
