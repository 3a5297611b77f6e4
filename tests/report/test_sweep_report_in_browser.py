"""The page of a sweep in a real browser: alone, at every width, in both themes, for everybody.

Skipped where there is no Chromium; the check that runs for every change installs it (.ci/run).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.experiments.sweep_scenario import text as scenario_text
from tests.report.test_sweep_report import SOBOL
from viralsim.checksums import write_sealed
from viralsim.experiments import plan_of, run_sweep
from viralsim.report.sweep_page import sweep_page
from viralsim.scenario.loading import loads

WIDTHS = {"phone": (390, 844), "laptop": (1280, 800)}
SWEEP = """{parameters: {content.c.appeal: {from: 0.01, to: 0.05, steps: 12}, campaign.advocates.count: [0, 1, 4],
  campaign.advocates.choose: [degree, random]}, worlds: 4}"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a sweep of three parameters, a sensitivity analysis beside it."""
    folder = tmp_path_factory.mktemp("sweep")
    run_sweep(plan_of(loads(scenario_text(SWEEP), folder, "small.yaml")), folder / "out", threads=1)
    write_sealed(folder / "out" / "sensitivity.json", SOBOL)
    path = folder / "page.html"
    path.write_text(sweep_page(folder / "out"), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("width", "theme"),
    [
        ("phone", "light"),
        ("laptop", "dark"),
        pytest.param("phone", "dark", marks=pytest.mark.slow),
        pytest.param("laptop", "light", marks=pytest.mark.slow),
    ],
)
def test_the_page_of_a_sweep_is_alone_fits_and_is_open_to_everybody(
    browser: Any, file: Path, width: str, theme: str
) -> None:
    """Only the file is asked for, nothing is wider than the window, no label is cut or covers another one of its axis,
    and axe-core finds no violation with every table unfolded."""
    from axe_playwright_python.sync_playwright import Axe

    across, down = WIDTHS[width]
    context = browser.new_context(viewport={"width": across, "height": down}, color_scheme=theme)
    tab, exposing_neighbours = context.new_page(), []
    tab.on("console", lambda message: exposing_neighbours.append(f"console: {message.text}"))
    tab.on("request", lambda asked: exposing_neighbours.append(f"request: {asked.url}"))
    tab.goto(file.as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert exposing_neighbours == [f"request: {file.as_uri()}"]
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert tab.evaluate("[...document.querySelectorAll('svg.picture')].filter(s => s.clientWidth > 0).length") == 3
    assert tab.evaluate(CUT) == []
    found = Axe().run(tab)
    assert len(found.response["passes"]) >= 15
    assert found.violations_count == 0, found.generate_report()
    context.close()


# texts that stick out of their drawing, and texts that lie upon each other
CUT = """[...document.querySelectorAll('svg.picture')].filter(s => s.clientWidth > 0).flatMap(svg => {
  const edge = svg.getBoundingClientRect();
  const all = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
  const out = all.filter(([, r]) => r.left < edge.left - 1 || r.right > edge.right + 1 || r.top < edge.top - 1
    || r.bottom > edge.bottom + 1).map(([text]) => 'cut: ' + text);
  const upon = all.flatMap(([text, a], i) => all.slice(i + 1).filter(([, b]) => a.left < b.right - 1
    && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3).map(([other]) => text + ' upon ' + other));
  return [...out, ...upon];
})"""
