"""Who was visited: a set of members as bits, and the list that clears it again."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.cpu import ONE, njit

WORD_SHIFT, WORD_MASK = np.uint64(6), np.uint64(63)


@njit(cache=True, inline="always")
def first_visit(visited, member):  # type: ignore[no-untyped-def]
    """Put ``member`` into the set of bits uint64[ceil(N / 64)]; whether they were not in it."""
    word, bit = member >> 6, ONE << np.uint64(member & 63)
    if visited[word] & bit:
        return False
    visited[word] |= bit
    return True


@njit(cache=True, inline="always")
def visit_if(live, member, visited, reached, n):  # type: ignore[no-untyped-def]
    """Reach ``member`` (uint64) if ``live`` and not visited; returns the number of the reached.

    Without branches: whether an edge is live cannot be predicted, and a wrong guess costs more than the writes.
    ``reached`` has room for one more than all members.
    """
    place, bit = member >> WORD_SHIFT, member & WORD_MASK
    block = visited[place]
    new = np.uint64(live) & ~(block >> bit) & ONE
    visited[place] = block | (new << bit)
    reached[np.uint64(n)] = member
    return n + np.int64(new)


@njit(cache=True)
def start(seeds, visited, reached):  # type: ignore[no-untyped-def]
    """Reach the seeds int64[k]; returns how many distinct members that are."""
    n = 0
    for member in seeds:
        if first_visit(visited, member):
            reached[n] = member
            n += 1
    return n


@njit(cache=True)
def finish(visited, reached, n):  # type: ignore[no-untyped-def]
    """Clear the bits of the ``n`` members reached."""
    for i in range(n):
        visited[reached[i] >> 6] = 0
