"""Switching values: how far one input can go, the others as they are, until the pair asked about changes places.

Every input is halved and doubled in turn (one-at-a-time sensitivity), in the same worlds; where the mean difference of the
two arms changes its sign, the value at which it does is found by false position. Nothing is extrapolated: below and above a
switching value the arms were run, and the 95 % intervals of the difference lie on opposite sides of 0. Where that holds
only further away than 10 %, the value is a range. Method and name: HM Treasury, The Green Book (2022), section 5.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from viralsim.errors import CapacityError, InputError
from viralsim.measurement.measures import measure as declared
from viralsim.records.record import Move, SwitchingValue
from viralsim.scenario.inputs import Input, inputs_of
from viralsim.simulation.pair import NET, Pair

LEAST_WORLDS = 30  # fewer worlds have no say in what would change an answer
SCREENING_WORLDS, SEARCH_WORLDS = 20, 100
SURE_WORLDS = (200, 500, 1000)  # for the sign beside a crossing: more where fewer do not tell
LEAST_SCREENED = 6  # of a programme: a world of it is many launches
FACTORS = (0.5, 2.0)
FARTHER = (0.1, 10.0)
NEAR, FAR = (
    1.09,
    (1.3, 2.0, 10.0),
)  # how far from the crossing the sign is looked for; a value is a point up to the first
MOST_SEARCHED, MOST_STEPS = 6, 4
SURE = 1.96  # standard errors of half a 95 % interval
CLOSE = 0.02  # a step of the search as short as this part of the value ends it
MOST_RUNS = 2  # no further search after as many worlds as this many runs of the pair have
MOVES_AT_ALL = 0.05  # an input that moves the difference by less than this part of it is not driven farther


def switching_values(pair: Pair, measure: str, worlds: int) -> tuple[tuple[Move, ...], tuple[SwitchingValue, ...]]:
    """What each input moves, the strongest first, and where it turns the difference of the pair, the nearest first.

    What people cost and what a conversion is worth are asked in net value. What was found is kept
    after KeyboardInterrupt, and ``pair.stopped`` is set.
    """
    if worlds < LEAST_WORLDS:
        return (), ()
    drawn = {*pair.scenario.spec.ranges, *pair.scenario.joint_rows()}
    inputs = [one for one in inputs_of(pair.scenario) if one.value > 0.0 and one.path not in drawn]
    long = pair.scenario.spec.programme
    screening = min(
        worlds, SCREENING_WORLDS if long is None else max(LEAST_SCREENED, SCREENING_WORLDS // long.launches)
    )
    moves: list[Move] = []
    found: list[SwitchingValue] = []
    try:
        for one in inputs:
            moves += _move(pair, one, NET if one.is_price else measure, screening)
        moves = sorted((move for move in moves if move.size > 0.0), key=lambda move: -move.size)
        known = {one.path: one for one in inputs}
        asked = [move for move in moves if move.assumed or known[move.path].is_price]
        turning = sorted((_gap(pair, known[move.path], move, screening), move.path) for move in asked)
        screened = pair.worlds_run
        for gap, path in turning[:MOST_SEARCHED]:
            if math.isfinite(gap[0]) and pair.worlds_run - screened < len(pair.arms) * MOST_RUNS * worlds:
                one = known[path]
                found += _switch(pair, one, NET if one.is_price else measure, (gap[1], gap[2]), worlds)
    except KeyboardInterrupt:
        pair.stopped = True
        moves.sort(key=lambda move: -move.size)
    return tuple(moves), tuple(sorted(found, key=lambda turn: abs(math.log(turn.middle / turn.now))))


def _within(one: Input, value: float) -> float:
    return min(max(value, one.lowest), one.highest)


class Estimate(NamedTuple):
    """A mean difference; ``error``: its standard error, ``least``: what it would be
    if all worlds of the run had been run at the value."""

    mean: float
    error: float
    least: float

    @property
    def sign(self) -> int:
        """1 or -1 where the 95 % interval lies on one side of 0, else 0."""
        return 0 if abs(self.mean) <= SURE * self.error else int(math.copysign(1, self.mean))


def _estimate(pair: Pair, one: Input, value: float, worlds: int, measure: str) -> Estimate:
    """The mean difference with the input at a value: that of all worlds as it is, and what the value changes in some of them.

    The same luck makes the change sharper than either mean (control variate).
    """
    now = pair.known_differences(measure)
    priced = pair.priced(one.path, one.value, value) if one.is_price and value != one.value else None
    if value == one.value or priced is not None:
        found = now if priced is None else priced
        error = float(found.std(ddof=1)) / math.sqrt(len(found))
        return Estimate(float(found.mean()), error, error)
    changed = pair.differences(one.path, value, worlds, measure)
    change = changed - now[:worlds]
    (of_now, both), (_, of_change) = np.cov(now[:worlds], change)
    error = math.sqrt(max((of_now + 2.0 * both) / len(now) + of_change / worlds, 0.0))
    return Estimate(float(now.mean() + change.mean()), error, float(changed.std(ddof=1)) / math.sqrt(len(now)))


def _mean(pair: Pair, one: Input, value: float, worlds: int, measure: str) -> float:
    return _estimate(pair, one, value, worlds, measure).mean


def _move(pair: Pair, one: Input, measure: str, worlds: int) -> Sequence[Move]:
    """The mean differences with the input halved and doubled, as far as the schema lets it; none where it cannot be run."""
    low, high = (_within(one, one.value * factor) for factor in FACTORS)
    try:
        now, at_low, at_high = (_mean(pair, one, value, worlds, measure) for value in (one.value, low, high))
    except (InputError, CapacityError):
        return ()
    return (Move(one.path, one.value, low, high, measure, now, at_low, at_high, one.source, one.assumed),)


def _gap(pair: Pair, one: Input, move: Move, worlds: int) -> tuple[float, float, float]:
    """(distance of the nearest value beyond the crossing, value on this side, value beyond); infinite where none is seen."""
    tried = [(move.low, move.at_low), (move.high, move.at_high)]
    if not any(move.now_mean * mean < 0.0 for _, mean in tried) and move.size > MOVES_AT_ALL * abs(move.now_mean):
        for factor in FARTHER:
            value = _within(one, one.value * factor)
            try:
                tried.append((value, _mean(pair, one, value, worlds, move.measure)))
            except (InputError, CapacityError):
                continue
    beyond = [value for value, mean in tried if move.now_mean * mean < 0.0 and value > 0.0]
    if not beyond:
        return math.inf, 0.0, 0.0
    value = min(beyond, key=lambda v: abs(math.log(v / one.value)))
    # where the search was driven farther, the crossing lies between there and what was tried before
    nearer = [v for v, mean in tried if move.now_mean * mean > 0.0 and (v - one.value) * (value - one.value) > 0.0]
    side = nearer[0] if nearer and abs(nearer[0] - one.value) < abs(value - one.value) else one.value
    return abs(math.log(value / one.value)), side, value


def _switch(
    pair: Pair, one: Input, measure: str, between: tuple[float, float], worlds: int
) -> Sequence[SwitchingValue]:
    """The value between two at which the mean difference is 0, as near as the worlds tell; none where they do not."""
    try:
        middle = _crossing(pair, one, measure, between, min(worlds, SEARCH_WORLDS))
        if middle is None:
            return ()
        middle, low, high = _sure(pair, one, measure, middle, worlds)
    except (InputError, CapacityError):
        return ()
    if low is None or high is None or low[1] == high[1]:
        return ()
    first, second = pair.arms
    better = low[1] * (declared(measure).direction or 1)  # where less is better, who has less is ahead
    below, above = (first, second) if better > 0 else (second, first)
    return (SwitchingValue(one.path, one.value, middle, low[0], high[0], below, above, measure, one.assumed),)


def _crossing(pair: Pair, one: Input, measure: str, between: tuple[float, float], worlds: int) -> float | None:
    """Where the mean difference is 0 between two values (false position, as the Illinois rule has it); None where it is not."""
    low, high = sorted(between)
    at_low, at_high = (_mean(pair, one, value, worlds, measure) for value in (low, high))
    if at_low * at_high > 0.0:
        return None
    value = low
    for _ in range(MOST_STEPS):
        before, value = value, low + (high - low) * at_low / (at_low - at_high)
        if abs(value - before) <= CLOSE * value:
            break
        mean = _mean(pair, one, value, worlds, measure)
        if mean * at_low > 0.0:
            low, at_low, at_high = value, mean, at_high / 2.0
        else:
            high, at_high, at_low = value, mean, at_low / 2.0
    return _three_digits(value)


def _three_digits(value: float) -> float:
    return float(f"{value:.3g}")


Side = tuple[float, int]


def _sure(pair: Pair, one: Input, measure: str, middle: float, worlds: int) -> tuple[float, Side | None, Side | None]:
    """(crossing, the nearest value below it and the sign there, that above it) where the signs of the mean difference are sure."""
    for count in dict.fromkeys(min(worlds, most) for most in SURE_WORLDS):
        ends = [_beside(one, middle, side * math.log(NEAR)) for side in (-1, 1)]
        low, high = (_estimate(pair, one, value, count, measure) for value in ends)
        if low.sign * high.sign < 0:
            return middle, (ends[0], low.sign), (ends[1], high.sign)
        reached = (
            abs(high.mean - low.mean) / 2.0 / SURE
        )  # the standard error that would do, were the crossing in the middle
        if reached <= max(low.least, high.least):
            break  # the worlds of the run itself are too few to tell
        nearer = ends[0] + (ends[1] - ends[0]) * low.mean / (low.mean - high.mean)
        middle = _three_digits(min(max(nearer, ends[0]), ends[1]))
    below, above = (_side(pair, one, measure, middle, side, min(worlds, SEARCH_WORLDS)) for side in (-1, 1))
    return middle, below, above


def _beside(one: Input, middle: float, log_distance: float) -> float:
    """A value below or above a crossing, not beyond the value in force: for that one all worlds were run."""
    value = _within(one, middle * math.exp(log_distance))
    return one.value if (value - one.value) * (middle - one.value) < 0.0 else value


def _side(pair: Pair, one: Input, measure: str, middle: float, side: int, worlds: int) -> Side | None:
    """(value, sign) nearest to the crossing, below or above it, where the sign of the mean difference is sure."""
    for factor in (NEAR, *FAR):
        value = _beside(one, middle, side * math.log(factor))
        sign = _estimate(pair, one, value, worlds, measure).sign if value != middle else 0
        if sign:
            return value, sign
    return None
