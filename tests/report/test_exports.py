"""The client's part as PDF, PowerPoint and Excel: read back, it says what the result says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from synthetic_result import synthetic_result

from viralsim.cli import main
from viralsim.errors import InputError
from viralsim.records.record import Goal
from viralsim.report.exports import pdf as pdf_export
from viralsim.report.exports import write_export
from viralsim.report.exports.client_brief import client_brief
from viralsim.report.exports.pdf import two_pages
from viralsim.results import Result


@pytest.fixture(scope="module")
def result() -> Result:
    return synthetic_result(goal=Goal("conversions", 20.0))


def test_a_workbook_holds_the_answer_and_every_mean(result: Result, tmp_path: Path) -> None:
    """Read back: the sentence, a row per arm and measure with the stored mean, a row per simulation."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(write_export(result, tmp_path / "a.xlsx"))
    said = [cell.value for row in book["Answer"].iter_rows() for cell in row]
    assert result.first_screen[0].text in said
    rows = {(row[0], row[1]): row[2] for row in book["Measures"].iter_rows(min_row=2, values_only=True)}
    for arm, measures in result.summaries.items():
        assert rows[arm, "conversions"] == pytest.approx(measures["conversions"].mean)
    head, *worlds = book["Simulations"].iter_rows(values_only=True)
    assert len(worlds) == result.world_count * len(result.arms)
    arm, world = worlds[5][:2]
    assert worlds[5][head.index("shares")] == pytest.approx(float(result.arms[arm].measures["shares"][world]))


def test_text_of_a_workbook_is_never_a_formula(tmp_path: Path) -> None:
    """A scenario whose name begins like a formula is text in the sheet."""
    openpyxl = pytest.importorskip("openpyxl")
    from dataclasses import replace

    evil = replace(synthetic_result(), scenario_name='=HYPERLINK("http://evil")')
    book = openpyxl.load_workbook(write_export(evil, tmp_path / "a.xlsx"))
    assert book["Answer"]["A1"].value == '=HYPERLINK("http://evil")'
    assert book["Answer"]["A1"].data_type == "s"


def test_slides_hold_the_answer_the_options_and_a_picture(result: Result, tmp_path: Path) -> None:
    """Read back: the first slide has question and answer, the second a row per arm and the ranges as a picture."""
    pptx = pytest.importorskip("pptx")
    deck = pptx.Presentation(str(write_export(result, tmp_path / "a.pptx")))
    texts = [[shape.text_frame.text for shape in slide.shapes if shape.has_text_frame] for slide in deck.slides]
    assert result.first_screen[0].text in texts[0]
    tables = [shape.table for shape in deck.slides[1].shapes if shape.has_table]
    assert [row.cells[0].text for row in tables[0].rows] == ["campaign", *result.arms]
    assert any(shape.shape_type == 13 for shape in deck.slides[1].shapes)  # a picture
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height


def test_a_pdf_has_two_pages(result: Result, tmp_path: Path) -> None:
    """Printed by the browser engine: two pages; the page it is printed from says the answer and every arm."""
    if not any(shutil.which(name) for name in pdf_export.BROWSERS):
        pytest.skip("no PDF test: there is no chromium (apt-get install chromium)")
    made = write_export(result, tmp_path / "a.pdf").read_bytes()
    assert made.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", made)) == 2
    text = two_pages(client_brief(result))
    assert all(f">{arm}<" in text for arm in result.arms)


def test_without_a_browser_engine_a_pdf_is_refused(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence with the remedy, and no file."""
    monkeypatch.setattr(pdf_export.shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="install chromium"):
        write_export(result, tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.docx", "a", "a.html"])
def test_other_endings_are_refused(result: Result, tmp_path: Path, name: str) -> None:
    """What no export is written as is said with what is."""
    with pytest.raises(InputError, match=r"must end in one of \.pdf, \.pptx, \.xlsx"):
        write_export(result, tmp_path / name)


def test_the_command_writes_by_ending_or_option(result: Result, tmp_path: Path) -> None:
    """``-o FILE.xlsx`` and ``--xlsx`` write the same sheets; what is asked for together is written together."""
    result.save(tmp_path / "run")
    runner = CliRunner()
    assert runner.invoke(main, ["report", str(tmp_path / "run"), "-o", str(tmp_path / "b.xlsx")]).exit_code == 0
    done = runner.invoke(main, ["report", str(tmp_path / "run"), "--xlsx", "--pptx"])
    assert done.exit_code == 0, done.output
    assert {"b.xlsx", "run.xlsx", "run.pptx"} <= {path.name for path in tmp_path.iterdir()}
    assert not (tmp_path / "run.html").exists()
