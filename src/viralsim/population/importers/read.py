"""Networks from files of any known format, and from folders made by ``network import``."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import NetworkError
from viralsim.population.importers.formats.edge_tables import odd_names, read_edges
from viralsim.population.importers.formats.graphs import read_graph
from viralsim.population.importers.formats.recognise import recognise
from viralsim.population.importers.labels import LARGEST_MEMBER
from viralsim.population.importers.text_stream import Report
from viralsim.population.network.edges import Edges, reverses
from viralsim.population.network.network import REACHES, Network

if TYPE_CHECKING:
    from viralsim.population.importers.edge_list import EdgeTable

NPY_ROWS = 1 << 20  # of an array, read at once
# RuntimeError: zipfile says so of an archive that is encrypted, or packed in a way that it does not know
UNREADABLE = (ValueError, OSError, EOFError, KeyError, MemoryError, zipfile.BadZipFile, zlib.error, RuntimeError)


def read_network(
    path: str | Path,
    edge_means: str = REACHES,
    directed: bool | None = None,
    tie_strength: str | int | None = None,
    influence_weight: str | int | None = None,
    sep: str | None = None,
) -> Network:
    """Read a network of a file (or of a folder made by ``network import``).

    What a file is, its content says: edge lists and adjacency matrices in text (separator, header and quotes are found; ``sep``
    says it where that fails), GraphML, GEXF, GML, Pajek, LGL, DIMACS, GDF, UCINET DL, node-link JSON, .npy (whole numbers
    [E, 2]), .npz (scipy sparse, or ``indptr`` and ``followers``); packed by gzip, bzip2, xz or zip.
    edge_means: "source reaches target" or "source follows target" (is reversed). directed: False reads each edge both ways; None
    is what the file states, else True. tie_strength, influence_weight: a column's name, or its number from 0; in graph formats
    an edge attribute; in .npz any word takes the entries of a sparse matrix.
    Ids are whole numbers where all are written as such, else text; those that are not ``0..N-1`` are kept in ``ids``. What was
    left out or assumed stands in ``notes``. Raises ``NetworkError`` with file and line.
    """
    network, notes = read_with_notes(path, edge_means, directed, tie_strength, influence_weight, sep=sep)
    if not network.members:
        raise NetworkError(f"{path} names no member: it holds no edge below its header")
    return replace(network, notes=(*notes, *network.notes))


def read_with_notes(
    path: str | Path,
    edge_means: str = REACHES,
    directed: bool | None = None,
    tie_strength: str | int | None = None,
    influence_weight: str | int | None = None,
    keep_edge_order: bool = True,
    sep: str | None = None,
) -> tuple[Network, list[str]]:
    """As ``read_network``, and what the user should know of how the file was read."""
    path = Path(path)
    reverse = reverses(edge_means)
    if path.is_dir():
        return _read_folder(path, reverse, directed, tie_strength, influence_weight), []
    found = recognise(path, tie_strength, influence_weight, sep)
    notes: list[str] = []
    stated: bool | None = None
    if found.kind in ("npy", "npz"):
        read = _read_npy if found.kind == "npy" else _read_npz
        edges = read(path, directed is not False, tie_strength, influence_weight)
    elif found.kind == "plain":
        from viralsim.population.importers.edge_list import read_edge_table

        edges, notes = read_edge_table(path, tie_strength, influence_weight, directed is not False)
    elif found.kind == "edges":
        edges, notes = read_edges(path, found.text, tie_strength, influence_weight, sep)
        stated = edges.directed
    else:
        edges = read_graph(path, found.kind, found.text, _text(tie_strength), _text(influence_weight))
        stated = edges.directed
    if stated is not None:
        edges = edges._replace(directed=agreed_direction(path, directed, stated, reverse, notes))
    notes += odd_names(path, edges.ids)
    if reverse and edges.directed:
        notes.append(reversed_edges(path))
    return Network.of_edges(edges, edge_means=edge_means, keep_edge_order=keep_edge_order), notes


def agreed_direction(path: Path, asked: bool | None, stated: bool, reverse: bool, notes: list[str]) -> bool:
    """Whether edges run one way: what the file states, unless ``directed: false`` asks for both; a contradiction is refused."""
    if asked is True and not stated:
        raise NetworkError(
            f"{path}: the file says that its edges are undirected, and directed: true is asked; leave directed out"
        )
    if not stated:
        notes.append(f"{path.name}: the file says that its edges are undirected: each is read both ways")
        if reverse:
            notes.append(f"{path.name}: edge_means does not matter, since edges are undirected")
        return False
    if asked is False:
        notes.append(f"{path.name}: each edge is read both ways, as directed: false asks")
        return False
    return True


def _read_folder(path: Path, reverse: bool, directed: bool | None, tie_strength: Any, influence_weight: Any) -> Network:
    from viralsim.population.network.storage import open_network

    if reverse or directed is False or tie_strength is not None or influence_weight is not None:
        raise NetworkError(
            f"{path}: a folder made by network import says by itself what its edges mean; "
            "leave edge_means, directed, tie_strength and influence_weight out, or import the file again"
        )
    return open_network(path)


def comes_in_blocks(
    path: Path, tie_strength: str | int | None = None, influence_weight: str | int | None = None
) -> bool:
    """Whether a path is read in blocks: a plain edge list in text, or an array of edges."""
    return not path.is_dir() and recognise(path, tie_strength, influence_weight).kind in ("plain", "npy")


def gather_edges(
    path: Path, tie_strength: str | int | None, influence_weight: str | int | None, folder: Path, report: Report | None
) -> EdgeTable:
    """The edges of a file that comes in blocks, in a nameless file in ``folder``."""
    from viralsim.population.importers.edge_list import gather_edge_table

    gather = gather_npy if recognise(path, tie_strength, influence_weight).kind == "npy" else gather_edge_table
    return gather(path, tie_strength, influence_weight, folder, report)


def reversed_edges(path: Path) -> str:
    """What is said of a file whose edges were turned round."""
    return f'{path.name}: edges mean "source follows target": they were reversed, information flows to the source'


def _must_exist(path: Path) -> None:
    if not path.is_file():
        raise NetworkError(f"{path}: there is no such file; check the path")
    if path.stat().st_size == 0:
        raise NetworkError(f"{path}: the file is empty (0 bytes); fetch it again")


def _text(name: str | int | None) -> str | None:
    return None if name is None else str(name)


def _no_weights(path: Path, tie_strength: Any, influence_weight: Any) -> None:
    if tie_strength is not None or influence_weight is not None:
        raise NetworkError(
            f"{path}: has no columns for tie_strength or influence_weight; use an edge list with columns"
        )


def _read_npy(path: Path, directed: bool, tie_strength: Any, influence_weight: Any) -> Edges:
    """Edges of an array of member numbers [E, 2]."""
    _no_weights(path, tie_strength, influence_weight)
    array = np.asarray(open_npy(path))
    return _of_numbers(path, array[:, 0], array[:, 1], None, directed)


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
    from viralsim.population.importers.edge_list import EdgeTable
    from viralsim.population.importers.edge_spool import EdgeBlocks, EdgeColumns

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
    return EdgeTable(blocks, members, None, (), [])


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
    from viralsim.population.importers.labels import member_numbers

    a, b = (member_numbers(np.asarray(end), f"{path}: edges", members) for end in (source, target))
    n = members if members is not None else 1 + int(max(a.max(initial=-1), b.max(initial=-1)))
    if members is None:
        _refuse_sparse(path, n, len(a))
    return Edges(a.astype(np.int32), b.astype(np.int32), n, directed=directed, **rest)


def _refuse_sparse(path: Path, members: int, edges: int) -> None:
    if members > 10_000_000 and members > 100 * edges:
        raise NetworkError(f"{path}: id {members - 1} is out of range for {edges} edges; number members from 0")


def _read_npz(path: Path, directed: bool, tie_strength: Any, influence_weight: Any) -> Edges:
    """Edges of a scipy sparse matrix, or of the rows ``indptr`` and ``followers``."""
    _must_exist(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            names = set(archive.files)
            _refuse_bomb(path)
            arrays = {name: archive[name] for name in names}
    except NetworkError:
        raise
    except UNREADABLE as error:
        raise NetworkError(f"{path}: no NumPy archive that can be read ({_short(error)}); save it again") from None
    if {"indptr", "followers"} <= names:
        _no_weights(path, tie_strength, influence_weight)
        return _of_rows(path, arrays, directed)
    if not {"format", "shape", "data"} <= names:
        raise NetworkError(
            f"{path}: holds {', '.join(sorted(names))[:80]}; needed is a scipy sparse matrix, or indptr and followers"
        )
    from scipy.sparse import load_npz

    from viralsim.population.importers.adapters import edges_of_scipy

    try:
        matrix = load_npz(path)
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
    return edges_of_scipy(coo, tie_strength is not None, directed, None)


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
    weights = {name: arrays.get(name) for name in ("tie_strength", "influence_weight")}
    return _of_numbers(path, source, followers, members, directed, ids=ids, **weights)


def _short(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:120]
