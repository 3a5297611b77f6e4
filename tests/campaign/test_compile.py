"""A campaign as arrays: delays, plans, envelopes, matches, vital signs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import viralsim as vs
from viralsim.campaign.compile import Arm, envelopes
from viralsim.campaign.delays import delay_cdf, delay_ticks
from viralsim.campaign.mean_field import rhythm, tick_hours
from viralsim.campaign.plan import brand_followers
from viralsim.campaign.preflight import reproduction_number, vital_signs
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.kernels.alias import AliasTable
from viralsim.kernels.batch import run_worlds
from viralsim.kernels.counts import Count
from viralsim.scenario.channels import ReactionDelay
from viralsim.simulation.run import compile_arms, compile_audience

HOURS = np.array([0.01, 0.1, 0.5, 1.0, 2.0, 7.0, 24.0, 100.0, 1000.0])


def delay(**law: Any) -> ReactionDelay:
    return ReactionDelay.model_validate(law)


def law_of(table: AliasTable) -> np.ndarray:
    """The probabilities that an alias table gives its outcomes, read off its thresholds."""
    n = len(table.threshold)
    accept = (table.threshold.astype(np.float64) + 1.0) / 2.0 ** float(table.shift)
    law = accept / n
    np.add.at(law, table.alias, (1.0 - accept) / n)
    return law


@pytest.mark.parametrize("median", [0.5, 2.0, 19.0])
@pytest.mark.parametrize("sigma", [0.3, 1.2, 3.0])
def test_lognormal_delay(median: float, sigma: float) -> None:
    """The lognormal law is scipy's, half of it before the median."""
    law = delay(lognormal={"median": f"{median}h", "sigma": sigma})
    assert np.allclose(delay_cdf(law, HOURS), stats.lognorm.cdf(HOURS, sigma, scale=median), atol=1e-12)
    assert delay_cdf(law, np.array([median]))[0] == pytest.approx(0.5)


@pytest.mark.parametrize("mean", [0.5, 3.0])
def test_exponential_delay(mean: float) -> None:
    """The exponential law is scipy's."""
    law = delay(exponential={"mean": f"{mean}h"})
    assert np.allclose(delay_cdf(law, HOURS), stats.expon.cdf(HOURS, scale=mean), atol=1e-12)


@pytest.mark.parametrize(("start", "exponent"), [(300 / 3600, 1.2314843), (1.0, 2.5)])
def test_power_law_delay(start: float, exponent: float) -> None:
    """SEISMIC's memory kernel: constant density until ``constant_until``, then falling as a power, of mass 1."""
    from scipy.integrate import quad

    law = delay(power_law={"constant_until": f"{start * 60}m", "exponent": exponent})
    height = 1.0 / (start + start / (exponent - 1.0))

    def density(t: float) -> float:
        return height * min(1.0, (max(t, start) / start) ** -exponent)

    for hours in (start / 2, start, 2 * start, 20 * start):
        expected = quad(density, 0.0, hours, points=[start] if hours > start else None)[0]
        assert delay_cdf(law, np.array([hours]))[0] == pytest.approx(expected, abs=1e-8)
    assert delay_cdf(law, np.array([1e300]))[0] == pytest.approx(1.0)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    median=st.floats(0.05, 200.0),
    sigma=st.floats(0.05, 4.0),
    tick=st.sampled_from([0.25, 1.0, 6.0]),
    horizon=st.integers(1, 300),
)
def test_delay_table_is_the_law_by_ticks(median: float, sigma: float, tick: float, horizon: int) -> None:
    """Outcome j has the mass between j and j + 1 ticks; what is left lies past the horizon."""
    law = delay(lognormal={"median": f"{median:.6f}h", "sigma": sigma})
    fixed, *table = delay_ticks(law, tick, horizon)
    edges = stats.lognorm.cdf(np.arange(horizon + 1) * tick, sigma, scale=float(f"{median:.6f}"))
    expected = np.append(np.diff(edges), 1.0 - edges[-1])
    assert fixed == 0
    assert np.abs(law_of(AliasTable(*table))[: horizon + 1] - expected).max() < 1e-9
    assert law_of(AliasTable(*table))[horizon + 1 :].sum() < 1e-9


