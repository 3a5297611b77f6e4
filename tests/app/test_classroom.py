"""A whole class in browsers of their own: thirty pupils, two rounds, a reload, a teacher who starts the app again, the end."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from served import Server, free_port, let_in, started

from viralsim.app.work import class_outcomes
from viralsim.lessons import lesson
from viralsim.lessons.real.posts import posts

PUPILS, PATIENCE_MS = 30, 120_000


def guess_and_try(pages: list[Any], outcomes: list[int]) -> None:
    """Everybody guesses their own number; each gets the try of their seat."""
    for number, page in enumerate(pages):
        page.get_by_label("my guess").fill(str(number))
        page.get_by_role("button", name="guess and try").click()
    for number, page in enumerate(pages):
        page.get_by_text(f"Shares of your try: {outcomes[number]}. Your guess: {number}.", exact=True).wait_for()


def wall_of(browser: Any, server: Server) -> Any:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{server.address}/class?token={server.token}")
    page.get_by_text(f"code {server.code}").wait_for()
    return page


@pytest.mark.slow
def test_thirty_pupils(browser: Any, tmp_path: Path) -> None:
    """Every pupil has a browser context, as thirty devices have; outcomes are those of Python, and nothing is lost."""
    keep, port = str(tmp_path / "class.json"), free_port()
    scenario = lesson("luck").scenario()
    rounds = [class_outcomes(scenario, "campaign", 60 * k, PUPILS) for k in (0, 1)]
    contexts, pages = [browser.new_context() for _ in range(PUPILS)], []
    with started("--class", "--keep", keep, port=port) as server:
        wall = wall_of(browser, server)
        for number, context in enumerate(contexts):
            pages.append(let_in(context.new_page(), server))
            pages[-1].set_default_timeout(PATIENCE_MS)
            pages[-1].get_by_text(f"You are number {number}.").wait_for()
        guess_and_try(pages, rounds[0])
        wall.get_by_text(f"tries of the same post: {PUPILS}").wait_for()
        assert wall.locator("rect.is-result").count() == wall.locator("rect.is-guess").count() == PUPILS
        best = max(rounds[0])
        wall.get_by_text(re.compile(f"best: {best:,};")).wait_for()
        wall.get_by_role("button", name="next round").click()
        wall.get_by_text(re.compile("^round 2: Luck")).wait_for()
        for page in pages:
            page.get_by_text(re.compile("^round 2: Luck")).wait_for()
        guess_and_try(pages, rounds[1])
        pages[3].reload()
        pages[3].get_by_text(f"Shares of your try: {rounds[1][3]}. Your guess: 3.", exact=True).wait_for()
        code = server.code
    with started("--class", "--keep", keep, port=port) as server:
        assert server.code == code
        wall = wall_of(browser, server)
        wall.get_by_text(f"tries of the same post: {PUPILS}").wait_for()
        for number in (0, 17, 29):
            pages[number].reload()
            pages[number].get_by_text(f"You are number {number}.").wait_for()
            pages[number].get_by_text(
                f"Shares of your try: {rounds[1][number]}. Your guess: {number}.", exact=True
            ).wait_for()
        wall.get_by_role("button", name="end the class").click()
        for number in (0, 17, 29):
            pages[number].get_by_text("The class is over.").wait_for()
        wall.get_by_role("button", name="start over").click()
        pages[17].get_by_text(re.compile("^round 1: Luck")).wait_for()
    for context in contexts:
        context.close()


def test_another_lesson_is_chosen_and_the_class_ends(page: Any, browser: Any, server: Server) -> None:
    """The wall opens a round of any lesson at any value; pupils see it without a reload, in their own language."""
    page.goto(f"{server.address}/class")
    pupil = let_in(browser.new_page(locale="de-DE"), server)
    pupil.set_default_timeout(PATIENCE_MS)
    pupil.get_by_text(re.compile("^Du bist Nummer")).wait_for()
    pupil.evaluate("window.loadedOnce = true")
    page.get_by_label("lesson").click()
    page.get_by_role("option", name="9. When it goes wrong").click()
    page.get_by_label("value").click()
    page.get_by_role("option", name="controversy: 0.3", exact=True).click()
    page.get_by_role("button", name="next round").click()
    page.get_by_text(re.compile(r"^round \d+: When it goes wrong \(controversy: 0.3, alone\)")).wait_for()
    pupil.get_by_text(re.compile(r"^Runde \d+: Wenn es schiefgeht \(Umstrittenheit: 0.3, ohne Antwort\)")).wait_for()
    page.get_by_role("button", name="end the class").click()
    pupil.get_by_text("Die Stunde ist zu Ende.").wait_for()
    page.get_by_label("lesson").click()
    page.get_by_role("option", name="3. Luck").click()
    page.get_by_role("button", name="start over").click()
    pupil.get_by_text(re.compile("^Runde 1: Glück")).wait_for()
    page.get_by_label("lesson").click()
    page.get_by_role("option", name="14. Where will it end?").click()
    page.get_by_role("button", name="next round").click()
    pupil.get_by_text(re.compile("^Runde 2: Wo endet das")).wait_for()
    seat = int(re.findall(r"\d+", pupil.get_by_text(re.compile("^Du bist Nummer")).inner_text())[0])
    post = posts()[(seat + 7) % 30]
    pupil.get_by_text(f"Nach 1 h hat er {post.by(1):,} Shares. Wie viele nach 24 h?").wait_for()
    pupil.get_by_label("mein Tipp").fill(str(post.shares))
    pupil.get_by_role("button", name="schätzen und nachsehen").click()
    pupil.get_by_text(f"Am Ende waren es {post.shares:,} Shares. Dein Tipp: {post.shares:,}.").wait_for()
    pupil.wait_for_function("() => Number(document.querySelector('.vs-hour')?.dataset.shared) > 0")
    page.get_by_text("not more than a fifth off: 1 of 1 guesses; too low: 0, too high: 0").wait_for()
    assert page.locator("rect.is-result").count() == page.locator("rect.is-guess").count() == 1
    assert pupil.evaluate("window.loadedOnce") is True, "the page was loaded again"
    assert pupil.get_by_text("Die Stunde ist zu Ende.").count() == 0
    pupil.close()
