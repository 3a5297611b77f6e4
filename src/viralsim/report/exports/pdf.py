"""Two pages of A4, laid out as HTML and printed by the browser engine of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from viralsim.errors import InputError
from viralsim.measurement.first_screen import MOST_TURNS
from viralsim.report.action_plan import ActionPlan
from viralsim.report.charts.svg import inline
from viralsim.report.exports.client_brief import ClientBrief, Rows, without_keys
from viralsim.report.markup import Markup, element, table, void
from viralsim.report.page_frame import bullets, terms
from viralsim.report.theme import style_sheet

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
LONGEST_S = 120
MOST_ON_PAPER = 5  # advocates
MOST_WEEKS = 5  # of the manager
ROWS_OF_SECOND, FEWEST_ASSUMPTIONS = 17, 2  # rows of tables on the second page
# every page is one sheet: what does not fit is cut, so lists are short
_PRINT = """
@page{size:A4;margin:0}
html{color-scheme:light}
body{font-size:12.5px;line-height:1.4}
main{max-width:none;margin:0;padding:0}
.sheet{width:210mm;height:296mm;padding:12mm 14mm;overflow:hidden;break-after:page;display:flex;flex-direction:column}
.sheet>div{flex:1;min-height:0;overflow:hidden}
.sheet:last-child{break-after:auto}
.sheet h1{font-size:21px}.sheet h2{font-size:14px;margin:14px 0 4px;padding-top:6px}
.sheet table{font-size:11px}.sheet :is(th,td){padding:2px 7px}
.sheet .words table{min-width:0}.sheet .verdict{margin:8px 0;padding:8px 12px}.sheet .verdict .lead{font-size:15px}
.sheet figure{margin:6px 0}.sheet footer{padding-top:2mm;font-size:10px}
.sheet .words td{white-space:normal;overflow-wrap:break-word;text-align:left}.sheet .words th{text-align:left}
"""


def write_pdf(brief: ClientBrief, path: Path) -> None:
    """Print the two pages; InputError where there is no browser engine or it does not print."""
    engine = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if engine is None:
        raise InputError(
            "a PDF is printed by a browser engine, and none was found: install chromium, or open the HTML page and print it"
        )
    with tempfile.TemporaryDirectory(prefix="viralsim-pdf-", ignore_cleanup_errors=True) as folder:
        page, made = Path(folder) / "brief.html", Path(folder) / "brief.pdf"
        page.write_text(two_pages(brief), encoding="utf-8")
        command = [engine, "--headless", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={folder}/profile"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # chromium refuses its sandbox to the superuser; the page is our own
        try:
            subprocess.run(
                [*command, f"--print-to-pdf={made}", page.as_uri()], capture_output=True, timeout=LONGEST_S, check=True
            )
        except (subprocess.SubprocessError, OSError) as error:
            raise InputError(f"{engine} did not print the PDF ({error}): open the HTML page and print it") from None
        if not made.is_file():
            raise InputError(f"{engine} did not print the PDF: open the HTML page and print it")
        shutil.copyfile(made, path)


def two_pages(brief: ClientBrief) -> str:
    """The two sheets as one HTML document."""
    head = element(
        "head",
        void("meta", charset="utf-8"),
        element("title", brief.title),
        element("style", Markup(style_sheet() + _PRINT)),
    )
    body = element("body", element("main", _first(brief), _second(brief)))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _first(brief: ClientBrief) -> Markup:
    lead, *more = brief.lines
    parts = [
        element("h1", brief.question),
        element(
            "div",
            element("p", lead.text, class_="lead"),
            terms([(line.label, line.text) for line in more]),
            class_="verdict",
        ),
        element("h2", "The options"),
        _table(brief.options, "The options"),
        *_picture(brief, 0),
        *_steps(brief),
    ]
    return _sheet(parts, brief, 1)


def _second(brief: ClientBrief) -> Markup:
    parts: list[Markup] = list(_to_do(brief))
    if brief.costs and not parts:
        parts += [element("h2", "What it costs"), _words(brief.costs, "What it costs")]
    if brief.assumptions:
        used = 0 if brief.plan is None else sum(len(rows) for _, rows in _tables(brief.plan))
        most = max(FEWEST_ASSUMPTIONS, ROWS_OF_SECOND - used) + 1
        rows = without_keys(brief.assumptions)[:most]
        parts += [element("h2", "What it rests on, the strongest first"), _words(rows, "Assumptions")]
    if more := brief.turns[MOST_TURNS:]:  # the others are on the first page
        parts += [element("h2", "What else would overturn it"), *bullets(more[:2])]
    if brief.doubts:
        parts += [element("h2", "How to read this"), *bullets(brief.doubts[:3])]
    return _sheet(parts, brief, 2)


def _steps(brief: ClientBrief) -> list[Markup]:
    if brief.plan is None or not brief.plan.steps:
        return []
    title = brief.plan.titles.steps
    return [element("h2", title), _words(brief.plan.steps, title)]


def _to_do(brief: ClientBrief) -> Iterator[Markup]:
    """Advocates and risks; as many advocates as leave room for what comes after."""
    plan = brief.plan
    if plan is None:
        return
    for title, rows in _tables(plan):
        yield element("h2", title)
        yield _words(rows, title)
        if rows[0][0] == "advocate":
            yield element("p", plan.note, class_="quiet")


def _tables(plan: ActionPlan) -> list[tuple[str, Rows]]:
    """Title and rows of the tables of the second page, those that have rows."""
    titles = plan.titles
    found = [
        (titles.people, plan.people[: MOST_ON_PAPER + 1]),
        (titles.manager, plan.manager[: MOST_WEEKS + 1]),
        (titles.risks, plan.risks if len(plan.risks) > 1 else []),
    ]
    return [(title, rows) for title, rows in found if rows]


def _sheet(parts: list[Markup], brief: ClientBrief, page: int) -> Markup:
    foot = element("footer", f"{brief.title}, page {page} of 2. {brief.made}", class_="quiet")
    return element("section", element("div", *parts), foot, class_="sheet")


def _table(rows: Rows, label: str) -> Markup:
    head, *body = rows
    return table(head, body, label)


def _words(rows: Rows, label: str) -> Markup:
    """A table of words, which break and begin at the left."""
    return element("div", _table(rows, label), class_="words")


def _picture(brief: ClientBrief, place: int) -> list[Markup]:
    if len(brief.pictures) <= place:
        return []
    picture = brief.pictures[place]
    return [
        element("h2", picture.title),
        element("figure", inline(picture.chart, picture.key, picture.title, picture.description)),
        element("p", picture.caption, class_="quiet"),
    ]
