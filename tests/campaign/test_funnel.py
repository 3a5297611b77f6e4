"""Funnels, customers, fees and goals: each amount by hand; a funnel whose rates are 1 is the old conversion."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from changed_texts import changed

import viralsim as vs
from viralsim.errors import ScenarioError
from viralsim.scenario import planned_costs

BASE = """viralsim: 1
name: funnel
seed: 5
worlds: 20
horizon: 2d
audience: {members: 300}
channels: {x: {network: {generate: {mean_following: 10}}, visibility: 0.5, cpm: 5}}
content: {p: {appeal: 0.05, value: 20, conversion_rate: 0.1}}
campaign: {content: p, paid: [{budget: 2}], organic: [{members: 3}]}
arms: {none: {campaign.paid: []}, all: {}}
baseline: none
goal: {measure: conversions, matters_from: 1}
"""


def run(**changes: Any) -> vs.Result:
    """The campaign with ``changes``, run."""
    return vs.simulate(vs.loads(changed(BASE, changes)))


def mean(result: vs.Result, name: str, arm: str = "all") -> float:
    return float(result.arms[arm].measures[name].mean())


def test_a_funnel_with_rates_1_is_the_old_conversion() -> None:
    """The same worlds to the last bit, the same value, and as many clicks as sales."""
    old, new = run(), run(content__p__funnel={"click": 1, "landing": 1, "checkout": 1}, content__p__conversion_rate=0.1)
    for name, values in old.arms["all"].measures.items():
        assert np.array_equal(values, new.arms["all"].measures[name], equal_nan=True)
    assert np.array_equal(new.arms["all"].measures["clicks"], old.arms["all"].measures["conversions"])
    assert vs.loads(BASE).fingerprint == vs.loads(BASE + "currency: EUR\n").fingerprint


def test_steps_multiply_and_returns_take_value() -> None:
    """0.4 x 0.5 x 0.5 of every impression is a rate of 0.1; the steps say how many came how far, by source."""
    old = run()
    new = run(
        content__p={
            "appeal": 0.05, "value": 20, "funnel": {"click": 0.4, "landing": 0.5, "checkout": "50%", "returned": 0.25},
        },
    )  # fmt: skip
    assert np.array_equal(old.arms["all"].measures["conversions"], new.arms["all"].measures["conversions"])
    sales = mean(new, "conversions")
    assert mean(new, "clicks") == pytest.approx(4 * sales)
    assert mean(new, "landings") == pytest.approx(2 * sales)
    assert mean(new, "returns") == pytest.approx(sales / 4)
    assert mean(new, "value_usd") == pytest.approx(sales * 20 * 0.75)
    none = run(content__p__funnel={"checkout": {"paid": 0}})
    assert none.arms["all"].measures["conversions"].sum() < old.arms["all"].measures["conversions"].sum()
    assert (none.arms["none"].measures["conversions"] == old.arms["none"].measures["conversions"]).all()


def test_a_customer_buys_again() -> None:
    """20, then half as likely and a tenth less a year: 20 x (1 + 0.5 / 1.1 + 0.25 / 1.21)."""
    again = {"repeat": 0.5, "orders": 2, "every": "365d", "discount_rate": 0.1}
    result = run(content__p__customer=again)
    worth = 20 * (1 + 0.5 / 1.1 + 0.25 / 1.21)
    assert mean(result, "value_usd") == pytest.approx(mean(result, "conversions") * worth)


def test_fees_are_paid_on_all_else() -> None:
    """Production, and the agency's part of everything: 400 impressions at 5 a thousand are 2, with 10 made, 15 % are 1.80."""
    result = run(campaign__fees={"production": 10, "agency": 3, "agency_share": "15%"})
    lines = {name: float(values[0]) for name, values in result.arms["all"].cost_lines.items()}
    assert lines == pytest.approx({"paid on x": 2.0, "production": 10.0, "agency fee": 3 + 0.15 * 12})
    budget = run(campaign__fees={"agency_share": "15%"}, arms__all={"budget": 23})
    assert sum(float(v[0]) for v in budget.arms["all"].cost_lines.values()) == pytest.approx(23.0, abs=0.01)
    spec = vs.loads(BASE.replace("organic:", "fees: {production: 10}, organic:")).for_arm("all")
    assert planned_costs(spec) == {"paid on x": 2.0, "production": 10.0}


def test_earned_media_value_and_brand_lift_are_their_products() -> None:
    """Prices and shares of what was counted; left out, there is no such measure."""
    result = run(campaign__earned_media_cpm=8, content__p__recall_rate=0.05)
    by_source = result.arms["all"].impressions_by_source
    earned = by_source["earned"] + by_source["recommended"]
    np.testing.assert_allclose(result.arms["all"].measures["earned_media_value_usd"], earned * 8 / 1000)
    assert mean(result, "brand_lift") == pytest.approx(0.05 * mean(result, "reach"))
    assert result.to_dict()["arms"]["all"]["measures"]["brand_lift"]["mean"] == pytest.approx(
        mean(result, "brand_lift")
    )
    assert "brand_lift" not in run().arms["all"].measures


def test_reach_by_community_adds_up() -> None:
    """A segment's rows are the whole, arm by arm."""
    result = run(audience={"members": 300, "communities": {"count": 4}})
    for name, arm in result.to_dict()["arms"].items():
        assert len(arm["reach_by_community"]) == 4
        assert sum(arm["reach_by_community"]) == pytest.approx(mean(result, "reach", name))


def test_goals_make_a_table_and_a_ceiling_a_sentence() -> None:
    """The arm that is best in both has 1, the baseline 0; what a sale costs is beside what it may."""
    result = run(goals={"conversions": 2, "reach": 1}, goal__cost_per_sale_at_most=0.01)
    found = result.to_dict()
    assert [(one["arm"], one["score"]) for one in found["goals"]] == [("all", pytest.approx(1.0)), ("none", 0.0)]
    cost = 2.0 / mean(result, "conversions")
    assert found["cost_per_sale"] == {"none": 0.0, "all": pytest.approx(cost)}
    said = [text for text in found["verdict"]["sentences"] if "A sale may cost at most 0.01 USD" in text]
    assert len(said) == 1
    assert "none 0 USD (within it)" in said[0]
    assert f"all {cost:.2f} USD (above it)" in said[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("conversion_rate: 0.1", "funnel: {click: 2}", "must be <= 1"),
        ("conversion_rate: 0.1", "funnel: {buy: 0.2}", "unknown key"),
        ("conversion_rate: 0.1", "funnel: {click: {radio: 0.2}}", "unknown key"),
        ("conversion_rate: 0.1", "customer: {repeat: -1}", "must be >= 0"),
        ("organic:", "fees: {agency_share: 3}, organic:", "must be <= 1"),
        ("organic:", "earned_media_cpm: 0, organic:", "must be > 0"),
        ("matters_from: 1", "cost_per_sale_at_most: 0", "must be > 0"),
        ("baseline: none", "baseline: none\ngoals: {likes: 1}", "goals"),
    ],
)
def test_what_cannot_be_is_refused(old: str, new: str, said: str) -> None:
    """One sentence with the key."""
    assert old in BASE
    with pytest.raises(ScenarioError, match=said):
        vs.loads(BASE.replace(old, new))
