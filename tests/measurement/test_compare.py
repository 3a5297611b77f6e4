"""Two arms in the same worlds: exact values, mirrored pairs, and silence where pairing would mislead."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_result import arm_of, changed, synthetic_result

from viralsim.measurement.measures import MEASURES, NAMES
from viralsim.measurement.measures import measure as declared


def rows_of(result, arm, baseline):
    return {row.measure: row for row in result.comparisons if (row.arm, row.baseline) == (arm, baseline)}


def two_arms(base, arm, base_cost=0.0, arm_cost=1000.0, **changes):
    result = synthetic_result(worlds=len(base), **changes)
    arms = {
        "organic": arm_of("organic", np.array(base, float), {"owned": base_cost}),
        "paid": arm_of("paid", np.array(arm, float), {"ads": arm_cost}),
    }
    return changed(result, arms=arms)


def test_every_ordered_pair_and_every_measure_is_there():
    """Four arms give 12 ordered pairs of 17 measures, in the order of the arms and of the measures."""
    result = synthetic_result(worlds=50)
    pairs = [(a, b) for a in result.arms for b in result.arms if a != b]
    expected = [(a, b, name) for a, b in pairs for name in NAMES]
    assert [(row.arm, row.baseline, row.measure) for row in result.comparisons] == expected


def test_the_statistics_of_a_pair_are_exact():
    """Uplift, ties, chance of being better, correlation and saved variance of six worlds, by hand."""
    base, arm = np.array([10, 20, 30, 40, 50, 60]), np.array([10, 25, 20, 60, 70, 90])
    row = rows_of(two_arms(base, arm), "paid", "organic")["shares"]
    difference = arm - base
    assert row.uplift == pytest.approx(difference.mean())
    assert row.ties == pytest.approx(1 / 6)
    assert row.probability_better == pytest.approx(4 / 6 + 1 / 12)
    assert row.correlation == pytest.approx(np.corrcoef(base, arm)[0, 1])
    assert row.variance_saved == pytest.approx(1 - difference.var() / (arm.var() + base.var()))


def test_less_is_better_where_the_measure_says_so():
    """More critical shares are no success: the chance of being better counts the worlds with fewer."""
    row = rows_of(two_arms([100, 100, 100, 100], [100, 200, 300, 400]), "paid", "organic")["critical_shares"]
    assert row.uplift > 0.0
    assert row.probability_better == pytest.approx(1 / 8)


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 60), st.integers(0, 1000), st.floats(0.0, 300.0))
def test_the_other_way_round_is_the_mirror_image(worlds, seed, effect):
    """b against a has the negative uplift, the mirrored interval and the complementary chance of a against b."""
    result = synthetic_result(worlds=worlds, seed=seed, effects={"organic": 0.0, "paid": effect})
    there, back = rows_of(result, "paid", "organic"), rows_of(result, "organic", "paid")
    for m in MEASURES:
        a, b = there[m.name], back[m.name]
        if not math.isnan(a.uplift):
            assert (b.uplift, b.ci_low, b.ci_high) == (-a.uplift, -a.ci_high, -a.ci_low)
            assert a.probability_better + b.probability_better == pytest.approx(1.0)
            assert a.ties == b.ties


def test_what_exists_only_with_a_cascade_is_never_an_uplift():
    """Structural virality, reproduction number and times are not paired: the reason is the outcome's condition."""
    rows = rows_of(synthetic_result(worlds=50), "paid", "organic")
    conditional = [m.name for m in MEASURES if m.only_with_cascade]
    assert conditional == ["structural_virality", "reproduction_number", "time_to_peak_hours", "half_time_hours"]
    for name in conditional:
        assert math.isnan(rows[name].uplift)
        assert "condition on the outcome" in rows[name].reason


