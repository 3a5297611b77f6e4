"""The Mesa driver: the worlds of the batch driver, and what a Mesa user expects."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import mesa
import numpy as np
import pytest

import viralsim as vs
from examples.own_policy import ENOUGH_SHARES, StopsWhenItMoves
from viralsim.errors import InputError
from viralsim.kernels.batch import RawWorlds, run_worlds, trace_world
from viralsim.kernels.counts import Series
from viralsim.kernels.state import NODES
from viralsim.measurement.measures import NAMES
from viralsim.mesa_driver import Advocate, BuyImpressions, CommunityManager, OwnedPost
from viralsim.mesa_driver.model import ViralityModel
from viralsim.scenario import Scenario
from viralsim.simulation.run import compile_arms, compile_audience

EVERYTHING = """
viralsim: 1
name: all actors
seed: 5
horizon: 40h
audience:
  members: 300
  communities: {count: 4}
  hostility: 0.6
  in_group: 1.5
  rhythm: {peak: "20:00", depth: 0.5}
channels:
  a:
    network: {generate: {mean_following: 12}}
    visibility: 0.6
    engagement_rate: 0.1
    recommended: {per_engagement: 0.5, delay: 2h}
    reaction_delay: {lognormal: {median: 2h, sigma: 1.0}}
    cpm_usd: 10
  b: {network: {generate: {mean_following: 8}}, visibility: 0.5, presence: 0.6}
content:
  post: {appeal: 0.1, controversy: 0.5, half_life: 12h, conversion_rate: 0.05, value_usd: 3}
campaign:
  content: post
  cross_post: 0.3
  owned: [{channel: a, followers: 40, posts_at: [0h, 9h]}]
  paid: [{channel: a, budget_usd: 4, ends: 20h, frequency_cap: 2}]
  organic: [{channel: b, members: 2, posts_at: [1h]}]
  advocates: {count: 9, choose: degree, posts_at: [2h, 12h], willingness: 0.6, cost_usd: 2, cost_per: posted}
  community_management:
    starts: 3h
    cost_usd_per_day: 3
    respond: {critical_share_ratio: 0.1, effect: 0.5, delay: 2h, at_least: 1}
    amplify: {shares_per_hour: 1, at_most: 2, cooldown: 6h}
arms:
  bare: {campaign.paid: [], campaign.advocates: null, campaign.community_management: null}
  asked: {campaign.paid: []}
  all: {}
