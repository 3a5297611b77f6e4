"""``viralsim discover``: planted boxes, a published one, nothing on noise; trees; influences of a function solved by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import viralsim as vs
from viralsim.cli import main
from viralsim.decisions.discovery.boxes import find_boxes
from viralsim.decisions.discovery.given_data import influences
from viralsim.decisions.discovery.prim import Points, Side, find_box, peeled_box
from viralsim.decisions.discovery.tree import leaves
from viralsim.errors import InputError
from viralsim.experiments import plan_of, run_sweep

SWEPT = """
viralsim: 1
name: small
seed: 5
worlds: 20
horizon: 12h
audience: {members: 200, communities: {count: 2}}
channels:
  x: {cpm_usd: 9, visibility: 0.3, network: {generate: {mean_following: 6}}}
content:
  c: {appeal: 0.2, conversion_rate: 0.1, value_usd: 5}
campaign:
  content: c
  owned: [{channel: x, followers: 10, posts_at: [0h]}]
  paid: [{channel: x, budget_usd: 1}]
arms:
  organic: {campaign.paid: []}
  paid: {}
baseline: organic
goal: {measure: impressions}
sweep:
  design: latin_hypercube
  points: 60
  worlds: 5
  parameters:
    campaign.paid[0].budget_usd: {from: 0.1, to: 4}
    content.c.appeal: {from: 0.05, to: 0.1}
"""


def coverage_and_density(points: Points, sides: tuple[Side, ...]) -> tuple[float, float]:
    held = points.inside(sides)
    hits = points.cases[held].sum()
    return hits / points.cases.sum(), hits / held.sum()


def test_the_box_of_a_textbook() -> None:
    """Hastie, Tibshirani, Friedman 2009, section 9.3.1: 200 uniform points, cases where 0.5 < x1 < 0.8 and 0.4 < x2 < 0.6.

    With a peel of 0.1 as there, the mean of the box rises to 1.
    """
    found = []
    for seed in range(10):
        x = np.random.default_rng(seed).uniform(size=(200, 2))
        points = Points(x, (x[:, 0] > 0.5) & (x[:, 0] < 0.8) & (x[:, 1] > 0.4) & (x[:, 1] < 0.6))
        sides = find_box(points, peel=0.1)
        found.append([sides[0].low, sides[0].high, sides[1].low, sides[1].high])
        assert coverage_and_density(points, sides) == (1.0, 1.0)
    assert np.abs(np.median(found, axis=0) - [0.5, 0.8, 0.4, 0.6]).max() < 0.02


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), limited=st.integers(1, 3), mislabelled=st.sampled_from([0.0, 0.02]))
def test_a_planted_box_is_found(seed: int, limited: int, mislabelled: float) -> None:
    """Coverage and density above 0.9 of the planted box, whatever inputs it limits, and no limit on the others."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(500, 5))
    part = 0.15 ** (1.0 / limited)  # of each limited input, so that the box holds 15 % of the points
    low = rng.uniform(0.0, 1.0 - part, limited)
    planted = ((x[:, :limited] > low) & (x[:, :limited] < low + part)).all(axis=1)
    points = Points(x, planted ^ (planted & (rng.uniform(size=500) < mislabelled)))
    coverage, density = coverage_and_density(Points(x, planted), find_box(points))
    assert coverage > 0.9
    assert density > 0.9
    assert all(side.is_open for side in find_box(points)[limited:])


