"""The measures of a plain world: its counts, its trees, and when it peaked."""

from __future__ import annotations

import numpy as np
from numba import njit

from viralsim.kernels.arm_inputs import Count, Series
from viralsim.kernels.trees import virality_of_sizes

N_SHARES, N_EARNED_SHARES = int(Count.SHARES), int(Count.EARNED_SHARES)
N_REACH, N_EARNED_REACH = int(Count.REACH), int(Count.EARNED_REACH)
N_IMPRESSIONS, N_ENGAGEMENTS, N_CLIPPED = int(Count.IMPRESSIONS_EARNED), int(Count.ENGAGEMENTS), int(Count.CLIPPED)
N_CONVERSIONS, N_CONVERSIONS_EARNED = int(Count.CONVERSIONS), int(Count.CONVERSIONS_EARNED)
T_REACH, T_EARNED_REACH, T_IMPRESSIONS = int(Series.REACH), int(Series.EARNED_REACH), int(Series.IMPRESSIONS)
T_SHARES, T_EARNED_SHARES = int(Series.SHARES), int(Series.EARNED_SHARES)
T_ENGAGEMENTS, T_CONVERSIONS = int(Series.ENGAGEMENTS), int(Series.CONVERSIONS)
N_SOFTENED, N_PEAK, N_HALF = int(Count.SOFTENED_TICK), int(Count.PEAK_TICK), int(Count.HALF_TICK)
N_NODES, N_CASCADES = int(Count.NODES), int(Count.CASCADES)
N_MEMBER_NODES, N_MEMBER_ROOTS = int(Count.MEMBER_NODES), int(Count.MEMBER_ROOTS)
N_LARGEST, N_DEPTH, N_BREADTH = int(Count.LARGEST_CASCADE), int(Count.DEPTH), int(Count.MAX_BREADTH)
U = np.uint64  # as in ``plain``


@njit(_nrt=False, forceinline=True)
def note_tick(series, posts, earned, tally):  # type: ignore[no-untyped-def]
    """Count what a tick brought."""
    series[T_SHARES] += posts
    series[T_EARNED_SHARES] += earned
    series[T_REACH] += tally.reached
    series[T_EARNED_REACH] += tally.reached
    series[T_IMPRESSIONS] += tally.impressions
    series[T_ENGAGEMENTS] += tally.engaged
    series[T_CONVERSIONS] += tally.converted


@njit(_nrt=False, forceinline=True)
def note_world(counts, posts, earned, tally):  # type: ignore[no-untyped-def]
    """Count what a world brought."""
    counts[N_SHARES], counts[N_EARNED_SHARES] = posts, earned
    counts[N_REACH], counts[N_EARNED_REACH] = tally.reached, tally.reached
    counts[N_IMPRESSIONS], counts[N_ENGAGEMENTS] = tally.impressions, tally.engaged
    counts[N_CONVERSIONS], counts[N_CONVERSIONS_EARNED] = tally.converted, tally.converted
    counts[N_CLIPPED] = tally.clipped


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


@njit(inline="always")
def fast_trees(nodes, count, lone, hits, breadth, counts, cascade_sizes):  # type: ignore[no-untyped-def]
    """``cascade.measure_trees`` for one content posted by members; returns the structural virality of the largest tree.

    The first ``lone`` nodes are roots of the first tick; of them only those in ``hits``, ascending, can have children. Their
    sizes are 1 again afterwards.
    """
    cascades, single, largest, largest_root = lone, lone, np.int64(min(lone, 1)), np.int64(0)
    for i in range(count - 1, lone - 1, -1):  # parents come before children
        size, parent = np.int64(nodes[U(i)].below), np.int64(nodes[U(i)].parent)
        if parent >= 0:
            nodes[U(parent)].below += size
            continue
        cascades += 1
        if size >= largest:  # of lone nodes the earliest root is the largest tree too
            largest, largest_root = size, np.int64(i)
        if size > 1:
            cascade_sizes[bin_of(size)] += 1
        else:
            single += 1
    if count > lone:
        for h in range(len(hits) - 1, -1, -1):
            root = np.int64(hits[U(h)].node)
            size = np.int64(nodes[U(root)].below)
            if size > 1:
                nodes[U(root)].below = 1
                cascade_sizes[bin_of(size)] += 1
                single -= 1
                if size >= largest:
                    largest, largest_root = size, root
    cascade_sizes[0] += single
    crossings, depth, widest = 0.0, 0, largest
    if largest > 1:
        crossings, depth, widest = widths(nodes, largest_root, max(lone, largest_root), count, largest, breadth)
    counts[N_NODES], counts[N_CASCADES], counts[N_MEMBER_NODES], counts[N_MEMBER_ROOTS] = (
        count,
        cascades,
        count,
        cascades,
    )
    counts[N_LARGEST], counts[N_DEPTH], counts[N_BREADTH] = largest, depth, widest
    return virality_of_sizes(crossings, largest)


@njit(inline="always")
def fast_peak(ticks, tick_shares, visited, counts):  # type: ignore[no-untyped-def]
    """``tick.peak_and_half`` over the visited ticks."""
    peak = half = np.int64(-1)
    most, sum_, total = 0, 0, counts[N_SHARES]
    for i in range(visited):
        sum_ += tick_shares[i]
        if tick_shares[i] > most:
            most, peak = tick_shares[i], np.int64(ticks[i])
        if half < 0 and total > 0 and 2 * sum_ >= total:
            half = np.int64(ticks[i])
        tick_shares[i] = 0
    counts[N_PEAK], counts[N_HALF], counts[N_SOFTENED] = peak, half, -1
