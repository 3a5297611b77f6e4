"""Quick work and runs in processes of their own: budget, time limit, cancel, one piece at a time, a fair line."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from awaiting import awaited

import viralsim as vs
from viralsim.app import jobs, lanes, work
from viralsim.app.jobs import MOST_WAITING, Job, RunLine
from viralsim.app.lanes import Lanes
from viralsim.app.plan.live import FIRST, MOST, live, refined
from viralsim.app.session import Session
from viralsim.app.work import Question, all_arms
from viralsim.errors import InputError
from viralsim.lessons import lesson

LUCK = Question(lesson("luck").scenario(), {})
HEAVY = LUCK.base.override({"audience.members": 20_000, "content.post.appeal": 0.9, "worlds": 2000})


@pytest.fixture(scope="module")
def some() -> Iterator[Lanes]:
    made = Lanes()
    made.ready.result(300)
    yield made
    made.close()


def interval(_: int) -> tuple[int, float, float]:
    """(process, begin, end) of a piece of work, on the clock of the machine."""
    began = time.monotonic()
    time.sleep(0.2)
    return os.getpid(), began, time.monotonic()


def until(true: Callable[[], Any], within_s: float = 120.0) -> None:
    """Wait until something is true; an error where it never is."""
    ends = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.01)


def test_a_visitor_has_one_piece_at_a_time(some: Lanes) -> None:
    """What one visitor asks is done one after another, whoever else asks beside them."""

    async def ask() -> list[list[tuple[int, float, float]]]:
        kinds = [partial(interval, i) for i in range(4)]
        both = [asyncio.gather(*(some.answer(who, kind) for kind in kinds)) for who in ("a", "b")]
        return [await one for one in both]

    for pieces in awaited(ask()):
        in_time = sorted(pieces, key=lambda piece: piece[1])
        assert all(first[2] <= second[1] for first, second in itertools.pairwise(in_time))


def test_of_what_waits_the_newest_counts(some: Lanes) -> None:
    """Who moves a slider a hundred times while an answer is worked out has two answers and takes no more room than one visitor."""

    async def ask() -> tuple[list[Any], list[int]]:
        asked, room = [], []
        for i in range(100):
            asked.append(asyncio.create_task(some.answer("a", interval, i)))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            room.append(some.asked)
        return await asyncio.gather(*asked, return_exceptions=True), room

    answers, room = awaited(ask())
    done = [i for i, one in enumerate(answers) if not isinstance(one, InputError)]
    assert done == [0, 99]
    assert max(room) <= 3  # one that is done, one that waits, one that is just being replaced
    assert some.asked == 0


def test_work_that_takes_too_long_is_stopped(some: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The visitor is told, its process is ended, and the next piece is done as ever."""
    monkeypatch.setattr(lanes, "QUICK_S", 0.3)

    async def ask() -> int:
        with pytest.raises(InputError, match="took longer than"):
            await some.answer("a", time.sleep, 3600)
        monkeypatch.setattr(lanes, "QUICK_S", 300.0)
        return await some.answer("a", os.getpid)

    assert awaited(ask()) != os.getpid()


def test_work_is_cancelled(some: Lanes) -> None:
    """By the visitor alone: the work of another goes on."""

    async def ask() -> None:
        mine, other = (asyncio.create_task(some.answer(who, time.sleep, s)) for who, s in (("a", 3600), ("b", 1)))
        while "a" not in some._running:
            await asyncio.sleep(0.01)
        some.cancel("nobody")
        some.cancel("a")
        with pytest.raises(InputError, match="cancelled"):
            await mine
        await other

    awaited(ask())
    assert some.asked == 0


def test_work_that_ends_its_process_is_an_error(some: Lanes) -> None:
    """As where the system ends it for want of memory; its successor works."""

    async def ask() -> int:
        with pytest.raises(InputError, match="too much memory"):
            await some.answer("a", os._exit, 9)
        return await some.answer("a", os.getpid)

    assert awaited(ask()) > 0


