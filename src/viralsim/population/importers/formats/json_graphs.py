"""Graphs in JSON: node-link (networkx, d3), adjacency (networkx), Cytoscape, JSON Graph Format, and lists of edges."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from viralsim.errors import NetworkError
from viralsim.population.importers.direction import Stated
from viralsim.population.importers.edge_lists.header import named_ends
from viralsim.population.importers.formats.parsed import (
    Asked,
    Parsed,
    edges_between,
    not_read,
    refuse_twice,
    renamed,
    weight_column,
)

REMEDY = 'write node-link JSON ("nodes" with "id", "links" with "source" and "target"), or the edges as CSV'
ENDS = {"source", "target", "id", "key"}  # of an edge in JSON: whom it connects and what it is called itself
Node: TypeAlias = dict[str, Any]
Edge: TypeAlias = dict[str, Any]


def read_json(path: Path, data: bytes, asked: Asked) -> Parsed:
    """The graph of a JSON file. ``NetworkError`` for JSON that is none of the known forms."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NetworkError(f"{path}: JSON that cannot be read ({str(error)[:120]}); export it again") from None
    for form in (_node_link, _cytoscape, _adjacency, _json_graph, _list_of_edges):
        found = form(path, content)
        if found is not None:
            return _parsed(path, *found, asked)
    raise NetworkError(f"{path}: JSON without a graph of a known form; {REMEDY}")


Found = tuple[list[Node] | None, list[Edge], bool | None, str]  # nodes, edges, whether directed, how nodes are named


def _objects(path: Path, what: str, items: Any) -> list[dict[str, Any]]:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise NetworkError(f'{path}: "{what}" must be a list of objects; {REMEDY}')
    return items


def _flag(path: Path, content: dict[str, Any]) -> bool | None:
    directed = content.get("directed")
    if directed is not None and not isinstance(directed, bool):
        raise NetworkError(f'{path}: "directed" must be true or false, got {str(directed)[:40]!r}')
    return directed


def _node_link(path: Path, content: Any) -> Found | None:
    if not isinstance(content, dict) or not isinstance(content.get("nodes"), list):
        return None
    key = next((key for key in ("links", "edges") if key in content), None)
    if key is None:
        return None
    nodes = content["nodes"]
    if not all(isinstance(node, dict) for node in nodes):  # d3 takes bare names, too
        nodes = [node if isinstance(node, dict) else {"id": node} for node in nodes]
    edges = [_with_ends(edge) for edge in _objects(path, key, content[key])]
    name = "key" if nodes and all("key" in node and "id" not in node for node in nodes) else "id"
    return nodes, edges, _flag(path, _with_direction(content)), name


def _with_ends(edge: Edge) -> Edge:
    """An edge whose ends are its source and target, whatever they are called (vis.js: from and to)."""
    if "source" in edge and "target" in edge:
        return edge
    names = list(edge)
    ends = named_ends(names)
    return edge if ends is None else _renamed(edge, names[ends.source], names[ends.target])


def _renamed(edge: Edge, source: str, target: str) -> Edge:
    rest = {name: value for name, value in edge.items() if name not in (source, target)}
    return {**rest, "source": edge[source], "target": edge[target]}


def _with_direction(content: dict[str, Any]) -> dict[str, Any]:
    """What graphology writes as the type of a graph, as others write it."""
    options = content.get("options")
    kind = options.get("type") if isinstance(options, dict) else None
    return {"directed": kind == "directed", **content} if kind in ("directed", "undirected") else content


def _cytoscape(path: Path, content: Any) -> Found | None:
    if not isinstance(content, dict) or "elements" not in content:
        return None
    elements = content["elements"]
    if isinstance(elements, list):  # one list of both
        data = [one.get("data", {}) for one in _objects(path, "elements", elements)]
        nodes, edges = [one for one in data if "source" not in one], [one for one in data if "source" in one]
    elif isinstance(elements, dict):
        nodes, edges = (
            [one.get("data", {}) for one in _objects(path, part, elements.get(part, []))] for part in ("nodes", "edges")
        )
    else:
        raise NetworkError(f'{path}: "elements" must hold "nodes" and "edges"; {REMEDY}')
    return _objects(path, "nodes", nodes), _objects(path, "edges", edges), _flag(path, content), "id"


def _adjacency(path: Path, content: Any) -> Found | None:
    if not isinstance(content, dict) or "adjacency" not in content or "nodes" not in content:
        return None
    nodes, rows = _objects(path, "nodes", content["nodes"]), content["adjacency"]
    if not isinstance(rows, list) or len(rows) != len(nodes):
        raise NetworkError(f'{path}: "adjacency" must have one list per node; {REMEDY}')
    directed = _flag(path, content)
    edges: list[Edge] = []
    pairs: set[tuple[str, str]] = set()
    for node, row in zip(nodes, rows, strict=True):
        for entry in _objects(path, "adjacency", row):
            source, target = _label(path, node.get("id")), _label(path, entry.get("id"))
            if directed is False and (target, source) in pairs:
                continue  # it is at both ends
            pairs.add((source, target))
            edges.append({**entry, "source": node.get("id"), "target": entry.get("id")})
    return nodes, edges, directed, "id"


