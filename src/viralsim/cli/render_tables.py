"""Tables and bars of a result for a terminal of 80 columns; plain text where the output is no terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import isnan

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from viralsim.measurement.arms import Chance, between_worlds, has_value
from viralsim.measurement.compare import Comparison
from viralsim.measurement.goals import scores
from viralsim.measurement.measures import NAMES, declared, measure, measures_in
from viralsim.measurement.number_format import digits_for, estimate, number, percent, percent_span, span
from viralsim.measurement.payback import SHOWN, launches_table
from viralsim.measurement.to_json import OF_SEGMENT, segments_of
from viralsim.results import Result

LABEL_COLUMNS = 21
ARM_COLUMNS = 14
BAR_COLUMNS = 24
LAUNCH_COLUMNS = 13
_ROWS = (
    *(
        "reach",
        "earned_reach",
        "impressions",
        "shares",
        "earned_shares",
        "critical_shares",
        "engagements",
        "conversions",
    ),
    *("largest_cascade", "depth", "max_breadth", "structural_virality", "reproduction_number"),
    *("time_to_peak_hours", "half_time_hours", "value_usd"),
)
_BARS = ("reach", "earned_reach", "shares")
_PAIRED = ("reach", "earned_reach", "shares", "conversions", "net_usd")


def plain_table(console: Console, **more: object) -> Table:
    """A table without frame, readable as text."""
    line = box.SIMPLE_HEAD if console.encoding.lower().startswith("utf") else box.ASCII
    return Table(box=line, pad_edge=False, show_edge=False, header_style="bold", **more)  # type: ignore[arg-type]


def groups_of_arms(console: Console, names: Sequence[str]) -> Iterable[Sequence[str]]:
    """The arms in groups that fit side by side."""
    fit = max(1, (console.width - LABEL_COLUMNS) // ARM_COLUMNS)
    return (names[i : i + fit] for i in range(0, len(names), fit))


def side_by_side(
    console: Console, result: Result, rows: Sequence[tuple[str, Callable[[str], str]]], head: str
) -> Iterable[Table]:
    """A row a quantity, a column per arm; ``rows`` are (label, text of an arm)."""
    for names in groups_of_arms(console, list(result.arms)):
        table = plain_table(console)
        table.add_column(head, overflow="fold", max_width=LABEL_COLUMNS)
        for name in names:
            table.add_column(name, justify="right", overflow="fold")
        for label, text in rows:
            table.add_row(label, *(text(name) for name in names))
        yield table


def arms_table(console: Console, result: Result) -> Iterable[Table]:
    """The mean of every measure, then money and chances with their intervals."""

    def mean_of(key: str) -> Callable[[str], str]:
        def text(arm: str) -> str:
            found = result.summaries[arm][key]
            if found.count == 0:
                return "-"
            partly = f" ({percent(found.count / result.world_count)})" if found.count < result.world_count else ""
            return f"{number(found.mean)}{partly}"

        return text

    def chance_of(kind: str) -> Callable[[str], str]:
        return lambda arm: _chance(result.chances(arm)[kind])

    rows: list[tuple[str, Callable[[str], str]]] = []
    own = [one.name for one in measures_in(arm.measures for arm in result.arms.values()) if one.name not in NAMES]
    for key in (*_ROWS, *own):
        m = declared(key)
        if key in own or any(result.summaries[arm][key].mean > 0.0 for arm in result.arms):
            rows.append((m.heading(result.currency), mean_of(key)))
    rows.append((f"cost, {result.currency}", lambda arm: number(float(result.arms[arm].cost_usd().mean()))))
    if has_value(result):
        rows.append((f"net value, {result.currency}", mean_of("net_usd")))
    if result.viral_when:
        rows.append(("chance to go viral", chance_of("viral")))
    if result.flop_when:
        rows.append(("chance to flop", chance_of("flop")))
    if has_value(result):
        rows.append(("chance of a loss", chance_of("loss")))
    # 0: every launch the same; near 1: a few launches have nearly all shares
    rows.append(("Gini over simulations", lambda arm: number(between_worlds(result, result.arms[arm])["gini_shares"])))
    return side_by_side(console, result, rows, "mean per campaign")


def any_partial(result: Result) -> bool:
    """True where a printed measure exists in a part of the worlds only."""
    return any(0 < result.summaries[arm][key].count < result.world_count for arm in result.arms for key in _ROWS)


def _chance(chance: Chance) -> str:
    return f"{percent(chance.probability)}\n{percent_span(chance.low, chance.high)}"


def bars(console: Console, result: Result) -> Table:
    """Small bars of the main measures with the mean and its 95 % interval."""
    goal = [result.goal.measure] if result.goal else []
    table = plain_table(console, show_header=False)
    table.add_column(max_width=18, overflow="fold")
    table.add_column(max_width=16, overflow="fold")
    table.add_column(width=BAR_COLUMNS, no_wrap=True)
    table.add_column(overflow="fold")
    for key in dict.fromkeys((*goal, *_BARS)):
        means = {arm: result.summaries[arm][key] for arm in result.arms}
        top = max((found.mean for found in means.values() if found.mean > 0.0), default=0.0)
        for i, (arm, found) in enumerate(means.items()):
            label = measure(key).label if i == 0 else ""
            value = estimate(found.mean, found.ci_low, found.ci_high) if found.count else "-"
            table.add_row(label, arm, Text(_bar(console, found.mean, top), style="cyan"), value)
    return table


def _bar(console: Console, value: float, top: float) -> str:
    """A bar of eighths of a column; of hashes where the output knows ASCII only."""
    if not (top > 0.0 and value > 0.0):
        return ""
    eighths = max(1, round(8 * BAR_COLUMNS * value / top))
    if not console.encoding.lower().startswith("utf"):
        return "#" * max(1, eighths // 8)
    return "█" * (eighths // 8) + ("" if eighths % 8 == 0 else " ▏▎▍▌▋▊▉"[eighths % 8])


def paired_table(console: Console, result: Result, arm: str, baseline: str) -> Table:
    """Paired differences of one arm to the baseline: uplift, chance of being better, cost of one more."""
    goal = [result.goal.measure] if result.goal else []
    keys = [key for key in dict.fromkeys((*goal, *_PAIRED)) if key != "net_usd" or has_value(result)]
    table = plain_table(console)
    table.add_column("per campaign", overflow="fold", max_width=24)
    table.add_column("mean", justify="right")
    # with uncertain inputs the range over worlds is below the interval of the mean
    table.add_column("95 % interval\n[5 to 95 % range]" if result.uncertain else "95 % interval", justify="right")
    table.add_column("better in", justify="right")
    table.add_column(f"cost of one more ({result.currency})", justify="right")
    for row in result.comparisons:
        if (row.arm, row.baseline) == (arm, baseline) and row.measure in keys and not isnan(row.uplift):
            limits = span(row.ci_low, row.ci_high)
            if result.uncertain:
                limits += f"\n[{span(row.range_low, row.range_high)}]"
            label = declared(row.measure).label
            mean = number(row.uplift, digits_for(row.ci_low, row.ci_high))
            table.add_row(label, mean, limits, percent(row.probability_better), _cost_of_one(row))
    return table


def _cost_of_one(row: Comparison) -> str:
    if isnan(row.cost_per_incremental):
        return "-"
    low, high = row.cost_per_incremental_low, row.cost_per_incremental_high
    return estimate(row.cost_per_incremental, low, high)


def goals_table(console: Console, result: Result) -> Iterable[Table]:
    """The way of each arm from the baseline (0) to the best arm (1) in each goal, and over all by weight."""
    found = {one.arm: one for one in scores(result)}
    if not found:
        return []
    rows: list[tuple[str, Callable[[str], str]]] = [
        (f"{declared(name).label} (weight {number(weight)})", lambda arm, name=name: number(found[arm].parts[name]))  # type: ignore[misc]
        for name, weight in result.goals.items()
    ]
    rows.append(("all, by weight", lambda arm: number(found[arm].score)))
    return side_by_side(console, result, rows, "0: baseline, 1: best")


def lines_table(console: Console, result: Result) -> Iterable[Table]:
    """Cost by line, per launch."""
    names = list(dict.fromkeys(n for arm in result.arms.values() for n, line in arm.cost_lines.items() if line.any()))

    def of(line: str) -> Callable[[str], str]:
        def text(arm: str) -> str:
            values = result.arms[arm].cost_lines.get(line)
            return "-" if values is None or not values.any() else number(float(values.mean()))

        return text

    return (
        side_by_side(console, result, [(line, of(line)) for line in names], f"cost, {result.currency}") if names else []
    )


def sources_table(console: Console, result: Result) -> Iterable[Table]:
    """Impressions by source, mean per launch."""
    columns = [arm.impressions_by_source for arm in result.arms.values()]
    known = dict.fromkeys(key for sources in columns for key in sources)
    names = [key for key in known if any(key in sources and sources[key].any() for sources in columns)]

    def of(source: str) -> Callable[[str], str]:
        def text(arm: str) -> str:
            values = result.arms[arm].impressions_by_source.get(source)
            return "-" if values is None or not values.any() else number(float(values.mean()))

        return text

    return side_by_side(console, result, [(name, of(name)) for name in names], "impressions") if names else []


def segments_tables(console: Console, result: Result) -> Iterable[tuple[str, Table]]:
    """(arm and field, a row per segment): means over the simulations of what its members did."""
    for name, arm in result.arms.items():
        for field, found in segments_of(arm).items():
            table = plain_table(console)
            table.add_column(field, overflow="fold", max_width=LABEL_COLUMNS)
            for word in OF_SEGMENT:
                table.add_column(word, justify="right")
            for segment, means in found.items():
                table.add_row(segment, *(number(means[word]) for word in OF_SEGMENT))
            yield name, table


def launches_tables(console: Console, result: Result) -> Iterable[tuple[str, Table]]:
    """(arm, a row per launch): means over the simulations; columns of which nothing is known or that stay at 0 are left out."""
    for name, arm in result.arms.items():
        if not arm.launches:
            continue
        found = launches_table(result, name)
        shown = [key for key in SHOWN if any(found[key])]
        fit = max(1, (console.width - LAUNCH_COLUMNS) // LAUNCH_COLUMNS)
        for first in range(0, len(shown), fit):
            table = plain_table(console)
            table.add_column("launch", justify="right")
            for key in shown[first : first + fit]:
                table.add_column(SHOWN[key], justify="right", overflow="fold")
            for i in range(len(found["members"])):
                cells = (found[key][i] for key in shown[first : first + fit])
                table.add_row(str(i + 1), *("-" if cell is None else number(cell) for cell in cells))
            yield name, table