@pytest.mark.parametrize(
    ("hours", "tick", "ticks"), [("0h", 1.0, 1), ("1h", 1.0, 1), ("61m", 1.0, 2), ("2h", 0.25, 8), ("5m", 1.0, 1)]
)
def test_fixed_delay_is_whole_ticks(hours: str, tick: float, ticks: int) -> None:
    """A fixed delay is rounded up, and at least one tick."""
    assert delay_ticks(delay(fixed=hours), tick, 10)[0] == ticks


def test_no_delay_is_one_tick() -> None:
    """Where no law is given, a share is posted one tick later."""
    assert delay_ticks(delay(), 1.0, 10)[0] == 1


TEXT = """\
viralsim: 1
name: Planned
seed: 3
horizon: 2d
audience: {members: 800, communities: {count: 4}, topics: {food: 0.5, sport: 0.3}, participation: null}
channels:
  wall: {network: {generate: {mean_following: 10}}, visibility: 0.2, cpm_usd: 10}
  forum: {presence: 0.4, network: {generate: {mean_following: 5}}, visibility: 0.3, cpm_usd: 20}
content:
  post: {appeal: 0.1, topics: {food: 1.0}}
campaign:
  content: post
  owned: [{channel: wall, followers: 100, posts_at: [0h, 24h]}, {channel: forum, followers: 50, posts_at: [5h]}]
  paid:
    - {channel: wall, budget_usd: 7.77, starts: 3h, ends: 20h, trust: 0.5}
    - {channel: wall, budget_usd: 5, target: {communities: [1, 2]}}
    - {channel: forum, budget_usd: 5, target: {min_match: 0.6}}
  advocates: {count: 20, choose: random, posts_at: [1h, 30h], willingness: 0.5}
arms:
  all: {}
  seen: {channels.wall.visibility: 0.5}
  fewer: {campaign.advocates.count: 5}
  more_followers: {campaign.owned: [{channel: wall, followers: 300}]}
baseline: all
"""


@pytest.fixture(scope="module")
def scenario() -> vs.Scenario:
    return vs.loads(TEXT)


@pytest.fixture(scope="module")
def compiled(scenario: vs.Scenario) -> CompiledAudience:
    return compile_audience(scenario)


@pytest.fixture(scope="module")
def arms(scenario: vs.Scenario, compiled: CompiledAudience) -> dict[str, Arm]:
    return compile_arms(scenario, compiled)


def test_paid_impressions_follow_from_the_budget(arms: dict[str, Arm]) -> None:
    """Each line buys budget / CPM * 1000 impressions, spread evenly over its time and none outside."""
    count = arms["all"].world.plan.paid_count
    assert count.sum(axis=1).tolist() == [777, 500, 250]
    assert count[0, 3:20].min() >= 777 // 17
    assert count[0, 3:20].max() <= 777 // 17 + 1
    assert count[0, :3].sum() == count[0, 20:].sum() == 0
    assert (count[1] > 0).all()


def test_lines_of_one_channel_are_numbered(arms: dict[str, Arm]) -> None:
    """Lines of the same channel and content are numbered among themselves: a line more elsewhere changes no luck."""
    assert arms["all"].world.plan.paid_number.tolist() == [0, 1, 0]


def test_targets_fit(arms: dict[str, Arm], compiled: CompiledAudience) -> None:
    """A target's members are in its communities, match as asked, and have an account; no target is everyone."""
    plan = arms["all"].world.plan
    rows = [plan.paid_targets[a:b] for a, b in zip(plan.paid_start[:-1], plan.paid_start[1:], strict=True)]
    assert len(rows[0]) == 0
    community = compiled.population.audience.community
    assert rows[1].tolist() == np.flatnonzero(np.isin(community, [1, 2])).tolist()
    match = compiled.match(arms["all"].spec.content["post"])
    assert rows[2].tolist() == np.flatnonzero((match >= 0.6) & compiled.present_on(1)).tolist()
    assert 0 < len(rows[2]) < compiled.present_on(1).sum()


def test_posts_stand_at_their_tick(arms: dict[str, Arm]) -> None:
    """Owned posts and waves are at the tick in which their time lies, in order."""
    plan = arms["all"].world.plan
    assert plan.owned_posts_tick.tolist() == [0, 5, 24]
    assert plan.owned_posts_line.tolist() == [0, 1, 0]
    assert sorted(set(plan.planned_tick.tolist())) == [1, 30]
    assert sorted(set(plan.planned_wave.tolist())) == [0, 1]


