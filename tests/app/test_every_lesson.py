"""Every lesson in a real browser, in the app and from the disk, on a laptop and on a phone, light and dark.

The guess comes first; slider and picture are in the first screen; the slider moves the measure as the lesson claims, and the
picture with it; axe-core finds nothing; the page complains of nothing and asks nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from lesson_moves import DIRECTION, guess_any, move, picture
from served import Server, let_in

from viralsim.lessons import Lesson
from viralsim.lessons.real import RealLesson, course
from viralsim.lessons.texts import languages, speaker

PARTS = (".vl-slider", ".vs-stage canvas, .vl-curve svg")
SIZES = {"laptop": (1366, 768), "phone": (390, 844)}


@contextmanager
def watched(browser: Any, own: str, size: tuple[int, int], theme: str) -> Iterator[Any]:
    """A page that must neither complain nor ask for anything that is not its ``own``."""
    viewport, wrong = {"width": size[0], "height": size[1]}, list[str]()
    context = browser.new_context(offline=own == "file:", viewport=viewport, color_scheme=theme)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith((own, "data:")) else wrong.append(asked.url))
    yield page
    context.close()
    assert wrong == []


def is_in_the_first_screen(page: Any, size: tuple[int, int]) -> None:
    """Slider and picture wholly, with nothing scrolled, and nothing wider than the screen."""
    for part in PARTS:
        box = page.locator(part).bounding_box()
        assert box["y"] >= 0, (page.url, part)
        assert box["y"] + box["height"] <= size[1], (page.url, part, box)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0], page.url


def played(page: Any, one: Lesson | RealLesson, size: tuple[int, int]) -> float:
    """The lesson as a pupil goes through it, from the page just opened: how far its slider moved it the way it claims."""
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_function("() => /^(hour|.*shared)/.test(document.querySelector('.vs-hour, .vl-now')?.textContent)")
    for hidden in (page.locator(".vl-plot, .vl-tally"), page.locator(".vl-curves"), page.get_by_text(one.surprise)):
        assert not any(part.is_visible() for part in hidden.all()), one.key
    assert page.locator(".vl-dot").count() == 0
    is_in_the_first_screen(page, size)
    guess_any(page, one.key)
    assert page.get_by_text(one.surprise).is_visible()
    is_in_the_first_screen(page, size)
    low, first = move(page, "min"), picture(page)
    high, last = move(page, "max"), picture(page)
    line = next(iter(low))
    assert first != last, one.key
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(rule["id"], [node["html"][:100] for node in rule["nodes"]]) for rule in found] == [], one.key
    return float((high[line] - low[line]) * DIRECTION[one.key])


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_in_the_app(browser: Any, server: Server, size: tuple[int, int], theme: str) -> None:
    """With the app's head above it."""
    with watched(browser, server.address, size, theme) as page:
        let_in(page, server)
        for one in course():
            page.goto(f"{server.address}/?learn={one.key}")
            assert played(page, one, size) > 0, one.key


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_from_the_disk(browser: Any, whole_folder: Path, size: tuple[int, int], theme: str) -> None:
    """Without a network, scripts from the folder only."""
    with watched(browser, "file:", size, theme) as page:
        for one in course():
            page.goto((whole_folder / f"{one.key}.html").as_uri())
            assert played(page, one, size) > 0, one.key
        for language in languages():
            page.goto((whole_folder / "network.html").as_uri() + f"?lang={language}")
            page.wait_for_function("() => /1/.test(document.querySelector('.vs-hour')?.textContent)")
            is_in_the_first_screen(page, size)
            page.goto((whole_folder / "index.html").as_uri() + f"?lang={language}")
            page.get_by_role("link", name=speaker(language)(course()[-1].title)).wait_for()
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
