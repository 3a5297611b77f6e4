"""The page of a running campaign: paste a curve, see where it ends, press an action."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from nicegui import app, events, ui

from viralsim.app.jobs import Job, RunLine
from viralsim.app.lanes import Lanes
from viralsim.app.limits import MOST_BYTES, read_upload
from viralsim.app.look import dress, heading, top
from viralsim.app.plan.running import PER_INTERVAL, Fan, Pasted, acted, fan_of
from viralsim.app.work import Question
from viralsim.errors import InputError
from viralsim.scenario import Scenario

EXAMPLE = "hours, shares\n0.5, 12\n1, 31\n2, 55\n4, 90\n6, 118"


def running(lanes: Lanes, line: RunLine, start: Scenario | None, folder: Path) -> Callable[[], None]:
    """The page. start: the scenario whose arms are the actions. folder: where uploaded files stay as long as the app runs."""

    def page() -> None:
        dress()
        with ui.column().classes("w-full max-w-7xl mx-auto p-0 gap-2"):
            top()
            view = Running(lanes, line, str(app.storage.browser["id"]), start, folder)
        ui.context.client.on_delete(view.close)

    return page


class Running:
    """The widgets: what is known on the left, where it ends on the right, and below what can be done."""

    def __init__(self, lanes: Lanes, line: RunLine, visitor: str, start: Scenario | None, folder: Path) -> None:
        self.lanes, self.line, self.visitor, self.folder = lanes, line, visitor, folder
        self.scenario, self.past = start, ""
        self.job: Job[tuple[str, ...]] | None = None
        self.given: Pasted | None = None
        heading("Your campaign is running: where does it end?", "vs-title")
        with ui.element("div").classes("vs-running"):
            with ui.column().classes("w-full gap-2"):
                self._inputs()
            with ui.column().classes("w-full gap-2 vs-plan"):
                self.said = ui.column().classes("w-full gap-1").mark("forecast")
                self.drawn = ui.html("", sanitize=False).classes("vs-wide vs-drawn")
                self.actions = ui.column().classes("w-full gap-2")

    def close(self) -> None:
        """The tab is gone: nothing of it runs on."""
        if self.job is not None:
            self.job.cancel()

    def _inputs(self) -> None:
        ui.label("Paste hours since the post and shares so far, a line for each reading.").classes("vs-quiet")
        self.curve = ui.textarea("the curve so far", placeholder=EXAMPLE).props("outlined rows=9").classes("w-full")
        self.curve.mark("curve so far")
        self.interval = ui.checkbox(PER_INTERVAL).mark("per interval")
        self.target = ui.number("target, in shares (or nothing)", min=0, precision=0).props("dense").classes("w-full")
        self._file("curves of past posts (CSV)", ".csv", self._past_came)
        self._file("a scenario, for actions (YAML)", ".yaml,.yml", self._scenario_came)
        self.known = ui.label(self._known()).classes("vs-quiet").mark("known")
        ui.button("forecast", on_click=self._forecast).props("no-caps").mark("go")
        self.state = ui.label("").classes("vs-quiet").props('role="status"').mark("state")

    def _file(self, text: str, ending: str, came: Callable[..., object]) -> None:
        box = ui.upload(auto_upload=True, max_file_size=MOST_BYTES, on_upload=came).props(f"accept={ending}")
        box.classes("hidden").mark(f"file {ending}")
        pick = ui.button(text).props("flat dense no-caps")
        pick.on("click", js_handler=f"() => runMethod({box.id}, 'pickFiles', [])")

    def _known(self) -> str:
        scenario = "no scenario" if self.scenario is None else f"scenario: {self.scenario.name}"
        return (
            f"{scenario}; {'past curves are there' if self.past else 'no past curves: the prior that viralsim ships'}"
        )

    async def _past_came(self, event: events.UploadEventArguments) -> None:
        with tempfile.NamedTemporaryFile("wb", suffix=".csv", dir=self.folder, delete=False) as file:
            file.write(await event.file.read())
        self.past = file.name
        self.known.text = self._known()

    async def _scenario_came(self, event: events.UploadEventArguments) -> None:
        try:
            content = await event.file.read()
            self.scenario = await self.lanes.answer(self.visitor, read_upload, content, event.file.name)
        except InputError as error:
            self.state.text = str(error)
            return
        self.known.text = self._known()

    async def _forecast(self) -> None:
        target = None if self.target.value is None else float(self.target.value)
        scenario = None if self.scenario is None else Question(self.scenario, {})
        per = "interval" if self.interval.value else "total"
        self.given = Pasted(self.curve.value or "", self.past or None, target, scenario, per)
        self.state.text = "forecasting" if self.lanes.is_ready() else "compiling, the first time only: about a minute"
        try:
            found = await self.lanes.answer(self.visitor, fan_of, self.given)
        except InputError as error:
            self.state.text = str(error)
            return
        self.state.text = ""
        self._show(found)

    def _show(self, found: Fan) -> None:
        self.said.clear()
        self.actions.clear()
        with self.said:
            for i, sentence in enumerate(found.sentences):
                ui.label(sentence[:1].upper() + sentence[1:]).classes("vs-lead" if i == 1 else "")
        self.drawn.content = found.drawn
        if self.scenario is None:
            return
        others = [arm for arm in self.scenario.arm_names if arm != self.scenario.spec.baseline]
        with self.actions:
            ui.label("What could be done now").classes("vs-card-title").props('role="heading" aria-level="2"')
            with ui.row().classes("gap-2"):
                for arm in others:
                    ui.button(arm, on_click=partial(self._act, arm)).props("outline no-caps").mark(f"act {arm}")
            self.changes = ui.column().classes("w-full gap-1").mark("changes")

    async def _act(self, arm: str) -> None:
        """Run the action from worlds that met the curve, and say what it changes."""
        if self.job is not None and not self.job.finished.is_set():
            return
        try:
            job = self.line.submit(acted, self.given, arm)
        except InputError as error:
            self.state.text = str(error)
            return
        self.job = job
        while not job.finished.is_set():
            done, total = job.progress
            self.state.text = f"{arm}: {done:,} of {total:,} simulations" if total else f"{arm}: begins"
            await asyncio.sleep(0.2)
        self.state.text = job.error
        self.changes.clear()
        with self.changes:
            for sentence in job.answer or ():
                ui.label(sentence[:1].upper() + sentence[1:])