def test_too_many_at_once_are_told(some: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "MOST_QUICK", 2)

    async def ask() -> None:
        two = [asyncio.create_task(some.answer(str(i), interval, i)) for i in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(InputError, match="try again in a few seconds"):
            await some.answer("c", os.getpid)
        await asyncio.gather(*two)

    awaited(ask())


def test_the_pages_answers_are_those_of_the_library(some: Lanes) -> None:
    """The live answer is that of as many worlds as it says, the world played that of the run; errors are the schema's."""

    async def ask() -> None:
        answer = await some.answer("a", live, LUCK)
        mean = vs.simulate(LUCK.base, answer.world_count, repeat_trust=False).summary()["shares"].iloc[0]
        assert answer.world_count in range(FIRST, MOST + 1)
        assert f"{answer.world_count} simulations" in answer.words
        assert [(arm.name, arm.mean) for arm in answer.arms] == [(LUCK.base.arm_names[0], mean)]
        played = await some.answer("a", work.one_world, LUCK, LUCK.base.arm_names[0], 3)
        assert len(played.shared) == vs.simulate(LUCK.base, 4, repeat_trust=False).arm(
            LUCK.base.arm_names[0]).measures["shares"][3]  # fmt: skip
        assert vs.loads(await some.answer("a", work.as_yaml, LUCK)).spec == LUCK.base.spec
        assert await some.answer("a", work.change, LUCK, "horizon", "2d") == ("horizon", "2d")
        with pytest.raises(InputError, match="must be a duration"):
            await some.answer("a", work.change, LUCK, "tick", "soon")
        assert {"horizon", "audience.members"} <= {one.path for one in await some.answer("a", work.all_settings, LUCK)}

    awaited(ask())


def test_a_class_is_played_beforehand(some: Lanes) -> None:
    """Pupil n's try of a later round is the try after those of the rounds before."""
    outcomes = some.runs.schedule(work.class_outcomes, (LUCK.base, "campaign", 5, 5)).result(300)
    assert outcomes == vs.simulate(LUCK.base, 10, repeat_trust=False).arm("campaign").measures["shares"].tolist()[5:]


def test_runs_in_the_background_can_be_cancelled(some: Lanes) -> None:
    """One runs, others wait in line; a cancelled one keeps what it finished or says that it was cancelled."""
    line = RunLine(some)
    first, second = line.submit(all_arms, LUCK, 2000), line.submit(all_arms, LUCK, 50)
    second.cancel()
    assert (second.finished.is_set(), second.error) == (True, "cancelled before it began")
    assert first.finished.wait(120)
    assert first.answer is not None, first.error
    assert (first.answer.world_count, first.progress) == (2000, (2000, 2000))
    assert "</html>" in first.answer.report
    third = line.submit(all_arms, Question(HEAVY, {}), 2000)
    until(lambda: third.progress[0] > 0 or third.finished.is_set())
    third.cancel()
    assert third.finished.wait(120)
    assert third.error == "cancelled" or (third.answer is not None and third.answer.interrupted)


def test_a_run_that_heeds_no_cancel_is_ended(some: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    """From outside, and the next run has a new process."""
    line = RunLine(some)
    monkeypatch.setattr(jobs, "GRACE_S", 0.2)
    monkeypatch.setattr(line, "_runs", _Deaf(some))
    deaf = line.submit(all_arms, LUCK, 10)
    until(lambda: deaf.future is not None and deaf.future.running())
    deaf.cancel()
    assert deaf.finished.wait(60)
    assert deaf.error == "cancelled"
    monkeypatch.undo()
    after = line.submit(all_arms, LUCK, 10)
    assert after.finished.wait(120)
    assert after.answer is not None


class _Deaf:
    """A lane whose work never asks whether it should stop."""

    def __init__(self, some: Lanes) -> None:
        self.some = some

    def schedule(self, *_: Any, **__: Any) -> Any:
        return self.some.runs.schedule(time.sleep, (3600,))


def test_the_line_is_fair_and_has_an_end(some: Lanes) -> None:
    """What was asked for goes before refinements; a full line answers in words; the withdrawn is gone, the rest runs."""
    line = RunLine(some)
    running = line.submit(all_arms, Question(HEAVY, {}), 2000)
    assert line.place(running) == 0
    refinement = line.submit(refined, LUCK, 20, background=True)
    waiting = [line.submit(all_arms, LUCK, 20) for _ in range(MOST_WAITING)]
    assert [line.place(waiting[0]), line.place(refinement)] == [1, MOST_WAITING + 1]
    with pytest.raises(InputError, match="try again in a minute"):
        line.submit(all_arms, LUCK, 20)
    assert awaited(some.answer("a", os.getpid)) > 0  # a slider does not wait for runs
    for job in waiting[1:]:
        job.cancel()
        assert job.error == "cancelled before it began"
    running.cancel()
    for job in (running, waiting[0], refinement):
        assert job.finished.wait(120)
    assert _worlds(waiting[0]) == _worlds(refinement) == 20


def _worlds(job: Job) -> int:
    assert job.answer is not None, job.error
    return job.answer.world_count


def test_a_session_has_one_run(some: Lanes) -> None:
    session = Session(some, RunLine(some), "a", LUCK.base, None)
    session.start(50)
    with pytest.raises(InputError, match="cancel it first"):
        session.start(50)
    session.close()
    assert session.job is not None
    assert session.job.finished.wait(120)


def slow_to_compile(limit_s: float) -> int:
    """Compiles for longer than it works."""
    from numba import njit

    began = time.monotonic()
    while time.monotonic() - began < 3 * limit_s:
        njit(lambda x: x + began)(1)
    return 7


def test_compiling_is_no_part_of_the_time(some: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first use of a feature is not stopped for that its kernels are compiled."""
    monkeypatch.setattr(lanes, "QUICK_S", 1.0)
    assert awaited(some.answer("a", slow_to_compile, 1.0)) == 7
