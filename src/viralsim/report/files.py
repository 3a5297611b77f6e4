"""The page on disk: written beside its place, then renamed, so that no reader ever meets half a page."""

from __future__ import annotations

from pathlib import Path

from viralsim.atomic import write_text
from viralsim.report.run_page import page
from viralsim.results import Result


def write_page(result: Result, path: str | Path, folder: str | Path = "", trees: bool | None = None) -> Path:
    """Write the page of a result to ``path``, whole or not at all.

    ``folder`` is where the result is stored, ``trees`` whether worlds are run again to draw them: see ``page``.

    Raises: InputError where it cannot be written.
    """
    return write_whole(page(result, str(folder), trees), path)


def write_whole(text: str, path: str | Path) -> Path:
    """Write the text of a page to ``path``, whole or not at all; InputError where it cannot be written."""
    write_text(path, text, "choose another file")
    return Path(path)