def test_planned_posts_are_in_the_order_of_the_kernel(arms: dict[str, Arm], compiled: CompiledAudience) -> None:
    """Planned posts ascend by (tick, channel, content, member), on channels where the advocate has an account."""
    plan = arms["all"].world.plan
    rows = list(zip(plan.planned_tick, plan.planned_channel, plan.planned_content, plan.planned_member, strict=True))
    assert rows == sorted(rows)
    members = arms["all"].enrolment.members
    on_both = int(compiled.present_on(1)[members].sum())
    assert len(rows) == 2 * (20 + on_both)
    assert np.array_equal(members[plan.planned_advocate], plan.planned_member)


def test_brand_followers_do_not_depend_on_the_arm(arms: dict[str, Arm], compiled: CompiledAudience) -> None:
    """A larger brand has the followers of the smaller and more; all have an account."""
    few, many = (brand_followers(compiled, arms[n].spec, 0, c) for n, c in (("all", 100), ("more_followers", 300)))
    assert np.array_equal(arms["all"].world.plan.owned_followers[:100], few)
    assert set(few.tolist()) < set(many.tolist())
    assert (np.diff(many) > 0).all()
    assert compiled.present_on(1)[brand_followers(compiled, arms["all"].spec, 1, 50)].all()


def test_a_smaller_tier_is_the_beginning_of_a_larger(arms: dict[str, Arm]) -> None:
    """The advocates of an arm with fewer are the first of those of an arm with more."""
    assert np.array_equal(arms["fewer"].enrolment.members, arms["all"].enrolment.members[:5])


def test_envelope_is_that_of_all_arms(scenario: vs.Scenario, compiled: CompiledAudience, arms: dict[str, Arm]) -> None:
    """The rate at which gaps are drawn is the highest of any arm, for an arm alone too."""
    expected = envelopes(compiled, scenario.arm_specs())
    assert expected.tolist() == [0.5, 0.3]
    alone = compile_arms(scenario, compiled, ["all"])["all"]
    for arm in [*arms.values(), alone]:
        assert np.array_equal(arm.world.channels.envelope, expected)
    assert alone.world.channels.visibility.tolist() == [0.2, 0.3]
    assert arms["seen"].world.channels.thin.tolist() == [0, 0]
    assert alone.world.channels.thin.tolist() == [1, 0]


@pytest.mark.parametrize("tick", ["15m", "1h", "2h"])
@pytest.mark.parametrize("launch", ["00:00", "09:30"])
def test_rhythm_has_mean_one_and_its_peak(tick: str, launch: str) -> None:
    """Daily activity has mean 1 over each day and is highest at its peak of the clock."""
    text = TEXT.replace("participation: null", 'participation: null, rhythm: {peak: "20:00", depth: 0.6}')
    spec = vs.loads(text.replace("horizon: 2d", f'horizon: 2d\ntick: {tick}\nlaunch_at: "{launch}"')).spec
    daily = rhythm(spec, tick_hours(spec))
    ticks = round(24 / spec.tick)
    assert len(daily) == 2 * ticks
    assert daily[:ticks].mean() == pytest.approx(1.0)
    assert np.allclose(daily[:ticks], daily[ticks:])
    clock = (np.argmax(daily[:ticks]) * spec.tick + spec.launch_at) % 24
    assert abs(clock - 20.0) <= spec.tick / 2 + 1e-9
    assert daily.max() <= 1.6
    assert daily.min() >= 0.4 - 1e-12


def test_match_is_the_overlap_with_the_content(compiled: CompiledAudience, arms: dict[str, Arm]) -> None:
    """Match is the weighted mean interest in the content's topics, in [0, 1]; a content without topics matches all."""
    audience = compiled.population.audience
    interests = audience.interests.astype(np.float64)
    food = interests[audience.topic_names.index("food")]
    assert np.allclose(compiled.match(arms["all"].spec.content["post"]), np.clip(food, 0, 1))
    plain = vs.loads(TEXT.replace(", topics: {food: 1.0}", "")).spec.content["post"]
    assert compiled.match(plain).tolist() == [1.0]
    both = vs.loads(TEXT.replace("topics: {food: 1.0}", "topics: {food: 1.0, sport: 0.5}")).spec.content["post"]
    sport = interests[audience.topic_names.index("sport")]
    assert np.allclose(compiled.match(both), np.clip((food + 0.5 * sport) / 1.5, 0, 1), atol=1e-6)


