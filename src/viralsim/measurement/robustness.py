"""What would overturn an answer: trust, single inputs, the price of an advocate, the value of a conversion, what is uncertain."""

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
    SAME_COST,
    UNCLEAR,
    Findings,
    Pairs,
    baseline_of,
    find,
    finding,
)
from viralsim.measurement.intervals import mean_interval
from viralsim.measurement.measures import Measure, measure
from viralsim.measurement.number_format import amount, estimate, money, number, price_or_number
from viralsim.measurement.question import BETTER, EQUIVALENT, WORSE, Question, cost_difference, more_of
from viralsim.records.record import ArmOutcomes, Goal, Move, RunRecord, SwitchingValue

_FEWEST_IN_A_THIRD = 30
_BY_THE_HEAD = "advocates"  # the cost line of people
_SAID = {MORE: "better", LESS: "worse", SAME: "about the same", UNCLEAR: "too close to call"}


@dataclass(frozen=True)
class Repeat:
    """The verdict once more with every trust set to 1; rows: its comparisons in the goal's measure."""

    findings: Findings
    sentence: str
    rows: Pairs


def with_trusts_at_one(record: RunRecord, findings: Findings, goal: Goal, m: Measure) -> Repeat | None:
    """The verdict with every trust set to 1, or None if that was not run."""
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
        return Repeat(repeated, f"With every trust set to 1 the verdict changes: {now}, {before}.", rows)
    changed = [
        pair for pair in findings.of if findings.of[pair] != repeated.of[pair] and pair[1] == baseline_of(record)
    ]
    if not changed:
        return Repeat(repeated, "With every trust set to 1 the verdict is the same.", rows)
    arm, other = changed[0]
    now = f"{arm} against {other} is {_SAID[repeated.of[arm, other]]}, not {_SAID[findings.of[arm, other]]}"
    stays = f"the winner is still {findings.winner}" if findings.winner else "still no arm wins"
    return Repeat(repeated, f"With every trust set to 1 {stays}, but {now}.", rows)


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
    inputs = {path: values[:worlds] for path, values in record.inputs_of_world.items()}
    return replace(
        record,
        arms=arms,
        world_count=worlds,
        trusts_at_one=None,
        populations_of_world=audiences,
        inputs_of_world=inputs,
    )


def overturned_by(
    record: RunRecord, comparisons: Sequence[Comparison], question: Question, repeated: Repeat | None, m: Measure
) -> list[str]:
    """What would turn the answer about the pair in question: trust, single inputs, what matters, money, uncertain inputs."""
    first, second = question.leading
    rows = {row.measure: row for row in comparisons if (row.arm, row.baseline) == (first, second)}
    goal = record.goal or Goal(question.measure)
    found = [] if repeated is None else _by_trust(record, repeated, question, goal, m)
    found += [turn_text(turn, record.currency) for turn in record.switching_values]
    found += _by_margin(rows[question.measure], question, goal, m, record.currency)
    if has_value(record) and not record.moves:
        found += _by_value(record, question, rows["conversions"])
        found += _by_price(record, question, rows["net_usd"])
    return found + _by_inputs(record, rows[question.measure], goal, m)


def turn_text(turn: SwitchingValue, currency: str) -> str:
    """A switching value in words: "content.teaser.appeal: 0.03 (now 0.02); above it more shares with paid than with organic"."""
    m = measure(turn.measure)
    shown = price_or_number(turn.path, currency)
    at = shown(turn.middle) if turn.is_point else f"between {shown(turn.low)} and {shown(turn.high)}"
    more = f"{'fewer' if m.direction < 0 else 'more'} {m.counted}"
    above = f"above it {more} with {turn.above} than with {turn.below}"
    below = f"below it {more} with {turn.below} than with {turn.above}"
    said = above if turn.now <= turn.low else below if turn.now >= turn.high else f"{below}, {above}"
    return f"{turn.path}: {at} (now {shown(turn.now)}); {said}"


