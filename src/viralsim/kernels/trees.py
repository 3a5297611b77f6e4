"""Cascade trees: sizes, depth, breadth, structural virality."""

from __future__ import annotations

import numpy as np
from numba import njit

from viralsim.kernels.arm_inputs import Count

N_NODES, N_CASCADES = int(Count.NODES), int(Count.CASCADES)
N_MEMBER_NODES, N_MEMBER_ROOTS = int(Count.MEMBER_NODES), int(Count.MEMBER_ROOTS)
N_LARGEST, N_DEPTH, N_BREADTH = int(Count.LARGEST_CASCADE), int(Count.DEPTH), int(Count.MAX_BREADTH)


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


@njit(cache=True)
def measure_trees(nodes, count, content_of, focal, breadth, counts, cascade_sizes, generations, advocate_shares):  # type: ignore[no-untyped-def]
    """Measures of the focal trees; returns the structural virality of the largest (NaN: none, or a lone node). O(nodes).

    ``content_of`` int64[cells] names the content of a cell. Writes the tree columns of ``counts``, and adds to ``cascade_sizes``
    int64[40] (bin b: sizes 2^b to 2^(b+1) - 1), ``generations`` int64[64] (nodes by depth) and ``advocate_shares`` int64[A]
    (members' nodes in the trees of his planned posts).
    """
    members = roots = cascades = total = 0
    for i in range(count):
        nodes[i].size = 1
    for i in range(count - 1, -1, -1):  # parents come before children
        n = nodes[i]
        if content_of[n.cell] == focal and n.parent >= 0:
            nodes[n.parent].size += n.size
    largest, largest_root = 0, -1
    for i in range(count):
        n = nodes[i]
        if content_of[n.cell] != focal:
            continue
        total += 1
        generations[min(n.depth, len(generations) - 1)] += 1
        if n.member >= 0:
            members += 1
            if n.parent < 0:
                roots += 1
            advocate = nodes[n.root].advocate
            if advocate >= 0:
                advocate_shares[advocate] += 1
        if n.parent < 0:
            cascades += 1
            bin_, size = 0, n.size
            while size > 1:
                size >>= 1
                bin_ += 1
            cascade_sizes[bin_] += 1
            if n.size > largest:
                largest, largest_root = n.size, i
    crossings = 0.0
    depth = 0
    for i in range(max(largest_root, 0), count):
        n = nodes[i]
        if n.root == largest_root:
            breadth[n.depth] += 1
            depth = max(depth, n.depth)
            if n.parent >= 0:
                crossings += np.float64(n.size) * np.float64(largest - n.size)
    widest = 0
    for d in range(depth + 1):
        widest = max(widest, breadth[d])
        breadth[d] = 0
    counts[N_NODES], counts[N_CASCADES] = total, cascades
    counts[N_MEMBER_NODES], counts[N_MEMBER_ROOTS] = members, roots
    counts[N_LARGEST], counts[N_DEPTH], counts[N_BREADTH] = largest, depth, widest
    return virality_of_sizes(crossings, largest)
