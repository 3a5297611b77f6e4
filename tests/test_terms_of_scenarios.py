"""The terms of real cascades in scenario files: what they mean in worlds, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import viralsim as vs
from viralsim.campaign.compile import content_names
from viralsim.campaign.impression_delay import quantiles, scales, seeing
from viralsim.campaign.visible_posts import factors
from viralsim.errors import ScenarioError
from viralsim.scenario.channels import Exponential, ImpressionDelay, Lognormal, PowerLaw
from viralsim.simulation.run import compile_arms, compile_audience

TEXT = """
viralsim: 1
name: terms
seed: 5
worlds: 200
horizon: 3d
audience: {members: 4000, participation: null}
channels: {x: {visibility: 0.2, network: {generate: {mean_following: 12}}}}
content: {post: {appeal: 0.02}}
campaign: {content: post, owned: [{channel: x, followers: 1500, posts_at: [0h]}]}
arms: {only: {}}
baseline: only
"""


def base(values: dict[str, Any] | None = None) -> vs.Scenario:
    return vs.loads(TEXT).override(values or {})


def only(values: dict[str, Any], worlds: int = 200) -> Any:
    return vs.simulate(base(values), worlds=worlds, threads=1).arms["only"]


def test_owned_posts_are_as_visible_as_is_said() -> None:
    """Members' visibility is 0.2 and owned posts' 0.6 or 0.05: 900 and 75 impressions of 1,500 followers."""
    for seen in (0.6, 0.05):
        arm = only({"channels.x.owned_visibility": seen})
        assert arm.impressions_by_source["owned"].mean() == pytest.approx(1500 * seen, rel=0.02)
        earned, shares = arm.impressions_by_source["earned"].sum(), arm.measures["shares"].sum()
        assert earned / shares == pytest.approx(0.2 * 12, rel=0.35)  # sharers have more followers than others


def test_impressions_grow_as_said_with_followers() -> None:
    """Over members, log of expected impressions on log of followers has the elasticity as slope."""
    scenario = base(
        {"channels.x.follower_elasticity": {"roots": 0.42, "reshares": 0.07}, "channels.x.visibility": 0.01}
    )
    compiled = compile_audience(scenario)
    followers = np.diff(compiled.graph.indptr[0])
    there = followers > 0
    for row, elasticity in zip(factors(compiled, scenario.spec), (0.42, 0.07), strict=True):
        expected = np.log(row[0, there].astype(float) * followers[there])
        slope, level = np.polyfit(np.log(followers[there]), expected, 1)
        assert slope == pytest.approx(elasticity, abs=1e-4)
        assert level == pytest.approx((1 - elasticity) * np.log(followers.mean()), abs=1e-3)


def test_elasticity_holds_in_worlds() -> None:
    """One member with many followers posts unprompted: their impressions are visibility * followers^0.4 * mean^0.6."""
    values = {
        "channels.x.follower_elasticity": {"roots": 0.4}, "channels.x.visibility": 0.05, "content.post.appeal": 0.0,
        "campaign.owned": [],
    }  # fmt: skip
    followers = np.diff(compile_audience(base(values)).graph.indptr[0])
    member = int(followers.argmax())
    scenario = base({**values, "campaign.organic": [{"channel": "x", "members": [member], "posts_at": ["0h"]}]})
    arm = vs.simulate(scenario, worlds=400, threads=1).arms["only"]
    expected = 0.05 * followers[member] ** 0.4 * followers.mean() ** 0.6
    assert arm.measures["impressions"].mean() == pytest.approx(expected, rel=0.1)


def test_owned_lines_follow_the_elasticity_of_roots() -> None:
    arm = only({"channels.x.follower_elasticity": {"roots": 0.5}, "content.post.appeal": 0.0})
    mean = np.diff(compile_audience(base()).graph.indptr[0]).mean()
    assert arm.measures["impressions"].mean() == pytest.approx(0.2 * 1500**0.5 * mean**0.5, rel=0.05)


def test_reshare_is_the_response_to_shares_alone() -> None:
    """With 0 nobody shares a share: all shares answer the owned post, and the reproduction number is 0."""
    arm = only({"content.post.reshare": 0.0})
    assert arm.measures["shares"].mean() == pytest.approx(0.2 * 1500 * 0.02, rel=0.1)
    assert np.nanmax(arm.measures["reproduction_number"]) == 0.0
    assert np.nanmean(only({}).measures["reproduction_number"]) > 0.02  # 0.2 * 12 * 0.02 = 0.048, less where few shared


def test_impressions_wait_as_the_law_says() -> None:
    """Half of the impressions of an owned post are seen within the median delay, whatever the time scales of posts."""
    delay = {"lognormal": {"median": "6h", "sigma": 1.0}, "spread": 0.8}
    values = {"channels.x.impression_delay": delay, "content.post.appeal": 0.0, "horizon": "30d"}
    result = vs.simulate(base(values), worlds=400, threads=1)
    seen = result.series("impressions")
    mean = np.asarray(seen[seen["arm"] == "only"]["mean"] if "arm" in seen else seen["mean"], float)
    inside = mean.cumsum()[[0, 5, 47]] / mean.sum()
    sd = np.hypot(1.0, 0.8)
    from scipy.stats import norm

    expected = norm.cdf(np.log(np.array([1.0, 6.0, 48.0]) / 6.0) / sd)
    np.testing.assert_allclose(inside, expected, atol=0.04)


@pytest.mark.parametrize(
    ("law", "median", "ninetieth"),
    [
        (ImpressionDelay(lognormal=Lognormal(median="3h", sigma=0.5)), 3.0, 3.0 * np.exp(0.5 * 1.2816)),
        (ImpressionDelay(exponential=Exponential(mean="2h")), 2.0 * np.log(2.0), 2.0 * np.log(10.0)),
        # mass theta / (1 + theta) below the constant part's end, then a tail of theta
        (ImpressionDelay(power_law=PowerLaw(constant_until="1h", exponent=2.0)), 1.0, 5.0),
        (ImpressionDelay(fixed="4h"), 4.0, 4.0),
    ],
)
def test_quantiles_are_those_of_the_law(law: ImpressionDelay, median: float, ninetieth: float) -> None:
    found = quantiles(law)
    assert len(found) == 4096
    assert found[2047] == pytest.approx(median, rel=2e-3)
    assert found[round(4096 * 0.9)] == pytest.approx(ninetieth, rel=5e-3)
    assert (np.diff(found) >= 0).all()


def test_scales_of_posts_have_their_spread() -> None:
    found = np.log(scales(ImpressionDelay(fixed="1h", spread=0.9)))
    assert found.mean() == pytest.approx(0.0, abs=1e-12)
    assert found.std() == pytest.approx(0.9, rel=0.01)


def test_channels_without_a_delay_stay_at_once() -> None:
    slow = {"visibility": 0.1, "network": {"generate": {"mean_following": 4}}, "impression_delay": {"fixed": "2h"}}
    scenario = base({"channels": {**base().data["channels"], "y": slow}})
    found = seeing(compile_audience(scenario), scenario.spec)
    assert found.delay[0].max() == 0.0
    assert set(found.delay[1]) == {2.0}


def test_recommended_share_is_had() -> None:
    """30 % of impressions come from recommendation."""
    arm = only({"channels.x.recommended": {"share": 0.3, "delay": "1h"}, "channels.x.engagement_rate": 0.05})
    sources = {name: float(values.sum()) for name, values in arm.impressions_by_source.items()}
    assert sources["recommended"] / sum(sources.values()) == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"channels.x.owned_visibility": 1.2}, "owned_visibility"),
        ({"channels.x.owned_visibility": -0.1}, "owned_visibility"),
        ({"channels.x.follower_elasticity": {"roots": -0.1}}, "roots"),
        ({"channels.x.follower_elasticity": {"reshares": float("nan")}}, "reshares"),
        ({"channels.x.impression_delay": {}}, "impression_delay"),
        ({"channels.x.impression_delay": {"fixed": "1h", "exponential": {"mean": "1h"}}}, "impression_delay"),
        ({"channels.x.impression_delay": {"fixed": "1h", "spread": -1}}, "spread"),
        ({"content.post.reshare": -1}, "reshare"),
        ({"channels.x.recommended": {"share": 1.0}}, "share"),
        ({"channels.x.recommended": {"share": 0.3}}, "needs engagement_rate"),
        ({"channels.x.recommended": {"share": 0.3, "per_engagement": 1.0}}, "excludes per_engagement"),
    ],
)
def test_what_cannot_be_is_refused(values: dict[str, Any], why: str) -> None:
    with pytest.raises(ScenarioError, match=why):
        base(values)


ALL = {
    "channels.x.owned_visibility": 0.4,
    "channels.x.follower_elasticity": {"roots": 0.5, "reshares": 0.3},
    "channels.x.impression_delay": {"exponential": {"mean": "3h"}, "spread": 0.7},
    "channels.x.engagement_rate": 0.04,
    "channels.x.recommended": {"share": 0.2},
    "content.post.reshare": 0.7,
    "arms": {"only": {}, "asked": {"campaign.advocates": {"count": 15, "willingness": 0.8}}},
}


def test_same_worlds_on_threads_and_one_arm_alone() -> None:
    """One thread and two, together and alone, all worlds and the later half: bit for bit the same."""
    scenario = base(ALL)
    together = vs.simulate(scenario, worlds=120, threads=1)
    assert vs.simulate(scenario, worlds=120, threads=2).arms == together.arms
    alone = vs.simulate(scenario, worlds=120, threads=1, arms=["asked"])
    assert alone.arms["asked"] == together.arms["asked"]


def test_a_file_without_the_terms_keeps_its_fingerprint() -> None:
    """The fingerprint of a scenario is what it was before the terms were known."""
    assert base().fingerprint == base({"content.post.reshare": 1.0}).fingerprint
    assert base({"content.post.reshare": 0.5}).fingerprint != base().fingerprint
    assert base({"channels.x.owned_visibility": 0.2}).fingerprint != base().fingerprint


def test_vital_signs_know_how_shares_are_shared() -> None:
    """The reproduction number of a channel falls with the factor of reshares."""
    from viralsim.campaign.preflight import reproduction_number

    found = []
    for reshare in (1.0, 0.25):
        scenario = base({"content.post.reshare": reshare})
        compiled = compile_audience(scenario)
        found.append(reproduction_number(compiled, compile_arms(scenario, compiled)["only"], 0))
    assert found[1] == pytest.approx(0.25 * found[0])
    assert content_names(base().spec) == ["post"]
