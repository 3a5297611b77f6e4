"""The calendar the slow, obvious way: one tick at a time, with real dates, from docs/model.md alone."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from viralsim.scenario.spec import Spec

MONDAY = datetime(2026, 3, 2)
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def naive_rhythm(spec: Spec, launch: int = 0) -> list[float]:
    """The factor of activity in each tick of a launch."""
    every = 0.0 if spec.programme is None else spec.programme.every
    return [naive_activity(spec, tick * spec.tick, launch * every) for tick in range(spec.ticks)]


def naive_activity(spec: Spec, hours: float, before: float) -> float:
    """The factor at ``hours`` since a launch that is ``before`` hours after the first."""
    factor, daily, dated = 1.0, spec.audience.rhythm, spec.audience.calendar
    if daily is not None:
        factor += daily.depth * math.cos(2 * math.pi * (hours + spec.launch_at - daily.peak) / 24)
    if dated is None:
        return factor
    since = hours + before
    tick = math.floor(since / spec.tick + 1e-9)
    if dated.weekdays:
        day = str(spec.launch_day)
        first = MONDAY + timedelta(days=NAMES.index(day)) if day in NAMES else datetime.fromisoformat(day)
        now = first + timedelta(seconds=round(3600 * (spec.launch_at + since)))
        factor *= dated.weekdays.get(NAMES[now.weekday()], 1.0)  # type: ignore[call-overload]
    for season in dated.seasons:
        ends = math.inf if season.ends is None else math.floor(season.ends / spec.tick + 1e-9)
        if math.floor(season.starts / spec.tick + 1e-9) <= tick < ends:
            factor *= season.factor
    for event in dated.events:
        if tick >= math.floor(event.at / spec.tick + 1e-9):
            age = max(0.0, since - event.at)
            factor *= 1.0 + (event.factor - 1.0) * 2.0 ** (-age / event.half_life)
    return factor
