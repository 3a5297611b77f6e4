"""Conditions between times and other keys: when lines post, and when they post again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from viralsim.scenario.messages import Finding
from viralsim.scenario.reading import Place
from viralsim.scenario.repeats import MOST_POSTS, all_times
from viralsim.scenario.spec import MOST_TICKS, Spec


def steps(spec: Spec) -> Iterator[Finding]:
    """What is wrong with ticks, the horizon and the number of worlds."""
    if spec.tick > spec.horizon:
        yield ("tick",), "must not be longer than the horizon: shorten it"
    elif spec.ticks > MOST_TICKS:
        yield (
            ("tick",),
            f"gives {spec.ticks:,} ticks, more than {MOST_TICKS:,}: lengthen the tick or shorten the horizon",
        )
    if spec.most_worlds < spec.populations:
        yield ("populations",), f"must not exceed worlds ({spec.most_worlds}): every audience needs a world"
    if not isinstance(spec.worlds, int) and spec.populations > 1:
        yield (
            ("worlds", "until"),
            "more worlds do not tell what more audiences would: set populations to 1, or give a number",
        )


def check_times(spec: Spec, line: Any, place: Place) -> Iterator[Finding]:
    """What is wrong with ``posts_at``, ``every`` and ``ends`` of a line; its times are all there, or too many for a line."""
    yield from before_horizon(spec, line.posts_at, place)
    if line.every is None:
        if line.ends is not None:
            yield (*place, "ends"), "belongs to every: add it, or leave ends out"
        return
    ends = spec.horizon if line.ends is None else line.ends
    if ends > spec.horizon:
        yield (*place, "ends"), f"must not be after the horizon ({spec.horizon:g}h), got {ends:g}h"
    elif ends <= min(line.posts_at):
        yield (*place, "ends"), f"must be after the first of posts_at ({min(line.posts_at):g}h), got {ends:g}h"
    elif all_times(line.posts_at, line.every, ends) is None:
        yield (*place, "every"), f"gives more than {MOST_POSTS:,} posts: lengthen it, or end earlier"


def calendar(spec: Spec) -> Iterator[Finding]:
    """What is wrong with the calendar: days without a day of the launch, times that no world reaches."""
    found, long = spec.audience.calendar, spec.programme
    if found is None:
        return
    place: Place = ("audience", "calendar")
    if found.weekdays and spec.launch_day is None:
        yield (
            (*place, "weekdays"),
            "needs the day of the launch: give launch_at a weekday or a date, such as Monday 09:00",
        )
    last = spec.horizon if long is None else long.hours(spec.horizon)
    for i, season in enumerate(found.seasons):
        here = (*place, "seasons", i)
        if season.starts >= last:
            yield (*here, "starts"), f"must be before the end ({last:g}h), got {season.starts:g}h"
        elif season.ends is not None and season.ends <= season.starts:
            yield (*here, "ends"), f"must be after starts ({season.starts:g}h), got {season.ends:g}h"
    for i, event in enumerate(found.events):
        if event.at >= last:
            yield (*place, "events", i, "at"), f"must be before the end ({last:g}h), got {event.at:g}h"


def before_horizon(spec: Spec, times: tuple[float, ...], place: Place) -> Iterator[Finding]:
    """Times of posts that no world reaches."""
    for i, hours in enumerate(times):
        if hours >= spec.horizon:
            yield (*place, "posts_at", i), f"must be before the horizon ({spec.horizon:g}h), got {hours:g}h"
