"""Advocates on the full model: exact counterfactuals, fair shares, gains against random members."""

from __future__ import annotations

import csv
import json
from itertools import combinations
from math import factorial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.advocates import Tier, add, curve, equal_money, find, remove, saturation, shapley
from viralsim.cli import main
from viralsim.errors import InputError

TEXT = """
viralsim: 1
name: a tier
seed: 3
worlds: 200
horizon: 3d
tick: 1h
audience: {members: 600, communities: {count: 4}, tones: {humorous: 0.6, informative: 0.4}}
channels:
  x: {visibility: 0.3, network: {generate: {mean_following: 12}}}
content:
  c: {appeal: 0.05, conversion_rate: 0.05, value_usd: 10}
campaign:
  content: c
  owned: [{channel: x, followers: 20, posts_at: [0h]}]
  advocates: {count: 5, choose: degree, channels: [x], posts_at: [1h, 9h], willingness: 0.7, cost_usd: 4}
arms: {organic: {campaign.advocates: null}, advocates: {}}
baseline: organic
"""


@pytest.fixture(scope="module")
def scenario() -> vs.Scenario:
    return vs.loads(TEXT)


@pytest.fixture(scope="module")
def tier(scenario: vs.Scenario) -> Tier:
    return Tier(scenario, worlds=60)


def test_the_tier_is_the_arm_of_the_scenario(scenario: vs.Scenario, tier: Tier) -> None:
    """The same people by index give the same worlds as the scenario's own words; nobody gives the arm without advocates."""
    result = vs.simulate(scenario, worlds=60)
    for name in ("shares", "reach", "conversions"):
        assert np.array_equal(tier.values(tier.enrolled, name), result.arm("advocates").measures[name])
        assert np.array_equal(tier.values([], name), result.arm("organic").measures[name])


@pytest.mark.parametrize("world", range(6))
def test_remove_and_add_are_the_same_world(scenario: vs.Scenario, tier: Tier, world: int) -> None:
    """Who is lost without an advocate is exactly who is brought by adding them to the others; counts agree with the runs."""
    member = int(tier.enrolled[1])
    without = remove(tier, member, world)
    rest = [int(m) for m in tier.enrolled if m != member]
    others = Tier(
        scenario.override({"campaign.advocates.choose": {"members": rest}, "campaign.advocates.count": 4}), worlds=60
    )
    added = add(others, member, world)
    assert (without.lost, without.won, without.credited) == (added.lost, added.won, added.credited)
    nodes = {
        name: int(tier.run(m).measures["shares"][world])
        for name, m in (("with", tier.enrolled), ("rest", np.array(rest)))
    }
    asked_again = nodes["with"] - len(without.posted_with), nodes["rest"] - len(without.posted_without)
    assert all(0 <= extra <= 5 for extra in asked_again)  # a second planned post is a share, not a second member
    assert set(without.lost) == set(without.posted_with) - set(without.posted_without)


def test_simple_contagion_wins_nobody_by_a_removal(tier: Tier) -> None:
    """With simple reinforcement and nothing that competes, removing an advocate can lose members, never win any."""
    for world in range(20):
        for member in tier.enrolled.tolist():
            assert remove(tier, member, world).won == ()


def test_credit_is_not_cause(tier: Tier) -> None:
    """Summed over the tier, credits count every member of their trees; losses count only who would not have come otherwise."""
    credited = lost = 0
    for world in range(20):
        for member in tier.enrolled.tolist():
            changed = remove(tier, member, world)
            credited += changed.credited
            lost += len(changed.lost)
    assert 0 < lost < credited


def test_fair_shares_add_up_and_are_those_of_all_orders(tier: Tier) -> None:
    """Shapley values add up to the whole gain exactly; with many orders they are those of the exact formula."""
    members = tier.enrolled[:3].tolist()
    value = {s: tier.values(list(s)).mean() for k in range(4) for s in combinations(members, k)}
    exact = []
    for m in members:
        rest = [x for x in members if x != m]
        total = 0.0
        for k in range(3):
            for s in combinations(rest, k):
                joined = tuple(x for x in members if x in (*s, m))
                total += factorial(k) * factorial(2 - k) / 6 * (value[joined] - value[s])
        exact.append(total)
    found = shapley(tier, members, orders=400, seed=1)
    assert found.value.sum() == pytest.approx(found.whole, rel=1e-12)
    assert sum(exact) == pytest.approx(found.whole, rel=1e-12)
    assert np.all(np.abs(found.value - exact) <= 4.5 * found.error + 1e-12)


def test_shapley_refuses_a_crowd(tier: Tier) -> None:
    """Fair shares are for a few, each named once."""
    with pytest.raises(InputError, match="1 to 20"):
        shapley(tier, range(21))
    with pytest.raises(InputError, match="twice"):
        shapley(tier, [1, 1])


