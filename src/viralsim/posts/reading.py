"""Past posts from the exports of platforms, as one table with the same columns whatever the platform."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from viralsim.arguments import file_path, flag, number, refuse
from viralsim.errors import InputError
from viralsim.posts.dates import DateError, read_dates, read_days_of_the_year
from viralsim.posts.days import note_on_days, refuse_days
from viralsim.posts.headers import CANONICAL, CHOICE, COLUMNS, COUNTS, OF_VIDEOS, RECOMMENDED, TEXTS
from viralsim.posts.selection import Kept, enough, select
from viralsim.tables import MOST_COUNTED, Table, read_table
from viralsim.tables.columns import plain

MOST_POSTS = 1_000_000
DESCRIPTIONS = ("lifetime:", "daily:")  # Facebook Insights explains its columns in the row below their names
YES = {"1", "1.0", "yes", "true", "paid", "ja", "oui", "si", "wahr", "vrai", "verdadero", "sant", "x"}
NO = {
    "",
    "0",
    "0.0",
    "no",
    "false",
    "unpaid",
    "organic",
    "-",
    "nein",
    "non",
    "nej",
    "falsch",
    "faux",
    "falso",
    "falskt",
    "nan",
}
PAID_TYPES = {
    "ad", "ads", "paid", "sponsored", "promoted", "boosted", "gesponsert", "beworben", "sponsorise", "sponsorisé", "promu",
    "patrocinado", "promocionado", "sponsrad", "sponsrat", "boostad",
}  # fmt: skip
SPREADSHEET_DIGITS = 15  # of a number that a spreadsheet keeps
_POWER = re.compile(r"\d([.,]\d+)?[eE]\+\d+")
MOST_TYPES = 40  # different words of a column of types; more are no types

Floats = NDArray[np.float64]


def read(
    paths: str | Path | Sequence[str | Path],
    map: Mapping[str, str] | None = None,
    keep_doubtful: bool = False,
    replies: bool = True,
    horizon_hours: float | None = None,
) -> pd.DataFrame:
    """Past posts of one account, oldest first.

    Args:
        paths: an export of X, Facebook Insights, Meta Business Suite, Instagram, YouTube Studio, TikTok Studio or LinkedIn, or a
            table of one's own (CSV, any usual separator and encoding); several files of one account are put together.
        map: columns by hand: name here -> title in the file, such as ``{"shares": "Retweets"}``.
        keep_doubtful: keep rows with more reach than impressions, and the like, instead of refusing the file.
        replies: keep posts whose text begins with ``@``.
        horizon_hours: leave out posts younger than this when the newest was published: their counts are still growing.

    Returns:
        One row per post with all columns of ``viralsim.posts.CANONICAL``: ``post_id`` and ``type`` text, ``published_at`` in UTC,
        ``paid`` bool, all others float64; missing is NaN (NaT), never 0. ``.attrs["notes"]`` says what was left out or assumed,
        ``.attrs["recognised"]`` which title became which column. Texts and handles are not kept.

    Raises:
        InputError: with file, line and column: no such columns, numbers that cannot be, fewer than 8 posts, no post shared.
    """
    posts = read_all(paths, map, keep_doubtful, replies, horizon_hours)
    enough(posts)
    return posts


def read_all(
    paths: str | Path | Sequence[str | Path],
    map: Mapping[str, str] | None = None,
    keep_doubtful: bool = False,
    replies: bool = True,
    horizon_hours: float | None = None,
) -> pd.DataFrame:
    """As ``read``, also where posts are few, or none was shared."""
    several = list(paths) if isinstance(paths, list | tuple) else [paths]
    files = [file_path(file, "paths") for file in several]
    if not files:
        raise InputError("paths: no file was named: give at least one export")
    if map is not None and not (isinstance(map, Mapping) and all(isinstance(title, str) for title in map.values())):
        raise refuse("map", 'a mapping of columns to titles such as {"shares": "Retweets"}', map)
    mapping = dict(map or {})
    for name in mapping:
        if name not in CANONICAL:
            raise InputError(f"map: {name!r} is no column of posts: use one of {', '.join(CANONICAL)}")
    flag(keep_doubtful, "keep_doubtful")
    flag(replies, "replies")
    if horizon_hours is not None:
        number(horizon_hours, "horizon_hours", 0, 1e6, open_low=True)
    parts = [_read_one(file, mapping, horizon_hours is not None) for file in files]
    kept = Kept.together([part for part, _ in parts])
    posts = select(kept, keep_doubtful=keep_doubtful, replies=replies, horizon_hours=horizon_hours)
    posts.attrs["recognised"] = {name: title for _, titles in parts for name, title in titles.items()}
    return posts


def _read_one(path: Path, mapping: Mapping[str, str], ages: bool) -> tuple[Kept, dict[str, str]]:
    """The rows of one file with the columns of here, and which titles they had; ``ages``: how old posts are matters."""
    table = read_table(path, COLUMNS, mapping)
    if len(table) > MOST_POSTS:
        raise InputError(f"{path}: more than {MOST_POSTS:,} posts: give a sample")
    _drop_descriptions(table)
    source = _sources(table, mapping)
    for needed in (("shares",), ("impressions", "reach")):
        if not any(name in source for name in needed):
            raise InputError(_missing(table, " or ".join(needed)))
    _note_rounded(table)
    ids = _ids(table)
    refuse_days(table, source, ids)
    columns: dict[str, object] = {
        name: table.numbers(at, high=MOST_COUNTED) for name, at in source.items() if at in COUNTS
    }
    if "horizon_hours" in table:
        columns["horizon_hours"] = table.numbers("horizon_hours")
    if "impressions_recommended" not in columns and any(name in table for name in RECOMMENDED):
        columns["impressions_recommended"] = _added(table, [name for name in RECOMMENDED if name in table])
    columns["published_at"], without_year = _dates(table, source.get("published_at"), ages)
    columns["paid"] = _paid(table)
    columns["type"] = _types(table)
    columns["post_id"] = ids
    frame = pd.DataFrame({name: columns.get(name, np.nan) for name in CANONICAL}, index=range(len(table)))
    texts = table.texts("text") if "text" in table else [""] * len(table)
    reply = np.array([text.startswith("@") for text in texts], bool)
    repost = np.array([text.startswith("RT @") for text in texts], bool)
    whole = [tuple(row) for row in table.rows]
    named = _name_of_posts(table)
    titles = {name: table.columns[at].title for name, at in source.items() if name != "post_id"}
    titles |= {} if named is None else {"post_id": table.columns[named].title}
    return Kept(
        frame, [f"{path}:{line}" for line in table.lines], whole, reply, list(table.notes), repost, without_year
    ), titles


def _drop_descriptions(table: Table) -> None:
    """Leave out the rows in which an export explains its columns."""
    for row in reversed(range(len(table))):
        if any(cell.strip().casefold().startswith(DESCRIPTIONS) for cell in table.rows[row]):
            table.notes.append(f"line {table.lines[row]} explains the columns and was left out")
            del table.rows[row], table.lines[row]
    if not len(table):
        raise InputError(f"{table.path}: there is no row below the column names")


def _sources(table: Table, mapping: Mapping[str, str]) -> dict[str, str]:
    """For each column of here the column of the table that it is read from."""
    source = {name: name for name in (*COUNTS, *TEXTS) if name in table and name in CANONICAL and name not in CHOICE}
    of_videos = _of_videos(table)
    for name, choice in CHOICE.items():
        order = (name,) if name in mapping else choice
        if name == "impressions" and name not in mapping and of_videos:
            order = ("views", *order)  # YouTube: impressions are thumbnails shown
        if name == "followers" and name not in mapping and of_videos and "subscribers" in table:
            order = ("followers",)
            table.notes.append(
                f"{table.columns['subscribers'].title!r} are those that a video won, and not the account's"
            )
        found = [at for at in order if at in table]
        if not found:
            continue
        source[name] = found[0]
        others = [table.columns[at].title for at in choice if at in table and at != found[0]]
        used = table.columns[found[0]].title
        if others:
            table.notes.append(f"{used!r} was taken as {name}, not {', '.join(map(repr, others))}")
        elif name == "impressions" and found[0] != name:
            table.notes.append(f"{used!r} was taken as impressions")
    return source


def _of_videos(table: Table) -> bool:
    """Whether an export is YouTube's."""
    published = table.columns.get("published_at")
    return bool(set(OF_VIDEOS) & set(table.columns)) or (published is not None and "video" in plain(published.title))


