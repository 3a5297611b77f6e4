"""``viralsim archive``: pack a finished sweep or a result for publication, or check such a pack."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command(help="Pack a finished folder into one zip for publication; of a zip, check that it is whole.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The zip; <folder>.zip by default.")
@click.option(
    "--author", "authors", multiple=True, metavar="'FAMILY, GIVEN'", help="For CITATION.cff; may be repeated."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def archive(folder: Path, out: Path | None, authors: tuple[str, ...], as_json: bool) -> None:
    """Pack or check, and say what was done."""
    from viralsim.experiments.archive import archive as pack
    from viralsim.experiments.archive import check_archive

    if folder.is_file():
        count = check_archive(folder)
        click.echo(json.dumps({"archive": str(folder), "files": count, "whole": True}) if as_json
                   else f"{folder} is whole: {count} files have their sums")  # fmt: skip
        return
    found = pack(folder, out, authors=authors)
    if as_json:
        said = {"archive": str(found.path), "files": list(found.files), "bytes": found.bytes, "sha256": found.sha256}
        click.echo(json.dumps({**said, "notes": list(found.notes)}))
        return
    click.echo(f"{found.path}: {len(found.files)} files, {found.bytes:,} bytes, SHA-256 {found.sha256}")
    for note in found.notes:
        click.echo(note, err=True)
