"""Reaction delays as laws over whole ticks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viralsim.kernels.alias import AliasTable, alias_table
from viralsim.scenario.channels import ReactionDelay

NEAR_ZERO = 1e-12


def delay_cdf(law: ReactionDelay, hours: NDArray[np.float64]) -> NDArray[np.float64]:
    """P(delay <= hours) of a reaction-delay law of the scenario; hours float64 >= 0.

    Laws: lognormal (median, sigma), exponential (mean), power_law (constant until, then density falling with ``exponent``:
    SEISMIC's memory kernel, Zhao et al., KDD 2015), fixed.
    """
    if law.lognormal is not None:
        from scipy.special import ndtr

        if law.lognormal.sigma == 0:
            return np.asarray(hours >= law.lognormal.median, dtype=np.float64)
        with np.errstate(divide="ignore"):
            standard = (np.log(hours) - np.log(law.lognormal.median)) / law.lognormal.sigma
        return np.asarray(ndtr(standard), dtype=np.float64)
    if law.exponential is not None:
        return np.asarray(-np.expm1(-hours / law.exponential.mean), dtype=np.float64)
    if law.power_law is not None:
        start, theta = law.power_law.constant_until, law.power_law.exponent - 1.0
        flat = theta / (1.0 + theta)  # mass of the constant part: c t0 with c t0 (1 + 1 / theta) = 1
        with np.errstate(divide="ignore"):
            tail = 1.0 - (1.0 - flat) * (np.maximum(hours, start) / start) ** -theta
        return np.asarray(np.where(hours <= start, flat * hours / start, tail), dtype=np.float64)
    raise ValueError("a fixed delay has no distribution")


def delay_ticks(law: ReactionDelay, tick_hours: float, horizon: int) -> tuple[int, AliasTable]:
    """The law of ``max(1, ceil(delay / tick))`` as (fixed ticks, table).

    Fixed ticks is 0 where the delay is drawn. Outcome j of the table is j + 1 ticks, the last one is past the horizon.
    """
    nothing = alias_table(np.array([1.0, 0.0]))
    if law.law == "fixed":
        hours = law.fixed
        return (1 if hours is None else max(1, int(np.ceil(hours / tick_hours - NEAR_ZERO)))), nothing
    cdf = delay_cdf(law, np.arange(horizon + 1, dtype=np.float64) * float(tick_hours))
    cdf[0] = 0.0
    return 0, alias_table(np.append(np.diff(cdf), 1.0 - cdf[-1]))
