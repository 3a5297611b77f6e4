"""Every command and every Python snippet of README and docs runs as it stands."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from viralsim.cli import main

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def snippets(page: Path) -> Iterator[tuple[str, str]]:
    """(language, text) of each fenced block, in the order of the page."""
    yield from FENCE.findall(page.read_text(encoding="utf-8"))


def run_command(line: str) -> Result:
    """What one ``$ viralsim ...`` line did."""
    words = shlex.split(line.removeprefix("$ "))
    assert words[0] == "viralsim", line
    return CliRunner().invoke(main, words[1:])


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the scenarios, to run in."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_snippets_run(page: Path, copy: Path) -> None:
    """Commands and Python of a page run from top to bottom; the YAML of a page is the file that it is saved as."""
    saved = re.search(r"Save it as `([\w.]+)`", page.read_text(encoding="utf-8"))
    names: dict[str, object] = {}
    for language, text in snippets(page):
        if language == "yaml" and saved is not None:
            (copy / saved.group(1)).write_text(text, encoding="utf-8")
        elif language == "console":
            for line in text.splitlines():
                if line.startswith("$ "):
                    done = run_command(line)
                    assert done.exit_code == 0, f"{line}\n{done.output}"
        elif language == "python":
            exec(compile(text, str(page), "exec"), names)


def test_there_are_snippets() -> None:
    """README and quick start do show commands, Python and a scenario."""
    readme = [language for language, _ in snippets(ROOT / "README.md")]
    assert {"sh", "yaml", "console", "python"} <= set(readme)
    start = [language for language, _ in snippets(ROOT / "docs" / "quickstart.md")]
    assert {"console", "python"} <= set(start)


def test_readme_opens_with_the_two_commands() -> None:
    """The first block of the README is ``make run`` and ``make test``, and the Makefile has both."""
    language, text = next(snippets(ROOT / "README.md"))
    commands = [line.split("#")[0].strip() for line in text.splitlines()]
    assert (language, commands) == ("sh", ["make run", "make test"])
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "\nrun:" in makefile
    assert "\ntest:" in makefile


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Relative links of a page name files that exist."""
    assert [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs" / "quickstart.md"], ids=lambda page: page.name)
def test_pages_are_plain(page: Path) -> None:
    """Pages are ASCII and end with one newline."""
    text = page.read_text(encoding="utf-8")
    assert text.isascii()
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_the_schema_reference_is_that_of_the_schema() -> None:
    """docs/scenario.md is what `viralsim schema --markdown` prints: a changed key cannot leave it behind."""
    done = CliRunner().invoke(main, ["schema", "--markdown"])
    assert done.exit_code == 0, done.output
    assert (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8") == done.output, "run: make reference"


def test_the_schema_reference_names_every_key() -> None:
    """Each property of each block of the schema is in a table row."""
    from viralsim.scenario.spec import Spec

    schema = Spec.model_json_schema()
    page = (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8")
    for block in (schema, *schema["$defs"].values()):
        for key, field in block.get("properties", {}).items():
            assert f"| `{key}` | {field.get('description', '')}".replace("|", "").strip() in page.replace("|", ""), key