def test_the_best_followed_beat_random_members(scenario: vs.Scenario) -> None:
    """On a heavy-tailed network the interval of the gain over random members lies above 0, and the list is sorted by gain."""
    found = find(scenario, 5, worlds=100)
    assert found.against["random"].above_zero
    assert found.against["degree"].mean == 0.0
    assert [one.rank for one in found.listed] == [1, 2, 3, 4, 5]
    gains = [one.gain.mean for one in found.listed]
    assert gains == sorted(gains, reverse=True)
    assert all(0 <= one.overlap <= 1 and one.channels == ("x",) for one in found.listed)
    assert {one.tone for one in found.listed} <= {"humorous", "informative"}
    assert "more than as many members chosen at random" in " ".join(found.sentences)
    again = find(scenario, 5, worlds=100, threads=2)
    assert again == found


def test_a_certificate_is_told(scenario: vs.Scenario) -> None:
    """A strategy with a certificate tells its bounds; one without tells none; nobody but fans is proposed."""
    with_fans = scenario.override({"campaign.advocates.programme": {"fans": 0.2}})
    found = find(with_fans, 4, {"opim": {"probability": 0.05}}, worlds=20)
    assert found.lower_bound is not None
    assert found.upper_bound is not None
    assert found.guarantee == pytest.approx(found.lower_bound / found.upper_bound)
    assert found.guarantee >= 1 - 1 / np.e - 0.1
    assert "By its certificate" in " ".join(found.sentences)
    eligible = Tier(with_fans, worlds=2).eligible
    assert eligible.sum() == 120
    assert all(eligible[one.member] for one in found.listed)
    assert find(scenario, 4, "random", worlds=20).guarantee is None


def test_credit_and_cause_add_up(scenario: vs.Scenario) -> None:
    """Credits are the mean sizes of an advocate's trees; with coverage-like spread single losses add up to less than the whole."""
    scenario = scenario.override({"campaign.advocates.posts_at": ["1h"]})
    found = find(scenario, 5, worlds=20)
    tier = Tier(scenario, worlds=20)
    for one in found.listed:
        trees = [remove(tier, one.member, world).credited for world in range(20)]
        assert one.credited == pytest.approx(np.mean(trees))
    assert found.credited_shares == pytest.approx(sum(one.credited for one in found.listed))
    assert found.removed_shares <= found.tier_shares.mean <= found.credited_shares + 1e-9
    assert "(credit)" in found.sentences[-1]
    assert "(cause)" in found.sentences[-1]


def test_a_strategy_with_probabilities_tells_what_it_expected() -> None:
    """A scenario without arms can be asked; ``opim`` tells its expectation beside what the full model gave."""
    plain = vs.loads(TEXT.split("arms:")[0])
    found = find(plain, 4, "opim", worlds=50, compare=["fit"])
    assert f"opim expected {found.expected_reach:,.2f}" in " ".join(found.sentences)
    assert f"the full model gave {found.against_none.mean:,.2f}" in " ".join(found.sentences)
    assert found.arm == "campaign"
    assert list(found.against) == ["random", "degree", "fit"]


@pytest.mark.parametrize(
    ("changes", "count", "said"),
    [
        ({}, 601, "must not exceed members"),
        ({"campaign.advocates.programme": {"fans": 0.01}}, 7, "6 are eligible"),
        ({"campaign.advocates.choose": {"members": [1, 2, 3, 4, 9999]}}, 5, "no member 9999"),
        ({"campaign.advocates.choose": "members"}, 5, "are to be named"),
        ({"campaign.advocates.choose": {"opim": {"budget": 3}}}, 2, "buys nobody: the cheapest costs 4"),
    ],
)
def test_what_cannot_be_chosen_is_said(scenario: vs.Scenario, changes: dict[str, Any], count: int, said: str) -> None:
    """More advocates than members or fans, unknown members, a budget that nobody fits in: what, and how many there are."""
    with pytest.raises(InputError, match=said):
        find(scenario.override(changes), count, worlds=2)


def test_where_nobody_shares_seeds_do_not_matter(scenario: vs.Scenario) -> None:
    """Content that nobody shares, conversions off: the answer says that who posts first does not decide."""
    dull = scenario.override({"channels.x.visibility": 0.0})
    said = " ".join(find(dull, 3, worlds=20).sentences)
    assert "cannot be distinguished from as many members chosen at random" in said
    assert "content does" in said


def test_the_curve_bends(tier: Tier) -> None:
    """More advocates bring more in the same worlds, each further one less; a person is worth what their conversions bring."""
    points = curve(tier, [2, 10, 50])
    gains = [point.gain.mean for point in points]
    assert gains == sorted(gains)
    per_person = [point.break_even_usd.mean for point in points if point.break_even_usd is not None]
    assert per_person == sorted(per_person, reverse=True)
    sold = tier.values(tier.choose("degree", 10).members, "conversions") - tier.values([], "conversions")
    assert per_person[1] == pytest.approx(sold.mean() * 10 / 10)


