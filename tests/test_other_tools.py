"""The page for those who come from other tools: their side and ours run as they stand, and find the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from viralsim.classic import tables

PAGE = (Path(__file__).parent.parent / "docs" / "how-to" / "from-other-tools.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def snippets(text: str, language: str) -> str:
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


def both(tool: str) -> dict[str, Any]:
    """The names that the page's first snippet, their side and ours have left."""
    names: dict[str, Any] = {}
    exec(compile(snippets(PAGE.split("\n## ")[0], "python"), "first", "exec"), names)
    for language in ("py", "python"):
        text = snippets(SECTIONS[tool], language)
        assert text
        exec(compile(text, tool, "exec"), names)
    return names


def is_one_of(theirs: float, ours: np.ndarray) -> bool:
    """Whether one run of theirs lies among our worlds: within five standard deviations, and within what we ever saw."""
    return bool(abs(theirs - ours.mean()) <= 5 * ours.std() and ours.min() <= theirs <= ours.max())


def test_ndlib() -> None:
    """SIR of 100 iterations: who has recovered."""
    pytest.importorskip("ndlib")
    names = both("NDlib")
    assert is_one_of(names["recovered"], names["counts"][:, -1, 2])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_eon() -> None:
    """SIR and SEIR in continuous time: who has recovered in the end; the states in the order of the table."""
    pytest.importorskip("EoN")
    names = both("EoN")
    assert tables.states_of(tables.seir(0.5, 1.0, 1.0)) == ("S", "E", "I", "R")
    assert is_one_of(names["R"][-1], names["curves"][:, -1, 2])
    assert is_one_of(names["R_of_seir"][-1], names["curves_of_seir"][:, -1, 3])


def test_cynetdiff() -> None:
    """Independent cascade and linear threshold: how many are reached."""
    pytest.importorskip("cynetdiff")
    names = both("CyNetDiff")
    assert is_one_of(names["reached"], names["sizes"])
    assert names["share"].sum() == pytest.approx(names["sizes"].mean())
    assert is_one_of(names["convinced"], names["sizes_of_threshold"])


def test_mesa() -> None:
    """The cascade with agents: how many are reached."""
    names = both("Mesa")
    assert is_one_of(names["active"], names["sizes"])


def test_every_tool_has_a_side_that_runs() -> None:
    """But netdiffuseR's, which is R: its rule is written out in CHECK-39."""
    assert set(SECTIONS) == {"NDlib", "EoN", "CyNetDiff", "netdiffuseR", "Mesa"}
    assert [tool for tool, text in SECTIONS.items() if "```py\n" not in text] == ["netdiffuseR"]
    assert all("```python\n" in text for text in SECTIONS.values())
