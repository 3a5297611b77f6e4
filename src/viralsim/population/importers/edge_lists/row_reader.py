"""The rows of a table line by line, by the csv module: for a look at the first lines, and for whatever is not plain."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator

BLANKS = " \t"
_TRAILING = re.compile(r"\s+#.*")


def is_comment(line: str, whole: bool) -> bool:
    """Whether a line that is not blank is a comment; beside names ``#name`` is a name. As ``fast_csv`` does it."""
    start = line.strip()
    return start[:1] in ("#", "%") and (whole or start[1:2] in ("", " ", "\t", "#", "%", "!"))


def count_of(digits: str | bytes) -> int:
    """A count that a file announces; one of more than 18 digits is 10**18, more than there can be of anything."""
    return int(digits) if len(digits) < 19 else 10**18


class BadTableError(ValueError):
    """A line that cannot be taken apart into fields; ``line`` is its number."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


class RowReader:
    """(line, fields) of each row of numbered lines; quoted fields may hold separators and line ends.

    separator: a character, or "" for blanks and tabs. whole: ids are whole numbers, so that every ``#`` begins a comment.
    line: of the last row. blanks, comments: how many such lines there were so far.
    """

    def __init__(self, lines: Iterable[tuple[int, str]], separator: str, whole: bool) -> None:
        self._numbered, self._separator, self._whole = iter(lines), separator, whole
        self._fresh = True
        self.line = self.blanks = self.comments = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(self._lines(), delimiter=self._separator or " ", skipinitialspace=True, strict=True)
        while True:
            self._fresh = True
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise BadTableError(self.line, str(error)) from None
            if cells is None:
                return
            yield self.line, [cell.strip(BLANKS) for cell in cells]

    def _lines(self) -> Iterator[str]:
        for number, line in self._numbered:
            if self._fresh:  # else the line goes on with a quoted field
                start = line.lstrip()
                if not start:
                    self.blanks += 1
                    continue
                if start[0] in "#%" and is_comment(line, self._whole):
                    self.comments += 1
                    continue
                self.line, self._fresh = number, False
                line = line.lstrip(BLANKS if self._separator != "\t" else " ")
            yield self._cleaned(line)

    def _cleaned(self, line: str) -> str:
        if self._whole and "#" in line:
            found = _TRAILING.search(line)
            if found and not (self._separator and self._separator in found.group()):
                line = line[: found.start()] + "\n"
        if self._separator:
            return line
        return line.replace("\t", " ").strip() + "\n"
