"""Pages that are made from the code are those that the code makes."""

from __future__ import annotations

from pathlib import Path

from viralsim.cli.catalogue import COMMANDS
from viralsim.cli.commands_page import page as commands_page
from viralsim.lessons.page import page as lessons_page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_command_reference_is_current() -> None:
    """docs/commands.md is what ``make reference`` writes, and has every command."""
    said = commands_page()
    assert said == (DOCS / "commands.md").read_text(encoding="utf-8"), "run make reference"
    assert all(f"## `viralsim {name}" in said for name in COMMANDS)


def test_the_lessons_page_is_current() -> None:
    """docs/lessons/index.md is what ``make reference`` writes."""
    assert lessons_page() == (DOCS / "lessons" / "index.md").read_text(encoding="utf-8"), "run make reference"
