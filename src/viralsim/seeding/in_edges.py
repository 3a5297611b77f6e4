"""Rows by the member who is reached: whom they follow, and how their live edges are found."""

from __future__ import annotations

import math

import numpy as np

from viralsim.kernels.cpu import njit

# how the live edges into a member are found
NONE, EVEN, COINS, GAPS, MIXED, SORTED, COUNTED = 0, 1, 2, 3, 4, 5, 6
COIN_AT_LEAST = 1.0 / 64.0  # a coin of 32 bits misses a probability by less than 1.5e-8 of it from here on
GAP_COST = 10.0  # coins that take as long as one gap
LONG_ROW = 24  # rows of mixed chances from this length on are drawn by gaps
# Rows of a chance that all of their length share are drawn by the number of their live edges, where there are few: 2 on
# average, and not so few that the 53 bits of a draw would tell on them. Longer rows would make the table long.
MOST_LIVE, LEAST_LIVE, LONGEST_COUNTED = 2.0, 2.0**-20, 4096
NUMBERS = 24  # with 2 on average, 24 live edges or more have a chance below 2**-53
ROW = np.dtype(
    [("first", np.int64), ("degree", np.int32), ("way", np.int32), ("chance", np.float64), ("scale", np.float64)]
)


@njit(cache=True, nogil=True)
def transpose(indptr, followers, by_target, chance, rows, sources, turned):  # type: ignore[no-untyped-def]
    """Append one network's follows to the rows by the member who is reached; ``rows["first"]`` is moved on.

    by_target: float64[N], one chance for all edges into a member, or [0] where chance float64[E] has one per edge.
    sources int32[E] and turned float64[E] (or [0]) are filled at ``rows["first"] + rows["degree"]``. O(E).
    """
    for u in range(len(indptr) - 1):
        for e in range(indptr[u], indptr[u + 1]):
            row = rows[followers[e]]
            at = row["first"] + row["degree"]
            row["degree"] += 1
            sources[at] = u
            if len(turned) > 0:
                turned[at] = chance[e] if len(by_target) == 0 else by_target[followers[e]]


@njit(cache=True, nogil=True)
def settle_cascade(rows, by_target, sources, chance):  # type: ignore[no-untyped-def]
    """Choose for each row how its live edges are found; long rows of mixed chances are put in falling order. O(E log E)."""
    for v in range(len(rows)):
        row = rows[v]
        first, degree = row["first"], row["degree"]
        end = first + degree
        even = True
        p = 0.0
        if degree > 0:
            p = by_target[v] if len(by_target) > 0 else chance[first]
        if len(by_target) == 0:
            for e in range(first, end):
                even = even and chance[e] == p
        row["chance"] = p
        row["scale"] = 0.0
        if not even:
            row["way"] = MIXED
            if degree >= LONG_ROW:
                order = np.argsort(-chance[first:end], kind="mergesort")
                chance[first:end] = chance[first:end][order]
                sources[first:end] = sources[first:end][order]
                row["way"] = SORTED
        elif degree == 0 or p <= 0.0:
            row["way"] = NONE
        elif (
            len(by_target) > 0
            and LEAST_LIVE <= p * degree <= MOST_LIVE
            and degree <= LONGEST_COUNTED
            and (p < 1.0 or degree == 1)
        ):
            row["way"] = COUNTED
        elif p >= 1.0:
            row["way"] = COINS
        else:
            row["scale"] = 1.0 / math.log1p(-p)
            row["way"] = COINS if p >= COIN_AT_LEAST and degree <= GAP_COST * (1.0 + p * degree) else GAPS


@njit(cache=True)
def power(base, exponent):  # type: ignore[no-untyped-def]
    """``base`` to a whole number >= 0 by squaring: the same bits on every machine."""
    out = 1.0
    while exponent > 0:
        if exponent & 1:
            out *= base
        base *= base
        exponent >>= 1
    return out


@njit(cache=True, nogil=True)
def count_table(rows):  # type: ignore[no-untyped-def]
    """How many edges of a COUNTED row are live, by its length: float64[longest + 1, 1 + NUMBERS].

    In column 1 + k the chance of at most k live edges (binomial); column 0 makes a position of what a draw is above the
    chance of none where it is below that of one: degree / (chance of exactly one). O(N + lengths).
    """
    longest = 0
    for v in range(len(rows)):
        if rows[v]["way"] == COUNTED:
            longest = max(longest, rows[v]["degree"])
    table = np.zeros((longest + 1, 1 + NUMBERS))
    for v in range(len(rows)):
        d, p = rows[v]["degree"], rows[v]["chance"]
        if rows[v]["way"] != COUNTED or table[d, NUMBERS] > 0.0:
            continue
        exactly = power(1.0 - p, d)
        total = 0.0
        for k in range(NUMBERS):
            total += exactly
            table[d, 1 + k] = 1.0 if k >= d or k == NUMBERS - 1 else min(total, 1.0)
            exactly *= (d - k) / (k + 1.0) * (p / (1.0 - p)) if p < 1.0 else 0.0
        one = table[d, 2] - table[d, 1]
        table[d, 0] = d / one if one > 0.0 else 0.0
    return table


@njit(cache=True, nogil=True)
def settle_threshold(rows, by_target, sources, chance):  # type: ignore[no-untyped-def]
    """Rows of the linear threshold model: evenly weighted, or cumulative weights; returns the largest in-sum. O(E)."""
    largest = 0.0
    for v in range(len(rows)):
        row = rows[v]
        first, degree = row["first"], row["degree"]
        row["scale"] = 0.0
        if len(by_target) > 0:
            total = by_target[v] * degree
            row["way"] = EVEN
        else:
            total = 0.0
            for e in range(first, first + degree):
                total += chance[e]
                chance[e] = total
            row["way"] = SORTED
        if degree == 0 or total <= 0.0:
            row["way"] = NONE
        largest = max(largest, total)
        row["chance"] = total
    return largest
