"""Files that are there whole or not at all: written beside their place, put on the disk, then renamed."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from viralsim.errors import InputError


@contextmanager
def atomic_path(path: str | Path, remedy: str = "make room, run again") -> Iterator[Path]:
    """A path to write to; where the block ends well, what was written there is on the disk and takes the place of ``path``.

    Else ``path`` is as it was. A link keeps pointing to its file, and what is no file (a pipe, a device such as ``/dev/stdout``)
    gets the bytes and is not replaced.

    Raises: InputError with ``remedy`` where the disk does not take it, or where ``path`` is a folder or in one that is not there.
    """
    target = Path(path)
    special = target.exists() and not target.is_file()
    real = Path(os.path.realpath(target))
    place = Path(tempfile.gettempdir()) / target.name if special else real
    building = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        if target.is_dir():
            raise InputError(f"{path} is a folder: name a file")
        yield building
        if special:
            with building.open("rb") as made, target.open("wb") as stream:
                shutil.copyfileobj(made, stream)
            return
        flush(building)
        if real.exists():
            shutil.copymode(real, building)
        os.replace(building, real)
        flush(real.parent)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error}): {remedy}") from error
    finally:
        with suppress(OSError):
            building.unlink()


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    if path.is_dir() and not hasattr(os, "O_DIRECTORY"):  # Windows opens no folders, and keeps their names itself
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)  # Windows flushes what is open for writing
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: str | Path, text: str, remedy: str = "make room, run again") -> None:
    """Write a text file whole or not at all; its ends of line are as in ``text``."""
    with atomic_path(path, remedy) as building:
        building.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: str | Path, said: Any) -> None:
    """Write JSON whole or not at all."""
    write_text(path, json.dumps(said, indent=1, allow_nan=False) + "\n")
