"""Slides: the answer, the options, what to do and when, who the advocates are, what it rests on, what would change it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from viralsim.errors import InputError
from viralsim.report.action_plan import ActionPlan
from viralsim.report.exports.client_brief import ClientBrief, Rows, without_keys

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

WIDE_INCHES, HIGH_INCHES, MARGIN_INCHES = 13.333, 7.5, 0.6
TITLE_POINTS, LEAD_POINTS, TEXT_POINTS, TABLE_POINTS = 28, 20, 14, 12
MOST_WEEKS = 12  # of the manager, on one slide
BLANK = 6  # the number of the empty layout in the default template


def write_slides(brief: ClientBrief, path: Path) -> None:
    """Write the slides; InputError where python-pptx is not installed."""
    try:
        from pptx import Presentation
        from pptx.util import Inches
    except ImportError:
        raise InputError("PowerPoint needs python-pptx: pip install 'viralsim[office]'") from None
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDE_INCHES), Inches(HIGH_INCHES)
    _answer(deck, brief)
    _options(deck, brief)
    if brief.plan is not None:
        _plan(deck, brief.plan)
    if brief.assumptions:
        _table(
            _slide(deck, "What it rests on, the strongest first"),
            without_keys(brief.assumptions),
            1.3,
            (3.6, 1.1, 2.9, 4.5),
        )
    if brief.turns or brief.doubts:
        slide = _slide(deck, "What would overturn it, and how to read it")
        _text(slide, [*brief.turns, *brief.doubts], 1.3, 5.4, TEXT_POINTS, bullets=True)
    for slide in deck.slides:
        _text(slide, [brief.made], 6.95, 0.4, 10)
    deck.save(str(path))


def _slide(deck: Presentation, title: str) -> Slide:
    slide: Slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
    _text(slide, [title], 0.4, 0.8, TITLE_POINTS, bold=True)
    return slide


def _answer(deck: Presentation, brief: ClientBrief) -> None:
    slide = _slide(deck, brief.question)
    lead, *more = brief.lines
    _text(slide, [lead.text], 1.5, 1.3, LEAD_POINTS, bold=True)
    _text(slide, [f"{line.label}: {line.text}" for line in more], 2.9, 3.9, TEXT_POINTS)


def _options(deck: Presentation, brief: ClientBrief) -> None:
    from pptx.util import Inches

    slide = _slide(deck, "The options")
    _table(slide, brief.options, 1.3)
    if brief.pictures:
        from viralsim.report.charts.matplotlib_figure import draw

        drawing = io.BytesIO(draw(brief.pictures[0])._repr_png_())
        top = 1.6 + 0.4 * len(brief.options)
        slide.shapes.add_picture(drawing, Inches(MARGIN_INCHES), Inches(top), height=Inches(max(1.5, 6.8 - top)))


def _plan(deck: Presentation, plan: ActionPlan) -> None:
    """Three slides: the steps with the risks, the manager's weeks, and the advocates."""
    slide = _slide(deck, plan.titles.steps)
    if plan.steps:
        _table(slide, plan.steps, 1.3, (6.6, 3.8, 1.7))
    if len(plan.risks) > 1:
        _table(slide, plan.risks, 1.8 + 0.4 * len(plan.steps), (3.6, 2.2, 6.3))
    if plan.manager:
        slide = _slide(deck, plan.titles.manager)
        _table(slide, plan.manager[: MOST_WEEKS + 1], 1.3, (2.4, 1.8, 7.9))
    if plan.people:
        slide = _slide(deck, plan.titles.people)
        _text(slide, [plan.note], 1.1, 0.6, TEXT_POINTS)  # above the rows, whose height the program sets
        _table(slide, plan.people, 1.9, (1.7, 2.2, 1.1, 1.0, 5.1, 1.0))


def _text(
    slide: Slide, lines: list[str], top: float, height: float, points: int, bold: bool = False, bullets: bool = False
) -> None:
    """A box of text as wide as the slide, a paragraph per line."""
    from pptx.util import Inches, Pt

    wide = WIDE_INCHES - 2.0 * MARGIN_INCHES
    frame = slide.shapes.add_textbox(Inches(MARGIN_INCHES), Inches(top), Inches(wide), Inches(height)).text_frame
    frame.word_wrap = True
    for i, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.text = f"• {line}" if bullets else line
        paragraph.font.size, paragraph.font.bold = Pt(points), bold
        paragraph.space_after = Pt(6)


def _table(slide: Slide, rows: Rows, top: float, widths: tuple[float, ...] = ()) -> None:
    from pptx.util import Inches, Pt

    wide = WIDE_INCHES - 2.0 * MARGIN_INCHES
    shape = slide.shapes.add_table(
        len(rows), len(rows[0]), Inches(MARGIN_INCHES), Inches(top), Inches(wide), Inches(0.4 * len(rows))
    )
    for i, inches in enumerate(widths):
        shape.table.columns[i].width = Inches(inches)
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            cell = shape.table.cell(r, c)
            cell.text = text
            for paragraph in cell.text_frame.paragraphs:
                paragraph.font.size = Pt(TABLE_POINTS)
