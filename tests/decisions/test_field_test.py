"""``viralsim field-test``: parts of arms, estimators against enumeration, known effects, the command and its bad input."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.cli import main
from viralsim.decisions.designs import design_of
from viralsim.decisions.estimators import UNDEFINED, Estimated, cluster_robust, difference_in_means, follows_of, hajek
from viralsim.decisions.partial_arm import Pair, Treated
from viralsim.decisions.power import quality
from viralsim.kernels.batch import run_worlds
from viralsim.kernels.counts import Count
from viralsim.kernels.member_counts import Tally, grouped_world
from viralsim.simulation.run import compile_arms, compile_audience

ISLANDS = """
viralsim: 1
name: islands
seed: 5
worlds: 400
horizon: 3d
audience: {members: 600, communities: {count: 24, size_exponent: 4.0, mixing: 0.0}}
channels:
  x: {cpm_usd: 9, visibility: 0.6, network: {generate: {mean_following: 8, reciprocity: 0.5}}}
content:
  c: {appeal: 0.08, conversion_rate: 0.2, value_usd: 5}
campaign:
  content: c
  paid: [{channel: x, budget_usd: 2, ends: 2d}]
  advocates: {count: 48, choose: community, posts_at: [0h, 30h], cost_usd: 2}
arms:
  organic: {campaign.paid: [], campaign.advocates: null}
  paid: {campaign.advocates: null}
  advocates: {campaign.paid: []}
  both: {}
  other: {content.c.appeal: 0.1}
baseline: organic
goal: {measure: conversions}
field_test: {treatment: advocates, control: organic, units: [member, community]}
"""


@pytest.fixture(scope="module")
def islands() -> vs.Scenario:
    return vs.loads(ISLANDS)


def pair(scenario: vs.Scenario, treatment: str, control: str) -> Pair:
    compiled = compile_audience(scenario)
    return Pair(compiled, *compile_arms(scenario, compiled, (treatment, control)).values())


def treated(pair: Pair, members: np.ndarray) -> Treated:
    ticks = pair.treatment.spec.ticks
    return Treated(members, np.ones(len(pair.compiled.channels), bool), np.ones(ticks, bool))


def test_counts_by_label_are_the_counts_of_the_world(islands: vs.Scenario) -> None:
    """Summed over labels they are what the kernel counted; the world itself is the same."""
    both = pair(islands, "both", "organic")
    labels = np.asarray(both.compiled.population.audience.community, dtype=np.int64)
    raw = run_worlds(both.treatment.world, 9, np.arange(10))
    for number in range(10):
        found = grouped_world(both.treatment.world, 9, number, labels, int(labels.max()) + 1)
        columns = [Count.REACH, Count.EARNED_REACH, Count.SHARES, Count.CONVERSIONS]
        tallies = [Tally.REACH, Tally.EARNED_REACH, Tally.SHARES, Tally.CONVERSIONS]
        assert found.by_label.sum(axis=0)[tallies].tolist() == raw.counts[number, columns].tolist()
        assert found.by_label[:, Tally.REACH].tolist() == raw.reach_by_community[number].tolist()
        shown = raw.counts[number, Count.IMPRESSIONS_OWNED : Count.IMPRESSIONS_RECOMMENDED + 1].sum()
        assert found.by_label[:, Tally.IMPRESSIONS].sum() == shown
        assert found.by_channel[0, Tally.REACH] == raw.reach_by_channel[number, 0]
        assert (found.series == raw.series[number]).all()


@pytest.mark.parametrize("treatment", ["paid", "advocates", "both"])
def test_all_treated_is_the_treatment_and_none_the_control(islands: vs.Scenario, treatment: str) -> None:
    """Bit for bit, world by world."""
    both = pair(islands, treatment, "organic")
    everyone = np.ones(both.compiled.members, dtype=bool)
    for members, arm in ((everyone, both.treatment), (~everyone, both.control)):
        part = both.part(treated(both, members))
        ours, theirs = run_worlds(part.world, 3, np.arange(20)), run_worlds(arm.world, 3, np.arange(20))
        assert (ours.series == theirs.series).all()


def test_a_part_asks_treated_advocates_and_shows_treated_targets(islands: vs.Scenario) -> None:
    both = pair(islands, "both", "organic")
    members = np.arange(both.compiled.members) % 3 == 0
    plan = both.part(treated(both, members)).world.plan
    whole = both.treatment.world.plan
    assert set(plan.planned_member.tolist()) == {m for m in whole.planned_member.tolist() if m % 3 == 0}
    assert plan.paid_targets.tolist() == np.flatnonzero(members).tolist()
    assert plan.paid_count.sum() == int(whole.paid_count.sum() * members.mean())


def test_what_both_arms_have_stays_whole(islands: vs.Scenario) -> None:
    """The paid line of both arms reaches everyone, the advocates of one arm only treated units."""
    both = pair(islands, "both", "paid")
    members = np.zeros(both.compiled.members, dtype=bool)
    plan = both.part(treated(both, members)).world.plan
    assert len(plan.planned_member) == 0
    assert plan.paid_count.tolist() == both.treatment.world.plan.paid_count.tolist()
    assert len(plan.paid_targets) == 0


def test_costs_are_those_of_the_part(islands: vs.Scenario) -> None:
    """48 advocates at 2 US$ and 2 US$ of impressions at 9 US$ a thousand, floored: all, and none."""
    both = pair(islands, "both", "organic")
    everyone = treated(both, np.ones(both.compiled.members, dtype=bool))
    assert both.cost_usd(both.part(everyone), everyone) == pytest.approx(96 + 222 * 0.009)
    nobody = treated(both, np.zeros(both.compiled.members, dtype=bool))
    assert both.cost_usd(both.part(nobody), nobody) == 0.0


def test_differences_in_means_are_unbiased_by_enumeration() -> None:
    """Over all 20 ways to treat 3 of 6 units the mean estimate is the effect, and Neyman's variance is not too small."""
    rng = np.random.default_rng(1)
    none, effect = rng.random(6) * 10, rng.random(6) * 3
    found = []
    for chosen in itertools.combinations(range(6), 3):
        assigned = np.isin(np.arange(6), chosen)
        found.append(difference_in_means(none + effect * assigned, assigned))
    estimates = np.array([one.effect for one in found])
    assert estimates.mean() == pytest.approx(effect.sum())
    assert np.mean([one.standard_error**2 for one in found]) >= estimates.var()


