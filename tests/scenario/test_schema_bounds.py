"""Every bound of the schema, walked and not listed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from texts import FULL

from viralsim.errors import ScenarioError
from viralsim.scenario import loads
from viralsim.scenario.paths import put, slots
from viralsim.scenario.reading import Place, path_text, read_yaml, write_yaml
from viralsim.scenario.spec import MOST_CHANNELS, Spec
from viralsim.units import ClockTime, Duration, NumberOrDuration, Quantity, Whole

DATA = read_yaml(FULL).data
FLOAT_STEP = 1e-6


def quantities(slot: Any, data: Any, place: Place) -> Iterator[tuple[Place, Quantity]]:
    """Places of the full scenario that hold a bounded number."""
    if slot.quantity is not None:
        if data is not None:
            yield place, slot.quantity
    elif slot.block is not None and isinstance(data, dict):
        for name, inner in slots(slot.block).items():
            yield from quantities(inner, data.get(name), (*place, name))
    elif slot.kind == "map" and isinstance(data, dict) and place not in ((), ("arms",)):
        for name, value in data.items():
            yield from quantities(slot.element, value, (*place, name))
    elif slot.kind == "list" and isinstance(data, list):
        for i, value in enumerate(data):
            yield from quantities(slot.element, value, (*place, i))


PLACES = [found for name, slot in slots(Spec).items() for found in quantities(slot, DATA.get(name), (name,))]


def outside(quantity: Quantity) -> Iterator[tuple[Any, str]]:
    """Written values just outside each bound, with the sign that the message has to show."""
    step = 1 if isinstance(quantity, Whole) else FLOAT_STEP
    for bound, sign, beyond in (("ge", ">=", -1), ("gt", ">", 0), ("le", "<=", 1), ("lt", "<", 0)):
        limit = getattr(quantity, bound)
        if limit is not None:
            value = limit + beyond * step * max(1.0, abs(limit) if step < 1 else 1.0)
            value = int(value) if step == 1 else float(value)
            yield (f"{value!r}h" if isinstance(quantity, Duration) else value), sign


CASES = [
    pytest.param(place, value, sign, id=f"{path_text(place)}={value}")
    for place, quantity in PLACES
    for value, sign in outside(quantity)
]


def test_the_walk_finds_every_key_with_a_bound() -> None:
    """No bounded key is missed: each block that the schema knows gives places, and most keys have two bounds."""
    assert len(PLACES) > 75
    assert len(CASES) > 130
    assert {place[0] for place, _ in PLACES} == {
        "seed", "worlds", "horizon", "tick", "launch_at", "audience", "channels", "content", "campaign", "goal",
        "viral_when", "flop_when", "populations", "uncertain", "sweep",
    }  # fmt: skip


def line_of(text: str, place: Place) -> int:
    """The line of a place, as the reader says."""
    line = read_yaml(text).line(place)
    assert line is not None
    return line


@pytest.mark.parametrize(("place", "value", "sign"), CASES)
def test_just_outside_a_bound_is_refused_with_path_and_line(place: Place, value: Any, sign: str) -> None:
    """A value just outside a bound is an error that names file, line, path, bound and value."""
    text = write_yaml(put(DATA, place, value))
    with pytest.raises(ScenarioError) as caught:
        loads(text, ".", "s.yaml")
    mine = [p for p in caught.value.problems if p.path == path_text(place) and f"must be {sign} " in p.message]
    assert mine, str(caught.value)
    assert mine[0].line == line_of(text, place)
    assert str(mine[0]).startswith(f"s.yaml:{mine[0].line}: {path_text(place)}: must be {sign} ")
    assert "got " in mine[0].message


@pytest.mark.parametrize("place", [place for place, _ in PLACES], ids=path_text)
@pytest.mark.parametrize("value", [True, [], {}, "wrong", math.nan, math.inf], ids=str)
def test_what_is_no_number_is_refused(place: Place, value: Any) -> None:
    """Truth values, lists, words and numbers that are not finite are no values of a numeric key."""
    with pytest.raises(ScenarioError) as caught:
        loads(write_yaml(put(DATA, place, value)), ".", "s.yaml")
    assert any(problem.path.startswith(path_text(place)) for problem in caught.value.problems)


def test_every_key_says_what_it_means_and_where_its_default_comes_from() -> None:
    """Each key of the schema has a description and a source, and each bounded number the schema's own unit where it has one."""
    seen: set[type] = set()
    waiting: list[type] = [Spec]
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        assert model.__doc__
        for name, info in model.model_fields.items():  # type: ignore[attr-defined]
            assert info.description, f"{model.__name__}.{name}"
            assert info.json_schema_extra["source"], f"{model.__name__}.{name}"
        for slot in slots(model).values():
            while slot.kind in ("map", "list") and "Any" not in str(slot.annotation):
                slot = slot.element
            if slot.block is not None:
                waiting.append(slot.block)
    assert len(seen) >= 35


def test_the_full_text_is_full() -> None:
    """The text that the walk uses names every numeric key of the schema, so that no bound goes untested."""
    said = {(type(q), path_text(tuple(p for p in place if not isinstance(p, int)))) for place, q in PLACES}
    assert {kind for kind, _ in said} >= {Whole, Duration, ClockTime, NumberOrDuration}
    loads(FULL)


def test_as_many_channels_as_a_world_has_bits_for() -> None:
    """29 channels are read, a 30th is refused with the number."""
    first, most = next(iter(DATA["channels"])), MOST_CHANNELS - len(DATA["channels"])
    more = {f"place_{i}": DATA["channels"][first] for i in range(most + 1)}
    loads(write_yaml(put(DATA, ("channels",), DATA["channels"] | dict(list(more.items())[:most]))))
    with pytest.raises(ScenarioError, match="channels: must have at most 29 entries"):
        loads(write_yaml(put(DATA, ("channels",), DATA["channels"] | more)))
