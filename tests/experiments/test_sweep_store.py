"""The folder of a sweep: how much room it takes, what a narrower plan leaves in it, what a kill between two files leaves."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from reseal import reseal
from sweep_scenario import text, write

from viralsim.cli import main
from viralsim.errors import InputError
from viralsim.experiments import Plan, plan_of, read_table, run_sweep
from viralsim.experiments.sweep import Store
from viralsim.scenario.loading import loads

NARROW = "{parameters: {content.c.appeal: [0.02], campaign.advocates.count: [1, 2]}, worlds: 4}"
WIDE = "{parameters: {content.c.appeal: [0.02, 0.03, 0.04], campaign.advocates.count: [1, 2]}, worlds: 4}"
OTHER = "{parameters: {content.c.appeal: [0.07], campaign.advocates.count: [1, 2]}, worlds: 4}"
SIZES = {
    "two points": "{parameters: {content.c.appeal: [0.02, 0.05]}, worlds: 5}",
    "an arm that repeats": "{parameters: {campaign.advocates.count: {from: 0, to: 300, steps: 300}}, worlds: 3}",
    "all differ": "{design: latin_hypercube, points: 300, parameters: {content.c.appeal: {from: 0.02, to: 0.05}, "
    "campaign.advocates.trust: {from: 0.2, to: 1}}, worlds: 3, luck: own}",
    "nothing happens": "{parameters: {content.c.appeal: {from: 0.0, to: 0.0005, steps: 40}}, worlds: 1}",
}


def planned(sweep: str) -> Plan:
    return plan_of(loads(text(sweep)))


@pytest.mark.parametrize("sweep", SIZES.values(), ids=SIZES)
def test_the_disk_of_a_sweep_is_predicted_within_a_factor_of_three(tmp_path: Path, sweep: str) -> None:
    """The line of --dry-run, and the JSON, beside the folder as it is in the end and as large as it was."""
    file, out = str(write(tmp_path, sweep)), tmp_path / "out"
    command = ["sweep", file, "--out", str(out), "--dry-run"]
    line = CliRunner().invoke(main, command).output
    said = json.loads(CliRunner().invoke(main, [*command, "--json"]).stdout)
    predicted = re.search(r"([\d.,]+) MB of disk \(([\d.,]+) MB while it runs\)", line)
    assert predicted is not None
    largest = 0

    def watch(*done: int) -> None:
        nonlocal largest
        largest = max(largest, (out / "journal.jsonl").stat().st_size)

    assert run_sweep(planned(sweep), out, progress=watch).complete
    size = sum(path.stat().st_size for path in out.iterdir()) / 1e6
    for found in (float(predicted[1]), said["forecast_disk_mb"]):
        assert size / 3 < found < size * 3
    running = size + largest / 1e6
    for found in (float(predicted[2]), said["forecast_disk_while_running_mb"]):
        assert running / 3 < found < running * 3


@pytest.mark.parametrize(("sweep", "left"), [(NARROW, 4), (OTHER, 6)])
def test_a_narrower_sweep_keeps_and_names_what_it_leaves_out(tmp_path: Path, sweep: str, left: int) -> None:
    """Points of the wider sweep that are not in the narrower one are kept, said, and not run again by the wider one."""
    out = tmp_path / "out"
    assert run_sweep(planned(WIDE), out).kept == 0
    before = read_table(out)
    outcome = run_sweep(planned(sweep), out)
    assert (outcome.kept, outcome.complete) == (left, True)
    assert read_table(out)["point"].nunique() == 2
    again = run_sweep(planned(sweep), out)  # finished before: still said, still kept
    assert (again.run, again.kept) == (0, left)
    wide = run_sweep(planned(WIDE), out)
    assert (wide.found, wide.run) == (6, 0)
    pd.testing.assert_frame_equal(read_table(out), before, check_exact=True)


def test_the_command_names_what_is_left_out(tmp_path: Path) -> None:
    """A sentence on the terminal, a number in the JSON; nothing of it where nothing is left out."""
    out = str(tmp_path / "out")
    first = CliRunner().invoke(main, ["sweep", str(write(tmp_path, WIDE)), "--out", out])
    assert "earlier sweep" not in first.output
    narrow = str(write(tmp_path, NARROW))
    said = CliRunner().invoke(main, ["sweep", narrow, "--out", out])
    assert (
        f"4 finished points of an earlier sweep in {out} are not in this one: they stay in journal.jsonl" in said.output
    )
    assert json.loads(CliRunner().invoke(main, ["sweep", narrow, "--out", out, "--json"]).stdout)["kept"] == 4


@pytest.mark.parametrize("moment", ["before the table", "after the table"])
def test_a_kill_between_table_and_manifest_leaves_a_whole_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The manifest answers for the earlier table and for the one that takes its place, whichever is there."""
    out, plan = tmp_path / "out", planned(WIDE)

    def stop(finished: int, total: int, failed: int) -> None:
        raise KeyboardInterrupt

    assert run_sweep(plan, out, threads=1, progress=stop).run == 1

    class Killed(BaseException):
        pass

    def killed(*given: Any, **more: Any) -> None:
        raise Killed

    with monkeypatch.context() as kill:
        if moment == "before the table":
            kill.setattr("viralsim.atomic.os.replace", _but_for_the_table(killed))
        else:
            kill.setattr(Store, "write_manifest", _after_table(Store.write_manifest, killed))
        with pytest.raises(Killed):
            run_sweep(plan, out)
    there = read_table(out)["point"].nunique()
    assert there == (1 if moment == "before the table" else 6)
    outcome = run_sweep(plan, out)
    assert (outcome.found, outcome.run, outcome.complete) == (6, 0, True)


def _but_for_the_table(then: Any) -> Any:
    """``os.replace`` that works for the manifests and fails for the table."""
    import os

    replace = os.replace

    def replaced(source: Any, target: Any) -> None:
        if str(target).endswith(".parquet"):
            then()
        replace(source, target)

    return replaced


def _after_table(write: Any, then: Any) -> Any:
    """``write_manifest`` that fails when the table is in its place."""

    def written(store: Store, complete: bool, failed: int = 0) -> None:
        if complete:
            then()
        write(store, complete, failed)

    return written


def test_columns_of_the_table_by_name(tmp_path: Path) -> None:
    """Some columns are read without the others; one that is not there is named, and the table is not blamed."""
    run_sweep(planned(NARROW), tmp_path / "out")
    assert list(read_table(tmp_path / "out", ["arm", "reach"]).columns) == ["arm", "reach"]
    with pytest.raises(InputError, match=r"columns\[0\] must be one of .*got 'reech': did you mean 'reach'"):
        read_table(tmp_path / "out", ["reech"])


def test_an_old_unfinished_store_goes_on(tmp_path: Path) -> None:
    """A sweep that a version without sums began is finished by this one, and has sums from then on."""
    out, plan = tmp_path / "out", planned(WIDE)

    def stop(finished: int, total: int, failed: int) -> None:
        if finished == 2:
            raise KeyboardInterrupt

    run_sweep(plan, out, threads=1, progress=stop)
    reseal(out / "sweep.json", "table")
    assert run_sweep(plan, out).run == 4
    assert len(json.loads((out / "sweep.json").read_text())["table"]) == 1
