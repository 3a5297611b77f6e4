"""How launches differ between worlds: the long tail of each arm, and paired differences between arms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viralsim.measurement.compare import Comparison
from viralsim.measurement.measures import Measure, measure
from viralsim.measurement.wording import estimate, number, percent, span
from viralsim.report.axes import decades, plain_numbers, single
from viralsim.report.facts import (
    COUNTED,
    Float64,
    baseline,
    criterion_measure,
    main_measure,
    pairs,
    role,
    short,
    values,
)
from viralsim.report.pictures import Picture
from viralsim.report.theme import DASHES, stand_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from viralsim.results import Result

MOST_POINTS = 160
BINS = 48
TAIL_QUANTILES = (0.5, 0.9, 0.99)


def survival(sizes: Float64) -> tuple[Float64, Float64]:
    """The distinct positive sizes in rising order, and the part of all worlds at or above each."""
    found, first = np.unique(np.sort(sizes), return_index=True)
    at_least = 1.0 - first / max(len(sizes), 1)
    return found[found > 0.0], at_least[found > 0.0]


def _thinned(count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Which of ``count`` points are drawn: dense at the large end, where a single world is a step."""
    if count <= MOST_POINTS:
        return np.arange(count)
    from_the_end = np.unique(np.geomspace(1, count, MOST_POINTS).astype(np.int64))
    return np.sort(count - from_the_end)


def tail_measures(result: Result) -> list[Measure]:
    """The measures whose tails are shown: the goal's where it counts something, else shares; that of going viral."""
    first = main_measure(result).name
    names = [first if first in COUNTED else "shares"]
    viral = criterion_measure(result)
    if viral is not None:
        names.append(viral[0].name)
    return [
        measure(name) for name in dict.fromkeys(names) if any((values(result, a, name) > 0).any() for a in result.arms)
    ]


def tails(result: Result) -> Picture | None:
    """The part of the worlds that reach at least a size, on logarithmic axes; None where nothing ever happened."""
    shown = tail_measures(result)
    if not shown:
        return None
    figure, axes = single(3.0, len(shown), sharey=True)
    for ax, m in zip(axes, shown, strict=True):
        _tails_of(ax, result, m)
    axes[0].set_ylabel("part of the worlds that reach it")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=4)
    names = " and ".join(m.label for m in shown)
    return Picture(
        "tails",
        f"The long tail: {names}",
        "How large a part of the worlds reaches at least this many, the same launch by luck alone. Both axes are "
        "logarithmic: a straight fall is a heavy tail. Where a line begins below 1, the other worlds had none."
        + (" Beyond the upright line a launch is called viral." if criterion_measure(result) else ""),
        f"Part of the worlds that reach at least a given number of {names}, a line an arm. "
        + " ".join(_in_words(result, m) for m in shown),
        figure,
        ["measure", "arm", "worlds with none", *(f"{100 * q:g} % of worlds up to" for q in TAIL_QUANTILES), "largest"],
        [[m.label, arm, *_tail_numbers(values(result, arm, m.name))] for m in shown for arm in result.arms],
    )


def _tails_of(ax: Axes, result: Result, m: Measure) -> None:
    ax.set_xscale("log")
    ax.set_yscale("log")
    for i, arm in enumerate(result.arms):
        size, part = survival(values(result, arm, m.name))
        if not len(size):
            continue
        kept = _thinned(len(size))
        dashes = DASHES[i % len(DASHES)]
        style = (0, dashes) if dashes else "-"
        # a launch alone at its size is a point, not a line
        marker = "o" if len(kept) == 1 else ""
        (line,) = ax.step(size[kept], part[kept], where="pre", color=stand_in(role(result, arm)), linestyle=style)
        line.set_label(short(arm))
        line.set_marker(marker)
    viral = criterion_measure(result)
    if viral is not None and viral[0] is m and viral[1] > 0.0:
        ax.axvline(viral[1], color=stand_in("ink"), linewidth=0.9)
    ax.set_ylim(top=1.15)
    ax.set_xlabel(f"{m.label} of a launch")
    decades(ax.xaxis)
    decades(ax.yaxis)


