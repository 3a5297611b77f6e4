"""Paired timing: in turns, by one clock, the median of the ratios with an interval."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Work = Callable[[int], object]
Timer = Callable[[int], float]  # seconds that so many worlds take


# Processor time of this process, all its threads together, counts neither other programs nor sleep: for one thread in one process.
CLOCKS = {"processor": time.process_time, "wall": time.perf_counter}


def timer(work: Work, clock: str = "processor") -> Timer:
    """Times ``work`` by one of ``CLOCKS``."""
    now = CLOCKS[clock]

    def took(worlds: int) -> float:
        start = now()
        work(worlds)
        return now() - start

    return took


def worlds_for(took: Timer, budget_s: float, most: int = 1 << 22) -> int:
    """How many worlds take about ``budget_s`` seconds more than one does: set-up is not what is to be measured."""
    took(1)
    one = took(1)
    worlds = 2
    while worlds < most:
        more = took(worlds) - one
        if more >= budget_s / 5:
            return max(1, min(most, int(worlds * budget_s / more)))
        worlds *= max(2, min(16, int(budget_s / 5 / max(more, 1e-6))))
    return most


@dataclass
class Pair:
    """Two ways of doing the same work; the ratio is how many times quicker the first is."""

    ours_ms: float  # a world, median over rounds
    theirs_ms: float
    ratio: float  # median over rounds of theirs / ours
    low: float  # smallest and largest ratio of the rounds: with 7 rounds a 98 % interval of the median
    high: float
    rounds: int


def pair(ours: Timer, theirs: Timer, worlds: tuple[int, int], rounds: int) -> Pair:
    """Run both in turns, each with its number of worlds; the order changes from round to round."""
    mine, others = [], []
    for i in range(rounds):
        for side in (0, 1) if i % 2 else (1, 0):
            if side:
                mine.append(ours(worlds[0]) / worlds[0])
            else:
                others.append(theirs(worlds[1]) / worlds[1])
    ratios = np.array(others) / np.array(mine)
    return Pair(
        1e3 * float(np.median(mine)), 1e3 * float(np.median(others)),
        float(np.median(ratios)), float(ratios.min()), float(ratios.max()), rounds,
    )  # fmt: skip


@dataclass
class Agreement:
    """Whether two simulators have the same mean size."""

    ours: float
    theirs: float
    z: float  # difference in combined standard errors

    @property
    def agrees(self) -> bool:
        """Within 4.5 combined standard errors."""
        return abs(self.z) < 4.5


FEWEST = 30  # replicates on a side below which a standard error says nothing


def agreement(ours: np.ndarray, theirs: np.ndarray) -> Agreement | None:
    """Compare the means of two samples of sizes; None where a sample is too small.

    The variance is pooled: if the laws are the same, the larger sample knows it better. A small sample of heavy-tailed
    sizes often holds none of the large ones, and its own variance would call a mean too sure that is far too low.
    """
    if min(len(ours), len(theirs)) < FEWEST:
        return None
    a, b = float(ours.mean()), float(theirs.mean())
    spread = (((ours - a) ** 2).sum() + ((theirs - b) ** 2).sum()) / (len(ours) + len(theirs) - 2)
    error = np.sqrt(spread * (1 / len(ours) + 1 / len(theirs)))
    return Agreement(a, b, (a - b) / error if error > 0 else 0.0 if a == b else np.inf)
