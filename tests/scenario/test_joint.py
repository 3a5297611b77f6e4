"""``uncertain.joint``: rows that are drawn together, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import viralsim as vs
from viralsim.errors import InputError, ScenarioError

TEXT = """\
viralsim: 1
name: joint
seed: 5
worlds: 12
horizon: 1d
audience: {members: 400}
channels: {x: {visibility: 0.2, network: {generate: {mean_following: 8}}}}
content: {post: {appeal: 0.05, half_life: 12h}}
campaign:
  content: post
  owned: [{channel: x, followers: 100, posts_at: [0h]}]
  advocates: {count: 3, willingness: 0.5}
arms: {alone: {campaign.advocates: null}, both: {}}
baseline: alone
uncertain:
  joint: %s
"""
HEAD = "channels.x.visibility,content.post.appeal,campaign.advocates.count,content.post.half_life,draw\n"
ROWS = HEAD + "0.1,0.02,2,6,0\n0.2,0.03,3.6,12,0\n0.3,0.04,4,18.5,1\n"


def with_table(folder: Path, table: str, joint: str = "{file: p.csv}") -> vs.Scenario:
    """The scenario with a table of rows beside it."""
    (folder / "p.csv").write_text(table, encoding="utf-8")
    return vs.loads(TEXT % joint, folder)


def test_rows_are_read_in_the_unit_of_their_path(tmp_path: Path) -> None:
    """Whole numbers are rounded, durations are hours, ``draw`` is no path, ``draws`` takes the first rows."""
    rows = with_table(tmp_path, ROWS).joint_rows()
    assert list(rows) == HEAD.strip().split(",")[:-1]
    assert_array_equal(rows["campaign.advocates.count"], [2.0, 4.0, 4.0])
    assert_array_equal(rows["content.post.half_life"], [6.0, 12.0, 18.5])
    assert_array_equal(
        with_table(tmp_path, ROWS, "{file: p.csv, draws: 2}").joint_rows()["content.post.appeal"], [0.02, 0.03]
    )
    inline = vs.loads(TEXT % "{rows: {content.post.appeal: [0.02, 0.03]}}").joint_rows()
    assert_array_equal(inline["content.post.appeal"], [0.02, 0.03])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (HEAD, "p.csv: has no row below its paths"),
        ("", "p.csv:1: must name a path in each column"),
        (HEAD + "0.1,0.02,2,6,0\n0.1,0.02,2,6\n", "p.csv:3: has 4 cells, and the first line has 5 paths"),
        (HEAD + "0.1,many,2,6,0\n", "p.csv:2: content.post.appeal must be a finite number, got 'many'"),
        (HEAD + "0.1,nan,2,6,0\n", "p.csv:2: content.post.appeal must be a finite number, got 'nan'"),
        (HEAD + "0.1,0.02,2,6,0\n\n1.2,0.02,2,6,0\n", "p.csv:4: channels.x.visibility must be <= 1, got 1.2"),
        (HEAD + "0.1,0.02,-1,6,0\n", "p.csv:2: campaign.advocates.count must be >= 0, got -1"),
        (HEAD + "0.1,0.02,2,-6,0\n", "p.csv:2: content.post.half_life must be > 0h, got -6.0h"),
        ("content.post.appeal\n1_0\n", "p.csv:2: content.post.appeal must be a finite number, got '1_0'"),
        ("content.post.appeal\n20%\n", "p.csv:2: content.post.appeal must be a finite number, got '20%'"),
        ("content.post.appeal;channels.x.visibility\n0,2;0,4\n", "p.csv:1: columns are separated by ';'"),
        ("content.post.value,content.post.value_usd\n3,5\n", "p.csv:1: content.post.value_usd appears twice: keep one"),
        ("content.poster.appeal\n0.1\n", "content.poster.appeal: content has no 'poster'; did you mean 'post'?"),
        ("content.post.appeal,content.post.appeal\n0.1,0.1\n", "p.csv:1: content.post.appeal appears twice"),
        ("audience.members\n500\n", "audience.members: audience is fixed before worlds are drawn"),
        ("channels.x.presence\n0.5\n", "channels.x.presence: presence is fixed before worlds are drawn"),
        ("seed\n5\n", "seed: seed is fixed before worlds are drawn"),
        (
            "arms.many.content.post.appeal\n0.1\n",
            "arms is fixed before worlds are drawn: it cannot be uncertain; give content.post.appeal a range, which every arm "
            "that does not set it draws, or compare values in a sweep",
        ),
        ("campaign.content\n5\n", "campaign.content: is no number that can vary"),
    ],
)
def test_wrong_tables_are_refused_with_their_line(tmp_path: Path, table: str, said: str) -> None:
    """One problem, at the line of the scenario that names the file, with the line of the table."""
    with pytest.raises(ScenarioError) as caught:
        with_table(tmp_path, table)
    (problem,) = caught.value.problems
    assert said in str(problem)
    assert problem.line == 16
    assert problem.path == "uncertain.joint.file"


@pytest.mark.parametrize(
    ("joint", "said"),
    [
        ("{file: none.csv}", "no file 'none.csv'"),
        ("{}", "needs a file, or rows: give one of them"),
        ("{draws: 3}", "needs a file, or rows"),
        ("{file: p.csv, rows: {content.post.appeal: [0.1]}}", "needs a file, or rows: give one of them"),
        ("{rows: {content.post.appeal: [0.1], channels.x.visibility: [0.1, 0.2]}}", "paths have 1, 2 values"),
        ("{rows: {content.post.appeal: [0.1, 3]}}", "row 2: content.post.appeal must be <= 1, got 3"),
        ("{file: p.csv, sha256: abc}", "p.csv: has changed since its sha256 was written"),
        ("{rows: {content.post.appeal: [0.1]}, sha256: abc}", "is of a file: leave it out"),
        ("{file: p.csv, draws: 0}", "must be >= 1, got 0"),
        ("{from: 0.1, to: 0.2}", "needs a file, or rows: give one of them"),
        ("{file: p.csv}\n  content.post.appeal: {from: 0.1, to: 0.2}", "is drawn by joint too: keep one of them"),
        ("{file: p.csv}\n  content.post.half_life: {file: p.csv}", "takes a range (from, to); rows belong under joint"),
    ],
)
def test_wrong_blocks_are_refused(tmp_path: Path, joint: str, said: str) -> None:
    """A block that is neither a table nor rows, or that says a path twice."""
    with pytest.raises(ScenarioError) as caught:
        with_table(tmp_path, ROWS, joint)
    assert said in str(caught.value)


def test_the_table_is_part_of_the_fingerprint_and_calibration_is_not(tmp_path: Path) -> None:
    """Another number in the table is another scenario; a block that says where numbers are from is not."""
    first = with_table(tmp_path, ROWS).fingerprint
    assert with_table(tmp_path, ROWS.replace("0.04", "0.05")).fingerprint != first
    block = "\ncalibration: {of: [content.post.appeal], data: {posts: 30}, coverage: {shares: {80: [0.8, 0.04]}, held_out: 12}}"
    told = with_table(tmp_path, ROWS, "{file: p.csv}" + block)
    assert told.fingerprint == first
    assert told.spec.calibration is not None
    assert told.spec.calibration.coverage is not None
    assert told.spec.calibration.coverage.shares == {"80": (0.8, 0.04)}


def test_worlds_take_whole_rows_equally_often(tmp_path: Path) -> None:
    """Inputs of a world are one row of the table; 12 worlds take each of 3 rows 4 times, in an order of the seed."""
    scenario = with_table(tmp_path, ROWS)
    inputs = vs.simulate(scenario, threads=1).inputs_of_world
    table = np.column_stack([scenario.joint_rows()[path] for path in inputs])
    drawn = np.column_stack(list(inputs.values()))
    rows = [int(np.flatnonzero((table == one).all(1))[0]) for one in drawn]
    assert np.bincount(rows).tolist() == [4, 4, 4]
    assert rows == rows[:3] * 4
    orders = {
        tuple(vs.simulate(scenario, worlds=3, seed=s, threads=1).inputs_of_world["content.post.appeal"])
        for s in range(8)
    }
    assert len(orders) > 2


def test_rows_do_not_depend_on_threads_arms_or_other_inputs(tmp_path: Path) -> None:
    """Two threads, one arm alone and an independent input beside leave rows and outcomes as they are."""
    scenario = with_table(tmp_path, ROWS)
    whole = vs.simulate(scenario, threads=1)
    for other in (vs.simulate(scenario, threads=2), vs.simulate(scenario, arms=["both"], threads=1)):
        for path, values in whole.inputs_of_world.items():
            assert_array_equal(other.inputs_of_world[path], values)
        assert_array_equal(other.arms["both"].measures["shares"], whole.arms["both"].measures["shares"])
    beside = with_table(tmp_path, ROWS, "{file: p.csv}\n  campaign.advocates.willingness: {from: 0.1, to: 0.9}")
    drawn = vs.simulate(beside, threads=1).inputs_of_world
    assert_array_equal(drawn["content.post.appeal"], whole.inputs_of_world["content.post.appeal"])
    apart = beside.override({"uncertain": {"campaign.advocates.willingness": {"from": 0.1, "to": 0.9}}})
    alone = vs.simulate(apart, threads=1).inputs_of_world["campaign.advocates.willingness"]
    assert_array_equal(drawn["campaign.advocates.willingness"], alone)


def test_an_outcome_is_that_of_its_row(tmp_path: Path) -> None:
    """World 7 with its row is world 7 of a scenario that has the row's values."""
    scenario = with_table(tmp_path, ROWS)
    found = vs.simulate(scenario, threads=1)
    row = {path: float(values[7]) for path, values in found.inputs_of_world.items()}
    row["channels.x.envelope"] = 0.3  # the largest visibility of the rows
    certain = vs.simulate(scenario.without("uncertain").override(row), worlds=12, threads=1)
    for arm in found.arms:
        assert found.arms[arm].measures["impressions"][7] == certain.arms[arm].measures["impressions"][7]


