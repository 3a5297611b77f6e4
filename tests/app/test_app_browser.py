"""The app in a real browser: an advocate removed, a run, a hostile upload, a class."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from lesson_moves import guess, move
from served import Server, let_in

from viralsim.app.work import class_outcomes
from viralsim.lessons import lesson


def test_an_advocate_is_removed(open_lesson: Callable[[str], Any]) -> None:
    """A try is stepped to its end; an advocate is removed; how many are lost is said; a dot says who it is."""
    page = open_lesson("when_seeds_do_not_matter")
    page.get_by_role("button", name="to the end").click()
    assert re.search(r"hour \d+: \d+ reached, \d+ shared", page.locator(".vs-hour").inner_text())
    page.locator(".vl-tier button").first.click()
    page.wait_for_function("() => /shared by [1-9]\\d* fewer, reaching [1-9]\\d* fewer/.test(document.body.innerText)")
    page.locator(".vs-stage canvas").click(position={"x": 200, "y": 200})
    page.wait_for_function(
        "() => /(person|first poster) \\d+, group \\d+, followers: \\d+/.test(document.body.innerText)"
    )


def test_all_arms_run(open_lesson: Callable[[str], Any]) -> None:
    """The run ends with its launches counted and the report in a frame."""
    page = open_lesson("paid_against_earned")
    page.get_by_text("all arms", exact=True).click()
    page.get_by_role("button", name="run all arms").click()
    page.wait_for_selector("iframe.vs-report")
    frame = page.frame_locator("iframe.vs-report")
    assert frame.get_by_text("The options side by side").first.is_visible()


def test_a_hostile_upload_is_refused(open_lesson: Callable[[str], Any], tmp_path: Path) -> None:
    """A scenario that names a file of this machine is refused in words, and the page goes on."""
    page = open_lesson("luck")
    bad = tmp_path / "bad.yaml"
    bad.write_text("viralsim: 1\nname: bad\naudience: {members_file: /etc/passwd}\n")
    page.locator("input[type=file]").set_input_files(str(bad))
    page.get_by_text("cannot read files of this machine").wait_for()
    assert page.locator(".vs-curve").first.is_visible()


def test_a_class_gathers_its_launches(page: Any, browser: Any, server: Server) -> None:
    """A pupil with the code plays a world of their own, and the wall counts it; a wrong code opens nothing; a seat is freed."""
    page.goto(f"{server.address}/class")
    page.get_by_text(f"code {server.code}").wait_for()
    assert page.locator("svg").count() > 0
    title = page.get_by_text(re.compile(r"^round \d+"))
    number = int(title.inner_text().split(":")[0].removeprefix("round "))
    page.get_by_role("button", name="next round").click()
    page.get_by_text(re.compile(rf"^round {number + 1}:")).wait_for()
    seats = []
    outcomes = class_outcomes(lesson("luck").scenario(), "campaign", 60 * number, 60)
    for k in (1, 2):
        pupil = let_in(browser.new_page(), server)
        pupil.set_default_timeout(180_000)
        head = pupil.get_by_text(re.compile(r"^You are number \d+\.$"))
        head.wait_for()
        number = int(re.sub(r"\D", "", head.inner_text()))
        seats.append(number)
        assert server.code not in pupil.url
        pupil.get_by_role("button", name="guess and try").click()
        pupil.get_by_text("Type a number: a wild guess will do.").wait_for()
        pupil.get_by_label("my guess").fill("7")
        pupil.get_by_role("button", name="guess and try").click()
        pupil.get_by_text(re.compile(rf"^Shares of your try: {outcomes[number]}. Your guess: 7.$")).wait_for()
        pupil.get_by_text(re.compile(rf"^You rank \d of {k} so far")).wait_for()
        pupil.wait_for_function("() => /^hour/.test(document.querySelector('.vs-hour')?.textContent)")
        assert pupil.locator("rect.is-mine").count() == 2
        pupil.close()
    page.get_by_text(re.compile("^tries of the same post: 2")).wait_for()
    page.get_by_label("seat", exact=True).fill(str(seats[1]))
    page.get_by_role("button", name="free it").click()
    page.get_by_text(re.compile("^tries of the same post: 1")).wait_for()
    stranger = browser.new_page()
    stranger.goto(f"{server.address}/join?code=WRONG")
    stranger.get_by_text("The code WRONG opens no class").wait_for()
    stranger.get_by_label("code").fill(server.code.lower())
    stranger.get_by_role("button", name="join").click()
    stranger.get_by_text(f"You are number {seats[1]}.").wait_for()
    stranger.close()


def test_any_setting_is_changed_and_a_wrong_one_is_told(open_lesson: Callable[[str], Any]) -> None:
    """Under "all settings" a block opens; a wrong value has the schema's error beside it; a right one draws a new curve."""
    page = open_lesson("luck")
    page.get_by_text("all settings", exact=True).click()
    page.get_by_text("the scenario", exact=True).click()
    tick = page.get_by_label("tick", exact=True).and_(page.locator("input:not([type=range])"))
    tick.fill("soon")
    tick.press("Enter")
    page.get_by_text("must be a duration such as 30m").wait_for()
    horizon = page.get_by_label("horizon", exact=True)
    horizon.fill("2d")
    horizon.press("Enter")
    page.locator(".vs-curve").first.get_by_text("48 h").first.wait_for()
    page.get_by_text("audience.attention (not set)", exact=True).click()
    capacity = page.get_by_label("audience.attention.feed_capacity", exact=True)
    capacity.fill("1")
    old = page.locator(".vs-curve").first.inner_html()
    capacity.press("Enter")
    page.wait_for_function("o => ![o, undefined].includes(document.querySelector('.vs-curve')?.innerHTML)", arg=old)
    assert horizon.input_value() == "2d"
    assert page.get_by_text("must be a duration such as 30m").count() == 1  # beside its own key, which is still wrong
    assert page.locator(".vs-curve").first.inner_html() != old


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_app_is_open_to_everybody(open_lesson: Callable[[str], Any], theme: str, server: Server) -> None:
    """axe-core finds no violation on a lesson with one world shown, on the wall, and on a pupil's page, in both themes."""
    from axe_playwright_python.sync_playwright import Axe

    page = open_lesson("hubs_or_bridges")
    page.emulate_media(color_scheme=theme)
    page.locator(".vl-tier button").first.wait_for()
    found = Axe().run(page).response["violations"]
    page.goto(f"{server.address}/class")
    page.get_by_text(f"code {server.code}").wait_for()
    found += Axe().run(page).response["violations"]
    let_in(page, server)
    page.get_by_text("You are number").wait_for()
    found += Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:100] for node in one["nodes"]]) for one in found] == []


