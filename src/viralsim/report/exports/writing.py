"""One name for every export: which one is told by the ending of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from viralsim.atomic import atomic_path
from viralsim.errors import InputError
from viralsim.report.exports.client_brief import ClientBrief, client_brief
from viralsim.report.exports.pdf import write_pdf
from viralsim.report.exports.slides import write_slides
from viralsim.report.exports.workbook import write_workbook
from viralsim.results import Result

FORMATS: Mapping[str, Callable[[ClientBrief, Path], None]] = {
    ".pdf": write_pdf,
    ".pptx": write_slides,
    ".xlsx": write_workbook,
}


def write_export(result: Result, path: str | Path) -> Path:
    """Write the client's part of a result as PDF, PowerPoint or Excel, by the ending of ``path``, whole or not at all.

    Raises: InputError for another ending, where what it needs is not installed, or where it cannot be written.
    """
    target = Path(path)
    write = FORMATS.get(target.suffix.lower())
    if write is None:
        raise InputError(f"{target}: must end in one of {', '.join(FORMATS)}")
    brief = client_brief(result)
    try:
        with atomic_path(target) as made:
            write(brief, made)
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({error.strerror}): choose another file") from None
    return target
