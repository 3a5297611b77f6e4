"""The methods paragraph says what is stored, number for number."""

from __future__ import annotations

from typing import Any

from viralsim.report.methods import methods_of_sweep

MANIFEST: dict[str, Any] = {
    "name": "two", "design": "sobol", "paths": ["content.c.appeal"], "points": 1234, "arms": ["organic", "paid"],
    "worlds": 200, "seed": 7, "luck": "own", "complete": True, "fingerprint": "ab12",
    "versions": {"viralsim": "9.8.7", "law": "3", "python": "3.11.7", "numpy": "2.4.6", "numba": "0.68.1"},
    "rules": [["reinforcement", "mine", "0123456789abcdef"]],
}  # fmt: skip


def test_the_paragraph_of_a_sweep() -> None:
    """Design, points, arms, worlds, seed, luck, versions, fingerprint and own rules."""
    said = methods_of_sweep(MANIFEST)
    for part in (
        "'two'", "viralsim 9.8.7 (law version 3)", "1,234 points of a scrambled Sobol sequence over content.c.appeal",
        "2 arms (organic, paid)", "200 worlds", "seed 7", "luck of its own", "ab12", "mine (reinforcement, 0123456789abcdef)",
    ):  # fmt: skip
        assert part in said
    assert "not complete" not in said
    assert "not complete" in methods_of_sweep({**MANIFEST, "complete": False})
