"""The arms side by side: what a reader compares first, each number with its 95 % interval."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan

from viralsim.measurement.arms import Chance, has_value
from viralsim.measurement.measures import measure
from viralsim.measurement.number_format import digits_for, number, percent, percent_span, span
from viralsim.report.markup import Markup, element, joined, table
from viralsim.report.selectors import baseline, bought_measure, main_measure, role
from viralsim.results import Result

FIRST_MEASURES = ("reach", "earned_reach", "shares", "conversions")
Cell = Callable[[str], Markup]


def arms_table(result: Result) -> Markup:
    """A row a quantity, a column per arm: means, money, chances; chances to go viral only where a rule says what it is."""
    goal = main_measure(result).name
    shown = [key for key in dict.fromkeys((goal, *FIRST_MEASURES)) if key != "net_usd"]
    rows: list[tuple[str, Cell]] = [
        (measure(key).heading(result.currency), _mean_of(result, key))
        for key in shown
        if any(result.summaries[arm][key].mean > 0.0 for arm in result.arms)
    ]
    rows.append((f"cost, {result.currency}", _cost_of(result)))
    if len(result.arms) > 1:
        bought = bought_measure(result)
        rows.append((f"cost of one more in {result.currency} ({bought.label})", _cost_of_one_more(result, bought.name)))
    if has_value(result):
        rows.append((f"net value, {result.currency}", _mean_of(result, "net_usd")))
    for kind, label, known in (
        ("viral", "chance to go viral", bool(result.viral_when)),
        ("flop", "chance to flop", bool(result.flop_when)),
        ("loss", "chance of a loss", has_value(result)),
    ):
        if known:
            rows.append((label, _chance_of(result, kind)))
    head = ["mean per campaign", *(_arm_head(result, arm) for arm in result.arms)]
    return table(
        head,
        [[label, *(cell(arm) for arm in result.arms)] for label, cell in rows],
        "The options side by side",
        ["", *result.arms],
    )


def criteria(result: Result) -> list[str]:
    """What viral and flop mean here, in words."""
    return [
        f"{label}: {rule_in_words(rule, result.population.members)}"
        for label, rule in (("viral", result.viral_when), ("flop", result.flop_when))
        if rule
    ]


def rule_in_words(rule: object, members: int) -> str:
    """``{"earned_reach_fraction": 0.05}`` as "earned reach of at least 5 % of the members (750)"."""
    parts = []
    for word, value in dict(rule).items():  # type: ignore[call-overload]
        for ending, text in (
            ("_fraction", f"of at least {percent(value)} of the members ({number(value * members)})"),
            ("_at_least", f"of at least {number(value)}"),
            ("_at_most", f"of at most {number(value)}"),
        ):
            if word.endswith(ending):
                parts.append(f"{word.removesuffix(ending).replace('_', ' ')} {text}")
                break
        else:
            parts.append(f"{word.replace('_', ' ')} {number(value)}")
    return " and ".join(parts)


def _arm_head(result: Result, arm: str) -> Markup:
    key = element("span", class_=f"key key-{role(result, arm)}", aria_hidden="true")
    what = "baseline" if arm == baseline(result) and len(result.arms) > 1 else ""
    return joined([key, arm, *([element("small", what)] if what else [])])


def _cell(value: str, below: str = "") -> Markup:
    return joined([value, element("small", below)]) if below else joined([value])


def _mean_of(result: Result, key: str) -> Cell:
    def cell(arm: str) -> Markup:
        found = result.summaries[arm][key]
        if found.count == 0:
            return _cell("–", "not defined")
        if isnan(found.ci_low):
            return _cell(number(found.mean))
        return _cell(number(found.mean, digits_for(found.ci_low, found.ci_high)), span(found.ci_low, found.ci_high))

    return cell


def _cost_of(result: Result) -> Cell:
    return lambda arm: _cell(number(float(result.arms[arm].cost_usd().mean())))


def _cost_of_one_more(result: Result, key: str) -> Cell:
    rows = {row.arm: row for row in result.comparisons if row.measure == key and row.baseline == baseline(result)}

    def cell(arm: str) -> Markup:
        row = rows.get(arm)
        if row is None or isnan(row.cost_per_incremental):
            return _cell("–")
        limits = (row.cost_per_incremental_low, row.cost_per_incremental_high)
        return _cell(number(row.cost_per_incremental, digits_for(*limits)), span(*limits))

    return cell


def _chance_of(result: Result, kind: str) -> Cell:
    def cell(arm: str) -> Markup:
        found: Chance = result.chances(arm)[kind]
        return _cell(percent(found.probability), percent_span(found.low, found.high))

    return cell
