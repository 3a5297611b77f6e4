"""``viralsim robust``: regrets of a table made by hand, variants with the same luck, bad input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import viralsim as vs
from viralsim.cli import main
from viralsim.decisions.regret import regrets

SMALL = """
viralsim: 1
name: small
seed: 5
worlds: 40
horizon: 24h
audience: {members: 300, communities: {count: 3}}
channels:
  x: {cpm_usd: 9, visibility: 0.3, network: {generate: {mean_following: 6}}}
content:
  c: {appeal: 0.2, conversion_rate: 0.1, value_usd: 5}
campaign:
  content: c
  owned: [{channel: x, followers: 10, posts_at: [0h]}]
  paid: [{channel: x, budget_usd: 5}]
  advocates: {count: 3, choose: degree, posts_at: [0h], cost_usd: 2}
arms:
  organic: {campaign.paid: [], campaign.advocates: null}
  paid: {campaign.advocates: null}
  advocates: {campaign.paid: []}
baseline: organic
goal: {measure: conversions}
variants:
  complex: {content.c.reinforcement: {threshold: {count: 2}}}
  dear: {channels.x.cpm_usd: 90}
  more: {audience.members: 400}
"""


def test_regrets_by_hand() -> None:
    """Two variants, three arms, one world each: worked out by hand."""
    found = regrets(np.array([[[10.0], [8.0], [0.0]], [[0.0], [6.0], [9.0]]]))
    assert found.regret.tolist() == [[0.0, 2.0, 10.0], [9.0, 3.0, 0.0]]
    assert found.largest_regret.tolist() == [9.0, 3.0, 10.0]
    assert found.mean_regret.tolist() == [4.5, 2.5, 5.0]
    assert found.worst.tolist() == [0.0, 6.0, 0.0]
    assert found.chance_best.tolist() == [0.5, 0.0, 0.5]
    assert found.least_wrong == 1


def test_ties_share_a_world() -> None:
    found = regrets(np.array([[[1.0, 2.0], [1.0, 0.0]]]))
    assert found.chance_best.tolist() == [0.75, 0.25]


@given(arrays(np.float64, (3, 2, 5), elements=st.floats(-1e6, 1e6)))
def test_regrets_are_regrets(outcomes: np.ndarray) -> None:
    """Never negative, 0 for the best of each variant; chances sum to 1."""
    found = regrets(outcomes)
    assert (found.regret >= 0.0).all()
    assert (found.regret.min(axis=1) == 0.0).all()
    assert found.chance_best.sum() == pytest.approx(1.0)


def test_each_variant_is_the_scenario_that_says_so() -> None:
    scenario = vs.loads(SMALL)
    found = vs.robust(scenario, worlds=30, seed=3)
    assert found.variants == ("as written", "complex", "dear", "more")
    for i, changes in enumerate([{}, *scenario.spec.variants.values()]):
        alone = vs.simulate(scenario.override(changes), worlds=30, seed=3)
        means = [alone.arm(arm).measures["conversions"].mean() for arm in found.arms]
        assert found.found.means[i].tolist() == means


def test_less_of_a_bad_thing_is_better() -> None:
    found = vs.robust(vs.loads(SMALL).override({"content.c.controversy": 0.3}), worlds=30, measure="critical_shares")
    best = found.found.means.argmin(axis=1)
    assert [found.found.regret[i, j] for i, j in enumerate(best)] == [0.0] * 4
    assert found.found.worst.tolist() == found.found.means.max(axis=0).tolist()


def test_the_command(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    done = CliRunner().invoke(main, ["robust", str(file), "--worlds", "20", "--json"])
    assert done.exit_code == 0, done.output
    printed = json.loads(done.output)
    assert printed == vs.robust(file, worlds=20).to_dict()
    text = CliRunner().invoke(main, ["robust", str(file), "--worlds", "20"])
    assert text.exit_code == 0
    assert printed["sentences"][0].split(":")[0].split(" is ")[0] in text.output


@pytest.mark.parametrize(
    ("variants", "says"),
    [
        ("{a: {content.c.apeal: 1}}", "apeal"),
        ("{a: {content.c.appeal: 2}}", "appeal"),
        ("{a: {arms.paid: {}}}", "same for all variants"),
        ("{a: {seed: 3}}", "same for all variants"),
        ("{a: 3}", "variants.a"),
    ],
)
def test_wrong_variants_are_refused_with_their_line(tmp_path: Path, variants: str, says: str) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL[: SMALL.index("variants:")] + f"variants: {variants}\n")
    for command in ("robust", "check"):
        done = CliRunner().invoke(main, [command, str(file)])
        assert done.exit_code == 2, command
        assert says in done.output + done.stderr
        assert f"{file}:23" in done.output + done.stderr


def test_bad_input_ends_with_2(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    for options in (
        ["--arm", "paid"],
        ["--arm", "pay"],
        ["--measure", "structural_virality"],
        ["--set", "variants={}"],
    ):
        done = CliRunner().invoke(main, ["robust", str(file), *options])
        assert done.exit_code == 2, options
        assert "Traceback" not in done.output


def test_variants_change_no_fingerprint() -> None:
    """A run does not depend on them."""
    assert vs.loads(SMALL).fingerprint == vs.loads(SMALL[: SMALL.index("variants:")]).fingerprint
