"""Which rows of an export are posts to learn from: impossible ones are refused, repeated and young ones left out and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from viralsim.errors import InputError

FEWEST_POSTS, FEW_POSTS = 8, 30
CELLS_OF_A_REPEAT = 6  # rows alike in fewer cells may be two posts
CLEARLY_FALLING = -0.5  # rank correlation of followers with the row: the newest are first

JUMP, MOST_JUMPING = 1.5, 0.2  # of followers from post to post, and the share of posts up to which that may be

DOUBTFUL = (
    ("reach", "impressions"),
    ("impressions_owned", "impressions"),
    ("reach_followers", "reach"),
    ("reach_followers", "followers"),
)


@dataclass(frozen=True)
class Kept:
    """Rows of exports as read: columns of here, ``file:line`` of each, its cells, notes so far, which are replies or others' posts.

    without_year: times are in order and as far apart as they say, but in a year that is none of theirs.
    """

    frame: pd.DataFrame
    where: list[str]
    cells: list[tuple[str, ...]]
    reply: NDArray[np.bool_]
    notes: list[str]
    repost: NDArray[np.bool_]
    without_year: bool = False

    @classmethod
    def together(cls, parts: Sequence[Kept]) -> Kept:
        """All rows, one file after the other; each note once."""
        if len(parts) > 1 and any(part.without_year for part in parts):
            place = next(part.where[0] for part in parts if part.without_year)
            raise InputError(f"{place}: times without a year do not go with those of other files: write the year")
        notes = list(dict.fromkeys(note for part in parts for note in part.notes))
        return cls(
            pd.concat([part.frame for part in parts], ignore_index=True) if len(parts) > 1 else parts[0].frame,
            [place for part in parts for place in part.where],
            [cells for part in parts for cells in part.cells],
            np.concatenate([part.reply for part in parts]),
            notes,
            np.concatenate([part.repost for part in parts]),
            parts[0].without_year,
        )


def select(kept: Kept, keep_doubtful: bool, replies: bool, horizon_hours: float | None) -> pd.DataFrame:
    """The posts to learn from, oldest first, with ``.attrs["notes"]``.

    Raises: InputError for numbers that cannot be together.
    """
    notes = list(kept.notes)
    _refuse_impossible(kept, keep_doubtful, notes)
    stay = np.ones(len(kept.frame), bool)
    frame = kept.frame

    def leave_out(which: NDArray[np.bool_], why: str) -> None:
        gone = int((stay & which).sum())
        if gone:
            notes.append(f"{gone} row{'s' * (gone > 1)} left out: {why}")
        stay[:] &= ~which

    known = frame["shares"].notna() & (frame["impressions"].notna() | frame["reach"].notna())
    leave_out(~known.to_numpy(), "shares, or both impressions and reach, are missing")
    if frame.loc[stay & known, "impressions"].notna().any():
        leave_out(frame["impressions"].isna().to_numpy(), "no impressions, while others have them")
    leave_out(_repeated(kept, stay), "repeated")
    leave_out(kept.repost, "reposts of others, whose counts are not this account's")
    if not replies:
        leave_out(kept.reply, "replies")
    if horizon_hours is not None:
        leave_out((frame["horizon_hours"] < horizon_hours).to_numpy(), f"counted for less than {horizon_hours:g} hours")
    dated = frame["published_at"].notna().to_numpy()
    if dated[stay].any():
        leave_out(~dated, "no date, while others have one")
        if horizon_hours is not None:
            newest = frame.loc[stay, "published_at"].max()
            young = (frame["published_at"] > newest - pd.Timedelta(hours=horizon_hours)).to_numpy()
            leave_out(young, f"younger than {horizon_hours:g} hours at the newest post")
    posts = _in_order(frame[stay], notes)
    _remarks(posts, notes)
    if kept.without_year:
        posts["published_at"] = pd.Series(pd.NaT, index=posts.index, dtype=posts["published_at"].dtype)
        notes.append("times have no year: they say which post came first, and are not kept")
    posts.attrs["notes"] = notes
    posts.attrs["file"] = kept.where[0].rsplit(":", 1)[0]
    return posts


def enough(posts: pd.DataFrame) -> None:
    """Refuse posts that are too few to learn from, or of which none was shared."""
    place = posts.attrs["file"]
    if len(posts) < FEWEST_POSTS:
        gone = "; ".join(note for note in posts.attrs["notes"] if "left out: " in note)
        said = f"{len(posts)} posts{f' ({gone})' if gone else ''}"
        raise InputError(f"{place}: {said}; {FEWEST_POSTS} are the fewest to learn from: give more posts")
    if not (posts["shares"] > 0).any():
        raise InputError(f"{place}: no post has a share, so nothing says how often posts are shared: give more posts")


def _refuse_impossible(kept: Kept, keep_doubtful: bool, notes: list[str]) -> None:
    nobody = np.flatnonzero((kept.frame["followers"] == 0).to_numpy())
    if len(nobody):
        raise InputError(
            f"{kept.where[nobody[0]]}: followers must be above 0: leave the cell empty where they are not known, and the "
            "column out where it counts those that a post won"
        )
    seen = "impressions" if kept.frame["impressions"].notna().any() else "reach"  # which stands in for them
    for rules, doubtful in (((("shares", seen),), False), (DOUBTFUL, True)):
        for part, whole in rules:
            wrong = np.flatnonzero((kept.frame[part] > kept.frame[whole]).to_numpy())
            if not len(wrong):
                continue
            if doubtful and keep_doubtful:
                notes.append(f"{len(wrong)} posts with more {part} than {whole} were kept as they are")
                continue
            a, b = kept.frame.loc[wrong[0], [part, whole]]
            remedy = (
                "mend the row, leave it out, or keep such rows (keep_doubtful)" if doubtful else "look at the columns"
            )
            raise InputError(f"{kept.where[wrong[0]]}: {part} {a:.0f} exceed {whole} {b:.0f}: {remedy}")


def _repeated(kept: Kept, stay: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows that are the post of another row: by its name, the one seen most often stays; without names, all cells alike."""
    frame = kept.frame
    seen = frame["impressions"].fillna(frame["reach"]).where(stay, -1.0)
    by_most_seen = seen.sort_values(ascending=False, kind="stable").index
    named = frame["post_id"].notna()
    repeated = (frame["post_id"].loc[by_most_seen].duplicated().sort_index() & named).to_numpy()
    rows = pd.Series(["\0".join(cells) if _says_enough(cells) else f"\0{i}" for i, cells in enumerate(kept.cells)])
    return np.asarray(repeated | (rows.duplicated().to_numpy() & ~named.to_numpy()))


