"""How kernels are compiled and loaded, and what they ask of the processor: index words, instructions that numba has no name for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import config, types
from numba.core.caching import FunctionCache
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import AnalysisPass, register_pass
from numba.core.runtime import rtsys
from numba.core.typed_passes import AnnotateTypes
from numba.extending import intrinsic, overload

U = np.uint64  # an index of this type cannot be negative, so nothing is compiled to wrap it round
ZERO, ONE = np.uint64(0), np.uint64(1)


class _KernelCache(FunctionCache):  # type: ignore[misc]
    """numba's cache of a function, read without making ready to compile.

    Before numba looks into a cache it learns how every function of Python and NumPy is typed and lowered, and imports SciPy's
    linear algebra for it: a quarter of a second. Compiled code needs its memory management alone. What is not in the
    cache is compiled, and the compiler makes ready by itself. A file that is damaged, as by a crash or a full disk, is no reason
    to fail: numba would, at every start until somebody removes it.
    """

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function for a signature; None where the cache has none that can be read."""
        rtsys.initialize(target_context)
        try:
            with self._guard_against_spurious_io_errors():
                return self._load_overload(sig, target_context)
        except Exception:  # unpickling damaged bytes raises anything
            with suppress(OSError):
                self.flush()  # else the damaged index is read again when the function is kept
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled function, where there is room for it."""
        with suppress(OSError):
            super().save_overload(sig, data)


def njit(*, cache: bool = False, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """``numba.njit`` with its options; what is cached is loaded by ``_KernelCache``."""
    decorate = numba.njit(**options)

    def compiled(function: Callable[..., Any]) -> Any:
        dispatcher = decorate(function)
        if cache and not config.DISABLE_JIT:
            dispatcher._cache = _KernelCache(function)
        return dispatcher

    return compiled


def is_cached(kernel: Any) -> bool:
    """Whether a kernel was compiled before, here or as numba's cache has it, or the compiler is off.

    One for other types, or of another processor or version of numba, counts as well.
    """
    if config.DISABLE_JIT:
        return True
    return bool(kernel.overloads) or any(Path(kernel.stats.cache_path).glob(f"*.{kernel.__name__}-*.nbi"))


@register_pass(mutates_CFG=False, analysis_only=True)
class _PartOfKernel(AnalysisPass):  # type: ignore[misc]
    """Leave optimising to the kernel that a function becomes part of, which does it once for all its parts.

    numba optimises each function with all that it calls, so a function six calls deep was optimised six times, and a kernel
    whose parts are inlined took 31 s to compile instead of 23. Where numba makes or optimises libraries in another way, this
    does nothing.
    """

    _name = "viralsim_part_of_kernel"

    def __init__(self) -> None:
        AnalysisPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Make the function's library, as the pass that lowers it would, but one that it is not optimised in."""
        state.library = state.targetctx.codegen().create_library(state.func_id.func_qualname)
        state.library._optimize_final_module = lambda: None
        state.library.enable_object_caching()
        return False


class _PartCompiler(Compiler):  # type: ignore[misc]
    """numba's own pipeline for compiled code, with ``_PartOfKernel`` before lowering."""

    def define_pipelines(self) -> Any:
        """The passes, in order."""
        (pipeline,) = super().define_pipelines()
        pipeline.add_pass_after(_PartOfKernel, AnnotateTypes)
        pipeline.finalize()
        return [pipeline]


# Functions that kernels alone call. They count no references (``kernels/frame.py``), and have no wrappers for callers in Python
# and C, which were an eighth of the time that the engine takes to compile: calling one from Python ends the process.
# ``inlined`` is for what small worlds spend their time in: calls were a fifth of it.
PART: dict[str, Any] = {
    "cache": True,
    "_nrt": False,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "pipeline_class": _PartCompiler,
}
inner = njit(forceinline=False, **PART)
inlined = njit(forceinline=True, **PART)


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
