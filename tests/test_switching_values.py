"""What would overturn an answer is true: below and above each value the two arms were run, and they change places."""

from pathlib import Path

import numpy as np
import pytest

import viralsim as vs
from viralsim.kernels.state import MOST_CHANNELS
from viralsim.measurement.robustness import decisive
from viralsim.results import open_result
from viralsim.simulation.pair import Pair
from viralsim.simulation.run import compile_audience
from viralsim.simulation.switching_values import SCREENING_WORLDS

BEFORE = Path(__file__).parents[1] / "benchmarks" / "scenarios_before" / "advocates_vs_paid.yaml"
WORLDS = 1000


@pytest.fixture(scope="module")
def scenario():
    return vs.load(BEFORE)


@pytest.fixture(scope="module")
def result(scenario):
    return vs.simulate(scenario, worlds=WORLDS, what_turns_it=True)


@pytest.fixture(scope="module")
def few(scenario):
    return vs.simulate(scenario, worlds=100, what_turns_it=True)


def mean_difference(scenario, turn, value):
    arms = (turn.below, turn.above)
    again = vs.simulate(scenario.override({turn.path: value}), worlds=WORLDS, arms=arms, repeat_trust=False)
    below, above = (again.arms[arm].measures[turn.measure] for arm in arms)
    return float((above - below).mean())


def test_at_nine_tenths_and_eleven_tenths_the_arms_change_places(scenario, result):
    """A value that is said as a point: run at 0.9 and 1.1 times it, the mean difference has either sign."""
    points = [turn for turn in result.switching_values if turn.is_point]
    assert len(points) >= 2, result.switching_values
    for turn in points:
        assert mean_difference(scenario, turn, 0.9 * turn.middle) < 0.0, turn
        assert mean_difference(scenario, turn, 1.1 * turn.middle) > 0.0, turn


def test_at_the_ends_of_a_range_the_arms_have_changed_places(scenario, result):
    """A value that is said as a range: at its ends the mean difference has either sign."""
    for turn in result.switching_values:
        assert turn.low <= turn.middle <= turn.high
        assert mean_difference(scenario, turn, turn.low) < 0.0, turn
        assert mean_difference(scenario, turn, turn.high) > 0.0, turn


def test_the_guess_that_decides_is_named(result):
    """The sale by an advertisement is assumed, moves the difference most of what is assumed, and turns the answer."""
    assert decisive(result).path == "content.teaser.conversion_trust.paid"
    assert result.to_dict()["question"]["decisive_assumption"] == "content.teaser.conversion_trust.paid"
    text = " ".join(part.text for part in result.first_screen)
    assert "what decides is assumed: the selling power of advertisements." in text
    assert "(conversion_trust.paid) is below" in text
    assert "Measure the selling power of advertisements first" in text


def test_moves_are_those_of_a_run_with_the_value_changed(scenario, result):
    """Half the value moves the mean difference of all worlds by what it changes in the first of them, with the same luck."""
    move = next(move for move in result.moves if move.path == "campaign.advocates.willingness")
    first, second = result.question.arms
    worlds = SCREENING_WORLDS
    again = vs.simulate(scenario.override({move.path: move.low}), worlds=worlds, repeat_trust=False)
    there = again.arms[first].measures[move.measure] - again.arms[second].measures[move.measure]
    here = result.arms[first].measures[move.measure] - result.arms[second].measures[move.measure]
    assert move.now_mean == pytest.approx(here.mean(), rel=1e-12)
    assert move.at_low - move.now_mean == pytest.approx((there - here[:worlds]).mean(), rel=1e-9)
    assert (move.now, move.low, move.high) == (0.6, 0.3, 1.0)


