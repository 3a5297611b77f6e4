"""How long a post waits to be seen: a law at equally likely quantiles, and a time scale per post. See docs/model.md, Exposure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.kernels.arm_inputs import OFF_TABLE
from viralsim.scenario.channels import ImpressionDelay
from viralsim.scenario.spec import Spec

F8 = NDArray[np.float64]
QUANTILES, SCALES = 4096, 256
LONGEST_TICKS, LARGEST_SCALE = 1e18, 1e9  # as in ``kernels.arrays.limits``


class Seeing(NamedTuple):
    """Tables by channel: ticks until a post is seen float64[C, 4096], factors per post float64[C, 256]; [0, 0]: at once."""

    delay: F8
    scale: F8


def seeing(compiled: CompiledAudience, spec: Spec) -> Seeing:
    """The tables of all channels."""
    laws = [spec.channels[name].impression_delay for name in compiled.channels]
    if all(law is None for law in laws):
        return Seeing(OFF_TABLE, OFF_TABLE)

    def made() -> Seeing:
        delay = [np.zeros(QUANTILES) if law is None else quantiles(law) / spec.tick for law in laws]
        scale = [np.ones(SCALES) if law is None else scales(law) for law in laws]
        return Seeing(
            np.minimum(np.ascontiguousarray(delay), LONGEST_TICKS),
            np.minimum(np.ascontiguousarray(scale), LARGEST_SCALE),
        )

    found: Seeing = compiled.once(("seeing", repr(laws), spec.tick), made)
    return found


def quantiles(law: ImpressionDelay) -> F8:
    """Hours, float64[4096]: the law at the midpoints of equally likely parts, ascending."""
    from scipy.special import ndtri

    level = (np.arange(QUANTILES) + 0.5) / QUANTILES
    if law.lognormal is not None:
        return np.asarray(law.lognormal.median * np.exp(law.lognormal.sigma * ndtri(level)), np.float64)
    if law.exponential is not None:
        return -law.exponential.mean * np.log1p(-level)
    if law.power_law is not None:
        start, theta = law.power_law.constant_until, law.power_law.exponent - 1.0
        flat = theta / (1.0 + theta)  # mass of the constant part
        with np.errstate(over="ignore"):
            tail = start * np.power((1.0 - level) / (1.0 - flat), -1.0 / theta)
        return np.asarray(np.where(level <= flat, start * level / flat, tail), np.float64)
    return np.full(QUANTILES, 0.0 if law.fixed is None else law.fixed)


def scales(law: ImpressionDelay) -> F8:
    """float64[256]: a lognormal of median 1 and sigma ``spread`` at the midpoints of equally likely parts."""
    from scipy.special import ndtri

    return np.asarray(np.exp(law.spread * ndtri((np.arange(SCALES) + 0.5) / SCALES)), np.float64)
