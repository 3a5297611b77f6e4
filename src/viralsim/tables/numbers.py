"""One reading for a column of numbers: the decimal sign that all its cells allow, or a refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from viralsim.tables.cells import (
    MISSING,
    SIGNS,
    THREE_DECIMALS,
    Cell,
    even,
    is_error,
    is_missing,
    looks_like_a_date,
    parse_cell,
)
from viralsim.tables.columns import Kind, Unit

__all__ = ["MISSING", "CellError", "Look", "Numbers", "look_at", "read_numbers"]
SIGN_NAMES = {".": "point", ",": "comma"}
NOT_FINITE = {"nan", "inf", "infinity", "∞", "1.#inf", "1.#qnan"}
NO_UNIT = Unit()
_PLAIN = re.compile(r"(?:\d+\n|\n|-?\d*\.\d+\n|-\d+\n)*")
_SURELY_A_POINT = re.compile(r"\d\.\d{1,2}\n|\.\d{4,}\n|\d{4}\.\d|(?:^|\n)-?0*\.\d")
Places = list[tuple[int, Cell]]  # (row, cell) of those that are not missing


class CellError(ValueError):
    """A cell that is no number, or not surely one: ``row`` is its place in the column, the message says why."""

    def __init__(self, row: int, why: str) -> None:
        super().__init__(why)
        self.row = row


@dataclass(frozen=True)
class Numbers:
    """A column read: values (None: missing), which were percentages, its currency, and readings worth a note."""

    values: list[float | None]
    percent: list[bool]
    currency: str
    notes: list[str]


@dataclass(frozen=True, eq=False)
class Look:
    """What the cells of a column alone tell.

    kind: None is any. cells: None where a value is missing. signs: the decimal signs under which every cell is a number of this
    kind. doubtful: the two signs give different numbers. plain: the values where nothing needs thought; ``cells`` is empty then.
    currencies: the codes that all its amounts may be in; empty where no cell names one.
    """

    kind: Kind | None
    unit: Unit
    cells: list[Cell | None]
    signs: tuple[str, ...] = SIGNS
    plain: NDArray[np.float64] | None = None
    currencies: tuple[str, ...] = ()

    @property
    def doubtful(self) -> bool:
        """Whether the two decimal signs give different numbers."""
        return len(self.signs) == 2 and any(c is not None and c.point != c.comma for c in self.cells)

    @property
    def proven(self) -> str | None:
        """The decimal sign that this column proves, None where it proves none."""
        return self.signs[0] if len(self.signs) == 1 else None

    def values(self, elsewhere: str | None = None) -> NDArray[np.float64]:
        """The values, float64 [rows], NaN where missing.

        elsewhere: the decimal sign that other columns of the file prove. Raises CellError where the sign stays unknown, or
        shares are written in more than one way.
        """
        if self.plain is not None:
            return self.plain if self.unit.scale == 1 else self.plain * self.unit.scale
        row = self._odd_row()
        if self.doubtful and elsewhere is None and self.kind is not Kind.COUNT and row is not None:
            cell = self.cells[row]
            raise CellError(row, f"can be {_shown(cell, '.')} or {_shown(cell, ',')}: write one number of this column "
                                 "with two decimals, or all without grouping")  # fmt: skip
        factor = Decimal(self.unit.scale) / self._hundredths(self._sign(elsewhere))
        return np.array([self._value(cell, self._sign(elsewhere), factor) for cell in self.cells], dtype=np.float64)

    def notes(self, texts: Sequence[str], elsewhere: str | None = None) -> list[str]:
        """What a reader of the column should know: a reading that may have been meant otherwise."""
        found = [] if self.unit.scale == 1 else [f"numbers were multiplied by {self.unit.scale:,}, as its name says"]
        sign = self._sign(elsewhere)
        row = next(
            (r for r, c in _there(self.cells) if c.point != c.comma and not _is_plain(texts[r], c.under(sign))), None
        )
        if row is not None:
            found.append(
                f"{texts[row].strip()!r} was read as {_shown(self.cells[row], sign)} (decimal {SIGN_NAMES[sign]})"
            )
        return found

    def _sign(self, elsewhere: str | None) -> str:
        if self.proven or not self.doubtful:
            return self.proven or "."
        if elsewhere is None:  # a count: nothing that is counted has three decimals
            row = self._odd_row()
            cell = None if row is None else self.cells[row]
            return "," if cell is not None and "." in cell.written else "."
        return elsewhere

    def _odd_row(self) -> int | None:
        return next((row for row, c in enumerate(self.cells) if c is not None and c.point != c.comma), None)

    def _value(self, cell: Cell | None, sign: str, factor: Decimal) -> float:
        value = None if cell is None else cell.under(sign)
        if cell is None or value is None:
            return float("nan")
        factor = factor / cell.per if cell.per != 1 else factor
        return float(value if factor == 1 else value * factor)  # a product of decimals is rounded

    def _hundredths(self, sign: str) -> int:
        """What cells without a sign of their own are divided by: 100 where the header says per cent."""
        if self.kind is not Kind.SHARE:
            return 1
        bare = [(row, cell.under(sign) or Decimal(0)) for row, cell in _there(self.cells) if cell.per == 1]
        if self.unit.outside and bare:
            raise CellError(
                bare[0][0], f"is on a scale of {self.unit.outside}: write a number between 0 and 1, or a percentage"
            )
        above = next((row for row, value in bare if value > 1), None)
        if self.unit.per != 1 and bare:
            part = next((row for row, value in bare if 0 < value < 1 or (value == 1 and above is None)), None)
            signed = len(bare) < len(_there(self.cells))
            if part is not None or (signed and any(value for _, value in bare)):
                row = bare[0][0] if part is None else part
                raise CellError(
                    row, "can be a part of 1 or a percentage, since the header says %: write the % in every cell"
                )
            return self.unit.per
        if above is not None:
            mixed = " and other cells are parts of 1" if any(0 < value <= 1 for _, value in bare) else ""
            raise CellError(above, f"must be between 0 and 1, such as 0.6, or between 0 % and 100 %{mixed}")
        return 1


def look_at(texts: Sequence[str], kind: Kind | None, unit: Unit = NO_UNIT) -> Look:
    """Read the cells of a column as far as they alone allow. Raises CellError where one is no number of its kind."""
    plain = _plain(texts)
    if plain is not None and (kind is not Kind.SHARE or (unit == NO_UNIT and not (plain > 1.0).any())):
        part = np.isfinite(plain) & (plain != np.floor(plain))
        if kind is Kind.COUNT and unit.scale == 1 and part.any():
            raise CellError(int(np.argmax(part)), "must be a whole number")
        proven = any("." in text for text in texts)
        return Look(kind, unit, [], (".",) if proven else SIGNS, plain)
    cells = [_cell(kind, row, text) for row, text in enumerate(texts)]
    return Look(kind, unit, cells, _possible(kind, unit, _there(cells)), None, _currencies(_there(cells)))


def read_numbers(cells: Sequence[str], whole: bool) -> Numbers:
    """The numbers of a column without a header; ``whole`` says that they count something.

    Raises: CellError for the first cell that is none, is ambiguous in this column, or contradicts another.
    """
    look = look_at(cells, Kind.COUNT if whole else None)
    values = look.values()
    percent = [cell is not None and cell.per == 100 for cell in look.cells] or [False] * len(cells)
    found = [None if np.isnan(value) else float(value) for value in values]
    return Numbers(found, percent, next(iter(look.currencies), ""), look.notes(cells))


def _there(cells: Sequence[Cell | None]) -> Places:
    return [(row, cell) for row, cell in enumerate(cells) if cell is not None]


def _plain(texts: Sequence[str]) -> NDArray[np.float64] | None:
    """The values of cells that mean the same everywhere, such as 12 and 0.25; None where one may mean something else."""
    joined = "\n".join(texts) + "\n"
    if not joined.isascii() or joined.count("\n") != len(texts) or _PLAIN.fullmatch(joined) is None:
        return None
    if "." in joined and _SURELY_A_POINT.search(joined) is None:
        return None
    return np.array([text or "nan" for text in texts], dtype=np.float64)


def _cell(kind: Kind | None, row: int, written: str) -> Cell | None:
    text = even(written)
    if text.casefold().lstrip("+-") in NOT_FINITE:
        raise CellError(row, "is no number: it must be finite, and a cell empty where its value is missing")
    if is_missing(text):
        return None
    if is_error(text):
        raise CellError(row, "is a spreadsheet's error: mend the cell")
    cell = parse_cell(text)
    if cell is None:
        what = "is a date or a time and no number" if looks_like_a_date(text) else "is no number"
        raise CellError(row, f"{what}: write digits with one decimal sign, such as 1234.5")
    if cell.per != 1 and kind not in (Kind.SHARE, None):
        raise CellError(row, "is a percentage: give the number itself")
    if cell.currencies and kind not in (Kind.MONEY, None):
        raise CellError(row, "is an amount of money: give the number itself")
    return cell


def _possible(kind: Kind | None, unit: Unit, there: Places) -> tuple[str, ...]:
    """The decimal signs under which all cells are numbers, by what each cell allows and by what the kind allows."""
    signs = tuple(s for s in SIGNS if all(cell.under(s) is not None for _, cell in there))
    if not signs:
        first = {s: next(place for place in there if place[1].under(s) is None) for s in SIGNS}
        (_, earlier), (row, _) = sorted(first.values(), key=lambda place: place[0])
        raise CellError(row, f"has another decimal sign than {earlier.written!r} above it: write the column in one way")
    if kind is Kind.COUNT:
        signs = _whole(unit.scale, there, signs)
    if len(signs) == 2 and kind in (Kind.COUNT, Kind.MONEY):
        signs = tuple(s for s in signs if _written_so(there, s)) or signs
    if len(signs) == 2 and kind is Kind.MONEY:
        signs = tuple(s for s in signs if not any(_mills(cell, s) for _, cell in there)) or signs
    if len(signs) == 2 and kind is Kind.COUNT:
        _same_separator(there)
    return signs


def _whole(scale: int, there: Places, signs: tuple[str, ...]) -> tuple[str, ...]:
    """Of a count, the signs under which all cells are whole."""

    def has_a_part(cell: Cell, sign: str) -> bool:
        value = (cell.under(sign) or Decimal(0)) * scale
        return value != value.to_integral_value()

    parts = {s: next((row for row, cell in there if has_a_part(cell, s)), None) for s in signs}
    whole = tuple(s for s in signs if parts[s] is None)
    if not whole:
        raise CellError(next(row for row in parts.values() if row is not None), "must be a whole number")
    return whole


def _same_separator(there: Places) -> None:
    """Cells of a count that could be grouped by either sign are grouped by one."""
    by_sign = {s: row for s in SIGNS for row, cell in there if s in cell.written}
    if len(by_sign) == 2:
        raise CellError(max(by_sign.values()), "has another separator than cells above it: write the column in one way")


def _written_so(there: Places, sign: str) -> bool:
    """Whether people or programs write decimals so: all cells with equally many, or none with a 0 at its end."""
    many = {cell.decimals(sign) for _, cell in there}
    return len(many) == 1 or not any(c.decimals(sign) == 3 and c.written.endswith("0") for _, c in there)


def _mills(cell: Cell, sign: str) -> bool:
    """An amount with a currency's sign and three decimals, as no currency but a few is written."""
    return bool(cell.currencies) and not THREE_DECIMALS & set(cell.currencies) and cell.decimals(sign) == 3


def _currencies(there: Places) -> tuple[str, ...]:
    """The codes that fit all amounts; a sign such as $ fits several."""
    found: tuple[str, ...] = ()
    for row, cell in there:
        if cell.currencies:
            both = tuple(code for code in found or cell.currencies if code in cell.currencies)
            if not both:
                raise CellError(row, f"is in {cell.currencies[0]} and other rows are in {found[0]}: give one currency")
            found = both
    return found


def _is_plain(text: str, value: Decimal | None) -> bool:
    """Whether a cell is written as every program writes it, so that its reading needs no note."""
    return bool(
        value is not None and re.fullmatch(r"-?[0-9]*\.?[0-9]+", text.strip()) and Decimal(text.strip()) == value
    )


def _shown(cell: Cell | None, sign: str) -> str:
    value = None if cell is None else cell.under(sign)
    return "nothing" if value is None else f"{float(value):.12g}"
