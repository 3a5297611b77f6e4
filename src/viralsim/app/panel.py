"""All settings of a scenario, folded, block by block, each with what the schema says and its error beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import events, ui

from viralsim.app.session import Session
from viralsim.app.settings import Setting
from viralsim.app.work import all_settings, change
from viralsim.errors import InputError

LONGEST_ERROR = 300  # characters beside a control


class Panel:
    """The controls. settings: gives them all. change: takes (path, text) as typed; InputError where the schema forbids it."""

    def __init__(
        self, settings: Callable[[], Awaitable[list[Setting]]], change: Callable[[str, str], Awaitable[None]]
    ) -> None:
        self.settings, self.change = settings, change

    async def show(self, place: Any) -> None:
        """A fold a block; its controls are made when it is opened, so that thirty sessions stay light."""
        place.clear()
        groups: dict[str, list[Setting]] = {}
        try:
            for one in await self.settings():
                groups.setdefault(one.group, []).append(one)
        except InputError as error:
            with place:
                ui.label(str(error)[:LONGEST_ERROR]).classes("text-negative").props('role="alert"')
        with place:
            for name, members in groups.items():
                self._group(name, members)

    def _group(self, name: str, members: list[Setting]) -> None:
        with ui.expansion(name).props("dense").classes("w-full").mark(f"group {name}") as fold:
            inside = ui.column().classes("w-full gap-2")

        def opened(change: events.ValueChangeEventArguments) -> None:
            if change.value and not inside.default_slot.children:
                with inside:
                    for one in members:
                        self._control(one)

        fold.on_value_change(opened)

    def _control(self, one: Setting) -> None:
        label = f'aria-label="{one.path}"' if '"' not in one.path else ""
        with ui.column().classes("w-full gap-0"):
            ui.label(one.key).classes("font-medium")
            control = self._widget(one).props(label).mark(f"set {one.path}")
            ui.label("; ".join(filter(None, (one.about, one.note)))).classes("text-xs opacity-75")
            wrong = ui.label("").classes("text-sm text-negative").mark(f"wrong {one.path}")
            wrong.props('role="alert"')

        async def typed() -> None:
            text = "" if control.value is None else str(control.value)
            try:
                await self.change(one.path, text.lower() if one.kind == "switch" else text)
                wrong.text = ""
            except InputError as error:
                wrong.text = str(error)[:LONGEST_ERROR]

        if one.kind == "text":
            control.on("change", typed)
        else:
            control.on_value_change(typed)

    def _widget(self, one: Setting) -> Any:
        if one.kind == "choice":
            value = one.text if one.text in one.choices else None
            return ui.select(list(one.choices), value=value).props("dense").classes("w-full")
        if one.kind == "switch":
            return ui.switch(value=one.text == "true")
        if one.kind == "probability":
            return ui.slider(min=0, max=1, step=0.001, value=float(one.text)).props("label")
        return ui.input(value=one.text).props("dense").classes("w-full")


def settings_fold(session: Callable[[], Session], put: Callable[[str, str, Any], Awaitable[None]]) -> None:
    """The panel of a session's scenario behind a line that opens it. put: takes (text as typed, place, value) of a change."""

    async def found() -> list[Setting]:
        now = session()
        return await now.lanes.answer(now.visitor, all_settings, now.question)

    async def typed(path: str, text: str) -> None:
        now = session()
        place, value = await now.lanes.answer(now.visitor, change, now.question, path, text)
        await put(f"{path}: {text}", place, value)

    panel = Panel(found, typed)
    with ui.expansion("all settings").classes("w-full").mark("all settings") as fold:
        place = ui.column().classes("w-full gap-0")
    fold.on_value_change(lambda e: panel.show(place) if e.value else None)
