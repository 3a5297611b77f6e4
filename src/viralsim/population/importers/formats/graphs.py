"""GML, Pajek, UCINET DL, LGL, graph6: read by networkx and igraph; DIMACS, GDF and LEDA, which neither reads whole."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from viralsim.errors import NetworkError
from viralsim.population.importers.direction import Stated
from viralsim.population.importers.edge_lists.row_reader import count_of
from viralsim.population.importers.formats.parsed import (
    Asked,
    Parsed,
    both_ways,
    by_kind,
    edges_between,
    no_names,
    no_weights,
    not_read,
    refuse_twice,
    weight_column,
)
from viralsim.population.importers.labels import LARGEST_MEMBER
from viralsim.population.network.edges import Edges

EXPORT = "export it again, or write the edges as CSV"


def _by_library(path: Path, what: str, read: Callable[[], Any]) -> Any:
    """What a library reads; whatever it raises on a damaged file is a ``NetworkError``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # remarks on attributes that they cannot type
            return read()
    except NetworkError:
        raise
    except Exception as error:  # igraph and networkx raise anything on damaged files
        reason = (str(error).split(" -- ")[0].strip() or type(error).__name__).splitlines()[0]
        raise NetworkError(f"{path}: no {what} file that can be read ({reason[:160]}); {EXPORT}") from None


def _by_igraph(path: Path, what: str, method: str, text: str, **options: Any) -> Any:
    """A graph of igraph, which reads files and no texts."""
    import igraph

    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "network"
        plain.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8", newline="\n")
        return _by_library(path, what, lambda: getattr(igraph.Graph, method)(str(plain), **options))


def _refuse_giant(path: Path, members: int, text: str) -> None:
    """``NetworkError`` before memory is asked for, where few lines announce many members."""
    if members > LARGEST_MEMBER or (members > 10_000_000 and members > 100 * text.count("\n")):
        raise NetworkError(f"{path}: {members:,} members are too many for a file of this size; correct the number")


def _edges_of(path: Path, graph: Any, labels: list[str], asked: Asked) -> Edges:
    """Edges of a graph of igraph whose vertices have these names."""
    refuse_twice(path, labels)
    pairs = graph.get_edgelist()
    there = [f": edge {i}" for i in range(len(pairs))]
    weights = {}
    for name, attribute in asked.weights().items():
        if attribute not in graph.es.attributes():
            known = ", ".join(graph.es.attributes()) or "none"
            raise NetworkError(f'{path}: {name}: edges have no attribute "{attribute}"; they have: {known}')
        weights[name] = weight_column(path, name, graph.es[attribute], there)
    return edges_between(path, labels, [labels[a] for a, _ in pairs], [labels[b] for _, b in pairs], weights)


def read_gml(path: Path, text: str, asked: Asked) -> Parsed:
    """GML, by networkx; members are called by their labels, or by their ids where there are no labels."""
    import networkx

    several = re.sub(r"^(\s*graph\s*\[)", r"\1 multigraph 1 ", text, count=1, flags=re.MULTILINE)  # repeated edges pass
    several = several if not re.search(r"^\s*multigraph\s", text, re.MULTILINE) else text
    graph = _by_library(path, "GML", lambda: networkx.parse_gml(several, label="id"))
    nodes = dict(graph.nodes(data=True))
    name = asked.ids_from or next(
        (one for one in ("label", "name") if nodes and all(one in d for d in nodes.values())), None
    )
    if name is None or name == "id":
        labels = {node: str(node) for node in nodes}
    elif all(name in data for data in nodes.values()):
        labels = {node: _scalar(path, data[name]) for node, data in nodes.items()}
    else:
        raise NetworkError(f'{path}: ids_from: not every node has "{name}"; name another attribute')
    refuse_twice(path, list(labels.values()))
    edges = list(graph.edges(data=True))
    there = [f": edge {i}" for i in range(len(edges))]
    known = sorted({key for *_, data in edges for key in data})
    for weight, attribute in asked.weights().items():
        if attribute not in known:
            raise NetworkError(
                f'{path}: {weight}: edges have no attribute "{attribute}"; they have: {", ".join(known) or "none"}'
            )
    weights = {weight: weight_column(path, weight, [data.get(attribute) for *_, data in edges], there)
               for weight, attribute in asked.weights().items()}  # fmt: skip
    ends = [(labels[a], labels[b]) for a, b, _ in edges]
    result = edges_between(path, list(labels.values()), [a for a, _ in ends], [b for _, b in ends], weights)
    notes = [f"{path.name}: members are called by their {name or 'id'} in the GML", *not_read(path, known, asked)]
    return Parsed(result, Stated(graph.is_directed(), "directed of the GML"), notes)


