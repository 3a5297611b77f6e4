"""Whether a file is still what was written: sums of files, and JSON that carries a sum of itself."""

from __future__ import annotations

import hashlib
import json
import mmap
import struct
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from viralsim.atomic import write_text
from viralsim.errors import InputError, ViralsimWarning

# what the standard library says of a zip that is damaged; RuntimeError: it says that it is encrypted, or packed in an unknown way
DAMAGED_ZIP = (
    *(OSError, KeyError, ValueError, IndexError, EOFError, RuntimeError, MemoryError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, struct.error),
)
CHECKSUM = "checksum"  # the key of a JSON object that holds the sum of all the others


def file_sum(path: Path) -> str:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        return f"{path.stat().st_size}:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def quick_sum(path: Path) -> str:
    """Size and CRC-32 of a file: for gigabytes that are checked whenever they are opened. It finds accidents, not intent."""
    size = path.stat().st_size
    if not size:
        return "0:00000000"
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return f"{size}:{zlib.crc32(content):08x}"


def sealed(said: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object with the sum of what it says."""
    plain = json.loads(json.dumps(said))
    return {**plain, CHECKSUM: _sum(plain)}


def write_sealed(path: str | Path, said: Mapping[str, Any]) -> None:
    """Write a JSON object with its sum, whole or not at all."""
    write_text(path, json.dumps(sealed(said), indent=1) + "\n")


def read_sealed(path: Path, remedy: str, error: type[InputError] = InputError) -> tuple[dict[str, Any], bool]:
    """What ``write_sealed`` wrote, without the sum, and whether there was one: earlier versions wrote none.

    Raises: ``error`` with the remedy where the file cannot be read, is no JSON object, or has changed.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as cause:
        reason = getattr(cause, "strerror", None) or "no JSON"
        raise error(f"{path} cannot be read ({reason}): {remedy}") from None
    if not isinstance(found, dict):
        raise error(f"{path} is no JSON object: {remedy}")
    expected = found.pop(CHECKSUM, None)
    if expected is not None and expected != _sum(found):
        raise error(f"{path} has changed since it was written: {remedy}")
    return found, expected is not None


def warn_without_sum(path: Path) -> None:
    """Say that a file of an earlier version is taken as it is."""
    said = f"{path} is of a version that kept no checksums: that it is still what was written cannot be told"
    warnings.warn(said, ViralsimWarning, stacklevel=3)


def _sum(plain: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:32]
