"""Ties that come and go: whether one is there in a tick, known to be so where the network does not change.

As with rules of one's own, the type decides: ``graph.tie_span`` is int64 where ties change and an empty float64 array where none
does, so that kernels of networks that stay as they are have not a single instruction of this.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload

from viralsim.kernels.cpu import U

INLINED = {"_nrt": False, "forceinline": True}


def spans_of(arm: Any) -> Any:
    """When the ties of an arm are there; None where they always are."""
    if arm.graph_tie_span.dtype != np.int64:
        return None
    return arm.graph_tie_span, arm.graph_tie_from, arm.graph_tie_to


@overload(spans_of, jit_options=INLINED)
def _spans_of(arm):  # type: ignore[no-untyped-def]
    if arm.field_dict["graph_tie_span"].dtype != types.int64:
        return lambda arm: None
    return lambda arm: (arm.graph_tie_span, arm.graph_tie_from, arm.graph_tie_to)


@njit(_nrt=False, forceinline=True)
def is_inside(spans, edge, tick):  # type: ignore[no-untyped-def]
    """Whether ``tick`` lies in one of the spans of ``edge``."""
    span, from_, to = spans
    for i in range(span[U(edge)], span[U(edge) + U(1)]):  # noqa: SIM110 - compiled code has no any() of a generator
        if from_[U(i)] <= tick < to[U(i)]:
            return True
    return False


def is_there(spans: Any, edge: Any, tick: Any) -> Any:
    """Whether a tie is there in a tick."""
    return spans is None or is_inside(spans, edge, tick)


@overload(is_there, jit_options=INLINED)
def _is_there(spans, edge, tick):  # type: ignore[no-untyped-def]
    if isinstance(spans, types.NoneType):
        return lambda spans, edge, tick: True
    return lambda spans, edge, tick: is_inside(spans, edge, tick)


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


@njit(cache=True, _nrt=False)
def keep_members(arm, state, tick, first, last):  # type: ignore[no-untyped-def]
    """Keep the impressions in ``first:last`` of members who have not been removed; returns the new end. O(impressions)."""
    removed, kept = arm.plan_removed_at, first
    for i in range(first, last):
        member, position = state.buffer_member[U(i)], state.buffer_position[U(i)]
        if tick < removed[U(member)]:
            state.buffer_member[U(kept)], state.buffer_position[U(kept)] = member, position
            kept += 1
    return kept
