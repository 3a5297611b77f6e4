"""A class beside hostile visitors, in times: ``python -m benchmarks.app_class``; loopback only.

``viralsim app --class`` is started in a process of its own. Pupils come all at once: each gives the code, gets the page, opens
its socket, is seated, guesses and plays. First they have the app to themselves; then, in a class of its own, two visitors have
uploaded the largest scenarios that the app takes, move sliders without a pause and run all arms, and 60 bare requests for pages
come in whose sockets are never opened. Printed are the times from a pupil's first request to the seat and from the click to the
shares; what the hostile visitors were told; and how long Ctrl-C takes to end it all while that work is under way.

Visitors speak NiceGUI's own protocol (socket.io over a websocket), since thirty browsers would measure the browsers.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import json
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import socketio

from viralsim.app.limits import MOST_FOLLOWING, MOST_MEMBERS, quick_worlds, read_upload
from viralsim.errors import InputError

PUPILS, HOSTILE, BARE = 30, 2, 60
PATIENCE_S = 120.0
TOLD = (r"^(mean of|too much|stopped|too many|cancelled)", r"^(begins|waiting|[1-9][\d,]* of [\d,]+ launches)")
SCENARIO = """
viralsim: 1
name: hostile
worlds: 2000
horizon: {days}d
audience: {{members: {members}}}
channels: {{x: {{visibility: 1, cpm_usd: 1, network: {{generate: {{mean_following: {following}}}}}}}}}
content: {{c: {{appeal: 0.9}}}}
campaign: {{content: c, organic: [{{members: 100}}], advocates: {{count: 10}}}}
arms: {{{arms}}}
baseline: a0
"""


def largest() -> bytes:
    """The scenario with the most follows that the budget of quick work takes, and one arm more than that is worth."""
    found = b""
    for following in range(1, MOST_FOLLOWING):
        text = SCENARIO.format(days=20, members=MOST_MEMBERS, following=following, arms="a0: {}, a1: {}").encode()
        with suppress(InputError):
            quick_worlds(read_upload(text))
            found = text
    return found


def too_much() -> bytes:
    """Within each single limit, and far beyond the budget."""
    arms = ", ".join(f"a{i}: {{content.c.appeal: 0.{i + 10}}}" for i in range(60))
    return SCENARIO.format(days=80, members=MOST_MEMBERS, following=MOST_FOLLOWING, arms=arms).encode()


class Tab:
    """One page with its socket, as a browser has it. elements: what NiceGUI has put on the page, by number."""

    def __init__(self, address: str) -> None:
        self.http = httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=PATIENCE_S)
        self.elements: dict[str, Any] = {}
        self.told: list[str] = []
        self._socket = socketio.AsyncClient(reconnection=False)
        self._socket.on("update", self._update)
        self._socket.on("notify", lambda note: self.told.append(str(note.get("message", note))))
        self._client = ""

    async def open(self, path: str, **params: str) -> None:
        """Get a page and open its socket."""
        page = (await self.http.get(path, params=params)).text
        found = re.search(r"parseElements\(String\.raw`(.*?)`\)", page, re.DOTALL)
        client = re.search(r"'client_id': '([0-9a-f-]+)'", page)
        if found is None or client is None:
            raise RuntimeError(f"no page of the app: {page[:200]}")
        self.elements, self._client = json.loads(html.unescape(found[1])), client[1]
        query = (f"client_id={self._client}&tab_id={uuid.uuid4()}&document_id={uuid.uuid4()}&next_message_id=0"
                 "&implicit_handshake=true")  # fmt: skip
        cookies = "; ".join(f"{one.name}={one.value}" for one in self.http.cookies.jar)
        address = str(self.http.base_url).rstrip("/")
        await self._socket.connect(
            f"{address}?{query}", socketio_path="/_nicegui_ws/socket.io", transports=["websocket"],
            headers={"Cookie": cookies, "Origin": address}, wait_timeout=PATIENCE_S,
        )  # fmt: skip

    def _update(self, changes: dict[str, Any]) -> None:
        for number, element in changes.items():
            if element is None:
                self.elements.pop(number, None)
            elif isinstance(element, dict):
                self.elements[number] = element

    def find(self, is_it: Callable[[dict[str, Any]], bool]) -> tuple[str, dict[str, Any]] | None:
        """The first element that is it."""
        return next(((n, one) for n, one in self.elements.items() if is_it(one)), None)

    def text(self, pattern: str) -> str:
        """The first text that matches; empty where there is none."""
        found = self.find(lambda one: bool(re.search(pattern, _text(one))))
        return "" if found is None else _text(found[1])

    async def there(self, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for an element."""
        ends = time.monotonic() + PATIENCE_S
        while not (found := self.find(is_it)):
            if time.monotonic() > ends:
                raise TimeoutError("an element never came")
            await asyncio.sleep(0.002)
        return found[1]

    async def seen(self, pattern: str) -> str:
        """Wait for a text."""
        return _text(await self.there(lambda one: bool(re.search(pattern, _text(one)))))

    async def event(self, is_it: Callable[[dict[str, Any]], bool], kind: str, *args: Any) -> None:
        """Let an element have an event."""
        found = self.find(is_it)
        if found is None:
            raise RuntimeError("no such element")
        listener = next(one["listener_id"] for one in found[1]["events"] if one["type"] == kind)
        said = {
            "id": int(found[0]),
            "client_id": self._client,
            "listener_id": listener,
            "args": [json.dumps(a) for a in args],
        }
        await self._socket.emit("event", said)

    async def close(self) -> None:
        """Leave."""
        await self._socket.disconnect()
        await self.http.aclose()


