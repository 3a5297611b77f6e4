"""A class: pupil n plays world n of the same scenario, and the projector gathers the histogram."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from nicegui import app, ui

from viralsim.app.look import dress, heading

MOST_PUPILS = 60


@dataclass
class Seat:
    """A pupil's place. number: of the world. sockets: tabs that are open now. launched: whether the world was played."""

    number: int
    sockets: int = 0
    launched: bool = False


class Room:
    """Who sits where in a class, and what each pupil's world came to.

    outcomes: the shares of each world, played before the doors open, so that nothing can keep a class from launching.
    """

    def __init__(self, outcomes: Sequence[int]) -> None:
        self.outcomes = outcomes
        self.seats: dict[str, Seat] = {}  # by what the browser's cookie says

    @property
    def shares(self) -> dict[int, int]:
        """Number of a seat -> shares, of the launches so far."""
        return {seat.number: self.outcomes[seat.number] for seat in self.seats.values() if seat.launched}

    def sit(self, who: str) -> Seat | None:
        """A pupil's socket is connected: their seat, the same after a reload; None where the room is full.

        In a full room the seat of a pupil who is gone and has not launched is given away.
        """
        if who not in self.seats:
            if len(self.seats) >= len(self.outcomes):
                gone = [name for name, seat in self.seats.items() if not seat.sockets and not seat.launched]
                if not gone:
                    return None
                del self.seats[gone[0]]
            taken = {seat.number for seat in self.seats.values()}
            self.seats[who] = Seat(next(n for n in range(len(self.outcomes)) if n not in taken))
        self.seats[who].sockets += 1
        return self.seats[who]

    def leave(self, who: str) -> None:
        """A socket of a pupil is gone; the seat stays theirs."""
        if who in self.seats:
            self.seats[who].sockets = max(0, self.seats[who].sockets - 1)

    def launch(self, who: str) -> int | None:
        """The shares of a pupil's world; None where their seat was freed."""
        if who not in self.seats:
            return None
        self.seats[who].launched = True
        return self.outcomes[self.seats[who].number]

    def free(self, number: int) -> bool:
        """Free a seat, whoever sits there; whether anybody did."""
        found = [who for who, seat in self.seats.items() if seat.number == number]
        for who in found:
            del self.seats[who]
        return bool(found)


def projector(room: Room, address: str, code: str) -> Callable[[], None]:
    """The page on the wall: how to join, and the histogram so far."""

    def page() -> None:
        import segno

        dress()
        with ui.row().classes("w-full items-start gap-8 p-4"):
            with ui.column():
                heading("Join", "text-2xl")
                ui.html(segno.make(f"{address}?code={code}").svg_inline(scale=6, light="white"), sanitize=False)
                ui.label(address).classes("text-lg")
                ui.label(f"code {code}").classes("text-3xl font-bold").mark("code")
                seats = ui.label("").mark("seats")
                with ui.row().classes("items-center"):
                    number = ui.number("seat", min=0, max=len(room.outcomes) - 1, precision=0).classes("w-20")
                    ui.button("free it", on_click=lambda: number.value is not None and room.free(int(number.value)))
            with ui.column().classes("grow min-w-80"):
                head = ui.label("").classes("text-2xl").mark("gathered")
                bars = ui.html("", sanitize=False).classes("vs-wide")

        def gather() -> None:
            values = np.array(sorted(room.shares.values()))
            seats.text = f"{len(room.seats)} of {len(room.outcomes)} seats taken"
            head.text = f"{len(values)} launches of the same content" + (
                f": median {np.median(values):,.0f} shares, best {values.max():,}" if len(values) else ""
            )
            bars.content = _bars(values)

        ui.timer(1.0, gather)

    return page


def _bars(values: np.ndarray) -> str:
    """A bar a launch, the smallest first."""
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


def pupil(room: Room) -> Callable[[], None]:
    """A pupil's page: one launch, which is theirs. The seat is taken when its socket is connected, not when it is asked for."""

    def page() -> None:
        dress()
        who, client = str(app.storage.browser["id"]), ui.context.client
        place = ui.column().classes("p-4")
        with place:
            heading("Joining", "text-2xl")
        shown: list[Seat | None] = []

        def connected() -> None:
            seat = room.sit(who)
            if not shown or shown[0] is not seat:  # a socket that comes again finds the page as it was
                shown[:] = [seat]
                place.clear()
                with place:
                    _seated(room, who, seat)

        client.on_connect(connected)
        client.on_disconnect(lambda: room.leave(who))

    return page


def _seated(room: Room, who: str, seat: Seat | None) -> None:
    """What a pupil sees from their seat, or where there is none."""
    if seat is None:
        heading("The class is full.", "text-2xl")
        ui.label("Ask for a seat to be freed, then open this page again.").mark("refused")
        return
    heading(f"You are launch number {seat.number}.", "text-2xl")
    ui.label("Same content, same people as everybody here. How many shares will it get? Guess, then launch.")
    guess = ui.number("my guess", min=0, precision=0)
    said = ui.label("").classes("text-3xl").mark("mine")
    if seat.launched:  # before a reload
        said.text = _counted(room.outcomes[seat.number])

    def launch() -> None:
        shares = room.launch(who)
        if shares is None:
            said.text = "This seat was freed: open the page again for another one."
            return
        said.text = _counted(shares) + (f" (you guessed {guess.value:,.0f})" if guess.value is not None else "")

    ui.button("launch", on_click=launch).mark("launch")
