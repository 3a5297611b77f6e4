"""Amounts in a scenario's file are in the scenario's currency; nothing is converted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from viralsim.scenario.amounts import Money, currencies_of
from viralsim.scenario.blocks import Block
from viralsim.scenario.messages import Finding
from viralsim.scenario.own_rules import OwnWords
from viralsim.scenario.paths import ROOT, Slot, slots
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


def _may_hold(slot: Slot) -> bool:
    """Whether an amount of money can be written at a slot, or anywhere below it."""
    if isinstance(slot.quantity, Money):
        return True
    if slot.block is not None:  # words of rules of one's own are registered at any time: never ruled out for good
        return issubclass(slot.block, OwnWords) or any(map(_may_hold, slots(slot.block).values()))
    return slot.kind in ("map", "list") and _may_hold(slot.element)


@cache
def _with_money(block: type[Block]) -> dict[str, Slot]:
    """The keys of a block at which, or below which, an amount can be written."""
    return {name: slot for name, slot in slots(block).items() if _may_hold(slot)}


def _amounts(slot: Slot, value: Any, place: Place, currency: str) -> Iterator[Finding]:
    if isinstance(slot.quantity, Money):
        yield from ((place, said) for said in said_of_currency(value, currency))
    elif isinstance(value, dict) and slot.block is not None:
        known = slots(slot.block) if issubclass(slot.block, OwnWords) else _with_money(slot.block)
        for name, inner in value.items():
            if name in known:
                yield from _amounts(known[name], inner, (*place, name), currency)
    elif isinstance(value, dict) and slot.kind == "map":
        for name, inner in value.items():
            yield from _amounts(slot.element, inner, (*place, name), currency)
    elif isinstance(value, list | tuple) and slot.kind == "list":
        for i, inner in enumerate(value):
            yield from _amounts(slot.element, inner, (*place, i), currency)
