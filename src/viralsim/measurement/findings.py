"""Better, worse, no different or unknown: what the worlds say about two arms.

The mean difference of two arms is set against the smallest difference that matters, m, by its 95 % interval:

========  ==========================================  ===================================
finding   interval of the difference                  said
========  ==========================================  ===================================
more      at or above m                               the arm is better
less      at or below -m                              the arm is worse
same      inside -m to m                              the arms bring about the same
unclear   across -m or m                              the worlds cannot tell
========  ==========================================  ===================================

An arm wins if it is better than every other arm. Less is better for measures that say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from viralsim.measurement.compare import Comparison
from viralsim.measurement.measures import Measure
from viralsim.records.record import Goal, RunRecord

MORE, LESS, SAME, UNCLEAR = "more", "less", "same", "unclear"
SAME_COST = 0.05  # of the currency: what a budget leaves that buys no whole impression

Pairs = Mapping[tuple[str, str], Comparison]


@dataclass(frozen=True)
class Findings:
    """The finding of every ordered pair (arm, other) in the goal's measure, and the arm that beats all others."""

    of: Mapping[tuple[str, str], str]
    winner: str | None


def finding(row: Comparison, goal: Goal, m: Measure) -> str:
    """One of more, less, same, unclear: see the table of this module."""
    low, high = row.ci_low, row.ci_high
    if m.direction < 0:
        low, high = -high, -low
    smallest = goal.matters_from
    if np.isnan(low) or np.isnan(high):
        return UNCLEAR
    if smallest == 0.0 and low == high == 0.0:
        return SAME
    if low >= smallest and low > 0.0:
        return MORE
    if high <= -smallest and high < 0.0:
        return LESS
    return SAME if -smallest <= low and high <= smallest and smallest > 0.0 else UNCLEAR


def find(record: RunRecord, rows: Pairs, goal: Goal, m: Measure) -> Findings:
    """The findings of all pairs; ``rows`` are the comparisons in the goal's measure."""
    of = {pair: finding(row, goal, m) for pair, row in rows.items()}
    arms = list(record.arms)
    winners = [arm for arm in arms if all(of[arm, other] == MORE for other in arms if other != arm)]
    return Findings(of, winners[0] if winners else None)


def baseline_of(record: RunRecord) -> str:
    """The baseline, or the first arm where the scenario names none."""
    return record.baseline if record.baseline is not None else next(iter(record.arms))


def leader(record: RunRecord, rows: Pairs, m: Measure) -> str:
    """The arm with the best mean, the baseline apart."""
    base = baseline_of(record)
    others = [arm for arm in record.arms if arm != base]
    return max(others, key=lambda arm: rows[arm, base].uplift * (m.direction or 1))