def test_assumptions_of_every_arm_are_ranked_by_what_they_move(result):
    """The user's own and those of arms beyond the first are there; what moves the difference most comes first."""
    listed = [row["path"] for row in result.to_dict()["assumptions"]]
    assert {"campaign.advocates.willingness", "campaign.paid[0].trust", "channels.instagram.cpm_usd"} <= set(listed)
    moved = [row["moves_by"] for row in result.to_dict()["assumptions"]]
    known = [value for value in moved if value is not None]
    assert moved[: len(known)] == sorted(known, reverse=True)
    sources = {row["path"]: row["source"] for row in result.to_dict()["assumptions"]}
    assert sources["campaign.advocates.willingness"] == "assumption: six of ten who are asked post"
    assert sources["channels.instagram.cpm_usd"].startswith("preset instagram: ")


def test_what_was_found_survives_the_disk(result, tmp_path):
    """Moves and switching values come back from the folder."""
    result.save(tmp_path / "run")
    again = open_result(tmp_path / "run")
    assert (again.moves, again.switching_values) == (result.moves, result.switching_values)
    assert again.verdict == result.verdict


def test_what_others_take_hides_no_crossing_of_sales(scenario, few):
    """The search that decides takes all worlds that a run of 100 may: how well one who asked sells is looked for all the same."""
    turn = next(turn for turn in few.switching_values if turn.path == "content.teaser.conversion_trust.asked")
    assert mean_difference(scenario, turn, turn.low) < 0.0
    assert mean_difference(scenario, turn, turn.high) > 0.0


def test_a_price_that_takes_no_worlds_is_looked_for_when_none_are_left(scenario, few):
    """What an advocate costs is known in proportion, whatever the search before it took."""
    turn = next(turn for turn in few.switching_values if turn.path == "campaign.advocates.cost_usd")
    assert mean_difference(scenario, turn, 0.9 * turn.middle) < 0.0 < mean_difference(scenario, turn, 1.1 * turn.middle)


def test_no_price_takes_the_search_from_the_input_that_decides(scenario):
    """A price moves more dollars than anything moves shares; the first search, free of a limit, is for what moves shares."""
    about_shares = vs.simulate(scenario.override({"goal.measure": "shares"}), worlds=100, what_turns_it=True)
    price, trust = (
        next(move for move in about_shares.moves if move.path == path)
        for path in ("campaign.advocates.cost_usd", "campaign.paid[0].trust")
    )
    assert price.size > trust.size
    assert (price.measure, trust.measure) == ("net_usd", "shares")
    assert {turn.path for turn in about_shares.switching_values} >= {price.path, trust.path}


def test_few_worlds_have_no_say_and_change_nothing(scenario):
    """Below 30 worlds nothing is looked for; the worlds are the same with and without."""
    few = vs.simulate(scenario, worlds=20, what_turns_it=True)
    assert (few.moves, few.switching_values) == ((), ())
    plain = vs.simulate(scenario, worlds=20)
    assert np.array_equal(few.arms["paid"].measures["shares"], plain.arms["paid"].measures["shares"])


def test_what_an_input_does_not_touch_is_not_run_again_and_is_what_a_run_gives(scenario, result):
    """The trust in advertisements leaves the advocates' worlds as they are; prices run nothing beyond the proof."""
    audiences = [compile_audience(scenario)]
    pair = Pair(scenario, audiences, ("advocates", "paid"), scenario.seed, 1, result.arms)
    path = "content.teaser.conversion_trust.paid"
    difference = pair.differences(path, 0.05, 50, "conversions")
    assert pair.worlds_run == 50
    again = vs.simulate(scenario.override({path: 0.05}), worlds=50, repeat_trust=False)
    run = again.arms["advocates"].measures["conversions"] - again.arms["paid"].measures["conversions"]
    assert np.array_equal(difference, run)


