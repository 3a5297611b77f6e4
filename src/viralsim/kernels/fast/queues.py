"""Who is to post when, in a plain world: one record per member touched, in a queue per tick."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.cpu import ONE, U, inlined
from viralsim.kernels.fast.memory import FAST_WORDS
from viralsim.kernels.queues import next_tick, sort_pairs


@inlined
def add_member(rows, slot, touched, member, due, parent):  # type: ignore[no-untyped-def]
    """The record of a member who is met for the first time."""
    slot[U(member)] = touched + 1
    r = rows[U(touched)]
    r.member = member
    r.due = due
    r.parent = parent
    r.flag_bits = 0


@inlined
def line_up(rows, head, occupied, row, due):  # type: ignore[no-untyped-def]
    """Put the record into the queue of tick ``due``."""
    rows[U(row)].next = head[U(due)]
    head[U(due)] = row + 1
    occupied[U(due >> 6)] |= ONE << np.uint64(due & 63)


@inlined
def leave(rows, head, row, due):  # type: ignore[no-untyped-def]
    """Take the record out of the queue of tick ``due``: they were to post unprompted, and are convinced to post earlier."""
    entry = np.int64(head[due]) - 1
    if entry == row:
        head[due] = rows[row].next
        return
    while rows[entry].next - 1 != row:
        entry = np.int64(rows[entry].next) - 1
    rows[entry].next = rows[row].next


@inlined
def take_queue(state, tick):  # type: ignore[no-untyped-def]
    """Empty the queue of ``tick`` into ``due`` and ``due_row``, ascending by member; returns how many."""
    rows, due, due_row = state.fast_rows, state.due, state.due_row
    entry = np.int64(state.head[U(tick)]) - 1
    state.head[U(tick)] = 0
    state.occupied[U(tick >> 6)] &= ~(ONE << np.uint64(tick & 63))
    count = 0
    while entry >= 0:
        due[U(count)], due_row[U(count)] = rows[U(entry)].member, entry
        entry = np.int64(rows[U(entry)].next) - 1
        count += 1
    if count > 1:
        sort_pairs(due, due_row, state.spare_due, state.spare_due_row, count)
    return count


@inlined
def organic_posts(ticks, drawn, at, rows, slot, head, occupied):  # type: ignore[no-untyped-def]
    """Line up unprompted posts; returns the number of records."""
    touched = 0
    for i in range(len(ticks) - 1, -1, -1):  # last in, first out: the queue then gives them in the order of the plan
        member, tick = drawn[U(at + i)], ticks[U(i)]
        row = np.int64(slot[U(member)]) - 1
        if tick >= len(head) or (row >= 0 and rows[U(row)].due <= tick):
            continue
        if row < 0:
            row = np.int64(touched)
            add_member(rows, slot, row, member, tick, -1)
            touched += 1
        else:
            leave(rows, head, row, rows[U(row)].due)
            rows[U(row)].due = tick
        line_up(rows, head, occupied, row, tick)
    return touched


@inlined
def copy_words(source, target, words):  # type: ignore[no-untyped-def]
    """Copy the first ``words`` words: one loop, so that the compiler copies many at once."""
    for i in range(words):
        target[U(i)] = source[U(i)]


@inlined
def keep_opening(state, touched):  # type: ignore[no-untyped-def]
    """Take down how every world begins whose ``touched`` posters are always the same, and empty the queues.

    Call after ``take_queue`` of the first tick. Returns in how many later ticks someone is to post unprompted.
    """
    later, horizon = 0, len(state.head)
    copy_words(state.fast_words, state.opening, touched * FAST_WORDS)
    tick = np.int64(next_tick(state.occupied, -1, horizon))
    while tick < horizon:
        state.opening_tick[later], state.opening_head[later] = tick, state.head[tick]
        state.head[tick] = 0
        state.occupied[tick >> 6] &= ~(ONE << np.uint64(tick & 63))
        later += 1
        tick = np.int64(next_tick(state.occupied, tick, horizon))
    return later


@inlined
def open_again(state, opening):  # type: ignore[no-untyped-def]
    """Begin a world as ``keep_opening`` took it down."""
    head, occupied = state.head, state.occupied
    copy_words(state.opening, state.fast_words, opening.touched * FAST_WORDS)
    for i in range(opening.later):
        tick = np.int64(state.opening_tick[U(i)])
        head[U(tick)] = state.opening_head[U(i)]
        occupied[U(tick >> 6)] |= ONE << np.uint64(tick & 63)
