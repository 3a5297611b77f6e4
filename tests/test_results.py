"""The face of a result: tables, series, comparisons and the JSON object, by the names of the interface."""

import json
import math

import numpy as np
import pytest
from synthetic_result import changed, synthetic_result

from viralsim.errors import InputError
from viralsim.measurement.measures import NAMES

MEASURES = [
    "reach",
    "impressions",
    "shares",
    "critical_shares",
    "engagements",
    "conversions",
    "largest_cascade",
    "depth",
    "max_breadth",
    "structural_virality",
    "reproduction_number",
    "time_to_peak_hours",
    "half_time_hours",
    "earned_reach",
    "earned_shares",
    "value_usd",
    "net_usd",
]


@pytest.fixture(scope="module")
def result():
    return synthetic_result(worlds=200)


def test_the_measures_have_the_names_of_the_interface():
    """Seventeen measures, by these names and in this order."""
    assert list(NAMES) == MEASURES


def test_the_summary_is_arm_by_measure(result):
    """summary() holds means; another statistic by its name; an unknown one is refused with those there are."""
    table = result.summary()
    assert list(table.index) == ["organic", "paid", "advocates", "integrated"]
    assert list(table.columns) == MEASURES
    assert table.loc["paid", "shares"] == result.arms["paid"].measures["shares"].mean()
    assert (result.summary("ci_low")["shares"] < table["shares"]).all()
    assert (result.summary("count")["reach"] == 200).all()
    with pytest.raises(InputError, match="statistic must be one of mean, sd"):
        result.summary("average")


def test_worlds_has_a_row_a_world_and_arm(result):
    """Columns arm, world, then the measures; a measure that is not defined is NaN."""
    table = result.worlds()
    assert list(table.columns) == ["arm", "world", *MEASURES]
    assert len(table) == 200 * 4
    row = table[(table["arm"] == "paid") & (table["world"] == 17)].iloc[0]
    assert row["shares"] == result.arms["paid"].measures["shares"][17]


def test_series_are_quantile_bands_a_tick(result):
    """A row per arm and tick; the cumulative median ends at the median of the final shares."""
    table = result.series("shares", quantiles=(0.05, 0.5, 0.95), cumulative=True)
    assert list(table.columns) == ["arm", "tick", "hours", "mean", "q05", "q50", "q95"]
    last = table[(table["arm"] == "paid") & (table["tick"] == 47)].iloc[0]
    assert last["q50"] == np.median(result.arms["paid"].measures["shares"][:20])
    assert last["hours"] == 48.0
    with pytest.raises(InputError, match="name must be one of impressions, shares, got 'likes'"):
        result.series("likes")


def test_compare_is_paired_and_by_default_against_the_baseline(result):
    """compare(arm, baseline) has a row per measure with uplift, interval and price."""
    table = result.compare("advocates", "paid")
    difference = result.arms["advocates"].measures["shares"] - result.arms["paid"].measures["shares"]
    assert table.loc["shares", "uplift"] == pytest.approx(difference.mean())
    assert list(table.index) == MEASURES
    assert (result.compare("advocates")["baseline"] == "organic").all()


@pytest.mark.parametrize(("arm", "other"), [("nobody", "organic"), ("paid", "nobody"), ("paid", "paid")])
def test_compare_refuses_what_cannot_be_compared(result, arm, other):
    """Unknown arms, and an arm with itself."""
    with pytest.raises(InputError):
        result.compare(arm, other)


def test_compare_without_a_baseline_asks_for_one(result):
    """Nothing is guessed."""
    with pytest.raises(InputError, match="no baseline"):
        changed(result, baseline=None).compare("paid")


def test_xarray_holds_measures_over_arm_and_world(result):
    """Labelled axes, units, and NaN where not defined."""
    data = result.to_xarray()
    assert data["shares"].dims == ("arm", "world")
    assert float(data["shares"].sel(arm="paid", world=3)) == result.arms["paid"].measures["shares"][3]
    assert data["shares_by_tick"].shape == (4, 20, 48)
    assert data["net_usd"].attrs["units"] == "USD"