def _missing(table: Table, needed: str) -> str:
    seen = ", ".join(repr(found.title) for found in table.columns.values())
    unused = next((f"; {note}" for note in table.notes if note.startswith("columns not used")), "")
    name = needed.split(" or ")[0]
    return (
        f"{table.path}: no column of {needed} was recognised (recognised: {seen}{unused}): name it by map, {name}=TITLE"
    )


def _added(table: Table, names: Sequence[str]) -> Floats:
    """The sum of some columns; missing where one of them is."""
    return np.asarray(np.sum([table.numbers(name, high=MOST_COUNTED) for name in names], axis=0), np.float64)


def _dates(table: Table, source: str | None, ages: bool) -> tuple[pd.Series, bool]:
    """(times in UTC, whether their year is not known)."""
    if source is None:
        return pd.Series(pd.NaT, index=range(len(table)), dtype="datetime64[ns, UTC]"), False
    cells = table.texts(source)
    try:
        times, note = read_dates(cells, ages)
    except DateError as error:
        exported = set(table.texts("time")) if source != "time" and "time" in table else set()
        days = read_days_of_the_year(cells, exported.pop() if len(exported) == 1 else "")
        if days is None:
            raise InputError(f"{table.where(error.row, source)}: {cells[error.row]!r} {error}") from None
        return days, True
    table.notes.extend(said for said in (note, note_on_days(table, times)) if said)
    return times, False


