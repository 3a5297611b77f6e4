"""Two plans side by side: one that was kept, and the one on the cards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from html import escape
from typing import Any

from nicegui import ui

from viralsim.app.plan.cards import label_of
from viralsim.app.plan.history import History, difference
from viralsim.app.session import Session
from viralsim.app.settings import written
from viralsim.app.work import Answer, ArmNumbers
from viralsim.measurement.number_format import money, number, percent

Restore = Callable[[str, dict[str, Any]], Awaitable[None]]


class SideBySide:
    """The kept plan and the present one. restore: puts a plan back on the cards."""

    def __init__(self, history: History, session: Session, restore: Restore) -> None:
        self.history, self.session, self.restore = history, session, restore
        self.now: Answer | None = None
        self.kept: tuple[dict[str, Any], Answer] | None = None
        with ui.element("section").classes("vs-two").props('aria-label="two plans side by side"'):
            with ui.row().classes("items-center gap-2"):
                ui.button("keep this plan to compare", on_click=self._keep).props("outline no-caps").mark("keep")
                self.back = ui.button("back to plan A", on_click=self._back).props("flat no-caps").mark("back")
            self.shown = ui.html("", sanitize=False).classes("vs-wide").mark("pair")
        self.back.visible = False

    def _keep(self) -> None:
        if self.now is not None:
            self.kept = (self.history.changes, self.now)
            self.show()

    async def _back(self) -> None:
        if self.kept is not None:
            await self.restore("back to plan A", self.kept[0])

    def show(self) -> None:
        """Draw both plans, where one was kept."""
        self.back.visible = self.kept is not None
        if self.kept is not None and self.now is not None:
            changes = difference(self.kept[0], self.history.changes)
            self.shown.content = drawn(self.kept[1], self.now, [self._said(*one) for one in changes])

    def _said(self, path: str, first: Any, second: Any) -> str:
        was, now = ("as opened" if value is None else written(value) for value in (first, second))
        return f"{label_of(path)}: {was} in plan A, {now} in plan B"


def drawn(first: Answer, second: Answer, changes: list[str]) -> str:
    """Both plans as bars, an arm after another, and in words what differs."""
    top = max((arm.high for answer in (first, second) for arm in answer.arms), default=0.0) or 1.0
    others = {arm.name: arm for arm in second.arms}
    rows = "".join(
        f'<h3><span class="vs-key key-{arm.role}"></span>{escape(arm.name)}</h3>'
        + _bar("A", arm, first, top)
        + (_bar("B", others[arm.name], second, top) if arm.name in others else "")
        for arm in first.arms
    )
    said = "".join(f"<li>{escape(text)}</li>" for text in changes) or "<li>Both plans are the same so far.</li>"
    return (
        f'<h2 class="vs-card-title">Two plans side by side: {escape(first.unit)} per campaign</h2>'
        f"<p>A is the plan you kept, B is the plan on the cards.</p><ul>{said}</ul>{rows}"
    )


def _bar(name: str, arm: ArmNumbers, answer: Answer, top: float) -> str:
    """One plan of one arm: the mean as a bar, nine in ten campaigns as a line, the numbers beside it."""
    low, mean, high = (100.0 * max(0.0, value) / top for value in (arm.low, arm.mean, arm.high))
    words = f"{number(arm.mean)} {answer.unit} ({number(arm.low)} to {number(arm.high)}), cost {money(arm.cost, answer.currency)}"
    if arm.profit is not None and arm.loss is not None:
        words += f", profit {money(arm.profit, answer.currency)}, chance of a loss {percent(arm.loss)}"
    return (
        f'<div class="vs-pair"><b>{name}</b><div class="vs-bar"><i class="key-{arm.role} is-{name}" '
        f'style="width:{mean:.1f}%"></i><u style="left:{low:.1f}%;width:{high - low:.1f}%"></u></div>'
        f"<span>{escape(words)}</span></div>"
    )
