"""Two lessons on posts that really happened: one is replayed, thirty are forecast.

They look like the other lessons, but no scenario is behind them: there is nothing to simulate, and what happened happened once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from viralsim.lessons import Lesson, LessonText, Predict, lessons, read_all
from viralsim.lessons.real.posts import DAY_HOURS


@dataclass(frozen=True)
class Hours:
    """The slider of such a lesson: hours since the post, ascending."""

    label: str
    values: tuple[float, ...]

    @property
    def low(self) -> float:
        """The least of them."""
        return self.values[0]

    @property
    def high(self) -> float:
        """The most of them."""
        return self.values[-1]


@dataclass(frozen=True)
class RealLesson(LessonText):
    """A lesson on real posts. drawn, axis: title and ends of its picture."""

    slider: Hours
    drawn: str
    axis: tuple[float, float]


@cache
def real_lessons() -> tuple[RealLesson, ...]:
    """Both, in the order of a course; they follow the simulated ones."""
    return read_all(__package__, _read)


def course() -> tuple[Lesson | RealLesson, ...]:
    """All lessons there are, in the order of a course."""
    return (*lessons(), *real_lessons())


def real_lesson(key: str) -> RealLesson | None:
    """The one of this key, or None: there may be a simulated one."""
    return next((one for one in real_lessons() if one.key == key), None)


def _read(key: str, data: dict[str, Any]) -> RealLesson:
    hours = tuple(float(hour) for hour in data.pop("hours"))
    if not 0 < hours[0] <= hours[-1] <= DAY_HOURS:
        raise ValueError(f"{key}.yaml: hours must lie within the day that was watched")
    low, high = data.pop("axis")
    return RealLesson(
        key=key,
        slider=Hours(data.pop("label"), hours),
        axis=(float(low), float(high)),
        predict=Predict(data.pop("ask"), float(data.pop("at"))),
        **data,
    )
