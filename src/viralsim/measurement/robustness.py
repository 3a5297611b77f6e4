"""What would overturn a verdict: trust, the price of an advocate, the worth of a conversion, what is uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from viralsim.measurement.arms import has_value
from viralsim.measurement.compare import Comparison, compare
from viralsim.measurement.findings import (
    LESS,
    MORE,
    SAME,
    UNCLEAR,
    Findings,
    Pairs,
    baseline_of,
    find,
    finding,
    leader,
)
from viralsim.measurement.intervals import mean_interval
from viralsim.measurement.measures import Measure
from viralsim.measurement.number_format import estimate, money, number
from viralsim.records.record import ArmOutcomes, Goal, RunRecord

_FEWEST_IN_A_THIRD = 30
_SAID = {MORE: "better", LESS: "worse", SAME: "no different by what matters", UNCLEAR: "too close to call"}


@dataclass(frozen=True)
class Repeat:
    """The verdict once more with every trust set to 1; ``overturns`` is empty where it stays the same."""

    findings: Findings
    sentence: str
    overturns: str = ""


def with_trusts_at_one(record: RunRecord, findings: Findings, goal: Goal, m: Measure) -> Repeat | None:
    """The verdict with every trust set to 1, or None where that was not run."""
    again = _record_with_trusts_at_one(record)
    if again is None:
        return None
    rows = {(row.arm, row.baseline): row for row in compare(again) if row.measure == goal.measure}
    if any(np.isnan(row.uplift) for row in rows.values()):
        return None
    repeated = find(again, rows, goal, m)
    if repeated.winner != findings.winner:
        now = f"{repeated.winner} wins" if repeated.winner else "no arm wins"
        before = f"not {findings.winner}" if findings.winner else "where here no arm wins"
        return Repeat(
            repeated,
            f"With every trust set to 1 the verdict changes: {now}, {before}.",
            f"trust: with every trust at 1, {now}, {before}",
        )
    changed = [
        pair for pair in findings.of if findings.of[pair] != repeated.of[pair] and pair[1] == baseline_of(record)
    ]
    if not changed:
        return Repeat(repeated, "With every trust set to 1 the verdict is the same.")
    arm, other = changed[0]
    now = f"{arm} against {other} is {_SAID[repeated.of[arm, other]]}, not {_SAID[findings.of[arm, other]]}"
    stays = f"the winner is still {findings.winner}" if findings.winner else "still no arm wins"
    return Repeat(repeated, f"With every trust set to 1 {stays}, but {now}.", f"trust: with every trust at 1, {now}")


def _record_with_trusts_at_one(record: RunRecord) -> RunRecord | None:
    trusts = record.trusts_at_one
    if trusts is None or set(trusts) != set(record.arms):
        return None
    worlds = min(len(values) for measures in trusts.values() for values in measures.values())
    arms = {
        name: ArmOutcomes(
            name,
            {key: values[:worlds] for key, values in trusts[name].items()},
            cost_lines={key: line[:worlds] for key, line in arm.cost_lines.items()},
        )
        for name, arm in record.arms.items()
    }
    ids = record.populations_of_world
    audiences = None if ids is None else ids[:worlds]
    return replace(record, arms=arms, world_count=worlds, trusts_at_one=None, populations_of_world=audiences)


def overturned_by(
    record: RunRecord, comparisons: Sequence[Comparison], rows: Pairs, findings: Findings, goal: Goal, m: Measure
) -> list[str]:
    """What would turn the verdict about the winner, or about the leading arm where none wins."""
    challenger = findings.winner or leader(record, rows, m)
    runner_up = min(
        (arm for arm in record.arms if arm != challenger), key=lambda arm: abs(rows[challenger, arm].uplift)
    )
    found = _by_margin(rows, findings, goal, m)
    duels = [(challenger, rival) for rival in dict.fromkeys((runner_up, baseline_of(record))) if rival != challenger]
    if not has_value(record):
        duels = []
    elif not _has_advocates(record, challenger):
        # what advocates would have to cost is asked whoever leads
        duels += [(arm, challenger) for arm in record.arms if _has_advocates(record, arm)]
    for arm, rival in duels:
        against = {row.measure: row for row in comparisons if (row.arm, row.baseline) == (arm, rival)}
        if arm == challenger:
            found += _by_worth(record, arm, rival, against)
        found += _by_price(record, arm, rival, against)
    found += _by_inputs(record, rows[challenger, runner_up], goal, m)
    return found


def _has_advocates(record: RunRecord, arm: str) -> bool:
    """True where the arm pays for advocates by the head."""
    worlds = record.arms[arm]
    return bool(worlds.advocates) and any(name.startswith("advocate") for name in worlds.cost_lines)


def _by_margin(rows: Pairs, findings: Findings, goal: Goal, m: Measure) -> list[str]:
    """The smallest difference that matters from which the winner would not be named."""
    if findings.winner is None:
        return []
    sure = [
        row.ci_low if m.direction >= 0 else -row.ci_high for pair, row in rows.items() if pair[0] == findings.winner
    ]
    return [f"goal.matters_from: above {number(min(sure))} {m.counted} (now {number(goal.matters_from)}) no arm wins"]


def _by_worth(record: RunRecord, arm: str, rival: str, against: dict[str, Comparison]) -> list[str]:
    """The worth of a conversion at which the extra cost is just earned."""
    measures = record.arms[arm].measures
    row = against.get("conversions")
    if row is None or np.isnan(row.cost_per_incremental) or "value_usd" not in measures:
        return []
    conversions = float(measures["conversions"].mean())
    if not conversions > 0.0 or row.cost_per_incremental <= 0.0:
        return []
    worth, price = float(measures["value_usd"].mean()) / conversions, row.cost_per_incremental
    sense = f"below it {arm} no longer pays" if worth > price else f"only above it {arm} pays"
    return [f"value of a conversion: {money(price)} (now {money(worth)}); {sense} against {rival}"]


def _by_price(record: RunRecord, arm: str, rival: str, against: dict[str, Comparison]) -> list[str]:
    """The cost of an advocate, or of the arm's largest extra line, at which the net difference to the rival is 0."""
    row = against.get("net_usd")
    if row is None or np.isnan(row.uplift):
        return []
    mine, theirs = record.arms[arm].cost_lines, record.arms[rival].cost_lines
    extra = {
        name: float(line.mean()) - (float(theirs[name].mean()) if name in theirs else 0.0)
        for name, line in mine.items()
    }
    extra = {name: usd for name, usd in extra.items() if usd > 0.0}
    if not extra:
        return []
    people = len(next(iter(record.arms[arm].advocates.values()), ()))
    persons = [name for name in extra if name.startswith("advocate")]
    line = max(persons, key=extra.__getitem__) if persons and people else max(extra, key=extra.__getitem__)
    now = float(mine[line].mean())
    turn = now + row.uplift
    if turn <= 0.0:
        return [f"{line}: even free of charge it would not make {arm} pay against {rival}"]
    sense = f"above it {arm} no longer pays" if row.uplift > 0.0 else f"only below it {arm} pays"
    if line in persons and people:
        return [f"cost of an advocate: {money(turn / people)} (now {money(now / people)}); {sense} against {rival}"]
    return [f"{line}: {money(turn)} (now {money(now)}); {sense} against {rival}"]


def _by_inputs(record: RunRecord, row: Comparison, goal: Goal, m: Measure) -> list[str]:
    """Uncertain inputs whose lowest and highest thirds of the worlds give different findings."""
    difference = record.arms[row.arm].measures[m.name] - record.arms[row.baseline].measures[m.name]
    found = []
    for path, values in record.inputs_of_world.items():
        low_cut, high_cut = np.quantile(values, (1 / 3, 2 / 3))
        thirds = (values <= low_cut, values >= high_cut)
        if min(int(third.sum()) for third in thirds) < _FEWEST_IN_A_THIRD or low_cut == high_cut:
            continue
        parts = [mean_interval(difference[third], seed=record.seed) for third in thirds]
        kinds = [finding(replace(row, uplift=p[0], ci_low=p[1], ci_high=p[2]), goal, m) for p in parts]
        if kinds[0] != kinds[1] and UNCLEAR not in kinds:
            (low, *low_span), (high, *high_span) = parts
            found.append(
                f"{path}: up to {number(float(low_cut))} {row.arm} differs from {row.baseline} by "
                f"{estimate(low, *low_span)}, from {number(float(high_cut))} by {estimate(high, *high_span)}"
            )
    return found
