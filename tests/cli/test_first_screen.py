"""What ``viralsim run`` prints first: at most 15 lines, the answer at the top, every sentence short."""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from synthetic_result import changed, synthetic_result
from test_run_output import console_text

from viralsim.cli.render import render
from viralsim.cli.render_answer import first_sentence, render_answer
from viralsim.report.run_page import page

LABELS = ["Answer", "Money", "Risk", "Rests on", "Unless", "Next"]
LONGEST = "a_name_of_an_arm_that_is_as_long_as_names_may_be_" + "x" * 31


def screen(result, width=80, saved_to=""):
    return console_text(lambda console: render_answer(result, console, "viralsim run a.yaml", saved_to), width)


def wide(line):
    return line.startswith(("all tables:", "saved in"))


@pytest.mark.parametrize("saved_to", ["", "results/spring"])
def test_the_answer_is_in_fifteen_lines_with_its_parts_in_order(saved_to):
    """The question, then answer, money, risk, basis, conditions, the next step, and how to see the rest."""
    lines = screen(synthetic_result(asked_arms=("advocates", "paid")), saved_to=saved_to).splitlines()
    assert len(lines) <= 15
    assert lines[0] == "Is a community-advocate programme worth more than paid media?"
    assert [line[:10].strip() for line in lines if line[:10].strip() in LABELS] == LABELS
    assert lines[1].startswith("Answer    Expect ")
    assert lines[-1] == "all tables: viralsim run a.yaml --full"
    assert max(len(line) for line in lines if not wide(line)) <= 80


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=25)
@given(
    st.sampled_from([3, 40, 300]),
    st.sampled_from([("advocates", "paid"), ("integrated", "paid"), ("organic", "paid"), ()]),
    st.floats(0, 3000),
    st.text(st.characters(codec="utf-8"), max_size=400),
)
def test_fifteen_lines_hold_whatever_is_asked(worlds, asked, effect, about):
    """Any pair, any effect, any question."""
    effects = {"organic": 0.0, "paid": 150.0, "advocates": effect, "integrated": 1000.0}
    lines = screen(synthetic_result(worlds=worlds, effects=effects, asked_arms=asked, about=about)).splitlines()
    assert len(lines) <= 15


def test_long_names_still_fit():
    """Arms of 80 letters: sentences are left out until 15 lines hold, the answer never."""
    base = synthetic_result(worlds=100)
    names = {"organic": "organic", "paid": LONGEST, "advocates": LONGEST[:-1] + "y"}
    arms = {new: replace(base.arms[old], name=new) for old, new in names.items()}
    text = screen(changed(base, arms=arms, asked_arms=(names["advocates"], names["paid"])))
    assert len(text.splitlines()) <= 15
    assert names["advocates"] in re.sub(r"\s", "", text)


def test_the_page_opens_with_the_same_sentences():
    """The report's first screen has every part of the terminal's."""
    result = synthetic_result(worlds=60, asked_arms=("advocates", "paid"))
    html = page(result, trees=False)
    for part in result.first_screen:
        assert part.text in html
    assert html.index(result.first_screen[0].text) < html.index("The options side by side")


def test_no_sentence_has_more_than_thirty_words():
    """A stranger reads them aloud."""
    cases = [synthetic_result(asked_arms=asked) for asked in (("advocates", "paid"), ("paid",), ())]
    cases += [synthetic_result(worlds=40, effects={"organic": 0.0, "paid": 40.0}), synthetic_result(goal=None)]
    sentences = [sentence for result in cases for part in result.first_screen for sentence in part.sentences]
    assert [s for s in sentences if len(s.split()) > 30] == []


@pytest.mark.parametrize(
    ("text", "first"),
    [("Is it? Then that.", "Is it?"), ("One line", "One line"), ("Cost 3.5 USD. More.", "Cost 3.5 USD."), ("", "")],
)
def test_the_question_is_the_first_sentence(text, first):
    """A long description is cut after its first sentence, and only there."""
    assert first_sentence(text) == first


def test_the_words_are_a_client_s():
    """Campaign and simulation, not launch and world, on the first screen and in all tables behind it."""
    result = synthetic_result(worlds=300, asked_arms=("advocates", "paid"), scenario_name="Spring", uncertain=False)
    everything = console_text(lambda console: render(result, console))
    for text in (screen(result), everything):
        assert re.findall(r"\b(?:launch|launches|world|worlds)\b", text, re.IGNORECASE) == []