def test_a_measure_undefined_in_one_world_is_not_paired():
    """One NaN in one arm silences the pair in that measure, with the reason, and no other."""
    result = synthetic_result(worlds=50)
    depth = result.arms["paid"].measures["depth"].copy()
    depth[3] = np.nan
    paid = changed(result.arms["paid"], measures={**result.arms["paid"].measures, "depth": depth})
    rows = rows_of(changed(result, arms={**result.arms, "paid": paid}), "paid", "organic")
    assert math.isnan(rows["depth"].uplift)
    assert "not defined in every simulation" in rows["depth"].reason
    assert not math.isnan(rows["shares"].uplift)


def test_a_fixed_cost_gives_the_cost_over_the_uplift():
    """1,000 USD for 200 more shares per launch are 5 USD per share; the limits are cost over limits of the uplift."""
    rng = np.random.default_rng(1)
    base = rng.integers(0, 50, 400)
    row = rows_of(two_arms(base, base + rng.integers(150, 251, 400)), "paid", "organic")["shares"]
    assert row.cost_per_incremental == pytest.approx(1000 / row.uplift)
    assert row.cost_per_incremental_low == pytest.approx(1000 / row.ci_high)
    assert row.cost_per_incremental_high == pytest.approx(1000 / row.ci_low)
    assert row.reason is None


@pytest.mark.parametrize(
    ("gain", "cost", "reason"),
    [(0, 1000.0, "not above 0"), (-20, 1000.0, "not above 0"), (50, -1.0, "costs less")],
)
def test_no_cost_of_one_more_where_there_is_none(gain, cost, reason):
    """Without a sure uplift, or where the better arm is the cheaper one, there is no price, and the reason is told."""
    base = np.random.default_rng(2).integers(100, 200, 300)
    noise = np.random.default_rng(3).integers(-30, 31, 300)
    row = rows_of(two_arms(base, base + gain + noise, base_cost=0.0, arm_cost=cost), "paid", "organic")["shares"]
    assert math.isnan(row.cost_per_incremental)
    assert math.isnan(row.cost_per_incremental_low)
    assert reason in row.reason


def test_more_for_the_same_money_costs_nothing_more():
    """An arm that brings more at the same cost has a price of exactly 0."""
    base = np.random.default_rng(2).integers(100, 200, 300)
    row = rows_of(two_arms(base, base + 50, base_cost=700.0, arm_cost=700.0), "paid", "organic")["shares"]
    assert (row.cost_per_incremental, row.cost_per_incremental_low, row.cost_per_incremental_high) == (0.0, 0.0, 0.0)


def test_only_what_is_bought_by_the_unit_has_a_price():
    """A cascade's depth or a dollar of value has no cost per unit."""
    rows = rows_of(synthetic_result(worlds=300), "advocates", "organic")
    priced = [name for name in NAMES if not math.isnan(rows[name].cost_per_incremental)]
    assert priced == [m.name for m in MEASURES if m.bought]


def test_pairing_saves_what_shared_luck_shares():
    """Heavy-tailed luck that both arms share leaves little variance in the difference."""
    row = rows_of(synthetic_result(worlds=500, sigma=1.0), "advocates", "organic")["shares"]
    assert row.variance_saved > 0.98
    assert row.ci_high - row.ci_low < 2.0


def test_the_range_holds_nine_in_ten_worlds():
    """range_low and range_high are the 5 and 95 % quantiles of the paired difference."""
    result = synthetic_result(worlds=400)
    row = rows_of(result, "advocates", "organic")["shares"]
    difference = result.arms["advocates"].measures["shares"] - result.arms["organic"].measures["shares"]
    assert (row.range_low, row.range_high) == tuple(np.quantile(difference, [0.05, 0.95]))


def test_measures_are_declared_once_and_wholly():
    """Every measure has a label, unit, definition, source and the words of its count; directions are -1, 0 or 1."""
    for m in MEASURES:
        assert all([m.name, m.label, m.unit, m.definition, m.source, m.counted])
        assert m.direction in (-1, 0, 1)
        assert declared(m.name) is m
