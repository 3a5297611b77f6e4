"""The front door: what ``simulate`` promises of threads, worlds, arms, audiences, inputs, money and counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import viralsim as vs
from viralsim.kernels.batch import RawWorlds, run_worlds
from viralsim.kernels.counts import Count
from viralsim.simulation.run import bytes_kept, compile_arms, compile_audience

EVERYTHING = """\
viralsim: 1
name: Everything at once
seed: 4
worlds: 60
horizon: 4d
launch_at: "09:00"
audience:
  members: 1500
  communities: {count: 8}
  topics: {food: 0.5, sport: 0.4}
  tones: {humorous: 0.6}
  hostility: 0.2
  attention: {feed_capacity: 60, background_posts: 1.5}
  rhythm: {peak: "20:00", depth: 0.5}
  in_group: 1.2
  fatigue: {per_impression: 0.05, floor: 0.3}
channels:
  wall:
    network: {generate: {mean_following: 20}}
    visibility: 0.3
    recommended: {per_engagement: 0.5, delay: 1h}
    reaction_delay: {lognormal: {median: 2h, sigma: 1.2}}
    engagement_rate: 0.05
    cpm_usd: 10
  forum:
    presence: 0.5
    network: {generate: {mean_following: 8}}
    visibility: 0.4
    cpm_usd: 5
content:
  teaser:
    appeal: 0.3
    topics: {food: 1.0}
    tone: {humorous: 1.0}
    half_life: 18h
    controversy: 0.2
    conversion_rate: 0.02
    value_usd: 30
    persistence: 0.1
    reinforcement: {social: {gain: 0.3, cap: 2}}
  rival: {appeal: 0.1}
campaign:
  content: teaser
  cross_post: 0.2
  owned:
    - {channel: wall, followers: 100, posts_at: [0h, 24h], cost_usd: 5}
  paid:
    - {channel: wall, budget_usd: 40, starts: 0h, ends: 48h, trust: 0.5}
    - {channel: forum, budget_usd: 10, starts: 5h, frequency_cap: 1}
  organic: [{channel: wall, members: 2, posts_at: [1h]}, {channel: wall, members: 3, content: rival}]
  advocates:
    count: 15
    choose: degree
    channels: [wall, forum]
    posts_at: [2h, 30h]
    willingness: 0.6
    cost_usd: 10
    programme: {setup_usd: 600, hours_per_week: 7, usd_per_hour: 20, launches: 6}
  community_management:
    cost_usd_per_day: 12
    respond: {critical_share_ratio: 0.1, effect: 0.5, delay: 1h, at_least: 2}
    amplify: {shares_per_hour: 5, at_most: 2, cooldown: 12h}
arms:
  organic: {campaign.paid: [], campaign.advocates: null, campaign.community_management: null}
  paid: {campaign.advocates: null, campaign.community_management: null}
  advocates: {campaign.paid: [], campaign.community_management: null}
  integrated: {}
baseline: organic
goal: {measure: conversions, matters_from: 1}
viral_when: {earned_reach_fraction: 0.3}
"""
FLAT = """\
viralsim: 1
name: Flat
seed: 2
horizon: 2d
audience: {members: 2000, participation: null}
channels: {wall: {network: {generate: {mean_following: 20}}, visibility: 0.1, cpm_usd: 10}}
content: {post: {appeal: 0.03}}
campaign:
  content: post
  organic: [{members: 5}]