def _scalar(path: Path, value: Any) -> str:
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value).strip()
    raise NetworkError(f"{path}: label {str(value)[:60]!r} is no name; give nodes labels of text or whole numbers")


_BARE_LABEL = re.compile(r"^([ \t]*\d+[ \t]+)([^\s\"']+)", re.MULTILINE)
_SECTION = re.compile(r"^[ \t]*\*([A-Za-z]+)[^\n]*\n?", re.MULTILINE)


def read_pajek(path: Path, text: str, asked: Asked) -> Parsed:
    """Pajek, by igraph: arcs and edges each for themselves, since it takes all lines for one kind."""
    no_names(path, asked, "a Pajek file")
    marks = list(_SECTION.finditer(text))
    parts: dict[str, list[str]] = {}
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        body = text[mark.end() : None if following is None else following.start()]
        kind = mark[1].lower()
        if kind in ("arcs", "arcslist", "edges", "edgeslist", "matrix"):
            if re.search(r"^\s*[^%\s]", body, re.MULTILINE):
                parts.setdefault(kind[:4], []).append(mark[0] + body)
        elif kind == "vertices":
            if "vertices" in parts:
                break  # of a partition or vector behind the network
            parts["vertices"] = [
                mark[0] + _BARE_LABEL.sub(r'\1"\2"', body)
            ]  # igraph takes a bare q for a word of its own
        elif kind != "network":
            break
    size = re.match(r"\s*\*\w+\s+(\d+)", parts["vertices"][0]) if "vertices" in parts else None
    if size is None or count_of(size[1]) == 0:
        raise NetworkError(f"{path}: a Pajek file without *Vertices and their number; {EXPORT}")
    _refuse_giant(path, count_of(size[1]), text)
    kinds = [kind for kind in ("arcs", "edge", "matr") if kind in parts] or ["edge"]
    graphs = {kind: _by_igraph(path, "Pajek", "Read_Pajek", "".join([*parts["vertices"], *parts.get(kind, ["*Edges\n"])]))
              for kind in kinds}  # fmt: skip
    first = graphs[kinds[0]]
    called = first.vs["name"] if "name" in first.vs.attributes() else [""] * first.vcount()
    labels = [str(name).strip() or str(i) for i, name in enumerate(called, 1)]
    every = [_edges_of(path, graph, labels, asked) for graph in graphs.values()]
    notes = not_read(path, sorted({name for graph in graphs.values() for name in graph.es.attributes()}), asked)
    if len(every) == 1:
        stated = Stated(kinds[0] != "edge", f"*{'Edges' if kinds[0] == 'edge' else 'Arcs'} of the Pajek file",
                        firm=kinds[0] != "matr")  # fmt: skip
        return Parsed(every[0], stated if "arcs" in parts or "edge" in parts else None, notes)
    notes.append(f"{path.name}: *Edges run both ways, *Arcs one way")
    joined = both_ways(every[0], [False] * len(every[0].source))
    for kind, edges in list(zip(kinds, every, strict=True))[1:]:
        joined = _joined(joined, both_ways(edges, [kind == "edge"] * len(edges.source)))
    return Parsed(joined, None, notes)


def _joined(a: Edges, b: Edges) -> Edges:
    weights: dict[str, Any] = {name: None if getattr(a, name) is None else np.concatenate([getattr(a, name), getattr(b, name)])
               for name in ("tie_strength", "influence_weight")}  # fmt: skip
    return a._replace(
        source=np.concatenate([a.source, b.source]), target=np.concatenate([a.target, b.target]), **weights
    )


def read_ucinet(path: Path, text: str, asked: Asked) -> Parsed:
    """UCINET DL, by igraph: full matrices, edge lists and node lists."""
    no_names(path, asked, "a UCINET DL file")
    size = re.search(r"\bn\s*=\s*(\d+)", text[:2000], re.IGNORECASE)
    _refuse_giant(path, 0 if size is None else count_of(size[1]), text)
    joined = re.sub(r"\A\s*dl\s+n\s*=", "DL n=", text, count=1, flags=re.IGNORECASE)
    joined = re.sub(r"\A(DL n=\s*\d+)[ \t,]+format", r"\1\nformat", joined, count=1, flags=re.IGNORECASE)
    graph = _by_igraph(path, "UCINET DL", "Read_DL", joined)
    called = graph.vs["name"] if "name" in graph.vs.attributes() else range(1, graph.vcount() + 1)
    edges = _edges_of(path, graph, [str(name).strip() for name in called], asked)
    if edges.members == 0:
        raise NetworkError(f"{path}: the graph has no nodes; {EXPORT}")
    return Parsed(edges, None, [f"{path.name}: UCINET DL", *not_read(path, graph.es.attributes(), asked)])


