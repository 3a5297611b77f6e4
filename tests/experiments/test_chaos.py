"""Killed at any moment, a sweep goes on where it was and comes to the rows of an undisturbed run."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sweep_scenario import text, write

from viralsim.experiments import plan_of, read_table, run_sweep
from viralsim.experiments.journal import Journal
from viralsim.scenario.loading import loads

SWEEP = "{parameters: {content.c.appeal: {from: 0.02, to: 0.1, steps: 50}, campaign.advocates.count: [0, 2, 4, 6]}, worlds: 200}"
LITTLE_ROOM = """
import contextlib, resource, signal, sys
from viralsim.cli import main

file, out = sys.argv[1:]
with contextlib.suppress(SystemExit):  # the same command before: it compiles all there is, what is cached of it is larger
    main(["sweep", file, "--out", out + "-before", "--threads", "2"])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write then fails as on a full disk
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
main(["sweep", file, "--out", out, "--threads", "2"])
"""
CREWS = [(), ("--workers", "2"), ("--cluster", "local")]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The table of 200 points that nobody disturbed."""
    out = tmp_path_factory.mktemp("chaos") / "whole"
    assert run_sweep(plan_of(loads(text(SWEEP))), out).complete
    return read_table(out)


def start(file: Path, out: Path, *more: str) -> subprocess.Popen[bytes]:
    """A sweep in a process group of its own."""
    command = [sys.executable, "-m", "viralsim", "sweep", str(file), "--out", str(out), *more]
    return subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def finished(out: Path) -> int:
    """Points that the journal holds, whole lines only."""
    return len(Journal(out / "journal.jsonl"))


@pytest.mark.parametrize("kills", [len(CREWS), pytest.param(10, marks=pytest.mark.slow)])
def test_killed_at_random_moments_equals_undisturbed(undisturbed: pd.DataFrame, tmp_path: Path, kills: int) -> None:
    """200 points; kill -9 at random moments, in turns on threads, two processes and a Dask cluster of this machine.

    No kill loses a finished point, and in the end the rows are those of the undisturbed run.
    """
    file, out = write(tmp_path, SWEEP), tmp_path / "out"
    rng = np.random.default_rng(1)
    kept, progressed = 0, 0
    for kill in range(kills):
        run = start(file, out, *CREWS[kill % len(CREWS)])
        began = time.monotonic()
        while run.poll() is None and time.monotonic() - began < 60 and finished(out) <= kept:
            time.sleep(0.02)
        time.sleep(rng.uniform(0.0, 0.1))
        with contextlib.suppress(ProcessLookupError):  # finished meanwhile
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        now = finished(out) if (out / "journal.jsonl").exists() else 200
        assert now >= kept
        progressed += now > kept
        kept = now
    assert progressed >= kills // 2
    assert start(file, out).wait() == 0
    pd.testing.assert_frame_equal(read_table(out), undisturbed, check_exact=True)


def test_a_killed_worker_is_replaced(undisturbed: pd.DataFrame, tmp_path: Path) -> None:
    """Two worker processes, one of them killed on the way: its points are run again, and the sweep finishes by itself."""
    import multiprocessing

    def kill_one(done: int, total: int, failed: int) -> None:
        if done in (20, 90):
            os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)  # type: ignore[arg-type]

    plan = plan_of(loads(text(SWEEP)))
    assert run_sweep(plan, tmp_path / "out", workers=2, progress=kill_one).complete
    pd.testing.assert_frame_equal(read_table(tmp_path / "out"), undisturbed, check_exact=True)


def test_workers_end_with_the_one_that_leads(tmp_path: Path) -> None:
    """kill -9 of the leading process alone: its worker processes end by themselves, and the sweep can go on at once."""
    psutil = pytest.importorskip("psutil")
    file, out = write(tmp_path, SWEEP), tmp_path / "out"
    run = start(file, out, "--workers", "2")
    while run.poll() is None and finished(out) == 0:
        time.sleep(0.02)
    workers = psutil.Process(run.pid).children(recursive=True)
    assert len(workers) >= 2
    run.kill()
    run.wait()
    _, left = psutil.wait_procs(workers, timeout=60)
    for worker in left:
        worker.kill()
    assert not left
    assert run_sweep(plan_of(loads(text(SWEEP))), out).found > 0


