"""How kernels are compiled, and what they ask of the processor: index words, and instructions that numba has no name for."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic, overload

U = np.uint64  # an index of this type cannot be negative, so nothing is compiled to wrap it round
ZERO, ONE = np.uint64(0), np.uint64(1)

# A function that kernels alone call. It counts no references (``kernels/frame.py``), and it has no wrappers for callers in Python
# and C, which were an eighth of the time that the engine takes to compile: calling it from Python ends the process.
inner = njit(cache=True, _nrt=False, forceinline=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)


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


def prefetch(array: Any, index: Any) -> None:
    """Load the cache line of ``array[index]`` in the background; nothing where the compiler is off."""


@intrinsic
def _prefetch(typing_context: Any, array: types.Array, index: types.Integer) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.bitcast(builder.gep(data, [arguments[1]]), ir.IntType(8).as_pointer())
        word = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [ir.IntType(8).as_pointer(), word, word, word])
        function = builder.module.declare_intrinsic("llvm.prefetch", [ir.IntType(8).as_pointer()], kind)
        builder.call(function, [place, word(0), word(3), word(1)])  # to read, keep in all caches, data
        return context.get_dummy_value()

    return types.void(array, index), generate


@overload(prefetch, inline="always")
def _prefetch_in_compiled_code(array: Any, index: Any) -> Any:
    def compiled(array: Any, index: Any) -> Any:
        return _prefetch(array, index)

    return compiled
