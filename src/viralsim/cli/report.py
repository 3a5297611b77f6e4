"""``viralsim report``: a stored result as one HTML page that opens without a network."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command(help="Write one offline HTML page from a stored result.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("-o", "--out", "file", type=click.Path(path_type=Path), help="The page; DIR.html beside DIR by default.")
@click.option(
    "--trees/--no-trees",
    default=None,
    help="Run three worlds again to draw their cascade trees; by default up to 200,000 members.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def report(folder: Path, file: Path | None, trees: bool | None, as_json: bool) -> None:
    """Open, draw, write; the stored folder is not changed."""
    from viralsim.report import write_page
    from viralsim.results import open_result

    result = open_result(folder)
    target = file if file is not None else folder.resolve().with_name(f"{folder.resolve().name}.html")
    written = write_page(result, target, folder, trees)
    size = written.stat().st_size
    if as_json:
        click.echo(json.dumps({"page": str(written), "bytes": size}))
    else:
        click.echo(f"{written} ({size / 1000:,.0f} kB)")
