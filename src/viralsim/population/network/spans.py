"""Ties that come and go: for each follow of a network the spans of ticks in which it is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import array_of, integer_at_least
from viralsim.errors import NetworkError
from viralsim.kernels.arrays.ties import LONG_BITS, SHORT_BITS, SHORT_LATEST

if TYPE_CHECKING:
    from viralsim.population.network.network import Network

LAST_TICK = 2**31 - 1


class TieSpans(NamedTuple):
    """``start`` int64[E + 1]: the spans of follow e are ``start[e]:start[e + 1]``; ``from_tick``, ``to_tick`` int32[S].

    A tie is there in the ticks ``from_tick <= t < to_tick``. Spans of one tie are ascending and do not touch.
    """

    start: NDArray[np.int64]
    from_tick: NDArray[np.int32]
    to_tick: NDArray[np.int32]

    def are_there(self, tick: int) -> NDArray[np.bool_]:
        """Which follows are there in ``tick``: bool[E]. O(E + S)."""
        inside = (self.from_tick <= tick) & (tick < self.to_tick)
        before = np.concatenate([[0], np.cumsum(inside)])
        found: NDArray[np.bool_] = np.diff(before[self.start]) > 0
        return found

    def packed(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """As kernels have it, ``Graph.tie_when`` int64[E] and ``Graph.tie_spans`` int64[spans that fit into no word]. O(E + S).

        A tie that is never there has the word 0, whose spans hold no tick.
        """
        first, end, count = self.from_tick.astype(np.int64), self.to_tick.astype(np.int64), np.diff(self.start)
        fits = np.append((first < SHORT_LATEST) & ((end < SHORT_LATEST) | (end == LAST_TICK)), True)
        short = np.append(first << SHORT_BITS | np.minimum(end, SHORT_LATEST), 0)
        none = len(first)  # the place of the span that holds no tick
        one = np.where(count > 0, self.start[:-1], none)
        two = np.where(count > 1, self.start[:-1] + 1, none)
        when = short[one] << 2 * SHORT_BITS | short[two]
        apart = (count > 2) | ~(fits[one] & fits[two])
        last = np.cumsum(count[apart])
        when[apart] = ~(last - count[apart])
        several = (first << LONG_BITS | end)[np.repeat(apart, count)]
        several[last - 1] = ~several[last - 1]
        return when, several


def always(follows: int) -> TieSpans:
    """The spans of ties that are always there."""
    ticks = np.zeros(follows, np.int32)
    return TieSpans(np.arange(follows + 1, dtype=np.int64), ticks, np.full(follows, LAST_TICK, np.int32))


def ticks_of(values: ArrayLike, name: str, edges: int) -> NDArray[np.int64]:
    """Ticks, one per row, int64[E]; NetworkError names the first that is none."""
    given = array_of(values, name, "one tick per edge")
    numbers = given.astype(np.float64) if given.dtype.kind in "iuf" else None
    if numbers is None or given.shape != (edges,):
        raise NetworkError(
            f"{name} must be one whole number per edge ({edges}), got {given.dtype} of shape {given.shape}"
        )
    bad = ~(np.isfinite(numbers) & (numbers >= 0) & (numbers <= LAST_TICK) & (numbers == np.floor(numbers)))
    if bad.any():
        i = int(np.argmax(bad))
        raise NetworkError(f"{name}[{i}] must be a tick, a whole number in 0..{LAST_TICK}, got {given[i]}")
    return numbers.astype(np.int64)


def spans_of_edges(position: NDArray[np.int64], from_tick: ArrayLike, to_tick: ArrayLike, follows: int) -> TieSpans:
    """The spans of all follows from those of the edges as given; overlapping and touching ones of a tie are joined.

    position: int64[given], the follow that each given edge became, -1 for a self-loop. O(given log given).
    """
    first, last = ticks_of(from_tick, "from_tick", len(position)), ticks_of(to_tick, "to_tick", len(position))
    if (last <= first).any():
        i = int(np.argmax(last <= first))
        raise NetworkError(
            f"to_tick[{i}] must be after from_tick ({first[i]}), got {last[i]}: a tie that is never there is no row"
        )
    kept = position >= 0
    edge, first, last = position[kept], first[kept], last[kept]
    order = np.lexsort((first, edge))
    edge, first, last = edge[order], first[order], last[order]
    if not len(edge):
        return TieSpans(np.zeros(follows + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32))
    # the latest end so far within an edge: ends are below 2**31, so the edge in the upper half keeps edges apart
    reached = np.maximum.accumulate((edge << 32) | last) & (2**32 - 1)
    fresh = np.r_[True, (edge[1:] != edge[:-1]) | (first[1:] > reached[:-1])]
    begins = np.flatnonzero(fresh)
    ends = np.r_[begins[1:], len(edge)] - 1
    start = np.concatenate([[0], np.cumsum(np.bincount(edge[begins], minlength=follows))]).astype(np.int64)
    return TieSpans(start, first[begins].astype(np.int32), reached[ends].astype(np.int32))


def snapshot_of(network: Network, tick: int | None) -> Network:
    """``Network.snapshot``. O(E + S)."""
    now = None if tick is None else integer_at_least(tick, "tick", 0, LAST_TICK, NetworkError)
    if network.spans is None:
        return network
    if now is None:
        return replace(network, spans=None)
    kept = network.spans.are_there(now)
    fields = ("followers", "tie_strength", "influence_weight", "tie_sign")
    parts = {name: field[kept] for name in fields if (field := getattr(network, name)) is not None}
    before = np.concatenate([[0], np.cumsum(kept)])
    return replace(network, spans=None, edge_position=None, indptr=before[network.indptr], **parts)


def late_ties(spans: TieSpans, ticks: int, place: str) -> list[str]:
    """What to say of ties that begin after the last of ``ticks`` ticks, which no world reaches.

    Raises: NetworkError where all do: dates in seconds, or ticks of another length.
    """
    if not len(spans.from_tick):
        return []
    first = int(spans.from_tick.min())
    if first >= ticks:
        raise NetworkError(
            f"{place}: its first tie begins in tick {first:,}, and the horizon is {ticks:,} ticks: count from the launch, in ticks"
        )
    late = int((spans.from_tick >= ticks).sum())
    said = f"{place}: {late:,} of {len(spans.from_tick):,} spans of ties begin after the horizon of {ticks:,} ticks"
    return [said] if late else []