def test_noise_has_no_box() -> None:
    """20 sets of cases that have nothing to do with the inputs: none is explained."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        points = Points(rng.uniform(size=(200, 4)), rng.uniform(size=200) < 0.3)
        assert find_boxes(points, "abcd", {}, seed) == ()


def test_a_box_is_described() -> None:
    """A planted box with a word in it: its limits in words, how sure they are, and both boxes where there are two."""
    rng = np.random.default_rng(3)
    x = np.column_stack([rng.uniform(size=300), rng.integers(0, 3, 300), rng.uniform(size=300)])
    cases = ((x[:, 0] < 0.3) & (x[:, 1] == 1)) | ((x[:, 0] > 0.8) & (x[:, 1] == 2))
    first, second = find_boxes(Points(x, cases, frozenset({1})), ["rate", "model", "price"], {1: ("a", "b", "c")}, 1)
    assert {limit.path for limit in first.limits} == {"rate", "model"}
    limits = {limit.path: limit for limit in first.limits}
    assert limits["model"].words == ("b",)
    assert limits["rate"].low is None
    assert limits["rate"].low_range is None
    assert limits["rate"].high == pytest.approx(0.3, abs=0.03)
    assert limits["rate"].high_range is not None
    assert limits["rate"].high_range[0] <= limits["rate"].high <= limits["rate"].high_range[1]
    assert first.density == second.density == 1.0
    assert first.coverage + second.coverage == pytest.approx(1.0)
    assert first.p_value == 1 / 400
    assert first.coverage_unseen[0] == pytest.approx(first.coverage, abs=0.15)
    assert second.sentence().endswith("model is c")


def test_ties_stay_together() -> None:
    """Points of a grid: a limit lies between its values, and never within equal ones."""
    grid = np.array([(a, b) for a in range(6) for b in range(6) for _ in range(4)], dtype=np.float64)
    points = Points(grid, (grid[:, 0] >= 2) & (grid[:, 0] <= 3) & (grid[:, 1] >= 4))
    assert find_box(points) == (Side(1.5, 3.5), Side(low=3.5))
    assert peeled_box(points)[1].low == 3.5


def test_a_tree_says_the_rule() -> None:
    rng = np.random.default_rng(1)
    x = rng.uniform(size=(400, 3))
    best = leaves(Points(x, (x[:, 0] > 0.6) & (x[:, 2] < 0.5)), "abc", {}, 0)[0]
    assert best.coverage == 1.0
    assert best.density == 1.0
    assert best.rule.startswith("a is above 0.6")
    assert " and c is below 0." in best.rule
    assert leaves(Points(x, rng.uniform(size=400) < 0.3), "abc", {}, 0) == ()


def test_influences_of_ishigami() -> None:
    """First-order shares of the Ishigami function (a 7, b 0.1) are 0.314, 0.442 and 0 in closed form; input d does nothing."""
    rng = np.random.default_rng(2)
    x = rng.uniform(-np.pi, np.pi, size=(500, 4))
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    state = np.random.get_state()[1].copy()
    found = {one.path: one for one in influences(x, "abcd", y, 1)}
    assert (np.random.get_state()[1] == state).all()
    for path, known in (("a", 0.314), ("b", 0.442), ("c", 0.0)):
        assert abs(found[path].first - known) < max(1.5 * found[path].first_half, 0.05)
    assert [found[path].matters for path in "abcd"] == [True, True, True, False]
    assert influences(x[:30], "abcd", y[:30], 1) == ()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("sweep") / "small"
    run_sweep(plan_of(vs.loads(SWEPT)), place, threads=1)
    return place


def test_a_stored_sweep(folder: Path, tmp_path: Path) -> None:
    """Where paid impressions are few is where the budget is small: the box says so, on the command line as in Python."""
    out = tmp_path / "points.csv"
    asked = ["discover", str(folder), "--arm", "paid", "--measure", "uplift_impressions", "--below", "200", "--json"]
    done = CliRunner().invoke(main, [*asked, "--out", str(out)], standalone_mode=False)
    assert done.exception is None, done.output
    found = json.loads(done.stdout)
    assert found["boxes"][0]["limits"][0]["path"] == "campaign.paid[0].budget_usd"
    assert found["boxes"][0]["coverage"] > 0.9
    assert found["boxes"][0]["density"] > 0.9
    assert found["influences"][0]["path"] == "campaign.paid[0].budget_usd"
    assert len(out.read_text().splitlines()) == 61
    again = vs.discover(folder, arm="paid", measure="uplift_impressions", below=200)
    assert again.to_dict() == found
    assert again.table["case"].sum() == found["cases"]


def test_the_default_case_is_where_the_plan_fails(folder: Path) -> None:
    """More impressions are never fewer: paid is best everywhere, and there is nothing to explain."""
    found = vs.discover(folder)
    assert (found.arm, found.cases, found.boxes) == ("paid", 0, ())
    assert "nothing to explain" in found.sentences()[1]
    assert vs.discover(folder, arm="organic").cases == found.points


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"measure": "fame"}, "measure"),
        ({"measure": 3}, "measure"),
        ({"arm": "nobody"}, "arm"),
        ({"arm": ["paid"]}, "arm"),
        ({"against": 3}, "against"),
        ({"arm": "paid", "against": "paid"}, "against"),
        ({"above": 1, "below": 2}, "below"),
        ({"above": float("nan")}, "above"),
        ({"measure": "uplift_shares", "arm": "organic"}, "arm"),
        ({"measure": "structural_virality"}, "measure"),
    ],
)
def test_wrong_words_are_refused(folder: Path, wrong: dict[str, object], named: str) -> None:
    with pytest.raises(InputError, match=named):
        vs.discover(folder, **wrong)
