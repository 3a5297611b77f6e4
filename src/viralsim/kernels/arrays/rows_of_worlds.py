"""Inputs that differ from world to world: an array of an arm may have one more axis in front, a row per world asked for.

Before each world the engine copies that world's row into memory of its thread, in which the arm's own arrays lie. A
world is then, to the last bit, the world of the arm whose arrays hold that row.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.kernels.arm_inputs import U4, U8, ArmInputs
from viralsim.kernels.arrays.limits import LIMITS, check_arm_inputs

_AXES = {tuple(name.split(".")): shapes.split("|")[0].count(",") + 1 for name, (shapes, _, _) in LIMITS.items()}
WORDS: dict[int, Any] = {8: np.uint64, 4: np.uint32}  # what rows are copied as, by bytes per number


class _Varied(NamedTuple):
    """One array that varies: its group and field, shape and dtype of a row, and where in the words of its width it lies."""

    group: str
    field: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    start: int

    @property
    def stop(self) -> int:
        return self.start + int(np.prod(self.shape))


class RowsOfWorlds(NamedTuple):
    """The rows of all varied arrays side by side, as words: uint64 [W, P8] and uint32 [W, P4]."""

    varied: tuple[_Varied, ...]
    words8: U8
    words4: U4

    def own(self, arm: ArmInputs) -> tuple[ArmInputs, U8, U4]:
        """``arm`` with its varied arrays in memory of their own, and that memory as words: uint64 [P8], uint32 [P4]."""
        words8, words4 = np.zeros(self.words8.shape[1], np.uint64), np.zeros(self.words4.shape[1], np.uint32)
        for one in self.varied:
            words: NDArray[Any] = words8 if one.dtype.itemsize == 8 else words4
            view = words[one.start : one.stop].view(one.dtype).reshape(one.shape)
            view[...] = getattr(getattr(arm, one.group), one.field)
            arm = with_array(arm, one.group, one.field, view)
        return arm, words8, words4


class CheckedArm(NamedTuple):
    """An arm of which no kernel can leave an array, with the highest number of every array that varies, and the rows of its worlds
    (None: nothing varies)."""

    arm: ArmInputs
    rows: RowsOfWorlds | None

    def of_worlds(self, first: int, last: int) -> CheckedArm:
        """The arm for the worlds ``first`` to ``last`` alone."""
        if self.rows is None:
            return self
        words8, words4 = self.rows.words8[first:last], self.rows.words4[first:last]
        return self._replace(rows=self.rows._replace(words8=words8, words4=words4))


def with_array(arm: ArmInputs, group: str, field: str, array: NDArray[Any]) -> ArmInputs:
    """``arm`` with another array in one place."""
    return arm._replace(**{group: getattr(arm, group)._replace(**{field: array})})


def varied_fields(arm: ArmInputs) -> list[tuple[str, str, NDArray[Any]]]:
    """(group, field, array) of every array that has an axis more than ``LIMITS`` gives it."""
    found = []
    for (group, field), axes in _AXES.items():
        array = getattr(getattr(arm, group), field)
        if array.ndim > axes:
            found.append((group, field, array))
    return found


def inputs_of_world(arm: ArmInputs, row: int) -> ArmInputs:
    """The arm of the world at ``row``: its own numbers in every array that varies."""
    for group, field, array in varied_fields(arm):
        arm = with_array(arm, group, field, array[row].copy())
    return arm


def inputs_of_worlds(arm: ArmInputs, rows: slice) -> ArmInputs:
    """The arm of some of its worlds: views of their rows in every array that varies."""
    for group, field, array in varied_fields(arm):
        arm = with_array(arm, group, field, array[rows])
    return arm


def checked(arm: ArmInputs, worlds: int) -> CheckedArm:
    """The arm, ready for ``worlds`` worlds; raises as ``split_worlds`` and ``check_arm_inputs`` do."""
    highest, lowest, rows = split_worlds(arm, worlds)
    check_arm_inputs(highest)
    if rows is not None:
        check_arm_inputs(lowest)
    return CheckedArm(highest, rows)


def split_worlds(arm: ArmInputs, worlds: int) -> tuple[ArmInputs, ArmInputs, RowsOfWorlds | None]:
    """The arm with the highest number of every varied array, with the lowest, and the rows of worlds (None: nothing varies).

    Raises InputError for an array without exactly one row per world.
    """
    fields = varied_fields(arm)
    if not fields:
        return arm, arm, None
    highest = lowest = arm
    varied: list[_Varied] = []
    columns: dict[int, list[NDArray[Any]]] = {width: [np.zeros((worlds, 0), kind)] for width, kind in WORDS.items()}
    used = dict.fromkeys(WORDS, 0)
    for group, field, array in fields:
        if len(array) != worlds:
            raise InputError(f"{group}.{field} has rows for {len(array)} worlds, {worlds} are asked for: give one each")
        width = array.dtype.itemsize
        one = _Varied(group, field, array.shape[1:], array.dtype, used[width])
        varied.append(one)
        used[width] = one.stop
        columns[width].append(np.ascontiguousarray(array).reshape(worlds, -1).view(WORDS[width]))
        highest = with_array(highest, group, field, array.max(axis=0))
        lowest = with_array(lowest, group, field, array.min(axis=0))
    words8, words4 = (np.ascontiguousarray(np.concatenate(columns[width], axis=1)) for width in (8, 4))
    return highest, lowest, RowsOfWorlds(tuple(varied), words8, words4)
