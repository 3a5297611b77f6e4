"""``viralsim lessons``: what lessons there are, and all of them as a folder that needs no install."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(help="List the lessons, or write them as a folder of web pages that opens without an install.")
@click.option("--static", "folder", type=click.Path(path_type=Path), help="Folder to write: HTML, CSS and JavaScript.")
def lessons(folder: Path | None) -> None:
    """Print the lessons, or write the folder and say what it holds."""
    from viralsim.lessons.real import course

    if folder is None:
        for one in course():
            click.echo(f"{one.order:>2}. {one.title} ({one.minutes} minutes): {one.question}")
        return
    from viralsim.app.lesson.static_folder import write

    def progress(done: int, total: int) -> None:
        if done < total:
            click.echo(f"lesson {done + 1} of {total}", err=True)

    written = write(folder, progress=progress)
    size = sum(path.stat().st_size for path in written)
    click.echo(f"{folder}: {len(written)} files, {size / 1e6:.1f} MB; open {folder / 'index.html'}")
