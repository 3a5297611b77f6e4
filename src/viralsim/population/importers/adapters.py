"""Edges of other libraries' graphs. An undirected graph gives both arcs of each edge."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import flag, refuse
from viralsim.errors import NetworkError
from viralsim.population.importers.labels import LARGEST_MEMBER, column, plain_labels, unique_labels
from viralsim.population.importers.unread import unread_attributes, unread_entries
from viralsim.population.network.edges import Edges


class Noted(NamedTuple):
    """Edges, and what users should know of them."""

    edges: Edges
    notes: tuple[str, ...]


def edges_of_networkx(graph: Any, tie_strength: str | None, influence_weight: str | None) -> Noted:
    """Edges of a networkx graph: members in the order of its nodes, edges in the order of ``graph.edges``."""
    if not hasattr(graph, "nodes") or not hasattr(graph, "is_directed"):
        raise refuse("graph", "a networkx graph", graph, error=NetworkError)
    nodes = list(graph.nodes)
    number = {node: i for i, node in enumerate(nodes)}
    edges = list(graph.edges(data=True))

    def attribute(name: str | None) -> list[Any] | None:
        if name is None:
            return None
        try:
            return [edge[2][name] for edge in edges]
        except KeyError:
            raise NetworkError(f'an edge has no attribute "{name}"; set it on every edge') from None

    attributes: dict[Any, list[Any]] = {}
    for *_, data in edges:
        for name, value in data.items():
            attributes.setdefault(name, []).append(value)
    given = Edges(
        np.fromiter((number[edge[0]] for edge in edges), np.int32, len(edges)),
        np.fromiter((number[edge[1]] for edge in edges), np.int32, len(edges)),
        len(nodes),
        attribute(tie_strength),
        attribute(influence_weight),
        None if nodes == list(range(len(nodes))) else _labels(nodes),
        graph.is_directed(),
    )
    return Noted(given, unread_attributes(attributes, (tie_strength, influence_weight)))


def edges_of_igraph(graph: Any, tie_strength: str | None, influence_weight: str | None) -> Noted:
    """Edges of an igraph graph; the vertex attribute ``name`` (else ``id``) becomes the ids."""
    if not hasattr(graph, "get_edgelist"):
        raise refuse("graph", "an igraph Graph", graph, error=NetworkError)
    pairs = np.asarray(graph.get_edgelist(), dtype=np.int32).reshape(-1, 2)

    def attribute(name: str | None) -> Any:
        if name is None:
            return None
        if name not in graph.es.attributes():
            known = ", ".join(graph.es.attributes()) or "none"
            raise NetworkError(f'edges have no attribute "{name}"; they have: {known}')
        return graph.es[name]

    label = next((name for name in ("name", "id") if name in graph.vs.attributes()), None)
    if label is not None:
        names = list(map(str, graph.vs[label]))
        twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
        if twice is not None:
            raise NetworkError(
                f"two vertices are called {twice!r}: give each a {label} of its own, or remove the attribute"
            )
    given = Edges(
        np.ascontiguousarray(pairs[:, 0]),
        np.ascontiguousarray(pairs[:, 1]),
        graph.vcount(),
        attribute(tie_strength),
        attribute(influence_weight),
        None if label is None else _labels(graph.vs[label]),
        graph.is_directed(),
    )
    attributes = {name: graph.es[name] for name in graph.es.attributes()}
    return Noted(given, unread_attributes(attributes, (tie_strength, influence_weight)))


def edges_of_scipy(matrix: Any, weighted: bool, directed: bool, ids: Any) -> Noted:
    """Edges of a square sparse matrix: row u, column v is u to v; explicit zeros are no edges."""
    if not hasattr(matrix, "tocoo"):
        remedy = "scipy.sparse.coo_array makes one of a dense matrix"
        raise refuse("matrix", "a scipy sparse matrix or array", matrix, remedy, NetworkError)
    flag(directed, "directed")
    flag(weighted, "weighted")
    entries = matrix.tocoo()
    rows, columns = entries.shape
    if rows != columns:
        raise NetworkError(f"the matrix must be square, got {rows} x {columns}")
    if rows > LARGEST_MEMBER + 1:
        raise NetworkError(f"the matrix has {rows} rows; at most {LARGEST_MEMBER + 1} members are possible")
    values = np.asarray(entries.data)
    if values.dtype.kind not in "biuf" or not np.isfinite(values).all():
        raise NetworkError("the entries of the matrix must be finite numbers; leave out what is not known")
    there = values != 0
    given = Edges(
        np.asarray(entries.row)[there].astype(np.int32),
        np.asarray(entries.col)[there].astype(np.int32),
        rows,
        values[there] if weighted else None,
        None,
        None if ids is None else unique_labels(column(ids, "ids")),
        directed,
    )
    return Noted(given, () if weighted else unread_entries(values[there]))


def _labels(nodes: list[Any]) -> NDArray[Any]:
    """Labels of any kind as one array; tuples stay whole."""
    labels = np.empty(len(nodes), dtype=object)
    labels[:] = nodes
    missing = [i for i, node in enumerate(nodes) if node is None or node != node]
    if missing:
        raise NetworkError(f"graph: node {missing[0]} has no name; name every node")
    if all(isinstance(node, int) and not isinstance(node, bool) for node in nodes):
        try:
            return labels.astype(np.int64)
        except OverflowError:
            return labels
    return plain_labels(labels)
