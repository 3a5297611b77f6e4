"""A sweep comes to the same rows whatever runs it and whatever interrupts it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reseal import answer_for_table
from sweep_scenario import GRID, text, write

import viralsim as vs
from viralsim.errors import InputError
from viralsim.experiments import Plan, Runner, plan_of, read_table, run_points, run_sweep
from viralsim.experiments.journal import Journal
from viralsim.experiments.sweep import Store, merge
from viralsim.experiments.verify import verify_sweep
from viralsim.scenario.loading import loads


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(loads(text()))


@pytest.fixture(scope="module")
def whole(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The undisturbed store."""
    out = tmp_path_factory.mktemp("sweep") / "whole"
    assert run_sweep(plan, out).complete
    return out


def assert_same_store(a: Path, b: Path) -> None:
    pd.testing.assert_frame_equal(read_table(a), read_table(b), check_exact=True)


def test_rows_are_what_simulate_says(plan: Plan, whole: Path) -> None:
    """Each row holds the means of the run of that scenario, and the uplift in the same worlds."""
    table = read_table(whole)
    assert table[["point", "arm"]].to_records(index=False).tolist() == [(i, a) for i in range(6) for a in plan.arms]
    point = plan.points[4]
    result = vs.simulate(plan.scenario.override(point), worlds=20, repeat_trust=False)
    row = table[(table["point"] == 4) & (table["arm"] == "advocates")].iloc[0]
    assert row["content.c.appeal"] == 0.05
    assert row["campaign.advocates.count"] == 5
    for name in ("reach", "shares", "net_usd", "reproduction_number"):
        assert row[name] == pytest.approx(result.summary()[name]["advocates"], rel=1e-12)
    compared = result.compare("advocates")
    assert row["uplift_shares"] == pytest.approx(compared["uplift"]["shares"], rel=1e-12)
    assert row["uplift_shares_better"] == pytest.approx(compared["probability_better"]["shares"], rel=1e-12)
    assert row["viral"] == result.chances("advocates")["viral"].probability


