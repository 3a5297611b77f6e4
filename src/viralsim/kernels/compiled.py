"""``numba.njit`` for functions that Python calls: what is in the cache is loaded without what only compiling needs.

Before numba looks into a function's cache it makes ready to compile: it learns how every function of Python and NumPy is typed
and lowered, and imports SciPy's linear algebra for it, a quarter of a second in all. Code that is compiled needs none of that, only
numba's memory management. What is not in the cache is compiled, and the compiler makes ready by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
from numba import config
from numba.core.caching import FunctionCache
from numba.core.runtime import rtsys


class _KernelCache(FunctionCache):  # type: ignore[misc]
    """numba's cache of one function, which begins to work before the compiler does."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function for a signature; None where the cache has none."""
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)


def njit(*, cache: bool = False, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """``numba.njit`` with its options, and a cache that loads without the compiler."""
    decorate = numba.njit(**options)

    def compiled(function: Callable[..., Any]) -> Any:
        dispatcher = decorate(function)
        if cache and not config.DISABLE_JIT:
            dispatcher._cache = _KernelCache(function)
        return dispatcher

    return compiled
