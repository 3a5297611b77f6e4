"""Every public function says what comes back, what each argument is, which errors it raises and where its model is from."""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from test_python_door import name_of, public

import viralsim as vs
from viralsim import advocates, classic, experiments, seeding

MODULES = (vs, classic, seeding, advocates, experiments, vs.rules, vs.calibration, vs.forecasting, vs.replay, vs.posts)
NO_ERROR = {seeding.words}
# What a paper has described: models, estimators, ways to choose.
FROM_A_PAPER = (
    *(getattr(classic, name) for name in classic.__all__ if name not in ("activation", "trees", "tables", "Consensus")),
    vs.field_test, vs.value_of_information, vs.discover, vs.robust, vs.how_much_luck, vs.calibrate, vs.calibration.next_post,
    vs.forecasting.fit, advocates.shapley, seeding.choose, experiments.adaptive_sweep, vs.replay.cascade,
)  # fmt: skip
SHAPE = re.compile(r"(?:float64|int64|int32|int8|bool)\[[^\]]+\]")
YEAR = re.compile(r"\b(?:18|19|20)\d\d\b")


def functions() -> Iterator[Callable[..., Any]]:
    """All functions of the public packages, and the methods that the Python door is tested on, each once."""
    listed = [getattr(module, name) for module in MODULES for name in getattr(module, "__all__", ())]
    found = [one for one in (*listed, *public()) if inspect.isroutine(one)]
    yield from {name_of(one) + one.__module__: one for one in found}.values()


def text_of(function: Callable[..., Any]) -> str:
    return inspect.getdoc(function) or ""


def referred(function: Callable[..., Any]) -> str:
    """The docstring, and those of the functions to which it refers: "as in ``sir``", "as ``plan_of`` and ``run_sweep``"."""
    own = text_of(function)
    where = [sys.modules[function.__module__], vs.Network, *MODULES]
    said = [own]
    for clause in re.findall(r"(?:\bas(?: in)?|\bsee|\bof) ((?:(?:, | and )?``[\w.]+``)+)", own):
        for name in re.findall(r"``(?:\w+\.)*(\w+)``", clause):
            said += [text_of(getattr(m, name)) for m in where if inspect.isroutine(getattr(m, name, None))]
    return "\n".join(said)


@pytest.mark.parametrize("function", list(functions()), ids=name_of)
def test_every_argument_is_explained(function: Callable[..., Any]) -> None:
    """By its name, in the docstring or in that of the function to which it refers."""
    said = referred(function)
    missing = [
        name
        for name in inspect.signature(function).parameters
        if name not in ("self", "cls") and not re.search(rf"\b{name}\b", said)
    ]
    assert missing == []


@pytest.mark.parametrize("function", [f for f in functions() if f not in NO_ERROR], ids=name_of)
def test_errors_are_named(function: Callable[..., Any]) -> None:
    """Which error, and for what."""
    assert re.search(r"\w+Error\b", text_of(function))


@pytest.mark.parametrize("function", list(functions()), ids=name_of)
def test_what_comes_back_is_described(function: Callable[..., Any]) -> None:
    """An array has a dtype and a shape, a table its columns; a record names its arrays and tables."""
    kind = str(inspect.signature(function).return_annotation)
    if "NDArray" in kind:
        assert SHAPE.search(referred(function))
    if "DataFrame" in kind or "Series" in kind:
        assert re.search(r"\b(?:columns?|index|row)\b", text_of(function))
    returned = getattr(sys.modules[function.__module__], kind, None)
    if dataclasses.is_dataclass(returned) and returned.__module__.startswith("viralsim"):
        own = "\n".join(inspect.getdoc(kind) or "" for kind in returned.__mro__)
        fields = [field.name for field in dataclasses.fields(returned) if "NDArray" in str(field.type)]
        fields += [
            field.name for field in dataclasses.fields(returned) if re.search("DataFrame|Series", str(field.type))
        ]
        assert [name for name in fields if not re.search(rf"\b{name}\b", own)] == []


@pytest.mark.parametrize("function", FROM_A_PAPER, ids=name_of)
def test_a_source_is_named(function: Callable[..., Any]) -> None:
    """Authors with the year."""
    assert YEAR.search(text_of(function))
