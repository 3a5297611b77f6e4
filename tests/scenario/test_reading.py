"""YAML: nothing is silently changed, dropped or expanded; what is hostile is refused at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from counting import calls
from hypothesis import given
from hypothesis import strategies as st
from texts import SMALL, small, told

from viralsim.errors import ScenarioError
from viralsim.scenario import load, loads
from viralsim.scenario.reading import MOST_NODES, read_yaml, scalar, write_yaml

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
MOST_CALLS = 30 * MOST_NODES  # of functions: what the largest scenario that is read costs


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e3", 1000.0), ("010", 10), ("20:00", "20:00"), ("1:30", "1:30"), ("no", "no"),
        ("on", "on"), ("2026-01-01", "2026-01-01"),
        ("true", True), ("~", None), ("", None), (".5", 0.5), ("1_000", "1_000"), ("-3", -3), ("0x10", "0x10"),
    ],
)  # fmt: skip
def test_plain_words_mean_what_they_look_like(text: str, value: object) -> None:
    """The traps of YAML 1.1 are closed: dates, base 60, octal, no and yes stay text; 1e3 is a number."""
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


@given(PLAIN)
def test_what_is_written_is_read_back(data: object) -> None:
    """write_yaml then read_yaml gives the same data, whatever its words look like."""
    assert read_yaml(write_yaml({"data": data})).data == {"data": data}


def test_lines_are_those_of_the_keys() -> None:
    """Each place of the document has the line on which its key or item is."""
    document = read_yaml("a: 1\nb:\n  - {c: 2}\n  -\n    d: 3\n")
    assert document.lines[("a",)] == 1
    assert document.lines[("b",)] == 2
    assert document.lines[("b", 0, "c")] == 3
    assert document.lines[("b", 1, "d")] == 5
    assert document.line(("b", 1, "missing")) == 5


def test_a_duplicate_key_is_an_error_with_both_lines() -> None:
    """A key that appears twice is refused with the line of the second and of the first, beside all other errors."""
    found = told(small("visibility: 0.3", "visibility: 3\n    visibility: 4"))
    assert "s.yaml:8: channels.forum.visibility: duplicate key, first on line 7: keep one" in found
    assert any("must be <= 1, got 4" in line for line in found)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &x [1]\nb: *x\n", "s.yaml:2: alias *x is not taken"),
        ("a: !!python/object:os.system x\n", "s.yaml:1: tag"),
        ("a: 1\n---\nb: 2\n", "s.yaml:2: a second document"),
        ("? [a]\n: 1\n", "s.yaml:1: a key must be a word"),
        ("a: [1, 2\n", "is not valid YAML"),
        ("a: 1\n b: 2\n", "s.yaml:2: is not valid YAML"),
        ("a: \x00\n", "is not valid YAML"),
        ("", "must be a mapping of keys"),
        ("- 1\n", "must be a mapping of keys"),
        ("[" * 5000, "nested more than 40 deep"),
        ("a: " + "9" * 5000, "unknown key"),
    ],
)
def test_what_is_no_scenario_is_refused_in_words(text: str, says: str) -> None:
    """Aliases, tags, several documents, broken YAML and deep nesting are refused with their line."""
    assert any(says in line for line in told(text)), told(text)


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 31))


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "name: " + "x" * 10_000_000,
        "a: [" + "1," * 400_000 + "]",
        small("members: 1000", "members: 1e12"),
        "{" * 100_000,
    ],
    ids=["aliases 30 deep", "10 MB", "many values", "1e12 members", "deep"],
)
def test_what_is_hostile_is_refused_at_once(text: str, tmp_path: Path) -> None:
    """A bomb of aliases, 10 MB, a million values, 1e12 members: refused with the file's name, long before all of it is read."""
    file = tmp_path / "s.yaml"
    file.write_text(text)

    def refused() -> None:
        with pytest.raises(ScenarioError, match=r"s\.yaml"):
            load(file)

    assert calls(refused) < MOST_CALLS


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """A missing file, a folder and bytes that are not UTF-8 give a message, not a traceback."""
    with pytest.raises(ScenarioError, match="cannot be read"):
        load(tmp_path / "none.yaml")
    with pytest.raises(ScenarioError, match="cannot be read"):
        load(tmp_path)
    with pytest.raises(ScenarioError, match="cannot be read"):
        load("nul\0.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"a: 1\nb: \xe9\n")
    with pytest.raises(ScenarioError, match=r"latin\.yaml:2: is not UTF-8"):
        load(tmp_path / "latin.yaml")
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbf" + SMALL.encode())
    assert load(tmp_path / "bom.yaml").name == "Small"


def test_known_keys_are_listed_once() -> None:
    """A file of another kind has many unknown keys; one list is enough."""
    with pytest.raises(ScenarioError) as caught:
        loads("title: a\nminutes: 5\nglossary: x\n")
    unknown = [str(problem) for problem in caught.value.problems if "unknown key" in problem.message]
    assert len(unknown) == 3
    assert sum("known are" in sentence for sentence in unknown) == 1
