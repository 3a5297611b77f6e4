"""The patient rule induction method: a box of the inputs in which the cases of interest lie.

Friedman and Fisher 1999 (Statistics and Computing 9:123, doi 10.1023/A:1008894516817), for scenario discovery as in Bryant and
Lempert 2010 (doi 10.1016/j.techfore.2009.08.002). A box that holds everything is peeled, a small part of its points at a time,
where that raises the density of cases most per point given up. Of all boxes on the way the one is kept whose membership is
correlated most with being a case (phi of the two-by-two table), which weighs coverage and density alike. Then each side is moved
to where phi is highest, the others held (pasting to the end), and limits that the density does not need are dropped.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

F8: TypeAlias = NDArray[np.float64]
I8: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
PEEL = 0.05  # part of a box's points that one peel takes
SMALLEST = 0.02  # part of the points that a box holds at least
FEWEST = 5  # points of a box
NEEDED = 0.05  # a limit is kept where chance alone would give this density less often (Bryant and Lempert 2010)
MOST_ROUNDS = 20  # of moving all sides


@dataclass(frozen=True)
class Side:
    """The part of one input that a box takes: ``low`` to ``high``, both within, or of a word those with the codes ``kept``."""

    low: float = -math.inf
    high: float = math.inf
    kept: frozenset[int] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it takes everything."""
        return self.kept is None and math.isinf(self.low) and math.isinf(self.high)

    def holds(self, values: F8) -> Mask:
        """Which values lie within, bool[n]."""
        if self.kept is not None:
            return np.isin(values, list(self.kept))
        return np.asarray((values >= self.low) & (values <= self.high))


Sides: TypeAlias = tuple[Side, ...]


@dataclass(frozen=True, eq=False)
class Points:
    """Inputs float64[n, d] and whether each point is a case, bool[n]. ``words``: columns that hold codes of words."""

    inputs: F8
    cases: Mask
    words: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.cases)

    def inside(self, sides: Sides) -> Mask:
        """Which points a box holds, bool[n]."""
        held = np.ones(len(self), dtype=bool)
        for j, side in enumerate(sides):
            if not side.is_open:
                held &= side.holds(self.inputs[:, j])
        return held

    def phi(self, sides: Sides) -> float:
        """The correlation between lying in the box and being a case."""
        held = self.inside(sides)
        return float(self.phi_of(held.sum(), self.cases[held].sum()))

    def phi_of(self, size: I8 | int, hits: I8 | int) -> F8:
        """phi of boxes with so many points and cases among them; 0 where a box holds nothing or everything."""
        n, all_cases = float(len(self)), float(self.cases.sum())
        size = np.asarray(size, dtype=np.float64)
        spread = size * (n - size) * all_cases * (n - all_cases)
        with np.errstate(invalid="ignore", divide="ignore"):
            found = (n * np.asarray(hits, dtype=np.float64) - size * all_cases) / np.sqrt(spread)
        return np.where(spread > 0.0, found, 0.0)

    def chosen(self, rows: I8 | Mask) -> Points:
        """Some of the points."""
        return replace(self, inputs=self.inputs[rows], cases=self.cases[rows])


def find_box(points: Points, smallest: float = SMALLEST, peel: float = PEEL) -> Sides:
    """The box that is best by phi, all sides open where there is none; ``smallest``: part of the points that it holds at least."""
    fewest = _fewest(points, smallest)
    best = _moved(points, peeled_box(points, smallest, peel), fewest)
    while any(not side.is_open for side in best):
        needless = _needless(points, best)
        if needless is None:
            break
        best = (*best[:needless], Side(), *best[needless + 1 :])
        best = _moved(points, best, fewest, tuple(j for j, side in enumerate(best) if not side.is_open))
    return best if points.phi(best) > 0.0 else tuple(Side() for _ in best)


def peeled_box(points: Points, smallest: float = SMALLEST, peel: float = PEEL) -> Sides:
    """The best box by phi on the way of peeling alone."""
    return max(_peeled(points, _fewest(points, smallest), peel), key=points.phi)


def _fewest(points: Points, smallest: float) -> int:
    return max(FEWEST, math.ceil(smallest * len(points)))


