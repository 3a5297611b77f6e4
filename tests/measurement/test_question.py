"""The question is answered about the asked pair: its arms, its answer, its sentence."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic_result import arm_of, changed, synthetic_result

from viralsim.measurement.number_format import in_places, number, supported
from viralsim.records.record import Goal
from viralsim.results import open_result


def pair_result(effects, costs, **changes):
    """A result whose arms have these extra shares and these costs."""
    base = synthetic_result(effects=effects)
    arms = {
        name: arm_of(name, base.arms[name].measures["shares"], {"ads": costs[name]} if costs[name] else {})
        for name in effects
    }
    return changed(base, arms=arms, **changes)


EFFECTS = {"organic": 0.0, "paid": 150.0, "advocates": 400.0, "integrated": 1000.0}


def test_the_arms_that_the_scenario_names_are_asked():
    """Named first minus second, in the goal's measure, although a third arm leads."""
    result = synthetic_result(asked_arms=("advocates", "paid"))
    question = result.question
    assert (question.arms, question.answer, question.measure) == (("advocates", "paid"), "better", "conversions")
    row = result.compare("advocates", "paid").loc["conversions"]
    assert question.uplift == row["uplift"] == pytest.approx(50, abs=0.2)
    assert (question.ci_low, question.ci_high) == (row["ci_low"], row["ci_high"])
    assert question.cost_difference == pytest.approx(1333 - 2000)
    places = supported(row["ci_low"], row["ci_high"])
    more, low, high = (in_places(row[name], places) for name in ("uplift", "ci_low", "ci_high"))
    assert question.sentence == (
        f"Expect {more} more conversions with advocates than with paid for 667 USD less "
        f"(95 % interval {low} to {high}; better in 100 % of runs)."
    )


def test_the_order_of_the_names_turns_the_sign_and_not_the_answer():
    """Asked the other way round, uplift and cost difference change sign; the sentence is the same."""
    there = synthetic_result(asked_arms=("advocates", "paid")).question
    back = synthetic_result(asked_arms=("paid", "advocates")).question
    assert (back.uplift, back.cost_difference) == (-there.uplift, -there.cost_difference)
    assert (back.ci_low, back.ci_high) == (-there.ci_high, -there.ci_low)
    assert (there.answer, back.answer) == ("better", "worse")
    assert there.sentence == back.sentence


def test_one_named_arm_is_compared_with_the_baseline():
    """One arm: against the baseline."""
    assert synthetic_result(asked_arms=("paid",)).question.arms == ("paid", "organic")


def test_without_a_question_the_two_arms_of_equal_cost_are_asked():
    """Equal within 1 %, the baseline apart; a third arm of another cost is not asked about."""
    costs = {"organic": 0.0, "paid": 1000.0, "advocates": 1009.0, "integrated": 2000.0}
    assert pair_result(EFFECTS, costs).question.arms == ("paid", "advocates")


@pytest.mark.parametrize("third", [1020.0, 1000.0])
def test_without_one_equal_pair_the_leader_and_the_baseline_are_asked(third):
    """No equal pair, or three of them: the arm with the best mean against the baseline."""
    costs = {"organic": 0.0, "paid": 1000.0, "advocates": third, "integrated": third + (third - 1000.0)}
    assert pair_result(EFFECTS, costs).question.arms == ("integrated", "organic")


def test_an_arm_that_was_not_run_is_not_asked():
    """With --arm only some arms run: then the question is read from those."""
    result = synthetic_result(effects={"organic": 0.0, "paid": 150.0}, asked_arms=("advocates", "paid"))
    assert result.question.arms == ("paid", "organic")


def test_equivalence_is_said_as_equivalence():
    """A difference below what matters is "about the same", not a winner."""
    result = synthetic_result(effects={"organic": 0.0, "paid": 20.0}, asked_arms=("paid",))
    assert result.question.answer == "equivalent"
    assert result.question.sentence.startswith("Paid and organic bring about the same: ")
    (answer, *_) = result.first_screen
    assert answer.sentences[1] == "Only 20 conversions or more would matter."


def test_few_simulations_cannot_tell_and_the_next_step_is_more_of_them():
    """An interval across what matters is inconclusive; nothing is chosen."""
    rng = np.random.default_rng(1)
    arms = {name: arm_of(name, rng.integers(0, 1500, 40).astype(float), {}) for name in ("organic", "advocates")}
    result = changed(synthetic_result(worlds=40), arms=arms)
    assert result.question.answer == "inconclusive"
    assert result.question.sentence.startswith("These simulations cannot tell ")
    assert result.first_screen[-1].text.startswith("Do not decide on this result.")


def test_a_measure_that_cannot_be_compared_is_said_and_has_no_numbers():
    """A measure of cascades only: null in JSON, and the reason in the sentence."""
    found = synthetic_result(goal=Goal("structural_virality", 0.1)).to_dict()["question"]
    assert (found["answer"], found["uplift"], found["ci_low"]) == ("undefined", None, None)
    assert "cannot be compared in structural virality" in found["sentence"]


def test_one_arm_asks_nothing():
    """A single arm: no question, and the first screen says how differently its campaigns end."""
    result = synthetic_result(effects={"organic": 0.0})
    assert result.question is None
    assert result.to_dict()["question"] is None
    values = result.arms["organic"].measures["conversions"]
    half, tenth = (number(float(np.quantile(values, level))) for level in (0.5, 0.9))
    assert f"at most {half} conversions, one in ten {tenth} or more" in result.first_screen[0].text


def test_no_goal_is_said():
    """Without a goal the difference is shown, and no winner is named."""
    (answer, *_) = synthetic_result(goal=None).first_screen
    assert answer.sentences[1] == "No goal is named, so no winner is named."


def test_a_plan_that_loses_money_is_not_recommended():
    """Where both arms lose money on average, neither is to be bought, whichever brings more."""
    costs = {"organic": 0.0, "paid": 90_000.0, "advocates": 90_000.0}
    result = pair_result({"organic": 0.0, "paid": 150.0, "advocates": 400.0}, costs)
    assert result.first_screen[-1].sentences[0] == (
        "Spend on neither advocates nor paid at this price: both lose money on average."
    )


def test_the_winner_outside_the_question_is_named_last():
    """The question is about two arms; a third that beats them is a thing to look at, with its extra cost."""
    result = synthetic_result(asked_arms=("advocates", "paid"))
    assert re.match(
        r"With integrated, expect [\d.]+ more conversions than with advocates for 4,020 USD more \(95 % interval .*\), "
        r"but less profit\.$",
        result.first_screen[-1].sentences[-1],
    )


def test_the_question_survives_the_disk(tmp_path):
    """A stored result answers the same question."""
    result = synthetic_result(worlds=50, asked_arms=("advocates", "paid"))
    result.save(tmp_path / "run")
    assert open_result(tmp_path / "run").question == result.question


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_rounding_keeps_the_ends_of_an_interval_apart(middle, half):
    """What is rounded to what an interval supports lies within half a place of itself, and the ends differ."""
    low, high = middle - half, middle + half
    places = supported(low, high)
    texts = [in_places(value, places) for value in (low, high)]
    assert texts[0] != texts[1]
    values = [float(text.replace(",", "")) for text in texts]
    assert np.allclose(values, (low, high), rtol=1e-9, atol=0.51 * 10.0**-places)
