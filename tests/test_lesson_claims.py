"""What each lesson claims, by the numbers that the page of claims is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from viralsim.lessons import lessons
from viralsim.lessons.claims import CLAIMS, SEEDS, held, measured

PAGE = Path(__file__).parents[1] / "docs" / "lessons" / "claims.md"


@pytest.mark.parametrize("one", lessons(), ids=lambda one: one.key)
def test_the_page_says_what_is_measured(one: Any) -> None:
    """Each claim holds on the lesson's own seed, and the page has its value with the range, and on how many others it holds."""
    found, claim = measured(one), CLAIMS[one.key]
    assert claim.holds([line.value for line in found])
    (row,) = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {one.order} |")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1:3] == [one.title, claim.words]
    shown = [
        f"{line.value:.3g} ({line.low:.3g} to {line.high:.3g}) at {at:g}"
        for at, line in zip(claim.at, found, strict=True)
    ]
    assert cells[3] == "; ".join(shown)
    assert cells[4].endswith(f" of {SEEDS}")


@pytest.mark.slow
@pytest.mark.parametrize("one", lessons(), ids=lambda one: one.key)
def test_the_page_counts_other_seeds(one: Any) -> None:
    """As many of the other seeds as the page says."""
    assert (
        f"| {held(one)} of {SEEDS} |" in PAGE.read_text(encoding="utf-8").split(f"| {one.order} | ")[1].splitlines()[0]
    )
