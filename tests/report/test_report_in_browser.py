"""The page in a real browser: it opens without a network, in both themes, at every width, and for everybody.

Skipped where there is no Chromium; the check that runs for every change installs it (.ci/run).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.synthetic_result import synthetic_result
from viralsim.report import page
from viralsim.report.trees import three_forests
from viralsim.scenario import load
from viralsim.simulation import simulate

SCENARIO = Path(__file__).parents[2] / "benchmarks" / "scenarios_before" / "advocates_vs_paid.yaml"
WIDTHS = {"phone": (390, 844), "laptop": (1280, 800), "projector": (1920, 1080)}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a small real run, trees included."""
    small = load(SCENARIO).override({"audience.members": 1500, "audience.communities.count": 8})
    result = simulate(small, worlds=40, threads=1)
    assert three_forests(result, "integrated")
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(page(result), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser: Any, file: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Any, list[str]]]:
    """(tab, what it complained about or asked the network for) at a width and in a theme."""
    (width, height), theme = WIDTHS[request.param[0]], request.param[1]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
    tab, exposing_neighbours = context.new_page(), []
    tab.on("console", lambda message: exposing_neighbours.append(f"console: {message.text}"))
    tab.on("pageerror", lambda error: exposing_neighbours.append(f"error: {error}"))
    tab.on("request", lambda asked: exposing_neighbours.append(f"request: {asked.url}"))
    tab.goto(file.as_uri())
    yield tab, exposing_neighbours
    context.close()


EVERYWHERE = [(width, theme) for width in WIDTHS for theme in ("light", "dark")]


@pytest.mark.parametrize("opened", EVERYWHERE, indirect=True, ids="-".join)
def test_it_opens_alone_and_fits(opened: tuple[Any, list[str]], file: Path) -> None:
    """Only the file itself is asked for, nothing is complained about, nothing is wider than the window."""
    tab, exposing_neighbours = opened
    assert exposing_neighbours == [f"request: {file.as_uri()}"]
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert tab.evaluate("[...document.querySelectorAll('svg.picture')].filter(s => s.clientWidth > 0).length") >= 8


# every width and either theme; the other three pairs, of seconds each, when there is time
ONCE = {("phone", "light"), ("laptop", "dark"), ("projector", "light")}
BY_TURNS = [pytest.param(one, marks=() if one in ONCE else pytest.mark.slow) for one in EVERYWHERE]


@pytest.mark.parametrize("opened", BY_TURNS, indirect=True, ids="-".join)
def test_it_is_open_to_everybody(opened: tuple[Any, list[str]]) -> None:
    """axe-core finds no violation, with every table behind a picture unfolded too."""
    from axe_playwright_python.sync_playwright import Axe

    tab, _ = opened
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(tab)
    assert len(found.response["passes"]) >= 15
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("opened", EVERYWHERE, indirect=True, ids="-".join)
def test_texts_of_a_picture_stay_inside_it(opened: tuple[Any, list[str]]) -> None:
    """No label is cut at the edge of its drawing."""
    tab, _ = opened
    outside = tab.evaluate(
        """[...document.querySelectorAll('svg.picture')].filter(s => s.clientWidth > 0).flatMap(svg => {
             const edge = svg.getBoundingClientRect();
             return [...svg.querySelectorAll('text')].filter(t => {
               const r = t.getBoundingClientRect();
               return r.left < edge.left - 1 || r.right > edge.right + 1 || r.bottom > edge.bottom + 1;
             }).map(t => svg.closest('figure').id + ': ' + t.textContent);
           })"""
    )
    assert outside == []


def test_the_themes_differ_and_paper_is_white(browser: Any, file: Path) -> None:
    """Dark screens get a dark ground, light ones a light; a print of either is dark on white."""
    grounds = {}
    for theme in ("light", "dark"):
        context = browser.new_context(color_scheme=theme)
        tab = context.new_page()
        tab.goto(file.as_uri())
        grounds[theme] = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        tab.emulate_media(media="print", color_scheme=theme)
        grounds[f"{theme} print"] = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        context.close()
    white = "rgb(255, 255, 255)"
    assert grounds["dark"] != white
    assert {word: colour for word, colour in grounds.items() if word != "dark"} == dict.fromkeys(
        ("light", "light print", "dark print"), white
    )


def test_on_paper_the_answer_is_on_the_first_page_and_nothing_is_cut_off(browser: Any, file: Path) -> None:
    """On A4 with 15 mm margins verdict and arms side by side end on page one; no table or picture is wider than the paper."""
    across, down = 680, 1009  # 180 x 267 mm at 96 dots an inch
    tab = browser.new_page(viewport={"width": across, "height": down})
    tab.emulate_media(media="print")
    tab.goto(file.as_uri())
    heading = tab.get_by_role("heading", name="The options side by side")
    end = tab.evaluate(
        """h => {
        const table = document.querySelector('.arms table');
        return !(h.compareDocumentPosition(table) & 4) ? Infinity : table.getBoundingClientRect().bottom}""",
        heading.element_handle(),
    )
    wide = tab.evaluate("""() => [...document.querySelectorAll('table, svg, pre, p, h1, h2')]
        .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120))""")
    tab.close()
    assert 0 < end <= down, end
    assert wide == []


def test_hostile_words_do_nothing(browser: Any, tmp_path: Path) -> None:
    """Names of a scenario that are markup or script are shown as they are written."""
    hostile = synthetic_result(
        worlds=40, scenario_name="<img src=x onerror=alert(1)>", about="</style><script>document.title='taken'</script>"
    )
    path = tmp_path / "hostile.html"
    path.write_text(page(hostile), encoding="utf-8")
    tab, exposing_neighbours = browser.new_page(), []
    tab.on("request", lambda asked: exposing_neighbours.append(asked.url))
    tab.on("dialog", lambda dialog: exposing_neighbours.append(dialog.message))
    tab.goto(path.as_uri())
    assert exposing_neighbours == [path.as_uri()]
    assert tab.title() == "<img src=x onerror=alert(1)>: report"
    assert tab.inner_text("h1") == "<img src=x onerror=alert(1)>"
    tab.close()
