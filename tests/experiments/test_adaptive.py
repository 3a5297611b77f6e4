"""Sweeps whose points Optuna chooses: they find what is best, go on where they stopped, and are sweeps like any other."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from sweep_scenario import text, write

from viralsim.cli import main
from viralsim.errors import InputError
from viralsim.experiments import adaptive_sweep, read_table
from viralsim.experiments.verify import verify_sweep
from viralsim.scenario.loading import loads

RANGES = (
    "{parameters: {content.c.appeal: {from: 0.001, to: 0.1, scale: log}, campaign.advocates.count: {from: 0, to: 10}}, "
    "design: sobol, points: 8, worlds: 20}"
)
CHOICES = (
    "{parameters: {content.c.appeal: [0.02, 0.05], campaign.advocates.count: {from: 0, to: 2}}, design: sobol, points: 8, "
    "worlds: 10}"
)


def points(folder: Path) -> pd.DataFrame:
    table = read_table(folder)
    return table[table["arm"] == "advocates"].reset_index(drop=True)


@pytest.mark.slow
def test_it_looks_where_the_mean_is_best(tmp_path: Path) -> None:
    """Shares rise with the appeal and with the advocates: the best is near both ends, and later points lie nearer to it."""
    found = adaptive_sweep(loads(text(RANGES)), tmp_path / "out", "shares", points=40)
    table = points(tmp_path / "out")
    assert len(table) == 40
    assert found.value == table["shares"].max()
    best = table.loc[table["shares"].idxmax()]
    assert found.best == {
        "content.c.appeal": best["content.c.appeal"],
        "campaign.advocates.count": best["campaign.advocates.count"],
    }
    assert found.best["content.c.appeal"] > 0.07
    assert found.best["campaign.advocates.count"] >= 8
    assert table["shares"][20:].mean() > 2 * table["shares"][:10].mean()
    assert (found.outcome.run, found.outcome.failed, found.outcome.complete) == (40, 0, True)


@pytest.mark.slow
def test_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Stopped in the middle of a batch, begun again, then extended: the rows of one run, none of them run twice."""
    scenario = loads(text(RANGES))
    adaptive_sweep(scenario, tmp_path / "whole", "shares", points=22)
    done: list[int] = []

    def stop(finished: int, of: int, failed: int) -> None:
        done.append(finished)
        assert of == 17
        if finished == 14:
            raise KeyboardInterrupt

    stopped = adaptive_sweep(scenario, tmp_path / "parts", "shares", points=17, progress=stop)
    assert stopped.outcome.interrupted
    assert not stopped.outcome.complete
    second = adaptive_sweep(scenario, tmp_path / "parts", "shares", points=17)
    assert (second.outcome.found, second.outcome.run) == (14, 3)
    third = adaptive_sweep(scenario, tmp_path / "parts", "shares", points=22)
    assert (third.outcome.found, third.outcome.run) == (17, 5)
    pd.testing.assert_frame_equal(points(tmp_path / "parts"), points(tmp_path / "whole"), check_exact=True)
    assert adaptive_sweep(scenario, tmp_path / "parts", "shares", points=22).outcome.run == 0


@pytest.mark.slow
def test_it_is_a_sweep_like_any_other(tmp_path: Path) -> None:
    """Read by ``verify``; few choices end it early, each run once; less can be better; constraints are kept."""
    scenario = loads(text(CHOICES))
    found = adaptive_sweep(scenario, tmp_path / "out", "critical_shares", points=30)
    table = points(tmp_path / "out")
    assert len(table) == len(table[["content.c.appeal", "campaign.advocates.count"]].drop_duplicates()) == 6
    assert found.outcome.points == 6
    assert verify_sweep(tmp_path / "out", 3).points == set()
    limited = loads(text(CHOICES[:-1] + ", constraints: [campaign.advocates.count <= 1]}"))
    adaptive_sweep(limited, tmp_path / "limited", "uplift_shares", points=30)
    assert points(tmp_path / "limited")["campaign.advocates.count"].max() == 1


def test_the_command(tmp_path: Path) -> None:
    file, out = write(tmp_path, RANGES), tmp_path / "out"
    words = ["sweep", str(file), "--out", str(out), "--adaptive", "reach", "--points", "12"]
    done = CliRunner().invoke(main, [*words, "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["points"], said["complete"], said["measure"], said["arm"]) == (12, True, "reach", "advocates")
    assert said["value"] == points(out)["reach"].max()
    again = CliRunner().invoke(main, words)
    assert "0 in this run" in again.output
    assert "best mean of reach in advocates" in again.output
    assert CliRunner().invoke(main, ["verify", str(out), "--sample", "3"]).exit_code == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--adaptive", "fame"], "measure"),
        (["--adaptive", "depth", "--arm", "nobody"], "arm"),
        (["--adaptive", "uplift_shares", "--arm", "organic"], "over the baseline"),
        (["--adaptive", "shares", "--shard", "1/2"], "--shard"),
        (["--adaptive", "shares", "--dry-run"], "--dry-run"),
        (["--points", "5"], "--adaptive MEASURE"),
        (["--arm", "organic"], "--adaptive MEASURE"),
    ],
)
def test_wrong_options_end_with_2(tmp_path: Path, options: list[str], says: str) -> None:
    done = CliRunner().invoke(main, ["sweep", str(write(tmp_path, RANGES)), "--out", str(tmp_path / "out"), *options])
    assert done.exit_code == 2, done.output
    assert says in done.output + done.stderr
    assert "Traceback" not in done.output


def test_no_sweep_or_no_point_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no sweep block"):
        adaptive_sweep(loads(text(RANGES)).without("sweep"), tmp_path / "out", "shares")
    nothing = loads(text(CHOICES[:-1] + ", constraints: [campaign.advocates.count >= 9]}"))
    with pytest.raises(InputError, match="leave no point"):
        adaptive_sweep(nothing, tmp_path / "out", "shares")
