"""The luck of an independent cascade, drawn from its law given what was observed.

The model: a member who adopts at tick t is seen by their followers then. Each sight convinces with the chance of its edge, once
for all; the first tick at which a member is convinced and their own delay (geometric, 1 tick or more) make the tick at which they
adopt.
Given all ticks of adoption, members are independent of each other: the first convincing tick of an adopter has the law
P(none before) P(one or more then) P(delay = the rest), and a non-adopter was convinced by nobody or is still waiting at the end.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viralsim.replay.exposures import Exposures, Floats, Ints, Observed


class Parameters(NamedTuple):
    """probability: float64[E], that a sight along an edge convinces. mean_delay: ticks, 1 or more. fitted: to this cascade."""

    probability: Floats
    mean_delay: float
    fitted: bool = False


class Luck(NamedTuple):
    """convinces: bool[draws, edges of ``rows``]; delay: int64[draws, N] ticks."""

    rows: Ints
    convinces: NDArray[np.bool_]
    delay: Ints


def draw_luck(
    found: Exposures, observed: Observed, law: Parameters, rows: Ints, draws: int, generator: np.random.Generator
) -> Luck:
    """``draws`` of the luck of the edges ``rows`` (ascending, those of ``found`` among them) and of all delays."""
    convinces = generator.random((draws, rows.size)) < law.probability[rows]
    delay = generator.geometric(1 / law.mean_delay, (draws, observed.tick.size)).astype(np.int64)
    column = np.searchsorted(rows, found.edges)
    ticks = found.group_tick()
    for member, groups in found.of_members():
        chances = [law.probability[found.edges[_span(found, g)]] for g in groups]
        first = _first_convincing(member, ticks[groups.start : groups.stop], chances, observed, law, draws, generator)
        for i, g in enumerate(groups):
            own = column[_span(found, g)]
            convinces[np.ix_(first > i, own)] = False
            then = np.flatnonzero(first == i)
            convinces[np.ix_(then, own)] = _one_or_more(chances[i], then.size, generator)
        waited = first < len(groups)
        tick = ticks[groups.start : groups.stop][first[waited]]
        left = observed.tick[member] - tick
        delay[waited, member] = left if observed.tick[member] <= observed.until else left - 1 + delay[waited, member]
    return Luck(rows, convinces, delay)


def _span(found: Exposures, group: int) -> slice:
    return slice(int(found.group_start[group]), int(found.group_start[group + 1]))


def _first_convincing(
    member: int,
    ticks: Ints,
    chances: list[Floats],
    observed: Observed,
    law: Parameters,
    draws: int,
    generator: np.random.Generator,
) -> Ints:
    """int64[draws]: which group convinces first; the number of groups where none does."""
    weights = group_weights(
        ticks, [float(np.prod(1 - p)) for p in chances], int(observed.tick[member]), observed.until, law
    )
    return np.searchsorted(np.cumsum(weights) / weights.sum(), generator.random(draws), side="right").clip(
        0, len(ticks)
    )


def group_weights(ticks: Ints, none: list[float], adopted: int, until: int, law: Parameters) -> Floats:
    """float64[groups + 1]: chance that a group convinces first and the member does what they did; last, that none convinces."""
    stay = 1 - 1 / law.mean_delay
    before = np.cumprod([1.0, *none])
    left = (adopted - ticks).astype(np.float64)
    waits = stay ** (left - 1) / law.mean_delay if adopted <= until else stay ** (left - 1)
    return np.append(before[:-1] * (1 - np.array(none)) * waits, 0.0 if adopted <= until else before[-1])


def _one_or_more(chances: Floats, draws: int, generator: np.random.Generator) -> NDArray[np.bool_]:
    """bool[draws, edges]: independent, given that one or more of them convinces."""
    later = 1 - np.cumprod((1 - chances)[::-1])[::-1]  # one or more from here on
    found = np.zeros((draws, chances.size), bool)
    done = np.zeros(draws, bool)
    for i, chance in enumerate(chances):
        own = np.where(done, chance, chance / later[i] if later[i] > 0 else 1.0)
        found[:, i] = generator.random(draws) < own
        done |= found[:, i]
    return found
