"""Which plan is least wrong when the model may be wrong: a table of outcomes in, regrets out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError

F8: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Regrets:
    """Means and regrets float64[variants, arms], and what follows from them by arm, float64[arms]; more is better.

    regret: the best arm's mean of the variant minus the arm's own. worst: the lowest mean over variants. chance_best: the
    part of worlds in which the arm is best, each variant counted alike; arms that tie share a world.
    """

    means: F8
    regret: F8
    worst: F8
    largest_regret: F8
    mean_regret: F8
    chance_best: F8

    @property
    def least_wrong(self) -> int:
        """The arm with the smallest largest regret (Savage 1951); of equals the one with the smaller mean regret."""
        return int(np.lexsort((self.mean_regret, self.largest_regret))[0])


def regrets(outcomes: F8) -> Regrets:
    """Regrets of ``outcomes`` float64[variants, arms, worlds], paired by world; InputError where there is no choice."""
    if outcomes.ndim != 3 or outcomes.shape[1] < 2 or not outcomes.size:
        raise InputError("outcomes: a decision is between two arms or more: give variants x arms x worlds")
    means = outcomes.mean(axis=2)
    regret = means.max(axis=1, keepdims=True) - means
    best = outcomes == outcomes.max(axis=1, keepdims=True)
    shared = best / best.sum(axis=1, keepdims=True)
    return Regrets(
        means, regret, means.min(axis=0), regret.max(axis=0), regret.mean(axis=0), shared.mean(axis=2).mean(axis=0)
    )
