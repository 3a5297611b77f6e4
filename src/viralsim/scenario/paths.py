"""Dotted paths into a scenario: read them, look them up in the schema, set a value without touching the original."""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Annotated, Any, Literal

from pydantic import TypeAdapter

from viralsim.errors import Problem, ScenarioError
from viralsim.rules import known
from viralsim.scenario.blocks import Block
from viralsim.scenario.complete import complete_channel
from viralsim.scenario.own_rules import OwnWords, words_model
from viralsim.scenario.reading import Place, path_text, read_yaml, scalar
from viralsim.scenario.spec import Spec
from viralsim.units import Duration, Quantity

KNOWN = "; known are: "  # and the list
_STEP = re.compile(r"(?:^|\.)([^.\[\]]+)|\[(\d{1,9})\]")


DISTRIBUTIONS = ("normal", "lognormal")
IN_UNIT = (*DISTRIBUTIONS, "from", "to", "values", "mean", "sd", "median")  # numbers in a range, and what holds them


class PathError(ValueError):
    """A path leads nowhere; the message says where it ends and what is near."""


@dataclass(frozen=True)
class Slot:
    """What the schema says about one place."""

    kind: Literal["block", "map", "list", "leaf"]
    annotation: Any
    block: type[Block] | None = None
    quantity: Quantity | None = None
    nullable: bool = False
    required: bool = False
    filled_block: bool = False  # left out, it holds its own defaults

    @cached_property
    def element(self) -> Slot:
        """What the values of a map or list are."""
        annotation = self.annotation
        while typing.get_origin(annotation) in (Annotated, types.UnionType, typing.Union):
            annotation = next(kind for kind in typing.get_args(annotation) if kind is not type(None))
        inner = typing.get_args(annotation)
        return _slot(inner[1] if self.kind == "map" else inner[0])


ANYTHING = Slot("leaf", Any)  # of which the schema says nothing


