"""What to do now: answers where the truth is known, worlds that are one until now, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from forecasting.synthetic_launches import LAUNCH, NOW, READ_AT, Outcomes, curve_of
from hypothesis import given
from hypothesis import strategies as st

import viralsim as vs
from viralsim.cli import main
from viralsim.forecasting.curve import Curve, curve_of_events
from viralsim.forecasting.worlds.acting import Left, open_arms
from viralsim.forecasting.worlds.weighting import adjusted, points_of, shares_at, weigh, weighted_quantiles

PRICES = {"ask": 12.0, "advertise": 40.0}  # shares that pay for acting, said before anything was measured


def ask(changes: dict[str, Any] | None = None, **more: Any) -> vs.forecasting.OpenArms:
    """The arms of the launch, changed, after a curve that its worlds know."""
    scenario = LAUNCH.override(changes or {})
    given_ = {"shares": [0, 1, 2, 2, 3, 4], "worlds": 100, "threads": 1, **more}
    return vs.forecasting.arms(scenario, READ_AT, NOW, **given_)


@pytest.mark.slow
def test_intervals_hold_and_choices_pay() -> None:
    """300 true worlds: 95 % intervals hold 90 to 98 %, at most 10 % without an answer, choices lose least."""
    found = Outcomes(300, 1000)
    assert found.unanswered <= 30
    for arm in PRICES:
        assert 0.90 <= found.covered(arm) <= 0.98
    # over both actions: at its price asking nearly always pays, and always asking is as good there
    chosen, always, never = np.sum([found.losses(arm, price) for arm, price in PRICES.items()], axis=0)
    assert chosen < min(always, never)


def test_intervals_hold_in_some_worlds() -> None:
    """As above in 20: more than 6 missed would be a chance of 1 in 30,000 at 95 %."""
    found = Outcomes(20, 77)
    assert found.unanswered <= 4
    for arm in PRICES:
        assert found.covered(arm) * len(found.realised[arm]) >= len(found.realised[arm]) - 6


def test_an_answer_knows_its_own_world() -> None:
    """Luck is common: the arms are the baseline's worlds until now, to the last bit, and differ afterwards."""
    result = vs.simulate(LAUNCH, worlds=50, repeat_trust=False)
    free = int(NOW)
    for arm in ("ask", "advertise"):
        for name, series in result.arms[arm].series.items():
            own = np.asarray(result.arms["nothing"].series[name])
            assert np.array_equal(np.asarray(series)[:, :free], own[:, :free])
        assert (np.asarray(result.arms[arm].series["shares"])[:, free:].sum(1) > own[:, free:].sum(1)).any()


def test_the_answer_is_the_difference_on_the_forecasts_level() -> None:
    """The level moves with the forecast, the difference does not; costs and prices belong together."""
    curve = Curve(READ_AT, np.array([0.0, 1, 2, 2, 3, 4]), NOW, False)
    low, high = (
        open_arms(LAUNCH, curve, np.full(100, level), None, 100, 3, Left(), threads=1) for level in (5.0, 60.0)
    )
    for one, other in zip(low.arms, high.arms, strict=True):
        assert (one.uplift, one.ci_low, one.ci_high) == (other.uplift, other.ci_low, other.ci_high)
        assert {key: value + 55 for key, value in one.final.items()} == pytest.approx(other.final)
        assert one.final["p50"] > 5
        assert one.cost_per_share == pytest.approx(one.cost_difference / one.uplift)
        assert one.net_gain == pytest.approx(one.break_even_price - one.cost_difference)
    assert [one.cost_difference for one in low.arms] == pytest.approx([200.0, 100.0], abs=0.01)
    assert low.recommended == max(low.arms, key=lambda one: one.net_gain).arm


def test_an_arm_that_does_nothing_changes_nothing() -> None:
    """An arm that is the baseline differs by exactly 0, at no cost."""
    (one,) = ask({"arms": {"nothing": {}, "idle": {"campaign.cross_post": 0.0}}}).arms
    assert (one.uplift, one.ci_low, one.ci_high, one.cost_difference) == (0.0, 0.0, 0.0, 0.0)
    assert one.probability_better == pytest.approx(0.5)
    assert one.cost_per_share is None


def test_no_answer_where_no_world_is_like_it() -> None:
    """A curve far above all worlds: every number is None and the reason is said."""
    found = ask(shares=[2000, 4000, 6000, 8000, 10000, 12000])
    assert not found.answered
    assert found.recommended is None
    assert any("no answer" in warning for warning in found.warnings)
    for one in found.arms:
        assert (one.uplift, one.ci_low, one.final) == (None, None, None)
        assert "30 are needed" in str(one.reason)


def test_what_is_left_is_respected() -> None:
    """Arms beyond the budget or the advocates left are said to be so and not recommended."""
    found = ask(budget_left=150.0, advocates_left=20)
    assert {one.arm: one.affordable for one in found.arms} == {"ask": False, "advertise": True}
    found = ask(advocates_left=9)
    assert {one.arm: one.affordable for one in found.arms} == {"ask": False, "advertise": True}
    assert ask().arms[0].affordable is None


