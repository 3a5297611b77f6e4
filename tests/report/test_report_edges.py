"""The page of results at the edge: one world, one arm, no goal, nothing happened, many arms of long names."""

from __future__ import annotations

import pickle
import re
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.synthetic_result import arm_of, synthetic_result
from viralsim.records.record import ArmOutcomes, PopulationSummary
from viralsim.report import page
from viralsim.report.charts.gallery import DRAWS
from viralsim.results import Result


def changed(result: Result, **changes: Any) -> Result:
    return Result(**{**{f.name: getattr(result, f.name) for f in fields(result)}, **changes})


def bare(arm: ArmOutcomes) -> ArmOutcomes:
    """An arm that kept its measures only."""
    return ArmOutcomes(arm.name, arm.measures)


BASE = synthetic_result(worlds=40)
PAID = BASE.arms["paid"]
NOTHING = np.zeros(40)
CASES = {
    "one world": synthetic_result(worlds=1),
    "two worlds": synthetic_result(worlds=2),
    "one arm": changed(BASE, arms={"paid": PAID}, baseline=None),
    "no goal": changed(BASE, goal=None),
    "no rules": changed(BASE, viral_when=None, flop_when=None),
    "measures only": changed(BASE, arms={name: bare(arm) for name, arm in BASE.arms.items()}),
    "nothing happened": changed(BASE, arms={"a": arm_of("a", NOTHING, {}), "b": arm_of("b", NOTHING, {})}, baseline="a"),
    "no question": changed(BASE, about="", vital_signs=(), assumptions=(), scenario_yaml="", scenario_file=""),
    "uncertain inputs": changed(BASE, uncertain=True, inputs_of_world={"content.post.appeal": np.linspace(0.1, 0.3, 40)}),
    "audiences": changed(BASE, populations_of_world=np.arange(40, dtype=np.int32) % 8,
                         population=PopulationSummary(50_000, 40, {"instagram": 9}, count=8)),
    "stopped early": changed(BASE, interrupted=True),
    "calibrated": changed(BASE, calibrated=True),
    "eleven arms": changed(
        BASE,
        arms={f"a very long name of an arm, number {i:02}": arm_of(f"a very long name of an arm, number {i:02}",
              PAID.measures["shares"] + i, {"paid": 10.0 * i}) for i in range(11)},
        baseline="a very long name of an arm, number 00",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_result_has_a_page(case: str) -> None:
    """No result is too small or too poor for a page; no number in it is "nan", and no drawing leads nowhere."""
    text = page(CASES[case], trees=False)
    assert CASES[case].scenario_name in text
    assert not re.search(r"\bnan\b|\binf\b|not defined to", text)
    assert text.count('<svg class="picture wide"') == text.count("<figure")


DRAWN: set[bytes] = set()  # what matplotlib drew: half of the pictures are those of an earlier case


@pytest.mark.parametrize("case", CASES)
def test_every_plot_is_a_figure_or_a_word(case: str) -> None:
    """What the page draws, matplotlib draws too."""
    from viralsim.report.charts.matplotlib_figure import draw

    for picture in (found for drawn in DRAWS if (found := drawn(CASES[case])) is not None):
        seen = pickle.dumps((picture.title, picture.chart))
        if seen in DRAWN:
            continue
        DRAWN.add(seen)
        figure = draw(picture)
        figure.draw_without_rendering()
        assert len(figure.axes) == len(picture.chart.panels)


def test_words_of_an_early_stop_and_of_calibration_are_there() -> None:
    """A page never hides that a run was stopped, nor claims a calibration that is not."""
    assert "stopped early" in page(CASES["stopped early"], trees=False)
    assert "Nothing here is fitted" in page(BASE, trees=False)
    assert "fitted to observed campaigns" in page(CASES["calibrated"], trees=False)
    assert "Nothing here is fitted" not in page(CASES["calibrated"], trees=False)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=40), about=st.text(max_size=60), arm=st.text(min_size=1, max_size=40))
def test_any_words_make_a_sound_page(name: str, about: str, arm: str) -> None:
    """Whatever letters a scenario's names hold, the page stays one page: as many tags open as close, and it can be stored."""
    worlds = replace(PAID, name=arm)
    result = changed(BASE, scenario_name=name, about=about, arms={arm: worlds}, baseline=None)
    text = page(result, trees=False)
    text.encode("utf-8")
    for tag in ("figure", "svg", "table", "details", "section", "h1", "style", "title"):
        assert len(re.findall(rf"<{tag}[ >]", text)) == text.count(f"</{tag}>")
    assert text.count("<h1>") == 1
    assert "<script" not in text
