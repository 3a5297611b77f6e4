"""Bytes of text files, plain or gzip-compressed, with a clear word where they are none."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from viralsim.errors import NetworkError

MOST_COMPRESSION = 400  # text of edges shrinks 3 to 20 times; a bomb 1000 times
CHUNK = 1 << 24


def read_bytes(path: Path) -> bytes:
    """The text of a file, decompressed where its first bytes say gzip. ``NetworkError`` where it is no text."""
    if not path.exists():
        raise NetworkError(f"{path}: there is no such file; check the path")
    if not path.is_file():
        raise NetworkError(f"{path}: is no file")
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        data = _decompressed(path) if packed else path.read_bytes()
    except PermissionError:
        raise NetworkError(f"{path}: may not be read; change its permissions") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise NetworkError(f"{path}: the compressed file is truncated or damaged ({error}); fetch it again") from None
    if not data.strip():
        raise NetworkError(f"{path}: the file is empty; it needs a row an edge (or a member)")
    head = data[: 1 << 16]
    if b"\0" in head:
        raise NetworkError(f"{path}: binary data, no text; known are csv, tsv, txt, graphml, npz, npy and .gz of text")
    try:
        # the cut may split a character
        head[: head.rfind(b"\n") + 1 or len(head)].decode("utf-8")
    except UnicodeDecodeError:
        raise NetworkError(f"{path}: the text is not UTF-8; save it as UTF-8") from None
    return data[3:] if data.startswith(b"\xef\xbb\xbf") else data


def _decompressed(path: Path) -> bytes:
    """The content of a .gz file; refused where it grows as no text does."""
    allowed = max(1 << 26, MOST_COMPRESSION * path.stat().st_size)
    parts, size = [], 0
    with gzip.open(path) as file:
        while part := file.read(CHUNK):
            parts.append(part)
            size += len(part)
            if size > allowed:
                raise NetworkError(
                    f"{path}: unpacks to over {allowed:,} bytes, as no edge list does; unpack it yourself"
                )
    return b"".join(parts)