def test_worlds_of_one_row_are_one_unit_of_the_intervals(tmp_path: Path) -> None:
    """Clusters are rows where worlds share them, audiences where those are fewer, and none where each world has its own."""
    scenario = with_table(tmp_path, ROWS)
    shared = vs.simulate(scenario, worlds=9, threads=1)
    clusters = shared.clusters()
    assert clusters is not None
    assert np.bincount(clusters).tolist() == [3, 3, 3]
    assert vs.simulate(scenario, worlds=3, threads=1).clusters() is None
    two = vs.simulate(scenario.override({"populations": 2}), worlds=9, threads=1)
    assert_array_equal(two.clusters(), two.populations_of_world)


def test_one_row_is_certain_and_its_intervals_are_those_of_certain_values(tmp_path: Path) -> None:
    """All worlds with one row have the mean and interval of the scenario with its values set by hand."""
    scenario = with_table(tmp_path, ROWS, "{file: p.csv, draws: 1}")
    found = vs.simulate(scenario, worlds=9, threads=1)
    row = {path: float(values[0]) for path, values in found.inputs_of_world.items()}
    certain = vs.simulate(scenario.without("uncertain").override(row), worlds=9, threads=1)
    assert found.clusters() is None
    for statistic in ("mean", "ci_low", "ci_high"):
        assert_array_equal(found.summary(statistic), certain.summary(statistic))


