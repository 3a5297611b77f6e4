"""The page: the answer first, then the pictures, then how it was made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from viralsim.measurement.number_format import number
from viralsim.measurement.turning.sentences import turning
from viralsim.report.action_plan import action_plan
from viralsim.report.arms_table import arms_table, criteria
from viralsim.report.charts.gallery import pictures
from viralsim.report.charts.pictures import as_figure
from viralsim.report.charts.worlds import ranges
from viralsim.report.exports.client_brief import ranked_assumptions
from viralsim.report.markup import Markup, element, joined, table
from viralsim.report.page_frame import (
    CALIBRATION_KINDS,
    assumed,
    breakable,
    bullets,
    closed_page,
    frame,
    pictures_section,
    terms,
    whole_scenario,
)
from viralsim.report.rerun import commands
from viralsim.results import Result
from viralsim.units import counted

OPEN_PICTURES = 1  # beside the ranges above; the others are folded
MOST_ASSUMPTIONS_OPEN = 4
MOST_PEOPLE_OPEN = 5


def page(result: Result, folder: str = "", trees: bool | None = None) -> str:
    """The whole page as HTML text; ``folder`` is where the result is stored, for the command that runs it again.

    ``trees``: run three worlds again to draw their cascade trees, where none are kept in ``folder``; by default for
    audiences up to 200,000 members.
    """
    return closed_page(
        f"{result.scenario_name}: report",
        [
            *_answer(result),
            *pictures_section(*pictures(result, folder, trees), OPEN_PICTURES),
            *_ranked(result),
            *assumed(result.assumptions, result.calibrated),
            *_making(result, folder),
        ],
    )


def _answer(result: Result) -> list[Markup]:
    """The first page: question, verdict, arms side by side, doubts."""
    first, *more = result.first_screen
    verdict = element(
        "section",
        element("p", first.text, class_="lead"),
        terms([(part.label, part.text) for part in more]),
        class_="verdict",
        aria_label="Verdict",
    )
    parts = [
        element("h1", result.scenario_name),
        *([element("p", result.about.strip(), class_="about")] if result.about.strip() else []),
        element("p", element("span", CALIBRATION_KINDS[result.calibrated], class_="stamp")),
        verdict,
        element("p", _stamp(result), class_="quiet"),
        element("h2", "The options side by side"),
        as_figure(ranges(result)),
        element("div", arms_table(result), class_="arms"),
        element("p", "Small: 95 % interval of the mean or of the chance. " + _criteria_text(result), class_="quiet"),
    ]
    parts += _to_do(result)
    rest = [text for text in result.verdict.sentences if text not in (first.text, *result.verdict.caveats)]
    if rest:
        parts.append(
            element("details", element("summary", "Every pair of options, and the verdict on all"), *bullets(rest))
        )
    turns = turning(result, result.verdict.overturned_by)
    if turns:
        parts += [element("h2", "What would overturn it"), *bullets(turns)]
    doubts = dict.fromkeys((*result.verdict.caveats, *result.all_warnings))
    if doubts:
        parts += [element("h2", "How to read this"), *bullets(doubts)]
    return parts


def _to_do(result: Result) -> list[Markup]:
    """What to do and when, who the advocates are, what to watch for."""
    plan = action_plan(result)
    if plan is None:
        return []
    tables = (plan.steps, plan.people, plan.manager, plan.risks if len(plan.risks) > 1 else [])
    parts: list[Markup] = []
    for title, rows in zip(plan.titles, tables, strict=True):
        if rows:
            most = MOST_PEOPLE_OPEN if rows is plan.people else len(rows)
            parts += [element("h2", title), _words(rows[0], rows[1 : most + 1], title)]
            if more := rows[most + 1 :]:
                folded = element("summary", f"{len(more)} more advocates")
                parts.append(element("details", folded, _words(rows[0], more, f"{title}: more")))
        if rows is plan.people and plan.note:
            parts.append(element("p", plan.note, class_="quiet"))
    return parts


def _words(head: Sequence[str], rows: Iterable[Sequence[str]], title: str) -> Markup:
    return element("div", table(head, rows, title), class_="words")


def _ranked(result: Result) -> list[Markup]:
    """The assumptions that move the answer most, where that was looked for."""
    rows = ranked_assumptions(result) if result.moves else []
    if not rows:
        return []
    title = "What it rests on, the strongest first"
    found = [
        [words if words == key else joined([words, element("small", breakable(key))]), *rest]
        for words, key, *rest in rows[1:]
    ]
    head = [rows[0][0], *rows[0][2:]]
    first, more = found[:MOST_ASSUMPTIONS_OPEN], found[MOST_ASSUMPTIONS_OPEN:]
    parts = [element("h2", title), _words(head, first, title)]
    if more:
        folded = element("summary", f"{len(more)} more that move the answer less")
        parts.append(element("details", folded, _words(head, more, f"{title}: more")))
    return parts


def _stamp(result: Result) -> str:
    population = result.population
    worlds = "1 simulation" if result.world_count == 1 else f"{result.world_count:,} simulations"
    groups = counted(population.communities, "community")
    follows = ", ".join(f"{count:,} follows on {channel}" for channel, count in population.follows.items())
    audiences = f"{population.count} audiences" if population.count > 1 else "one audience"
    stopped = "; stopped early, these are the simulations that were finished" if result.interrupted else ""
    return f"{worlds} of {audiences}: {population.members:,} members in {groups}, {follows}{stopped}"


def _criteria_text(result: Result) -> str:
    found = criteria(result)
    return f"{'; '.join(found)}." if found else ""


def _making(result: Result, folder: str) -> list[Markup]:
    """How it was made: seed, versions, commands, the scenario itself."""
    folded = element("summary", "Seed, versions, and the command that runs it again")
    made = element("details", folded, terms(_facts(result)), *_again(result, folder))
    parts = [element("h2", "How it was made"), made]
    if result.vital_signs:
        signs = element("summary", "Vital signs of the scenario")
        parts.append(element("details", signs, *bullets(result.vital_signs)))
    return [*parts, *whole_scenario(result.scenario_yaml)]


def _facts(result: Result) -> list[tuple[str, str]]:
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    return [
        ("seed", str(result.seed)),
        ("simulations", f"{result.world_count:,}, the same for every arm"),
        ("tick", f"{number(result.tick_hours)} h"),
        ("fingerprint", result.fingerprint),
        ("versions", versions),
        ("scenario file", result.scenario_file),
    ]


def _again(result: Result, folder: str) -> list[Markup]:
    lines, note = commands(result, folder)
    copied = frame("\n".join(lines), "Command")
    return [*([element("p", "To run it again:"), copied] if lines else []), element("p", note, class_="quiet")]
