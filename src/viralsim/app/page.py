"""The pages: pick a lesson or a scenario, move sliders, run all arms, step one world, remove an advocate."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from nicegui import events, ui

from viralsim.app.controls import Control, controls
from viralsim.app.curve import pictures
from viralsim.app.jobs import Job, Pool
from viralsim.app.limits import MOST_BYTES, MOST_WORLDS, read_upload, within_limits
from viralsim.app.stepping import Played, play, without
from viralsim.errors import InputError
from viralsim.lessons import Lesson, lesson, lessons
from viralsim.scenario import Scenario

QUICK_WORLDS = 100  # worlds behind a slider's curve
STYLE = """
.vs-curve{margin:0 0 .5rem;max-width:30rem}.vs-curve svg{width:100%;height:auto}.vs-curve figcaption{font-size:.9rem;color:#374151}
.vs-stage canvas{width:100%;max-width:42rem;aspect-ratio:1;border:1px solid #e5e7eb;border-radius:6px;background:#fff}
.vs-stage input{width:100%;max-width:42rem}
.vs-stage button{padding:.3rem .9rem;border:1px solid #9ca3af;border-radius:4px;margin-right:.4rem}
.vs-legend span{display:inline-block;width:.8rem;height:.8rem;border-radius:50%;margin:0 .3rem 0 .9rem;vertical-align:-1px}
iframe.vs-report{width:100%;height:75vh;border:1px solid #e5e7eb;border-radius:6px;background:#fff}
.vs-wide{width:100%}
"""


class Session:
    """What one browser tab looks at."""

    def __init__(self, pool: Pool, scenario: Scenario, chosen: Lesson | None) -> None:
        self.pool, self.base, self.lesson = pool, scenario, chosen
        self.changes: dict[str, float | int] = {}
        self.job: Job | None = None
        self.played: Played | None = None
        self.arm = scenario.arm_names[0]
        self.world = 0
        self.asked = 0  # the newest question of the sliders; older answers are dropped

    @property
    def scenario(self) -> Scenario:
        """The scenario with the sliders' values."""
        return self.base.override(self.changes) if self.changes else self.base


def stage_html(element_id: str) -> str:
    """The canvas, its legend and its buttons."""
    return (
        f'<div id="{element_id}" class="vs-stage"><canvas width="840" height="840" role="img" '
        'aria-label="members of the audience by community; the line below says how many are reached"></canvas>'
        '<p class="vs-legend"><span style="background:#c8cdd4"></span>not reached<span style="background:#7bb8d4"></span>reached'
        '<span style="background:#c2410c"></span>shared<span style="border:2px solid #111827;border-radius:0;'
        'transform:rotate(45deg);background:#fff"></span>advocate<span style="border:2px solid #7c3aed;background:#fff"></span>'
        'lost without the one removed</p><p class="vs-hour" aria-live="polite"></p>'
        '<input type="range" min="0" value="0" aria-label="tick"><p><button class="vs-play">play</button>'
        '<button class="vs-step">one tick</button><button class="vs-end">to the end</button></p></div>'
    )


def build(pool: Pool, start: Scenario | None) -> Callable[..., None]:
    """The root page; ``start``: the scenario that was named on the command line."""
    script = files(__package__).joinpath("stage.js").read_text(encoding="utf-8")

    def page(learn: str = "") -> None:
        ui.add_css(STYLE)
        ui.add_head_html(f"<script>{script}</script>")
        try:
            chosen = lesson(learn) if learn else (None if start is not None else lessons()[0])
        except InputError:
            chosen = lessons()[0]
        session = Session(pool, chosen.scenario() if chosen is not None else start or lessons()[0].scenario(), chosen)
        with ui.column().classes("w-full max-w-6xl mx-auto p-2"):
            _head(session)
            View(session).show()

    return page


def _head(session: Session) -> None:
    with ui.row().classes("w-full items-center gap-4"):
        ui.label("viralsim").classes("text-2xl font-bold")
        names = {one.key: f"{one.order}. {one.title}" for one in lessons()}
        value = session.lesson.key if session.lesson is not None else None
        ui.select(names, value=value, label="lesson", on_change=lambda e: ui.navigate.to(f"/?learn={e.value}")).classes(
            "w-64"
        ).mark("lesson")
        ui.link("scenario of the start", "/").classes("text-sm")


class View:
    """One session's widgets."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.body: Any = None

    def show(self) -> None:
        """Everything below the head; built anew when another scenario comes in."""
        self.body = ui.column().classes("w-full")
        with self.body:
            self._content()

    def _content(self) -> None:
        session = self.session
        ui.label(session.base.spec.about or session.base.name).classes("text-lg")
        if session.lesson is not None:
            self._lesson(session.lesson)
        with ui.row().classes("w-full items-start gap-6 flex-wrap"):
            with ui.column().classes("w-72"):
                self._sliders()
                self._files()
            with ui.column().classes("grow min-w-80 max-w-2xl"):
                self.curve = ui.html("", sanitize=False).mark("curve")
                self.said = ui.label("").classes("text-base")
        with ui.tabs().classes("w-full") as tabs:
            one, all_ = ui.tab("one world"), ui.tab("all arms")
        with ui.tab_panels(tabs, value=one).classes("w-full"):
            with ui.tab_panel(one):
                self._stage()
            with ui.tab_panel(all_):
                self._runs()
        ui.timer(0.05, self.ask, once=True)

    def _lesson(self, chosen: Lesson) -> None:
        with ui.card().classes("w-full"):
            ui.label(f"{chosen.title} ({chosen.minutes} minutes)").classes("text-xl")
            ui.label(chosen.question).classes("text-base")
            ui.label(f"First: {chosen.prediction}").classes("italic")
            with ui.expansion("what is surprising").classes("w-full"):
                ui.label(chosen.surprise)
            with ui.expansion("for the teacher").classes("w-full"):
                ui.label(chosen.teacher)
            with ui.expansion("words").classes("w-full"):
                for word, meaning in chosen.glossary.items():
                    ui.label(f"{word}: {meaning}")
            ui.link("pupil's sheet to print", f"/sheet/{chosen.key}", new_tab=True)

    def _sliders(self) -> None:
        session = self.session
        if session.lesson is not None:
            s = session.lesson.slider
            whole = s.step >= 1 and float(s.value).is_integer() and "count" in s.path
            session.changes[s.path] = int(s.value) if whole else s.value
            self._slider(Control(s.path, s.label, s.low, s.high, s.step, s.value, whole), "lesson slider")
            return
        for control in controls(session.base):
            self._slider(control, control.path)

    def _slider(self, control: Control, mark: str) -> None:
        with ui.column().classes("w-full gap-0"):
            label = ui.label(f"{control.label}: {control.value:g}")
            slider = ui.slider(min=control.low, max=control.high, step=control.step, value=control.value)
            slider.props(f'aria-label="{control.label}"').mark(mark)

        async def moved(change: events.ValueChangeEventArguments) -> None:
            value = round(change.value) if control.whole else float(f"{change.value:.6g}")
            label.text = f"{control.label}: {value:g}"
            self.session.changes[control.path] = value
            await self.ask()

        slider.on_value_change(moved)

    async def ask(self) -> None:
        """Run a few worlds with the sliders' values and draw the curve; a newer question drops this one."""
        session = self.session
        session.asked += 1
        number = session.asked
        try:
            scenario = within_limits(session.scenario)
        except InputError as error:
            self.said.text = str(error)
            return

        def quick() -> tuple[str, str]:
            if number != session.asked:
                return "", ""
            from viralsim.simulation import simulate

            result = simulate(scenario, QUICK_WORLDS, threads=1, repeat_trust=False)
            words = [
                f"{arm}: {s['shares'].mean:,.1f} shares ({s['shares'].ci_low:,.1f} to {s['shares'].ci_high:,.1f})"
                for arm, s in result.summaries.items()
            ]
            return pictures(result), "mean of a launch, 95 %: " + "; ".join(words)

        try:
            drawn, words = await asyncio.wrap_future(session.pool.quick(quick))
        except InputError as error:
            drawn, words = "", str(error)
        if number == session.asked and words:
            self.curve.content, self.said.text = drawn or self.curve.content, words

    def _files(self) -> None:
        session = self.session

        async def uploaded(event: events.UploadEventArguments) -> None:
            try:
                scenario = read_upload(await event.file.read(), event.file.name)
            except InputError as error:
                ui.notify(str(error)[:400], type="negative", multi_line=True, close_button="close", timeout=0)
                return
            self.session = Session(session.pool, scenario, None)
            self.body.clear()
            with self.body:
                self._content()

        ui.upload(
            label="a scenario of yours (YAML)", auto_upload=True, max_file_size=MOST_BYTES, on_upload=uploaded
        ).props("accept=.yaml,.yml flat bordered").classes("w-72").mark("upload")
        ui.button("this scenario as YAML", on_click=lambda: ui.download.content(
            self.session.scenario.to_yaml(), "scenario.yaml")).props("flat")  # fmt: skip

    def _stage(self) -> None:
        session = self.session
        element_id = f"stage{id(self)}"
        with ui.row().classes("items-center gap-4"):
            ui.select(list(session.base.arm_names), value=session.arm, label="arm",
                      on_change=lambda e: setattr(session, "arm", e.value)).classes("w-40")  # fmt: skip
            ui.number("world", value=session.world, min=0, max=MOST_WORLDS, precision=0,
                      on_change=lambda e: setattr(session, "world", int(e.value or 0))).classes("w-24")  # fmt: skip
            ui.button("show this world", on_click=lambda: self._play(element_id)).mark("show world")
        with ui.row().classes("w-full items-start gap-6"):
            with ui.column().classes("grow max-w-2xl"):
                canvas = ui.html(stage_html(element_id), sanitize=False).classes("vs-wide")
            with ui.column().classes("w-72"):
                self.who = ui.label("Click a member to see who it is.").mark("who")
                self.remove = ui.button("remove this advocate", on_click=lambda: self._remove(element_id)).mark(
                    "remove"
                )
                self.remove.visible = False
                self.tier = ui.column()
                self.lost = ui.label("").mark("lost")
        self.picked = -1
        canvas.on("member", lambda e: self._pick(element_id, int(e.args)), js_handler="(e) => emit(e.detail)")
        ui.run_javascript(
            f"setTimeout(() => {{const r = document.getElementById('{element_id}'); if (r) r.addEventListener('member', "
            f"e => r.parentElement.dispatchEvent(new CustomEvent('member', {{detail: e.detail}})));}}, 300)"
        )

    async def _play(self, element_id: str) -> None:
        session = self.session
        try:
            scenario = within_limits(session.scenario)
            played = await asyncio.wrap_future(session.pool.quick(lambda: play(scenario, session.arm, session.world)))
        except InputError as error:
            ui.notify(str(error)[:400], type="negative")
            return
        session.played = played
        ui.run_javascript(f"viralsimStage.show('{element_id}', {json.dumps(played.as_json())})")
        self.lost.text, self.who.text, self.remove.visible = "", "Click a member to see who it is.", False
        self.tier.clear()
        with self.tier:
            for member in played.advocates[:20]:
                ui.button(f"advocate {member}", on_click=lambda _, m=member: self._pick(element_id, m)).props(
                    "flat dense"
                )

    def _pick(self, element_id: str, member: int) -> None:
        played = self.session.played
        if played is None or not 0 <= member < len(played.x):
            return
        self.picked = member
        state = (
            "shared" if member in played.shared else "was reached" if member in played.reached else "was not reached"
        )
        kind = "advocate" if member in played.advocates else "member"
        self.who.text = f"{kind} {member}, community {int(played.community[member])}: {state}"
        self.remove.visible = member in played.advocates
        ui.run_javascript(f"viralsimStage.pick('{element_id}', {member})")

    async def _remove(self, element_id: str) -> None:
        session, played, member = self.session, self.session.played, self.picked
        if played is None or member not in played.advocates:
            return

        def again() -> Played:
            return play(without(session.scenario, session.arm, played.advocates, member), session.arm, session.world)

        other = await asyncio.wrap_future(session.pool.quick(again))
        lost, unreached = sorted(played.shared - other.shared), sorted(played.reached - other.reached)
        self.lost.text = (
            f"The same world without advocate {member}, all other luck as it was: {len(lost)} fewer share and "
            f"{len(unreached)} fewer are reached. Lost: {', '.join(map(str, lost[:40])) or 'nobody'}"
            + (f" and {len(lost) - 40} more" if len(lost) > 40 else "")
        )
        ui.run_javascript(f"viralsimStage.mark('{element_id}', {json.dumps(lost)})")

    def _runs(self) -> None:
        session = self.session
        with ui.row().classes("items-center gap-4"):
            worlds = ui.number(
                "worlds", value=min(300, session.base.worlds), min=2, max=MOST_WORLDS, precision=0
            ).classes("w-28")
            run = ui.button("run all arms").mark("run")
            stop = ui.button("cancel").props("flat")
            bar = ui.linear_progress(0, show_value=False).classes("w-40")
            word = ui.label("").mark("run state")
        answer = ui.column().classes("w-full")

        def begin() -> None:
            try:
                scenario = within_limits(session.scenario)
            except InputError as error:
                word.text = str(error)
                return
            session.job = session.pool.submit(scenario, min(MOST_WORLDS, max(2, int(worlds.value or 2))))
            answer.clear()
            timer.active = True

        def look() -> None:
            job = session.job
            if job is None:
                return
            bar.value = job.done / job.total if job.total else 0
            place = session.pool.place(job)
            word.text = f"waiting, {place} before it" if place else f"{job.done:,} of {job.total:,} launches"
            if job.finished.is_set():
                timer.active = False
                bar.value = 1.0
                word.text = job.error or f"{job.total:,} launches"
                if job.result is not None:
                    _answer(answer, job)

        timer = ui.timer(0.2, look, active=False)
        run.on_click(begin)
        stop.on_click(lambda: session.job.cancel() if session.job is not None else None)


def _answer(answer: Any, job: Job) -> None:
    """The verdict, and the whole report in a frame of its own."""
    from html import escape

    from viralsim.report.document import page as report_page

    result = job.result
    if result is None:
        return
    text = report_page(result, trees=False)
    with answer:
        for sentence in result.verdict.sentences[:3]:
            ui.label(sentence).mark("verdict")
        ui.button("the report as a file", on_click=lambda: ui.download.content(text, "report.html")).props("flat")
        ui.html(f'<iframe class="vs-report" title="report" sandbox srcdoc="{escape(text, quote=True)}"></iframe>',
                sanitize=False).classes("vs-wide")  # fmt: skip
