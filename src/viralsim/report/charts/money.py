"""Where impressions came from, what was paid for, and what the money brought."""

from __future__ import annotations

from functools import partial

import numpy as np

from viralsim.measurement.number_format import money, number, span
from viralsim.report.charts.chart import (
    SHAPES,
    Axis,
    Boxes,
    Chart,
    Key,
    Line,
    Mark,
    Note,
    Panel,
    Points,
    categories,
    linear,
    tick_text,
)
from viralsim.report.charts.pictures import Picture
from viralsim.report.selectors import bought_measure, mean_of, present, role, short, with_interval
from viralsim.results import Result

SOURCE_MEANS = {
    "owned": "the brand's own posts",
    "paid": "advertising",
    "asked": "planned posts of advocates",
    "earned": "shares by members",
    "recommended": "shown by the channel",
}


def waterfall(result: Result) -> Picture | None:
    """Impressions by source, stacked up to the total, a panel per arm; None where nobody was shown anything."""
    names = present(result, "impressions_by_source")
    if not names:
        return None
    means = {arm: [mean_of(result, arm, "impressions_by_source", key) for key in names] for arm in result.arms}
    top = max(sum(row) for row in means.values())
    along = Axis(0.0, 1.28 * top, "impressions of a campaign")
    panels = []
    for arm, row in means.items():
        ends = np.cumsum(row)
        starts = ends - row
        places = np.arange(len(names))
        colour = role(result, arm)
        shown = np.asarray(row) > 0.0
        marks: list[Mark] = [
            Boxes(starts[shown], ends[shown], places[shown] + 0.32, places[shown] - 0.32, colour),
            Boxes([0.0], [ends[-1]], [len(names) + 0.32], [len(names) - 0.32], colour, 0.45),
        ]
        marks += [Line([end, end], [i + 0.32, i + 0.68], "quiet", 1.0) for i, end in enumerate(ends.tolist())]
        texts = [*zip(ends.tolist(), row, strict=True), (float(ends[-1]), float(ends[-1]))]
        marks += [Note(end, i, number(value) if value else "–", dx=4.0) for i, (end, value) in enumerate(texts)]
        panels.append(Panel(along, categories([*(_source(key) for key in names), "all"]), marks, short(arm)))
    return Picture(
        "sources",
        "What showed it: owned, paid, asked, earned",
        "Impressions of a campaign by source, each upon the one before, mean over the simulations. "
        + " ".join(f"{key.capitalize()}: {SOURCE_MEANS[key]}." for key in names if key in SOURCE_MEANS),
        "Mean impressions of a campaign by source. "
        + " ".join(f"{arm}: {_listed(dict(zip(names, row, strict=True)))}." for arm, row in means.items()),
        Chart(panels, height=30.0 * (len(names) + 1), columns=2, shared_y=True),
        ["source", *means],
        [
            *([key, *(_mean_and_range(result, arm, key) for arm in means)] for key in names),
            ["all", *(number(sum(row)) for row in means.values())],
        ],
        "Sources",
    )


def _source(key: str) -> str:
    return short(key)


def _mean_and_range(result: Result, arm: str, key: str) -> str:
    """The mean, and what nine in ten worlds lie between."""
    found = result.arms[arm].impressions_by_source.get(key)
    if found is None or not len(found) or not found.any():
        return "–"
    low, high = np.quantile(found, (0.05, 0.95))
    return f"{number(float(found.mean()))} ({span(float(low), float(high))})"


def costs(result: Result) -> Picture | None:
    """Cost lines of each arm, per campaign; None where nothing costs anything."""
    names = present(result, "cost_lines")
    if not names:
        return None
    means = {arm: {key: mean_of(result, arm, "cost_lines", key) for key in names} for arm in result.arms}
    top = max(usd for lines in means.values() for usd in lines.values())
    panels = []
    for arm, lines in means.items():
        places = np.arange(len(names))
        usd = np.array(list(lines.values()))
        marks: list[Mark] = [Boxes(np.zeros(len(usd)), usd, places + 0.32, places - 0.32, role(result, arm))]
        marks += [Note(x, i, tick_text(x) if x else "–", dx=4.0) for i, x in enumerate(usd.tolist())]
        title = f"{short(arm)}: {money(float(usd.sum()), result.currency)}"
        panels.append(
            Panel(
                Axis(0.0, 1.3 * top, f"{result.currency} per campaign"),
                categories([short(key) for key in names]),
                marks,
                title,
            )
        )
    return Picture(
        "costs",
        "What a campaign costs",
        "Cost lines of each arm, mean of a campaign, " + f"{result.currency}.",
        "Cost lines of each arm. " + " ".join(f"{arm}: {_listed(row, result.currency)}." for arm, row in means.items()),
        Chart(panels, height=28.0 * len(names) + 8.0, shared_y=True),
        ["cost line", *means],
        [
            *(
                [key, *(money(lines[key], result.currency) if lines[key] else "–" for lines in means.values())]
                for key in names
            ),
            ["all lines", *(money(sum(lines.values()), result.currency) for lines in means.values())],
        ],
        "Costs",
    )


def returns(result: Result) -> Picture | None:
    """What the money of each arm brought, a point an arm; None where all arms cost the same."""
    m = bought_measure(result)
    found = [
        (arm, float(worlds.cost_usd().mean()), result.summaries[arm][m.name]) for arm, worlds in result.arms.items()
    ]
    found = [row for row in found if row[2].count > 0]
    if len({round(cost, 6) for _, cost, _ in found}) < 2:
        return None
    highs = [summary.mean if np.isnan(summary.ci_high) else summary.ci_high for _, _, summary in found]
    marks: list[Mark] = []
    for i, (arm, cost, summary) in enumerate(found):
        marks.append(Line([cost, cost], [summary.ci_low, summary.ci_high], role(result, arm), 2.0))
        marks.append(Points([cost], [summary.mean], role(result, arm), 5.0, SHAPES[i % len(SHAPES)]))
    keys = [Key(short(arm), role(result, arm), shape=SHAPES[i % len(SHAPES)]) for i, (arm, _, _) in enumerate(found)]
    panel = Panel(
        linear([cost for _, cost, _ in found], f"cost of a campaign, {result.currency}"),
        linear(highs, f"{m.label} of a campaign"),
        marks,
    )
    return Picture(
        "returns",
        f"What the money brought: {m.label} by cost",
        "One point per arm: what a campaign costs and what it brings on average, with the 95 % interval. "
        "These are the arms that were run; what lies between them was not simulated.",
        f"{m.label.capitalize()} by cost of a campaign. "
        + "; ".join(f"{arm} {money(cost, result.currency)}: {number(summary.mean)}" for arm, cost, summary in found)
        + ".",
        Chart([panel], height=220.0, legend=keys),
        ["arm", f"cost, {result.currency}", f"{m.label} (95 % interval)"],
        [[arm, number(cost), with_interval(s.mean, s.ci_low, s.ci_high)] for arm, cost, s in found],
        "Returns",
    )


def _listed(row: dict[str, float], currency: str = "") -> str:
    write = partial(money, currency=currency) if currency else number
    return ", ".join(f"{key} {write(value)}" for key, value in row.items() if value) or "nothing"
