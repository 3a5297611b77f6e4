"""Cascade trees: sizes, depth, breadth, structural virality."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.counts import (
    N_CASCADES,
    N_DEPTH,
    N_LARGEST_CASCADE,
    N_MAX_BREADTH,
    N_MEMBER_NODES,
    N_MEMBER_STARTS,
    N_NODES,
)
from viralsim.kernels.cpu import U, njit


@njit(cache=True)
def virality_of_sizes(crossings, n):  # type: ignore[no-untyped-def]
    """Structural virality from the sum of s_u (n - s_u) over non-root nodes u: the mean distance of pairs.

    An edge above u is crossed by s_u (n - s_u) of the n (n - 1) / 2 pairs (Goel et al., Management Science 2016).
    NaN for a lone node.
    """
    return np.nan if n < 2 else 2.0 * crossings / (np.float64(n) * np.float64(n - 1))


def structural_virality(parent: np.ndarray) -> float:
    """Mean distance between pairs of nodes of one tree, O(n).

    ``parent`` int64[n]: the parent of each node, -1 for the root; any order of nodes. NaN for a lone node.
    Raises ``ValueError`` where the array is no tree.
    """
    parent = np.asarray(parent, dtype=np.int64)
    n = len(parent)
    if n == 0 or np.count_nonzero(parent < 0) != 1 or parent.max() >= n:
        raise ValueError("parent must name one root (-1) and otherwise nodes of the tree")
    depth = np.full(n, -1, dtype=np.int64)
    depth[parent < 0] = 0
    for level in range(n):
        reached = (depth < 0) & (parent >= 0) & (depth[parent] == level)
        if not reached.any():
            break
        depth[reached] = level + 1
    if (depth < 0).any():
        raise ValueError("parent has a circle: give a tree")
    size = np.ones(n, dtype=np.int64)
    for node in np.argsort(-depth, kind="stable"):
        if parent[node] >= 0:
            size[parent[node]] += size[node]
    size = size[parent >= 0]
    return float(virality_of_sizes(float((size * (n - size)).sum()), n))


@njit(inline="always")
def bin_of(size):  # type: ignore[no-untyped-def]
    """The bin of a cascade's size: b for 2**b to 2**(b + 1) - 1."""
    bin_ = 0
    while size > 1:
        size >>= 1
        bin_ += 1
    return bin_


@njit(inline="always")
def widths(nodes, root, first, count, size, breadth):  # type: ignore[no-untyped-def]
    """Crossings, depth and breadth of the tree of ``root``, whose other nodes are among ``first..count-1``."""
    crossings, depth, widest = 0.0, 0, 1
    for i in range(first, count):
        n = nodes[U(i)]
        if n.root == root and n.parent >= 0:
            breadth[U(n.depth)] += 1
            depth = max(depth, n.depth)
            crossings += np.float64(n.below) * np.float64(size - n.below)
    for d in range(1, depth + 1):
        widest = max(widest, breadth[U(d)])
        breadth[U(d)] = 0
    return crossings, depth, widest


@njit(_nrt=False, forceinline=True)
def peak_and_half(ticks, tick_shares, visited, total):  # type: ignore[no-untyped-def]
    """First tick with most shares, and first tick by which half of ``total`` were made; -1 without a share.

    ``ticks`` holds the ``visited`` ticks, ascending; ``tick_shares`` counts by tick.
    """
    peak = half = np.int64(-1)
    most, sum_ = 0, 0
    for i in range(visited):
        tick = np.int64(ticks[U(i)])
        shares = tick_shares[U(tick)]
        sum_ += shares
        if shares > most:
            most, peak = shares, tick
        if half < 0 and total > 0 and 2 * sum_ >= total:
            half = tick
    return peak, half


@njit(cache=True)
def measure_trees(nodes, count, content_of, focal, breadth, counts, cascade_sizes, generations, advocate_shares):  # type: ignore[no-untyped-def]
    """Measures of the focal trees; returns the structural virality of the largest (NaN: none, or a lone node). O(nodes).

    ``content_of`` int64[cells] names the content of a cell. Writes the tree columns of ``counts``, and adds to ``cascade_sizes``
    int64[40] (bin b: sizes 2^b to 2^(b+1) - 1), ``generations`` int64[64] (nodes by depth) and ``advocate_shares`` int64[A]
    (members' nodes in the trees of their planned posts).
    """
    members = starts = cascades = total = 0
    for i in range(count):
        nodes[U(i)].below = 1
    for i in range(count - 1, -1, -1):  # parents come before children
        n = nodes[U(i)]
        if content_of[U(n.cell)] == focal and n.parent >= 0:
            nodes[U(n.parent)].below += n.below
    largest, largest_root = 0, -1
    for i in range(count):
        n = nodes[U(i)]
        if content_of[U(n.cell)] != focal:
            continue
        total += 1
        generations[U(min(n.depth, len(generations) - 1))] += 1
        if n.member >= 0:
            members += 1
            if n.parent < 0 or nodes[U(n.parent)].member < 0:
                starts += 1
            advocate = nodes[U(n.root)].advocate
            if advocate >= 0:
                advocate_shares[advocate] += 1
        if n.parent < 0:
            cascades += 1
            cascade_sizes[bin_of(n.below)] += 1
            if n.below > largest:
                largest, largest_root = n.below, i
    crossings, depth, widest = 0.0, 0, largest
    if largest > 1:
        crossings, depth, widest = widths(nodes, largest_root, largest_root, count, largest, breadth)
    counts[N_NODES], counts[N_CASCADES] = total, cascades
    counts[N_MEMBER_NODES], counts[N_MEMBER_STARTS] = members, starts
    counts[N_LARGEST_CASCADE], counts[N_DEPTH], counts[N_MAX_BREADTH] = largest, depth, widest
    return virality_of_sizes(crossings, largest)
