"""All arms run in the background, with progress and cancel, and the report of what came."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from nicegui import ui

from viralsim.app.jobs import Job
from viralsim.app.limits import MOST_WORLDS
from viralsim.app.session import Session
from viralsim.app.work import Answer
from viralsim.errors import InputError


def run_all_arms(session: Session) -> Callable[[], None]:
    """The button, the progress, the cancel, and where the answer comes; returns what the button does."""
    with ui.row().classes("items-center gap-4"):
        worlds = ui.number("worlds", value=min(300, session.base.worlds), min=2, max=MOST_WORLDS, precision=0).classes(
            "w-28"
        )
        run = ui.button("run all arms").mark("run")
        stop = ui.button("cancel").props("flat")
        bar = ui.linear_progress(0, show_value=False).classes("w-40")
        word = ui.label("").mark("run state")
    answer = ui.column().classes("w-full")

    def begin() -> None:
        try:
            session.start(min(MOST_WORLDS, max(2, int(worlds.value or 2))))
        except InputError as error:
            word.text = str(error)
            return
        answer.clear()
        timer.active = True

    def look() -> None:
        job = session.job
        if job is None:
            return
        done, total = job.progress
        bar.value = done / total if total else 0
        place = session.line.place(job)
        word.text = f"waiting, {place} before it" if place else _done(done, total)
        if job.finished.is_set():
            timer.active = False
            bar.value = 1.0
            word.text = _ended(job)
            if job.answer is not None:
                _show(answer, job.answer)

    timer = ui.timer(0.2, look, active=False)
    run.on_click(begin)
    stop.on_click(session.cancel)
    return begin


def _done(done: int, total: int) -> str:
    if not total:
        return "begins"
    return f"{done:,} of {total:,} launches" if done < total else "looking for what would change the answer"


def _ended(job: Job[Answer]) -> str:
    if job.answer is not None and job.answer.interrupted:
        kept = job.answer.world_count
        return f"cancelled: the {kept:,} launches that every arm finished are kept; run again for all of them"
    return job.error or f"{job.progress[1]:,} launches"


def _show(place: Any, answer: Answer) -> None:
    """The verdict, and the whole report in a frame of its own."""
    with place:
        for sentence in answer.sentences:
            ui.label(sentence).mark("verdict")
        ui.button("the report as a file", on_click=lambda: ui.download.content(answer.report, "report.html")).props(
            "flat"
        )
        ui.html(f'<iframe class="vs-report" title="report" sandbox srcdoc="{escape(answer.report, quote=True)}"></iframe>',
                sanitize=False).classes("vs-wide")  # fmt: skip
