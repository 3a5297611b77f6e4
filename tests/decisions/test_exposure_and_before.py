"""Weighted totals by enumeration, advocates as units, and an earlier launch as pre-period."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_field_test import ISLANDS

import viralsim as vs
from viralsim.decisions.designs import design_of
from viralsim.decisions.estimators import UNDEFINED, Follows, difference_in_means, horvitz_thompson
from viralsim.decisions.exposure import of_advocates
from viralsim.decisions.finished_test import analyse_outcomes
from viralsim.decisions.partial_arm import Pair, Treated
from viralsim.simulation.run import compile_arms, compile_audience

OWNED = {"campaign.owned": [{"channel": "x", "followers": 300, "posts_at": ["0h"]}]}
LAUNCHES = {"campaign.advocates.programme": {"launches": 3}}


def pair(scenario: vs.Scenario, treatment: str = "advocates", control: str = "organic") -> Pair:
    compiled = compile_audience(scenario)
    return Pair(compiled, *compile_arms(scenario, compiled, (treatment, control)).values())


def test_weighted_totals_are_unbiased_by_enumeration() -> None:
    """A ring of 8, 4 of them treated: over all 70 assignments the mean estimate is the effect of exposure.

    Members are exposed where both neighbours are on their side; all chances are (8 - 3 choose 1) / 70 = 5 / 70.
    """
    ring = np.arange(8)
    source, target = np.concatenate([(ring + 1) % 8, (ring - 1) % 8]), np.concatenate([ring, ring])
    follows, rng = Follows(source, target, np.full(8, 2.0)), np.random.default_rng(3)
    none, effect, chance = rng.random(8) * 10, rng.random(8) * 4, np.full(8, 5 / 70)
    found = []
    for chosen in itertools.combinations(range(8), 4):
        treated = np.isin(ring, chosen)
        exposed = follows.exposed(treated, treated)
        found.append(horvitz_thompson(none + effect * exposed[0], exposed, (chance, chance), ring))
    assert np.mean([one.effect for one in found]) == pytest.approx(effect.sum())


def test_weighted_totals_of_separate_units_do_not_understate_their_error() -> None:
    """Three of six units treated, members exposed with their unit: unbiased, mean variance at least that of the estimates."""
    rng, unit = np.random.default_rng(5), np.repeat(np.arange(6), 3)
    none, effect, half = rng.random(18), rng.random(18), np.full(18, 0.5)
    found = []
    for chosen in itertools.combinations(range(6), 3):
        treated = np.isin(unit, chosen)
        found.append(horvitz_thompson(none + effect * treated, (treated, ~treated), (half, half), unit))
    estimates = np.array([one.effect for one in found])
    assert estimates.mean() == pytest.approx(effect.sum())
    assert np.mean([one.standard_error**2 for one in found]) >= estimates.var()


def test_who_can_be_exposed_to_one_side_only_is_left_out() -> None:
    both, never = np.array([0.5, 0.5, 1.0]), np.array([0.5, 0.5, 0.0])
    seen = np.array([True, False, True]), np.array([False, True, False])
    found = horvitz_thompson(np.array([3.0, 1.0, 99.0]), seen, (both, never), np.arange(3))
    assert found.effect == pytest.approx((3 / 0.5 - 1 / 0.5) * 3 / 2)
    assert horvitz_thompson(np.ones(3), seen, (both, np.zeros(3)), np.arange(3)) == UNDEFINED


def test_outcomes_are_divided_among_the_advocates_followed() -> None:
    """Advocates belong to themselves, followers in equal parts to those whom they follow, others to nobody."""
    whole = pair(vs.loads(ISLANDS))
    exposure = of_advocates(whole.treatment.enrolment, whole.compiled)
    people, graph = whole.treatment.enrolment.members.tolist(), whole.compiled.graph
    outcomes = np.random.default_rng(1).random(whole.compiled.members)
    rows = {a: set(graph.followers[slice(*graph.indptr[0, a : a + 2])].tolist()) - set(people) for a in people}
    followed = np.zeros(len(outcomes))
    for row in rows.values():
        followed[list(row)] += 1
    expected = [outcomes[a] + sum(outcomes[m] / followed[m] for m in row) for a, row in rows.items()]
    assert exposure.totals(outcomes) == pytest.approx(expected)
    counted = set(people).union(*rows.values())
    assert set(exposure.counted.tolist()) == counted
    assert exposure.totals(outcomes).sum() == pytest.approx(outcomes[list(counted)].sum())
    assigned = np.arange(len(people)) % 2 == 0
    one, none = exposure.exposed(assigned)
    for member in exposure.counted.tolist():
        mine = [assigned[i] for i, a in enumerate(people) if member == a or member in rows[a]]
        assert one[member] == (np.mean(mine) >= 0.75)
        assert none[member] == (np.mean(mine) <= 0.25)


def test_a_part_of_the_advocates_is_asked() -> None:
    """Asks to the assigned people alone, at their cost; all of them are the whole arm."""
    whole = pair(vs.loads(ISLANDS))
    design = design_of("advocate", whole, 0.25, "shares", np.random.default_rng(0), False)
    assigned = design.assign(np.random.default_rng(1))
    treated = design.treated(assigned)
    part = whole.part(treated)
    assert (design.units, assigned.sum()) == (48, 12)
    chosen = whole.treatment.enrolment.members[assigned]
    assert set(part.world.plan.planned_member.tolist()) == set(chosen.tolist())
    assert whole.cost_usd(part, treated) == pytest.approx(12 * 2)
    everyone = whole.part(design.treated(np.ones(48, dtype=bool))).world.plan
    assert everyone.planned_member.tolist() == whole.treatment.world.plan.planned_member.tolist()


def test_the_same_people_can_be_given_one_of_two_tiers() -> None:
    """Arms that pay the same people otherwise: asked at one price or at the other."""
    scenario = vs.loads(
        ISLANDS.replace("  both: {}", "  both: {}\n  dear: {campaign.paid: [], campaign.advocates.trust: 2}")
    )
    whole = pair(scenario, "dear", "advocates")
    assigned = np.arange(48) < 20
    plan = whole.part(Treated(*(np.ones(n, bool) for n in (600, 1, whole.treatment.spec.ticks)), assigned)).world.plan
    trust = dict(zip(plan.planned_member.tolist(), plan.planned_trust.tolist(), strict=True))
    members = whole.treatment.enrolment.members.tolist()
    assert [trust[m] for m in members] == [2.0] * 20 + [1.0] * 28


@pytest.mark.parametrize(
    ("treatment", "control", "says"),
    [
        ("paid", "organic", "no advocates"),
        ("both", "organic", "paid lines"),
        ("other", "advocates", "different people"),
    ],
)
def test_what_cannot_be_given_by_advocate_is_refused(treatment: str, control: str, says: str) -> None:
    other = "  other: {campaign.paid: [], campaign.advocates.choose: degree}"
    scenario = vs.loads(ISLANDS.replace("  other: {content.c.appeal: 0.1}", other))
    with pytest.raises(vs.InputError, match=says):
        vs.field_test(scenario, worlds=20, treatment=treatment, control=control, units=["advocate"])


def test_an_earlier_launch_takes_away_what_units_always_differ_in() -> None:
    """Communities of very different sizes: changes scatter less than outcomes, without bias; no programme, no earlier launch."""
    sizes = ISLANDS.replace("size_exponent: 4.0", "size_exponent: 2.0")
    scenario = vs.loads(sizes).override({**OWNED, **LAUNCHES, "campaign.advocates.count": 12})
    found = vs.field_test(scenario, worlds=200, seed=2, units=["community", "time"], measure="reach")
    table = found.designs.set_index(["unit", "estimator"])
    plain, before = (
        table.loc[("community", "difference_in_means")],
        table.loc[("community", "difference_in_differences")],
    )
    assert before["sd"] < 0.8 * plain["sd"]
    assert abs(before["bias"]) < 4.5 * (before["bias_high"] - before["bias_low"]) / 3.92
    assert "difference_in_differences" not in table.loc["time"].index
    alone = vs.field_test(
        scenario.override({"campaign.advocates.programme.launches": 1}), worlds=20, units=["community"]
    )
    assert "difference_in_differences" not in set(alone.designs["estimator"])


def test_advocates_and_earlier_outcomes_of_a_finished_test(tmp_path: Path) -> None:
    """The plan of a test by advocate, with outcomes of two launches: 4 x ((6 + 8) / 2 - (1 + 3) / 2) = 20, and 4 x (3 - 0)."""
    report = vs.field_test(vs.loads(ISLANDS).override(LAUNCHES), worlds=40, units=["advocate"])
    plan = pd.read_csv(report.save_plan(tmp_path / "plan.csv"))
    assert plan.columns.tolist() == ["advocate", "group"]
    assert (len(plan), (plan["group"] == "treatment").sum()) == (48, 24)
    file = tmp_path / "results.csv"
    file.write_text("advocate,group,outcome,before\na,treatment,6,4\nb,treatment,8,4\nc,control,1,2\nd,control,3,2\n")
    plain, change = analyse_outcomes(report, file)
    assert (plain.unit, plain.estimator, plain.effect) == ("advocate", "difference_in_means", 20.0)
    assert (change.estimator, change.effect) == ("difference_in_differences", 12.0)
    biases = report.designs.set_index("estimator")["bias"]
    assert change.bias == pytest.approx(biases["difference_in_differences"])
    assert "4 advocates" in change.sentence("conversions")
    direct = difference_in_means(np.array([2.0, 4, -1, 1]), np.array([True, True, False, False]))
    assert direct.effect == change.effect