baseline: bare
"""


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return vs.loads(EVERYTHING)


def stepped(scenario: Scenario, **how: object) -> ViralityModel:
    model = ViralityModel(scenario, **how)  # type: ignore[arg-type]
    while model.running:
        model.step()
    return model


@pytest.mark.parametrize("arm", ["bare", "asked", "all"])
def test_stepped_world_is_the_world_of_the_batch_driver(scenario: Scenario, arm: str) -> None:
    """Counts, ticks and trees are equal bit for bit, whichever driver ran the world."""
    assert_same_worlds(scenario, arm)


def test_a_market_with_segments_and_sends_is_stepped_as_it_is_run(scenario: Scenario) -> None:
    """Prospects, members who differ in buying, counts by segment and private sends too."""
    market = {
        "audience.segments": {"community": [], "activity": [0.5, 2]},
        "audience.buying": {"spread": 1.5},
        "audience.prospects": 100,
        "channels.a.sends": {"share": 0.5, "reaches": 2, "trust": 1.2},
        "goal": {"measure": "reach", "among": {"community": [0, 2]}},
    }
    raw = assert_same_worlds(scenario.override(market), "all")
    assert raw.by_segment.shape == (4, 4 + 3 + 2, 4)
    assert raw.by_segment[:, :4].sum(axis=1).tolist() == raw.by_segment[:, 4:7].sum(axis=1).tolist()


def assert_same_worlds(scenario: Scenario, arm: str) -> RawWorlds:
    """Four worlds of an arm are those of the batch driver, which come back."""
    compiled = compile_audience(scenario)
    world = compile_arms(scenario, compiled)[arm].world
    raw = run_worlds(world, scenario.seed, np.arange(4))
    assert raw.counts[:, 7].sum() > 0, "nothing was shared: the test would be empty"
    for number in range(4):
        model = stepped(scenario, arm=arm, world=number)
        own = model.raw()
        np.testing.assert_array_equal(own.counts[0], raw.counts[number])
        np.testing.assert_array_equal(own.series[0], raw.series[number])
        np.testing.assert_array_equal(own.reach_by_community[0], raw.reach_by_community[number])
        np.testing.assert_array_equal(own.by_segment[0], raw.by_segment[number])
        np.testing.assert_array_equal(own.paid_bought[0], raw.paid_bought[number])
        np.testing.assert_array_equal(own.structural_virality[0], raw.structural_virality[number])
        nodes = trace_world(world, scenario.seed, number)
        kept = model._state.nodes[: len(nodes.member)]
        np.testing.assert_array_equal(kept["member"], nodes.member)
        np.testing.assert_array_equal(kept["parent"], nodes.parent)
    return raw


def test_data_collector_holds_the_measures_after_each_step(scenario: Scenario) -> None:
    """One row after each step, a column per measure, cumulative; the last row is what the batch driver measured."""
    model = stepped(scenario, arm="all", world=1)
    table = model.datacollector.get_model_vars_dataframe()
    assert list(table.columns) == list(NAMES)
    assert len(table) == model.horizon
    assert (table["shares"].diff().dropna() >= 0).all()
    result = vs.simulate(scenario, worlds=2, arms=["all"], repeat_trust=False)
    worlds = result.worlds()
    last = worlds[worlds["world"] == 1].iloc[0]
    for name in NAMES:
        np.testing.assert_array_equal(table[name].iloc[-1], last[name])


def test_nothing_happens_after_the_horizon(scenario: Scenario) -> None:
    """After the horizon a step changes nothing and the model does not run."""
    model = stepped(scenario, arm="asked")
    before = model.raw().counts.copy()
    model.step()
    assert not model.running
    assert model.tick == model.horizon
    np.testing.assert_array_equal(model.raw().counts, before)


def test_agents_are_an_agent_set(scenario: Scenario) -> None:
    """Brand, advocates and manager are found and selected as any Mesa agents."""
    model = ViralityModel(scenario, arm="all")
    assert len(model.agents) == 1 + 9 + 1
    assert len(model.agents_by_type[Advocate]) == 9
    members = model.agents_by_type[Advocate].get("member")
    assert sorted(members) == sorted(model.arm.enrolment.members.tolist())
    first = model.agents.select(lambda a: isinstance(a, Advocate) and a.number == 0)
    assert len(first) == 1


def test_batch_run_takes_the_model(tmp_path: Path) -> None:
    """mesa.batch_run runs arms and worlds from a scenario file and reports the measures."""
    path = tmp_path / "all.yaml"
    path.write_text(EVERYTHING)
    rows = mesa.batch_run(
        ViralityModel,
        {"scenario": str(path), "arm": ["bare", "all"], "world": [0, 1]},
        number_processes=1,
        max_steps=100,
        display_progress=False,
    )
    assert {(row["arm"], row["world"]) for row in rows} == {("bare", 0), ("bare", 1), ("all", 0), ("all", 1)}
    reach = {(row["arm"], row["world"]): row["reach"] for row in rows}
    assert reach["all", 0] > reach["bare", 0]


def test_a_policy_of_ones_own_is_a_subclass(scenario: Scenario) -> None:
    """A subclassed brand buys less, and its actions are on record; nothing else was changed."""
    plain, own = stepped(scenario, arm="all", world=2), stepped(scenario, arm="all", world=2, brand=StopsWhenItMoves)
    bought = [int(model.raw().paid_bought.sum()) for model in (plain, own)]
    assert 0 < bought[1] < bought[0]
    shares = own.raw().series[0, :, Series.SHARES].cumsum()
    last = max(tick for tick, _, action in own.action_log if isinstance(action, BuyImpressions))
    assert shares[last - 1] < ENOUGH_SHARES <= shares[-1]


def test_wrong_arguments_say_what_is_wrong(scenario: Scenario) -> None:
    """Unknown arms, two different seeds and lines that do not exist are errors with a remedy."""
    with pytest.raises(InputError, match="arm must be one of bare, asked, all"):
        ViralityModel(scenario, arm="paid")
    with pytest.raises(InputError, match="give one"):
        ViralityModel(scenario, seed=1, rng=2)
    model = ViralityModel(scenario, arm="all")
    with pytest.raises(InputError, match="no owned line 7"):
        model.agents_by_type[CommunityManager][0].act(OwnedPost(7))


def test_seed_and_rng_are_one_word(scenario: Scenario) -> None:
    """seed= and rng= give the same world; the audience stays that of the scenario."""
    a, b = stepped(scenario, arm="all", seed=99), stepped(scenario, arm="all", rng=99)
    np.testing.assert_array_equal(a.raw().counts, b.raw().counts)
    assert (a.raw().counts != stepped(scenario, arm="all").raw().counts).any()
    first = ViralityModel(scenario, arm="all")
    np.testing.assert_array_equal(a.compiled.graph.followers, first.compiled.graph.followers)


def test_import_is_light() -> None:
    """import viralsim loads neither Mesa nor numba, and leaves the process start method alone; what runs is without SciPy."""
    code = (
        "import multiprocessing, sys, viralsim; "
        "print(sorted({'mesa', 'numba', 'pandas'} & set(sys.modules)), multiprocessing.get_start_method(allow_none=True)); "
        "import viralsim.cli, viralsim.simulation.front; print({'scipy.special', 'scipy.optimize', 'pandas'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split("\n") == ["[] None", "set()", ""]


def test_members_are_seen_through_a_lazy_view(scenario: Scenario) -> None:
    """A member's view agrees with the counts: as many are reached and have shared as were counted."""
    model = stepped(scenario, arm="all", world=1)
    assert sum(member.reached for member in model.members) == model.counted("reach")
    sharers = {
        int(node["member"]) for node in model._state.nodes[: int(model._state.scalars[NODES])] if node["cell"] % 2 == 0
    }
    assert {m.index for m in model.members if m.shared} == {s for s in sharers if s >= 0}