@pytest.mark.filterwarnings("ignore")  # of the cluster library about ports and closing
def test_a_killed_dask_worker_is_survived(undisturbed: pd.DataFrame, tmp_path: Path) -> None:
    """A Dask cluster of two worker processes loses one under way: the rows are those of the undisturbed run."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:

        def kill_one(done: int, total: int, failed: int) -> None:
            if done == 20:
                os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)

        plan = plan_of(loads(text(SWEEP)))
        assert run_sweep(plan, tmp_path / "out", cluster=cluster.scheduler_address, progress=kill_one).complete
    pd.testing.assert_frame_equal(read_table(tmp_path / "out"), undisturbed, check_exact=True)


def test_an_interrupted_terminal_keeps_what_is_finished(tmp_path: Path) -> None:
    """Control-C to the whole process group: exit code 130, the finished points are in the table, and the next run completes it."""
    long = SWEEP.replace(
        "worlds: 200", "worlds: 800"
    )  # the journal reaches the disk once a second: no whole sweep may end before
    file, out = write(tmp_path, long), tmp_path / "out"
    run = start(file, out, "--workers", "2")
    while run.poll() is None and finished(out) < 3:
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGINT)
    assert run.wait(timeout=60) == 130
    kept = finished(out)
    assert 3 <= kept < 200
    assert len(read_table(out)) == 2 * kept  # a row per point and arm
    assert start(file, out).wait() == 0
    assert run_sweep(plan_of(loads(text(long))), tmp_path / "whole").complete
    pd.testing.assert_frame_equal(read_table(out), read_table(tmp_path / "whole"), check_exact=True)


FULL_JOURNAL = """
import pathlib, resource, signal, sys
from viralsim.errors import InputError
from viralsim.experiments.journal import Journal

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for numbers in (10, 100, 1000):
    journal = Journal(pathlib.Path(sys.argv[1]) / f"{numbers}.jsonl")
    row = {f"m{i}": 1.0 for i in range(numbers)}
    try:
        for i in range(1000):
            journal.append({"id": str(i), "error": None, "arms": {"a": row}})
    except InputError as error:
        journal.close()
        assert f"{len(journal)} finished points are safe" in str(error)
        assert 0 < len(journal) == len(Journal(journal.path)), "what is said to be safe is on the disk"
        print("told")
"""


def test_a_full_disk_is_told_once_whatever_the_length_of_a_line(tmp_path: Path) -> None:
    """Lines of 0.1, 1 and 10 kB: the file is closed without a second error, and holds the points that are said to be safe."""
    done = subprocess.run(
        [sys.executable, "-c", FULL_JOURNAL, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("told\n" * 3, "")


def test_a_disk_that_fills_up_loses_nothing(undisturbed: pd.DataFrame, tmp_path: Path) -> None:
    """The system refuses every byte beyond 100 kB of a file: a clear error; with room again the run goes on and completes."""
    file, out = write(tmp_path, SWEEP), tmp_path / "out"
    command = [sys.executable, "-c", LITTLE_ROOM, str(file), str(out)]
    full = subprocess.run(command, capture_output=True, text=True, check=False)
    assert full.returncode == 2, full.stderr
    kept = finished(out)
    assert 0 < kept < 200
    assert f"{kept} finished points are safe" in full.stderr
    assert run_sweep(plan_of(loads(text(SWEEP))), out).found == kept
    pd.testing.assert_frame_equal(read_table(out), undisturbed, check_exact=True)
    assert len(list(out.iterdir())) <= 4  # so many files, however many the points: no file a point
