"""Creators with terms of their own: what they are paid adds up to the cent, and boosts reach whom they may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import viralsim as vs
from viralsim.campaign.compile import Arm
from viralsim.errors import ScenarioError
from viralsim.kernels.batch import run_worlds
from viralsim.kernels.counts import Count
from viralsim.simulation.run import compile_arms, compile_audience

BASE: dict[str, Any] = {
    "viralsim": 1,
    "name": "creators",
    "currency": "EUR",
    "seed": 5,
    "worlds": 20,
    "horizon": "3d",
    "audience": {"members": 300},
    "channels": {"x": {"network": {"generate": {"mean_following": 10}}, "visibility": 1.0, "cpm": 5}},
    "content": {
        "p": {"appeal": 0.02, "value": 20, "conversion_rate": 0.2},
        "reel": {"appeal": 0.05},
    },
    "campaign": {"content": "p"},
    "arms": {"all": {}},
}
ANN = {"handle": "@ann", "followers": 20}
BO = {"handle": "bo", "followers": 12}


def scenario(creators: list[dict[str, Any]], paid: list[dict[str, Any]] | None = None, **tier: Any) -> vs.Scenario:
    """The campaign with these creators."""
    import yaml

    advocates = {"followers_differ": "allow", "creators": creators, **tier}
    campaign = {"content": "p", "advocates": advocates, "paid": paid or []}
    return vs.loads(yaml.safe_dump({**BASE, "campaign": campaign}))


def lines(one: vs.Scenario) -> dict[str, np.ndarray]:
    """Cost lines by world."""
    return {name: np.asarray(values) for name, values in vs.simulate(one).arms["all"].cost_lines.items()}


def arm_of(one: vs.Scenario) -> Arm:
    return compile_arms(one, compile_audience(one), ["all"])["all"]


@pytest.mark.parametrize(
    ("terms", "tier", "expected"),
    [
        ({"fee_per_post": 99.99}, {"posts_at": ["0h"]}, {"creator fees": 99.99}),
        ({"fee_per_post": 99.99}, {"posts_at": ["0h", "24h", "48h"]}, {"creator fees": 299.97}),
        ({"fee_per_post": 10.1, "posts": 2}, {"posts_at": ["0h", "24h", "48h"]}, {"creator fees": 20.2}),
        ({"flat_fee": 250.05}, {"posts_at": ["0h", "24h"]}, {"creator fees": 250.05}),
        ({"gift": 15.49, "fee_per_post": 1}, {"posts_at": ["0h"]}, {"creator fees": 1, "creator gifts": 15.49}),
        ({"gift": 15.49}, {"cost": 40}, {"creator gifts": 15.49}),
        ({}, {"cost": 40}, {"advocates": 40}),
        ({"cost": 7.5, "flat_fee": 2.25}, {"cost": 40}, {"advocates": 7.5, "creator fees": 2.25}),
        ({"fee_per_post": 30}, {"willingness": 0, "posts_at": ["0h", "1h"]}, {}),
        ({"flat_fee": 30}, {"willingness": 0}, {"creator fees": 30}),
    ],
)
def test_amounts_add_up_to_the_cent(terms: dict[str, Any], tier: dict[str, Any], expected: dict[str, float]) -> None:
    """Ten written cases: what is paid once, per post made, and to whom nobody else pays anything."""
    found = lines(scenario([{**ANN, **terms}], **tier))
    paid = {name: values for name, values in found.items() if values.any()}
    assert {name: values.tolist() for name, values in paid.items()} == {
        name: pytest.approx([usd] * 20, abs=1e-9) for name, usd in expected.items()
    }


def test_commissions_and_discounts_are_of_own_sales() -> None:
    """Each creator's sales are conversions on impressions of their planned posts; together they are those of asked posts."""
    one = scenario([
        {**ANN, "commission": 2.5, "commission_share": 0.1, "promo_code": "ANN10", "promo_discount": "5%"},
        {**BO, "commission": 1.0},
    ])  # fmt: skip
    arm = arm_of(one)
    raw = run_worlds(arm.world, 5, np.arange(20))
    assert np.array_equal(raw.asked_sales.sum(axis=1), raw.counts[:, Count.CONVERSIONS_ASKED])
    assert (raw.asked_sales.sum(axis=0) > 0).all()
    found = lines(one)
    np.testing.assert_allclose(found["creator commissions"], raw.asked_sales @ [2.5 + 0.1 * 20, 1.0], atol=1e-9)
    np.testing.assert_allclose(found["promo discounts"], raw.asked_sales @ [1.0, 0.0], atol=1e-9)
    result = vs.simulate(one).arms["all"]
    net = result.measures["value_usd"] - sum(result.cost_lines.values())
    np.testing.assert_allclose(result.measures["net_usd"], net, atol=1e-9)


