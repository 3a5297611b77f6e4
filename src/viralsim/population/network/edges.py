"""From edges with clean member numbers to sorted rows: strengths by row, where each edge went, what was dropped."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import numbers
from viralsim.errors import NetworkError

EdgeMeans = Literal["source reaches target", "source follows target"]
EDGE_MEANINGS: tuple[EdgeMeans, ...] = ("source reaches target", "source follows target")


class Edges(NamedTuple):
    """Edges as given: information flows from ``source`` to ``target`` (member numbers below ``members``)."""

    source: NDArray[np.int32]  # [E]
    target: NDArray[np.int32]  # [E]
    members: int
    tie_strength: ArrayLike | None = None  # [E]
    influence_weight: ArrayLike | None = None  # [E]
    ids: NDArray[Any] | None = None  # [members]
    directed: bool = True  # False: both arcs of each edge
    tie_sign: ArrayLike | None = None  # [E]


class Rows(NamedTuple):
    """The arrays of a ``Network`` and the number of edges that are not in it."""

    indptr: NDArray[np.int64]
    followers: NDArray[np.int32]
    tie_strength: NDArray[np.float32] | None
    influence_weight: NDArray[np.float32] | None
    position: NDArray[np.int64] | None
    loops: int
    parallels: int
    tie_sign: NDArray[np.int8] | None = None


def reverses(edge_means: str) -> bool:
    """Whether edges are to be reversed because they say "source follows target"."""
    if edge_means not in EDGE_MEANINGS:
        choices = " or ".join(f'"{meaning}"' for meaning in EDGE_MEANINGS)
        raise NetworkError(f'edge_means: "{edge_means}" is unknown; use {choices}')
    return edge_means == "source follows target"


def build_rows(edges: Edges, keep_edge_order: bool) -> Rows:
    """Sort edges into rows; self-loops and parallel edges are left out and counted. O(members + E)."""
    source, target, given = edges.source, edges.target, len(edges.source)
    strength = edge_values(edges.tie_strength, "tie_strength", given)
    weight = edge_values(edges.influence_weight, "influence_weight", given)
    if strength is not None and len(strength) and strength.max() > 1:
        i = int(strength.argmax())
        raise NetworkError(
            f"tie_strength[{i}]: must be in [0, 1], got {strength[i]:g}; divide by the largest, or make counts chances"
        )
    sign = edge_signs(edges.tie_sign, given)
    if sign is not None:
        _refuse_both_signs(edges, sign)
    if not edges.directed:
        source, target = np.concatenate([source, target]), np.concatenate([target, source])
    arcs = len(source)
    wanted = keep_edge_order or strength is not None or weight is not None or sign is not None
    order = np.empty(arcs if wanted else 0, np.int32 if arcs < 2**31 else np.int64)
    position = np.empty(arcs if keep_edge_order else 0, np.int64)
    from viralsim.population.network.csr import drop_loops_and_parallels, rows_of_edges
    from viralsim.population.network.huge_pages import copy_of, empty

    indptr, followers = empty(edges.members + 1, np.int64), empty(arcs, np.int32)
    rows_of_edges(source, target, order, indptr, followers, empty(arcs, np.int32))
    kept, loops, parallels = drop_loops_and_parallels(indptr, followers, order, position)
    if kept < arcs:
        followers, order = copy_of(followers[:kept]), order[:kept]
    if not edges.directed:  # each given edge made two arcs
        order, loops, parallels = order % max(1, given), loops // 2, parallels // 2
    rows = Rows(
        indptr,
        followers,
        None if strength is None else strength[order],
        None if weight is None else weight[order],
        position if keep_edge_order else None,
        int(loops),
        int(parallels),
        None if sign is None else sign[order],
    )
    if rows.influence_weight is not None:
        sums = np.bincount(rows.followers, weights=rows.influence_weight, minlength=edges.members)
        check_influence_sums(sums, edges.ids)
    return rows


def edge_values(values: ArrayLike | None, name: str, edges: int) -> NDArray[np.float32] | None:
    """Numbers of edges as float32[E], finite and not negative."""
    if values is None:
        return None
    return numbers(values, name, edges, "edge", error=NetworkError).astype(np.float32)


def edge_signs(values: ArrayLike | None, edges: int) -> NDArray[np.int8] | None:
    """Signs of edges as int8[E]; NetworkError where one is neither 1 nor -1."""
    if values is None:
        return None
    try:
        given = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise NetworkError("tie_sign: must be numbers, 1 or -1 per edge") from None
    if given.shape != (edges,):
        raise NetworkError(f"tie_sign: must have one number per edge ({edges}), got shape {given.shape}")
    wrong = np.flatnonzero(np.abs(given) != 1.0)
    if len(wrong):
        raise NetworkError(
            f"tie_sign[{wrong[0]}]: must be 1 or -1, got {given[wrong[0]]:g}; leave out ties without a sign"
        )
    return given.astype(np.int8)


def _refuse_both_signs(edges: Edges, sign: NDArray[np.int8]) -> None:
    """NetworkError where a tie that is given twice has two signs."""
    low, high = (
        (edges.source, edges.target)
        if edges.directed
        else (np.minimum(edges.source, edges.target), np.maximum(edges.source, edges.target))
    )
    order = np.lexsort((low, high))
    low, high, sign = low[order], high[order], sign[order]
    both = (low[1:] == low[:-1]) & (high[1:] == high[:-1]) & (sign[1:] != sign[:-1]) & (low[1:] != high[1:])
    if both.any():
        at = np.sort(order[[int(np.argmax(both)), int(np.argmax(both)) + 1]])
        ends = [int(end[at[0]]) for end in (edges.source, edges.target)]
        names = [repr(end if edges.ids is None else edges.ids[end].item()) for end in ends]
        raise NetworkError(
            f"tie_sign[{at[1]}]: the tie of {names[0]} and {names[1]} is given twice, as 1 and as -1 (first in tie_sign[{at[0]}]): "
            "keep one"
        )


def is_signs(values: object, edges: int) -> bool:
    """Whether something is an array of signs, int8[edges] of 1 and -1."""
    is_array = isinstance(values, np.ndarray) and values.dtype == np.int8 and values.shape == (edges,)
    return is_array and bool((np.abs(np.asarray(values)) == 1).all())


def check_influence_sums(sums: NDArray[Any], ids: NDArray[Any] | None) -> None:
    """The weights into one member are shares of their attention: they sum to at most 1 (rounding apart)."""
    if len(sums) and sums.max() > 1 + 1e-5:
        v = int(sums.argmax())
        label = v if ids is None else ids[v]
        raise NetworkError(
            f"influence_weight: the weights into member {label} sum to {sums[v]:.6g}, at most 1 is allowed; "
            "divide the weights into each member by their sum"
        )


def refuse_sparse_ids(members: int, edges: int) -> None:
    """Few edges with huge numbers are labels, not member numbers: refuse before memory is asked for."""
    if members > 10_000_000 and members > 100 * edges:
        raise NetworkError(
            f"the largest id {members - 1} would make {members} members for {edges} edges; "
            "give members=, or pass the ids as text to have them numbered"
        )


def dropped_edges(loops: int, parallels: int) -> str:
    """What is said of edges that are not in a network."""
    return f"dropped {loops} self-loops and {parallels} parallel edges"
