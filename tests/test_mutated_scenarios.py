"""Scenarios spoilt at random run or are refused in words: no traceback, no crash of the process, no hang."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("mutated_scenarios.py")
LONGEST_S = 10.0  # processor time of one scenario


def cases(seed: int, first: int, last: int) -> list[dict[str, Any]]:
    """What became of the cases, by a process of its own, so that a crash is one failure and no end of the suite."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(seed), str(first), str(last)], capture_output=True, text=True, check=False
    )
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"exit status {done.returncode} in {said[-1]}: {done.stderr[-2000:]}"
    return [one for one in said if "outcome" in one]


def check(found: list[dict[str, Any]]) -> None:
    assert [one for one in found if one["outcome"] not in ("ran", "refused")] == []
    outcomes = {one["outcome"] for one in found}
    assert outcomes == {"ran", "refused"}  # the spoilt ones are not all of one kind


def test_spoilt_scenarios_are_answered_or_refused() -> None:
    found = cases(11, 0, 150)
    assert len(found) == 150
    check(found)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_ten_thousand_spoilt_scenarios(block: int) -> None:
    found = cases(12, 1000 * block, 1000 * (block + 1))
    assert len(found) == 1000
    check(found)
    assert max(one["seconds"] for one in found) < LONGEST_S
