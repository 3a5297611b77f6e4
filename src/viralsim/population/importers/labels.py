"""Ids of any kind, turned into member numbers ``0..N-1`` and remembered."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import array_of, refuse
from viralsim.errors import NetworkError

LARGEST_MEMBER = 2**31 - 2  # followers are int32


def is_label_array(values: NDArray[Any]) -> bool:
    """Whether ``values`` are names (text, objects) and no member numbers."""
    if values.dtype.kind in "iufb":
        return False
    if values.dtype.kind != "O":
        return True
    from pandas.api.types import infer_dtype

    return infer_dtype(values, skipna=False) not in {"integer", "floating", "mixed-integer-float", "boolean", "empty"}


def column(values: ArrayLike, name: str) -> NDArray[Any]:
    """One column of edges as a one-dimensional array."""
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
    allowed = "one-dimensional, one id per edge"
    array = array_of(values, name, allowed, NetworkError)
    if array.ndim != 1:
        raise refuse(name, allowed, values, error=NetworkError)
    if array.dtype.kind in "US" and not isinstance(values, np.ndarray):
        # NumPy makes text of whatever is beside text: a missing id would be a member called "nan"
        given: list[Any] = list(values)  # type: ignore[arg-type]
        if not all(isinstance(one, str | bytes) for one in given):
            array = np.empty(len(given), dtype=object)
            array[:] = given
    return array


def member_numbers(values: NDArray[Any], name: str, members: int | None) -> NDArray[np.int64]:
    """Ids that are member numbers already, as int64, checked for range and wholeness."""
    if len(values) == 0:
        return np.zeros(0, np.int64)
    limit = LARGEST_MEMBER if members is None else members - 1
    if values.dtype.kind == "O":
        try:
            numbers = values.astype(np.int64)
        except (OverflowError, ValueError, TypeError):
            raise NetworkError(f"{name}: ids must be whole numbers in 0..{limit}; pass other ids as text") from None
        if any(a != b for a, b in zip(values, numbers, strict=True)):
            raise NetworkError(f"{name}: ids must be whole numbers; pass other ids as text")
        values = numbers
    if values.dtype.kind == "b":
        raise NetworkError(f"{name}: ids must be whole numbers or text, got true and false")
    if values.dtype.kind == "f":
        whole = np.isfinite(values) & (np.floor(values) == values)
        if not whole.all():
            i = int(np.argmin(whole))
            raise NetworkError(f"{name}[{i}]: ids must be whole numbers, got {values[i]}; pass other ids as text")
    low, high = values.min(), values.max()
    if low < 0:
        i = int(values.argmin())
        raise NetworkError(f"{name}[{i}]: id {low} is negative; member numbers start at 0")
    if high > limit:
        i = int(values.argmax())
        reason = f"there are {members} members" if members is not None else "larger ids are passed as text"
        raise NetworkError(f"{name}[{i}]: id {high} is out of range 0..{limit}; {reason}")
    return values.astype(np.int64, copy=False)


def unique_labels(ids: NDArray[Any]) -> NDArray[Any]:
    """The ids of all members; ``NetworkError`` where one is missing or occurs twice."""
    import pandas as pd

    index = pd.Index(ids.astype(object))
    if index.hasnans:
        raise NetworkError(f"ids[{int(np.argmax(index.isna()))}]: an id is missing; give every member one id")
    if not index.is_unique:
        raise NetworkError(f"ids: {index[index.duplicated()][0]!r} occurs twice; give every member one id")
    return ids


def number_labels(
    source: NDArray[Any], target: NDArray[Any], ids: NDArray[Any] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]:
    """Labels as member numbers: (source, target, ids). Without ``ids`` members are numbered in sorted order of label.

    The order of edges therefore changes no number. With ``ids`` every label must be one of them.
    """
    import pandas as pd

    both = np.concatenate([source.astype(object), target.astype(object)])
    missing = pd.isna(both)
    if missing.any():
        i = int(np.argmax(missing))
        place = f"source[{i}]" if i < len(source) else f"target[{i - len(source)}]"
        raise NetworkError(f"{place}: an id is missing; fill it or leave the edge out")
    if ids is None:
        try:
            codes, labels = pd.factorize(both, sort=True)
        except TypeError:  # labels of several kinds have no order among them
            codes, labels = pd.factorize(both)
        ids = plain_labels(np.asarray(labels))
    else:
        index = pd.Index(ids.astype(object))
        codes = index.get_indexer(both)
        if (codes < 0).any():
            raise NetworkError(f"id {both[int(np.argmin(codes))]!r} of an edge is not among ids; add it there")
    return codes[: len(source)].astype(np.int64), codes[len(source) :].astype(np.int64), ids


def plain_labels(labels: NDArray[Any]) -> NDArray[Any]:
    """Labels as a plain text array where all are text, else as they are."""
    if labels.dtype.kind == "O" and len(labels) and all(isinstance(label, str) for label in labels):
        return labels.astype(np.str_)
    return labels
