"""Creators who post at times of their own, and creators who are exclusive: from the file and from the scenario alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from test_creators import ANN, BASE, BO, arm_of, lines, scenario

import viralsim as vs
from viralsim.campaign.compile import Arm
from viralsim.errors import ScenarioError
from viralsim.kernels.batch import trace_world
from viralsim.scenario.costs import planned_costs


def of_file(folder: Path, text: str, launch_at: str = "Thursday 09:00", **tier: Any) -> Arm:
    """The arm of a tier from a file with this text."""
    (folder / "people.csv").write_text(text)
    words = {"followers_differ": "allow", "file": "people.csv", **tier}
    data = {**BASE, "launch_at": launch_at, "campaign": {"content": "p", "advocates": words}}
    (folder / "s.yaml").write_text(yaml.safe_dump(data))
    return arm_of(vs.load(folder / "s.yaml"))


def test_each_posts_at_their_own_times_and_is_paid_for_them(tmp_path: Path) -> None:
    """Two times of one's own, the first of three of the tier's; the file says the same."""
    one = scenario(
        [{**ANN, "posts_at": ["5h", "30h"], "fee_per_post": 10}, {**BO, "posts": 1, "fee_per_post": 7}],
        posts_at=["0h", "1h", "2h"],
    )
    arm = arm_of(one)
    plan = arm.world.plan
    assert list(zip(plan.planned_tick, plan.planned_advocate, plan.planned_wave, strict=True)) == [
        (0, 1, 0), (5, 0, 0), (30, 0, 1),
    ]  # fmt: skip
    assert lines(one)["creator fees"].tolist() == [27.0] * 20
    assert planned_costs(one.for_arm("all"))["creator fees"] == 27.0
    assert arm.enrolment.prices(one.spec.campaign.advocates).tolist() == [20.0, 7.0]
    text = "handle,followers,fee per post (EUR),posting times,posts\n@ann,20,10,5h; 30h,\nbo,12,7,,1\n"
    read = of_file(tmp_path, text, posts_at=["0h", "1h", "2h"]).world.plan
    assert np.array_equal(read.planned_tick, plan.planned_tick)
    assert np.array_equal(read.planned_wave, plan.planned_wave)
    named = of_file(tmp_path, 'handle,followers,posts_at\n@ann,20,"1h, Friday, 18:00"\n').world.plan
    assert named.planned_tick.tolist() == [1, 33]


def exclusive(**bo: Any) -> vs.Scenario:
    """A reel of somebody else that everybody passes on, and two creators who post p late."""
    reel = {"appeal": 1.0}
    data = {
        **BASE,
        "audience": {"members": 300, "participation": None},
        "content": {**BASE["content"], "reel": reel},
        "campaign": {
            "content": "p",
            "owned": [{"followers": 300, "content": "reel"}],
            "advocates": {"followers_differ": "allow", "creators": [ANN, {**BO, **bo}], "posts_at": ["70h"]},
        },
    }
    return vs.loads(yaml.safe_dump(data))


def sharers(one: vs.Scenario) -> set[int]:
    """Who posts the reel in world 0."""
    traced = trace_world(arm_of(one).world, one.seed, 0)
    return set(traced.member[traced.content == 1].tolist()) - {-1}


def test_an_exclusive_creator_passes_on_nothing_else() -> None:
    """All who shared the reel still do, but who is exclusive; the fee is paid once, and both drivers agree."""
    free = sharers(exclusive())
    assert len(free) > 290
    for terms in ({"exclusive": True}, {"exclusivity": 99.5}):
        one = exclusive(**terms)
        assert free - sharers(one) == {int(arm_of(one).enrolment.members[1])}
    assert lines(one)["creator fees"].tolist() == [99.5] * 20
    assert planned_costs(one.for_arm("all"))["creator fees"] == 99.5
    model = vs.ViralityModel(one, arm="all", world=0)
    while model.running:
        model.step()
    last = model.datacollector.get_model_vars_dataframe().iloc[-1]
    for name in ("shares", "impressions", "net_usd"):
        assert last[name] == vs.simulate(one, worlds=1).arms["all"].measures[name][0]


def test_who_is_exclusive_posts_nothing_else_unprompted() -> None:
    """An organic line may name them for their own content alone."""
    member = int(arm_of(exclusive()).enrolment.members[1])
    line = [{"members": [member], "content": "reel"}]
    arm_of(exclusive().override({"campaign.organic": line}))
    with pytest.raises(
        ScenarioError, match=r"organic\[0\].members: names bo, who is exclusive to p and cannot post reel"
    ):
        arm_of(exclusive(exclusive=True).override({"campaign.organic": line}))
    arm_of(exclusive(exclusive=True).override({"campaign.organic": [{"members": [member]}]}))


@pytest.mark.parametrize(
    ("creators", "said"),
    [
        ([{**ANN, "posts_at": ["3d"]}], r"creators\[0\].posts_at\[0\]: must be before the horizon \(72h\), got 72h"),
        ([{**ANN, "posts_at": []}], r"creators\[0\].posts_at: must have at least 1"),
        ([{**ANN, "posts_at": ["1h"], "posts": 2}], r"creators\[0\].posts: asks for 2 posts and posts_at has 1"),
        ([{**ANN, "exclusive": False, "exclusivity": 5}], r"creators\[0\].exclusive: is false and exclusivity is paid"),
        ([{**ANN, "exclusive": "maybe"}], r"creators\[0\].exclusive: must be true or false"),
        ([{**ANN, "exclusivity": -5}], r"creators\[0\].exclusivity: must be >= 0"),
    ],
)
def test_wrong_words_are_refused(creators: list[dict[str, Any]], said: str) -> None:
    """One sentence with the key."""
    with pytest.raises(ScenarioError, match=said):
        arm_of(scenario(creators))


@pytest.mark.parametrize(
    ("cells", "launch_at", "said"),
    [
        ("Friday 18:00,", "09:00", "column 'posts_at': 'Friday 18:00' needs to know on which day the launch is"),
        ("80h,", "09:00", "must be from the launch to before the horizon"),
        ("later,", "09:00", "column 'posts_at': must be a duration"),
        ("2h,maybe", "09:00", "column 'exclusive': 'maybe' must be yes or no"),
    ],
)
def test_wrong_cells_are_refused(tmp_path: Path, cells: str, launch_at: str, said: str) -> None:
    """File, line and column."""
    with pytest.raises(ScenarioError) as caught:
        of_file(tmp_path, f"handle,followers,posts_at,exclusive\n@ann,20,{cells}\n", launch_at)
    assert said in str(caught.value)
    assert "people.csv:2" in str(caught.value)
