"""Which law and which libraries made a result."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

LAW_VERSION = 1  # raised when the same scenario and seed give other worlds, and only then


def package_version() -> str:
    """The version of viralsim that is installed."""
    try:
        return version("viralsim")
    except PackageNotFoundError:
        return "0.0.0"


def versions() -> dict[str, str]:
    """Versions that a result is stamped with."""
    stamped = {"viralsim": package_version(), "law": str(LAW_VERSION), "python": platform.python_version()}
    for name in ("numpy", "numba", "scipy"):
        stamped[name] = version(name)
    return stamped
