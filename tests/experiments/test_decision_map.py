"""Where the decision flips: thresholds known by hand come out, with what is open said so."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sweep_scenario import write

from viralsim.cli.flips import flips as command
from viralsim.errors import InputError
from viralsim.experiments import plan_of, run_sweep
from viralsim.experiments.decision_map import decision_map, map_grid
from viralsim.scenario import load

APPEALS, COSTS = [0.002, 0.006, 0.010, 0.014], [10.0, 30.0, 50.0]


def table(threshold: float = 0.008, dear: float = 41.0, half: float = 0.5) -> pd.DataFrame:
    """A sweep of two arms: advocates lead paid by 1000 (appeal - threshold) below the price ``dear``, and trail above it."""
    rows = []
    for i, (appeal, cost) in enumerate((a, c) for a in APPEALS for c in COSTS):
        lead = 1000 * (appeal - threshold) if cost < dear else -5.0
        for arm, mean in (("paid", 100.0), ("advocates", 100.0 + lead)):
            up = lead if arm == "advocates" else math.nan
            rows.append(
                {"point": i, "id": str(i), "arm": arm, "appeal": appeal, "cost": cost, "seed": 1, "error": None,
                 "shares": mean, "shares_low": mean - 9, "shares_high": mean + 9,
                 "uplift_shares": up, "uplift_shares_low": up - half, "uplift_shares_high": up + half}
            )  # fmt: skip
    return pd.DataFrame(rows)


def test_the_threshold_by_hand() -> None:
    """The lead is linear, so the crossing is exact; its interval is the half width over the slope."""
    found = decision_map(table(), "shares", ["appeal"])
    flips = [flip for flip in found.flips if flip.others["cost"] == 10.0]
    assert len(flips) == 1
    assert (flips[0].below, flips[0].above) == ("paid", "advocates")
    assert flips[0].value == pytest.approx(0.008)
    assert flips[0].low == pytest.approx(0.0075)
    assert flips[0].high == pytest.approx(0.0085)
    assert not [flip for flip in found.flips if flip.others["cost"] == 50.0]


def test_a_price_too_high() -> None:
    """Along the price advocates stop winning between 30 and 50; the sentence says so."""
    found = decision_map(table(), "shares", ["cost"])
    flip = next(flip for flip in found.flips if flip.others["appeal"] == 0.014)
    assert 30 < flip.value < 50
    assert (flip.below, flip.above) == ("advocates", "paid")
    assert "paid is better than advocates from cost = " in flip.sentence
    assert found.unless.startswith("by the means, paid is best unless")
    assert found.unless in found.sentences


def test_less_is_better_in_words_and_in_the_choice() -> None:
    """Of critical shares the lower mean is best, and the sentence says lowest: with the means of shares the sides change."""
    mirrored = table().rename(columns=lambda name: name.replace("shares", "critical_shares"))
    shares, critical = decision_map(table(), "shares"), decision_map(mirrored, "critical_shares")
    other = {"paid": "advocates", "advocates": "paid"}
    assert [point.arm for point in critical.points] == [other[point.arm] for point in shares.points]
    assert " has the highest mean shares at " in shares.sentences[0]
    assert " has the lowest mean critical shares at " in critical.sentences[0]


def test_wide_intervals_leave_the_map_open() -> None:
    """Where the interval of the lead holds 0 the point is open, and a limit that never crosses is outside the range."""
    found = decision_map(table(half=50.0), "shares")
    assert not any(point.sure for point in found.points)
    assert all(math.isinf(flip.low) and math.isinf(flip.high) for flip in found.flips)
    grid = map_grid(found, "appeal", "cost")
    assert grid.shape == (3, 4)
    assert list(grid.index) == [50.0, 30.0, 10.0]
    assert grid.loc[10.0, 0.014] == "advocates?"
    assert map_grid(decision_map(table(), "shares"), "appeal", "cost").loc[10.0, 0.014] == "advocates"


@settings(deadline=None, max_examples=50)
@given(st.floats(0.0021, 0.0139), st.floats(0.01, 3.0))
def test_the_interval_holds_the_threshold(threshold: float, half: float) -> None:
    """For every threshold inside the range the crossing is found, inside its own interval."""
    found = decision_map(table(threshold, half=half), "shares", ["appeal"])
    flips = [flip for flip in found.flips if flip.others["cost"] == 10.0]
    if threshold not in APPEALS:
        assert flips[0].value == pytest.approx(threshold, rel=1e-9)
        assert flips[0].low <= flips[0].value <= flips[0].high


def test_command_on_a_real_sweep(tmp_path: Path) -> None:
    """The command reads a finished sweep; the best arms are those of the table's means."""
    plan = plan_of(load(write(tmp_path)))
    run_sweep(plan, tmp_path / "out")
    asked = [str(tmp_path / "out"), "--measure", "shares"]
    said = json.loads(CliRunner().invoke(command, [*asked, "--json"], catch_exceptions=False).stdout)
    assert len(said["points"]) == 6
    assert {point["arm"] for point in said["points"] if point["values"]["campaign.advocates.count"] == 10} == {
        "advocates"
    }
    words = CliRunner().invoke(command, [*asked, "--out", str(tmp_path / "map.csv")], catch_exceptions=False).stdout
    assert said["sentences"][0] in words
    assert (tmp_path / "map.csv").read_text().count("\n") == 4


def test_wrong_questions() -> None:
    """A path that was not swept, a measure without direction, one arm: each is refused with a remedy."""
    with pytest.raises(InputError, match="was not swept: choose from appeal, cost"):
        decision_map(table(), "shares", ["price"])
    with pytest.raises(InputError, match="neither better nor worse"):
        decision_map(table(), "structural_virality")
    with pytest.raises(InputError, match="two arms"):
        decision_map(table().query("arm == 'paid'"), "shares")


def test_best_of_three_must_beat_all() -> None:
    """The second arm is surely worse, the third, less well known, may be better: the point stays open."""
    rows = table(half=0.1)
    third = rows[rows["arm"] == "advocates"].assign(arm="integrated")
    lead = third["uplift_shares"].to_numpy()
    third = third.assign(
        shares=third["shares"] - 2, uplift_shares=lead - 2, uplift_shares_low=lead - 50, uplift_shares_high=lead + 46
    )
    both = pd.concat([rows, third]).sort_values("point", kind="stable")
    sure = {one.point: one for one in decision_map(both, "shares", ["appeal"]).points}
    alone = {one.point: one for one in decision_map(rows, "shares", ["appeal"]).points}
    clear = [i for i, one in alone.items() if one.arm == "advocates" and one.sure]
    assert clear
    for i in clear:
        assert sure[i].arm == "advocates"
        assert not sure[i].sure
        assert sure[i].least < 0 < sure[i].lead
