"""Files of the pages' library are made once; whatever else is asked goes through every time."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

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
        return Response(body, 404 if name == "gone" else 200, {"cache-control": kept, "etag": '"1"'})

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
        ("HEAD", "/_nicegui/vue.js", {}),
    ],
)  # fmt: skip
def test_everything_else_goes_through(
    browser: TestClient, asked: list[str], method: str, path: str, header: dict[str, str]
) -> None:
    """Pages, what changes, what is not there, what is too long, and whoever asks for a part or whether it changed."""
    answers = [browser.request(method, path, headers=header) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert asked == [path.split("?")[0]] * 2
