"""Conditions on the blocks of studies: their paths exist, their values fit the schema, the arms they name are there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from viralsim.scenario.joint import check_joint
from viralsim.scenario.messages import Finding
from viralsim.scenario.paths import PathError, Slot, at, leaf_slot, nearest, parse_path
from viralsim.scenario.ranges import check_ends, check_ranges
from viralsim.scenario.reading import Place
from viralsim.scenario.slots import SHARED, STUDIES, check_value
from viralsim.scenario.spec import Spec
from viralsim.scenario.study import SweepParameter

MOST_POINTS = 10_000_000
SAME_IN_VARIANTS = ("viralsim", "name", "about", "arms", "baseline", *STUDIES, "seed", "worlds", "goal", "equal_money")


def check_study(spec: Spec, data: Any, folder: Path) -> list[Finding]:
    """All that is wrong with the blocks of studies; ``data`` is the plain data that ``spec`` was made of."""
    return [
        *check_ranges(spec, data),
        *check_joint(spec, data, folder),
        *_sweep(spec, data),
        *_variants(spec, data),
        *_field_test(spec),
    ]


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
            yield from check_value(slot, value, inner)
        return
    if parameter.from_ is None or parameter.to is None:
        yield place, "needs a list of values, or from and to: add them"
        return
    if design == "list" or (design == "grid" and parameter.steps is None):
        yield place, "needs steps" if design == "grid" else "needs a list of values in a list design"
    yield from check_ends(parameter.from_, parameter.to, parameter.scale, place)
    for word in ("from", "to"):
        yield from check_value(slot, at(written, (word,)), (*place, word))


def _variants(spec: Spec, data: Any) -> Iterator[Finding]:
    for name, overlay in spec.variants.items():
        for path in overlay:
            place: Place = ("variants", name, path)
            try:
                target = parse_path(path)
                if target[0] in SAME_IN_VARIANTS:
                    raise PathError(f"{target[0]} is the same for all variants: overlay what describes the model")
                slot = leaf_slot(data, target)
            except PathError as error:
                yield place, str(error)
                continue
            yield from check_value(slot, at(data, place), place)


def _field_test(spec: Spec) -> Iterator[Finding]:
    test = spec.field_test
    if test is None:
        return
    for word in ("treatment", "control"):
        arm = getattr(test, word)
        if arm not in spec.arms:
            yield ("field_test", word), f"is no arm{nearest(arm, spec.arms)}"
    if test.treatment == test.control:
        yield ("field_test", "control"), "is the treatment itself: name another arm"
