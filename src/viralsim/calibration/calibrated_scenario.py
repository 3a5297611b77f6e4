"""A scenario with the rows of a posterior in it: in memory, and as a file that names its own files from where it is."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from viralsim.calibration.mapping import Home, with_values
from viralsim.errors import InputError
from viralsim.scenario import Scenario
from viralsim.scenario.networks_in_memory import is_in_memory
from viralsim.scenario.study import JOINT

POSTERIOR_FILE = "posterior.csv"
FILE_KEYS = ("file", "members_file", "demographics")
FILE_BLOCKS = ("audience", "channels", "campaign", "arms")


def calibrated_data(
    scenario: Scenario, home: Home, posterior: pd.DataFrame, block: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """(plain data of the scenario with medians of the rows, without ``uncertain.joint``; notes on what was replaced).

    Raises: InputError where the scenario has rows of another posterior.
    """
    joint = scenario.joint_rows()
    others = sorted(set(joint) - set(home.paths))
    if others:
        raise InputError(
            f"uncertain.joint: has rows of {', '.join(others)}, and rows of two posteriors cannot be drawn together: take it out"
        )
    middle = posterior.median()
    visibility, share_rate = (float(f"{middle[path]:.6g}") for path in home.paths)
    data = with_values(scenario.data, home, visibility, share_rate)
    replaced = {*home.paths, f"content.{home.content}.appeal"}
    uncertain = dict(data.get("uncertain") or {})
    notes = [f"uncertain: {path} is replaced by rows" for path in uncertain if path in replaced]
    notes += [
        f"arms.{arm}: sets {path} itself, so that what was learnt does not hold there"
        for arm, overlay in (data.get("arms") or {}).items() for path in overlay or {} if path in replaced
    ]  # fmt: skip
    data["uncertain"] = {path: span for path, span in uncertain.items() if path not in {*replaced, JOINT}}
    return {**data, "calibration": dict(block)}, notes


def in_memory(scenario: Scenario, data: Mapping[str, Any], posterior: pd.DataFrame) -> Scenario:
    """The scenario with the rows themselves."""
    rows = {path: posterior[path].tolist() for path in posterior}
    whole = {**data, "uncertain": {JOINT: {"rows": rows}, **data["uncertain"]}}
    return scenario.with_data(whole)


def rows_in_file(name: str, content: bytes) -> dict[str, str]:
    """``uncertain.joint`` of a file of rows: its name, and the sum by which a changed one is refused."""
    return {"file": name, "sha256": hashlib.sha256(content).hexdigest()}


def for_folder(scenario: Scenario, folder: Path) -> dict[str, Any]:
    """Plain data of the scenario as a file in ``folder``, where ``posterior.csv`` is already; other files are named from there."""
    data = {
        word: _moved(value, scenario.folder, folder) if word in FILE_BLOCKS else value
        for word, value in scenario.data.items()
    }
    rows = rows_in_file(POSTERIOR_FILE, (folder / POSTERIOR_FILE).read_bytes())
    data["uncertain"] = {**data["uncertain"], JOINT: rows}
    return data


def _moved(value: Any, old: Path, new: Path) -> Any:
    """A copy in which files named from the folder ``old`` are named from ``new``."""
    if isinstance(value, list | tuple):
        return [_moved(item, old, new) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {
        word: _from(item, old, new)
        if isinstance(item, str) and str(word).rsplit(".", 1)[-1] in FILE_KEYS
        else _moved(item, old, new)
        for word, item in value.items()
    }


def _from(name: str, old: Path, new: Path) -> str:
    if is_in_memory(name):
        return name
    try:
        return Path(os.path.relpath(old / name, new)).as_posix()
    except ValueError:  # on another drive
        return (old / name).resolve().as_posix()
