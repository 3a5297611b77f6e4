"""Ranges of ``uncertain``: normal and lognormal distributions, whole numbers, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import norm

import viralsim as vs
from viralsim.errors import ScenarioError
from viralsim.scenario.ranges import Range
from viralsim.scenario.study import Uncertain
from viralsim.simulation.front import describe
from viralsim.simulation.run import draw_inputs

TEXT = """\
viralsim: 1
name: ranges
seed: 5
worlds: 12
horizon: 1d
audience: {members: 400}
channels: {x: {visibility: 0.2, network: {generate: {mean_following: 8}}}}
content: {post: {appeal: 0.05, half_life: 12h}}
campaign:
  content: post
  owned: [{channel: x, followers: 100, posts_at: [0h]}]
  paid: [{channel: x, budget_usd: 10, starts: 0h, ends: 12h, cpm_usd: 9}]
  advocates: {count: 3, willingness: 0.5}
arms: {alone: {campaign.advocates: null}, both: {}}
baseline: alone
uncertain:
  %s
"""


def range_of(whole: bool = False, **words: Any) -> Range:
    return Range(Uncertain.model_validate(words), whole)


def quantiles(count: int, **words: Any) -> np.ndarray:
    return range_of(**words).quantiles((np.arange(count) + 0.5) / count)


def test_a_normal_has_its_mean_and_deviation_and_is_cut_off() -> None:
    """The density inside the ends is that of the normal, and nothing lies outside."""
    values = quantiles(20_001, normal={"mean": 10.0, "sd": 2.0})
    assert values.mean() == pytest.approx(10.0)
    assert values.std() == pytest.approx(2.0, rel=0.006)  # without the two tails of 0.05 %
    cut = quantiles(20_001, normal={"mean": 10.0, "sd": 2.0}, **{"from": 11.0, "to": 12.0})
    assert (cut.min() >= 11.0, cut.max() <= 12.0) == (True, True)
    inside = norm.cdf([11.0, 11.5, 12.0], 10.0, 2.0)
    assert np.mean(cut < 11.5) == pytest.approx((inside[1] - inside[0]) / (inside[2] - inside[0]), abs=1e-4)


def test_a_lognormal_has_its_median_and_sigma() -> None:
    """Its logarithm is normal; far from the median it is cut off without loss of digits."""
    values = np.log(quantiles(20_001, lognormal={"median": 0.02, "sigma": 0.5}))
    assert np.median(values) == pytest.approx(math.log(0.02))
    assert values.std() == pytest.approx(0.5, rel=0.006)
    far = quantiles(11, lognormal={"median": 1.0, "sigma": 0.1}, **{"from": 3.0, "to": 4.0})
    assert_allclose(far[5], 3.019, rtol=1e-3)
    assert (np.diff(far) > 0).all()
    from_zero = quantiles(11, lognormal={"median": 0.02, "sigma": 0.5}, **{"from": 0.0, "to": 0.02})
    assert 0.0 < from_zero[0] < from_zero[-1] <= 0.02


def test_whole_numbers_are_equally_frequent() -> None:
    """Each value of a linear range once in n, its ends too; of a distribution by the mass around it."""
    assert np.bincount(quantiles(6000, whole=True, **{"from": 2, "to": 4}).astype(int)).tolist() == [
        0,
        0,
        2000,
        2000,
        2000,
    ]
    found = quantiles(100_000, whole=True, normal={"mean": 3.0, "sd": 1.0}, **{"from": 1, "to": 5})
    mass = np.diff(norm.cdf(np.arange(0.5, 6.0), 3.0, 1.0))
    assert_allclose(np.bincount(found.astype(int))[1:] / 100_000, mass / mass.sum(), atol=2e-5)
    assert set(quantiles(500, whole=True, scale="log", **{"from": 1, "to": 1000})) <= set(range(1, 1001))


@given(
    st.sampled_from(["linear", "log", "normal", "lognormal"]),
    st.floats(0.001, 1e3), st.floats(0.001, 1e3), st.floats(0.01, 3.0), st.booleans(),
)  # fmt: skip
def test_values_rise_with_the_quantile_and_stay_inside(
    kind: str, low: float, width: float, spread: float, whole: bool
) -> None:
    """Whatever the range: monotone, between the ends, the ends at 0 and 1."""
    low, high = (math.ceil(low), math.ceil(low) + math.ceil(width)) if whole else (low, low + width)
    words: dict[str, Any] = {"from": low, "to": high}
    if kind in ("linear", "log"):
        words["scale"] = kind
    elif kind == "normal":
        words["normal"] = {"mean": low + width * spread, "sd": width * spread}
    else:
        words["lognormal"] = {"median": low + width / 2, "sigma": spread}
    values = range_of(whole, **words).quantiles(np.array([0.0, 0.1, 0.5, 0.9, 1.0]))
    assert (np.diff(values) >= 0).all()
    assert values[0] == pytest.approx(low)
    assert values[-1] == pytest.approx(high)
    assert low <= values.min() <= values.max() <= high


def test_draws_are_a_function_of_seed_and_number() -> None:
    """World 7 draws the same alone and among others, in the unit of the path."""
    scenario = vs.loads(
        TEXT
        % "content.post.half_life: {normal: {mean: 12h, sd: 3h}}\n  campaign.owned[0].followers: {from: 50, to: 150}"
    )
    together, alone = (draw_inputs(scenario, 5, np.array(worlds)) for worlds in (range(12), [7]))
    for path, values in together.items():
        assert alone[path] == values[7]
    assert 2.1 < together["content.post.half_life"].min() < 12.0 < together["content.post.half_life"].max() < 22.0
    assert_array_equal(together["campaign.owned[0].followers"] % 1, 0)


def test_a_world_with_a_whole_number_is_that_of_the_value_set_by_hand() -> None:
    """Whole numbers are compiled for each distinct value, beside a distribution that is a column."""
    scenario = vs.loads(
        TEXT
        % "campaign.advocates.count: {from: 1, to: 4}\n  content.post.appeal: {lognormal: {median: 0.1, sigma: 0.5}}"
    )
    found = vs.simulate(scenario, threads=1)
    counts = found.inputs_of_world["campaign.advocates.count"]
    assert set(counts) == {1.0, 2.0, 3.0, 4.0}
    certain = scenario.without("uncertain")
    for world in (0, 5, 11):
        values = {path: float(drawn[world]) for path, drawn in found.inputs_of_world.items()}
        by_hand = vs.simulate(certain.override(values), worlds=12, threads=1)
        for arm in found.arms:
            assert found.arms[arm].measures["impressions"][world] == by_hand.arms[arm].measures["impressions"][world]


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ("content.post.appeal: {from: 0.1}", "appeal.to: is required: add it"),
        (
            "content.post.appeal: {normal: {mean: 0.1, sd: 0.2}}",
            "appeal.from: is required, since the distribution reaches beyond",
        ),
        ("content.post.appeal: {normal: {mean: 0.1, sd: 0}, from: 0, to: 1}", "must be > 0, got 0"),
        (
            "content.post.appeal: {normal: {mean: 0.1, sd: 0.1}, from: 0.3, to: 0.2}",
            "must be above from (0.3), got 0.2",
        ),
        ("content.post.appeal: {normal: {mean: 0.1, sd: 0.1}, from: 0, to: 2}", "to: must be <= 1, got 2"),
        ("content.post.appeal: {normal: {mean: 2h, sd: 1h}, from: 0, to: 1}", "mean: must be a number, got '2h'"),
        ("content.post.half_life: {lognormal: {median: 3, sigma: 1}}", "median: must be a duration"),
        ("content.post.half_life: {lognormal: {median: 3h, sigma: 9}}", "sigma: must be <= 5, got 9"),
        ("content.post.half_life: {lognormal: {median: 3h, sigma: 1}, normal: {mean: 3h, sd: 1h}}", "keep one of them"),
        ("content.post.half_life: {lognormal: {median: 3h, sigma: 1}, scale: log}", "scale: is of a uniform range"),
        ("campaign.advocates.count: {from: 1.5, to: 4}", "must be a whole number, got 1.5"),
        ("campaign.advocates.count: {normal: {mean: 10.5, sd: 0.01}}", "leaves one whole number or none"),
        ("content.post.appeal: {mean: 0.1}", "unknown key"),
    ],
)
def test_wrong_ranges_are_refused(span: str, said: str) -> None:
    """With the path and a remedy, at load and through override."""
    with pytest.raises(ScenarioError) as caught:
        vs.loads(TEXT % span)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"uncertain": {"campaign.paid[0].starts": {"from": 0, "to": 3}}},
        {"uncertain": {"content.post.half_life": {"normal": {"mean": 12, "sd": 2}, "from": 3}}},
        {"sweep": {"parameters": {"campaign.paid[0].starts": [0, 3.5]}}},
        {"sweep": {"parameters": {"content.post.half_life": {"from": 2, "to": 3, "steps": 2}}}},
        {"sweep.parameters": {"content.post.half_life": [2]}, "sweep": {"parameters": {"content.post.half_life": [3]}}},
        {"variants": {"slow": {"content.post.half_life": 3}}},
        {"arms": {"alone": {}, "late": {"campaign.paid[0].starts": 3}}},
        {"channels.x.reaction_delay": {"lognormal": {"median": 3}}},
        {"content": {"post": {"appeal": 0.1, "half_life": 4}}},
    ],
)
def test_what_override_stores_can_be_read_again(changes: dict[str, Any]) -> None:
    """Numbers in place of durations are hours inside ranges, swept values, overlays and blocks too."""
    base = vs.loads((TEXT % "").replace("uncertain:\n  \n", ""))
    if "sweep.parameters" in changes:
        base = base.override({"sweep": changes.pop("sweep")})
    changed = base.override(changes)
    assert vs.loads(changed.to_yaml()).fingerprint == changed.fingerprint


def test_override_refuses_numbers_for_durations_where_it_is_told_to() -> None:
    """As in a file, at any depth; and wrong study blocks at once."""
    base = vs.loads((TEXT % "").replace("uncertain:\n  \n", ""))
    with pytest.raises(ScenarioError, match="must be a duration"):
        base.override({"channels.x.reaction_delay": {"lognormal": {"median": 3}}}, hours=False)
    with pytest.raises(ScenarioError, match=r"must be above from \(0.4\), got 0.2"):
        base.override({"uncertain": {"content.post.appeal": {"from": 0.4, "to": 0.2}}})
    with pytest.raises(ScenarioError, match=r"uncertain\.campaign\.advocates\.willingness"):
        draw_inputs(
            vs.loads(TEXT % "campaign.advocates.willingness: {from: 0.1, to: 0.2}").override({"campaign.advocates": None}),
            5, np.arange(3),
        )  # fmt: skip


REFUSED = {
    "content.post.share_rate: {from: 0.01, to: 0.02}": "uncertain.content.post.share_rate: cannot be drawn: ",
    '"campaign.paid[0].starts": {from: 0h, to: 15h}': "uncertain.campaign.paid[0].starts.to: campaign.paid[0].starts cannot be 15",
    '"campaign.paid[0].ends": {from: 6h, to: 30h}': "uncertain.campaign.paid[0].ends.to: campaign.paid[0].ends cannot be 30: ",
    'joint: {rows: {"campaign.paid[0].ends": [6, 30]}}': "uncertain.joint: campaign.paid[0].ends cannot be 30: ",
}


@pytest.mark.parametrize("written", REFUSED)
def test_values_that_contradict_the_scenario_are_refused_before_a_world_is_run(written: str) -> None:
    """Both by check and by run, with the line of the range, however few worlds would draw such a value."""
    scenario = vs.loads(TEXT % written)
    for call in (lambda: describe(scenario), lambda: vs.simulate(scenario, worlds=1)):
        with pytest.raises(ScenarioError) as caught:
            call()
        assert len(caught.value.problems) == 1
        assert str(caught.value).startswith("scenario:17: " + REFUSED[written])


@pytest.mark.parametrize(("written", "said"), {
    "channels.x.envelope: {from: 0.3, to: 0.5}": "channels.x.envelope: says how luck is drawn",
    "programme.launches: {from: 2, to: 3}": "programme.launches: is the same in all worlds",
    "content.post.appeal: {normal: {mean: .nan, sd: 0.1}}": "content.post.appeal.normal.mean: must be a finite number, got nan",
    "content.post.appeal: {normal: {mean: 0.1, sd: -1}}": "content.post.appeal.normal.sd: must be > 0, got -1",
    "content.post.appeal: {from: .nan, to: 0.2}": "content.post.appeal.from: must be a finite number, got nan",
    "content.post.half_life: {from: 10%, to: 12h}": "content.post.half_life.from: must be a duration such as",
    '"campaign.paid[0].budget": {from: 10%, to: 12}': "campaign.paid[0].budget.from: \'10%\' is a percentage",
    "joint: {}": "joint: needs a file, or rows",
    "joint: {rows: {}}": "joint.rows: must have at least 1",
    "joint: {rows: {content.post.appeal: [0.1, x]}}": "joint.rows.content.post.appeal[1]: must be a number, got \'x\'",
    "joint: {rows: {content.post.appeal: [0.1, .nan]}}": "joint.rows.content.post.appeal[1]: must be a finite number, got nan",
    "joint: {rows: {content.post.appeal: [1], content.post.half_life: [1, 2]}}": "joint.rows: paths have 1, 2 values",
}.items())  # fmt: skip
def test_one_mistake_is_told_once(written: str, said: str) -> None:
    """Nothing else is said to be missing or wrong on account of it."""
    text = TEXT % written
    if "programme" in written:
        text += "programme: {launches: 2, every: 30d}\n"
    with pytest.raises(ScenarioError) as caught:
        vs.loads(text)
    assert len(caught.value.problems) == 1
    assert str(caught.value).startswith("scenario:17: uncertain." + said)


def test_fractions_may_be_written_in_per_cent() -> None:
    """Ends, mean, deviation and median of a path that is a fraction."""
    texts = [
        f"content.post.appeal: {{from: {low}, to: {high}, normal: {{mean: {mean}, sd: {sd}}}}}\n"
        f"  campaign.advocates.willingness: {{lognormal: {{median: {median}, sigma: 0.1}}}}"
        for low, high, mean, sd, median in (("1%", "9 %", "5%", "2%", "20%"), (0.01, 0.09, 0.05, 0.02, 0.2))
    ]
    in_per_cent, plain = (vs.loads(TEXT % text).input_ranges() for text in texts)
    assert in_per_cent == plain