def decisive(record: RunRecord) -> Move | None:
    """The assumed input that decides: of the inputs that turn the answer, the one that moves it most; prices are left out."""
    turning = {turn.path for turn in record.switching_values}
    assumed = [move for move in record.moves if move.assumed and move.path in turning and move.measure != "net_usd"]
    every = assumed or [move for move in record.moves if move.assumed and not move.path.endswith("_usd")]
    return max(every, key=lambda move: move.size, default=None)


def _by_trust(record: RunRecord, repeated: Repeat, question: Question, goal: Goal, m: Measure) -> list[str]:
    """What every trust at 1 does to the pair, where the finding is another one."""
    row = repeated.rows[question.arms]
    found = finding(row, goal, m)
    if found == finding(question.row, goal, m):
        return []
    ahead = question.arms if row.uplift * (m.direction or 1) >= 0.0 else (question.arms[1], question.arms[0])
    row = repeated.rows[ahead]
    more = f"{more_of(m, row.uplift, row, record.currency)} with {ahead[0]} than with {ahead[1]}"
    same = f"{ahead[0]} and {ahead[1]} bring about the same"
    unclear = f"{ahead[0]} and {ahead[1]} cannot be distinguished"
    return [f"trust: with every trust at 1, {({SAME: same, UNCLEAR: unclear}).get(found, more)}"]


def _by_margin(row: Comparison, question: Question, goal: Goal, m: Measure, currency: str) -> list[str]:
    """The smallest difference that matters from which the answer would be another one."""
    if goal.matters_from == 0.0 or question.answer not in (BETTER, WORSE, EQUIVALENT):
        return []
    sure = row.ci_low if m.direction >= 0 else -row.ci_high
    if not sure > 0.0:
        return []
    today = money(goal.matters_from, currency) if m.is_money else number(goal.matters_from)
    now = f"{amount(m, sure, currency)} (now {today})"
    if question.answer == EQUIVALENT:
        return [f"goal.matters_from: up to {now} the difference would matter"]
    return [f"goal.matters_from: above {now} the difference would no longer be sure to matter"]


def _by_value(record: RunRecord, question: Question, row: Comparison) -> list[str]:
    """The value of a conversion at which the net difference of the pair is 0: value x extra conversions = extra cost."""
    measures = record.arms[row.arm].measures
    conversions, cost = float(measures["conversions"].mean()), cost_difference(record, row.arm, row.baseline)
    if abs(cost) < SAME_COST or not (conversions > 0.0 and row.uplift != 0.0 and cost / row.uplift > 0.0):
        return []
    now, turn = float(measures["value_usd"].mean()) / conversions, cost / row.uplift
    pays, other = (row.arm, row.baseline) if row.uplift > 0.0 else (row.baseline, row.arm)
    sense = f"below it {other} earns more than {pays}" if now > turn else f"above it {pays} earns more than {other}"
    return [f"value of a conversion: {money(turn, record.currency)} (now {money(now, record.currency)}); {sense}"]


def _by_price(record: RunRecord, question: Question, row: Comparison) -> list[str]:
    """The cost of an advocate at which the net difference of the pair is 0, where one arm has more paid advocates."""
    lines = [record.arms[arm].cost_lines.get(_BY_THE_HEAD, np.zeros(1)).mean() for arm in (row.arm, row.baseline)]
    extra = float(lines[0] - lines[1])
    payer = row.arm if extra > 0.0 else row.baseline
    people = len(next(iter(record.arms[payer].advocates.values()), ()))
    if not extra or not people or np.isnan(row.uplift):
        return []
    other = row.baseline if payer == row.arm else row.arm
    now = float(record.arms[payer].cost_lines[_BY_THE_HEAD].mean()) / people
    turn = now * (1.0 + row.uplift / extra)
    if turn <= 0.0:
        return [f"cost of an advocate: even at 0 {record.currency} {payer} earns less than {other}"]
    sense = f"above it {other} earns more than {payer}" if turn > now else f"below it {payer} earns more than {other}"
    return [f"cost of an advocate: {money(turn, record.currency)} (now {money(now, record.currency)}); {sense}"]


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
