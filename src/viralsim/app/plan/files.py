"""Open a plan, save it, and take its report away as PowerPoint, Excel, PDF or a page."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from nicegui import events, ui

from viralsim.app.limits import MOST_BYTES, read_upload
from viralsim.app.session import Session
from viralsim.app.work import Question, as_yaml, full_run
from viralsim.errors import InputError
from viralsim.scenario import Scenario

KINDS = {"PowerPoint": ".pptx", "Excel": ".xlsx", "PDF": ".pdf", "web page": ".html"}
LONGEST_ERROR = 400


def exported(question: Question, worlds: int, ending: str) -> bytes:
    """The report of a full run as a file. InputError where it cannot be written."""
    from viralsim.report.exports import write_export
    from viralsim.report.run_page import page

    result = full_run(question, worlds)
    if ending == ".html":
        return page(result, trees=False).encode()
    with tempfile.TemporaryDirectory() as folder:
        return write_export(result, Path(folder) / f"report{ending}").read_bytes()


class OpenAndSave:
    """The buttons of every scenario. opened: called with a scenario that was opened."""

    def __init__(self, session: Session, opened: Callable[[Scenario], None]) -> None:
        self.session, self.opened = session, opened
        self.row = ui.row().classes("items-center gap-2 w-full vs-files")
        with self.row:
            self._open()
            ui.button("save as YAML", on_click=self._save).props("flat no-caps")

    def _open(self) -> None:
        session = self.session

        async def uploaded(event: events.UploadEventArguments) -> None:
            try:
                content = await event.file.read()
                scenario = await session.lanes.answer(session.visitor, read_upload, content, event.file.name)
            except InputError as error:
                _complain(error)
                return
            if not session.closed:
                self.opened(scenario)

        box = ui.upload(auto_upload=True, max_file_size=MOST_BYTES, on_upload=uploaded).props("accept=.yaml,.yml")
        box.classes("hidden").mark("upload")
        pick = ui.button("open a scenario (YAML)").props("flat no-caps")
        pick.on("click", js_handler=f"() => runMethod({box.id}, 'pickFiles', [])")

    async def _save(self) -> None:
        try:
            text = await self.session.lanes.answer(self.session.visitor, as_yaml, self.session.question)
        except InputError as error:
            _complain(error)
            return
        ui.download.content(text, f"{self.name}.yaml")

    @property
    def name(self) -> str:
        """The scenario's name as that of a file."""
        return re.sub(r"[^\w-]+", "_", self.session.base.name).strip("_") or "plan"


class Exports(OpenAndSave):
    """The buttons of a plan: its report as a file, too."""

    def __init__(self, session: Session, opened: Callable[[Scenario], None]) -> None:
        super().__init__(session, opened)
        with self.row:
            for kind, ending in KINDS.items():
                ui.button(f"export {kind}", on_click=lambda _, e=ending: self._export(e)).props("flat no-caps")
            self.said = ui.label("").classes("vs-quiet").mark("export state").props('role="status"')

    async def _export(self, ending: str) -> None:
        """Run the plan to its end, write the file, and hand it over."""
        session, question = self.session, self.session.question
        try:
            worlds = question.scenario().worlds
            session.drop_refinement()
            job = session.line.submit(exported, question, worlds, ending)
        except InputError as error:
            _complain(error)
            return
        while not job.finished.is_set() and not session.closed:
            done, total = job.progress
            self.said.text = f"writing the report: {done:,} of {total:,} simulations" if total else "writing the report"
            await asyncio.sleep(0.2)
        if job.answer is None:
            self.said.text = job.error
            return
        self.said.text = "the report is written"
        ui.download.content(job.answer, f"{self.name}{ending}")


def _complain(error: InputError) -> None:
    ui.notify(str(error)[:LONGEST_ERROR], type="negative", multi_line=True, close_button="close", timeout=0)
