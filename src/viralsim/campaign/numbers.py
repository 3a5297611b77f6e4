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
    full = [array if array.ndim > inner else np.broadcast_to(array, (count, *array.shape)) for array in arrays]
    return np.ascontiguousarray(np.stack(full, axis=1))


def holds_column(value: object) -> bool:
    """Whether a block of the scenario, or anything in it, differs by world."""
    if isinstance(value, BaseModel):
        return any(holds_column(part) for part in value.__dict__.values())
    if isinstance(value, Mapping):
        return any(holds_column(part) for part in value.values())
    if isinstance(value, list | tuple):
        return any(holds_column(part) for part in value)
    return is_column(value)
