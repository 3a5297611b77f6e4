"""Exports whose rows are days and not posts: refused where that is sure, told where it may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from viralsim.errors import InputError
from viralsim.posts.dates import DateError, read_dates
from viralsim.posts.headers import OF_ACCOUNTS
from viralsim.tables import Table

NAMES = ("post_id", "content", "link", "text")  # columns of which one tells posts apart
FEWEST_DAYS = 7  # in turn, one row each


def refuse_days(table: Table, source: Mapping[str, str], ids: Sequence[str | None] | None) -> None:
    """Refuse a table of the days of an account, or with the counts of a post on each day."""
    told_apart = any(name in table for name in NAMES)
    of_accounts = [table.columns[name].title for name in OF_ACCOUNTS if name in table]
    if of_accounts and not told_apart:
        raise InputError(
            f"{table.path}: column {of_accounts[0]!r} is of an account, and no column names posts: these rows are days; export the "
            "content, with one row for each post"
        )
    if ids is None or "date" not in table or source.get("published_at") == "date":
        return
    days = table.texts("date")
    rows = pd.DataFrame({"id": ids, "day": days}).dropna()
    several = rows.groupby("id")["day"].nunique()
    if not (several > 1).any():
        return
    seen = next(table.numbers(source[name]) for name in ("impressions", "reach") if name in source)
    if not _grow(rows, seen):
        title = table.columns["date"].title
        raise InputError(
            f"{table.path}: {int((several > 1).sum())} posts have a row for each day ({title!r}), with the counts of that day: "
            "export the totals of each post (lifetime)"
        )


def _grow(rows: pd.DataFrame, seen: np.ndarray) -> bool:
    """Whether counts never fall from one day of a post to the next: they are totals until that day."""
    try:
        days, _ = read_dates(list(rows["day"]))
    except DateError:
        return False
    table = pd.DataFrame({"id": rows["id"].to_numpy(), "day": days.to_numpy(), "seen": seen[rows.index]})
    steps = table.sort_values("day", kind="stable").groupby("id")["seen"].diff()
    return not bool((steps < 0).any())


def note_on_days(table: Table, times: pd.Series) -> str:
    """A sentence where rows are one for each day in turn and no column names posts; else nothing."""
    known = times.dropna().sort_values()
    if any(name in table for name in NAMES) or len(known) < FEWEST_DAYS:
        return ""
    if not (known.dt.normalize() == known).all() or not (known.diff().dropna() == pd.Timedelta(days=1)).all():
        return ""
    return "one row for each day in turn, and no column names posts: if these are days of an account, they are no posts"
