"""A forecast in words: where the post ends, and what each open arm would change."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from viralsim.measurement.number_format import exact, money, number, percent, span
from viralsim.units import counted

if TYPE_CHECKING:
    from viralsim.forecasting import OpenArm, OpenArms
    from viralsim.forecasting.forecast import Forecast

MOST_LINES = 30  # posts that words are spent on


def forecast_lines(found: dict[str, Forecast]) -> list[str]:
    """The words of one post, or of the total and then of each."""
    from viralsim.forecasting.forecast import total_json

    if len(found) == 1:
        return sentences(next(iter(found.values())))
    said = total_json(found)
    lines = [
        f"{len(found)} posts: {exact(said['seen'])} shares so far, "
        f"each by {exact(said['horizon_hours'])} h after it: {_range(said['final'])}"
    ]
    if said["target"] is not None:
        chance = percent(said["target"]["chance"])
        lines.append(f"chance of {exact(said['target']['shares'])} shares or more together: {chance}")
    if said["baseline"] is not None:
        lines.append(f"log-linear baseline: {_range(said['baseline'])}")
    lines += [f"{post}: {'; '.join(sentences(one)[:2])}" for post, one in islice(found.items(), MOST_LINES)]
    if len(found) > MOST_LINES:
        lines.append(f"and {len(found) - MOST_LINES:,} more posts: --json and forecast.json hold all of them")
    return [*lines, *(f"note: {warning}" for warning in said["warnings"])]


def sentences(found: Forecast) -> list[str]:
    """The forecast in words, the answer first."""
    said = found.to_json()
    lines = [
        f"{exact(found.seen)} shares after {exact(found.at_hours)} h"
        + _percentile(found.percentile_of_past, found.past_posts),
        f"by {exact(found.horizon_hours)} h: {_range(said['final'])}",
    ]
    if found.target is not None:
        lines.append(f"chance of {exact(found.target)} shares or more: {percent(found.chance_of_target or 0.0)}")
    if said["baseline"] is not None:
        lines.append(f"log-linear baseline: {_range(said['baseline'])}")
    if found.arms is not None:
        lines += arm_lines(found.arms)
    return [*lines, *(f"note: {warning}" for warning in said["warnings"])]


def arm_lines(found: OpenArms) -> Iterator[str]:
    """What to do now: a line per open arm, then what follows from them."""
    yield (
        f"what to do now, against {found.baseline}: {found.worlds:,} worlds, of which those that meet the curve count as "
        f"{number(found.effective_worlds)}"
    )
    for arm in found.arms:
        yield f"{arm.arm}: {'; '.join(_changes(arm, found.currency))}"
    if found.recommended is not None:
        yield f"largest mean gain in money: {found.recommended}"


def _changes(arm: OpenArm, currency: str) -> Iterator[str]:
    if arm.uplift is None or arm.ci_low is None or arm.ci_high is None or arm.cost_difference is None:
        yield f"no answer: {arm.reason}"
        return
    yield f"{round(arm.uplift, 1) + 0.0:+,.1f} shares (95 %: {span(arm.ci_low, arm.ci_high)})"  # + 0.0: no "-0.0"
    yield f"costs {money(arm.cost_difference, currency)} more"
    if arm.cost_per_share is not None and arm.cost_difference > 0:
        yield f"pays from {money(arm.cost_per_share, currency)} for a share on"
    if arm.break_even_price is not None:
        yield f"what it adds is worth {money(arm.break_even_price, currency)}, the price at which acting now breaks even"
    if arm.affordable is False:
        yield "more than is left"


def _range(final: dict[str, Any]) -> str:
    return (
        f"{number(final['p50'])} shares (80 %: {number(final['p10'])} to {number(final['p90'])}; "
        f"95 %: {number(final['p025'])} to {number(final['p975'])})"
    )


def _percentile(percentile: float | None, past: int) -> str:
    if percentile is None:
        return ""
    rank = round(percentile)
    tens, ones = divmod(rank, 10)
    ending = "th" if tens % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(ones, "th")
    return f", the {rank}{ending} percentile of {counted(past, 'past post')} at that hour"
