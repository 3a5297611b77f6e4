"""The lessons on real posts as plain data for their pages: nothing is asked of a server, in the app as in a folder of files."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.app.curve import framed, line_path
from viralsim.app.lesson.data import said
from viralsim.app.look import stage_html
from viralsim.app.stepping import layout
from viralsim.lessons.real import RealLesson
from viralsim.lessons.real.forecasts import HOURS, forecasts
from viralsim.lessons.real.posts import DAY_HOURS, RealPost, posts
from viralsim.lessons.texts import noted

MIXED = 7  # places from post to post where they are forecast: large and small in turn, the one that was replayed last
LEAST_STAR = 8  # shares taken from one person that make a group of their own in the picture
FRAMES, SHARED = 48, 2  # pictures of a post's day; the canvas's number for who has shared
EIGHT_IN_TEN = (10, 50, 90)
LARGER = noted("came through that person; larger dot: more took it from them")
STEP, POST = noted("one step"), noted("post")
WORDS = {
    "next": noted("next post"),
    "which": noted("post {number}"),
    "bar": noted("bar: 8 in 10 posts lie in it"),
    "count": noted("{n} posts"),
    "all": noted("All posts, hour by hour"),
    "without": noted("what came through person"),
    "lost": noted(
        "{lost} of these shares came through this person. Would they have come anyway? Nobody knows: what really happens "
        "happens once."
    ),
    "who": noted("{kind} {who}, group {group}: {followers} took it straight from them. So far: {state}"),
}


def real_page(one: RealLesson) -> tuple[str, dict[str, Any]]:
    """The script that begins a lesson on real posts, and all that its page needs."""
    if one.key == "forecasting":
        return "viralsimForecast", {"lesson": real_meta(one), "posts": running_posts()}
    return "viralsimReplay", {"lesson": real_meta(one), **replayed(one)}


def real_meta(one: RealLesson) -> dict[str, Any]:
    """The lesson itself, as ``data.meta`` says a simulated one."""
    return {
        **said(one),
        "values": list(one.slider.values),
        "start": one.slider.values.index(one.predict.at),
        "measure": {"title": one.drawn, "axis": list(one.axis), "log": one.axis[0] > 0, "arms": True},
        "arms": [POST],
        "tries": len(posts()),
        "stage": real_stage(),
        "words": WORDS,
    }  # fmt: skip


def real_stage() -> str:
    """The canvas of a real post, on which nobody is only reached."""
    return stage_html(larger=LARGER, states=("none", "shared"), step=STEP)


def whole_day(number: int) -> dict[str, Any]:
    """A post as the canvas plays it, until the day is over."""
    post, step = posts()[number], DAY_HOURS / FRAMES
    ticks: list[list[int]] = [[] for _ in range(FRAMES)]
    for row, (parent, hour) in enumerate(zip(post.parents.tolist(), post.hours.tolist(), strict=True)):
        ticks[min(FRAMES - 1, int(hour / step))] += [row, SHARED, parent]
    return {"scene": _scene(post), "moves": {"advocates": [0], "ticks": ticks, "hours": step, "real": True}}


def replayed(one: RealLesson) -> dict[str, Any]:
    """Every post as a scene with who took it from whom and when, and what part of the day's shares had come by each hour."""
    come = np.array([[100 * post.by(hour) / post.shares for post in posts()] for hour in one.slider.values])
    low, middle, high = np.percentile(come, EIGHT_IN_TEN, axis=1)
    tried = {
        f"{hour:g}": [{"name": POST, "value": m, "low": a, "high": b}]
        for hour, a, m, b in zip(one.slider.values, low.tolist(), middle.tolist(), high.tolist(), strict=True)
    }
    return {"tried": tried, "drawn": _curves(), "scenes": [_scene(post) for post in posts()]}


def running_posts() -> list[dict[str, Any]]:
    """Every post as the hours of its shares, with what was forecast for its end after each of ``HOURS``."""
    every = [
        {"hours": [round(float(h), 3) for h in np.sort(post.hours[1:])],
         "expected": {f"{at:g}": [found[at].low, found[at].middle, found[at].high] for at in HOURS}}
        for post, found in zip(posts(), forecasts(), strict=True)
    ]  # fmt: skip
    return [every[MIXED * (k + 1) % len(every)] for k in range(len(every))]


def groups_of(post: RealPost) -> NDArray[np.int32]:
    """int32[rows]: the star that each row belongs to, 0 that of the first post; smaller stars belong to the one above them."""
    took = Counter(post.parents.tolist())
    group = np.zeros(len(post.parents), np.int32)
    for row, parent in enumerate(post.parents.tolist()):
        own = row > 0 and took[row] >= LEAST_STAR
        group[row] = group[: row + 1].max() + 1 if own else group[max(parent, 0)]
    return group


def _scene(post: RealPost) -> dict[str, Any]:
    """Places by groups, in the middle of each the one whom it is around; followers are those who took it from each row."""
    community = groups_of(post)
    x, y = layout(community)
    order = np.argsort(post.parents[1:], kind="stable") + 1
    starts = np.r_[0, np.cumsum(np.bincount(post.parents[1:], minlength=len(x)))]
    return {
        "x": [round(float(v), 3) for v in x], "y": [round(float(v), 3) for v in y],
        "community": community.tolist(), "starts": starts.tolist(), "followers": order.tolist(),
        "parents": post.parents.tolist(), "hours": [round(float(h), 4) for h in post.hours],
    }  # fmt: skip


@cache
def _curves() -> str:
    """What part of the day's shares had come by each time: a thin line for every post, a thick one for the typical."""
    hours = np.linspace(0, DAY_HOURS, 97)
    come = np.array([[post.by(float(h)) / post.shares for h in hours] for post in posts()])
    thin = "".join(f'<path d="{line_path(hours / DAY_HOURS, one)}" opacity=".25"/>' for one in come)
    thick = f'<path d="{line_path(hours / DAY_HOURS, np.median(come, axis=0))}" stroke-width="3"/>'
    parts = [f'<g fill="none" stroke="var(--vs-0)">{thin}{thick}</g>']
    title = noted(
        "of 100 shares of the day, how many had come: a thin line for each post, a thick one for the typical post"
    )
    return framed(title, {}, parts, [("0", 0.0), ("100", 1.0)], [("0 h", 0.0), ("24 h", 1.0)], [])