def test_cluster_robust_by_hand() -> None:
    """Units of 2, 2 | 1, 3 members with 2, 4 | 1, 1: means 1.5 and 0.5, eight members.

    Leaving out a unit leaves means of 2, 1 | 1/3, 1; each side's variance is half the squares around 1.5, or 0.5.
    """
    found = cluster_robust(np.array([2.0, 4, 1, 1]), np.array([2.0, 2, 1, 3]), np.array([True, True, False, False]))
    assert found.effect == pytest.approx(8.0)
    assert found.standard_error == pytest.approx(8 * np.sqrt((0.25 + 0.25) / 2 + (1 / 36 + 1 / 4) / 2))


def test_exposure_weights_undo_interference() -> None:
    """Outcomes that depend on the exposure alone: mean estimate over many assignments is the effect, where weights are exact.

    Pairs who follow each other, assigned one by one: a quarter is exposed to each side, with the chance 1/4.
    """
    members = np.arange(400)
    follows = follows_of(np.arange(401)[None, :], (members ^ 1).astype(np.int32))
    rng, quarter = np.random.default_rng(0), (np.full(400, 0.25), np.full(400, 0.25))
    base, estimates, naive = rng.random(400), [], []
    for _ in range(400):
        assigned = rng.random(400) < 0.5
        exposed = follows.exposed(assigned, assigned)
        outcome = base + 1.0 * exposed[0] + 0.5 * (assigned & ~exposed[0]) + 0.5 * (~assigned & ~exposed[1])
        estimates.append(hajek(outcome, exposed, quarter, members).effect)
        naive.append(difference_in_means(outcome, assigned).effect)
    error = np.std(estimates) / 20
    assert abs(np.mean(estimates) - 400) < 4.5 * error
    assert np.mean(naive) < 250


