"""A ledger of forecasts: written before the outcome, never changed, scored when the outcome is known.

One file for each forecast, ``<time>-<id>.json``, and one beside it for its outcome, ``<time>-<id>.outcome.json``. Each holds the
SHA-256 of its own content; a file that does not match it is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from viralsim.errors import InputError
from viralsim.forecasting.forecast import Forecast
from viralsim.forecasting.hawkes import Floats
from viralsim.forecasting.recalibration import randomised_pits
from viralsim.forecasting.scores import LEVELS, crps, held, log_score, median_error
from viralsim.versions import versions

FORMAT = 1
OUTCOME = ".outcome.json"
FORECAST_KEYS = {"format", "registered_at", "post", "at_hours", "horizon_hours", "seen", "quantiles", "sha256"}
OUTCOME_KEYS = {"format", "forecast", "final", "sha256"}


@dataclass(frozen=True)
class Entry:
    """A registered forecast, and its outcome where it is known."""

    path: Path
    record: dict[str, Any]
    final: float | None

    @property
    def quantiles(self) -> Floats:
        """float64[199]: evenly spaced quantiles of the final count."""
        return np.array(self.record["quantiles"], np.float64)

    @property
    def identity(self) -> str:
        """The first twelve digits of the record's hash."""
        return str(self.record["sha256"])[:12]

    def scores(self) -> dict[str, float]:
        """``crps``, ``log_score``, ``pit`` and ``median_error`` of an entry whose outcome is known."""
        draws, true = self.quantiles[None], np.array([self.final], np.float64)
        luck = np.random.default_rng(int(self.identity, 16))  # ties are broken once and for all
        return {
            "crps": float(crps(draws, true)[0]),
            "log_score": float(log_score(draws, true)[0]),
            "pit": float(randomised_pits(draws, true, luck)[0]),
            "median_error": median_error(draws, true),
        }


def register(folder: str | Path, forecast: Forecast, post: str, inputs: dict[str, str]) -> Path:
    """Write a forecast of ``post`` into the ledger; ``inputs``: what it was made from, with the SHA-256 of each file.

    Raises: InputError where the folder cannot be written.
    """
    now = datetime.now(UTC)
    record = {
        "format": FORMAT,
        "registered_at": now.isoformat(timespec="seconds"),
        "post": post,
        "inputs": inputs,
        "versions": versions(),
        **{key: value for key, value in forecast.to_json().items() if key not in ("bands", "arms")},
        "quantiles": forecast.kept(),
    }
    record["sha256"] = _hash(record)
    return _write_once(Path(folder) / f"{now:%Y%m%dT%H%M%SZ}-{record['sha256'][:12]}.json", record)


def settle(entry: Entry, final: float) -> Entry:
    """The entry with its outcome, which is written beside it.

    Raises: InputError where another outcome is known already.
    """
    if entry.final is not None:
        if entry.final != final:
            raise InputError(
                f"{entry.path}: its outcome is known already as {entry.final:g} shares, and now {final:g}: one of them is wrong"
            )
        return entry
    record: dict[str, Any] = {"format": FORMAT, "forecast": entry.record["sha256"], "final": final}
    record["scored_at"] = datetime.now(UTC).isoformat(timespec="seconds")
    record["sha256"] = _hash(record)
    _write_once(entry.path.with_suffix("").with_name(entry.path.stem + OUTCOME), record)
    return Entry(entry.path, entry.record, final)


def entries(folder: str | Path) -> list[Entry]:
    """All forecasts of a ledger, the earliest first.

    Raises: InputError where the folder is no ledger, or a file is not as it was written.
    """
    place = Path(folder)
    if place.is_file():
        raise InputError(f"{place}: is a file; a ledger is a folder")
    if not place.is_dir():
        raise InputError(f"{place}: no such folder; `viralsim forecast --register {place}` begins a ledger")
    found = []
    for path in sorted(place.glob("*.json")):
        if path.name.endswith(OUTCOME):
            if not path.with_name(path.name.removesuffix(OUTCOME) + ".json").exists():
                raise InputError(f"{path}: is the outcome of a forecast that is not there; restore its file")
            continue
        record = _read(path, FORECAST_KEYS)
        beside = path.with_name(path.stem + OUTCOME)
        outcome = _read(beside, OUTCOME_KEYS) if beside.exists() else None
        if outcome is not None and outcome["forecast"] != record["sha256"]:
            raise InputError(f"{beside}: is the outcome of another forecast; restore the file")
        found.append(Entry(path, record, None if outcome is None else float(outcome["final"])))
    if not found:
        raise InputError(f"{place}: holds no forecast; `viralsim forecast --register {place}` writes one")
    return found


def calibration(scored: Sequence[Entry]) -> dict[str, Any]:
    """Over forecasts whose outcome is known: how many, mean scores, and how often each interval held."""
    if not scored:
        return {"forecasts": 0}
    each = [entry.scores() for entry in scored]
    pits = np.array([one["pit"] for one in each])
    return {
        "forecasts": len(scored),
        "posts": len({entry.record["post"] for entry in scored}),
        "crps": float(np.mean([one["crps"] for one in each])),
        "log_score": float(np.mean([one["log_score"] for one in each])),
        **{f"held_{100 * level:.0f}": held(pits, level) for level in LEVELS},
    }


def _hash(record: dict[str, Any]) -> str:
    content = {key: value for key, value in record.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()


def _write_once(path: Path, record: dict[str, Any]) -> Path:
    """Write a record that was not there before, and take the right to write to it away."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(json.dumps(record, indent=1, allow_nan=False) + "\n")
        os.chmod(path, 0o444)
    except FileExistsError:
        if not path.parent.is_dir():
            raise InputError(f"{path.parent}: is a file; name a folder for the ledger") from None
        raise InputError(f"{path}: is there already; entries of a ledger are never written over") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error}): choose another folder") from None
    return path


def _read(path: Path, keys: set[str]) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(f"{path}: cannot be read as an entry of a ledger; restore the file, or take it out") from None
    if not isinstance(record, dict) or not keys <= set(record):
        raise InputError(f"{path}: is no entry of a ledger; take it out")
    if record["sha256"] != _hash(record):
        raise InputError(f"{path}: was changed after it was written (its hash does not match); restore the file")
    return record
