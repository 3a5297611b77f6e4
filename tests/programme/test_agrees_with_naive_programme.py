"""The launches of a programme, account by account, are those that docs/model.md prescribes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_programme import NaiveProgramme, posts_by

import viralsim as vs
from viralsim.kernels.counts import Count
from viralsim.programme import run_programme
from viralsim.programme.pool import pool_of
from viralsim.simulation.run import compile_arms, compile_audience

BASE = """
viralsim: 1
name: small
seed: 5
worlds: 2
horizon: 20h
audience: {members: 60, communities: {count: 3}, topics: {food: 0.5}, participation: {sigma: 1.0}, hostility: 0.5,
           segments: {community: [], interest_food: [0.4, 0.7]}, buying: {spread: 0.5}}
channels:
  a: {visibility: 0.9, engagement_rate: 0.1, cpm_usd: 9, reaction_delay: {fixed: 2h}, network: {generate: {mean_following: 6}}}
  b: {visibility: 0.5, presence: 0.7, engagement_rate: 0.1, network: {generate: {mean_following: 5}}}
content: {post: {appeal: 0.4, controversy: 0.5, conversion_rate: 0.3, value_usd: 10, topics: {food: 1}}}
campaign:
  content: post
  cross_post: 0.5
  owned: [{channel: a, followers: 20, posts_at: [0h, 6h]}]
  paid: [{channel: a, budget_usd: 0.3, frequency_cap: 2}]
  advocates: {count: 6, choose: random, posts_at: [1h, 5h], willingness: 0.5, trust: 0.9}
  community_management: {respond: {critical_share_ratio: 0.1, at_least: 1, delay: 1h}, amplify: {shares_per_hour: 1, cooldown: 2h}}
