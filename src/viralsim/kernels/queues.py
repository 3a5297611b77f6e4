"""The calendar: rows of touched members, pending posts and recommendations by tick, and their order."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.alias import alias_draw
from viralsim.kernels.cpu import ONE, ZERO, U, inlined, inner, njit, trailing_zeros
from viralsim.kernels.rng import draw, unit
from viralsim.kernels.state import (
    CALENDAR_FULL,
    ENTRIES,
    FREE,
    OVERFLOW,
    RECOMMENDATIONS_FULL,
    RECS,
    TOUCHED,
)


@inlined
def touch(state, member):  # type: ignore[no-untyped-def]
    """Give ``member`` a row in the tables if they have none; returns the row."""
    row = np.int64(state.slot[U(member)]) - 1
    return row if row >= 0 else new_row(state, member)


@inlined
def new_row(state, member):  # type: ignore[no-untyped-def]
    """A fresh row in the tables for ``member``."""
    now = state.scalars
    cells, contents = len(state.blank_posting), len(state.blank_exposure)
    row = now[TOUCHED]
    now[TOUCHED] = row + 1
    state.slot[U(member)] = row + 1
    state.touched[U(row)] = member
    state.impressions[U(row)] = 0
    for i in range(cells):
        state.posting[U(row * cells + i)] = state.blank_posting[U(i)]
    for i in range(contents):
        state.exposure[U(row * contents + i)] = state.blank_exposure[U(i)]
    if len(state.advertised):
        lines = len(state.advertised) // len(state.slot)
        for i in range(row * lines, (row + 1) * lines):
            state.advertised[i] = 0
    if len(state.line_seen):
        lines = len(state.line_seen) // len(state.slot)
        for i in range(row * lines, (row + 1) * lines):
            state.line_seen[i] = 0
    return row


@inlined
def occupy(occupied, tick):  # type: ignore[no-untyped-def]
    """Mark ``tick`` as one to visit."""
    occupied[U(tick >> 6)] |= ONE << np.uint64(tick & 63)


@inlined
def next_tick(occupied, tick, horizon):  # type: ignore[no-untyped-def]
    """The first occupied tick after ``tick``, or ``horizon``; looks at 64 ticks at a time."""
    tick += 1
    while tick < horizon:
        word = occupied[U(tick >> 6)] >> np.uint64(tick & 63)
        if word != ZERO:
            return min(tick + trailing_zeros(word), horizon)
        tick = ((tick >> 6) + 1) << 6
    return horizon


@inlined
def schedule(state, place, due, parent, cause):  # type: ignore[no-untyped-def]
    """Make the posting at ``place`` due at tick ``due`` unless it is past the horizon, posted, or due no later."""
    p = state.posting[U(place)]
    if due >= len(state.head) or p.node >= 0 or (p.due >= 0 and p.due <= due):
        return
    p.due = due
    p.parent = parent
    p.cause = cause
    enqueue(state, place, due)


@inlined
def enqueue(state, place, due):  # type: ignore[no-untyped-def]
    """Put ``place`` into the calendar queue at tick ``due``; entries of past ticks are used again."""
    now, entry_next = state.scalars, state.entry_next
    entry = now[FREE] - 1
    if entry >= 0:
        now[FREE] = entry_next[U(entry)]
    else:
        entry = now[ENTRIES]
        if entry >= len(entry_next):
            now[OVERFLOW] = CALENDAR_FULL
            return
        now[ENTRIES] = entry + 1
    state.entry_posting[U(entry)] = place
    entry_next[U(entry)] = state.head[U(due)]
    state.head[U(due)] = entry + 1
    occupy(state.occupied, due)


@njit(_nrt=False, forceinline=True)
def delay_of(bits, fixed, threshold, alias, shift):  # type: ignore[no-untyped-def]
    """A delay in ticks (>= 1): ``fixed`` where it is above 0, else from the table, whose last outcome is past any horizon."""
    return fixed if fixed > 0 else 1 + alias_draw(bits, threshold, alias, shift)


@inlined
def delay_ticks(arm, channel, bits):  # type: ignore[no-untyped-def]
    """The reaction delay in ticks that ``bits`` select on ``channel``."""
    return delay_of(
        bits, arm.channels_delay_fixed[U(channel)], arm.channels_delay_threshold[U(channel)],
        arm.channels_delay_alias[U(channel)], arm.channels_delay_shift[U(channel)],
    )  # fmt: skip


@inner
def earn(state, rate, delay, tick, key, cell, node, earned):  # type: ignore[no-untyped-def]
    """Queue the recommended impressions that a post or engagement earns: ``rate`` of them in expectation."""
    whole = np.int64(np.floor(rate))
    count = whole + (1 if unit(draw(key, 0)) < rate - whole else 0)
    due = tick + delay
    if count == 0 or due >= len(state.recommendation_head):
        return
    place = state.scalars[RECS]
    if place >= len(state.recommendations):
        state.scalars[OVERFLOW] = RECOMMENDATIONS_FULL
        return
    state.scalars[RECS] = place + 1
    r = state.recommendations[place]
    r.key = key
    r.count = count
    r.cell = cell
    r.node = node
    r.earned = earned
    r.next = state.recommendation_head[due]
    state.recommendation_head[due] = place + 1
    occupy(state.occupied, due)


@inner
def sort_pairs(keys, payload, spare_keys, spare_payload, count):  # type: ignore[no-untyped-def]
    """Sort the first ``count`` pairs by key, in place, stably: insertion in blocks of 16, then merging. O(n log n).

    Own code, because numba's sort allocates, and these kernels do not.
    """
    block = 16
    for first in range(0, count, block):
        for i in range(first + 1, min(first + block, count)):
            key, load, j = keys[U(i)], payload[U(i)], i - 1
            while j >= first and keys[U(j)] > key:
                keys[U(j + 1)], payload[U(j + 1)] = keys[U(j)], payload[U(j)]
                j -= 1
            keys[U(j + 1)], payload[U(j + 1)] = key, load
    while block < count:
        for first in range(0, count, 2 * block):
            middle, last = min(first + block, count), min(first + 2 * block, count)
            i, j = first, middle
            for k in range(first, last):
                if i < middle and (j >= last or keys[U(i)] <= keys[U(j)]):
                    spare_keys[U(k)], spare_payload[U(k)] = keys[U(i)], payload[U(i)]
                    i += 1
                else:
                    spare_keys[U(k)], spare_payload[U(k)] = keys[U(j)], payload[U(j)]
                    j += 1
        for k in range(count):
            keys[U(k)], payload[U(k)] = spare_keys[U(k)], spare_payload[U(k)]
        block *= 2


@inlined
def take_due(state, tick, cells):  # type: ignore[no-untyped-def]
    """Empty the calendar queue at ``tick`` into ``state.due``, in the order of (channel, content, member); returns how many."""
    count = 0
    entry = np.int64(state.head[U(tick)]) - 1
    state.head[U(tick)] = 0
    while entry >= 0:
        place = state.entry_posting[U(entry)]
        following = np.int64(state.entry_next[U(entry)]) - 1
        state.entry_next[U(entry)] = state.scalars[FREE]
        state.scalars[FREE] = entry + 1
        entry = following
        p = state.posting[U(place)]
        if p.due == tick:  # else an earlier post or a planned one took its place
            p.due = (
                0  # taken: no cross-post of this tick replaces it, and an outdated entry of this tick does not match
            )
            row = place if cells == 1 else place // cells
            state.due[U(count)] = ((place - row * cells) << 32) | state.touched[U(row)]
            state.due_row[U(count)] = row
            count += 1
    if count > 1:
        sort_pairs(state.due, state.due_row, state.spare_due, state.spare_due_row, count)
    return count
