"""``docs/answers.md`` has the first screen of every scenario, each with the parts that a reader needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import viralsim as vs
from viralsim.cli.render_answer import MOST_LINES, first_sentence

ROOT = Path(__file__).parent.parent
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
SCREENS = dict(
    re.findall(r"^## (\w+)\n\n```text\n(.*?)\n```$", (ROOT / "docs" / "answers.md").read_text(), re.M | re.S)
)


def test_every_scenario_has_its_screen() -> None:
    """One section per scenario, in their order."""
    assert list(SCREENS) == [path.stem for path in SCENARIOS]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_screen_has_question_answer_ground_and_command(path: Path) -> None:
    """At most 15 lines of 80 columns: the question as the file asks it, the answer, what it rests on, how to see more."""
    lines = SCREENS[path.stem].splitlines()
    scenario = vs.load(path)
    assert len(lines) <= MOST_LINES
    *printed, command = lines
    assert max(map(len, printed)) <= 80
    labels = [line[:10].strip() for line in printed if line[:1].strip()]
    question = first_sentence(scenario.spec.about or "") or scenario.name
    assert " ".join(printed).startswith(question[:60])
    assert "Answer" in labels
    assert "Rests on" in labels
    if len(scenario.arm_names) > 1:
        assert "Next" in labels
    assert command.startswith(f"all tables: viralsim run scenarios/{path.name} ")


def test_screens_are_words_for_a_client() -> None:
    """None of the words of the engine is in them."""
    for text in SCREENS.values():
        assert not re.search(r"\b(worlds?|launch(es)?|ticks?|nan)\b", text.replace("--worlds", ""), re.I), text
