"""The answer beside the sliders: its first screen, then the pictures."""

from __future__ import annotations

from nicegui import ui

from viralsim.app.session import Session
from viralsim.app.work import Answer

STOP_AFTER_S = 0.5  # what is quick needs no button that stops it


class AnswerBox:
    """The widgets of the answer."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.lead = ui.label("").classes("vs-lead").mark("answer").props('role="status"')
        with ui.element("section").classes("vs-answer").props('aria-label="the answer"'):
            with ui.row().classes("items-center gap-3 no-wrap w-full vs-state"):
                self.bar = ui.linear_progress(0, show_value=False).classes("w-24").props('aria-label="progress"')
                self.said = ui.label("").classes("vs-quiet").mark("said")
                self.stop = ui.button("stop", on_click=self._stop).props("flat dense").mark("stop")
            self.rest = ui.column().classes("w-full gap-1")
        self.drawn = ui.html("", sanitize=False).classes("vs-wide vs-drawn").mark("curve")
        self.stop.visible = False
        self._later = ui.timer(STOP_AFTER_S, lambda: self.stop.set_visibility(True), active=False)

    def wait(self, why: str) -> None:
        """An answer is on its way."""
        self.bar.props("indeterminate")
        self.bar.visible = True
        self.said.text = why or "simulating"
        self._later.active = True

    def add(self, said: str) -> None:
        """Say more beside what is said."""
        self.said.text += said

    def progress(self, done: int, total: int) -> None:
        """How far the refinement is."""
        self.bar.visible = bool(total)
        self.bar.value = done / total if total else 0.0

    def refuse(self, error: str) -> None:
        """There is no answer, and why."""
        self._settle()
        self.said.text = error

    def show(self, answer: Answer) -> None:
        """The answer in words and pictures."""
        self._settle()
        self.said.text = f"mean of {answer.words}"
        (_, lead), *more = answer.lines or (("", ""),)
        self.lead.text = lead
        self.rest.clear()
        with self.rest:
            for label, text in (*more, *(("Note", note) for note in answer.notes)):
                with ui.element("div").classes("vs-line"):
                    ui.label(label).classes("vs-quiet")
                    ui.label(text)
        self.drawn.content = answer.drawn

    def _settle(self) -> None:
        self._later.active = False
        self.stop.visible = False
        self.bar.props(remove="indeterminate")
        self.bar.visible = False

    def _stop(self) -> None:
        self.session.lanes.cancel(self.session.visitor)
