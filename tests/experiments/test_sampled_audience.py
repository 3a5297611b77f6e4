"""A campaign on a part of its audience: everything shrinks alike, and the error is said."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import viralsim as vs
from viralsim.cli import main
from viralsim.errors import InputError, ScenarioError
from viralsim.experiments.sampling.sampled import sampled_audience
from viralsim.scenario.costs import planned_costs
from viralsim.scenario.smaller import smaller

DATA: dict[str, Any] = {
    "viralsim": 1,
    "name": "large",
    "worlds": 8,
    "horizon": "2d",
    "audience": {
        "members": 4000,
        "prospects": 8000,
        "communities": {"count": 40},
        "attention": {"rivals": {"other": {"impressions_per_day": 1000}}},
    },
    "channels": {"x": {"network": {"generate": {"mean_following": 8}}, "visibility": 0.3, "cpm": 5}},
    "content": {"p": {"appeal": 0.05, "conversion_rate": 0.05, "value": 10}},
    "campaign": {
        "content": "p",
        "owned": [{"followers": 800, "cost": 40}],
        "paid": [{"budget": "$40"}, {"budget": 10}],
        "organic": [{"members": 80}],
        "advocates": {
            "count": 80, "cost": 2, "willingness": 0.7, "programme": {"setup": 60, "hours_per_week": 7, "cost_per_hour": 10},
        },
        "community_management": {"cost_per_day": 20, "respond": {"at_least": 8}},
        "fees": {"production": 100, "agency": 20, "agency_share": "10%"},
    },
    "arms": {"paid": {"campaign.advocates": None, "budget": 400}, "both": {}, "few": {"campaign.advocates.count": 40}},
    "baseline": "paid",
    "goal": {"measure": "conversions", "matters_from": 8},
}  # fmt: skip


def scenario(**more: Any) -> vs.Scenario:
    """The scenario with other blocks; another campaign has no arms."""
    data = {**DATA, **more}
    return vs.loads(
        yaml.safe_dump({k: v for k, v in data.items() if "campaign" not in more or k not in ("arms", "baseline")})
    )


@settings(max_examples=10, deadline=None)
@given(st.sampled_from([0.5, 0.25, 0.1, 0.05, 0.2, 0.75]))
def test_a_part_costs_that_part(part: float) -> None:
    """Every line of cost of every arm, and all that is counted in people."""
    one = scenario()
    small = smaller(one, part)
    for name in one.arm_names:
        whole, less = planned_costs(one.for_arm(name)), planned_costs(small.for_arm(name))
        assert less == {line: pytest.approx(usd * part, rel=1e-9) for line, usd in whole.items()}
    spec = small.spec
    assert spec.audience.members == 4000 * part
    assert spec.audience.prospects == 8000 * part
    assert spec.campaign.owned[0].followers == 800 * part
    assert spec.campaign.organic[0].members == 80 * part
    assert small.for_arm("few").campaign.advocates.count == 40 * part
    assert spec.goal.matters_from == 8 * part
    assert spec.campaign.community_management.respond.at_least == max(1, round(8 * part))
    assert spec.flop_when.earned_shares_at_most == 10 * part
    assert spec.audience.attention.rivals["other"].impressions_per_day == 1000 * part


def test_creators_stay_who_they_are() -> None:
    """A quarter of their followers for a quarter of their fees; a commission is of a sale, so it stays."""
    tier = {"followers_differ": "allow", "cost": 8, "creators": [{"handle": "a", "followers": 400, "fee_per_post": 100, "gift": 20,
            "commission": 3}, {"handle": "b", "followers": 90, "cost": 4}]}  # fmt: skip
    small = smaller(scenario(campaign={"content": "p", "advocates": tier}), 0.25).spec.campaign.advocates
    (a, b) = small.creators
    assert (a.followers, a.fee_per_post_usd, a.gift_usd, a.commission_usd) == (100, 25.0, 5.0, 3.0)
    assert (b.followers, b.cost_usd) == (22, 1.0)


def campaign(**tier: Any) -> dict[str, Any]:
    return {**DATA["campaign"], "advocates": tier}


@pytest.mark.parametrize(
    ("more", "part", "said"),
    [
        ({"campaign": campaign(count=5)}, 0.1, "advocates.count: 5 would be 0.5: take a larger part"),
        (
            {"campaign": campaign(choose={"members": [1, 2]})},
            0.5,
            "names members, of whom a smaller audience may lack some",
        ),
        (
            {"uncertain": {"campaign.paid[0].budget": {"from": 1, "to": 2}}},
            0.5,
            "is of the whole audience: leave it out",
        ),
        ({"campaign": {**DATA["campaign"], "owned": [{"followers": 7}]}}, 0.5, r"owned\[0\].followers: 7 would be 3.5"),
    ],
)
def test_what_cannot_shrink_is_refused(more: dict[str, Any], part: float, said: str) -> None:
    """In one sentence with its path."""
    with pytest.raises(ScenarioError, match=said):
        smaller(scenario(**more), part)


@pytest.mark.slow
def test_the_sample_speaks_of_the_whole_and_says_its_error() -> None:
    """Numbers are divided by the part; half the sample is half of it again; larger than the audience is no sample."""
    found = sampled_audience(scenario(), 1000, 8)
    assert (found.part, found.sampled, found.members) == (0.25, 1000, 4000)
    direct = vs.simulate(found.scenario, worlds=8)
    for one in found.found:
        values = direct.arms[one.arm].measures[one.measure] / 0.25
        assert one.whole.mean == pytest.approx(values.mean())
        assert one.off_by == pytest.approx(2 * max(abs(one.moved.low), abs(one.moved.high)))
        assert one.off_by >= 2 * abs(one.moved.mean)
    whole = vs.simulate(scenario(), worlds=8).arms["both"].measures["reach"].mean()
    reach = next(one for one in found.found if (one.arm, one.measure) == ("both", "reach"))
    assert reach.whole.mean == pytest.approx(whole, rel=0.1)
    assert math.log2(1 / found.part) == 2.0
    for wrong in (4000, 5000):
        with pytest.raises(InputError, match="must be below the audience's 4,000"):
            sampled_audience(scenario(), wrong)


@pytest.mark.slow
def test_the_command_writes_the_smaller_scenario(tmp_path: Path) -> None:
    """It can be loaded, and says what the JSON says."""
    (tmp_path / "s.yaml").write_text(yaml.safe_dump(DATA))
    asked = [
        "sample",
        str(tmp_path / "s.yaml"),
        "--members",
        "1000",
        "--worlds",
        "4",
        "--out",
        str(tmp_path / "small.yaml"),
    ]
    told = CliRunner().invoke(main, asked)
    assert told.exit_code == 0, told.output
    assert "A sample of 1,000 of 4,000 members (25 %)" in told.output
    assert vs.load(tmp_path / "small.yaml").spec.audience.members == 1000
    said = json.loads(CliRunner().invoke(main, [*asked[:6], "--json"]).output)
    assert said["part"] == 0.25
    assert {one["arm"] for one in said["found"]} == {"paid", "both", "few"}
