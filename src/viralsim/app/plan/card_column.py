"""The plan as cards: what matters most, audience, content, arms, money; and what was changed, step by step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from operator import methodcaller
from typing import Any

from nicegui import events, ui

from viralsim.app.panel import settings_fold
from viralsim.app.plan.cards import CARDS, Slider, at, sliders
from viralsim.app.plan.history import History
from viralsim.app.plan.live import Moved
from viralsim.app.session import Session
from viralsim.app.work import Answer
from viralsim.measurement.number_format import money, number
from viralsim.scenario.paths import PathError, parse_path
from viralsim.scenario.paths import at as value_at

Move = Callable[[str, str, Any], Awaitable[None]]
Step = Callable[[Callable[[History], None]], Awaitable[None]]


class CardColumn:
    """The widgets of the cards. move: change a place, with words for the history. step: go through the history."""

    def __init__(self, session: Session, move: Move, step: Step) -> None:
        self.session, self.move, self.step = session, move, step
        self.column = ui.element("section").classes("vs-cards").props('aria-label="the plan"')
        self.arms: Any = None
        self.last: Answer | None = None

    def build(self, history: History, moved: Sequence[Moved]) -> None:
        """All cards, with the sliders where the plan is now."""
        self.column.clear()
        found = sliders(self.session.base, moved)
        with self.column:
            self._steps(history)
            for card in CARDS:
                mine = [one for one in found if one.card == card]
                if mine or card == "Options":
                    with ui.card().classes("vs-card"):
                        ui.label(card).classes("vs-card-title").props('role="heading" aria-level="2"')
                        if card == "Options":
                            self.arms = ui.column().classes("w-full gap-1")
                        for one in mine:
                            self._slider(self._placed(one, history))
            settings_fold(lambda: self.session, self.move)
        if self.last is not None:
            self.show_arms(self.last)

    def _placed(self, slider: Slider, history: History) -> Slider:
        changes = history.changes
        path = slider.control.path
        if path in changes:
            return at(slider, float(changes[path]))
        if not any(path.startswith((f"{other}.", f"{other}[")) for other in changes):
            return slider
        try:
            return at(slider, float(value_at(self.session.question.scenario().data, parse_path(path))))
        except (PathError, TypeError, ValueError):
            return slider

    def _steps(self, history: History) -> None:
        with ui.row().classes("items-center gap-2 w-full"):
            self.undo = ui.button("undo", on_click=lambda: self.step(History.undo)).props("flat dense").mark("undo")
            self.redo = ui.button("redo", on_click=lambda: self.step(History.redo)).props("flat dense").mark("redo")
            self.fold = ui.expansion("history").props("dense").classes("grow").mark("history")
        self.say_history(history)

    def say_history(self, history: History) -> None:
        """The steps so far, each of which can be gone to."""
        self.undo.set_enabled(history.at > 0)
        self.redo.set_enabled(history.at + 1 < len(history.steps))
        self.fold.clear()
        with self.fold:
            for i, one in enumerate(history.steps):
                here = " (now)" if i == history.at else ""
                button = ui.button(f"{i}. {one.said}{here}", on_click=partial(self.step, methodcaller("go", i)))
                button.props("flat dense no-caps align=left").classes("w-full")

    def _slider(self, one: Slider) -> None:
        control = one.control
        with ui.column().classes("w-full gap-0"):
            with ui.row().classes("w-full justify-between no-wrap gap-2"):
                ui.label(control.label)
                shown = ui.label(one.shown(control.value)).classes("vs-value").mark(f"value {control.path}")
            slider = ui.slider(min=control.low, max=control.high, step=control.step, value=control.value)
            slider.props(f'aria-label="{control.label}"').mark(control.path)
            if one.note:
                ui.label(one.note).classes("vs-quiet text-xs")

        async def moved(change: events.ValueChangeEventArguments) -> None:
            value = round(change.value) if control.whole else float(f"{change.value:.6g}")
            shown.text = one.shown(value)
            await self.move(f"{control.label}: {one.shown(value)}", control.path, value)

        slider.on_value_change(moved)

    def show_arms(self, answer: Answer) -> None:
        """What each arm comes to, in its colour."""
        self.last = answer
        self.arms.clear()
        with self.arms:
            for arm in answer.arms:
                with ui.row().classes("items-baseline gap-2 no-wrap w-full"):
                    ui.element("span").classes(f"vs-key key-{arm.role}")
                    ui.label(arm.name).classes("grow")
                    ui.label(f"{number(arm.mean)} {answer.unit}, {money(arm.cost, answer.currency)}").classes(
                        "vs-quiet text-right"
                    )
