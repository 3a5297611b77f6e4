"""The measures of a plain world: its counts, its trees, and when it peaked."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.counts import (
    N_CASCADES,
    N_CLIPPED,
    N_CONVERSIONS,
    N_CONVERSIONS_EARNED,
    N_CONVERSIONS_OWNED,
    N_DEPTH,
    N_EARNED_REACH,
    N_ENGAGEMENTS,
    N_HALF_TICK,
    N_IMPRESSIONS_EARNED,
    N_IMPRESSIONS_OWNED,
    N_LARGEST_CASCADE,
    N_MAX_BREADTH,
    N_MEMBER_NODES,
    N_MEMBER_STARTS,
    N_NODES,
    N_PEAK_TICK,
    N_REACH,
    N_SHARES,
    N_SOFTENED_TICK,
    T_CONVERSIONS,
    T_EARNED_REACH,
    T_EARNED_SHARES,
    T_ENGAGEMENTS,
    T_IMPRESSIONS,
    T_REACH,
    T_SHARES,
)
from viralsim.kernels.cpu import U, inlined
from viralsim.kernels.fast.memory import BRAND_ROOT
from viralsim.kernels.trees import bin_of, peak_and_half, virality_of_sizes, widths


@inlined
def note_posts(out, row, tick, posts, earned):  # type: ignore[no-untyped-def]
    """Count what members posted in a tick, where the series of the world is kept."""
    if row.series >= 0:
        series = out.series[U(row.series), U(tick)]
        series[T_SHARES] += posts
        series[T_EARNED_SHARES] += earned


@inlined
def note_tick(out, row, tick, tally):  # type: ignore[no-untyped-def]
    """Count what impressions brought in a tick, where the series of the world is kept."""
    if row.series >= 0:
        series = out.series[U(row.series), U(tick)]
        series[T_REACH] += tally.reached
        series[T_EARNED_REACH] += tally.earned_reached
        series[T_IMPRESSIONS] += tally.impressions
        series[T_ENGAGEMENTS] += tally.engaged
        series[T_CONVERSIONS] += tally.converted


@inlined
def note_earned(counts, tally):  # type: ignore[no-untyped-def]
    """Count what posts by members brought in a world in which nothing else is shown.

    ``note_tally`` would do, but reads what it adds to: 5 ns of a world of 200.
    """
    counts[N_IMPRESSIONS_EARNED], counts[N_REACH], counts[N_EARNED_REACH] = (
        tally.impressions, tally.reached, tally.earned_reached,
    )  # fmt: skip
    counts[N_ENGAGEMENTS], counts[N_CLIPPED] = tally.engaged, tally.clipped
    counts[N_CONVERSIONS], counts[N_CONVERSIONS_EARNED] = tally.converted, tally.converted


@inlined
def note_tally(counts, source, tally):  # type: ignore[no-untyped-def]
    """Count what impressions of one source brought in a world."""
    counts[U(N_IMPRESSIONS_OWNED + source)] += tally.impressions
    counts[N_REACH] += tally.reached
    counts[N_EARNED_REACH] += tally.earned_reached
    counts[N_ENGAGEMENTS] += tally.engaged
    counts[N_CLIPPED] += tally.clipped
    counts[N_CONVERSIONS] += tally.converted
    counts[U(N_CONVERSIONS_OWNED + source)] += tally.converted


@inlined
def note_starts(nodes, count, counts, advocate_shares):  # type: ignore[no-untyped-def]
    """Tell the brand's nodes from those of members, and count nodes in the trees of each advocate's planned posts. O(nodes)."""
    brands = answers = 0
    for i in range(count):
        n = nodes[U(i)]
        kind = np.int64(nodes[U(n.root)].parent)
        if n.parent == BRAND_ROOT:
            brands += 1
        elif n.parent >= 0 and nodes[U(n.parent)].parent == BRAND_ROOT:
            answers += 1
        if kind < BRAND_ROOT:
            advocate_shares[U(BRAND_ROOT - 1 - kind)] += 1
    counts[N_MEMBER_NODES] -= brands
    counts[N_MEMBER_STARTS] += answers - brands


@inlined
def fast_trees(nodes, count, lone, hits, breadth, counts, cascade_sizes):  # type: ignore[no-untyped-def]
    """``measure_trees`` for one content posted by members; returns the structural virality of the largest tree.

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
    counts[N_NODES], counts[N_CASCADES], counts[N_MEMBER_NODES], counts[N_MEMBER_STARTS] = (
        count,
        cascades,
        count,
        cascades,
    )
    counts[N_LARGEST_CASCADE], counts[N_DEPTH], counts[N_MAX_BREADTH] = largest, depth, widest
    return virality_of_sizes(crossings, largest)


@inlined
def fast_peak(ticks, tick_shares, visited, counts):  # type: ignore[no-untyped-def]
    """Write the peak and the half time of a world, and forget its shares by tick."""
    counts[N_PEAK_TICK], counts[N_HALF_TICK] = peak_and_half(ticks, tick_shares, visited, counts[N_SHARES])
    counts[N_SOFTENED_TICK] = -1
    for i in range(visited):
        tick_shares[U(ticks[U(i)])] = 0
