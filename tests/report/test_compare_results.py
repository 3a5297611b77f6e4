"""``viralsim compare``: two stored results, arm by arm, world by world."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tests.synthetic_result import synthetic_result
from viralsim.cli import main
from viralsim.errors import InputError
from viralsim.report.compare_results import beside

MORE = {"organic": 0.0, "paid": 160.0, "advocates": 400.0, "integrated": 1000.0}
FEWER = {"organic": 0.0, "paid": 100.0}


def test_the_difference_is_the_paired_one() -> None:
    """Ten more shares in every world of one arm are ten more, with an interval of no width; the other arms do not differ."""
    found = beside(synthetic_result(worlds=60), synthetic_result(worlds=60, effects=MORE))
    rows = {arm: {row.measure: row for row in rows} for arm, rows in found.rows.items()}
    assert (found.worlds, found.paired) == (60, True)
    assert rows["paid"]["shares"].uplift == pytest.approx(10.0, abs=1e-9)
    assert rows["paid"]["shares"].ci_low == pytest.approx(10.0, abs=1e-9)
    assert rows["advocates"]["shares"].uplift == 0.0


def test_results_of_other_lengths_are_cut_to_the_shorter() -> None:
    """Worlds that one result has not are left out, and that is said."""
    first, second = synthetic_result(worlds=50), synthetic_result(worlds=80)
    found = beside(first, second)
    expected = second.arms["paid"].measures["shares"][:50] - first.arms["paid"].measures["shares"]
    (row,) = (row for row in found.rows["paid"] if row.measure == "shares")
    assert row.uplift == pytest.approx(float(np.mean(expected)))
    assert "50 and 80 worlds: the first 50 are compared" in found.notes


def test_what_differs_besides_is_said() -> None:
    """Other seeds, audiences and arms are named before a difference is read."""
    first = synthetic_result(worlds=30)
    second = synthetic_result(worlds=30, effects=FEWER, seed=7)
    notes = " ".join(beside(first, second).notes)
    assert "not compared: advocates, integrated" in notes
    same = " ".join(beside(first, first).notes)
    assert "same scenario and seed" in same


def test_results_without_a_common_arm_are_refused() -> None:
    """Nothing can be compared where no arm has the same name."""
    with pytest.raises(InputError, match="no arm in common"):
        beside(
            synthetic_result(worlds=20, effects={"organic": 0.0}),
            synthetic_result(worlds=20, effects={"paid": 1.0}, baseline="paid"),
        )


def test_the_command_prints_tables_and_json(tmp_path: Path) -> None:
    """A table per arm within 80 columns, plain when piped; with --json one object and nothing else."""
    synthetic_result(worlds=60).save(tmp_path / "a")
    synthetic_result(worlds=60, effects=MORE).save(tmp_path / "b")
    words = ["compare", str(tmp_path / "a"), str(tmp_path / "b")]
    text = CliRunner().invoke(main, words)
    assert (text.exit_code, text.stderr) == (0, "")
    assert "\x1b" not in text.stdout
    assert max(len(line) for line in text.stdout.splitlines() if str(tmp_path) not in line) <= 80
    row = next(line for line in text.stdout.split("\npaid\n")[1].splitlines() if line.startswith("shares"))
    assert row.split()[3] == "10"
    answer = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    assert answer["arms"]["paid"]["shares"]["uplift"] == pytest.approx(10.0, abs=1e-9)
    assert answer["paired"] is True


def test_a_folder_that_holds_no_result_is_the_users_mistake(tmp_path: Path) -> None:
    """Exit 2, with what to do."""
    assert CliRunner().invoke(main, ["compare", str(tmp_path), str(tmp_path)]).exit_code == 2
