"""The memory of the shortcut as a reference: see ``kernels/frame.py``."""

from __future__ import annotations

from numba import config
from numba.experimental import structref

from viralsim.kernels.fast.memory import FastState
from viralsim.kernels.frame import FrameType, cached_by_build, constructor_of, plain_frame, register_frame


class FastFrameType(FrameType):
    """Type of ``FastFrame`` in compiled code."""


class FastFrame(structref.StructRefProxy):  # type: ignore[misc]
    """The arrays of a ``FastState`` under its own names."""


register_frame(FastFrameType)
structref.define_proxy(FastFrame, FastFrameType, list(FastState._fields))


_fast_frame = constructor_of(FastFrameType, FastState._fields)


@cached_by_build
def _new_fast(fields):  # type: ignore[no-untyped-def]
    return _fast_frame(fields)


def frame_fast(state: FastState) -> FastFrame:
    """A frame of the arrays of ``state``; both see the same memory, and the caller keeps ``state`` alive."""
    if config.DISABLE_JIT:
        return plain_frame(FastState._fields, state)  # type: ignore[no-any-return]
    return _new_fast(tuple(state))  # type: ignore[no-any-return]
