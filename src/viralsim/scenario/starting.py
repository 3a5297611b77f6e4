"""Scenarios to start from: commented templates, and one whose rates come from past posts."""

from __future__ import annotations

import csv
import math
import string
from importlib import resources
from pathlib import Path

from viralsim.errors import InputError
from viralsim.scenario.paths import nearest

TEMPLATES = ("advocates", "minimal", "network")
NEEDED = ("impressions", "reach", "shares", "clicks")
MOST_POSTS = 1_000_000
LOW, HIGH = 0.05, 0.95
DEFAULT_FOLLOWERS, DEFAULT_MEMBERS = 500, 20_000


def template(word: str) -> str:
    """The text of a template; InputError where there is none of this word."""
    if word not in TEMPLATES:
        raise InputError(f"no template {word!r}" + nearest(word, TEMPLATES))
    return _text(word)


def _text(word: str) -> str:
    return resources.files("viralsim.scenario").joinpath("templates", f"{word}.yaml").read_text(encoding="utf-8")


def from_posts(path: Path) -> str:
    """A scenario text whose share, reach and engagement rates are those of past posts.

    path: CSV with columns impressions, reach, shares, clicks and, optionally, followers; one row per post.
    """
    posts = read_posts(path)
    share = _rate(posts, "shares", "impressions")
    engage = _rate(posts, "clicks", "impressions")
    channel = [f"    engagement_rate: {engage:.4g}      # clicks / impressions"]
    uncertain = [_range(posts, "shares", "impressions", "content.post.share_rate")]
    uncertain.append(_range(posts, "clicks", "impressions", "channels.instagram.engagement_rate"))
    followers = DEFAULT_FOLLOWERS
    if "followers" in posts:
        followers = round(_quantile(posts["followers"], 0.5))
        reach = _rate(posts, "reach", "followers")
        if 0 < reach <= 1:
            channel.append(f"    organic_reach: {reach:.4g}        # reach / followers")
            uncertain.append(_range(posts, "reach", "followers", "channels.instagram.organic_reach"))
        else:
            channel.append("    # reach / followers of these posts is 0 or above 1: the preset's visibility holds")
    ranges = [line for line in uncertain if line]
    filled = {
        "posts": str(len(posts["impressions"])),
        "file": path.name.replace("\n", " "),
        "channel": "\n".join(channel) + "\n",
        "share_rate": f"{share:.4g}           # shares / impressions",
        "followers": str(followers),
        "members": str(max(DEFAULT_MEMBERS, 2 * followers)),
        "uncertain": "\n".join(["\nuncertain:", *ranges]) if ranges else "",
    }
    return string.Template(_text("posts")).substitute(filled)


def read_posts(path: Path) -> dict[str, list[float]]:
    """Columns of a file of past posts; InputError names the line of what is wrong."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.reader(stream)
            names = [name.strip().lower() for name in next(rows, [])]
            missing = [name for name in NEEDED if name not in names]
            if missing:
                raise InputError(
                    f"{path}:1: column {missing[0]!r} is missing: name {', '.join(NEEDED)} in the first line"
                )
            wanted = [name for name in (*NEEDED, "followers") if name in names]
            posts: dict[str, list[float]] = {name: [] for name in wanted}
            for row in rows:
                if any(cell.strip() for cell in row):
                    _take(posts, names, row, f"{path}:{rows.line_num}")
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: cannot be read ({error}): give a CSV file in UTF-8") from None
    if not posts["impressions"]:
        raise InputError(f"{path}: holds no posts: add a line for each post")
    return posts


def _take(posts: dict[str, list[float]], names: list[str], row: list[str], place: str) -> None:
    """Take one post; numbers of people are 0 or more, impressions above 0, rates at most 1."""
    values = {}
    for name in posts:
        at = names.index(name)
        written = row[at].strip().replace(",", "") if at < len(row) else ""
        try:
            values[name] = float(written)
        except ValueError:
            raise InputError(f"{place}: {name} must be a number, got {written[:40]!r}") from None
        if not (math.isfinite(values[name]) and values[name] >= 0):
            raise InputError(f"{place}: {name} must be >= 0, got {written[:40]}")
    if values["impressions"] == 0:
        raise InputError(f"{place}: impressions must be above 0: leave out posts that nobody was shown")
    for name in ("shares", "clicks"):
        if values[name] > values["impressions"]:
            raise InputError(f"{place}: {name} exceed impressions: look at the columns")
    if len(posts["impressions"]) >= MOST_POSTS:
        raise InputError(f"{place}: more than {MOST_POSTS:,} posts: give a sample")
    for name, value in values.items():
        posts[name].append(value)


def _rate(posts: dict[str, list[float]], part: str, whole: str) -> float:
    """Total over total; 0 where the whole is 0."""
    total = sum(posts[whole])
    return sum(posts[part]) / total if total else 0.0


def _quantile(values: list[float], level: float) -> float:
    """Quantile by linear interpolation, as NumPy has it."""
    ordered = sorted(values)
    position = level * (len(ordered) - 1)
    low = math.floor(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (position - low) * (ordered[high] - ordered[low])


def _range(posts: dict[str, list[float]], part: str, whole: str, path: str) -> str:
    """A line of ``uncertain`` for a rate of single posts; empty where they do not differ."""
    rates = [a / b for a, b in zip(posts[part], posts[whole], strict=True) if b > 0]
    if not rates:
        return ""
    low, high = _quantile(rates, LOW), min(_quantile(rates, HIGH), 1.0)
    if not float(f"{low:.4g}") < float(f"{high:.4g}"):
        return ""
    scale = "log" if low > 0 else "linear"
    return f"  {path}: {{from: {low:.4g}, to: {high:.4g}, scale: {scale}}}"