programme: {launches: 4}
"""
PART = st.sampled_from([0.0, 0.15, 0.5, 1.0])
MANAGER, TIER = "campaign.community_management", "campaign.advocates.programme"


@st.composite
def programmes(draw: st.DrawFn) -> dict[str, object]:
    """Values of the keys of a programme, each of them off in some."""
    changes: dict[str, object] = {
        "programme.members.at_start": draw(st.sampled_from([1.0, 0.6])),
        **{f"programme.members.{word}": draw(PART) for word in ("leave", "join", "join_per_share")},
        **{f"programme.fans.{word}": draw(PART) for word in ("from_share", "stay", "lapse")},
        "programme.fans.response": draw(st.sampled_from([0.0, 1.0, 2.0])),
        "programme.customers.again": draw(PART),
        "programme.customers.repeat": draw(PART),
        "programme.memory": draw(st.sampled_from([None, {}, {"per_impression": 0.5, "half_life": "10d"}])),
        "programme.advocates_trust.per_post": draw(PART),
        "programme.advocates_trust.recovery": draw(st.sampled_from([None, "20d"])),
        f"{TIER}.dropout": draw(PART),
        f"{TIER}.ask_fatigue": draw(PART),
        f"{TIER}.recovery": draw(st.sampled_from([None, "20d"])),
        f"{TIER}.ambassadors": draw(st.sampled_from([None, {"after": 1, "willingness": 0.9}])),
        f"{TIER}.nurture": draw(st.sampled_from([None, {"weeks": 4, "hours_per_week": 8, "hours_per_advocate": 10}])),
    }
    if draw(st.booleans()):
        changes["launch_at"] = "Saturday 17:00"
        changes["audience.calendar"] = {
            "weekdays": {"sunday": draw(st.sampled_from([0.3, 2.0]))},
            "seasons": [{"starts": "30d", "ends": "70d", "factor": 0.5}],
            "events": [{"at": "1500h", "factor": 3.0}],
        }
    if draw(st.booleans()):
        changes[f"{MANAGER}.hours_per_week"] = draw(st.sampled_from([0.0, 0.05, 1.0]))
        changes[f"{MANAGER}.members_per_hour"] = 500
        changes |= {f"{MANAGER}.effects.{word}": draw(PART) for word in ("willingness", "retention", "fans")}
    return changes


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programmes(), st.sampled_from([0, 1, 17]))
def test_programme_equals_oracle(changes: dict[str, object], number: int) -> None:
    """Every count of every launch, who comes and goes, and each person reached once."""
    assert_agrees(changes, number)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programmes(), st.sampled_from([0, 1, 17]))
def test_many_programmes_equal_the_oracle(changes: dict[str, object], number: int) -> None:
    """The same for more of them."""
    assert_agrees(changes, number)


CREATORS = {
    "campaign.frequency_goal": 2,
    "content": {
        "post": {"appeal": 0.4, "controversy": 0.5, "conversion_rate": 0.3, "value_usd": 10, "topics": {"food": 1}},
        "reel": {"appeal": 0.6},
    },
    "campaign.advocates": {
        "posts_at": ["1h", "5h"],
        "trust": 0.9,
        "followers_differ": "allow",
        "creators": [
            {"handle": "@ann", "channel": "a", "followers": 9, "fee_per_post_usd": 5, "commission_share": 0.1},
            {"handle": "@ann", "channel": "b", "followers": 5, "fee_per_post_usd": 5, "commission_share": 0.1},
            {
                "handle": "bo",
                "channel": "a",
                "followers": 7,
                "posts_at": ["3h", "7h", "9h"],
                "posts": 2,
                "flat_fee_usd": 20,
            },
            {"handle": "cy", "channel": "a", "followers": 3, "content": "reel", "gift_usd": 4, "exclusive": True},
        ],
    },
    "campaign.paid": [
        {"channel": "a", "budget_usd": 0.3, "boost": "bo", "boost_to": "beyond", "frequency_goal": 2},
        {"channel": "b", "budget_usd": 0.2, "boost": "ann", "cpm_usd": 5},
        {"channel": "a", "budget_usd": 0.1},
    ],
}


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programmes(), st.sampled_from([0, 1, 17]))
def test_creators_in_a_programme_equal_the_oracle(changes: dict[str, object], number: int) -> None:
    """Terms, own times, own content and boosts, launch by launch; whoever left is not boosted."""
    assert_agrees({**CREATORS, **changes}, number)


def assert_agrees(changes: dict[str, object], number: int) -> None:
    """The kernel's launches are the oracle's."""
    scenario = vs.loads(BASE).override(changes)
    compiled = compile_audience(scenario)
    arm = compile_arms(scenario, compiled)["campaign"]
    pool = pool_of(compiled, arm.spec, scenario.folder)
    fast = run_programme(arm, compiled, scenario.folder, scenario.seed, np.array([number]))
    slow = NaiveProgramme(arm.spec, arm.world, pool, scenario.seed, number).run()
    for launch, one in enumerate(slow.launches):
        counts = one.world.counts | {"CONVERSIONS": one.conversions}
        assert {count.name: int(fast.counts[0, launch, count]) for count in Count} == counts, launch
        assert {name: fast.noted[name][0, launch] for name in one.noted} == pytest.approx(one.noted, abs=1e-12)
        sold, posted = one.world.asked_sales, one.world.advocate_posts
        assert fast.paid_sales[0, launch].tolist() == [
            one.world.paid_sales.get(i, 0) for i in range(len(arm.spec.campaign.paid))
        ]
        if fast.posted.shape[2]:
            people = range(fast.posted.shape[2])
            assert fast.posted[0, launch].tolist() == [posted.get(i, 0) for i in people]
            assert fast.asked_sales[0, launch].tolist() == [sold.get(i, 0) for i in people]
        assert fast.often_reached[0, launch].tolist() == one.world.often_reached
    total = fast.total()
    assert [total.counts[0, Count.REACH], total.counts[0, Count.EARNED_REACH]] == [slow.reach, slow.earned_reach]
    assert total.reach_by_community[0].sum() == slow.reach
    assert total.by_segment[0].tolist() == slow.by_segment.tolist()
    assert {i: n for i, n in enumerate(total.advocate_posts.tolist()) if n} == posts_by(slow.launches)
