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
    variances = [float(side.var(ddof=1)) / len(side) for side in (ours, theirs)]
    error = len(totals) * math.sqrt(sum(variances))
    return Estimated(
        len(totals) * float(ours.mean() - theirs.mean()), error, _welch(variances, [len(ours), len(theirs)])
    )


def _welch(variances: list[float], units: list[int]) -> float:
    """Degrees of freedom of a difference of two means (Welch 1947), from their variances and numbers of units."""
    spread = sum(v**2 / (u - 1.0) for v, u in zip(variances, units, strict=True))
    return sum(variances) ** 2 / spread if spread > 0.0 else sum(units) - 2.0


def cluster_robust(totals: F8, sizes: F8, treated: Mask) -> Estimated:
    """Difference of the members' means, times the members; standard error robust to what members of a unit share.

    totals, sizes: float64[U], outcome and members of each unit. The sandwich of Liang and Zeger (1986) in its jackknife form
    (CR3; Bell and McCaffrey 2002): each unit is judged against the mean of the others, so that large units count in full.
    """
    found: list[float] = []
    variances: list[float] = []
    units: list[int] = []
    for side in (treated, ~treated):
        size, u = float(sizes[side].sum()), int(side.sum())
        if u < 2 or size <= 0.0:
            return UNDEFINED
        mean = float(totals[side].sum()) / size
        variances.append(_jackknife(totals[side] - mean * sizes[side], sizes[side] / size) / size**2)
        found.append(mean)
        units.append(u)
    members = float(sizes.sum())
    return Estimated(members * (found[0] - found[1]), members * math.sqrt(sum(variances)), _welch(variances, units))


def _jackknife(residual: F8, part: F8) -> float:
    """Variance of a sum of units' ``residual`` float64[u], each weighing ``part`` of the whole, by leaving out one at a time."""
    rest = np.maximum(1.0 - part, 1e-12)
    return (len(residual) - 1.0) / len(residual) * float(((residual / rest) ** 2).sum())


def hajek(outcomes: F8, exposed: tuple[Mask, Mask], chances: tuple[F8, F8], unit: NDArray[np.int64]) -> Estimated:
    """Exposure-weighted difference of means, times the members, by Hajek's ratio.

    outcomes: float64[N]. exposed: who is exposed as if all, or none, were treated, bool[N]. chances: of that, float64[N];
    members without a chance of both are left out. unit: int64[N], what is assigned; residuals are summed by it.
    """
    able = (chances[0] > 0.0) & (chances[1] > 0.0)
    found: list[float] = []
    variances: list[float] = []
    units: list[int] = []
    for seen, chance in zip(exposed, chances, strict=True):
        at = np.flatnonzero(seen & able)
        weight = 1.0 / chance[at]
        total = float(weight.sum())
        if len(at) < 2 or (unit[at] == unit[at[0]]).all():
            return UNDEFINED
        mean = float((weight * outcomes[at]).sum()) / total
        seen_units, place = np.unique(unit[at], return_inverse=True)
        residual = np.bincount(place, weights=weight * (outcomes[at] - mean)).astype(np.float64)
        part = np.bincount(place, weights=weight).astype(np.float64) / total
        variances.append(_jackknife(residual, part) / total**2)
        found.append(mean)
        units.append(len(seen_units))
    members = float(len(outcomes))
    return Estimated(members * (found[0] - found[1]), members * math.sqrt(sum(variances)), _welch(variances, units))


def horvitz_thompson(
    outcomes: F8, exposed: tuple[Mask, Mask], chances: tuple[F8, F8], unit: NDArray[np.int64]
) -> Estimated:
    """Exposure-weighted difference of totals (Horvitz, Thompson 1952; Aronow, Samii 2017, doi 10.1214/16-AOAS1005).

    Arguments as of ``hajek``. Members without a chance of both exposures are left out, and the sum is scaled up to all members.
    Unbiased where outcomes rest on the exposure alone; the standard error is that of a sum of what units add, which is not too
    small where no two units are exposed together more often than by chance.
    """
    able = (chances[0] > 0.0) & (chances[1] > 0.0)
    if not able.any():
        return UNDEFINED
    added = np.zeros(len(outcomes))
    for sign, seen, chance in zip((1.0, -1.0), exposed, chances, strict=True):
        at = seen & able
        added[at] += sign * outcomes[at] / chance[at]
    _, place = np.unique(unit[able], return_inverse=True)
    by_unit = np.bincount(place, weights=added[able]).astype(np.float64)
    exposed_units = len(np.unique(unit[able & (exposed[0] | exposed[1])]))
    if len(by_unit) < 2:
        return UNDEFINED
    scale = len(outcomes) / int(able.sum())
    error = scale * math.sqrt(len(by_unit) * float(by_unit.var(ddof=1)))
    return Estimated(scale * float(by_unit.sum()), error, max(exposed_units - 2.0, 1.0))


class Follows(NamedTuple):
    """Who sees what of which unit, an entry per follow: an account of unit ``source`` is followed by member ``target``, int64[E].

    degree: float64[N], follows of each member.
    """

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    degree: F8

    def exposed(self, treated: Mask, own: Mask | None = None) -> tuple[Mask, Mask]:
        """Who is exposed as if all, or none, were treated, bool[N] each: most of their follows are on one side.

        treated: of the units. own: whether members are treated themselves, who then are to be on that side too.
        """
        among = np.bincount(self.target, weights=treated[self.source], minlength=len(self.degree))
        with np.errstate(invalid="ignore", divide="ignore"):
            part = among / self.degree
        if own is None:
            return part >= FULLY, part <= 1.0 - FULLY
        part = np.where(self.degree > 0.0, part, own)
        return own & (part >= FULLY), ~own & (part <= 1.0 - FULLY)


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
