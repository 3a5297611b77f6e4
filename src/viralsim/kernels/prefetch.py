"""Ask the processor for memory that will be needed soon; results never depend on it."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload


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
