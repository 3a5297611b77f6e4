"""The first line of an edge list that is wrong, found line by line and named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import numpy as np

from viralsim.errors import NetworkError
from viralsim.population.importers.dialect import NEGATIVE, NUMBER, WHOLE, TableForm, is_comment
from viralsim.population.importers.text_stream import BYTE_ORDER_MARK, CHUNK, blocks_of_lines, check_whole, open_text

LARGEST_WHOLE = 2**63 - 1
OTHER_LINE_ENDS = (b"\v", b"\f", b"\x1c", b"\x1d", b"\x1e")  # of str.splitlines, beside "\n" and "\r"


def name_first_fault(path: Path, form: TableForm, offset: int, reason: str) -> NoReturn:
    """Find the first line that is wrong, none of them before the byte ``offset``, and say so."""
    check_whole(path)
    for number, line in _numbered_lines(path, offset):
        if number <= form.skip or is_comment(line) or (form.announced and number == form.announced_line):
            continue
        problem = _problem(form.split(line), form)
        if problem:
            raise NetworkError(f"{path}:{number}: {problem}")
    if offset:  # the reader saw a row of its own and then the lines from there on
        before = next(_numbered_lines(path, offset), (1, ""))[0] - 1
        reason = re.sub(r"(?<=\bline )\d+", lambda number: str(int(number[0]) - 1 + before), reason)
    raise NetworkError(
        f"{path}: cannot be read as a table of edges: {reason.strip()[:200]}; check separators and quotes"
    )


def line_of(path: Path, form: TableForm, number: int) -> int:
    """The first line that holds an id; 0 where there is none."""
    before, wanted = 0, str(number)
    with open_text(path) as stream:
        for block in blocks_of_lines(stream, CHUNK):
            if wanted.encode() in block:
                text = block.removeprefix(BYTE_ORDER_MARK).decode("utf-8", errors="replace")
                for i, line in enumerate(text.splitlines(), before + 1):
                    if i > form.skip and wanted in form.split(line):
                        return i
            before += _lines_in(block)
    return 0


def _numbered_lines(path: Path, offset: int) -> Iterator[tuple[int, str]]:
    """The lines from a byte on, at which a line starts, each with its number in the file."""
    before, passed = 0, 0
    with open_text(path) as stream:
        for block in blocks_of_lines(stream, CHUNK):
            skipped = min(max(0, offset - passed), len(block))
            passed += len(block)
            before += _lines_in(block[:skipped])
            if skipped < len(block):
                text = block[skipped:].decode("utf-8", errors="replace")
                lines = (text.removeprefix("\ufeff") if passed == len(block) else text).splitlines()
                yield from enumerate(lines, before + 1)
                before += len(lines)


def _lines_in(block: bytes) -> int:
    """How many lines ``str.splitlines`` sees; counted without making them where the text is plain."""
    if block.isascii() and not any(end in block for end in OTHER_LINE_ENDS):
        ends = block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")
        return ends + (0 if block.endswith((b"\n", b"\r")) or not block else 1)
    return len(block.decode("utf-8", errors="replace").splitlines())


def _problem(row: list[str], form: TableForm) -> str | None:
    """What is wrong with one row, or None."""
    if len(row) != form.width:
        return f"{form.width} fields are needed, as in the first row, got {len(row)}; correct or drop this row"
    for cell in (row[form.source], row[form.target]):
        if cell == "":
            return "an id is missing; fill it or drop this row"
        if not form.whole:
            continue
        if NEGATIVE.match(cell):
            return f"id {cell[:40]} is negative; ids start at 0"
        if not WHOLE.match(cell):
            return f"id {cell[:40]!r} is no whole number, as those above are; correct it, or name all members in text"
        if len(cell) > 19 or int(cell) > LARGEST_WHOLE:
            return f"id {cell[:40]} is too large: at most {LARGEST_WHOLE}"
    for name, i, high in (
        ("tie_strength", form.tie_strength, 1.0),
        ("influence_weight", form.influence_weight, np.inf),
    ):
        if i is None:
            continue
        cell = row[i]
        if not NUMBER.match(cell):
            return f"{name} {cell[:40]!r} is no number"
        if not (np.isfinite(float(cell)) and 0 <= float(cell) <= high):
            bounds = "in [0, 1]; divide counts by the largest" if high == 1 else "finite and >= 0"
            return f"{name} {cell[:40]} must be {bounds}"
    return None
