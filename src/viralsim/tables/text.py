"""A file as text: compression and encoding are found, and what is no table is refused by name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

from viralsim.errors import InputError

MOST_BYTES = 1 << 28  # of a table of people or posts; networks have a reader of their own
SAVE_AS_CSV = "save it as CSV (UTF-8) and name that file"
# What files begin with that are no tables, and the way out.
NOT_A_TABLE: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", SAVE_AS_CSV),
    (b"%PDF", "a PDF", "export the table as CSV"),
    (b"PAR1", "a Parquet file", "write it as CSV"),
    (b"SQLite format 3", "an SQLite database", "export the table as CSV"),
    (b"\x89PNG", "a picture", "name a CSV file"),
    (b"\xff\xd8\xff", "a picture", "name a CSV file"),
    (b"\x80\x04", "a Python pickle, which is never read", "write it as CSV"),
    (b"\x80\x05", "a Python pickle, which is never read", "write it as CSV"),
)
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
    for start, what, remedy in NOT_A_TABLE:
        if data.startswith(start):
            raise InputError(f"{path} is {what}: {remedy}")
    text = _decoded(path, data)
    if not markup and text.lstrip()[:15].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise InputError(f"{path} is a web page or XML, not a table: {SAVE_AS_CSV}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unpacked(path: Path, data: bytes) -> bytes:
    for start, opener in OPENERS:
        if data.startswith(start):
            with opener(path, "rb") as file:
                return _at_most(path, file)
    if not data.startswith(b"PK\x03\x04"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        names = [name for name in packed.namelist() if not name.endswith("/") and "__MACOSX" not in name]
        if any(name in ("[Content_Types].xml", "mimetype") for name in names):
            raise InputError(f"{path} is a workbook: {SAVE_AS_CSV}")
        if len(names) != 1:
            raise InputError(f"{path} holds {len(names)} files: unpack it and name one")
        with packed.open(names[0]) as file:
            return _at_most(path, file)


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