def test_clusters_are_unbiased_on_islands(islands: vs.Scenario) -> None:
    """Communities without ties between them: within 4.5 standard errors, and intervals hold the effect."""
    found = vs.field_test(islands, worlds=600, seed=1, units=["community"])
    assert found.low > 20.0
    for design in found.judged[:2]:
        q = design.quality
        assert abs(q.bias) < 4.5 * (q.bias_high - q.bias_low) / 3.92, design.estimator
        assert q.coverage > 0.9
    assert found.recommended.unit == "community"


def test_members_see_less_of_the_effect_the_more_they_mix() -> None:
    """Bias of member-level assignment is towards 0; of communities too, as ties leave them."""
    seen: dict[str, list[float]] = {"member": [], "community": []}
    for mixing in (0.0, 0.3, 0.9):
        scenario = vs.loads(ISLANDS).override({"audience.communities.mixing": mixing})
        found = vs.field_test(scenario, worlds=300, seed=2)
        table = found.designs.set_index(["unit", "estimator"])
        for unit in seen:
            seen[unit].append(table.loc[(unit, "difference_in_means"), "bias"] / found.effect)
    assert all(bias < -0.3 for bias in seen["member"])
    assert seen["community"][0] > seen["community"][1] > seen["community"][2]
    assert seen["community"][2] < -0.3


def test_spillover_pulls_members_towards_0() -> None:
    """Advertisements shown to half of the members: unbiased where nobody shares, and ever less is seen the more they do."""
    bias, error = [], []
    for appeal in (0.0, 0.05, 0.15, 0.3):
        scenario = vs.loads(ISLANDS).override({"content.c.appeal": appeal, "campaign.paid[0].budget_usd": 8})
        found = vs.field_test(scenario, worlds=300, seed=2, treatment="paid", units=["member"])
        q = found.judged[0].quality
        bias.append(q.bias / found.effect)
        error.append((q.bias_high - q.bias_low) / 3.92 / found.effect)
    assert abs(bias[0]) < 4.5 * error[0]
    assert all(later < sooner - 4.5 * max(error) for sooner, later in itertools.pairwise(bias))


@pytest.mark.parametrize(("advocates", "worlds"), [(6, 2000), (12, 1000)])
def test_power_is_that_of_a_direct_simulation(islands: vs.Scenario, advocates: int, worlds: int) -> None:
    """Power, about 0.25 and 0.95, against the part of so many other tests whose interval leaves out 0: within 0.03.

    These are 3.1 and 4.4 standard errors of that part.
    """
    weak = islands.override({"campaign.advocates.count": advocates})
    ours, direct = (vs.field_test(weak, worlds=worlds, seed=seed, units=["community"]).judged for seed in (11, 12))
    for one, other in zip(ours, direct, strict=True):
        assert 0.1 < one.quality.power < 0.97
        assert one.quality.power == pytest.approx(other.quality.power_at_effect, abs=0.03)


def test_results_do_not_depend_on_threads(islands: vs.Scenario) -> None:
    one, two = (vs.field_test(islands, worlds=20, threads=n).to_dict() for n in (1, 2))
    assert one == two


def test_uncertain_inputs_are_drawn_by_world(islands: vs.Scenario) -> None:
    unsure = islands.override({"uncertain": {"content.c.conversion_rate": {"from": 0.05, "to": 0.35}}})
    found = vs.field_test(unsure, worlds=30, units=["community"])
    direct = vs.simulate(unsure, worlds=30, arms=["advocates", "organic"]).compare("advocates", "organic")
    assert found.effect == pytest.approx(direct.loc["conversions", "uplift"])


def test_channels_and_days(islands: vs.Scenario) -> None:
    """Days: advocates post on the first and second of three; channels: one alone cannot be assigned."""
    found = vs.field_test(islands, worlds=40, units=["time", "channel"])
    assert [design.unit for design in found.judged] == ["time"]
    assert found.judged[0].units == 3
    assert "one channel alone" in found.notes[0]
    with pytest.raises(vs.InputError, match="one channel alone"):
        vs.field_test(islands, worlds=40, units=["channel"])