def test_a_manager_who_starts_now() -> None:
    """A manager with ``starts`` does nothing before, is paid from then on, and may be an open arm."""
    manager = {"cost_usd_per_day": 24.0, "starts": "6h", "amplify": {"shares_per_hour": 1, "cooldown": "6h"}}
    arms = {"nothing": {}, "manage": {"campaign.community_management": manager}}
    (one,) = ask({"arms": arms}).arms
    assert one.cost_difference == pytest.approx(66.0)
    assert one.uplift is not None
    assert one.uplift > 0


EARLY = {
    "campaign.paid[0]": {"campaign.paid": [{"budget_usd": 10}]},
    "campaign.owned[0].posts_at": {"campaign.owned": [{"followers": 1500, "posts_at": ["0h", "5h"]}]},
    "campaign.owned[0] ": {"campaign.owned": [{"followers": 1400, "posts_at": ["0h"]}]},
    "campaign.organic[0]": {"campaign.organic": [{"members": 2, "posts_at": ["2h"]}]},
    "campaign.advocates": {"campaign.advocates": {"count": 3, "posts_at": ["5h", "7h"]}},
    "campaign.community_management": {"campaign.community_management": {"amplify": {"shares_per_hour": 500}}},
    "content.post.appeal": {"content.post.appeal": 0.05},
    "channels.x.cpm_usd": {"channels.x.cpm_usd": 8},
    "campaign.cross_post": {"campaign.cross_post": 0.5},
    "campaign.interventions[0]": {"campaign.interventions": [{"at": "5h", "visibility": 0.1}]},
    "campaign.stop_when": {"campaign.stop_when": {"shares": 10}},
}


@pytest.mark.parametrize("path", EARLY)
def test_what_has_passed_is_refused(path: str) -> None:
    """An arm that differs before now is refused, and the path that differs is named."""
    arm = EARLY[path]
    changes: dict[str, Any] = {"arms": {"nothing": {}, "early": arm}}
    if path in ("content.post.appeal",):
        changes["uncertain"] = {}
    with pytest.raises(vs.InputError) as refused:
        ask(changes)
    said = str(refused.value)
    assert said.startswith("arms.early: ")
    assert path in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"arms": ["nothing"]}, "nothing to compare"),
        ({"arms": ["fame"]}, "fame"),
        ({"shares": [0, 1, 2, 2, 1, 4]}, "ascend"),
        ({"shares": [0, 1]}, "one for each"),
        ({"shares": [0, 1, 2, 2.5, 3, 4]}, "whole"),
        ({"budget_left": -1}, "budget_left"),
        ({"advocates_left": 1.5}, "advocates_left"),
        ({"population": 3}, "population"),
    ],
)
def test_wrong_questions_are_refused(more: dict[str, Any], word: str) -> None:
    """One sentence says what is wrong."""
    with pytest.raises(vs.InputError, match=word):
        ask(**more)


def test_a_curve_to_the_end_leaves_nothing_to_do() -> None:
    """Once the horizon is reached there is no arm left."""
    with pytest.raises(vs.InputError, match="nothing is left to do"):
        vs.forecasting.arms(LAUNCH, [0.0, 1.0], 72.0)


def test_single_shares_and_readings_say_the_same(tmp_path: Path) -> None:
    """Shares whose times are known meet the worlds as their counter does, read at the same hours."""
    truth = vs.simulate(LAUNCH, worlds=3, seed=5, repeat_trust=False)
    counter = curve_of(truth, 2)
    hours = np.concatenate([[0.0], np.repeat(READ_AT - 0.5, np.diff(counter, prepend=0).astype(int))])
    by_event = vs.forecasting.arms(LAUNCH, hours, NOW, worlds=100, threads=1)
    by_counter = vs.forecasting.arms(LAUNCH, READ_AT, NOW, shares=counter, worlds=100, threads=1)
    assert [one.uplift for one in by_event.arms] == [one.uplift for one in by_counter.arms]


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(1, 4)), min_size=1, max_size=12), st.floats(0, 1))
def test_weighted_quantiles_are_those_of_repeated_values(pairs: list[tuple[int, int]], level: float) -> None:
    """A value of weight n counts as n values."""
    values, counts = (np.array(column, float) for column in zip(*pairs, strict=True))
    repeated = np.repeat(values, counts.astype(int))
    found = weighted_quantiles(values, counts / counts.sum(), np.array([level]))
    assert found[0] == np.quantile(repeated, level, method="inverted_cdf")


@given(st.integers(0, 2**32 - 1))
def test_weights_are_a_law_and_prefer_the_nearest(seed: int) -> None:
    """Weights sum to 1, and of worlds with one interval the nearest to the curve weighs most."""
    worlds = np.random.default_rng(seed).integers(0, 50, (60, 1)).astype(float)
    found = weigh(worlds, np.array([20.0]))
    assert found.weights.sum() == pytest.approx(1.0)
    nearest = np.abs(worlds[:, 0] - 20).min()
    assert np.abs(worlds[found.weights.argmax(), 0] - 20) <= nearest + 1
    assert 1 <= found.effective <= 60 + 1e-9


