"""The folder that needs no install: it opens from the disk, asks nobody, and shows what Python counts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lesson_moves import DIRECTION, guess, move, picture

from viralsim.app.lesson.data import at_value, tried
from viralsim.app.lesson.static_folder import MOST_VALUES, grid, write
from viralsim.app.stepping import play
from viralsim.cli import main
from viralsim.errors import InputError
from viralsim.lessons import lesson, lessons
from viralsim.lessons.claims import AHA
from viralsim.lessons.real import course, real_lessons
from viralsim.lessons.texts import speaker

KEY = "when_seeds_do_not_matter"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One lesson and the small network, few values and tries."""
    home = tmp_path_factory.mktemp("static") / "lessons"
    write(home, [lesson(KEY)], values=2, tries=1)
    return home


@pytest.fixture
def alone(browser: Any) -> Iterator[Any]:
    """A page without a network that must neither complain nor ask for anything but files."""
    context = browser.new_context(offline=True, viewport={"width": 390, "height": 844})
    page, wrong = context.new_page(), list[str]()
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith("file:") else wrong.append(request.url))
    yield page
    context.close()
    assert wrong == []


def test_a_lesson_opens_from_the_disk(folder: Path, alone: Any) -> None:
    """Guess first; the dot is the measure of the scenario's tries; the slider moves it as claimed; who is lost is recorded."""
    one = lesson(KEY)
    alone.goto((folder / f"{KEY}.html").as_uri())
    assert not alone.locator(".vl-plot").is_visible()
    guess(alone, 7)
    counted = tried(one, at_value(one, one.predict.at))["outcomes"][0]["value"]
    assert f"it is {counted:.3g}" in alone.locator(".vl-distance").inner_text()
    low, first = move(alone, "min"), picture(alone)
    alone.locator(".vl-tier button").first.click()
    scenario = at_value(one, one.slider.low)
    played = play(scenario, one.scenario().arm_names[0], 0)
    assert (
        alone.locator(".vs-hour").inner_text().endswith(f"{len(played.reached)} reached, {len(played.shared)} shared")
    )
    assert re.search(r"shared by \d+ fewer, reaching \d+ fewer|nobody is lost", alone.locator(".vl-lost").inner_text())
    high, last = move(alone, "max"), picture(alone)
    line = next(iter(low))
    assert (high[line] - low[line]) * DIRECTION[KEY] > 0
    assert first != last


def test_a_network_is_drawn_and_played(folder: Path, alone: Any) -> None:
    """A person is added, tied and taken away; at visibility 1 more are reached; undo takes back; the address keeps all of it."""
    alone.goto((folder / "network.html").as_uri())
    said = alone.locator(".vl-said")
    canvas = alone.locator("canvas")
    size = canvas.bounding_box()["width"]
    alone.get_by_role("button", name="add a person").click()
    canvas.click(position={"x": size / 2, "y": size / 2})
    assert said.inner_text().startswith("17 people, 20 ties")
    alone.get_by_role("button", name="tie two").click()
    canvas.click(position={"x": size / 2, "y": size / 2})
    canvas.click(position={"x": size * 0.92, "y": size / 2})
    assert said.inner_text().startswith("17 people, 21 ties")
    reached = []
    for end in ("Home", "End"):
        alone.locator(".vl-slider").press(end)
        reached.append(int(said.inner_text().split("reaches ")[1].split(",")[0]))
    assert reached[0] < reached[1]
    for _ in range(4):
        alone.get_by_role("button", name="undo").click()
    assert said.inner_text().startswith("16 people, 20 ties")
    alone.reload()
    assert said.inner_text().startswith("16 people, 20 ties")
    alone.get_by_role("button", name="undo").click()
    assert said.inner_text() == "Nothing to undo yet."


def test_scripts_are_classic_and_ask_for_nothing(folder: Path) -> None:
    """No module, worker, fetch or address of elsewhere in any file; every file that a page names is in the folder."""
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        for word in ("fetch(", "import(", 'type="module"', "new Worker", "XMLHttpRequest", "http://", "https://"):
            assert word not in text, (path.name, word)
        if path.suffix == ".html":
            named = [part.split('"')[0] for mark in ('src="', 'href="') for part in text.split(mark)[1:]]
            assert {name for name in named if not (folder / name).is_file()} == set()


@pytest.mark.parametrize("one", lessons(), ids=lambda one: one.key)
def test_grids_hold_both_ends_the_start_and_what_is_asked(one: Any) -> None:
    """Values that the slider can take, ascending, at most as many as said."""
    values = grid(one, MOST_VALUES)
    assert {one.slider.values[0], one.slider.values[-1], one.predict.at, one.slider.value} <= set(values)
    assert set(values) <= set(one.slider.values)
    assert list(values) == sorted(values)
    assert 2 <= len(values) <= MOST_VALUES


def test_a_file_in_the_place_is_refused(tmp_path: Path) -> None:
    """Where a file is in the way nothing is written; the command lists the lessons otherwise."""
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(InputError, match="taken"):
        write(taken, [lesson(KEY)])
    done = CliRunner().invoke(main, ["lessons", "--static", str(taken)])
    assert done.exit_code == 2
    assert taken.read_text() == "mine"
    listed = CliRunner().invoke(main, ["lessons"]).output
    assert [one.title in listed for one in (*lessons(), *real_lessons())] == [True] * 14


def tap(page: Any, *people: int, of: int = 14) -> None:
    """Tap people who sit in a circle."""
    canvas = page.locator("canvas")
    size = canvas.bounding_box()["width"]
    for who in people:
        turn = who * 2 * math.pi / of
        canvas.click(position={"x": size * (0.5 + 0.42 * math.cos(turn)), "y": size * (0.5 + 0.42 * math.sin(turn))})


