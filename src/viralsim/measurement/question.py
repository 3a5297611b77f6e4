"""The question of a run: two arms, their difference in the goal's measure, and the answer in one sentence.

========  ============================================================================
answer    interval of the difference, first arm minus second; m: what matters
========  ============================================================================
better    at or above m: the first arm is better
worse     at or below -m: the second arm is better
same      "equivalent": inside -m to m
unclear   "inconclusive": across -m or m
========  ============================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isnan
from typing import Any

from viralsim.measurement.arms import has_value
from viralsim.measurement.compare import Comparison
from viralsim.measurement.findings import LESS, MORE, SAME, SAME_COST, UNCLEAR, baseline_of, finding
from viralsim.measurement.measures import Measure, measure
from viralsim.measurement.number_format import in_places, money, more_or_less, percent, supported
from viralsim.records.record import Goal, RunRecord
from viralsim.scenario.costs import EQUAL_WITHIN

BETTER, WORSE, EQUIVALENT, INCONCLUSIVE, UNDEFINED = "better", "worse", "equivalent", "inconclusive", "undefined"
_ANSWERS = {MORE: BETTER, LESS: WORSE, SAME: EQUIVALENT, UNCLEAR: INCONCLUSIVE}


@dataclass(frozen=True)
class Question:
    """The answer about two arms. uplift: ``arms[0]`` minus ``arms[1]`` in ``measure``, with its 95 % limits.

    answer: better, worse, equivalent, inconclusive, or undefined where the measure cannot be compared.
    cost_difference: what the first arm costs more, mean over worlds. row: the comparison; None where undefined.
    """

    arms: tuple[str, str]
    measure: str
    answer: str
    sentence: str
    uplift: float
    ci_low: float
    ci_high: float
    cost_difference: float
    probability_better: float
    row: Comparison

    def to_dict(self) -> dict[str, Any]:
        """The object under ``question`` of ``viralsim run --json``."""
        names = ("answer", "sentence", "measure", "uplift", "ci_low", "ci_high", "probability_better")
        found = {name: getattr(self, name) for name in names}
        return {"arms": list(self.arms), **found, "cost_difference": self.cost_difference}

    @property
    def leading(self) -> tuple[str, str]:
        """The arm with the better mean, then the other."""
        ahead = self.uplift * (measure(self.measure).direction or 1) >= 0.0
        return self.arms if ahead or isnan(self.uplift) else (self.arms[1], self.arms[0])


def asked_pair(record: RunRecord, comparisons: Sequence[Comparison], goal: Goal) -> tuple[str, str] | None:
    """The two arms asked about; None if only one arm was run.

    The scenario names them; otherwise they are the two arms of equal cost, if there is one such pair apart from the baseline;
    otherwise the arm with the best mean and the baseline.
    """
    if len(record.arms) < 2:
        return None
    base = baseline_of(record)
    asked = tuple(record.asked_arms)
    if asked and all(name in record.arms for name in asked):
        if len(asked) == 2:
            return asked[0], asked[1]
        if asked[0] != base:
            return asked[0], base
    others = [arm for arm in record.arms if arm != base]
    equal = [pair for pair in combinations(others, 2) if _equal_cost(record, *pair)]
    if len(equal) == 1:
        return equal[0]
    sign = measure(goal.measure).direction or 1
    against = {row.arm: row.uplift * sign for row in comparisons if (row.baseline, row.measure) == (base, goal.measure)}
    return max(others, key=lambda arm: -float("inf") if isnan(against[arm]) else against[arm]), base


def answered(record: RunRecord, comparisons: Sequence[Comparison]) -> Question | None:
    """The question with its answer; None if one arm was run."""
    goal = record.goal or Goal("conversions" if has_value(record) else "shares")
    pair = asked_pair(record, comparisons, goal)
    if pair is None:
        return None
    row = next(r for r in comparisons if (r.arm, r.baseline, r.measure) == (*pair, goal.measure))
    m = measure(goal.measure)
    answer = UNDEFINED if isnan(row.uplift) else _ANSWERS[finding(row, goal, m)]
    difference = cost_difference(record, *pair)
    return Question(
        pair,
        goal.measure,
        answer,
        _sentence(row, answer, m, difference, record.currency),
        row.uplift,
        row.ci_low,
        row.ci_high,
        difference,
        row.probability_better,
        row,
    )


def cost_difference(record: RunRecord, arm: str, other: str) -> float:
    """What ``arm`` costs more than ``other``, mean over worlds."""
    return float((record.arms[arm].cost_usd() - record.arms[other].cost_usd()).mean()) if record.world_count else 0.0


def _equal_cost(record: RunRecord, arm: str, other: str) -> bool:
    costs = [float(record.arms[name].cost_usd().mean()) for name in (arm, other)] if record.world_count else [0.0, 0.0]
    return max(costs) > 0.0 and max(costs) - min(costs) <= EQUAL_WITHIN * max(costs)


def _sentence(row: Comparison, answer: str, m: Measure, cost: float, currency: str) -> str:
    """The answer with difference, cost, interval and chance, the better arm first."""
    if answer == UNDEFINED:
        return f"{capital(row.arm)} and {row.baseline} cannot be compared in {m.label}: {row.reason}."
    ahead = row.uplift * (m.direction or 1) >= 0.0
    first, second = (row.arm, row.baseline) if ahead else (row.baseline, row.arm)
    extra = cost if ahead else -cost
    more = more_of(m, row.uplift if ahead else -row.uplift, row, currency)
    doubt = in_brackets(row, row.probability_better if ahead else 1.0 - row.probability_better, ahead)
    if answer == EQUIVALENT:
        return f"{capital(first)} and {second} bring about the same: {more} with {first}{at_cost(extra, currency)} ({doubt})."
    if answer == INCONCLUSIVE:
        return f"These simulations cannot tell {first} from {second}: {more} with {first}{at_cost(extra, currency)} ({doubt})."
    return f"Expect {more} with {first} than with {second}{at_cost(extra, currency)} ({doubt})."


def capital(text: str) -> str:
    """The text with its first letter as a sentence has it."""
    return text[:1].upper() + text[1:]


def more_of(m: Measure, value: float, row: Comparison, currency: str) -> str:
    """A difference rounded to what its interval supports: "4.5 more conversions", "no more conversions"."""
    limits = (value, value) if isnan(row.ci_low) else (row.ci_low, row.ci_high)
    return more_or_less(m, value, supported(*limits), currency)


def in_brackets(row: Comparison, chance: float, ahead: bool = True) -> str:
    """The interval of what the sentence counts, and the chance of being better; ``ahead``: the arm is named first."""
    if isnan(row.ci_low):
        return "one simulation gives no interval"
    low, high = (row.ci_low, row.ci_high) if ahead else (-row.ci_high, -row.ci_low)
    if low + high < 0.0:  # "12 fewer (10 to 14)"
        low, high = -high, -low
    places = supported(low, high)
    text = f"95 % interval {in_places(low, places)} to {in_places(high, places)}"
    return text if isnan(chance) else f"{text}; better in {percent(chance)} of runs"


def at_cost(extra: float, currency: str) -> str:
    """How the costs differ: " at the same cost", " for 120 EUR more"."""
    if abs(extra) < SAME_COST:
        return " at the same cost"
    return f" for {money(abs(extra), currency)} {'more' if extra > 0.0 else 'less'}"
