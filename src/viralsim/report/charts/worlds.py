"""How launches differ between worlds: the long tail of each arm, and paired differences between arms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viralsim.measurement.compare import Comparison
from viralsim.measurement.measures import Measure, measure
from viralsim.measurement.number_format import number, percent
from viralsim.report.charts.chart import (
    Axis,
    Boxes,
    Chart,
    Key,
    Line,
    Mark,
    Note,
    Panel,
    Points,
    Rule,
    categories,
    linear,
    logarithmic,
)
from viralsim.report.charts.pictures import Picture
from viralsim.report.charts.svg import WIDE
from viralsim.report.selectors import (
    COUNTED,
    Float64,
    baseline,
    criterion_measure,
    dash,
    interval,
    main_measure,
    pairs,
    role,
    short,
    values,
    with_interval,
)
from viralsim.results import Result

VISIBLE = 0.5  # pixels by which a drawn line may miss the exact one
TAIL_HEIGHT = 250.0
BINS = 48
TAIL_QUANTILES = (0.5, 0.9, 0.99)


def survival(sizes: Float64) -> tuple[Float64, Float64]:
    """The distinct positive sizes in rising order, and the part of all worlds at or above each."""
    found, first = np.unique(np.sort(sizes), return_index=True)
    at_least = (len(sizes) - first) / max(len(sizes), 1)
    return found[found > 0.0], at_least[found > 0.0]


def corners(size: Float64, part: Float64) -> NDArray[np.int64]:
    """Which steps of a survival line are drawn: the line through them is nowhere a visible length from the whole one.

    size, part: what ``survival`` returned. A step is left out only where the line then moves by less than half a pixel
    of a wide page, sideways or upright; the first and the last step stay.
    """
    if not len(size):
        return np.zeros(0, np.int64)
    across = (size[-1] / size[0]) ** (VISIBLE / WIDE)
    upright = (part[0] / part[-1]) ** (VISIBLE / TAIL_HEIGHT)
    kept = [0]
    while kept[-1] < len(size) - 1:
        here = kept[-1]
        near = int(np.searchsorted(size, size[here] * across, side="right")) - 1
        level = int(np.searchsorted(-part, -part[here + 1] / upright, side="right")) - 1
        kept.append(min(max(near, level, here + 1), len(size) - 1))
    return np.array(kept, np.int64)


def tail_measures(result: Result) -> list[Measure]:
    """The measures whose tails are shown: the goal's where it counts something, else shares; that of going viral."""
    first = main_measure(result).name
    names = [first if first in COUNTED else "shares"]
    viral = criterion_measure(result)
    if viral is not None:
        names.append(viral[0].name)
    return [measure(name) for name in dict.fromkeys(names) if _ever(result, name)]


def _ever(result: Result, name: str) -> bool:
    """True where the measure is above 0 in some world of some arm."""
    return any((values(result, arm, name) > 0.0).any() for arm in result.arms)


def tails(result: Result, name: str | None = None) -> Picture | None:
    """The part of the simulations that reach at least a size, on logarithmic axes; None where nothing ever happened.

    ``name``: the measure; by default the goal's, or shares, and that of going viral.
    """
    shown = tail_measures(result) if name is None else [m for m in [measure(name)] if _ever(result, m.name)]
    if not shown:
        return None
    panels = [_tails_of(result, m) for m in shown]
    legend = [Key(short(arm), role(result, arm), dash(result, arm)) for arm in result.arms]
    names = " and ".join(m.label for m in shown)
    return Picture(
        "tails",
        f"The long tail: {names}",
        "The part of the simulations that reaches at least this many: luck alone makes the difference. Both axes are "
        "logarithmic: a straight fall is a heavy tail. Where a line begins below 1, the other simulations had none."
        + (" Beyond the upright line a campaign counts as viral." if criterion_measure(result) else ""),
        f"Part of the simulations that reach at least a given number of {names}, a line per arm. "
        + " ".join(_in_words(result, m) for m in shown),
        Chart(panels, height=TAIL_HEIGHT, columns=2, shared_y=True, legend=legend),
        [
            "measure",
            "arm",
            "simulations with none",
            *(f"{100 * q:g} % of simulations up to" for q in TAIL_QUANTILES),
            "largest",
        ],
        [[m.label, arm, *_tail_numbers(values(result, arm, m.name))] for m in shown for arm in result.arms],
        "Long tail",
    )


def _tails_of(result: Result, m: Measure) -> Panel:
    marks: list[Mark] = []
    sizes: list[float] = []
    viral = criterion_measure(result)
    if viral is not None and viral[0] is m and viral[1] > 0.0:
        sizes.append(viral[1])
        marks.append(Rule("ink", x=viral[1], dash=(4.0, 2.0)))
        marks.append(Note(viral[1], 1.0, "viral", dx=-4.0, dy=6.0, anchor="end"))
    for arm in result.arms:
        size, part = survival(values(result, arm, m.name))
        if not len(size):
            continue
        kept = corners(size, part)
        sizes += [float(size[0]), float(size[-1])]
        marks.append(Line(size[kept], part[kept], role(result, arm), dash=dash(result, arm), steps=True))
        if len(kept) == 1:  # a launch alone at its size is a point, not a line
            marks.append(Points(size, part, role(result, arm)))
    up = Axis(1.0 / (result.world_count * 1.2), 1.2, "part of the simulations that reach it", log=True)
    return Panel(logarithmic(sizes, f"{m.label} of a campaign"), up, marks)


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


