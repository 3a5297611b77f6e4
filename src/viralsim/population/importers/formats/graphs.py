"""Formats that describe a graph and not a table: read by igraph and networkx, or taken apart here where neither does."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from viralsim.errors import NetworkError
from viralsim.population.importers.adapters import edges_of_igraph, edges_of_networkx
from viralsim.population.network.edges import Edges

MOST_CHARACTERS = 1 << 30
EXPORT = "export it again, or write the edges as CSV"


def read_graph(path: Path, kind: str, text: str, tie_strength: str | None, influence_weight: str | None) -> Edges:
    """The edges of a file of a kind of ``sniff.kind_of_text``; ``directed`` is what the file states.

    Raises: NetworkError for what the reader of the format does not take, and for vertices of the same name.
    """
    if kind in ("graphml", "gexf") and re.search(r"<!(ENTITY|DOCTYPE)", text, re.IGNORECASE):
        raise NetworkError(f"{path}: XML with a document type or entities is refused; export it without")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the libraries' remarks on attributes that they cannot type
            edges = _READERS[kind](text, tie_strength, influence_weight)
    except NetworkError as error:
        raise NetworkError(f"{path}: {error}") from None
    except (
        Exception
    ) as error:  # whatever a library raises on a file that is damaged: igraph and networkx raise anything
        reason = str(error).split(" -- ")[-1].strip().splitlines()
        raise NetworkError(
            f"{path}: no {_NAMES[kind]} file that can be read ({(reason or [type(error).__name__])[0][:160]}); {EXPORT}"
        ) from None
    if edges.members == 0:
        raise NetworkError(f"{path}: the graph has no nodes")
    if edges.ids is not None:
        names, counts = np.unique(edges.ids.astype(np.str_), return_counts=True)
        if (counts > 1).any():
            raise NetworkError(
                f"{path}: {counts.max()} vertices are called {str(names[counts.argmax()])!r}: give each a name of its own"
            )
    return edges


def _by_igraph(method: str, **options: Any) -> Callable[[str, str | None, str | None], Edges]:
    """A reader by igraph, which reads files and no texts."""

    def read(text: str, tie_strength: str | None, influence_weight: str | None) -> Edges:
        import igraph

        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "network"
            plain.write_text(text, encoding="utf-8")
            graph = getattr(igraph.Graph, method)(str(plain), **options)
        return edges_of_igraph(graph, tie_strength, influence_weight)

    return read


def _graphml(text: str, tie_strength: str | None, influence_weight: str | None) -> Edges:
    """igraph is quick, but an attribute called ``id`` hides the XML's own ids from it: networkx reads those files."""
    if re.search(r"""attr\.name\s*=\s*["'](id|name)["']""", text):
        import networkx

        return edges_of_networkx(networkx.parse_graphml(text), tie_strength, influence_weight)
    return _by_igraph("Read_GraphML")(text, tie_strength, influence_weight)


def _gexf(text: str, tie_strength: str | None, influence_weight: str | None) -> Edges:
    import networkx

    graph = networkx.read_gexf(io.BytesIO(text.encode()))
    return edges_of_networkx(graph, tie_strength, influence_weight)


def _gml(text: str, tie_strength: str | None, influence_weight: str | None) -> Edges:
    import networkx

    lines = text.splitlines()
    labelled = bool(re.search(r"^\s*label\s", text, re.MULTILINE))
    try:
        graph = networkx.parse_gml(lines, label="label" if labelled else "id")
    except networkx.NetworkXError as error:
        if "label" not in str(error):
            raise
        graph = networkx.parse_gml(lines, label="id")  # labels are missing somewhere, or stand twice
    return edges_of_networkx(graph, tie_strength, influence_weight)


def _json(text: str, tie_strength: str | None, influence_weight: str | None) -> Edges:
    """Node-link JSON, as networkx and d3 write it."""
    import networkx

    data = json.loads(text)
    links = next(
        (key for key in ("links", "edges") if isinstance(data, dict) and isinstance(data.get(key), list)), None
    )
    if links is None or not isinstance(data.get("nodes"), list):
        raise NetworkError('JSON without "nodes" and "links": write node-link JSON, or the edges as CSV')
    if not all(isinstance(node, dict) and "id" in node for node in data["nodes"]):
        raise NetworkError('a node has no "id": give every node one')
    ids = [node["id"] for node in data["nodes"]]
    if len({str(i) for i in ids}) != len(ids):
        raise NetworkError("two nodes have the same id: give each an id of its own")
    known = set(map(str, ids))
    for link in data[links]:
        for end in ("source", "target"):
            if not isinstance(link, dict) or str(link.get(end)) not in known:
                raise NetworkError(
                    f"{end} {link.get(end) if isinstance(link, dict) else link!r} of a link is no id of a node"
                )
    graph = networkx.node_link_graph(data, edges=links)
    return edges_of_networkx(graph, tie_strength, influence_weight)


