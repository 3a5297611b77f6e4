"""Compiled reading of plain lines: two whole numbers, and nothing that needs a second look."""

from __future__ import annotations

import numpy as np
from numba import njit

TAB, NEWLINE, RETURN, SPACE, QUOTE, HASH, ZERO, NINE = (ord(c) for c in '\t\n\r "#09')
MOST_DIGITS = 19
LARGEST = np.uint64(2**63 - 1)


@njit(cache=True, nogil=True)
def _after_line(text, p):  # type: ignore[no-untyped-def]
    """The place after the end of the line at ``p``, which stands before "\\n", "\\r\\n", the end or "#"; -1: not so."""
    size = len(text)
    if p < size and text[p] == HASH:
        while p < size and text[p] != NEWLINE and text[p] != RETURN:
            p += 1
    if p < size and text[p] == RETURN:
        p += 1
        if p == size or text[p] != NEWLINE:
            return -1
    if p < size and text[p] != NEWLINE:
        return -1
    return min(p + 1, size)


@njit(cache=True, nogil=True)
def _after_number(text, p):  # type: ignore[no-untyped-def]
    """(value, place after it) of digits at ``p``; the place is -1 where there are none, or too many."""
    size = len(text)
    start = p
    value = np.uint64(0)
    while p < size and ZERO <= text[p] <= NINE:
        value = value * np.uint64(10) + np.uint64(text[p] - ZERO)
        p += 1
    if p == start or p - start > MOST_DIGITS or value > LARGEST:
        return np.int64(0), -1
    return np.int64(value), p


@njit(cache=True, nogil=True)
def _after_unread(text, p, separator):  # type: ignore[no-untyped-def]
    """The place after a field that nobody reads; -1 where it has a quote that may hold separators, or control characters."""
    while p < len(text):
        c = text[p]
        if c in (separator, NEWLINE, RETURN, HASH) or (separator == 0 and c in (SPACE, TAB)):
            break
        if (c == QUOTE and separator != 0) or (c < SPACE and c != TAB):
            return -1
        p += 1
    return p


@njit(cache=True, nogil=True)
def _after_blanks(text, p, white):  # type: ignore[no-untyped-def]
    while p < len(text) and (text[p] == SPACE or (white and text[p] == TAB)):
        p += 1
    return p


@njit(cache=True, nogil=True)
def _ends_row(text, p):  # type: ignore[no-untyped-def]
    return p >= len(text) or text[p] == NEWLINE or text[p] == RETURN or text[p] == HASH


@njit(cache=True, nogil=True)
def _row(text, p, separator, width, first, second):  # type: ignore[no-untyped-def]
    """(source, target, place of the end of the row) of a row of ``width`` fields; the place is -1 where it is not plain."""
    white = separator == 0
    a, b = np.int64(0), np.int64(0)
    for field in range(width):
        p = _after_blanks(text, p, white)
        if white and _ends_row(text, p):
            return a, b, -1
        if field == first:
            a, p = _after_number(text, p)
        elif field == second:
            b, p = _after_number(text, p)
        else:
            p = _after_unread(text, p, separator)
        if p < 0:
            return a, b, -1
        end = p
        p = _after_blanks(text, p, white)
        if field == width - 1:
            return a, b, p if _ends_row(text, p) else -1
        if white:
            if p == end:
                return a, b, -1
        elif p < len(text) and text[p] == separator:
            p += 1
        else:
            return a, b, -1
    return a, b, -1


@njit(cache=True, nogil=True)
def read_plain_lines(text, separator, width, first, second, source, target):  # type: ignore[no-untyped-def]
    """Read rows of ``width`` fields until the end or the first line that is not plain.

    text: uint8 of whole lines; ``#`` starts a comment, blank lines are skipped. separator: a byte, or 0 for blanks and
    tabs. first, second: positions of the two whole numbers, written to ``source`` and ``target`` (int64, long enough).
    Returns (rows, bytes read). What is read here pandas reads as the same; all else (signs, quotes, other widths,
    numbers over 2**63 - 1, lone carriage returns) is left to it.
    """
    rows = p = 0
    white = separator == 0
    while p < len(text):
        line = p
        start = _after_blanks(text, p, white)
        if text[line] == HASH or (start < len(text) and (text[start] == NEWLINE or text[start] == RETURN)):
            p = -1 if not white and start > line else _after_line(text, start)
        else:
            source[rows], target[rows], p = _row(text, p, separator, width, first, second)
            if p >= 0:
                p = _after_line(text, p)
                rows += 1
                if p < 0:
                    rows -= 1
        if p < 0:
            return rows, line
    return rows, p
