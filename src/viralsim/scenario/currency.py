"""Amounts in a scenario's file are in the scenario's currency; nothing is converted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from viralsim.scenario.amounts import Money, currencies_of
from viralsim.scenario.messages import Finding
from viralsim.scenario.paths import ROOT, Slot, element, slots
from viralsim.scenario.reading import Place


def other_currencies(data: Any, currency: str) -> list[Finding]:
    """Amounts that are written with the sign of another currency than the scenario's."""
    return list(_amounts(ROOT, data, (), currency))


def said_of_currency(value: Any, currency: str) -> list[str]:
    """What is wrong with an amount as it is written: the sign of another currency."""
    codes = currencies_of(value)
    if not codes or currency in codes:
        return []
    return [f"is in {codes[0]} and the scenario counts in {currency}: convert it"]


def _amounts(slot: Slot, value: Any, place: Place, currency: str) -> Iterator[Finding]:
    if isinstance(slot.quantity, Money):
        yield from ((place, said) for said in said_of_currency(value, currency))
    elif isinstance(value, dict) and slot.block is not None:
        known = slots(slot.block)
        for name, inner in value.items():
            if name in known:
                yield from _amounts(known[name], inner, (*place, name), currency)
    elif isinstance(value, dict) and slot.kind == "map":
        for name, inner in value.items():
            yield from _amounts(element(slot), inner, (*place, name), currency)
    elif isinstance(value, list | tuple) and slot.kind == "list":
        for i, inner in enumerate(value):
            yield from _amounts(element(slot), inner, (*place, i), currency)
