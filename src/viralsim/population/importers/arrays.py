"""Networks in arrays: edges as .npy, sparse matrices and follower rows as .npz."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import NetworkError
from viralsim.population.importers.edge_lists.gather import EdgeTable
from viralsim.population.importers.edge_spool import EdgeBlocks, EdgeColumns
from viralsim.population.importers.labels import LARGEST_MEMBER, member_numbers, unique_labels
from viralsim.population.importers.text_stream import Report
from viralsim.population.importers.unread import entries_not_read
from viralsim.population.network.edges import Edges
from viralsim.population.network.storage import BAD_ARRAY

NPY_ROWS = 1 << 20  # of an array, read at once
# RuntimeError: zipfile says so of an archive that is encrypted, or packed in a way that it does not know
UNREADABLE = (*BAD_ARRAY, KeyError, zipfile.BadZipFile, zlib.error, RuntimeError)


def _must_exist(path: Path) -> None:
    if not path.is_file():
        raise NetworkError(f"{path}: there is no such file; check the path")
    if path.stat().st_size == 0:
        raise NetworkError(f"{path}: the file is empty (0 bytes); fetch it again")


def _no_weights(path: Path, tie_strength: Any, influence_weight: Any) -> None:
    if tie_strength is not None or influence_weight is not None:
        raise NetworkError(
            f"{path}: has no columns for tie_strength or influence_weight; use an edge list with columns"
        )


def read_npy(path: Path, directed: bool, tie_strength: Any, influence_weight: Any) -> tuple[Edges, list[str]]:
    """Edges of an array of member numbers [E, 2], which needs no note."""
    _no_weights(path, tie_strength, influence_weight)
    array = np.asarray(open_npy(path))
    return _of_numbers(path, array[:, 0], array[:, 1], None, directed), []


def open_npy(path: Path) -> NDArray[Any]:
    """An array of whole numbers [E, 2], mapped; nothing is said of the numbers yet."""
    _must_exist(path)
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except UNREADABLE as error:
        raise NetworkError(
            f"{path}: no NumPy array that can be read ({_short(error)}); save whole numbers [E, 2]"
        ) from None
    if array.ndim != 2 or array.shape[1] != 2 or array.dtype.kind not in "iu":
        raise NetworkError(f"{path}: must hold whole numbers of shape [E, 2], got {array.dtype} {list(array.shape)}")
    return array


def gather_npy(path: Path, tie_strength: Any, influence_weight: Any, folder: Path, report: Report | None) -> EdgeTable:
    """Edges of an array of member numbers [E, 2], in blocks: read and not mapped, since mapped pages count as memory."""
    _no_weights(path, tie_strength, influence_weight)
    array = open_npy(path)
    blocks = EdgeBlocks(folder)
    for first in range(0, len(array), NPY_ROWS):
        source, target = _npy_rows(path, array, first, min(first + NPY_ROWS, len(array)))
        if min(source.min(), target.min()) < 0 or max(source.max(), target.max()) > LARGEST_MEMBER:
            _of_numbers(path, array[:, 0], array[:, 1], None, True)  # says which edge it is
        blocks.append(EdgeColumns(source.astype(np.int32), target.astype(np.int32)))
        if report is not None:
            report("reading", first, len(array))
    members = 1 + max(blocks.largest, default=-1)
    _refuse_sparse(path, members, len(array))
    return EdgeTable(blocks, members, None, (), None, None, [])


def _npy_rows(path: Path, array: NDArray[Any], first: int, last: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Both ends of some edges of a mapped array, read from its file."""
    offset, size = getattr(array, "offset", 0), array.dtype.itemsize
    if array.flags.c_contiguous:
        rows = np.fromfile(path, array.dtype, 2 * (last - first), offset=offset + 2 * size * first).reshape(-1, 2)
        return rows[:, 0], rows[:, 1]
    source, target = (
        np.fromfile(path, array.dtype, last - first, offset=offset + size * (column * len(array) + first))
        for column in (0, 1)
    )
    return source, target


