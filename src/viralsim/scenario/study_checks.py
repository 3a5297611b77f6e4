"""Conditions on ``uncertain`` and ``sweep``: their paths exist and their values fit the schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from viralsim.scenario.messages import Finding, findings
from viralsim.scenario.paths import PathError, Slot, adapter, at, leaf_slot, parse_path
from viralsim.scenario.reading import Place
from viralsim.scenario.spec import Spec
from viralsim.scenario.study import SweepParameter
from viralsim.units import Duration, Real, Whole

MOST_POINTS = 10_000_000
SHARED = ("viralsim", "name", "about", "arms", "baseline", "uncertain", "sweep", "seed", "worlds", "populations")
FIXED_IN_A_WORLD = (
    *SHARED,
    "audience",
    "goal",
    "viral_when",
    "flop_when",
    "equal_money",
    "question",
    "horizon",
    "tick",
    "launch_at",
)


def check_study(spec: Spec, data: Any) -> list[Finding]:
    """All that is wrong with ``uncertain`` and ``sweep``; ``data`` is the plain data that ``spec`` was made of."""
    return [*_uncertain(spec, data), *_sweep(spec, data)]


def _uncertain(spec: Spec, data: Any) -> Iterator[Finding]:
    for path, span in spec.uncertain.items():
        place: Place = ("uncertain", path)
        try:
            target = parse_path(path)
            if target[0] in FIXED_IN_A_WORLD:
                raise PathError(f"{target[0]} is fixed before worlds are drawn: it cannot be uncertain")
            slot = leaf_slot(data, target)
        except PathError as error:
            yield place, str(error)
            continue
        if not isinstance(slot.quantity, Real | Whole | Duration) or isinstance(slot.quantity, Whole):
            yield place, "is no number that can vary: name a key with a number or a duration"
            continue
        yield from _range(span.from_, span.to, span.scale, place)
        for word in ("from", "to"):
            yield from _value(slot, at(data, (*place, word)), (*place, word))


def _range(low: float | None, high: float | None, scale: str, place: Place) -> Iterator[Finding]:
    if low is None or high is None:
        return
    if not low < high:
        yield (*place, "to"), f"must be above from ({low:g}), got {high:g}"
    if scale == "log" and low <= 0:
        yield (*place, "from"), f"must be > 0 on a log scale, got {low:g}"


def _value(slot: Slot, value: Any, place: Place) -> Iterator[Finding]:
    """Whether one written value fits a slot."""
    try:
        adapter(slot).validate_python(value)
    except ValidationError as error:
        yield from findings(error, value, place)


def _sweep(spec: Spec, data: Any) -> Iterator[Finding]:
    if spec.sweep is None:
        return
    sizes = {}
    for path, parameter in spec.sweep.parameters.items():
        place: Place = ("sweep", "parameters", path)
        try:
            target = parse_path(path)
            if target[0] in SHARED and target[0] != "arms":
                raise PathError(f"{target[0]} cannot be swept")
            slot = leaf_slot(data, target)
        except PathError as error:
            yield place, str(error)
            continue
        yield from _parameter(slot, parameter, spec.sweep.design, at(data, place), place)
        sizes[path] = len(parameter.values) if parameter.values is not None else parameter.steps or 1
    points = 1
    for path, size in sizes.items():
        points *= size
        if spec.sweep.design == "grid" and points > MOST_POINTS:
            yield ("sweep", "parameters", path), f"makes more than {MOST_POINTS:,} points: give fewer values"
            break
    if spec.sweep.design == "list" and len(set(sizes.values())) > 1:
        yield ("sweep", "parameters"), "of a list design need lists of one length, read side by side"
    if spec.sweep.design in ("latin_hypercube", "sobol") and spec.sweep.points is None:
        yield ("sweep", "points"), f"is required by {spec.sweep.design}: add it"


def _parameter(slot: Slot, parameter: SweepParameter, design: str, written: Any, place: Place) -> Iterator[Finding]:
    if parameter.values is not None:
        if not parameter.values:
            yield place, "has no values: give one or more"
        if parameter.from_ is not None or parameter.to is not None:
            yield place, "has values and a range: keep one"
        for i, value in enumerate(parameter.values):
            inner = (*place, i) if isinstance(written, list | tuple) else (*place, "values", i)
            yield from _value(slot, value, inner)
        return
    if parameter.from_ is None or parameter.to is None:
        yield place, "needs a list of values, or from and to: add them"
        return
    if design == "list" or (design == "grid" and parameter.steps is None):
        yield place, "needs steps" if design == "grid" else "needs a list of values in a list design"
    yield from _range(parameter.from_, parameter.to, parameter.scale, place)
    for word in ("from", "to"):
        yield from _value(slot, at(written, (word,)), (*place, word))
