"""Reaction delays as laws over whole ticks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.numbers import Number, beside, holds_column
from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.kernels.alias import alias_table
from viralsim.scenario.channels import ReactionDelay

NEAR_ZERO = 1e-9


class DelayTables(NamedTuple):
    """The law of ``max(1, ceil(delay / tick))``, a row per world where it differs by world.

    fixed: ticks, 0 where the delay is drawn. Outcome j of the alias table (threshold, alias: [D]) is j + 1 ticks, the last one is
    past the horizon; see ``kernels.alias``.
    """

    fixed: NDArray[np.int64]
    threshold: NDArray[np.uint64]
    alias: NDArray[np.int32]
    shift: np.uint64


def whole_ticks(hours: Number, tick_hours: float) -> Number:
    """Ticks that a time fills, the last one begun; float, or a column."""
    return np.ceil(hours / tick_hours - NEAR_ZERO)


def delay_cdf(law: ReactionDelay, hours: NDArray[np.float64]) -> NDArray[np.float64]:
    """P(delay <= hours) of a reaction-delay law of the scenario; hours float64[T] >= 0; [W, T] for a law that differs by world.

    Laws: lognormal (median, sigma), exponential (mean), power_law (constant until, then density falling with ``exponent``:
    SEISMIC's memory kernel, Zhao et al., KDD 2015), fixed.
    """
    if law.lognormal is not None:
        from scipy.special import ndtr

        median, sigma = beside(law.lognormal.median), beside(law.lognormal.sigma)
        with np.errstate(divide="ignore", invalid="ignore"):
            standard = (np.log(hours) - np.log(median)) / sigma
        return np.where(sigma == 0, hours >= median, ndtr(standard)).astype(np.float64)
    if law.exponential is not None:
        return np.asarray(-np.expm1(-hours / beside(law.exponential.mean)), dtype=np.float64)
    if law.power_law is not None:
        start, theta = beside(law.power_law.constant_until), beside(law.power_law.exponent) - 1.0
        flat = theta / (1.0 + theta)  # mass of the constant part: c t0 with c t0 (1 + 1 / theta) = 1
        with np.errstate(divide="ignore"):
            tail = 1.0 - (1.0 - flat) * (np.maximum(hours, start) / start) ** -theta
        return np.asarray(np.where(hours <= start, flat * hours / start, tail), dtype=np.float64)
    raise ValueError("a fixed delay has no distribution")


def delay_ticks(law: ReactionDelay, tick_hours: float, horizon: int) -> DelayTables:
    """The tables of a law for a horizon of so many ticks."""
    nothing = alias_table(np.array([1.0, 0.0]))
    if law.law == "fixed":
        ticks = 1 if law.fixed is None else np.maximum(1, whole_ticks(law.fixed, tick_hours))
        return DelayTables(np.asarray(ticks, dtype=np.int64), *nothing)
    cdf = delay_cdf(law, np.arange(horizon + 1, dtype=np.float64) * float(tick_hours))
    cdf[..., 0] = 0.0
    table = alias_table(np.concatenate([np.diff(cdf), 1.0 - cdf[..., -1:]], axis=-1))
    return DelayTables(np.zeros((), dtype=np.int64), *table)


def delay_tables(compiled: CompiledAudience, law: ReactionDelay, tick_hours: float, horizon: int) -> DelayTables:
    """``delay_ticks``, made once for a law that is the same in all worlds."""
    if holds_column(law):
        return delay_ticks(law, tick_hours, horizon)
    key = ("delay", repr(law), tick_hours, horizon)
    tables: DelayTables = compiled.once(key, lambda: delay_ticks(law, tick_hours, horizon))
    return tables
