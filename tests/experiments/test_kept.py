"""What a sweep keeps beside means: quantiles, measures by expression, worlds; and the script for Slurm."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sweep_scenario import GRID, text, write

import viralsim as vs
from viralsim.cli.slurm import script
from viralsim.errors import InputError
from viralsim.experiments import plan_of, read_table, read_worlds, run_sweep
from viralsim.experiments.keeping.kept import evaluate
from viralsim.scenario.loading import loads

KEPT = (
    GRID[:-1]
    + ", quantiles: [0.1, 0.5], derive: {earned_share: earned_reach / reach, large: shares > 10}, keep_worlds: true}"
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("kept") / "out"
    assert run_sweep(plan_of(loads(text(KEPT))), out).complete
    return out


def test_quantiles_and_derived_measures_are_those_of_the_worlds(store: Path) -> None:
    """Every kept number comes out of the kept worlds, and these are those of ``simulate``."""
    table, plan = read_table(store), plan_of(loads(text(KEPT)))
    row = table[(table["point"] == 4) & (table["arm"] == "advocates")].iloc[0]
    kept = read_worlds(store, 4)
    worlds = kept[kept["arm"] == "advocates"].reset_index(drop=True)
    simulated = vs.simulate(plan.scenario.override(plan.points[4]), worlds=20, repeat_trust=False).worlds()
    simulated = simulated[simulated["arm"] == "advocates"].reset_index(drop=True)
    pd.testing.assert_frame_equal(worlds[simulated.columns], simulated, check_dtype=False, check_exact=True)
    assert row["shares_q10"] == np.quantile(worlds["shares"], 0.1)
    assert row["reach_q50"] == np.quantile(worlds["reach"], 0.5)
    assert row["earned_share"] == pytest.approx((worlds["earned_reach"] / worlds["reach"]).mean(), rel=1e-12)
    assert row["large"] == (worlds["shares"] > 10).mean()
    assert row["large_q50"] == np.quantile((worlds["shares"] > 10).astype(float), 0.5)


def test_a_sweep_that_asks_for_nothing_keeps_its_ids(store: Path, tmp_path: Path) -> None:
    """Points with and without what is kept are other points: none is taken for one that has no quantiles."""
    plain = plan_of(loads(text()))
    assert run_sweep(plain, tmp_path / "plain").complete
    ids = set(read_table(tmp_path / "plain")["id"])
    assert ids.isdisjoint(read_table(store)["id"])
    outcome = run_sweep(plan_of(loads(text(KEPT))), tmp_path / "plain")
    assert (outcome.found, outcome.run) == (0, 6)
    pd.testing.assert_frame_equal(read_table(tmp_path / "plain"), read_table(store), check_exact=True)
    with pytest.raises(InputError, match="has no point 6"):
        read_worlds(store, 6)


@pytest.mark.parametrize(
    "expression",
    [
        "reach.mean()",
        "__import__('os')",
        "rech / 2",
        "reach[0]",
        "1 +",
        "(lambda: 1)()",
        "'a'",
        "open(reach)",
        "True",
        "log(reach, reach)",
        "min(reach)",
        "where(reach)",
        "sqrt()",
        "",
        "1" + "0" * 400,
    ],
)
def test_an_expression_runs_no_code(expression: str) -> None:
    """Names, calls and attributes that are not of the small grammar are refused."""
    with pytest.raises(InputError, match=r"sweep\.derive\.x"):
        evaluate(expression, {"reach": np.ones(3)}, "x")
    with pytest.raises(InputError, match=r"sweep\.derive"):
        plan_of(loads(text(GRID[:-1] + f', derive: {{x: "{expression}"}}}}')))


def test_the_grammar_of_expressions() -> None:
    """Sums, powers, comparisons and functions by world; a division by 0 is infinity."""
    found = evaluate(
        "where(reach > 1, log(reach) ** 2, -shares) + max(shares, 2)",
        {"reach": np.array([1.0, 9.0]), "shares": np.ones(2)},
    )
    assert found.tolist() == [1.0, np.log(9) ** 2 + 2]
    assert evaluate("1 / shares", {"shares": np.array([0.0, 2.0])}).tolist() == [np.inf, 0.5]
    assert evaluate("1 / 0 + 2 ** 5000", {"shares": np.ones(1)}).tolist() == [np.inf]


def test_an_expression_writes_into_no_measure() -> None:
    """Of three numbers the smallest is returned; NumPy's own function would put that of two into the third measure."""
    measures = {"reach": np.array([2.0, 3.0]), "shares": np.array([1.0, 4.0]), "impressions": np.array([0.0, 9.0])}
    assert evaluate("min(shares, reach, impressions)", measures).tolist() == [0.0, 3.0]
    assert evaluate("max(shares, reach, 1)", measures).tolist() == [2.0, 4.0]
    assert measures["impressions"].tolist() == [0.0, 9.0]


def test_the_slurm_script_runs_every_point_once(tmp_path: Path) -> None:
    """A shell takes it, and its shards cover the plan."""
    plan = plan_of(loads(text()))
    said = script(plan, write(tmp_path), tmp_path / "o ut", jobs=4, threads=2, worlds=20)
    assert "#SBATCH --array=1-4\n" in said
    assert "#SBATCH --cpus-per-task=2\n" in said
    assert f"--out '{tmp_path}/o ut'" in said
    assert sorted(i for shard in range(1, 5) for i in plan.shard(shard, 4)) == list(range(6))
    assert subprocess.run(["bash", "-n"], input=said, text=True, check=False).returncode == 0
    assert "--array=1-6\n" in script(plan, write(tmp_path), tmp_path / "out", jobs=100)
