"""Browsers that leave in the middle, at random, while others load: whoever stays gets every file whole and a page that works."""

from __future__ import annotations

import asyncio
import gzip
import random
import re
from typing import Any

import httpx
import pytest
from awaiting import awaited
from served import Server, let_in, started

VISITS, AT_ONCE, BROWSERS = 600, 30, 30
PATIENCE_MS = 180_000


async def visit(server: Server, path: str, cookie: str, chance: random.Random) -> None:
    """Ask for a file over a bare socket, read a part of it, and be gone, politely or not."""
    host, port = server.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    encoding = chance.choice(["gzip", "identity"])
    head = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\nAccept-Encoding: {encoding}\r\n\r\n"
    writer.write(head.encode())
    await writer.drain()
    if chance.random() < 0.8:
        await reader.read(int(10 ** chance.uniform(0, 6)))
    if chance.random() < 0.5:
        writer.transport.abort()
    else:
        writer.close()


async def storm(server: Server, paths: list[str], cookie: str, seed: int) -> None:
    """Many such visits, many at a time."""
    chance, room = random.Random(seed), asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with room:
            await visit(server, chance.choice(paths), cookie, chance)

    await asyncio.gather(*(one() for _ in range(VISITS)))


async def is_whole(server: Server, paths: list[str], cookie: str) -> list[str]:
    """Files of which what is sent differs from what the library itself answers, compressed or not."""
    wrong = []
    async with httpx.AsyncClient(base_url=server.address, headers={"Cookie": cookie}, timeout=60) as http:
        for path in paths:
            own = await http.get(path, headers={"if-none-match": '"other"', "accept-encoding": "identity"})
            for encoding in ("gzip", "identity"):
                for _ in range(2):
                    async with http.stream("GET", path, headers={"accept-encoding": encoding}) as answer:
                        sent = b"".join([part async for part in answer.aiter_raw()])
                        body = gzip.decompress(sent) if answer.headers.get("content-encoding") == "gzip" else sent
                        if (answer.status_code, body) != (200, own.content):
                            wrong.append(f"{encoding} {path}")
    return wrong


@pytest.mark.slow
def test_files_stay_whole(browser: Any) -> None:
    """600 visits of which most leave in the middle, from a server that has kept nothing yet."""
    with started("--class") as other:  # another one says which files there are
        page, paths = browser.new_page(), list[str]()
        page.on("request", lambda asked: paths.append(asked.url.removeprefix(other.address)))
        let_in(page, other)
        page.get_by_text(re.compile("^You are number")).wait_for(timeout=PATIENCE_MS)
        page.close()
    files = sorted({path for path in paths if path.startswith("/_nicegui/") and "?" not in path})
    assert len(files) >= 10
    with started("--class") as server:
        context = browser.new_context()
        let_in(context.new_page(), server)
        cookie = "; ".join(f"{one['name']}={one['value']}" for one in context.cookies())
        context.close()
        for seed in range(3):
            awaited(storm(server, files, cookie, seed))
        assert awaited(is_whole(server, files, cookie)) == []


@pytest.mark.slow
def test_who_stays_has_a_page_that_works(browser: Any) -> None:
    """Thirty browsers open the page; every second one is soon gone again; the others sit, as does who comes later."""
    chance = random.Random(1)
    with started("--class") as server:
        staying, wrong = list[Any](), list[str]()
        for number in range(BROWSERS):
            page = browser.new_context().new_page()
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("requestfailed", lambda asked: wrong.append(asked.url))
            page.goto(f"{server.address}/join?code={server.code}", wait_until="commit")
            if number % 2:
                page.wait_for_timeout(10 ** chance.uniform(0, 3))
                wrong_before = list(wrong)
                page.context.close()
                wrong[:] = wrong_before  # a browser that leaves lets go of what it asked for
            else:
                staying.append(page)
        late = browser.new_context().new_page()
        late.goto(f"{server.address}/join?code={server.code}", wait_until="commit")
        for page in (*staying, late):
            page.get_by_text(re.compile("^You are number")).wait_for(timeout=PATIENCE_MS)
            page.get_by_label("my guess").fill("5")
            page.get_by_role("button", name="guess and try").click()
            page.get_by_text(re.compile("^Shares of your try")).wait_for(timeout=PATIENCE_MS)
        assert wrong == []
        for page in (*staying, late):
            page.context.close()
