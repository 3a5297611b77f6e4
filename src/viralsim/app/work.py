"""What worker processes do for the pages: nothing heavy runs in the process that answers them.

A scenario comes as its base and the changes made to it, so that changing it is the worker's work too.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, MutableSequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import psutil

from viralsim.app import limits, settings, stepping
from viralsim.app.lesson import data as lesson_data
from viralsim.app.stepping import Played
from viralsim.errors import InputError
from viralsim.lessons import lesson
from viralsim.scenario import Scenario
from viralsim.scenario.amounts import DEFAULT_CURRENCY

if TYPE_CHECKING:
    from viralsim.results import Result
    from viralsim.simulation.run import Progress

T = TypeVar("T")
TOO_LONG = 75  # exit status of a process whose work took too long
DONE, TOTAL, STOP = range(3)  # places of the board on which a run and the server write to each other
RUN_S = 900.0  # a run that takes longer is stopped, and what it finished is kept


class Question(NamedTuple):
    """A scenario with changes: path -> value."""

    base: Scenario
    changes: Mapping[str, Any]

    def scenario(self) -> Scenario:
        """The changed scenario within the limits. Raises InputError where the schema or a limit forbids it."""
        return limits.within_limits(self.base.override(dict(self.changes)) if self.changes else self.base)


@dataclass(frozen=True)
class ArmNumbers:
    """What one arm comes to. role: its colour. mean, low, high: the goal's measure, and nine in ten campaigns.

    profit: mean, in US$. loss: chance of one. Both None where no value is given.
    """

    name: str
    role: str
    mean: float
    low: float
    high: float
    cost: float
    profit: float | None
    loss: float | None


@dataclass(frozen=True)
class Answer:
    """What a page shows of a run. asked: worlds of the scenario. drawn, words: the pictures. sentences: the verdict.

    report: a whole page of HTML. lines: (label, text) of the first screen. unit: of the goal's measure, in words.
    notes: warnings.
    """

    asked: int
    world_count: int
    interrupted: bool
    drawn: str
    words: str
    sentences: tuple[str, ...] = ()
    report: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    arms: tuple[ArmNumbers, ...] = ()
    unit: str = ""
    currency: str = DEFAULT_CURRENCY
    notes: tuple[str, ...] = ()


_BOARD: list[MutableSequence[int]] = []  # of this worker process


def begin_worker(board: MutableSequence[int] | None = None) -> None:
    """Make a process ready: it can be ended at any time, ends with the server, and has loaded what the first question needs."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # at once, also in compiled code
    psutil.Process().nice(
        psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else 10
    )  # answering pages comes first
    threading.Thread(target=_end_with_parent, daemon=True).start()
    warnings.simplefilter("ignore")  # they are no answer, and the terminal is the server's
    _BOARD[:] = [board] if board is not None else []
    from viralsim.app.plan import live
    from viralsim.simulation import front

    assert live, front


def in_time(limit_s: float, work: Callable[..., T], args: tuple[object, ...]) -> T:
    """What ``work(*args)`` gives; the process ends with ``TOO_LONG`` where that takes longer, compiling left out."""
    from viralsim.app.watch import ending_after

    with ending_after(limit_s, TOO_LONG):
        return work(*args)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def warm() -> None:
    """Compile what pages need, the first time only."""
    from viralsim.simulation.compile_ahead import tiny_scenario

    scenario = tiny_scenario()
    all_arms(Question(scenario, {}), 2)
    stepping.play(scenario, "more", 0)


def one_world(question: Question, arm: str, world: int, removed: tuple[tuple[int, ...], int] | None = None) -> Played:
    """One world to its end. removed: (the arm's advocates, the one without whom it is played)."""
    scenario = question.scenario()
    if removed is not None:
        scenario = stepping.without(scenario, arm, *removed)
    limits.refuse_too_much(scenario, 1, limits.QUICK_STEPS)
    return stepping.play(scenario, arm, world)


