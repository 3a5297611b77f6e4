"""Which law and which libraries made a result."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

LAW_VERSION = 1  # raised when the same scenario and seed give other worlds, and only then
LAW_OF_UNCERTAIN_VISIBILITY = (
    2  # of scenarios with uncertain visibility or organic reach: one envelope for the whole range
)


def package_version() -> str:
    """The version of viralsim that is installed."""
    try:
        return version("viralsim")
    except PackageNotFoundError:
        return "0.0.0"


def versions(law: int = LAW_VERSION) -> dict[str, str]:
    """Versions that a result is stamped with; ``law`` is that of its scenario."""
    return {"viralsim": package_version(), "law": str(law), "python": platform.python_version(), **_of_libraries()}


@cache
def _of_libraries() -> dict[str, str]:
    """The versions of the libraries that compute."""
    return {name: version(name) for name in ("numpy", "numba", "scipy")}
