"""One page for a calibration: the answer, prior and posterior, later posts as predicted, coverage beside simple predictions."""

from __future__ import annotations

import numpy as np
from scipy import stats

from viralsim.calibration.backtest import CALIBRATED, MEASURES, Backtest
from viralsim.calibration.calibrating import Calibration
from viralsim.calibration.observed import Floats
from viralsim.measurement.number_format import number, percent
from viralsim.report.charts.chart import Axis, Band, Boxes, Chart, Line, Mark, Panel, Points, Rule, linear, logarithmic
from viralsim.report.charts.pictures import Picture, as_figure
from viralsim.report.markup import Markup, element, table
from viralsim.report.page_frame import bullets, closed_page, whole_scenario
from viralsim.scenario.reading import write_yaml

BINS = 10
ROLE = "arm-1"
# Parameters as the page calls them; those of logarithms are on the scale of the sampler.
NAMES = {
    "mean_log_level": "a typical post's level of impressions (log)",
    "mean_log_share_rate": "a typical post's share rate (log)",
    "log_sd_level": "spread of impressions between posts (log of its sd)",
    "log_sd_share_rate": "spread of share rates between posts (log of its sd)",
    "atanh_correlation": "whether posts seen more are shared more (atanh of the correlation)",
    "elasticity": "growth of impressions with followers (elasticity)",
    "paid_level": "impressions of paid posts against others (log)",
    "paid_share_rate": "share rate of paid posts against others (log)",
}


def calibration_page(found: Calibration) -> str:
    """The page as HTML text; it fetches nothing and runs nothing."""
    title = f"Calibration of {found.scenario.name}"
    judged = found.backtest
    parts = [element("h1", title), element("p", found.first_line, class_="answer")]
    parts += bullets([*found.warnings, *found.data["notes"]])
    if judged is not None:
        parts += [element("h2", "How later posts were predicted"), _coverage(judged)]
        parts += [as_figure(intervals(judged)), as_figure(pit_histogram(judged))]
    parts += [element("h2", "What was learnt"), as_figure(parameters(found)), _rows(found), _check(found)]
    parts += [element("h2", "What is not calibrated"), *_not_of(found)]
    without_rows = {word: value for word, value in found.scenario.data.items() if word != "uncertain"}
    return closed_page(title, [*parts, *whole_scenario(write_yaml(without_rows))])


def _coverage(judged: Backtest) -> Markup:
    """CRPS and coverage of each method, one row per measure and method."""
    rows = [
        [
            f"{row['measure']}, {row['method']}",
            number(float(row["crps"])),
            *(f"{percent(row[f'covers_{at}'])} ± {percent(row[f'error_{at}'])}" for at in (50, 80, 95)),
        ]
        for row in judged.table().sort_values("measure", kind="stable").to_dict(orient="records")
    ]
    head = ["measure, method", "CRPS of log(1 + count)", "50 % holds", "80 % holds", "95 % holds"]
    words = (
        f"The last {len(judged.true)} posts, each predicted from those before it. An interval of 80 % should hold 80 % of them; "
        "± is the standard error of the share at that number of posts. CRPS measures the error: lower is better."
    )
    return element("div", element("p", words), table(head, rows, "Coverage and CRPS"))


def intervals(judged: Backtest) -> Picture:
    """Predictive intervals of the held-out posts with what came."""
    x = np.arange(1, len(judged.true) + 1, dtype=np.float64)
    panels = []
    for i, measure in enumerate(MEASURES):
        low95, low, middle, high, high95 = 1.0 + judged.quantiles[:, i].T
        true = 1.0 + judged.true[:, i]
        marks: list[Mark] = [
            Band(x, low95, high95, ROLE, 0.15), Band(x, low, high, ROLE, 0.3), Line(x, middle, ROLE),
            Points(x, true, "ink", 2.0),
        ]  # fmt: skip
        up = logarithmic(np.concatenate([low95, high95, true]), f"1 + {measure}")
        panels.append(Panel(Axis(0.0, len(x) + 1.0, "later post, in order of time"), up, marks))
    outside = [
        float(
            ((judged.true[:, i] < judged.quantiles[:, i, 1]) | (judged.true[:, i] > judged.quantiles[:, i, 3])).mean()
        )
        for i in range(2)
    ]
    rows = [
        [
            f"{n:,.0f}",
            *(
                cell
                for i in range(len(MEASURES))
                for cell in (*(number(float(v)) for v in judged.quantiles[k, i]), f"{judged.true[k, i]:,.0f}")
            ),
        ]
        for k, n in enumerate(x)
    ]
    levels = ("2.5 %", "10 %", "50 %", "90 %", "97.5 %", "came")
    return Picture(
        "predictive",
        "Later posts as they were predicted",
        "The line is the median, the bands hold 80 and 95 % of the prediction, points show what happened.",
        f"Outside the 80 % band lie {percent(outside[0])} of the posts by impressions and {percent(outside[1])} by shares; a post "
        "on its edge counts as inside.",
        Chart(panels, columns=1),
        ["post", *(f"{measure} {level}" for measure in MEASURES for level in levels)],
        rows,
    )


