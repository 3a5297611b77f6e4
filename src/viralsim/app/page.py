"""The page: pick a lesson or a scenario, move sliders, run all arms, step one world."""

from __future__ import annotations

import json
from collections.abc import Callable

from nicegui import app, ui

from viralsim.app.jobs import RunLine
from viralsim.app.lanes import Lanes
from viralsim.app.lesson.page import LessonPage, show_real
from viralsim.app.look import accepted, dress, front, top
from viralsim.app.panel import settings_fold
from viralsim.app.plan.files import OpenAndSave
from viralsim.app.plan.history import History
from viralsim.app.plan.plan_page import PlanPage
from viralsim.app.runs import run_all_arms
from viralsim.app.session import Session
from viralsim.errors import InputError
from viralsim.lessons import Lesson, lesson, lessons
from viralsim.lessons.real import course, real_lesson
from viralsim.lessons.texts import catalogue, languages, preferred, speaker
from viralsim.scenario import Scenario

SCRIPTS = ("texts.js", "stage.js", "lesson.js", "asking.js", "replay.js", "forecast.js")

OPENED = "opened"  # of a page's address and of its tab: a scenario that was opened from a file


def build(lanes: Lanes, line: RunLine, start: Scenario | None) -> Callable[..., None]:
    """The root page; ``start``: the scenario that was named on the command line."""
    scripts = "".join(f"<script>{front(name)}</script>" for name in SCRIPTS)
    shipped = ", ".join(json.dumps(one) for one in (languages(), {code: dict(catalogue(code)) for code in languages()}))

    def page(learn: str = "", lang: str = "", plan: str = "") -> None:
        dress()
        language = preferred(lang, accepted())
        ui.add_head_html(f"{scripts}<script>viralsimTexts.begin({shipped}, '{language}')</script>")
        happened = real_lesson(learn)
        if happened is not None:
            with ui.column().classes("w-full max-w-7xl mx-auto p-0 gap-1"):
                _head(happened.key, language)
                show_real(happened, language)
            return
        try:
            chosen = lesson(learn) if learn else (None if start is not None or plan == OPENED else lessons()[0])
        except InputError:
            chosen = lessons()[0]
        scenario = chosen.scenario() if chosen is not None else start or lessons()[0].scenario()
        session = Session(lanes, line, str(app.storage.browser["id"]), scenario, chosen)
        with ui.column().classes("w-full max-w-7xl mx-auto p-0 gap-1"):
            _head(chosen.key if chosen is not None else None, language)
            view = View(session, language, plan)
        client = ui.context.client
        client.on_connect(view.show)  # not before: who asks for a page and opens no socket costs next to nothing
        client.on_delete(lambda: view.session.close())

    return page


def _head(value: str | None, language: str) -> None:
    say = speaker(language)
    names = {one.key: f"{one.order}. {say(one.title)}" for one in course()}

    def choice() -> None:
        pick = ui.select(
            names,
            value=value,
            label=say("lesson"),
            on_change=lambda e: ui.navigate.to(f"/?learn={e.value}&lang={language}"),
        )
        pick.props("dense options-dense").classes("w-56").mark("lesson")

    top(choice)


class View:
    """One session's widgets."""

    def __init__(self, session: Session, language: str, plan: str) -> None:
        self.session, self.language, self.plan = session, language, plan
        self.body = ui.column().classes("w-full")
        self.lesson_page: LessonPage | None = None
        self._shown = False

    def show(self) -> None:
        """Everything below the head, once; a socket that comes again finds the page as it was."""
        if not self._shown:
            self._shown = True
            kept = app.storage.tab.get(OPENED) if self.plan == OPENED else None
            if kept is not None:
                self._begin(kept)
            with self.body:
                self._content()

    def _content(self) -> None:
        session = self.session
        if session.lesson is not None:
            self._lesson(session.lesson)
        else:
            PlanPage(session, _kept(session), self._opened).show()

    def _opened(self, scenario: Scenario) -> None:
        """A scenario takes the place of what is shown; a page that is loaded again finds it by its address."""
        self._begin(scenario)
        app.storage.tab[OPENED] = scenario
        ui.navigate.history.replace(f"/?plan={OPENED}&lang={self.language}")
        self.lesson_page = None
        self.body.clear()
        with self.body:
            self._content()

    def _begin(self, scenario: Scenario) -> None:
        self.session.close()
        self.session = Session(self.session.lanes, self.session.line, self.session.visitor, scenario, None)

    def _lesson(self, chosen: Lesson) -> None:
        """The lesson on its one screen; everything else that can be done with its scenario is below."""
        self.lesson_page = LessonPage(self.session, chosen)
        self.lesson_page.show()
        say = speaker(self.language)
        ui.link(say("pupil's sheet to print"), f"/sheet/{chosen.key}?lang={self.language}", new_tab=True)
        settings_fold(lambda: self.session, self._put)
        with ui.expansion("all arms").classes("w-full"):
            run_all_arms(self.session)
        OpenAndSave(self.session, self._opened)

    async def _put(self, said: str, place: str, value: object) -> None:
        self.session.set(place, value)
        if self.lesson_page is not None:
            self.lesson_page.again()


def _kept(session: Session) -> History:
    """The tab's plan of this scenario: a page that is loaded again finds it as it was."""
    plans = app.storage.tab.setdefault("plans", {})
    found = plans.setdefault(session.base.fingerprint, History())
    assert isinstance(found, History)
    return found
