"""What the page asks a result: which measure it is about, which arms are set against which, and how they are called."""

from __future__ import annotations

from math import isnan

import numpy as np
from numpy.typing import NDArray

from viralsim.measurement.compare import Comparison
from viralsim.measurement.findings import baseline_of, leader
from viralsim.measurement.measures import Measure, measure
from viralsim.measurement.number_format import estimate, number, span
from viralsim.report.markup import readable
from viralsim.report.theme import DASHES, role_of_arm
from viralsim.results import Result

Float64 = NDArray[np.float64]
LABEL_LETTERS = 26
# measures that count something of a launch, so that their distribution over worlds has a long tail to show
COUNTED = (
    *("reach", "earned_reach", "impressions", "shares", "earned_shares", "critical_shares"),
    *("engagements", "conversions", "largest_cascade"),
)


def short(name: str, letters: int = LABEL_LETTERS) -> str:
    """A name that fits into a picture, cut amid: names often differ at their ends. The tables have it whole."""
    line = " ".join(readable(name).split())
    if len(line) <= letters:
        return line
    end = (letters - 1) // 2
    return f"{line[: letters - 1 - end].rstrip()}…{line[len(line) - end :].lstrip()}"


def with_interval(value: float, low: float, high: float) -> str:
    """A value with its interval, or alone where there is none: one world gives no interval."""
    return number(value) if isnan(low) or isnan(high) else estimate(value, low, high)


def interval(low: float, high: float) -> str:
    """An interval, or a dash where there is none."""
    return "–" if isnan(low) or isnan(high) else span(low, high)


def main_measure(result: Result) -> Measure:
    """The measure of the goal; shares where no goal is named."""
    return measure(result.goal.measure if result.goal else "shares")


def baseline(result: Result) -> str:
    """The arm that the others are compared with."""
    return baseline_of(result)


def others(result: Result) -> list[str]:
    """All arms but the baseline."""
    return [arm for arm in result.arms if arm != baseline(result)]


def role(result: Result, arm: str) -> str:
    """The colour role of an arm."""
    return role_of_arm(arm, list(result.arms), baseline(result))


def dash(result: Result, arm: str) -> tuple[float, ...]:
    """The dashes of an arm's line, so that arms differ without colour too."""
    return DASHES[list(result.arms).index(arm) % len(DASHES)]


def pairs(result: Result, name: str) -> list[Comparison]:
    """Each arm against the baseline in one measure; arms that cannot be compared in it are left out."""
    return [
        row
        for row in result.comparisons
        if row.measure == name and row.baseline == baseline(result) and not isnan(row.uplift)
    ]


def lead_arm(result: Result) -> str | None:
    """The arm whose difference to the baseline opens the page: the winner, else the best mean; None for one arm."""
    if not others(result):
        return None
    if result.verdict.winner in others(result):
        return result.verdict.winner
    rows = _goal_rows(result)
    return None if rows is None else leader(result, rows, main_measure(result))


def bought_measure(result: Result) -> Measure:
    """The measure for which a cost per unit more is shown: the goal's where one buys it by the unit, else conversions."""
    m = main_measure(result)
    return m if m.bought else measure("conversions")


def criterion_measure(result: Result) -> tuple[Measure, float] | None:
    """The counted measure, and its value, from which a launch counts as viral; None where it is not of that kind."""
    for word, value in (result.viral_when or {}).items():
        for ending, scale in (("_fraction", float(result.population.members)), ("_at_least", 1.0)):
            name = word.removesuffix(ending)
            if name != word and name in COUNTED:
                return measure(name), float(value) * scale
    return None


def values(result: Result, arm: str, name: str) -> Float64:
    """The values of a measure over the worlds in which it is defined."""
    found = result.arms[arm].measures.get(name, np.zeros(0))
    return found[np.isfinite(found)]


def present(result: Result, group: str) -> list[str]:
    """The names of a group of columns (``cost_lines``, ``impressions_by_source``) that are not 0 in every arm."""
    columns = [getattr(arm, group) for arm in result.arms.values()]
    known = dict.fromkeys(key for column in columns for key in column)
    return [key for key in known if any(key in column and column[key].any() for column in columns)]


def mean_of(result: Result, arm: str, group: str, key: str) -> float:
    """The mean over worlds of one column of a group; 0 where the arm has none."""
    found = getattr(result.arms[arm], group).get(key)
    return float(found.mean()) if found is not None and len(found) else 0.0


def _goal_rows(result: Result) -> dict[tuple[str, str], Comparison] | None:
    """The comparisons in the goal's measure by (arm, other); None where there are none to be had."""
    m = main_measure(result)
    rows = {(row.arm, row.baseline): row for row in result.comparisons if row.measure == m.name}
    return None if not rows or any(isnan(row.uplift) for row in rows.values()) else rows
