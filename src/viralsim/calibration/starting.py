"""A scenario from past posts alone: calibrated where they are enough, else with their totals and a word that it is not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from viralsim.calibration.calibrated_scenario import rows_in_file
from viralsim.calibration.calibrating import Calibration, calibrate
from viralsim.calibration.observed import FEWEST_POSTS
from viralsim.errors import InputError
from viralsim.posts.reading import read_all
from viralsim.scenario import loads, presets
from viralsim.scenario.guided import PostRates
from viralsim.scenario.reading import write_yaml
from viralsim.scenario.starting import posts_template
from viralsim.scenario.study import JOINT

CHANNEL, CONTENT = "instagram", "post"
FEWEST_MEMBERS = 20_000
MOST_FOLLOWERS = 500_000  # beyond this the audience takes long to draw: calibrate says so by itself
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True)
class Start:
    """A scenario text, what it was learnt by (None: totals only), and a sentence why so."""

    text: str
    calibration: Calibration | None
    why: str


def from_posts(path: Path, posterior_file: str, seed: int = 1) -> Start:
    """A scenario whose rates are those of past posts, drawn together from the rows that ``calibrate`` learns.

    Args:
        path: an export, as ``viralsim.posts.read`` takes it.
        posterior_file: where the text says that the rows are.
        seed: of the rows.

    Raises: InputError as ``viralsim.posts.read``, but for posts that are few, and ``calibrate``.
    """
    posts = read_all([path])
    filled, why = _totals(posts, path), _not_enough(posts)
    totals = posts_template(filled)
    if why:
        return Start(totals, None, f"not calibrated: {why}")
    found = calibrate(loads(totals), posts, seed)
    return Start(posts_template(filled | _learnt(found, filled, posterior_file)), found, found.first_line)


def post_rates(path: Path) -> PostRates:
    """Rates of the posts of a file, total over total. Raises InputError as ``viralsim.posts.read``."""
    posts = read_all([path])
    seen = posts["impressions"].fillna(posts["reach"])
    if not seen.sum() > 0:
        raise InputError(f"{path}: nobody was shown these posts: look at the columns")
    clicks = posts["clicks"]
    return PostRates(
        posts=len(posts),
        share=_rate(posts["shares"], seen),
        engagement=_rate(clicks, seen) if clicks.notna().any() else None,
        spread=_range(posts["shares"] / seen, f"content.{CONTENT}.share_rate").rstrip("\n"),
    )


def _not_enough(posts: pd.DataFrame) -> str:
    """Why these posts are not calibrated; nothing where they are."""
    free = posts[~posts["paid"]]
    if len(free) < FEWEST_POSTS:
        return f"{len(free)} unpaid posts, and {FEWEST_POSTS} are the fewest to learn from"
    if not (free["shares"] > 0).any():
        return "no unpaid post has a share"
    if _followers(posts)[0] > MOST_FOLLOWERS:
        return f"more than {MOST_FOLLOWERS:,} followers: set audience.members first, then calibrate"
    return ""


def _totals(posts: pd.DataFrame, path: Path) -> dict[str, str]:
    """The blanks of the template from totals over totals."""
    seen = posts["impressions"].fillna(posts["reach"])
    if not seen.sum() > 0:
        raise InputError(f"{path}: nobody was shown these posts: look at the columns")
    followers, source = _followers(posts)
    lines = []
    if posts["followers"].notna().any():
        reach = _rate(posts["reach"], posts["followers"])
        if 0 < reach <= 1:
            lines.append(f"    organic_reach: {reach:.4g}        # reach / followers")
        elif reach > 1:
            lines.append("    # reach / followers of these posts is above 1: the preset's visibility holds")
    more = ""
    engagement = posts["clicks"] / seen
    if posts["clicks"].notna().any():
        lines.append(f"    engagement_rate: {_rate(posts['clicks'], seen):.4g}      # clicks / impressions")
        more = _range(engagement, f"channels.{CHANNEL}.engagement_rate")
    return {
        "posts": str(len(posts)),
        "file": path.name.replace("\n", " "),
        "how": "Rates are totals over totals.",
        "notes": "".join(f"# {note}.\n" for note in posts.attrs["notes"]),
        "channel": "".join(line + "\n" for line in lines),
        "share_rate": f"{_rate(posts['shares'], seen):.4g}           # shares / impressions",
        "followers": str(followers),
        "source_of_followers": source,
        "members": str(max(FEWEST_MEMBERS, 2 * followers)),
        "more": f"\nuncertain:\n{more}" if more else "",
    }


def _learnt(found: Calibration, filled: dict[str, str], posterior_file: str) -> dict[str, str]:
    """The blanks that a calibration fills otherwise."""
    data = found.scenario.data
    visibility = data["channels"][CHANNEL]["owned_visibility"]
    others = [line for line in filled["channel"].splitlines() if "organic" not in line and "visibility" not in line]
    channel = [
        f"    owned_visibility: {visibility:.4g}    # of your posts, median of the rows",
        *others,
    ]
    joint = write_yaml({JOINT: rows_in_file(posterior_file, found.rows_as_csv().encode())})
    uncertain = "".join(f"  {line}\n" for line in joint.splitlines()) + filled["more"].partition("uncertain:\n")[2]
    block: dict[str, Any] = {"calibration": data["calibration"]}
    return {
        "how": f"How visible they are and how often they are shared\n# are the rows of {posterior_file}, learnt from them; below "
        "are the medians.",
        "channel": "".join(line + "\n" for line in channel),
        "share_rate": f"{data['content'][CONTENT]['share_rate']:.4g}           # median of the rows",
        "more": f"\nuncertain:\n{uncertain}\n{write_yaml(block)}",
    }


def _followers(posts: pd.DataFrame) -> tuple[int, str]:
    """(followers of the account, where the number is from): those at the last post, else what a preset's visibility asks for."""
    known = posts["followers"].dropna()
    if len(known):
        return round(float(known.iloc[-1])), "those at the last post"
    visibility = float(presets()[CHANNEL].values["visibility"].value)
    middle = float(posts["impressions"].fillna(posts["reach"]).median())
    return max(1, round(middle / visibility)), "yours; the posts do not say: assumed from the preset's visibility"


def _rate(part: pd.Series, whole: pd.Series) -> float:
    """Total over total of the posts that have both; 0 where the whole is 0."""
    both = part.notna() & whole.notna()
    total = float(whole[both].sum())
    return float(part[both].sum()) / total if total else 0.0


def _range(rates: pd.Series, path: str) -> str:
    """A line of ``uncertain`` for a rate of single posts; empty where they do not differ."""
    known = rates[np.isfinite(rates)]
    if known.empty:
        return ""
    low, high = np.minimum(known.quantile([LOW, HIGH]).to_numpy(), 1.0)
    if not float(f"{low:.4g}") < float(f"{high:.4g}"):
        return ""
    scale = "log" if low > 0 else "linear"
    return f"  {path}: {{from: {low:.4g}, to: {high:.4g}, scale: {scale}}}\n"
