"""The server: pages, a pupil's sheet, and a class that plays the same scenario world by world."""

from __future__ import annotations

import secrets
import socket
from html import escape
from typing import Any

from nicegui import app, ui

from viralsim.app.jobs import Pool
from viralsim.app.page import build
from viralsim.app.room import Room, projector, pupil
from viralsim.errors import InputError
from viralsim.lessons import lesson
from viralsim.scenario import Scenario

LOOPBACK = "127.0.0.1"


def serve(start: Scenario | None, port: int, *, room: bool = False, show: bool = False) -> None:
    """Serve until interrupted: on loopback, or, for a class, on the local network with a join code."""
    pool = Pool()
    ui.page("/")(build(pool, start))
    app.get("/sheet/{key}")(_sheet)
    if room:
        code = "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(5))
        here = Room(code, pool, start)
        ui.page("/class")(projector(here, f"http://{_address()}:{port}/join?code={code}"))
        ui.page("/join")(pupil(here))
        print(
            f"projector: http://{LOOPBACK}:{port}/class   pupils: http://{_address()}:{port}/join   code: {code}",
            flush=True,
        )
    ui.run(
        host="0.0.0.0" if room else LOOPBACK, port=port, title="viralsim", reload=False, show=show,
        show_welcome_message=False, dark=None, reconnect_timeout=10.0,
        storage_secret=secrets.token_hex(),  # signs the cookie by which a pupil keeps their world; as long as the class
    )  # fmt: skip


def _sheet(key: str) -> Any:
    """A pupil's sheet that prints on one page."""
    from fastapi.responses import HTMLResponse

    try:
        one = lesson(key)
    except InputError as error:
        return HTMLResponse(escape(str(error)), status_code=404)
    words = "".join(f"<li><b>{escape(word)}</b>: {escape(text)}</li>" for word, text in one.glossary.items())
    lines = "<p style='border-bottom:1px solid #999;height:2rem'></p>" * 3
    return HTMLResponse(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(one.title)}</title><style>body{{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;"
        "padding:0 1rem}@media print{a{display:none}}</style>"
        f"<h1>{escape(one.title)}</h1><p>{one.minutes} minutes</p><p><b>{escape(one.question)}</b></p>"
        f"<h2>1. My prediction</h2><p>{escape(one.prediction)}</p>{lines}"
        f"<h2>2. Move the slider: {escape(one.slider.label)}</h2>"
        f"<p>From {one.slider.low:g} to {one.slider.high:g}. What do you see?</p>"
        f"{lines}<h2>3. What surprised me</h2>{lines}<h2>Words</h2><ul>{words}</ul></html>"
    )


def _address() -> str:
    """This machine's address on the local network; loopback where there is none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 1))
            return str(probe.getsockname()[0])
        except OSError:
            return LOOPBACK
