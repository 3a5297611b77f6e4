"""Which combinations of two measures a model can show: pattern space exploration.

Cherel, Cottineau, Reuillon 2015 (doi 10.1371/journal.pone.0138212). The plane of the two measures is a grid. New inputs are bred
from those whose outcome lies in a cell that was hit seldom, so that outcomes that random inputs hardly ever show are found too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from viralsim.arguments import function, integer_at_least, names_of, one_of, refuse, seed_number, thread_count
from viralsim.decisions.discovery.prim import F8, I8
from viralsim.errors import InputError
from viralsim.experiments.point_runner import Runner
from viralsim.experiments.sensitivity import finite
from viralsim.experiments.sensitivity_design import factors_of
from viralsim.measurement.measures import NAMES
from viralsim.measurement.measures import measure as declared
from viralsim.measurement.number_format import number
from viralsim.scenario import Scenario, scenario_of
from viralsim.scenario.slots import is_whole

if TYPE_CHECKING:
    import pandas as pd

BINS = 10  # of each measure
FEWEST_POINTS = 40
WORLDS = 70  # of a point, where nobody says how many: a mean of so many lies well inside its cell
FIRST = 0.25  # of the points: a Latin hypercube
BROOD = 10  # points bred from one look at the grid
STEPS = (0.02, 0.1, 0.3)  # standard deviations of a mutation, as parts of an input's range


@dataclass(frozen=True, eq=False, repr=False)
class Patterns:
    """What was found. table: a row per point with the inputs, the two measures, and ``cell``, its place in the grid."""

    name: str
    seed: int
    worlds: int
    arm: str
    measures: tuple[str, str]
    table: pd.DataFrame

    @property
    def cells(self) -> int:
        """Cells of the grid that an outcome lies in, of ``BINS`` squared between the smallest and largest outcomes."""
        return int(self.table["cell"].nunique())

    def __repr__(self) -> str:
        return f"Patterns({self.name!r}, {self.arm}, {self.cells} of {BINS**2} cells)"

    def sentences(self) -> list[str]:
        """What can happen, and what was not found to."""
        spans = []
        for name in self.measures:
            low, high = float(self.table[name].min()), float(self.table[name].max())
            spans.append(f"{name.replace('_', ' ')} from {number(low)} to {number(high)}")
        said = [
            f"{len(self.table):,} points of {self.worlds:,} worlds: {self.arm} has {' and '.join(spans)} on average; together they "
            f"fill {self.cells} of {BINS**2} cells of that plane."
        ]
        one, other = self.measures
        for ends, words in (((1, -1), "high {} with low {}"), ((-1, 1), "low {} with high {}")):
            row = self._corner(*ends)
            inputs = ", ".join(f"{path} {_shown(row[path])}" for path in self._paths)
            label = words.format(one.replace("_", " "), other.replace("_", " "))
            said.append(f"Nearest to {label}: {number(row[one])} and {number(row[other])}, at {inputs}.")
        return said

    @property
    def _paths(self) -> list[str]:
        return [name for name in self.table.columns if name not in (*self.measures, "cell")]

    def _corner(self, first: int, second: int) -> Any:
        """The point that is furthest in direction (first, second), each measure by its range."""
        scaled = [(self.table[m] - self.table[m].min()) / (np.ptp(self.table[m]) or 1.0) for m in self.measures]
        return self.table.loc[(first * scaled[0] + second * scaled[1]).idxmax()]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        said = {
            "scenario": self.name, "seed": self.seed, "worlds": self.worlds, "arm": self.arm, "measures": list(self.measures),
            "cells": self.cells, "cells_in_all": BINS**2, "points": self.table.to_dict(orient="records"),
            "sentences": self.sentences(),
        }  # fmt: skip
        return dict(finite(said))


def _shown(value: Any) -> str:
    return number(float(value)) if isinstance(value, int | float | np.number) else str(value)


def breed(evaluate: Callable[[F8], F8], dimensions: int, points: int, seed: int) -> tuple[F8, F8]:
    """Explore two outcomes of ``evaluate``: float64[n, d] of inputs in 0..1 -> float64[n, 2].

    Returns: inputs float64[points, d] and outcomes float64[points, 2] in the order they were run.
    """
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    first = max(2, round(FIRST * points))
    inputs = np.asarray(qmc.LatinHypercube(dimensions, rng=rng).random(first), dtype=np.float64)
    outcomes = evaluate(inputs)
    while len(inputs) < points:
        place = cells_of(outcomes)
        hits = np.bincount(place)[place]
        weight = 1.0 / hits**2  # a cell counts the less the more often it was hit
        count = min(BROOD, points - len(inputs))
        parents = rng.choice(len(inputs), count, p=weight / weight.sum())
        steps = rng.choice(STEPS, (count, 1)) * rng.standard_normal((count, dimensions))
        children = _reflected(inputs[parents] + steps)
        inputs, outcomes = np.concatenate([inputs, children]), np.concatenate([outcomes, evaluate(children)])
    return inputs, outcomes


def _reflected(values: F8) -> F8:
    """Values beyond 0 or 1 mirrored at the end they passed."""
    folded = np.abs(values) % 2.0
    return np.where(folded > 1.0, 2.0 - folded, folded)


def cells_of(outcomes: F8) -> I8:
    """The cell of each outcome, float64[n, 2], in a grid between the smallest and largest of each: int64[n]."""
    low, span = outcomes.min(axis=0), np.ptp(outcomes, axis=0)
    part = (outcomes - low) / np.where(span > 0.0, span, 1.0)
    place = np.minimum((part * BINS).astype(np.int64), BINS - 1)
    return np.asarray(place[:, 0] * BINS + place[:, 1], dtype=np.int64)


def explore_patterns(
    scenario: Scenario | str | os.PathLike[str],
    measures: Sequence[str],
    *,
    arm: str | None = None,
    points: int = 200,
    worlds: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Patterns:
    """Find out which combinations of two measures a scenario can show over its ranges.

    Args:
        scenario: its ``uncertain`` ranges are explored, else those of its ``sweep``.
        measures: two measures, as means over worlds. arm: whose; the first that is not the baseline by default.
        points: inputs that are tried. worlds: of each point; the scenario's by default, but no more than 70. seed: of inputs
            and luck.
        progress: called with (points done, points in all).

    Raises: InputError for wrong arguments, no ranges, or a measure that is not defined somewhere.
    """
    scenario = scenario_of(scenario)
    if isinstance(measures, str) or not isinstance(measures, Sequence) or len(measures) != 2:
        raise refuse("measures", "two measures", measures)
    one, other = (one_of(name, f"measures[{i}]", NAMES) for i, name in enumerate(measures))
    for name in (one, other):
        if declared(name).only_with_cascade:
            raise InputError(f"measures: {name} is not always defined: choose another, e.g. shares")
    if one == other:
        raise refuse("measures", "two different measures", measures)
    chosen = _arm(scenario, arm)
    count = integer_at_least(min(scenario.worlds, WORLDS) if worlds is None else worlds, "worlds", 1)
    integer_at_least(points, "points", FEWEST_POINTS)
    luck = seed_number(scenario.seed if seed is None else seed)
    function(progress, "progress", "points done, points in all")
    factors = factors_of(scenario)
    base = scenario.without("uncertain").without("sweep")
    runner = Runner(base, count, luck, threads=thread_count(threads))
    tried: list[dict[str, Any]] = []
    whole = {path: is_whole(base.data, path) for factor in factors for path in factor.source}

    def evaluate(units: F8) -> F8:
        found = []
        for row in units:
            values = {
                path: one[0]
                for factor, u in zip(factors, row, strict=True)
                for path, one in factor.values(np.array([u]), whole).items()
            }
            arms, _ = runner.worlds_of(values, [chosen])
            found.append([float(arms[chosen].measures[name].mean()) for name in (one, other)])
            tried.append(values)
            if progress is not None:
                progress(len(tried), points)
        return np.array(found, dtype=np.float64)

    _, outcomes = breed(evaluate, len(factors), points, luck % 2**32)
    return Patterns(scenario.name, luck, count, chosen, (one, other), _table(tried, outcomes, (one, other)))


def _arm(scenario: Scenario, arm: str | None) -> str:
    if arm is not None:
        return one_of(arm, "arm", scenario.arm_names)
    others = [name for name in names_of(None, "arm", scenario.arm_names) if name != scenario.spec.baseline]
    return others[0] if others else scenario.arm_names[0]


def _table(tried: list[dict[str, Any]], outcomes: F8, measures: tuple[str, str]) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(tried)
    table[measures[0]], table[measures[1]] = outcomes.T
    return table.assign(cell=cells_of(outcomes))
