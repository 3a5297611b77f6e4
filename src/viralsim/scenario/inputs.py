"""The numbers that an answer rests on, one by one: written by the user, filled in, or taken from a preset, each with its source.

Prices of the plan, its dates and the audience are left out: they are decided, not assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from viralsim.scenario.paths import PathError, adapter, at, leaf_slot, parse_path
from viralsim.scenario.reading import Place, path_text
from viralsim.units import Duration, Quantity, Real

if TYPE_CHECKING:
    from viralsim.scenario.scenario import Scenario
    from viralsim.scenario.spec import Spec

WRITTEN = "the scenario, without a source"
SILENT_ONE = "assumption: not given, so 1"
_BLOCKS = ("channels", "content", "campaign", "programme")
_DECIDED = (
    *("network", "presence", "topics", "tone", "target", "posts_at", "starts", "ends", "released_at"),
    *("budget_usd", "followers", "every", "at_start", "frequency_goal"),
)
_PRICES = ("value_usd", "cost_usd")
MOST_RECOMMENDED = 0.9  # further impressions that an impression earns by engagement; from 1 on they never end
_COMMENT = re.compile(r"\s#\s*(.*?)\s*$")


@dataclass(frozen=True)
class Input:
    """One number: its path, value (hours for a duration), source, and the bounds of the schema."""

    path: str
    value: float
    source: str
    lowest: float
    highest: float

    @property
    def assumed(self) -> bool:
        """True where nobody has measured it, as far as the scenario says."""
        return self.source == WRITTEN or "assumption" in self.source

    @property
    def is_price(self) -> bool:
        """True for what a conversion is worth and what a person costs: they move money alone."""
        return self.path.rsplit(".", 1)[-1] in _PRICES


def inputs_of(scenario: Scenario) -> list[Input]:
    """Every number of the base and of the arms that could be otherwise, in the order of the file, then what is filled in."""
    data = scenario.data
    places = [(block,) for block in _BLOCKS]
    written = [place for block in places for place in _leaves(data.get(block[0]), block)]
    for arm, overlay in (data.get("arms") or {}).items():
        for key, value in (overlay or {}).items():
            if key.split(".")[0] in _BLOCKS:
                written += list(_leaves(value, ("arms", arm, *parse_path(key))))
    found = {path_text(place): (place, _comment(scenario, place)) for place in written}
    for arm in scenario.arm_names:
        for path, _, source in scenario.assumptions(arm):
            found.setdefault(path, (parse_path(path), source))
    for name, content in scenario.spec.content.items():
        for source in type(content.conversion_trust).model_fields if content.conversion_rate else ():
            path = f"content.{name}.conversion_trust.{source}"
            found.setdefault(path, (parse_path(path), SILENT_ONE))
    values = {path: value for arm in scenario.arm_names for path, value, _ in scenario.assumptions(arm)}
    made = (_input(data, path, place, source, values.get(path)) for path, (place, source) in found.items())
    return [_bounded(scenario.spec, one) for one in made if one is not None]


def _bounded(spec: Spec, one: Input) -> Input:
    """The input, not so high that a channel's recommendations earn ever more of themselves."""
    place = parse_path(one.path)
    channel = spec.channels.get(str(place[1])) if place[0] == "channels" else None
    if channel is None or channel.recommended is None:
        return one
    others = {"per_engagement": channel.engagement_rate, "engagement_rate": channel.recommended.per_engagement}
    other = others.get(str(place[-1]), 0.0)
    highest = MOST_RECOMMENDED / other if other > 0.0 else one.highest
    return replace(one, highest=min(one.highest, max(one.value, highest)))


def _leaves(value: Any, place: Place) -> Iterator[Place]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name not in _DECIDED:
                yield from _leaves(item, (*place, name))
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from _leaves(item, (*place, i))
    elif place[-1] not in _DECIDED:
        yield place


def _input(data: Any, path: str, place: Place, source: str, filled: Any) -> Input | None:
    """The input at a place; None where there is no number that can vary."""
    if place[0] not in (*_BLOCKS, "arms") or any(part in _DECIDED for part in place):
        return None
    try:
        slot = leaf_slot(data, place)
        value = _value(data, place) if filled is None else filled
        value = 1.0 if value is None and source == SILENT_ONE else adapter(slot).validate_python(value)
    except (PathError, ValidationError):
        return None
    quantity = slot.quantity
    if not isinstance(quantity, Real | Duration) or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if quantity.unit == "currency" and place[-1] not in _PRICES:
        return None
    if place[-1] == "cost_usd" and "advocates" not in place:
        return None
    return Input(path, float(value), source, *_bounds(quantity))


def _bounds(quantity: Quantity) -> tuple[float, float]:
    lowest = quantity.ge if quantity.ge is not None else quantity.gt
    highest = quantity.le if quantity.le is not None else quantity.lt
    return float("-inf") if lowest is None else lowest, float("inf") if highest is None else highest


def _value(data: Any, place: Place) -> Any:
    """What is written at a place; None where nothing is."""
    if place[0] == "arms":
        overlay = data["arms"][place[1]]
        for end in range(len(place), 2, -1):
            key = path_text(place[2:end])
            if key in overlay:
                return _value(overlay[key], place[end:]) if end < len(place) else overlay[key]
        return None
    return at(data, place)


def _comment(scenario: Scenario, place: Place) -> str:
    """What the file says behind the value: its source in the user's words."""
    if any(place[: len(one)] == one for one in scenario.origin.overridden):
        return WRITTEN
    line = scenario.origin.document.line(place)
    lines = scenario.source_text.splitlines()
    said = _COMMENT.search(lines[line - 1]) if line is not None and line <= len(lines) else None
    return said[1] if said is not None and said[1] else WRITTEN
