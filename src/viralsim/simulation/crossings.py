"""Where the mean difference of a pair is 0 between two values of an input, and how surely it has either sign beside it."""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import numpy as np

from viralsim.scenario.inputs import Input
from viralsim.simulation.pair import Pair

FIRST_LOOKS = (20, 100)  # worlds in which the crossing is looked for; more where fewer leave it open by ``ROUGH``
LOOKS = (40, 100, 200, 500, 1000)  # worlds for the signs beside it: more where fewer do not tell
FULL_LOOK = 200  # with fewer worlds a sign is sure only further away from 0, see ``surely``
SIDE_WORLDS = 100  # for the sign further away than a point allows
NEAR, FAR = (
    1.09,
    (1.3, 2.0, 10.0),
)  # how far from the crossing the sign is looked for; a value is a point up to the first
MOST_STEPS = 4
SURE = 1.96  # standard errors of half a 95 % interval
CLOSE = 0.02  # a step of the search as short as this part of the value ends it
ROUGH = 0.04  # standard error of a crossing, as a part of it
SPARE = 1.2  # more than the sign needs, so that a look is seldom in vain
VALUES_LOOKED_AT = 3  # at a look: the crossing and a value on either side
BETWEEN, BESIDE = 9, 17  # values that one run counts sales at: between two, and on either side of a crossing

Side: TypeAlias = tuple[float, int]  # (value, sign of the mean difference there)


class Estimate(NamedTuple):
    """A mean difference, ``worlds`` run at the value; ``of_all``: the part of its variance that more of these worlds do not
    lessen, ``of_each``: of the rest, that of one world. ``least``: its standard error if all worlds of the run had been run."""

    mean: float
    worlds: int
    of_all: float
    of_each: float
    least: float

    @property
    def error(self) -> float:
        """Its standard error."""
        return self.error_with(self.worlds)

    def error_with(self, worlds: int) -> float:
        """What its standard error would be with so many worlds run at the value."""
        return math.sqrt(max(self.of_all + self.of_each / worlds, 0.0))

    @property
    def sign(self) -> int:
        """1 or -1 where the 95 % interval lies on one side of 0, else 0."""
        return 0 if abs(self.mean) <= SURE * self.error else int(math.copysign(1, self.mean))

    def surely(self, worlds: int) -> int:
        """The sign after a look at so many worlds, else 0."""
        return 0 if abs(self.mean) <= _bound(worlds) * self.error else int(math.copysign(1, self.mean))


def _bound(worlds: int) -> float:
    """How many standard errors make a sign sure: looks at a part of ``FULL_LOOK`` ask for more, or each would add its own chance
    to err. It is the bound of O'Brien and Fleming (1979), which leaves the level of a group-sequential test nearly as it is."""
    return SURE * math.sqrt(max(1.0, FULL_LOOK / worlds))


class Crossing(NamedTuple):
    """Where the line between two estimates crosses 0; ``slope``: of the line, ``beside``: the estimate nearer to the crossing."""

    middle: float
    slope: float
    beside: Estimate

    @property
    def error(self) -> float:
        """Its standard error as a part of it."""
        return self.beside.error / max(abs(self.slope * self.middle), 1e-300)

    def look(self, worlds: int) -> int | None:
        """The first of the looks, at most ``worlds``, at which the signs beside it are likely to be sure; None: at none."""
        away = abs(self.slope) * self.middle * (1.0 - 1.0 / NEAR)
        looks = dict.fromkeys(min(worlds, most) for most in LOOKS)
        return next((n for n in looks if away >= SPARE * _bound(n) * self.beside.error_with(n)), None)


class Sure(NamedTuple):
    """A crossing, the nearest values below and above it at which the sign is sure, and the signs; None where there is none."""

    middle: float
    below: Side | None
    above: Side | None


def estimate(pair: Pair, one: Input, value: float, worlds: int, measure: str) -> Estimate:
    """The mean difference with the input at a value: that of all worlds as it is, and what the value changes in some of them.

    The same luck makes the change sharper than either mean (control variate).
    """
    now = pair.known_differences(measure)
    priced = pair.priced(one.path, one.value, value) if one.is_price and value != one.value else None
    if value == one.value or priced is not None:
        found = now if priced is None else priced
        variance = float(found.var(ddof=1)) / len(found)
        return Estimate(float(found.mean()), len(found), variance, 0.0, math.sqrt(variance))
    changed = pair.differences(one.path, value, worlds, measure)
    change = changed - now[:worlds]
    (of_now, both), (_, of_change) = np.cov(now[:worlds], change)
    least = float(changed.std(ddof=1)) / math.sqrt(len(now))
    return Estimate(
        float(now.mean() + change.mean()), worlds, float(of_now + 2.0 * both) / len(now), float(of_change), least
    )


