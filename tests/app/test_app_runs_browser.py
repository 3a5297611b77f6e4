"""Runs, files and a class in a real browser: cancelled and run again, downloaded whole, refined, reloaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lesson_moves import move
from served import Server, let_in

import viralsim as vs
from viralsim.lessons import lesson


def run_of(page: Any, worlds: int) -> None:
    """Start a run of all arms."""
    count = page.get_by_label("worlds", exact=True)
    if not count.is_visible():
        page.get_by_text("all arms", exact=True).or_(page.get_by_text("the full report", exact=True)).click()
    count.fill(str(worlds))
    page.get_by_role("button", name="run all arms").click()


def heavy(open_lesson: Callable[[str], Any], tmp_path: Path) -> Any:
    """A page with a scenario whose run takes long enough to be cancelled."""
    page = open_lesson("luck")
    text = lesson("luck").scenario().override({"audience.members": 20_000, "content.post.appeal": 0.9}).to_yaml()
    path = tmp_path / "heavy.yaml"
    path.write_text(text)
    page.locator("input[type=file]").set_input_files(str(path))
    # The page is built again for the scenario, without the lesson's card: what is clicked before that is lost with the old one.
    # A new curve is no sign of it: the lesson's own is drawn again when it is refined.
    page.get_by_text("pupil's sheet to print").wait_for(state="detached")
    page.wait_for_selector(".vs-curve svg")
    return page


def test_a_cancelled_run_keeps_what_it_finished(open_lesson: Callable[[str], Any], tmp_path: Path) -> None:
    """Cancelled on its way, a run shows the report of the launches that were finished; the next run goes to its end."""
    page = heavy(open_lesson, tmp_path)
    run_of(page, 2000)
    page.wait_for_function("() => /[1-9][\\d,]* of 2,000 launches/.test(document.body.innerText)")
    page.get_by_role("button", name="cancel").click()
    said = page.get_by_text(re.compile(r"^cancelled"))
    said.wait_for()
    kept = int(re.sub(r"\D", "", said.inner_text().split("launches")[0]))
    assert 0 < kept < 2000
    page.wait_for_selector("iframe.vs-report")
    run_of(page, 20)
    page.get_by_text("20 launches", exact=True).wait_for()
    assert page.locator("iframe.vs-report").count() == 1


def test_the_scenario_comes_down_and_runs_again(open_lesson: Callable[[str], Any], tmp_path: Path) -> None:
    """The YAML that comes down is the scenario as the slider left it, runs elsewhere, and gives the same worlds."""
    page = open_lesson("paid_against_earned")
    shown = move(page, "max")
    with page.expect_download() as download:
        page.get_by_role("button", name="save as YAML").click()
    path = tmp_path / "down.yaml"
    download.value.save_as(path)
    one = lesson("paid_against_earned")
    assert vs.load(path).spec == one.scenario().override({one.slider.path: one.slider.high}).spec
    mean = vs.simulate(vs.load(path), repeat_trust=False).summary()["shares"]
    assert shown["shares"] == pytest.approx(mean["advocates"] / mean["paid"])


def test_the_report_comes_down_whole(open_lesson: Callable[[str], Any], browser: Any, tmp_path: Path) -> None:
    """The HTML that comes down opens from the disk with the network off: verdict, arms and every picture, no error."""
    page = open_lesson("hubs_or_bridges")
    run_of(page, 60)
    page.wait_for_selector("iframe.vs-report")
    shown = page.frame_locator("iframe.vs-report").locator("svg").count()
    with page.expect_download() as download:
        page.get_by_role("button", name="the report as a file").click()
    path = tmp_path / "report.html"
    download.value.save_as(path)
    context = browser.new_context(offline=True)
    alone = context.new_page()
    errors: list[str] = []
    alone.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    alone.on("request", lambda request: None if request.url.startswith("file:") else errors.append(request.url))
    alone.goto(path.as_uri())
    assert alone.get_by_text("The options side by side").first.is_visible()
    assert alone.locator("svg").count() == shown > 4
    assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    context.close()
    assert errors == []


def test_a_reload_keeps_the_pupils_world(browser: Any, server: Server) -> None:
    """Who reloads is the same pupil with the same launch; another browser is another pupil."""
    first, second = browser.new_context(), browser.new_context()
    pupil = let_in(first.new_page(), server)
    mine = pupil.get_by_text(re.compile(r"^You are number \d+")).inner_text()
    pupil.get_by_label("my guess").fill("3")
    pupil.get_by_role("button", name="guess and try").click()
    shares = pupil.get_by_text(re.compile(r"^Shares of your try: \d+"))
    shares.wait_for(timeout=180_000)
    before = shares.inner_text()
    pupil.reload()
    assert pupil.get_by_text(re.compile(r"^You are number \d+")).inner_text() == mine
    assert pupil.get_by_text(re.compile(r"^Shares of your try: \d+")).inner_text() == before
    other = let_in(second.new_page(), server)
    assert other.get_by_text(re.compile(r"^You are number \d+")).inner_text() != mine
    first.close()
    second.close()
