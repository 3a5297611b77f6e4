"""Compiled reading of plain lines: two ids, perhaps weights, and nothing that needs a second look."""

from __future__ import annotations

import numpy as np

from viralsim.kernels.cpu import njit

TAB, NEWLINE, RETURN, SPACE, QUOTE, HASH, PERCENT, EXCLAMATION, ZERO, NINE = (ord(c) for c in '\t\n\r "#%!09')
MOST_DIGITS = 19
LARGEST = np.uint64(2**63 - 1)
MOST_DECIMAL_DIGITS = 17
EXACT = np.uint64(2**53)  # up to here a decimal fraction is one division of two exact numbers, whoever reads it
POWERS = 10.0 ** np.arange(MOST_DECIMAL_DIGITS + 1)
LENGTH_BITS = 32  # a place in a text is (first byte << 32) | length


@njit(cache=True, nogil=True)
def _ends_line(text, p):  # type: ignore[no-untyped-def]
    return p >= len(text) or text[p] == NEWLINE or text[p] == RETURN


@njit(cache=True, nogil=True)
def _after_line(text, p):  # type: ignore[no-untyped-def]
    """The place after the end of the line at ``p``, which is "\\n", "\\r\\n" or the end of the text; -1: it is not."""
    size = len(text)
    if p < size and text[p] == RETURN:
        p += 1
        if p == size or text[p] != NEWLINE:
            return -1
    if p < size and text[p] != NEWLINE:
        return -1
    return min(p + 1, size)


@njit(cache=True, nogil=True)
def _to_line_end(text, p):  # type: ignore[no-untyped-def]
    while not _ends_line(text, p):
        p += 1
    return p


@njit(cache=True, nogil=True)
def _after_blanks(text, p, separator):  # type: ignore[no-untyped-def]
    while p < len(text) and (text[p] == SPACE or (text[p] == TAB and separator != TAB)):
        p += 1
    return p


@njit(cache=True, nogil=True)
def _is_comment(text, p, whole):  # type: ignore[no-untyped-def]
    """Whether a line whose first character is at ``p`` is a comment; beside names ``#name`` is a name."""
    if p >= len(text) or (text[p] != HASH and text[p] != PERCENT):
        return False
    if whole or _ends_line(text, p + 1):
        return True
    return text[p + 1] in (SPACE, TAB, HASH, PERCENT, EXCLAMATION)


@njit(cache=True, nogil=True)
def _after_whole(text, p):  # type: ignore[no-untyped-def]
    """(value, place behind) of a whole number written as a computer writes it; place -1: none, or too large."""
    size, start = len(text), p
    value = np.uint64(0)
    while p < size and ZERO <= text[p] <= NINE:
        value = value * np.uint64(10) + np.uint64(text[p] - ZERO)
        p += 1
    if p == start or p - start > MOST_DIGITS or value > LARGEST or (text[start] == ZERO and p - start > 1):
        return np.int64(0), -1
    return np.int64(value), p


@njit(cache=True, nogil=True)
def _decimal(text, p, end, sign):  # type: ignore[no-untyped-def]
    """The short decimal fraction between two places; NaN where it has another form. ``sign``: of decimals."""
    start, point = p, -1
    value = np.uint64(0)
    while p < end and (ZERO <= text[p] <= NINE or (text[p] == sign and point < 0)):
        if text[p] == sign:
            point = p
        else:
            value = value * np.uint64(10) + np.uint64(text[p] - ZERO)
        p += 1
    digits = end - start - (1 if point >= 0 else 0)
    if p < end or digits <= 0 or digits > MOST_DECIMAL_DIGITS or value > EXACT:
        return np.nan
    return np.float64(value) / POWERS[end - point - 1 if point >= 0 else 0]