@pytest.mark.parametrize("path", ["campaign.advocates.cost_usd", "content.teaser.value_usd"])
@pytest.mark.parametrize("factor", [0.3, 1.7])
def test_another_price_is_what_a_run_gives(scenario, result, path, factor):
    """Net value at another price, not run but in proportion, is that of a run with the price changed."""
    pair = Pair(scenario, [compile_audience(scenario)], ("advocates", "paid"), scenario.seed, 1, result.arms)
    now = {"campaign.advocates.cost_usd": 10.0, "content.teaser.value_usd": 30.0}[path]
    found = pair.priced(path, now, factor * now)
    again = vs.simulate(scenario.override({path: factor * now}), worlds=60, repeat_trust=False)
    run = again.arms["advocates"].measures["net_usd"] - again.arms["paid"].measures["net_usd"]
    assert found is not None
    assert len(found) == WORLDS
    assert found[:60] == pytest.approx(run, rel=1e-9)
    assert pair.worlds_run <= 2 * 20


@pytest.mark.parametrize("path", ["content.teaser.conversion_rate", "content.teaser.conversion_trust.paid"])
def test_sales_at_many_values_are_those_of_a_run_with_each(scenario, result, path):
    """One run counts the conversions at several values, and each is, world by world, that of a run with the value."""
    pair = Pair(scenario, [compile_audience(scenario)], ("advocates", "paid"), scenario.seed, 1, result.arms)
    values = [0.004, 0.05, 0.3]
    pair.count_sales([(path, value) for value in values], 40)
    run_so_far = pair.worlds_run
    assert run_so_far <= 2 * 40
    for value in values:
        again = vs.simulate(scenario.override({path: value}), worlds=40, repeat_trust=False)
        expected = again.arms["advocates"].measures["conversions"] - again.arms["paid"].measures["conversions"]
        assert np.array_equal(pair.differences(path, value, 40, "conversions"), expected), value
    assert pair.worlds_run == run_so_far


def test_what_nothing_reads_is_not_run_again(scenario, result):
    """Likes that earn no recommendation move no sale: what a run with others gives is known without one."""
    pair = Pair(scenario, [compile_audience(scenario)], ("advocates", "paid"), scenario.seed, 1, result.arms)
    path = "channels.instagram.engagement_rate"
    again = vs.simulate(scenario.override({path: 0.2}), worlds=30, repeat_trust=False)
    expected = again.arms["advocates"].measures["conversions"] - again.arms["paid"].measures["conversions"]
    assert np.array_equal(pair.differences(path, 0.2, 30, "conversions"), expected)
    assert pair.worlds_run == 0
    pair.differences(path, 0.2, 30, "engagements")
    assert pair.worlds_run == 2 * 30


MANY_CHANNELS = """
viralsim: 1
name: every bit of an exposure is a channel's
audience: {members: 60}
horizon: 1d
channels: {x: {network: {generate: {mean_following: 4}}, visibility: 0.5, cpm_usd: 5}}
content: {post: {appeal: 0.1, conversion_rate: 0.05, value_usd: 20}}
campaign:
  content: post
  paid: [{channel: x, budget_usd: 2, starts: 0h, ends: 5h}]
arms: {nothing: {campaign.paid: []}, paid: {}}
baseline: nothing
goal: {measure: conversions, matters_from: 1}
"""


@pytest.mark.parametrize("channels", [MOST_CHANNELS - 1, MOST_CHANNELS])
def test_with_as_many_channels_as_there_can_be_every_value_is_run(channels):
    """Where no bit, or one, is left to count other sales, as many runs are made: the answer does not end in an error."""
    one = "{network: {generate: {mean_following: 1}}, visibility: 0.1}"
    more = "".join(f", more{i}: {one}" for i in range(channels - 1))
    scenario = vs.loads(MANY_CHANNELS.replace("cpm_usd: 5}", f"cpm_usd: 5}}{more}"))
    assert len(scenario.spec.channels) == channels
    result = vs.simulate(scenario, worlds=30, what_turns_it=True)
    move = next(move for move in result.moves if move.path == "content.post.conversion_rate")
    again = vs.simulate(scenario.override({move.path: move.high}), worlds=30, repeat_trust=False)
    change = again.arms["paid"].measures["conversions"] - result.arms["paid"].measures["conversions"]
    assert abs(move.at_high - move.now_mean) == pytest.approx(abs(float(change[:SCREENING_WORLDS].mean())))
    assert change.any()
