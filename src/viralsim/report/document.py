"""The page: the answer first, then the pictures, then how it was made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from viralsim.measurement.wording import number
from viralsim.report.again import commands
from viralsim.report.facts import lead_sentences
from viralsim.report.gallery import pictures
from viralsim.report.markup import Markup, element, joined, readable, table, void
from viralsim.report.pictures import as_figure
from viralsim.report.side_by_side import arms_table, criteria
from viralsim.report.theme import style_sheet
from viralsim.results import Result

# nothing is fetched, nothing runs: the page is text, style and drawings
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
CALIBRATION_KINDS = {True: "calibrated on observed campaigns", False: "what-if, not calibrated on observed campaigns"}


def page(result: Result, folder: str = "", trees: bool | None = None) -> str:
    """The whole page as HTML text; ``folder`` is where the result is stored, for the command that runs it again.

    ``trees``: run three worlds again to draw their cascade trees, where none are kept in ``folder``; by default for
    audiences up to 200,000 members.
    """
    head = element(
        "head",
        void("meta", charset="utf-8"),
        void("meta", http_equiv="Content-Security-Policy", content=POLICY),
        void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        void("meta", name="referrer", content="no-referrer"),
        element("title", f"{result.scenario_name}: report"),
        element("style", Markup(style_sheet())),
    )
    body = element(
        "body", element("main", *_answer(result), *_pictures(result, folder, trees), *_making(result, folder))
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _answer(result: Result) -> list[Markup]:
    """The first page: question, verdict, arms side by side, doubts."""
    first, more = lead_sentences(result)
    verdict = element(
        "section",
        element("p", first, class_="lead"),
        *_list(more),
        class_="verdict",
        aria_label="Verdict",
    )
    parts = [
        element("h1", result.scenario_name),
        *([element("p", result.about.strip(), class_="about")] if result.about.strip() else []),
        element("p", _stamp(result), class_="quiet"),
        element("p", element("span", CALIBRATION_KINDS[result.calibrated], class_="stamp")),
        verdict,
        element("h2", "Arms side by side"),
        arms_table(result),
        element("p", "Small: 95 % interval of the mean or of the chance. " + _criteria_text(result), class_="quiet"),
    ]
    rest = [text for text in result.verdict.sentences if text not in (first, *more, *result.verdict.caveats)]
    if rest:
        parts.append(element("details", element("summary", "Every pair of arms in words"), *_list(rest)))
    if result.verdict.overturned_by:
        parts += [element("h2", "What would overturn it"), *_list(result.verdict.overturned_by)]
    doubts = dict.fromkeys((*result.verdict.caveats, *result.all_warnings))
    if doubts:
        parts += [element("h2", "Read it so"), *_list(doubts)]
    return parts


def _stamp(result: Result) -> str:
    population = result.population
    worlds = "1 world" if result.world_count == 1 else f"{result.world_count:,} worlds"
    groups = "1 community" if population.communities == 1 else f"{population.communities:,} communities"
    follows = ", ".join(f"{count:,} follows on {channel}" for channel, count in population.follows.items())
    audiences = f"{population.count} audiences" if population.count > 1 else "one audience"
    stopped = "; stopped early, these are the worlds that were finished" if result.interrupted else ""
    return f"{worlds} of {audiences}: {population.members:,} members in {groups}, {follows}{stopped}"


def _criteria_text(result: Result) -> str:
    found = criteria(result)
    return f"{'; '.join(found)}." if found else ""


def _pictures(result: Result, folder: str, trees: bool | None) -> list[Markup]:
    found, missing = pictures(result, folder, trees)
    words = [element("p", text, class_="quiet") for text in missing]
    links = [element("a", picture.short or picture.title, href=f"#{picture.key}") for picture in found]
    contents = element("nav", *_spaced(links), aria_label="Pictures")
    return [element("h2", "Pictures", class_="pictures"), contents, *map(as_figure, found), *words]


def _spaced(parts: list[Markup]) -> list[str]:
    """Parts with a blank between them, where a line may break."""
    return [text for part in parts for text in (part, " ")]


def _making(result: Result, folder: str) -> list[Markup]:
    """How it was made: assumptions, what is not calibrated, seed, versions, commands, the scenario itself."""
    parts = [element("h2", "What is assumed")]
    if result.assumptions:
        rows = [[_breakable(path), _in_words(value), source] for path, value, source in result.assumptions]
        listed = table(["path in the scenario", "value", "source"], rows, "What is assumed")
        parts.append(element("div", listed, class_="words"))
    else:
        parts.append(element("p", "The scenario leaves no value to a default or a preset."))
    parts += [
        element("p", _calibration_text(result)),
        element("h2", "How it was made"),
        element("dl", *_terms(_facts(result))),
        *_again(result, folder),
    ]
    if result.vital_signs:
        parts.append(element("details", element("summary", "Vital signs of the scenario"), *_list(result.vital_signs)))
    if result.scenario_yaml.strip():
        whole = element("pre", result.scenario_yaml, tabindex="0", role="region", aria_label="The scenario, whole")
        parts.append(element("details", element("summary", "The scenario, whole"), whole, class_="whole"))
    return parts


def _calibration_text(result: Result) -> str:
    if result.calibrated:
        return "The parameters were fitted to observed campaigns."
    return (
        "Nothing here is fitted to observed campaigns. Compare the arms with each other; "
        "do not read a number of one arm as a forecast."
    )


def _facts(result: Result) -> list[tuple[str, str]]:
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    found = [
        ("seed", str(result.seed)),
        ("worlds", f"{result.world_count:,}, the same for every arm"),
        ("tick", f"{number(result.tick_hours)} h"),
        ("fingerprint", result.fingerprint),
        ("versions", versions),
        ("scenario file", result.scenario_file),
    ]
    return [(name, text) for name, text in found if text]


def _terms(pairs: Iterable[tuple[str, str]]) -> list[Markup]:
    """Terms and their descriptions, for a ``dl``."""
    return [joined([element("dt", name), element("dd", text)]) for name, text in pairs]


def _again(result: Result, folder: str) -> list[Markup]:
    lines, note = commands(result, folder)
    copied = element("pre", "\n".join(lines), tabindex="0", role="region", aria_label="Command")
    return [*([element("p", "To run it again:"), copied] if lines else []), element("p", note, class_="quiet")]


def _breakable(path: str) -> Markup:
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


def _list(lines: Iterable[str]) -> list[Markup]:
    found = [element("li", line) for line in lines]
    return [element("ul", *found)] if found else []