def _of_numbers(
    path: Path, source: NDArray[Any], target: NDArray[Any], members: int | None, directed: bool, **rest: Any
) -> Edges:
    """Edges of member numbers, checked for range."""
    a, b = (member_numbers(np.asarray(end), f"{path}: edges", members) for end in (source, target))
    n = members if members is not None else 1 + int(max(a.max(initial=-1), b.max(initial=-1)))
    if members is None:
        _refuse_sparse(path, n, len(a))
    return Edges(a.astype(np.int32), b.astype(np.int32), n, directed=directed, **rest)


def _refuse_sparse(path: Path, members: int, edges: int) -> None:
    if members > 10_000_000 and members > 100 * edges:
        raise NetworkError(f"{path}: id {members - 1} is out of range for {edges} edges; number members from 0")


def read_npz(path: Path, directed: bool, tie_strength: Any, influence_weight: Any) -> tuple[Edges, list[str]]:
    """Edges of a scipy sparse matrix, or of the rows ``indptr`` and ``followers``; and notes."""
    _must_exist(path)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:  # NumPy leaves a bad one open
            names = set(archive.files)
            _refuse_bomb(path)
            arrays = {name: archive[name] for name in names}
    except NetworkError:
        raise
    except UNREADABLE as error:
        raise NetworkError(f"{path}: no NumPy archive that can be read ({_short(error)}); save it again") from None
    if {"indptr", "followers"} <= names:
        _no_weights(path, tie_strength, influence_weight)
        return _of_rows(path, arrays, directed), []
    if not {"format", "shape", "data"} <= names:
        raise NetworkError(
            f"{path}: holds {', '.join(sorted(names))[:80]}; needed is a scipy sparse matrix, or indptr and followers"
        )
    from scipy.sparse import load_npz

    from viralsim.population.importers.adapters import edges_of_scipy

    try:
        with path.open("rb") as file:
            matrix = load_npz(file)
        matrix.tocsr()  # checks its arrays
        if max(matrix.shape) > LARGEST_MEMBER:
            raise NetworkError(f"{path}: {max(matrix.shape)} rows are too many; at most {LARGEST_MEMBER + 1}")
        coo = matrix.tocoo()
        if coo.nnz and (
            min(coo.row.min(), coo.col.min()) < 0 or coo.row.max() >= coo.shape[0] or coo.col.max() >= coo.shape[1]
        ):
            raise NetworkError(f"{path}: an entry is outside the matrix; save it again")
    except NetworkError:
        raise
    except UNREADABLE as error:
        raise NetworkError(f"{path}: no sparse matrix that can be read ({_short(error)}); save it again") from None
    if influence_weight is not None:
        raise NetworkError(f"{path}: a sparse matrix gives tie strengths only; use an edge list with columns")
    edges = edges_of_scipy(coo, True, directed, None).edges
    if tie_strength is not None:
        return edges, []
    unread = not (np.asarray(edges.tie_strength) == 1).all()
    return edges._replace(tie_strength=None), [entries_not_read(path, "other than")] if unread else []


def _refuse_bomb(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > max(1 << 28, 200 * path.stat().st_size):
        raise NetworkError(f"{path}: unpacks to {size:,} bytes, as no network does; save it again")


def _of_rows(path: Path, arrays: dict[str, NDArray[Any]], directed: bool) -> Edges:
    """Edges of stored rows; followers need not be sorted."""
    indptr, followers = arrays["indptr"], arrays["followers"]
    sound = (
        indptr.ndim == followers.ndim == 1
        and indptr.dtype.kind in "iu"
        and len(indptr) > 0
        and int(indptr[0]) == 0
        and int(indptr[-1]) == len(followers)
        and bool((np.diff(indptr.astype(np.int64)) >= 0).all())
    )
    if not sound:
        raise NetworkError(f"{path}: indptr must rise from 0 to the number of followers, {followers.size}")
    members = len(indptr) - 1
    lengths = (indptr[1:] - indptr[:-1]).astype(np.int64)
    source = np.repeat(np.arange(members), lengths)
    ids = arrays.get("ids")
    if ids is not None and ids.shape != (members,):
        raise NetworkError(f"{path}: ids must have one entry per member: {members}, got shape {ids.shape}")
    if ids is not None:
        unique_labels(ids)
    weights = {name: arrays.get(name) for name in ("tie_strength", "influence_weight")}
    return _of_numbers(path, source, followers, members, directed, ids=ids, **weights)


def _short(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:120]
