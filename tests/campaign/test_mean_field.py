"""The mean field has the law of a first impression: the oracle's, member by member and tick by tick."""

from __future__ import annotations

import numpy as np
import pytest
from naive_luck import Impression
from naive_shows import Run

import viralsim as vs
from viralsim.campaign.mean_field import (
    attention,
    first_share_probability,
    novelty,
    rhythm,
    share_drive,
    tick_hours,
)
from viralsim.campaign.preflight import share_chance
from viralsim.kernels.arm_inputs import Source
from viralsim.simulation.run import compile_arms, compile_audience

SCENARIO = """
viralsim: 1
name: mean field
seed: 5
worlds: 10
horizon: 3d
launch_at: "10:00"
audience:
  members: 300
  communities: {count: 4}
  topics: {food: 0.4, sport: 0.7}
  tones: {humorous: 0.5}
  attention: {feed_capacity: 20, background_posts: 1.5}
  rhythm: {peak: "20:00", depth: 0.6}
  participation: {sigma: 1.0}
channels:
  wall: {visibility: 0.3, network: {generate: {mean_following: 12}}}
content:
  post: {appeal: 0.08, topics: {food: 1.0, sport: 0.5}, tone: {humorous: 1.0}, half_life: 9h, released_at: 5h}
campaign:
  content: post
  organic: [{members: 2}]
"""


@pytest.fixture(scope="module")
def scenario() -> vs.Scenario:
    return vs.loads(SCENARIO)


def test_first_impressions_are_those_of_the_oracle(scenario: vs.Scenario) -> None:
    """Share drive, novelty and trust together are the oracle's share probability of a member's first impression."""
    compiled = compile_audience(scenario)
    (arm,) = compile_arms(scenario, compiled).values()
    content = arm.spec.content["post"]
    oracle = Run(arm.world, 1, 0)
    hours = tick_hours(arm.spec)
    fresh = novelty(content.half_life, content.released_at, hours)
    drive = share_drive(compiled, content)
    for tick in (0, 4, 5, 14, 71):
        oracle.tick = tick
        for trust in (1.0, 0.4):
            expected = first_share_probability(content.appeal, drive, trust, fresh[tick])
            seen = [
                oracle.share_probability(Impression(v, 0, 0, Source.EARNED, 0, trust, 0))
                for v in range(compiled.members)
            ]
            assert np.allclose(expected, seen, rtol=1e-6, atol=0.0)  # the kernels' match and activity are 32 bits wide
    assert fresh[14] == pytest.approx(0.5)  # a half-life after the release
    assert np.array_equal(share_chance(compiled, arm), first_share_probability(content.appeal, drive))


def test_attention_and_rhythm_are_those_of_the_oracle(scenario: vs.Scenario) -> None:
    """Before any competing content, attention is the oracle's; rhythm has mean 1 over a day and its peak at the hour said."""
    compiled = compile_audience(scenario)
    (arm,) = compile_arms(scenario, compiled).values()
    oracle = Run(arm.world, 1, 0)
    expected = [oracle.attention(0, v) for v in range(compiled.members)]
    assert np.allclose(attention(compiled, arm.spec), expected, rtol=1e-6, atol=0.0)
    daily = rhythm(arm.spec, tick_hours(arm.spec))
    assert np.array_equal(daily, arm.world.rules.rhythm)
    assert daily[:24].mean() == pytest.approx(1.0)
    assert int(daily[:24].argmax()) == 10  # 20:00, ten hours after the launch
