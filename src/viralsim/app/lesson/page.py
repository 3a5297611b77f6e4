"""A lesson in the app: the page's script draws it, and asks the server for tries."""

from __future__ import annotations

import json
from typing import Any

from nicegui import events, ui

from viralsim.app import work
from viralsim.app.lesson.data import MOST_TRIES, meta
from viralsim.app.lesson.real_posts import real_page
from viralsim.app.session import Session
from viralsim.errors import InputError
from viralsim.lessons import Lesson
from viralsim.lessons.real import RealLesson
from viralsim.lessons.texts import noted, speaker

COMPILING = noted("Getting ready: the very first try compiles for about a minute. Guess meanwhile.")


def show_real(one: RealLesson, language: str) -> None:
    """A lesson on real posts: all that it needs goes to the page at once."""
    place = f"real{id(one)}"
    ui.html(f'<div id="{place}"></div>', sanitize=False).classes("vs-wide")
    ui.link(speaker(language)("pupil's sheet to print"), f"/sheet/{one.key}?lang={language}", new_tab=True)
    begin, data = real_page(one)
    script = f"{begin}(document.getElementById('{place}'), {json.dumps(data)})"
    ui.context.client.on_connect(lambda: ui.run_javascript(script))


class LessonPage:
    """The first screen of a lesson. session: whose settings below it change the tries too."""

    def __init__(self, session: Session, one: Lesson) -> None:
        self.session, self.lesson = session, one
        self.element_id = f"lesson{id(self)}"

    @property
    def _root(self) -> str:
        return f"document.getElementById('{self.element_id}')"

    def show(self) -> None:
        """Build it, and let the script begin."""
        place = ui.html(f'<div id="{self.element_id}"></div>', sanitize=False).classes("vs-wide")
        place.on("ask", self._asked, js_handler="(e) => emit(e.detail)")
        self.again()

    def again(self) -> None:
        """Begin once more, as after a change of the settings."""
        data = json.dumps(meta(self.lesson, self.lesson.slider.values, MOST_TRIES))
        ui.run_javascript(f"viralsimLesson({self._root}, {data}, viralsimAsking.source({self._root}))")

    async def _asked(self, event: events.GenericEventArguments) -> None:
        asked = event.args if isinstance(event.args, dict) else {}
        number = asked.get("id")
        if not isinstance(number, int):
            return
        lanes, client = self.session.lanes, ui.context.client
        if not lanes.is_ready():
            client.run_javascript(f"viralsimAsking.busy({self._root}, {json.dumps(COMPILING)})")
        try:
            found, error = await self._answer(asked), None
        except InputError as wrong:
            found, error = None, str(wrong)
        if not self.session.closed:
            client.run_javascript(f"viralsimAsking.answer({number}, {json.dumps(found)}, {json.dumps(error)})")

    async def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What is asked, which comes from a browser and is checked first."""
        one, lanes, visitor = self.lesson, self.session.lanes, self.session.visitor
        value = asked.get("value")
        if value not in one.slider.values:
            raise InputError(f"{one.slider.label} cannot be {str(value)[:40]!r}")
        self.session.set(one.slider.path, one.slider.exactly(value))
        question = self.session.question
        if asked.get("what") == "tried":
            return await lanes.answer(visitor, work.lesson_tried, question, one.key)
        arm, number = asked.get("arm"), asked.get("number")
        if arm not in one.scenario().arm_names or not isinstance(number, int) or not 0 <= number < MOST_TRIES:
            raise InputError("there is no such try")
        if asked.get("what") == "removed":
            return await lanes.answer(visitor, work.lesson_lost, question, arm, number, asked.get("member"))
        have = asked.get("have")
        known = tuple(str(key) for key in have[:100]) if isinstance(have, list) else ()
        return await lanes.answer(visitor, work.lesson_world, question, arm, number, known)
