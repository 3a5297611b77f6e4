"""A run of checks that was ended early goes on: what is finished is not run again, and nothing stale counts as finished."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from viralsim.cli import main
from viralsim.validation import registry
from viralsim.validation.check import SKIPPED, Check, MissingDataError, Number, Picture, Setting, exact
from viralsim.validation.finished import FOLDER, Finished
from viralsim.validation.registry import run_checks


class Counting:
    """A check that counts its runs, draws a picture, and stops the whole run where it is told to."""

    def __init__(self, name: str, stops: bool = False) -> None:
        self.runs, self.stops = 0, stops
        self.check = Check(name, name, "model", "source", self.run)

    def run(self, setting: Setting) -> Sequence[Number]:
        """Counts its runs."""
        self.runs += 1
        if self.stops:
            raise KeyboardInterrupt
        line = ("seen", np.array([1.0, 2.0]), np.array([self.runs * 1.0, np.pi]), False)
        setting.pictures.append(Picture(self.check.name, "x", "y", (line,), log_x=True))
        return [exact("runs", self.runs, 1), Number("shown", "", "a", "b", None)]


def test_a_run_goes_on_where_it_was(tmp_path: Path) -> None:
    """After an interrupt the finished check is read back with its picture, the other runs; then both are kept."""
    first, second = Counting("CHECK-1, 2"), Counting("CHECK-3", stops=True)
    checks = [first.check, second.check]
    with pytest.raises(KeyboardInterrupt):
        list(run_checks(checks, Setting(), finished=Finished(tmp_path, 1)))
    second.stops = False
    setting = Setting()
    outcomes = list(run_checks(checks, setting, finished=Finished(tmp_path, 1)))
    assert (first.runs, second.runs) == (1, 2)
    assert [one.check for one in outcomes] == checks
    assert [number.ok for number in outcomes[0].numbers] == [True, None]
    assert [picture.title for picture in setting.pictures] == ["CHECK-1, 2", "CHECK-3"]
    assert setting.pictures[0].log_x
    assert setting.pictures[0].lines[0][2].tolist() == [1.0, np.pi]
    again = list(run_checks(checks, Setting(), finished=Finished(tmp_path, 1)))
    assert (first.runs, second.runs) == (1, 2)
    assert again == outcomes


def test_nothing_stale_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another seed, another source, or a file that was changed: the check runs again."""
    counted = Counting("CHECK-3")

    def runs(seed: int = 1) -> int:
        list(run_checks([counted.check], Setting(), finished=Finished(tmp_path, seed)))
        return counted.runs

    assert (runs(), runs(), runs(seed=2), runs(seed=2)) == (1, 1, 2, 2)
    file = tmp_path / FOLDER / "CHECK-3.json"
    file.write_text(file.read_text().replace("shown", "known"))
    assert runs(seed=2) == 3
    file.write_text(file.read_text()[:40])
    assert (runs(seed=2), runs(seed=2)) == (4, 4)
    monkeypatch.setattr("viralsim.validation.finished.sources", lambda: "other sources")
    assert (runs(seed=2), runs(seed=2)) == (5, 5)


def test_what_was_skipped_is_tried_again(tmp_path: Path) -> None:
    """Data may come: a skipped check is not finished."""

    def absent(setting: Setting) -> Sequence[Number]:
        """Needs data."""
        raise MissingDataError("a folder")

    (outcome,) = run_checks([Check("x", "x", "m", "s", absent)], Setting(), finished=Finished(tmp_path, 1))
    assert outcome.verdict == SKIPPED
    assert not (tmp_path / FOLDER).exists()


def test_a_whole_run_leaves_the_page_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command keeps what is finished when it is interrupted (exit 130), and writes one page when all are done."""
    first, second = Counting("CHECK-1"), Counting("CHECK-2", stops=True)
    monkeypatch.setattr(registry, "CHECKS", (first.check, second.check))
    words = ["validate", "--full", "--out", str(tmp_path)]
    assert CliRunner().invoke(main, words).exit_code == 130
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == ["CHECK-1.json"]
    assert not (tmp_path / "validation.md").exists()
    second.stops, second.runs = False, 0
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert first.runs == 1
    assert not (tmp_path / FOLDER).exists()
    page = (tmp_path / "validation.md").read_text()
    assert page.startswith("# Validation\n\nMade by `viralsim validate --full`: 2 reproduces.\n")
