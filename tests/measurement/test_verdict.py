"""The verdict says what the worlds can carry, and no more."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic_result import MATTERS_FROM_20, arm_of, changed, synthetic_result

from viralsim.measurement.compare import Comparison
from viralsim.measurement.findings import LESS, MORE, SAME, UNCLEAR, finding
from viralsim.measurement.measures import measure
from viralsim.measurement.number_format import estimate, money, number, percent, span
from viralsim.records.record import Goal, PopulationSummary

CONVERSIONS = measure("conversions")


def compared(low, high):
    return Comparison("paid", "organic", "conversions", uplift=(low + high) / 2, ci_low=low, ci_high=high)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (20.0, 40.0, MORE),
        (19.9, 40.0, UNCLEAR),
        (-40.0, -20.0, LESS),
        (-40.0, -19.9, UNCLEAR),
        (-20.0, 20.0, SAME),
        (5.0, 15.0, SAME),
        (-30.0, 30.0, UNCLEAR),
        (float("nan"), float("nan"), UNCLEAR),
    ],
)
def test_the_interval_is_set_against_the_smallest_difference_that_matters(low, high, expected):
    """Better only if the whole interval matters, no different only if none of it does, else unknown."""
    assert finding(compared(low, high), MATTERS_FROM_20, CONVERSIONS) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0.1, 9, MORE), (-9, -0.1, LESS), (-1, 1, UNCLEAR), (0, 0, SAME)]
)
def test_with_any_difference_mattering_the_sign_decides(low, high, expected):
    """matters_from 0: an interval on one side of 0 decides; one that holds 0 never says "no different"."""
    assert finding(compared(low, high), Goal("conversions", 0.0), CONVERSIONS) == expected


@given(st.floats(-50, 50), st.floats(0, 50), st.floats(0, 30))
def test_a_finding_is_mirrored_by_the_other_order(low, width, smallest):
    """If a is better than b then b is worse than a, and the other findings are the same both ways."""
    goal = Goal("conversions", smallest)
    there = finding(compared(low, low + width), goal, CONVERSIONS)
    back = finding(compared(-low - width, -low), goal, CONVERSIONS)
    assert back == {MORE: LESS, LESS: MORE}.get(there, there)


def test_the_winner_beats_every_other_arm():
    """With 1,000 more shares in every world, integrated wins, with interval, cost and price in the sentences."""
    verdict = synthetic_result().verdict
    assert verdict.winner == "integrated"
    text = " ".join(verdict.sentences)
    assert "The winner on conversions is integrated" in text
    assert re.search(r"Expect (79|80)\.\d+ more conversions with advocates than with organic \(95 % interval 79", text)
    assert "for 2,000 USD more: 66.7 USD for each" in text
    assert "loses money in" in text


def test_no_goal_names_no_winner():
    """Without a goal nothing is judged, and the sentence says how to name one."""
    verdict = synthetic_result(goal=None).verdict
    assert (verdict.measure, verdict.winner, verdict.overturned_by) == (None, None, ())
    assert "No goal is named, so no winner is named" in verdict.sentences[0]


def test_advocates_that_change_nothing_do_not_matter_here():
    """An effect wholly below what matters is said to be none, and the cheapest arm is named."""
    verdict = synthetic_result(effects={"organic": 0.0, "advocates": 20.0}).verdict
    assert verdict.winner is None
    assert "advocates and organic bring about the same here" in verdict.sentences[0]
    assert "the cheapest is organic (0 USD)" in verdict.sentences[1]


def test_worlds_that_cannot_tell_say_so_and_how_many_would():
    """Few worlds with luck of their own: the interval holds what matters and what does not."""
    rng = np.random.default_rng(1)
    arms = {name: arm_of(name, rng.integers(0, 1500, 40).astype(float), {}) for name in ("organic", "advocates")}
    verdict = changed(synthetic_result(worlds=40), arms=arms).verdict
    assert verdict.winner is None
    assert (
        "The simulations cannot tell whether advocates and organic differ by enough to matter" in verdict.sentences[0]
    )
    assert "simulations would tell" in verdict.sentences[0] or "hardly help" in verdict.sentences[0]
    assert "cannot be distinguished" in verdict.sentences[1]


def test_one_world_tells_nothing():
    """A single world has no interval, so it has no winner."""
    verdict = synthetic_result(worlds=1).verdict
    assert verdict.winner is None
    assert "Run more." in verdict.sentences[0]


def test_the_baseline_can_win():
    """An arm that does harm loses to the baseline."""
    verdict = synthetic_result(effects={"organic": 500.0, "paid": 0.0}).verdict
    assert verdict.winner == "organic"
    assert "100.00 fewer conversions" in verdict.sentences[0]


def test_fewer_is_better_for_critical_shares():
    """The arm with fewer critical shares wins."""
    verdict = synthetic_result(effects={"organic": 5000.0, "paid": 0.0}, goal=Goal("critical_shares", 5.0)).verdict
    assert verdict.winner == "paid"
    assert (
        "99.99 fewer critical shares with paid than with organic (95 % interval 99.97 to 100.01)"
        in verdict.sentences[0]
    )


def test_a_measure_of_cascades_only_is_no_goal():
    """What exists only where a cascade happened cannot be compared, and the reason is said."""
    verdict = synthetic_result(goal=Goal("structural_virality", 0.1)).verdict
    assert verdict.winner is None
    assert "cannot be compared" in verdict.sentences[0]


def test_an_uncalibrated_scenario_is_a_what_if():
    """The stamp stays unless the scenario was fitted to observed campaigns."""
    assert any("what-if and no forecast" in text for text in synthetic_result().verdict.sentences)
    assert not any("what-if" in text for text in synthetic_result(calibrated=True).verdict.sentences)


def test_one_network_conditions_the_answer():
    """One audience or an imported network: said; ten drawn audiences: not said."""
    ten = {"populations_of_world": np.arange(1000, dtype=np.int32) % 10}
    many = PopulationSummary(50_000, 40, {"x": 1}, count=10)
    imported = PopulationSummary(50_000, 40, {"x": 1}, imported=True)
    assert any("holds for this network" in text for text in synthetic_result().verdict.caveats)
    assert any("imported" in text for text in synthetic_result(population=imported).verdict.caveats)
    assert not any("network" in text for text in synthetic_result(population=many, **ten).verdict.caveats)


def test_the_range_is_quoted_where_inputs_are_uncertain():
    """With uncertain inputs each sentence has the range in 9 of 10 worlds beside the error of simulation."""
    assert "in 9 of 10 simulations" in synthetic_result(uncertain=True).verdict.sentences[0]
    assert "in 9 of 10 simulations" not in synthetic_result().verdict.sentences[0]


def trusts(**effects):
    return {name: arm.measures for name, arm in synthetic_result(effects=effects).arms.items()}


def test_trust_that_makes_the_winner_overturns_the_verdict():
    """If another arm wins with every trust at 1, the verdict says so and names trust first."""
    result = synthetic_result(trusts_at_one=trusts(organic=0.0, paid=900.0, advocates=300.0, integrated=500.0))
    verdict = result.verdict
    assert (verdict.winner, verdict.winner_with_trusts_at_one) == ("integrated", "paid")
    assert "With every trust set to 1 the verdict changes: paid wins, not integrated." in verdict.sentences
    assert (
        verdict.overturned_by == synthetic_result(trusts_at_one=None).verdict.overturned_by
    )  # the pair: still integrated


def test_trust_that_changes_a_finding_but_not_the_winner_is_told():
    """The winner stays, but an arm no longer matters: both are said."""
    result = synthetic_result(trusts_at_one=trusts(organic=0.0, paid=20.0, advocates=400.0, integrated=1000.0))
    assert result.verdict.winner_with_trusts_at_one == "integrated"
    assert any("the winner is still integrated, but paid against organic" in text for text in result.verdict.sentences)


def test_the_same_verdict_without_trust_is_said():
    """If nothing changes with every trust at 1, that is worth a sentence."""
    result = synthetic_result(trusts_at_one=trusts(organic=0.0, paid=150.0, advocates=400.0, integrated=1000.0))
    assert "With every trust set to 1 the verdict is the same." in result.verdict.sentences
    assert not any(text.startswith("trust") for text in result.verdict.overturned_by)


def test_the_break_even_cost_of_an_advocate_is_exact():
    """At the named cost of an advocate the net difference to the baseline is 0."""
    result = synthetic_result(effects={"organic": 0.0, "advocates": 400.0})
    row = next(r for r in result.comparisons if (r.arm, r.measure) == ("advocates", "net_usd"))
    expected = (1250.0 + row.uplift) / 50
    (text,) = [t for t in result.verdict.overturned_by if t.startswith("cost of an advocate")]
    assert text.startswith(
        f"cost of an advocate: {money(expected, 'USD')} (now 25 USD); above it organic earns more than advocates"
    )


def test_the_worth_of_a_conversion_that_just_pays_is_its_price():
    """Below the cost of one more conversion the arm no longer pays."""
    result = synthetic_result(effects={"organic": 0.0, "advocates": 400.0})
    row = next(r for r in result.comparisons if (r.arm, r.measure) == ("advocates", "conversions"))
    (text,) = [t for t in result.verdict.overturned_by if t.startswith("value of a conversion")]
    assert f"{money(row.cost_per_incremental, 'USD')} (now 30 USD); below it organic earns more than advocates" in text


def test_no_value_of_a_conversion_turns_arms_of_the_same_cost():
    """What a budget leaves that buys no whole impression (a cent) makes no threshold of 0.00 USD."""
    base = np.arange(100, 300).astype(float)
    arms = {
        "organic": arm_of("organic", base, {"paid": 2_400.0}),
        "advocates": arm_of("advocates", base + 40, {"advocates": 2_400.01}, 50),
    }
    result = changed(synthetic_result(worlds=200), arms=arms)
    assert not [text for text in result.verdict.overturned_by if text.startswith("value of a conversion")]


def test_an_uncertain_input_that_decides_is_named():
    """Advocates matter only where appeal is high: the input is named with both ends."""
    rng = np.random.default_rng(2)
    appeal = rng.uniform(0.0, 1.0, 600)
    base = rng.integers(50, 100, 600).astype(float)
    arms = {
        "organic": arm_of("organic", base, {}),
        "advocates": arm_of("advocates", base + np.floor(400 * np.maximum(appeal - 0.5, 0)), {"advocates": 100.0}, 50),
    }
    result = changed(
        synthetic_result(worlds=600),
        arms=arms,
        uncertain=True,
        inputs_of_world={"content.teaser.appeal": appeal, "noise": rng.uniform(0, 1, 600)},
    )
    named = [text.split(":")[0] for text in result.verdict.overturned_by]
    assert "content.teaser.appeal" in named
    assert "noise" not in named


def test_an_interrupted_run_says_how_many_worlds_it_has():
    """What was finished is an answer, but a smaller one."""
    assert any("1,000 simulations that were finished" in t for t in synthetic_result(interrupted=True).verdict.caveats)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (12_345.6, "12,300"),
        (34.25, "34.2"),
        (0.012345, "0.0123"),
        (-1234.0, "-1,230"),
        (999.6, "1,000"),
        (100.0, "100"),
        (float("nan"), "not defined"),
        (float("inf"), "without bound"),
    ],
)
def test_numbers_have_three_digits(value, text):
    """Three significant digits, commas at thousands, words for what is no number."""
    assert number(value) == text


def test_money_and_percent_read_well():
    """Cents below 10 USD; small and large probabilities keep a digit; 0 is 0 and 1 is 100 %."""
    assert [money(x, "USD") for x in (0.0, 3.456, 25.0, 1234.0)] == ["0 USD", "3.46 USD", "25 USD", "1,230 USD"]
    shown = [percent(x) for x in (0.0, 0.0004, 0.031, 0.25, 0.97, 0.9999, 1.0, float("nan"))]
    assert shown == ["0 %", "below 0.1 %", "3.1 %", "25 %", "97.0 %", "above 99.9 %", "100 %", "not defined"]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_an_interval_never_looks_like_a_point(low, width):
    """As many digits as tell the ends apart, up to six."""
    first, second = span(low, low + width).split(" to ")
    if width > 1e-4 * max(abs(low), abs(low + width)):
        assert first != second


def test_money_as_a_goal_is_worded_as_money():
    """Net value as the goal: so many USD more net value, and no second sentence about who is ahead in money."""
    verdict = synthetic_result(goal=Goal("net_usd", 100.0)).verdict
    assert verdict.winner == "advocates"
    text = " ".join(verdict.sentences)
    assert "USD more net value with advocates than with organic" in text
    assert "USD less net value with paid than with organic" in text
    assert "more than with" not in text.split("The winner on")[1]


def test_who_is_ahead_in_money_is_told_beside_the_winner():
    """Integrated wins on conversions, advocates are ahead in money: both are said."""
    assert any(
        t.startswith("With advocates a campaign earns ") and "more than with integrated" in t
        for t in synthetic_result().verdict.sentences
    )


def test_audiences_and_not_worlds_are_asked_for_where_audiences_limit():
    """With several audiences, more worlds would not narrow the interval; more audiences would."""
    rng = np.random.default_rng(1)
    arms = {name: arm_of(name, rng.integers(0, 1500, 40).astype(float), {}) for name in ("organic", "advocates")}
    audiences = (np.arange(40) % 4).astype(np.int32)
    verdict = changed(synthetic_result(worlds=40), arms=arms, populations_of_world=audiences).verdict
    assert "More populations would narrow it." in verdict.sentences[0]
    result = changed(synthetic_result(worlds=40), arms=arms, populations_of_world=audiences)
    assert any("rest on 4 audiences only" in text for text in result.all_warnings)


def test_two_arms_ahead_that_do_not_differ_share_the_lead():
    """Two arms beat the baseline and do not differ by what matters: both are named, none wins."""
    verdict = synthetic_result(effects={"organic": 0.0, "paid": 500.0, "advocates": 520.0}).verdict
    assert verdict.winner is None
    assert (
        "No winner is named on conversions: paid and advocates do not differ by enough to matter." in verdict.sentences
    )


def test_a_single_lead_that_is_not_sure_everywhere_is_no_win():
    """One arm is beaten by none but not sure to beat all: it leads, and no winner is named."""
    rng = np.random.default_rng(5)
    base = rng.integers(100, 200, 200).astype(float)
    arms = {
        "organic": arm_of("organic", base, {}),
        "paid": arm_of("paid", base + 300.0, {}),
        "advocates": arm_of("advocates", np.maximum(base + 300.0 + rng.integers(-800, 1100, 200), 0.0), {}),
    }
    verdict = changed(synthetic_result(worlds=200), arms=arms).verdict
    assert verdict.winner is None
    assert any(text.startswith("No winner is named") for text in verdict.sentences)


def test_what_advocates_would_have_to_cost_is_asked_also_where_paid_wins():
    """Paid media win; the price at which advocates would earn as much is told nevertheless."""
    verdict = synthetic_result(
        effects={"organic": 0.0, "paid": 500.0, "advocates": 400.0},
        goal=Goal("conversions", 5.0),
        asked_arms=("advocates", "paid"),
    ).verdict
    assert verdict.winner == "paid"
    assert any(
        t.startswith("cost of an advocate") and t.endswith("paid earns more than advocates")
        for t in verdict.overturned_by
    )


@given(st.floats(-1e5, 1e5), st.floats(0.0, 1e3), st.floats(0.0, 1e3))
def test_a_value_never_seems_to_lie_outside_its_interval(value, below, above):
    """Value and limits are rounded alike, so order survives rounding."""
    shown, low, high = (
        float(part.replace(",", "")) for part in re.findall(r"-?[\d,.]+", estimate(value, value - below, value + above))
    )
    assert low <= shown <= high


def test_money_is_not_weighed_where_nothing_has_a_value():
    """A scenario that gives a conversion no value has costs, but no earnings, losses or break-evens to speak of."""
    plain = synthetic_result()
    arms = {}
    for name, arm in plain.arms.items():
        cost = arm.cost_usd()
        arms[name] = changed(arm, measures={**arm.measures, "value_usd": 0.0 * cost, "net_usd": -cost})
    verdict = changed(plain, arms=arms).verdict
    text = " ".join((*verdict.sentences, *verdict.overturned_by))
    assert verdict.winner == "integrated"
    assert "for 2,000 USD more" in text
    assert not any(words in text for words in ("loses money", "a campaign earns", "pays", "free of charge"))


def test_no_difference_in_the_mean_is_not_no_difference_for_every_input():
    """With uncertain inputs an arm that is nothing on average may matter for some of them, and that is said."""
    rng = np.random.default_rng(4)
    base = rng.integers(100, 200, 500).astype(float)
    gain = np.where(rng.uniform(size=500) < 0.2, 200.0, 0.0)
    arms = {"organic": arm_of("organic", base, {}), "paid": arm_of("paid", base + gain, {})}
    record = changed(synthetic_result(worlds=500), arms=arms)
    uncertain = changed(record, uncertain=True).verdict.sentences[0]
    assert "paid and organic bring about the same on average" in uncertain
    assert uncertain.endswith("for some of the inputs held possible it matters.")
    assert "paid and organic bring about the same here" in record.verdict.sentences[0]


def test_a_win_that_money_bought_says_its_price():
    """A winner that costs over 1 % more than the most expensive rival is named with both costs; at equal cost with none."""
    dear = [s for s in synthetic_result().verdict.sentences if s.startswith("The winner")]
    assert len(dear) == 1
    record = synthetic_result()
    costs = {arm: float(outcome.cost_usd().mean()) for arm, outcome in record.arms.items()}
    rival = max((arm for arm in costs if arm != "integrated"), key=costs.__getitem__)
    assert costs["integrated"] > 1.01 * costs[rival]
    assert f"but costs {money(costs['integrated'], 'USD')} where {rival} costs {money(costs[rival], 'USD')}." in dear[0]
    equal = changed(synthetic_result(), arms={arm: _free(outcome) for arm, outcome in record.arms.items()})
    assert "but costs" not in " ".join(equal.verdict.sentences)


def _free(outcome):
    return replace(outcome, cost_lines={})
