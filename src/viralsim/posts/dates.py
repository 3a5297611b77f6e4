"""Times of publication as exports write them: one form for a column, never guessed where it can be read two ways."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

MISSING = {"", "-", "n/a", "na", "nan", "nat", "none", "null", "lifetime"}
ORDERS = {
    "year-month-day": ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
    "day.month.year": (
        "%d.%m.%Y",
        "%d.%m.%y",
        "%d %b %Y",
        "%d %B %Y",
        "%a %d %b %Y",
        "%a, %d %b %Y",
        "%d-%b-%Y",
        "%d-%b-%y",
        "%d %B, %Y",
    ),
    "month day, year": (
        "%b %d, %Y",
        "%B %d, %Y",
        "%b %d %Y",
        "%B %d %Y",
        "%a %b %d %Y",
        "%a, %b %d, %Y",
        "%A, %B %d, %Y",
    ),
    "month/day/year": ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y"),
    "day/month/year": ("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y"),
}
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
MONTH_FIRST, DAY_FIRST = "month/day/year", "day/month/year"
# Months of other languages whose English name differs: first letters that name them.
MONTHS = {
    "januar": "jan", "jänner": "jan", "janvier": "jan", "janv": "jan", "enero": "jan", "ene": "jan", "januari": "jan",
    "februar": "feb", "février": "feb", "févr": "feb", "febrero": "feb", "februari": "feb", "märz": "mar", "mär": "mar",
    "mars": "mar", "marzo": "mar", "avril": "apr", "avr": "apr", "abril": "apr", "abr": "apr", "mai": "may", "mayo": "may",
    "maj": "may", "juni": "jun", "juin": "jun", "junio": "jun", "juli": "jul", "juillet": "jul", "juil": "jul", "julio": "jul",
    "août": "aug", "agosto": "aug", "ago": "aug", "augusti": "aug", "septembre": "sep", "sept": "sep", "septiembre": "sep",
    "oktober": "oct", "okt": "oct", "octobre": "oct", "octubre": "oct", "novembre": "nov", "noviembre": "nov",
    "gennaio": "jan", "gen": "jan", "febbraio": "feb", "aprile": "apr", "maggio": "may", "mag": "may", "giugno": "jun",
    "giu": "jun", "luglio": "jul", "lug": "jul", "settembre": "sep", "set": "sep", "ottobre": "oct", "ott": "oct",
    "dicembre": "dec", "janeiro": "jan", "fevereiro": "feb", "fev": "feb", "março": "mar", "maio": "may", "junho": "jun",
    "julho": "jul", "setembro": "sep", "outubro": "oct", "out": "oct", "novembro": "nov", "dezembro": "dec",
    "maart": "mar", "mrt": "mar", "mei": "may", "augustus": "aug",
    "dezember": "dec", "dez": "dec", "décembre": "dec", "déc": "dec", "diciembre": "dec", "dic": "dec", "december": "dec",
}  # fmt: skip
LEAP = 366  # days of the year in which days without one are put
CLEAR_GAP = 30  # days without a post in which a year may end
YEARS = (1990, 2199)  # of posts; further ones are slips, and no nanoseconds count to them
_ZONE = re.compile(r"\s*(?:z|\(?(?:utc|gmt)\)?|([+-])(\d\d)(?::?(\d\d))?)$", re.IGNORECASE)
_JAPANESE = re.compile(r"(\d{4})年\s*(\d{1,2})月\s*(\d{1,2})日")
_X_ARCHIVE = re.compile(
    r"([a-z]{3} [a-z]{3} \d{1,2}) (\d\d:\d\d:\d\d) \+0000 (\d{4})", re.IGNORECASE
)  # and of X's interface
_WORD = re.compile(r"[^\W\d_]+")


class DateError(ValueError):
    """A cell that is no time; ``row`` is its place in the column."""

    def __init__(self, row: int, why: str) -> None:
        super().__init__(why)
        self.row = row


def read_dates(cells: Sequence[str], apart: bool = False) -> tuple[pd.Series, str]:
    """(times in UTC, NaT where missing; a note, or nothing) of the cells of a column. A time without zone is taken as UTC.

    apart: how far times are apart matters, and not only which is first.

    Raises: DateError for a cell that no form of the others fits, or where day and month could be either.
    """
    missing = np.array([cell.strip().casefold() in MISSING for cell in cells], bool)
    stripped, offsets = zip(*map(_zone_apart, cells), strict=True) if cells else ((), ())
    plain = pd.Series([_in_english(cell) for cell in stripped], dtype=object).where(~missing)
    fitting = {order: times for order, forms in ORDERS.items() if (times := _read_as(plain, forms)) is not None}
    if not fitting:
        raise _misfit(plain)
    order, note = _one_of(fitting, apart)
    return (fitting[order] - pd.to_timedelta(list(offsets), unit="min")).dt.tz_localize("UTC"), note


def read_days_of_the_year(cells: Sequence[str], until: str = "") -> pd.Series | None:
    """Times of cells that name day and month and no year, such as ``10 January``, in some year that is none of theirs; None where
    one does not, or the year may end between any two of them.

    until: a day, also without year, after which none is: that of the export. Without it the year ends in the longest gap.
    """
    missing = np.array([cell.strip().casefold() in MISSING for cell in cells], bool)
    plain = pd.Series([_with_year(_in_english(cell)) for cell in cells], dtype=object).where(~missing)
    times = next((t for days in ORDERS.values() if (t := _read_as(plain, days)) is not None), None)
    if times is None or missing.all():
        return None
    newest = _last_of_the_year(times.dropna(), until)
    if newest is None:
        return None
    back = pd.to_timedelta(np.where(times > newest, LEAP, 0), unit="D")
    return (times - back).dt.tz_localize("UTC")


def _last_of_the_year(times: pd.Series, until: str) -> pd.Timestamp | None:
    """The time after which times are of the year before; None where nothing says it."""
    if until:
        last = _read_as(pd.Series([_with_year(_in_english(until))], dtype=object), sum(ORDERS.values(), ()))
        return None if last is None else last[0] + pd.Timedelta(days=1)
    around = np.sort(times.to_numpy())
    gaps = np.diff(np.append(around, around[0] + np.timedelta64(LEAP, "D")))
    longest = int(np.argmax(gaps))
    return pd.Timestamp(around[longest]) if gaps[longest] >= np.timedelta64(CLEAR_GAP, "D") else None


def _with_year(text: str) -> str:
    """A day with a leap year behind it and before its clock."""
    day, clock = re.fullmatch(r"(.*?)((?: \d{1,2}:.*)?)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    return f"{day} 2000{clock}"


def _zone_apart(cell: str) -> tuple[str, int]:
    """(the cell without its time zone, minutes that the zone is ahead of UTC)."""
    found = _zone(cell)
    if found is None:
        return cell.strip(), 0
    sign, hours, minutes = found.groups()
    ahead = 0 if sign is None else int(f"{sign}1") * (60 * int(hours) + int(minutes or 0))
    return cell.strip()[: found.start()], ahead


def has_zone(cell: str) -> bool:
    """Whether a time says its time zone."""
    return _zone(cell) is not None


def _zone(cell: str) -> re.Match[str] | None:
    found = _ZONE.search(cell.strip())
    return found if found and ":" in cell.strip()[: found.start()] else None  # 2026-01-31 ends in no zone


def _in_english(cell: str) -> str:
    """The cell with months of other languages in English, one blank between its parts, none of the punctuation of months."""
    text = re.sub(r"(?<=\d)T(?=\d)", " ", cell.replace("\u202f", " ").replace("\xa0", " "))
    text = _JAPANESE.sub(r"\1-\2-\3 ", text)
    text = _X_ARCHIVE.sub(r"\1 \3 \2", text)
    text = re.sub(r"(?<=\d)h(?=\d\d\b)", ":", re.sub(r"(?<=\d)\s*Uhr\b", "", text))
    text = re.sub(r"\b(?:at|um|à|kl|a las)\b\.?", " ", text)
    text = re.sub(r"(?<=\d),(?=\s*\d{1,2}:)|(?<=[^\W\d_])\.|(?<=\d)\.(?=\s+[^\W\d_])", " ", text)
    text = re.sub(r"\b(?:de|del)\b", " ", text)
    text = _WORD.sub(lambda word: MONTHS.get(word.group().casefold(), word.group()), text)
    return " ".join(text.split())


def _read_as(cells: pd.Series, days: Sequence[str]) -> pd.Series | None:
    """The times, if one of these forms of a day, with one of the clocks, fits each cell."""
    times = pd.Series(pd.NaT, index=cells.index, dtype="datetime64[ns]")
    left = cells.dropna()
    while len(left):
        forms = (day + clock for day in days for clock in CLOCKS)
        form = next((f for f in forms if not pd.isna(pd.to_datetime(left.iloc[0], format=f, errors="coerce"))), None)
        if form is None:
            return None
        read = pd.to_datetime(left, format=form, errors="coerce")
        read = read[read.dt.year.between(*YEARS)]  # not those that are missing either
        if read.empty:
            return None
        times[read.index] = read.astype("datetime64[ns]")
        left = left.drop(read.index)
    return times


def _misfit(cells: pd.Series) -> DateError:
    """The first cell that is no time, or none in the order of the first."""
    known = cells.dropna()
    orders = [
        {order for order, days in ORDERS.items() if _read_as(known.iloc[[i]], days) is not None}
        for i in range(len(known))
    ]
    at = next((i for i, those in enumerate(orders) if not those), None)
    if at is None:
        at = next((i for i, those in enumerate(orders) if not those & orders[0]), 0)
    return DateError(
        int(known.index[at]),
        f"is no time of the form of the others, from {YEARS[0]} to {YEARS[1]}: write times such as 2026-01-31 08:00",
    )


def _one_of(fitting: dict[str, pd.Series], apart: bool) -> tuple[str, str]:
    """The order of day and month: what fits alone, else that by which the rows are in order of time, else any if order is equal."""
    if not {MONTH_FIRST, DAY_FIRST} <= set(fitting):
        return next(iter(fitting)), ""
    if fitting[MONTH_FIRST].equals(fitting[DAY_FIRST]):
        return MONTH_FIRST, ""
    sorted_by = [order for order in (MONTH_FIRST, DAY_FIRST) if _in_order(fitting[order].dropna())]
    if len(sorted_by) == 1:
        return sorted_by[0], f"times were read as {sorted_by[0]}, by which the rows are in order"
    month, day = fitting[MONTH_FIRST], fitting[DAY_FIRST]
    alike = np.array_equal(np.argsort(month.to_numpy(), kind="stable"), np.argsort(day.to_numpy(), kind="stable"))
    if alike and not apart:
        return MONTH_FIRST, f"times were read as {MONTH_FIRST}; as {DAY_FIRST} the order of the posts would be the same"
    differing = np.flatnonzero(((month != day) & month.notna()).to_numpy())
    raise DateError(int(differing[0]), "can be day/month or month/day: write times such as 2026-01-31 08:00")


def _in_order(times: pd.Series) -> bool:
    return bool(times.is_monotonic_increasing or times.is_monotonic_decreasing)
