"""The optimiser finds what can be found by hand, says when to spend nothing, and keeps to its constraints."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import viralsim as vs
from viralsim.cli.optimise import optimise as command
from viralsim.errors import InputError
from viralsim.experiments.budget_split import SplitModel
from viralsim.experiments.lift_tests import lift_rows, write_curves
from viralsim.experiments.optimise import Optimum, default_measure, optimise
from viralsim.scenario.loading import loads

# nobody shares; a dollar buys 100 impressions on a and 200 on b, and no member is shown more than one by a line
BY_HAND = """
viralsim: 1
name: by hand
seed: 3
worlds: 50
horizon: 12h
audience: {members: 200, communities: {count: 2}}
channels:
  a: {visibility: 0.2, cpm_usd: 10, network: {generate: {mean_following: 5}}}
  b: {visibility: 0.2, cpm_usd: 5, network: {generate: {mean_following: 5}}}
content: {c: {appeal: 0}}
campaign:
  content: c
  paid:
    - {channel: a, budget_usd: 1, frequency_cap: 1}
    - {channel: b, budget_usd: 1, frequency_cap: 1}
  advocates: {count: 5, choose: degree, channels: [a], posts_at: [0h], cost_usd: 10}
  community_management: {cost_usd_per_day: 4}
"""
SPREADING = """
viralsim: 1
name: spreading
seed: 4
worlds: 60
horizon: 1d
audience: {members: 300, communities: {count: 3}}
channels: {x: {visibility: 0.3, cpm_usd: 20, network: {generate: {mean_following: 8}}}}
content: {c: {appeal: 0.05}}
campaign:
  content: c
  paid: [{channel: x, budget_usd: 1, frequency_cap: 2}]
  advocates: {count: 5, choose: degree, posts_at: [0h], cost_usd: 10}
