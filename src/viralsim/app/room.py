"""A class: pupil n plays world n of the same scenario, and the projector gathers the histogram."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import numpy as np
from nicegui import app, ui

from viralsim.app.jobs import Pool
from viralsim.app.look import dress, heading
from viralsim.app.stepping import play
from viralsim.lessons import lesson
from viralsim.scenario import Scenario

MOST_PUPILS = 60


class Room:
    """One class: its code, its scenario, and what each pupil's world came to."""

    def __init__(self, code: str, pool: Pool, scenario: Scenario | None) -> None:
        self.code, self.pool = code, pool
        self.scenario = scenario if scenario is not None else _luck()
        self.arm = self.scenario.arm_names[0]
        self.shares: dict[int, int] = {}
        self._world: dict[str, int] = {}
        self._lock = threading.Lock()

    def join(self, code: str, who: str) -> int | None:
        """The world of a pupil, the same after a reload; None where the code is wrong or the room is full.

        who: what the session's cookie says of the browser.
        """
        with self._lock:
            if not code or code.upper() != self.code:
                return None
            if who not in self._world and len(self._world) < MOST_PUPILS:
                self._world[who] = len(self._world)
            return self._world.get(who)


def _luck() -> Scenario:
    return lesson("luck").scenario()


def projector(room: Room, address: str) -> Callable[[], None]:
    """The page on the wall: how to join, and the histogram so far."""

    def page() -> None:
        import segno

        dress()
        with ui.row().classes("w-full items-start gap-8 p-4"):
            with ui.column():
                heading("Join", "text-2xl")
                ui.html(segno.make(address).svg_inline(scale=6, light="white"), sanitize=False)
                ui.label(address).classes("text-lg")
                ui.label(f"code {room.code}").classes("text-3xl font-bold").mark("code")
            with ui.column().classes("grow min-w-80"):
                head = ui.label("").classes("text-2xl").mark("gathered")
                bars = ui.html("", sanitize=False).classes("vs-wide")

        def gather() -> None:
            values = np.array(sorted(room.shares.values()))
            head.text = f"{len(values)} launches of the same content" + (
                f": median {np.median(values):,.0f} shares, best {values.max():,}" if len(values) else ""
            )
            bars.content = _bars(values)

        ui.timer(1.0, gather)

    return page


def _bars(values: np.ndarray) -> str:
    """A bar per launch, the smallest first."""
    if not len(values):
        return ""
    wide, most = 720 / max(len(values), 10), max(1, int(values.max()))
    parts = []
    for i, shares in enumerate(values):
        high = max(1.0, 280 * shares / most)
        parts.append(
            f'<rect x="{i * wide:.1f}" y="{310 - high:.1f}" width="{wide * 0.85:.1f}" height="{high:.1f}" fill="var(--vs-0)"/>'
        )
        if len(values) <= 20 or shares == most:
            parts.append(
                f'<text x="{(i + 0.42) * wide:.1f}" y="{304 - high:.1f}" text-anchor="middle" font-size="16" '
                f'fill="currentColor">{shares:,}</text>'
            )
    return (
        f'<svg viewBox="0 0 720 312" width="100%" role="img" aria-label="shares of each launch">{"".join(parts)}</svg>'
    )


def _counted(shares: int) -> str:
    return f"{shares:,} share" if shares == 1 else f"{shares:,} shares"


def pupil(room: Room) -> Callable[..., None]:
    """A pupil's page: one launch, which is theirs."""

    def page(code: str = "") -> None:
        world = room.join(code, str(app.storage.browser["id"]))
        dress()
        with ui.column().classes("p-4"):
            if world is None:
                ui.label("This code opens no class, or the class is full: look at the wall.").classes("text-xl").mark(
                    "refused"
                )
                ui.input("code").on("keydown.enter", lambda e: ui.navigate.to(f"/join?code={e.sender.value}"))
                return
            heading(f"You are launch number {world}.", "text-2xl")
            ui.label("Same content, same people as everybody here. How many shares will it get? Guess, then launch.")
            guess = ui.number("my guess", min=0, precision=0)
            said = ui.label("").classes("text-3xl").mark("mine")
            if world in room.shares:  # launched before a reload
                said.text = _counted(room.shares[world])

            async def launch() -> None:
                played = await asyncio.wrap_future(room.pool.quick(lambda: play(room.scenario, room.arm, world)))
                room.shares[world] = len(played.shared)
                said.text = _counted(len(played.shared)) + (
                    f" (you guessed {guess.value:,.0f})" if guess.value is not None else ""
                )

            ui.button("launch", on_click=launch).mark("launch")

    return page
