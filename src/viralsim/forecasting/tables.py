"""Tables of curves, row by row, on the reader that all tables of the product share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.forecasting.moments import LIKE, seconds_of
from viralsim.tables import MOST_COUNTED, Column, Kind, Table, read_table
from viralsim.units import shown

# words for a unit of time; alone, or with one of SINCE they are the time since the post
UNITS = {
    "seconds": (
        "second",
        "sec",
        "secs",
        "s",
        "sekunde",
        "sekunden",
        "seconde",
        "secondes",
        "segundo",
        "segundos",
        "sekunder",
    ),
    "minutes": ("minute", "min", "mins", "minuten", "minutos", "minuto", "minuter"),
    "hours": (
        "hour",
        "hr",
        "hrs",
        "h",
        "std",
        "stunde",
        "stunden",
        "heure",
        "heures",
        "hora",
        "horas",
        "timme",
        "timmar",
    ),
    "days": ("day", "tag", "tage", "jour", "jours", "dia", "dias", "dag", "dagar"),
}
SINCE = (
    "{} since post", "{} since posting", "{} since publication", "{} since launch", "{} since start", "{} since seed",
    "{} after post", "{} after posting", "{} after launch", "time since post {}", "time since posting {}", "time since launch {}",
    "time in {}", "time {}", "t {}", "relative time {}", "elapsed {}", "elapsed time {}", "{} elapsed", "age {}", "age in {}",
    "delay {}", "delay in {}", "zeit {}", "zeit in {}", "{} seit veröffentlichung", "{} nach veröffentlichung", "{} seit post",
    "{} seit start", "{} depuis publication", "{} depuis la publication", "{} desde la publicación",
)  # fmt: skip
# numbers all: a curve's last row may well be the sum of those above it, and is none of totals
NUMBERS = {
    **{
        unit: (*words, *(form.format(word) for form in SINCE for word in (unit, *words)))
        for unit, words in UNITS.items()
    },
    "shares": (
        "share", "retweets", "retweet", "reposts", "repost", "reshares", "shares so far", "shares to date", "times shared",
        "cumulative shares", "cumulative retweets", "cumulative reposts", "geteilt", "teilungen", "geteilte beiträge", "partages",
        "compartidos", "delningar",
    ),
    "impressions": ("views",),
    "reach": (),
    "followers": (),
    "observed_until": ("observed until",),
}  # fmt: skip
TIMES = ("seconds", "minutes", "hours", "days", "observed_until")
COUNTED = {
    "share", "shares", "retweet", "retweets", "repost", "reposts", "reshare", "reshares", "like", "likes", "view", "views",
    "engagement", "engagements", "count", "counts", "cumulative", "total", "n", "y", "value",
}  # fmt: skip
PEOPLE = {  # words of columns that name a row or somebody, and count nothing
    "user", "users", "id", "ids", "author", "account", "handle", "name", "follower", "followers", "node", "parent", "member",
    "person", "index", "row", "userid", "memberid", "nodeid", "parentid", "tweetid", "retweetid", "shareid", "accountid",
    "authorid", "postid",
}  # fmt: skip
PLAIN = re.compile(r"\d+(\.\d+)?", re.ASCII)
GROUPED = re.compile(r"[1-9]\d{0,2}\.\d{3}", re.ASCII)
WORDS = {
    "time": (
        "timestamp",
        "datetime",
        "date time",
        "date and time",
        "zeit",
        "zeitpunkt",
        "zeitstempel",
        "datum und uhrzeit",
    ),
    "published_at": (
        "publish time",
        "published",
        "posted at",
        "publication time",
        "veröffentlicht",
        "veröffentlicht am",
    ),
}
# words of a title of shares that say what each row counts
SINCE_THE_ROW_BEFORE = {
    "per", "pro", "par", "por", "new", "neu", "neue", "hourly", "daily", "stündlich", "täglich", "interval", "increment",
    "increments", "incremental", "delta", "change", "gained", "gain", "added",
}  # fmt: skip
SO_FAR = {"cumulative", "cumulated", "cumul", "far", "kumuliert", "kumulativ", "bisher"}
COLUMNS = (
    Column(
        "post_id",
        Kind.ID,
        ("post", "tweet id", "tweet", "status id", "cascade id", "cascade", "video id", "media id", "content id"),
    ),
    *(Column(name, Kind.NUMBER, words) for name, words in NUMBERS.items()),
    *(Column(name, Kind.TEXT, words) for name, words in WORDS.items()),
)


@dataclass(frozen=True)
class Row:
    """One row of a table: its cells by column, and its line in the file."""

    table: Table
    values: dict[str, NDArray[np.float64]]
    words: dict[str, list[str]]
    seconds: dict[str, NDArray[np.float64]]  # of the columns of dates
    at: int

    @property
    def place(self) -> str:
        """``curve.csv:12``."""
        return f"{self.table.path}:{self.table.lines[self.at]}"

    def refuse(self, sentence: str) -> InputError:
        """The error that says what is wrong with this row."""
        return InputError(f"{self.place}: {sentence}")

    def text(self, column: str) -> str:
        """What is written in ``column``; empty where there is no such column."""
        if column in self.words:
            return self.words[column][self.at]
        return self.table.cells(column)[self.at].strip() if column in self.values else ""

    def has(self, column: str) -> bool:
        """Whether the row says something in ``column``."""
        if column in self.values:
            return not np.isnan(self.values[column][self.at])
        return self.text(column) != ""

    def number(self, column: str) -> float:
        """The number in ``column``, finite and not negative.

        Raises: InputError with the line where there is none.
        """
        if not self.has(column):
            raise self.refuse(f"{column}: empty")
        return float(self.values[column][self.at])

    def count(self, column: str) -> float:
        """The whole number in ``column``; raises as ``number``."""
        value = self.number(column)
        if value != round(value):
            raise self.refuse(f"{column}: must be a whole number, got {shown(self.text(column))}")
        return value

    def moment(self, column: str) -> float:
        """Seconds since 1970 of the date and time in ``column``.

        Raises: InputError with the line where there is none.
        """
        if np.isnan(value := self.seconds[column][self.at]):
            raise self.refuse(f"{column}: empty; write a date with a time of day such as {LIKE}")
        return float(value)


def _numbers(table: Table, name: str) -> NDArray[np.float64]:
    """The numbers of a column; of times those with a point are decimals, which 1.500 hours would not prove: said."""
    cells = [cell.strip() for cell in table.cells(name)]
    if name not in TIMES or not all(PLAIN.fullmatch(cell) for cell in cells):
        return table.numbers(name, high=np.inf if name in TIMES else MOST_COUNTED)
    grouped = next((cell for cell in cells if GROUPED.fullmatch(cell)), None)
    if grouped is not None and all(GROUPED.fullmatch(cell) for cell in cells if "." in cell):
        table.notes.append(f"column {table.columns[name].title!r}: {grouped} was read as {float(grouped):g}")
    return np.array(cells, np.float64)


def check_single_shares(table: Table) -> None:
    """Raises where a table without a column of shares counts something in a column of another name.

    Single shares have no counts: a column of numbers names whoever shared, or the row, or is refused.
    """
    counted = [table.columns[name].title for name in ("impressions", "reach") if name in table]
    numbers = table.unknown_numbers()
    counted += [
        title for title in table.unused if _words(title) & COUNTED or (title in numbers and not _words(title) & PEOPLE)
    ]
    if counted:
        raise InputError(
            f"{table.path}: no column of shares, and {counted[0]!r} seems to count something: name the column that counts them "
            "shares (--per interval where it counts those since the row before), or take it out where every row is one share"
        )


def _words(title: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", title.casefold()))


def _check_units(table: Table) -> None:
    """Raises where a title names two units of time, such as hours (days)."""
    for name in UNITS:
        if name not in table:
            continue
        title = table.columns[name].title
        words = _words(title)
        said = [unit for unit, others in UNITS.items() if words & {unit, *others}]
        if len(said) > 1:
            raise InputError(f"{table.path}: column {title!r} names {' and '.join(said)}: leave one of them out")


def check_per(table: Table, per: str) -> None:
    """Raises where the title of the shares says that rows count something else than ``per`` says."""
    title = table.columns["shares"].title
    words = _words(title)
    if per == "total" and words & SINCE_THE_ROW_BEFORE:
        raise InputError(
            f"{table.path}: column {title!r} seems to count the shares since the row before: say --per interval; or call it "
            "shares where it counts all so far"
        )
    if per == "interval" and words & SO_FAR:
        raise InputError(f"{table.path}: column {title!r} counts all shares so far: leave out --per interval")


def read_rows(path: Path, published: str | None = None) -> tuple[tuple[str, ...], list[Row], list[str]]:
    """(columns that are known, rows, notes on what was left out or assumed).

    ``published``: when the post was published, where the table has dates and no column ``published_at``. Beside a column of the
    time since the post, dates are left out.

    Raises: InputError where the file cannot be read, holds no row, or a cell of a number is none, with file, line and column.
    """
    table = read_table(path, COLUMNS)
    _check_units(table)
    columns = tuple(column.name for column in COLUMNS if column.name in table)
    if "time" in columns and set(columns) & set(UNITS):
        table.notes.append(f"column {table.columns['time'].title!r} left out: the time since the post is there")
        columns = tuple(name for name in columns if name != "time")
    columns = _with_published(table, columns, published)
    values = {name: _numbers(table, name) for name in columns if name in NUMBERS}
    words = {name: table.texts(name) for name in columns if name not in NUMBERS and name in table}
    dates = tuple(name for name in WORDS if name in words)
    seconds = seconds_of(table, dates, published) if dates else {}
    rows = [Row(table, values, words, seconds, at) for at in range(len(table))]
    return columns, rows, [f"{path}: {note}" for note in table.notes]


def _with_published(table: Table, columns: tuple[str, ...], published: str | None) -> tuple[str, ...]:
    """``columns``, with ``published_at`` where ``published`` says it.

    Raises: InputError where the table says it too, names several posts, or has no dates.
    """
    if published is None:
        return columns
    if "published_at" in columns:
        raise InputError(f"--published: {table.path} has a column of it: leave one of them out")
    if "time" not in columns:
        raise InputError(f"--published: {table.path} has no column of dates: leave it out")
    if "post_id" in columns and len(set(table.texts("post_id"))) > 1:
        raise InputError(f"--published: {table.path} holds several posts: give each its own in a column published_at")
    return (*columns, "published_at")
