"""Numbers of edges in memory that nobody asked for: told as of files, in the same words.

``network import`` and ``check`` print the notes on a file. Nothing prints those on a graph in memory, so what looks like a weight
is warned of too: whoever has weights believes that they count.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from numbers import Real
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from viralsim.errors import ViralsimWarning

WEIGHTS = frozenset(("weight", "weights", "strength", "tie_strength", "influence_weight", "probability"))
NAMED = 8  # unread attributes, at most


def unread_attributes(attributes: Mapping[Any, Iterable[Any]], asked: Iterable[str | None]) -> tuple[str, ...]:
    """Notes on the attributes of a graph's edges, values by name, that are not among ``asked``; numbers are warned of."""
    left = {str(name): values for name, values in attributes.items() if name not in set(asked)}
    if not left:
        return ()
    note = f"attributes of edges not read: {_names(left)} (name one in tie_strength to use it)"
    return _told(note, any(map(_counts, left.values())), stacklevel=5)  # of who called from_networkx


def unread_columns(columns: Mapping[Any, Iterable[Any]], asked: Iterable[Any]) -> tuple[str, ...]:
    """As ``unread_attributes``, of a table's columns; only those called like a weight are warned of: tables hold much else."""
    left = {str(name): values for name, values in columns.items() if name not in set(asked)}
    if not left:
        return ()
    note = f"columns not read: {_names(left)} (name a column in tie_strength to use it)"
    return _told(note, any(name.strip().lower() in WEIGHTS and _counts(values) for name, values in left.items()), 4)


def unread_entries(entries: NDArray[Any]) -> tuple[str, ...]:
    """As ``unread_attributes``, of the entries of a matrix that are not 0."""
    if (entries == 1).all():
        return ()
    note = "entries other than 0 are edges; their sizes were not read (weighted=True takes them as tie strengths)"
    return _told(note, True, stacklevel=5)


def entries_not_read(path: Path, which: str = "above") -> str:
    """The note on a matrix in a file whose entries are not all 0 or 1; which: of the entries are edges, beside 0."""
    return f"{path.name}: entries {which} 0 are edges; their sizes were not read (any word in tie_strength takes them)"


def _told(note: str, aloud: bool, stacklevel: int) -> tuple[str, ...]:
    if aloud:
        warnings.warn(note, ViralsimWarning, stacklevel=stacklevel)
    return (note,)


def _names(left: Mapping[str, Any]) -> str:
    return ", ".join(sorted(left)[:NAMED])


def _counts(values: Iterable[Any]) -> bool:
    """Whether something is a number that a reader would take for a weight: not 1 for every edge."""
    return any(type(value) is not bool and isinstance(value, Real) and value != 1 for value in values)