@njit(cache=True, nogil=True)
def _field(text, p, separator, whole):  # type: ignore[no-untyped-def]
    """(first byte, end, place behind) of the field at ``p``, blanks and quotes around it left out; place -1: not plain.

    Beside whole numbers a blank and ``#`` begin a comment.
    """
    if p < len(text) and text[p] == QUOTE:
        begin = p = p + 1
        while not _ends_line(text, p) and text[p] != QUOTE:
            p += 1
        end = p
        p += 1
        if _ends_line(text, end) or (p < len(text) and text[p] == QUOTE):
            return begin, end, -1
        begin = _after_blanks(text, begin, separator)
    else:
        begin = p
        while not _ends_line(text, p):
            c = text[p]
            if c == separator or (separator == 0 and c in (SPACE, TAB)):
                break
            if whole and c == HASH and p > begin and text[p - 1] in (SPACE, TAB):
                break
            if c < SPACE and c != TAB:
                return begin, p, -1
            p += 1
        end = p
    while end > begin and text[end - 1] in (SPACE, TAB):
        end -= 1
    return begin, end, p


@njit(cache=True, nogil=True)
def _row(text, p, form, row, ends, weights, hard):  # type: ignore[no-untyped-def]
    """Read the row at ``p`` into place ``row`` of the arrays: the place of the end of its line, or -1 where it is not plain."""
    separator, whole, width, first, second, third, fourth, sign = form
    for field in range(width):
        p = _after_blanks(text, p, separator)
        if separator == 0 and _ends_line(text, p):
            return -1
        if whole and field in (first, second) and not (p < len(text) and text[p] == QUOTE):
            number, p = _after_whole(text, p)
            begin = end = p
        else:
            begin, end, p = _field(text, p, separator, whole)
            number = (begin << LENGTH_BITS) | (end - begin)
            if whole and p >= 0 and field in (first, second):
                number, after = _after_whole(text, begin)
                p = p if after == end else -1
        if p < 0:
            return -1
        if field in (first, second):
            if not whole and end <= begin:
                return -1
            ends[0 if field == first else 1, row] = number
        if field in (third, fourth):
            k = 0 if field == third else 1
            weights[k, row] = _decimal(text, begin, end, sign)
            hard[k, row] = (begin << LENGTH_BITS) | (end - begin) if np.isnan(weights[k, row]) else 0
            if third == fourth:
                weights[1, row], hard[1, row] = weights[0, row], hard[0, row]
        last = p
        p = _after_blanks(text, p, separator)
        if field == width - 1:
            if whole and p < len(text) and text[p] == HASH and text[p - 1] in (SPACE, TAB):
                p = _to_line_end(text, p)
            return p if _ends_line(text, p) else -1
        if separator == 0:
            if p == last:
                return -1
        elif p < len(text) and text[p] == separator:
            p += 1
        else:
            return -1
    return -1


@njit(cache=True, nogil=True)
def read_plain_lines(text, form, ends, weights, hard):  # type: ignore[no-untyped-def]
    """Read rows until the end or the first line that is not plain.

    text: uint8 of whole lines; blank lines and comments are skipped. form: (separator: a byte, or 0 for blanks and tabs;
    whether ids are whole numbers; fields of a row; the positions of source, target, tie strength and influence weight, -1:
    none; the sign of decimals). ends: int64[2, rows or more], filled with whole numbers, or for a label with its place and
    length (``place << 32 | length``). weights: float64[2, rows or more], NaN where ``hard`` has the place and length of a
    weight that is not a short decimal fraction.
    Returns (rows, bytes read, blank lines, comments). What is read here the careful reader reads as the same; all else
    (signs, doubled quotes, other widths, numbers over 2**63 - 1, lone carriage returns) is left to it.
    """
    separator, whole = form[0], form[1]
    # a literal has a type of its own: what is called below would be compiled twice
    rows = p = blanks = comments = np.int64(0)
    while p < len(text):
        line = p
        start = _after_blanks(text, p, separator)
        if _ends_line(text, start):
            p = _after_line(text, start)
            blanks += p >= 0
        elif _is_comment(text, start, whole):
            p = _after_line(text, _to_line_end(text, start))
            comments += p >= 0
        else:
            p = _row(text, p, form, rows, ends, weights, hard)
            if p >= 0:
                p = _after_line(text, p)
                rows += p >= 0
        if p < 0:
            return rows, line, blanks, comments
    return rows, p, blanks, comments