def test_a_boost_reaches_whom_it_may_within_the_cap() -> None:
    """Followers alone or all others, each at most as often as the cap says; its sales earn the creator's commission."""
    for to in ("followers", "beyond"):
        line = {"boost": "ann", "boost_to": to, "budget": 1, "frequency_cap": 2}
        one = scenario([{**ANN, "commission": 3}], [line], willingness=0, trust=1.5)
        arm = arm_of(one)
        plan, member = arm.world.plan, int(arm.enrolment.members[0])
        graph = arm.world.graph
        followers = set(graph.followers[graph.indptr[0, member] : graph.indptr[0, member + 1]].tolist())
        everyone = set(range(300)) - {member}
        assert set(plan.paid_targets.tolist()) == (followers if to == "followers" else everyone - followers)
        assert plan.paid_trust.tolist() == [1.5]
        raw = run_worlds(arm.world, 5, np.arange(20))
        asked = 200 if to == "beyond" else min(200, 2 * len(followers))
        assert (raw.paid_bought <= asked).all()
        assert raw.paid_bought.min() > 0
        found = lines(one)
        np.testing.assert_allclose(found["creator commissions"], 3.0 * raw.paid_sales[:, 0])
        np.testing.assert_allclose(found["boosts on x"], raw.paid_bought[:, 0] * 5 / 1000)


def test_a_file_says_the_same_as_the_scenario(tmp_path: Path) -> None:
    """Rows of the file and ``creators`` give the same worlds and the same costs."""
    (tmp_path / "people.csv").write_text(
        "handle,followers,fee per post (EUR),gift cost,commission rate,posts\n@ann,20,12.50,3,10%,1\nbo,12,7,,,\n"
    )
    listed = scenario(
        [{**ANN, "fee_per_post": 12.5, "gift": 3, "commission_share": 0.1, "posts": 1}, {**BO, "fee_per_post": 7}],
        posts_at=["0h", "24h"],
        willingness=0.7,
    )
    tier = {"followers_differ": "allow", "file": "people.csv", "posts_at": ["0h", "24h"], "willingness": 0.7}
    import yaml

    (tmp_path / "s.yaml").write_text(yaml.safe_dump({**BASE, "campaign": {"content": "p", "advocates": tier}}))
    named, read = vs.simulate(listed).arms["all"], vs.simulate(vs.load(tmp_path / "s.yaml")).arms["all"]
    for name in ("shares", "conversions", "net_usd"):
        assert np.array_equal(named.measures[name], read.measures[name])
    assert {name: values.tolist() for name, values in named.cost_lines.items()} == {
        name: values.tolist() for name, values in read.cost_lines.items()
    }


def test_own_content_and_both_drivers() -> None:
    """A creator posts what is theirs, and the stepped world costs what the batch's does."""
    one = scenario(
        [{**ANN, "fee_per_post": 12.5, "content": "reel"}, {**BO, "fee_per_post": 7, "commission": 2}],
        [{"boost": "bo", "budget": 0.2}, {"boost": "ann", "budget": 0.2}],
        posts_at=["0h", "5h"],
        willingness=0.7,
    )
    plan = arm_of(one).world.plan
    assert plan.planned_content[plan.planned_advocate == 0].tolist() == [1, 1]
    assert plan.planned_content[plan.planned_advocate == 1].tolist() == [0, 0]
    assert plan.paid_content.tolist() == [0, 1], "a boost shows what its creator posts"
    batch = vs.simulate(one, worlds=3).arms["all"].measures
    for world in range(3):
        model = vs.ViralityModel(one, arm="all", world=world)
        while model.running:
            model.step()
        rows = model.datacollector.get_model_vars_dataframe().iloc[-1]
        for name in ("conversions", "shares", "net_usd"):
            assert rows[name] == batch[name][world]