def _peeled(points: Points, fewest: int, peel: float) -> Iterator[Sides]:
    """The boxes on the way from all points to ``fewest``."""
    sides: Sides = tuple(Side() for _ in range(points.inputs.shape[1]))
    order = [np.argsort(column, kind="stable") for column in points.inputs.T]
    cases = points.cases
    yield sides
    while True:
        best: tuple[float, int, slice | int] | None = None
        held, hits = len(order[0]), int(cases[order[0]].sum())
        count, rate = max(1, int(peel * held)), hits / held
        for j, rows in enumerate(order):
            values = points.inputs[rows, j]
            for part in _peels(values, count, j in points.words):
                hit = cases[rows[part if isinstance(part, slice) else values == part]]
                left = held - len(hit)
                if left < fewest:
                    continue
                gain = ((hits - int(np.count_nonzero(hit))) / left - rate) / len(hit)
                if best is None or gain > best[0]:
                    best = (gain, j, part)
        if best is None:
            return
        _, j, part = best
        values = points.inputs[order[j], j]
        sides = (*sides[:j], _without(sides[j], values, part), *sides[j + 1 :])
        stays = np.ones(len(points), dtype=bool)
        stays[order[j][part if isinstance(part, slice) else values == part]] = False
        order = [rows[stays[rows]] for rows in order]
        yield sides


def _peels(values: F8, count: int, is_word: bool) -> Iterator[slice | int]:
    """What an input can give up, of its sorted values: some at either end (equal ones together), or a word's code."""
    if not values[0] < values[-1]:
        return
    if is_word:
        yield from (int(code) for code in np.unique(values))
        return
    low, high = values[min(count, len(values) - 1)], values[max(-count - 1, -len(values))]
    yield slice(0, int(values.searchsorted(low) if low > values[0] else values.searchsorted(low, "right")))
    yield slice(
        int(values.searchsorted(high, "right") if high < values[-1] else values.searchsorted(high)), len(values)
    )


def _without(side: Side, values: F8, part: slice | int) -> Side:
    """The side after a peel."""
    if not isinstance(part, slice):
        return Side(kept=frozenset(int(code) for code in np.unique(values)) - {part})
    if part.start == 0:
        return replace(side, low=_between(values, part.stop))
    return replace(side, high=_between(values, part.start))


def _between(values: F8, i: int) -> float:
    """The middle between sorted value ``i`` and the one before."""
    return float(values[i - 1] + (values[i] - values[i - 1]) / 2.0)


def _moved(points: Points, sides: Sides, fewest: int, only: tuple[int, ...] | None = None) -> Sides:
    """Each side, of the inputs ``only``, moved to where phi is highest with the others held, until nothing helps."""
    best = points.phi(sides)
    for _ in range(MOST_ROUNDS):
        before = best
        for j in range(len(sides)) if only is None else only:
            others = points.inside((*sides[:j], Side(), *sides[j + 1 :]))
            for side in _moves(points, j, others, sides[j], fewest):
                moved = (*sides[:j], side, *sides[j + 1 :])
                phi = points.phi(moved)
                if phi > best + 1e-12:
                    sides, best = moved, phi
        if best <= before + 1e-12:
            break
    return sides


def _moves(points: Points, j: int, others: Mask, side: Side, fewest: int) -> Iterator[Side]:
    """The best side of input ``j`` for each of its ends, or for each word in or out."""
    values, cases = points.inputs[others, j], points.cases[others]
    if j in points.words:
        codes = frozenset(int(code) for code in np.unique(points.inputs[:, j]))
        kept = side.kept if side.kept is not None else codes
        for code in sorted(codes):
            new = kept ^ {code}
            if new and int(np.isin(values, list(new)).sum()) >= fewest:
                yield Side() if new == codes else Side(kept=frozenset(new))
        return
    for low_end in (True, False):
        within = values <= side.high if low_end else values >= side.low
        order = np.argsort(values[within] if low_end else -values[within], kind="stable")
        v, hit = values[within][order], cases[within][order]
        if len(v) < fewest:
            continue
        # a box from place i on, where values change, or all of it
        starts = np.concatenate([[0], np.flatnonzero(np.diff(v)) + 1])
        starts = starts[len(v) - starts >= fewest]
        hits = hit.sum() - np.concatenate([[0], np.cumsum(hit)])[starts]
        i = int(starts[int(np.argmax(points.phi_of(len(v) - starts, hits)))])
        end = _between(v, i) if i else (-math.inf if low_end else math.inf)
        yield replace(side, low=end) if low_end else replace(side, high=end)


def _needless(points: Points, sides: Sides) -> int | None:
    """The input whose limits the density needs least, where chance would explain it; else None."""
    from scipy.stats import binom

    held = points.inside(sides)
    hits, size = int(points.cases[held].sum()), int(held.sum())
    chance = {}
    for j, side in enumerate(sides):
        if not side.is_open:
            wider = points.inside((*sides[:j], Side(), *sides[j + 1 :]))
            chance[j] = float(binom.sf(hits - 1, size, float(points.cases[wider].mean())))
    least = max(chance, key=lambda j: chance[j])
    return least if chance[least] > NEEDED else None