def mean_at(pair: Pair, one: Input, value: float, worlds: int, measure: str) -> float:
    """The mean difference with the input at a value."""
    return estimate(pair, one, value, worlds, measure).mean


def within(one: Input, value: float) -> float:
    """The value, as far as the schema lets it."""
    return min(max(value, one.lowest), one.highest)


def surely_crossed(
    pair: Pair, one: Input, measure: str, between: tuple[float, float], worlds: int, left: float
) -> Sure | None:
    """The crossing between two values and the sure signs beside it; None where there is none, or where the signs are likely to
    take more than ``left`` worlds of either arm."""
    sold = pair.sells_only(one.path, measure)
    touched = sum(pair.touches(arm, one.path, between[1], measure) for arm in pair.arms)
    of_a_look = touched * (1 if sold else VALUES_LOOKED_AT)
    found: Crossing | None = None
    for count in dict.fromkeys(min(worlds, most) for most in FIRST_LOOKS):
        if count > FIRST_LOOKS[0] and count * of_a_look > left:
            return None
        found = (_crossing_of_sales if sold else _crossing)(pair, one, measure, between, count)
        if found is not None and found.error <= ROUGH:
            break
    if found is None:
        return None
    middle, look = _three_digits(found.middle), found.look(worlds)
    if (look or 0) * of_a_look > left:
        return None
    if look is None and not sold:
        return _farther(pair, one, measure, middle, worlds)
    return (_sure_of_sales if sold else _sure)(pair, one, measure, middle, _looks(worlds, look or 0))


def _crossing(pair: Pair, one: Input, measure: str, between: tuple[float, float], worlds: int) -> Crossing | None:
    """Where the mean difference is 0 between two values (false position, as the Illinois rule has it); None where it is not."""
    low, high = sorted(between)
    at_low, at_high = (estimate(pair, one, value, worlds, measure) for value in (low, high))
    left, right = at_low.mean, at_high.mean  # as the rule has them
    if left * right > 0.0:
        return None
    value = low
    for _ in range(MOST_STEPS):
        before, value = value, low + (high - low) * left / (left - right)
        if abs(value - before) <= CLOSE * value:
            break
        found = estimate(pair, one, value, worlds, measure)
        if found.mean * left > 0.0:
            low, at_low, left, right = value, found, found.mean, right / 2.0
        else:
            high, at_high, right, left = value, found, found.mean, left / 2.0
    slope = (at_high.mean - at_low.mean) / (high - low)
    return Crossing(value, slope, at_low if abs(at_low.mean) < abs(at_high.mean) else at_high)


def _three_digits(value: float) -> float:
    return float(f"{value:.3g}")


def _looks(worlds: int, first: int) -> list[int]:
    """How many worlds are looked at, time and again, from ``first`` on; at the last number once more, as the crossing moves."""
    counts = list(dict.fromkeys(min(worlds, most) for most in LOOKS))
    return [*(count for count in counts if count >= first), counts[-1]]


def _sure(pair: Pair, one: Input, measure: str, middle: float, looks: list[int]) -> Sure:
    """The crossing and the nearest values on either side of it where the signs of the mean difference are sure.

    A value stays while it is near the crossing, so that a look adds worlds to those of the look before.
    """
    ends = [_end(one, middle, side) for side in (-1, 1)]
    for count in looks:
        low, high = (estimate(pair, one, value, count, measure) for value in ends)
        if low.mean * high.mean > 0.0:
            middle = ends[0] if abs(low.mean) < abs(high.mean) else ends[1]
            ends = [_end(one, middle, side) for side in (-1, 1)]
            continue
        inside = [middle] if ends[0] < middle < ends[1] else []
        found = [low, *(estimate(pair, one, value, count, measure) for value in inside), high]
        middle = _three_digits(_zero([ends[0], *inside, ends[1]], found) or middle)
        near = [is_near(end, middle) for end in ends]
        if all(near) and low.surely(count) * high.surely(count) < 0:
            return Sure(middle, (ends[0], low.sign), (ends[1], high.sign))
        if count >= FULL_LOOK and _never_sure(low, high):
            break
        ends = [end if there else _end(one, middle, side) for end, there, side in zip(ends, near, (-1, 1), strict=True)]
    return _farther(pair, one, measure, middle, looks[-1])


def is_near(value: float, middle: float) -> bool:
    """Whether the value lies within 10 % of the crossing: a point, not a range."""
    return 0.9 * middle <= value <= 1.1 * middle


def _end(one: Input, middle: float, side: int) -> float:
    return _beside(one, middle, side * math.log(NEAR))


def _never_sure(low: Estimate, high: Estimate) -> bool:
    """Whether the worlds of the run itself are too few to tell the signs."""
    reached = (
        abs(high.mean - low.mean) / 2.0 / SURE
    )  # the standard error that would do, were the crossing in the middle
    return reached <= max(low.least, high.least)


