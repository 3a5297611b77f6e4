"""Worlds as paired samples of the Scenario Modeling Hub: every value is where the result has it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.cli import main
from viralsim.results import Result

SCENARIO = """
viralsim: 1
name: small
seed: 5
worlds: 6
horizon: 36h
audience: {members: 60, communities: {count: 2}}
channels:
  x: {cpm_usd: 9, visibility: 0.3, network: {generate: {mean_following: 6}}}
content:
  c: {appeal: 0.2}
campaign:
  content: c
  owned: [{channel: x, followers: 10, posts_at: [0h]}]
  paid: [{channel: x, budget_usd: 1}]
arms:
  organic: {campaign.paid: []}
  paid: {}
baseline: organic
"""


@pytest.fixture(scope="module")
def result() -> Result:
    return vs.simulate(vs.loads(SCENARIO), threads=1)


def test_samples(result: Result) -> None:
    """Columns by the hub's names; a world's shares of both days add up to its total; measures come at the last day."""
    table = result.samples("2026-03-01")
    assert list(table.columns) == [
        "origin_date", "scenario_id", "target", "horizon", "location", "age_group", "output_type", "output_type_id",
        "run_grouping", "stochastic_run", "value",
    ]  # fmt: skip
    assert set(table["output_type"]) == {"sample"}
    assert table["output_type_id"].isna().all()
    assert set(table["run_grouping"]) == {1}
    assert table.groupby("scenario_id")["stochastic_run"].unique().map(sorted).tolist() == [[1, 2, 3, 4, 5, 6]] * 2
    for arm in ("organic", "paid"):
        own = table[table["scenario_id"] == arm]
        total = own[own["target"] == "shares"].set_index("stochastic_run")
        assert total["value"].tolist() == result.arm(arm).measures["shares"].tolist()
        assert set(total["horizon"]) == {2}
        daily = own[own["target"] == "inc shares"]
        assert set(daily["horizon"]) == {1, 2}
        assert daily.groupby("stochastic_run")["value"].sum().to_dict() == total["value"].to_dict()


def test_worlds_of_the_same_inputs_are_grouped() -> None:
    """Each world that draws inputs of its own is a group, the same in both arms; what is not defined has no row."""
    unsure = vs.loads(SCENARIO).override({"uncertain": {"content.c.appeal": {"from": 0.0, "to": 0.3}}})
    result = vs.simulate(unsure, threads=1)
    table = result.samples("2026-03-01", ["structural_virality", "reach"])
    groups = table.groupby(["scenario_id", "stochastic_run"])["run_grouping"].unique().map(tuple)
    assert groups["organic"].to_dict() == groups["paid"].to_dict()
    assert table["run_grouping"].nunique() == 6
    defined = [np.isfinite(result.arm(arm).measures["structural_virality"]).sum() for arm in ("organic", "paid")]
    assert (table["target"] == "structural_virality").sum() == sum(defined)


def test_command(result: Result, tmp_path: Path) -> None:
    result.save(tmp_path / "run")
    for name, read in (("s.csv", pd.read_csv), ("s.parquet", pd.read_parquet)):
        asked = ["samples", str(tmp_path / "run"), "--origin-date", "2026-03-01", "--out", str(tmp_path / name)]
        done = CliRunner().invoke(main, asked, standalone_mode=False)
        assert done.exception is None, done.output
        assert read(tmp_path / name)["value"].tolist() == result.samples("2026-03-01")["value"].tolist()
    wrong = CliRunner().invoke(main, [*asked[:-1], str(tmp_path / "s.txt")], standalone_mode=False)
    assert "must end in .csv or .parquet" in str(wrong.exception)
