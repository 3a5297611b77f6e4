"""The strategist's page without a browser: history, cards, live answer, two plans, files, ten answers, a pasted curve."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import viralsim as vs
from viralsim.app.plan.cards import CARDS, card_of, label_of, sliders
from viralsim.app.plan.files import exported
from viralsim.app.plan.guided_page import written
from viralsim.app.plan.history import History, difference
from viralsim.app.plan.live import Moved, live, what_moves
from viralsim.app.plan.running import Pasted, acted, fan_of
from viralsim.app.plan.side_by_side import drawn
from viralsim.app.work import Question
from viralsim.errors import InputError
from viralsim.report.selectors import role

ROOT = Path(__file__).parents[2]
FLAGSHIP = vs.load(ROOT / "scenarios" / "advocates_vs_paid.yaml")
SMALL = """
viralsim: 1
name: Small
about: Are advocates worth more than advertising?
worlds: 40
horizon: 3d
audience: {members: 1000}
channels: {x: {visibility: 0.3, network: {generate: {mean_following: 12}}}}
content: {post: {appeal: 0.02, conversion_rate: 0.05, value_usd: 20}}
campaign:
  content: post
  paid: [{channel: x, budget_usd: 100, cpm_usd: 10, starts: 0h}]
  advocates: {count: 10, choose: degree, channels: [x], posts_at: [1h], cost_usd: 10}
arms: {paid: {campaign.advocates: null}, advocates: {campaign.paid: []}}
baseline: paid
goal: {measure: conversions, matters_from: 1}
"""


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.sampled_from(["add", "undo", "redo"]))))
def test_history_is_that_of_a_list(steps: list[tuple[str, int, str]]) -> None:
    """What is in force is what a list of states with a place in it says; undo and redo end at its ends."""
    history, states, at = History(), [{}], 0
    changes: dict[str, Any] = {}
    for path, value, do in steps:
        if do == "add":
            changes = {**states[at], path: value}
            history.add(f"{path} {value}", changes)
            states, at = [*states[: at + 1], changes], at + 1
        else:
            at = max(0, at - 1) if do == "undo" else min(len(states) - 1, at + 1)
            getattr(history, do)()
        assert history.changes == states[at]


def test_one_slider_that_is_dragged_is_one_step() -> None:
    history = History()
    for value in range(5):
        history.add(f"a: {value}", {"a": value}, "a")
    history.add("b: 1", {"a": 4, "b": 1}, "b")
    assert [step.said for step in history.steps] == ["as it was opened", "a: 4", "b: 1"]
    assert difference(history.steps[1].changes, history.steps[2].changes) == [("b", None, 1)]


def test_what_matters_most_comes_first_and_once() -> None:
    """Each slider has a card; what was found to move the answer is on the first; what each simulation draws has none."""
    path = "content.teaser.conversion_trust.paid"
    moved = (Moved(path, 0.1, 130.0, "a lot"), Moved("campaign.advocates.cost_usd", 40.0, 90.0, "much"))
    found = sliders(FLAGSHIP, moved)
    assert [one.control.path for one in found[:2]] == [path, "campaign.advocates.cost_usd"]
    assert [one.card for one in found[:3]] == [CARDS[0], CARDS[0], "Audience"]
    paths = [one.control.path for one in found]
    assert len(set(paths)) == len(paths)
    assert not set(paths) & set(FLAGSHIP.spec.ranges)
    for one in found:
        for value in (one.control.low, one.control.high):
            assert FLAGSHIP.override({one.control.path: int(value) if one.control.whole else value})
    assert label_of(path) == "conversion trust in paid (teaser)"
    assert [card_of(one) for one in ("audience.hostility", "campaign.paid[0].budget_usd", "campaign.advocates.count")] == [
        "Audience", "Money", "Options",
    ]  # fmt: skip


def test_the_live_answer_is_that_of_the_goal() -> None:
    """Every arm has its colour, its mean of the goal's measure and its money; the pictures are of conversions, not of shares."""
    question = Question(vs.loads(SMALL), {"campaign.advocates.count": 12})
    answer = live(question)
    result = vs.simulate(question.scenario(), answer.world_count, repeat_trust=False)
    assert answer.unit == "conversions"
    for arm in answer.arms:
        assert arm.mean == result.summaries[arm.name]["conversions"].mean
        assert arm.profit == result.summaries[arm.name]["net_usd"].mean
        assert arm.role == role(result, arm.name)
        assert f"f-{arm.role}" in answer.drawn
    assert len({arm.role for arm in answer.arms}) == len(answer.arms) == 2
    assert "Conversions over time" in answer.drawn
    assert answer.lines[0] == ("Answer", result.first_screen[0].text)
    both = drawn(answer, live(Question(vs.loads(SMALL), {})), ["advocates: 12 in plan A"])
    assert both.count("vs-bar") == 4


