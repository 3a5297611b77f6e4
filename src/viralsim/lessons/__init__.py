"""Lessons for a class: each a question, a prediction to make first, a slider and a surprise, on a small scenario.

A lesson is a file beside this one; its scenario runs from the command line too: ``lesson(key).scenario_text``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeVar

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
    whole: bool

    @property
    def values(self) -> tuple[float, ...]:
        """Every value that it can take, whole numbers as such."""
        count = round((self.high - self.low) / self.step) + 1
        return tuple(self.exactly(self.low + i * self.step) for i in range(count))

    def exactly(self, value: float) -> float:
        """A value without the dust of its sum, and a whole number where the scenario wants one."""
        return round(value) if self.whole else float(f"{value:.6g}")


@dataclass(frozen=True)
class Measure:
    """What a lesson draws against its slider.

    kind: above (tries of 100 with more than ``than``), chance (pairs of 100 in which one is ``than`` times the other), mean,
    best (the best try over the typical one), ratio (of the means of two ``arms``), part (of the first in both, in
    hundredths), contrast (what the first group of people has more than the second, in hundredths of both).
    of: measures of a world. axis: fixed ends; log: its scale.
    """

    kind: Literal["above", "mean", "best", "ratio", "part", "chance", "contrast"]
    of: tuple[str, ...]
    title: str
    axis: tuple[float, float]
    log: bool
    than: float
    arms: tuple[str, ...]


@dataclass(frozen=True)
class Predict:
    """What is asked before the curves are shown; the answer is the first line of the lesson's measure with the slider ``at``."""

    ask: str
    at: float


@dataclass(frozen=True)
class LessonText:
    """What every lesson says to a class: minutes, question, prediction, guess, surprise, the teacher's answer, words."""

    key: str
    order: int
    title: str
    minutes: int
    question: str
    prediction: str
    predict: Predict
    surprise: str
    teacher: str
    glossary: Mapping[str, str]


@dataclass(frozen=True)
class Lesson(LessonText):
    """A lesson on a scenario, with the slider that changes it and the measure that is drawn against the slider."""

    slider: Slider
    measure: Measure
    scenario_text: str

    @property
    def drawn(self) -> str:
        """The title of its picture."""
        return self.measure.title

    def scenario(self) -> Scenario:
        """The lesson's scenario, checked."""
        return loads(self.scenario_text, file=f"{self.key}.yaml")


AnyLesson = TypeVar("AnyLesson", bound=LessonText)


@cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons in the order of a course."""
    return read_all(__package__, _read)


def read_all(package: str, read: Callable[[str, dict[str, Any]], AnyLesson]) -> tuple[AnyLesson, ...]:
    """The lessons of a package's files, in the order of a course. read: (key, data of the file) -> the lesson."""
    found = []
    for one in files(package).iterdir():
        if one.name.endswith(".yaml"):
            data = read_yaml(one.read_text(encoding="utf-8"), one.name).data
            found.append(read(one.name.removesuffix(".yaml"), data))
    return tuple(sorted(found, key=lambda one: one.order))


def lesson(key: str) -> Lesson:
    """A lesson by its key; InputError lists those there are."""
    for one in lessons():
        if one.key == key:
            return one
    raise InputError(f"no lesson {key!r}: choose one of {', '.join(one.key for one in lessons())}")


def _read(key: str, data: dict[str, Any]) -> Lesson:
    spec = loads(data["scenario"], file=f"{key}.yaml").spec
    slider = _slider(data["slider"], spec.model_dump(by_alias=True))
    drawn, asked = data["measure"], data["predict"]
    low, high = drawn["axis"]
    words = ("order", "title", "minutes", "question", "prediction", "surprise", "teacher", "glossary")
    return Lesson(
        key=key,
        slider=slider,
        measure=Measure(
            drawn["kind"], tuple(drawn["of"]), drawn["title"], (float(low), float(high)),
            bool(drawn.get("log", False)), float(drawn.get("than", 0)), tuple(drawn.get("arms", ())),
        ),
        predict=Predict(asked["ask"], slider.exactly(asked["at"])),
        scenario_text=data["scenario"],
        **{word: data[word] for word in words},
    )  # fmt: skip


def _slider(data: dict[str, Any], spec: dict[str, Any]) -> Slider:
    value = at(spec, parse_path(data["path"]))
    low, high, step = (float(data[word]) for word in ("from", "to", "step"))
    return Slider(data["path"], data["label"], low, high, float(value), step, isinstance(value, int))
