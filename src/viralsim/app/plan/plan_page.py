"""The page of a plan: its question, cards with sliders, the answer beside them, and what can be done with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from html import escape
from typing import Any

from nicegui import ui

from viralsim.app.jobs import Job
from viralsim.app.limits import LIVE_LIMIT_S, refuse_too_much
from viralsim.app.look import heading
from viralsim.app.plan.answer_box import AnswerBox
from viralsim.app.plan.card_column import CardColumn
from viralsim.app.plan.files import Exports
from viralsim.app.plan.history import History
from viralsim.app.plan.live import SENSITIVITY_WORLDS, Moved, live, refined, what_moves
from viralsim.app.plan.side_by_side import SideBySide
from viralsim.app.runs import run_all_arms
from viralsim.app.session import Session
from viralsim.app.work import Answer
from viralsim.app.world import one_world_tab
from viralsim.errors import InputError
from viralsim.scenario import Scenario

SETTLED_S = 0.8  # a slider that rests this long is refined


class PlanPage:
    """One session's plan and its widgets. opened: called with a scenario that takes this one's place."""

    def __init__(self, session: Session, history: History, opened: Callable[[Scenario], None]) -> None:
        self.session, self.history, self.opened = session, history, opened
        self.moved: tuple[Moved, ...] = ()
        self.sensitivity: Job[tuple[Moved, ...]] | None = None
        session.changes = history.changes

    def show(self) -> None:
        """Build the widgets and ask the first question."""
        base = self.session.base
        question = base.spec.about.strip() if base.spec.about else base.name
        with ui.element("div").classes("vs-plan"):
            with ui.element("div").classes("vs-question"):
                heading(escape(question), "vs-title")
                if question != base.name:
                    ui.label(base.name).classes("vs-quiet")
            self.answer = AnswerBox(self.session)
            self.cards = CardColumn(self.session, self.move, self.step)
            self.pair = SideBySide(self.history, self.session, self.restore)
        Exports(self.session, self.opened)
        with ui.expansion("the full report").classes("w-full") as self.report:
            self.run_all = run_all_arms(self.session)
        with ui.expansion("one simulation, hour by hour").classes("w-full"):
            one_world_tab(self.session)
        self.cards.build(self.history, self.moved)
        ui.timer(0.05, self.ask, once=True)
        ui.timer(0.3, self._look)

    def open_report(self) -> None:
        """Run all simulations, and show the report where the page has its place."""
        self.report.open()
        self.run_all()

    async def move(self, said: str, path: str, value: Any) -> None:
        """Change one place of the plan, and answer again."""
        self.session.set(path, value)
        self.history.add(said, self.session.changes, path)
        await self._changed()

    async def step(self, do: Callable[[History], None]) -> None:
        """Take steps of the history back or make them again."""
        do(self.history)
        self.session.changes = self.history.changes
        await self._changed(everything=True)

    async def restore(self, said: str, changes: dict[str, Any]) -> None:
        """Put the plan back to what it was."""
        self.session.changes = dict(changes)
        self.history.add(said, changes)
        await self._changed(everything=True)

    async def _changed(self, everything: bool = False) -> None:
        self.cards.say_history(self.history)
        if everything:
            self.cards.build(self.history, self.moved)
        self.pair.show()
        await self.ask()

    async def ask(self) -> None:
        """Answer for the sliders as they are; a newer question drops this one."""
        session = self.session
        session.asked += 1
        number = session.asked
        session.drop_refinement()
        self.answer.wait("getting ready, the first time only: about a minute" if not session.lanes.is_ready() else "")
        try:
            answer = await session.lanes.answer(session.visitor, live, session.question, limit_s=LIVE_LIMIT_S)
        except InputError as error:
            if number == session.asked:
                self.answer.refuse(str(error))
            return
        if number != session.asked:
            return
        self._take(answer)
        await asyncio.sleep(SETTLED_S)
        if number == session.asked and not session.closed:
            self._refine(answer)

    def _refine(self, answer: Answer) -> None:
        session = self.session
        try:
            refuse_too_much(session.question.scenario(), answer.asked)
            if answer.asked > answer.world_count:
                session.refinement = session.line.submit(refined, session.question, answer.asked, background=True)
                self.answer.add(f"; being refined to {answer.asked:,}")
            if self.sensitivity is None:
                worlds = min(SENSITIVITY_WORLDS, answer.asked)
                self.sensitivity = session.line.submit(what_moves, session.question, worlds, background=True)
        except InputError as error:
            self.answer.add(f"; not refined: {error}")

    def _look(self) -> None:
        """Take what the background has found."""
        job = self.session.refinement
        if job is not None and job.finished.is_set():
            self.session.refinement = None
            if job.answer is not None and not job.answer.interrupted:
                self._take(job.answer)
        elif job is not None:
            self.answer.progress(*job.progress)
        found = self.sensitivity
        if found is not None and found.finished.is_set() and found.answer and not self.moved:
            self.moved = found.answer
            self.cards.build(self.history, self.moved)

    def _take(self, answer: Answer) -> None:
        self.answer.show(answer)
        self.cards.show_arms(answer)
        self.pair.now = answer
        self.pair.show()