def _paid(table: Table) -> NDArray[np.bool_]:
    """Which posts were paid for: the column says so, or some impressions or reach were paid."""
    paid = np.zeros(len(table), bool)
    for name in ("impressions_paid", "reach_paid"):
        if name in table:
            paid |= np.nan_to_num(table.numbers(name)) > 0
    if "paid" in table:
        for row, cell in enumerate(table.texts("paid")):
            word = cell.casefold()
            if word not in YES | NO:
                raise InputError(f"{table.where(row, 'paid')}: {cell[:40]!r} must be 1 (paid for) or 0")
            paid[row] |= word in YES
    if "type" in table:  # LinkedIn: Organic or Sponsored
        paid |= np.array([cell.casefold() in PAID_TYPES for cell in table.texts("type")], bool)
    return paid


def _types(table: Table) -> object:
    """Kinds of post, such as Photo; nothing where the column holds texts instead."""
    if "type" not in table:
        return None
    words = table.texts("type")
    return words if len(set(words)) <= MOST_TYPES else None


def _ids(table: Table) -> list[str | None] | None:
    """Names of posts to tell them apart: the platform's number, or a hash of the link, which may hold a handle.

    A text names a post together with its time: the same words may be posted again.
    """
    name = _name_of_posts(table)
    if name is None:
        return None
    cells = table.texts(name)
    if name == "link":
        return [_hashed(cell) if cell else None for cell in cells]
    at = next((n for n in CHOICE["published_at"] if n in table), None)
    times = [""] * len(cells) if at is None else table.texts(at)
    return [
        _hashed(f"{cell} {time}") if " " in cell else _hashed(cell) if len(cell) > 40 or "/" in cell else cell or None
        for cell, time in zip(cells, times, strict=True)
    ]


def _name_of_posts(table: Table) -> str | None:
    """The column that names posts."""
    known = (name for name in ("post_id", "content", "link") if name in table and any(table.texts(name)))
    return next((name for name in known if not _rounded(table.texts(name))), None)


def _rounded(names: Sequence[str]) -> bool:
    """Whether a spreadsheet has rounded the numbers that name posts: they are written as powers of ten, or all end in zeros."""
    if any(_POWER.fullmatch(name) for name in names):
        return True
    long = [name for name in names if len(name) > SPREADSHEET_DIGITS and name.isdecimal()]
    return bool(long) and not any(name[SPREADSHEET_DIGITS:].strip("0") for name in long)


def _note_rounded(table: Table) -> None:
    """Say that names of posts were rounded, and not used: two posts of one rounded name would be taken for one."""
    if "post_id" in table and _rounded(table.texts("post_id")):
        found, cells = table.columns["post_id"], table.texts("post_id")
        name = _name_of_posts(table)
        instead = "each row is a post" if name is None else f"{table.columns[name].title!r} was taken instead"
        shown = next(cell for cell in cells if _POWER.fullmatch(cell) or len(cell) > SPREADSHEET_DIGITS)
        table.notes.append(
            f"{found.title!r} was rounded by a spreadsheet ({shown}) and cannot tell posts apart: {instead}; export again to keep "
            "all digits"
        )


def _hashed(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
