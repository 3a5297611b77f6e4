"""Switching values: how far one input can go, the others as they are, until the pair asked about changes places.

Every input is halved and doubled in turn (one-at-a-time sensitivity), in the same worlds; where the mean difference of the
two arms changes its sign, the value at which it does is found by Brent's method. Nothing is extrapolated: below and above a
switching value the arms were run, and the 95 % intervals of the difference lie on opposite sides of 0. Where that holds
only further away than 10 %, the value is a range. Method and name: HM Treasury, The Green Book (2022), section 5.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import brentq

from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.errors import InputError
from viralsim.measurement.intervals import mean_interval
from viralsim.records.record import Move, SwitchingValue
from viralsim.scenario import Scenario
from viralsim.scenario.inputs import Input, inputs_of

LEAST_WORLDS = 30  # fewer worlds have no say in what would change an answer
SCREENING_WORLDS, SEARCH_WORLDS = (20, 60), 200
SURE_WORLDS = (200, 500, 1000)  # for the sign beside a crossing: more where fewer do not tell
FACTORS = (0.5, 2.0)
FARTHER = (0.1, 10.0)
SIDES = (1.09, 1.3, 2.0, 10.0)  # how far from the crossing the sign is looked for; a value is a point up to the first
MOST_SEARCHED = 6
MOST_RUNS = 8  # no further search after as many worlds as this many runs of the pair have
MOVES_AT_ALL = 0.05  # an input that moves the difference by less than this part of it is not driven farther
NET = "net_usd"


@dataclass
class Pair:
    """Two arms of a scenario in the same worlds, run once for each value of an input."""

    scenario: Scenario
    compiled_audiences: list[CompiledAudience]
    arms: tuple[str, str]
    seed: int
    threads: int
    worlds_run: int = 0
    seen: dict[tuple[str, float], dict[str, np.ndarray]] = field(default_factory=dict)

    def differences(self, path: str, value: float, worlds: int, measure: str) -> np.ndarray:
        """First arm minus second in ``measure``, float64[worlds], with ``value`` at ``path``.

        Raises ScenarioError where the scenario cannot have that value.
        """
        from viralsim.simulation.front import launch

        known = self.seen.get((path, value), {})
        have = len(known.get(measure, ()))
        if have < worlds:
            scenario = self.scenario.override({path: value}) if path else self.scenario
            more = launch(
                scenario, self.compiled_audiences, self.arms, worlds - have, self.seed, self.threads, first=have
            )
            self.worlds_run += worlds - have
            first, second = (more[arm].measures for arm in self.arms)
            added = {name: first[name] - second[name] for name in first}
            known = {name: np.concatenate([known.get(name, added[name][:0]), added[name]]) for name in added}
            self.seen[path, value] = known
        return known[measure][:worlds]

    def mean(self, path: str, value: float, worlds: int, measure: str) -> float:
        """The mean difference."""
        return float(self.differences(path, value, worlds, measure).mean())

    def sign(self, path: str, value: float, worlds: int, measure: str) -> int:
        """1 or -1 where the 95 % interval of the mean difference lies on one side of 0, else 0."""
        _, low, high = mean_interval(self.differences(path, value, worlds, measure), seed=self.seed)
        return 1 if low > 0.0 else -1 if high < 0.0 else 0


def switching_values(pair: Pair, measure: str, worlds: int) -> tuple[tuple[Move, ...], tuple[SwitchingValue, ...]]:
    """What each input moves, the strongest first, and where it turns the difference of the pair, the nearest first.

    What people cost and what a conversion is worth are asked in net value. What was found is kept after KeyboardInterrupt.
    """
    if worlds < LEAST_WORLDS:
        return (), ()
    inputs = [one for one in inputs_of(pair.scenario) if one.value > 0.0]
    least, most = SCREENING_WORLDS
    screening = min(worlds, most, max(least, worlds // max(len(inputs), 1)))
    moves: list[Move] = []
    found: list[SwitchingValue] = []
    try:
        for one in inputs:
            moves += _move(pair, one, NET if one.is_price else measure, screening)
        moves = sorted((move for move in moves if move.size > 0.0), key=lambda move: -move.size)
        known = {one.path: one for one in inputs}
        asked = [move for move in moves if move.assumed or known[move.path].is_price]
        turning = sorted((_gap(pair, known[move.path], move, screening), move.path) for move in asked)
        for gap, path in turning[:MOST_SEARCHED]:
            if math.isfinite(gap[0]) and pair.worlds_run < MOST_RUNS * worlds:
                one = known[path]
                found += _switch(pair, one, NET if one.is_price else measure, (gap[1], gap[2]), worlds)
    except KeyboardInterrupt:
        pass
    return tuple(moves), tuple(sorted(found, key=lambda turn: abs(math.log(turn.middle / turn.now))))


def _within(one: Input, value: float) -> float:
    return min(max(value, one.lowest), one.highest)


def _move(pair: Pair, one: Input, measure: str, worlds: int) -> Sequence[Move]:
    """The mean differences with the input halved and doubled, as far as the schema lets it; none where it cannot be run."""
    low, high = (_within(one, one.value * factor) for factor in FACTORS)
    try:
        now = pair.mean("", 0.0, worlds, measure)
        at_low, at_high = (now if v == one.value else pair.mean(one.path, v, worlds, measure) for v in (low, high))
    except InputError:
        return ()
    return (Move(one.path, one.value, low, high, measure, now, at_low, at_high, one.source, one.assumed),)


def _gap(pair: Pair, one: Input, move: Move, worlds: int) -> tuple[float, float, float]:
    """(distance of the nearest value beyond the crossing, value on this side, value beyond); infinite where none is seen."""
    tried = [(move.low, move.at_low), (move.high, move.at_high)]
    if not any(move.now_mean * mean < 0.0 for _, mean in tried) and move.size > MOVES_AT_ALL * abs(move.now_mean):
        for factor in FARTHER:
            value = _within(one, one.value * factor)
            try:
                tried.append((value, pair.mean(one.path, value, worlds, move.measure)))
            except InputError:
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

    def at(log_value: float) -> float:
        value = math.exp(log_value)
        path, value = ("", 0.0) if math.isclose(value, one.value) else (one.path, value)
        return pair.mean(path, value, min(worlds, SEARCH_WORLDS), measure)

    ends = sorted(math.log(value) for value in between)
    try:
        if at(ends[0]) * at(ends[1]) > 0.0:
            return ()
        middle = _three_digits(math.exp(brentq(at, *ends, xtol=0.02, rtol=1e-6)))
        middle = _three_digits(_nearer(pair, one, measure, middle, worlds))
        low = _side(pair, one, measure, middle, -1, worlds)
        high = _side(pair, one, measure, middle, 1, worlds)
    except InputError:
        return ()
    if low is None or high is None or low[1] == high[1]:
        return ()
    first, second = pair.arms
    below, above = (first, second) if low[1] > 0 else (second, first)
    return (SwitchingValue(one.path, one.value, middle, low[0], high[0], below, above, measure, one.assumed),)


def _three_digits(value: float) -> float:
    return float(f"{value:.3g}")


def _nearer(pair: Pair, one: Input, measure: str, middle: float, worlds: int) -> float:
    """The crossing between the values just below and above it, from more worlds; as it was where it lies outside them."""
    ends = [_within(one, middle / SIDES[0]), _within(one, middle * SIDES[0])]
    low, high = (pair.mean(one.path, value, min(worlds, SURE_WORLDS[-1]), measure) for value in ends)
    if low * high >= 0.0 or ends[0] == ends[1]:
        return middle
    return ends[0] + (ends[1] - ends[0]) * low / (low - high)


def _side(pair: Pair, one: Input, measure: str, middle: float, side: int, worlds: int) -> tuple[float, int] | None:
    """(value, sign) nearest to the crossing, below or above it, where the sign of the mean difference is sure."""
    for factor in SIDES:
        value = _within(one, middle * factor if side > 0 else middle / factor)
        if (value - one.value) * (
            middle - one.value
        ) < 0.0:  # not beyond the value in force, for which all worlds were run
            value = one.value
        for count in dict.fromkeys(min(worlds, most) for most in SURE_WORLDS):
            sign = pair.sign(one.path, value, count, measure) if value != middle else 0
            if sign:
                return value, sign
    return None
