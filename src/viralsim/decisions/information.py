"""Value of information from simulated worlds: arrays in, numbers out.

A world has inputs that are not known (a row of ``inputs`` float64[n, k]) and luck; ``values`` float64[n, m] is what each
arm is worth in it. Who learns some inputs chooses the arm that is best on average given them. What that is worth is measured
on worlds that the choice was not learnt from: worlds are split into blocks, and each block is decided by a regression on the
blocks before it. The gains are martingale differences, so that their mean is normal even where nothing can be learnt, which
is not so for estimates that reuse the worlds they were fitted on.

Perfect information on some inputs: Strong, Oakley, Brennan 2014 (doi 10.1177/0272989X13505910). A study of size n: Strong,
Oakley, Brennan, Breeze 2015 (Medical Decision Making 35:570, doi 10.1177/0272989X15575286).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from viralsim.decisions.nonnegative import nonnegative_interval
from viralsim.decisions.regression import F8, ExpectedValues
from viralsim.errors import InputError

BLOCKS = 8  # each decided by those before it
FIRST = 0.2  # of the worlds: only learnt from
FEWEST_WORLDS = 50


@dataclass(frozen=True)
class Estimate:
    """A value of information, >= 0, in the unit of the values; ``low`` and ``high`` are its 95 % interval.

    unclipped: the mean gain on worlds that were not learnt from, which can be below 0. wrong: the part of those worlds in
    which another arm than the one that is best now would have been chosen. most: what the value can be at most.
    """

    unclipped: float
    standard_error: float
    wrong: float
    most: float = math.inf

    @property
    def value(self) -> float:
        """The estimate, 0 where the mean gain is below."""
        return min(max(0.0, self.unclipped), self.most)

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return nonnegative_interval(self.unclipped, self.standard_error)[0]

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return nonnegative_interval(self.unclipped, self.standard_error)[1]


def check_arrays(inputs: F8, values: F8) -> None:
    """InputError where inputs and values are no worlds of two arms or more."""
    if values.ndim != 2 or values.shape[1] < 2:
        raise InputError("values: a decision is between two arms or more: give one column for each")
    if inputs.ndim != 2 or len(inputs) != len(values):
        raise InputError(f"inputs: give a row for each of the {len(values):,} worlds, got shape {inputs.shape}")
    if not (np.isfinite(inputs).all() and np.isfinite(values).all()):
        raise InputError("inputs and values must be finite in every world: choose a measure that is always defined")
    if len(values) < FEWEST_WORLDS:
        raise InputError(f"worlds: at least {FEWEST_WORLDS} are needed to learn from, got {len(values)}: run more")


def perfect_information(inputs: F8, values: F8) -> Estimate:
    """What knowing ``inputs`` float64[n, k] exactly, and nothing of luck, is worth before choosing among the arms."""
    check_arrays(inputs, values)
    n = len(values)
    ends = np.linspace(round(FIRST * n), n, BLOCKS + 1).round().astype(int)
    gains, other = [], []
    for start, stop in pairwise(ends.tolist()):
        best = int(values[:start].mean(axis=0).argmax())
        learnt = ExpectedValues(inputs[:start], values[:start] - values[:start, [best]])
        rest = slice(start, stop)
        chosen = learnt(inputs[rest]).argmax(axis=1)
        row = np.arange(start, stop)
        gains.append(values[row, chosen] - values[row, best])
        other.append(chosen != best)
    gain = np.concatenate(gains)
    error = float(gain.std(ddof=1) / np.sqrt(len(gain)))
    return Estimate(float(gain.mean()), error, float(np.concatenate(other).mean()))


def consistent(everything: Estimate, parts: Mapping[str, Estimate]) -> tuple[Estimate, dict[str, Estimate]]:
    """Estimates in which no part of the inputs is worth more than all of them.

    With few worlds the regression on all inputs may find less than that on one. Who knows all can decide by that one alone: where
    a part is shown to be worth more than ``everything`` (its lower end is above), that is its value. Else the part is no more
    than everything; its interval stays.
    """
    best = max(parts.values(), key=lambda part: part.low, default=everything)
    if best.low > everything.value:
        everything = best
    return everything, {name: replace(part, most=everything.value) for name, part in parts.items()}


def foreseeing_luck(values: F8) -> float:
    """What foreseeing everything, luck too, would be worth: a ceiling that no study reaches."""
    return float(values.max(axis=1).mean() - values.mean(axis=0).max())


def survey_results(values: F8, size: int, is_rate: bool, rng: np.random.Generator) -> F8:
    """What a survey of ``size`` people would find in each world, float64[n].

    values: the true value of one input in each world. A rate is counted: a binomial part of the people says yes. Of any other
    input each person gives a reading with the standard deviation that the input itself has over worlds: an assumption.
    """
    if is_rate:
        from scipy.stats import binom

        return np.asarray(binom.ppf(rng.random(len(values)), size, values), dtype=np.float64) / size
    noise: F8 = rng.standard_normal(len(values)) * values.std() / np.sqrt(size)
    return values + noise


def study_information(results: F8, values: F8) -> Estimate:
    """What the results of a study, float64[n] or [n, r] as simulated in each world, are worth before choosing."""
    return perfect_information(results.reshape(len(results), -1), values)