def _text(element: dict[str, Any]) -> str:
    return str(element.get("text") or element.get("props", {}).get("innerHTML") or "")


def _labelled(label: str) -> Callable[[dict[str, Any]], bool]:
    return lambda one: bool(one.get("props", {}).get("label") == label)


async def pupil(address: str, code: str) -> tuple[float, float, int]:
    """Seconds to the seat, and from the click to the shares; the number of the seat."""
    tab = Tab(address)
    began = time.monotonic()
    await tab.open("/join", code=code)
    number = re.search(r"\d+", await tab.seen(r"^You are number \d+"))
    assert number is not None
    seated = time.monotonic() - began
    began = time.monotonic()
    await tab.event(_labelled("my guess"), "update:modelValue", 5)
    await tab.event(_labelled("guess and try"), "click")
    await tab.seen(r"^Shares of your try: [\d,]+")
    launched = time.monotonic() - began
    await tab.close()
    return seated, launched, int(number[0])


async def hostile(address: str, code: str, scenario: bytes, busy: asyncio.Event) -> list[str]:
    """Upload, then move the slider and run all arms until cancelled; what was told."""
    tab = Tab(address)
    await tab.http.get("/join", params={"code": code})
    await tab.open("/", learn="luck")
    box = await tab.there(lambda one: "upload" in str(one.get("tag", "")))
    answer = await tab.http.post(box["props"]["url"], files={"file": ("s.yaml", scenario)})
    answer.raise_for_status()
    said = {f"upload: {answer.status_code}": None}  # each once, in the order of their coming
    moved = 0
    try:
        while True:
            slider = tab.find(lambda one: one.get("tag") == "q-slider" and bool(one.get("events")))
            if slider is not None:
                moved += 1
                await tab.event(lambda one: one is slider[1], "update:modelValue", 0.3 + 0.001 * (moved % 100))  # noqa: B023
            if moved % 20 == 10 and tab.find(_labelled("run all arms")):
                await tab.event(_labelled("run all arms"), "click")
            said |= {re.sub(r"\d[\d,.]*", "n", tab.text(pattern))[:70]: None for pattern in TOLD}
            if moved > 150:  # some seconds: all that works for it is at work
                busy.set()
            await asyncio.sleep(0.05)
    except asyncio.CancelledError:
        return [f"{moved} moves of a slider", *filter(None, said), *tab.told[:2]]
    finally:
        with suppress(Exception):
            await tab.close()


async def bare(address: str, code: str) -> int:
    """Ask for many pages at once, with the class's cookie and without a socket; how many were answered."""
    async with httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=PATIENCE_S) as http:
        await http.get("/join", params={"code": code})
        paths = ["/", "/join", f"/join?code={code}"]
        answers = await asyncio.gather(*(http.get(paths[i % 3]) for i in range(BARE)))
    return sum(one.status_code == 200 for one in answers)


def start() -> tuple[subprocess.Popen[str], str, str]:
    """The app, its address and its code."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-u", "-m", "viralsim", "app", "--class", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"code: (\w+)", line):
            time.sleep(1.0)
            return process, f"http://127.0.0.1:{port}", found[1]
    raise RuntimeError("the app ended")


def end(process: subprocess.Popen[str]) -> float:
    """Seconds from Ctrl-C to the end of the process."""
    began = time.monotonic()
    process.send_signal(signal.CTRL_C_EVENT if sys.platform == "win32" else signal.SIGINT)
    process.wait(PATIENCE_S)
    return time.monotonic() - began


def row(name: str, seconds: list[float]) -> str:
    """A line of the table."""
    return f"| {name} | {1e3 * statistics.median(seconds):,.0f} | {1e3 * max(seconds):,.0f} |"


async def classroom(address: str, code: str, pupils: int, beside: bool) -> list[str]:
    """Lines of the report: a class that comes all at once, beside hostile visitors or alone."""
    tasks, lines = [], []
    if beside:
        busy = [asyncio.Event() for _ in range(HOSTILE)]
        scenarios = [largest(), too_much()]
        tasks = [asyncio.create_task(hostile(address, code, scenarios[i % 2], busy[i])) for i in range(HOSTILE)]
        await asyncio.gather(*(one.wait() for one in busy))
    flood = asyncio.create_task(bare(address, code)) if beside else None
    times = await asyncio.gather(*(pupil(address, code) for _ in range(pupils)))
    word = "beside hostile visitors" if beside else "alone"
    seated, launched, seats = zip(*times, strict=True)
    lines += [row(f"request to seat, {word}", [*seated]), row(f"click to shares, {word}", [*launched])]
    if flood is not None:
        lines.append(
            f"\n{await flood} of {BARE} bare requests were answered; the pupils' seats are {min(seats)} to {max(seats)}"
        )
    for task in tasks:
        task.cancel()
        lines.append(f"hostile visitor: {'; '.join(await task)}")
    return lines


def main() -> None:
    """Run both classes, print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pupils", type=int, default=PUPILS)
    asked = parser.parse_args()
    print(f"{asked.pupils} pupils at once; milliseconds\n\n| | median | most |\n| --- | --: | --: |", flush=True)
    for beside in (False, True):
        process, address, code = start()
        try:
            print("\n".join(asyncio.run(classroom(address, code, asked.pupils, beside))), flush=True)
            print(f"Ctrl-C {'under work' if beside else 'at rest'}: {end(process):.1f} s", flush=True)
        finally:
            process.kill()


if __name__ == "__main__":
    main()
