"""Fields that are no id of one member: several ids in one field, and dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from viralsim.errors import NetworkError
from viralsim.population.importers.edge_lists.sample import WHOLE

_BRACKETS = re.compile(r"[\[({].*[\])}]")
_SEVERAL = re.compile(r"[\s,;|]+")
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}([T ].*)?|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
)


def refuse_no_ids(path: Path, line: int, rows: Sequence[Sequence[str]], ends: tuple[int, int]) -> None:
    """``NetworkError`` where fields taken for ids hold lists of ids, or a column of them holds dates."""
    known = {cells[end] for cells in rows for end in ends}
    for end in ends:
        column = [cells[end] for cells in rows]
        listed = next((cell for cell in column if _lists_ids(cell, known)), None)
        if listed is not None:
            raise NetworkError(
                f"{path}: the field {listed[:60]!r} holds several ids, or a number with grouped digits; a row per edge and one "
                "id per field are needed"
            )
        if all(map(_DATE.fullmatch, column)):
            raise NetworkError(
                f"{path}:{line}: {column[0][:40]!r} is a date, no id; write a header that names the columns, such as "
                "date,source,target"
            )


def _lists_ids(cell: str, known: set[str]) -> bool:
    """Whether a field is a list of ids: in brackets, or of whole numbers or other fields of the file."""
    parts = _SEVERAL.split(cell.strip())
    if len(parts) < 2:
        return False
    return bool(_BRACKETS.fullmatch(cell.strip())) or all(WHOLE.match(part) or part in known for part in parts)
