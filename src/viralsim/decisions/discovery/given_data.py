"""How much each input matters, from points that were drawn anyhow: no design of their own is needed. All by SALib.

delta: Borgonovo 2007 (doi 10.1016/j.ress.2006.04.015), how far knowing the input moves the whole distribution of the outcome;
estimated from given data as in Plischke, Borgonovo, Smith 2013. PAWN: Pianosi and Wagener 2018 (doi
10.1016/j.envsoft.2018.07.019), the same by Kolmogorov-Smirnov distances. RBD-FAST: Tarantola, Gatelli, Mara 2006, bias-corrected
after Tissot and Prieur 2012: the share of the variance that the input explains alone. All are above 0 by chance: a dummy input
that does nothing says by how much.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from viralsim.decisions.discovery.prim import F8
from viralsim.errors import InputError

FEWEST_POINTS, MOST_POINTS = 60, 2000  # of more a random part is looked at
SLICES = 10  # of PAWN
HARMONICS = 10  # of RBD-FAST
RESAMPLES, RESAMPLES_OF_DUMMIES = 60, 5
DUMMIES = 20


@dataclass(frozen=True)
class GivenInfluence:
    """What one input does to the outcome. ``*_half``: half 95 % intervals by bootstrap. ``*_by_chance``: 95 % of dummies have less.

    delta in 0..1; pawn: the median distance in 0..1; first: the share of the variance that the input explains alone.
    """

    path: str
    delta: float
    delta_half: float
    delta_by_chance: float
    pawn: float
    pawn_by_chance: float
    first: float
    first_half: float
    first_by_chance: float

    @property
    def matters(self) -> bool:
        """Whether delta is above what chance gives."""
        return self.delta > self.delta_by_chance


def salib_module(name: str) -> ModuleType:
    """A module of SALib; InputError where that is missing."""
    import importlib

    try:
        return importlib.import_module(f"SALib.{name}")
    except ImportError as error:
        raise InputError("discover needs SALib: pip install 'viralsim[sensitivity]'") from error


def influences(inputs: F8, paths: Sequence[str], outcome: F8, seed: int) -> tuple[GivenInfluence, ...]:
    """The influence of each input, float64[n, d], on an outcome, float64[n], from large to small by delta.

    None where there are fewer than ``FEWEST_POINTS`` points or the outcome is the same at all of them.
    """
    if len(outcome) < FEWEST_POINTS or not np.ptp(outcome) > 0.0:
        return ()
    rng = np.random.default_rng(seed)
    part = np.sort(rng.permutation(len(outcome))[:MOST_POINTS])
    inputs, outcome = inputs[part], outcome[part]
    dummies = np.stack([rng.permutation(len(outcome)) for _ in range(DUMMIES)], axis=1).astype(np.float64)
    by_chance = [float(np.quantile(column, 0.95)) for column in _indices(dummies, outcome, seed, False).T[[0, 2, 3]]]
    varying = [j for j in range(inputs.shape[1]) if np.ptp(inputs[:, j]) > 0.0]
    found = [
        GivenInfluence(
            paths[j], row[0], row[1], by_chance[0], row[2], by_chance[1], row[3], row[4], by_chance[2]
        )
        for j, row in zip(varying, _indices(inputs[:, varying], outcome, seed, True).tolist(), strict=True)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: -one.delta))


@contextmanager
def _kept_to_itself() -> Iterator[None]:
    """Undo what SALib does to the process: the seed of NumPy's global draws, the form of warnings, its notes on bins."""
    state, form = np.random.get_state(), warnings.formatwarning  # noqa: NPY002
    try:
        with warnings.catch_warnings(record=True):
            yield
    finally:
        warnings.formatwarning = form
        np.random.set_state(state)  # noqa: NPY002


def _indices(inputs: F8, outcome: F8, seed: int, resample: bool) -> F8:
    """delta, its half interval, median PAWN, first order and its half interval of each input: float64[d, 5]."""
    names = [f"x{i}" for i in range(inputs.shape[1])]
    bounds = [[float(column.min()), float(column.max())] for column in inputs.T]
    problem = {"num_vars": len(names), "names": names, "bounds": bounds}
    count, state = RESAMPLES if resample else RESAMPLES_OF_DUMMIES, seed % 2**31
    order = np.random.default_rng([seed, 1]).permutation(
        len(outcome)
    )  # SALib takes equal inputs in the order they come in
    x, y = inputs[order], outcome[order]
    with _kept_to_itself():
        delta = salib_module("analyze.delta").analyze(problem, x, y, num_resamples=count, seed=state)
        pawn = salib_module("analyze.pawn").analyze(problem, x, y, S=SLICES, seed=state)
        fast = salib_module("analyze.rbd_fast").analyze(problem, x, y, M=HARMONICS, num_resamples=count, seed=state)
    word = "delta" if "delta" in delta else "delta_raw"  # SALib before and since 1.6
    columns = [delta[word], delta[f"{word}_conf"], pawn["median"], fast["S1"], fast["S1_conf"]]
    found = np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)
    return np.where(np.isfinite(found), found, math.nan)
