"""Where impressions came from, and what was paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viralsim.measurement.wording import money, number, span
from viralsim.report.axes import decades, panels, plain_numbers, single, tick_text
from viralsim.report.facts import mean_of, present, role, short
from viralsim.report.pictures import Picture
from viralsim.report.theme import stand_in

if TYPE_CHECKING:
    from viralsim.results import Result

SOURCE_MEANS = {
    "owned": "the brand's own posts",
    "paid": "advertising",
    "asked": "planned posts of advocates",
    "earned": "shares by members",
    "recommended": "shown by the channel",
}
ROW_INCHES = 0.13


def sources(result: Result) -> Picture | None:
    """Impressions by source, a row a source, a point an arm; None where nobody was shown anything."""
    names = present(result, "impressions_by_source")
    if not names:
        return None
    arms = list(result.arms)
    figure, (ax,) = single(0.9 + len(names) * (0.16 + ROW_INCHES * len(arms)))
    ax.set_xscale("log")
    spread = 0.72
    for i, arm in enumerate(arms):
        offset = spread * ((i + 0.5) / len(arms) - 0.5)
        colour = stand_in(role(result, arm))
        for place, key in enumerate(names):
            mean = mean_of(result, arm, "impressions_by_source", key)
            if mean > 0.0:
                low, high = _range(result, arm, key)
                if low > 0.0:
                    ax.plot([low, high], [place + offset] * 2, color=colour, linewidth=1.0)
                ax.plot([mean], [place + offset], color=colour, marker="osD^vP"[i % 6], markersize=4.5)
        ax.plot([], [], color=colour, marker="osD^vP"[i % 6], markersize=4.5, linestyle="none", label=short(arm))
    words = [f"{short(key)}\n{SOURCE_MEANS[key]}" if key in SOURCE_MEANS else short(key) for key in names]
    ax.set_yticks(range(len(names)), words)
    ax.set_ylim(len(names) - 0.45, -0.55)
    ax.tick_params(axis="y", length=0, labelcolor=stand_in("ink"))
    ax.set_xlabel("impressions of a launch (each step of the scale is tenfold)")
    decades(ax.xaxis)
    figure.legend(loc="outside upper left", ncols=4)
    means = {arm: {key: mean_of(result, arm, "impressions_by_source", key) for key in names} for arm in arms}
    return Picture(
        "sources",
        "Impressions by source",
        "Who showed it: the point is the mean of a launch, the line holds nine in ten of the worlds. "
        "A source without a point showed nothing.",
        "Mean impressions of a launch by source. "
        + " ".join(f"{arm}: {_listed(row, number)}." for arm, row in means.items()),
        figure,
        ["source", *arms],
        [[key, *(f"{number(means[arm][key])} ({span(*_range(result, arm, key))})" for arm in arms)] for key in names],
    )


def _range(result: Result, arm: str, key: str) -> tuple[float, float]:
    """What nine in ten worlds lie between."""
    found = result.arms[arm].impressions_by_source.get(key)
    if found is None or not len(found):
        return 0.0, 0.0
    low, high = np.quantile(found, (0.05, 0.95))
    return float(low), float(high)


def costs(result: Result) -> Picture | None:
    """Cost lines of each arm, USD a launch; None where nothing costs anything."""
    names = present(result, "cost_lines")
    if not names:
        return None
    means = {arm: {key: mean_of(result, arm, "cost_lines", key) for key in names} for arm in result.arms}
    top = max(usd for lines in means.values() for usd in lines.values())
    figure, axes = panels(len(means), share_x=True, share_y=True, row_inches=0.75 + 0.24 * len(names))
    for ax, (arm, lines) in zip(axes, means.items(), strict=True):
        ax.barh(range(len(names)), list(lines.values()), height=0.62, color=stand_in(role(result, arm)))
        for place, usd in enumerate(lines.values()):
            text = tick_text(usd) if usd else "–"
            ax.annotate(text, (usd, place), (3, 0), textcoords="offset points", va="center", fontsize=7.5)
        ax.set_title(f"{short(arm)}: {money(sum(lines.values()))}")
        ax.set_yticks(range(len(names)), [short(key) for key in names])
        ax.tick_params(axis="y", length=0, labelcolor=stand_in("ink"))
        ax.grid(visible=False, axis="y")
        ax.set_xlabel("USD a launch")
        plain_numbers(ax.xaxis)
    axes[0].set_xlim(0.0, 1.25 * top)
    axes[0].set_ylim(len(names) - 0.5, -0.5)
    return Picture(
        "costs",
        "What a launch costs",
        "Cost lines of each arm, mean of a launch, USD.",
        "Cost lines of each arm. " + " ".join(f"{arm}: {_listed(row, money)}." for arm, row in means.items()),
        figure,
        ["cost line", *means],
        [
            *([key, *(money(lines[key]) if lines[key] else "-" for lines in means.values())] for key in names),
            ["all lines", *(money(sum(lines.values())) for lines in means.values())],
        ],
    )


def _listed(row: dict[str, float], text: object) -> str:
    write = money if text is money else number
    return ", ".join(f"{key} {write(value)}" for key, value in row.items() if value) or "nothing"
