"""Functions of ``scipy.special`` that most runs need, without the rest of that package.

``scipy.special`` prepares its functions for the arrays of other libraries when it is imported: 0.15 s, of which what it has
compiled takes 0.02. These are its functions as they are for NumPy, the same objects that it exports.
"""

from __future__ import annotations

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any


class _EnoughError(Exception):
    """Ends an import that has loaded what is wanted."""


class _CompiledPart(MetaPathFinder, Loader):
    """An import of ``scipy.special`` that ends when its compiled functions are there: by an error, so that the next import of it,
    in any thread, is a whole one."""

    functions: ModuleType

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The package as Python finds it, loaded by ``exec_module``."""
        spec = PathFinder.find_spec(name, path) if name == "scipy.special" else None
        if spec is not None:
            spec.loader = self
        return spec

    def exec_module(self, module: ModuleType) -> None:
        """Load the compiled functions into the package, which is left at that."""
        sys.meta_path.remove(self)
        self.functions = importlib.import_module("scipy.special._ufuncs")
        raise _EnoughError


def _compiled() -> ModuleType:
    """``scipy.special``, or the module in it that holds its compiled functions; the former too where there is no such module."""
    if "scipy.special" not in sys.modules:
        part = _CompiledPart()
        sys.meta_path.insert(0, part)
        try:
            importlib.import_module("scipy.special")
        except _EnoughError:
            return part.functions
        except ImportError:
            pass  # a SciPy that keeps them elsewhere
    return importlib.import_module("scipy.special")


_from = _compiled()
betaincinv, expit, gammaincinv, logit = _from.betaincinv, _from.expit, _from.gammaincinv, _from.logit
ndtr, ndtri, stdtrit = _from.ndtr, _from.ndtri, _from.stdtrit