def _says_enough(cells: tuple[str, ...]) -> bool:
    return sum(bool(cell.strip()) for cell in cells) >= CELLS_OF_A_REPEAT


def _in_order(posts: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Oldest first: by date; without dates as the file has them, turned where followers fall from row to row."""
    if len(posts) and posts["published_at"].notna().all():
        return posts.sort_values("published_at", kind="stable", ignore_index=True)
    followers = posts["followers"].dropna()
    if followers.nunique() > 1:
        correlation = stats.spearmanr(np.arange(len(followers)), followers).statistic
        if correlation < CLEARLY_FALLING:
            notes.append(
                "no dates; followers fall from row to row, so the newest posts are first and the order was turned"
            )
            return posts.iloc[::-1].reset_index(drop=True)
    notes.append("no dates: rows are taken in their order as oldest to newest")
    return posts.reset_index(drop=True)


def _remarks(posts: pd.DataFrame, notes: list[str]) -> None:
    """What a reader of the answer should know about these posts."""
    if len(posts) < FEW_POSTS:
        notes.append(f"only {len(posts)} posts: ranges are mostly what was assumed before")
    if posts["followers"].isna().all():
        notes.append("no followers: what is learnt holds for the account's present size only")
    if (jumping := _jumping(posts["followers"])) > MOST_JUMPING:
        notes.append(
            f"followers change by more than half at {100 * jumping:.0f} % of the posts: if the column counts those that a post "
            "won, leave it out"
        )
    if posts["impressions"].isna().all():
        notes.append("no impressions: reach stands in for them")
    paid = int(posts["paid"].sum())
    if 0 < paid < len(posts):
        notes.append(f"{paid} of {len(posts)} posts were paid for; they are kept apart")


def _jumping(followers: pd.Series) -> float:
    """The share of posts at which followers are more than half more, or less, than at the one before."""
    steps = np.abs(np.diff(np.log(followers.dropna().to_numpy())))
    return float((steps > np.log(JUMP)).mean()) if len(steps) else 0.0
