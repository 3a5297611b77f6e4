"""``viralsim report``: a stored result or sweep as one HTML page that opens without a network."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command(help="Write one offline HTML page from a stored result or a sweep.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("-o", "--out", "file", type=click.Path(path_type=Path), help="The page; DIR.html beside DIR by default.")
@click.option(
    "--trees/--no-trees",
    default=None,
    help="Run three worlds again to draw their cascade trees; by default up to 200,000 members. Not for a sweep.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def report(folder: Path, file: Path | None, trees: bool | None, as_json: bool) -> None:
    """Open, draw, write; the stored folder is not changed."""
    target = file if file is not None else folder.resolve().with_name(f"{folder.resolve().name}.html")
    # a folder holds a run or a sweep, never both
    is_sweep = (folder / "sweep.json").is_file() and not (folder / "manifest.json").is_file()
    written = _sweep(folder, target, trees) if is_sweep else _result(folder, target, trees)
    size = written.stat().st_size
    if as_json:
        click.echo(json.dumps({"page": str(written), "bytes": size}))
    else:
        click.echo(f"{written} ({size / 1000:,.0f} kB)")


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