def differences(result: Result, name: str | None = None) -> Picture | None:
    """Every arm minus the baseline in the same simulations; None where there is nothing to compare.

    ``name``: the measure, the goal's by default.
    """
    m = main_measure(result) if name is None else measure(name)
    rows = pairs(result, m.name)
    if not rows:
        return None
    matters = result.goal.matters_from if result.goal and result.goal.measure == m.name else 0.0
    unit = f", {result.currency}" if m.is_money else ""
    reach = [limit for row in rows for limit in (row.range_low, row.range_high, row.ci_low, row.ci_high)]
    along = linear(
        [*reach, matters], f"difference in {m.label} to {short(baseline(result))}, simulation by simulation{unit}"
    )
    marks: list[Mark] = [Rule("ink", x=0.0)]
    marks += [
        Rule("quiet", x=limit, dash=(3.0, 2.0))
        for limit in sorted({-matters, matters} - {0.0})
        if min(along.low, along.high) <= limit <= max(along.low, along.high)
    ]
    for place, row in enumerate(rows):
        marks += _difference(result, m, row, float(place))
    panel = Panel(along, categories([short(row.arm) for row in rows]), marks)
    said = "; ".join(f"{row.arm} {with_interval(row.uplift, row.ci_low, row.ci_high)}" for row in rows)
    return Picture(
        "differences",
        f"Paired differences in {m.label}",
        f"Each arm minus {baseline(result)} in the same simulations. The point is the mean difference, the thick line its "
        "95 % interval, the thin line and the hill hold nine in ten of the simulations."
        + (" Between the dashed lines a difference does not matter." if matters > 0.0 else ""),
        f"Mean difference in {m.label} to {baseline(result)} with its 95 % interval: {said}.",
        Chart([panel], height=70.0 * len(rows)),
        ["arm", "mean difference", "95 % interval", "5 to 95 % of simulations", "better in", "correlation of the arms"],
        [
            [
                row.arm,
                number(row.uplift),
                interval(row.ci_low, row.ci_high),
                interval(row.range_low, row.range_high),
                percent(row.probability_better),
                number(row.correlation),
            ]
            for row in rows
        ],
        "Differences",
    )


def _difference(result: Result, m: Measure, row: Comparison, place: float) -> list[Mark]:
    """One arm: a hill of the worlds, the range, the interval, the mean and its text; up is less on this axis."""
    colour = role(result, row.arm)
    found = result.arms[row.arm].measures[m.name] - result.arms[row.baseline].measures[m.name]
    kept = found[(found >= row.range_low) & (found <= row.range_high)]
    marks: list[Mark] = []
    if len(kept) and row.range_high > row.range_low:
        height, edges = np.histogram(kept, bins=_bins(kept))
        top = place - 0.42 * height / max(int(height.max()), 1)
        marks.append(Boxes(edges[:-1], edges[1:], np.full(len(height), place), top, colour, 0.28))
    marks.append(Line([row.range_low, row.range_high], [place, place], colour, 1.2))
    marks.append(Line([row.ci_low, row.ci_high], [place, place], colour, 5.0))
    marks.append(Points([row.uplift], [place], colour, 4.5))
    text = with_interval(row.uplift, row.ci_low, row.ci_high)
    marks.append(Note(row.uplift, place, text, dy=17.0, anchor="middle"))
    return marks


def _bins(kept: Float64) -> Float64:
    """Edges of the hill: one bin a whole number where few whole numbers occur, else at most 48."""
    low, high = float(kept.min()), float(kept.max())
    if high - low <= BINS and bool((kept == np.floor(kept)).all()):
        return np.arange(low - 0.5, high + 1.0)
    return np.linspace(low, high, min(BINS, max(4, len(kept) // 8)) + 1)


def ranges(result: Result) -> Picture:
    """What each arm brings in the goal's measure: nine in ten of its simulations, and the mean with its 95 % interval."""
    m = main_measure(result)
    found = {arm: result.summaries[arm][m.name] for arm in result.arms}
    unit = f", {result.currency}" if m.is_money else ""
    along = linear([v for one in found.values() for v in (one.p05, one.p95, one.mean)], f"{m.label} per campaign{unit}")
    marks: list[Mark] = []
    for place, (arm, one) in enumerate(found.items()):
        y, kind = float(place), role(result, arm)
        marks += [
            Boxes([one.p05], [one.p95], [y - 0.22], [y + 0.22], kind, 0.3),
            Line([one.mean, one.mean], [y - 0.3, y + 0.3], kind, width=3.0),
            Note(one.mean, y - 0.3, number(one.mean), dy=-9.0, anchor="middle"),
        ]
    said = "; ".join(f"{arm} {with_interval(one.mean, one.ci_low, one.ci_high)}" for arm, one in found.items())
    return Picture(
        "ranges",
        f"What each campaign brings: {m.label}",
        "The line is the mean; the bar holds nine in ten simulated campaigns.",
        f"Mean {m.label} of each arm with its 95 % interval: {said}.",
        Chart([Panel(along, categories([short(arm) for arm in found]), marks)], height=58.0 * len(found)),
        ["campaign", "mean", "95 % interval", "typical", "9 in 10 campaigns"],
        [
            [arm, number(one.mean), interval(one.ci_low, one.ci_high), number(one.p50), interval(one.p05, one.p95)]
            for arm, one in found.items()
        ],
        "Ranges",
    )