def test_the_json_object_has_the_keys_of_the_interface(result):
    """Every key of the contract is there, at its place and of its kind."""
    answer = result.to_dict()
    top = [
        "scenario",
        "fingerprint",
        "seed",
        "worlds",
        "population",
        "arms",
        "comparisons",
        "verdict",
        "warnings",
        "calibrated",
        "timing",
    ]
    assert set(top) <= set(answer)
    assert {"members", "communities", "follows"} <= set(answer["population"])
    assert set(answer["arms"]) == {"organic", "paid", "advocates", "integrated"}
    for arm in answer["arms"].values():
        assert {"measures", "viral", "flop", "impressions_by_source", "cost_usd", "cost_lines"} <= set(arm)
        assert list(arm["measures"]) == MEASURES
        for found in arm["measures"].values():
            assert {"mean", "sd", "ci_low", "ci_high", "p05", "p50", "p95"} <= set(found)
        for kind in ("viral", "flop"):
            assert {"probability", "low", "high"} == set(arm[kind])
        assert set(arm["impressions_by_source"]) == {"owned", "paid", "asked", "earned", "recommended"}
        assert arm["cost_usd"] == pytest.approx(sum(arm["cost_lines"].values()))
    assert set(answer["verdict"]) >= {"measure", "sentences", "overturned_by"}
    assert set(answer["timing"]) >= {"setup_s", "compile_s", "simulate_s", "worlds_per_s"}


def test_comparisons_have_exactly_the_keys_of_the_interface_and_two_more(result):
    """The contract's keys, plus ties and the variance that pairing saved; the range only with uncertain inputs."""
    contract = [
        "arm",
        "baseline",
        "measure",
        "uplift",
        "ci_low",
        "ci_high",
        "probability_better",
        "correlation",
        "cost_per_incremental",
        "cost_per_incremental_low",
        "cost_per_incremental_high",
        "reason",
    ]
    rows = result.to_dict()["comparisons"]
    assert len(rows) == 12 * 17
    assert all(set(row) == {*contract, "ties", "variance_saved"} for row in rows)
    uncertain = changed(result, uncertain=True).to_dict()
    assert all(
        set(row) == {*contract, "ties", "variance_saved", "range_low", "range_high"} for row in uncertain["comparisons"]
    )
    assert all({"range_low", "range_high"} <= set(found) for found in uncertain["arms"]["paid"]["measures"].values())


def test_the_json_object_is_strict_json_and_undefined_is_null_never_zero():
    """No NaN, no infinity; a launch without any share has no structural virality."""
    quiet = synthetic_result(worlds=2, effects={"organic": -1e6, "paid": 10.0})
    answer = json.loads(json.dumps(quiet.to_dict(), allow_nan=False))
    found = answer["arms"]["organic"]["measures"]["structural_virality"]
    assert [found[key] for key in ("mean", "sd", "ci_low", "p50")] == [None] * 4
    assert found["count"] == 0
    assert answer["arms"]["organic"]["measures"]["shares"]["mean"] == 0.0
    rows = [row for row in answer["comparisons"] if row["measure"] == "structural_virality"]
    assert all(row["uplift"] is None and row["reason"] for row in rows)


def test_without_criteria_the_chances_are_null(result):
    """No viral_when and no flop_when: null, not 0."""
    arm = changed(result, viral_when=None, flop_when=None).to_dict()["arms"]["paid"]
    assert set(arm["viral"].values()) == set(arm["flop"].values()) == {None}


def test_warnings_hold_the_run_the_statistics_and_the_caveats(result):
    """One list, each text once."""
    answer = changed(result, warnings=["advertisements exceed 10 per member"]).to_dict()
    texts = answer["warnings"]
    assert texts[0] == "advertisements exceed 10 per member"
    assert any("200 simulations are few" in text for text in texts)
    assert any("no forecast" in text for text in texts)
    assert len(texts) == len(set(texts))


def test_a_result_of_one_world_is_an_answer_without_intervals():
    """A single world has values and no error; nothing breaks."""
    answer = synthetic_result(worlds=1).to_dict()
    shares = answer["arms"]["paid"]["measures"]["shares"]
    assert shares["mean"] > 0
    assert shares["ci_low"] is None
    assert math.isfinite(answer["arms"]["paid"]["cost_usd"])


def test_statistics_are_computed_once(result):
    """Asking twice gives the same object, not the same work again."""
    assert result.comparisons is result.comparisons
    assert result.verdict is result.verdict
