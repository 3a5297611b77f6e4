"""Several goals with weights: a score of each arm, and the cost of a sale beside the highest cost allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from viralsim.measurement.findings import baseline_of
from viralsim.measurement.intervals import mean_interval
from viralsim.measurement.measures import measure
from viralsim.measurement.number_format import money
from viralsim.records.record import RunRecord


@dataclass(frozen=True)
class Score:
    """How far an arm gets from the baseline to the best arm, over all goals by their weights; 1 is best in each.

    parts: measure -> how far it gets in that measure, not weighted. ci_low, ci_high: 95 % limits of the mean over worlds.
    """

    arm: str
    score: float
    ci_low: float
    ci_high: float
    parts: dict[str, float]


def scores(record: RunRecord) -> list[Score]:
    """The arms by their score, the best first; empty where the run has no goals, or one arm.

    The scale of each measure is the largest mean difference to the baseline in it, of any arm, in either direction: it is taken
    as known, so the limits are those of the arm's worlds alone.
    """
    base = baseline_of(record)
    if not record.goals or len(record.arms) < 2 or base is None:
        return []
    weights = {name: weight / sum(record.goals.values()) for name, weight in record.goals.items()}
    total = {arm: np.zeros(record.world_count) for arm in record.arms}
    parts: dict[str, dict[str, float]] = {arm: {} for arm in record.arms}
    for name, weight in weights.items():
        sign = measure(name).direction or 1
        gains = {
            arm: sign * (one.measures[name] - record.arms[base].measures[name]) for arm, one in record.arms.items()
        }
        scale = max((abs(float(np.nanmean(gain))) for gain in gains.values()), default=0.0) or 1.0
        for arm, gain in gains.items():
            parts[arm][name] = float(np.nanmean(gain)) / scale
            total[arm] += weight * np.nan_to_num(gain) / scale
    found = []
    for arm, values in total.items():
        mean, low, high = mean_interval(values, seed=record.seed)
        found.append(Score(arm, float(mean), float(low), float(high), parts[arm]))
    return sorted(found, key=lambda one: -one.score)


def goals_as_dict(record: RunRecord) -> list[dict[str, object]]:
    """``scores`` as plain values."""
    return [asdict(one) for one in scores(record)]


def cost_of_a_sale(record: RunRecord) -> dict[str, float | None]:
    """What each arm pays for a sale, mean cost over mean conversions; None if it sells nothing."""
    found: dict[str, float | None] = {}
    for arm, one in record.arms.items():
        sold = float(np.mean(one.measures["conversions"])) if "conversions" in one.measures else 0.0
        found[arm] = float(one.cost_usd().mean()) / sold if sold > 0.0 else None
    return found


def ceiling_sentences(record: RunRecord) -> Sequence[str]:
    """Which arms stay below the highest cost allowed for a sale; nothing if no ceiling is set."""
    most = None if record.goal is None else record.goal.cost_per_sale_at_most
    if most is None:
        return ()
    said = []
    for arm, cost in cost_of_a_sale(record).items():
        if cost is None:
            said.append(f"{arm} sells nothing")
        else:
            said.append(f"{arm} {money(cost, record.currency)} ({'above' if cost > most else 'within'} it)")
    return (f"A sale may cost at most {money(most, record.currency)}: {', '.join(said)}.",)
