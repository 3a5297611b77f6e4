"""Frames of arrays: what compiled code may do with them, and what the compiler may assume of them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from numba import config, njit

from viralsim.kernels.fast.frame import FastFrameType
from viralsim.kernels.frame import ArmFrameType, FrameType, OutFrameType, StateFrameType, constructor_of

pytestmark = pytest.mark.skipif(bool(config.DISABLE_JIT), reason="nothing is compiled")
KINDS = (ArmFrameType, StateFrameType, OutFrameType, FastFrameType)


def frame_of(kind: type[FrameType], arrays: tuple[np.ndarray, ...]) -> Any:
    """A frame with fields ``numbers`` and ``counts``."""
    construct = constructor_of(kind, ["numbers", "counts"])

    def make(fields):  # type: ignore[no-untyped-def]
        return construct(fields)

    return njit(make)(arrays)


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_cannot_be_set(kind: type[FrameType]) -> None:
    """The optimiser keeps what it loaded of a frame, so a write to it would go unnoticed: it is refused."""

    @njit(_nrt=False)
    def replace(frame):  # type: ignore[no-untyped-def]
        frame.numbers = frame.counts

    with pytest.raises(NotImplementedError, match="numbers"):
        replace(frame_of(kind, (np.arange(3), np.zeros(3, np.int64))))


@pytest.mark.parametrize("kind", KINDS)
def test_fields_are_loaded_as_what_never_changes(kind: type[FrameType]) -> None:
    """Where an array lies is loaded once, as nothing writes to a frame; the numbers in it are read again after each store."""

    @njit(_nrt=False)
    def count(frame):  # type: ignore[no-untyped-def]
        total = 0
        for i in range(len(frame.numbers)):
            frame.counts[np.uint64(0)] += frame.numbers[np.uint64(i)]
            frame.numbers[np.uint64(0)] += 1
            total += frame.counts[np.uint64(0)]
        return total

    numbers, counts = np.array([5, 1, 2]), np.zeros(1, np.int64)
    assert count(frame_of(kind, (numbers, counts))) == 5 + (5 + 1) + (5 + 1 + 2)
    assert numbers.tolist() == [8, 1, 2]
    (code,) = count.inspect_llvm().values()
    assert len(re.findall(r"load .*!invariant\.load", code)) >= 3
