"""Members that a scenario names: positions, or a refusal that says who is not there; what an arm will cost."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.campaign.members import positions_of
from viralsim.cli import main
from viralsim.simulation.run import compile_arms, compile_audience

SCENARIO = """
viralsim: 1
name: named
seed: 1
worlds: 5
horizon: 1d
audience: {members: 30, participation: null}
channels:
  wall: {visibility: 1.0, cpm_usd: 10, network: {generate: {mean_following: 4}}}
  forum: {visibility: 1.0, presence: 0.5, network: {generate: {mean_following: 4}}}
content: {c: {appeal: 0.0}}
campaign: {content: c, organic: [{channel: CHANNEL, members: MEMBERS}]}
"""


def scenario(members: str, channel: str = "wall") -> vs.Scenario:
    return vs.loads(SCENARIO.replace("MEMBERS", members).replace("CHANNEL", channel))


@pytest.mark.parametrize("members", ["[30]", "[-1]", "[0, 99999999999]", "[eve]", "['07']", "[3, 3]"])
def test_members_who_are_not_there_are_refused_before_a_world_runs(tmp_path: Path, members: str) -> None:
    """Unknown, negative and repeated members are named with their place, by ``check`` and by ``run``."""
    with pytest.raises(vs.ScenarioError, match=r"campaign\.organic\[0\]\.members: (no member|member 3 is named twice)"):
        vs.simulate(scenario(members))
    path = tmp_path / "s.yaml"
    path.write_text(SCENARIO.replace("MEMBERS", members).replace("CHANNEL", "wall"))
    done = CliRunner().invoke(main, ["check", str(path), "--json"])
    assert done.exit_code == 2
    (error,) = json.loads(done.stdout)["errors"]
    assert error["path"] == "campaign.organic[0].members"


def test_members_without_an_account_are_refused() -> None:
    """Who is not on the channel cannot post there."""
    compiled = compile_audience(scenario("1", "forum"))
    away = np.flatnonzero(~compiled.present_on(1))
    assert len(away)
    with pytest.raises(vs.ScenarioError, match=f"member {away[0]} has no account on forum"):
        compile_arms(scenario(f"[{away[0]}]", "forum"), compiled)
    assert positions_of(compiled, [int(away[0])], "there").tolist() == [away[0]]


def test_names_of_a_file_are_positions(tmp_path: Path) -> None:
    """By the ids of the file, whatever they look like; numbers of members are no names there."""
    (tmp_path / "n.csv").write_text("source,target\nhub,10\nhub,20\nhub,007\n10,20\n")
    text = SCENARIO.replace("members: 30, ", "").replace(
        "generate: {mean_following: 4}", "file: n.csv, edge_means: source reaches target"
    )
    text = text.replace(
        "  forum: {visibility: 1.0, presence: 0.5, network: {file: n.csv, edge_means: source reaches target}}\n", ""
    )
    (tmp_path / "s.yaml").write_text(text.replace("MEMBERS", "[hub]").replace("CHANNEL", "wall"))
    result = vs.simulate(vs.load(tmp_path / "s.yaml"))
    (arm,) = result.arms.values()
    assert (arm.measures["reach"] == 3).all()
    (tmp_path / "s.yaml").write_text(text.replace("MEMBERS", "[1]").replace("CHANNEL", "wall"))
    with pytest.raises(vs.ScenarioError, match="no member 1 in the audience"):
        vs.simulate(vs.load(tmp_path / "s.yaml"))


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