"""
ON_A, ON_B, PEOPLE = "paid[0] on a", "paid[1] on b", "advocates"


@pytest.fixture(scope="module")
def two_dollars() -> Optimum:
    """2 US$ for impressions."""
    return optimise(loads(BY_HAND), 2.0, measure="impressions", trials=30)


def test_the_known_optimum(two_dollars: Optimum) -> None:
    """b is twice as good until it is full at 200 members, which 1 US$ pays; the second dollar belongs to a."""
    assert two_dollars.split[ON_A] == pytest.approx(1.0, abs=0.05)
    assert two_dollars.split[ON_B] == pytest.approx(1.0, abs=0.05)
    assert two_dollars.split[PEOPLE] == two_dollars.split["management"] == 0.0
    assert 285 <= two_dollars.uplift.mean <= 300
    assert not two_dollars.spend_nothing
    assert two_dollars.cost_usd <= 2.0 + 1e-9


def test_curves_and_the_next_dollar(two_dollars: Optimum) -> None:
    """The curve of a rises by 100 a dollar exactly while there is room; the next dollar on a brings the same."""
    curve = {point.usd: point for point in two_dollars.curves if point.line == ON_A}
    assert curve[1.0].uplift.mean - curve[0.0].uplift.mean == pytest.approx(100.0)
    assert curve[1.0].uplift.low <= curve[1.0].uplift.mean <= curve[1.0].uplift.high
    on_a = next(one for one in two_dollars.next_dollar if one.line == ON_A)
    assert on_a.per_usd is not None
    assert on_a.per_usd.mean == pytest.approx(100.0)
    full = [point.uplift.mean for point in two_dollars.curves if point.line == ON_B and point.usd >= 1.5]
    assert max(full) - min(full) < 1.0


def test_the_best_beats_its_rivals(two_dollars: Optimum) -> None:
    """All money on one line is worse by what the hand says: 300 against at most 200."""
    assert set(two_dollars.rivals) == {f"all in {ON_A}", f"all in {ON_B}", "all in management"}
    assert all(rival.low > 80 for rival in two_dollars.rivals.values())


def test_people_are_whole() -> None:
    """For shares only advocates count, one each: 37 US$ pay three, and the rest is kept."""
    found = optimise(loads(BY_HAND), 37.0, measure="shares", trials=20)
    assert found.values["campaign.advocates.count"] == 3
    assert found.cost_usd == pytest.approx(30.0)
    assert found.uplift.mean == pytest.approx(3.0)
    assert any(sentence.startswith("7.00 USD of the budget is left") for sentence in found.sentences)


CREATORS = "handle,channel,followers,cost\nmia,x,3,120\nleo,x,2,40\nzoe,x,2,90\n"


def test_people_of_a_file_are_paid_for_by_its_prices(tmp_path: Path) -> None:
    """They are a line of the split: as many as the money buys, at their own prices, most followers per dollar first."""
    (tmp_path / "people.csv").write_text(CREATORS)
    scenario = loads(SPREADING, tmp_path).override(
        {"campaign.advocates": {"file": "people.csv", "followers_differ": "allow"}}
    )
    model = SplitModel(scenario, 200.0, "reach", 4, 1)
    line = next(line for line in model.lines if line.kind == "people")
    price = {"mia": 120.0, "leo": 40.0, "zoe": 90.0}
    assert set(line.people) == set(price)
    assert line.prices == tuple(price[name] for name in line.people)
    assert line.people[0] == "leo"
    for usd in (0.0, 39.0, 40.0, 130.0, 1000.0):
        count = int(line.value(usd))
        assert line.cost(count) == sum(price[name] for name in line.people[:count]) <= usd
        assert count == 3 or line.cost(count + 1) > usd
    assert model.notes == ()


def test_a_split_over_people_names_them_and_says_whether_it_beats_a_single_line(tmp_path: Path) -> None:
    """Their names are in the answer; the sentence compares with the best line alone."""
    (tmp_path / "people.csv").write_text(CREATORS)
    scenario = loads(SPREADING, tmp_path).override(
        {"campaign.advocates": {"file": "people.csv", "followers_differ": "allow"}}
    )
    found = optimise(scenario, 260.0, measure="reach", trials=6, worlds=20)
    paid_for = found.split["advocates"]
    price = {"mia": 120.0, "leo": 40.0, "zoe": 90.0}
    assert sum(price[name] for name in found.people) == pytest.approx(paid_for)
    if not found.spend_nothing:
        assert "alone" in found.sentences[-1]
        assert all(name in " ".join(found.sentences) for name in found.people)


@given(worlds=st.integers(1, 60))
@settings(max_examples=4, deadline=None)
def test_a_few_worlds_of_a_split_are_the_first_of_all(worlds: int) -> None:
    """A search looks at a few worlds and goes on from there: they are the worlds of a run of all at once."""
    model, scenario = SplitModel(loads(SPREADING), 60.0, "shares", 60, 1), loads(SPREADING)
    split = (20.0, 4.0)
    overlay = {line.path: value for line, value in zip(model.lines, split, strict=True)}
    overlay["campaign.advocates.count"] = 4
    at_once = vs.simulate(scenario.override(overlay), worlds=60, seed=8, threads=1)
    found = model.outcome(split, 8, worlds=worlds)
    assert found.tolist() == next(iter(at_once.arms.values())).measures["shares"][:worlds].tolist()
    assert model.outcome(split, 8).tolist()[:worlds] == found.tolist()


def test_spend_nothing() -> None:
    """Where a conversion is worth nothing every dollar is lost, and the answer is to spend nothing."""
    found = optimise(loads(BY_HAND), 5.0, measure="net_usd", trials=20)
    assert found.spend_nothing
    assert found.cost_usd == 0.0
    assert found.sentences[0].startswith("Spend nothing")
    assert all(one.per_usd is None or one.per_usd.mean == pytest.approx(-1.0, abs=0.01)
               for one in found.next_dollar if one.line != ON_B)  # fmt: skip


def test_constraints_are_kept() -> None:
    """A limit on b moves its money to a."""
    found = optimise(
        loads(BY_HAND), 2.0, measure="impressions", trials=30, constraints=["campaign.paid[1].budget_usd <= 0.5"]
    )
    assert found.split[ON_B] == pytest.approx(0.5, abs=0.03)
    assert found.split[ON_B] <= 0.5
    assert found.split[ON_A] == pytest.approx(1.5, abs=0.05)


def test_lift_tests_as_media_mix_models_take_them(two_dollars: Optimum, tmp_path: Path) -> None:
    """A row per step: spend before, spend added, outcome added, a positive standard error."""
    _, path = write_curves(two_dollars.curves, tmp_path)
    with path.open() as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["channel", "x", "delta_x", "delta_y", "sigma"]
    assert len(rows) == len(lift_rows(two_dollars.curves)) > 3
    assert all(float(row["delta_x"]) > 0 and float(row["sigma"]) > 0 for row in rows)
    assert all(float(row["delta_y"]) > 0 for row in rows)
    on_b = [point for point in two_dollars.curves if point.line == ON_B]
    assert sum(p.step_mean for p in on_b) == pytest.approx(on_b[-1].uplift.mean - on_b[0].uplift.mean)


def test_a_step_that_brings_less_is_no_lift_test(two_dollars: Optimum) -> None:
    """A single one would make the whole file refused."""
    first, second, *_ = [point for point in two_dollars.curves if point.line == ON_B]
    for step, rows in ((2.0, 1), (0.0, 0), (-1.0, 0)):
        assert len(lift_rows([first, replace(second, step_mean=step, step_error=0.5)])) == rows


def test_command(tmp_path: Path) -> None:
    """One JSON object on stdout, three files in the folder; words without --json."""
    path = tmp_path / "hand.yaml"
    path.write_text(BY_HAND)
    asked = [str(path), "--budget", "2", "--measure", "impressions", "--trials", "8", "--worlds", "20"]
    out = tmp_path / "out"
    said = json.loads(CliRunner().invoke(command, [*asked, "--out", str(out), "--json"], catch_exceptions=False).stdout)
    assert said == json.loads((out / "optimum.json").read_text())
    assert sorted(p.name for p in out.iterdir()) == ["lift_tests.csv", "optimum.json", "response_curves.csv"]
    words = CliRunner().invoke(command, asked, catch_exceptions=False).stdout
    assert "next dollar" in words
    assert words.startswith("Spend ")


def test_wrong_requests_are_refused() -> None:
    """Budget, measure, constraint and campaign: each message says what to do."""
    scenario = loads(BY_HAND)
    with pytest.raises(InputError, match="budget_usd must be a number above 0"):
        optimise(scenario, 0.0)
    with pytest.raises(InputError, match="neither better nor worse"):
        optimise(scenario, 1.0, measure="structural_virality")
    with pytest.raises(InputError, match="no part of the split"):
        optimise(scenario, 1.0, measure="shares", constraints=["campaign.paid[7].budget_usd <= 1"])
    bare = scenario.override({"campaign.paid": [], "campaign.advocates": None, "campaign.community_management": None})
    with pytest.raises(InputError, match="nothing to split money over"):
        optimise(bare, 1.0)
    assert default_measure(scenario) == "shares"
    assert default_measure(scenario.override({"goal": {"measure": "reach"}})) == "reach"
    sold = scenario.override({"goal": {"measure": "conversions"}})
    assert default_measure(sold) == "conversions"
    assert default_measure(sold.override({"content.c.conversion_rate": 0.1, "content.c.value_usd": 5.0})) == "net_usd"


def test_a_plan_that_loses_money_is_no_headline() -> None:
    """Sales alone are asked for, and every one costs more than it is worth: the answer begins with the money."""
    priced = loads(BY_HAND).override({"content.c.conversion_rate": 0.05, "content.c.value_usd": 0.01})
    found = optimise(priced, 2.0, measure="conversions", trials=8)
    assert found.profit is not None
    assert found.profit.high < 0.0 < found.uplift.low
    assert found.sentences[0].startswith("Keep the money if it has to pay for itself: the split below brings ")
    assert "less profit" in found.sentences[0]
    assert found.sentences[1].startswith("For conversions alone, spend ")
    paying = optimise(priced.override({"content.c.value_usd": 50.0}), 2.0, measure="conversions", trials=8)
    assert paying.sentences[0].startswith("Spend ")


def test_no_split_of_a_grid_is_better() -> None:
    """Where content spreads, no split in steps of one person is better than the one found, in the worlds of the search."""
    scenario = loads(SPREADING)
    found = optimise(scenario, 60.0, measure="shares", trials=25, seed=9)
    model = SplitModel(scenario, 60.0, "shares", scenario.worlds, 1)
    best = tuple(found.values[line.path] for line in model.lines)
    grid = [(60.0 - 10.0 * people, float(people)) for people in range(7)]
    assert all(model.allowed(split) for split in grid)
    means = {split: model.outcome(split, 9).mean() for split in grid}
    assert model.outcome(best, 9).mean() >= max(means.values()) - 1e-9
    assert min(means.values()) < 0.9 * max(means.values())  # the split matters
    # what is reported is of another luck
    own = model.outcome(best, 10) - model.outcome(model.nothing, 10)
    assert found.uplift.mean == pytest.approx(own.mean())
