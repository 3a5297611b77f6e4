"""viralsim: how content spreads through communities, with and without seeded advocates.

Names are imported when first used, so that ``import viralsim`` is light: it loads neither numba nor Mesa nor plots.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viralsim import advocates, calibration, classic, forecasting, posts, replay, rules, seeding
    from viralsim.calibration.calibrating import calibrate
    from viralsim.decisions.discovery.discover import discover
    from viralsim.decisions.field_test import field_test
    from viralsim.decisions.robust import robust
    from viralsim.decisions.value_of_information import value_of_information
    from viralsim.errors import CapacityError, InputError, NetworkError, ScenarioError, ViralsimError
    from viralsim.experiments.luck import how_much_luck
    from viralsim.mesa_driver.model import ViralityModel
    from viralsim.population.network.network import Network
    from viralsim.results import Result, open_result
    from viralsim.scenario import Scenario, load, loads
    from viralsim.simulation import simulate

_HOME = {
    "CapacityError": "viralsim.errors",
    "InputError": "viralsim.errors",
    "Network": "viralsim.population.network.network",
    "NetworkError": "viralsim.errors",
    "Result": "viralsim.results",
    "Scenario": "viralsim.scenario",
    "ScenarioError": "viralsim.errors",
    "ViralityModel": "viralsim.mesa_driver.model",
    "ViralsimError": "viralsim.errors",
    "calibrate": "viralsim.calibration.calibrating",
    "discover": "viralsim.decisions.discovery.discover",
    "field_test": "viralsim.decisions.field_test",
    "how_much_luck": "viralsim.experiments.luck",
    "load": "viralsim.scenario",
    "loads": "viralsim.scenario",
    "open_result": "viralsim.results",
    "robust": "viralsim.decisions.robust",
    "simulate": "viralsim.simulation",
    "value_of_information": "viralsim.decisions.value_of_information",
}
_MODULES = ("advocates", "calibration", "classic", "forecasting", "posts", "replay", "rules", "seeding")

__all__ = [
    "CapacityError",
    "InputError",
    "Network",
    "NetworkError",
    "Result",
    "Scenario",
    "ScenarioError",
    "ViralityModel",
    "ViralsimError",
    "advocates",
    "calibrate",
    "calibration",
    "classic",
    "discover",
    "field_test",
    "forecasting",
    "how_much_luck",
    "load",
    "loads",
    "open_result",
    "posts",
    "replay",
    "robust",
    "rules",
    "seeding",
    "simulate",
    "value_of_information",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"viralsim.{name}")
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    if name == "__version__":
        from viralsim.versions import package_version

        return package_version()
    raise AttributeError(f"module 'viralsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
