"""The sentences of a verdict: short, with intervals and money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from viralsim.measurement.arms import chance_of_loss, has_value
from viralsim.measurement.compare import Comparison
from viralsim.measurement.findings import LESS, MORE, SAME, SAME_COST, UNCLEAR, Findings, Pairs, baseline_of
from viralsim.measurement.measures import Measure
from viralsim.measurement.number_format import (
    amount,
    digits_for,
    in_places,
    listing,
    money,
    more_or_less,
    number,
    percent,
    percent_span,
    span,
    supported,
)
from viralsim.records.record import Goal, RunRecord


def pair_sentences(record: RunRecord, rows: Pairs, findings: Findings, goal: Goal, m: Measure) -> list[str]:
    """Every arm against the baseline, then the others against each other, the better one first."""
    base = baseline_of(record)
    others = [arm for arm in record.arms if arm != base]
    sentences = [pair_sentence(record, rows[arm, base], findings.of[arm, base], goal, m) for arm in others]
    for first, second in combinations(others, 2):
        better = (first, second) if rows[first, second].uplift * (m.direction or 1) >= 0.0 else (second, first)
        sentences.append(pair_sentence(record, rows[better], findings.of[better], goal, m))
    return sentences


def pair_sentence(record: RunRecord, row: Comparison, found: str, goal: Goal, m: Measure) -> str:
    """What one arm brings against another, in one or two sentences."""
    limits = (row.ci_low, row.ci_high)
    # "12 fewer (10 to 14)": the interval counts what the sentence counts
    counted = (-row.ci_high, -row.ci_low) if row.uplift < 0.0 and found != UNCLEAR else limits
    places = supported(row.uplift, row.uplift) if np.isnan(row.ci_low) else supported(*limits)
    interval = f"95 % interval {in_places(counted[0], places)} to {in_places(counted[1], places)}"
    smallest = amount(m, goal.matters_from, record.currency)
    # the mean over uncertain inputs can be small although some of the inputs make a difference that matters
    may_matter = record.uncertain and max(-row.range_low, row.range_high) >= goal.matters_from
    where = "on average" if may_matter else "here"
    difference = more_or_less(m, row.uplift, places, record.currency)
    if found in (MORE, LESS):
        text = f"Expect {difference} with {row.arm} than with {row.baseline} ({interval}){_cost(record, row)}."
    elif found == SAME:
        text = (
            f"{row.arm} and {row.baseline} bring about the same {where}: {difference} with {row.arm} "
            f"({interval}), and {smallest} would matter."
        )
    elif np.isnan(row.ci_low):
        text = f"The simulations cannot tell {row.arm} from {row.baseline}: one gives no interval. Run more."
    else:
        wanted = worlds_wanted(record, row, goal.matters_from)
        worlds = f" {wanted}" if wanted else ""
        text = (
            f"The simulations cannot tell whether {row.arm} and {row.baseline} differ by enough to matter: the difference is "
            f"{in_places(row.uplift, places)} {m.counted} ({interval}), and "
            f"{number(goal.matters_from)} would matter.{worlds}"
        )
    if record.uncertain and record.world_count > 1:
        text += f" With uncertain inputs and luck, the difference is {span(row.range_low, row.range_high)} in 9 of 10 simulations"
        if not np.isnan(row.probability_better):
            text += f"; {row.arm} is ahead in {percent(row.probability_better)} of them"
        text += ": for some of the inputs held possible it matters." if found == SAME and may_matter else "."
    return text


def _cost(record: RunRecord, row: Comparison) -> str:
    """How the costs of two arms differ, and what a unit more costs."""
    extra = float((record.arms[row.arm].cost_usd() - record.arms[row.baseline].cost_usd()).mean())
    if abs(extra) < SAME_COST:
        return ", at the same cost"
    if extra < 0.0:
        return f", for {money(-extra, record.currency)} less"
    text = f", for {money(extra, record.currency)} more"
    if not np.isnan(row.cost_per_incremental):
        low, high = row.cost_per_incremental_low, row.cost_per_incremental_high
        text += f": {number(row.cost_per_incremental, digits_for(low, high))} {record.currency} for each ({span(low, high)})"
    return text


def worlds_wanted(record: RunRecord, row: Comparison, matters_from: float) -> str:
    """How many worlds would tell, if the difference stayed as it is."""
    half = (row.ci_high - row.ci_low) / 2.0
    distance = min(abs(row.uplift - matters_from), abs(row.uplift + matters_from))
    wanted = record.world_count * (half / distance) ** 2 if distance > 0.0 else np.inf
    if record.several_audiences:
        return "More populations would narrow it."
    if record.clusters() is not None:
        return "More rows of uncertain.joint would narrow it."
    if wanted > 1e6:
        return "The difference is so close to what matters that more simulations hardly help."
    leading = float(f"{wanted * 1.5:.0e}")
    return f"About {max(leading, 2.0 * record.world_count):,.0f} simulations would tell."


def winner_sentence(record: RunRecord, findings: Findings, m: Measure) -> str:
    """Who wins, or why nobody is named."""
    arms = list(record.arms)
    if findings.winner is not None:
        rivals = "the other arm" if len(arms) == 2 else "every other arm"
        named = f"The winner on {m.label} is {findings.winner}: it leads {rivals} by enough to matter"
        return named + _at_what_price(record, findings.winner) + "."
    pairs = [findings.of[pair] for pair in combinations(arms, 2)]
    if all(found == SAME for found in pairs):
        cheapest = min(arms, key=lambda arm: float(record.arms[arm].cost_usd().mean()))
        cost = float(record.arms[cheapest].cost_usd().mean())
        return f"No arm makes a difference in {m.label} that matters; the cheapest is {cheapest} ({money(cost, record.currency)})."
    left = [arm for arm in arms if not any(findings.of[other, arm] == MORE for other in arms if other != arm)]
    if len(left) == 1:
        return f"No winner is named: {left[0]} leads on {m.label}, but the simulations cannot tell by how much."
    same = all(findings.of[pair] == SAME for pair in combinations(left, 2))
    how = "do not differ by enough to matter" if same else "cannot be distinguished by these simulations"
    return f"No winner is named on {m.label}: {listing(left)} {how}."


def _at_what_price(record: RunRecord, winner: str) -> str:
    """What the winner costs beside the most expensive rival, where it costs over 1 % more: a win that money bought says so."""
    costs = {arm: float(outcome.cost_usd().mean()) for arm, outcome in record.arms.items()}
    rival = max((arm for arm in costs if arm != winner), key=costs.__getitem__)
    if costs[winner] <= 1.01 * costs[rival]:  # the 1 % by which equal_money judges
        return ""
    return f", but costs {money(costs[winner], record.currency)} where {rival} costs {money(costs[rival], record.currency)}"


def money_sentences(record: RunRecord, winner: str | None, comparisons: Sequence[Comparison], goal: Goal) -> list[str]:
    """What the winner earns or loses, and who is ahead in money if it is another arm."""
    if winner is None or not has_value(record) or "net_usd" not in record.arms[winner].measures:
        return []
    loss = chance_of_loss(record, record.arms[winner])
    net = float(record.arms[winner].measures["net_usd"].mean())
    ends = "earns" if net >= 0.0 else "loses"
    text = (
        f"With {winner} a campaign {ends} {money(abs(net), record.currency)} on average after all costs, and loses money in "
        f"{percent(loss.probability)} of the simulations ({percent_span(loss.low, loss.high)})."
    )
    ahead = [r for r in comparisons if r.measure == "net_usd" and r.baseline == winner and r.ci_low > 0.0]
    if not ahead or goal.measure == "net_usd":
        return [text]
    best = max(ahead, key=lambda row: row.uplift)
    return [
        text,
        f"With {best.arm} a campaign earns {money(best.uplift, record.currency)} more than with {winner} "
        f"(95 % interval {span(best.ci_low, best.ci_high)}).",
    ]


def calibrated_measures(calibration: Mapping[str, Any]) -> list[str]:
    """The measures of a post without advocates that past posts say and whose coverage on later posts was measured."""
    coverage = calibration.get("coverage") or {}
    ends = {
        "impressions": ["visibility"],
        "shares": ["visibility", ".share_rate"],
    }  # of the channel, or of its owned posts
    return [
        measure
        for measure, needed in ends.items()
        if coverage.get(measure) and all(any(path.endswith(end) for path in calibration["of"]) for end in needed)
    ]


def _calibration_sentence(calibration: Mapping[str, Any], learnt: list[str]) -> str:
    coverage = calibration["coverage"]
    held = listing([percent(coverage[measure]["80"][0]) for measure in learnt])
    return (
        f"Calibrated for {listing(learnt)} of a post without advocates: on {coverage['held_out']:,} later posts, intervals of "
        f"80 % held {held}. The difference between arms is a what-if and no forecast: it rests on assumptions about "
        f"{listing(calibration['not_of'])}."
    )


def caveats_of(record: RunRecord) -> list[str]:
    """What limits every answer of this run."""
    found = []
    learnt = calibrated_measures(record.calibration)
    if learnt:
        found.append(_calibration_sentence(record.calibration, learnt))
    elif not record.calibrated:
        found.append("This scenario is not calibrated on observed campaigns: it is a what-if and no forecast.")
    if record.population.imported:
        found.append("The answer holds for this network, which was imported.")
    elif not record.several_audiences:
        found.append("The answer holds for this network: a single audience was drawn. Set populations to draw more.")
    if record.interrupted:
        found.append(f"The run was interrupted: these are the {record.world_count:,} simulations that were finished.")
    return found
