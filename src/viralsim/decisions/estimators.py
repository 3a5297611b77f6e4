"""What a test in the field finds: outcomes and an assignment in, the estimated total effect and its standard error out.

The effect is a total over the audience: all treated minus none. Units are what is assigned; members belong to one unit each.
Exposure: Ugander, Karrer, Backstrom, Kleinberg 2013 (doi 10.1145/2487575.2487695); Eckles, Karrer, Ugander 2017
(doi 10.1515/jci-2015-0021).
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim.decisions.regression import F8

Mask: TypeAlias = NDArray[np.bool_]
FULLY = 0.75  # of the accounts that a member follows: from here on they count as exposed to one side alone


class Estimated(NamedTuple):
    """A total effect, its standard error, and the degrees of freedom of its t interval; NaN where it is not defined."""

    effect: float
    standard_error: float
    freedom: float


UNDEFINED = Estimated(math.nan, math.nan, 1.0)


def difference_in_means(totals: F8, treated: Mask) -> Estimated:
    """Mean of treated units minus mean of the rest, times the units; ``totals`` float64[U]. Unbiased where units do not interfere.

    The standard error is Neyman's (1923): the sum of the variances of both means.
    """
    ours, theirs = totals[treated], totals[~treated]
    if not len(ours) or not len(theirs):
        return UNDEFINED
    if min(len(ours), len(theirs)) < 2:
        return Estimated(len(totals) * float(ours.mean() - theirs.mean()), math.inf, 1.0)
    parts = np.array([ours.var(ddof=1) / len(ours), theirs.var(ddof=1) / len(theirs)])
    freedom = np.array([len(ours), len(theirs)]) - 1.0
    variance = float(parts.sum())
    welch = variance**2 / float((parts**2 / freedom).sum()) if variance > 0.0 else float(freedom.sum())
    return Estimated(len(totals) * float(ours.mean() - theirs.mean()), len(totals) * math.sqrt(variance), welch)


def cluster_robust(totals: F8, sizes: F8, treated: Mask) -> Estimated:
    """Difference of the members' means, times the members; standard error robust to what members of a unit share.

    totals, sizes: float64[U], outcome and members of each unit. The regression of outcomes on treatment with the sandwich of
    Liang and Zeger (1986), each side with its own correction u / (u - 1).
    """
    found, variance, units = [], 0.0, []
    for side in (treated, ~treated):
        size, u = float(sizes[side].sum()), int(side.sum())
        if u < 2 or size <= 0.0:
            return UNDEFINED
        mean = float(totals[side].sum()) / size
        residual = totals[side] - mean * sizes[side]
        variance += u / (u - 1.0) * float((residual**2).sum()) / size**2
        found.append(mean)
        units.append(u)
    members = float(sizes.sum())
    return Estimated(members * (found[0] - found[1]), members * math.sqrt(variance), sum(units) - 2.0)


def hajek(outcomes: F8, exposed: tuple[Mask, Mask], chances: tuple[F8, F8], unit: NDArray[np.int64]) -> Estimated:
    """Exposure-weighted difference of means, times the members, by Hajek's ratio.

    outcomes: float64[N]. exposed: who is exposed as if all, or none, were treated, bool[N]. chances: of that, float64[N];
    members without a chance of both are left out. unit: int64[N], what is assigned; residuals are summed by it.
    """
    able = (chances[0] > 0.0) & (chances[1] > 0.0)
    units, found, variance, freedom = int(unit.max()) + 1, [], 0.0, []
    for seen, chance in zip(exposed, chances, strict=True):
        at = np.flatnonzero(seen & able)
        weight = 1.0 / chance[at]
        total = float(weight.sum())
        count = len(np.unique(unit[at]))
        if count < 2:
            return UNDEFINED
        mean = float((weight * outcomes[at]).sum()) / total
        residual = np.bincount(unit[at], weights=weight * (outcomes[at] - mean), minlength=units)
        variance += count / (count - 1.0) * float((residual**2).sum()) / total**2
        found.append(mean)
        freedom.append(count - 1.0)
    members = float(len(outcomes))
    return Estimated(members * (found[0] - found[1]), members * math.sqrt(variance), sum(freedom))


class Follows(NamedTuple):
    """Who follows whom, an entry per follow: ``source`` is followed by ``target``, int64[E]; ``degree`` float64[N] per member."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    degree: F8

    def exposed(self, treated: Mask) -> tuple[Mask, Mask]:
        """Who is exposed as if all, or none, were treated, bool[N]: they and most accounts that they follow are on one side."""
        among = np.bincount(self.target, weights=treated[self.source], minlength=len(treated))
        with np.errstate(invalid="ignore", divide="ignore"):
            part = np.where(self.degree > 0.0, among / self.degree, treated)
        return treated & (part >= FULLY), ~treated & (part <= 1.0 - FULLY)


def follows_of(indptr: NDArray[np.int64], followers: NDArray[np.int32]) -> Follows:
    """The follows of all channels together, from rows of followers: ``indptr`` int64[C, N + 1]."""
    members = indptr.shape[1] - 1
    source = np.concatenate([np.repeat(np.arange(members), np.diff(row)) for row in indptr])
    target = np.concatenate([followers[row[0] : row[-1]] for row in indptr]).astype(np.int64)
    return Follows(source, target, np.bincount(target, minlength=members).astype(np.float64))


def assign(units: int, share: float, rng: np.random.Generator) -> Mask:
    """A random part of the units, bool[units]: ``share`` of them, rounded, at least one and not all."""
    count = min(max(round(share * units), 1), units - 1)
    treated = np.zeros(units, dtype=bool)
    treated[rng.choice(units, count, replace=False)] = True
    return treated
