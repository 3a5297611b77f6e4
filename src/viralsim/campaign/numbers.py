"""Numbers of a scenario that may be columns: float64[W], one value per world, where an input is uncertain.

The functions that compile an arm are written once, for both: what is a number for all worlds stays an array without an axis of
worlds, and what rests on a column gets that axis in front.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

Number: TypeAlias = Any  # a float, or a column float64[W]: pydantic's fields are typed as floats and hold either


def number(value: Number) -> Number:
    """The value as a float, or as it is where it is a column."""
    return value if isinstance(value, np.ndarray) else float(value)


def is_column(value: object) -> bool:
    """Whether a value differs by world."""
    return isinstance(value, np.ndarray)


def beside(value: Number) -> NDArray[np.float64]:
    """The value with an axis behind it, so that a table of ticks or people beside it broadcasts: [1] or [W, 1]."""
    return np.asarray(value, dtype=np.float64)[..., None]


def stacked(rows: Sequence[Any], inner: int = 0, dtype: Any = np.float64) -> NDArray[Any]:
    """Rows (numbers, or tables of ``inner`` axes) as one array [k, ...]; [W, k, ...] where one of them differs by world."""
    arrays = [np.asarray(row, dtype=dtype) for row in rows]
    worlds = {len(array) for array in arrays if array.ndim > inner}
    if not worlds:
        return np.stack(arrays) if arrays else np.zeros(0, dtype=dtype)
    count = worlds.pop()
    if len(arrays) == 1:
        return np.ascontiguousarray(arrays[0][:, None])
    full = [array if array.ndim > inner else np.broadcast_to(array, (count, *array.shape)) for array in arrays]
    return np.ascontiguousarray(np.stack(full, axis=1))


def of_world(value: Any, row: int) -> Any:
    """A block of the scenario as the world at ``row`` has it: its number where there was a column."""
    if is_column(value):
        return float(value[row])
    if isinstance(value, BaseModel):
        changed = _changed(value.__dict__, row)
        return value.model_copy(update=changed) if changed else value
    if isinstance(value, Mapping):
        changed = _changed(value, row)
        return {**value, **changed} if changed else value
    if isinstance(value, list | tuple):
        changed = _changed(dict(enumerate(value)), row)
        return type(value)(changed.get(i, part) for i, part in enumerate(value)) if changed else value
    return value


def _changed(parts: Mapping[Any, Any], row: int) -> dict[Any, Any]:
    """The parts that differ by world, as the world at ``row`` has them."""
    found = {name: of_world(part, row) for name, part in parts.items()}
    return {name: part for name, part in found.items() if part is not parts[name]}


def holds_column(value: object) -> bool:
    """Whether a block of the scenario, or anything in it, differs by world."""
    if isinstance(value, BaseModel):
        return any(holds_column(part) for part in value.__dict__.values())
    if isinstance(value, Mapping):
        return any(holds_column(part) for part in value.values())
    if isinstance(value, list | tuple):
        return any(holds_column(part) for part in value)
    return is_column(value)
