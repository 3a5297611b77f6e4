"""Ten questions in the browser; then the scenario that they make, what it assumes, its run and its report."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from nicegui import app, events, ui

from viralsim.app.jobs import RunLine
from viralsim.app.lanes import Lanes
from viralsim.app.limits import MOST_BYTES
from viralsim.app.look import dress, heading, top
from viralsim.app.plan.history import History
from viralsim.app.plan.plan_page import PlanPage
from viralsim.app.session import Session
from viralsim.errors import InputError
from viralsim.scenario import Scenario, loads
from viralsim.scenario.guided import QUESTIONS, Question, guided_scenario
from viralsim.scenario.presets import presets

FILES = {"advocates": "or a CSV file of the people", "posts": "a CSV file"}  # key -> what can be uploaded for it
BEFORE_THE_RUN = "What your scenario assumes"


def written(answers: dict[str, str], folder: str) -> tuple[str, list[str], Scenario]:
    """(text of the scenario, what was assumed, the scenario) from answers. InputError for one that is none.

    folder: where uploaded files are.
    """
    from viralsim.calibration.starting import post_rates

    text, assumed = guided_scenario(answers, Path(folder), post_rates)
    return text, assumed, loads(text, folder, "campaign.yaml")


def guided(lanes: Lanes, line: RunLine, folder: Path) -> Callable[[], None]:
    """The page. folder: where uploaded files stay as long as the app runs."""

    def page() -> None:
        dress()
        with ui.column().classes("w-full max-w-7xl mx-auto p-0 gap-2"):
            top()
            view = Guided(lanes, line, str(app.storage.browser["id"]), folder)
        ui.context.client.on_delete(view.close)

    return page


class Guided:
    """The widgets: the questions first, then what they make."""

    def __init__(self, lanes: Lanes, line: RunLine, visitor: str, folder: Path) -> None:
        self.lanes, self.line, self.visitor = lanes, line, visitor
        self.folder = Path(tempfile.mkdtemp(dir=folder))
        self.given: dict[str, str] = {}
        self.wrong: dict[str, Any] = {}
        self.session: Session | None = None
        self.body = ui.column().classes("w-full gap-3")
        with self.body:
            self._form()

    def close(self) -> None:
        """The tab is gone: nothing of it runs on."""
        if self.session is not None:
            self.session.close()

    def _form(self) -> None:
        heading("Ten questions, then your report", "vs-title")
        ui.label("Change what you know and leave the rest: what you leave is said as an assumption.").classes(
            "vs-quiet"
        )
        with ui.element("div").classes("vs-form"):
            for number, question in enumerate(QUESTIONS, 1):
                with ui.column().classes("w-full gap-0"):
                    self._field(number, question)
        with ui.row().classes("items-center gap-4"):
            self.go = ui.button("write, run and report", on_click=self._write).props("no-caps").mark("write")
            self.said = ui.label("").classes("vs-quiet").props('role="status"').mark("guided state")

    def _field(self, number: int, question: Question) -> None:
        key = question.key
        ui.label(f"{number}. {question.text}").classes("font-medium")
        label = f'aria-label="{question.text}" dense'
        if key == "channel":
            field: Any = ui.select(list(presets()), value=question.default)
        elif key == "posts":
            field = None
        else:
            field = ui.input(value=question.default)
        if field is not None:
            field.props(label).classes("w-full").mark(f"answer {key}")
            field.on_value_change(lambda e: self._typed(question, str(e.value or "")))
        if key in FILES:
            self._file(key)
        self.wrong[key] = ui.label("").classes("text-sm text-negative").props('role="alert"').mark(f"wrong {key}")

    def _file(self, key: str) -> None:
        async def uploaded(event: events.UploadEventArguments) -> None:
            path = self.folder / f"{key}.csv"
            path.write_bytes(await event.file.read())
            self.given[key] = str(path)
            name.text, self.wrong[key].text = event.file.name, ""

        box = ui.upload(auto_upload=True, max_file_size=MOST_BYTES, on_upload=uploaded).props("accept=.csv")
        box.classes("hidden").mark(f"file {key}")
        with ui.row().classes("items-center gap-2"):
            pick = ui.button(FILES[key]).props("flat dense no-caps")
            pick.on("click", js_handler=f"() => runMethod({box.id}, 'pickFiles', [])")
            name = ui.label("").classes("vs-quiet")

    def _typed(self, question: Question, text: str) -> None:
        """Keep an answer, or say beside it why it is none; a file of this machine is not read because it was typed."""
        self.wrong[question.key].text = ""
        try:
            if question.key in FILES and text.strip() and not text.strip().replace(",", "").isdigit():
                raise InputError("must be a whole number of people, or a file chosen with the button")
            question.read(text)
        except InputError as error:
            self.wrong[question.key].text = str(error)
        self.given[question.key] = text

    async def _write(self) -> None:
        if any(label.text for label in self.wrong.values()):
            self.said.text = "one answer is still missing: see above"
            return
        self.go.disable()
        self.said.text = "writing the scenario"
        try:
            text, assumed, scenario = await self.lanes.answer(self.visitor, written, self.given, str(self.folder))
        except InputError as error:
            self.said.text = str(error)
            self.go.enable()
            return
        self.body.clear()
        with self.body:
            self._made(text, assumed, scenario)

    def _made(self, text: str, assumed: list[str], scenario: Scenario) -> None:
        self.session = Session(self.lanes, self.line, self.visitor, scenario, None)
        with ui.expansion(f"{BEFORE_THE_RUN} ({len(assumed)})").classes("w-full").mark("assumed"):
            for one in assumed:
                ui.label(one).classes("vs-quiet")
        save = partial(ui.download.content, text, "campaign.yaml")
        ui.button("the scenario with its comments (YAML)", on_click=lambda: save()).props("flat no-caps")
        page = PlanPage(self.session, History(), self._opened)
        page.show()
        ui.timer(0.1, page.open_report, once=True)

    def _opened(self, scenario: Scenario) -> None:
        self.close()
        self.session = Session(self.lanes, self.line, self.visitor, scenario, None)
        self.body.clear()
        with self.body:
            PlanPage(self.session, History(), self._opened).show()
