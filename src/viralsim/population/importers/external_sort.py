"""Follower rows of more edges than memory holds: shared out by source into files, then sorted range by range."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.parallel import in_order
from viralsim.population.importers.edge_lists.gather import EdgeTable
from viralsim.population.importers.edge_spool import EdgeColumns
from viralsim.population.importers.text_stream import Report
from viralsim.population.network.csr import count_rows, rows_of_keys, share_out
from viralsim.population.network.edges import check_influence_sums
from viralsim.population.network.storage import save_array

EDGES_OF_A_RANGE = 1 << 22  # sorted at once by each thread: 32 MiB of keys
COARSE = 1 << 16  # steps by which the range of a member is looked up
CHUNK = 1 << 24


class Written(NamedTuple):
    """What became of the edges."""

    follows: int
    loops: int
    parallels: int
    fingerprint: str


class _Range(NamedTuple):
    """The edges whose sources are members of one range."""

    first: int  # member
    last: int
    keys: NDArray[np.int64]
    weights: dict[str, NDArray[np.float32]]


class _SortedRange(NamedTuple):
    lengths: NDArray[np.int64]  # followers of each member
    followers: NDArray[np.int32]
    weights: dict[str, NDArray[np.float32]]
    loops: int
    parallels: int


def write_rows(table: EdgeTable, reverse: bool, directed: bool, folder: Path, report: Report | None = None) -> Written:
    """Write the arrays of a network into ``folder``, as ``save_network`` would those of ``Network.of_edges``.

    reverse: information flows from the targets to the sources. directed: False takes both arcs of each edge.
    Memory: 8 bytes per member, 16 with influence weights, and a fixed room for each thread. ``table.blocks`` is closed.
    """
    arcs = _Arcs(table, reverse, directed)
    shared = _SharedOut(arcs, table.columns, folder)
    table.blocks.close()
    indptr = np.zeros(table.members + 1, np.int64)
    sums = np.zeros(table.members if "influence_weight" in table.columns else 0)
    names = ("followers", *table.columns)
    files = {
        name: _GrowingArray(folder / f"{name}.npy", np.int32 if name == "followers" else np.float32) for name in names
    }
    loops = parallels = 0
    try:
        for part, done in zip(shared.firsts, in_order(_sorted, shared), strict=True):
            indptr[part + 1 : part + 1 + len(done.lengths)] = done.lengths
            files["followers"].append(done.followers)
            for name, values in done.weights.items():
                files[name].append(values)
            if len(sums):
                np.add.at(sums, done.followers, done.weights["influence_weight"].astype(np.float64))
            loops, parallels = loops + done.loops, parallels + done.parallels
            if report is not None:
                report("sorting", part + len(done.lengths), table.members)
    finally:
        shared.close()
        lengths = {name: file.close() for name, file in files.items()}
    check_influence_sums(sums, table.ids)
    np.cumsum(indptr, out=indptr)
    save_array(folder, "indptr", indptr)
    if table.ids is not None:
        save_array(folder, "ids", table.ids)
    each = 1 if directed else 2  # a given edge made two arcs
    return Written(lengths["followers"], loops // each, parallels // each, _fingerprint(folder))


class _Arcs:
    """The arcs of a table, each from whom information flows, block by block, as often as asked for."""

    def __init__(self, table: EdgeTable, reverse: bool, directed: bool) -> None:
        self.members = table.members
        self._blocks = table.blocks
        self._turned = (reverse,) if directed else (reverse, not reverse)

    def __iter__(self) -> Iterator[EdgeColumns]:
        for turned in self._turned:
            for block in self._blocks:
                yield block._replace(source=block.target, target=block.source) if turned else block


class _SharedOut:
    """Arcs in files without names, shared out by ranges of their sources and in their order within a range."""

    def __init__(self, arcs: _Arcs, columns: tuple[str, ...], folder: Path) -> None:
        self._columns = columns
        starts = np.zeros(arcs.members + 1, np.int64)
        for block in arcs:
            count_rows(block.source, starts)
        np.cumsum(starts, out=starts)
        self._first = _ranges(starts)
        self._begin = starts[self._first]
        self._files: dict[str, BinaryIO] = {}
        try:
            for name in ("keys", *columns):
                self._files[name] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
            self._fill(arcs)
        except BaseException:
            self.close()
            raise

    @property
    def firsts(self) -> list[int]:
        """The first member of each range."""
        return [int(member) for member in self._first[:-1]]

    def _fill(self, arcs: _Arcs) -> None:
        shift = max(0, int(arcs.members).bit_length() - COARSE.bit_length() + 1)
        steps = np.arange(max(1, -(-arcs.members >> shift) + 1), dtype=np.int64) << shift
        coarse = (np.searchsorted(self._first[:-1], steps, side="right") - 1).astype(np.int32)
        columns = self._columns

        def shared(block: EdgeColumns) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
            keys = np.empty(len(block.source), np.int64)
            order = np.empty(len(keys) if columns else 0, np.int64)
            begin = share_out(block.source, block.target, self._first, coarse, shift, keys, order)
            return begin, {"keys": keys, **{name: getattr(block, name).astype(np.float32)[order] for name in columns}}

        filled = self._begin[:-1].copy()
        for begin, arrays in in_order(shared, arcs):
            for r in np.flatnonzero(np.diff(begin)):
                for name, array in arrays.items():
                    self._files[name].seek(int(filled[r]) * array.itemsize)
                    self._files[name].write(array[begin[r] : begin[r + 1]].data.cast("B"))
            filled += np.diff(begin)

    def __iter__(self) -> Iterator[_Range]:
        for r, first in enumerate(self.firsts):
            begin, end = int(self._begin[r]), int(self._begin[r + 1])
            keys = _part(self._files["keys"], begin, end, np.int64)
            weights = {name: _part(self._files[name], begin, end, np.float32) for name in self._columns}
            yield _Range(first, int(self._first[r + 1]), keys, weights)

    def close(self) -> None:
        """Give the room back."""
        for file in self._files.values():
            file.close()


def _ranges(starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Cut members into ranges of at most ``EDGES_OF_A_RANGE`` edges, or of one member who has more."""
    members = len(starts) - 1
    first = [0]
    while first[-1] < members:
        fits = int(np.searchsorted(starts, starts[first[-1]] + EDGES_OF_A_RANGE, side="right")) - 1
        first.append(min(members, max(fits, first[-1] + 1)))
    return np.array(first, np.int64)


