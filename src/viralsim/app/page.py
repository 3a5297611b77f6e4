"""The pages: pick a lesson or a scenario, move sliders, run all arms, step one world, remove an advocate."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from nicegui import events, ui

from viralsim.app.controls import Control, controls
from viralsim.app.curve import drawn_of
from viralsim.app.jobs import Pool
from viralsim.app.limits import MOST_BYTES, MOST_WORLDS, read_upload, within_limits
from viralsim.app.look import dress, heading, stage_html
from viralsim.app.panel import Panel
from viralsim.app.runs import run_all_arms
from viralsim.app.session import Session
from viralsim.app.stepping import Played, play, without
from viralsim.errors import InputError
from viralsim.lessons import Lesson, lesson, lessons
from viralsim.scenario import Scenario

QUICK_WORLDS = 100  # worlds behind a slider's curve


def build(pool: Pool, start: Scenario | None) -> Callable[..., None]:
    """The root page; ``start``: the scenario that was named on the command line."""
    script = files(__package__).joinpath("stage.js").read_text(encoding="utf-8")

    def page(learn: str = "") -> None:
        dress()
        ui.add_head_html(f"<script>{script}</script>")
        try:
            chosen = lesson(learn) if learn else (None if start is not None else lessons()[0])
        except InputError:
            chosen = lessons()[0]
        session = Session(pool, chosen.scenario() if chosen is not None else start or lessons()[0].scenario(), chosen)
        with ui.column().classes("w-full max-w-6xl mx-auto p-2"):
            _head(session)
            view = View(session)
            view.show()
        ui.context.client.on_delete(lambda: view.session.close())

    return page


def _head(session: Session) -> None:
    with ui.row().classes("w-full items-center gap-4"):
        heading("viralsim", "text-2xl font-bold")
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
        """Everything below the head; built again when another scenario comes in."""
        self.body = ui.column().classes("w-full")
        with self.body:
            self._content()

    def _content(self) -> None:
        session = self.session
        if session.lesson is not None:
            self._lesson(session.lesson)
        else:
            ui.label(session.base.spec.about or session.base.name).classes("text-lg")
        with ui.row().classes("w-full items-start gap-6 flex-wrap"):
            with ui.column().classes("w-72"):
                self._sliders()
                self._settings()
                self._files()
            with ui.column().classes("grow min-w-80 max-w-2xl"):
                self.curve = ui.html("", sanitize=False).classes("vs-wide").mark("curve")
                self.said = ui.label("").classes("text-base")
        with ui.tabs().classes("w-full") as tabs:
            one, all_ = ui.tab("one world"), ui.tab("all arms")
        with ui.tab_panels(tabs, value=one).classes("w-full"):
            with ui.tab_panel(one):
                self._compiled()
            with ui.tab_panel(all_):
                run_all_arms(session)
        ui.timer(0.05, self.ask, once=True)
        ui.timer(0.5, self._refined)

    def _lesson(self, chosen: Lesson) -> None:
        with ui.card().classes("w-full"):
            ui.label(f"{chosen.title} ({chosen.minutes} minutes)").classes("text-xl")
            ui.label(chosen.question).classes("text-base")
            ui.label(f"First: {chosen.prediction}").classes("italic")
            with ui.expansion("what is surprising").props("dense").classes("w-full"):
                ui.label(chosen.surprise)
            with ui.expansion("for the teacher").props("dense").classes("w-full"):
                ui.label(chosen.teacher)
            with ui.expansion("words").props("dense").classes("w-full"):
                for word, meaning in chosen.glossary.items():
                    ui.label(f"{word}: {meaning}")
            ui.link("pupil's sheet to print", f"/sheet/{chosen.key}", new_tab=True)

    def _sliders(self) -> None:
        session = self.session
        if session.lesson is not None:
            s = session.lesson.slider
            whole = s.step >= 1 and float(s.value).is_integer() and "count" in s.path
            self._slider(Control(s.path, s.label, s.low, s.high, s.step, s.value, whole), "lesson slider")
            return
        for control in controls(session.base):
            self._slider(control, control.path)

    def _settings(self) -> None:
        session = self.session
        panel = Panel(lambda: session.scenario, self._set)
        with ui.expansion("all settings").classes("w-full").mark("all settings") as fold:
            place = ui.column().classes("w-full gap-0")
        fold.on_value_change(lambda e: panel.show(place) if e.value else None)

    async def _set(self, path: str, value: Any) -> None:
        within_limits(self.session.scenario.override({path: value}))
        self.session.set(path, value)
        await self.ask()

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
        session.asked += 1
        number = session.asked
        session.drop_refinement()
        try:
            scenario = within_limits(session.scenario)
        except InputError as error:
            self.said.text = str(error)
            return

        def quick() -> tuple[str, str]:
            if number != session.asked:
                return "", ""
            from viralsim.simulation import simulate

            result = simulate(scenario, min(QUICK_WORLDS, scenario.worlds), threads=1, repeat_trust=False)
            return drawn_of(result)

        try:
            drawn, words = await asyncio.wrap_future(session.pool.quick(quick))
        except InputError as error:
            drawn, words = "", str(error)
        if number == session.asked and words:
            self.curve.content, self.said.text = drawn or self.curve.content, words
            if drawn and scenario.worlds > QUICK_WORLDS:
                session.refinement = session.pool.submit(scenario, scenario.worlds, background=True)
                self.said.text += f"; being refined to {scenario.worlds:,} launches"

    def _refined(self) -> None:
        """Draw the curve again when the background has run the scenario's own number of worlds."""
        job = self.session.refinement
        if job is not None and job.finished.is_set():
            self.session.refinement = None
            if job.result is not None and not job.result.interrupted:
                self.curve.content, self.said.text = drawn_of(job.result)

    def _files(self) -> None:
        session = self.session

        async def uploaded(event: events.UploadEventArguments) -> None:
            try:
                scenario = read_upload(await event.file.read(), event.file.name)
            except InputError as error:
                ui.notify(str(error)[:400], type="negative", multi_line=True, close_button="close", timeout=0)
                return
            self.session.close()
            self.session = Session(session.pool, scenario, None)
            self.body.clear()
            with self.body:
                self._content()

        box = ui.upload(auto_upload=True, max_file_size=MOST_BYTES, on_upload=uploaded).props("accept=.yaml,.yml")
        box.classes("hidden").mark("upload")
        pick = ui.button("a scenario of yours (YAML)").props("flat")
        pick.on("click", js_handler=f"() => runMethod({box.id}, 'pickFiles', [])")
        ui.button("this scenario as YAML", on_click=lambda: ui.download.content(
            self.session.scenario.to_yaml(), "scenario.yaml")).props("flat")  # fmt: skip

    def _compiled(self) -> None:
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
        if session.playing:
            return
        session.playing = True
        try:
            scenario = within_limits(session.scenario)
            played = await asyncio.wrap_future(session.pool.quick(lambda: play(scenario, session.arm, session.world)))
        except InputError as error:
            ui.notify(str(error)[:400], type="negative")
            return
        finally:
            session.playing = False
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
