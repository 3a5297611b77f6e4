"""Switching values: how far one input can go, the others as they are, until the pair asked about changes places.

Every input is halved and doubled in turn (one-at-a-time sensitivity), in the same worlds; where the mean difference of the
two arms changes its sign, the value at which it does is found by false position. Nothing is extrapolated: below and above a
switching value the arms were run, and the 95 % intervals of the difference lie on opposite sides of 0. Where that holds
only further away than 10 %, the value is a range. Method and name: HM Treasury, The Green Book (2022), section 5.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from viralsim.errors import CapacityError, InputError
from viralsim.measurement.measures import measure as declared
from viralsim.records.record import Move, SwitchingValue
from viralsim.scenario.inputs import Input, inputs_of
from viralsim.simulation.crossings import Estimate, estimate, mean_at, surely_crossed, within
from viralsim.simulation.pair import NET, Pair

LEAST_WORLDS = 30  # fewer worlds have no say in what would change an answer
SCREENING_WORLDS, LOOK_WORLDS = 20, 8  # the latter where they show that an input hardly moves anything
LEAST_SCREENED = 6  # of a programme: a world of it is many launches
FACTORS = (0.5, 2.0)
FARTHER = (0.1, 10.0)
MOST_SEARCHED = 6
MOST_RUNS = 1  # no further search after as many worlds as this many runs of the pair have
SALES_RUNS, SALES_WORLDS = 2, 200  # of these alone: as many runs, of at least so many worlds; one run tells many values
MOVES_AT_ALL = 0.05  # an input that moves the difference by less than this part of it is not driven farther


Gap: TypeAlias = tuple[float, float, float]  # how far away, the value on this side, that beyond


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
        sold = [one for one in inputs if pair.sells_only(one.path, measure)]
        factors = (*FACTORS, *FARTHER)
        pair.count_sales([(one.path, within(one, one.value * f)) for one in sold for f in factors], screening)
        for one in inputs:
            moves += _move(pair, one, NET if one.is_price else measure, screening)
        moves = sorted((move for move in moves if move.size > 0.0), key=lambda move: -move.size)
        known = {one.path: one for one in inputs}
        asked = [move for move in moves if move.assumed or known[move.path].is_price]
        turning = sorted((_gap(pair, known[move.path], move, screening), move.path) for move in asked)
        found += _switches(pair, measure, worlds, known, _in_order(turning, moves, measure))
    except KeyboardInterrupt:
        pair.stopped = True
        moves.sort(key=lambda move: -move.size)
    return tuple(moves), tuple(sorted(found, key=lambda turn: abs(math.log(turn.middle / turn.now))))


def _move(pair: Pair, one: Input, measure: str, worlds: int) -> Sequence[Move]:
    """The mean differences with the input halved and doubled, as far as the schema lets it; none where it cannot be run."""
    low, high = (within(one, one.value * factor) for factor in FACTORS)
    try:
        now = mean_at(pair, one, one.value, worlds, measure)
        counted = one.is_price or pair.sells_only(one.path, measure)  # and need no worlds of their own
        for count in [*(() if counted else _first_look(pair, measure, worlds)), worlds]:
            tried = [estimate(pair, one, value, count, measure) for value in (low, high)]
            if all(_hardly_moves(found, now) for found in tried):
                break
    except (InputError, CapacityError):
        return ()
    at_low, at_high = (found.mean for found in tried)
    return (Move(one.path, one.value, low, high, measure, now, at_low, at_high, one.source, one.assumed),)


def _first_look(pair: Pair, measure: str, worlds: int) -> tuple[int, ...]:
    """``LOOK_WORLDS``, where so few show the difference as all worlds have it: not where a few worlds make it."""
    now = pair.known_differences(measure)
    shown = float(now.std()) / math.sqrt(LOOK_WORLDS) <= abs(float(now.mean())) / 2.0
    return (LOOK_WORLDS,) if shown and worlds > LOOK_WORLDS else ()


def _hardly_moves(found: Estimate, now: float) -> bool:
    """Whether an input surely moves the difference by less than what it has to move it at all."""
    return abs(found.mean - now) + 3.0 * math.sqrt(found.of_each / found.worlds) <= MOVES_AT_ALL * abs(now)


def _gap(pair: Pair, one: Input, move: Move, worlds: int) -> tuple[float, float, float]:
    """(distance of the nearest value beyond the crossing, value on this side, value beyond); infinite where none is seen."""
    tried = [(move.low, move.at_low), (move.high, move.at_high)]
    if not any(move.now_mean * mean < 0.0 for _, mean in tried) and move.size > MOVES_AT_ALL * abs(move.now_mean):
        for factor in FARTHER:
            value = within(one, one.value * factor)
            try:
                tried.append((value, mean_at(pair, one, value, worlds, move.measure)))
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


def _in_order(turning: list[tuple[Gap, str]], moves: Sequence[Move], measure: str) -> list[tuple[Gap, str]]:
    """The crossings to look for: that of the input that moves ``measure`` most, as it decides, then the nearest."""
    seen = {path: gap for gap, path in turning[:MOST_SEARCHED] if math.isfinite(gap[0])}
    strongest = [move.path for move in moves if move.path in seen and move.measure == measure][:1]
    return [(seen[path], path) for path in dict.fromkeys([*strongest, *seen])]


def _switches(
    pair: Pair, measure: str, worlds: int, known: Mapping[str, Input], turning: Sequence[tuple[Gap, str]]
) -> Iterator[SwitchingValue]:
    """The switching values; after the first none that is likely to take more worlds than are left of ``MOST_RUNS``.

    Where money follows a price in proportion, that price takes none. Inputs that change sales alone, of which one run tells many
    values, also have ``SALES_RUNS`` to themselves: what others took hides none of them.
    """
    start, arms, on_sales = pair.worlds_run, len(pair.arms), 0
    for i, ((_, side, beyond), path) in enumerate(turning):
        one, before = known[path], pair.worlds_run
        sold = pair.sells_only(path, measure)
        left = math.inf if i == 0 or _takes_no_worlds(pair, one) else arms * MOST_RUNS * worlds - (before - start)
        if sold:
            left = max(left, arms * SALES_RUNS * max(worlds, SALES_WORLDS) - on_sales)
        if left > 0:
            yield from _switch(pair, one, NET if one.is_price else measure, (side, beyond), worlds, left)
            on_sales += (pair.worlds_run - before) if sold else 0


def _takes_no_worlds(pair: Pair, one: Input) -> bool:
    return one.is_price and pair.priced(one.path, one.value, 2.0 * one.value) is not None


def _switch(
    pair: Pair, one: Input, measure: str, between: tuple[float, float], worlds: int, left: float
) -> Sequence[SwitchingValue]:
    """The value between two at which the mean difference is 0, as near as the worlds tell; none where they do not."""
    try:
        found = surely_crossed(pair, one, measure, between, worlds, left)
    except (InputError, CapacityError):
        return ()
    if found is None or found.below is None or found.above is None or found.below[1] == found.above[1]:
        return ()
    first, second = pair.arms
    better = found.below[1] * (declared(measure).direction or 1)  # where less is better, who has less is ahead
    below, above = (first, second) if better > 0 else (second, first)
    ends = found.below[0], found.above[0]
    return (SwitchingValue(one.path, one.value, found.middle, *ends, below, above, measure, one.assumed),)
