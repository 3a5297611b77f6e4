"""The catalogues of what a class reads: nothing is missing in any language, and a third language is a file."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from viralsim.errors import InputError
from viralsim.lessons import lesson, texts
from viralsim.lessons.texts import catalogue, every_text, languages, preferred, speaker, update

FOLDER = Path(texts.__file__).parent / "locale"
OTHERS = sorted(path.stem for path in FOLDER.glob("*.po"))
BRACES = re.compile(r"\{\w+\}")


def test_there_are_english_and_german() -> None:
    """Each by its own name; English needs no file."""
    assert languages() == {"en": "English", **{code: languages()[code] for code in OTHERS}}
    assert languages()["de"] == "Deutsch"
    assert catalogue("en") == {}
    with pytest.raises(InputError, match="no language 'xx': choose one of en, de"):
        catalogue("xx")


@pytest.mark.parametrize("code", OTHERS)
def test_no_text_is_missing(code: str) -> None:
    """Every text of the sources has one in each language, with the same places for values; none is left over."""
    known = catalogue(code)
    assert [text for text in every_text() if not known.get(text)] == []
    assert sorted(set(known) - set(every_text())) == []
    wrong = [text for text, said in known.items() if sorted(BRACES.findall(text)) != sorted(BRACES.findall(said))]
    assert wrong == []


def test_texts_are_found_where_they_are_marked() -> None:
    """In a lesson's file, in a script, inside its template strings, and in a module."""
    found = set(every_text())
    assert {lesson("luck").surprise, "next try", "what a tap does", "3. What surprised me", "best followed"} <= found


def test_words_are_those_of_a_class() -> None:
    """No launch, world, tick, median or interval, no member and no arm, in what pupils read."""
    teachers = {lesson(key).teacher for key in ("luck", "threshold_at_one")} | {lesson("luck").glossary["typical"]}
    words = re.compile(
        r"\b(launch\w*|worlds?|ticks?|medians?|intervals?|members?|arms?|cohort|he|his|him)\b", re.IGNORECASE
    )
    assert [text for text in every_text() if words.search(text) and text not in teachers] == []


def test_a_language_is_brought_up_to_date(tmp_path: Path) -> None:
    """New texts come in empty, old ones leave, and what is translated stays."""
    shutil.copy(FOLDER / "de.po", tmp_path)
    path = tmp_path / "de.po"
    text = path.read_text(encoding="utf-8").replace('msgid "next try"', 'msgid "gone"')
    path.write_text(text, encoding="utf-8")
    assert update(tmp_path) == [path]
    with path.open("rb") as file:
        known = {one.id: one.string for one in read_po(file) if one.id}
    assert known["next try"] == ""
    assert "gone" not in known
    assert {key: said for key, said in known.items() if said} == {
        key: said for key, said in catalogue("de").items() if key != "next try"
    }


@pytest.mark.parametrize(
    ("asked", "accepted", "found"),
    [("de", "en", "de"), ("", "fr, de-AT;q=0.8, en;q=0.5", "de"), ("", "fr", "en"), ("xx", "", "en"), ("DE", "", "de")],
)
def test_the_address_chooses_then_the_browser(asked: str, accepted: str, found: str) -> None:
    assert preferred(asked, accepted) == found


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_asked_a_language_is_found(asked: str, accepted: str) -> None:
    assert preferred(asked, accepted) in languages()


def test_values_are_put_in() -> None:
    assert speaker("de")("try {number}", number=3) == "Versuch 3"
    assert speaker("en")("try {number}", number=3) == "try 3"
    numbers = 1234567, 0.25, 24.0, 0.0005
    assert [speaker("de").number(one) for one in numbers] == ["1.234.567", "0,25", "24", "0,0005"]
    assert [speaker("en").number(one) for one in numbers] == ["1,234,567", "0.25", "24", "0.0005"]
