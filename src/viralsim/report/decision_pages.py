"""A page each for a field test, the value of information, robust plans and what was discovered: sentences, pictures, numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from viralsim.decisions.discovery.boxes import Box, Limit
from viralsim.decisions.discovery.discover import Discovery
from viralsim.decisions.field_test import FieldTestReport
from viralsim.decisions.robust import Robust
from viralsim.decisions.value_of_information import ValueOfInformation
from viralsim.measurement.measures import measure as declared
from viralsim.measurement.number_format import money, number, percent
from viralsim.report.charts.chart import Axis, Chart, Key, Mark, Panel, Points, Rule, Segments, categories, linear
from viralsim.report.charts.pictures import Picture, as_figure
from viralsim.report.markup import Markup, element, table
from viralsim.report.page_frame import bullets, closed_page
from viralsim.report.selectors import short

ROW_PIXELS = 26.0
LETTERS = 24  # of a row's name, which a phone has room for
ROOM = 0.02  # of an axis
MAIN, OTHER = "arm-0", "arm-1"


def _page(title: str, stamp: str, sentences: Sequence[str], parts: Sequence[Markup]) -> str:
    """The answer first, then what it rests on."""
    answer = element(
        "section",
        element("p", sentences[0], class_="lead"),
        *bullets(sentences[1:]),
        class_="verdict",
        aria_label="Answer",
    )
    return closed_page(title, [element("h1", title), element("p", stamp, class_="quiet"), answer, *parts])


def _rows_chart(names: Sequence[str], x: Axis, marks: Sequence[Mark], legend: Sequence[Key] = ()) -> Chart:
    """One panel with a row per name, and room between the names and what lies at the low end."""
    x = replace(x, low=x.low - ROOM * (x.high - x.low))
    rows = categories([short(name, LETTERS) for name in names])
    return Chart([Panel(x, rows, marks)], height=60.0 + ROW_PIXELS * len(names), columns=1, legend=legend)


def field_test_page(report: FieldTestReport) -> str:
    """Which test in the field would settle it."""
    stamp = (
        f"{report.test.treatment} against {report.test.control}, {report.measure.replace('_', ' ')}; {report.worlds:,} worlds of "
        f"each design, seed {report.seed}"
    )
    return _page(f"{report.scenario_name}: field test", stamp, report.sentences(), [as_figure(estimates(report))])


def estimates(report: FieldTestReport) -> Picture:
    """Where the estimates of each design lie, beside the true effect."""
    known = [d for d in report.judged if d.quality.bias is not None and d.quality.sd is not None]
    names = [f"{d.unit}, {d.estimator.replace('_', ' ')}" for d in known]
    y = np.arange(len(known), dtype=np.float64)
    mean = np.array([report.effect + float(d.quality.bias or 0.0) for d in known])
    half = 1.96 * np.array([float(d.quality.sd or 0.0) for d in known])
    # a design that scatters far beyond the others would leave them no room
    reach = float(np.median(half)) * 3.0 if len(half) else 1.0
    ends = np.concatenate([mean - np.minimum(half, reach), mean + np.minimum(half, reach), [report.effect, 0.0]])
    one = declared(report.measure)
    axis = linear(ends, f"estimated effect, {one.unit_in(report.currency)}", zero=False)
    low, high = np.maximum(mean - half, axis.low), np.minimum(mean + half, axis.high)
    marks: list[Mark] = [
        Rule(x=0.0, dash=(2, 3), role="quiet"),
        Rule(x=report.effect, role=OTHER),
        Segments(low, y, high, y, MAIN, 2.0, 0.7),
        Points(np.clip(mean, axis.low, axis.high), y, MAIN, 5.0),
    ]

    def cell(value: float | None, share: bool = False) -> str:
        return "-" if value is None else percent(value) if share else number(value)

    rows = [
        [
            f"{d.unit}, {d.estimator.replace('_', ' ')}", cell(d.quality.bias), cell(d.quality.sd), cell(d.quality.coverage, True),
            cell(d.quality.power, True), cell(d.quality.smallest_effect), money(d.cost, report.currency),
            "-" if d.repeated is None else str(d.repeated.launches),
        ]
        for d in report.judged
    ]  # fmt: skip
    return Picture(
        "estimates",
        "What each design would find",
        "A point is the mean estimate of a design, its line holds 95 % of single tests. The upright is the true effect, which the "
        "model knows; the dashed one is no effect. A point beside the upright is biased; a long line settles little.",
        f"The true effect is {number(report.effect)} {one.unit_in(report.currency)}. "
        + " ".join(f"{name}: mean estimate {number(float(m))}." for name, m in zip(names, mean, strict=True)),
        _rows_chart(
            names, axis, marks, [Key("estimates of one design", MAIN, None, "circle"), Key("true effect", OTHER, ())]
        ),
        ["design", "bias", "sd", "coverage", "power", "smallest effect", "cost", "launches needed"],
        rows,
    )


def value_page(found: ValueOfInformation) -> str:
    """What is worth finding out."""
    stamp = f"{found.worlds:,} worlds, seed {found.seed}; values are per launch"
    return _page(
        f"{found.scenario_name}: what is worth finding out",
        stamp,
        found.sentences(),
        [as_figure(values(found)), *_surveys(found)],
    )


def values(found: ValueOfInformation) -> Picture:
    """The value of knowing each input, and all of them."""
    rows = sorted(found.of.items(), key=lambda item: -item[1].value)
    parts = [("all inputs", found.everything), *rows]
    y = np.arange(len(parts), dtype=np.float64)
    middle, low, high = (
        np.array([getattr(one, end) for _, one in parts], dtype=np.float64) for end in ("value", "low", "high")
    )
    marks: list[Mark] = [Segments(low, y, high, y, MAIN, 2.0, 0.7), Points(middle, y, MAIN, 5.0)]
    return Picture(
        "values",
        "What knowing it exactly would be worth",
        f"Points are estimates, lines their 95 % intervals, {found.currency} per launch. Where an interval reaches 0, nothing "
        "shows that knowing the input would change the choice. No study is worth more than knowing what it is about exactly.",
        " ".join(
            f"{name}: {money(one.value, found.currency)}, {money(one.low, found.currency)} to {money(one.high, found.currency)}."
            for name, one in parts
        ),
        _rows_chart([name for name, _ in parts], linear(np.append(high, 0.0), f"{found.currency} per launch"), marks),
        ["input", "value", "low", "high"],
        [
            [name, money(one.value, found.currency), money(one.low, found.currency), money(one.high, found.currency)]
            for name, one in parts
        ],
    )


def _surveys(found: ValueOfInformation) -> list[Markup]:
    sizes = sorted({size for row in found.surveys.values() for size in row})
    if not sizes:
        return []
    rows = [
        [path, *(money(row.get(size, 0.0), found.currency) for size in sizes)] for path, row in found.surveys.items()
    ]
    words = (
        "What a survey of so many people about one input is worth per launch. Pay less than that for it, or do not ask."
    )
    head = ["input", *(f"{size:,} people" for size in sizes)]
    return [element("h2", "Surveys"), element("p", words), table(head, rows, "Value of surveys")]


def robust_page(found: Robust) -> str:
    """Which arm is least wrong."""
    stamp = f"{found.measure.replace('_', ' ')}, {len(found.variants)} variants, {found.worlds:,} worlds each, seed {found.seed}"
    return _page(
        f"{found.scenario_name}: which arm is least wrong", stamp, found.sentences(), [as_figure(regret_picture(found))]
    )


def regret_picture(found: Robust) -> Picture:
    """The regret of every arm in every variant, the largest of each arm marked."""
    order = np.argsort(found.found.largest_regret, kind="stable")
    arms = [found.arms[i] for i in order]
    regret = found.found.regret[:, order]
    y = np.arange(len(arms), dtype=np.float64)
    largest = regret.max(axis=0)
    unit = declared(found.measure).unit_in(found.currency)
    marks: list[Mark] = [
        Segments(np.zeros(len(arms)), y, largest, y, MAIN, 2.0, 0.5),
        Points(regret.ravel(), np.tile(y, len(regret)), MAIN, 4.0, opacity=0.6),
        Points(largest, y, OTHER, 6.5, "diamond"),
    ]
    rows = [
        [
            variant,
            *(f"{number(float(found.found.means[v, a]))} ({number(float(found.found.regret[v, a]))})" for a in order),
        ]
        for v, variant in enumerate(found.variants)
    ]
    return Picture(
        "regret",
        "What each arm loses against the best one",
        f"A point is one variant of the model: what the arm falls short of the best arm there, on average, in {unit}. The diamond "
        "is the largest regret of the arm; the arm whose diamond is furthest left is least wrong.",
        " ".join(f"{arm}: largest regret {number(float(most))}." for arm, most in zip(arms, largest, strict=True)),
        _rows_chart(
            arms, linear(regret, f"regret, {unit}"), marks,
            [Key("a variant", MAIN, None, "circle"), Key("largest regret", OTHER, None, "diamond")],
        ),
        ["variant: mean (regret)", *arms],
        rows,
    )  # fmt: skip


def discover_page(found: Discovery) -> str:
    """Under which inputs a plan fails."""
    stamp = f"{found.points:,} points of a sweep; a case: {found.cases_are}"
    parts = [as_figure(picture) for picture in (*_boxes(found), *_influences(found))]
    if found.leaves:
        rows = [[leaf.rule, percent(leaf.density), percent(leaf.coverage), f"{leaf.points:,}"] for leaf in found.leaves]
        parts += [
            element("h2", "As a tree"),
            table(["where", "density", "coverage", "points"], rows, "Leaves of the tree"),
        ]
    return _page(f"{found.name}: under which inputs it fails", stamp, found.sentences(), parts)


def _boxes(found: Discovery) -> list[Picture]:
    numeric = {path for path in found.table.columns if found.table[path].dtype.kind in "iuf"}
    return [
        picture
        for i, box in enumerate(found.boxes)
        if (picture := _box(found, box, [limit for limit in box.limits if limit.path in numeric], i)) is not None
    ]


def _box(found: Discovery, box: Box, limits: list[Limit], place: int) -> Picture | None:
    """The points over the first two inputs that a box limits; over one and the outcome where it limits one."""
    if not limits:
        return None
    paths = [limit.path for limit in limits[:2]] + (["outcome"] if len(limits) == 1 else [])
    across, up = (found.table[path].to_numpy(dtype=np.float64) for path in paths)
    case = found.table["case"].to_numpy(dtype=bool)
    x, y = (linear(column, path, zero=False) for column, path in zip((across, up), _labels(found, paths), strict=True))
    left, right = _ends(limits[0], x)
    bottom, top = _ends(limits[1], y) if len(limits) > 1 else (y.low, y.high)
    x0, y0, x1, y1 = np.array(
        [[left, bottom, right, bottom], [left, top, right, top], [left, bottom, left, top], [right, bottom, right, top]]
    ).T
    marks: list[Mark] = [
        Points(across[~case], up[~case], "baseline", 2.5, opacity=0.6),
        Points(across[case], up[case], OTHER, 3.5, "diamond", 0.9),
        Segments(x0, y0, x1, y1, MAIN, 2.0),
    ]  # fmt: skip
    more = (
        ""
        if len(limits) <= 2
        else f" The box has {len(limits) - 2} more limits, so that points inside may lie outside of those."
    )
    return Picture(
        f"box-{place + 1}",
        f"Box {place + 1}: coverage {percent(box.coverage)}, density {percent(box.density)}",
        "A diamond is a point that is a case, a dot one that is none; the frame is the box." + more,
        f"The box: {box.sentence()}.",
        Chart([Panel(x, y, marks)], height=320.0, columns=1,
              legend=[Key("a case", OTHER, None, "diamond"), Key("no case", "baseline", None, "circle"), Key("the box", MAIN, ())]),
        ["input", "from", "to", "limited in resamples"],
        [_limit_row(limit) for limit in box.limits],
    )  # fmt: skip


def _labels(found: Discovery, paths: list[str]) -> list[str]:
    outcome = f"{found.outcome.replace('_', ' ')} of {found.arm}"
    return [outcome if path == "outcome" else path for path in paths]


def _ends(limit: Limit, axis: Axis) -> tuple[float, float]:
    return axis.low if limit.low is None else limit.low, axis.high if limit.high is None else limit.high


def _limit_row(limit: Limit) -> list[str]:
    if limit.words:
        return [limit.path, " or ".join(limit.words), "", percent(limit.kept)]

    def end(value: float | None, span: tuple[float, float] | None) -> str:
        if value is None:
            return "no limit"
        return number(value) if span is None else f"{number(value)} ({number(span[0])} to {number(span[1])})"

    return [limit.path, end(limit.low, limit.low_range), end(limit.high, limit.high_range), percent(limit.kept)]


def _influences(found: Discovery) -> list[Picture]:
    """How far each input moves the outcome, beside what chance gives."""
    if not found.influences:
        return []
    y = np.arange(len(found.influences), dtype=np.float64)
    delta = np.array([one.delta for one in found.influences])
    half = np.array([one.delta_half for one in found.influences])
    chance = found.influences[0].delta_by_chance
    marks: list[Mark] = [
        Rule(x=chance, role=OTHER, dash=(4, 3)),
        Segments(np.maximum(delta - half, 0.0), y, delta + half, y, MAIN, 2.0, 0.7),
        Points(delta, y, MAIN, 5.0),
    ]
    axis = linear(np.append(delta + half, [chance, 0.0]), "delta")
    return [
        Picture(
            "influences",
            f"What moves {found.outcome.replace('_', ' ')} of {found.arm}",
            "delta (Borgonovo): how far knowing the input moves the whole distribution of the outcome, 0 to 1, with its 95 % "
            "interval. Left of the dashed line lies what inputs that do nothing reach by chance.",
            " ".join(f"{one.path}: delta {number(one.delta)}." for one in found.influences),
            _rows_chart([one.path for one in found.influences], axis, marks),
            ["input", "delta", "PAWN", "alone (RBD-FAST)", "delta by chance up to"],
            [[one.path, number(one.delta), number(one.pawn), number(one.first), number(chance)] for one in found.influences],
        )
    ]  # fmt: skip
