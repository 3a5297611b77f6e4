"""The server: pages, a pupil's sheet, and a class that plays the same scenario world by world."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import tempfile
import threading
import webbrowser
from concurrent.futures import TimeoutError as TooLong
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from nicegui import app, ui

from viralsim.app.access import MOST_SENT_BYTES, Access, ClassKeys
from viralsim.app.classroom.keep import Keep
from viralsim.app.classroom.pupil import pupil
from viralsim.app.classroom.room import MOST_PUPILS, Room, Round, Task
from viralsim.app.classroom.tasks import REAL, first_task, post_of, real_outcomes
from viralsim.app.classroom.wall import wall
from viralsim.app.jobs import RunLine
from viralsim.app.kept_files import KeptFiles
from viralsim.app.lanes import Lanes
from viralsim.app.lesson.data import at_value
from viralsim.app.lesson.real_posts import whole_day
from viralsim.app.lesson.sheet import sheet
from viralsim.app.limits import refuse_for_a_class
from viralsim.app.page import build
from viralsim.app.plan.guided_page import guided
from viralsim.app.plan.running_page import running
from viralsim.app.work import Question, class_outcomes, lesson_world
from viralsim.errors import InputError
from viralsim.lessons import lesson
from viralsim.lessons.real import real_lesson
from viralsim.lessons.texts import preferred
from viralsim.scenario import Scenario

LOOPBACK = "127.0.0.1"
CLASS_LESSON, WALL = "luck", "the wall"
CLASS_S = 60.0  # a scenario whose launches take longer is none for a class
GRACEFUL_S, LONGEST_END_S = (
    1,
    2.0,
)  # how long connections have to close, and after which the process ends whatever happens
INTERRUPTED = 130


def serve(
    start: Scenario | None, port: int, *, room: bool = False, show: bool = False, keep: Path | None = None
) -> None:
    """Serve until interrupted: on loopback, or, for a class, on the local network with a join code.

    keep: the file of a class that goes on when it is there, and is written in any case.
    Raises InputError where a class cannot play the scenario, or the file holds none.
    """
    played = start if start is not None else lesson(CLASS_LESSON).scenario()
    if room:
        refuse_for_a_class(played, MOST_PUPILS)
    lanes, uploads = Lanes(), tempfile.TemporaryDirectory(prefix="viralsim-")
    try:
        storage = secrets.token_hex()  # signs the cookie by which a pupil keeps a seat
        keys = None
        if room:
            keys, storage = _open_class(lanes, start, port, Keep(keep) if keep is not None else None, storage)
        line = RunLine(lanes)
        ui.page("/")(build(lanes, line, start))
        ui.page("/new")(guided(lanes, line, Path(uploads.name)))
        ui.page("/running")(running(lanes, line, start, Path(uploads.name)))
        app.get("/sheet/{key}")(_sheet)
        app.on_shutdown(_end_soon)
        if show:
            page = f"http://{LOOPBACK}:{port}/" + (f"class?token={keys.token}" if keys is not None else "")
            app.on_startup(lambda: asyncio.get_running_loop().call_later(1.0, webbrowser.open, page))
        server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        ui.run_with(
            server, title="viralsim", dark=None, reconnect_timeout=10.0, show_welcome_message=False,
            storage_secret=storage,
        )  # fmt: skip
        server.add_middleware(KeptFiles)
        server.add_middleware(Access, keys=keys)
        config = uvicorn.Config(
            server, host="0.0.0.0" if room else LOOPBACK, port=port, log_level="warning", ws="wsproto",
            ws_max_size=MOST_SENT_BYTES, timeout_graceful_shutdown=GRACEFUL_S, server_header=False, proxy_headers=False,
        )  # fmt: skip
        uvicorn.Server(config).run()
    finally:
        lanes.close()
        uploads.cleanup()


def _open_class(
    lanes: Lanes, start: Scenario | None, port: int, keep: Keep | None, storage: str
) -> tuple[ClassKeys, str]:
    """Play every pupil's try of the first round, and say how to join; the keys, and what signs cookies.

    InputError where the tries take longer than a class can wait.
    """
    kept = keep.read() if keep is not None else None
    try:
        lanes.ready.result(3)
    except TooLong:
        print("compiling, the first time only: about a minute", flush=True)
        lanes.ready.result()
    if kept is not None:
        room, secret = kept
        keys, storage = ClassKeys(port, secret), secret["storage"]
    else:
        keys, room = ClassKeys(port), Room(_first_round(lanes, start))
    if keep is not None:
        room.changed = lambda: keep.write(room, keys, storage)
        room.changed()

    def scenario_of(task: Task) -> Scenario:
        if not task.lesson:
            return start if start is not None else lesson(CLASS_LESSON).scenario()
        return at_value(lesson(task.lesson), task.value)

    async def opens(task: Task, number: int) -> None:
        opened = Round(number, task, ())
        if task.lesson in REAL:
            room.open(replace(opened, outcomes=real_outcomes(task, number)))
            return
        scenario = scenario_of(task)
        refuse_for_a_class(scenario, opened.first_try() + MOST_PUPILS)
        asked = (scenario, task.arm, opened.first_try(), MOST_PUPILS)
        opened.outcomes = await lanes.answer(WALL, class_outcomes, *asked)
        room.open(opened)

    async def draws(who: str, seat: int) -> dict[str, Any]:
        task, number = room.round.task, room.round.first_try() + seat
        if task.lesson in REAL:
            return await lanes.answer(who, whole_day, post_of(room.round.number, seat))
        return await lanes.answer(who, lesson_world, Question(scenario_of(task), {}), task.arm, number, ())

    address = f"http://{own_address()}:{port}/join"
    ui.page("/class")(wall(room, address, keys.code, opens))
    ui.page("/join")(pupil(room, draws))
    print(
        f"projector: http://{LOOPBACK}:{port}/class?token={keys.token}   pupils: {address}   code: {keys.code}",
        flush=True,
    )
    return keys, storage


def _first_round(lanes: Lanes, start: Scenario | None) -> Round:
    """The scenario that was named, or the lesson on luck with one person who posts."""
    one = lesson(CLASS_LESSON)
    scenario = start if start is not None else one.scenario()
    arm = scenario.arm_names[0]
    task = Task("", 0.0, arm) if start is not None else first_task(one)
    try:
        outcomes = lanes.runs.schedule(class_outcomes, (scenario, arm, 0, MOST_PUPILS), timeout=CLASS_S).result()
    except TooLong:
        raise InputError(
            f"a class cannot play this scenario: {MOST_PUPILS} launches take longer than {CLASS_S:.0f} s; "
            "give one with fewer members, follows, posts or ticks"
        ) from None
    return Round(1, task, outcomes)


def _end_soon() -> None:
    """See that the process ends, also where something does not heed that it should."""
    end = threading.Timer(LONGEST_END_S, os._exit, (INTERRUPTED,))
    end.daemon = True
    end.start()


def _sheet(key: str, request: Request, lang: str = "") -> Any:
    """A pupil's sheet that prints on one page."""
    from fastapi.responses import HTMLResponse

    try:
        one = real_lesson(key) or lesson(key)
    except InputError as error:
        return HTMLResponse(escape(str(error)), status_code=404)
    language = preferred(lang, request.headers.get("accept-language", ""))
    return HTMLResponse(sheet(one, language))


def own_address() -> str:
    """This machine's address on the local network; loopback where there is none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 1))
            return str(probe.getsockname()[0])
        except OSError:
            return LOOPBACK
