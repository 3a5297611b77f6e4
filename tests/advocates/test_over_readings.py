"""One choice for many readings of what is uncertain: by their mean, or by the worst tenth of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.advocates import Tier, find
from viralsim.advocates.readings import values_of_readings
from viralsim.cli import main

# member 0 has forty followers on a channel of which nobody knows how visible posts are, member 1 has fifteen on one that is known
TEXT = """\
viralsim: 1
name: Two hubs
seed: 3
worlds: 50
horizon: 12h
audience: {members: 60}
channels:
  risky: {visibility: 0.5, network: {generate: {mean_following: 1}}}
  known: {visibility: 0.8, network: {generate: {mean_following: 1}}}
content: {post: {appeal: 0}}
campaign:
  content: post
  advocates: {count: 1, willingness: 1, cost_usd: 0}
goal: {measure: reach}
"""
RANGE = "uncertain: {channels.risky.visibility: {from: 0.02, to: 0.98}}\n"
JOINT = "uncertain: {joint: {rows: {channels.risky.visibility: [0.02, 0.9, 0.95, 0.98]}}}\n"


def two_hubs(uncertain: str) -> vs.Scenario:
    """The scenario on its two stars."""
    risky = vs.Network.from_edges(np.zeros(40, int), np.arange(2, 42), members=60)
    known = vs.Network.from_edges(np.ones(15, int), np.arange(42, 57), members=60)
    return vs.loads(TEXT + uncertain).with_networks({"risky": risky, "known": known})


@pytest.mark.parametrize("uncertain", [RANGE, JOINT])
def test_the_mean_takes_the_risk_that_the_worst_tenth_does_not(uncertain: str) -> None:
    """40 x 0.5 or more against 15 x 0.8 on average; 40 x 0.02 or 0.07 against 12 in the worst reading. Expectations by hand."""
    scenario = two_hubs(uncertain)
    tier = Tier(scenario, worlds=2)
    seen = values_of_readings(scenario, 10, tier.seed)["channels.risky.visibility"]
    for over, member, expected in (("mean", 0, 40 * seen.mean()), ("worst_decile", 1, 12.0)):
        enrolled = tier.choose({"opim": {"over": over}}, 1)
        assert enrolled.members.tolist() == [member]
        proposal = enrolled.proposal
        assert proposal is not None
        assert proposal.expected_reach == pytest.approx(expected, rel=0.15)
        rows = 40 * seen if member == 0 else np.full(len(seen), 12.0)
        np.testing.assert_allclose(proposal.of_rows, rows, rtol=0.3, atol=0.6)


def test_readings_cover_a_range_and_the_rows() -> None:
    """One in each part of a range; rows of a posterior equally often, together with what is drawn beside them."""
    both = JOINT.replace("}}}", "}}, channels.known.visibility: {from: 0.2, to: 0.6}}")
    found = values_of_readings(two_hubs(RANGE), 10, 3)["channels.risky.visibility"]
    np.testing.assert_allclose(np.sort(found), 0.02 + 0.96 * (np.arange(10) + 0.5) / 10)
    assert found.tolist() != sorted(found)
    found_both = values_of_readings(two_hubs(both), 10, 3)
    assert sorted(found_both["channels.risky.visibility"]) == sorted(2 * [0.02, 0.9, 0.95, 0.98])
    np.testing.assert_allclose(np.sort(found_both["channels.known.visibility"]), 0.2 + 0.4 * (np.arange(8) + 0.5) / 8)


@pytest.mark.parametrize(("rows", "count"), [(1, 10), (3, 9), (4, 8), (12, 10)])
def test_a_few_rows_do_not_thin_out_the_ranges(rows: int, count: int) -> None:
    """Beside ranges each row comes equally often (a few of many rows once each), and every part of a range once."""
    values = np.linspace(0.1, 0.9, rows).tolist()
    both = {
        "joint": {"rows": {"channels.known.visibility": values}},
        "channels.risky.visibility": {"from": 0.0, "to": 1.0},
    }
    found = values_of_readings(vs.loads(TEXT).override({"uncertain": both}), 10, 3)
    np.testing.assert_allclose(np.sort(found["channels.risky.visibility"]), (np.arange(count) + 0.5) / count)
    assert set(np.unique(found["channels.known.visibility"], return_counts=True)[1]) == {max(1, 10 // rows)}
    assert set(found["channels.known.visibility"]) <= set(values)


def test_one_row_is_one_reading() -> None:
    """And is refused in these words."""
    one = vs.loads(TEXT).override({"uncertain": {"joint": {"rows": {"channels.known.visibility": [0.5]}}}})
    with pytest.raises(vs.errors.InputError, match=r"over: one row of uncertain\.joint is one reading"):
        values_of_readings(one, 10, 3)


def test_the_answer_says_what_it_is_chosen_for() -> None:
    """In the sentences, with the worst, the middle and the best reading."""
    found = find(two_hubs(RANGE), strategy={"opim": {"over": "worst_decile"}}, worlds=20, threads=1)
    assert [one.member for one in found.listed] == [1]
    assert any("for 10 readings of what is uncertain, by the worst tenth" in one for one in found.sentences)
    assert any("in the worst tenth of the readings; the full model gave" in one for one in found.sentences)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"over": "best"}, "over"),
        ({"over": "mean", "readings": 1}, "readings"),
        ({"over": "mean", "readings": 65}, "readings: at most 64"),
        ({"over": "mean", "rounds": 3}, "rounds"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, object], message: str) -> None:
    """In one sentence that names the option."""
    with pytest.raises(vs.InputError, match=message):
        Tier(two_hubs(RANGE), worlds=2).choose({"opim": options}, 1)


def test_certain_scenarios_and_launches_have_one_reading() -> None:
    """Refused with what to do."""
    with pytest.raises(vs.InputError, match="nothing is uncertain in this scenario"):
        Tier(two_hubs(""), worlds=2).choose({"opim": {"over": "mean"}}, 1)
    chosen = two_hubs(RANGE).override({"campaign.advocates.choose": {"opim": {"over": "mean"}}})
    with pytest.raises(vs.InputError, match="viralsim advocates FILE --over"):
        vs.simulate(chosen, worlds=4)


def test_the_command(tmp_path: Path) -> None:
    """``--over`` is of opim, and its list is the one of Python."""
    file = tmp_path / "s.yaml"
    file.write_text(TEXT.replace("mean_following: 1}", "mean_following: 4}") + RANGE)
    run = CliRunner().invoke(main, ["advocates", str(file), "--over", "mean", "--worlds", "20", "--json"])
    assert run.exit_code == 0, run.output
    expected = find(vs.load(file), strategy={"opim": {"over": "mean"}}, worlds=20)
    assert [one["member"] for one in json.loads(run.stdout)["listed"]] == [one.member for one in expected.listed]
    wrong = CliRunner().invoke(main, ["advocates", str(file), "--over", "mean", "--strategy", "degree"])
    assert wrong.exit_code == 2
    assert "--over: belongs to the strategy opim, not to degree" in wrong.output


def test_a_reading_without_conversions_counts_none() -> None:
    """40 x 0.5 x 0.5 conversions where half of those who see it buy, and no shares instead where nobody does. By hand."""
    rows = "uncertain: {joint: {rows: {content.post.conversion_rate: [0, 0.5]}}}\n"
    scenario = two_hubs(rows).override({"goal": {"measure": "conversions"}, "content.post.appeal": 0.5})
    enrolled = Tier(scenario, worlds=2).choose({"opim": {"over": "mean"}}, 1)
    assert enrolled.members.tolist() == [0]
    assert enrolled.proposal is not None
    np.testing.assert_allclose(np.sort(enrolled.proposal.of_rows), [0.0, 10.0], rtol=0.15)


def test_an_arm_with_values_of_its_own_has_one_reading() -> None:
    """Refused as where nothing is uncertain: ten estimates of one reading would differ by luck alone."""
    text = (TEXT + RANGE).replace(
        "goal:", "arms: {own: {channels.risky.visibility: 0.5}, other: {}}\nbaseline: other\ngoal:"
    )
    with pytest.raises(vs.InputError, match="arm own sets by itself what is uncertain"):
        Tier(vs.loads(text), arm="own", worlds=2).choose({"opim": {"over": "mean"}}, 1)


@pytest.mark.parametrize(
    "uncertain",
    [
        "{campaign.advocates.willingness: {from: 0.2, to: 0.8}, channels.risky.visibility: {from: 0.1, to: 0.9}}",
        "{campaign.advocates.count: {from: 1, to: 3}}",
        "{joint: {rows: {campaign.advocates.willingness: [0.2, 0.8], channels.risky.visibility: [0.1, 0.9]}}}",
        "{joint: {rows: {campaign.advocates.willingness: [0.2, 0.8]}}}",
    ],
)
def test_the_tier_itself_may_be_uncertain(uncertain: str) -> None:
    """Advocates are compared with none of them, where their willingness is no input, and with so many of their number."""
    found = find(two_hubs(f"uncertain: {uncertain}\n"), 2, strategy="degree", worlds=20, threads=1)
    assert sorted(one.member for one in found.listed) == [0, 1]
    assert found.listed[0].gain.mean > 0.0
