"""The answer of a run as one JSON object: the contract of ``viralsim run --json``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from viralsim.measurement.arms import STATISTICS, Chance, MeasureSummary, between_worlds, virality_by_size
from viralsim.measurement.compare import Comparison
from viralsim.measurement.goals import cost_of_a_sale, goals_as_dict
from viralsim.measurement.payback import programme_dict
from viralsim.measurement.question import Question
from viralsim.measurement.robustness import decisive
from viralsim.measurement.sentences import calibrated_measures
from viralsim.measurement.verdict import Verdict
from viralsim.records.record import ArmOutcomes, RunRecord, plain

_PAIRED = ("arm", "baseline", "measure", "uplift", "ci_low", "ci_high", "probability_better", "ties", "correlation")
_COST = ("variance_saved", "cost_per_incremental", "cost_per_incremental_low", "cost_per_incremental_high", "reason")
OF_SEGMENT = ("members", "reach", "impressions", "shares", "conversions")
_TIMING = ("setup_s", "compile_s", "simulate_s", "worlds_per_s")


def as_dict(
    record: RunRecord,
    summaries: Mapping[str, Mapping[str, MeasureSummary]],
    comparisons: Sequence[Comparison],
    verdict: Verdict,
    question: Question | None,
    chances: Mapping[str, Mapping[str, Chance]],
    warnings: Sequence[str],
) -> dict[str, Any]:
    """All that was seen, as plain numbers, words, lists and dicts; None if something is not defined."""
    arms = {name: _arm(record, name, summaries[name], chances[name]) for name in record.arms}
    population = record.population
    answer = {
        "scenario": record.scenario_name,
        "about": record.about,
        "fingerprint": record.fingerprint,
        "seed": record.seed,
        "worlds": record.world_count,
        "interrupted": record.interrupted,
        "currency": record.currency,
        "population": {
            "members": population.members,
            "communities": population.communities,
            "follows": dict(population.follows),
            "count": population.count,
            "imported": population.imported,
            "prospects": population.prospects,
        },
        "baseline": record.baseline,
        "arms": arms,
        "comparisons": [_comparison(row, record.uncertain) for row in comparisons],
        "question": None if question is None else question.to_dict() | _turns(record),
        **({"programme": months} if (months := programme_dict(record, question)) is not None else {}),
        "goals": goals_as_dict(record),
        "cost_per_sale": cost_of_a_sale(record),
        "verdict": {
            "measure": verdict.measure,
            "winner": verdict.winner,
            "sentences": list(verdict.sentences),
            "overturned_by": list(verdict.overturned_by),
        },
        "vital_signs": list(record.vital_signs),
        "warnings": [*warnings, *(caveat for caveat in verdict.caveats if caveat not in warnings)],
        "assumptions": _assumptions(record),
        "calibrated": record.calibrated,
        "calibration": record.calibration or None,
        "calibrated_for": calibrated_measures(record.calibration),
        "timing": {**dict.fromkeys(_TIMING), **record.timing},
        "versions": dict(record.versions),
    }
    found = _without_nan(plain(answer))
    assert isinstance(found, dict)
    return found


def _arm(
    record: RunRecord, name: str, summary: Mapping[str, MeasureSummary], chances: Mapping[str, Chance]
) -> dict[str, Any]:
    arm = record.arms[name]
    measures = {}
    for key, found in summary.items():
        measures[key] = {statistic: getattr(found, statistic) for statistic in STATISTICS} | {"count": found.count}
        if record.uncertain:
            measures[key] |= {"range_low": found.p05, "range_high": found.p95}
    return {
        "measures": measures,
        **{kind: vars(chance) for kind, chance in chances.items()},
        "between_worlds": between_worlds(record, arm),
        "structural_virality_by_size": virality_by_size(arm),
        "impressions_by_source": _means(arm.impressions_by_source),
        "reach_by_channel": _means(arm.reach_by_channel),
        "reach_by_community": _by_community(arm),
        "segments": segments_of(arm),
        "cost_usd": float(arm.cost_usd().mean()) if record.world_count else None,
        "cost_lines": _means(arm.cost_lines),
    }


def _by_community(arm: ArmOutcomes) -> list[float] | None:
    """Mean reach in each community, in their order: they add up to the reach; None if it was not counted."""
    counted = arm.reach_by_community
    return None if counted is None or not len(counted) else counted.mean(axis=0).tolist()


def segments_of(arm: ArmOutcomes) -> dict[str, dict[str, dict[str, float]]]:
    """Field -> segment -> members, reach, impressions, shares, conversions, mean over worlds; a field adds up to the whole."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for key, values in arm.by_segment.items():
        word, _, where = key.partition(".")
        field, _, label = where.partition("=")
        found.setdefault(field, {}).setdefault(label, {})[word] = float(values.mean()) if len(values) else math.nan
    return found


def _turns(record: RunRecord) -> dict[str, Any]:
    """What each input does to the pair asked about, where it was looked for."""
    guess = decisive(record)
    return {
        "decisive_assumption": None if guess is None else guess.path,
        "switching_values": [asdict(turn) for turn in record.switching_values],
    }


def _assumptions(record: RunRecord) -> list[dict[str, Any]]:
    """What the answer rests on; moves_by: how far half and twice the value move the difference of the pair asked about."""
    moves = {move.path: move.size for move in record.moves}
    return [
        {"path": path, "value": value, "source": source, "moves_by": moves.get(path)}
        for path, value, source in record.assumptions
    ]


def _means(columns: Mapping[str, Any]) -> dict[str, float | None]:
    return {key: float(values.mean()) if len(values) else None for key, values in columns.items()}


def _comparison(row: Comparison, uncertain: bool) -> dict[str, Any]:
    found = {key: getattr(row, key) for key in (*_PAIRED, *_COST)}
    return found | {"range_low": row.range_low, "range_high": row.range_high} if uncertain else found


def _without_nan(value: Any) -> Any:
    """The value with None for every number that is not finite."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
