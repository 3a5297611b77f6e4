"""The answer of ``optimise`` in a client's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from viralsim.experiments.budget.estimate import Estimate
from viralsim.measurement.measures import Measure
from viralsim.measurement.measures import measure as declared
from viralsim.measurement.number_format import in_places, money, more_or_less, supported

if TYPE_CHECKING:
    from viralsim.experiments.optimise import Optimum

NET = "net_usd"
MOST_NAMED = 10
PLACED = 0.9  # of the money of a split: where less is spent, it is said


def sentences_of(found: Optimum) -> tuple[str, ...]:
    """What to spend, what it brings, whom to ask, and whether it beats the best single line."""
    said = difference(found.uplift, declared(found.measure), found.currency)
    if found.spend_nothing:
        cost = money(found.cost_usd, found.currency)
        tried = [f"The best split found brings {said} and costs {cost}."] if found.cost_usd else []
        return ("Spend nothing: no split was shown to bring more than nothing.", *tried, *_nobody(found))
    parts = " and ".join(
        f"{money(usd, found.currency)} on {found.said(line)}" for line, usd in found.split.items() if usd
    )
    left = found.budget_usd - found.cost_usd
    kept = f"{money(left, found.currency)} of the budget is left: no way of spending it was shown to bring more."
    rest = [kept] if left > 0.01 * found.budget_usd else []
    spend = f"Spend {parts}: {said} than with nothing spent."
    if found.profit is not None and found.measure != NET and found.profit.high < 0.0:
        lost = difference(found.profit, declared(NET), found.currency)
        spend = f"Keep the money if it has to pay for itself: the split below brings {lost} than spending nothing."
        rest = [f"For {declared(found.measure).label} alone, spend {parts}: {said} than with nothing spent."]
    placed = money(found.spent_usd, found.currency)
    if found.spent_usd < PLACED * found.cost_usd:
        rest.append(f"Only {placed} of it would be placed: the audience and the frequency caps leave no room for more.")
    return (spend, *rest, *_whom(found), *_nobody(found), *_beside_single_lines(found))


def difference(estimate: Estimate, m: Measure, currency: str) -> str:
    """A difference with its interval, rounded to what that supports: "80 more conversions (95 % interval 77 to 83)"."""
    low, high = (estimate.low, estimate.high) if estimate.mean >= 0.0 else (-estimate.high, -estimate.low)
    places = supported(low, high)
    more = more_or_less(m, estimate.mean, places, currency).replace("net value", "profit")
    return f"{more} (95 % interval {in_places(low, places)} to {in_places(high, places)})"


def _named(people: Sequence[tuple[str, float]], currency: str) -> str:
    """People with their prices; of many the first."""
    shown = ", ".join(f"{name} ({money(usd, currency)})" for name, usd in people[:MOST_NAMED])
    more = len(people) - MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def _whom(found: Optimum) -> list[str]:
    """Whom of a file the split pays."""
    paid = found.offered[: len(found.people)]
    return [f"Ask {_named(paid, found.currency)}."] if paid else []


def _nobody(found: Optimum) -> list[str]:
    """What the next people of a file would bring, where the split pays none of them and they are not worth their price."""
    following = next((one for one in found.next_dollar if found.offered and one.line == "advocates"), None)
    if found.people or following is None or following.per_usd is None or following.per_usd.mean >= 0.0:
        return []
    usd, rate = following.added_usd, following.per_usd
    next_ones = [(name, price) for name, price in found.offered if name in following.people]
    gain = Estimate(rate.mean * usd, rate.low * usd, rate.high * usd)
    brings = difference(gain, declared(found.measure), found.currency)
    return [f"Pay nobody of the file at these prices: {_named(next_ones, found.currency)} would bring {brings}."]


def _beside_single_lines(found: Optimum) -> list[str]:
    """Whether the split beats all money in the best single line; nothing if there is only one line."""
    if len(found.split) < 2:
        return []
    spent = [line for line, usd in found.split.items() if usd]
    if len(spent) == 1:
        return [f"No split was found that beats {found.said(spent[0])} alone."]
    if not found.rivals:
        return []
    name, nearest = min(found.rivals.items(), key=lambda rival: rival[1].mean)
    alone = f"{found.said(name.removeprefix('all in '))} alone"
    if nearest.low <= 0.0:
        return [f"It is not shown to beat {alone}, the best single line."]
    gain = difference(nearest, declared(found.measure), found.currency)
    return [f"It brings {gain} than {alone}, the best single line."]
