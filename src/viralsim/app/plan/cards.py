"""Which slider is on which card, what it is called, and which of them matter most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from viralsim.app.controls import Control, controls
from viralsim.app.plan.live import Moved
from viralsim.measurement.number_format import money, number
from viralsim.scenario import Scenario
from viralsim.scenario.amounts import DEFAULT_CURRENCY
from viralsim.scenario.inputs import Input, inputs_of

CARDS = ("What matters most", "Audience", "Content", "Options", "Money")
MOST_THAT_MATTER = 4
STEPS = 100
_MONEY = ("_usd", "usd_per_hour", "hours_per_week", "cost_usd_per_day")


@dataclass(frozen=True)
class Slider:
    """A control on its card. note: how much of the answer hangs on it, where that is known."""

    control: Control
    card: str
    note: str = ""
    currency: str = DEFAULT_CURRENCY

    def shown(self, value: float) -> str:
        """The value with its unit."""
        return (
            money(value, self.currency)
            if self.control.path.endswith(("_usd", "_usd_per_day", "usd_per_hour"))
            else number(value)
        )


def sliders(scenario: Scenario, moved: Sequence[Moved] = ()) -> list[Slider]:
    """The sliders of a plan. What was found to matter most comes first, on a card of its own."""
    currency = scenario.spec.currency
    left_out = set(scenario.spec.ranges)  # every simulation draws its own, whatever is written
    plain = {one.path: one for one in controls(scenario) if one.path not in left_out}
    inputs = {one.path: one for one in inputs_of(scenario)}
    most = []
    for move in moved[:MOST_THAT_MATTER]:
        known = inputs.get(move.path)
        if move.path in left_out or (known is None and move.path not in plain):
            continue
        control = plain.pop(move.path, None) or _control(inputs[move.path])
        most.append(Slider(control, CARDS[0], move.said, currency))
    return [*most, *(Slider(one, card_of(one.path), currency=currency) for one in plain.values())]


def card_of(path: str) -> str:
    """The card on which a place of the scenario belongs."""
    if path.endswith(_MONEY):
        return "Money"
    first = path.split(".")[0]
    return {"audience": "Audience", "channels": "Audience", "content": "Content"}.get(first, "Options")


def _control(one: Input) -> Control:
    """A slider from nothing to double, within the bounds of the schema."""
    high = min(one.highest, 2.0 * one.value) if one.value > 0.0 else min(one.highest, 1.0)
    low = max(one.lowest, 0.0)
    return Control(one.path, label_of(one.path), low, high, (high - low) / STEPS, one.value, False)


def label_of(path: str) -> str:
    """A path in words: ``content.teaser.conversion_trust.paid`` is "conversion trust of paid (teaser)"."""
    words = [word.replace("_", " ").removesuffix(" usd") for word in path.split(".")]
    if words[0] == "arms" and len(words) > 2:
        return f"{label_of('.'.join(path.split('.')[2:]))}, arm {words[1]}"
    last, *before = words[::-1]
    if len(before) > 1 and before[0] in ("conversion trust", "trust"):
        return f"{before[0]} in {last} ({before[1]})"
    return f"{last} ({before[0]})" if before else last


def at(slider: Slider, value: float) -> Slider:
    """The slider at a value, with room for it."""
    control = slider.control
    return replace(
        slider,
        control=replace(control, value=value, low=min(control.low, value), high=max(control.high, value)),
    )
