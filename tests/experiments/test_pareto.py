"""Several goals at once: the front holds what each goal alone finds, and how often a line is shown is found by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import viralsim as vs
from viralsim.cli import main
from viralsim.errors import InputError
from viralsim.experiments.budget.pareto import Front, pareto, undominated
from viralsim.experiments.optimise import optimise

# nobody shares or buys: a dollar buys 100 impressions, and net value is what was not spent
BY_HAND = """
viralsim: 1
name: by hand
seed: 3
worlds: 40
horizon: 12h
audience: {members: 200, communities: {count: 2}}
channels:
  a: {visibility: 0.2, cpm_usd: 10, network: {generate: {mean_following: 5}}}
content: {c: {appeal: 0}}
campaign:
  content: c
  paid:
    - {channel: a, budget_usd: 1}
    - {channel: a, budget_usd: 1, cpm_usd: 20}
arms: {none: {campaign.paid: []}, all: {}}
baseline: none
question: {compare: [all, none]}
field_test: {treatment: all, control: none}
"""


@pytest.fixture(scope="module")
def front() -> Front:
    """Impressions against money."""
    return pareto(vs.loads(BY_HAND), 2.0, ("impressions", "net_usd"), trials=30, threads=1)


def test_the_front_is_worked_out_by_hand(front: Front) -> None:
    """From nothing to 2 US$, nearly all on the cheap line, on which each dollar buys 100 impressions; on the other it buys 50."""
    assert front.measures == ("impressions", "net_usd")
    for point in front.points:
        cheap, dear = point.split.values()
        assert dear <= 0.1 * front.budget_usd  # what buys nothing for its last cent is on the front too
        assert point.uplift["impressions"].mean == pytest.approx(100.0 * cheap + 50.0 * dear, abs=2.0)
        assert point.uplift["net_usd"].mean == pytest.approx(-point.cost_usd, abs=0.05)
    assert front.points[0].cost_usd == pytest.approx(2.0)
    assert front.points[-1].cost_usd == 0.0
    assert len(front.points) >= 5


def test_the_front_holds_the_best_for_each_goal(front: Front) -> None:
    """No optimum of one goal, searched for alone, is better than the front's best in it by more than its error."""
    for name in front.measures:
        alone = optimise(vs.loads(BY_HAND), 2.0, measure=name, trials=20, threads=1).uplift
        best = max(point.uplift[name].mean for point in front.points)
        assert best >= alone.low
        assert best >= front.alone[name].uplift[name].mean


@given(arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(2, 3)), elements=st.integers(0, 4).map(float)))
def test_undominated(scores: np.ndarray) -> None:
    """Against the definition, a pair at a time."""
    expected = [not any((b >= a).all() and (b > a).any() for b in scores) for a in scores]
    assert undominated(scores).tolist() == expected


def test_how_often_a_line_is_shown() -> None:
    """100 impressions reach 100 members with a cap of 1, and without one 200 (1 - (1 - 1/200)^100) = 78.8 on average."""
    found = optimise(vs.loads(BY_HAND), 1.0, measure="reach", trials=5, threads=1, worlds=200)
    (line,) = [one for one in found.frequency if one.line == "paid[0] on a"]
    assert line.best == 1
    assert line.shown
    once = next(point for point in line.points if point.cap == 1)
    assert once.uplift.mean == pytest.approx(100.0)
    assert once.over_no_cap.low <= 100.0 - 78.84 <= once.over_no_cap.high
    assert "to one person once at most" in line.sentence
    free = optimise(vs.loads(BY_HAND), 1.0, measure="impressions", trials=5, threads=1).frequency[0]
    assert (free.best, free.shown) == (None, False)


def test_command(tmp_path) -> None:
    (tmp_path / "s.yaml").write_text(BY_HAND)
    asked = [
        "optimise",
        str(tmp_path / "s.yaml"),
        "--budget",
        "2",
        "--trials",
        "8",
        "--worlds",
        "10",
        "--measure",
        "impressions",
    ]
    done = CliRunner().invoke(
        main, [*asked, "--measure", "net_usd", "--json", "--out", str(tmp_path / "out")], standalone_mode=False
    )
    assert done.exception is None, done.output
    found = json.loads(done.stdout)
    assert found["measures"] == ["impressions", "net_usd"]
    assert found["front"][0]["uplift"]["impressions"]["mean"] > 190.0
    assert set(found["alone"]) == {"impressions", "net_usd"}
    assert json.loads((tmp_path / "out" / "optimum.json").read_text()) == found
    shown = CliRunner().invoke(main, [*asked, "--measure", "net_usd"], standalone_mode=False)
    assert "splits are each best for some weighing of impressions and net usd" in shown.output


@pytest.mark.parametrize(
    "wrong",
    [
        "shares",
        ["shares"],
        ["shares", "shares"],
        ["shares", "fame"],
        ["shares", "structural_virality"],
        [3, "shares"],
        None,
    ],
)
def test_wrong_measures_are_refused(wrong) -> None:
    with pytest.raises(InputError, match="measure"):
        pareto(vs.loads(BY_HAND), 2.0, wrong)


def test_experiments_as_meridian_takes_them(tmp_path) -> None:
    """100 impressions a dollar on the line that gets money, over the days of the launch; a line without a spread is left out."""
    (tmp_path / "s.yaml").write_text(
        BY_HAND.replace("{channel: a, budget_usd: 1}", "{channel: a, budget_usd: 1, frequency_cap: 3}")
    )
    out = tmp_path / "out"
    asked = [
        "optimise",
        str(tmp_path / "s.yaml"),
        "--budget",
        "1",
        "--trials",
        "5",
        "--measure",
        "reach",
        "--out",
        str(out),
    ]
    done = CliRunner().invoke(main, [*asked, "--starts", "2026-03-01"], standalone_mode=False)
    assert done.exception is None, done.output
    head, row = (out / "meridian_experiments.csv").read_text().splitlines()
    assert head == "channel,point_estimate,standard_error,total_spend,experiment_start_date,experiment_end_date"
    channel, estimate, error, spend, starts, ends = row.split(",")
    assert (channel, float(spend), starts, ends) == ("paid[0] on a", 1.0, "2026-03-01", "2026-03-01")
    (found,) = json.loads((out / "optimum.json").read_text())["returns"]
    assert float(estimate) == found["per_usd"]["mean"] == pytest.approx(78.8, abs=4.0)
    assert float(error) == found["error"] > 0.0
    wrong = CliRunner().invoke(main, [*asked, "--starts", "1.3.2026"], standalone_mode=False)
    assert "--starts must be a day" in str(wrong.exception)
