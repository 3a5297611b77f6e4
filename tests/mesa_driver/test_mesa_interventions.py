"""Stopping rules and interventions in the Mesa driver: the worlds of the batch driver, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import viralsim as vs
from viralsim.kernels.batch import run_worlds
from viralsim.mesa_driver import OwnedPost
from viralsim.simulation.run import compile_arms, compile_audience

TEXT = """
viralsim: 1
name: changing
seed: 3
horizon: 3d
audience: {members: 500, communities: {count: 4}}
channels:
  x: {visibility: 0.4, cpm_usd: 9, network: {generate: {mean_following: 10}}}
  y: {visibility: 0.3, network: {generate: {mean_following: 6}}}
content:
  c: {appeal: 0.1, controversy: 0.1}
campaign:
  content: c
  cross_post: 0.2
  owned: [{channel: x, followers: 60, posts_at: [0h, 30h]}]
  paid: [{channel: x, budget_usd: 1, starts: 2h, ends: 40h}]
  organic: [{channel: y, members: 5, posts_at: [1h, 20h]}]
  advocates: {count: 12, choose: degree, posts_at: [1h, 12h, 36h], willingness: 0.7}
  community_management:
    cost_usd_per_day: 10
    respond: {critical_share_ratio: 0.01, effect: 0.5, delay: 3h}
    amplify: {shares_per_hour: 2}
"""
CHANGES: dict[str, dict[str, Any]] = {
    "removed": {"campaign.interventions": [{"at": "10h", "remove": {"best_followed": 30}}]},
    "cut": {"campaign.interventions": [{"at": "5h", "cut": {"share": 0.6}}]},
    "capped": {"campaign.interventions": [{"at": "4h", "visibility": 0.1}]},
    "shares": {"campaign.stop_when": {"shares": 8}},
    "quiet": {"campaign.stop_when": {"quiet": "4h"}},
    "all": {
        "campaign.interventions": [{"at": "3h", "remove": {"best_followed": 10}}, {"at": "6h", "visibility": 0.2}],
        "campaign.stop_when": {"shares": 40, "quiet": "9h"},
    },
}


def play(scenario: vs.Scenario, world: int) -> vs.ViralityModel:
    model = vs.ViralityModel(scenario, world=world)
    while model.running:
        model.step()
    return model


@pytest.mark.parametrize("change", CHANGES)
def test_worlds_are_those_of_the_batch_driver(change: str) -> None:
    """Counts, series, reach, impressions bought and trees of ten worlds."""
    scenario = vs.loads(TEXT).override(CHANGES[change])
    compiled = compile_audience(scenario)
    arm = compile_arms(scenario, compiled)[scenario.arm_names[0]]
    raw = run_worlds(arm.world, scenario.seed, np.arange(10))
    plain = run_worlds(compile_arms(vs.loads(TEXT), compiled)[arm.name].world, scenario.seed, np.arange(10))
    assert (raw.series != plain.series).any(), "the change changes nothing"
    for world in range(10):
        one = play(scenario, world).raw()
        assert one.counts[0].tolist() == raw.counts[world].tolist()
        assert (one.series[0] == raw.series[world]).all()
        assert one.reach_by_channel[0].tolist() == raw.reach_by_channel[world].tolist()
        assert one.paid_bought[0].tolist() == raw.paid_bought[world].tolist()
        np.testing.assert_equal(one.structural_virality[0], raw.structural_virality[world])


def test_a_stopped_model_does_nothing_more() -> None:
    """``running`` is False from the tick in which the rule holds; a further step, and a further action, change nothing."""
    scenario = vs.loads(TEXT).override(CHANGES["shares"])
    model = play(scenario, 0)
    assert 0 < model.tick < model.horizon
    assert model.counted("shares") >= 8
    before = model.raw().counts.tolist(), len(model.action_log), model.steps
    model.step()
    assert (model.raw().counts.tolist(), len(model.action_log), model.steps) == before
    assert not model.running
    with pytest.raises(vs.InputError, match="a stopping rule has ended this world"):
        model.take(next(iter(model.agents)), OwnedPost(0))
