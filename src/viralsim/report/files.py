"""The page on disk: written beside its place, then renamed, so that no reader ever meets half a page."""

from __future__ import annotations

import os
from pathlib import Path

from viralsim.errors import InputError
from viralsim.report.document import page
from viralsim.results import Result


def write_page(result: Result, path: str | Path, folder: str | Path = "", trees: bool | None = None) -> Path:
    """Write the page of a result to ``path``, whole or not at all.

    ``folder`` is where the result is stored, ``trees`` whether worlds are run again to draw them: see ``page``.

    Raises: InputError where it cannot be written.
    """
    return write_whole(page(result, str(folder), trees), path)


def write_whole(text: str, path: str | Path) -> Path:
    """Write the text of a page to ``path``, whole or not at all; InputError where it cannot be written."""
    target = Path(path)
    building = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.is_dir():
            raise InputError(f"{target} is a folder: name a file for the page")
        with building.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        building.replace(target)
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({error.strerror or error}): choose another file") from error
    finally:
        building.unlink(missing_ok=True)
    return target
