"""One page for a forecast: the sentences, and the fan from now to the horizon."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viralsim.forecasting.forecast import QUANTILES, Forecast
from viralsim.forecasting.worlds.acting import OpenArm, OpenArms
from viralsim.measurement.number_format import number, span
from viralsim.report.charts.chart import Axis, Band, Chart, Line, Mark, Panel, Rule, linear
from viralsim.report.charts.pictures import Picture, as_figure
from viralsim.report.markup import Markup, element, table
from viralsim.report.page_frame import bullets, closed_page


def forecast_page(found: dict[str, Forecast], sentences: Sequence[str]) -> str:
    """The page of the posts as HTML text, a fan for each; it fetches nothing and runs nothing."""
    title = f"Forecast of {next(iter(found))}" if len(found) == 1 else f"Forecast of {len(found)} posts"
    fans = [as_figure(fan(one, post, f"fan-{i}")) for i, (post, one) in enumerate(found.items())]
    acting = [part for one in found.values() if one.arms is not None for part in _what_to_do(one.arms)]
    return closed_page(title, [element("h1", title), *bullets(sentences), *acting, *fans])


def _what_to_do(found: OpenArms) -> list[Markup]:
    """The open arms as a table."""
    head = ["arm", "shares more", "95 % between", f"costs more, {found.currency}", f"adds, {found.currency}"]
    rows = [
        [arm.arm, _shown(arm.uplift), _limits(arm), _shown(arm.cost_difference), _shown(arm.break_even_price)]
        for arm in found.arms
    ]
    title = f"What to do now, against {found.baseline}"
    return [element("h2", title), element("div", table(head, rows, title), class_="words")]


def _shown(value: float | None) -> str:
    return "no answer" if value is None else number(value)


def _limits(arm: OpenArm) -> str:
    return "no answer" if arm.ci_low is None or arm.ci_high is None else span(arm.ci_low, arm.ci_high)


def fan(found: Forecast, post: str, key: str) -> Picture:
    """Quantile bands of the shares so far, from now to the horizon."""
    bands = {name: np.array(values) for name, values in found.bands().items()}
    hours = bands["hours"]
    marks: list[Mark] = [
        Band(hours, bands["p025"], bands["p975"], "arm-1", 0.15),
        Band(hours, bands["p10"], bands["p90"], "arm-1", 0.25),
        Band(hours, bands["p25"], bands["p75"], "arm-1", 0.35),
        Line(hours, bands["p50"], "arm-1"),
        *([Rule(y=found.target, dash=(4, 3))] if found.target is not None else []),
    ]
    final = found.to_json()["final"]
    top = bands["p975"] if found.target is None else np.append(bands["p975"], found.target)
    return Picture(
        key,
        f"Shares of {post} so far",
        "The line is the median; the bands hold 50, 80 and 95 % of the draws"
        + ("." if found.target is None else "; dashed: the target."),
        f"Shares from {number(found.at_hours)} to {number(found.horizon_hours)} hours after the post; at the end the median is "
        f"{number(final['p50'])}, 80 % lie between {number(final['p10'])} and {number(final['p90'])}.",
        Chart(
            [Panel(Axis(0.0, found.horizon_hours, "hours from the post"), linear(top, "shares so far"), marks)],
            columns=1,
        ),
        ["hours", *(f"{100 * level:g} % up to" for level in QUANTILES.values())],
        [[number(float(hour)), *(number(float(bands[name][i])) for name in QUANTILES)] for i, hour in enumerate(hours)],
    )
