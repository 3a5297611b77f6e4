"""From what pydantic found to sentences with path and remedy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from viralsim.scenario.paths import KNOWN, PathError, at, leaf_slot, nearest, slots
from viralsim.scenario.reading import Place, path_text
from viralsim.scenario.spec import Spec
from viralsim.units import parse_duration, shown

Finding = tuple[Place, str]
RULED = ("reinforcement", "share_probability", "response", "graph", "measures")  # keys that take rules of one's own
_BOUNDS = {
    "greater_than_equal": (">=", "ge"),
    "greater_than": (">", "gt"),
    "less_than_equal": ("<=", "le"),
    "less_than": ("<", "lt"),
}
_SHAPES = {
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "dict_type": "a mapping (key: value)",
    "mapping_type": "a mapping (key: value)",
    "tuple_type": "a list, in square brackets ([] for none)",
    "list_type": "a list, in square brackets ([] for none)",
    "string_type": "text; put it in quotes if it looks like a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
}


def findings(error: ValidationError, data: Any, root: Place = ()) -> list[Finding]:
    """Places and sentences of all that pydantic found in ``data``, each once."""
    found: dict[Finding, None] = {}
    for detail in error.errors(include_url=False, include_context=True):
        place = _real_place(detail["loc"], data)
        if detail["type"] != "missing" and at(data, place) is None and not _written(data, place):
            continue  # a value that was filled in; its origin is reported where it is
        if detail["type"] == "too_short" and len(at(data, place)) >= detail["ctx"]["min_length"]:
            continue  # entries that are wrong were left out before they were counted; they are reported themselves
        found[((*root, *place), _sentence(detail, place, data))] = None
    return _each_list_once(found) or [_nearest_written(error.errors(include_url=False)[0], data, root)]


def _each_list_once(found: Iterable[Finding]) -> list[Finding]:
    """The findings; a list of the keys that are known is in the first sentence that has it, not in all of them."""
    told: set[str] = set()
    kept = []
    for place, sentence in found:
        said, _, listed = sentence.partition(KNOWN)
        kept.append((place, said if listed and listed in told else sentence))
        told.add(listed)
    return kept


def _nearest_written(detail: ErrorDetails, data: Any, root: Place) -> Finding:
    """Where all that is wrong was filled in: the nearest thing that the file does say, which cannot be what it is."""
    place = _real_place(detail["loc"], data)
    while place and (at(data, place) is None or not _written(data, place)):
        place = place[:-1]
    return (*root, *place), _sentence(detail, place, data)


def _written(data: Any, place: Place) -> bool:
    """Whether a place is in the data, be its value null."""
    holder = at(data, place[:-1]) if place else data
    return not place or (isinstance(holder, dict) and place[-1] in holder) or isinstance(holder, list)


def _real_place(loc: Place, data: Any) -> Place:
    """The part of pydantic's location that is a place of the file: without names of union members and the like."""
    place: list[str | int] = []
    for part in loc:
        here = at(data, tuple(place))
        if isinstance(here, list | tuple) and not isinstance(part, int):
            continue
        if not isinstance(here, dict | list | tuple) and here is not None:
            break
        place.append(part)
    return tuple(part for part in place if part not in ("[key]", "[joint]"))


def _sentence(detail: ErrorDetails, place: Place, data: Any) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    got = at(data, place)
    if kind in _BOUNDS:
        sign, name = _BOUNDS[kind]
        unit = "h" if _is_duration(got) else ""
        return f"must be {sign} {context[name]:.12g}{unit}, got {_bare(got)}"
    if kind in _SHAPES:
        return f"must be {_SHAPES[kind]}, got {shown(got)}"
    if kind == "missing":
        return "is required: add it"
    if kind == "extra_forbidden":
        keys, word = _keys_at(data, place[:-1]), place[-2] if len(place) > 1 else ""
        unread = "; a rule of your own is found by its package, or with --rules FILE.py" if word in RULED else ""
        return "unknown key" + nearest(str(place[-1]), keys) + unread
    if kind == "finite_number":
        return f"must be a finite number, got {shown(got)}"
    if kind == "literal_error":
        words = [str(word) for word in _words(context)]
        if detail["loc"][-1] == "[key]":
            wrong = str(detail["loc"][-2])
            near = nearest(wrong, words)
            return f"unknown key {shown(wrong)}: must be {_either(words)}{near if KNOWN not in near else ''}"
        hint = nearest(got, words) if isinstance(got, str) else ""
        hint = hint if "did you mean" in hint else ""
        return f"must be {_either(words)}, got {shown(got)}{hint}"
    if kind in ("too_long", "string_too_long"):
        return f"must have at most {context.get('max_length')} entries or characters: shorten it"
    if kind in ("too_short", "string_too_short"):
        return f"must have at least {context.get('min_length')}: add one"
    if kind == "value_error":
        return str(context.get("error", detail["msg"]))
    return f"{detail['msg'][:1].lower()}{detail['msg'][1:]}, got {shown(got)}"


def _words(context: dict[str, Any]) -> list[str]:
    return [word.strip("'") for word in str(context.get("expected", "")).replace(" or ", ", ").split(", ")]


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else "one of " + ", ".join(words)


def _bare(value: Any) -> str:
    """A wrong number as written, without the quotes of text such as -3h."""
    return shown(value).strip("'")


def _is_duration(value: Any) -> bool:
    try:
        return isinstance(value, str) and parse_duration(value) is not None
    except ValueError:
        return False


def _keys_at(data: Any, place: Place) -> list[str]:
    """Keys that the schema knows at a place."""
    try:
        model = leaf_slot(data, place).block if place else Spec
    except PathError:
        return []
    return list(slots(model)) if model is not None else []


def path_of(place: Place) -> str:
    """The path of a place, shortened where a hostile key would flood the screen."""
    text = path_text(place)
    return text if len(text) <= 200 else text[:197] + "..."
