"""A workbook: the answer, the options, every measure with its interval, costs, assumptions, and each simulation."""

from __future__ import annotations

from math import ceil, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viralsim.errors import InputError
from viralsim.report.exports.client_brief import ClientBrief
from viralsim.results import Result

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MOST_SIMULATIONS = 100_000  # rows of single simulations; a sheet holds a million
WIDEST = 80  # characters of a column
LINE_POINTS = 15  # height of a line


def write_workbook(brief: ClientBrief, path: Path) -> None:
    """Write the workbook; InputError where openpyxl is not installed."""
    try:
        from openpyxl import Workbook
    except ImportError:
        raise InputError("Excel needs openpyxl: pip install 'viralsim[office]'") from None
    book = Workbook()
    answer = [[brief.title], [brief.question], [], *([line.label, line.text] for line in brief.lines), [], [brief.made]]
    sheets: dict[str, list[list[Any]]] = {
        "Answer": answer,
        "Options": [list(row) for row in brief.options],
        **_plan(brief),
        "Measures": _measures(brief.result),
        "Costs": _costs(brief.result),
        "Assumptions": [list(row) for row in brief.assumptions],
        "Doubts": [[text] for text in (*brief.turns, *brief.doubts)],
        "Simulations": _simulations(brief.result),
    }
    for title, rows in sheets.items():
        if rows:
            _fill(book.active if title == "Answer" else book.create_sheet(title), title, rows)
    book.save(path)


def _plan(brief: ClientBrief) -> dict[str, list[list[Any]]]:
    """The sheets of what to do, whom to ask, and what to watch for; none where there is no plan."""
    if brief.plan is None:
        return {}
    found = {
        "Plan": brief.plan.steps,
        "Advocates": brief.plan.people,
        "Manager": brief.plan.manager,
        "Risks": brief.plan.risks,
    }
    return {title: [list(row) for row in rows] for title, rows in found.items()}


def _fill(sheet: Worksheet, title: str, rows: list[list[Any]]) -> None:
    """Rows into a sheet: text as text, never as a formula; the head stays in sight."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.title = title
    for r, row in enumerate(rows, 1):
        for c, value in enumerate(row, 1):
            cell = sheet.cell(r, c, value if not isinstance(value, float) or isfinite(value) else None)
            if isinstance(value, str):
                cell.data_type = "s"
                if len(row) > 1:  # what stands alone in its row may run over the columns beside it
                    cell.alignment = Alignment(wrap_text=True, vertical="top")
            if r == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0  # printed as wide as a page
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for c in range(1, max(len(row) for row in rows) + 1):
        longest = max((len(str(row[c - 1])) for row in rows[:200] if len(row) >= max(c, 2)), default=WIDEST)
        sheet.column_dimensions[get_column_letter(c)].width = min(WIDEST, longest + 2)
    for r, row in enumerate(rows, 1):  # programs do not make room for wrapped text by themselves
        most = max((len(text) for text in row if isinstance(text, str)), default=0) if len(row) > 1 else 0
        if most > WIDEST:
            sheet.row_dimensions[r].height = LINE_POINTS * ceil(1.1 * most / WIDEST)


def _measures(result: Result) -> list[list[Any]]:
    head = ["campaign", "measure", "mean", "95 % from", "95 % to", "5 % below", "typical", "5 % above"]
    rows = [
        [arm, name, *map(float, (s.mean, s.ci_low, s.ci_high, s.p05, s.p50, s.p95))]
        for arm, found in result.summaries.items()
        for name, s in found.items()
    ]
    return [head, *rows]


def _costs(result: Result) -> list[list[Any]]:
    lines = [[arm, line, float(usd.mean())] for arm, ran in result.arms.items() for line, usd in ran.cost_lines.items()]
    return [["campaign", "line", result.currency], *lines] if lines else []


def _simulations(result: Result) -> list[list[Any]]:
    """A row per campaign and simulation, up to ``MOST_SIMULATIONS``."""
    names = list(next(iter(result.arms.values())).measures)
    each = max(1, MOST_SIMULATIONS // len(result.arms))
    rows = [
        [arm, world, *(float(column[world]) for column in columns)]
        for arm, ran in result.arms.items()
        for columns in [[ran.measures[name] for name in names]]
        for world in range(min(each, ran.worlds))
    ]
    return [["campaign", "simulation", *names], *rows]
