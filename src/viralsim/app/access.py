"""Who is let in: pages of this app alone, at its own address, and in a class those who have its code."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from hmac import compare_digest
from html import escape
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]"}
MOST_SENT_BYTES = 1 << 20  # by a browser in one request; an uploaded scenario is smaller
FREE_TRIES, LONGEST_WAIT_S, MOST_ADDRESSES = 3, 60.0, 1_000
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none is taken for another
# what another site may not do with a page of ours: show it in a frame, load it as its own, keep hold of its window
HEADERS = {
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
FORM = (
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<link rel=icon href='data:,'><title>Join the class</title><style>:root{color-scheme:light dark}"
    "body{font:18px/1.5 system-ui,sans-serif;max-width:30rem;margin:3rem auto;padding:0 1rem}input,button{font:inherit}</style>"
    "<main><h1>Join the class</h1><p>%s</p><form method=get><label>code "
    "<input name=code autofocus autocomplete=off size=8></label> <button>join</button></form></main></html>"
)


class Waits:
    """Who gave a wrong code waits, longer with each one. clock: seconds, to be replaced in tests."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = (
            OrderedDict()
        )  # address -> (wrong codes, until when it waits)

    def left(self, address: str) -> float:
        """Seconds that an address has to wait before its next try."""
        return max(0.0, self._wrong.get(address, (0, 0.0))[1] - self._clock())

    def wrong(self, address: str) -> None:
        """Count a wrong code: a few are free, then 2 s, 4 s, ... up to a minute."""
        count = self._wrong.pop(address, (0, 0.0))[0] + 1
        wait = min(LONGEST_WAIT_S, 2.0 ** (count - FREE_TRIES)) if count > FREE_TRIES else 0.0
        self._wrong[address] = (count, self._clock() + wait)
        while len(self._wrong) > MOST_ADDRESSES:
            self._wrong.popitem(last=False)

    def right(self, address: str) -> None:
        """Forget what was wrong before."""
        self._wrong.pop(address, None)


class ClassKeys:
    """The code of a class, the teacher's token, and the cookies that stand for them once they were given."""

    def __init__(self, port: int, kept: Mapping[str, str] | None = None) -> None:
        """kept: the ``secrets`` of a class that goes on."""
        fresh = {
            "code": "".join(secrets.choice(LETTERS) for _ in range(5)), "token": secrets.token_urlsafe(16),
            "pupil": secrets.token_urlsafe(24), "teacher": secrets.token_urlsafe(24),
        } | dict(kept or {})  # fmt: skip
        self.code, self.token = fresh["code"], fresh["token"]
        self.pupil_cookie, self.teacher_cookie = f"viralsim_class_{port}", f"viralsim_teacher_{port}"
        self._pupil, self._teacher = fresh["pupil"], fresh["teacher"]

    def secrets(self) -> dict[str, str]:
        """All that opens the class."""
        return {"code": self.code, "token": self.token, "pupil": self._pupil, "teacher": self._teacher}

    def is_pupil(self, connection: HTTPConnection) -> bool:
        """Whether the code was given."""
        given = connection.cookies.get(self.pupil_cookie, "")
        return _same(given, self._pupil) or self.is_teacher(connection)

    def is_teacher(self, connection: HTTPConnection) -> bool:
        """Whether the token was given."""
        return _same(connection.cookies.get(self.teacher_cookie, ""), self._teacher)

    def cookie_for(self, word: str, given: str) -> tuple[str, str] | None:
        """(name, value) of the cookie for a right ``code`` or ``token``; None for a wrong one."""
        if word == "token":
            return (self.teacher_cookie, self._teacher) if _same(given, self.token) else None
        return (self.pupil_cookie, self._pupil) if _same(given.strip().upper(), self.code) else None


