"""What an arm will cost: the same in ``check`` and in ``run``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.cli import main
from viralsim.records.columns import is_one_number

CAPPED = """
viralsim: 1
name: costs
seed: 1
worlds: 20
horizon: 1d
audience: {members: 50}
channels: {wall: {visibility: 0.3, cpm_usd: 10, network: {generate: {mean_following: 4}}}}
content: {c: {appeal: 0.0}}
campaign:
  content: c
  paid: [{budget_usd: 100, frequency_cap: 2}]
  advocates: {count: 5, cost_usd: 20}
arms: {paid: {campaign.advocates: null}, advocates: {campaign.paid: []}}
baseline: paid
EQUAL
"""


def test_check_costs_what_run_charges_and_refuses_alike(tmp_path: Path) -> None:
    """A cap of 2 on 50 members lets 100 impressions be bought: 1 USD, in check as in run; equal_money holds for both."""
    path = tmp_path / "s.yaml"
    path.write_text(CAPPED.replace("EQUAL", ""))
    done = CliRunner().invoke(main, ["check", str(path), "--json"])
    assert done.exit_code == 0, done.stdout
    costs = {arm: said["cost_usd"] for arm, said in json.loads(done.stdout)["arms"].items()}
    assert any("at most 100 of 10,000 paid impressions" in said for said in json.loads(done.stdout)["warnings"])
    assert costs == {"paid": pytest.approx(1.0), "advocates": pytest.approx(100.0)}
    result = vs.simulate(vs.load(path))
    for name, arm in result.arms.items():
        charged = float(np.mean(np.sum(list(arm.cost_lines.values()), axis=0)))
        assert charged == pytest.approx(costs[name], rel=0.02)
    path.write_text(CAPPED.replace("EQUAL", "equal_money: [paid, advocates]"))
    assert CliRunner().invoke(main, ["check", str(path)]).exit_code == 2
    with pytest.raises(vs.InputError, match="equal_money: arm paid costs"):
        vs.simulate(vs.load(path))
    assert vs.simulate(vs.load(path), arms=["paid"]).arms  # an arm that runs alone is compared with nobody


def test_a_budget_below_one_impression_costs_nothing_and_is_said(tmp_path: Path) -> None:
    """0.001 USD at 10 USD per thousand buys 0 impressions: nothing is charged, in check as in run."""
    file = tmp_path / "s.yaml"
    file.write_text(CAPPED.replace("EQUAL", "").replace("budget_usd: 100, frequency_cap: 2", "budget_usd: 0.001"))
    said = json.loads(CliRunner().invoke(main, ["check", str(file), "--json"]).stdout)
    assert said["arms"]["paid"]["cost_usd"] == 0
    assert any("arm paid: its paid line on wall buys no impression" in warning for warning in said["warnings"])
    lines = vs.simulate(vs.load(file), arms=["paid"]).arms["paid"].cost_lines
    assert not any(usd.any() for usd in lines.values())


@pytest.mark.parametrize(("cap", "each"), [("", True), (", frequency_cap: 2", False)])
def test_a_cost_that_never_differs_is_one_number(cap: str, each: bool) -> None:
    """Advertisements bought whole cost the same in all worlds and take no memory by world; under a cap some stay unsold."""
    text = CAPPED.replace("EQUAL", "").replace("budget_usd: 100, frequency_cap: 2", f"budget_usd: 0.95{cap}")
    text = text.replace("appeal: 0.0", "appeal: 0.5, conversion_rate: 0.5, value_usd: 3")
    arm = vs.simulate(vs.loads(text), arms=["paid"]).arms["paid"]
    (line,) = arm.cost_lines.values()
    assert is_one_number(line) == each
    assert (len(set(line.tolist())) == 1) == each
    assert line.max() == pytest.approx(0.95)
    assert arm.measures["conversions"].any()
    assert arm.cost_usd().tolist() == line.tolist()
    np.testing.assert_array_equal(arm.measures["net_usd"], 3.0 * arm.measures["conversions"] - line)


@pytest.mark.parametrize(
    ("named", "path", "words"),
    [
        ("[paid, advocate]", "equal_money[1]", "no arm 'advocate'; did you mean 'advocates'?"),
        ("[paid]", "equal_money", "compares the costs of arms: name two or more, or write true"),
        ("[paid, paid]", "equal_money", "name two or more"),
        ("[paid, advocates]", "equal_money", "arm paid costs 1.00 US$ and advocates 100.00"),
    ],
)
def test_equal_money_names_arms_and_says_where(tmp_path: Path, named: str, path: str, words: str) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(CAPPED.replace("EQUAL", f"equal_money: {named}"))
    done = CliRunner().invoke(main, ["check", str(file), "--json"])
    (error,) = json.loads(done.stdout)["errors"]
    assert (error["path"], error["line"]) == (path, len(file.read_text().splitlines()))
    assert words in error["message"]
