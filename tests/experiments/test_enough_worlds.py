"""Runs that stop when enough is known: their intervals hold although one looks often."""

from __future__ import annotations

import numpy as np
import pytest
from sweep_scenario import text

import viralsim as vs
from viralsim.errors import InputError, ScenarioError
from viralsim.measurement.sequential import look, looks, sequence_half_width
from viralsim.scenario.loading import loads

KNOWN = """
viralsim: 1
name: known truth
seed: 3
horizon: 6h
audience: {members: 200, communities: {count: 2}}
channels: {x: {visibility: 0.2, network: {generate: {mean_following: 5}}}}
content: {c: {appeal: 0}}
campaign:
  content: c
  owned: [{channel: x, followers: 20, posts_at: [0h]}]
  advocates: {count: 5, choose: degree, channels: [x], posts_at: [0h], willingness: 0.6}
arms: {organic: {campaign.advocates: null}, advocates: {}}
baseline: organic
"""  # nobody shares: the uplift in shares is binomial(5, 0.6), mean 3, variance 1.2


def stopped(draws: np.ndarray, half_width: float) -> tuple[float, float, int]:
    """Mean, half width and worlds at the first look that is enough, or the last one."""
    for n in looks(len(draws)):
        found = look({"a": draws[:n]}, None, half_width, relative=True)[0]
        if found.enough:
            break
    return found.mean, found.half_width, n


@pytest.mark.parametrize("kind", ["normal", "poisson", "skewed"])
def test_stopped_intervals_cover(kind: str) -> None:
    """2,000 runs that stop at the first narrow interval: it covers the mean in at least 94 % of them."""
    rng = np.random.default_rng(11)
    hits, used = 0, []
    for _ in range(2000):
        if kind == "normal":
            draws, truth = rng.normal(1.0, 1.0, 9000), 1.0
        elif kind == "poisson":
            draws, truth = rng.poisson(0.5, 9000).astype(float), 0.5
        else:
            draws, truth = rng.lognormal(0.0, 1.0, 9000), np.exp(0.5)
        mean, half, n = stopped(draws, 0.08)
        hits += abs(mean - truth) <= half
        used.append(n)
    assert hits / 2000 >= 0.94
    assert np.median(used) < 9000  # they do stop


def test_all_looks_hold_at_once() -> None:
    """The promise is about all looks together: the mean is in every interval of a run in at least 94 % of the runs."""
    rng = np.random.default_rng(4)
    draws = rng.exponential(1.0, (2000, 6000))
    n = np.array(list(looks(6000)))
    sums, squares = np.cumsum(draws, axis=1)[:, n - 1], np.cumsum(draws**2, axis=1)[:, n - 1]
    mean = sums / n
    deviation = np.sqrt((squares - n * mean**2) / (n - 1))
    half = np.array([sequence_half_width(int(k), 1.0) for k in n]) * deviation
    assert (np.abs(mean - 1.0) <= half).all(axis=1).mean() >= 0.94
    fixed = 1.96 * deviation / np.sqrt(n)
    assert (np.abs(mean - 1.0) <= fixed).all(axis=1).mean() < 0.92  # looking often spoils the usual interval


def test_a_run_stops_with_the_worlds_it_needed() -> None:
    """A scenario's ``until`` stops early, says so, and keeps the very worlds that a plain run of that length has."""
    scenario = loads(KNOWN).override(
        {"worlds": {"at_most": 20_000, "until": {"measure": "shares", "half_width": 0.05}}}
    )
    result = vs.simulate(scenario, repeat_trust=False)
    assert 400 <= result.world_count < 2_000
    assert any("narrow enough" in line and "shares of advocates minus organic" in line for line in result.vital_signs)
    same = vs.simulate(scenario, worlds=result.world_count, repeat_trust=False)
    np.testing.assert_array_equal(result.arm("advocates").measures["shares"], same.arm("advocates").measures["shares"])
    assert not any("narrow enough" in line for line in same.vital_signs)
    assert not result.interrupted


