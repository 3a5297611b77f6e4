"""``viralsim report``: a stored result or sweep as one HTML page that opens without a network."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command(
    help="Write a stored result or a sweep as one offline HTML page; a result as PDF, PowerPoint or Excel too."
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    "file",
    type=click.Path(path_type=Path),
    help="The page, DIR.html by default; an export by its ending .pdf, .pptx or .xlsx.",
)
@click.option(
    "--pdf", "formats", flag_value=".pdf", multiple=True, help="Two pages for a client, DIR.pdf; needs chromium."
)
@click.option("--pptx", "formats", flag_value=".pptx", multiple=True, help="Slides, DIR.pptx; needs python-pptx.")
@click.option("--xlsx", "formats", flag_value=".xlsx", multiple=True, help="A workbook, DIR.xlsx; needs openpyxl.")
@click.option(
    "--trees/--no-trees",
    default=None,
    help="Run three worlds again to draw their cascade trees; by default up to 200,000 members. Not for a sweep.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def report(folder: Path, file: Path | None, formats: tuple[str, ...], trees: bool | None, as_json: bool) -> None:
    """Open, draw, write; the stored folder is not changed."""
    from viralsim.report.exports import FORMATS

    whole = folder.resolve()
    beside = whole.with_name(f"{whole.name}.html")
    exports = [
        (file if file is not None and file.suffix.lower() in FORMATS else beside).with_suffix(one) for one in formats
    ]
    if file is not None and file.suffix.lower() in FORMATS:
        exports = list(dict.fromkeys([file, *exports]))
    if exports:
        _exports(folder, exports, as_json)
        return
    target = file if file is not None else beside
    # a folder holds a run or a sweep, never both
    is_sweep = (folder / "sweep.json").is_file() and not (folder / "manifest.json").is_file()
    written = _sweep(folder, target, trees) if is_sweep else _result(folder, target, trees)
    size = written.stat().st_size
    if as_json:
        click.echo(json.dumps({"page": str(written), "bytes": size}))
    else:
        click.echo(f"{written} ({size / 1000:,.0f} kB)")


def _exports(folder: Path, targets: list[Path], as_json: bool) -> None:
    """Write what was asked for, and say where it is."""
    from viralsim.report.exports import write_export
    from viralsim.results import open_result

    result = open_result(folder)
    written = [write_export(result, target) for target in targets]
    if as_json:
        click.echo(json.dumps({"exports": [{"file": str(one), "bytes": one.stat().st_size} for one in written]}))
        return
    for one in written:
        click.echo(f"{one} ({one.stat().st_size / 1000:,.0f} kB)")


def _result(folder: Path, target: Path, trees: bool | None) -> Path:
    from viralsim.report import write_page
    from viralsim.results import open_result

    return write_page(open_result(folder), target, folder, trees)


def _sweep(folder: Path, target: Path, trees: bool | None) -> Path:
    from viralsim.errors import InputError
    from viralsim.report.files import write_whole
    from viralsim.report.sweep_page import sweep_page

    if trees:
        raise InputError(f"{folder} holds a sweep: cascade trees are drawn of a run, leave --trees out")
    return write_whole(sweep_page(folder), target)