def nearest(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` or the list of what is known."""
    names = [str(name) for name in known]
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    listed = ", ".join(names[:25])
    return f"{KNOWN}{listed}" if names else ""


@lru_cache(maxsize=4096)
def parse_path(text: str) -> Place:
    """The parts of ``campaign.paid[0].budget_usd``; PathError where it is no path."""
    place: list[str | int] = []
    position = 0
    while position < len(text):
        step = _STEP.match(text, position)
        if step is None or (position == 0 and text[0] in ".["):
            break
        place.append(step[1] if step[1] is not None else int(step[2]))
        position = step.end()
    if not place or position < len(text):
        raise PathError(f"{text[:80]!r} is no path: write one such as campaign.paid[0].budget_usd")
    return tuple(place)


ROOT = Slot("block", Spec, Spec)


def slots(model: type[Block]) -> dict[str, Slot]:
    """The keys of a block by the names of the file, with the words of rules of one's own where it takes them."""
    if not issubclass(model, OwnWords):
        return _slots(model)
    return {**_slots(words_model(model.place, tuple(known(model.place).values()))), **_slots(model)}


@cache
def _slots(model: type[Block]) -> dict[str, Slot]:
    found = {}
    for name, info in model.model_fields.items():
        annotation: Any = info.annotation
        for item in info.metadata:
            annotation = Annotated[annotation, item]
        slot = _slot(annotation)
        is_block = slot.kind in ("block", "map") and info.default is not None
        found[info.alias or name] = Slot(
            slot.kind, annotation, slot.block, slot.quantity, slot.nullable, info.is_required(), is_block
        )
    return found


@cache
def unsuffixed(model: type[Block]) -> dict[str, str]:
    """Other names of the amounts of a block: ``budget`` -> ``budget_usd``, ``cost_per_hour`` -> ``usd_per_hour``."""
    known = slots(model)
    names = {
        name: name.replace("usd_per_", "cost_per_").replace("cost_cost_", "cost_").replace("_usd", "") for name in known
    }
    return {other: name for name, other in names.items() if other not in known}


def _slot(annotation: Any, nullable: bool = False) -> Slot:
    """What one annotation means."""
    origin, given = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        quantity = next((item for item in given[1:] if isinstance(item, Quantity)), None)
        inner = _slot(given[0], nullable)
        return inner if quantity is None else Slot("leaf", annotation, None, quantity, inner.nullable)
    if origin in (types.UnionType, typing.Union):
        kinds = [kind for kind in given if kind is not type(None)]
        nullable = len(kinds) < len(given)
        if len(kinds) == 1:
            return _slot(kinds[0], nullable)
        # of a number or a block, such as worlds, the number can be checked and varied
        found = [_slot(kind) for kind in kinds]
        if all(slot.kind == "block" for slot in found):  # of blocks, such as in uncertain, the first is the usual one
            return _slot(kinds[0], nullable)
        numbers = [slot.quantity for slot in found if slot.quantity is not None]
        known = len(numbers) == 1 and all(slot.quantity is not None or slot.kind == "block" for slot in found)
        return Slot("leaf", annotation, None, numbers[0] if known else None, nullable)
    if origin is dict:
        return Slot("map", annotation, nullable=nullable)
    if origin is tuple:
        return Slot("list", annotation, nullable=nullable)
    if isinstance(annotation, type) and issubclass(annotation, Block):
        return Slot("block", annotation, annotation, nullable=nullable)
    return Slot("leaf", annotation, nullable=nullable)


def leaf_slot(data: Any, place: Place) -> Slot:
    """The slot of a place in the data; PathError where the path leads nowhere."""
    found: list[Slot] = []

    def note(slot: Slot, old: Any) -> Any:
        found.append(slot)
        return old

    _change(data, place, note)
    return found[0]


@cache
def adapter(slot: Slot) -> TypeAdapter[Any]:
    """Validates one value of a slot."""
    annotation = slot.annotation
    return TypeAdapter(annotation | None if slot.nullable and not _takes_none(annotation) else annotation)


def _takes_none(annotation: Any) -> bool:
    return type(None) in typing.get_args(annotation)


def put(data: Any, place: Place, value: Any, hours: bool = False) -> Any:
    """A copy of ``data`` with ``value`` at ``place``; untouched parts are shared.

    ``hours``: a number in place of a duration is in hours.
    """

    twice: list[tuple[Place, str]] = []

    def replace(slot: Slot, old: Any) -> Any:
        given = respelt(slot, value, place, twice)
        if twice:
            raise PathError(f"{path_text(twice[0][0])} {twice[0][1]}")
        return _values_by_path(data, place, as_written(slot, given)) if hours else given

    return _change(data, place, replace)


def respelt(slot: Slot, value: Any, place: Place, twice: list[tuple[Place, str]]) -> Any:
    """A value with its amounts under the names of the schema; who says one of them under both names is put into ``twice``."""
    if isinstance(value, dict) and slot.block is not None:
        known, others = slots(slot.block), unsuffixed(slot.block)
        changed = {}
        for word, inner in value.items():
            name = others.get(word, word)
            if name != word and name in value:
                twice.append(((*place, word), f"is the same as {name}: give one of them"))
                continue
            changed[name] = respelt(known[name], inner, (*place, name), twice) if name in known else inner
        return changed
    if isinstance(value, dict) and slot.kind == "map":
        return {name: respelt(slot.element, inner, (*place, name), twice) for name, inner in value.items()}
    if isinstance(value, list | tuple) and slot.kind == "list":
        return [respelt(slot.element, inner, (*place, i), twice) for i, inner in enumerate(value)]
    return value


def canonical(place: Place) -> Place:
    """A place with the schema's names of amounts; what is no place of a scenario stays as it is."""
    slot, found = ROOT, list(place)
    for i, part in enumerate(place):
        if slot.block is not None and slot.kind != "leaf":
            found[i] = unsuffixed(slot.block).get(str(part), part)
            inner = slots(slot.block).get(str(found[i]))
        else:
            inner = slot.element if slot.kind in ("map", "list") else None
        if inner is None:
            break
        slot = inner
    return tuple(found)


def canonical_path(path: str) -> str:
    """A dotted path with the schema's names of amounts: ``campaign.paid[0].budget`` is ``campaign.paid[0].budget_usd``."""
    try:
        place = parse_path(path)
    except PathError:
        return path
    changed = canonical(place)
    return path if changed == place else path_text(changed)


def as_written(slot: Slot, value: Any) -> Any:
    """A value of Python as the file has it: numbers without NumPy, hours as durations, in blocks and lists too."""
    if isinstance(value, list | tuple):
        inner = slot.element if slot.kind == "list" else ANYTHING
        return [as_written(inner, item) for item in value]
    if isinstance(value, dict):
        return {str(name): as_written(_part(slot, str(name)), item) for name, item in value.items()}
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value!r}h" if is_number and isinstance(slot.quantity, Duration) else value


def _part(slot: Slot, name: str) -> Slot:
    """The slot of one key of a block or map."""
    if slot.block is not None:
        return slots(slot.block).get(name, ANYTHING)
    return slot.element if slot.kind == "map" else ANYTHING


def _values_by_path(data: Any, place: Place, value: Any) -> Any:
    """What is at ``place``, hours written as durations where it maps paths: ranges, swept values, overlays."""
    if not isinstance(value, dict):
        return value
    if place == ("sweep",) and "parameters" in value:
        return {**value, "parameters": _values_by_path(data, (*place, "parameters"), value["parameters"])}
    if place in (("variants",), ("arms",)):
        return {name: _values_by_path(data, (*place, name), overlay) for name, overlay in value.items()}
    if place in (("uncertain",), ("sweep", "parameters")):
        return {path: _range_as_written(_slot_at(data, path), span) for path, span in value.items()}
    if len(place) == 2 and place[0] in ("variants", "arms"):
        return {path: as_written(_slot_at(data, path), item) for path, item in value.items()}
    return value


def _slot_at(data: Any, path: str) -> Slot:
    try:
        return leaf_slot(data, parse_path(path))
    except PathError:  # reported where paths are checked
        return ANYTHING


def _range_as_written(slot: Slot, span: Any) -> Any:
    """Swept values, a range or a distribution, numbers in the unit of their path as that path has them."""
    if isinstance(span, list):
        return [as_written(slot, item) for item in span]
    if isinstance(span, dict):
        return {word: _range_as_written(slot, item) if word in IN_UNIT else item for word, item in span.items()}
    return as_written(slot, span)


def _change(data: Any, place: Place, change: Any) -> Any:
    if len(place) > 2 and place[0] == "arms":
        return _change_arm(data, place, change)
    return _in_block(Spec, data, place, 0, change)


def _change_arm(data: Any, place: Place, change: Any) -> Any:
    """A value inside an overlay: ``arms.paid.campaign.paid[0].budget_usd``."""
    arms = data.get("arms") or {}
    name = place[1]
    if name not in arms:
        raise PathError(f"no arm {name!r}" + nearest(str(name), arms))
    overlay = dict(arms[name] or {})
    rest = place[2:]
    for end in range(len(rest) - 1, 0, -1):
        prefix = path_text(rest[:end])
        if overlay.get(prefix) is not None:
            # set inside the overlay's value, which has the shape of the schema at its path
            shell = put(data, rest[:end], overlay[prefix])
            overlay[prefix] = at(_change(shell, rest, change), rest[:end])
            break
    else:
        overlay[path_text(rest)] = at(_change(data, rest, change), rest)
    return {**data, "arms": {**arms, name: overlay}}


def at(data: Any, place: Place) -> Any:
    """The plain value at a place; None where there is none."""
    for part in place:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _in_block(model: type[Block], data: Any, place: Place, i: int, change: Any) -> Any:
    known = slots(model)
    name = unsuffixed(model).get(str(place[i]), place[i])
    if not isinstance(name, str) or name not in known:
        where = path_text(place[:i]) or "a scenario"
        raise PathError(f"{where} has no key {name!r}" + nearest(str(name), known))
    return {**data, name: _step(known[name], data.get(name), place, i + 1, change, data)}


def _step(slot: Slot, old: Any, place: Place, i: int, change: Any, owner: Any) -> Any:
    """The new value of the slot at ``place[:i]``."""
    if i == len(place):
        return change(slot, old)
    if old is None and isinstance(owner, dict) and "preset" in owner:
        old = complete_channel(owner).get(place[i - 1])
    where = path_text(place[:i])
    if slot.kind == "leaf":
        raise PathError(f"{where} is a single value: it has no part {place[i]!r}")
    if old is None:
        if not slot.filled_block or slot.kind != "block":
            raise PathError(f"{where} is not set in this scenario: set the whole of it, not a part")
        old = {}
    if slot.block is not None:
        if not isinstance(old, dict):
            raise PathError(f"{where} is {old!r:.40}: set the whole of it, not a part")
        return _in_block(slot.block, old, place, i, change)
    return _in_collection(slot, old, place, i, change)


def _in_collection(slot: Slot, old: Any, place: Place, i: int, change: Any) -> Any:
    where, part = path_text(place[:i]), place[i]
    if slot.kind == "list":
        if not isinstance(part, int) or not isinstance(old, list | tuple) or part >= len(old):
            size = len(old) if isinstance(old, list | tuple) else 0
            raise PathError(f"{where} is a list of {size}, numbered from [0]: {part!r} is not in it")
        changed = list(old)
        changed[part] = _step(slot.element, old[part], place, i + 1, change, old)
        return changed
    if not isinstance(old, dict) or part not in old:
        raise PathError(f"{where} has no {part!r}" + nearest(str(part), old if isinstance(old, dict) else ()))
    return {**old, part: _step(slot.element, old[part], place, i + 1, change, old)}


def parse_set(text: str) -> tuple[str, Any]:
    """(path, value) of ``path=value`` as typed on a command line; the value is read as YAML.

    Numbers stay text, so that a bare number where a duration belongs is refused and not taken for hours.
    """
    path, sign, written = text.partition("=")
    if not sign or not path.strip():
        raise ScenarioError([Problem(f"{text[:80]!r} is no setting: write path=value", file="--set")])
    written = written.strip()
    value = scalar(written)
    if isinstance(value, str) and written[:1] in "[{\"'":
        value = read_yaml(written, "--set").data
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return path.strip(), written if is_number else value
