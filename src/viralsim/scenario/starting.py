"""Scenarios to start from: commented templates, and one whose rates come from past posts."""

from __future__ import annotations

import math
import string
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from viralsim.errors import InputError
from viralsim.scenario.paths import nearest
from viralsim.tables import Column, Kind, read_table

TEMPLATES = ("advocates", "minimal", "network")
NEEDED = ("impressions", "reach", "shares", "clicks")
POSTS = (
    Column("post_id", Kind.ID, ("post", "id", "tweet id", "media id", "video id", "publicerings id", "beitrag", "beitrags id")),
    Column("impressions", Kind.COUNT, (
        "impression", "post impressions", "impressionen", "einblendungen", "impresiones", "exponeringar",
    ), required=True, otherwise=(
        "views", "video views", "view count", "aufrufe", "ansichten", "vues", "affichages", "visualizaciones", "visningar",
    )),
    Column("reach", Kind.COUNT, (
        "accounts reached", "people reached", "post reach", "unique viewers", "reichweite", "erreichte konten",
        "erreichte personen",
        "portee", "couverture", "alcance", "cuentas alcanzadas", "rackvidd",
    ), required=True),
    Column("shares", Kind.COUNT, (
        "share", "retweets", "reposts", "reshares", "geteilt", "geteilte inhalte", "teilungen", "partages", "compartidos",
        "veces compartido", "delningar",
    ), required=True),
    Column("clicks", Kind.COUNT, (
        "click", "url clicks", "link clicks", "post clicks", "klicks", "klick", "linkklicks", "clics", "clics sur le lien",
        "clics en el enlace",
    ), required=True, otherwise=("post consumptions",)),
    Column("followers", Kind.COUNT, ("follower", "fans", "page likes", "abonnenten", "abonnes", "seguidores", "foljare")),
)  # fmt: skip
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


def template_text(word: str) -> str:
    """The text of a template that is filled in by its callers."""
    return _text(word)


class PostRates(NamedTuple):
    """Rates of past posts, total over total. posts: the columns, as read."""

    share: float
    engagement: float
    posts: dict[str, list[float]]

    @property
    def size(self) -> int:
        """How many posts."""
        return len(self.posts["impressions"])

    def spread(self, part: str, path: str) -> str:
        """A line of ``uncertain`` for ``part`` per impression of single posts; empty where they do not differ."""
        return _range(self.posts, part, "impressions", path)


def post_rates(path: Path) -> PostRates:
    """Rates of the posts of a file; InputError names the line of what is wrong."""
    posts, _ = read_posts(path)
    return PostRates(_rate(posts, "shares", "impressions"), _rate(posts, "clicks", "impressions"), posts)


def from_posts(path: Path) -> str:
    """A scenario text whose share, reach and engagement rates are those of past posts.

    path: CSV with columns impressions, reach, shares, clicks and, optionally, followers; one row per post.
    """
    posts, notes = read_posts(path)
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
        "notes": "".join(f"# {note}.\n" for note in notes),
        "channel": "\n".join(channel) + "\n",
        "share_rate": f"{share:.4g}           # shares / impressions",
        "followers": str(followers),
        "members": str(max(DEFAULT_MEMBERS, 2 * followers)),
        "uncertain": "\n".join(["\nuncertain:", *ranges]) if ranges else "",
    }
    return string.Template(_text("posts")).substitute(filled)


def read_posts(path: Path) -> tuple[dict[str, list[float]], list[str]]:
    """Columns of a file of past posts, and what was left out or assumed; InputError names the line of what is wrong."""
    table = read_table(path, POSTS)
    if len(table) > MOST_POSTS:
        raise InputError(f"{path}: more than {MOST_POSTS:,} posts: give a sample")
    posts = {name: table.numbers(name).tolist() for name in (*NEEDED, "followers") if name in table}
    for name, values in posts.items():
        for row, value in enumerate(values):
            if math.isnan(value):
                raise InputError(f"{table.where(row, name)}: is empty: fill it or leave the post out")
    for row, shown in enumerate(posts["impressions"]):
        if shown == 0:
            raise InputError(
                f"{table.where(row, 'impressions')}: must be above 0: leave out posts that nobody was shown"
            )
        for name in ("shares", "clicks", "reach"):
            if posts[name][row] > shown:
                raise InputError(f"{table.where(row, name)}: {name} exceed impressions: look at the columns")
    return posts, table.notes


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
