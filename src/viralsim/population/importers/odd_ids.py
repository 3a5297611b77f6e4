"""Ids that are seldom meant: digits that a spreadsheet rounded, words for what is missing, whole numbers as decimals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import NetworkError
from viralsim.tables.cells import AROUND
from viralsim.tables.numbers import MISSING
from viralsim.tables.totals import may_name_a_total, names_a_total

ROUNDED = re.compile(r"[0-9]+[.,][0-9]+[eE][+-]?[0-9]+|[0-9]+[eE]\+[0-9]+")
SEVERAL = re.compile(r"[,;|]")
WORDS = frozenset(
    {form for word in MISSING - {""} for form in (word, word.upper(), word.title(), word.capitalize())}
    | {"NaN", "#NULL!", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "undefined"}
)
SPREADSHEET_DIGITS = 15  # of a number that a spreadsheet keeps
LARGEST_WHOLE = 2**63 - 1


def ids_of(labels: list[str]) -> NDArray[Any] | None:
    """Ids as they are kept: whole numbers where all are written as a computer writes them, None where they count from 0."""
    whole = all(label.isascii() and label.isdecimal() and (label[0] != "0" or label == "0") for label in labels)
    if not whole or any(len(label) > 19 or (len(label) == 19 and int(label) > LARGEST_WHOLE) for label in labels):
        return np.array(labels, dtype=np.str_)
    numbers = np.array([int(label) for label in labels], dtype=np.int64)
    return None if np.array_equal(numbers, np.arange(len(numbers))) else numbers


def refuse_rounded(path: Path, ids: NDArray[Any], line_of: Callable[[str], int]) -> None:
    """``NetworkError`` where an id is in scientific notation, a formula, several ids in one field, or the only kind beside whole
    numbers are 12.0, NA or Total.
    """
    if ids.dtype.kind != "U" or len(ids) == 0:
        return
    for label in ids[np.strings.startswith(ids, '="') & np.strings.endswith(ids, '"')].tolist():
        raise NetworkError(
            f"{_place(path, line_of(label))}: id {label} is a spreadsheet's formula; write {label[2:-1]}, as text"
        )
    for label in _several(ids):
        raise NetworkError(
            f"{_place(path, line_of(label))}: {label[:40]!r} holds several ids, each of them a member too; write a row per edge"
        )
    for label in ids[_holds(ids, "eE") & _holds(ids, "+.,")].tolist():
        if ROUNDED.fullmatch(label):
            raise NetworkError(
                f"{_place(path, line_of(label))}: id {label} is in scientific notation, so a spreadsheet rounded its digits; "
                "export the ids as text"
            )
    for odd, what in (
        (_decimal(ids), "is written as a decimal"),
        (_missing(ids), "means that one is missing"),
        (_totals(ids), "begins a row of totals"),
    ):
        if odd.any() and not odd.all() and bool((odd | np.char.isdecimal(ids)).all()):
            label = str(ids[odd][0])
            raise NetworkError(
                f"{_place(path, line_of(label))}: id {label!r} {what}, and other ids are whole numbers; correct it or drop the row"
            )


def _several(ids: NDArray[Any]) -> Iterator[str]:
    """Which ids are others beside each other: ``bob;cy`` where bob and cy are members."""
    holding = ids[_holds(ids, ",;|")].tolist()
    known = set(ids.tolist()) if holding else set()
    for label in holding:
        parts = [part.strip() for part in SEVERAL.split(label)]
        if len(parts) > 1 and all(part in known for part in parts):
            yield label


def _decimal(ids: NDArray[Any]) -> NDArray[np.bool_]:
    """Which ids are whole numbers with a decimal of zero, as a spreadsheet writes them: 12.0."""
    found: NDArray[np.bool_] = np.strings.endswith(ids, ".0")
    at = np.flatnonzero(found)
    found[at] = [label[:-2].isdecimal() for label in ids[at].tolist()]
    return found


def _missing(ids: NDArray[Any]) -> NDArray[np.bool_]:
    """Which ids are words for what is missing."""
    return np.fromiter((label in WORDS for label in ids.tolist()), bool, len(ids))


def _totals(ids: NDArray[Any]) -> NDArray[np.bool_]:
    """Which ids are words for a total."""
    labels = ids.tolist()
    if not may_name_a_total(labels):
        return np.zeros(len(ids), bool)
    return np.fromiter(map(names_a_total, labels), bool, len(ids))


def _holds(ids: NDArray[Any], characters: str) -> NDArray[np.bool_]:
    """Which ids hold one of some characters."""
    held: NDArray[np.bool_] = np.logical_or.reduce([np.strings.find(ids, one) >= 0 for one in characters])
    return held


def odd_names(path: Path, ids: NDArray[Any] | None) -> list[str]:
    """What users should know of ids that may not be names."""
    if ids is not None and ids.dtype.kind == "i":
        return _rounded(path, ids)
    if ids is None or ids.dtype.kind != "U" or len(ids) == 0:
        return []
    notes = []
    missing = [repr(word) for word in ids[_missing(ids)].tolist()]
    if missing:
        notes.append(
            f"{path.name}: {', '.join(missing[:5])} was read as the name of a member; drop such rows if it means that an id is "
            "missing"
        )
    totals = [repr(word) for word in ids[_totals(ids)].tolist()]
    if totals:
        notes.append(
            f"{path.name}: {', '.join(totals[:5])} was read as the name of a member; drop such rows if they are totals"
        )
    notes += _alike(path, ids.tolist())
    if np.strings.endswith(ids, ".0").all():
        notes.append(f"{path.name}: ids are written as decimals, such as {ids[0]}; they were read as text")
    return notes


def _rounded(path: Path, ids: NDArray[Any]) -> list[str]:
    """A word on long numbers that all end in zeros: a spreadsheet keeps fifteen digits."""
    long = ids[ids >= 10**SPREADSHEET_DIGITS]
    digits = np.floor(np.log10(long)).astype(np.int64) + 1 if len(long) else long
    if not len(long) or (long % 10 ** (digits - SPREADSHEET_DIGITS)).any():
        return []
    return [
        f"{path.name}: ids of more than {SPREADSHEET_DIGITS} digits all end in zeros, such as {long[0]}: a spreadsheet rounded "
        "them, and may have made one member of several; export the ids as text"
    ]


def _alike(path: Path, labels: list[str]) -> list[str]:
    """A word on ids that differ in case, a handle's @, accents' form or what is not seen around them."""
    joined = "".join(labels)
    if joined.isascii() and "@" not in joined and len(set(map(str.casefold, labels))) == len(labels):
        return []  # said at once of most files
    first: dict[str, str] = {}
    for label in labels:
        key = label.casefold() if label.isascii() else unicodedata.normalize("NFKC", label).casefold().strip(AROUND)
        key = key.removeprefix("@")
        if first.setdefault(key, label) != label:
            return [
                f"{path.name}: {first[key]!a} and {label!a} are two members, though they look alike; check how ids are written"
            ]
    return []


def _place(path: Path, line: int) -> str:
    return f"{path}:{line}" if line else str(path)
