"""Files of the pages' library are made once; whatever else is asked goes through every time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

from viralsim.app.kept_files import MOST_BYTES, KeptFiles

NEVER = "public, max-age=31536000, immutable"


@pytest.fixture
def asked() -> list[str]:
    """Paths that the library was asked for."""
    return []


@pytest.fixture
def browser(asked: list[str]) -> TestClient:
    """A browser before a library of a few files."""

    def answer(request: Request) -> Response:
        asked.append(request.url.path)
        name = request.path_params["name"]
        body = "x" * (MOST_BYTES + 1 if name == "large" else 5_000) + name
        kept = "no-store" if name == "changing" else NEVER
        own = {"set-cookie": "id=mine"} if name == "welcome" else {}
        return Response(body, 404 if name == "gone" else 200, {"cache-control": kept, "etag": '"1"', **own})

    library = Starlette(routes=[Route("/{room}/{name}", answer)])
    return TestClient(KeptFiles(GZipMiddleware(library)))


def test_a_file_that_never_changes_is_made_once(browser: TestClient, asked: list[str]) -> None:
    """The same bytes and headers, compressed for those who take that, and as they are for others."""
    first, second = (browser.get("/_nicegui/vue.js", headers={"accept-encoding": "gzip"}) for _ in range(2))
    assert first.text == second.text == "x" * 5_000 + "vue.js"
    assert first.headers == second.headers
    assert first.headers["content-encoding"] == "gzip"
    for _ in range(2):
        other = browser.get("/_nicegui/vue.js", headers={"accept-encoding": "identity"})
        assert (other.text, "content-encoding" in other.headers) == (first.text, False)
    assert asked == ["/_nicegui/vue.js"] * 2


@pytest.mark.parametrize(
    ("method", "path", "header"),
    [
        ("GET", "/join/page", {}), ("GET", "/_nicegui/changing", {}), ("GET", "/_nicegui/gone", {}),
        ("GET", "/_nicegui/large", {"accept-encoding": "identity"}), ("GET", "/_nicegui/vue.js?x=1", {}),
        ("GET", "/_nicegui/vue.js", {"range": "bytes=0-9"}), ("GET", "/_nicegui/vue.js", {"if-none-match": '"1"'}),
        ("HEAD", "/_nicegui/vue.js", {}), ("GET", "/_nicegui/welcome", {}),
    ],
)  # fmt: skip
def test_everything_else_goes_through(
    browser: TestClient, asked: list[str], method: str, path: str, header: dict[str, str]
) -> None:
    """Pages, what changes, what is not there, is too long or gives a cookie; a part, and whether it changed."""
    answers = [browser.request(method, path, headers=header) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert asked == [path.split("?")[0]] * 2


class Passing(BaseHTTPMiddleware):
    """As the pages' library has one: it ends an answer that was cut off as if that had been all."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        return await call_next(request)


def test_a_browser_that_leaves_spoils_no_file(tmp_path: Path) -> None:
    """Who closes the page in the middle of a file gets no more of it; everyone after them gets all of it."""
    path = tmp_path / "font.woff2"
    path.write_bytes(bytes(range(256)) * 2_000)
    library = Starlette(
        routes=[Route("/_nicegui/font.woff2", lambda _: FileResponse(path, headers={"cache-control": NEVER}))]
    )
    library.add_middleware(Passing)
    app = KeptFiles(GZipMiddleware(library))
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "method": "GET", "query_string": b"",
        "path": "/_nicegui/font.woff2", "headers": [(b"accept-encoding", b"gzip")], "http_version": "1.1",
    }  # fmt: skip

    async def ask(stays: bool) -> bytes:
        left, sent = asyncio.Event(), list[Message]()

        async def receive() -> Message:
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(dict(message))
            if not stays and message.get("body"):
                left.set()
            await asyncio.sleep(0.01)

        await app(dict(scope), receive, send)
        return b"".join(message.get("body", b"") for message in sent)

    with start_blocking_portal() as loop:
        loop.call(ask, False)
        assert [loop.call(ask, True) == path.read_bytes() for _ in range(2)] == [True, True]
