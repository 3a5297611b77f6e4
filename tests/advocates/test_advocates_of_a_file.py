"""A tier whose people come from a file: they are ranked, named and priced, and nobody else is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.advocates import Tier, find, remove
from viralsim.advocates.break_even import equal_money
from viralsim.cli import main
from viralsim.errors import InputError, ScenarioError
from viralsim.simulation.run import compile_arms, compile_audience

SCENARIO = """
viralsim: 1
name: creators
seed: 5
worlds: 40
horizon: 1d
audience: {members: 600}
channels:
  wall: {visibility: 0.4, network: {generate: {mean_following: 12}}, cpm_usd: 20}
  forum: {visibility: 0.4, network: {generate: {mean_following: 6}}}
content: {c: {appeal: 0.1, conversion_rate: 0.02, value_usd: 10}}
campaign:
  content: c
  paid: [{channel: wall, budget_usd: 60}]
  advocates: {file: people.csv}
arms: {none: {campaign.advocates: null, campaign.paid: []}, paid: {campaign.advocates: null}, people: {campaign.paid: []}}
baseline: none
"""
PEOPLE = "handle,channel,followers,fee\n@Ann,wall,60,120\nbob,forum,20,30\nCid,wall,12,0\nann,forum,8,120\n"


@pytest.fixture
def scenario(tmp_path: Path) -> vs.Scenario:
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "s.yaml").write_text(SCENARIO, encoding="utf-8")
    return vs.load(tmp_path / "s.yaml")


@pytest.mark.parametrize("strategy", [None, "random", "pagerank", "opim"])
def test_the_people_of_the_file_are_ranked(scenario: vs.Scenario, strategy: str | None) -> None:
    """All three by handle, with their own price and channels; their whole is the arm as it is run."""
    found = find(scenario, 3, strategy, worlds=40, threads=1)
    listed = {one.member: (one.cost_usd, one.channels) for one in found.listed}
    assert listed == {"@Ann": (120.0, ("wall", "forum")), "bob": (30.0, ("forum",)), "Cid": (0.0, ("wall",))}
    result = vs.simulate(scenario, threads=1)
    gained = result.worlds().pivot(index="world", columns="arm", values="shares")
    assert found.tier_shares.mean == pytest.approx((gained["people"] - gained["none"]).mean())
    assert [one.rank for one in found.listed] == [1, 2, 3]
    assert find(scenario, strategy=strategy, worlds=40, threads=1) == found  # all of them where no count is given
    assert found.against["random"].mean == found.against["degree"].mean == 0.0
    assert sum(sentence.endswith("are the same ones.") for sentence in found.sentences) == 2 - (
        strategy in (None, "random")
    )


def test_as_many_as_the_scenario_has_where_no_count_is_given(scenario: vs.Scenario, tmp_path: Path) -> None:
    """The command ranks the people of the file, those that the scenario names, or as many as its count."""
    said = json.loads(
        CliRunner().invoke(main, ["advocates", str(tmp_path / "s.yaml"), "--worlds", "4", "--json"]).stdout
    )
    assert {one["member"] for one in said["listed"]} == {"@Ann", "bob", "Cid"}
    own = scenario.override({"arms.people.campaign.advocates": {"choose": {"members": [1, 4]}, "cost_usd": 3}})
    assert {one.member for one in find(own, worlds=4, threads=1).listed} == {1, 4}
    with pytest.raises(InputError, match=r"count: 2 advocates are named, 1 were asked for: leave count out"):
        find(own, 1, worlds=4, threads=1)
    own = scenario.override({"arms.people.campaign.advocates": {"choose": "degree", "count": 4}})
    assert len(find(own, worlds=4, threads=1).listed) == 4


def test_the_best_followed_of_the_file_come_first_by_degree(scenario: vs.Scenario) -> None:
    assert {one.member for one in find(scenario, 1, "degree", worlds=20, threads=1).listed} == {"@Ann"}
    chosen = Tier(scenario).choose({"members": ["CID", "@bob"]}, 2)
    assert chosen.handles == ["Cid", "bob"]
    assert chosen.cost_usd.tolist() == [0.0, 30.0]


def test_more_than_the_file_names_and_strangers_are_refused(scenario: vs.Scenario) -> None:
    with pytest.raises(InputError, match=r"count: people.csv names 3 people, 4 were asked for: ask for fewer"):
        find(scenario, 4, worlds=4, threads=1)
    tier = Tier(scenario, worlds=4)
    with pytest.raises(InputError, match=r"'dora' is nobody in people.csv"):
        tier.index("dora")
    assert tier.labels([tier.index("ANN"), tier.index("cid")]) == ["@Ann", "Cid"]
    assert int(tier.eligible.sum()) == 3
    assert remove(tier, "bob", 0).member == "bob"


def test_some_people_of_a_file(scenario: vs.Scenario) -> None:
    """``choose: {members: [...]}`` beside a file takes those of it, played by the same members as before."""
    compiled = compile_audience(scenario)
    everybody = compile_arms(scenario, compiled, ["people"])["people"].enrolment
    some = scenario.override({"arms.people.campaign.advocates.choose": {"members": ["cid", "Bob"]}})
    people = compile_arms(some, compiled, ["people"])["people"].enrolment
    assert people.handles == ["Cid", "bob"]
    assert people.members.tolist() == everybody.members[[2, 1]].tolist()
    assert people.channels.tolist() == everybody.channels[[2, 1]].tolist()
    for names, why in ((["dora"], "nobody in the file is called 'dora': name handles of people.csv, such as @Ann"),
                       (["bob", "@BOB"], "'@BOB' is named twice")):  # fmt: skip
        wrong = scenario.override({"arms.people.campaign.advocates.choose": {"members": names}})
        with pytest.raises(ScenarioError, match=why):
            compile_arms(wrong, compiled, ["people"])
    for key, value in (("choose", "degree"), ("count", 2)):
        with pytest.raises(ScenarioError, match="is given by the advocates' file"):
            scenario.override({f"campaign.advocates.{key}": value})


def test_break_even_counts_the_prices_of_the_file(scenario: vs.Scenario) -> None:
    """What a person may cost does not depend on what the file says that they cost: fixed costs are none here."""
    found = equal_money(scenario, arm="people", worlds=40, threads=1)
    folder = scenario.folder
    (folder / "people.csv").write_text(PEOPLE.replace(",120", ",0").replace(",30", ",0"), encoding="utf-8")
    free = equal_money(vs.load(folder / "s.yaml"), arm="people", worlds=40, threads=1)
    assert found.cost_usd == pytest.approx(150.0)
    assert free.cost_usd == 0.0
    assert found.break_even_usd is not None
    assert free.break_even_usd is not None
    np.testing.assert_allclose(
        [found.break_even_usd.mean, found.break_even_usd.low], [free.break_even_usd.mean, free.break_even_usd.low]
    )