def _dimacs(text: str, tie_strength: str | None, influence_weight: str | None) -> Edges:
    """DIMACS: ``a u v w`` are arcs, ``e u v`` edges; vertices are numbered from 1."""
    ends: dict[str, list[tuple[int, int]]] = {"a": [], "e": []}
    members = 0
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split()
        if not cells or cells[0] in ("c", "n"):
            continue
        if cells[0] == "p":
            members = int(cells[2])
        elif cells[0] in ends and len(cells) >= 3:
            ends[cells[0]].append((int(cells[1]) - 1, int(cells[2]) - 1))
        else:
            raise NetworkError(f"line {number}: {line.strip()[:60]!r} is no line of a DIMACS file")
    if ends["a"] and ends["e"]:
        raise NetworkError("both arcs (a) and edges (e): write one of them")
    pairs = np.array(ends["a"] or ends["e"], dtype=np.int64).reshape(-1, 2)
    if tie_strength is not None or influence_weight is not None:
        raise NetworkError("lengths of arcs are no tie strengths: write the edges as CSV with a column")
    if pairs.size and (pairs.min() < 0 or pairs.max() >= members):
        raise NetworkError(f"a vertex is out of range 1..{members}")
    ids = np.arange(1, members + 1)
    return Edges(pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32), members, ids=ids, directed=bool(ends["a"]))


def _gdf(text: str, tie_strength: str | None, influence_weight: str | None) -> Edges:
    """GDF, as GUESS and Gephi write it: a table of nodes and a table of edges."""
    if tie_strength is not None or influence_weight is not None:
        raise NetworkError("weights of a GDF file are not read: write the edges as CSV with a column")
    tables: dict[str, tuple[list[str], list[list[str]]]] = {}
    current: list[list[str]] = []
    for cells in csv.reader(io.StringIO(text), skipinitialspace=True, quotechar="'" if "'" in text else '"'):
        if not cells:
            continue
        word, found, first = cells[0].partition(">")
        if found and word.lower() in ("nodedef", "edgedef"):
            current = []
            titles = [first, *cells[1:]]
            tables[word.lower()] = ([title.split()[0].lower() for title in titles if title.strip()], current)
        else:
            current.append([cell.strip() for cell in cells])
    titles, rows = tables.get("edgedef", ([], []))
    if "node1" not in titles or "node2" not in titles:
        raise NetworkError("no edgedef with node1 and node2")
    names = [row[0] for row in tables.get("nodedef", ([], []))[1]]
    a, b = titles.index("node1"), titles.index("node2")
    ends = [(row[a], row[b]) for row in rows]
    names = list(dict.fromkeys([*names, *(name for pair in ends for name in pair)]))
    flags = {row[titles.index("directed")].lower() for row in rows} if "directed" in titles else {"false"}
    if len(flags) > 1:
        raise NetworkError("some edges are directed and some are not: write one kind")
    number = {name: i for i, name in enumerate(names)}
    pairs = np.array([(number[u], number[v]) for u, v in ends], dtype=np.int32).reshape(-1, 2)
    return Edges(pairs[:, 0].copy(), pairs[:, 1].copy(), len(names), ids=np.array(names), directed=flags == {"true"})


_READERS: dict[str, Callable[[str, str | None, str | None], Edges]] = {
    "graphml": _graphml,
    "gexf": _gexf,
    "gml": _gml,
    "pajek": _by_igraph("Read_Pajek"),
    "lgl": _by_igraph("Read_Lgl", directed=False),
    "ucinet": _by_igraph("Read_DL"),
    "json": _json,
    "dimacs": _dimacs,
    "gdf": _gdf,
}
_NAMES = {"graphml": "GraphML", "gexf": "GEXF", "gml": "GML", "pajek": "Pajek", "lgl": "LGL", "ucinet": "UCINET DL",
          "json": "node-link JSON", "dimacs": "DIMACS", "gdf": "GDF"}  # fmt: skip