@given(st.integers(0, 2**32 - 1), st.floats(-3, 3), st.floats(-3, 3))
def test_values_that_follow_the_curve_are_moved_onto_it(seed: int, total: float, late: float) -> None:
    """What is linear in the roots of the counts becomes what it is at the observed curve; constants stay."""
    generator = np.random.default_rng(seed)
    worlds = np.cumsum(generator.integers(1, 30, (200, 4)), axis=1).astype(float)
    seen, weights = np.array([10.0, 20.0, 30.0, 45.0]), np.full(200, 1 / 200)
    gaps = np.column_stack([np.sqrt(worlds[:, -1]), np.sqrt(worlds[:, -1] - worlds[:, 1])])
    values = 3 + total * gaps[:, 0] + late * gaps[:, 1]
    there = 3 + total * np.sqrt(45) + late * np.sqrt(25)
    assert adjusted(values, worlds, seen, weights) == pytest.approx(np.full(200, there), abs=0.3)
    assert adjusted(np.full(200, 7.0), worlds, seen, weights) == pytest.approx(np.full(200, 7.0))


def test_curves_are_compared_where_they_were_read() -> None:
    """Of a counter its own readings, at most six with the last; of single shares six even hours; straight within a tick."""
    counter = Curve(np.array([0.5, 1, 2, 3, 4, 5, 5.5, 7]), np.arange(8.0), 7.0, False)
    points = points_of(counter, 1.0)
    assert set(points) <= set(counter.hours)
    assert points[-1] == 7.0
    assert len(points) <= 6
    assert points_of(curve_of_events(np.array([1.0]), 12.0), 1.0).tolist() == [2, 4, 6, 8, 10, 12]
    assert shares_at(np.array([[2, 4, 0]], np.int32), 0.5, np.array([0.25, 0.5, 0.75, 1.5])).tolist() == [[1, 2, 4, 6]]


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.5, 1.0, 2.0]), st.integers(8, 38))
def test_a_world_meets_its_own_single_shares(seed: int, tick: float, quarters: int) -> None:
    """Shares anywhere within their ticks are, at the points of comparison, the counts of the world they are from."""
    until = quarters / 4
    generator = np.random.default_rng(seed)
    world = generator.poisson(0.7, (1, 20)).astype(np.int32)
    hours = tick * (np.repeat(np.arange(20), world[0]) + generator.uniform(0.001, 0.999, world.sum()))
    curve = curve_of_events(np.sort(hours), until)
    points = points_of(curve, tick)
    assert points[-1] == tick * np.floor(until / tick)
    assert shares_at(world, tick, points)[0].tolist() == curve.at(points).tolist()


def test_no_fewer_shares_than_have_come() -> None:
    """Worlds are moved onto the curve along a line, which does not lead below what has come."""
    for seen in ([0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 2, 3]):
        curve = Curve(READ_AT, np.array(seen, float), NOW, False)
        found = open_arms(LAUNCH, curve, np.full(100, 5000.0), None, 200, 3, Left(), threads=1)
        (said,) = (warning for warning in found.warnings if warning.startswith("without acting the worlds end at "))
        assert float(said.split()[6]) >= seen[-1]


def test_arms_on_the_command_line(tmp_path: Path) -> None:
    """JSON has the arms with their keys, the page a table; without a scenario, or with an early arm, one line and status 2."""
    (tmp_path / "launch.yaml").write_text(LAUNCH.to_yaml())
    (tmp_path / "now.csv").write_text("hours,shares\n1,0\n2,1\n3,2\n4,2\n5,3\n6,4\n")

    def run(*words: object) -> Result:
        return CliRunner().invoke(main, ["forecast", *map(str, words), "--observed", str(tmp_path / "now.csv")])

    done = run(tmp_path / "launch.yaml", "--arms", "--worlds", 100, "--json", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert [one["arm"] for one in said["arms"]] == ["ask", "advertise"]
    for one in said["arms"]:
        assert one["ci_low"] <= one["uplift"] <= one["ci_high"]
        assert {"baseline", "cost_difference", "break_even_price", "effective_worlds", "reason"} <= set(one)
    assert "What to do now, against nothing" in (tmp_path / "out" / "forecast.html").read_text()
    only = json.loads(run(tmp_path / "launch.yaml", "--arm", "ask", "--worlds", 100, "--json").stdout)
    assert only["arms"] == said["arms"][:1]
    for wrong, sentence in (
        (("-", "--arms"), "needs a scenario"),
        ((tmp_path / "launch.yaml", "--worlds", 10), "say --arms too"),
        ((tmp_path / "launch.yaml", "--arms", "--horizon", "2d"), "leave it out"),
        ((tmp_path / "launch.yaml", "--arms", "--at", "5h", "--worlds", 50, "--arm", "fame"), "fame"),
    ):
        done = run(*wrong)
        assert (done.exit_code, len(done.output.strip().splitlines())) == (2, 1), done.output
        assert sentence in done.output
