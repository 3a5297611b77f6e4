"""What one impression does on average, before any luck: rhythm, novelty, attention and share drive, written here once.

The kernels' tables, the vital signs, ``share_rate`` and the seeding surrogate all ask this module.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.campaign.numbers import Number, beside
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.scenario.content import Content
from viralsim.scenario.spec import Spec

F8: TypeAlias = NDArray[np.float64]
HOURS_PER_DAY = 24.0


def tick_hours(spec: Spec) -> F8:
    """Hours since the launch at which each tick begins, float64[T]."""
    return np.arange(spec.ticks, dtype=np.float64) * spec.tick


def rhythm(spec: Spec, hours: F8) -> F8:
    """Daily activity at ``hours`` since the launch, of mean 1 over a day: 1 + depth cos(2 pi (clock - peak) / 24 h)."""
    daily = spec.audience.rhythm
    if daily is None:
        return np.ones(len(hours))
    angle = 2.0 * np.pi * (hours + spec.launch_at - daily.peak) / HOURS_PER_DAY
    return np.asarray(1.0 + daily.depth * np.cos(angle), dtype=np.float64)


def novelty(half_life_hours: Number | None, released_at_hours: Number, hours: F8) -> F8:
    """How fresh a content is at ``hours`` since the launch: 2^-(age / half-life), 1 where it has no half-life.

    float64[T]; [W, T] where one of the two differs by world.
    """
    if half_life_hours is None:
        return np.ones(len(hours))
    age = np.maximum(hours - beside(released_at_hours), 0.0)
    return np.asarray(np.exp2(-age / beside(half_life_hours)), dtype=np.float64)


def attention(compiled: CompiledAudience, spec: Spec) -> F8:
    """Limited attention of each member before any competing content, float64[N] in (0, 1]; length 1 where it is off."""
    load = compiled.background_load(spec)
    if spec.audience.attention is None or len(load) == 0:
        return np.ones(1)
    capacity = float(spec.audience.attention.feed_capacity)
    return np.asarray(np.minimum(1.0, capacity / np.maximum(load.astype(np.float64), 1e-300)))


def exposure_weight(compiled: CompiledAudience, spec: Spec, channel: int) -> F8:
    """How often each member is shown ordinary posts of a channel, relative: accounts followed * attention, float64[N]."""
    return np.asarray(compiled.following[channel] * attention(compiled, spec), dtype=np.float64)


def share_drive(compiled: CompiledAudience, content: Content) -> F8:
    """match * activity of each member, float64[N]: their share probability per unit of appeal, trust and novelty."""
    match = np.broadcast_to(compiled.match(content), compiled.members).astype(np.float64)
    return np.asarray(match * compiled.population.audience.activity.astype(np.float64))


def first_share_probability(appeal: float, drive: ArrayLike, trust: float = 1.0, freshness: float = 1.0) -> F8:
    """The chance that a first impression is shared, without fatigue and reinforcement, before it is clipped at 1."""
    return np.asarray(appeal * np.asarray(drive, dtype=np.float64) * trust * freshness)