def pit_histogram(judged: Backtest) -> Picture:
    """Histogram of the randomised PITs: flat where predictions are as wide as what comes."""
    edges = np.linspace(0.0, 1.0, BINS + 1)
    counts = [np.histogram(judged.pits[CALIBRATED][:, i], edges)[0] for i in range(len(MEASURES))]
    up = linear(np.concatenate(counts), "posts")
    expected = len(judged.true) / BINS
    panels = [
        Panel(
            Axis(0.0, 1.0, f"place of the post in its prediction: {measure}"),
            up,
            [Boxes(edges[:-1], edges[1:], np.zeros(BINS), count, ROLE, 0.5), Rule(y=expected, dash=(4, 3))],
        )
        for measure, count in zip(MEASURES, counts, strict=True)
    ]
    p = " and ".join(f"{judged.uniform(measure):.2g} for {measure}" for measure in MEASURES)
    return Picture(
        "pit",
        "Randomised PIT histogram",
        "Where in its prediction each later post came to lie. Flat: predictions are as wide as they should be; a hill: too wide; "
        "high ends: too narrow. Dashed: what flat would be.",
        f"The Kolmogorov-Smirnov p-value against flat is {p}.",
        Chart(panels),
        ["from", "to", *MEASURES],
        [[number(edges[b]), number(edges[b + 1]), *(str(int(c[b])) for c in counts)] for b in range(BINS)],
    )


def parameters(found: Calibration) -> Picture:
    """Prior and posterior of each parameter."""
    told = found.parameter_table()
    panels = [
        _density(name, values, *found.prior[name])
        for name, values in zip(found.parameters.names, found.parameters.flat.T, strict=True)
    ]
    rows = [
        [NAMES[name], f"{number(row['prior'][0])} ± {number(row['prior'][1])}", f"{number(row['mean'])} ± {number(row['sd'])}",
         f"{number(row['p05'])} to {number(row['p95'])}", number(row["ess"]), f"{row['rhat']:.3f}"]
        for name, row in told.items()
    ]  # fmt: skip
    return Picture(
        "parameters",
        "Prior and posterior",
        "Dashed: what was assumed before; boxes: what the posts leave. Where both are alike, the posts said little.",
        "; ".join(f"{row[0]}: {row[1]} before, {row[2]} after" for row in rows),
        Chart(panels, columns=3, narrow_columns=1),
        ["parameter", "prior (mean ± sd)", "posterior (mean ± sd)", "5 to 95 %", "effective draws", "split R-hat"],
        rows,
    )


def _density(name: str, values: Floats, mean: float, sd: float) -> Panel:
    height, edges = np.histogram(values, bins=30, density=True)
    low, high = min(mean - 2 * sd, float(edges[0])), max(mean + 2 * sd, float(edges[-1]))
    x = np.linspace(low, high, 100)
    prior = stats.norm.pdf(x, mean, sd)
    marks: list[Mark] = [
        Boxes(edges[:-1], edges[1:], np.zeros(len(height)), height, ROLE, 0.5), Line(x, prior, "quiet", dash=(4, 3))
    ]  # fmt: skip
    return Panel(Axis(low, high, NAMES[name].partition(" (")[0]), linear(np.append(height, prior), ""), marks)


def _rows(found: Calibration) -> Markup:
    """Quantiles of the rows that the scenario draws from."""
    told = found.to_dict()["posterior"]
    rows = [[path, *(number(row[word]) for word in ("mean", "p05", "p50", "p95"))] for path, row in told.items()]
    words = f"A world of the scenario takes one of {len(found.posterior):,} rows, the same in every arm."
    return element("div", element("p", words), table(["path", "mean", "5 %", "median", "95 %"], rows, "Rows"))


def _check(found: Calibration) -> Markup:
    """Simulated posts beside the rows."""
    told = found.check
    rows = []
    for word, wanted in told.rows.items():
        simulated = f"{number(told.simulated[word])} ± {number(told.standard_error[word])}"
        rows.append([word.replace("_", " "), number(wanted), simulated, "yes" if told.agrees(word) else "no"])
    head = ["mean of a post", "past posts say", f"{told.worlds:,} simulated posts", "agree"]
    return table(head, rows, "Simulated posts beside past ones")


def _not_of(found: Calibration) -> list[Markup]:
    told = found.to_dict()
    words = "These stay assumptions, so that every difference between arms stays a what-if:"
    return [element("p", words), *bullets(told["not_of"])]
