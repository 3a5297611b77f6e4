"""Statistics over the worlds of one arm: chances, undefined worlds, warnings."""

import math

import numpy as np
import pytest
from synthetic_result import MEMBERS, arm_of, changed, synthetic_result

import viralsim as vs
from viralsim.errors import InputError
from viralsim.measurement import arms as arm_statistics
from viralsim.measurement import intervals
from viralsim.measurement.arms import STATISTICS, criterion_hits, virality_by_size
from viralsim.measurement.bands import quantile_bands
from viralsim.measurement.intervals import wilson


def one_arm(shares, **changes):
    arm = arm_of("organic", np.array(shares, float), {})
    return changed(synthetic_result(worlds=len(shares), **changes), arms={"organic": arm})


def test_statistics_are_those_of_the_worlds():
    """Mean, sd and quantiles are NumPy's; the interval holds the mean."""
    result = synthetic_result(worlds=500)
    values = result.arms["paid"].measures["shares"]
    found = result.summaries["paid"]["shares"]
    assert found.mean == pytest.approx(values.mean())
    assert found.sd == pytest.approx(values.std(ddof=1))
    assert (found.p05, found.p50, found.p95) == tuple(np.quantile(values, [0.05, 0.5, 0.95]))
    assert found.ci_low < found.mean < found.ci_high
    assert found.count == 500


def test_undefined_worlds_are_left_out_and_counted_never_zero():
    """A lone post has no structural virality: the mean is over the worlds with a cascade, with their count."""
    result = one_arm([0, 0, 0, 10, 20])
    found = result.summaries["organic"]["structural_virality"]
    assert found.count == 2
    assert found.mean == pytest.approx(2.0 + np.log1p([10, 20]).mean())


def test_nothing_defined_is_nan_in_all_statistics():
    """Where no world has a cascade, nothing is known of its shape."""
    found = one_arm([0, 0, 0]).summaries["organic"]["structural_virality"]
    assert found.count == 0
    assert all(math.isnan(getattr(found, name)) for name in STATISTICS)


def test_a_fraction_is_of_the_members_and_includes_its_bound():
    """earned_reach_fraction 0.05 of 50,000 members is met from 2,500 upwards."""
    result = one_arm([0.0] * 3)
    measures = {**result.arms["organic"].measures, "earned_reach": np.array([2499.0, 2500.0, 2501.0])}
    arm = changed(result.arms["organic"], measures=measures)
    hits = criterion_hits({"earned_reach_fraction": 0.05}, arm, MEMBERS)
    assert hits.tolist() == [False, True, True]


def test_at_most_includes_its_bound():
    """earned_shares_at_most 10 is met by 10 and below."""
    result = one_arm([0.0] * 3)
    measures = {**result.arms["organic"].measures, "earned_shares": np.array([9.0, 10.0, 11.0])}
    arm = changed(result.arms["organic"], measures=measures)
    assert criterion_hits({"earned_shares_at_most": 10}, arm, MEMBERS).tolist() == [True, True, False]


@pytest.mark.parametrize("criterion", [{"fame": 3}, {"fame_at_least": 3}, {"reach_fraction": 1, "shares_at_least": 2}])
def test_an_unknown_criterion_is_refused_with_the_remedy(criterion):
    """What is no measure, or two conditions at once, is the user's error."""
    with pytest.raises(InputError, match=r"measure|give one"):
        criterion_hits(criterion, one_arm([1.0]).arms["organic"], MEMBERS)


def test_a_measure_that_is_not_defined_meets_no_criterion():
    """NaN is neither above nor below a bound."""
    arm = one_arm([0.0, 5.0]).arms["organic"]
    assert criterion_hits({"structural_virality_at_most": 100.0}, arm, MEMBERS).tolist() == [False, True]


def test_chances_have_wilsons_interval():
    """2 flops in 40 worlds: 5 % with Wilson's limits."""
    result = one_arm([0, 3] + [1000] * 38)
    flop = result.chances("organic")["flop"]
    assert flop.probability == pytest.approx(0.05)
    assert (flop.low, flop.high) == pytest.approx(wilson(2, 40))


def test_without_a_criterion_there_is_no_chance():
    """No viral_when: the chance is not defined, not 0."""
    assert math.isnan(changed(one_arm([1, 2]), viral_when=None).chances("organic")["viral"].probability)


def test_a_loss_is_a_net_value_below_zero():
    """Breaking even is no loss."""
    shares = np.array([0.0, 50.0, 100.0, 200.0])  # 10 conversions of 30 USD in 50 shares: 0, 300, 600, 1200 USD
    arm = arm_of("paid", shares, {"ads": 300.0})
    result = changed(synthetic_result(worlds=4), arms={"paid": arm}, baseline=None)
    assert result.chances("paid")["loss"].probability == pytest.approx(0.25)