def test_cannot_tell_at_this_budget() -> None:
    """Where the worlds run out first, the run says so and keeps them all."""
    until = {"measure": "shares", "half_width": 0.001}
    result = vs.simulate(loads(KNOWN), worlds=500, until=until, repeat_trust=False)
    assert result.world_count == 500
    assert any("cannot tell at this budget of 500 simulations" in line for line in result.warnings)


def test_uncertain_inputs_stop_too() -> None:
    """Worlds with inputs of their own stop as well, and the inputs kept are those of the worlds kept."""
    scenario = loads(KNOWN + "uncertain: {campaign.advocates.willingness: {from: 0.5, to: 0.7}}\n")
    until = {"measure": "shares", "half_width": 0.5}
    result = vs.simulate(scenario, worlds=900, until=until, repeat_trust=False)
    assert result.world_count == 400
    assert len(result.inputs_of_world["campaign.advocates.willingness"]) == 400


def test_half_width_in_the_unit_of_the_measure() -> None:
    """An absolute half width is what it says."""
    draws = np.random.default_rng(1).normal(50.0, 1.0, 1000)
    found = look({"a": draws}, None, 0.25, relative=False)[0]
    assert found.target == 0.25
    assert found.enough


@pytest.mark.parametrize(
    ("worlds", "said"),
    [
        ("{at_most: 10}", "worlds.until: is required"),
        ("{at_most: 0, until: {measure: shares, half_width: 1}}", "worlds.at_most: must be >= 1"),
        ("{at_most: 10, until: {measure: share, half_width: 1}}", "worlds.until.measure"),
        ("{at_most: 10, until: {measure: shares, half_width: 0}}", "worlds.until.half_width: must be > 0"),
        ("0", "worlds: must be >= 1"),
        ("lots", "worlds: "),
    ],
)
def test_wrong_words_are_named(worlds: str, said: str) -> None:
    """A wrong ``worlds`` names the place and the remedy."""
    with pytest.raises(ScenarioError, match=said):
        loads(text().replace("worlds: 40", f"worlds: {worlds}"))


def test_several_audiences_are_refused() -> None:
    """More worlds do not stand for more audiences."""
    with pytest.raises(InputError, match="populations"):
        vs.simulate(loads(KNOWN).override({"populations": 4}), until={"measure": "shares", "half_width": 0.1})


@pytest.mark.slow
def test_coverage_on_a_scenario_whose_truth_is_known() -> None:
    """2,000 repetitions of 1,000 worlds: mean and uplift are covered in 93 to 97 %, the stopped interval in 94 % or more.

    Wilson's interval of a chance that is known exactly covers as often as the binomial law says, within four standard errors.
    """
    from scipy.stats import binom

    from viralsim.measurement.intervals import mean_interval, wilson
    from viralsim.simulation.front import launch
    from viralsim.simulation.run import compile_audience

    repetitions, worlds, chance = 2000, 1000, 0.6**5
    limits = [wilson(k, worlds) for k in range(worlds + 1)]
    says = binom.pmf(np.arange(worlds + 1), worlds, chance) @ [low <= chance <= high for low, high in limits]
    scenario = loads(KNOWN)
    compiled_audiences = [compile_audience(scenario)]
    covered = dict.fromkeys(("uplift", "mean", "stopped", "wilson"), 0)
    for seed in range(repetitions):
        found = launch(scenario, compiled_audiences, ["organic", "advocates"], worlds, seed)
        own, other = (found[arm].measures["shares"] for arm in ("advocates", "organic"))
        for name, values in (("uplift", own - other), ("mean", own)):
            _, low, high = mean_interval(values, seed=seed)
            covered[name] += low <= 3.0 <= high
        mean, half, _ = stopped(own - other, 0.05)
        covered["stopped"] += abs(mean - 3.0) <= half
        low, high = limits[int((own == 5).sum())]
        covered["wilson"] += low <= chance <= high
    share = {name: count / repetitions for name, count in covered.items()}
    assert 0.93 <= share["uplift"] <= 0.97, share
    assert 0.93 <= share["mean"] <= 0.97, share
    assert share["stopped"] >= 0.94, share
    assert abs(share["wilson"] - says) <= 4 * np.sqrt(says * (1 - says) / repetitions), (share, says)
