"""What every page has around and between its pictures: the closed document, lists, terms, assumptions, contents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from viralsim.measurement.number_format import number
from viralsim.report.charts.pictures import Picture, as_figure
from viralsim.report.markup import Markup, element, joined, readable, table, void
from viralsim.report.theme import style_sheet

# nothing is fetched, nothing runs: the page is text, style and drawings
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
CALIBRATION_KINDS = {True: "calibrated on observed campaigns", False: "what-if, not calibrated on observed campaigns"}


def closed_page(title: str, parts: Iterable[Markup]) -> str:
    """The whole document as HTML text, with its policy and style; ``parts`` are what is on it."""
    head = element(
        "head",
        void("meta", charset="utf-8"),
        void("meta", http_equiv="Content-Security-Policy", content=POLICY),
        void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        void("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", Markup(style_sheet())),
    )
    body = element("body", element("main", *parts))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def bullets(lines: Iterable[str]) -> list[Markup]:
    """Lines as a list; nothing where there are none."""
    found = [element("li", line) for line in lines]
    return [element("ul", *found)] if found else []


def terms(pairs: Iterable[tuple[str, str]]) -> Markup:
    """Terms and their descriptions; those without one are left out."""
    return element("dl", *(joined([element("dt", name), element("dd", text)]) for name, text in pairs if text))


def frame(text: str, label: str) -> Markup:
    """Text as it is, in a frame of its own that scrolls and that the keyboard reaches."""
    return element("pre", text, tabindex="0", role="region", aria_label=label)


OPEN_PICTURES = 3  # the others are folded: a page that a meeting reads is short


def pictures_section(found: Sequence[Picture], missing: Iterable[str], opened: int = OPEN_PICTURES) -> list[Markup]:
    """The pictures under their contents, then why others are missing."""
    links = [element("a", picture.short or picture.title, href=f"#{picture.key}") for picture in found]
    words = [element("p", text, class_="quiet") for text in missing]
    # a blank between links, where a line may break
    contents = element("nav", *(text for link in links for text in (link, " ")), aria_label="Pictures")
    first, more = found[:opened], found[opened:]
    folded = element("summary", f"{len(more)} more pictures")
    rest = [element("details", folded, *map(as_figure, more))] if more else []
    return [element("h2", "Pictures", class_="pictures"), contents, *map(as_figure, first), *rest, *words]


def assumed(assumptions: Sequence[tuple[str, object, str]], calibrated: bool) -> list[Markup]:
    """What decides and was not measured, with its sources, and whether anything was fitted."""
    parts = [element("h2", "What is assumed")]
    if assumptions:
        rows = [[breakable(path), _in_words(value), source] for path, value, source in assumptions]
        listed = table(["path in the scenario", "value", "source"], rows, "What is assumed")
        said = f"All {len(rows)} values that nobody measured here, with their sources"
        parts.append(element("details", element("summary", said), element("div", listed, class_="words")))
    else:
        parts.append(element("p", "The scenario leaves no value to a default or a preset."))
    return [*parts, element("p", _calibration_text(calibrated))]


def whole_scenario(text: str) -> list[Markup]:
    """The scenario's YAML, folded."""
    if not text.strip():
        return []
    summary = element("summary", "The scenario, whole")
    return [element("details", summary, frame(text, "The scenario, whole"), class_="whole")]


def _calibration_text(calibrated: bool) -> str:
    if calibrated:
        return "The parameters were fitted to observed campaigns."
    return (
        "Nothing here is fitted to observed campaigns. Compare the arms with each other; "
        "do not read a number of one arm as a forecast."
    )


def breakable(path: str) -> Markup:
    """A dotted path that may break after a dot or an underline, and nowhere else where it fits."""
    words = re.split(r"(?<=[._])", readable(path))
    return joined(text for word in words for text in (word, Markup("<wbr>")))


def _in_words(value: object) -> str:
    """A value as a reader writes it: mappings as "key value", lists with commas; long ones cut."""
    if isinstance(value, Mapping):
        text = ", ".join(f"{key} {_in_words(item)}" for key, item in value.items())
    elif isinstance(value, list | tuple):
        text = ", ".join(_in_words(item) for item in value)
    else:
        text = number(float(value)) if isinstance(value, float) else str(value)
    text = readable(text)
    return text if len(text) <= 120 else f"{text[:119]}…"