def _beside(one: Input, middle: float, log_distance: float) -> float:
    """A value below or above a crossing, not beyond the value in force: for that one all worlds were run."""
    value = within(one, middle * math.exp(log_distance))
    return one.value if (value - one.value) * (middle - one.value) < 0.0 else value


def _farther(pair: Pair, one: Input, measure: str, middle: float, worlds: int) -> Sure:
    """The crossing and the nearest sure signs, further away than a point allows."""
    below, above = (_side(pair, one, measure, middle, side, min(worlds, SIDE_WORLDS)) for side in (-1, 1))
    return Sure(middle, below, above)


def _side(pair: Pair, one: Input, measure: str, middle: float, side: int, worlds: int) -> Side | None:
    """(value, sign) nearest to the crossing, below or above it, where the sign of the mean difference is sure."""
    for factor in (NEAR, *FAR):
        value = _beside(one, middle, side * math.log(factor))
        sign = estimate(pair, one, value, worlds, measure).sign if value != middle else 0
        if sign:
            return value, sign
    return None


def _means(pair: Pair, one: Input, measure: str, values: list[float], worlds: int) -> list[Estimate]:
    """The mean difference at each of many values of an input that changes sales alone, counted in one run."""
    pair.count_sales([(one.path, value) for value in values if value != one.value], worlds)
    return [estimate(pair, one, value, worlds, measure) for value in values]


def _zero(values: list[float], found: list[Estimate]) -> float | None:
    """Where the line through the means crosses 0, nearest to the middle of the values; None where it does not."""
    i = _step_across(found)
    return None if i is None else _line(values, found, i).middle


def _step_across(found: list[Estimate]) -> int | None:
    """The number of the step, nearest to the middle one, over which the mean changes its sign."""
    crossed = [i for i in range(len(found) - 1) if found[i].mean * found[i + 1].mean <= 0.0]
    return min(crossed, key=lambda i: abs(i + 1 - len(found) / 2.0)) if crossed else None


def _line(values: list[float], found: list[Estimate], i: int) -> Crossing:
    low, high = found[i], found[i + 1]
    share = low.mean / (low.mean - high.mean) if low.mean != high.mean else 0.5
    middle = values[i] + (values[i + 1] - values[i]) * share
    outer = max(i - 1, 0), min(i + 2, len(values) - 1)  # a wider line is a steadier slope
    slope = (found[outer[1]].mean - found[outer[0]].mean) / (values[outer[1]] - values[outer[0]])
    return Crossing(middle, slope, low if share < 0.5 else high)


def _crossing_of_sales(
    pair: Pair, one: Input, measure: str, between: tuple[float, float], worlds: int
) -> Crossing | None:
    low, high = sorted(between)
    values = [low, *(low * (high / low) ** (i / (BETWEEN - 1)) for i in range(1, BETWEEN - 1)), high]
    found = _means(pair, one, measure, values, worlds)
    i = _step_across(found)
    return None if i is None else _line(values, found, i)


def _around(one: Input, middle: float) -> list[float]:
    """Values on either side of a crossing, half as far again as a point allows, ascending."""
    steps = np.linspace(-1.5, 1.5, BESIDE) * math.log(NEAR)
    return sorted({_beside(one, middle, float(step)) for step in steps})


def _sure_of_sales(pair: Pair, one: Input, measure: str, middle: float, looks: list[int]) -> Sure:
    """As ``_sure``, with all values near the crossing counted in one run: more worlds move the crossing among them."""
    values = _around(one, middle)
    for count in looks:
        found = _means(pair, one, measure, values, count)
        crossed = _zero(values, found)
        if crossed is None:
            middle = values[0] if abs(found[0].mean) < abs(found[-1].mean) else values[-1]
            values = _around(one, middle)
            continue
        middle = _three_digits(crossed)
        ends = [_end(one, middle, side) for side in (-1, 1)]
        if ends[0] < values[0] or ends[1] > values[-1]:
            values = _around(one, middle)
            continue
        low = min(i for i, value in enumerate(values) if value >= ends[0])
        high = max(i for i, value in enumerate(values) if value <= ends[1])
        if found[low].surely(count) * found[high].surely(count) < 0:
            return Sure(middle, (values[low], found[low].sign), (values[high], found[high].sign))
        if count >= FULL_LOOK and _never_sure(found[low], found[high]):
            break
    far = [_beside(one, middle, side * math.log(factor)) for factor in (NEAR, *FAR) for side in (-1, 1)]
    pair.count_sales(
        [(one.path, value) for value in far if value not in (one.value, middle)], min(looks[-1], SIDE_WORLDS)
    )
    return _farther(pair, one, measure, middle, looks[-1])
