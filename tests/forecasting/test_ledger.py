"""The ledger: written once, checked by its hashes, scored by what came."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from viralsim.errors import InputError
from viralsim.forecasting.forecast import Forecast
from viralsim.forecasting.ledger import Entry, calibration, entries, register, settle
from viralsim.forecasting.population import Paths
from viralsim.forecasting.scores import crps, held, log_score, median_error


def forecast_of(final: np.ndarray) -> Forecast:
    """A forecast with these draws of the final count."""
    shares = np.c_[np.full(final.size, 3.0), final]
    return Forecast(1.0, 24.0, 3.0, 0, Paths(np.array([1.0, 24.0]), shares), None, None, None)


def test_written_then_scored(tmp_path: Path) -> None:
    """What is registered comes back, and its scores are those of its quantiles."""
    luck = np.random.default_rng(1)
    register(tmp_path, forecast_of(luck.poisson(50.0, 4000).astype(float)), "spring", {"curve.csv": "0" * 64})
    (entry,) = entries(tmp_path)
    assert entry.final is None
    assert (entry.record["post"], entry.record["seen"], entry.record["final"]["p50"]) == ("spring", 3.0, 50.0)
    assert {"viralsim", "law", "numpy"} <= set(entry.record["versions"])
    settle(entry, 60.0)
    (again,) = entries(tmp_path)
    assert again.final == 60.0
    scores = again.scores()
    assert 0.85 < scores["pit"] < 0.96  # P(Poisson(50) <= 60) = 0.928
    assert scores["median_error"] == pytest.approx(1 / 6)
    assert scores == again.scores()


def test_entries_are_never_written_over(tmp_path: Path) -> None:
    """An outcome stays; another one is refused, the same one is no fault."""
    register(tmp_path, forecast_of(np.arange(10.0)), "spring", {})
    settle(entries(tmp_path)[0], 5.0)
    assert settle(entries(tmp_path)[0], 5.0).final == 5.0
    with pytest.raises(InputError, match="known already as 5 shares, and now 6"):
        settle(entries(tmp_path)[0], 6.0)


@pytest.mark.parametrize("outcome", [False, True])
def test_every_change_is_found(tmp_path: Path, outcome: bool) -> None:
    """A single changed number in an entry or its outcome ends in a sentence that names the file."""
    path = register(tmp_path, forecast_of(np.arange(10.0)), "spring", {})
    settle(entries(tmp_path)[0], 5.0)
    if outcome:
        path = path.with_name(path.stem + ".outcome.json")
    os.chmod(path, 0o644)
    record = json.loads(path.read_text())
    record["final" if outcome else "seen"] = 4.0
    path.write_text(json.dumps(record))
    with pytest.raises(InputError, match="was changed after it was written"):
        entries(tmp_path)


@pytest.mark.parametrize("content", ["", "{}", "[1]", "no json"])
def test_foreign_files_are_named(tmp_path: Path, content: str) -> None:
    """A file that is no entry is named, not skipped."""
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(InputError, match=r"x\.json"):
        entries(tmp_path)


def test_no_ledger(tmp_path: Path) -> None:
    """A missing or empty folder ends in the command that begins a ledger."""
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match="--register"):
            entries(place)


def test_calibration_counts_what_held(tmp_path: Path) -> None:
    """Of forecasts that are right, 80 % intervals hold about 80 % of 400; of too narrow ones far fewer."""
    luck = np.random.default_rng(2)
    right, narrow = [], []
    for i in range(400):
        record = {
            "sha256": f"{i:012x}",
            "post": str(i),
            "quantiles": np.quantile(luck.poisson(50, 999), np.linspace(0, 1, 199)).tolist(),
        }
        right.append(Entry(tmp_path, record, float(luck.poisson(50))))
        narrow.append(
            Entry(tmp_path, {**record, "quantiles": [50.0 + j / 100 for j in range(199)]}, float(luck.poisson(50)))
        )
    good, bad = calibration(right), calibration(narrow)
    assert good["held_80"] == pytest.approx(0.8, abs=0.06)
    assert bad["held_80"] < 0.3
    assert good["crps"] < bad["crps"]
    assert good["posts"] == 400
    assert calibration([]) == {"forecasts": 0}


def test_scores_by_hand() -> None:
    """CRPS of draws a and b for y is the mean distance to y less half the mean distance between draws."""
    draws, true = np.expm1([[1.0, 3.0], [2.0, 2.0]]), np.expm1([2.0, 5.0])
    assert crps(draws, true) == pytest.approx([1.0 - 0.5, 3.0])
    assert median_error(np.array([[4.0, 6.0], [1.0, 1.0]]), np.array([10.0, 0.0])) == 0.5
    assert np.isnan(median_error(np.ones((1, 3)), np.zeros(1)))
    assert held(np.array([0.05, 0.1001, 0.5, 0.8999, 0.95]), 0.8) == pytest.approx(0.6)
    certain = log_score(np.full((1, 50), 9.0), np.array([9.0]))
    assert certain[0] == pytest.approx(np.log(0.05 * np.sqrt(2 * np.pi)))
