"""The journal: finished points, a line each, safe from a killed process at once and from a power cut within a second.

A torn line counts for nothing.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import Any

from viralsim.atomic import flush
from viralsim.errors import InputError

# The kernel has a line as soon as it is written, and keeps it when the process is killed; only a power cut takes what was not
# flushed. Flushing each line cost 18 ms per point on a slow disk, more than most points themselves.
SECONDS_UNFLUSHED = 1.0


class Journal:
    """An append-only file of lines ``checksum json``; the last line of each id holds. Numbers that are not known are left out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.places: dict[str, int] = {}  # id -> offset of its line
        self.points: dict[str, dict[int, str]] = {}  # plan -> number of the point -> id
        self.failed: set[str] = set()  # ids of points that have an error
        self._reading: Any = None
        self._end = 0
        for offset, length, entry in _lines(path):
            self._note(entry, offset)
            self._end = offset + length
        self._file: Any = None
        self._flushed = -SECONDS_UNFLUSHED  # when, by the monotonic clock
        self._unflushed = False

    def __contains__(self, identity: str) -> bool:
        return identity in self.places

    def __len__(self) -> int:
        return len(self.places)

    def append(self, entry: dict[str, Any]) -> None:
        """Write one finished point; no killed process loses it. InputError if it cannot be written to disk."""
        known = {arm: {name: x for name, x in row.items() if isfinite(x)} for arm, row in entry["arms"].items()}
        text = json.dumps({**entry, "arms": known}, separators=(",", ":"), allow_nan=False)
        line = f"{zlib.crc32(text.encode()):08x} {text}\n".encode()
        try:
            begins = self._file is None
            if begins:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                there = self.path.exists()
                # without a buffer: what a full disk refuses would be written again, and refused again, by ``close``
                self._file = open(self.path, "r+b" if there else "w+b", buffering=0)  # noqa: SIM115
                if not there:
                    flush(self.path.parent)
            if begins or self._file.tell() != self._end:
                self._file.seek(self._end)
                self._file.truncate()  # what a killed run or a full disk left half written
            left = memoryview(line)
            while left:
                left = left[self._file.write(left) :]
            self._unflushed = True
            if time.monotonic() - self._flushed >= SECONDS_UNFLUSHED:
                self._flush()
        except OSError as error:
            raise self._cannot_be_written(error) from error
        self._note(entry, self._end)
        self._end += len(line)

    def _flush(self) -> None:
        os.fsync(self._file.fileno())
        self._flushed, self._unflushed = time.monotonic(), False

    def _cannot_be_written(self, error: OSError) -> InputError:
        return InputError(
            f"{self.path}: cannot be written ({error.strerror or error}); {len(self)} finished points are safe: "
            "make room and run the same command again"
        )

    def _note(self, entry: dict[str, Any], offset: int) -> None:
        identity = entry["id"]
        self.places[identity] = offset
        if entry["error"]:
            self.failed.add(identity)
        else:
            self.failed.discard(identity)
        if "point" in entry:
            self.points.setdefault(entry["plan"], {})[entry["point"]] = entry["id"]

    def read(self, identity: str) -> dict[str, Any]:
        """One finished point."""
        if self._reading is None:
            self._reading = open(self.path, "rb")  # noqa: SIM115
        self._reading.seek(self.places[identity])
        found = _entry(self._reading.readline())
        if found is None:
            raise InputError(f"{self.path} has changed under way: run the same command again")
        return found

    def close(self) -> None:
        """Flush what was written, and let go of the file. InputError if it cannot be written to disk."""
        try:
            if self._unflushed:
                self._flush()
        except OSError as error:
            raise self._cannot_be_written(error) from error
        finally:
            self._let_go()

    def _let_go(self) -> None:
        for stream in (self._file, self._reading):
            if stream is not None:
                stream.close()
        self._file = self._reading = None


def _lines(path: Path) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Offset, length and entry of the whole lines; one that is torn or has changed is passed over."""
    if not path.exists():
        return
    with open(path, "rb") as stream:
        offset = 0
        for line in stream:
            entry = _entry(line)
            if entry is not None:
                yield offset, len(line), entry
            offset += len(line)


def _entry(line: bytes) -> dict[str, Any] | None:
    checksum, _, text = line.rstrip(b"\n").partition(b" ")
    if not line.endswith(b"\n") or checksum != f"{zlib.crc32(text):08x}".encode():
        return None
    found = json.loads(text)
    return found if isinstance(found, dict) and isinstance(found.get("id"), str) else None
