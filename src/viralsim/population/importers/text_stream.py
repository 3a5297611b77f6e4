"""Text files, plain or gzip-compressed, whole or in blocks, with a clear word where they are none."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from viralsim.errors import NetworkError

MOST_COMPRESSION = 400  # text of edges shrinks 3 to 20 times; a bomb 1000 times
CHUNK = 1 << 24
HEAD = 1 << 16  # what is looked at to tell text from other things
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
Report = Callable[[str, int, int], None]  # called with what is being done, how much of it is done, and of how much


class _Unpacked(io.RawIOBase):
    """The content of a .gz file as it is read; refused where it is damaged, or grows as no text does."""

    def __init__(self, path: Path) -> None:
        self._path, self._size = path, 0
        self._packed = path.open("rb")
        self._file = gzip.GzipFile(fileobj=self._packed)
        self._allowed = max(1 << 26, MOST_COMPRESSION * path.stat().st_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            count = self._file.readinto(buffer)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise NetworkError(
                f"{self._path}: the compressed file is truncated or damaged ({error}); fetch it again"
            ) from None
        self._size += count
        if self._size > self._allowed:
            raise NetworkError(
                f"{self._path}: unpacks to over {self._allowed:,} bytes, as no edge list does; unpack it yourself"
            )
        return count

    def on_disk(self) -> int:
        """How many bytes of the compressed file have been read."""
        return self._packed.tell()

    def close(self) -> None:
        self._file.close()
        self._packed.close()
        super().close()


def is_packed(path: Path) -> bool:
    """Whether the first bytes of a file say gzip. ``NetworkError`` where there is no such file."""
    if not path.exists():
        raise NetworkError(f"{path}: there is no such file; check the path")
    if not path.is_file():
        raise NetworkError(f"{path}: is no file")
    try:
        with path.open("rb") as file:
            return file.read(2) == b"\x1f\x8b"
    except PermissionError:
        raise NetworkError(f"{path}: may not be read; change its permissions") from None


def open_text(path: Path, offset: int = 0) -> BinaryIO:
    """The bytes of a text file from ``offset`` on, decompressed where its first bytes say gzip."""
    if not is_packed(path):
        file = path.open("rb")
        file.seek(offset)
        return file
    stream = cast(BinaryIO, io.BufferedReader(_Unpacked(path), 1 << 20))
    while offset > 0 and (part := stream.read(min(offset, CHUNK))):
        offset -= len(part)
    return stream


def bytes_read(stream: BinaryIO) -> int:
    """How much of its file a stream of ``open_text`` has read."""
    raw = getattr(stream, "raw", None)
    return raw.on_disk() if isinstance(raw, _Unpacked) else stream.tell()


def read_bytes(path: Path) -> bytes:
    """The text of a file as a whole, without a byte-order mark. ``NetworkError`` where it is no text."""
    with open_text(path) as stream:
        data = stream.read()
    if not data.strip():
        raise _empty(path)
    _check_head(path, data[:HEAD])
    return data.removeprefix(BYTE_ORDER_MARK)


def read_head(path: Path, size: int) -> bytes:
    """The first ``size`` bytes of a text file, its byte-order mark among them. ``NetworkError`` where it is no text."""
    with open_text(path) as stream:
        head = stream.read(max(size, HEAD))
        if not head.strip() and not any(part.strip() for part in iter(lambda: stream.read(CHUNK), b"")):
            raise _empty(path)
    try:
        _check_head(path, head[:HEAD])
    except NetworkError:
        check_whole(path)
        raise
    return head[:size]


def check_whole(path: Path) -> None:
    """``NetworkError`` where a compressed file is damaged: that is said before anything about its lines."""
    if is_packed(path):
        with open_text(path) as stream:
            while stream.read(CHUNK):
                pass


def _empty(path: Path) -> NetworkError:
    return NetworkError(f"{path}: the file is empty; it needs a row per edge (or a member)")


def _check_head(path: Path, head: bytes) -> None:
    if b"\0" in head:
        raise NetworkError(f"{path}: binary data, no text; known are csv, tsv, txt, graphml, npz, npy and .gz of text")
    try:
        # the cut may split a character
        head[: head.rfind(b"\n") + 1 or len(head)].decode("utf-8")
    except UnicodeDecodeError:
        raise NetworkError(f"{path}: the text is not UTF-8; save it as UTF-8") from None


def blocks_of_lines(stream: BinaryIO, size: int, longest: int | None = None) -> Iterator[bytes]:
    """Pieces of about ``size`` bytes, each cut after a line's end.

    longest: where a line has no end within so many bytes, the pieces end with one that is longer and not the whole line.
    """
    rest: list[bytes] = []
    waiting = 0
    while part := stream.read(size):
        cut = part.rfind(b"\n") + 1
        if cut:
            yield b"".join((*rest, part[:cut]))
            rest, waiting = [part[cut:]], len(part) - cut
            continue
        rest.append(part)
        waiting += len(part)
        if longest is not None and waiting > longest:
            break
    if waiting:
        yield b"".join(rest)
