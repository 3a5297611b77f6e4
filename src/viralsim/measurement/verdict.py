"""What the worlds say about the goal, in plain sentences; and what would overturn it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viralsim.measurement.compare import Comparison
from viralsim.measurement.findings import find
from viralsim.measurement.goals import ceiling_sentences
from viralsim.measurement.measures import measure
from viralsim.measurement.question import answered
from viralsim.measurement.robustness import overturned_by, with_trusts_at_one
from viralsim.measurement.sentences import caveats_of, money_sentences, pair_sentences, winner_sentence
from viralsim.records.record import RunRecord


@dataclass(frozen=True)
class Verdict:
    """The answer to the goal. ``winner`` is None if no arm is better than all others, or no goal is named.

    caveats: what limits the answer; they close ``sentences`` too. overturned_by: what would turn the answer.
    winner_with_trusts_at_one: the same verdict with every trust set to 1; None also where it was not run.
    """

    measure: str | None
    winner: str | None
    sentences: tuple[str, ...]
    overturned_by: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    winner_with_trusts_at_one: str | None = None


def judge(record: RunRecord, comparisons: Sequence[Comparison]) -> Verdict:
    """The verdict of a run from its paired comparisons."""
    caveats = tuple(caveats_of(record))
    goal = record.goal
    if goal is None:
        text = "No goal is named, so no winner is named: add a goal with a measure and the difference that matters."
        return Verdict(None, None, (text, *caveats), caveats=caveats)
    m = measure(goal.measure)
    if len(record.arms) < 2:
        text = "There is one arm only, so there is nothing to compare: add arms and a baseline."
        return Verdict(goal.measure, None, (text, *caveats), caveats=caveats)
    rows = {(row.arm, row.baseline): row for row in comparisons if row.measure == goal.measure}
    undefined = next((row.reason for row in rows.values() if np.isnan(row.uplift)), None)
    if undefined is not None:
        text = f"The arms cannot be compared in {m.label} ({undefined}): name another measure in the goal."
        return Verdict(goal.measure, None, (text, *caveats), caveats=caveats)
    findings = find(record, rows, goal, m)
    sentences = pair_sentences(record, rows, findings, goal, m)
    sentences.append(winner_sentence(record, findings, m))
    sentences += ceiling_sentences(record)
    sentences += money_sentences(record, findings.winner, comparisons, goal)
    repeated = with_trusts_at_one(record, findings, goal, m)
    if repeated is not None:
        sentences.append(repeated.sentence)
    question = answered(record, comparisons)
    turns = [] if question is None else overturned_by(record, comparisons, question, repeated, m)
    return Verdict(
        goal.measure,
        findings.winner,
        (*sentences, *caveats),
        tuple(turns),
        caveats,
        repeated.findings.winner if repeated else None,
    )
