"""How good a design is, from what it found in many worlds: bias, spread, coverage, power, the smallest effect that it sees."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from viralsim.decisions.estimators import Estimated
from viralsim.decisions.regression import F8

POWER = 0.8
VALID = 0.9  # coverage from which on an interval is taken to keep its promise
SMALL_BIAS = 0.1  # of the effect
LAUNCHES = (*range(2, 13), 14, 16, 18, 20, 24, 28, 32, 40, 52)  # repetitions that are looked at
FEWEST_KNOWN = 20  # worlds with an estimate
PROGRAMMES = 2000  # of so many launches, drawn from the worlds that were played
WIDEST = 1e12  # of the effects that are looked through, in standard deviations


@dataclass(frozen=True)
class Quality:
    """What estimates of one design are like; effects in the measure's unit, None where it cannot be told.

    bias: mean estimate minus effect; bias_low and bias_high: its 95 % interval, simulation error alone. coverage: of the
    design's own 95 % interval. power: at the effect that matters; power_at_effect: at the model's own effect, counted.
    smallest_effect: seen with 80 %. undefined: part of worlds in which there was no estimate.
    """

    bias: float | None
    bias_low: float | None
    bias_high: float | None
    sd: float | None
    coverage: float | None
    power: float | None
    power_at_effect: float | None
    smallest_effect: float | None
    undefined: float


def is_unbiased(q: Quality, effect: float) -> bool:
    """Whether a design has little bias against ``effect``, or none that the worlds played would show."""
    if q.bias is None or q.bias_low is None or q.bias_high is None:
        return False
    return abs(q.bias) <= SMALL_BIAS * abs(effect) or q.bias_low <= 0.0 <= q.bias_high


def is_valid(q: Quality, effect: float) -> bool:
    """Whether a design has little bias, an interval that keeps its promise, and sees some effect."""
    return is_unbiased(q, effect) and q.coverage is not None and q.coverage >= VALID and q.smallest_effect is not None


NOTHING = Quality(None, None, None, None, None, None, None, None, 1.0)


def quality(found: list[Estimated], effects: F8, matters: float, own_effects: bool = False) -> Quality:
    """Judge estimates against the true effects of the same worlds, float64[R]; ``matters``: the effect that power is asked at.

    own_effects: inputs differ between worlds, and an interval is to hold the effect of its own world; else the mean effect.
    Power at another effect than the model's shifts the estimates: by as much as they see of an effect (their mean over the mean
    effect), with the spread that they have.
    """
    from scipy.stats import t

    estimate, error, freedom = np.array(found, dtype=np.float64).T
    known = np.isfinite(estimate)
    if known.sum() < 2:
        return NOTHING
    estimate, error, own = estimate[known], error[known], effects[known]
    reach = t.ppf(0.975, freedom[known]) * error
    effect, count = float(effects.mean()), len(estimate)
    off, target = estimate - own, own if own_effects else np.full(count, effect)
    half = 1.96 * float(off.std(ddof=1)) / math.sqrt(count)
    bias, mean, undefined = float(off.mean()), float(estimate.mean()), 1.0 - count / len(effects)
    seen = mean / effect if effect else 1.0

    def power(at: float) -> float:
        found = (np.abs(estimate + seen * (at - effect)) > reach) & (error > 0.0)  # without a spread nothing is tested
        return float(found.sum()) / len(effects)

    spread = float(estimate.std(ddof=1))
    if spread <= 0.0:  # the same in every world: nothing is known of how estimates vary
        covers = float((np.abs(estimate - target) <= reach).mean())
        return Quality(bias, bias - half, bias + half, 0.0, covers, None, None, None, undefined)
    covers = float((np.abs(estimate - target) <= reach).sum()) / len(effects)
    return Quality(
        bias, bias - half, bias + half, spread, covers, power(matters), power(effect),
        _smallest(power, math.copysign(1.0, effect), spread) if seen > 0.0 else None, undefined,
    )  # fmt: skip


def _smallest(power: Callable[[float], float], sign: float, scale: float) -> float | None:
    """The smallest effect in direction ``sign`` that has enough power, by bisection; None where none has."""
    high = scale
    while power(sign * high) < POWER:
        high *= 2.0
        if high > WIDEST * scale:
            return None
    low = 0.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (low, middle) if power(sign * middle) >= POWER else (middle, high)
    return high


@dataclass(frozen=True)
class Repeated:
    """A test that is run in several launches, each assigned in its own way; its interval is Student's over their estimates.

    launches: the fewest that see the effect that matters with 80 %. power: at that effect; coverage: of the interval.
    """

    launches: int
    power: float
    coverage: float


def repeated(found: list[Estimated], effects: F8, matters: float, own_effects: bool, seed: int) -> Repeated | None:
    """The fewest launches that have enough power, from estimates of single launches as ``quality`` takes them.

    None beyond 52, or where half of the worlds have no estimate. Launches are drawn from the worlds with an estimate. The
    interval needs no spread within a launch, so a design whose own interval is too narrow, as with few units of very different
    sizes, keeps its promise here if it is not biased.
    """
    from scipy.stats import t

    estimate = np.array([one.effect for one in found], dtype=np.float64)
    known = np.isfinite(estimate)
    if known.sum() < max(FEWEST_KNOWN, len(found) / 2):
        return None
    effect, estimate = float(effects.mean()), estimate[known]
    off = estimate - (effects[known] if own_effects else effect)
    if not float(off.std()) > 0.0:
        return None
    seen = 1.0 + float(off.mean()) / effect if effect else 1.0
    rng = np.random.default_rng([seed, 4])
    order = rng.permuted(np.tile(np.arange(len(off)), (PROGRAMMES, 1)), axis=1)  # no world twice in a programme
    for launches in (n for n in LAUNCHES if n <= len(off)):
        errors = off[order[:, :launches]]
        reach = t.ppf(0.975, launches - 1) * errors.std(axis=1, ddof=1) / math.sqrt(launches)
        means = errors.mean(axis=1)
        power = float((np.abs(means - off.mean() + seen * matters) > reach).mean())
        if power >= POWER:
            return Repeated(launches, power, float((np.abs(means) <= reach).mean()))
    return None
