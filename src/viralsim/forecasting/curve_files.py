"""Files of curves: tables of a counter at several hours, or lists of single shares, of one post or of many."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from viralsim.errors import InputError
from viralsim.forecasting.curve import Curve, curve_of_events
from viralsim.forecasting.events import SECOND
from viralsim.forecasting.tables import UNITS, Row, check_per, check_single_shares, read_rows

HOURS_OF = {"seconds": 1 / 3600, "minutes": 1 / 60, "hours": 1.0, "days": 24.0}
PER = ("total", "interval")
EARLY = 1e-9  # hours by which rounding may place a time after the end


@dataclass(frozen=True)
class PostCurve:
    """The curve of one post as its file says it."""

    post_id: str
    curve: Curve
    followers: float  # NaN where unknown
    end_given: bool  # whether the file says until when it was watched
    place: str  # where it is in its file


def read_curves(
    path: str | Path, per: str = "total", watched: float = 0.0, published: str | None = None
) -> tuple[list[PostCurve], list[str]]:
    """(curves in the order of the file, notes on what was left out or assumed).

    Columns: one of ``seconds``, ``minutes``, ``hours``, ``days`` since the post, or ``time`` and ``published_at``; ``shares`` so
    far (or since the row before, where ``per`` is ``interval``), left out where every row is one share; optionally ``post_id``,
    ``impressions``, ``reach``, ``followers``, ``observed_until`` (hours). A list of single shares that does not say until when its
    post was watched is taken as watched for ``watched`` hours at least. ``published``: the ``published_at`` of a table without it.

    Raises: InputError with file and line where a curve cannot be one.
    """
    file = Path(path)
    if per not in PER:
        raise InputError(f"per: must be total or interval, got {per!r}")
    columns, rows, notes = read_rows(file, published)
    time = _time_column(rows[0], columns)
    if "shares" in columns:
        check_per(rows[0].table, per)
    else:
        check_single_shares(rows[0].table)
    posts: dict[str, list[Row]] = {}
    for row in rows:
        if "post_id" in columns and not row.has("post_id"):
            raise row.refuse("post_id: empty; every row names its post")
        posts.setdefault(row.text("post_id"), []).append(row)
    curves = []
    for name, own in posts.items():
        _check_published(own, columns)
        end = _end(own, columns)
        curve = _counter(own, time, columns, per, end) if "shares" in columns else _events(own, time, end, watched)
        followers = own[0].number("followers") if own[0].has("followers") else float("nan")
        curves.append(PostCurve(name, curve, followers, end is not None, own[0].place))
    return curves, notes


def _time_column(row: Row, columns: tuple[str, ...]) -> str:
    place = f"{row.table.path}:{row.table.header_line}"
    found = [column for column in columns if column in HOURS_OF or column == "time"]
    if found == ["time"] and "published_at" not in columns:
        raise InputError(
            f"{place}: time without published_at: add such a column with the time of the post, say --published, or give hours "
            "since the post"
        )
    if len(found) != 1:
        said = "no column" if not found else f"{len(found)} columns ({', '.join(found)})"
        titles = ", ".join(filter(None, row.table.titles))
        raise InputError(
            f"{place}: {said} of the time since the post; name one {', '.join(UNITS)} or time (found: {titles})"
        )
    return found[0]


def _hours(row: Row, time: str) -> float:
    """Hours since the post of a row."""
    if time != "time":
        return row.number(time) * HOURS_OF[time]
    hours = (row.moment("time") - row.moment("published_at")) / 3600
    if hours < 0:
        raise row.refuse("time: before published_at")
    return hours


def _end(rows: list[Row], columns: tuple[str, ...]) -> float | None:
    """Until when the file says that a post was watched; None where it does not."""
    if "observed_until" not in columns:
        return None
    ends = {row.number("observed_until"): row for row in rows if row.has("observed_until")}
    if len(ends) > 1:
        raise list(ends.values())[1].refuse("observed_until: another one than in a row above of the same post")
    return next(iter(ends), None)


def _check_end(row: Row, hours: float, end: float | None) -> None:
    if end is not None and hours > end + EARLY:
        raise row.refuse(f"{hours:g} hours is after observed_until ({end:g} hours): leave the row out, or correct one")


def _events(rows: list[Row], time: str, end: float | None, watched: float) -> Curve:
    """Single shares; a first row at 0 is the post itself."""
    hours = np.array([_hours(row, time) for row in rows])
    for row, at in zip(rows, hours, strict=True):
        _check_end(row, float(at), end)
    last = max(float(hours.max()), watched) if end is None else end
    if last <= 0:
        raise rows[0].refuse(
            "nothing but the post itself: say until when it was watched (--at, --until or observed_until)"
        )
    _check_watched(rows[-1], last)
    if hours[0] > hours[-1] and (np.diff(hours) <= 0).all():
        hours, rows = hours[::-1], rows[::-1]  # newest first
    again = np.flatnonzero((hours[1:] == 0) & (hours[:-1] > 0))
    if again.size:
        raise rows[int(again[0]) + 1].refuse(
            f"{time}: back to 0: name the post of every row in a column post_id where there are several, or sort the rows"
        )
    if hours[0] == 0:
        hours = hours[1:]
    return curve_of_events(np.sort(hours), last)


def _counter(rows: list[Row], time: str, columns: tuple[str, ...], per: str, end: float | None) -> Curve:
    """Readings of a counter, checked line by line."""
    hours, shares = np.zeros(len(rows)), np.zeros(len(rows))
    for i, row in enumerate(rows):
        hours[i], shares[i] = _hours(row, time), row.count("shares")
        _check_end(row, float(hours[i]), end)
        _check_counts(row, shares[i], columns)
        if i and hours[i] <= hours[i - 1]:
            raise row.refuse(
                f"{time}: not after the row before ({rows[i - 1].text(time)}); sort rows, one for each time"
            )
        if per == "total" and i and shares[i] < shares[i - 1]:
            raise row.refuse(
                f"shares fall from {shares[i - 1]:.0f} to {shares[i]:.0f}: a counter never falls; "
                f"say --per interval where rows count the shares since the row before"
            )
    if hours[0] == 0 and shares[0] > 0:
        raise rows[0].refuse("shares: none can have come by hour 0; name an interval by its end")
    if hours[-1] <= 0:
        raise rows[-1].refuse("nothing after hour 0: a curve needs a later row")
    _check_watched(rows[-1], float(hours[-1]))
    if per == "total":
        for column in {"impressions", "reach"} & set(columns):
            _check_rising(rows, column)
    # between the last reading and observed_until nothing is known
    return Curve(hours, np.cumsum(shares) if per == "interval" else shares, float(hours[-1]), False)


def _check_watched(row: Row, hours: float) -> None:
    if hours < SECOND:
        raise row.refuse(
            f"watched for {hours * 3600:.2g} seconds: look at the unit of the times; a second is the least"
        )


def _check_rising(rows: list[Row], column: str) -> None:
    """Raises where a counter falls from one row that knows it to the next."""
    known = [row for row in rows if row.has(column)]
    for before, row in pairwise(known):
        if row.count(column) < before.count(column):
            raise row.refuse(f"{column}: {row.text(column)} after {before.text(column)} above: a counter never falls")


def _check_published(rows: list[Row], columns: tuple[str, ...]) -> None:
    """Raises where the rows of a post name several times of its publication."""
    if "published_at" not in columns:
        return
    for row in rows[1:]:
        if row.moment("published_at") != rows[0].moment("published_at"):
            raise row.refuse("published_at: another one than in a row above of the same post")


def _check_counts(row: Row, shares: float, columns: tuple[str, ...]) -> None:
    """Raises where a row has more shares or reach than impressions."""
    if "impressions" not in columns or not row.has("impressions"):
        for column in {"reach"} & set(columns):
            if row.has(column):
                row.count(column)
        return
    impressions = row.count("impressions")
    if shares > impressions:
        raise row.refuse(f"{shares:.0f} shares of {impressions:.0f} impressions: more than can be")
    if "reach" in columns and row.has("reach") and (reach := row.count("reach")) > impressions:
        raise row.refuse(f"reach {reach:.0f} is above {impressions:.0f} impressions: more than can be")