def test_one_world_is_no_range(tmp_path: Path) -> None:
    """Nothing is said of nine simulations in ten where there is one."""
    scenario = with_table(tmp_path, ROWS).override({"goal": {"measure": "shares", "matters_from": 1}})
    found = vs.simulate(scenario, worlds=1, threads=1).verdict.sentences[0]
    assert "one gives no interval" in found
    assert "in 9 of 10 simulations" not in found


def test_rows_are_one_group_of_a_sensitivity_analysis(tmp_path: Path) -> None:
    """Every path of a point is of one row, rows are equally frequent, and trajectories of rows are refused."""
    from viralsim.experiments.sensitivity_design import factors_of, group_names, sensitivity_plan

    beside = with_table(tmp_path, ROWS, "{file: p.csv}\n  campaign.advocates.willingness: {from: 0.1, to: 0.9}")
    factors = factors_of(beside)
    assert group_names(factors) == ("campaign.advocates.willingness", "joint")
    plan = sensitivity_plan(beside, factors, 64)
    assert len(plan.points) == 64 * 4
    rows = beside.joint_rows()
    table = [tuple(rows[path][row] for path in rows) for row in range(3)]
    taken = [table.index(tuple(point[path] for path in rows)) for point in plan.points]
    assert np.bincount(taken).min() > 70
    assert len({point["campaign.advocates.willingness"] for point in plan.points}) == 128
    with pytest.raises(InputError, match="no order to step through: take sobol"):
        sensitivity_plan(beside, factors, 8, "morris")
    with pytest.raises(InputError, match=r"one group already, joint: leave content\.post\.appeal out"):
        factors_of(beside, {"content": ["content.post.appeal"]})
