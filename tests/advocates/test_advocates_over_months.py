"""Advocates of a scenario with a programme: ranked by what all launches lose without them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

import viralsim as vs
from viralsim.advocates import Tier, equal_money, find, programme_launches, remove
from viralsim.advocates.people import people
from viralsim.cli import main
from viralsim.errors import InputError

DATA: dict[str, Any] = {
    "viralsim": 1,
    "name": "people over months",
    "seed": 5,
    "worlds": 40,
    "horizon": "2d",
    "audience": {"members": 200},
    "channels": {"x": {"network": {"generate": {"mean_following": 10}}, "visibility": 1.0, "cpm": 5}},
    "content": {"p": {"appeal": 0.05, "value": 20, "conversion_rate": 0.1}},
    "campaign": {
        "content": "p",
        "paid": [{"budget": 0.5}],
        "advocates": {
            "posts_at": ["0h", "5h"],
            "followers_differ": "allow",
            "creators": [
                {"handle": "@ann", "followers": 40, "fee_per_post": 10},
                {"handle": "bo", "followers": 2, "flat_fee": 99.5, "posts_at": ["3h"]},
            ],
        },
    },
    "programme": {"launches": 3, "every": "10d"},
    "arms": {"all": {}, "paid alone": {"campaign.advocates": None}},
    "baseline": "paid alone",
    "goal": {"measure": "shares"},
}


@pytest.fixture(scope="module")
def scenario() -> vs.Scenario:
    return vs.loads(yaml.safe_dump(DATA))


@pytest.mark.slow
def test_gains_are_those_of_all_launches(scenario: vs.Scenario) -> None:
    """By hand: the run of the whole tier minus that without a person, three launches each; prices are three times those of one."""
    found = find(scenario, worlds=40)
    ran = vs.simulate(scenario, worlds=40).arms
    whole = ran["all"].measures["shares"] - ran["paid alone"].measures["shares"]
    assert found.against_none.mean == pytest.approx(whole.mean())
    without = scenario.override({"campaign.advocates.choose": {"members": ["bo"]}})
    alone = vs.simulate(without, worlds=40).arms["all"].measures["shares"]
    by_name = {one.member: one for one in found.listed}
    assert by_name["@ann"].gain.mean == pytest.approx((ran["all"].measures["shares"] - alone).mean())
    assert {name: one.cost_usd for name, one in by_name.items()} == {"@ann": 60.0, "bo": 298.5}
    assert {one.handle: one.cost_usd for one in people(scenario).listed} == {"@ann": 60.0, "bo": 298.5}
    assert found.span == "over 3 campaigns"
    assert "over 3 campaigns than no advocates" in found.sentences[0]
    assert np.isfinite(found.credited_shares)
    assert Tier(scenario).cost_usd == pytest.approx((60.0 + 298.5) / 2)


def test_the_command_lists_them(scenario: vs.Scenario, tmp_path: Path) -> None:
    """``viralsim advocates`` with its curve; nothing is said of break-even costs."""
    (tmp_path / "s.yaml").write_text(scenario.to_yaml())
    shown = CliRunner().invoke(main, ["advocates", str(tmp_path / "s.yaml"), "--worlds", "20", "--curve"])
    assert shown.exit_code == 0, shown.output
    assert "gain: shares over 3 campaigns that are lost without them" in shown.output
    assert "@ann" in shown.output


def test_what_is_of_one_launch_says_so(scenario: vs.Scenario) -> None:
    """One sentence each."""
    for ask in (equal_money, programme_launches, lambda one: remove(one, "@ann", 0)):
        with pytest.raises(InputError, match="one launch, and the scenario has a programme of several"):
            ask(scenario)
