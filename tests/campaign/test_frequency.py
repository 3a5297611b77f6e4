"""Frequency goals: how many members saw the campaign, or a paid line, so often."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

import viralsim as vs
from viralsim.campaign.market import frequency_lines
from viralsim.cli import main
from viralsim.errors import InputError, ScenarioError
from viralsim.experiments.luck import how_much_luck
from viralsim.experiments.optimise import optimise
from viralsim.experiments.point_runner import own_measures
from viralsim.kernels.batch import run_worlds
from viralsim.simulation.run import compile_arms, compile_audience

BASE: dict[str, Any] = {
    "viralsim": 1,
    "name": "how often",
    "seed": 3,
    "worlds": 30,
    "horizon": "3d",
    "audience": {"members": 1000},
    "channels": {"x": {"network": {"generate": {"mean_following": 8}}, "visibility": 0.3, "cpm": 5}},
    "content": {"p": {"appeal": 0.05}},
    "campaign": {
        "content": "p",
        "frequency_goal": 3,
        "owned": [{"followers": 300}],
        "paid": [
            {"budget": 10, "frequency_goal": 3},
            {"budget": 10, "frequency_cap": 3, "frequency_goal": 3},
            {"budget": 1},
        ],
    },
    "arms": {"all": {}, "none": {"campaign.paid": []}},
    "baseline": "none",
    "goal": {"measure": "effective_reach"},
}


def scenario(**campaign: Any) -> vs.Scenario:
    return vs.loads(yaml.safe_dump({**BASE, "campaign": {**BASE["campaign"], **campaign}}))


@pytest.fixture(scope="module")
def result() -> vs.Result:
    return vs.simulate(scenario())


def test_a_goal_changes_no_world(result: vs.Result) -> None:
    """Worlds are those without goals; a goal of 1 is the reach."""
    lines = [{k: v for k, v in line.items() if k != "frequency_goal"} for line in BASE["campaign"]["paid"]]
    data = {**BASE, "goal": None, "campaign": {**BASE["campaign"], "frequency_goal": None, "paid": lines}}
    plain = vs.simulate(vs.loads(yaml.safe_dump(data)))
    ones = vs.simulate(scenario(frequency_goal=1))
    for arm in ("all", "none"):
        for name, values in plain.arms[arm].measures.items():
            assert np.array_equal(values, result.arms[arm].measures[name], equal_nan=True)
        assert np.array_equal(ones.arms[arm].measures["effective_reach"], ones.arms[arm].measures["reach"])
    assert "effective_reach" not in plain.arms["all"].measures


def test_check_expects_what_is_counted(result: vs.Result) -> None:
    """Poisson, with and without a cap: within four standard errors of what worlds count, and one percent."""
    one = scenario()
    arm = compile_arms(one, compile_audience(one))["all"]
    said = frequency_lines(arm)
    assert [text.split(":")[0] for text in said] == ["paid[0]", "paid[1]"]
    for line, text in enumerate(said):
        expected = float(text.split("about ")[1].split(" ")[0].replace(",", ""))
        counted = result.arms["all"].measures[f"effective_reach_paid_{line}"]
        assert abs(counted.mean() - expected) < 4 * counted.std() / np.sqrt(len(counted)) + 0.01 * 1000
    raw = run_worlds(arm.world, 3, np.arange(30))
    assert np.array_equal(raw.often_reached[:, 0], result.arms["all"].measures["effective_reach"])
    assert raw.often_reached[:, 3].tolist() == [0] * 30


def test_it_is_a_goal_in_every_answer(tmp_path: Any) -> None:
    """Named by the verdict, in JSON for each arm and line; None for an arm without the line."""
    file = tmp_path / "s.yaml"
    file.write_text(yaml.safe_dump(BASE))
    found = CliRunner().invoke(main, ["run", str(file), "--json"])
    assert found.exit_code == 0, found.output
    answer = json.loads(found.output)
    assert answer["verdict"]["measure"] == "effective_reach"
    assert answer["verdict"]["winner"] == "all"
    arms = answer["arms"]
    assert arms["all"]["measures"]["effective_reach"]["mean"] > arms["none"]["measures"]["effective_reach"]["mean"]
    assert arms["all"]["measures"]["effective_reach_paid_1"]["count"] == 30
    assert arms["none"]["measures"]["effective_reach_paid_1"]["mean"] is None
    checked = CliRunner().invoke(main, ["check", str(file)])
    assert "of 1,000 members get 3 or more of 2 impressions per member, its frequency goal" in checked.output
    assert own_measures(vs.load(file)) == ["effective_reach", "effective_reach_paid_0", "effective_reach_paid_1"]


@pytest.mark.slow
def test_both_drivers_and_launches(result: vs.Result) -> None:
    """The stepped world counts the same at its end, and a programme sums its launches."""
    model = vs.ViralityModel(scenario(), arm="all", world=4)
    while model.running:
        model.step()
    for name in ("effective_reach", "effective_reach_paid_1"):
        assert model.measure(name) == result.arms["all"].measures[name][4]
    data = {**BASE, "programme": {"launches": 2, "every": "10d"}, "worlds": 5}
    two = vs.simulate(vs.loads(yaml.safe_dump(data))).arms["all"].measures["effective_reach"]
    assert (two > 1.5 * result.arms["all"].measures["effective_reach"][:5]).all()


@pytest.mark.slow
def test_optimise_has_it_as_its_goal() -> None:
    """The goal's measure decides; no cap below a line's goal is tried."""
    found = optimise(scenario(), 20.0, worlds=8, trials=4, threads=1)
    assert found.measure == "effective_reach"
    tried = {one.line: {point.cap for point in one.points} for one in found.frequency}
    assert tried
    assert all(caps <= {None, 3, 5, 8} for line, caps in tried.items() if not line.startswith("paid[2]"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"campaign.frequency_goal": 0}, "campaign.frequency_goal: must be >= 1, got 0"),
        ({"campaign.paid[0].frequency_goal": 2.5}, "frequency_goal: must be a whole number"),
        ({"campaign.paid[1].frequency_goal": 4}, "is above the frequency_cap of 3, so nobody gets there"),
        ({"campaign.frequency_goal": None}, "goal.measure: effective_reach needs campaign.frequency_goal"),
        (
            {"field_test": {"treatment": "all", "control": "none", "measure": "effective_reach"}},
            "is not known by groups",
        ),
        ({"uncertain": {"campaign.frequency_goal": {"from": 1, "to": 3}}}, "it cannot be uncertain"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, Any], said: str) -> None:
    """One sentence with the key."""
    with pytest.raises(ScenarioError) as caught:
        vs.loads(scenario().override(change).to_yaml())
    assert said in str(caught.value)


def test_it_is_refused_where_nobody_counts_it() -> None:
    """A study that names the measure without a goal says what to add."""
    data = {**BASE, "goal": None, "campaign": {**BASE["campaign"], "frequency_goal": None}}
    with pytest.raises(InputError, match=r"effective_reach needs campaign\.frequency_goal"):
        how_much_luck(vs.loads(yaml.safe_dump(data)), measure="effective_reach", worlds=2, contents=2)
