"""Dates and times in tables of curves, as seconds since 1970."""

from __future__ import annotations

import numpy as np
import pandas as pd

from viralsim.errors import InputError
from viralsim.forecasting.hawkes import Floats
from viralsim.posts.dates import DateError, has_zone, read_dates
from viralsim.tables import Table
from viralsim.units import shown

LIKE = "2026-01-31 08:00"


def seconds_of(table: Table, columns: tuple[str, ...], published: str | None = None) -> dict[str, Floats]:
    """float64[rows] by column: seconds since 1970, NaN where a cell is empty.

    The columns are read together, since one order of day and month holds for all of them. ``published`` (a date and a time of day)
    stands for every row of ``published_at``.

    Raises: InputError with the line where a cell is no date with a time of day, can be read in two ways, or where one column
    has time zones and the other none.
    """
    rows = len(table)
    texts = {name: [cell.strip() for cell in table.texts(name)] for name in columns}
    if published is not None:
        texts["published_at"] = [published.strip()] * rows
    cells = [cell for column in texts.values() for cell in column]

    def refusal(place: int, why: str) -> InputError:
        name, row = list(texts)[place // rows], place % rows
        where = "--published" if name not in columns else f"{table.path}:{table.lines[row]}: {name}"
        return InputError(f"{where}: {why}, got {shown(cells[place])}")

    must = f"must be a date with a time of day such as {LIKE}"
    for place, cell in enumerate(cells):
        if cell and ":" not in cell:
            raise refusal(place, must)
    try:
        times, ambiguous = read_dates(cells)
    except DateError as error:
        raise refusal(error.row, _either(str(error)) or _another_form(cells, error.row) or must) from None
    if ambiguous:
        raise refusal(0, _either("day/month"))
    _check_zones(table, texts)
    seconds = (times - pd.Timestamp(0, tz="UTC")).dt.total_seconds().to_numpy(np.float64)
    return dict(zip(texts, seconds.reshape(len(texts), rows), strict=True))


def _either(why: str) -> str:
    return f"can be day/month or month/day: write times such as {LIKE}" if "day/month" in why else ""


def _another_form(cells: list[str], row: int) -> str:
    """What is wrong with a cell that is a time by itself and does not go with the others; empty where it is none."""
    other = next(cell for cell in cells if cell)
    try:
        read_dates([cells[row]])
    except DateError:
        return ""
    return f"must be written in the same form as {shown(other)}: write all times in one form such as {LIKE}"


def _check_zones(table: Table, texts: dict[str, list[str]]) -> None:
    for row, cells in enumerate(zip(*texts.values(), strict=True)):
        if all(cells) and len({has_zone(cell) for cell in cells}) > 1:
            raise InputError(
                f"{table.path}:{table.lines[row]}: {', '.join(texts)}: only one of them has a time zone: write both with one"
            )