@pytest.mark.parametrize(
    ("creators", "paid", "said"),
    [
        ([{**ANN, "fee_per_post": -1}], [], r"creators\[0\].fee_per_post: must be >= 0, got -1"),
        ([{**ANN, "posts": 2}], [], r"creators\[0\].posts: asks for 2 posts and posts_at has 1: add times"),
        ([{**ANN, "content": "story"}], [], r"creators\[0\].content: no content 'story'"),
        ([{**ANN, "channel": "y"}], [], r"creators\[0\].channel: no channel 'y'"),
        ([{**ANN, "promo_discount": 2}], [], r"creators\[0\].promo_discount: must be <= 1"),
        ([{**ANN, "fee": 2}], [], r"creators\[0\].fee: unknown key"),
        ([{"handle": "@", "followers": 1}], [], r"creators\[0\].handle: must be a handle"),
        ([ANN], [{"boost": "cy", "budget": 1}], r"paid\[0\].boost: 'cy' is none of the tier's creators"),
    ],
)
def test_what_cannot_be_is_refused(creators: list[dict[str, Any]], paid: list[dict[str, Any]], said: str) -> None:
    """One sentence with the key."""
    with pytest.raises(ScenarioError, match=said):
        arm_of(scenario(creators, paid))


def test_optimise_pays_whole_people_and_boosts_those_alone() -> None:
    """Money goes to people at their own prices; a boost of somebody who is not enrolled takes none."""
    one = scenario([{**ANN, "fee_per_post": 8}, {**BO, "flat_fee": 5}], [{"boost": "ann", "budget": 3}])
    from viralsim.experiments.optimise import optimise

    found = optimise(one, 10.0, measure="reach", worlds=20, trials=12, threads=1)
    assert found.cost_usd <= 10.0
    boosted = found.split.get("paid[0] on x", 0.0)
    assert boosted == 0.0 or "@ann" in found.people


def test_optimise_offers_the_boosted_creator_first() -> None:
    """The dearer of two is the first who gets money, since the boost needs them; a boost without its creator is taken out."""
    one = scenario([{**ANN, "fee_per_post": 8}, {**BO, "flat_fee": 1}], [{"boost": "ann", "budget": 3}, {"budget": 2}])
    from viralsim.experiments.budget_split import SplitModel

    model = SplitModel(one, 20.0, "reach", 4, 1)
    line = next(line for line in model.lines if line.kind == "people")
    assert line.people[0] == "@ann"
    assert [model.without_orphans((2.0, 1.0, people)) for people in (0.0, 1.0)] == [(0.0, 1.0, 0.0), (2.0, 1.0, 1.0)]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("handle,followers,commission\n@ann,20,0.08\n", "commission rate or commission per sale"),
        ("handle,followers,posts\n@ann,20,0\n", r"f\.csv:2: column 'posts': '0' must be at least 1"),
        ("handle,followers,fee per post\n@ann,20,5\nbo,12,\n", r"f\.csv:3: column 'fee per post': is empty for bo"),
    ],
)
def test_terms_that_may_mean_two_things_are_refused(tmp_path: Path, table: str, said: str) -> None:
    """A part or an amount, no post or all of them, no price or a price of 0."""
    import yaml

    (tmp_path / "f.csv").write_text(table)
    tier = {"file": "f.csv", "followers_differ": "allow", "posts_at": ["0h", "4h"]}
    text = yaml.safe_dump({**BASE, "campaign": {"content": "p", "advocates": tier}})
    with pytest.raises(ScenarioError, match=said):
        arm_of(vs.loads(text, tmp_path))
