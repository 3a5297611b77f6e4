"""How much of an outcome is luck and how much is content: one-way random-effects analysis of variance.

Worlds are the repetitions of one content; contents are the groups. The variance of an outcome is the sum of the variance
between contents (their means over worlds differ) and within them (the same content over worlds, that is luck). Source:
the analysis-of-variance estimator of variance components, and the exact interval of their ratio from the F distribution
(Searle, Casella, McCulloch, Variance Components, 1992, chapter 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError


@dataclass(frozen=True)
class LuckAndContent:
    """Variance components of one outcome, in the outcome's unit squared.

    between_contents: variance of the contents' true means, not below 0. within_content: variance between worlds of the
    same content. content_fraction: the part of the variance that is content (the intraclass correlation), with its 95 %
    interval ``low`` to ``high``; NaN if nothing varies.
    """

    between_contents: float
    within_content: float
    content_fraction: float
    low: float
    high: float

    @property
    def luck_fraction(self) -> float:
        """The part of the variance that is luck."""
        return 1.0 - self.content_fraction


def luck_and_content(
    outcomes: NDArray[np.floating], confidence: float = 0.95, *, normal: bool = True
) -> LuckAndContent:
    """Split the variance of ``outcomes`` float64[contents, worlds], at least 2 by 2 and finite.

    normal: the interval is that of the F distribution, exact for normal outcomes of independent worlds. Else it is the
    jackknife over contents of the logarithm of the ratio of mean squares (Arvesen 1969, Ann. Math. Stat. 40:2076), for at
    least 3 contents: in trials of 12 to 100 contents it covered the truth in 95 % to 97 % for normal outcomes, and 89 % to
    97 % for exponential and log-normal ones, where the other covered 84 % to 99.8 %.

    With the same worlds for every content (same luck) the contents' errors are correlated and the between component is
    understated; give each content worlds of its own. Take logarithms first where outcomes are heavy-tailed.
    Raises InputError for another shape, or values that are not finite.
    """
    values = np.asarray(outcomes, dtype=np.float64)
    if values.ndim != 2 or min(values.shape) < 2:
        raise InputError(f"outcomes must be [contents, worlds], at least 2 by 2, got shape {values.shape}: run more")
    if not np.isfinite(values).all():
        raise InputError("outcomes hold values that are not finite: leave out worlds in which the measure is undefined")
    from scipy.stats import f as f_law

    contents, worlds = values.shape
    means = values.mean(axis=1)
    freedom = (contents - 1, contents * (worlds - 1))
    mean_square_between = worlds * float(((means - values.mean()) ** 2).sum()) / freedom[0]
    mean_square_within = float(((values - means[:, None]) ** 2).sum()) / freedom[1]
    between = max(0.0, (mean_square_between - mean_square_within) / worlds)
    if mean_square_within == 0.0:
        fraction = 1.0 if between > 0.0 else float("nan")
        return LuckAndContent(between, 0.0, fraction, fraction, fraction)
    ratio = mean_square_between / mean_square_within
    tail = (1.0 - confidence) / 2.0
    ends = [ratio / float(f_law.ppf(q, *freedom)) for q in (1.0 - tail, tail)]
    if not normal:
        ends = _jackknife(values, ratio, confidence) or ends
    low, high = (max(0.0, (end - 1.0) / (end - 1.0 + worlds)) for end in ends)
    return LuckAndContent(between, mean_square_within, between / (between + mean_square_within), low, high)


def _jackknife(values: NDArray[np.float64], ratio: float, confidence: float) -> list[float] | None:
    """Ends of the ratio of mean squares from leaving out each content in turn; None if a rest does not vary."""
    from scipy.stats import t as t_law

    contents, worlds = values.shape
    if contents < 3:
        return None
    means = values.mean(axis=1) - values.mean()
    squares = ((values - values.mean(axis=1)[:, None]) ** 2).sum(axis=1)
    rest = contents - 1
    between = worlds * ((means**2).sum() - means**2 - means**2 / rest) / (rest - 1)
    within = (squares.sum() - squares) / (rest * (worlds - 1))
    if not ((between > 0.0) & (within > 0.0)).all():
        return None
    parts = contents * np.log(ratio) - rest * np.log(between / within)
    half = float(t_law.ppf((1.0 + confidence) / 2.0, rest)) * float(parts.std(ddof=1)) / contents**0.5
    return [float(np.exp(parts.mean() - half)), float(np.exp(parts.mean() + half))]


def better_content_wins(outcomes: NDArray[np.floating]) -> float:
    """Of two contents, the chance that the one that is better on average has the larger outcome in one launch each.

    outcomes: float64[contents, worlds], at least 2 by 2. Half of the worlds judge which content is better, and pairs of the
    other half show which wins; this is done both ways round, so that no world is its own judge. A tie is half a win, and
    contents of equal means are left out. Few worlds judge badly, which understates the chance (0.65 for 0.67 with 40 worlds).
    0.5 is pure luck, 1 is pure content; NaN if no two means differ. Cost O(C^2 W log W).
    """
    values = np.asarray(outcomes, dtype=np.float64)
    if values.ndim != 2 or min(values.shape) < 2:
        raise InputError(f"outcomes must be [contents, worlds], at least 2 by 2, got shape {values.shape}: run more")
    halves = values[:, 0::2], values[:, 1::2]
    chances = []
    for judge, field in (halves, halves[::-1]):
        means, ordered = judge.mean(axis=1), np.sort(field, axis=1)
        for row, mean in zip(ordered, means, strict=True):
            better = ordered[means > mean]
            ahead = np.searchsorted(row, better, side="left") + np.searchsorted(row, better, side="right")
            chances.append(ahead.mean(axis=1) / (2.0 * len(row)))
    found = np.concatenate(chances)
    return float(found.mean()) if len(found) else float("nan")