def _in_words(result: Result, m: Measure) -> str:
    parts = []
    for arm in result.arms:
        found = values(result, arm, m.name)
        if len(found):
            middle, high = np.quantile(found, (0.5, 0.99))
            parts.append(f"{arm} median {number(float(middle))}, one in a hundred above {number(float(high))}")
    return f"{m.label.capitalize()}: {'; '.join(parts)}."


def _tail_numbers(found: Float64) -> list[str]:
    if not len(found):
        return ["-"] * (len(TAIL_QUANTILES) + 2)
    quantiles = [number(float(q)) for q in np.quantile(found, TAIL_QUANTILES)]
    return [percent(float((found <= 0.0).mean())), *quantiles, number(float(found.max()))]


def differences(result: Result) -> Picture | None:
    """Every arm minus the baseline in the same worlds; None where there is nothing to compare."""
    m = main_measure(result)
    rows = pairs(result, m.name)
    if not rows:
        return None
    figure, (ax,) = single(0.8 + 0.62 * len(rows))
    for place, row in enumerate(rows):
        _difference(ax, result, m, row, -float(place))
    ax.axvline(0.0, color=stand_in("ink"), linewidth=0.9)
    matters = result.goal.matters_from if result.goal else 0.0
    for limit in {-matters, matters} - {0.0}:
        ax.axvline(limit, color=stand_in("quiet"), linewidth=0.9, linestyle=(0, (3, 2)))
    ax.set_yticks([-float(i) for i in range(len(rows))], [short(row.arm) for row in rows])
    ax.tick_params(axis="y", length=0, labelcolor=stand_in("ink"))
    ax.grid(visible=False, axis="y")
    ax.spines["left"].set_visible(False)
    unit = ", USD" if m.unit == "USD" else ""
    ax.set_xlabel(f"difference in {m.label} to {short(baseline(result))}, world by world{unit}")
    plain_numbers(ax.xaxis)
    said = "; ".join(f"{row.arm} {estimate(row.uplift, row.ci_low, row.ci_high)}" for row in rows)
    return Picture(
        "differences",
        f"Paired differences in {m.label}",
        f"Each arm minus {baseline(result)} in the same worlds. The point is the mean difference, the thick line its "
        "95 % interval, the thin line and the hill hold nine in ten of the worlds."
        + (" Between the dashed lines a difference does not matter." if matters > 0.0 else ""),
        f"Mean difference in {m.label} to {baseline(result)} with its 95 % interval: {said}.",
        figure,
        ["arm", "mean difference", "95 % interval", "5 to 95 % of worlds", "better in", "correlation of the arms"],
        [
            [
                row.arm,
                number(row.uplift),
                span(row.ci_low, row.ci_high),
                span(row.range_low, row.range_high),
                percent(row.probability_better),
                number(row.correlation),
            ]
            for row in rows
        ],
    )


def _difference(ax: Axes, result: Result, m: Measure, row: Comparison, place: float) -> None:
    """One arm: a hill of the worlds, the range, the interval, the mean and its text."""
    colour = stand_in(role(result, row.arm))
    found = result.arms[row.arm].measures[m.name] - result.arms[row.baseline].measures[m.name]
    kept = found[(found >= row.range_low) & (found <= row.range_high)]
    if len(kept) and row.range_high > row.range_low:
        height, edges = np.histogram(kept, bins=min(BINS, max(4, len(kept) // 8)))
        ax.stairs(place + 0.6 * height / height.max(), edges, baseline=place, fill=True, color=colour, alpha=0.25)
    ax.plot([row.range_low, row.range_high], [place, place], color=colour, linewidth=1.0)
    ax.plot([row.ci_low, row.ci_high], [place, place], color=colour, linewidth=4.0)
    ax.plot([row.uplift], [place], color=colour, marker="o", markersize=5.0)
    text = estimate(row.uplift, row.ci_low, row.ci_high)
    ax.annotate(text, (row.uplift, place), (0, -11), textcoords="offset points", ha="center", fontsize=7.5)
