"""What decisions promise, as benchmarks/DECISIONS.md has it, comes out again."""

from __future__ import annotations

import pytest

from benchmarks.decisions import MEASURED, Row


@pytest.mark.slow
@pytest.mark.parametrize("measure", MEASURED, ids=lambda measure: measure.__name__)
def test_promises(measure) -> None:
    row: Row = measure()
    assert row[-1] == "reached", row
