"""Lessons for a class: each a question, a prediction to make first, a slider and a surprise, on a small scenario.

A lesson is a file beside this one; its scenario runs from the command line too: ``lesson(key).scenario_text``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from viralsim.errors import InputError
from viralsim.scenario import Scenario, loads
from viralsim.scenario.paths import at, parse_path
from viralsim.scenario.reading import read_yaml


@dataclass(frozen=True)
class Slider:
    """The one value that a lesson moves: a path of the scenario, its range, and where it is, which is the scenario's."""

    path: str
    label: str
    low: float
    high: float
    value: float
    step: float


@dataclass(frozen=True)
class Lesson:
    """What a class needs: minutes, question, prediction, slider, surprise, the teacher's answer, words, scenario."""

    key: str
    order: int
    title: str
    minutes: int
    question: str
    prediction: str
    slider: Slider
    surprise: str
    teacher: str
    glossary: Mapping[str, str]
    scenario_text: str

    def scenario(self) -> Scenario:
        """The lesson's scenario, checked."""
        return loads(self.scenario_text, file=f"{self.key}.yaml")


@cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons in the order of a course."""
    found = [_read(one.name.removesuffix(".yaml"), one.read_text(encoding="utf-8"))
             for one in files(__package__).iterdir() if one.name.endswith(".yaml")]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.order))


def lesson(key: str) -> Lesson:
    """A lesson by its key; InputError lists those there are."""
    for one in lessons():
        if one.key == key:
            return one
    raise InputError(f"no lesson {key!r}: choose one of {', '.join(one.key for one in lessons())}")


def _read(key: str, text: str) -> Lesson:
    data: dict[str, Any] = read_yaml(text, f"{key}.yaml").data
    slider = data["slider"]
    spec = loads(data["scenario"], file=f"{key}.yaml").spec
    value = float(at(spec.model_dump(by_alias=True), parse_path(slider["path"])))
    words = ("order", "title", "minutes", "question", "prediction", "surprise", "teacher", "glossary")
    return Lesson(
        key=key,
        slider=Slider(
            slider["path"], slider["label"], float(slider["from"]), float(slider["to"]), value, float(slider["step"])
        ),
        scenario_text=data["scenario"],
        **{word: data[word] for word in words},
    )
