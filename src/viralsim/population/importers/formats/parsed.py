"""What the readers of graph formats have in common: what is asked of them, and what they hand back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import NetworkError
from viralsim.population.importers.direction import Stated
from viralsim.population.importers.edge_lists.careful_rows import weight_of
from viralsim.population.importers.odd_ids import ids_of, refuse_rounded
from viralsim.population.network.edges import Edges


class Asked(NamedTuple):
    """What users ask of a file. ids_from: the attribute of nodes that names members in place of the file's own ids."""

    tie_strength: str | None = None
    influence_weight: str | None = None
    ids_from: str | None = None

    def weights(self) -> dict[str, str]:
        """The attributes of edges that are to be read, by what they become."""
        wanted = {"tie_strength": self.tie_strength, "influence_weight": self.influence_weight}
        return {name: attribute for name, attribute in wanted.items() if attribute is not None}


class Parsed(NamedTuple):
    """A graph as read: its edges one way, which way the file says they run, and what users should know."""

    edges: Edges
    stated: Stated | None
    notes: list[str]


def not_read(path: Path, names: Iterable[str], asked: Asked) -> list[str]:
    """The note on attributes of edges that nobody asked for, if there are any."""
    left = [name for name in names if name not in asked.weights().values()]
    if not left:
        return []
    return [f"{path.name}: attributes of edges not read: {', '.join(left[:8])} (name one in tie_strength to use it)"]


def no_weights(path: Path, asked: Asked, what: str) -> None:
    """``NetworkError`` where weights are asked of a format that has none."""
    if asked.weights():
        raise NetworkError(f"{path}: {what} has no tie strengths or influence weights; use an edge list with columns")


def no_names(path: Path, asked: Asked, what: str) -> None:
    """``NetworkError`` where names are asked of a format whose nodes have no attributes."""
    if asked.ids_from is not None:
        raise NetworkError(f'{path}: ids_from: nodes of {what} have no attribute "{asked.ids_from}"; leave it out')


def edges_between(
    path: Path,
    nodes: Sequence[str],
    source: Sequence[str],
    target: Sequence[str],
    weights: dict[str, Any] | None = None,
    ordered: bool = True,
) -> Edges:
    """Edges between named nodes; nodes that are not among ``nodes`` are added behind them.

    ordered: members keep the order of ``nodes``, which the file gives; False sorts them, as in an edge list.
    """
    labels = list(dict.fromkeys([*nodes, *source, *target]))
    for name in labels:
        if name == "":
            raise NetworkError(f"{path}: a node has no name; name every node")
    ids = ids_of(labels)
    if not ordered and ids is not None:
        order = np.argsort(ids, kind="stable")
        labels, ids = [labels[i] for i in order], ids[order]
        if ids.dtype.kind == "i" and np.array_equal(ids, np.arange(len(ids))):
            ids = None
    if ids is not None:
        refuse_rounded(path, ids, lambda label: 0)
    number = {label: i for i, label in enumerate(labels)}
    return Edges(
        np.fromiter((number[name] for name in source), np.int32, len(source)),
        np.fromiter((number[name] for name in target), np.int32, len(target)),
        len(labels), ids=ids, **(weights or {}),
    )  # fmt: skip


def renamed(path: Path, edges: Edges, labels: Sequence[str]) -> Edges:
    """The same edges with other names for the members; ``NetworkError`` where one is missing or occurs twice."""
    refuse_twice(path, labels)
    return edges._replace(ids=ids_of(list(labels)))


def refuse_twice(path: Path, labels: Sequence[str]) -> None:
    """``NetworkError`` where a node has no name, or two have the same."""
    seen: set[str] = set()
    for label in labels:
        if label == "" or label in seen:
            what = "a node has no name" if label == "" else f"two nodes are called {label[:60]!r}"
            raise NetworkError(f"{path}: {what}; give each node a name of its own")
        seen.add(label)


def both_ways(edges: Edges, undirected: Sequence[bool]) -> Edges:
    """Edges of which some run both ways, each of those as two."""
    twice = np.asarray(undirected, dtype=bool) & (edges.source != edges.target)
    weights: dict[str, Any] = {
        name: None if values is None else np.concatenate([np.asarray(values), np.asarray(values)[twice]])
        for name, values in (("tie_strength", edges.tie_strength), ("influence_weight", edges.influence_weight))
    }
    return edges._replace(
        source=np.concatenate([edges.source, edges.target[twice]]),
        target=np.concatenate([edges.target, edges.source[twice]]),
        **weights,
    )


def by_kind(edges: Edges, directed: Sequence[bool], where: str, notes: list[str]) -> tuple[Edges, Stated | None]:
    """Edges and what is stated of them, where each says for itself whether it is directed."""
    kinds = set(directed)
    if len(kinds) < 2:
        return edges, Stated(kinds != {False}, where)
    notes.append(
        f"{sum(not one for one in directed):,} edges are undirected and were read both ways, the others one way"
    )
    return both_ways(edges, [not one for one in directed]), None


def weight_column(path: Path, name: str, cells: Sequence[Any], places: Sequence[str]) -> NDArray[np.float64]:
    """Weights as numbers; ``NetworkError`` with its place for the first that cannot be one. ``cells``: text or numbers."""
    values = np.empty(len(cells), np.float64)
    for i, cell in enumerate(cells):
        number = weight_of(str(cell).strip(), ".") if cell is not None and not isinstance(cell, bool) else None
        high = 1.0 if name == "tie_strength" else np.inf
        if number is None or not 0 <= number <= high or not np.isfinite(number):
            what = "is missing" if cell is None else f"{str(cell)[:40]!r} must be a number"
            bounds = " in [0, 1]; divide counts by the largest" if high == 1 else " >= 0; correct it"
            raise NetworkError(f"{path}{places[i]}: {name} {what}{bounds}")
        values[i] = number
    return values
