"""Which values of a scenario get a slider, with bounds from the schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from viralsim.scenario import Scenario
from viralsim.scenario.paths import PathError, at, leaf_slot, parse_path
from viralsim.units import Whole

MOST_CONTROLS = 12


@dataclass(frozen=True)
class Control:
    """A slider: a path of the scenario, its label, bounds, step and value."""

    path: str
    label: str
    low: float
    high: float
    step: float
    value: float
    whole: bool


def controls(scenario: Scenario) -> list[Control]:
    """The sliders of a scenario: what decides, where the schema has a number and the scenario a value."""
    found = []
    dump = scenario.spec.model_dump(by_alias=True)
    for path, label, most in _wanted(scenario):
        try:
            place = parse_path(path)
            quantity: Any = leaf_slot(scenario.data, place).quantity
            value = at(dump, place)
        except PathError:
            continue
        if quantity is None or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        low = float(quantity.ge if quantity.ge is not None else 0.0)
        bound = quantity.le if quantity.le is not None else most
        high = min(float(bound), max(most, 2 * float(value)))
        whole = isinstance(quantity, Whole)
        step = 1.0 if whole else (high - low) / 100
        found.append(Control(path, label, low, high, step, float(value), whole))
    return found[:MOST_CONTROLS]


def _wanted(scenario: Scenario) -> Iterator[tuple[str, str, float]]:
    """(path, label, highest value of the slider) of what a reader would move first."""
    spec = scenario.spec
    focal = spec.campaign.content
    yield f"content.{focal}.appeal", f"appeal of {focal}", 0.5
    for name in spec.channels:
        yield f"channels.{name}.visibility", f"visibility on {name}", 1.0
    if spec.campaign.advocates is not None:
        yield "campaign.advocates.count", "advocates", 100
        yield "campaign.advocates.willingness", "willingness of advocates", 1.0
        yield "campaign.advocates.trust", "trust in advocates", 3.0
        yield "campaign.advocates.cost_usd", f"{spec.currency} per advocate", 100
    for i, line in enumerate(spec.campaign.paid):
        yield f"campaign.paid[{i}].budget_usd", f"{spec.currency} of advertising on {line.channel}", 5000
    yield f"content.{focal}.controversy", f"controversy of {focal}", 1.0
    yield "audience.hostility", "hostility of the audience", 1.0
    yield f"content.{focal}.conversion_rate", "conversion rate", 0.1
