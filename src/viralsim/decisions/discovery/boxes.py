"""Boxes that are more than chance: found one after another, tested against shuffled cases, resampled."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from viralsim.decisions.discovery.prim import F8, FEWEST, Points, Side, Sides, find_box, peeled_box

MOST_BOXES = 4
SHUFFLES = 399
CHANCE = 0.0025  # of a box where the inputs do not matter: it beats every one of the shuffles
MOSTLY = (
    0.75  # of the resamples: in so many a box is denser than what was looked through, on points it was not found on
)
RESAMPLES = 100


@dataclass(frozen=True)
class Limit:
    """What a box asks of one input: from ``low`` to ``high`` (None: no limit), or one of ``words``.

    low_range, high_range: where the limit lies in 90 % of the resamples that have one. kept: part of resamples that limit
    this input at all.
    """

    path: str
    low: float | None
    high: float | None
    words: tuple[str, ...]
    low_range: tuple[float, float] | None
    high_range: tuple[float, float] | None
    kept: float

    def sentence(self) -> str:
        """The limit in words."""
        if self.words:
            return f"{self.path} is {' or '.join(self.words)}"
        low, high = (None if end is None else f"{end:,.4g}" for end in (self.low, self.high))
        if low is not None and high is not None:
            return f"{self.path} is {low} to {high}"
        return f"{self.path} is above {low}" if high is None else f"{self.path} is below {high}"


@dataclass(frozen=True)
class Box:
    """A box of the inputs. points, cases: in it. coverage: part of all cases that it holds; density: part of its points that are.

    base_rate: density of what was looked through. p_value: part of shuffles with as good a box (with the data itself counted).
    coverage_unseen, density_unseen: mean over resamples of the box found there, on the points left out of them, with 90 %
    limits; coverage then is that of the cases looked through.
    """

    limits: tuple[Limit, ...]
    points: int
    cases: int
    coverage: float
    density: float
    base_rate: float
    p_value: float
    coverage_unseen: tuple[float, float, float]
    density_unseen: tuple[float, float, float]

    def sentence(self) -> str:
        """The box in words."""
        return " and ".join(limit.sentence() for limit in self.limits)


def find_boxes(
    points: Points,
    paths: Sequence[str],
    words: dict[int, tuple[str, ...]],
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Box, ...]:
    """Boxes, each in what the ones before left over; none where the cases lie as if the inputs did not matter.

    paths: names of the inputs. words: column -> the words behind its codes.
    """
    found: list[Box] = []
    left, all_cases = np.ones(len(points), dtype=bool), int(points.cases.sum())
    while len(found) < MOST_BOXES:
        rest = points.chosen(left)
        if min(int(rest.cases.sum()), int((~rest.cases).sum())) < FEWEST:
            break
        sides = find_box(rest)
        if all(side.is_open for side in sides):
            break
        rng = np.random.default_rng([seed, len(found)])
        p_value = _p_value(rest, rng, progress)
        if p_value > CHANCE:
            break
        again, unseen = _resampled(rest, rng)
        density = unseen[np.isfinite(unseen[:, 1]), 1]
        if not len(density) or float((density > rest.cases.mean()).mean()) < MOSTLY:
            break
        found.append(_described(rest, sides, paths, words, all_cases, p_value, again, unseen))
        left[np.flatnonzero(left)[rest.inside(sides)]] = False
    return tuple(found)


def _p_value(points: Points, rng: np.random.Generator, progress: Callable[[int, int], None] | None) -> float:
    """The part of shuffled cases whose peeled box is as good; 1 as soon as one is, since then it is above ``CHANCE``."""
    phi = points.phi(peeled_box(points))
    for i in range(SHUFFLES):
        shuffled = Points(points.inputs, rng.permutation(points.cases), points.words)
        if shuffled.phi(peeled_box(shuffled)) >= phi:
            return 1.0
        if progress is not None:
            progress(i + 1, SHUFFLES)
    return 1.0 / (SHUFFLES + 1)


def _resampled(points: Points, rng: np.random.Generator) -> tuple[list[Sides], F8]:
    """The boxes of resamples, and the coverage and density of each on the points left out of it, float64[resamples, 2]."""
    again, unseen = [], []
    for _ in range(RESAMPLES):
        drawn = rng.integers(0, len(points), len(points))
        own = find_box(points.chosen(drawn))
        rest = points.chosen(np.setdiff1d(np.arange(len(points)), drawn))
        inside = rest.inside(own)
        hits = float(rest.cases[inside].sum())
        again.append(own)
        unseen.append((_part(hits, float(rest.cases.sum())), _part(hits, float(inside.sum()))))
    return again, np.array(unseen, dtype=np.float64)


def _described(
    points: Points, sides: Sides, paths: Sequence[str], words: dict[int, tuple[str, ...]], all_cases: int,
    p_value: float, again: list[Sides], unseen: F8,
) -> Box:  # fmt: skip
    held = points.inside(sides)
    coverage, density = (_spread(column) for column in unseen.T)
    limits = tuple(
        _limit(path, side, [own[j] for own in again], words.get(j, ()))
        for j, (path, side) in enumerate(zip(paths, sides, strict=True))
        if not side.is_open
    )
    hits = int(points.cases[held].sum())
    return Box(
        limits, int(held.sum()), hits, hits / all_cases, hits / int(held.sum()), float(points.cases.mean()), p_value,
        coverage, density,
    )  # fmt: skip


def _part(some: float, of: float) -> float:
    return some / of if of > 0.0 else math.nan


def _spread(values: F8) -> tuple[float, float, float]:
    """Mean, and 5 and 95 % quantiles, of what is defined."""
    return float(np.nanmean(values)), float(np.nanquantile(values, 0.05)), float(np.nanquantile(values, 0.95))


def _limit(path: str, side: Side, again: list[Side], words: tuple[str, ...]) -> Limit:
    kept = [own for own in again if not own.is_open]
    return Limit(
        path,
        None if math.isinf(side.low) else side.low,
        None if math.isinf(side.high) else side.high,
        tuple(words[code] for code in sorted(side.kept)) if side.kept is not None else (),
        _range([own.low for own in kept], math.isinf(side.low)),
        _range([own.high for own in kept], math.isinf(side.high)),
        len(kept) / len(again),
    )


def _range(ends: list[float], no_limit: bool) -> tuple[float, float] | None:
    known = [end for end in ends if math.isfinite(end)]
    if no_limit or not known:
        return None
    low, high = np.quantile(known, [0.05, 0.95])
    return float(low), float(high)
