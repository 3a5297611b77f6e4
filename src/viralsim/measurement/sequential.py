"""Intervals that hold at every look: how many worlds are enough, asked as often as one likes.

The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas ("Time-uniform central limit theory
and asymptotic confidence sequences", Annals of Statistics 2024, theorem 2.2): with probability 0.95, for large numbers of
worlds, the mean lies in *all* of its intervals, so stopping at the first narrow one does not spoil it. The price is width:
about 1.55 times the interval of a run whose length was fixed beforehand.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

ALPHA = 0.05
FIRST_LOOK, GROWTH = 400, 1.5  # worlds of the first look, and of each look over those of the look before
NARROWEST_AT = 2_000  # worlds at which the sequence is tuned; at 50 times as many it is 15 % wider than at best
_RHO2 = (-2.0 * math.log(ALPHA) + math.log(-2.0 * math.log(ALPHA)) + 1.0) / NARROWEST_AT


@dataclass(frozen=True)
class Look:
    """What is known of one mean after ``worlds`` worlds; ``target`` is the half width asked for, in the measure's unit.

    arm, baseline: whose difference it is; baseline None: the arm's own mean. few_worlds: the tail is too heavy for a normal
    limit at this number (n < 25 skewness**2, Cochran 1977), so the interval is not believed yet.
    """

    arm: str
    baseline: str | None
    worlds: int
    mean: float
    half_width: float
    target: float
    few_worlds: bool

    @property
    def enough(self) -> bool:
        """Whether the interval is narrow enough and can be believed."""
        return self.half_width <= self.target and not self.few_worlds


def looks(at_most: int) -> Iterator[int]:
    """The numbers of worlds at which one looks: 400, 600, 900, ... and ``at_most`` at the end."""
    n = float(FIRST_LOOK)
    while n < at_most:
        yield int(n)
        n *= GROWTH
    yield at_most


def sequence_half_width(worlds: int, deviation: float) -> float:
    """Half the width of the confidence sequence of a mean after ``worlds`` worlds with standard ``deviation``."""
    if worlds < 2:
        return math.inf
    grown = worlds * _RHO2 + 1.0
    return deviation * math.sqrt(2.0 * grown / (worlds**2 * _RHO2) * math.log(math.sqrt(grown) / ALPHA))


def look(values: Mapping[str, Float64], baseline: str | None, half_width: float, relative: bool) -> list[Look]:
    """Every arm minus the baseline, paired by world; without a baseline among the arms each arm's own mean.

    values: arm -> float64[n], one measure in the same worlds; NaN (not defined in a world) is left out. half_width: in the
    unit of the measure; where ``relative``, as a fraction of the larger of the means of the arms that are compared.
    """
    paired = baseline is not None and baseline in values and len(values) > 1
    found = []
    for arm, own in values.items():
        if paired and arm == baseline:
            continue
        other = values[str(baseline)] if paired else np.zeros_like(own)
        difference = own - other
        keep = np.isfinite(difference)
        found.append(_look(arm, baseline if paired else None, own[keep], other[keep], half_width, relative))
    return found


def _look(arm: str, baseline: str | None, own: Float64, other: Float64, half_width: float, relative: bool) -> Look:
    n = len(own)
    if n < 2:
        return Look(arm, baseline, n, math.nan, math.inf, math.nan, True)
    difference = own - other
    mean, deviation = float(difference.mean()), float(difference.std(ddof=1))
    skewness = float((((difference - mean) / deviation) ** 3).mean()) if deviation > 0 else 0.0
    size = max(abs(float(own.mean())), abs(float(other.mean()))) if relative else 1.0
    return Look(
        arm, baseline, n, mean, sequence_half_width(n, deviation), half_width * size, n < 25.0 * skewness**2
    )  # fmt: skip


def sentence(found: Look, measure: str, at_most: int) -> str:
    """One look in plain words."""
    whose = f"{measure} of {found.arm}" + ("" if found.baseline is None else f" minus {found.baseline}")
    if not math.isfinite(found.half_width):
        return f"{whose}: cannot tell at this budget of {at_most:,} simulations: defined in {found.worlds:,} of them"
    said = f"{whose}: {found.mean:,.6g} +- {found.half_width:,.3g} (95 %, valid at every look)"
    if found.enough:
        return f"{said}, narrow enough ({found.target:,.3g}) after {found.worlds:,} simulations"
    why = (
        "the tail is too heavy for this many simulations" if found.few_worlds else f"{found.target:,.3g} was asked for"
    )
    return f"{said}: cannot tell at this budget of {at_most:,} simulations, {why}"
