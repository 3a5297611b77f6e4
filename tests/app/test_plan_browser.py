"""The strategist's page in a browser: a slider moves the answer, steps are taken back, files open, ten questions, a curve."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from served import Server
from test_plan_cards import SMALL

import viralsim as vs


@pytest.fixture
def plan(page: Any, server: Server, tmp_path: Path) -> Any:
    """The page of a small plan whose first answer is there."""
    page.goto(f"{server.address}/?learn=luck")
    page.get_by_role("button", name="open a scenario").wait_for()
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    page.locator("input[type=file]").set_input_files(str(path))
    page.locator(".vs-lead", has_text="Expect").wait_for()
    return page


def settled(page: Any, other_than: str) -> str:
    """The answer once it is another and all simulations are in it: a slow machine shows one of fewer before."""
    page.wait_for_function(
        """old => document.querySelector('.vs-lead').textContent !== old
            && document.body.innerText.includes('mean of 40 simulations')""",
        arg=other_than,
    )
    return str(page.locator(".vs-lead").inner_text())


def test_a_slider_moves_the_answer_and_undo_brings_it_back(plan: Any) -> None:
    """The answer is the library's, before and after; two plans stand side by side."""
    plan.get_by_text("mean of 40 simulations").wait_for()
    plan.get_by_text("What matters most").wait_for()  # the sliders move to new places when that is found
    before = plan.locator(".vs-lead").inner_text()
    scenario = vs.loads(SMALL)
    assert before == vs.simulate(scenario, repeat_trust=False).first_screen[0].text
    plan.get_by_role("button", name="keep this plan to compare").click()
    plan.locator("[role=slider][aria-label=advocates] [tabindex]").press("ArrowRight")
    after = settled(plan, before)
    changed = scenario.override({"campaign.advocates.count": 11})
    assert after == vs.simulate(changed, repeat_trust=False).first_screen[0].text
    plan.get_by_text("count (advocates): as opened in plan A, 11 in plan B").wait_for()
    plan.reload()  # the plan and its history are kept
    plan.locator(".vs-lead", has_text="Expect").wait_for()
    plan.get_by_text("mean of 40 simulations").wait_for()
    assert plan.locator(".vs-lead").inner_text() == after
    plan.get_by_role("button", name="undo").click()
    assert settled(plan, after) == before


@pytest.mark.slow
def test_the_report_is_taken_away(plan: Any, tmp_path: Path) -> None:
    """PowerPoint and Excel come down and read back with the answer; the plan that is saved is the plan."""
    pptx, openpyxl = pytest.importorskip("pptx"), pytest.importorskip("openpyxl")
    found = {}
    for kind, ending in (("PowerPoint", ".pptx"), ("Excel", ".xlsx"), ("", ".yaml")):
        with plan.expect_download() as download:
            plan.get_by_role("button", name=f"export {kind}" if kind else "save as YAML").click()
        found[ending] = tmp_path / f"Small{ending}"
        assert download.value.suggested_filename == f"Small{ending}"
        download.value.save_as(found[ending])
    lead = vs.simulate(vs.loads(SMALL), what_turns_it=True).first_screen[0].text
    deck = pptx.Presentation(str(found[".pptx"]))
    assert lead in [s.text_frame.text for slide in deck.slides for s in slide.shapes if s.has_text_frame]
    book = openpyxl.load_workbook(found[".xlsx"])
    assert lead in [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
    assert vs.load(found[".yaml"]).spec == vs.loads(SMALL).spec


@pytest.mark.slow
def test_ten_questions_end_in_a_report(page: Any, server: Server) -> None:
    """A wrong answer is said beside it; right ones are written, run, and the report opens; what was assumed is listed."""
    page.goto(f"{server.address}/new")
    budget = page.get_by_label(re.compile("How much money may be spent"))
    budget.fill("much")
    page.get_by_text("must be an amount above 0").wait_for()
    budget.fill("1500")
    page.get_by_label(re.compile("How many days")).fill("3")
    page.get_by_role("button", name="write, run and report").click()
    page.locator(".vs-lead", has_text="Expect").wait_for()
    page.get_by_text(re.compile("What your scenario assumes")).click()
    page.get_by_text("channel: instagram", exact=True).wait_for()
    page.wait_for_selector("iframe.vs-report")
    assert page.frame_locator("iframe.vs-report").locator(".verdict").first.is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_curve_is_pasted_and_pages_are_open_to_everybody(page: Any, server: Server, theme: str) -> None:
    """Where it ends is said and drawn; axe-core finds no violation there and on the ten questions, on a phone neither."""
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=theme)
    page.goto(f"{server.address}/running")
    page.get_by_role("button", name="forecast").click()
    page.get_by_text("paste a curve first").wait_for()
    page.get_by_label("the curve so far").fill("1,10\n2,15\n4,22")
    page.get_by_role("button", name="forecast").click()
    page.get_by_text(re.compile("^22 shares after 4 h")).wait_for()
    assert page.locator(".vs-drawn svg").first.is_visible()
    found = Axe().run(page).response["violations"]
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.address}/new")
    page.get_by_role("button", name="write, run and report").wait_for()
    found += Axe().run(page).response["violations"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []


def test_a_plan_is_open_to_everybody(plan: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    plan.get_by_text("What matters most").wait_for()
    for theme, width in (("light", 1280), ("dark", 390)):
        plan.emulate_media(color_scheme=theme)
        plan.set_viewport_size({"width": width, "height": 844})
        plan.wait_for_timeout(300)
        found = Axe().run(plan).response["violations"]
        assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []
        assert plan.evaluate("document.documentElement.scrollWidth") <= width
