"""The page of a result: what it says, what it never holds, and that it is written whole."""

from __future__ import annotations

import html
import re
import shlex
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from counting import calls

from tests.synthetic_result import synthetic_result
from viralsim.cli import main
from viralsim.errors import InputError
from viralsim.report import page, write_page
from viralsim.results import open_result
from viralsim.scenario import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="module")
def text() -> str:
    return page(synthetic_result(worlds=400, about="Is it worth it?"), "results/spring")


class _Reader(HTMLParser):
    """Gathers tags, ids and unclosed elements."""

    VOID = frozenset({"meta", "br", "hr", "link", "img", "input", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed(text: str) -> None:
    """Every element is closed where it was opened, every id is there once, every reference has its id."""
    reader = _Reader()
    reader.feed(text)
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    wanted = {
        word.removeprefix("#")
        for name, value in reader.attributes
        if name in ("href", "aria-labelledby")
        for word in value.split()
    }
    assert wanted <= set(reader.ids)


def test_nothing_is_fetched_and_nothing_runs(text: str) -> None:
    """No address, no script, no picture from elsewhere; the policy in the page forbids them as well."""
    assert "default-src 'none'" in text.replace("&#x27;", "'")
    assert not re.search(r"(?i)https?://|<script|<link|<img|<iframe|javascript:|@import|url\((?!#)", text)


def test_the_answer_comes_first(text: str) -> None:
    """Question, then the verdict with its interval, then the arms, then the pictures, then what is assumed."""
    places = [
        text.index(words)
        for words in (
            "Is it worth it?",
            "95 % interval",
            "The options side by side",
            "Pictures</h2>",
            "What is assumed",
        )
    ]
    assert places == sorted(places)


def test_each_picture_has_words_and_numbers(text: str) -> None:
    """A picture is named and described for who does not see it, and a table holds its numbers."""
    figures = re.findall(r"<figure.*?</figure>", text, re.S)
    assert len(figures) >= 4
    for figure in figures:
        assert 'role="img"' in figure
        assert len(re.search(r"<desc[^>]*>(.*?)</desc>", figure, re.S)[1]) > 40
        assert "<details>" in figure
        assert figure.count("<tr>") >= 2


def test_foreign_names_stay_text() -> None:
    """Markup in the name of a scenario is shown, not obeyed."""
    hostile = page(synthetic_result(worlds=50, scenario_name='<script>alert(1)</script>"', about="<b>&</b>"))
    assert "<script" not in hostile
    assert "&lt;script&gt;alert(1)" in hostile


def test_the_same_result_gives_the_same_page() -> None:
    """No date, no chance: two pages of one result are equal byte for byte."""
    result = synthetic_result(worlds=60)
    assert page(result) == page(result)


def test_a_page_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """Nothing else is left in the folder; where it cannot be written the error says what to do."""
    result = synthetic_result(worlds=50)
    target = write_page(result, tmp_path / "page.html")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    assert target.read_text(encoding="utf-8").endswith("</html>\n")
    with pytest.raises(InputError, match="choose another file"):
        write_page(result, tmp_path / "no such folder" / "page.html")
    with pytest.raises(InputError, match="is a folder"):
        write_page(result, tmp_path)


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    """``viralsim report DIR`` writes DIR.html beside it; a folder that holds no result is the user's mistake."""
    synthetic_result(worlds=50).save(tmp_path / "spring")
    done = CliRunner().invoke(main, ["report", str(tmp_path / "spring")])
    assert (done.exit_code, done.stderr) == (0, "")
    assert "viralsim run" in (tmp_path / "spring.html").read_text(encoding="utf-8")
    wrong = CliRunner().invoke(main, ["report", str(tmp_path)])
    assert wrong.exit_code == 2


def _command_in(text: str) -> list[list[str]]:
    found = re.search(r'<pre[^>]*aria-label="Command">(.*?)</pre>', text, re.S)
    assert found
    return [shlex.split(html.unescape(line)) for line in found[1].splitlines()]


@pytest.mark.parametrize("file", ["advocates_vs_paid.yaml", "real_network.yaml"])
def test_the_printed_command_gives_the_same_worlds(file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page says runs the result again does: changes by --set and --arm included, files of the scenario too."""
    shutil.copytree(SCENARIOS, tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    first = ["run", f"scenarios/{file}", "--worlds", "3", "--seed", "5", "--set", "content.teaser.half_life=10h"]
    arms = list(load(f"scenarios/{file}").arm_names)
    if file.startswith("real"):
        first = first[:6]
    asked = [*first, "--arm", arms[1], "--threads", "1", "--out", "out"]
    assert CliRunner().invoke(main, asked).exit_code == 0
    stored = open_result("out")
    for words in _command_in(page(stored, "out", trees=False)):
        if words[0] == "cp":
            shutil.copy(*words[1:])
        else:
            assert words[0] == "viralsim"
            done = CliRunner().invoke(main, [*words[1:], "--threads", "1", "--out", "again"])
            assert done.exit_code == 0, done.output
    assert list(stored.arms) == [arms[1]]
    assert open_result("again").arms == stored.arms


@pytest.mark.slow
def test_four_arms_and_a_thousand_worlds_make_a_page_at_once(tmp_path: Path) -> None:
    """The command, trees included, calls fewer functions than a second of Python has, and the page is under 3 MB."""
    runner, folder = CliRunner(), str(tmp_path / "r")
    ran = ["run", str(SCENARIOS / "advocates_vs_paid.yaml"), "--worlds", "1000", "--out", folder]
    assert runner.invoke(main, ran).exit_code == 0
    said: list[int] = []
    assert calls(lambda: said.append(runner.invoke(main, ["report", folder]).exit_code)) < 1_000_000
    assert said == [0]
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert 'id="trees"' in text
    assert len(text.encode()) < 3_000_000
