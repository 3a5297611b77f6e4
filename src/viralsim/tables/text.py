"""A file as text: compression and encoding are found, and what is no table is refused by name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from viralsim.errors import InputError
from viralsim.tables.other_kinds import SAVE_AS_CSV, kind_of_bytes, kind_of_text

MOST_BYTES = 1 << 28  # of a table of people or posts; networks have a reader of their own
MOST_NAMED = 5  # files of an archive, in a message
# What damaged, locked and unknown archives raise.
DAMAGED = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError)
OPENERS = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open))


# Hardly ever beside each other in Windows-1252.
_IN_UTF_8 = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")


def read_text(path: Path, markup: bool = False) -> str:
    """The text of a table, line ends as ``\\n``; ``markup`` lets XML pass.

    Raises: InputError for a file that is not there, too large, damaged, or no text.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder: name a CSV file")
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path} is larger than {MOST_BYTES >> 20} MB: a table of people or posts is smaller")
        data = _unpacked(path, path.read_bytes())
    except InputError:
        raise
    except DAMAGED as error:
        raise InputError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    _refuse(path, kind_of_bytes(data))
    text = _decoded(path, data)
    _refuse(path, None if markup else kind_of_text(text))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refuse(path: Path, found: tuple[str, str] | None) -> None:
    if found is not None:
        raise InputError(f"{path} is {found[0]}: {found[1]}")


def _unpacked(path: Path, data: bytes) -> bytes:
    for start, opener in OPENERS:
        if data.startswith(start):
            with opener(path, "rb") as file:
                return _at_most(path, file)
    if not data.startswith(b"PK\x03\x04"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        names = [name for name in packed.namelist() if not name.endswith("/") and "__MACOSX" not in name]
        if is_workbook(names):
            raise InputError(f"{path} is a workbook: {SAVE_AS_CSV}")
        if len(names) != 1:
            listed = ", ".join(names[:MOST_NAMED]) + ", ..." * (len(names) > MOST_NAMED)
            raise InputError(f"{path} holds {len(names)} files ({listed}): unpack it and name one")
        with packed.open(names[0]) as file:
            return _at_most(path, file)


def is_workbook(names: Iterable[str]) -> bool:
    """Whether an archive of these files is a workbook: of Excel, of LibreOffice, or of Numbers."""
    return any(name in ("[Content_Types].xml", "mimetype") or name.endswith(".iwa") for name in names)


def _at_most(path: Path, file: Any) -> bytes:
    data: bytes = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InputError(f"{path} unpacks to more than {MOST_BYTES >> 20} MB: a table of people or posts is smaller")
    return data


def _decoded(path: Path, data: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with or without one, else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif data[:200].count(0) > len(data[:200]) // 4:
        encodings = ["utf-16-le" if data[1:2] == b"\x00" else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            if encoding == "utf-8-sig" and _IN_UTF_8.search(data):
                line = data.count(b"\n", 0, error.start) + 1
                raise InputError(
                    f"{path}:{line}: is in another encoding than the rest of the file: save it as UTF-8"
                ) from None
            continue
        if "\x00" in text:
            break
        return text
    raise InputError(f"{path} is no text: {SAVE_AS_CSV}")
