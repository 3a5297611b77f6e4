"""The words of a scenario as frozen types: YAML in, every error with file, line and path; arms as overlays."""

from viralsim.scenario.costs import planned_costs, unequal_money
from viralsim.scenario.loading import load, loads, scenario_of
from viralsim.scenario.paths import parse_set
from viralsim.scenario.presets import Preset, PresetValue, presets
from viralsim.scenario.scenario import Scenario
from viralsim.scenario.spec import Spec

__all__ = [
    "Preset",
    "PresetValue",
    "Scenario",
    "Spec",
    "load",
    "loads",
    "parse_set",
    "planned_costs",
    "presets",
    "scenario_of",
    "unequal_money",
]