def test_a_scenario_is_picked_by_its_button(open_lesson: Callable[[str], Any], tmp_path: Path) -> None:
    """The button opens the browser's own choice of files, and the scenario chosen takes the place of the lesson."""
    page = open_lesson("luck")
    path = tmp_path / "mine.yaml"
    path.write_text(lesson("luck").scenario().override({"name": "Chosen here"}).to_yaml())
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="open a scenario").click()
    chooser.value.set_files(str(path))
    page.get_by_text("Chosen here", exact=True).wait_for()


@pytest.mark.parametrize("sessions", [3, pytest.param(30, marks=pytest.mark.slow)])
def test_many_sessions_are_answered(browser: Any, server: Server, sessions: int) -> None:
    """Each of them runs all arms and moves a slider: everyone gets a curve of the new value and the report of their own run.

    How long that takes is a matter of benchmarks/app_class.py.
    """
    pages = []
    for number in range(sessions):
        page = let_in(browser.new_page(), server)
        page.set_default_timeout(300_000)
        page.goto(f"{server.address}/?learn=luck")
        guess(page, 1)
        page.get_by_text("all arms", exact=True).click()
        page.get_by_label("worlds", exact=True).fill(str(100 + number))
        page.get_by_role("button", name="run all arms").click()
        pages.append(page)
    for page in pages:
        assert move(page, "max")["campaign"] < 3
    for number, page in enumerate(pages):  # nobody's run is lost, nor taken for another's
        page.wait_for_selector("iframe.vs-report")
        mine = page.get_by_text(f"{100 + number:,} launches", exact=True)
        mine.wait_for()
        assert mine.count() == 1
        page.close()


def test_a_page_of_another_site_gets_nothing(browser: Any, server: Server, tmp_path: Path) -> None:
    """A page elsewhere that fetches, frames, loads or opens a socket to the app is answered by nothing, cookie or not."""
    page = browser.new_page()
    let_in(page, server)
    evil = tmp_path / "evil.html"
    evil.write_text("<!doctype html><title>evil</title>")
    page.goto(f"{server.address}/")
    assert "nothing" not in page.evaluate(TRIES, server.address).values()  # from the app's own page all of it works
    with elsewhere(tmp_path) as address:
        page.goto(f"{address}/evil.html")
        found = page.evaluate(TRIES, server.address)
        page.evaluate(
            "app => { document.body.append(Object.assign(document.createElement('iframe'), {src: app})) }",
            server.address,
        )
        page.wait_for_timeout(500)
        framed = [frame.content() for frame in page.frames[1:]]
    page.close()
    assert set(found.values()) == {"nothing"}
    assert not any("nicegui" in text.lower() for text in framed)


FRAME = "app => { document.body.append(Object.assign(document.createElement('iframe'), {src: app})) }"
TRIES = """async (app) => {
  const nothing = "nothing", said = {};
  const fetched = await fetch(app + "/", {credentials: "include"}).then(a => a.text(), () => nothing);
  said.fetch = fetched;
  said["no-cors"] = await fetch(app + "/", {mode: "no-cors", credentials: "include"}).then(a => a.text(), () => nothing) || nothing;
  said.image = await new Promise(done => {
    const one = new Image(); one.src = app + "/favicon.ico";
    one.onload = () => done("loaded"); one.onerror = () => done(nothing);
  });
  said.socket = await new Promise(done => {
    const one = new WebSocket(app.replace("http", "ws") + "/_nicegui_ws/socket.io/?EIO=4&transport=websocket");
    one.onmessage = () => done("a message"); one.onerror = () => done(nothing); one.onclose = () => done(nothing);
  });
  return said;
}"""


@contextmanager
def elsewhere(folder: Path) -> Iterator[str]:
    """Another site on this machine, of the files of a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Quiet) as other:
        _Quiet.folder = str(folder)
        threading.Thread(target=other.serve_forever, daemon=True).start()
        yield f"http://localhost:{other.server_port}"
        other.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    folder = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, directory=self.folder, **kwargs)

    def log_message(self, *_: Any) -> None:
        """Nothing."""
