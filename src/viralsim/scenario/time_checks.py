"""Conditions between times and other keys: when lines post, and when they post again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from viralsim.scenario.messages import Finding
from viralsim.scenario.reading import Place
from viralsim.scenario.repeats import MOST_POSTS, all_times
from viralsim.scenario.spec import Spec


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


def before_horizon(spec: Spec, times: tuple[float, ...], place: Place) -> Iterator[Finding]:
    """Times of posts that no world reaches."""
    for i, hours in enumerate(times):
        if hours >= spec.horizon:
            yield (*place, "posts_at", i), f"must be before the horizon ({spec.horizon:g}h), got {hours:g}h"