def test_an_untouched_arm_runs_once(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """The arm without advocates is the same for every number of advocates: it is run once for each appeal."""
    from viralsim.simulation import front

    run: list[str] = []
    launch = front.launch
    monkeypatch.setattr(front, "launch", lambda s, st, names, *more: run.extend(names) or launch(s, st, names, *more))
    runner = Runner(plan.scenario, plan.worlds, plan.seed)
    for point in plan.points:
        runner.run(point)
    assert (run.count("organic"), run.count("advocates")) == (2, 6)


def test_the_same_command_again_runs_nothing(plan: Plan, whole: Path, tmp_path: Path) -> None:
    """A finished sweep is found finished; its table is left as it is."""
    shutil.copytree(whole, tmp_path / "again")
    outcome = run_sweep(plan, tmp_path / "again")
    assert (outcome.found, outcome.run, outcome.complete) == (6, 0, True)
    assert_same_store(whole, tmp_path / "again")


def test_interrupted_and_resumed_equals_undisturbed(plan: Plan, whole: Path, tmp_path: Path) -> None:
    """After each point an interrupt: what is finished is kept, the rest is run by the next call, and the rows are the same."""

    def stop(finished: int, total: int, failed: int) -> None:
        raise KeyboardInterrupt

    for i in range(6):
        outcome = run_sweep(plan, tmp_path / "out", threads=1, progress=stop)
        assert (outcome.found, outcome.run, outcome.interrupted) == (i, 1, True)
        assert read_table(tmp_path / "out")["point"].nunique() == i + 1
    assert run_sweep(plan, tmp_path / "out").complete
    assert_same_store(whole, tmp_path / "out")


def test_an_interrupt_between_the_disk_and_the_notes(
    plan: Plan, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second point is on the disk when the interrupt comes, but not noted yet: it counts, and is in the table."""
    note = Journal._note

    def interrupted(journal: Journal, entry: dict[str, Any], offset: int) -> None:
        if len(journal) == 1:
            monkeypatch.undo()
            raise KeyboardInterrupt
        note(journal, entry, offset)

    monkeypatch.setattr(Journal, "_note", interrupted)
    outcome = run_sweep(plan, tmp_path / "out", threads=1)
    assert (outcome.found, outcome.run, outcome.interrupted) == (0, 2, True)
    assert read_table(tmp_path / "out")["point"].nunique() == 2
    assert run_sweep(plan, tmp_path / "out").complete
    assert_same_store(whole, tmp_path / "out")


@pytest.mark.parametrize("cut", [1, 7, 30, 400])
def test_a_torn_journal_is_read_up_to_the_tear(plan: Plan, whole: Path, tmp_path: Path, cut: int) -> None:
    """Killed in the middle of a line, the line is run again and nothing before it is lost."""
    store = Store(tmp_path / "out", plan)
    runner = Runner(plan.scenario, plan.worlds, plan.seed)
    for i in range(3):
        store.finish(i, runner.run(plan.points[i]))
    store.write_manifest(complete=False)
    store.close()
    journal = tmp_path / "out" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-cut])
    outcome = run_sweep(plan, tmp_path / "out")
    assert (outcome.found, outcome.run) == (2, 4)
    assert_same_store(whole, tmp_path / "out")


def test_shards_make_the_whole(plan: Plan, whole: Path, tmp_path: Path) -> None:
    """Three shards, in folders of their own or in one, join to the store of a single run; a missing shard is seen."""
    for n in (1, 2, 3):
        run_sweep(plan, tmp_path / f"part{n}", shard=(n, 3))
        run_sweep(plan, tmp_path / "one", shard=(n, 3))
    assert not merge(plan, [tmp_path / "part1", tmp_path / "part3"], tmp_path / "some").complete
    assert merge(plan, [tmp_path / f"part{n}" for n in (1, 2, 3)], tmp_path / "joined").complete
    assert merge(plan, [tmp_path / "one"], tmp_path / "one").complete
    with pytest.raises(InputError, match="part9: no journal of a shard here"):
        merge(plan, [tmp_path / "part1", tmp_path / "part9"], tmp_path / "more")
    other = plan_of(plan.asked, plan.worlds, plan.seed + 1)
    with pytest.raises(InputError, match="no finished point of this sweep in the journals"):
        merge(other, [tmp_path / "part1"], tmp_path / "other")
    assert not (tmp_path / "other" / "points.parquet").exists()
    assert_same_store(whole, tmp_path / "joined")
    assert_same_store(whole, tmp_path / "one")
    assert not list((tmp_path / "one").glob("journal-*"))
    assert run_sweep(plan, tmp_path / "one", shard=(2, 3)).run == 0


def test_a_longer_plan_runs_only_what_is_new(plan: Plan, whole: Path, tmp_path: Path) -> None:
    """With one value more, the finished points are found by what they are, not by their place."""
    longer = plan_of(loads(text(GRID.replace("[0.02, 0.05]", "[0.03, 0.02, 0.05]"))))
    shutil.copytree(whole, tmp_path / "out")
    outcome = run_sweep(longer, tmp_path / "out")
    assert (outcome.found, outcome.run) == (6, 3)
    run_sweep(longer, tmp_path / "again")
    assert_same_store(tmp_path / "again", tmp_path / "out")


def test_a_failing_point_is_recorded_and_the_rest_runs(tmp_path: Path) -> None:
    """A point that makes no valid scenario carries its error in both rows; the others are finished; later runs know it too."""
    found = plan_of(loads(text("{parameters: {campaign.advocates.count: [2, 401, 3]}, worlds: 5}")))
    outcome = run_sweep(found, tmp_path / "out")
    table = read_table(tmp_path / "out")
    bad = table[table["campaign.advocates.count"] == 401]
    assert outcome.failed == 1
    assert run_sweep(found, tmp_path / "out").failed == 1
    assert bad["error"].str.len().gt(10).all()
    assert np.isnan(bad["reach"]).all()
    assert table[table["campaign.advocates.count"] != 401]["error"].isna().all()


def test_luck_of_its_own_is_a_function_of_the_point() -> None:
    """With luck: own, points differ in luck, and a point has the same luck wherever it is in a plan."""
    sweep = "{parameters: {campaign.advocates.trust: [0.5, 0.6, 0.7]}, luck: own, worlds: 10}"
    one, other = plan_of(loads(text(sweep))), plan_of(loads(text(sweep.replace("[0.5, 0.6, 0.7]", "[0.7, 0.5]"))))
    runs = {
        p: [Runner(p.scenario, p.worlds, p.seed, own_luck=p.own_luck).run(x) for x in p.points] for p in (one, other)
    }
    assert len({entry["seed"] for entry in runs[one]}) == 3
    for mine, twin in ((runs[one][2], runs[other][0]), (runs[one][0], runs[other][1])):
        np.testing.assert_equal(mine, twin)  # number for number, where "not a number" is equal to itself
    assert runs[one][0]["arms"]["organic"] != runs[one][1]["arms"]["organic"]


def test_a_lost_table_is_made_again(tmp_path: Path) -> None:
    """A finished sweep whose table is gone is not called finished: the same command runs it again."""
    plan = plan_of(loads(text("{parameters: {content.c.appeal: [0.02, 0.05]}, worlds: 5}")))
    run_sweep(plan, tmp_path / "out")
    before = read_table(tmp_path / "out")
    (tmp_path / "out" / "points.parquet").unlink()
    assert run_sweep(plan, tmp_path / "out").run == 2
    pd.testing.assert_frame_equal(read_table(tmp_path / "out"), before)


def test_points_with_ids_made_in_another_way_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of a version that made ids, and so luck of its own, in another way is not mixed with new points."""
    plan = plan_of(loads(text("{parameters: {content.c.appeal: [0.02, 0.05]}, worlds: 5, luck: own}")))
    with monkeypatch.context() as earlier:
        earlier.setattr("viralsim.experiments.sweep.ID_VERSION", 1)
        earlier.setattr("viralsim.experiments.point_runner.own_seed", lambda seed, identity: 77)
        earlier.setattr(
            "viralsim.experiments.point_runner.point_id", lambda arms, spec: f"old {spec.content['c'].appeal}"
        )
        run_sweep(plan, tmp_path / "out")
    assert run_sweep(plan, tmp_path / "out").run == 2
    run_sweep(plan, tmp_path / "new")
    pd.testing.assert_frame_equal(read_table(tmp_path / "out"), read_table(tmp_path / "new"))


def test_a_sweep_is_not_opened_as_a_run(whole: Path) -> None:
    """Who asks for a report of a sweep's folder is told that it is a sweep, and where its answers are."""
    with pytest.raises(InputError, match="holds a sweep, not a run: see it by viralsim info"):
        vs.open_result(whole)


def test_verify_finds_what_was_changed(whole: Path, tmp_path: Path) -> None:
    """Every stored point comes out again; a number that was altered is named."""
    assert verify_sweep(whole, 6).different == []
    shutil.copytree(whole, tmp_path / "out")
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = read_table(whole)
    table.loc[3, "shares"] += 1e-3
    pq.write_table(pa.Table.from_pandas(table), tmp_path / "out" / "points.parquet")
    with pytest.raises(InputError, match=r"points\.parquet has changed since it was written"):
        verify_sweep(tmp_path / "out", 6)
    answer_for_table(tmp_path / "out")
    found = verify_sweep(tmp_path / "out", 6)
    assert found.points == {1}
    assert [line.split(":")[0] for line in found.different] == ["point 1, advocates, shares"]


def test_a_folder_of_something_else_is_refused(plan: Plan, tmp_path: Path) -> None:
    """Nothing is written over what is no sweep; two runs do not share a journal."""
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="no sweep"):
        run_sweep(plan, tmp_path)
    store = Store(tmp_path / "busy", plan)
    with pytest.raises(InputError, match="another sweep"):
        run_sweep(plan, tmp_path / "busy")
    store.close()


def test_a_full_disk_loses_nothing(plan: Plan, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails stops the sweep with a clear message; the next call goes on from what was finished."""
    import os

    calls: list[int] = []
    fsync = os.fsync

    def full(descriptor: int) -> None:
        journal = tmp_path / "out" / "journal.jsonl"
        if journal.exists() and os.path.samestat(os.fstat(descriptor), journal.stat()):
            calls.append(descriptor)
            if len(calls) == 3:
                raise OSError(28, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr("viralsim.experiments.journal.SECONDS_UNFLUSHED", 0.0)
    with pytest.raises(InputError, match=r"No space left.*2 finished points are safe"):
        run_sweep(plan, tmp_path / "out", threads=1)
    assert run_sweep(plan, tmp_path / "out").complete
    assert_same_store(whole, tmp_path / "out")


def test_the_journal_keeps_the_last_line_of_an_id(tmp_path: Path) -> None:
    """An id that is written twice is read once, as it was written last; a number that is not known is not there."""
    journal = Journal(tmp_path / "j")
    for number in (1.0, float("nan")):
        journal.append({"id": "a", "error": None, "arms": {"x": {"reach": number, "shares": 2.0}}})
    journal.close()
    again = Journal(tmp_path / "j")
    assert (len(again), again.read("a")["arms"]) == (1, {"x": {"shares": 2.0}})
    again.close()


def test_the_file_carries_its_scenario(plan: Plan, whole: Path) -> None:
    """The Parquet file says which scenario, luck and versions made it; rows hold no time and no version."""
    import pyarrow.parquet as pq

    said = pq.read_metadata(whole / "points.parquet").metadata
    assert said[b"viralsim.fingerprint"].decode() == plan.scenario.fingerprint
    assert loads(said[b"viralsim.scenario"].decode()).fingerprint == plan.scenario.fingerprint
    assert json.loads(said[b"viralsim.plan"]) == {
        "design": "grid",
        "worlds": 20,
        "seed": 5,
        "luck": "same",
        "points": 6,
    }
    assert "law" in json.loads(said[b"viralsim.versions"])


def test_a_scenario_file_is_swept_from_the_command_line(whole: Path, tmp_path: Path) -> None:
    """sweep, info, verify and merge work as commands; JSON is one object."""
    from click.testing import CliRunner

    from viralsim.cli import main

    file, out = str(write(tmp_path)), str(tmp_path / "out")
    runner = CliRunner()
    dry = json.loads(runner.invoke(main, ["sweep", file, "--out", out, "--dry-run", "--json"]).stdout)
    assert (dry["points"], dry["launches"]) == (6, 240)
    assert not (tmp_path / "out").exists()
    said = json.loads(runner.invoke(main, ["sweep", file, "--out", out, "--json"]).stdout)
    assert (said["points"], said["run"], said["complete"]) == (6, 6, True)
    assert_same_store(whole, tmp_path / "out")
    assert json.loads(runner.invoke(main, ["info", out, "--json"]).stdout)["complete"] is True
    assert json.loads(runner.invoke(main, ["verify", out, "--sample", "2", "--json"]).stdout) == {
        "checked": 2,
        "different": [],
    }


def test_points_in_memory_are_runs_of_changed_scenarios() -> None:
    """``run_points`` gives, arm by arm and world by world, what ``simulate`` gives for the changed scenario."""
    scenario = loads(text())
    changes = [{}, {"content.c.appeal": 0.09}]
    seen: list[tuple[int, int]] = []
    points = run_points(scenario, changes, worlds=6, seed=3, arms=["advocates"], progress=lambda *at: seen.append(at))
    for change, arms in zip(changes, points, strict=True):
        again = vs.simulate(scenario.override(change) if change else scenario, worlds=6, seed=3, arms=["advocates"])
        assert list(arms) == ["advocates"]
        for name, values in again.arms["advocates"].measures.items():
            np.testing.assert_array_equal(arms["advocates"].measures[name], values)
    assert seen == [(1, 2), (2, 2)]
    with pytest.raises(InputError, match=r"arms.*got 'paid'"):
        run_points(scenario, changes, arms=["paid"])