def _json_graph(path: Path, content: Any) -> Found | None:
    graph = content.get("graph") if isinstance(content, dict) else None
    if not isinstance(graph, dict) or "edges" not in graph:
        return None
    nodes = graph.get("nodes", {})
    listed = [{"id": name, **(node if isinstance(node, dict) else {})} for name, node in nodes.items()] if isinstance(
        nodes, dict) else _objects(path, "nodes", nodes)  # fmt: skip
    directed = _flag(path, graph)
    return listed, _objects(path, "edges", graph["edges"]), True if directed is None else directed, "id"


def _list_of_edges(path: Path, content: Any) -> Found | None:
    """Pairs, or objects with the names of two ends."""
    if not isinstance(content, list) or not content:
        return None
    if all(isinstance(edge, list) and len(edge) >= 2 for edge in content):
        return None, [_of_row(edge) for edge in content], None, ""
    if all(isinstance(edge, dict) for edge in content):
        names = list(content[0])
        ends = named_ends(names)
        if ends is not None:
            a, b = names[ends.source], names[ends.target]
            if all(a in edge and b in edge for edge in content):
                return None, [_renamed(edge, a, b) for edge in content], None, ""
    return None


def _of_row(row: list[Any]) -> Edge:
    """An edge of a list: two ends, and what stands behind them by its place, as of a column without a name."""
    return {**{str(i): row[i] for i in range(2, len(row))}, "source": row[0], "target": row[1]}


def _label(path: Path, value: Any) -> str:
    """An id as text; ``NetworkError`` for what cannot be one."""
    if isinstance(value, str) and value.strip():
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    shown = json.dumps(value)[:60]
    raise NetworkError(f"{path}: {shown} is no id; ids are whole numbers or texts, each node has one")


def _parsed(
    path: Path, nodes: list[Node] | None, edges: list[Edge], directed: bool | None, key: str, asked: Asked
) -> Parsed:
    notes: list[str] = []
    names: list[str] = []
    label: Callable[[Any], str] = lambda value: _label(path, value)  # noqa: E731
    if nodes is not None:
        names, label = _names(path, nodes, edges, key, notes)
    source, target = ([label(_end(edge, end)) for edge in edges] for end in ("source", "target"))
    if nodes is not None:
        _all_known(path, names, [*source, *target])
    if not names and not source:
        raise NetworkError(f"{path}: the graph has no nodes; export it again")
    weights = {
        name: weight_column(
            path, name, _attribute(path, name, edges, attribute), [f": edge {i}" for i in range(len(edges))]
        )
        for name, attribute in asked.weights().items()
    }
    result = edges_between(path, names, source, target, weights, ordered=nodes is not None)
    if asked.ids_from is not None:
        named = [node.get(asked.ids_from) for node in nodes or [{}]]
        if any(name is None for name in named):
            raise NetworkError(f'{path}: ids_from: not every node has "{asked.ids_from}"; name another attribute')
        result = renamed(path, result, [_label(path, name) for name in named])
    stated = None if directed is None else Stated(directed, '"directed" of the JSON')
    if nodes is not None and directed is None:
        notes.append('the JSON does not say whether it is directed; "directed" would')
    unread = sorted({name for edge in edges for name in edge} - ENDS)
    return Parsed(result, stated, [f"{path.name}: {note}" for note in notes] + not_read(path, unread, asked))


def _end(edge: Edge, end: str) -> Any:
    value = edge.get(end)
    return value.get("id") if isinstance(value, dict) else value  # d3 puts the node itself there


def _names(
    path: Path, nodes: Sequence[Node], edges: Sequence[Edge], key: str, notes: list[str]
) -> tuple[list[str], Callable[[Any], str]]:
    """(the nodes' ids, how an edge's end names one): by id; by position where nodes have no ids, as older d3 writes it."""
    if nodes and not any(key in node for node in nodes):
        by = next((name for name in ("name", "label") if all(name in node for node in nodes)), None)
        names = [str(i) if by is None else _label(path, node[by]) for i, node in enumerate(nodes)]
        refuse_twice(path, names)
        notes.append(f"nodes have no ids: their {'position' if by is None else by} was taken, and edges name positions")

        def at(value: Any) -> str:
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < len(names):
                raise NetworkError(
                    f"{path}: {json.dumps(value)[:60]} of an edge is no position of a node; give nodes an id"
                )
            return names[value]

        return names, at
    names = [_label(path, node.get(key)) for node in nodes]
    refuse_twice(path, names)
    return names, lambda value: _label(path, value)


def _all_known(path: Path, names: Sequence[str], ends: Sequence[str]) -> None:
    known = set(names)
    for end in ends:
        if end not in known:
            raise NetworkError(f"{path}: an edge names {end[:60]!r}, which is no id of a node; add it")


def _attribute(path: Path, name: str, edges: Sequence[Edge], attribute: str) -> list[Any]:
    if not any(attribute in edge for edge in edges):
        there = ", ".join(sorted({key for edge in edges for key in edge} - {"source", "target"})[:8]) or "none"
        raise NetworkError(f'{path}: {name}: edges have no attribute "{attribute}"; they have: {there}')
    return [edge.get(attribute) for edge in edges]
