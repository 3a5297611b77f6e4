"""Sensitivity: published indices come out through the sweep, and luck is told apart from the parameters."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from sweep_scenario import text

from viralsim.cli.sensitivity import sensitivity as command
from viralsim.errors import InputError
from viralsim.experiments import Runner
from viralsim.experiments.point_runner import columns
from viralsim.experiments.sensitivity import analyse, read_sensitivity, sensitivity, unit_points
from viralsim.experiments.sensitivity_design import factors_of, group_names
from viralsim.scenario.loading import loads

PATHS = ("content.c.appeal", "campaign.advocates.willingness", "channels.x.visibility")
UNCERTAIN = "uncertain: {" + ", ".join(f"{path}: {{from: 0.25, to: 0.75}}" for path in PATHS) + "}"
SMALL = text().split("sweep:")[0]
# Ishigami and Homma 1990 with a = 7, b = 0.1: the exact indices
ALONE, TOTAL = (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)


def ishigami(x: np.ndarray) -> np.ndarray:
    """sin x1 + 7 sin(x2)**2 + 0.1 x3**4 sin x1 on (-pi, pi)."""
    return np.sin(x[..., 0]) + 7 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])


def test_ishigami_through_the_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the Ishigami function in the place of the model, plan, journal, table and analysis give the published indices."""

    def run(_: Runner, overrides: Mapping[str, Any]) -> dict[str, Any]:
        x = (np.array([overrides[path] for path in PATHS]) - 0.5) * 4 * math.pi
        row = dict.fromkeys(columns(), 0.0) | {
            name: float(ishigami(x)) for name in ("shares", "shares_low", "shares_high")
        }
        return {"id": repr(x.tolist()), "seed": 1, "arms": {"organic": row, "advocates": row}, "error": None}

    monkeypatch.setattr(Runner, "run", run)
    monkeypatch.setattr(Runner, "identity", lambda self, overrides: repr(sorted(overrides.items())))
    found = sensitivity(loads(SMALL + UNCERTAIN), tmp_path, samples=512, worlds=10, seed=2, threads=1)
    got = [one for one in found.influences if (one.arm, one.quantity) == ("advocates", "shares")]
    assert [one.path for one in got] == list(PATHS)
    for one, alone, total in zip(got, ALONE, TOTAL, strict=True):
        assert one.first == pytest.approx(alone, abs=0.06)
        assert one.total == pytest.approx(total, abs=0.06)
        assert abs(one.first - alone) <= 1.5 * one.first_half + 0.01
    assert found.quantities[0].noise_share == 0.0


def test_published_indices_to_two_digits() -> None:
    """With more samples the indices are the published ones to two digits."""
    units = unit_points(3, 4096, "sobol", 7)
    values = ishigami((units - 0.5) * 2 * math.pi)
    _, got = analyse("a", "shares", PATHS, units, values, np.zeros(len(units)), "sobol", 7)
    np.testing.assert_allclose([one.first for one in got], ALONE, atol=0.01)
    np.testing.assert_allclose([one.total for one in got], TOTAL, atol=0.01)


def test_groups_have_one_index_each() -> None:
    """Of x1 and x3 together the exact index is all that x2 leaves; a step of a group has a size and no sign."""
    axes = ["both", "x2", "both"]
    units = unit_points(axes, 4096, "sobol", 7)
    assert len(units) == 4096 * 4
    _, got = analyse(
        "a", "shares", axes, units, ishigami((units - 0.5) * 2 * math.pi), np.zeros(len(units)), "sobol", 7
    )
    assert [one.path for one in got] == ["both", "x2"]
    np.testing.assert_allclose([one.first for one in got], [1 - ALONE[1], ALONE[1]], atol=0.01)
    np.testing.assert_allclose([one.total for one in got], [1 - ALONE[1], ALONE[1]], atol=0.01)
    units = unit_points(axes, 200, "morris", 1)
    assert len(units) == 200 * 3
    _, got = analyse("a", "shares", axes, units, 3 * units[:, 0] + 4 * units[:, 1], np.zeros(len(units)), "morris")
    np.testing.assert_allclose([one.mu_star for one in got], [3, 4], atol=1e-9)
    assert [(one.mu, one.sigma) for one in got] == [(None, None)] * 2


