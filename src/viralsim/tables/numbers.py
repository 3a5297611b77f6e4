"""Numbers as people write them: grouping, decimal sign, currency, percentages and thousands, decided by column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MISSING = {"", "-", "--", "–", "—", "n/a", "na", "#n/a", "nan", "null", "none", "nil", "k.a.", "."}
CURRENCIES = {"$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "chf": "CHF",
              "¥": "JPY", "jpy": "JPY", "₹": "INR", "inr": "INR", "aud": "AUD", "cad": "CAD", "sek": "SEK", "nok": "NOK",
              "dkk": "DKK", "pln": "PLN", "r$": "BRL", "brl": "BRL"}  # fmt: skip
SCALES = {
    "k": 1e3,
    "tsd": 1e3,
    "tsd.": 1e3,
    "m": 1e6,
    "mio": 1e6,
    "mio.": 1e6,
    "mn": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "mrd": 1e9,
    "mrd.": 1e9,
}
_MONEY = re.compile(
    r"^(us\$|r\$|[$€£¥₹]|[a-z]{3}(?=[\s\d.,+-]))\s*|\s*(us\$|r\$|[$€£¥₹]|(?<=[\s\d])[a-z]{3})$", re.IGNORECASE
)
_SCALE = re.compile(r"(?<=[\d\s])(tsd\.?|mio\.?|mrd\.?|mn|bn|[kmb])$", re.IGNORECASE)
_PLAIN = re.compile(r"\d+")
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?e[+-]?\d+", re.IGNORECASE)
_GROUPS = {s: re.compile(rf"\d{{1,3}}(?:{re.escape(s)}\d{{3}})+") for s in (",", ".", " ", "'")}
_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}")


class CellError(ValueError):
    """A cell that is no number, or not surely one: ``row`` is its place in the column, the message says why."""

    def __init__(self, row: int, why: str) -> None:
        super().__init__(why)
        self.row = row


@dataclass(frozen=True)
class _Written:
    """A cell taken apart: digits and their separators, sign, scale, and what stood around them."""

    body: str
    sign: float
    scale: float
    percent: bool
    currency: str


@dataclass(frozen=True)
class Numbers:
    """A column read: values (None: missing), which were percentages, its currency, and readings worth a note."""

    values: list[float | None]
    percent: list[bool]
    currency: str
    notes: list[str]


def read_numbers(cells: Sequence[str], whole: bool) -> Numbers:
    """The numbers of a column; ``whole`` says that they count something or are amounts of money, which have no
    three decimals: 12.300 cannot be 12.3 then, and is read as 12300 with a note.

    Raises: CellError for the first cell that is none, is ambiguous in this column, or contradicts another.
    """
    parts = [_taken_apart(cell, row) for row, cell in enumerate(cells)]
    decimal, ambiguous = _decimal_sign(parts)
    notes: list[str] = []
    if decimal is None and ambiguous:
        row = ambiguous[0]
        body = parts[row].body  # type: ignore[union-attr]
        if not whole:
            raise CellError(row, f"can be {body.replace(',', '').replace('.', '')} or {body.replace(',', '.')}: write one "
                                 "number of this column with decimals, or all without grouping")  # fmt: skip
        decimal = "," if "." in body else "."
        notes.append(f"{cells[row].strip()!r} was read as {body.replace(',', '').replace('.', '')}")
    currencies = {part.currency: row for row, part in enumerate(parts) if part is not None and part.currency}
    if len(currencies) > 1:
        first, second = list(currencies)[:2]
        raise CellError(currencies[second], f"is in {second} and other rows are in {first}: give one currency")
    values = [None if part is None else _value(part, decimal or ".", row) for row, part in enumerate(parts)]
    return Numbers(values, [part is not None and part.percent for part in parts], next(iter(currencies), ""), notes)


def _taken_apart(cell: str, row: int) -> _Written | None:
    text = unicodedata.normalize("NFKC", cell).strip()  # no-break and thin spaces, full-width digits
    text = text.replace("\u2212", "-").replace("\u2019", "'").replace("\u02bc", "'").replace("\u202f", " ")
    if text.casefold() in MISSING:
        return None
    if text.startswith("#"):
        raise CellError(row, "is a spreadsheet's error: mend the cell")
    sign, currency, scale, percent, signed = 1.0, "", 1.0, False, False
    if text.startswith("(") and text.endswith(")"):  # as accountants write what is below 0
        sign, signed, text = -1.0, True, text[1:-1].strip()
    for _ in range(2):  # the sign stands before or behind the currency
        if text[:1] in ("+", "-") and not signed:
            sign, signed, text = (-1.0 if text[0] == "-" else 1.0), True, text[1:].strip()
        money = _MONEY.search(text)
        if money is not None and (word := money.group().strip().casefold()) in CURRENCIES and not currency:
            currency, text = CURRENCIES[word], (text[: money.start()] + text[money.end() :]).strip()
    if text.endswith("%"):
        percent, text = True, text[:-1].strip()
    suffix = _SCALE.search(text)
    if suffix is not None:
        scale, text = SCALES[suffix.group().casefold()], text[: suffix.start()].strip()
    if not re.fullmatch(r"[\d.,' ]*\d[\d.,' ]*|" + _SCIENTIFIC.pattern, text, re.IGNORECASE):
        raise CellError(row, "is no number")
    return _Written(re.sub(r" +", " ", text), sign, scale, percent, currency)


def _decimal_sign(parts: Sequence[_Written | None]) -> tuple[str | None, list[int]]:
    """The decimal sign that the cells of a column agree on (None: nothing says), and the rows that leave it open."""
    agreed: tuple[str, int] | None = None
    open_rows: list[int] = []
    for row, part in enumerate(parts):
        if part is None:
            continue
        sign = _says(part, row)
        if sign == "?":
            open_rows.append(row)
        elif sign is not None and agreed is None:
            agreed = (sign, row)
        elif sign is not None and agreed is not None and sign != agreed[0]:
            raise CellError(row, f"has the decimal sign {sign!r}, and {parts[agreed[1]].body!r} above it "  # type: ignore[union-attr]
                                 f"has {agreed[0]!r}: write the column in one way")  # fmt: skip
    return (agreed[0] if agreed else None), open_rows


def _says(part: _Written, row: int) -> str | None:
    """The decimal sign that a cell proves; None: none, ``?``: it could be either."""
    body = part.body
    commas, points = body.count(","), body.count(".")
    if _SCIENTIFIC.fullmatch(body):
        return "," if commas else "." if points else None
    if commas and points:
        last = max(body.rfind(","), body.rfind("."))
        if body.count(body[last]) > 1:
            raise CellError(row, "is no number: its grouping is not valid")
        return body[last]
    if not commas and not points:
        return None
    sign = "," if commas else "."
    if max(commas, points) > 1:
        return "." if commas else ","
    before, after = body.split(sign)
    if len(after) != 3 or not 1 <= len(before) <= 3 or before.startswith("0") or " " in body or "'" in body:
        return sign
    return "?" if part.scale == 1.0 else sign  # 1.250K is 1,250


def _value(part: _Written, decimal: str, row: int) -> float:
    body = part.body
    if _SCIENTIFIC.fullmatch(body):
        return part.sign * part.scale * float(body.replace(",", "."))
    digits, _, fraction = body.partition(decimal)
    grouping = {c for c in digits if not c.isdigit()}
    if len(grouping) > 1 or (fraction and not fraction.isdigit()):
        raise CellError(row, "is no number: its grouping is not valid")
    if grouping:
        (sign,) = grouping
        if not _GROUPS[sign].fullmatch(digits) and not (sign == "," and _INDIAN.fullmatch(digits)):
            raise CellError(row, "is no number: its grouping is not valid")
        digits = digits.replace(sign, "")
    elif digits and not _PLAIN.fullmatch(digits):
        raise CellError(row, "is no number")
    number = float(f"{digits or '0'}.{fraction or '0'}") * part.scale
    return part.sign * number / (100.0 if part.percent else 1.0)