def test_puzzles_are_solved_and_only_so(folder: Path, alone: Any) -> None:
    """The two whom everybody knows, not the best known one; the one bridge, not another tie; a person and a tie tried without."""
    alone.goto((folder / "network.html").as_uri())
    solved, game = alone.locator(".vl-solved"), alone.locator(".vl-game")
    game.select_option("1")
    tap(alone, 2, 9)  # the best known one, and another
    assert "all 20 tries" not in solved.inner_text()
    tap(alone, 2, 0)
    assert solved.inner_text() == "Solved, in all 20 tries: no luck needed!"
    tap(alone, 2)
    assert solved.inner_text() == "At most 2 may start."
    game.select_option("2")
    tap(alone, 2, 5)
    assert solved.inner_text() == ""
    tap(alone, 8, 6)
    assert solved.inner_text() == "One cut is allowed: undo one."
    alone.get_by_role("button", name="undo").click()
    alone.get_by_role("button", name="undo").click()
    tap(alone, 8, 6)
    assert solved.inner_text() == "Solved, in all 20 tries: no luck needed!"
    game.select_option("0")
    alone.locator(".vl-slider").press("End")
    alone.get_by_role("button", name="try without a person").click()
    tap(alone, 0, of=16)
    assert alone.locator(".vl-said").inner_text().startswith("Without person 0, all other luck as it was:")
    alone.get_by_role("button", name="try without a tie").click()
    tap(alone, 0, 1, of=16)
    assert alone.locator(".vl-said").inner_text().startswith("Without this tie, all other luck as it was:")
    tap(alone, 0, 8, of=16)
    assert alone.locator(".vl-said").inner_text() == "These two are not tied."


def test_pages_speak_german(folder: Path, alone: Any) -> None:
    """By the address and by the choice in the page; nothing is asked for that the catalogue does not have."""
    say = speaker("de")
    alone.goto((folder / f"{KEY}.html").as_uri() + "?lang=de")
    alone.locator(".vl-guess input").fill("3")
    alone.get_by_role("button", name=say("this is my guess")).click()
    alone.wait_for_selector(".vl-distance b")
    alone.locator(".vl-tier button").first.click()
    assert alone.locator("h1").inner_text() == f"6. {say(lesson(KEY).title)}"
    assert alone.evaluate("[document.documentElement.lang, ...viralsimTexts.missing]") == ["de"]
    alone.goto((folder / "network.html").as_uri() + "?lang=en")
    alone.locator(".vl-language").select_option("de")
    alone.wait_for_selector("html[lang=de]", state="attached")
    for mode in alone.locator("[data-mode]").all():
        mode.click()
        tap(alone, 0, 8, of=16)
    for game in "12":
        alone.locator(".vl-game").select_option(game)
        tap(alone, 0, 1, 9)
    assert alone.evaluate("[...viralsimTexts.missing]") == []
    alone.goto((folder / "index.html").as_uri() + "?lang=de")
    assert alone.get_by_role("link", name=say(lesson(KEY).title)).is_visible()
    assert alone.evaluate("[...viralsimTexts.missing]") == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(folder: Path, alone: Any, theme: str) -> None:
    """On the list, a lesson after its guess, and the network, from the disk."""
    from axe_playwright_python.sync_playwright import Axe

    alone.emulate_media(color_scheme=theme)
    for name in ("index", KEY, "network"):
        alone.goto((folder / f"{name}.html").as_uri())
        if name == KEY:
            guess(alone, 2)
        found = Axe().run(alone, options={"preload": False}).response["violations"]
        assert [(one["id"], [node["html"][:100] for node in one["nodes"]]) for one in found] == [], name


def test_the_first_aha_takes_one_click(folder: Path, alone: Any) -> None:
    """A guess is typed, and one click, or Enter, shows it beside what is measured; the try plays by itself."""
    alone.goto((folder / f"{KEY}.html").as_uri())
    alone.locator(".vl-guess input").fill("3")
    alone.locator(".vl-guess input").press("Enter")
    assert alone.locator(".vl-distance").inner_text().startswith("You guessed 3")
    alone.wait_for_function("() => Number(document.querySelector('.vs-hour').dataset.hour) > 0")


CLICKS = "window.clicks = 0; addEventListener('click', (e) => { clicks += e.isTrusted && e.detail > 0 ? 1 : 0; }, true)"


def clicks_to_the_aha(page: Any) -> int:
    """Guess as a pupil does: into each field by a click; by the button, or by Enter where there are two fields."""
    fields = page.locator(".vl-guess input").all()
    for number, field in enumerate(fields):
        field.click()
        page.keyboard.type(str(3 + 9000 * number))
    if len(fields) == 1:
        page.locator(".vl-guess button").click()
    else:
        page.keyboard.press("Enter")
    page.locator(".vl-distance b").first.wait_for()
    return int(page.evaluate("window.clicks"))


@pytest.mark.slow
def test_the_whole_folder_is_small_and_two_clicks_show_the_first_aha(whole_folder: Path, alone: Any) -> None:
    """Less than 8 MB in all; every lesson works from the disk; two clicks to the first aha, as listed."""
    alone.add_init_script(CLICKS)
    rows = (Path(__file__).parents[2] / "docs" / "lessons" / "claims.md").read_text(encoding="utf-8").splitlines()
    listed = {
        row.split(" | ")[1]: int(row.strip(" |").split(" | ")[-1])
        for row in rows
        if row.startswith("| ") and "of 20" in row
    }
    assert sum(path.stat().st_size for path in whole_folder.iterdir()) < 8e6
    for one in course():
        alone.goto((whole_folder / f"{one.key}.html").as_uri())
        assert clicks_to_the_aha(alone) == AHA[one.key] == listed[one.title] <= 2
