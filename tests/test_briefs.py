"""The briefs of docs/briefs: each is a scenario that runs, its page says what it costs, and the navigation leads there."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.cli import main

FOLDER = Path(__file__).parents[1] / "docs" / "briefs"
BRIEFS = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def test_there_are_six_and_each_has_a_page() -> None:
    """A scenario, a page, an entry in the navigation and in the list."""
    assert BRIEFS == ["app", "b2b", "charity", "festival", "food", "museum"]
    navigation = (FOLDER.parents[1] / "mkdocs.yml").read_text()
    listed = (FOLDER / "index.md").read_text()
    for name in BRIEFS:
        assert f"briefs/{name}.md" in navigation
        assert f"]({name}.md)" in listed


@pytest.mark.slow
@pytest.mark.parametrize("name", BRIEFS)
def test_the_page_says_what_check_says(name: str) -> None:
    """The cost of every arm, in the scenario's currency, to the cent."""
    checked = CliRunner().invoke(main, ["check", str(FOLDER / f"{name}.yaml")])
    assert checked.exit_code == 0, checked.output
    costs = [line for line in checked.output.splitlines() if line.startswith("cost of ")]
    page = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert [line for line in page.splitlines() if line.startswith("cost of ")] == costs


@pytest.mark.slow
@pytest.mark.parametrize("name", BRIEFS)
def test_it_runs_and_adds_up(name: str) -> None:
    """Every arm brings something, and value less all lines of cost is the net value, world by world."""
    result = vs.simulate(vs.load(FOLDER / f"{name}.yaml"), worlds=4)
    for arm in result.arms.values():
        assert arm.measures["reach"].min() > 0
        net = arm.measures["value_usd"] - sum(arm.cost_lines.values())
        assert arm.measures["net_usd"] == pytest.approx(net, abs=1e-6)
        assert (arm.measures["clicks"] >= arm.measures["landings"]).all()
        assert (arm.measures["landings"] >= arm.measures["conversions"] - 1e-9).all()