def test_sensitivity_ranks_what_is_assumed() -> None:
    """Money and conversions are set beside each other by the part of the difference that they move."""
    scenario = vs.loads(SMALL)
    found = what_moves(Question(scenario, {}), 40)
    moves = {move.path: move for move in vs.simulate(scenario, 40, what_turns_it=True).moves}
    parts = [moves[one.path].size / abs(moves[one.path].now_mean) for one in found]
    assert parts == sorted(parts, reverse=True)
    assert {"content.post.conversion_rate", "content.post.value_usd"} <= {one.path for one in found}


def test_exports_open_again() -> None:
    """PowerPoint and Excel read back with the answer in them."""
    pptx, openpyxl = pytest.importorskip("pptx"), pytest.importorskip("openpyxl")
    question = Question(vs.loads(SMALL), {})
    lead = vs.simulate(question.scenario(), 20, what_turns_it=True).first_screen[0].text
    deck = pptx.Presentation(io.BytesIO(exported(question, 20, ".pptx")))
    said = [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
    assert lead in said
    book = openpyxl.load_workbook(io.BytesIO(exported(question, 20, ".xlsx")))
    assert lead in [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
    assert exported(question, 20, ".html").decode().rstrip().endswith("</html>")
    with pytest.raises(InputError, match="must end in one of"):
        exported(question, 20, ".doc")


def test_ten_answers_are_those_of_the_terminal(tmp_path: Path) -> None:
    """The page writes what `viralsim new` writes; a wrong answer is refused by its name."""
    text, assumed, scenario = written({"followers": "8000", "budget_usd": "3000"}, str(tmp_path))
    assert scenario.spec.campaign.owned[0].followers == 8000
    assert scenario.spec.campaign.paid[0].budget_usd == 3000
    assert "# your answer" in text
    assert "channel: instagram" in assumed
    with pytest.raises(InputError, match="followers: must be a whole number"):
        written({"followers": "many"}, str(tmp_path))


@pytest.mark.parametrize(
    "text", ["hours,shares\n1,10\n2,15\n", "1,10\n2,15", "1 10\n2 15\n", "1\t10\n2\t15", " 1;10\n2;15\n\n"]
)
def test_a_curve_is_pasted_as_people_do(text: str) -> None:
    """With or without a head, whatever is between the columns: the same forecast."""
    found = fan_of(Pasted(text, target=20))
    assert found == fan_of(Pasted("hours,shares\n1,10\n2,15\n", target=20))
    assert found.sentences[0].startswith("15 shares after 2 h")
    assert "<svg" in found.drawn


@pytest.mark.parametrize(
    "text",
    [
        "0,5 10\n1,5 15",
        "0.5 10\n\n1.5 15",
        "hours shares\n0.5 10\n1.5 15",
        "Stunden;Geteilt\n0,5;10\n1,5;15",
        "0,5\t10\n1,5\t15",
    ],
)
def test_half_hours_are_pasted_as_people_write_them(text: str) -> None:
    """A decimal comma between blanks is no separator."""
    assert fan_of(Pasted(text)).sentences[0].startswith("15 shares after 1.5 h")


def test_rows_may_count_the_shares_since_the_row_before() -> None:
    """The checkbox of the page; without it a fall is refused in the page's own words."""
    text = "1,10\n2,5"
    assert fan_of(Pasted(text, per="interval")) == fan_of(Pasted("1,10\n2,15"))
    with pytest.raises(InputError, match="tick “each row counts the shares since the row before”"):
        fan_of(Pasted(text))


@pytest.mark.parametrize(
    ("text", "word"), [("", "paste a curve first"), ("1,10\n2,5", "curve.csv"), ("a,b\n1,2", "curve.csv")]
)
def test_what_is_no_curve_is_refused(text: str, word: str) -> None:
    with pytest.raises(InputError, match=word):
        fan_of(Pasted(text))


def test_an_action_says_what_it_changes() -> None:
    """An arm that differs only from now on is run from worlds that met the curve; one that differs before is refused."""
    late = vs.loads(SMALL.replace("posts_at: [1h]", "posts_at: [30h]")).override(
        {"arms": {"nothing": {"campaign.advocates": None}, "ask": {}}, "baseline": "nothing", "worlds": 200}
    )
    curve = "1,1\n6,4\n12,7"
    said = acted(Pasted(curve, scenario=Question(late, {})), "ask")
    assert said[0].startswith("what to do now, against nothing: 200 worlds")
    assert said[1].startswith("ask: ")
    with pytest.raises(InputError, match="an action needs a scenario"):
        acted(Pasted(curve), "ask")
    with pytest.raises(InputError):
        acted(Pasted(curve, scenario=Question(vs.loads(SMALL), {})), "advocates")
