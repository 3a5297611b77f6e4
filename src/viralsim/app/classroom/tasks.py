"""What a round may play, and its words: tries of a lesson's scenario, or posts that really happened, one for each seat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from viralsim.app.classroom.room import MOST_PUPILS, Room, Round, Task
from viralsim.lessons import Lesson, lesson
from viralsim.lessons.real import RealLesson, real_lesson
from viralsim.lessons.real.posts import DAY_HOURS, RealPost, posts
from viralsim.lessons.texts import noted

NEXT_ROUND = 7  # posts that every seat moves on by from round to round
CLOSE = 0.2  # of the end: a guess that is not further off


@dataclass(frozen=True)
class Words:
    """What is said of a round; values in braces are those of ``seat_values`` and of ``gathered``.

    about, ask, play: before the guess. got: after it. count, filled, summary: on the wall.
    """

    about: str
    ask: str
    play: str
    got: str
    count: str
    filled: str
    summary: str


TRIES = Words(
    noted("The same post and the same people as everybody else here; only the luck is yours."),
    noted("How many shares will your try get?"),
    noted("guess and try"),
    noted("Shares of your try: {result}. Your guess: {guess}."),
    noted("tries of the same post: {n}"),
    noted("filled squares: what each try came to; hollow ones below: the guesses"),
    noted("typical: {typical} shares, best: {best}; typical guess: {typical_guess}"),
)
POSTS = noted("real posts guessed so far: {n}")
REAL = {
    "real_cascade": Words(
        noted("Yours is number {post} of {posts} posts that really happened."),
        noted("Of 100 shares that it got within a day, how many had come after {hours} h?"),
        noted("guess and see"),
        noted("Of 100 shares, {result} had come. Your guess: {guess}."),
        POSTS,
        noted("filled squares: of 100 shares, how many had come; hollow ones below: the guesses"),
        noted("typical: {typical} of 100; typical guess: {typical_guess}"),
    ),
    "forecasting": Words(
        noted("Yours is number {post} of {posts} posts that really happened."),
        noted("After {hours} h it has {seen} shares. How many after {day} h?"),
        noted("guess and see"),
        noted("It ended at {result} shares. Your guess: {guess}."),
        POSTS,
        noted("filled squares: where each post ended; hollow ones below: the guesses"),
        noted("not more than a fifth off: {close} of {n} guesses; too low: {low}, too high: {high}"),
    ),
}


def words(task: Task) -> Words:
    """How a round of this task is spoken of."""
    return REAL.get(task.lesson, TRIES)


def lesson_of(task: Task) -> Lesson | RealLesson | None:
    """The lesson that is played, None where it is the scenario named at the start; InputError where there is none such."""
    return (real_lesson(task.lesson) or lesson(task.lesson)) if task.lesson else None


def first_task(one: Lesson | RealLesson) -> Task:
    """A lesson as it opens."""
    return Task(one.key, values(one)[0], arms(one)[0])


def values(one: Lesson | RealLesson) -> tuple[float, ...]:
    """What its slider can be set to, the value that it opens with first."""
    if isinstance(one, RealLesson):
        return (one.predict.at, *(hour for hour in one.slider.values if hour < DAY_HOURS and hour != one.predict.at))
    start = one.slider.exactly(one.slider.value)
    return (start, *(value for value in one.slider.values if value != start))


def arms(one: Lesson | RealLesson) -> tuple[str, ...]:
    """Who may start; one empty name where nobody can be chosen."""
    return one.scenario().arm_names if isinstance(one, Lesson) else ("",)


def post_of(round_number: int, seat: int) -> int:
    """Which real post a seat has."""
    return (seat + NEXT_ROUND * (round_number - 1)) % len(posts())


def real_outcomes(task: Task, round_number: int) -> list[int]:
    """What each seat's post came to: of 100 shares of its day those that had come, or its shares at the end."""
    own = [posts()[post_of(round_number, seat)] for seat in range(MOST_PUPILS)]
    return [one.shares if task.lesson == "forecasting" else _come(one, task.value) for one in own]


def _come(one: RealPost, hours: float) -> int:
    return round(100 * one.by(hours) / one.shares)


def seat_values(opened: Round, seat: int) -> Mapping[str, Any]:
    """What a seat's words are filled with, beside its guess and its result; nothing where tries are played."""
    if opened.task.lesson not in REAL:
        return {}
    number, hours = post_of(opened.number, seat), opened.task.value
    return {
        "post": number + 1,
        "posts": len(posts()),
        "hours": f"{hours:g}",
        "seen": f"{posts()[number].by(hours):,}",
        "day": f"{DAY_HOURS:g}",
    }


def gathered(room: Room) -> Mapping[str, Any]:
    """What the wall's words are filled with; at least one has played."""
    results = np.array(list(room.results.values()), float)
    guesses = np.array([room.round.guesses[seat] for seat in room.results])
    off = guesses - results
    close = np.abs(off) <= CLOSE * results
    return {
        "n": len(results),
        "typical": f"{np.median(results):,.0f}",
        "best": f"{results.max():,.0f}",
        "typical_guess": f"{np.median(guesses):,.0f}",
        "close": int(close.sum()),
        "low": int((~close & (off < 0)).sum()),
        "high": int((~close & (off > 0)).sum()),
    }
