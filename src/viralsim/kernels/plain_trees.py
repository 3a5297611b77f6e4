"""The measures of a plain world: its trees, and when it peaked."""

from __future__ import annotations

import numpy as np
from numba import njit

from viralsim.kernels.cascade import virality_of_sizes
from viralsim.kernels.inputs import Count

N_SHARES = int(Count.SHARES)
N_SOFTENED, N_PEAK, N_HALF = int(Count.SOFTENED_TICK), int(Count.PEAK_TICK), int(Count.HALF_TICK)
N_NODES, N_CASCADES = int(Count.NODES), int(Count.CASCADES)
N_MEMBER_NODES, N_MEMBER_ROOTS = int(Count.MEMBER_NODES), int(Count.MEMBER_ROOTS)
N_LARGEST, N_DEPTH, N_BREADTH = int(Count.LARGEST_CASCADE), int(Count.DEPTH), int(Count.MAX_BREADTH)
U = np.uint64  # as in ``plain``


@njit(cache=True, inline="always")
def plain_trees(nodes, count, breadth, counts, cascade_sizes):  # type: ignore[no-untyped-def]
    """``cascade.measure_trees`` for one content posted by members; returns the structural virality of the largest tree."""
    cascades, lone, largest, largest_root = 0, 0, 0, -1
    for i in range(count - 1, -1, -1):  # parents come before children
        size, parent = nodes[U(i)].size, nodes[U(i)].parent
        if parent >= 0:
            nodes[U(parent)].size += size
            continue
        cascades += 1
        if size >= largest:
            largest, largest_root = size, i
        if size == 1:
            lone += 1
            continue
        bin_ = 0
        while size > 1:
            size >>= 1
            bin_ += 1
        cascade_sizes[bin_] += 1
    cascade_sizes[0] += lone
    crossings, depth, widest = 0.0, 0, min(largest, 1)
    if largest > 1:
        for i in range(largest_root, count):
            n = nodes[U(i)]
            if n.root == largest_root:
                breadth[n.depth] += 1
                depth = max(depth, n.depth)
                if n.parent >= 0:
                    crossings += np.float64(n.size) * np.float64(largest - n.size)
        for d in range(depth + 1):
            widest = max(widest, breadth[d])
            breadth[d] = 0
    counts[N_NODES], counts[N_CASCADES], counts[N_MEMBER_NODES], counts[N_MEMBER_ROOTS] = (
        count,
        cascades,
        count,
        cascades,
    )
    counts[N_LARGEST], counts[N_DEPTH], counts[N_BREADTH] = largest, depth, widest
    return virality_of_sizes(crossings, largest)


@njit(cache=True, inline="always")
def plain_peak(ticks, tick_shares, visited, counts):  # type: ignore[no-untyped-def]
    """``tick.peak_and_half`` over the visited ticks."""
    peak = half = np.int64(-1)
    most, sum_, total = 0, 0, counts[N_SHARES]
    for i in range(visited):
        sum_ += tick_shares[i]
        if tick_shares[i] > most:
            most, peak = tick_shares[i], np.int64(ticks[i])
        if half < 0 and total > 0 and 2 * sum_ >= total:
            half = np.int64(ticks[i])
    counts[N_PEAK], counts[N_HALF], counts[N_SOFTENED] = peak, half, -1
