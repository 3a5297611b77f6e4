"""Pattern space exploration: more of the plane than random inputs, the same again, and outcomes of a real scenario."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.cli import main
from viralsim.decisions.discovery.patterns import breed, cells_of, explore_patterns
from viralsim.errors import InputError

SCENARIO = """
viralsim: 1
name: small
seed: 5
worlds: 4
horizon: 12h
audience: {members: 200, communities: {count: 2}}
channels:
  x: {cpm_usd: 9, visibility: 0.3, network: {generate: {mean_following: 6}}}
content:
  c: {appeal: 0.02}
campaign:
  content: c
  owned: [{channel: x, followers: 10, posts_at: [0h]}]
  paid: [{channel: x, budget_usd: 1}]
arms:
  organic: {campaign.paid: []}
  paid: {}
baseline: organic
uncertain:
  campaign.paid[0].budget_usd: {from: 0.1, to: 4}
  content.c.appeal: {from: 0.0, to: 0.3}
"""


def rare_corner(inputs: np.ndarray) -> np.ndarray:
    """Outcomes that random inputs crowd into one corner: high powers of two inputs, three others do nothing."""
    return inputs[:, :2] ** 8


def test_rare_patterns_are_found() -> None:
    """Over ten seeds far more cells than as many random inputs hit, on the same grid."""
    for seed in range(10):
        inputs, bred = breed(rare_corner, 5, 400, seed)
        assert inputs.shape == (400, 5)
        assert ((inputs >= 0.0) & (inputs <= 1.0)).all()
        assert (bred == rare_corner(inputs)).all()
        random = rare_corner(np.random.default_rng(seed).uniform(size=(400, 5)))
        corners = np.array([[0.0, 0.0], [1.0, 1.0]])
        ours, theirs = (len(np.unique(cells_of(np.concatenate([corners, found])))) for found in (bred, random))
        assert ours > 1.3 * theirs


def test_cells() -> None:
    """Ten bins of each measure between its ends, the largest in the last; what never differs is in the first."""
    assert cells_of(np.array([[0.0, 0.0], [1.0, 1.0], [0.55, 0.0]])).tolist() == [0, 99, 50]
    assert cells_of(np.array([[3.0, 0.0], [3.0, 1.0]])).tolist() == [0, 9]


def test_a_scenario(tmp_path: Path) -> None:
    """Each row's outcomes come out again when its inputs are run; the command says the same as Python."""
    (tmp_path / "s.yaml").write_text(SCENARIO)
    asked = [
        "discover",
        str(tmp_path / "s.yaml"),
        "--measure",
        "impressions",
        "--measure",
        "shares",
        "--points",
        "40",
        "--json",
    ]
    done = CliRunner().invoke(main, [*asked, "--threads", "1", "--out", str(tmp_path / "p.csv")], standalone_mode=False)
    assert done.exception is None, done.output
    said = json.loads(done.stdout)
    found = explore_patterns(tmp_path / "s.yaml", ("impressions", "shares"), points=40, threads=1)
    assert said == found.to_dict()
    assert found.arm == "paid"
    assert 5 <= found.cells <= 100
    assert len((tmp_path / "p.csv").read_text().splitlines()) == 41
    row = found.table.iloc[17]
    changed = {path: float(row[path]) for path in ("campaign.paid[0].budget_usd", "content.c.appeal")}
    again = vs.simulate(vs.loads(SCENARIO).without("uncertain").override(changed), threads=1)
    assert again.arm("paid").measures["impressions"].mean() == row["impressions"]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"measures": "shares"}, "measures"),
        ({"measures": ["shares"]}, "measures"),
        ({"measures": ["shares", "shares"]}, "measures"),
        ({"measures": ["shares", "fame"]}, "measures"),
        ({"measures": ["shares", "structural_virality"]}, "measures"),
        ({"arm": "nobody"}, "arm"),
        ({"points": 39}, "points"),
        ({"worlds": 0}, "worlds"),
    ],
)
def test_wrong_words_are_refused(wrong: dict[str, object], named: str) -> None:
    given = {"measures": ["shares", "impressions"], **wrong}
    with pytest.raises(InputError, match=named):
        explore_patterns(vs.loads(SCENARIO), **given)


@pytest.mark.parametrize(
    "option", [("--page", "page.html"), ("--above", "3"), ("--below", "3"), ("--against", "organic")]
)
def test_options_of_a_sweep_are_refused_beside_a_scenario(tmp_path: Path, option: tuple[str, str]) -> None:
    """They would be ignored, and no page written."""
    file = tmp_path / "plan.yaml"
    file.write_text("viralsim: 1\n")
    said = CliRunner().invoke(
        main, ["discover", str(file), "--measure", "shares", "--measure", "reach", *option], standalone_mode=False
    )
    assert isinstance(said.exception, InputError)
    assert str(said.exception).startswith(f"{option[0]} is for a finished sweep")
