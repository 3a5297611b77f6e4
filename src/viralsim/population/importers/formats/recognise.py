"""Which reader a network file needs: what it is, its content says."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from viralsim.errors import NetworkError
from viralsim.population.importers.edge_lists.careful_rows import not_utf8
from viralsim.population.importers.edge_lists.sample import Sample, sample_of
from viralsim.population.importers.formats import graphs, json_graphs, lists, matrices, xml_graphs
from viralsim.population.importers.formats.parsed import Asked, Parsed
from viralsim.population.importers.formats.sniff import kind_of_text, packed_again, refused_bytes
from viralsim.population.importers.text_stream import (
    BYTE_ORDER_MARK,
    HEAD,
    check_text,
    check_whole,
    packing_of,
    read_bytes,
    read_head,
)

BYTES = {"graphml": xml_graphs.read_graphml, "gexf": xml_graphs.read_gexf, "json": json_graphs.read_json,
         "mtx": matrices.read_matrix_market}  # fmt: skip
TEXTS = {"gml": graphs.read_gml, "pajek": graphs.read_pajek, "ucinet": graphs.read_ucinet, "lgl": graphs.read_lgl,
         "dimacs": graphs.read_dimacs, "gdf": graphs.read_gdf, "leda": graphs.read_leda, "graph6": graphs.read_graph6}  # fmt: skip
SAMPLES: dict[str, Callable[[Path, Sample, Asked], Parsed]] = {
    "matrix": matrices.read_matrix, "adjacency": lists.read_adjacency_list, "colons": lists.read_colons,
    "attributes": lists.read_attributes,
    "metis": lists.read_metis, "sif": lists.read_sif, "tgf": lists.read_tgf,
}  # fmt: skip
PACKED = {"gz", "bz2", "xz", "zip", "graphmlz"}


@dataclass(frozen=True)
class Recognised:
    """What a file is: ``edges`` (a plain edge list), ``npy``, ``npz``, or a word of the tables above.

    sample: the first rows of a table.
    """

    kind: str
    sample: Sample | None = None


def suffix_of(path: Path) -> str:
    """The ending of a file's name, that of a packing left out."""
    words = path.name.lower().split(".")[1:]
    while words and words[-1] in PACKED:
        words.pop()
    return words[-1] if words else ""


def recognise(path: Path, sep: str | None = None) -> Recognised:
    """Look at what a file is. ``NetworkError``, with the way out, for what is no network."""
    packing = packing_of(path)
    with path.open("rb") as file:
        start = file.read(300)
    if start.startswith(b"\x93NUMPY") or suffix_of(path) == "npy":
        return Recognised("npy")
    if suffix_of(path) == "npz" or (packing is not None and start.startswith(b"PK") and _holds_arrays(path)):
        return Recognised("npz")
    _refuse(path, refused_bytes(start))
    head = read_head(path)
    _refuse(path, refused_bytes(head[:300]) or packed_again(head))
    if head.startswith(b"\x93NUMPY"):
        raise NetworkError(f"{path}: a packed NumPy array; unpack it, or save it as .npz")
    kind, reason = kind_of_text(head.removeprefix(BYTE_ORDER_MARK).decode("utf-8", errors="replace"), suffix_of(path))
    if kind == "refused":
        check_whole(path)
        raise NetworkError(f"{path}: {reason}")
    if kind not in BYTES:
        check_text(path, head)
    if kind != "table":
        return Recognised(kind)
    try:
        sample = sample_of(path, head, len(head) < HEAD, sep)
    except NetworkError:
        check_whole(path)
        raise
    return Recognised(_shape(sample, suffix_of(path)), sample)


def _refuse(path: Path, found: tuple[str, str] | None) -> None:
    if found is not None:
        raise NetworkError(f"{path}: {found[0]}; {found[1]}")


def _holds_arrays(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith(".npy") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def _shape(sample: Sample, suffix: str) -> str:
    """What the rows of a table are."""
    if suffix in ("sif", "tgf"):
        return suffix
    if lists.has_attributes(sample):
        return "attributes"
    if lists.has_colons(sample):
        return "colons"
    if lists.is_metis(sample, suffix):
        return "metis"
    if lists.says_adjacency_list(sample, suffix):
        return "adjacency"
    if matrices.is_matrix(sample):
        return "matrix"
    return "adjacency" if lists.is_adjacency_list(sample, suffix) else "edges"


def read_graph(path: Path, found: Recognised, asked: Asked) -> Parsed:
    """The graph of a file that is no plain edge list and no array."""
    try:
        if found.sample is not None:
            return SAMPLES[found.kind](path, found.sample, asked)
        data = read_bytes(path)
        if found.kind in BYTES:
            return BYTES[found.kind](path, data, asked)
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise not_utf8(path) from None
    return TEXTS[found.kind](path, text.replace("\r\n", "\n").replace("\r", "\n"), asked)
