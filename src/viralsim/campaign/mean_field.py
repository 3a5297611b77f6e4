"""What one impression does on average, before any luck: rhythm, novelty, attention and share drive, written here once.

The kernels' tables, the vital signs, ``share_rate`` and the seeding surrogate all ask this module.
"""

from __future__ import annotations

from typing import TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.campaign.numbers import Number, beside
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.scenario.blocks import filled
from viralsim.scenario.calendar import Calendar, Weekday
from viralsim.scenario.content import Content
from viralsim.scenario.spec import Spec
from viralsim.units import weekday_of

F8: TypeAlias = NDArray[np.float64]
HOURS_PER_DAY = 24.0


def tick_hours(spec: Spec) -> F8:
    """Hours since the launch at which each tick begins, float64[T]."""
    return np.arange(spec.ticks, dtype=np.float64) * spec.tick


def rhythm(spec: Spec, hours: F8, launch: int = 0) -> F8:
    """Activity at ``hours`` since a launch: 1 + depth cos(2 pi (clock - peak) / 24 h), times the calendar's factor."""
    daily, dated = spec.audience.rhythm, spec.audience.calendar
    found = np.ones(len(hours))
    if daily is not None:
        angle = 2.0 * np.pi * (hours + spec.launch_at - daily.peak) / HOURS_PER_DAY
        found = np.asarray(1.0 + daily.depth * np.cos(angle), dtype=np.float64)
    if dated is not None:
        since = hours if spec.programme is None else hours + launch * spec.programme.every
        found = found * of_calendar(spec, dated, since)
    return found


def of_calendar(spec: Spec, dated: Calendar, hours: F8) -> F8:
    """The factor of weekdays, seasons and events at ``hours`` since the first launch, float64 of the same length."""
    found = np.ones(len(hours))
    ticks = np.floor(hours / spec.tick + 1e-9)
    if dated.weekdays:
        days = np.floor((spec.launch_at + hours) / HOURS_PER_DAY + 1e-9).astype(np.int64)
        week = np.array([dated.weekdays.get(day, 1.0) for day in get_args(Weekday)])
        found = found * week[(weekday_of(filled(spec.launch_day)) + days) % len(week)]
    for season in dated.seasons:
        last = np.inf if season.ends is None else spec.tick_of(season.ends)
        found = np.where((ticks >= spec.tick_of(season.starts)) & (ticks < last), found * season.factor, found)
    for event in dated.events:
        left = np.exp2(-np.maximum(hours - event.at, 0.0) / event.half_life)
        found = np.where(ticks >= spec.tick_of(event.at), found * (1.0 + (event.factor - 1.0) * left), found)
    return found


def rhythms(spec: Spec) -> F8:
    """Activity in each tick of each launch, float64[launches, T]; one row where the calendar does not tell launches apart."""
    many = 1 if spec.audience.calendar is None else spec.launches
    return np.stack([rhythm(spec, tick_hours(spec), launch) for launch in range(many)])


def novelty(half_life_hours: Number | None, released_at_hours: Number, hours: F8) -> F8:
    """How fresh a content is at ``hours`` since the launch: 2^-(age / half-life), 1 where it has no half-life.

    float64[T]; [W, T] where one of the two differs by world.
    """
    if half_life_hours is None:
        return np.ones(len(hours))
    age = np.maximum(hours - beside(released_at_hours), 0.0)
    powers = np.asarray(-age / beside(half_life_hours), dtype=np.float64)
    return np.exp2(powers, out=powers)  # memory that is touched for the first time costs more than the power itself


def attention(compiled: CompiledAudience, spec: Spec, *, rivals: bool = True) -> F8:
    """Limited attention of each member before any competing content, float64[N] in (0, 1]; length 1 where it is off.

    rivals: with what rival brands take of it.
    """
    load = compiled.background_load(spec, rivals=rivals)
    if spec.audience.attention is None or len(load) == 0:
        return np.ones(1)
    capacity = float(spec.audience.attention.feed_capacity)
    return np.asarray(np.minimum(1.0, capacity / np.maximum(load.astype(np.float64), 1e-300)))


def exposure_weight(compiled: CompiledAudience, spec: Spec, channel: int) -> F8:
    """How often each member is shown ordinary posts of a channel, relative: accounts followed * attention, float64[N].

    Attention is that without rivals: what is measured of a brand is measured on ordinary days.
    """
    return np.asarray(compiled.following[channel] * attention(compiled, spec, rivals=False), dtype=np.float64)


def share_drive(compiled: CompiledAudience, content: Content) -> F8:
    """match * activity of each member, float64[N]: their share probability per unit of appeal, trust and novelty."""
    match = np.broadcast_to(compiled.match(content), compiled.members).astype(np.float64)
    return np.asarray(match * compiled.population.audience.activity.astype(np.float64))


def first_share_probability(appeal: float, drive: ArrayLike, trust: float = 1.0, freshness: float = 1.0) -> F8:
    """The chance that a first impression is shared, without fatigue and reinforcement, before it is clipped at 1."""
    return np.asarray(appeal * np.asarray(drive, dtype=np.float64) * trust * freshness)
