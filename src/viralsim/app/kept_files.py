"""Files that never change are compressed once, not for every browser: a class of thirty opens its pages in the same second."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LIBRARY = "/_nicegui/"  # scripts and styles of the pages' library, under addresses that change with their content
MOST_BYTES, MOST_FILES = 2_000_000, 200  # of one answer as it is sent, and how many are kept
BY_BROWSER = ("range", "if-none-match", "if-modified-since")  # whoever asks so is answered by the library itself

Key = tuple[str, bool]  # path, and whether the browser takes gzip


class KeptFiles:
    """Between the browser and the pages' library: an answer that is marked immutable is sent again as it was sent first."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.kept: dict[Key, list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or let the library answer and keep that."""
        key = _key(scope)
        if key is None:
            await self.app(scope, receive, send)
        elif key in self.kept:
            for message in self.kept[key]:
                await send(dict(message))  # whoever adds headers on the way adds them to this one answer
        else:
            await self._keep(key, scope, send)

    async def _keep(self, key: Key, scope: Scope, send: Send) -> None:
        """Let the library answer to the end, also where the browser leaves meanwhile: half a file is never kept."""
        sent: list[Message] = []
        asked: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

        async def stays() -> Message:
            return asked.pop() if asked else await asyncio.get_running_loop().create_future()  # never gone

        async def note(message: Message) -> None:
            sent.append(dict(message))
            await send(message)

        await self.app(scope, stays, note)
        if _is_immutable(sent) and len(self.kept) < MOST_FILES:
            self.kept[key] = sent


def _key(scope: Scope) -> Key | None:
    """What an answer is kept under; None where none is."""
    if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"]:
        return None
    headers = Headers(scope=scope)
    if not scope["path"].startswith(LIBRARY) or any(name in headers for name in BY_BROWSER):
        return None
    return scope["path"], "gzip" in headers.get("accept-encoding", "")


def _is_immutable(sent: list[Message]) -> bool:
    """Whether it is a whole file that never changes, not too long, and gives nobody's cookie to others."""
    if len(sent) < 2 or sent[0]["type"] != "http.response.start":
        return False
    start, *body = sent
    headers = Headers(raw=start.get("headers", []))
    parts = all(part["type"] == "http.response.body" for part in body)
    long = sum(len(part.get("body", b"")) for part in body)
    whole = start["status"] == 200 and parts and not body[-1].get("more_body", False)
    whole = whole and headers.get("content-length", str(long)) == str(long)
    never = "immutable" in headers.get("cache-control", "") and "set-cookie" not in headers
    return whole and never and long <= MOST_BYTES
