"""Single instructions on 64-bit words that numba has no name for."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload


def trailing_zeros(word: Any) -> int:
    """The number of the lowest set bit of ``word`` (uint64, not 0)."""
    return (int(word) & -int(word)).bit_length() - 1


@intrinsic
def _trailing_zeros(typing_context: Any, word: types.Integer) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return types.int64(types.uint64), generate


@overload(trailing_zeros, inline="always")
def _trailing_zeros_in_compiled_code(word: Any) -> Any:
    def compiled(word: Any) -> Any:
        return _trailing_zeros(word)

    return compiled