def lesson_tried(question: Question, key: str) -> dict[str, Any]:
    """A lesson's curves and measure, of all its tries, or of as many as an answer at once has room for."""
    scenario = question.scenario()
    fits = limits.steps(scenario, scenario.worlds) <= limits.QUICK_STEPS
    return lesson_data.tried(lesson(key), scenario, scenario.worlds if fits else limits.quick_worlds(scenario))


def lesson_world(question: Question, arm: str, world: int, known: tuple[str, ...]) -> dict[str, Any]:
    """One try as the page draws it; its network only where its key is not among those ``known``."""
    played = one_world(question, arm, world)
    key = lesson_data.scene_key(played)
    return {"scene_key": key, "scene": None if key in known else played.scene(), "moves": played.moves()}


def lesson_lost(question: Question, arm: str, world: int, member: object) -> dict[str, Any]:
    """Who is lost in a try without one of those who began it. Raises InputError where the member is none of them."""
    scenario, played = question.scenario(), one_world(question, arm, world)
    if not isinstance(member, int) or member not in played.removable:
        raise InputError("only somebody who began it can be removed")
    return lesson_data.lost(scenario, arm, world, played, member)


def as_yaml(question: Question) -> str:
    """The scenario as a file."""
    return question.scenario().to_yaml()


def all_settings(question: Question) -> list[settings.Setting]:
    """Every key of the scenario."""
    return settings.settings(question.scenario())


def change(question: Question, path: str, text: str) -> tuple[str, Any]:
    """(path, value) of one setting as it was typed. Raises InputError where the schema or a limit forbids it."""
    place, value, changed = settings.changed(question.scenario(), path, text)
    limits.within_limits(changed)
    return place, value


@contextmanager
def watching() -> Iterator[Progress]:
    """What a run calls with its progress, which stands on the board; InputError where it is stopped with nothing finished."""
    board = _BOARD[0] if _BOARD else [0, 0, 0]
    ends = time.monotonic() + RUN_S

    def progress(done: int, total: int) -> None:
        board[DONE], board[TOTAL] = done, total
        if board[STOP] or time.monotonic() > ends:
            raise KeyboardInterrupt

    try:
        yield progress
    except KeyboardInterrupt:
        raise InputError("cancelled") from None


def watched_run(question: Question, worlds: int, what_turns_it: bool = False) -> Result:
    """All arms, with progress on the board; what is finished when it is stopped is kept.

    what_turns_it: look for what would overturn the answer too. Raises InputError where it is too much, or where it was
    stopped before every arm had a simulation.
    """
    from viralsim.simulation.front import simulate

    scenario = question.scenario()
    limits.refuse_too_much(scenario, worlds)
    with watching() as progress:
        return simulate(
            scenario, worlds, threads=1, progress=progress, repeat_trust=what_turns_it, what_turns_it=what_turns_it
        )


_LAST: dict[tuple[str, int], Result] = {}  # of this worker process: a report and its exports are of one run


def full_run(question: Question, worlds: int) -> Result:
    """All arms and what would overturn the answer; the run before, where the same is asked for again."""
    key = (question.scenario().fingerprint, worlds)
    if key not in _LAST:
        result = watched_run(question, worlds, what_turns_it=True)
        if result.interrupted:
            return result
        _LAST.clear()
        _LAST[key] = result
    return _LAST[key]


def all_arms(question: Question, worlds: int) -> Answer:
    """Run all arms: the verdict and the report."""
    from viralsim.report.run_page import page as report_page

    result = full_run(question, worlds)
    sentences = tuple(f"{part.label}: {part.text}" for part in result.first_screen)
    return Answer(worlds, result.world_count, result.interrupted, "", "", sentences, report_page(result, trees=False))


def class_outcomes(scenario: Scenario, arm: str, first: int, pupils: int) -> list[int]:
    """The shares of each pupil's try: pupil n plays try ``first + n`` of the arm."""
    from viralsim.simulation.front import simulate

    result = simulate(scenario, first + pupils, arms=(arm,), threads=1, repeat_trust=False)
    return [int(shares) for shares in result.arms[arm].measures["shares"][first:]]