def _part(file: BinaryIO, begin: int, end: int, dtype: type) -> NDArray[Any]:
    array: NDArray[Any] = np.empty(end - begin, dtype)
    file.seek(begin * array.itemsize)
    if file.readinto(array.data.cast("B")) != array.nbytes:  # type: ignore[attr-defined]
        raise OSError("a temporary file of edges was cut short")
    return array


def _sorted(given: _Range) -> _SortedRange:
    """The rows of a range; of parallel edges the first keeps its weights."""
    keys, weights = given.keys, given.weights
    if weights:
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
    else:
        keys.sort()
    followers = np.empty(len(keys), np.int32)
    kept_at = np.empty(len(keys) if weights else 0, np.int64)
    count = np.zeros(given.last - given.first, np.int64)
    kept, loops, parallels = rows_of_keys(keys, given.first, followers, kept_at, count)
    if weights:
        places = order[kept_at[:kept]]
        weights = {name: values[places] for name, values in weights.items()}
    return _SortedRange(count, followers[:kept], weights, loops, parallels)


class _GrowingArray:
    """An .npy file that is appended to; the same bytes as of ``numpy.save`` when it is closed."""

    def __init__(self, path: Path, dtype: type) -> None:
        self._dtype, self._length = np.dtype(dtype), 0
        self._file = path.open("wb")
        self._header()

    def _header(self) -> None:
        form = {"descr": np.lib.format.dtype_to_descr(self._dtype), "fortran_order": False, "shape": (self._length,)}
        self._file.seek(0)
        np.lib.format.write_array_header_1_0(self._file, form)  # as long for every length: numpy leaves room for it

    def append(self, values: NDArray[Any]) -> None:
        """Add values behind those that are there."""
        self._file.write(np.ascontiguousarray(values, self._dtype).data.cast("B"))
        self._length += len(values)

    def close(self) -> int:
        """Finish the file; its length."""
        self._header()
        self._file.close()
        return self._length


def _fingerprint(folder: Path) -> str:
    """As ``Network.fingerprint`` of the arrays in a folder, read piece by piece."""
    digest = blake2b(digest_size=16)
    for name in ("indptr", "followers", "tie_strength", "influence_weight"):
        path = folder / f"{name}.npy"
        if not path.exists():
            digest.update(b"|")
            continue
        with path.open("rb") as file:
            np.lib.format.read_magic(file)
            np.lib.format.read_array_header_1_0(file)
            while part := file.read(CHUNK):
                digest.update(part)
    return digest.hexdigest()
