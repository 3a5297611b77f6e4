"""The recommendation of a field test in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viralsim.decisions.power import LAUNCHES
from viralsim.measurement.measures import measure as declared
from viralsim.measurement.number_format import amount, money, more_or_less, number, percent, span, supported

if TYPE_CHECKING:
    from viralsim.decisions.field_test import FieldTestReport, JudgedDesign

ENOUGH = 0.8


def sentences_of(report: FieldTestReport) -> list[str]:
    """What the effect is, which design to run, what it sees, and what the others get wrong."""
    one, best = declared(report.measure), report.recommended
    brings = more_or_less(one, report.effect, supported(report.low, report.high), report.currency)
    said = [
        f"The model says: {report.test.treatment} for all instead of {report.test.control} brings "
        f"{brings} ({span(report.low, report.high)}) on average.",
        *_recommended(report, best),
    ]
    said += [_biased(report, design) for design in report.judged if design != best and _is_off(report, design)]
    return [*said, *report.notes]


def _recommended(report: FieldTestReport, best: JudgedDesign) -> list[str]:
    one, q = declared(report.measure), best.quality
    words = f"{best.unit} and estimate by {best.estimator.replace('_', ' ')}"
    if q.bias is None or q.power is None or q.coverage is None:
        return [
            "No design gives estimates that can be judged: too few units on one side, or the same count in every world."
        ]
    if best not in report.usable and report.is_unbiased(best):
        return _repeat(report, best, words)
    if best not in report.usable:
        return [
            f"No design is free of bias with an interval that keeps its promise; least wrong: assign by {words} "
            f"(bias {number(q.bias)}, standard deviation {number(q.sd or 0.0)} {one.unit_in(report.currency)}).",
            "Repeating it does not help: what it gets wrong on average stays wrong. Assign units that follow each other less, such "
            "as separate audiences or regions, or decide without a test.",
        ]
    said = [
        f"Assign by {words}: {number(best.units)} units, {number(best.days)} days, at most "
        f"{money(best.cost, report.currency)} a test; its 95 % interval holds the effect in {percent(q.coverage)} of tests."
    ]
    smallest = "no effect" if q.smallest_effect is None else amount(one, q.smallest_effect, report.currency)
    matters = amount(one, report.matters, report.currency)
    if q.power >= ENOUGH:
        return [
            *said,
            f"It sees an effect of {matters} in {percent(q.power)} of tests; the smallest seen with 80 %: {smallest}.",
        ]
    return [
        *said,
        f"It sees an effect of {matters} in only {percent(q.power)} of tests, and {smallest} with 80 %: a test of this "
        f"size does not settle it. {_needed(report, best)}",
    ]


def _repeat(report: FieldTestReport, best: JudgedDesign, words: str) -> list[str]:
    """What one launch cannot tell, and how many would."""
    one, q = declared(report.measure), best.quality
    assert q.coverage is not None
    return [
        f"No single launch settles it: estimates scatter by {number(q.sd or 0.0)} {one.unit_in(report.currency)} around an "
        f"effect of {amount(one, report.effect, report.currency)}, and the 95 % interval of a launch holds the effect in only "
        f"{percent(q.coverage)} of tests.",
        f"{'Least wrong: assign' if best.repeated is None else 'Assign'} by {words}, in a new way in each launch. "
        f"{_needed(report, best)}",
    ]


def _needed(report: FieldTestReport, best: JudgedDesign) -> str:
    """How many launches would see the effect that matters."""
    again = best.repeated
    if again is None:
        matters = amount(declared(report.measure), report.matters, report.currency)
        return f"Not even {LAUNCHES[-1]} launches would see an effect of {matters}: decide without a test."
    days, cost = number(again.launches * best.days), money(again.launches * best.cost, report.currency)
    matters = amount(declared(report.measure), report.matters, report.currency)
    return (
        f"{again.launches} launches ({days} days, {cost}) see an effect of {matters} in "
        f"{percent(again.power)} of cases; the interval over their estimates holds the effect in {percent(again.coverage)}."
    )


def _is_off(report: FieldTestReport, design: JudgedDesign) -> bool:
    q = design.quality
    return design not in report.usable and design not in report.repeatable and q.bias is not None


def _biased(report: FieldTestReport, design: JudgedDesign) -> str:
    q = design.quality
    assert q.bias is not None
    name = f"{design.unit}, {design.estimator.replace('_', ' ')}"
    if report.effect == 0.0:
        return f"Not {name}: its estimates are off by {number(q.bias)} on average."
    seen = (report.effect + q.bias) / report.effect
    covers = "" if q.coverage is None else f", and its interval holds the effect in {percent(q.coverage)} of tests"
    return f"Not {name}: it sees {number(100.0 * seen)} % of the effect on average{covers}."
