"""Text files, packed or not, in UTF-8 or UTF-16, whole or in blocks, with a clear word where they are none."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from viralsim.errors import NetworkError
from viralsim.tables.text import is_workbook

MOST_COMPRESSION = 400  # text of edges shrinks 3 to 20 times; a bomb 1000 times
CHUNK = 1 << 24
HEAD = 1 << 16  # what is looked at to tell text from other things
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
Report = Callable[[str, int, int], None]  # called with what is being done, how much of it is done, and of how much
# RuntimeError and its kind: zipfile on archives that are encrypted, or packed in a way that it does not know
DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError, ValueError)


def _from_zip(packed: BinaryIO, path: Path) -> BinaryIO:
    """The one file of an archive."""
    archive = zipfile.ZipFile(packed)
    names = [one for one in archive.namelist() if not one.endswith("/") and not one.startswith("__MACOSX/")]
    if is_workbook(names):
        raise NetworkError(f"{path}: a workbook, not a text; save the sheet of edges as CSV (UTF-8)")
    if len(names) != 1:
        raise NetworkError(f"{path}: an archive of {len(names)} files; unpack it and name the one with the edges")
    return cast(BinaryIO, archive.open(names[0]))


PACKINGS: tuple[tuple[bytes, Callable[[BinaryIO, Path], BinaryIO]], ...] = (
    (b"\x1f\x8b", lambda packed, path: cast(BinaryIO, gzip.GzipFile(fileobj=packed))),
    (b"BZh", lambda packed, path: cast(BinaryIO, bz2.BZ2File(packed))),
    (b"\xfd7zXZ\0", lambda packed, path: cast(BinaryIO, lzma.LZMAFile(packed))),  # noqa: SIM115
    (b"PK\x03\x04", _from_zip),
)


class _Unpacked(io.RawIOBase):
    """The content of a compressed file as it is read; refused where it is damaged, or grows as no text does."""

    def __init__(self, path: Path, opener: Callable[[BinaryIO, Path], BinaryIO]) -> None:
        self._path, self._size = path, 0
        self._packed = path.open("rb")
        self._allowed = max(1 << 26, MOST_COMPRESSION * path.stat().st_size)
        try:
            self._file = opener(self._packed, path)
        except NetworkError:
            self._packed.close()
            raise
        except DAMAGED as error:
            self._packed.close()
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> NetworkError:
        return NetworkError(f"{self._path}: the compressed file is truncated or damaged ({error}); fetch it again")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            part = self._file.read(len(buffer))
        except DAMAGED as error:
            raise self._damaged(error) from None
        buffer[: len(part)] = part
        self._size += len(part)
        if self._size > self._allowed:
            raise NetworkError(
                f"{self._path}: unpacks to over {self._allowed:,} bytes, as no edge list does; unpack it yourself"
            )
        return len(part)

    def on_disk(self) -> int:
        """How many bytes of the compressed file have been read."""
        return self._packed.tell()

    def close(self) -> None:
        if not self.closed:
            self._file.close()
            self._packed.close()
        super().close()


class _Recoded(io.RawIOBase):
    """A text in UTF-16 as UTF-8."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self._path, self._stream, self._rest = path, stream, b""
        self._decoder = codecs.getincrementaldecoder("utf-16")()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        ended = False
        while not self._rest and not ended:
            data = self._stream.read(len(buffer))
            ended = not data
            try:
                self._rest = self._decoder.decode(data, final=ended).encode("utf-8")
            except UnicodeError:
                raise NetworkError(f"{self._path}: begins as UTF-16 and is not; save it as UTF-8") from None
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)

    def on_disk(self) -> int:
        """How many bytes of the file have been read."""
        return bytes_read(self._stream)

    def close(self) -> None:
        self._stream.close()
        super().close()


def packing_of(path: Path) -> Callable[[BinaryIO, Path], BinaryIO] | None:
    """How to unpack a file, by its first bytes; None: it is not packed. ``NetworkError`` where there is no such file."""
    if not path.exists():
        raise NetworkError(f"{path}: there is no such file; check the path")
    if not path.is_file():
        raise NetworkError(f"{path}: is no file")
    try:
        with path.open("rb") as file:
            first = file.read(8)
    except PermissionError:
        raise NetworkError(f"{path}: may not be read; change its permissions") from None
    return next((opener for mark, opener in PACKINGS if first.startswith(mark)), None)


def open_text(path: Path, offset: int = 0) -> BinaryIO:
    """The text of a file in UTF-8 from the byte ``offset`` on, unpacked and recoded where its first bytes say so."""
    opener = packing_of(path)
    stream: BinaryIO = path.open("rb") if opener is None else _buffered(_Unpacked(path, opener))
    try:
        recoded = stream.peek(2)[:2] in UTF16_MARKS  # type: ignore[attr-defined]
        if recoded:
            stream = _buffered(_Recoded(path, stream))
        elif opener is None:
            stream.seek(offset)
            return stream
        while offset > 0 and (part := stream.read(min(offset, CHUNK))):
            offset -= len(part)
    except BaseException:
        stream.close()
        raise
    return stream


def _buffered(raw: io.RawIOBase) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(raw, 1 << 20))


def bytes_read(stream: BinaryIO) -> int:
    """How much of its file a stream of ``open_text`` has read."""
    raw = getattr(stream, "raw", None)
    return raw.on_disk() if isinstance(raw, _Unpacked | _Recoded) else stream.tell()


def read_bytes(path: Path) -> bytes:
    """The content of a file as a whole, unpacked, without a byte-order mark. ``NetworkError`` where it is empty."""
    with open_text(path) as stream:
        data = stream.read()
    if not data.strip():
        raise _empty(path)
    return data.removeprefix(BYTE_ORDER_MARK)


def read_head(path: Path) -> bytes:
    """The first bytes of a file, unpacked, a byte-order mark among them. ``NetworkError`` where it is empty."""
    with open_text(path) as stream:
        head = stream.read(HEAD)
        if not head.strip() and not any(part.strip() for part in iter(lambda: stream.read(CHUNK), b"")):
            raise _empty(path)
    return head


def check_text(path: Path, head: bytes) -> None:
    """``NetworkError`` where the first bytes of a file are no text in UTF-8, or its end is missing."""
    try:
        if b"\0" in head:
            raise NetworkError(f"{path}: binary data, no text; write the edges as CSV")
        # the cut may split a character
        head[: head.rfind(b"\n") + 1 or len(head)].decode("utf-8")
    except UnicodeDecodeError:
        check_whole(path)
        raise NetworkError(f"{path}: the text is not UTF-8; save it as UTF-8") from None
    except NetworkError:
        check_whole(path)
        raise


def check_whole(path: Path) -> None:
    """``NetworkError`` where a compressed file is damaged: that is said before anything about its lines."""
    if packing_of(path) is not None:
        with open_text(path) as stream:
            while stream.read(CHUNK):
                pass


def _empty(path: Path) -> NetworkError:
    return NetworkError(f"{path}: the file is empty; it needs a row per edge")


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
