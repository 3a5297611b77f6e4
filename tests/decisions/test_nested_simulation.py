"""Value of information by regression against nested simulation: inputs drawn, and many worlds run for each draw."""

from __future__ import annotations

import numpy as np
import pytest

import viralsim as vs
from viralsim.simulation.front import launch
from viralsim.simulation.run import compile_audience, draw_inputs

SPREADING = """
viralsim: 1
name: spreading
seed: 7
worlds: 4000
horizon: 12h
audience: {members: 300, communities: {count: 3}}
channels:
  x: {cpm_usd: 400, visibility: 0.5, network: {generate: {mean_following: 6}}}
content:
  c: {appeal: 0.1, conversion_rate: 0.05, value_usd: 10}
campaign:
  content: c
  owned: [{channel: x, followers: 40, posts_at: [0h]}]
  paid: [{channel: x, budget_usd: 45}]
  advocates: {count: 6, choose: degree, posts_at: [0h], cost_usd: 9, willingness: 0.8}
arms:
  organic: {campaign.paid: [], campaign.advocates: null}
  paid: {campaign.advocates: null}
  advocates: {campaign.paid: []}
baseline: organic
uncertain:
  content.c.conversion_rate: {from: 0.005, to: 0.1}
  content.c.appeal: {from: 0.01, to: 0.3}
"""
DRAWS, WORLDS = 200, 200


@pytest.fixture(scope="module")
def nested() -> np.ndarray:
    """Mean net value of each arm given the inputs, float64[draws, arms]."""
    scenario = vs.loads(SPREADING)
    certain, audience = scenario.override({"uncertain": {}}), [compile_audience(scenario)]
    inputs = draw_inputs(scenario, 99, np.arange(DRAWS))
    rows = []
    for i in range(DRAWS):
        found = launch(
            certain.override({p: float(v[i]) for p, v in inputs.items()}), audience, scenario.arm_names, WORLDS, i
        )
        rows.append([found[arm].measures["net_usd"].mean() for arm in scenario.arm_names])
    return np.array(rows)


def test_perfect_information_agrees_with_nested_simulation(nested: np.ndarray) -> None:
    found = vs.value_of_information(vs.loads(SPREADING), seed=3)
    best = int(nested.mean(axis=0).argmax())
    gains = nested.max(axis=1) - nested[:, best]
    error = np.hypot(gains.std(ddof=1) / np.sqrt(DRAWS), found.everything.standard_error)
    assert gains.mean() > 1.0
    assert abs(found.evpi - gains.mean()) < 4.5 * error
    assert error < 0.2 * gains.mean()  # else any answer would agree


def test_two_seeds_agree() -> None:
    """Other inputs and luck, the same answer within the errors of both."""
    one, two = (vs.value_of_information(vs.loads(SPREADING), seed=seed, surveys=[]) for seed in (1, 2))
    assert one.best_now == two.best_now
    for path in one.of:
        error = np.hypot(one.of[path].standard_error, two.of[path].standard_error)
        assert abs(one.of[path].unclipped - two.of[path].unclipped) < 4.5 * error
