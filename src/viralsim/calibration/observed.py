"""Past posts as arrays, oldest first: what the likelihood and the draws of a next post are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.tables import MOST_COUNTED

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FEWEST_POSTS = 8
MOST_POSTS = 3000  # older ones say nothing more of the next, and time grows faster than their number
VARY = 2.0  # followers that vary by less than this factor say nothing about the elasticity


@dataclass(frozen=True)
class Posts:
    """Past posts of one account, oldest first; all arrays have one entry per post.

    Where ``owned`` is there, impressions of followers are counted out of ``followers``; else only all impressions are.
    """

    impressions: Floats  # shown to anyone, at least the shares
    shares: Floats
    paid: Bools
    followers: Floats | None = None
    owned: Floats | None = None

    def __len__(self) -> int:
        return len(self.impressions)

    def upto(self, end: int) -> Posts:
        """The first ``end`` posts."""
        return self.where(np.arange(len(self)) < end)

    def where(self, chosen: Bools | NDArray[np.int64]) -> Posts:
        """The posts that ``chosen`` marks, or numbers."""
        return Posts(*(None if a is None else a[chosen] for a in self._arrays()))  # type: ignore[arg-type]

    def repeated(self, times: int) -> Posts:
        """The same posts ``times`` over."""
        return Posts(*(None if a is None else np.tile(a, times) for a in self._arrays()))  # type: ignore[arg-type]

    def _arrays(self) -> tuple[Floats | Bools | None, ...]:
        return self.impressions, self.shares, self.paid, self.followers, self.owned

    @property
    def followers_vary(self) -> bool:
        """Whether the followers of these posts differ enough to say how impressions grow with them."""
        return self.followers is not None and self.followers.max() >= VARY * self.followers.min()


def from_table(past: pd.DataFrame, fewest: int = FEWEST_POSTS) -> Posts:
    """Posts of a table with the columns of ``viralsim.posts``, by ``published_at`` where each row has it, else in its order.

    Rows without impressions (or reach) or shares say nothing here and are left out; of more than 3,000 posts the latest stay.

    Raises: InputError where columns are missing, a number cannot be, or fewer than ``fewest`` posts are left.
    """
    if not isinstance(past, pd.DataFrame):
        raise InputError(f"past: must be a table (pandas DataFrame) of past posts, got {type(past).__name__}")
    impressions = _first_of(past, "impressions", "reach")
    shares = _first_of(past, "shares")
    order = _oldest_first(past)
    followers = _numbers(past, "followers")
    if followers is not None:
        followers = _filled(followers[order])
    impressions, shares = impressions[order], shares[order]
    known = np.isfinite(impressions) & np.isfinite(shares)
    _refuse(past, order, known & (shares > impressions), "shares exceed impressions: look at the columns")
    posts = Posts(impressions, shares, _paid(past)[order], followers, None).where(known)
    if len(posts) < fewest:
        raise InputError(f"past: {len(posts)} posts with shares and impressions; {fewest} are the fewest: give more")
    posts = posts.where(np.arange(len(posts)) >= len(posts) - MOST_POSTS)
    if not posts.shares.any():
        raise InputError("past: no post has a share, so nothing says how often posts are shared: give more posts")
    return posts


def _numbers(past: pd.DataFrame, column: str) -> Floats | None:
    """The column as float64, missing cells NaN; None where the column is absent or empty."""
    if column not in past.columns:
        return None
    try:
        values = np.array(pd.to_numeric(past[column]), np.float64)
    except (TypeError, ValueError):
        raise InputError(f"past: column {column!r} must hold numbers: read the file with viralsim.posts.read") from None
    _refuse(
        past,
        np.arange(len(values)),
        (values > MOST_COUNTED) | (values < 0),
        f"{column} must be from 0 to {MOST_COUNTED:g}",
    )
    if column == "followers":
        _refuse(past, np.arange(len(values)), values == 0, "followers must be above 0")
    return None if np.isnan(values).all() else values


def _first_of(past: pd.DataFrame, *columns: str) -> Floats:
    for column in columns:
        values = _numbers(past, column)
        if values is not None:
            return values
    raise InputError(f"past: column {' or '.join(map(repr, columns))} is missing; it has {', '.join(map(str, past))}")


def _refuse(past: pd.DataFrame, order: NDArray[np.int64], wrong: Bools, sentence: str) -> None:
    """Refuse the first row that is wrong, by its place in the table as given."""
    if wrong.any():
        raise InputError(f"past: row {past.index[order[np.flatnonzero(wrong)[0]]]}: {sentence}")


def _oldest_first(past: pd.DataFrame) -> NDArray[np.int64]:
    """Rows in the order of publication; ties and tables without dates stay in the order of the table."""
    dates: Any = past.get("published_at")
    if dates is None or dates.isna().any():
        return np.arange(len(past))
    wrong = "past: column 'published_at' must hold times, such as 2026-01-31 08:00"
    if pd.api.types.is_numeric_dtype(dates):
        raise InputError(wrong)
    try:
        stamps = pd.to_datetime(dates, utc=True, format="ISO8601")  # 03/04/2026 would be guessed
    except (TypeError, ValueError):
        raise InputError(wrong) from None
    return np.asarray(np.argsort(stamps.to_numpy(), kind="stable"), np.int64)


def _filled(followers: Floats) -> Floats:
    """Followers with gaps filled from the known posts before and after, straight in the log."""
    known = np.flatnonzero(np.isfinite(followers))
    return np.asarray(np.exp(np.interp(np.arange(len(followers)), known, np.log(followers[known]))))


def _paid(past: pd.DataFrame) -> Bools:
    """Which posts were paid for: a truth value, or paid impressions above 0; missing is unpaid."""
    paid = _numbers(past, "paid")
    return np.zeros(len(past), bool) if paid is None else np.asarray(np.nan_to_num(paid) > 0)


def unpaid(posts: Posts) -> Posts:
    """The posts that were not paid for; InputError where they are too few to predict the next one."""
    free = posts.where(~posts.paid)
    if len(free) < FEWEST_POSTS:
        raise InputError(
            f"past: {len(free)} of {len(posts)} posts are unpaid; {FEWEST_POSTS} are the fewest: give more unpaid posts"
        )
    if not free.shares.any():
        raise InputError("past: no unpaid post has a share, so nothing says how often they are shared: give more posts")
    return free
