"""Who is let in: the app's own pages at its own address; in a class those who have the code, and the teacher's page the teacher."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import pytest
from awaiting import awaited
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse

from viralsim.app.access import FREE_TRIES, LONGEST_WAIT_S, MOST_ADDRESSES, MOST_SENT_BYTES, Access, ClassKeys, Waits

OWN = "http://192.0.2.7:8080"  # the address at which a pupil's request comes in
WORDS = "the app's own words"
SOCKET = "/_nicegui_ws/socket.io/"


async def inside(scope: Any, receive: Any, send: Any) -> None:
    """What is behind the door."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await PlainTextResponse(WORDS)(scope, receive, send)


@dataclass
class Answer:
    """What came back. status: 101 for a socket that was accepted."""

    status: int = 0
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class Browser:
    """Asks as a browser does, and keeps cookies."""

    def __init__(self, keys: ClassKeys | None = None, waits: Waits | None = None) -> None:
        self.app = Access(inside, keys, waits)
        self.cookies: dict[str, str] = {}

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        headers: Any = (),
        method: str = "GET",
        kind: str = "http",
    ) -> Answer:
        """One request; ``kind``: "http" or "websocket"."""
        given = (
            [(key.lower(), value) for key, value in dict(headers).items()]
            if isinstance(headers, Mapping)
            else [*headers]
        )
        if not any(key == "host" for key, _ in given):
            given.append(("host", OWN.removeprefix("http://")))
        if self.cookies:
            given.append(("cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())))
        scope = {
            "type": kind, "path": path, "raw_path": path.encode(), "query_string": urlencode(params or {}).encode(),
            "headers": [(key.encode(), value.encode("latin-1")) for key, value in given], "server": ("192.0.2.7", 8080),
            "client": ("192.0.2.50", 50000), "scheme": "ws" if kind == "websocket" else "http", "method": method,
            "http_version": "1.1", "root_path": "",
        }  # fmt: skip
        if kind == "websocket":
            del scope["method"]
        answer = Answer()

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {key.decode(): value.decode("latin-1") for key, value in message["headers"]}
            elif message["type"] == "http.response.body":
                answer.text += message.get("body", b"").decode()
            elif message["type"].startswith("websocket."):
                answer.status = 101 if message["type"] == "websocket.accept" else 403

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        awaited(self.app(scope, receive, send))
        for morsel in SimpleCookie(answer.headers.get("set-cookie", "")).values():
            self.cookies[morsel.key] = morsel.value
        return answer

    def accepts(self, path: str = SOCKET, params: Mapping[str, str] | None = None, headers: Any = ()) -> bool:
        """Whether a socket is accepted."""
        return self.get(path, params, headers=headers, kind="websocket").status == 101


class Clock:
    """Seconds that pass when they are told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def keys() -> ClassKeys:
    return ClassKeys(8080)


@pytest.mark.parametrize(
    ("headers", "let_in"),
    [
        ({}, True),
        ({"host": "localhost:8080"}, True),
        ({"host": "127.0.0.1:8080"}, True),
        ({"host": "LocalHost"}, True),
        ({"host": "[::1]:8080"}, True),
        ({"host": "[::1]"}, True),
        ({"host": "evil.example"}, False),
        ({"host": "evil.example:8080"}, False),
        ({"host": "localhost.evil.example"}, False),
        ({"host": "127.0.0.1.evil.example:8080"}, False),
        ({"host": "192.0.2.8:8080"}, False),
        ({"host": ""}, False),
        ({"host": "user@localhost"}, False),
        ({"origin": OWN}, True),
        ({"origin": "http://192.0.2.7"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "https://192.0.2.7:8080"}, False),
        ({"origin": "null"}, False),
        ({"host": "localhost:8080", "origin": "http://localhost:8080"}, True),
        ({"host": "localhost:8080", "origin": "http://localhost:3000"}, False),
        ({"host": "localhost:8080", "origin": "http://127.0.0.1:8080"}, False),
        ({"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}, True),
        ({"sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, True),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, True),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}, False),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"}, False),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}, False),
    ],
)
def test_only_the_apps_own_pages_are_answered(headers: dict[str, str], let_in: bool) -> None:
    """Host names the app, a page of another origin gets nothing; a socket is refused as a page is."""
    app = Browser()
    answer = app.get("/", headers=headers)
    assert answer.status == (200 if let_in else 403)
    assert ("own words" in answer.text) == let_in
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    if "sec-fetch-dest" in headers:
        return
    assert app.accepts(headers=headers) == let_in


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789.-:[]@/", max_size=30))
def test_no_other_name_is_taken_for_the_app(name: str) -> None:
    """Whatever a page has its name resolved to (DNS rebinding): only loopback names and the own address are the app's."""
    own = {"localhost", "127.0.0.1", "[::1]", "192.0.2.7"}
    let_in = Browser().get("/", headers={"host": name}).status == 200
    assert let_in == (name in own or any(name.startswith(f"{one}:") and ":" not in name[len(one) + 1 :] for one in own))


def test_two_hosts_are_none() -> None:
    assert Browser().get("/", headers=[("host", "localhost"), ("host", "evil.example")]).status == 403


@pytest.mark.parametrize(("length", "status"), [("10", 200), (str(MOST_SENT_BYTES + 1), 413), ("", 413), ("x", 413)])
def test_what_is_sent_has_a_size(length: str, status: int) -> None:
    """A request says how long it is, and no request of ours is as long as to fill a disk."""
    headers = {"content-length": length} if length else {}
    assert Browser().get("/", headers=headers, method="POST").status == status


@pytest.mark.parametrize("path", ["/", "/sheet/luck", "/join", "/_nicegui/1/static/x.js", SOCKET])
def test_every_page_of_a_class_needs_the_code(keys: ClassKeys, path: str) -> None:
    """Without it there is a form and nothing else; with it a cookie, under which the page opens without the code in its address."""
    app = Browser(keys)
    closed = app.get(path, {"learn": "luck"})
    assert closed.status == (200 if path == "/join" else 403)
    assert "own words" not in closed.text
    assert "name=code" in closed.text
    given = app.get(path, {"learn": "luck", "code": f" {keys.code.lower()} "})
    assert (given.status, given.headers["location"]) == (303, f"{path}?learn=luck")
    assert "httponly" in given.headers["set-cookie"].lower()
    assert keys.code not in given.headers["set-cookie"]
    assert app.get(path).text == WORDS
    assert Browser(keys).get(path).text != WORDS


def test_a_socket_of_a_class_needs_the_cookie(keys: ClassKeys) -> None:
    app = Browser(keys)
    assert not app.accepts()
    assert not app.accepts(params={"code": keys.code})
    app.get("/join", {"code": keys.code})
    assert app.accepts()


def test_the_projector_is_the_teachers(keys: ClassKeys) -> None:
    """Its page needs the token: neither nothing, nor the code, nor a pupil's cookie opens it; the token opens all pages."""
    app = Browser(keys)
    app.get("/join", {"code": keys.code})
    for params in ({}, {"code": keys.code}, {"token": keys.code}, {"token": ""}):
        answer = app.get("/class", params=params)
        assert answer.status == 403
        assert "own words" not in answer.text
    teacher = Browser(keys)
    given = teacher.get("/class", {"token": keys.token})
    assert (given.status, given.headers["location"]) == (303, "/class")
    assert teacher.get("/class").text == teacher.get("/").text == WORDS
    forged = Browser(keys)
    forged.cookies[keys.teacher_cookie] = keys.token
    assert forged.get("/class").status == 403


def test_wrong_codes_wait(keys: ClassKeys) -> None:
    """After a few the right one has to wait too, longer each time; then it opens, and all is forgotten."""
    clock = Clock()
    app = Browser(keys, Waits(clock))
    said = [app.get("/join", {"code": f"WRONG{i}"}).status for i in range(FREE_TRIES + 1)]
    assert said == [403] * (FREE_TRIES + 1)
    waiting = app.get("/join", {"code": keys.code})
    assert (waiting.status, waiting.headers["retry-after"]) == (429, "3")
    assert "set-cookie" not in waiting.headers
    clock.now += 1.9
    assert app.get("/join", {"code": keys.code}).status == 429
    clock.now += 0.2
    assert app.get("/join", {"code": "WRONG"}).status == 403
    clock.now += 3.9
    assert app.get("/class", {"token": keys.token}).status == 429
    clock.now += 0.2
    assert app.get("/join", {"code": keys.code}).status == 303
    assert app.get("/join", {"code": "WRONG"}).status == 403
    assert app.get("/join", {"code": keys.code}).status == 303


def test_waits_are_of_one_address_and_bounded() -> None:
    clock = Clock()
    waits = Waits(clock)
    for _ in range(30):
        waits.wrong("192.0.2.1")
    assert waits.left("192.0.2.1") == LONGEST_WAIT_S
    assert waits.left("192.0.2.2") == 0
    for i in range(MOST_ADDRESSES):
        waits.wrong(str(i))
    assert waits.left("192.0.2.1") == 0  # forgotten: the oldest go first
    assert len(waits._wrong) == MOST_ADDRESSES


def test_what_was_typed_is_text(keys: ClassKeys) -> None:
    assert "<script" not in Browser(keys).get("/join", {"code": "<script>alert(1)</script>"}).text