def test_groups_are_checked_and_named() -> None:
    """A path in two groups, all in one, an unknown one; distributions are followed."""
    scenario = loads(SMALL + UNCERTAIN)
    assert group_names(factors_of(scenario, {"people": PATHS[:2]})) == ("people", PATHS[2])
    with pytest.raises(InputError, match=r"content\.c\.appeal is in a and in b: keep one of them"):
        factors_of(scenario, {"a": PATHS[:2], "b": PATHS[:1]})
    with pytest.raises(InputError, match="hold all inputs in one group"):
        factors_of(scenario, {"a": PATHS})
    with pytest.raises(InputError, match=r"groups\['a'\] must be one of"):
        factors_of(scenario, {"a": ["content.c.apeal"]})
    normal = scenario.override({"uncertain": {PATHS[0]: {"normal": {"mean": 0.5, "sd": 0.1}}}})
    (factor,) = factors_of(normal)
    assert factor.values(np.array([0.5, 0.9]), {PATHS[0]: False})[PATHS[0]] == pytest.approx([0.5, 0.628], abs=1e-3)


def test_luck_is_taken_out() -> None:
    """Noise as large as the signal halves raw first-order indices; known, it is taken out of first and total ones."""
    rng = np.random.default_rng(3)
    units = unit_points(3, 4096, "sobol", 7)
    exact = ishigami((units - 0.5) * 2 * math.pi)
    sd = exact.std()
    noisy = exact + rng.normal(0, sd, len(exact))
    quantity, got = analyse("a", "shares", PATHS, units, noisy, np.full(len(units), sd**2), "sobol", 7)
    assert quantity.noise_share == pytest.approx(0.5, abs=0.02)
    np.testing.assert_allclose([one.first for one in got], ALONE, atol=0.08)
    np.testing.assert_allclose([one.total for one in got], TOTAL, atol=0.08)
    _, raw = analyse("a", "shares", PATHS, units, noisy, np.zeros(len(units)), "sobol", 7)
    assert raw[1].first == pytest.approx(0.2212, abs=0.05)
    assert raw[2].total > 0.5


def test_nothing_but_luck_is_said_so() -> None:
    """Where luck explains the differences, no index is made up."""
    units = unit_points(2, 256, "sobol", 1)
    values = np.random.default_rng(1).normal(0, 1, len(units))
    quantity, got = analyse("a", "shares", PATHS[:2], units, values, np.ones(len(units)), "sobol")
    assert got == []
    assert "luck" in quantity.note


def test_morris_on_a_line() -> None:
    """On y = 3 a - b every effect is exact, sigma is 0; luck alone gives the mu* that is predicted."""
    units = unit_points(3, 200, "morris", 1)
    values = 3 * units[:, 0] - units[:, 1]
    _, got = analyse("a", "shares", PATHS, units, values, np.zeros(len(units)), "morris")
    np.testing.assert_allclose([one.mu for one in got], [3, -1, 0], atol=1e-9)
    np.testing.assert_allclose([one.mu_star for one in got], [3, 1, 0], atol=1e-9)
    np.testing.assert_allclose([one.sigma for one in got], 0, atol=1e-9)
    luck = np.random.default_rng(2).normal(0, 2.0, len(units))
    _, got = analyse("a", "shares", PATHS, units, luck, np.full(len(units), 4.0), "morris")
    for one in got:
        assert one.mu_star == pytest.approx(one.from_noise, rel=0.15)


def test_command_end_to_end(tmp_path: Path) -> None:
    """The command prints one JSON object, writes its files, and a second run finds every point finished."""
    path = tmp_path / "s.yaml"
    path.write_text(SMALL + UNCERTAIN)
    asked = [
        str(path),
        "--out",
        str(tmp_path / "out"),
        "--samples",
        "8",
        "--worlds",
        "20",
        "--measure",
        "reach",
        "--json",
    ]
    first = CliRunner().invoke(command, asked, catch_exceptions=False)
    said = json.loads(first.stdout)
    assert said["complete"]
    assert said["points"] == 8 * 5
    assert {(q["arm"], q["quantity"]) for q in said["quantities"]} == {
        ("organic", "reach"), ("advocates", "reach"), ("advocates", "uplift_reach"),
    }  # fmt: skip
    assert (tmp_path / "out" / "indices.csv").read_text().startswith("arm,quantity,path,first")
    again = CliRunner().invoke(command, asked, catch_exceptions=False)
    assert json.loads(again.stdout) == said
    assert read_sensitivity(tmp_path / "out")["influences"] == said["influences"]
    visible = {i["path"]: i["total"] for i in said["influences"] if (i["arm"], i["quantity"]) == ("organic", "reach")}
    assert abs(visible["campaign.advocates.willingness"]) < visible["channels.x.visibility"]


def test_wrong_requests() -> None:
    """No ranges, no power of two, an unknown measure: each says what to do."""
    with pytest.raises(InputError, match="uncertain or a sweep"):
        factors_of(loads(SMALL))
    with pytest.raises(InputError, match="power of two"):
        unit_points(3, 100, "sobol", 1)
    with pytest.raises(InputError, match=r"measure must be one of .*got 'likes'"):
        sensitivity(loads(SMALL + UNCERTAIN), "nowhere", measures=["likes"])