class Access:
    """The outermost part of the server. keys: those of a class; None: everyone on this machine is let in."""

    def __init__(self, app: ASGIApp, keys: ClassKeys | None = None, waits: Waits | None = None) -> None:
        self.app, self.keys, self.waits = app, keys, waits or Waits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the app answer."""
        if scope["type"] not in ("http", "websocket"):  # the server's own messages
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = (
            _foreign(connection)
            or _too_long(connection)
            or (self._without_code(connection) if self.keys is not None else None)
        )
        if refusal is None:
            await self.app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, _with_headers(send))

    def _without_code(self, connection: HTTPConnection) -> Response | None:
        """The answer to who has not given the code, or has just given it; None for who did before."""
        keys, path = self.keys, connection.url.path
        assert keys is not None
        word = "token" if path == "/class" else "code"
        given = connection.query_params.get(word)
        if given is not None and connection.scope["type"] == "http":
            return self._try(connection, word, given)
        if word == "token":
            closed = "the projector's page opens with the link that was printed where the class was started"
            return None if keys.is_teacher(connection) else PlainTextResponse(closed, 403)
        if keys.is_pupil(connection):
            return None
        return HTMLResponse(FORM % "Which code is on the wall?", 200 if path == "/join" else 403)

    def _try(self, connection: HTTPConnection, word: str, given: str) -> Response:
        """The page again, without the code in its address and with the cookie instead; or the form, where the code is wrong."""
        assert self.keys is not None
        address = connection.client.host if connection.client is not None else ""
        wait = self.waits.left(address)
        if wait > 0:
            said = f"That were too many wrong codes: wait {wait:.0f} s, then try again."
            return HTMLResponse(FORM % said, 429, {"Retry-After": f"{wait + 1:.0f}"})
        cookie = self.keys.cookie_for(word, given)
        if cookie is None:
            self.waits.wrong(address)
            return HTMLResponse(FORM % f"The code {escape(given[:20])} opens no class: look at the wall.", 403)
        self.waits.right(address)
        kept = [(name, value) for name, value in connection.query_params.multi_items() if name != word]
        response = RedirectResponse(connection.url.path + (f"?{urlencode(kept)}" if kept else ""), 303)
        response.set_cookie(*cookie, httponly=True, samesite="lax")
        return response


def _foreign(connection: HTTPConnection) -> Response | None:
    """The refusal of what comes from another site, or under another name than the app's (DNS rebinding); else None."""
    headers = connection.headers
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    server = connection.scope.get("server") or ("", 0)  # the address at which this connection came in
    name = hosts[0].lower().rpartition(":")[0] or hosts[0].lower() if len(hosts) == 1 else ""
    name = name if not hosts or not hosts[0].endswith("]") else hosts[0].lower()
    if name not in LOOPBACK_NAMES | {str(server[0])}:
        return PlainTextResponse("this is not the app's own address: open the one that was printed at its start", 403)
    scheme = {"ws": "http", "wss": "https"}.get(connection.url.scheme, connection.url.scheme)
    if any(origin.lower() != f"{scheme}://{hosts[0].lower()}" for origin in origins):
        return PlainTextResponse("a page of another site asked: nothing is answered", 403)
    opened = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not opened:  # a link may be followed
        return PlainTextResponse("a page of another site asked: nothing is answered", 403)
    return None


def _too_long(connection: HTTPConnection) -> Response | None:
    """The refusal of a request that is longer than any of ours, or does not say how long it is; else None."""
    if connection.scope.get("method", "GET") in ("GET", "HEAD"):
        return None
    length = connection.headers.get("content-length", "")
    fits = length.isdecimal() and int(length) <= MOST_SENT_BYTES
    return None if fits else PlainTextResponse("too long", 413, {"Connection": "close"})


def _with_headers(send: Send) -> Send:
    """The same, with headers that keep other sites away from what is sent."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS)
        await send(message)

    return sending


def _same(given: str, known: str) -> bool:
    return compare_digest(given.encode(), known.encode())