BRANCHING = """\
viralsim: 1
name: Branching
seed: 6
horizon: {ticks}h
audience: {{participation: null}}
channels: {{wall: {{network: {{file: regular.csv, edge_means: "source reaches target"}}, visibility: 0.25}}}}
content: {{post: {{appeal: 0.16}}}}
campaign: {{content: post, organic: [{{members: 1}}]}}
"""


def test_reproduction_number_is_that_of_the_branching_process(tmp_path: Any) -> None:
    """On a random regular network R = degree * visibility * appeal, and subcritical cascades have mean 1 / (1 - R)."""
    rng = np.random.default_rng(1)
    members, degree = 20000, 10
    targets = np.concatenate([rng.permutation(members) for _ in range(degree)])
    source = np.tile(np.arange(members), degree)
    pairs = np.unique(np.column_stack([source, targets])[source != targets], axis=0)
    np.savetxt(tmp_path / "regular.csv", pairs, fmt="%d", delimiter=",", header="source,target", comments="")
    (tmp_path / "s.yaml").write_text(BRANCHING.format(ticks=200))
    scenario = vs.load(tmp_path / "s.yaml")
    compiled = compile_audience(scenario)
    ((_, arm),) = compile_arms(scenario, compiled).items()
    found = reproduction_number(compiled, arm, 0)
    assert found == pytest.approx(10 * 0.25 * 0.16, rel=0.005)
    shares = run_worlds(arm.world, 1, np.arange(20000)).counts[:, Count.SHARES].astype(float)
    error = shares.std(ddof=1) / np.sqrt(len(shares))
    assert abs(shares.mean() - 1 / (1 - found)) < 4.5 * error + 0.005
    lines, warnings = vital_signs(scenario, compiled, {"only": arm})
    assert any("reproduction number 0.4" in line for line in lines)
    assert warnings == []


@pytest.mark.parametrize("channel", [0, 1])
def test_reproduction_number_is_that_of_the_third_generation(
    arms: dict[str, Arm], compiled: CompiledAudience, channel: int
) -> None:
    """Followed generation by generation with a matrix: expected sharers of the third over those of the second."""
    arm, network = arms["all"], compiled.networks[channel]
    chance = arm.appeal[0] * compiled.match(arm.spec.content["post"]).astype(float) * arm.visibility[channel]
    shown = np.zeros((compiled.members, compiled.members))
    shown[network.sources(), network.followers] = 1.0
    generations = [np.full(compiled.members, 1.0 / compiled.members)]
    for _ in range(3):
        generations.append((generations[-1] @ shown) * chance)
    expected = generations[3].sum() / generations[2].sum()
    assert reproduction_number(compiled, arm, channel) == pytest.approx(expected, rel=1e-12)


def test_share_probabilities_are_means_over_impressions(arms: dict[str, Arm], compiled: CompiledAudience) -> None:
    """Of each source: the mean over its impressions, each member counted once for every way to them."""
    arm = arms["all"]
    chance = np.minimum(1.0, arm.appeal[0] * compiled.match(arm.spec.content["post"]).astype(float))
    plan = arm.world.plan
    owned, asked = np.zeros((2, compiled.members))
    for v in plan.owned_followers:
        owned[v] += 1
    # one paid line aims at everyone with half the trust, one at two communities, one at those whom it fits on the forum
    community = compiled.population.audience.community
    aims = [
        compiled.present_on(0),
        np.isin(community, [1, 2]),
        compiled.present_on(1) & (compiled.match(arm.spec.content["post"]) >= 0.6),
    ]
    paid = sum(
        bought * trust * chance[aim].mean()
        for bought, trust, aim in zip([777, 500, 250], [0.5, 1, 1], aims, strict=True)
    )
    for channel, advocate in {*zip(plan.planned_channel.tolist(), plan.planned_member.tolist(), strict=True)}:
        network = compiled.networks[channel]
        for v in network.followers[network.indptr[advocate] : network.indptr[advocate + 1]]:
            asked[v] += 1
    weights = {
        "owned": (owned, plan.owned_trust.mean()),
        "asked": (asked, plan.planned_trust.mean()),
        "earned": (compiled.following.sum(axis=0), 1.0),
    }
    lines, _ = vital_signs(vs.loads(TEXT), compiled, {"all": arm})
    for source, (weight, trust) in weights.items():
        mean = (chance * trust * weight).sum() / weight.sum()
        assert f"share probability of a fresh {source} impression: {mean:.3g}" in lines
    assert f"share probability of a fresh paid impression: {paid / (777 + 500 + 250):.3g}" in lines