def test_a_design_assigns_its_share(islands: vs.Scenario) -> None:
    rng = np.random.default_rng(0)
    design = design_of("community", pair(islands, "advocates", "organic"), 0.25, "reach", rng, False)
    assert design.sizes.sum() == 600
    assert design.assign(rng).sum() == round(0.25 * design.units)


def test_the_command_writes_the_promised_object_and_the_plan(islands: vs.Scenario, tmp_path: Path) -> None:
    file, plan = tmp_path / "islands.yaml", tmp_path / "plan.csv"
    file.write_text(ISLANDS)
    words = ["field-test", str(file), "--worlds", "20", "--unit", "community", "--plan", str(plan)]
    done = CliRunner().invoke(main, [*words, "--json"])
    assert done.exit_code == 0, done.output
    printed = json.loads(done.output)
    assert printed == vs.field_test(file, worlds=20, units=["community"]).to_dict()
    assert {"truth", "designs", "recommended", "sentences"} <= set(printed)
    assert set(printed["truth"]) == {"effect", "ci_low", "ci_high"}
    promised = {"unit", "estimator", "bias", "sd", "power", "smallest_effect", "days", "cost"}
    assert all(promised <= set(row) for row in printed["designs"])
    assert printed["designs"][0]["days"] == 3.0
    table = pd.read_csv(plan)
    assert len(table) == 600
    assert (table.groupby("community")["group"].nunique() == 1).all()
    text = CliRunner().invoke(main, words)
    assert text.exit_code == 0
    assert printed["sentences"][0][:30] in text.output


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--treatment", "other"], "content.c.appeal"),
        (["--treatment", "organic"], "control"),
        (["--treatment", "pai"], "treatment"),
        (["--measure", "net_usd"], "measure"),
        (["--unit", "members"], "--unit"),
        (["--share", "1"], "share"),
        (["--worlds", "5"], "worlds"),
        (["--set", "populations=2"], "populations"),
        (["--set", "field_test={}"], "treatment"),
    ],
)
def test_bad_input_ends_with_2(tmp_path: Path, options: list[str], says: str) -> None:
    file = tmp_path / "islands.yaml"
    file.write_text(ISLANDS)
    done = CliRunner().invoke(main, ["field-test", str(file), *options])
    assert done.exit_code == 2, done.output
    assert says in done.output + done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize("block", ["{treatment: advocates, control: nobody}", "{treatment: paid, control: paid}", "{}"])
def test_wrong_blocks_are_refused_with_their_line(tmp_path: Path, block: str) -> None:
    file = tmp_path / "islands.yaml"
    file.write_text(ISLANDS[: ISLANDS.index("field_test:")] + f"field_test: {block}\n")
    done = CliRunner().invoke(main, ["check", str(file)])
    assert done.exit_code == 2
    assert f"{file}:24" in done.output + done.stderr


def test_quality_by_hand() -> None:
    """Estimates 0, 10, 20 with standard errors of 1 and many degrees of freedom against effects of 9, 10, 11."""
    found = [Estimated(x, 1.0, 1e9) for x in (0.0, 10.0, 20.0)]
    effects = np.array([9.0, 10.0, 11.0])
    q = quality(found, effects, 10.0)
    assert (q.bias, q.sd, q.undefined) == (0.0, 10.0, 0.0)
    assert q.coverage == pytest.approx(1 / 3)
    assert q.power == q.power_at_effect == pytest.approx(2 / 3)
    wide = [Estimated(x, 5.0, 1e9) for x in (0.0, 10.0, 20.0)]
    assert quality(wide, effects, 10.0).coverage == pytest.approx(1 / 3)  # 9.8 either side of 10
    assert quality(wide, effects, 10.0, own_effects=True).coverage == 1.0  # 9, 0 and 9 away from its own
    assert quality([UNDEFINED] * 3, effects, 10.0).bias is None
    assert quality([*found[:2], UNDEFINED], effects, 10.0).undefined == pytest.approx(1 / 3)
