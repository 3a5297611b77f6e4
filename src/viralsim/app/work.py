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
from collections.abc import Callable, Mapping, MutableSequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import psutil

from viralsim.app import limits, settings, stepping
from viralsim.app.lesson import data as lesson_data
from viralsim.app.stepping import Played
from viralsim.errors import InputError
from viralsim.lessons import lesson
from viralsim.scenario import Scenario

T = TypeVar("T")
TOO_LONG = 75  # exit status of a process whose work took too long
DONE, TOTAL, STOP = range(3)  # places of the board on which a run and the server write to each other
RUN_S = 900.0  # a run that takes longer is stopped, and what it finished is kept


class Question(NamedTuple):
    """A scenario with changes: path -> value."""

    base: Scenario
    changes: Mapping[str, Any]

    def scenario(self) -> Scenario:
        """The changed scenario, within the limits. Raises InputError where the schema or a limit forbids it."""
        return limits.within_limits(self.base.override(dict(self.changes)) if self.changes else self.base)


@dataclass(frozen=True)
class Answer:
    """What a page shows of a run. asked: worlds of the scenario. drawn, words: the curve. sentences: the verdict.

    report: a whole page of HTML.
    """

    asked: int
    world_count: int
    interrupted: bool
    drawn: str
    words: str
    sentences: tuple[str, ...] = ()
    report: str = ""


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
    from viralsim.app import curve
    from viralsim.simulation import front

    assert curve, front


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
    all_arms(Question(scenario, {}), 2, True)
    stepping.play(scenario, "more", 0)


def curve(question: Question) -> Answer:
    """The curve of a few worlds. Raises InputError where even they are too much."""
    from viralsim.app.curve import drawn_of
    from viralsim.simulation.front import simulate

    scenario = question.scenario()
    result = simulate(scenario, limits.quick_worlds(scenario), threads=1, repeat_trust=False)
    return Answer(scenario.worlds, result.world_count, False, *drawn_of(result))


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
    """Who is lost in a try without one of its advocates. Raises InputError where the member is none."""
    scenario, played = question.scenario(), one_world(question, arm, world)
    if not isinstance(member, int) or member not in played.advocates:
        raise InputError("only an advocate can be removed")
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


def all_arms(question: Question, worlds: int, curve_only: bool) -> Answer:
    """Run all arms, with progress on the board; what is finished when it is stopped is kept.

    curve_only: a curve is refined, which needs no verdict and no report.
    """
    from viralsim.app.curve import drawn_of
    from viralsim.report.run_page import page as report_page
    from viralsim.simulation.front import simulate

    board = _BOARD[0] if _BOARD else [0, 0, 0]
    ends = time.monotonic() + RUN_S

    def progress(done: int, total: int) -> None:
        board[DONE], board[TOTAL] = done, total
        if board[STOP] or time.monotonic() > ends:
            raise KeyboardInterrupt

    scenario = question.scenario()
    limits.refuse_too_much(scenario, worlds)
    try:
        result = simulate(scenario, worlds, threads=1, progress=progress, repeat_trust=not curve_only)
    except KeyboardInterrupt:
        raise InputError("cancelled") from None
    if curve_only:
        return Answer(worlds, result.world_count, result.interrupted, *drawn_of(result))
    sentences, report = (
        tuple(f"{part.label}: {part.text}" for part in result.first_screen),
        report_page(result, trees=False),
    )
    return Answer(worlds, result.world_count, result.interrupted, "", "", sentences, report)


def class_outcomes(scenario: Scenario, arm: str, first: int, pupils: int) -> list[int]:
    """The shares of each pupil's try: pupil n plays try ``first + n`` of the arm."""
    from viralsim.simulation.front import simulate

    result = simulate(scenario, first + pupils, arms=(arm,), threads=1, repeat_trust=False)
    return [int(shares) for shares in result.arms[arm].measures["shares"][first:]]