def read_lgl(path: Path, text: str, asked: Asked) -> Parsed:
    """LGL, by igraph; its edges are undirected by custom."""
    no_names(path, asked, "an LGL file")
    graph = _by_igraph(path, "LGL", "Read_Lgl", text, directed=True)
    if graph.vcount() == 0:
        raise NetworkError(f"{path}: the graph has no nodes; {EXPORT}")
    edges = _edges_of(path, graph, list(graph.vs["name"]), asked)
    return Parsed(edges, Stated(False, "as LGL files are", firm=False), not_read(path, graph.es.attributes(), asked))


def read_graph6(path: Path, text: str, asked: Asked) -> Parsed:
    """graph6 and sparse6, by networkx: one undirected graph, members numbered from 0."""
    import networkx

    no_weights(path, asked, "a graph6 file")
    no_names(path, asked, "a graph6 file")
    lines = text.split()
    if len(lines) != 1:
        raise NetworkError(f"{path}: {len(lines)} graphs in graph6; name a file with one")
    line = lines[0].removeprefix(">>graph6<<").removeprefix(">>sparse6<<")
    reader = networkx.from_sparse6_bytes if line.startswith(":") else networkx.from_graph6_bytes
    graph = _by_library(path, "graph6", lambda: reader(line.encode("ascii")))
    if len(graph) == 0:
        raise NetworkError(f"{path}: the graph has no nodes; {EXPORT}")
    pairs = np.array([edge[:2] for edge in graph.edges], dtype=np.int32).reshape(-1, 2)
    return Parsed(Edges(pairs[:, 0].copy(), pairs[:, 1].copy(), len(graph)), Stated(False, "as graph6 files are"), [])


def read_dimacs(path: Path, text: str, asked: Asked) -> Parsed:
    """DIMACS: ``a u v w`` are arcs, ``e u v`` edges; vertices are numbered from 1."""
    no_names(path, asked, "a DIMACS file")
    ends: dict[str, list[list[str]]] = {"a": [], "e": []}
    places = []
    members = announced = -1
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split()
        if not cells or cells[0] in ("c", "n"):
            continue
        if cells[0] == "p" and members < 0 and len(cells) >= 4 and cells[2].isdecimal() and cells[3].isdecimal():
            members, announced = count_of(cells[2]), count_of(cells[3])
        elif cells[0] in ends and len(cells) in (3, 4) and all(_vertex(cell, members) for cell in cells[1:3]):
            ends[cells[0]].append(cells)
            places.append(f":{number}")
        else:
            what = f"no line of a DIMACS file, or names a vertex outside of 1..{max(members, 0)}"
            raise NetworkError(f"{path}:{number}: {line.strip()[:60]!r} is {what}; correct it")
    if members < 1:
        raise NetworkError(f"{path}: a DIMACS file without vertices; {EXPORT}")
    if ends["a"] and ends["e"]:
        raise NetworkError(f"{path}: both arcs (a) and edges (e); write one of them")
    _refuse_giant(path, members, text)
    rows = ends["a"] or ends["e"]
    weights: dict[str, Any] = {name: weight_column(path, name, [cells[3] if len(cells) > 3 else None for cells in rows], places)
               for name in asked.weights()}  # fmt: skip
    notes = [f"{path.name}: DIMACS, vertices are numbered from 1"]
    if not weights and any(len(cells) > 3 and cells[3] != "1" for cells in rows):
        notes.append(f"{path.name}: weights of edges were not read (any word in tie_strength takes them)")
    if rows and len(rows) != announced:
        notes.append(f"{path.name}: it announces {announced:,} edges but holds {len(rows):,}")
    pairs = np.array([cells[1:3] for cells in rows], dtype=np.int64).reshape(-1, 2) - 1
    edges = Edges(
        pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32), members, ids=np.arange(1, members + 1), **weights
    )
    return Parsed(
        edges, Stated(not ends["e"], "line e of the DIMACS file" if ends["e"] else "line a of the DIMACS file"), notes
    )


def _vertex(cell: str, members: int) -> bool:
    return cell.isascii() and cell.isdecimal() and 1 <= count_of(cell) <= members


