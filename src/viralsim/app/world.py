"""One world tick by tick, drawn: who is where, who is reached, and who is lost without an advocate."""

from __future__ import annotations

import json
from typing import Any

from nicegui import ui

from viralsim.app.limits import MOST_WORLDS
from viralsim.app.look import stage_html
from viralsim.app.session import Session
from viralsim.app.stepping import Played
from viralsim.app.work import one_world
from viralsim.errors import InputError

MOST_BUTTONS, MOST_LOST_NAMED = 20, 40


def one_world_tab(session: Session) -> None:
    """Choose an arm and a world, play it, and pick members on the canvas."""
    OneWorld(session).show()


class OneWorld:
    """The widgets of the tab."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.element_id = f"stage{id(self)}"
        self.picked = -1

    def show(self) -> None:
        """Build them."""
        session = self.session
        with ui.row().classes("items-center gap-4"):
            ui.select(list(session.base.arm_names), value=session.arm, label="arm",
                      on_change=lambda e: setattr(session, "arm", e.value)).classes("w-40")  # fmt: skip
            ui.number("world", value=session.world, min=0, max=MOST_WORLDS, precision=0,
                      on_change=lambda e: setattr(session, "world", int(e.value or 0))).classes("w-24")  # fmt: skip
            ui.button("show this world", on_click=self._play).mark("show world")
        with ui.row().classes("w-full items-start gap-6"):
            with ui.column().classes("grow max-w-2xl"):
                canvas = ui.html(f'<div id="{self.element_id}">{stage_html()}</div>', sanitize=False).classes("vs-wide")
            with ui.column().classes("w-72"):
                self.who = ui.label("Click a member to see who it is.").mark("who")
                self.remove = ui.button("remove this advocate", on_click=self._remove).mark("remove")
                self.remove.visible = False
                self.tier = ui.column()
                self.lost = ui.label("").mark("lost")
        canvas.on("member", lambda e: self._pick(int(e.args)), js_handler="(e) => emit(e.detail)")

    async def _world(self, removed: tuple[tuple[int, ...], int] | None = None) -> Played | None:
        """The world as it is played, one at a time; None where it cannot be, which is said, or where nobody waits for it."""
        session = self.session
        if session.playing:
            return None
        session.playing = True
        try:
            played = await session.lanes.answer(
                session.visitor, one_world, session.question, session.arm, session.world, removed
            )
        except InputError as error:
            if not session.closed:
                ui.notify(str(error)[:400], type="negative")
            return None
        finally:
            session.playing = False
        return None if session.closed else played

    async def _play(self) -> None:
        played = await self._world()
        if played is None:
            return
        self.session.played = played
        ui.run_javascript(
            f"viralsimStage.show('{self.element_id}', {json.dumps({'scene': played.scene(), 'moves': played.moves()})})"
        )
        self.lost.text, self.who.text, self.remove.visible = "", "Click a member to see who it is.", False
        self.tier.clear()
        with self.tier:
            for member in played.advocates[:MOST_BUTTONS]:
                ui.button(f"advocate {member}", on_click=lambda _, m=member: self._pick(m)).props("flat dense")

    def _pick(self, member: int) -> None:
        played: Any = self.session.played
        if played is None or not 0 <= member < len(played.x):
            return
        self.picked = member
        state = (
            "shared" if member in played.shared else "was reached" if member in played.reached else "was not reached"
        )
        kind = "advocate" if member in played.advocates else "member"
        self.who.text = f"{kind} {member}, community {int(played.community[member])}: {state}"
        self.remove.visible = member in played.advocates
        ui.run_javascript(f"viralsimStage.pick('{self.element_id}', {member})")

    async def _remove(self) -> None:
        played, member = self.session.played, self.picked
        if played is None or member not in played.advocates:
            return
        other = await self._world((played.advocates, member))
        if other is None:
            return
        lost, unreached = sorted(played.shared - other.shared), sorted(played.reached - other.reached)
        self.lost.text = (
            f"The same world without advocate {member}, all other luck as it was: {len(lost)} fewer share and "
            f"{len(unreached)} fewer are reached. Lost: {', '.join(map(str, lost[:MOST_LOST_NAMED])) or 'nobody'}"
            + (f" and {len(lost) - MOST_LOST_NAMED} more" if len(lost) > MOST_LOST_NAMED else "")
        )
        ui.run_javascript(f"viralsimStage.mark('{self.element_id}', {json.dumps(lost)})")
