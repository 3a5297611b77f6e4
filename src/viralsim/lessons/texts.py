"""Every text that a class reads, in the languages that there are: English in the sources, any other in ``locale/CODE.po``.

A third language is one file more. Catalogues are gettext's, read by Babel; ``python -m viralsim.lessons.texts`` brings those of
``locale/`` up to date with the sources, which needs a checkout.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path

from viralsim.errors import InputError
from viralsim.lessons import Lesson
from viralsim.lessons.real import course

ENGLISH = "en"
MARKS = ("t", "h", "say", "marked", "noted")  # the functions whose first argument is a text
HEAD = (
    "# Texts of the lessons and of a class; python -m viralsim.lessons.texts brings them up to date with the sources."
)


@cache
def languages() -> dict[str, str]:
    """Code of each language -> its own name for itself, English first. Needs Babel, which comes with the app."""
    from babel import Locale

    codes = [one.name.removesuffix(".po") for one in files(__package__).joinpath("locale").iterdir()
             if one.name.endswith(".po")]  # fmt: skip
    return {code: str(Locale.parse(code).get_display_name()) for code in (ENGLISH, *sorted(codes))}


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """English text -> the language's; nothing for English itself. InputError lists the languages that there are."""
    from babel.messages.pofile import read_po

    if language not in languages():
        raise InputError(f"no language {language!r}: choose one of {', '.join(languages())}")
    if language == ENGLISH:
        return {}
    text = files(__package__).joinpath("locale", f"{language}.po").read_text(encoding="utf-8")
    return {str(one.id): str(one.string) for one in read_po(io.StringIO(text)) if one.id}


@dataclass(frozen=True)
class Say:
    """``say(text, **values)``: a text in a language, its ``{name}`` filled; numbers as that language writes them."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, text: str, **values: str | float) -> str:
        """The text, said."""
        said = self.texts.get(text, text)
        for name, value in values.items():
            said = said.replace("{" + name + "}", value if isinstance(value, str) else self.number(value))
        return said

    def number(self, value: float) -> str:
        """A number with the language's marks of thousands and of decimals."""
        from babel.numbers import format_decimal

        return str(format_decimal(value, locale=self.language, decimal_quantization=False))


def speaker(language: str) -> Say:
    """The voice of a language."""
    return Say(language, catalogue(language))


def preferred(asked: str, accepted: str) -> str:
    """The language asked for, or the first that a browser accepts (its Accept-Language header), or English."""
    wishes = [asked, *(part.split(";")[0].strip() for part in accepted.split(","))]
    return next((code for wish in wishes if (code := wish.lower().split("-")[0]) in languages()), ENGLISH)


def marked(text: str, tag: str = "span", more: str = "") -> str:
    """An element of HTML whose words a page's script puts into the page's language."""
    return f"<{tag} data-text{' ' + more if more else ''}>{escape(text)}</{tag}>"


def noted(text: str) -> str:
    """The same text, which is translated elsewhere: so the catalogue knows it."""
    return text


def spoken(arm: str) -> str:
    """The name of an arm as a person says it."""
    return arm.replace("_", " ")


def texts_of_lessons() -> Iterator[str]:
    """Every text of every lesson, names of arms included."""
    for one in course():
        yield from (one.title, one.question, one.prediction, one.surprise, one.teacher)
        yield from (one.slider.label, one.drawn, one.predict.ask)
        for word, meaning in one.glossary.items():
            yield from (word, meaning)
        if isinstance(one, Lesson):
            yield from map(spoken, (*one.measure.of, *one.scenario().arm_names))


def texts_of_sources(source: Path | None = None) -> Iterator[str]:
    """Every text that the app's scripts and modules mark by one of ``MARKS``; none may be inside an f-string of Python."""
    from babel.messages.extract import extract_from_dir

    home = source or Path(__file__).parents[1] / "app"
    kinds = [("**.js", "javascript"), ("**.py", "python")]
    options = {"**.js": {"parse_template_string": "true"}}
    for _, _, message, _, _ in extract_from_dir(home, kinds, options, keywords=dict.fromkeys(MARKS)):
        yield message if isinstance(message, str) else message[0]


def every_text() -> tuple[str, ...]:
    """All texts, each once, in the order in which they are met."""
    return tuple(dict.fromkeys([*texts_of_lessons(), *texts_of_sources()]))


def update(folder: Path) -> list[Path]:
    """Bring the catalogues of a folder up to date: new texts come in empty, those that are gone leave. Returns the files."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po, write_po

    found = sorted(folder.glob("*.po"))
    for path in found:
        with path.open("rb") as text:
            known = {str(one.id): str(one.string) for one in read_po(text) if one.id}
        fresh = Catalog(path.stem, header_comment=HEAD, project="viralsim", fuzzy=False)
        for message in every_text():
            fresh.add(message, known.get(message, ""))
        with path.open("wb") as out:
            write_po(out, fresh, width=120)
    return found


if __name__ == "__main__":
    for path in update(Path(__file__).parent / "locale"):
        print(path)
