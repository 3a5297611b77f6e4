"""Which reader a network file needs: the quick one for plain edge lists, or one that takes a second look."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from viralsim.errors import InputError, NetworkError
from viralsim.population.importers.dialect import SAMPLE_BYTES, find_form
from viralsim.population.importers.formats.edge_tables import ROUNDED, WHOLE, look_at
from viralsim.population.importers.formats.sniff import REFUSED, kind_of_text
from viralsim.population.importers.text_stream import BYTE_ORDER_MARK, is_packed, read_head
from viralsim.tables.text import read_text

PACKED = (b"BZh", b"\xfd7zXZ", b"PK\x03\x04")
WIDE = (b"\xff\xfe", b"\xfe\xff")  # marks of UTF-16


@dataclass(frozen=True)
class Recognised:
    """What a file is: ``plain`` (the quick reader takes it), ``npy``, ``npz``, ``edges`` or a format of ``graphs``; its text,
    where it is read as a whole."""

    kind: str
    text: str = ""


def recognise(
    path: Path, tie_strength: str | int | None, influence_weight: str | int | None, sep: str | None = None
) -> Recognised:
    """Look at what a file is. NetworkError, with the way out, for what is no network."""
    is_packed(path)  # says where there is no such file
    with path.open("rb") as file:
        start = file.read(64)
    for mark, what, remedy in REFUSED:
        if start.startswith(mark):
            raise NetworkError(f"{path}: {what}: {remedy}")
    if start.startswith(b"\x93NUMPY") or path.name.lower().endswith(".npy"):
        return Recognised("npy")
    if path.name.lower().endswith(".npz") or (start.startswith(b"PK") and _holds_arrays(path)):
        return Recognised("npz")
    if start.startswith(PACKED) or start.startswith(WIDE):
        text = _whole(path)
        return _recognised(path, text)
    head = read_head(path, SAMPLE_BYTES + len(BYTE_ORDER_MARK) + 1)
    sample = head.removeprefix(BYTE_ORDER_MARK).decode("utf-8", errors="replace")
    kind, reason = kind_of_text(sample)
    if kind == "refused":
        raise NetworkError(f"{path}: {reason}")
    if kind == "edges" and sep is None and _is_plain(path, head, sample, tie_strength, influence_weight):
        return Recognised("plain")
    return _recognised(path, _whole(path))


def _recognised(path: Path, text: str) -> Recognised:
    kind, reason = kind_of_text(text)
    if kind == "refused":
        raise NetworkError(f"{path}: {reason}")
    return Recognised(kind, text)


def _whole(path: Path) -> str:
    try:
        text = read_text(path, markup=True)
    except InputError as error:
        raise NetworkError(str(error)) from None
    if not text.strip():
        raise NetworkError(f"{path}: the file is empty; it needs a row per edge (or a member)")
    return text


def _holds_arrays(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith(".npy") for name in archive.namelist())
    except zipfile.BadZipFile:
        return False


def _is_plain(
    path: Path, head: bytes, sample: str, tie_strength: str | int | None, influence_weight: str | int | None
) -> bool:
    """Whether the quick reader sees in the first lines what a second look sees: then it is right, and quick."""
    if len(head) > SAMPLE_BYTES:
        sample = sample[: sample.rfind("\n") + 1]
    if any(mark in sample for mark in ('"', "{", ", ", "; ")) or not sample.strip():
        return False
    try:
        look = look_at(path, sample)
    except NetworkError:
        return True  # the quick reader says what is wrong, with its line
    try:
        form = find_form(path, head.removeprefix(BYTE_ORDER_MARK), tie_strength, influence_weight)
    except NetworkError:
        return False
    rows = look.rows[1:] if form.announced and len(look.rows) > 1 else look.rows
    if look.stated is not None or look.notes or look.separator != form.separator or (look.header and not form.header):
        return False
    if any(name.casefold() == "type" for name in form.header or ()):
        return False
    same = (look.source, look.target) == (form.source, form.target) and rows[0][0] in (form.skip + 1, form.skip + 2)
    if max(form.source, form.target) >= min(form.width, *(len(cells) for _, cells in rows)):
        return form.width > max(form.source, form.target) and bool(look.separator)
    if len({len(cells) for _, cells in rows}) > 1 and look.separator:
        return True  # the quick reader names the line
    if not same or len({len(cells) for _, cells in rows}) > 1 or _square(rows):
        return False
    ids = [cells[i] for _, cells in rows for i in (form.source, form.target)]
    odd = any(ROUNDED.fullmatch(cell) for cell in ids)
    mixed = form.whole and not all(WHOLE.fullmatch(cell) for cell in ids if cell and cell[:1] != "-")
    return not odd and not mixed


def _square(rows: list[tuple[int, list[str]]]) -> bool:
    """Whether rows may be a matrix, which takes a second look."""
    width = len(rows[0][1])
    return width > 2 and len(rows) in (width, width - 1)