def read_gdf(path: Path, text: str, asked: Asked) -> Parsed:
    """GDF, as GUESS and Gephi write it: a table of nodes and a table of edges."""
    tables: dict[str, tuple[list[str], list[list[str]], list[str]]] = {}
    current: tuple[list[str], list[list[str]], list[str]] = ([], [], [])
    for line, cells in _gdf_rows(path, text):
        word, found, first = cells[0].partition(">")
        if found and word.lower() in ("nodedef", "edgedef"):
            current = ([title.strip().split()[0].lower() for title in (first, *cells[1:]) if title.strip()], [], [])
            tables[word.lower()] = current
        elif not tables or len(cells) > len(current[0]):
            raise NetworkError(
                f"{path}:{line}: {len(cells)} fields are more than its table has; check quotes and commas"
            )
        else:
            current[1].append(cells + [""] * (len(current[0]) - len(cells)))
            current[2].append(f":{line}")
    node_titles, nodes, _ = tables.get("nodedef", (["name"], [], []))
    titles, rows, places = tables.get("edgedef", (["node1", "node2"], [], []))
    if not {"node1", "node2"} <= set(titles) or "name" not in node_titles:
        raise NetworkError(f"{path}: a GDF file without node1 and node2 of its edges; {EXPORT}")
    names = [row[node_titles.index("name")] for row in nodes]
    refuse_twice(path, names)
    for name, attribute in asked.weights().items():
        if attribute.lower() not in titles:
            raise NetworkError(f'{path}: {name}: edges have no column "{attribute}"; they have: {", ".join(titles)}')
    weights = {name: weight_column(path, name, [row[titles.index(attribute.lower())] for row in rows], places)
               for name, attribute in asked.weights().items()}  # fmt: skip
    source, target = ([row[titles.index(end)] for row in rows] for end in ("node1", "node2"))
    edges = edges_between(path, names, source, target, weights)
    if edges.members == 0:
        raise NetworkError(f"{path}: the graph has no nodes; {EXPORT}")
    if asked.ids_from is not None:
        raise NetworkError(f"{path}: ids_from: members of a GDF file are called by name; leave it out")
    notes: list[str] = []
    flags = (
        [row[titles.index("directed")].strip("'\" ").lower() for row in rows]
        if "directed" in titles
        else ["false"] * len(rows)
    )
    odd = next((i for i, flag in enumerate(flags) if flag not in ("true", "false", "")), None)
    if odd is not None:
        raise NetworkError(f"{path}{places[odd]}: directed must be true or false, got {flags[odd][:40]!r}; correct it")
    edges, stated = by_kind(edges, [flag == "true" for flag in flags] or [False], "directed of the GDF file", notes)
    unread = [title for title in titles if title not in ("node1", "node2", "directed")]
    return Parsed(edges, stated, [f"{path.name}: {note}" for note in notes] + not_read(path, unread, asked))


def _gdf_rows(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with quotes of either kind."""
    for line, row in enumerate(text.splitlines(), 1):
        if not row.strip() or row.startswith("#"):
            continue
        quote = "'" if re.search(r"(^|,)\s*'", row) else '"'
        try:
            cells = next(csv.reader(io.StringIO(row), quotechar=quote, skipinitialspace=True, strict=True))
        except (csv.Error, StopIteration) as error:
            raise NetworkError(f"{path}:{line}: {error}; check quotes and commas") from None
        yield line, [cell.strip() for cell in cells]


def read_leda(path: Path, text: str, asked: Asked) -> Parsed:
    """LEDA: counts, then a node and an edge a line; labels in ``|{...}|``. Weights are the labels of edges."""
    no_names(path, asked, "a LEDA file")
    lines = [
        (i, line.strip()) for i, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")
    ]
    try:
        way, n = int(lines[3][1]), count_of(lines[4][1])
        called, m, rows = lines[5 : 5 + n], count_of(lines[5 + n][1]), lines[6 + n :]
    except (IndexError, ValueError):
        raise NetworkError(f"{path}: a LEDA file without its counts of nodes and edges; {EXPORT}") from None
    found = [re.fullmatch(r"(\d+)\s+(\d+)\s+\d+\s+\|\{(.*)\}\|", row) for _, row in rows]
    bad = next((line for (line, _), one in zip(rows, found, strict=True)
                if one is None or not (_vertex(one[1], n) and _vertex(one[2], n))), None)  # fmt: skip
    if bad is not None or len(rows) != m or n < 1 or way not in (-1, -2):
        place = f":{bad}" if bad is not None else ""
        raise NetworkError(
            f"{path}{place}: no LEDA file that can be read ({m} edges between {n} nodes announced); {EXPORT}"
        )
    labels = [name.removeprefix("|{").removesuffix("}|").strip() or str(i) for i, (_, name) in enumerate(called, 1)]
    refuse_twice(path, labels)
    edges = [one for one in found if one is not None]
    weights = {name: weight_column(path, name, [one[3] for one in edges], [f":{line}" for line, _ in rows])
               for name in asked.weights()}  # fmt: skip
    source, target = ([labels[int(one[end]) - 1] for one in edges] for end in (1, 2))
    notes = []
    if not weights and any(one[3].strip() not in ("", "1") for one in edges):
        notes.append(f"{path.name}: labels of edges were not read (any word in tie_strength takes them)")
    stated = Stated(way == -1, f"{way} in the LEDA file")
    return Parsed(edges_between(path, labels, source, target, weights), stated, notes)
