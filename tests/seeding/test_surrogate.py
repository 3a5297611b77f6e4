"""Strategies that choose by probabilities know the chances of the scenario's launch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import viralsim as vs
from viralsim.advocates import Tier
from viralsim.campaign.launch_surrogate import launch_model
from viralsim.errors import InputError, ScenarioError

TEXT = """
viralsim: 1
name: chances of a launch
seed: 5
worlds: 100
horizon: 10d
tick: 1h
audience:
  members: 800
  communities: {count: 5}
  topics: {food: 0.5, sport: 0.5}
  participation: {sigma: 1.0}
channels:
  x: {visibility: 0.3, network: {generate: {mean_following: 12}}}
content:
  c: {appeal: 0.15, topics: {food: 1.0}, conversion_rate: 0.05, conversion_trust: {asked: 0.5}}
campaign:
  content: c
  advocates: {count: 10, choose: opim, posts_at: [1h], willingness: 0.8, trust: 1.5, cost_usd: 4}
"""


def loaded(changes: dict[str, Any] | None = None) -> vs.Scenario:
    return vs.loads(TEXT).override(changes or {})


@pytest.mark.parametrize("measure", ["conversions", "reach", "shares"])
@pytest.mark.parametrize("changes", [{}, {"audience.in_group": 2.0, "campaign.advocates.posts_at": ["1h", "9h"]}])
def test_expectation_is_that_of_the_full_model(measure: str, changes: dict[str, Any]) -> None:
    """With simple reinforcement and without ageing, what is expected is the mean of simulated launches.

    Within five standard errors of 3,000 worlds and 5 %: 3 % of random sets, the rest for copies drawn apart.
    """
    tier = Tier(loaded({**changes, "goal": {"measure": measure, "matters_from": 1}}), worlds=3000, threads=2)
    values, expected = launched(tier, "earned_shares" if measure == "shares" else measure)
    assert abs(expected - values.mean()) <= 5.0 * values.std() / np.sqrt(len(values)) + 0.05 * values.mean()


@pytest.mark.parametrize(
    ("measure", "changes"),
    [
        ("shares", {"content.c.half_life": "8h", "campaign.advocates.posts_at": ["8h"]}),
        ("earned_reach", {}),
    ],
)
def test_what_is_left_out_makes_the_expectation_too_high(measure: str, changes: dict[str, Any]) -> None:
    """Ageing on the way to a reshare, and advocates who see each other where only others' posts count: expected is more."""
    tier = Tier(loaded({**changes, "goal": {"measure": measure, "matters_from": 1}}), worlds=1000, threads=2)
    values, expected = launched(tier, "earned_shares" if measure == "shares" else measure)
    assert expected > values.mean()


def launched(tier: Tier, measure: str) -> tuple[np.ndarray, float]:
    """(the measure by world of ten members whom opim chose, what it expected of them)."""
    enrolment = tier.choose({"opim": {"tight": 0.03}}, 10)
    assert enrolment.proposal is not None
    assert enrolment.proposal.expected_reach is not None
    return tier.values(enrolment.members, measure), enrolment.proposal.expected_reach


def test_opim_of_the_launch_beats_the_textbook_and_degree() -> None:
    """Of 15,000 members seeds by the launch's chances bring more conversions than seeds by weighted cascade, and than the
    best followed: paired intervals above 0."""
    tier = Tier(vs.load("benchmarks/scenarios_before/advocates_vs_paid.yaml"), worlds=400, threads=2)
    best = tier.values(tier.choose("opim", 50).members)
    for other in ("degree", {"opim": {"probability": "weighted_cascade"}}):
        difference = best - tier.values(tier.choose(other, 50).members)
        assert difference.mean() > 1.96 * difference.std() / np.sqrt(len(difference))


@pytest.mark.parametrize(("word", "more"), [("opim", {"tight": 0.1}), ("celf", {})])
def test_a_budget_is_spent_at_the_tiers_price(word: str, more: dict[str, float]) -> None:
    """A budget without costs buys advocates at the scenario's price; a budget that nobody fits in is said."""
    tier = Tier(loaded(), worlds=2)
    assert len(tier.choose({word: {"budget": 18, **more}}, 10)) == 4
    with pytest.raises(ScenarioError, match="nobody"):
        tier.choose({word: {"budget": 3}}, 10)


def test_value_and_taken_are_of_members() -> None:
    """Targeted value counts only members asked for; who is taken is not chosen; lists of the wrong length are refused."""
    tier = Tier(loaded(), worlds=2)
    everyone = tier.choose({"opim": {"tight": 0.1}}, 5)
    targeted = tier.choose({"opim": {"value": {"communities": [2]}, "tight": 0.1}}, 5)
    assert targeted.proposal is not None
    assert everyone.proposal is not None
    assert (targeted.proposal.upper_bound or 0.0) < (everyone.proposal.lower_bound or 0.0)
    rest = tier.choose({"opim": {"taken": everyone.members.tolist(), "tight": 0.1}}, 5)
    assert not np.isin(rest.members, everyone.members).any()
    with pytest.raises(InputError, match=r"one number per member \(800\)"):
        tier.choose({"opim": {"value": [1.0, 2.0]}}, 5)
    with pytest.raises(InputError, match=r"one number per member \(800\)"):
        tier.choose({"opim": {"costs": [1.0, 2.0], "budget": 2}}, 5)


def test_rare_counting_is_the_same_in_two_copies_and_in_three() -> None:
    """Where few are counted, posts worth a mean and members who are counted give nearly the same; the first is no less."""
    changes = {"content.c.conversion_rate": 0.01, "goal": {"measure": "conversions", "matters_from": 1}}
    tier = Tier(loaded(changes), worlds=2)
    model = launch_model(tier.compiled, tier.spec)
    assert model.rare
    expected = []
    for rare in (True, False):
        model.__dict__["rare"] = rare
        candidates, options = model.terms(vs.seeding.Candidates([tier.compiled.networks[0]], tier.eligible), {}, "opim")
        found = vs.seeding.propose(candidates, "opim", 10, 1, options)
        assert model.copies == (2 if rare else 3)
        expected.append((found.lower_bound or 0.0, found.upper_bound or 0.0))
    assert expected[0][1] >= expected[1][0]
    assert expected[1][1] * (1.0 + 0.05) >= expected[0][0]


def test_nothing_spreads_nothing_is_expected() -> None:
    """With visibility 0 as many as asked for are proposed, and nothing is expected of them."""
    tier = Tier(loaded({"channels.x.visibility": 0.0}), worlds=2)
    for word in ("opim", "celf"):
        chosen = tier.choose(word, 7)
        assert len(chosen) == 7
        assert chosen.proposal is not None
        assert chosen.proposal.expected_reach == 0.0


def test_several_channels_and_the_plan() -> None:
    """On two channels the chances of each are used, channels without advocates are not; another plan may choose others."""
    y = "channels:\n  y: {visibility: 0.1, network: {generate: {mean_following: 4}}}\n"
    scenario = vs.loads(TEXT.replace("channels:\n", y, 1))
    tier = Tier(scenario, worlds=2)
    model = launch_model(tier.compiled, tier.spec)
    assert len(model.follows) == 2
    only = Tier(scenario.override({"campaign.advocates.channels": ["y"]}), worlds=2)
    assert len(launch_model(only.compiled, only.spec).follows) == 1
    assert not np.array_equal(tier.choose("opim", 10).members, only.choose("opim", 10).members)