def test_few_worlds_are_told():
    """Below 1,000 worlds the reader is warned; from there on, with moderate tails, nobody is."""
    assert any("200 simulations are few" in text for text in synthetic_result(worlds=200, sigma=0.2).all_warnings)
    assert synthetic_result(worlds=1000, sigma=0.2).all_warnings == ()


def test_a_tail_too_heavy_is_told_with_the_worlds_it_takes():
    """One explosion in 1,000 worlds: the warning names the measure and the number of worlds."""
    shares = np.ones(1000)
    shares[5] = 40_000.0
    (text,) = [t for t in one_arm(shares).all_warnings if "too few simulations: a few extreme ones decide" in t]
    assert "organic" in text
    assert "run about" in text


def test_bands_are_quantiles_of_each_tick():
    """Each tick's band is over worlds; cumulative bands are of the sums, not sums of bands."""
    increments = np.array([[1, 0, 4], [0, 2, 0], [3, 1, 0]], np.int32)
    mean, bands = quantile_bands(increments, (0.5,), cumulative=True)
    assert mean.tolist() == [4 / 3, 7 / 3, 11 / 3]
    assert bands.tolist() == [[1.0, 2.0, 4.0]]
    assert quantile_bands(increments, (0.5,))[1].tolist() == [[1.0, 1.0, 0.0]]


def test_virality_is_told_by_size():
    """Shape is compared at equal size: bins of powers of two, with the worlds in each; lone posts are in none."""
    arm = one_arm([0, 0, 2, 2, 4]).arms["organic"]
    measures = {
        **arm.measures,
        "largest_cascade": np.array([1.0, 1.0, 2.0, 3.0, 4.0]),
        "structural_virality": np.array([np.nan, np.nan, 1.0, 4 / 3, 1.5]),
    }
    found = virality_by_size(changed(arm, measures=measures))
    assert [(b["size_from"], b["size_to"], b["worlds"]) for b in found] == [(2, 3, 2), (4, 7, 1)]
    assert [b["mean"] for b in found] == pytest.approx([(1 + 4 / 3) / 2, 1.5])


def test_large_runs_are_summarised_in_groups_with_the_same_answer(monkeypatch):
    """Columns are taken in groups to bound memory; the groups share their luck, so nothing changes."""
    whole = synthetic_result(worlds=200).summary("ci_high").to_numpy()
    monkeypatch.setattr(intervals, "_GROUP_NUMBERS", 1000)
    assert len(intervals.column_groups(52, 200)) == 11
    grouped = synthetic_result(worlds=200).summary("ci_high").to_numpy()
    np.testing.assert_allclose(grouped, whole, rtol=1e-12)


MONEY = """\
viralsim: 1
name: Money
seed: 5
horizon: 2d
audience: {members: 60}
channels: {wall: {visibility: 0.3, cpm_usd: 10, engagement_rate: 0.2, network: {generate: {mean_following: 6}}}}
content: {c: {appeal: 0.4, conversion_rate: 0.3, value_usd: 2.5}}
campaign: {content: c, owned: [{followers: 5, posts_at: [1h]}], paid: [{budget_usd: 0.03}], organic: [{channel: wall}]}
arms: {all: {}, unpaid: {campaign.paid: []}, free: {content.c.value_usd: 0}}
baseline: unpaid
"""


def test_very_many_worlds_are_summed_up_from_their_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """All measures but the largest cascade's shape, money too, have a table of frequencies, which says what the column says."""
    result = vs.simulate(vs.loads(MONEY), worlds=300)
    monkeypatch.setattr("viralsim.measurement.intervals.BOOTSTRAP_MOST_WORLDS", 0)
    monkeypatch.setattr("viralsim.measurement.arms.BOOTSTRAP_MOST_WORLDS", 0)
    for arm, worlds in result.arms.items():
        for name, column in worlds.measures.items():
            tally = arm_statistics._tally_of_many(result, name, worlds)
            assert (tally is None) == (name == "structural_virality"), (arm, name)
            if tally is None:
                continue
            found, values = arm_statistics._summary_of(tally), column[np.isfinite(column)]
            expected = arm_statistics._summaries(values[:, None], None, 1)[0]
            assert found.count == len(values)
            for statistic in STATISTICS:
                close = pytest.approx(getattr(expected, statistic), rel=1e-9, abs=1e-9, nan_ok=True)
                assert getattr(found, statistic) == close, (arm, name, statistic)
