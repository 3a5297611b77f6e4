"""Compiled reading of plain lines: two ids, perhaps weights, and nothing that needs a second look."""

from __future__ import annotations

import numpy as np
from numba import njit

TAB, NEWLINE, RETURN, SPACE, QUOTE, HASH, POINT, ZERO, NINE = (ord(c) for c in '\t\n\r "#.09')
NO_BYTE = 256
MOST_DIGITS = 19
LARGEST = np.uint64(2**63 - 1)
MOST_DECIMAL_DIGITS = 17
EXACT = np.uint64(2**53)  # up to here a decimal fraction is one division of two exact numbers, whoever reads it
POWERS = 10.0 ** np.arange(MOST_DECIMAL_DIGITS + 1)


@njit(cache=True, nogil=True)
def _ends_row(text, p, comment):  # type: ignore[no-untyped-def]
    return p >= len(text) or text[p] == NEWLINE or text[p] == RETURN or text[p] == comment


@njit(cache=True, nogil=True)
def _after_line(text, p, comment):  # type: ignore[no-untyped-def]
    """The place after the end of the line at ``p``, which is "\\n", "\\r\\n", the end or a comment; -1: not so."""
    size = len(text)
    if p < size and text[p] == comment:
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
def _after_blanks(text, p, white):  # type: ignore[no-untyped-def]
    while p < len(text) and (text[p] == SPACE or (white and text[p] == TAB)):
        p += 1
    return p


@njit(cache=True, nogil=True)
def _after_whole(text, p):  # type: ignore[no-untyped-def]
    """(value, place after it) of digits at ``p``; the place is -1 where there are none, or too many."""
    size = len(text)
    start = p
    value = np.uint64(0)
    while p < size and ZERO <= text[p] <= NINE:
        value = value * np.uint64(10) + np.uint64(text[p] - ZERO)
        p += 1
    if p == start or p - start > MOST_DIGITS or value > LARGEST or (text[start] == ZERO and p - start > 1):
        return np.int64(0), -1
    return np.int64(value), p


@njit(cache=True, nogil=True)
def _after_decimal(text, p):  # type: ignore[no-untyped-def]
    """(value, place after it) of a short decimal fraction at ``p``; the place is -1 where it has another form."""
    size = len(text)
    start, point = p, -1
    value = np.uint64(0)
    while p < size and (ZERO <= text[p] <= NINE or (text[p] == POINT and point < 0)):
        if text[p] == POINT:
            point = p
        else:
            value = value * np.uint64(10) + np.uint64(text[p] - ZERO)
        p += 1
    digits = p - start - (1 if point >= 0 else 0)
    if digits == 0 or digits > MOST_DECIMAL_DIGITS or value > EXACT:
        return 0.0, -1
    return np.float64(value) / POWERS[p - point - 1 if point >= 0 else 0], p


@njit(cache=True, nogil=True)
def _after_text(text, p, separator, comment):  # type: ignore[no-untyped-def]
    """The place after a field of text; -1 where it has a quote that may hold separators, or control characters."""
    while not _ends_row(text, p, comment):
        c = text[p]
        if c == separator or (separator == 0 and c in (SPACE, TAB)):
            break
        if (c == QUOTE and separator != 0) or (c < SPACE and c != TAB):
            return -1
        p += 1
    return p


@njit(cache=True, nogil=True)
def _label(text, begin, end):  # type: ignore[no-untyped-def]
    """Where a label is, in one number; -1 where it is empty or has blanks at its ends, which pandas keeps or does not."""
    if end <= begin or text[begin] in (SPACE, TAB) or text[end - 1] in (SPACE, TAB):
        return -1
    return (begin << 32) | (end - begin)


@njit(cache=True, nogil=True)
def _row(text, p, form, row, ends, weights):  # type: ignore[no-untyped-def]
    """Read the row at ``p`` into place ``row`` of ``ends`` and ``weights``: the place of its end, or -1 where it is not plain."""
    separator, comment, labels, width, first, second, third, fourth = form
    white = separator == 0
    for field in range(width):
        begin = p
        p = _after_blanks(text, p, white)
        if white:
            begin = p
            if _ends_row(text, p, comment):
                return -1
        if field in (third, fourth):
            value, p = _after_decimal(text, p)
            if field == third and p >= 0:
                weights[0, row] = value
            if field == fourth and p >= 0:
                weights[1, row] = value
        elif field not in (first, second):
            p = _after_text(text, p, separator, comment)
        if p >= 0 and field in (first, second):
            if labels:
                p = _after_text(text, begin, separator, comment)
                number = _label(text, begin, p)
            else:
                number, p = _after_whole(text, begin if white else _after_blanks(text, begin, white))
            if number < 0:
                return -1
            ends[0 if field == first else 1, row] = number
        if p < 0:
            return -1
        end = p
        p = _after_blanks(text, p, white)
        if field == width - 1:
            return p if _ends_row(text, p, comment) else -1
        if white:
            if p == end:
                return -1
        elif p < len(text) and text[p] == separator:
            p += 1
        else:
            return -1
    return -1


@njit(cache=True, nogil=True)
def read_plain_lines(text, form, ends, weights):  # type: ignore[no-untyped-def]
    """Read rows until the end or the first line that is not plain.

    text: uint8 of whole lines; blank lines are skipped. form: (separator: a byte, or 0 for blanks and tabs; the byte that
    starts a comment, or ``NO_BYTE``; whether ids are labels; fields of a row; the positions of source, target, tie strength and
    influence weight, -1: none). ends: int64[2, rows or more], filled with whole numbers, or for a label with its place
    and length (``place << 32 | length``). weights: float64[2, rows or more] where a weight is read.
    Returns (rows, bytes read). What is read here pandas reads as the same; all else (signs, exponents, quotes, other
    widths, numbers over 2**63 - 1, lone carriage returns) is left to it.
    """
    separator, comment = form[0], form[1]
    white = separator == 0
    rows = p = 0
    while p < len(text):
        line = p
        start = _after_blanks(text, p, white)
        blank = start < len(text) and (text[start] == NEWLINE or text[start] == RETURN)
        if blank or text[line] == comment:
            p = -1 if not white and start > line else _after_line(text, start, comment)
        else:
            p = _row(text, p, form, rows, ends, weights)
            if p >= 0:
                p = _after_line(text, p, comment)
                rows += p >= 0
        if p < 0:
            return rows, line
    return rows, p
