"""The page: pick a lesson or a scenario, move sliders, run all arms, step one world."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from nicegui import app, events, ui

from viralsim.app.controls import Control, controls
from viralsim.app.jobs import RunLine
from viralsim.app.lanes import Lanes
from viralsim.app.lesson.page import LessonPage
from viralsim.app.limits import MOST_BYTES, read_upload
from viralsim.app.look import accepted, dress, front, heading
from viralsim.app.panel import Panel
from viralsim.app.runs import run_all_arms
from viralsim.app.session import Session
from viralsim.app.settings import Setting
from viralsim.app.work import all_settings, as_yaml, change, curve
from viralsim.app.world import one_world_tab
from viralsim.errors import InputError
from viralsim.lessons import Lesson, lesson, lessons
from viralsim.lessons.texts import catalogue, languages, preferred, speaker
from viralsim.scenario import Scenario

STOP_AFTER_S = 0.5  # what is quick needs no button that stops it


def build(lanes: Lanes, line: RunLine, start: Scenario | None) -> Callable[..., None]:
    """The root page; ``start``: the scenario that was named on the command line."""
    scripts = "".join(f"<script>{front(name)}</script>" for name in ("texts.js", "stage.js", "lesson.js", "asking.js"))
    shipped = ", ".join(json.dumps(one) for one in (languages(), {code: dict(catalogue(code)) for code in languages()}))

    def page(learn: str = "", lang: str = "") -> None:
        dress()
        language = preferred(lang, accepted())
        ui.add_head_html(f"{scripts}<script>viralsimTexts.begin({shipped}, '{language}')</script>")
        try:
            chosen = lesson(learn) if learn else (None if start is not None else lessons()[0])
        except InputError:
            chosen = lessons()[0]
        scenario = chosen.scenario() if chosen is not None else start or lessons()[0].scenario()
        session = Session(lanes, line, str(app.storage.browser["id"]), scenario, chosen)
        with ui.column().classes("w-full max-w-7xl mx-auto p-0 gap-1"):
            _head(session, language)
            view = View(session, language)
        client = ui.context.client
        client.on_connect(view.show)  # not before: who asks for a page and opens no socket costs next to nothing
        client.on_delete(lambda: view.session.close())

    return page


def _head(session: Session, language: str) -> None:
    say = speaker(language)
    names = {one.key: f"{one.order}. {say(one.title)}" for one in lessons()}
    value = session.lesson.key if session.lesson is not None else None
    with ui.row().classes("w-full items-center gap-x-4 gap-y-0 no-wrap"):
        if session.lesson is None:
            heading("viralsim", "text-xl font-bold")
        else:  # the lesson's title is the heading of its page
            ui.label("viralsim").classes("text-xl font-bold")
        choice = ui.select(
            names,
            value=value,
            label=say("lesson"),
            on_change=lambda e: ui.navigate.to(f"/?learn={e.value}&lang={language}"),
        )
        choice.props("dense options-dense").classes("w-56").mark("lesson")
        ui.link(say("start"), "/").classes("text-sm").props('aria-label="scenario of the start"')


class View:
    """One session's widgets."""

    def __init__(self, session: Session, language: str) -> None:
        self.session, self.language = session, language
        self.body = ui.column().classes("w-full")
        self.lesson_page: LessonPage | None = None
        self._shown = False

    def show(self) -> None:
        """Everything below the head, once; a socket that comes again finds the page as it was."""
        if not self._shown:
            self._shown = True
            with self.body:
                self._content()

    def _content(self) -> None:
        session = self.session
        if session.lesson is not None:
            self._lesson(session.lesson)
            return
        ui.label(session.base.spec.about or session.base.name).classes("text-lg")
        with ui.row().classes("w-full items-start gap-6 flex-wrap"):
            with ui.column().classes("w-72"):
                self._sliders()
                self._settings()
                self._files()
            with ui.column().classes("grow min-w-80 max-w-2xl"):
                self.curve = ui.html("", sanitize=False).classes("vs-wide").mark("curve")
                with ui.row().classes("items-center gap-4"):
                    self.said = ui.label("").classes("text-base").mark("said")
                    self.stop = ui.button("stop", on_click=self._stop).props("flat").mark("stop")
                    self.stop.visible = False
        with ui.tabs().classes("w-full") as tabs:
            one, all_ = ui.tab("one world"), ui.tab("all arms")
        with ui.tab_panels(tabs, value=one).classes("w-full"):
            with ui.tab_panel(one):
                one_world_tab(session)
            with ui.tab_panel(all_):
                run_all_arms(session)
        ui.timer(0.05, self.ask, once=True)
        ui.timer(0.5, self._refined)

    def _lesson(self, chosen: Lesson) -> None:
        """The lesson on its one screen; everything else that can be done with its scenario is below."""
        self.lesson_page = LessonPage(self.session, chosen)
        self.lesson_page.show()
        say = speaker(self.language)
        ui.link(say("pupil's sheet to print"), f"/sheet/{chosen.key}?lang={self.language}", new_tab=True)
        self._settings()
        with ui.expansion("all arms").classes("w-full"):
            run_all_arms(self.session)
        self._files()

    def _sliders(self) -> None:
        for control in controls(self.session.base):
            self._slider(control, control.path)

    def _settings(self) -> None:
        session = self.session

        async def found() -> list[Setting]:
            return await session.lanes.answer(session.visitor, all_settings, session.question)

        async def typed(path: str, text: str) -> None:
            place, value = await session.lanes.answer(session.visitor, change, session.question, path, text)
            session.set(place, value)
            await self.ask()

        panel = Panel(found, typed)
        with ui.expansion("all settings").classes("w-full").mark("all settings") as fold:
            place = ui.column().classes("w-full gap-0")
        fold.on_value_change(lambda e: panel.show(place) if e.value else None)

    def _slider(self, control: Control, mark: str) -> None:
        with ui.column().classes("w-full gap-0"):
            label = ui.label(f"{control.label}: {control.value:g}")
            slider = ui.slider(min=control.low, max=control.high, step=control.step, value=control.value)
            slider.props(f'aria-label="{control.label}"').mark(mark)

        async def moved(change: events.ValueChangeEventArguments) -> None:
            value = round(change.value) if control.whole else float(f"{change.value:.6g}")
            label.text = f"{control.label}: {value:g}"
            self.session.set(control.path, value)
            await self.ask()

        slider.on_value_change(moved)

    async def ask(self) -> None:
        """Run a few worlds with the sliders' values and draw the curve; a newer question drops this one."""
        session = self.session
        if self.lesson_page is not None:
            self.lesson_page.again()
            return
        session.asked += 1
        number = session.asked
        session.drop_refinement()
        if not session.lanes.is_ready():
            self.said.text = "compiling, the first time only: about a minute"
        shown = asyncio.get_running_loop().call_later(STOP_AFTER_S, self.stop.set_visibility, True)
        try:
            answer = await session.lanes.answer(session.visitor, curve, session.question)
        except InputError as error:
            if number == session.asked:
                self.said.text, self.stop.visible = str(error), False
            return
        finally:
            shown.cancel()
        if number != session.asked:
            return
        self.curve.content, self.said.text, self.stop.visible = answer.drawn, answer.words, False
        if answer.asked > answer.world_count:
            session.refinement = session.line.submit(session.question, answer.asked, background=True)
            self.said.text += f"; being refined to {answer.asked:,} tries"

    def _stop(self) -> None:
        self.session.lanes.cancel(self.session.visitor)

    def _refined(self) -> None:
        """Draw the curve again when the background has run the scenario's own number of worlds."""
        job = self.session.refinement
        if job is not None and job.finished.is_set():
            self.session.refinement = None
            if job.answer is not None and not job.answer.interrupted:
                self.curve.content, self.said.text = job.answer.drawn, job.answer.words

    def _files(self) -> None:
        session = self.session

        async def uploaded(event: events.UploadEventArguments) -> None:
            try:
                content = await event.file.read()
                scenario = await session.lanes.answer(session.visitor, read_upload, content, event.file.name)
            except InputError as error:
                ui.notify(str(error)[:400], type="negative", multi_line=True, close_button="close", timeout=0)
                return
            if self.session.closed:
                return
            self.session.close()
            self.session = Session(session.lanes, session.line, session.visitor, scenario, None)
            self.lesson_page = None
            self.body.clear()
            with self.body:
                self._content()

        async def download() -> None:
            try:
                text = await session.lanes.answer(session.visitor, as_yaml, session.question)
            except InputError as error:
                ui.notify(str(error)[:400], type="negative")
                return
            ui.download.content(text, "scenario.yaml")

        box = ui.upload(auto_upload=True, max_file_size=MOST_BYTES, on_upload=uploaded).props("accept=.yaml,.yml")
        box.classes("hidden").mark("upload")
        pick = ui.button("a scenario of yours (YAML)").props("flat")
        pick.on("click", js_handler=f"() => runMethod({box.id}, 'pickFiles', [])")
        ui.button("this scenario as YAML", on_click=download).props("flat")