"""


@pytest.fixture(scope="module")
def everything() -> vs.Scenario:
    return vs.loads(EVERYTHING)


@pytest.fixture(scope="module")
def result(everything: vs.Scenario) -> vs.Result:
    return vs.simulate(everything, worlds=300, threads=2)


def raw_arms(scenario: vs.Scenario, worlds: int) -> dict[str, tuple[Any, RawWorlds]]:
    """Arm -> (compiled arm, counts of the first worlds)."""
    arms = compile_arms(scenario, compile_audience(scenario))
    return {name: (arm, run_worlds(arm.world, scenario.seed, np.arange(worlds))) for name, arm in arms.items()}


def within(samples: np.ndarray, expected: float, errors: float = 4.5) -> bool:
    """True if the mean of independent samples is ``expected`` within so many standard errors."""
    return bool(abs(samples.mean() - expected) <= errors * samples.std(ddof=1) / np.sqrt(len(samples)))


def test_threads_change_nothing(everything: vs.Scenario, result: vs.Result) -> None:
    """One thread and three give the same launches, bit for bit."""
    for threads in (1, 3):
        assert vs.simulate(everything, worlds=300, threads=threads).arms == result.arms


def test_a_world_alone_is_the_same(everything: vs.Scenario) -> None:
    """A world run alone is the one that it is among a thousand, in any order."""
    arm = compile_arms(everything, compile_audience(everything))["integrated"]
    among = run_worlds(arm.world, 9, np.arange(1000), threads=2)
    for k in (0, 1, 499, 999):
        alone = run_worlds(arm.world, 9, np.array([k]))
        assert np.array_equal(alone.counts[0], among.counts[k])
        assert np.array_equal(alone.reach_by_community[0], among.reach_by_community[k])
        assert np.array_equal(alone.structural_virality[0], among.structural_virality[k], equal_nan=True)
    assert len(np.unique(among.counts[:, Count.SHARES])) > 20
    back = run_worlds(arm.world, 9, np.arange(1000)[::-1])
    assert np.array_equal(back.counts[::-1], among.counts)


def test_more_worlds_keep_the_first(everything: vs.Scenario, result: vs.Result) -> None:
    """A longer run begins with the worlds of a shorter one."""
    short = vs.simulate(everything, worlds=40)
    for name, arm in short.arms.items():
        for measure, values in arm.measures.items():
            assert np.array_equal(values, result.arms[name].measures[measure][:40], equal_nan=True), measure


@pytest.mark.parametrize("name", ["organic", "paid", "advocates", "integrated"])
def test_an_arm_alone_has_its_worlds(everything: vs.Scenario, result: vs.Result, name: str) -> None:
    """An arm run alone has the worlds that it has among the others."""
    assert vs.simulate(everything, worlds=300, arms=[name]).arms[name] == result.arms[name]


def test_seed_is_luck_only(everything: vs.Scenario, result: vs.Result) -> None:
    """Another seed gives other worlds of the same audience."""
    other = vs.simulate(everything, worlds=300, seed=99)
    assert other.population == result.population
    assert not np.array_equal(other.arms["paid"].measures["reach"], result.arms["paid"].measures["reach"])


def test_populations_are_drawn_in_turn(everything: vs.Scenario) -> None:
    """World w lives in audience w mod K, in every arm, and audience 0 is that of a run with one audience."""
    three = vs.simulate(everything.override({"populations": 3}), worlds=30)
    one = vs.simulate(everything, worlds=30)
    assert three.populations_of_world is not None
    assert three.populations_of_world.tolist() == [w % 3 for w in range(30)]
    assert three.population.count == 3
    for name, arm in three.arms.items():
        reach, alone = arm.measures["reach"], one.arms[name].measures["reach"]
        assert np.array_equal(reach[::3], alone[::3])
        assert not np.array_equal(reach, alone)


UNCERTAIN = {"content.teaser.appeal": {"from": 0.1, "to": 0.5, "scale": "log"}}
STRUCTURE = {"campaign.owned[0].followers": {"from": 90, "to": 93}}  # another plan for each number


def test_uncertain_inputs_are_drawn_once_a_world(everything: vs.Scenario) -> None:
    """One joint draw a world within the range, the same for all arms, whichever of them run."""
    unsure = everything.override({"uncertain": UNCERTAIN})
    both = vs.simulate(unsure, worlds=40, arms=["organic", "paid"])
    drawn = both.inputs_of_world["content.teaser.appeal"]
    assert ((drawn >= 0.1) & (drawn <= 0.5)).all()
    assert len(np.unique(drawn)) == 40
    alone = vs.simulate(unsure, worlds=40, arms=["paid"], threads=1)
    assert np.array_equal(alone.inputs_of_world["content.teaser.appeal"], drawn)
    assert alone.arms["paid"] == both.arms["paid"]
    fixed = vs.simulate(everything.override({"content.teaser.appeal": float(drawn[7])}), worlds=8, arms=["paid"])
    assert fixed.arms["paid"].measures["reach"][7] == both.arms["paid"].measures["reach"][7]


def test_uncertain_answers_quote_the_range(everything: vs.Scenario) -> None:
    """With uncertain inputs every measure and comparison has a range beside its interval; without, none."""
    unsure = vs.simulate(everything.override({"uncertain": UNCERTAIN}), worlds=20, arms=["organic", "paid"]).to_dict()
    sure = vs.simulate(everything, worlds=20, arms=["organic", "paid"]).to_dict()
    for answer, expected in ((unsure, True), (sure, False)):
        for arm in answer["arms"].values():
            assert all(("range_low" in m and "range_high" in m) == expected for m in arm["measures"].values())
        assert all(("range_low" in row and "range_high" in row) == expected for row in answer["comparisons"])
    reach = unsure["arms"]["paid"]["measures"]["reach"]
    assert reach["range_low"] < reach["mean"] < reach["range_high"]


def test_save_and_open(result: vs.Result, tmp_path: Path) -> None:
    """A saved result opens as an equal one and answers alike."""
    opened = vs.open_result(result.save(tmp_path / "kept"))
    assert opened == result
    assert opened.to_dict() == result.to_dict()


@pytest.mark.parametrize(
    ("changes", "presses"),
    [({}, 1), ({}, 2), ({"uncertain": UNCERTAIN}, 1), ({"populations": 3}, 1), ({"uncertain": STRUCTURE}, 1)],
)
def test_interrupt_keeps_finished_worlds(everything: vs.Scenario, changes: dict[str, Any], presses: int) -> None:
    """Ctrl-C in the middle, pressed once or twice, returns the worlds up to the first that an arm lacks, as in a whole run."""
    scenario = everything.override(changes)

    pressed = []

    def stop(done: int, total: int) -> None:
        if done >= total // 2 and len(pressed) < presses:
            pressed.append(done)
            raise KeyboardInterrupt

    worlds = 300
    names = ["organic", "paid"]
    cut = vs.simulate(scenario, worlds=worlds, arms=names, progress=stop, threads=2)
    assert cut.interrupted
    assert 0 < cut.world_count < worlds
    whole = vs.simulate(scenario, worlds=worlds, arms=names)
    assert not whole.interrupted
    np.testing.assert_array_equal(_both(cut), _both(whole)[: cut.world_count])


def _both(result: vs.Result) -> np.ndarray:
    columns = [arm.measures[m] for arm in result.arms.values() for m in ("reach", "impressions", "shares")]
    return np.column_stack(columns)


def test_wrong_arguments_are_input_errors(everything: vs.Scenario) -> None:
    """Wrong numbers and words are told as such."""
    for wrong in ({"worlds": 0}, {"threads": 0}, {"arms": ["none such"]}):
        with pytest.raises(vs.InputError):
            vs.simulate(everything, **wrong)


def test_arms_must_share_their_audience(everything: vs.Scenario) -> None:
    """An overlay that changes the audience or a network is refused: it would not live in the same worlds."""
    for path, value in (("audience.members", 1600), ("channels.wall.network.generate.mean_following", 5)):
        with pytest.raises(vs.ScenarioError, match="same"):
            vs.simulate(everything.override({"arms": {"organic": {}, "other": {path: value}}}), worlds=5)


def test_counts_are_conserved(everything: vs.Scenario) -> None:
    """What is counted twice agrees: parts sum to the whole, and no part exceeds it, in every world of every arm."""
    for name, (_, raw) in raw_arms(everything, 300).items():
        count = {c.name: raw.counts[:, c] for c in Count}
        sources = sum(count[f"IMPRESSIONS_{s}"] for s in ("OWNED", "PAID", "ASKED", "EARNED", "RECOMMENDED"))
        converted = sum(count[f"CONVERSIONS_{s}"] for s in ("OWNED", "PAID", "ASKED", "EARNED", "RECOMMENDED"))
        assert (count["REACH"] <= sources).all(), name
        assert (count["EARNED_REACH"] <= count["REACH"]).all()
        assert (count["EARNED_REACH"] <= count["IMPRESSIONS_EARNED"] + count["IMPRESSIONS_RECOMMENDED"]).all()
        assert (count["EARNED_SHARES"] <= count["SHARES"]).all()
        assert (count["MEMBER_NODES"] <= count["SHARES"]).all()
        assert (count["MEMBER_NODES"] + count["BRAND_POSTS"] >= count["NODES"]).all()
        assert (count["CASCADES"] <= count["NODES"]).all()
        assert (count["LARGEST_CASCADE"] <= count["NODES"]).all()
        assert (count["MEMBER_STARTS"] <= count["MEMBER_NODES"]).all()
        assert np.array_equal(count["CONVERSIONS"], converted)
        assert (count["CONVERSIONS"] <= count["REACH"]).all()
        assert (count["POSTED"] <= count["ASKED"]).all()
        assert np.array_equal(raw.reach_by_community.sum(axis=1), count["REACH"])
        assert (raw.reach_by_channel.max(axis=1) <= count["REACH"]).all()
        assert (raw.reach_by_channel.sum(axis=1) >= count["REACH"]).all()
        assert raw.cascade_sizes.sum() == count["CASCADES"].sum()
        assert raw.generations.sum() == count["NODES"].sum()
        ticks = raw.series.sum(axis=1)
        assert np.array_equal(ticks[:, 0], count["REACH"])
        assert np.array_equal(ticks[:, 1], count["EARNED_REACH"])
        assert np.array_equal(ticks[:, 2], sources)
        assert np.array_equal(ticks[:, 3], count["SHARES"])
        assert np.array_equal(ticks[:, 4], count["EARNED_SHARES"])


def test_who_does_nothing_shows_nothing(result: vs.Result) -> None:
    """An arm without advertisements has no paid impression, one without advocates none that was asked for."""
    sources = {name: arm.impressions_by_source for name, arm in result.arms.items()}
    assert not sources["organic"]["paid"].any()
    assert not sources["organic"]["asked"].any()
    assert not sources["paid"]["asked"].any()
    assert not sources["advocates"]["paid"].any()
    assert sources["paid"]["paid"].all()
    assert sources["advocates"]["asked"].any()
    assert all(by_source["owned"].any() for by_source in sources.values())


def test_costs_by_line(result: vs.Result) -> None:
    """Each line costs what the scenario says; the arm costs the sum of its lines."""
    lines = result.arms["integrated"].cost_lines
    assert (lines["owned"] == 5.0).all()
    assert lines["paid on wall"] == pytest.approx(40.0)
    assert (lines["advocates"] == 150.0).all()
    assert lines["programme set-up"] == pytest.approx(100.0)
    assert lines["programme hours"] == pytest.approx(4 / 7 * 7 * 20)
    assert lines["community management"] == pytest.approx(48.0)
    assert np.allclose(result.arms["integrated"].cost_usd(), sum(lines.values()))
    assert set(result.arms["organic"].cost_lines) == {"owned"}
    measures = result.arms["integrated"].measures
    assert np.allclose(measures["net_usd"], measures["value_usd"] - result.arms["integrated"].cost_usd())
    assert np.array_equal(measures["value_usd"], 30.0 * measures["conversions"])


def test_advocates_cost_a_post_or_an_ask() -> None:
    """``cost_per`` posted pays who posts, asked pays every ask, enrolled pays the person."""
    text = FLAT + "  advocates: {count: 20, posts_at: [1h, 5h], willingness: 0.5, cost_usd: 10}\n"
    cost = {}
    for word in ("enrolled", "asked", "posted"):
        changed = vs.loads(text).override({"campaign.advocates.cost_per": word})
        arm = next(iter(vs.simulate(changed, worlds=400).arms.values()))
        cost[word] = arm.cost_lines["advocates"]
    assert (cost["enrolled"] == 200.0).all()
    assert (cost["asked"] == 400.0).all()
    assert within(cost["posted"], 200.0)


def test_paid_impressions_are_those_planned() -> None:
    """Without a cap exactly budget / CPM impressions are bought, in every world."""
    paid = FLAT + "  paid: [{budget_usd: 12.34, starts: 3h, ends: 20h}]\n"
    ((_, raw),) = raw_arms(vs.loads(paid), 50).values()
    assert (raw.counts[:, Count.IMPRESSIONS_PAID] == 1234).all()


def test_frequency_cap_is_never_exceeded() -> None:
    """A line never shows more than cap x members, and with a cap of 1 each impression is another member."""
    text = FLAT.replace("members: 2000", "members: 200").replace("organic: [{members: 5}]", "organic: []")
    capped = text.replace("appeal: 0.03", "appeal: 0") + "  paid: [{budget_usd: 10, ends: 40h, frequency_cap: 1}]\n"
    ((_, raw),) = raw_arms(vs.loads(capped), 100).values()
    assert np.array_equal(raw.counts[:, Count.REACH], raw.counts[:, Count.IMPRESSIONS_PAID])
    assert (raw.counts[:, Count.IMPRESSIONS_PAID] <= 200).all()
    assert (raw.counts[:, Count.IMPRESSIONS_PAID] > 180).all()
    free = vs.loads(capped.replace("frequency_cap: 1", "frequency_cap: 1000"))
    ((_, raw),) = raw_arms(free, 10).values()
    assert (raw.counts[:, Count.IMPRESSIONS_PAID] == 1000).all()


def test_unspent_money_is_not_a_cost() -> None:
    """What a frequency cap leaves unspent is not charged."""
    text = FLAT.replace("members: 2000", "members: 200").replace("members: 5", "members: 1")
    scenario = vs.loads(text + "  paid: [{budget_usd: 10, frequency_cap: 2}]\n")
    ((_, arm),) = vs.simulate(scenario, worlds=50).arms.items()
    assert np.allclose(arm.cost_usd(), arm.impressions_by_source["paid"] * 10 / 1000)
    assert (arm.cost_usd() <= 4.0).all()


def test_share_rate_is_what_is_measured() -> None:
    """A share rate from a dashboard is the shares per impression of ordinary posts that a flat content then has."""
    text = FLAT.replace("appeal: 0.03", "share_rate: 0.02").replace(
        "participation: null", "participation: {sigma: 1.0}"
    )
    # two ticks: posts of random members, and what answers them, so that hardly anyone is asked twice
    ((arm, raw),) = raw_arms(vs.loads(text.replace("horizon: 2d", "horizon: 2h")), 20000).values()
    shared = raw.counts[:, Count.EARNED_SHARES].astype(float)
    seen = raw.series[:, 0, 2].astype(float)
    assert shared.sum() > 2000
    assert within(shared - 0.02 * seen, 0.0)
    assert abs(arm.appeal[0] - 0.02) > 0.0002  # solved on this audience: weighted by who is shown posts


@pytest.mark.parametrize("attention", ["null", "{feed_capacity: 20, background_posts: 1.5}"])
def test_organic_reach_is_what_is_measured(attention: str) -> None:
    """Organic reach from a dashboard is the reach of a post over followers, limited attention or not."""
    text = FLAT.replace("visibility: 0.1", "organic_reach: 0.05").replace("appeal: 0.03", "appeal: 0")
    text = text.replace("horizon: 2d", "horizon: 1h").replace("null}", f"null, attention: {attention}}}")
    everyone = text.replace("{members: 5}", f"{{members: {list(range(2000))}}}")
    ((arm, raw),) = raw_arms(vs.loads(everyone), 200).values()
    assert (arm.visibility[0] > 0.051) == (attention != "null")
    follows = int(arm.world.graph.indptr[0, -1])
    assert within(raw.counts[:, Count.IMPRESSIONS_EARNED] / follows, 0.05)


def test_advocates_from_a_file(tmp_path: Path) -> None:
    """Handles stand in for members with their follower counts, each taken once, with costs and willingness of their own."""
    (tmp_path / "advocates.csv").write_text(
        "handle,channel,followers,cost_usd,willingness\nann,wall,60,20,1\nbob,wall,60,30,0\ncid,wall,5,7,1\n"
    )
    (tmp_path / "s.yaml").write_text(FLAT + "  advocates: {file: advocates.csv}\n")
    scenario = vs.load(tmp_path / "s.yaml")
    ((_, arm),) = vs.simulate(scenario, worlds=30).arms.items()
    assert arm.advocates["id"].tolist() == ["ann", "bob", "cid"]
    assert arm.advocates["posts"].tolist() == [30, 0, 30]
    assert (arm.cost_lines["advocates"] == 57.0).all()
    compiled = compile_audience(scenario)
    (played,) = compile_arms(scenario, compiled).values()
    members = played.enrolment.members
    assert len(set(members.tolist())) == 3
    counts = compiled.networks[0].follower_count()[members]
    assert np.abs(counts - [60, 60, 5]).max() <= 5


def test_a_result_says_which_file_it_came_from() -> None:
    """A scenario that was read from a file leaves the file's path in the result, so that the run can be repeated."""
    path = Path(__file__).parent.parent / "scenarios" / "real_network.yaml"
    result = vs.simulate(vs.load(path), worlds=2)
    assert result.scenario_file == str(path)


def test_worlds_that_do_not_fit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything runs, with both numbers; what a run keeps is what its arrays take."""
    scenario = vs.loads(EVERYTHING)
    compiled = compile_audience(scenario)
    arms = compile_arms(scenario, compiled)
    raw = {name: run_worlds(arm.world, 1, np.arange(300)) for name, arm in arms.items()}
    columns = (
        "counts",
        "structural_virality",
        "reach_by_channel",
        "reach_by_community",
        "series",
        "paid_bought",
        "paid_sales",
        "done",
    )
    arrays = [getattr(one, name) for one in raw.values() for name in columns]
    assert bytes_kept(300, arms.values()) == sum(array.nbytes for array in arrays)
    monkeypatch.setattr("viralsim.population.drawn.memory_bytes", lambda: 1 << 20)
    with pytest.raises(vs.InputError, match=r"1,000,000 worlds may keep .* GiB, this machine has"):
        vs.simulate(scenario, worlds=1_000_000)
