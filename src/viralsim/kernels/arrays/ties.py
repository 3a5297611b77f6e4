"""Ties that come and go: whether one is there in a tick, known to be so where the network does not change.

As with rules of one's own, the type decides: ``graph.tie_when`` is int64 where ties change and an empty float64 array where none
does, so that kernels of networks that stay as they are have not a single instruction of this.

What a check costs is the wait for memory. So each tie has one word, those of a row beside each other, and two spans fit into it;
only ties with more spans, or with ticks that need more bits, are looked up in a second array.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from viralsim.kernels.cpu import U, inner, njit, prefetch

SHORT_BITS, SHORT_LATEST = 15, 2**15 - 1  # of ticks that share the word of a tie; the latest stands for ever
LONG_BITS, LONG_LATEST = 31, 2**31 - 1  # of ticks of a span that has a word of its own
INLINED = {"_nrt": False, "forceinline": True}


def spans_of(arm: Any) -> Any:
    """When the ties of an arm are there; None where they always are."""
    if arm.graph_tie_when.dtype != np.int64:
        return None
    return arm.graph_tie_when, arm.graph_tie_spans


@overload(spans_of, jit_options=INLINED)
def _spans_of(arm):  # type: ignore[no-untyped-def]
    if arm.field_dict["graph_tie_when"].dtype != types.int64:
        return lambda arm: None
    return lambda arm: (arm.graph_tie_when, arm.graph_tie_spans)


@njit(_nrt=False, forceinline=True)
def is_within_one(spans, tick):  # type: ignore[no-untyped-def]
    """Whether ``tick`` lies in one of two spans that share a word: the ends of four fields of 15 bits each."""
    tick = min(tick, SHORT_LATEST - 1)
    first, end = spans >> 3 * SHORT_BITS, (spans >> 2 * SHORT_BITS) & SHORT_LATEST
    again, over = (spans >> SHORT_BITS) & SHORT_LATEST, spans & SHORT_LATEST
    return (first <= tick < end) | (again <= tick < over)


@njit(_nrt=False, forceinline=True)
def is_within(span, tick):  # type: ignore[no-untyped-def]
    """Whether ``tick`` lies in a span of a word of its own."""
    return (span >> LONG_BITS) <= tick < (span & LONG_LATEST)


@njit(_nrt=False, forceinline=True)
def is_inside(spans, edge, tick):  # type: ignore[no-untyped-def]
    """Whether ``tick`` lies in one of the spans of ``edge``."""
    when, several = spans
    word = when[U(edge)]
    if word >= 0:
        return is_within_one(word, tick)
    i = ~word
    while several[U(i)] >= 0:
        if is_within(several[U(i)], tick):
            return True
        i += 1
    return is_within(~several[U(i)], tick)


def is_there(spans: Any, edge: Any, tick: Any) -> Any:
    """Whether a tie is there in a tick."""
    return spans is None or is_inside(spans, edge, tick)


@overload(is_there, jit_options=INLINED)
def _is_there(spans, edge, tick):  # type: ignore[no-untyped-def]
    if isinstance(spans, types.NoneType):
        return lambda spans, edge, tick: True
    return lambda spans, edge, tick: is_inside(spans, edge, tick)


def prefetch_spans(spans: Any, edge: Any) -> None:
    """Load when a tie is there in the background; nothing where ties always are."""


@overload(prefetch_spans, jit_options=INLINED)
def _prefetch_spans(spans, edge):  # type: ignore[no-untyped-def]
    if isinstance(spans, types.NoneType):
        return lambda spans, edge: None
    return lambda spans, edge: prefetch(spans[0], edge)


def keep_ties(state: Any, spans: Any, start: Any, tick: Any, first: Any, last: Any) -> Any:
    """Keep the impressions in ``first:last`` whose ties are there; returns the new end."""
    return last if spans is None else keep_present(state, spans, start, tick, first, last)


@overload(keep_ties, jit_options=INLINED)
def _keep_ties(state, spans, start, tick, first, last):  # type: ignore[no-untyped-def]
    if isinstance(spans, types.NoneType):
        return lambda state, spans, start, tick, first, last: last
    return lambda state, spans, start, tick, first, last: keep_present(state, spans, start, tick, first, last)


@njit(_nrt=False)
def keep_present(state, spans, start, tick, first, last):  # type: ignore[no-untyped-def]
    """``keep_ties`` where ties change. O(impressions)."""
    kept = first
    for i in range(first, last):
        member, position = state.buffer_member[U(i)], state.buffer_position[U(i)]
        if is_inside(spans, start + position, tick):
            state.buffer_member[U(kept)], state.buffer_position[U(kept)] = member, position
            kept += 1
    return kept


@inner
def keep_members(arm, state, tick, first, last):  # type: ignore[no-untyped-def]
    """Keep the impressions in ``first:last`` of members who have not been removed; returns the new end. O(impressions)."""
    removed, kept = arm.plan_removed_at, first
    for i in range(first, last):
        member, position = state.buffer_member[U(i)], state.buffer_position[U(i)]
        if tick < removed[U(member)]:
            state.buffer_member[U(kept)], state.buffer_position[U(kept)] = member, position
            kept += 1
    return kept
