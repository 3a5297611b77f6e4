"""Every key of a scenario as a setting: what the schema says of it, and the change that a typed value makes."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from viralsim.app.limits import FILE_WORDS, refuse_files
from viralsim.scenario import Scenario
from viralsim.scenario.blocks import Block
from viralsim.scenario.paths import Slot, parse_path, parse_set, slots
from viralsim.scenario.reading import Place, path_text, write_yaml
from viralsim.units import ClockTime, Duration, Quantity

NOT_HERE = ("viralsim", "sweep", "uncertain", "variants", "field_test")  # the version; what belongs to other commands


@dataclass(frozen=True)
class Setting:
    """One key. path: where it is. group: its block. choices: the words it takes, if they are few.

    text: its value as it is written, "" where it has none. note: unit, bounds, default and source, from the schema.
    """

    path: str
    key: str
    group: str
    about: str
    note: str
    kind: Literal["choice", "switch", "probability", "text"]
    choices: tuple[str, ...]
    text: str


def settings(scenario: Scenario) -> list[Setting]:
    """All settings of a scenario, block by block; the arms by name."""
    found = list(_of_block(scenario.spec, "", "the scenario"))
    for arm, changes in scenario.spec.arms.items():
        group = f"arm {arm}"
        for path, value in changes.items():
            here = f"arms.{arm}.{path}"
            found.append(Setting(here, path, group, "in this arm alone", "", "text", (), written(value)))
        about = "all that differs in this arm: {path: value, ...}"
        found.append(Setting(f"arms.{arm}", "the whole arm", group, about, "", "text", (), written(dict(changes))))
    return found


def changed(scenario: Scenario, path: str, text: str) -> tuple[str, Any, Scenario]:
    """(path, value, scenario) with one setting as it was typed. ScenarioError or InputError says what is wrong.

    The path is the one given, or that of the block that holds it, where the scenario has no such block yet: then the block comes
    in with this one key, and all else in it as the schema has it.
    """
    value = parse_set(f"{path}={text.strip() or 'null'}")[1]
    refuse_files({path: value})
    place = parse_path(path)
    depth = _set_depth(scenario, place)
    if depth < len(place):
        path, inner = path_text(place[:depth]), place[depth:]
        for key in reversed(inner) if value is not None else ():
            value = {key: value}
    return path, value, scenario.override({path: value})


def written(value: Any) -> str:
    """A value as a person writes it, on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {written(item) or 'null'}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(item) for item in value) + "]"
    if isinstance(value, str):
        return write_yaml({"x": value}).removeprefix("x:").strip()
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _set_depth(scenario: Scenario, place: Place) -> int:
    """How many steps of a path lead to the first block that is not set; all of them where every block on the way is."""
    here: Any = scenario.spec
    for i, step in enumerate(place[:-1]):
        try:
            here = _inner(here, step)
        except (KeyError, IndexError, TypeError):  # no such place, or inside an arm: the schema says what is wrong
            break
        if here is None:
            return i + 1
    return len(place)


def _inner(here: Any, step: str | int) -> Any:
    """What lies one step of a path further; KeyError, IndexError or TypeError where nothing can."""
    if not isinstance(here, Block):
        return here[step]
    names = {info.alias or name: name for name, info in type(here).model_fields.items()}
    return getattr(here, names[str(step)])


def _of_block(block: Block, path: str, group: str) -> Iterator[Setting]:
    inner: list[tuple[Block, str]] = []
    off: list[Setting] = []
    for name, info in type(block).model_fields.items():
        key = info.alias or name
        here = f"{path}.{key}" if path else key
        if here in (*NOT_HERE, "arms") or key in FILE_WORDS:
            continue
        value, slot = getattr(block, name), slots(type(block))[key]
        blocks = _blocks_in(value, here)
        inner += blocks
        if not blocks:
            yield _setting(type(block), name, here, group, value)
        if value is None and slot.block is not None:
            off += _of_absent(slot.block, here)
    for one, here in inner:
        yield from _of_block(one, here, here)
    yield from off


def _of_absent(model: type[Block], path: str) -> Iterator[Setting]:
    """The keys of a block that the scenario does not have: without values, and setting one of them brings the block in."""
    for name, info in model.model_fields.items():
        key = info.alias or name
        slot, here = slots(model)[key], f"{path}.{key}"
        if key in FILE_WORDS:
            continue
        if slot.block is not None:
            yield from _of_absent(slot.block, here)
        else:
            yield _setting(model, name, here, f"{path} (not set)", None)


def _blocks_in(value: Any, path: str) -> list[tuple[Block, str]]:
    if isinstance(value, Block):
        return [(value, path)]
    if isinstance(value, Mapping):
        return [(one, f"{path}.{name}") for name, one in value.items() if isinstance(one, Block)]
    if isinstance(value, tuple):
        return [(one, f"{path}[{i}]") for i, one in enumerate(value) if isinstance(one, Block)]
    return []


def _setting(model: type[Block], name: str, path: str, group: str, value: Any) -> Setting:
    info = model.model_fields[name]
    key = info.alias or name
    slot = slots(model)[key]
    quantity = slot.quantity
    choices = _words(slot.annotation)
    kind: Literal["choice", "switch", "probability", "text"] = "text"
    if choices:
        kind = "choice"
    elif isinstance(value, bool):
        kind = "switch"
    elif quantity is not None and (quantity.ge, quantity.le) == (0, 1) and isinstance(value, int | float):
        kind = "probability"
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    unit = quantity.unit if quantity is not None else ""
    signs = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    bounds = [f"{signs[b]} {v:g}" for b, v in quantity.bounds().items()] if quantity is not None else []
    default = "" if info.is_required() else written(info.get_default()) or ""
    parts = [unit, ", ".join(bounds), f"default {default}" if default and len(default) < 40 else "",
             _keys(slot), "needed" if info.is_required() else "", f"source: {extra.get('source', '')}"]  # fmt: skip
    about, note = info.description or "", "; ".join(filter(None, parts))
    return Setting(path, key, group, about, note, kind, choices, _with_unit(value, quantity))


def _keys(slot: Slot) -> str:
    """The keys of the blocks that a setting, a list or a map takes; nothing for plain values."""
    inner = slot.element if slot.kind in ("list", "map") else slot
    many = {"list": "a list, each with ", "map": "by name, each with "}.get(slot.kind, "")
    return f"{many}keys: {', '.join(slots(inner.block))}" if inner.block is not None else ""


def _with_unit(value: Any, quantity: Quantity | None) -> str:
    """A value as it is written; hours with their unit, times of day as on a clock."""
    if isinstance(quantity, ClockTime) and isinstance(value, float):
        minutes = round(value * 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if isinstance(quantity, Duration) and isinstance(value, float):
        return f"{int(value) if value.is_integer() else value!r}h"
    return written(value)


def _words(annotation: Any) -> tuple[str, ...]:
    """The words of a Literal, inside unions and annotations too; nothing where other values are taken."""
    origin, given = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return tuple(str(word) for word in given)
    if origin is typing.Annotated:
        return _words(given[0])
    kinds = [kind for kind in given if kind is not type(None)] if origin is not None else []
    return _words(kinds[0]) if len(kinds) == 1 and len(given) == 2 and type(None) in given else ()
