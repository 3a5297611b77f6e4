"""Who became active when, and through whom, as compiled code writes it down.

A kernel of a model takes ``trace``: None, and it is compiled without any of this; or a ``Trace``, and it is the same
process on the same draws that notes whom each row of the queue activated.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.kernels.cpu import njit


class Trace(NamedTuple):
    """Memory for the active members of some worlds, in the order in which they became so; world ``w`` from ``start[w]`` on."""

    start: NDArray[np.int64]  # [W]
    size: NDArray[np.int64]  # [W] how many they are
    member: NDArray[np.int32]
    parent: NDArray[np.int32]  # who activated them, -1: nobody
    tick: NDArray[np.int32]


@njit(cache=True)
def note(trace, w, first, last, by, tick):  # type: ignore[no-untyped-def]
    """``by`` activated the members at places ``first..last-1`` of world ``w`` (-1: nobody did) in ``tick``."""
    at = trace.start[w]
    for k in range(at + first, at + last):
        trace.parent[k] = by
        trace.tick[k] = tick


@njit(cache=True)
def note_next(trace, w, first, last, place, by):  # type: ignore[no-untyped-def]
    """``by``, at ``place``, activated the members at places ``first..last-1`` one tick after they became active themselves."""
    note(trace, w, first, last, by, trace.tick[trace.start[w] + place] + 1)


@njit(cache=True)
def note_members(trace, w, reached, n):  # type: ignore[no-untyped-def]
    """The ``n`` active members of world ``w``, in order."""
    at = trace.start[w]
    for k in range(n):
        trace.member[at + k] = reached[k]
    trace.size[w] = n


@njit(cache=True, nogil=True)
def fill_ticks(trace, ticks):  # type: ignore[no-untyped-def]
    """Write the tick of every active member into int32[W, N]."""
    for w in range(len(trace.size)):
        at = trace.start[w]
        for k in range(at, at + trace.size[w]):
            ticks[w, trace.member[k]] = trace.tick[k]


@njit(cache=True, nogil=True)
def count_active(trace, count):  # type: ignore[no-untyped-def]
    """Add the worlds in which each member is active to int64[N]."""
    for w in range(len(trace.size)):
        at = trace.start[w]
        for k in range(at, at + trace.size[w]):
            count[trace.member[k]] += 1


@njit(cache=True, nogil=True)
def join_rows(trace, world, parent, child, tick):  # type: ignore[no-untyped-def]
    """Write the worlds one after the other into columns of as many rows as there are active members."""
    i = 0
    for w in range(len(trace.size)):
        at = trace.start[w]
        for k in range(at, at + trace.size[w]):
            world[i], parent[i], child[i], tick[i] = w, trace.parent[k], trace.member[k], trace.tick[k]
            i += 1
