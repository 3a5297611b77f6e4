"""One page for the meeting after a campaign: the sentences, the curve among the worlds, what advocates brought."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viralsim.forecasting.attributed import Attributed
from viralsim.forecasting.curve import Curve
from viralsim.forecasting.worlds.reviewing import ArmReview, Review
from viralsim.forecasting.worlds.weighting import shares_at
from viralsim.measurement.number_format import number
from viralsim.report.charts.chart import Axis, Band, Chart, Line, Mark, Panel, linear
from viralsim.report.charts.pictures import Picture, as_figure
from viralsim.report.markup import element, table
from viralsim.report.page_frame import bullets, closed_page
from viralsim.results import Result

POINTS = 60
LEVELS = (0.025, 0.25, 0.5, 0.75, 0.975)


def review_page(
    title: str, sentences: Sequence[str], run: tuple[Result, Review, Curve] | None, brought: Attributed | None
) -> str:
    """The page as HTML text; ``run``: the stored run, its review and the observed curve, where there is one."""
    parts = [element("h1", f"Review of {title}"), *bullets(sentences)]
    if run is not None:
        result, found, curve = run
        parts += [as_figure(among_worlds(result, arm, curve, f"worlds-{i}")) for i, arm in enumerate(found.arms)]
    if brought is not None:
        rows = [[name, number(shares)] for name, shares in brought.shares.items()]
        parts += [element("h2", "What came through advocates")]
        parts += [element("div", table(["advocate", "shares"], rows, "What came through advocates"), class_="words")]
    return closed_page(f"Review of {title}", parts)


def among_worlds(result: Result, arm: ArmReview, curve: Curve, key: str) -> Picture:
    """Bands of the worlds' shares so far, and the observed curve."""
    series = np.asarray(result.arms[arm.arm].series["shares"])
    end = min(curve.observed_until, series.shape[1] * result.tick_hours)
    hours = np.linspace(0, end, POINTS)
    worlds = np.quantile(shares_at(series, result.tick_hours, hours), LEVELS, axis=0)
    own = (
        np.r_[0.0, curve.hours[curve.hours <= end], end] if curve.exact else np.r_[0.0, curve.hours[curve.hours <= end]]
    )
    seen = np.r_[0.0, curve.at(own[1:])]
    marks: list[Mark] = [
        Band(hours, worlds[0], worlds[4], "arm-1", 0.2),
        Band(hours, worlds[1], worlds[3], "arm-1", 0.35),
        Line(hours, worlds[2], "arm-1"),
        Line(own, seen, "ink", dash=(4, 3)),
    ]
    return Picture(
        key,
        f"The campaign among the worlds of {arm.arm}",
        "Dashed: the campaign. The line is the median world; the bands hold 50 and 95 % of the worlds.",
        f"Shares to {number(float(end))} hours: {number(arm.final)} observed; in the worlds the median is "
        f"{number(float(worlds[2, -1]))}, and 95 % lie between {number(float(worlds[0, -1]))} and {number(float(worlds[4, -1]))}.",
        Chart([Panel(Axis(0.0, float(end), "hours from the post"), linear(np.append(worlds[4], seen), "shares so far"), marks)],
              columns=1),
        ["hours", "observed", *(f"{100 * level:g} % of worlds up to" for level in LEVELS)],
        [[number(float(hours[i])), number(float(curve.at(hours[i : i + 1])[0])), *(number(float(x)) for x in worlds[:, i])]
         for i in range(0, POINTS, 6)],
    )  # fmt: skip