def test_nine_tenths_of_the_curve(tier: Tier) -> None:
    """Saturation is the first point of the curve that reaches nine tenths of its highest."""
    points = curve(tier, [2, 10, 50, 100])
    count = saturation(points)
    most = max(point.gain.mean for point in points)
    for point in points:
        assert (point.gain.mean >= 0.9 * most) == (point.count >= count)


def test_break_even_makes_a_dollar_equal(scenario: vs.Scenario) -> None:
    """At the break-even cost the tier and the advertisements bring the same per dollar, with the same worlds' numbers."""
    paid = scenario.override(
        {
            "campaign.paid": [{"channel": "x", "budget_usd": 20, "cpm_usd": 20}],
            "campaign.advocates.programme": {"setup_usd": 6, "launches": 3},
            "arms": {
                "organic": {"campaign.advocates": None, "campaign.paid": []},
                "advocates": {"campaign.paid": []},
                "paid": {"campaign.advocates": None},
            },
            "goal": {"measure": "reach", "matters_from": 1},
        }
    )
    found = equal_money(paid, worlds=60)
    even = found.break_even_usd
    assert even is not None
    assert even.low < even.mean < even.high
    assert found.cost_usd == pytest.approx(5 * 4 + 2)
    assert found.other_cost_usd == pytest.approx(20)
    spent = 5 * even.mean + 2
    assert found.gain.mean / spent == pytest.approx(found.other_gain.mean / found.other_cost_usd, rel=1e-9)
    assert "may cost up to" in found.sentence
    silent = equal_money(
        paid.override({"campaign.paid": [{"channel": "x", "budget_usd": 20, "cpm_usd": 1e6}]}),
        worlds=20,
    )
    assert silent.break_even_usd is None
    assert "cannot be distinguished from 0" in silent.sentence
    with pytest.raises(InputError, match="paid budget"):
        equal_money(scenario, worlds=20)


def test_the_sentence_tells_credit_from_cause(scenario: vs.Scenario, tier: Tier) -> None:
    """A scenario stands for its tier; the sentence holds credit, loss and who would have come anyway."""
    member = int(tier.enrolled[0])
    changed = vs.advocates.remove(scenario, member, 1)
    assert changed == remove(tier, member, 1)
    assert changed.credited - changed.anyway <= len(changed.lost)
    assert f"{changed.credited:,} members (credit)" in changed.sentence
    assert f"{len(changed.lost):,} would not have posted (cause)" in changed.sentence


def test_who_is_no_advocate_is_said(scenario: vs.Scenario, tier: Tier) -> None:
    """A stranger cannot be removed, an advocate not added twice, an arm without a tier not searched."""
    member = int(tier.enrolled[0])
    stranger = next(m for m in range(600) if m not in tier.enrolled)
    with pytest.raises(InputError, match="not in the tier"):
        remove(tier, stranger, 0)
    with pytest.raises(InputError, match="already"):
        add(tier, member, 0)
    with pytest.raises(InputError, match="no member 600: members are numbered 0 to 599"):
        remove(tier, 600, 0)
    with pytest.raises(InputError, match="advocates"):
        Tier(scenario, arm="organic")


def test_command(tmp_path: Path) -> None:
    """``viralsim advocates``: a table, one JSON object, a CSV; a wrong word ends with status 2."""
    file = tmp_path / "tier.yaml"
    file.write_text(TEXT)
    runner = CliRunner()
    shown = runner.invoke(main, ["advocates", str(file), "--count", "3", "--worlds", "20", "--curve", "--programme"])
    assert shown.exit_code == 0, shown.output
    assert "lost without them" in shown.output
    assert "pays up to" in shown.output
    assert "Over 1 campaign " in shown.output
    out = tmp_path / "who.csv"
    done = runner.invoke(main, ["advocates", str(file), "--count", "3", "--worlds", "20", "--json", "--out", str(out)])
    said = json.loads(done.stdout)
    assert [one["rank"] for one in said["listed"]] == [1, 2, 3]
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [row["member"] for row in rows] == [str(one["member"]) for one in said["listed"]]
    more = ["--compare", "fit", "--compare", "opim", "--fair", "2"]
    said = json.loads(
        runner.invoke(main, ["advocates", str(file), "--count", "3", "--worlds", "20", "--json", *more]).stdout
    )
    assert set(said["against"]) == {"random", "degree", "fit", "opim"}
    assert sum(said["fair"]["value"]) == pytest.approx(said["fair"]["whole"])
    shown = runner.invoke(main, ["advocates", str(file), "--count", "3", "--worlds", "20", *more])
    assert "chosen by fit" in shown.output
    assert "A fair share splits" in shown.output
    wrong = runner.invoke(main, ["advocates", str(file), "--count", "3", "--strategy", "degre"])
    assert wrong.exit_code == 2
    assert "did you mean 'degree'" in wrong.output
