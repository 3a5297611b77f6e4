"""A running world as it is pickled: what is in use of its memory, which is sized for the worst case.

A world of 300 members that recommends reserves 2.7 GB, nearly all of it never touched; in use are some hundred kilobytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from viralsim.kernels import state as memory
from viralsim.kernels.state import State

# Arrays of which the first rows are in use, by the scalar that counts them: so many rows for each one counted.
IN_USE = {
    "touched": memory.TOUCHED, "posting": memory.TOUCHED, "exposure": memory.TOUCHED, "impressions": memory.TOUCHED,
    "advertised": memory.TOUCHED, "entry_next": memory.ENTRIES, "entry_posting": memory.ENTRIES,
    "recommendations": memory.RECS, "later": memory.LATERS, "later_posts": memory.LATER_POSTS, "nodes": memory.NODES,
    "edge_slots": memory.EDGES,
}  # fmt: skip
# Arrays that no tick reads before it has written them.
SCRATCH = frozenset((
    "breadth", "deliveries", "due", "due_row", "due_start", "due_stop", "due_first", "spare_due", "spare_due_row",
    "buffer_member", "buffer_position", "earn_key", "earn_entry",
    "spare_earn_key", "spare_earn_entry",
))  # fmt: skip
BY_MEMBER = ("posting", "exposure", "advertised")  # several rows for each member touched


def packed(state: State) -> dict[str, NDArray[Any]]:
    """The arrays of a world between two ticks, cut to what is in use; O(what was touched + members)."""
    kept = {name: values for name, values in state._asdict().items() if name not in SCRATCH and name != "edge_seen"}
    for name, scalar in IN_USE.items():
        kept[name] = kept[name][: int(state.scalars[scalar]) * _rows(state, name)]
    kept["edge_seen"] = state.edge_seen[kept["edge_slots"]]
    return {name: values.copy() for name, values in kept.items()}


def unpacked(kept: Mapping[str, NDArray[Any]], fresh: State) -> State:
    """The world that ``packed`` gave, in the memory of ``fresh``, a state of the same shape that nothing has run in."""
    fresh.edge_seen[kept["edge_slots"]] = kept["edge_seen"]
    for name, values in kept.items():
        if name in IN_USE:
            getattr(fresh, name)[: len(values)] = values
    whole = {name: values for name, values in kept.items() if name not in IN_USE and name != "edge_seen"}
    return fresh._replace(**whole)


def _rows(state: State, name: str) -> int:
    return len(getattr(state, name)) // len(state.slot) if name in BY_MEMBER else 1
