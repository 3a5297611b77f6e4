"""Names that have had several homes: what the guards run must be found in older versions of the package too."""

from __future__ import annotations

from importlib import import_module
from typing import Any

GENERATE_NETWORK = ("population.generators.generate:generate_network", "population.generate:generate_network")


def moved(*homes: str) -> Any:
    """The first that this version has of ``module:name``, modules counted from ``viralsim``; the newest home first.

    Raises ImportError with all homes where it has none.
    """
    for home in homes:
        module, name = home.split(":")
        try:
            return getattr(import_module(f"viralsim.{module}"), name)
        except (ModuleNotFoundError, AttributeError):
            continue
    raise ImportError(f"this version of viralsim has none of {', '.join(homes)}")
