"""A pupil's page: guess, then a try which is theirs alone, drawn, and its place among those of the class."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import app, ui

from viralsim.app.classroom.picture import picture, rank
from viralsim.app.classroom.room import Room, Seat
from viralsim.app.classroom.tasks import REAL, seat_values, words
from viralsim.app.classroom.wall import task_text
from viralsim.app.lesson.real_posts import real_stage
from viralsim.app.look import accepted, dress, front, heading, stage_html
from viralsim.errors import InputError
from viralsim.lessons.texts import Say, catalogue, languages, noted, preferred, speaker

Draws = Callable[[str, int], Awaitable[dict[str, Any]]]  # (who, seat) -> the try of a seat as the canvas takes it
GUESS_FIRST = noted("Type a number: a wild guess will do.")


def pupil(room: Room, draws: Draws) -> Callable[[str], None]:
    """The page. The seat is taken when its socket is connected, not when the page is asked for."""
    scripts = "".join(f"<script>{front(name)}</script>" for name in ("texts.js", "stage.js"))

    def page(lang: str = "") -> None:
        dress()
        language = preferred(lang, accepted())
        shipped = json.dumps(languages()), json.dumps({language: dict(catalogue(language))})
        ui.add_head_html(f"{scripts}<script>viralsimTexts.begin({', '.join(shipped)}, '{language}')</script>")
        who, client, say = str(app.storage.browser["id"]), ui.context.client, speaker(language)
        place = ui.column().classes("p-2 w-full max-w-3xl mx-auto gap-1")
        with place:
            heading(say("Joining"), "text-2xl")
        shown: list[Place] = []

        def connected() -> None:
            seat = room.sit(who)
            if not shown or shown[0].seat is not seat:  # a socket that comes again finds the page as it was
                shown[:] = [Place(room, who, seat, say, draws)]
                shown[0].build(place)

        def follow() -> None:
            if shown:
                shown[0].follow(place)

        client.on_connect(connected)
        client.on_disconnect(lambda: room.leave(who))
        ui.timer(1.0, follow)

    return page


class Place:
    """What a pupil sees from their seat, or where there is none."""

    def __init__(self, room: Room, who: str, seat: Seat | None, say: Say, draws: Draws) -> None:
        self.room, self.who, self.seat, self.say, self.draws = room, who, seat, say, draws
        self.element_id = f"try{id(self)}"
        self.version = -1

    def build(self, place: Any) -> None:
        """The page of this round."""
        self.version = self.room.version
        place.clear()
        with place:
            self._content()

    def follow(self, place: Any) -> None:
        """Another round, the end, or another result on the wall."""
        if self.version != self.room.version:
            if self.seat is not None and self.room.seats.get(self.who) is not self.seat and not self.room.is_over:
                self.seat = None
                place.clear()
                with place:
                    heading(self.say("This seat was freed: open the page again for another one."), "text-2xl")
                self.version = self.room.version
                return
            self.build(place)
        elif self.seat is not None and self.room.has_played(self.who):
            self._compare()

    def _content(self) -> None:
        say, room, seat = self.say, self.room, self.seat
        if room.is_over:
            heading(say("The class is over."), "text-2xl")
            ui.label(say("Thank you for guessing. When another round is opened, it appears here.")).mark("over")
            return
        if seat is None:
            heading(say("The class is full."), "text-2xl")
            ui.label(say("Ask for a seat to be freed, then open this page again.")).mark("refused")
            return
        heading(say("You are number {number}.", number=seat.number), "text-2xl")
        ui.label(say("round {number}", number=room.round.number) + ": " + task_text(room.round.task, say)).mark("round")
        with ui.column().classes("gap-1 w-full") as self.asking:
            told, said = seat_values(room.round, seat.number), words(room.round.task)
            ui.label(say(said.about, **told))
            ui.label(say(said.ask, **told)).mark("ask")
            with ui.row().classes("items-center"):
                self.guess = ui.number(say("my guess"), min=0, max=1e9, precision=0)
                ui.button(say(said.play), on_click=self._play).mark("try")
            self.wrong = ui.label("").classes("text-negative").props('role="alert"')
        self.said = ui.label("").classes("text-3xl font-bold").mark("mine")
        self.rank = ui.label("").classes("text-lg").mark("rank")
        self.drawn = ui.html("", sanitize=False).classes("vs-wide")
        stage = real_stage() if room.round.task.lesson in REAL else stage_html()
        self.canvas = ui.html(f'<div id="{self.element_id}">{stage}</div>', sanitize=False)
        self.canvas.classes("vs-wide")
        self.canvas.visible = False
        if room.has_played(self.who):  # before a reload
            ui.timer(0.05, self._show, once=True)

    async def _play(self) -> None:
        if self.guess.value is None:
            self.wrong.text = self.say(GUESS_FIRST)
            return
        if self.room.play(self.who, float(self.guess.value)) is not None:
            await self._show()

    async def _show(self) -> None:
        """The result at once, the drawn try as soon as it is there."""
        assert self.seat is not None
        room, say, number = self.room, self.say, self.seat.number
        self.asking.visible = False
        told = {"result": f"{room.round.outcomes[number]:,}", "guess": f"{room.round.guesses[number]:,.0f}"}
        self.said.text = say(words(room.round.task).got, **told)
        self._compare()
        client, opened = ui.context.client, room.version
        try:
            drawn = await self.draws(self.who, number)
        except InputError:
            return  # the number stands without its picture
        if opened != room.version or self.version != opened:
            return
        self.canvas.visible = True
        root = f"document.getElementById('{self.element_id}')"
        client.run_javascript(
            f"viralsimTexts.fill({root}); viralsimStage.show('{self.element_id}', {json.dumps(drawn)},"
            " matchMedia('(prefers-reduced-motion: reduce)').matches)"
        )

    def _compare(self) -> None:
        assert self.seat is not None
        room, number = self.room, self.seat.number
        results = room.results
        told = {"place": rank(results, number), "all": len(results)}
        self.rank.text = self.say(
            "You rank {place} of {all} so far. Orange is yours; hollow squares are guesses.", **told
        )
        drawn = picture(results, room.round.guesses, self.say, number)
        if self.drawn.content != drawn:
            self.drawn.content = drawn
