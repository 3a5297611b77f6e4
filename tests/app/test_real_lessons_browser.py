"""The lessons on posts that really happened, in a browser: guess first, one screen, from the disk and in the app."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lesson_moves import guess_any, guess_range
from served import Server

from viralsim.app.lesson.real_posts import running_posts
from viralsim.app.lesson.static_folder import write
from viralsim.lessons.real import real_lesson, real_lessons
from viralsim.lessons.real.posts import posts
from viralsim.lessons.texts import speaker


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing simulated is in it."""
    home = tmp_path_factory.mktemp("real") / "lessons"
    write(home, [])
    return home


@pytest.fixture
def alone(browser: Any) -> Iterator[Callable[..., Any]]:
    """Pages without a network that must neither complain nor ask for anything but files."""
    wrong, contexts = list[str](), list[Any]()

    def opened(width: int = 390, height: int = 844, theme: str = "light") -> Any:
        contexts.append(
            browser.new_context(offline=True, viewport={"width": width, "height": height}, color_scheme=theme)
        )
        page = contexts[-1].new_page()
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith("file:") else wrong.append(request.url))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def test_a_cascade_is_replayed(folder: Path, alone: Callable[..., Any]) -> None:
    """All shares by the last hour; what came through the largest of the others is counted as in the data; the next is another."""
    page, one = alone(), posts()[0]
    page.goto((folder / "real_cascade.html").as_uri())
    assert not page.locator(".vl-plot").is_visible()
    assert page.locator(".vl-which").inner_text() == "post 1"
    page.wait_for_function("() => Number(document.querySelector('.vs-hour').dataset.shared) > 0")
    guess_any(page, "real_cascade")
    half = sorted(100 * one.by(1) / one.shares for one in posts())
    assert f"it is {(half[14] + half[15]) / 2:.3g}:" in page.locator(".vl-distance").inner_text()
    page.locator(".vl-slider").press("End")
    page.wait_for_selector(".vl-dot[data-at='24'][data-value='100']")
    page.locator(".vs-end").click()
    assert page.locator(".vs-hour").inner_text() == f"hour 24: {one.shares} shared"
    page.locator(".vl-tier button").first.click()
    came = [0] * len(one.parents)
    for row in range(len(came) - 1, 0, -1):
        came[one.parents[row]] += 1 + came[row]
    assert (
        page.locator(".vl-lost").inner_text().startswith(f"{max(came[1:])} of these shares came through this person.")
    )
    page.get_by_role("button", name="next post").click()
    page.locator(".vs-end").click()
    assert page.locator(".vs-hour").inner_text() == f"hour 24: {posts()[1].shares} shared"


def test_an_end_is_forecast(folder: Path, alone: Callable[..., Any]) -> None:
    """Neither end nor the program's range before the guess; both, the own range and the count of hits after it; undo, reload."""
    page, shown = alone(), running_posts()
    page.goto((folder / "forecasting.html").as_uri())
    end, seen = len(shown[0]["hours"]), sum(hour <= 1 for hour in shown[0]["hours"])
    low, _, high = shown[0]["expected"]["1"]
    assert page.locator(".vl-now").inner_text() == f"hour 1: {seen} shared"
    assert page.locator(".vl-dot").count() == 0
    assert f"{end:,}" not in page.locator(".vl").inner_text()
    for words, said in (((5, 3), "The first number is the smaller one."), ((1, 2), f"It has {seen} already.")):
        guess_range(page, *words)
        assert page.locator(".vl-why").inner_text() == said
    guess_range(page, seen, end)
    assert page.locator(".vl-distance").inner_text() == (
        f"You said {seen} to {end:,}; it ended at {end:,}. Inside! The program, after as many hours: {low:,.0f} to {high:,.0f}."
    )
    page.locator(".vl-slider").press("End")
    assert page.locator(".vl-dot").count() == 2
    widths = [
        float(dot.get_attribute("data-high")) / float(dot.get_attribute("data-low"))
        for dot in page.locator(".vl-dot").all()
    ]
    assert widths[0] > widths[1]
    said = page.locator(".vl-distance").inner_text()
    page.reload()
    assert page.locator(".vl-distance").inner_text() == said
    page.get_by_role("button", name="next post").click()
    assert page.locator(".vl-guess").is_visible()
    guess_range(page, 99_000, 99_001)
    assert "Outside!" in page.locator(".vl-distance").inner_text()
    assert (
        page.locator(".vl-tally")
        .inner_text()
        .startswith("Posts so far: 2. Your range held the end: 1. The program's: 2.")
    )
    page.get_by_role("button", name="undo").click()
    assert page.locator(".vl-distance").inner_text() == said
    page.get_by_role("button", name="start over").click()
    assert page.locator(".vl-guess").is_visible()


def test_they_speak_german(folder: Path, alone: Callable[..., Any]) -> None:
    """Nothing is asked for that the catalogue does not have."""
    page, say = alone(), speaker("de")
    for one in real_lessons():
        page.goto((folder / f"{one.key}.html").as_uri() + "?lang=de")
        assert page.locator("h1").inner_text() == f"{one.order}. {say(one.title)}"
        if one.key == "forecasting":
            guess_range(page, 5, 3)
            guess_range(page, 0, 0)
        guess_any(page, one.key)
        page.locator(".vl-slider").press("End")
        if one.key == "real_cascade":
            page.locator(".vl-tier button").first.click()
            page.locator(".vs-stage canvas").click()
        page.get_by_role("button", name=say("next post")).click()
        assert page.evaluate("[...viralsimTexts.missing]") == []


def test_they_open_in_the_app(page: Any, server: Server) -> None:
    """The same pages in the app, chosen from its list; their sheets print."""
    for one in real_lessons():
        page.goto(f"{server.address}/?learn={one.key}")
        page.wait_for_selector(".vl-slider")
        guess_any(page, one.key)
        page.locator(".vl-distance b").first.wait_for()
        assert page.get_by_text(one.surprise).is_visible()
        page.goto(f"{server.address}/sheet/{one.key}")
        assert page.get_by_text(one.question).is_visible()
    assert real_lesson("real_cascade") is not None
