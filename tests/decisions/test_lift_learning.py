"""Lift tests go into a scenario: against closed forms, and in words where they contradict it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import norm

import viralsim as vs
from viralsim.cli import main
from viralsim.decisions.lift_learning import Learnt, LiftTest, importance_weights, learn
from viralsim.errors import InputError

# a dollar buys 100 impressions, nobody shares: paid for all brings 100 times the conversion rate
LINEAR = """
viralsim: 1
name: linear
seed: 3
worlds: 600
horizon: 12h
audience: {members: 300, communities: {count: 2}}
channels:
  a: {visibility: 0.2, cpm_usd: 10, network: {generate: {mean_following: 5}}}
content: {c: {appeal: 0, conversion_rate: 0.1}}
campaign: {content: c, paid: [{channel: a, budget_usd: 1, frequency_cap: 1}]}
arms: {none: {campaign.paid: []}, paid: {}}
baseline: none
goal: {measure: conversions}
uncertain: {content.c.conversion_rate: {from: 0.0, to: 0.4}}
"""
PATH = "content.c.conversion_rate"
TEST = LiftTest("paid", "none", "conversions", 20.0, 2.0)


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    return learn(vs.loads(LINEAR), [TEST], threads=1)


def test_weights_of_a_normal_prior() -> None:
    """Effects N(0, 1) before, a test of 1 with standard error 0.5: after it N(0.8, 0.2), and the ESS in closed form."""
    rng = np.random.default_rng(1)
    effects = rng.standard_normal((200_000, 1))
    weights = importance_weights(effects, [LiftTest("a", "b", "shares", 1.0, 0.5)])
    mean = float(weights @ effects[:, 0])
    assert weights.sum() == pytest.approx(1.0)
    assert mean == pytest.approx(0.8, abs=0.01)
    assert float(weights @ (effects[:, 0] - mean) ** 2) == pytest.approx(0.2, abs=0.005)
    # E[w] = N(1; 0, 1.25); E[w^2] = N(1; 0, 1.125) / (2 sqrt(pi) 0.5), from the product of two normal densities
    squared = norm.pdf(1.0, scale=np.sqrt(1.125)) / np.sqrt(np.pi)
    expected = norm.pdf(1.0, scale=np.sqrt(1.25)) ** 2 / squared
    assert 1.0 / (weights**2).sum() / 200_000 == pytest.approx(expected, rel=0.02)


def test_two_tests_multiply() -> None:
    rng = np.random.default_rng(2)
    effects = rng.standard_normal((500, 2))
    one, other = LiftTest("a", "b", "shares", 0.3, 0.5), LiftTest("a", "c", "shares", -0.2, 0.7)
    both = importance_weights(effects, [one, other])
    product = importance_weights(effects[:, :1], [one]) * importance_weights(effects[:, 1:], [other])
    assert both == pytest.approx(product / product.sum())


def test_the_rate_is_learnt(learnt: Learnt) -> None:
    """20 conversions of 100 impressions, standard error 2: a rate of 0.2, standard deviation 0.02."""
    low, middle, high = learnt.ranges()[PATH]["after"]
    assert middle == pytest.approx(0.2, abs=0.01)
    assert (high - low) / 2 == pytest.approx(1.645 * 0.02, abs=0.008)
    assert 60 < learnt.ess < 300
    assert learnt.posterior()[PATH].mean() == pytest.approx(float(learnt.weights @ learnt.inputs[PATH]), abs=0.002)
    assert learnt.warnings() == []


def test_the_scenario_draws_what_was_learnt(learnt: Learnt, tmp_path: Path) -> None:
    learnt.save(tmp_path / "out")
    again = vs.simulate(tmp_path / "out" / "learnt.yaml", worlds=600, threads=1)
    assert set(again.inputs_of_world) == {PATH}
    drawn = again.inputs_of_world[PATH]
    assert drawn.mean() == pytest.approx(0.2, abs=0.01)
    assert drawn.std() == pytest.approx(0.02, abs=0.006)


def test_a_test_that_contradicts_the_scenario() -> None:
    """90 conversions of 100 impressions where the rate is 0.4 at most: it says so."""
    found = learn(vs.loads(LINEAR), [LiftTest("paid", "none", "conversions", 90.0, 2.0)], worlds=60, threads=1)
    assert found.nearest[0] > 20
    assert "contradicts the scenario" in found.warnings()[0]
    assert "more worlds" in found.warnings()[-1]


def test_command(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(LINEAR)
    (tmp_path / "t.csv").write_text("treatment,control,measure,effect,se\npaid,none,conversions,20,2\n")
    asked = ["learn", str(tmp_path / "s.yaml"), "--tests", str(tmp_path / "t.csv"), "--worlds", "100"]
    done = CliRunner().invoke(main, [*asked, "--json", "--out", str(tmp_path / "out")], standalone_mode=False)
    assert done.exception is None, done.output
    found = json.loads(done.stdout)
    assert found["tests"][0]["effect"] == 20.0
    assert 1.0 <= found["ess"] <= 100.0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["learnt.yaml", "posterior.csv", "weights.csv"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("paying,none,conversions,20,2", "treatment"),
        ("paid,paid,conversions,20,2", "control"),
        ("paid,none,fame,20,2", "measure"),
        ("paid,none,conversions,,2", "effect"),
        ("paid,none,conversions,20,0", "standard_error"),
        ("paid,none,conversions,20,-1", "standard_error"),
        ("paid,none,structural_virality,20,1", "measure"),
        ("paid,none,conversions,20,2\npaid,none,conversions,20,2", r"t\.csv:3: .* is the test of line 2 once more"),
        ("paid,none,conversions,20,2\nnone,paid,conversions,-20,2", r"t\.csv:3: .* is the test of line 2 once more"),
    ],
)
def test_wrong_tests_are_refused(row: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"treatment,control,measure,effect,standard_error\n{row}\n")
    with pytest.raises(InputError, match=said):
        learn(vs.loads(LINEAR), tmp_path / "t.csv")


def test_nothing_uncertain_is_refused() -> None:
    with pytest.raises(InputError, match="no uncertain block"):
        learn(vs.loads(LINEAR.replace("uncertain: {content.c.conversion_rate: {from: 0.0, to: 0.4}}", "")), [TEST])
