"""Lessons in the app in a real browser: the guess comes first, the slider moves what the lesson claims, on one screen."""

from __future__ import annotations

from typing import Any

import pytest
from lesson_moves import DIRECTION, guess, move, picture
from served import Server

from viralsim.app.lesson.data import at_value, tried
from viralsim.lessons import lesson

QUICK = ("hubs_or_bridges", "when_it_goes_wrong")  # test_every_lesson has all


@pytest.mark.parametrize("key", QUICK)
def test_a_slider_moves_the_measure_as_the_lesson_claims(page: Any, server: Server, key: str) -> None:
    """No curve before the guess; both ends of the slider leave dots, the picture changes, and the result goes the claimed way."""
    page.goto(f"{server.address}/?learn={key}")
    page.wait_for_function("() => /^hour/.test(document.querySelector('.vs-hour')?.textContent)")
    assert not page.locator(".vl-plot").is_visible()
    assert not page.locator(".vl-curves").is_visible()
    assert not page.get_by_text(lesson(key).surprise).is_visible()
    guess(page, 3)
    assert page.get_by_text(lesson(key).surprise).is_visible()
    low, first = move(page, "min"), picture(page)
    high, last = move(page, "max"), picture(page)
    line = next(iter(low))
    assert (high[line] - low[line]) * DIRECTION[key] > 0
    assert first != last


def test_a_dot_is_what_python_counts(page: Any, server: Server) -> None:
    """The dot and the distance to the guess are the mean of the scenario's 300 tries, and the URL brings the state back."""
    one = lesson("simple_and_complex")
    page.goto(f"{server.address}/?learn={one.key}")
    guess(page, 40)
    value = tried(one, at_value(one, one.predict.at))["outcomes"][0]["value"]
    said = page.locator(".vl-distance").inner_text()
    assert f"You guessed 40; it is {value:.3g}" in said
    page.get_by_role("button", name="next try").click()
    page.wait_for_function("() => location.hash.includes('try=1')")
    page.reload()
    page.wait_for_selector(".vl-distance b")
    assert page.locator(".vl-distance").inner_text() == said
    assert page.locator(".vl-which").inner_text() == "try 2"
    assert page.locator(".vl-value").inner_text() == f"{one.predict.at:g}"
    page.get_by_role("button", name="start over").click()
    assert page.locator(".vl-guess").is_visible()
    assert not page.locator(".vl-plot").is_visible()


def test_an_empty_guess_is_asked_for_and_undo_goes_back(page: Any, server: Server) -> None:
    """No dead button: without a number the page asks for one; undo brings the last value back, and says where there is none."""
    page.goto(f"{server.address}/?learn=luck")
    page.get_by_role("button", name="this is my guess").click()
    page.get_by_text("Type a number").wait_for()
    page.get_by_role("button", name="undo").click()
    page.get_by_text("Nothing to undo yet.").wait_for()
    guess(page, 5)
    move(page, "max")
    page.get_by_role("button", name="undo").click()
    page.wait_for_function("() => document.querySelector('.vl-value').textContent === '1'")
    teacher = page.get_by_text(lesson("luck").teacher)
    assert not teacher.is_visible()
    page.get_by_label("I teach this").check()
    assert teacher.is_visible()
