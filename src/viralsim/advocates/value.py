"""What a tier and its members are worth: the curve of return, the break-even cost, and fair shares of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viralsim.advocates.ranking import Gain, check_strategy
from viralsim.advocates.tier import Tier
from viralsim.arguments import instance, integer_at_least, is_single, member_numbers, refuse, seed_number
from viralsim.errors import InputError
from viralsim.measurement.intervals import mean_interval
from viralsim.scenario.amounts import DEFAULT_CURRENCY

MOST_FOR_SHAPLEY = 20


@dataclass(frozen=True)
class Shapley:
    """Fair shares of a tier's gain (Shapley 1953), by permutation sampling (Castro, Gomez, Tejada, Computers & OR 2009).

    members: int64[A]. value: float64[A], the mean marginal gain over orders and worlds; they add up to ``whole`` exactly.
    error: float64[A], standard error over the sampled orders (NaN for one order).
    """

    members: NDArray[np.int64]
    value: NDArray[np.float64]
    error: NDArray[np.float64]
    whole: float
    orders: int


def shapley(
    tier: Tier, members: Sequence[int], *, orders: int = 50, seed: int = 0, measure: str | None = None
) -> Shapley:
    """Fair shares of a few members (by index) of the gain that they bring together (Shapley 1953).

    tier: of ``Tier.of``, whose worlds all subsets share. orders: random orders in which they join, drawn by ``seed``; the share
    is the mean of what a member adds (Castro, Gomez, Tejada 2009). measure: in its unit; the tier's by default.

    Raises InputError for more than 20 members, or none.
    """
    instance(tier, "tier", Tier)
    integer_at_least(orders, "orders", 1)
    given = member_numbers(members, "members", tier.compiled.members)
    if not 1 <= len(given) <= MOST_FOR_SHAPLEY:
        raise InputError(
            f"members: fair shares are for 1 to {MOST_FOR_SHAPLEY} members, got {len(given)}, choose a few"
        )
    if len(np.unique(given)) != len(given):
        raise InputError("members: a member is named twice, name each once")
    rng = np.random.default_rng(seed_number(seed))
    marginal = np.zeros((orders, len(given)))
    for row in marginal:
        before = tier.values([], measure).mean()
        order = rng.permutation(len(given))
        for i, who in enumerate(order):
            after = tier.values(given[order[: i + 1]], measure).mean()
            row[who] = after - before
            before = after
    whole = float(tier.values(given, measure).mean() - tier.values([], measure).mean())
    error = marginal.std(axis=0, ddof=1) / np.sqrt(orders) if orders > 1 else np.full(len(given), np.nan)
    return Shapley(given, marginal.mean(axis=0), error, whole, orders)


@dataclass(frozen=True)
class CurvePoint:
    """The return of a tier of ``count`` members.

    gain: over no advocates, in the tier's measure. next_gain: what the members since the last point add. break_even_usd: what
    a person may cost at most so that the conversions they bring pay for them, with limits; None where nothing is earned.
    """

    count: int
    gain: Gain
    next_gain: Gain
    break_even_usd: Gain | None
    currency: str = DEFAULT_CURRENCY


def curve(tier: Tier, counts: Sequence[int], choose: object = None) -> list[CurvePoint]:
    """Return against the number of advocates, each tier being the best of its size by the strategy; same worlds throughout.

    tier: of ``Tier.of``. counts: sizes of tiers, those above 0 are played. choose: a strategy word, or ``{word: {options}}``;
    the tier's own by default. Raises InputError for wrong arguments.
    """
    instance(tier, "tier", Tier)
    if is_single(counts):
        raise refuse("counts", "a list of whole numbers", counts, f"write counts=[{counts!r}]")
    sizes = (integer_at_least(n, f"counts[{i}]", 0) for i, n in enumerate(counts))
    wanted = sorted({n for n in sizes if n > 0})
    if not wanted:
        raise InputError("counts: give one or more above 0")
    asked = tier.words.choose if choose is None else check_strategy(choose, "choose")
    value_usd = float(tier.spec.content[tier.spec.campaign.content].sale_value_usd)
    none, before = tier.values([]), tier.values([])
    sold = tier.values([], "conversions")
    points = []
    for count in wanted:
        members = tier.choose(asked, count).members
        values = tier.values(members)
        earned = (tier.values(members, "conversions") - sold) * value_usd / len(members)
        worth = Gain(*mean_interval(earned)) if value_usd > 0 else None
        points.append(
            CurvePoint(
                len(members),
                Gain(*mean_interval(values - none)),
                Gain(*mean_interval(values - before)),
                worth,
                tier.spec.currency,
            )
        )
        before = values
    return points
